#include "models/tile/event_queue.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

#define FIRST_LEAVES 16u /* a power of two */

void event_queue_init(struct event_queue *queue, uint32_t depth, uint32_t slots)
{
    *queue = (struct event_queue){.depth = depth, .slots = slots};
    queue->leaves_mask = FIRST_LEAVES - 1;
    queue->leaves_at = memory_array(FIRST_LEAVES, sizeof *queue->leaves_at);
    queue->slot = memory_array(slots, sizeof *queue->slot);
}

void event_queue_free(struct event_queue *queue)
{
    for (uint32_t slot = 0; queue->slot && slot < queue->slots; slot++)
        free(queue->slot[slot].events);
    free(queue->slot);
    free(queue->leaves_at);
}

size_t event_queue_bytes(const struct event_queue *queue)
{
    size_t bytes = queue->slots * sizeof *queue->slot + (queue->leaves_mask + 1u) * sizeof *queue->leaves_at;
    for (uint32_t slot = 0; slot < queue->slots; slot++)
        bytes += queue->slot[slot].capacity * sizeof(struct queued_event);
    return bytes;
}

void event_queue_let_leave(struct event_queue *queue, uint64_t now)
{
    while (queue->leaving && queue->leaves_at[queue->leaves_head] <= now) {
        queue->leaves_head = (queue->leaves_head + 1) & queue->leaves_mask;
        queue->leaving--;
    }
}

uint32_t event_queue_room(struct event_queue *queue, uint64_t now)
{
    event_queue_let_leave(queue, now);
    return queue->depth - queue->stored - queue->leaving;
}

uint64_t event_queue_room_at(const struct event_queue *queue)
{
    return queue->leaving ? queue->leaves_at[queue->leaves_head] : UINT64_MAX;
}

void event_queue_grow_slot(struct event_slot *slot)
{
    size_t capacity = slot->capacity;
    slot->events = memory_grow(slot->events, &capacity, slot->count + 1u, sizeof *slot->events);
    slot->capacity = (uint32_t)capacity;
}

/* A ring of twice the size, the oldest first. */
void event_queue_grow_leaves(struct event_queue *queue)
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

uint32_t event_queue_open(struct event_queue *queue, uint32_t slot, const struct queued_event **events)
{
    uint32_t count = event_queue_count(queue, slot);
    while (queue->leaving + count > queue->leaves_mask + 1)
        event_queue_grow_leaves(queue);
    *events = queue->slot[slot].events + queue->slot[slot].taken;
    return count;
}

void event_queue_close(struct event_queue *queue, uint32_t slot)
{
    uint32_t count = event_queue_count(queue, slot);
    queue->slot[slot].taken = queue->slot[slot].count = 0;
    queue->stored -= count;
    queue->leaving += count;
}

uint32_t event_queue_clear(struct event_queue *queue)
{
    uint32_t lost = queue->stored;
    for (uint32_t slot = 0; slot < queue->slots; slot++)
        queue->slot[slot].count = queue->slot[slot].taken = 0;
    queue->stored = queue->leaving = queue->leaves_head = 0;
    return lost;
}

void event_queue_hash(const struct event_queue *queue, uint64_t now, struct hash *hash)
{
    for (uint32_t s = 0; s < queue->slots; s++) {
        const struct event_slot *slot = &queue->slot[s];
        hash_u64(hash, event_queue_count(queue, s));
        for (uint32_t i = slot->taken; i < slot->count; i++)
            hash_u64(hash, (uint64_t)slot->events[i].axon << 32 | (uint32_t)slot->events[i].value);
    }
    for (uint32_t i = 0; i < queue->leaving; i++) {
        uint64_t leaves = *event_queue_leaves(queue, i);
        if (leaves > now)
            hash_u64(hash, leaves - now);
    }
}
