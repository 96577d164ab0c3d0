/* Event queue of a core: one memory of `depth` events, a list for each timestep ahead (delay slot).
 *
 * Modelled: the bound (all slots together), the cycle in which an event is read and its place is free again, writes
 * and reads as counters. A slot is read as a whole at the start of its timestep; the reads still happen one by one in
 * their own cycles, so a full queue takes a new event in exactly the cycle in which a place is free.
 * What the simulator keeps for it grows with the events it has held at once; `depth` is only the limit.
 * Not modelled: conflicts between the write and the read port (the memory has one of each). */
#ifndef NPUSIM_MODELS_TILE_EVENT_QUEUE_H
#define NPUSIM_MODELS_TILE_EVENT_QUEUE_H

#include "sim/hash.h"
#include <stdbool.h>
#include <stdint.h>

struct queued_event {
    uint32_t axon;
    int32_t value;
};

/* The events of a timestep ahead, in the order in which they came. */
struct event_slot {
    struct queued_event *events; /* [capacity] */
    uint32_t count, taken;       /* in the list; of these, handed out */
    uint32_t capacity;
};

struct event_queue {
    uint32_t depth, slots;
    struct event_slot *slot;   /* [slots] */
    uint32_t stored;           /* events in all lists */
    uint64_t *leaves_at;       /* [leaves_mask + 1] ring: cycles in which events already handed out leave the memory, ascending */
    uint32_t leaves_mask, leaves_head, leaving;
};

void event_queue_init(struct event_queue *queue, uint32_t depth, uint32_t slots);
void event_queue_free(struct event_queue *queue);
/* What the simulator keeps for it at present. */
size_t event_queue_bytes(const struct event_queue *queue);

/* Lets those leave whose cycle has come. */
void event_queue_let_leave(struct event_queue *queue, uint64_t now);

/* Room for one more event in cycle `now`? */
static inline bool event_queue_has_room(struct event_queue *queue, uint64_t now)
{
    if (queue->stored + queue->leaving < queue->depth)
        return true;
    event_queue_let_leave(queue, now);
    return queue->stored + queue->leaving < queue->depth;
}
/* For how many more events there is room in cycle `now`. */
uint32_t event_queue_room(struct event_queue *queue, uint64_t now);
/* First cycle after a failed event_queue_has_room in which there is room, UINT64_MAX if that needs another timestep. */
uint64_t event_queue_room_at(const struct event_queue *queue);

void event_queue_grow_slot(struct event_slot *slot);
void event_queue_grow_leaves(struct event_queue *queue);

/* Events in a slot. */
static inline uint32_t event_queue_count(const struct event_queue *queue, uint32_t slot)
{
    return queue->slot[slot].count - queue->slot[slot].taken;
}

/* There must be room. */
static inline void event_queue_put(struct event_queue *queue, uint32_t slot, uint32_t axon, int32_t value)
{
    struct event_slot *into = &queue->slot[slot];
    if (into->count == into->capacity)
        event_queue_grow_slot(into);
    into->events[into->count++] = (struct queued_event){axon, value};
    queue->stored++;
}

/* Cycle in which the nth event leaves of those that are handed out; nth < leaving. */
static inline uint64_t *event_queue_leaves(const struct event_queue *queue, uint32_t nth)
{
    return &queue->leaves_at[(queue->leaves_head + nth) & queue->leaves_mask];
}

/* The oldest event of a slot, handed out in order; leaves the memory in cycle `leaves`. The slot must not be empty. */
static inline struct queued_event event_queue_take(struct event_queue *queue, uint32_t slot, uint64_t leaves)
{
    struct event_slot *from = &queue->slot[slot];
    struct queued_event event = from->events[from->taken++];
    if (from->taken == from->count)
        from->taken = from->count = 0;
    queue->stored--;
    if (queue->leaving > queue->leaves_mask)
        event_queue_grow_leaves(queue);
    *event_queue_leaves(queue, queue->leaving++) = leaves;
    return event;
}

/* The same for all events of a slot at once: how many there are, and where they lie. Each is then given its cycle
 * (event_queue_let_go), and the slot closed. */
uint32_t event_queue_open(struct event_queue *queue, uint32_t slot, const struct queued_event **events);
/* The nth of them leaves the memory in cycle `leaves`; ascending. */
static inline void event_queue_let_go(struct event_queue *queue, uint32_t nth, uint64_t leaves)
{
    *event_queue_leaves(queue, queue->leaving + nth) = leaves;
}
void event_queue_close(struct event_queue *queue, uint32_t slot);

/* Empties everything; returns how many events were lost. */
uint32_t event_queue_clear(struct event_queue *queue);
void event_queue_hash(const struct event_queue *queue, uint64_t now, struct hash *hash);

#endif
