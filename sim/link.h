/* A link: the only way from one component to another. Bounded, latency >= 1, with credits.
 *
 * One producer pushes, one consumer pops. A packet pushed in cycle c is visible from c + latency. Space is counted in
 * flits: a packet of n flits needs n credits, which come back `credit_latency` cycles after its last flit has left
 * (pop in cycle c: c + n - 1 + credit_latency). So neither side can see what the other did in the same cycle, and the order
 * in which they step cannot matter.
 *
 * The ring is both the wire and the consumer's input buffer: its capacity is the buffer's. */
#ifndef NPUSIM_SIM_LINK_H
#define NPUSIM_SIM_LINK_H

#include "sim/engine.h"

/* What travels. The engine looks at `flits` only. */
struct packet {
    uint32_t target; /* packed destination, or a row of a multicast table */
    uint32_t axon;   /* of the destination core, or output number for the host */
    int32_t value;   /* bit planes of a spike, a potential, a command's argument */
    uint16_t step;   /* timestep in which it takes effect, modulo 65536 */
    uint8_t flits;
    uint8_t kind;    /* enum packet_kind of the network family */
};

struct link_entry {
    struct packet packet;
    uint64_t at; /* first cycle in which the consumer may see it; once popped, in which the producer may use its space */
};

struct link {
    struct link_entry *ring; /* [mask + 1] */
    uint32_t mask;           /* ring size - 1, a power of two >= capacity */
    uint32_t tail;           /* producer's: packets pushed so far */
    uint32_t returned;       /* producer's: packets whose credits it has taken back */
    uint32_t credits;        /* producer's: flits it may send */
    uint32_t head;           /* consumer's: packets popped so far */
    uint32_t latency, credit_latency;
    uint32_t producer, consumer; /* component ids */
    uint32_t arriving_bit, waiting_bit;
    uint32_t *arriving;      /* NULL, or the consumer's mask of links that a packet has begun to come by */
    uint32_t *waiting;       /* NULL, or the producer's mask of links that it waits for credit of */
    struct engine *engine;
    uint32_t capacity;       /* flits */
    bool producer_waits;     /* schedules only */
};

/* capacity in flits, 1 .. 2^20; both latencies >= 1. Wired later by link_connect. */
void link_init(struct link *link, struct engine *engine, uint32_t capacity, uint32_t latency, uint32_t credit_latency);
void link_connect(struct link *link, const struct component *producer, const struct component *consumer);
void link_free(struct link *link);
void link_hash(const struct link *link, struct hash *hash);

/* ---- producer ---- */

/* Credits for `flits` at hand? */
static inline bool link_ready(struct link *link, uint64_t now, uint32_t flits)
{
    if (link->credits >= flits)
        return true;
    while (link->returned != link->head && link->ring[link->returned & link->mask].at <= now) {
        link->credits += link->ring[link->returned & link->mask].packet.flits;
        link->returned++;
    }
    return link->credits >= flits;
}

/* When it is not ready: the cycle in which the next credit comes, or NEVER and the consumer's pop wakes the producer. */
static inline uint64_t link_credit_cycle(struct link *link)
{
    if (link->returned != link->head)
        return link->ring[link->returned & link->mask].at;
    link->producer_waits = true;
    return NEVER;
}

/* Must be ready. Wakes the consumer unless an earlier packet is still there, which will make it look. */
static inline void link_push(struct link *link, uint64_t now, const struct packet *packet)
{
    struct link_entry *entry = &link->ring[link->tail & link->mask];
    entry->packet = *packet;
    entry->at = now + link->latency;
    link->credits -= packet->flits;
    if (link->tail == link->head) {
        if (link->arriving)
            *link->arriving |= link->arriving_bit;
        engine_wake(link->engine, link->consumer, entry->at);
    }
    link->tail++;
}

/* ---- consumer ---- */

/* The oldest packet, if it is visible; stays in the ring until popped. */
static inline const struct packet *link_peek(const struct link *link, uint64_t now)
{
    const struct link_entry *entry = &link->ring[link->head & link->mask];
    return link->head != link->tail && entry->at <= now ? &entry->packet : NULL;
}

/* First cycle after `now` in which the oldest packet can be seen; NEVER when there is none. */
static inline uint64_t link_next(const struct link *link, uint64_t now)
{
    if (link->head == link->tail)
        return NEVER;
    uint64_t visible = link->ring[link->head & link->mask].at;
    return visible > now ? visible : now + 1;
}

/* Takes the oldest packet; it must be visible. The consumer looks at link_next afterwards. */
static inline void link_pop(struct link *link, uint64_t now)
{
    struct link_entry *entry = &link->ring[link->head & link->mask];
    entry->at = now + link->credit_latency + entry->packet.flits - 1u;
    link->head++;
    if (link->producer_waits) {
        link->producer_waits = false;
        if (link->waiting)
            *link->waiting &= ~link->waiting_bit;
        engine_wake(link->engine, link->producer, entry->at);
    }
}

#endif
