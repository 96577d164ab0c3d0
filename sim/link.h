/* A link: the only way from one component to another. Bounded, latency >= 1, with credits.
 *
 * One producer pushes at most one packet a cycle, one consumer pops at most one. A packet pushed in cycle c is visible
 * from c + latency. Space is counted in flits: a packet of n flits needs n credits, which come back `credit_latency`
 * cycles after its last flit has left (pop in cycle c: c + n - 1 + credit_latency). So neither side can see what the
 * other did in the same cycle, and the order in which they step cannot matter.
 *
 * The ring is both the wire and the consumer's input buffer: its capacity is the buffer's.
 *
 * A consumer that will surely take packets in the cycle in which they become visible can promise that (link_promise).
 * It is then not woken for them: the credits come back in the cycles in which they would, and it collects the packets
 * when it next looks. So `head` may be ahead of what the hardware has taken; that is `collected`.
 *
 * A producer that has several packets ready can announce them all (link_announce): each is sent as soon as there is
 * credit for it, at least `spacing` cycles after the one before. The cycle of a packet is found when the credit is
 * known, which may be when the consumer pops another; until then it is visible in no cycle that comes. The producer is
 * woken in the cycle of the last one. */
#ifndef NPUSIM_SIM_LINK_H
#define NPUSIM_SIM_LINK_H

#include "sim/panic.h"
#include "sim/signal.h"

/* What travels. The engine looks at `flits` only. */
struct packet {
    uint32_t target; /* packed destination, or a row of a multicast table */
    uint32_t axon;   /* of the destination core, or output number for the host */
    int32_t value;   /* bit planes of a spike, a potential, a command's argument */
    uint16_t step;   /* timestep in which it takes effect, modulo 65536 */
    uint8_t flits;
    uint8_t kind;    /* enum packet_kind of the network family */
};

/* Added to the cycle in which an announced packet is ready, while that in which it is visible is not known. */
#define LINK_UNSENT NO_CYCLE

/* A place of the ring is a flit's. The packet lies in its first flit's place; `flits` is 0 in the places of the others. */
struct link_entry {
    struct packet packet;
    uint64_t visible; /* first cycle in which the consumer may see it; LINK_UNSENT and more: not known */
    uint64_t free_at; /* first cycle in which the producer may use the place again; NEVER until it is popped */
};

struct link {
    /* what a packet's way through it touches: one line of the cache */
    struct link_entry *ring; /* [mask + 1] */
    struct link_entry *front; /* place of the oldest packet, or of the next one to come: `head` in the ring */
    struct engine *engine;
    uint32_t mask;           /* ring size - 1, a power of two >= capacity */
    uint32_t capacity;       /* flits */
    uint32_t tail, head;     /* producer's, consumer's: flits pushed, popped so far */
    uint32_t latency, credit_latency;
    uint32_t promised;       /* flits that the consumer will take at once */
    uint32_t wakes;          /* the consumer's bit in the due set, from the first packet on; or LINK_FAR */
    bool producer_waits;     /* for credit, or that announced packets are sent; schedules only */
    bool promises;           /* `collected` is in use */
    bool announces;          /* `unsent` is in use: nothing is pushed, everything announced */
    /* the rest */
    uint32_t collected;      /* flits */
    struct tally *deliveries; /* or NULL: is told when a promised packet is taken */
    uint32_t unsent;         /* flit of the first announced packet whose cycle is not known */
    uint32_t spacing;        /* of announced packets */
    uint64_t earliest;       /* cycle in which the next announced packet can be sent */
    uint64_t last_sent;      /* of the last one whose cycle is known */
    uint32_t producer, consumer; /* component ids */
    uint32_t reason;         /* for which the consumer is woken (struct component_class) */
    uint32_t waiting_bit;
    uint32_t *waiting;       /* NULL, or the producer's mask of links that it waits for credit of */
};

/* Of `wakes`: not known yet, or the latency is beyond the wheel. */
#define LINK_FAR UINT32_MAX

/* capacity in flits, 1 .. 2^20; both latencies >= 1. Wired later by link_connect. */
void link_init(struct link *link, struct engine *engine, uint32_t capacity, uint32_t latency, uint32_t credit_latency);
void link_connect(struct link *link, const struct component *producer, const struct component *consumer);
void link_free(struct link *link);
void link_hash(const struct link *link, struct hash *hash);

/* Packets in it, visible or not, that were not promised to be taken. */
uint32_t link_held(const struct link *link);

/* ---- producer ---- */

/* The place of the last flit that must be free before `flits` more fit. */
static inline const struct link_entry *link_last_needed(const struct link *link, uint32_t flits)
{
    return &link->ring[(link->tail + flits - 1u - link->capacity) & link->mask];
}

/* Credits for `flits` at hand? */
static inline bool link_ready(const struct link *link, uint64_t now, uint32_t flits)
{
    return link_last_needed(link, flits)->free_at <= now;
}

/* When it is not ready: the cycle in which it will be, or NEVER and the consumer's next pop wakes the producer. */
static inline uint64_t link_credit_cycle(struct link *link, uint32_t flits)
{
    uint64_t cycle = link_last_needed(link, flits)->free_at;
    link->producer_waits |= cycle == NEVER;
    return cycle;
}

/* The places behind a packet's first. */
void link_take_places(struct link *link, uint32_t flits);
void link_free_places(struct link *link, uint32_t flits, uint64_t free_at);

/* Makes `consumer` due in cycle `visible`, for its reason, if `wanted`; works out `wakes`. */
void link_wake_first(struct link *link, bool wanted, uint64_t visible);

void link_push_promised(struct link *link, uint64_t now, struct link_entry *entry);

/* A packet of `flits` flits, which must fit. Wakes the consumer unless an earlier packet is still there, which will make
 * it look. */
