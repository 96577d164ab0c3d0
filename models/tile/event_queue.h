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
    uint32_t next; /* index in the pool */
};

struct event_queue {
    uint32_t depth, slots;
    struct queued_event *pool; /* [pool_capacity] */
    size_t pool_capacity;
    uint32_t free_first, used_once; /* free list, then never used */
    uint32_t *first, *last, *count; /* [slots] */
    uint32_t stored;           /* events in all lists */
    uint64_t *leaves_at;       /* [leaves_mask + 1] ring: cycles in which events already handed out leave the memory, ascending */
    uint32_t leaves_mask, leaves_head, leaving;
};

void event_queue_init(struct event_queue *queue, uint32_t depth, uint32_t slots);
void event_queue_free(struct event_queue *queue);

/* Room for one more event in cycle `now`? */
bool event_queue_has_room(struct event_queue *queue, uint64_t now);
/* For how many more events there is room in cycle `now`. */
uint32_t event_queue_room(struct event_queue *queue, uint64_t now);
/* First cycle after a failed event_queue_has_room in which there is room, UINT64_MAX if that needs another timestep. */
uint64_t event_queue_room_at(const struct event_queue *queue);
/* ahead: timesteps from the present one, < slots. There must be room. */
void event_queue_put(struct event_queue *queue, uint32_t slot, uint32_t axon, int32_t value);
/* The oldest event of a slot, handed out in order; leaves the memory in cycle `leaves`. The slot must not be empty. */
struct queued_event event_queue_take(struct event_queue *queue, uint32_t slot, uint64_t leaves);
/* Cycle in which the nth event leaves of those that are handed out; nth < leaving. */
static inline uint64_t *event_queue_leaves(const struct event_queue *queue, uint32_t nth)
{
    return &queue->leaves_at[(queue->leaves_head + nth) & queue->leaves_mask];
}
/* Empties everything; returns how many events were lost. */
uint32_t event_queue_clear(struct event_queue *queue);
void event_queue_hash(const struct event_queue *queue, uint64_t now, struct hash *hash);

#endif
