#include "models/tile/event_queue.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

#define NONE UINT32_MAX
#define FIRST_LEAVES 16u /* a power of two */

void event_queue_init(struct event_queue *queue, uint32_t depth, uint32_t slots)
{
    *queue = (struct event_queue){.depth = depth, .slots = slots, .free_first = NONE};
    queue->leaves_mask = FIRST_LEAVES - 1;
    queue->leaves_at = memory_array(FIRST_LEAVES, sizeof *queue->leaves_at);
    queue->first = memory_array(slots, sizeof *queue->first);
    queue->last = memory_array(slots, sizeof *queue->last);
    queue->count = memory_array(slots, sizeof *queue->count);
}

void event_queue_free(struct event_queue *queue)
{
    free(queue->pool);
    free(queue->leaves_at);
    free(queue->first);
    free(queue->last);
    free(queue->count);
}

static void let_leave(struct event_queue *queue, uint64_t now)
{
    while (queue->leaving && queue->leaves_at[queue->leaves_head] <= now) {
        queue->leaves_head = (queue->leaves_head + 1) & queue->leaves_mask;
        queue->leaving--;
    }
}

bool event_queue_has_room(struct event_queue *queue, uint64_t now)
{
    if (queue->stored + queue->leaving < queue->depth)
        return true;
    let_leave(queue, now);
    return queue->stored + queue->leaving < queue->depth;
}

uint32_t event_queue_room(struct event_queue *queue, uint64_t now)
{
    let_leave(queue, now);
    return queue->depth - queue->stored - queue->leaving;
}

uint64_t event_queue_room_at(const struct event_queue *queue)
{
    return queue->leaving ? queue->leaves_at[queue->leaves_head] : UINT64_MAX;
}

void event_queue_put(struct event_queue *queue, uint32_t slot, uint32_t axon, int32_t value)
{
    uint32_t index = queue->free_first;
    if (index == NONE) {
        must(queue->used_once < queue->depth);
        index = queue->used_once++;
        queue->pool = memory_grow(queue->pool, &queue->pool_capacity, queue->used_once, sizeof *queue->pool);
    } else {
        queue->free_first = queue->pool[index].next;
    }
    queue->pool[index] = (struct queued_event){axon, value, NONE};
    if (queue->count[slot]++ == 0)
        queue->first[slot] = index;
    else
        queue->pool[queue->last[slot]].next = index;
    queue->last[slot] = index;
    queue->stored++;
}

/* A ring of twice the size, the oldest first. */
static void grow_leaves(struct event_queue *queue)
{
    uint32_t size = queue->leaves_mask + 1;
    uint64_t *larger = memory_array(2 * (size_t)size, sizeof *larger);
    for (uint32_t i = 0; i < queue->leaving; i++)
        larger[i] = *event_queue_leaves(queue, i);
    free(queue->leaves_at);
    queue->leaves_at = larger;
    queue->leaves_head = 0;
    queue->leaves_mask = 2 * size - 1;
}

struct queued_event event_queue_take(struct event_queue *queue, uint32_t slot, uint64_t leaves)
{
    uint32_t index = queue->first[slot];
    struct queued_event event = queue->pool[index];
    queue->first[slot] = event.next;
    queue->count[slot]--;
    queue->stored--;
    queue->pool[index].next = queue->free_first;
    queue->free_first = index;
    if (queue->leaving > queue->leaves_mask)
        grow_leaves(queue);
    *event_queue_leaves(queue, queue->leaving++) = leaves;
    return event;
}

uint32_t event_queue_clear(struct event_queue *queue)
{
    uint32_t lost = queue->stored;
    for (uint32_t slot = 0; slot < queue->slots; slot++)
        queue->count[slot] = 0;
    queue->stored = queue->leaving = queue->leaves_head = queue->used_once = 0;
    queue->free_first = NONE;
    return lost;
}

void event_queue_hash(const struct event_queue *queue, uint64_t now, struct hash *hash)
{
    for (uint32_t slot = 0; slot < queue->slots; slot++) {
        hash_u64(hash, queue->count[slot]);
        uint32_t index = queue->first[slot];
        for (uint32_t i = 0; i < queue->count[slot]; i++, index = queue->pool[index].next)
            hash_u64(hash, (uint64_t)queue->pool[index].axon << 32 | (uint32_t)queue->pool[index].value);
    }
    for (uint32_t i = 0; i < queue->leaving; i++) {
        uint64_t leaves = *event_queue_leaves(queue, i);
        if (leaves > now)
            hash_u64(hash, leaves - now);
    }
}