__attribute__((always_inline)) static inline void link_push_flits(struct link *link, uint64_t now,
                                                                  const struct packet *packet, uint32_t flits)
{
    uint32_t tail = link->tail;
    uint64_t visible = now + link->latency;
    struct link_entry *entry = &link->ring[tail & link->mask];
    entry->packet = *packet;
    entry->visible = visible;
    entry->free_at = NEVER;
    if (flits != 1)
        link_take_places(link, flits);
    link->tail = tail + flits;
    if (link->promised >= flits) {
        link_push_promised(link, now, entry);
        return;
    }
    if (flits != 1)
        link->promised = 0;
    bool wanted = tail == link->head;
    if (__builtin_expect(link->wakes == LINK_FAR, 0)) {
        link_wake_first(link, wanted, visible);
        return;
    }
    engine_wake_at(link->engine, wanted, link->wakes, visible);
    link->engine->wakeups += wanted;
}

/* Must be ready. */
static inline void link_push(struct link *link, uint64_t now, const struct packet *packet)
{
    link_push_flits(link, now, packet, packet->flits);
}

/* Packets announced from now on: the first is sent in `earliest` at the soonest. All before must have been sent. */
static inline void link_begin_announcing(struct link *link, uint64_t earliest, uint32_t spacing)
{
    link->announces = true;
    link->earliest = earliest;
    link->spacing = spacing;
}
/* The first announced packet whose cycle is not known is sent when its credit, back in `credit`, and its turn have come and it
 * is `ready`. */
static inline void link_send_next(struct link *link, struct link_entry *entry, uint64_t credit, uint64_t ready)
{
    uint32_t flits = entry->packet.flits;
    uint64_t turn = ready > link->earliest ? ready : link->earliest, sent = credit > turn ? credit : turn;
    entry->visible = sent + link->latency;
    link->last_sent = sent;
    link->earliest = sent + (link->spacing > flits ? link->spacing : flits);
    link->unsent += flits;
}
/* Announces another packet, which is not there before cycle `ready`. There must be room in the ring (link_widen). */
static inline void link_announce(struct link *link, const struct packet *packet, uint64_t ready)
{
    uint32_t flits = packet->flits;
    struct link_entry *entry = &link->ring[link->tail & link->mask];
    must(link->tail + flits - link->head <= link->mask + 1);
    uint64_t credit = link_last_needed(link, flits)->free_at;
    bool known = link->unsent == link->tail && credit != NEVER;
    entry->packet = *packet;
    entry->visible = LINK_UNSENT | ready;
    entry->free_at = NEVER;
    if (flits != 1)
        link_take_places(link, flits);
    link->tail += flits;
    if (known)
        link_send_next(link, entry, credit, ready);
}
/* After the announcements of a cycle, of which `first` was the first flit. */
void link_end_announcing(struct link *link, uint32_t first);
static inline uint32_t link_announce_room(const struct link *link)
{
    return link->mask + 1 - link->capacity;
}
/* Cycle in which the packet at flit `place` was or will be sent; NEVER: not known. */
static inline uint64_t link_sent(const struct link *link, uint32_t place)
{
    uint64_t visible = link->ring[place & link->mask].visible;
    return visible >= LINK_UNSENT ? NEVER : visible - link->latency;
}

/* ---- consumer ---- */

/* The oldest packet, if it is visible; stays in the ring until popped. */
static inline const struct packet *link_peek(const struct link *link, uint64_t now)
{
    return link->head != link->tail && link->front->visible <= now ? &link->front->packet : NULL;
}

/* First cycle after `now` in which the oldest packet can be seen; NEVER when there is none. */
static inline uint64_t link_next(const struct link *link, uint64_t now)
{
    uint64_t visible = link->front->visible;
    visible = visible > now ? visible : now + 1;
    return link->head != link->tail ? visible : NEVER;
}

void link_return_credit(struct link *link, uint64_t free_at);

/* Takes the oldest packet, which is of `flits` flits and must be visible. The consumer looks at link_next afterwards. */
__attribute__((always_inline)) static inline void link_pop_flits(struct link *link, uint64_t now, uint32_t flits)
{
    uint64_t free_at = now + link->credit_latency + flits - 1u;
    link->front->free_at = free_at;
    if (flits != 1)
        link_free_places(link, flits, free_at);
    link->head += flits;
    link->front = &link->ring[link->head & link->mask];
    if (link->producer_waits)
        link_return_credit(link, free_at);
}

static inline void link_pop(struct link *link, uint64_t now)
{
    link_pop_flits(link, now, link->front->packet.flits);
}

/* ---- consumer that promises ---- */

/* Room for `flits` of promises, beyond the buffer. Before anything is pushed. */
void link_widen(struct link *link, uint32_t flits);
/* Nothing may be in the link that has not been promised, and what was taken must be collected. At most `flits` of
 * packets that come from now on will be taken in the cycle in which they become visible. */
void link_promise(struct link *link, uint32_t flits, struct tally *deliveries);

/* The oldest promised packet that was taken before `now` and not collected, or NULL. */
static inline const struct link_entry *link_taken(const struct link *link, uint64_t now)
{
    const struct link_entry *entry = &link->ring[link->collected & link->mask];
    return link->collected != link->head && entry->visible < now ? entry : NULL;
}

static inline void link_collect(struct link *link)
{
    link->collected += link->ring[link->collected & link->mask].packet.flits;
    if (link->deliveries)
        tally_over(link->deliveries);
}

/* link_pop of a packet that was not promised, when everything promised has been collected. */
static inline void link_pop_collected(struct link *link, uint64_t now)
{
    must(link->collected == link->head);
    link_pop(link, now);
    link->collected = link->head;
}

#endif
