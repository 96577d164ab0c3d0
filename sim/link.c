#include "sim/link.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

static void make_ring(struct link *link, uint32_t flits)
{
    uint32_t size = 1; /* a popped entry keeps its place until its credit is back */
    while (size < flits)
        size *= 2;
    free(link->ring);
    link->mask = size - 1;
    link->front = link->ring = memory_lines(size, sizeof(struct link_entry));
}

void link_init(struct link *link, struct engine *engine, uint32_t capacity, uint32_t latency, uint32_t credit_latency)
{
    must(capacity >= 1 && capacity <= 1u << 20 && latency >= 1 && credit_latency >= 1);
    *link = (struct link){.engine = engine, .capacity = capacity, .latency = latency, .wakes = LINK_FAR,
                          .credit_latency = credit_latency};
    make_ring(link, capacity);
}

void link_widen(struct link *link, uint32_t flits)
{
    must(link->tail == 0);
    make_ring(link, link->capacity + flits);
}

void link_connect(struct link *link, const struct component *producer, const struct component *consumer)
{
    link->producer = producer->id;
    link->consumer = consumer->id;
}

static void wake_consumer(const struct link *link, bool wanted, uint64_t visible)
{
    engine_wake_if(link->engine, wanted, link->consumer, link->reason, visible);
}

void link_wake_first(struct link *link, bool wanted, uint64_t visible)
{
    if (link->latency < ENGINE_SLOTS - 1)
        link->wakes = engine_place(link->engine, link->consumer, link->reason);
    wake_consumer(link, wanted, visible);
}

void link_free(struct link *link)
{
    free(link->ring);
    link->front = link->ring = NULL;
}

void link_take_places(struct link *link, uint32_t flits)
{
    for (uint32_t i = 1; i < flits; i++) {
        struct link_entry *more = &link->ring[(link->tail + i) & link->mask];
        more->packet.flits = 0;
        more->free_at = NEVER;
    }
}

void link_free_places(struct link *link, uint32_t flits, uint64_t free_at)
{
    for (uint32_t i = 1; i < flits; i++)
        link->ring[(link->head + i) & link->mask].free_at = free_at;
}

/* The producer is woken for the last of them, if that is not sent in this cycle. */
static void all_are_sent(struct link *link)
{
    link->producer_waits = false;
    if (link->last_sent > link->engine->now)
        engine_wake(link->engine, link->producer, link->last_sent);
}

/* Credit has come back: announced packets get their cycle as far as it is known. */
static void send_announced(struct link *link)
{
    while (link->unsent != link->tail) {
        struct link_entry *entry = &link->ring[link->unsent & link->mask];
        uint64_t credit = link->ring[(link->unsent + entry->packet.flits - 1u - link->capacity) & link->mask].free_at;
        if (credit == NEVER)
            return;
        link_send_next(link, entry, credit, entry->visible - LINK_UNSENT);
    }
    all_are_sent(link);
}

void link_end_announcing(struct link *link, uint32_t first)
{
    if (link->unsent == link->tail)
        all_are_sent(link);
    else
        link->producer_waits = true;
    if (link->head == first)
        wake_consumer(link, true, link->front->visible);
}

void link_return_credit(struct link *link, uint64_t free_at)
{
    if (link->announces) {
        send_announced(link);
        return;
    }
    link->producer_waits = false;
    if (link->waiting)
        *link->waiting &= ~link->waiting_bit;
    engine_wake(link->engine, link->producer, free_at);
}

/* Taken in the cycle in which it becomes visible, so its places are free as soon after that as always. */
void link_push_promised(struct link *link, uint64_t now, struct link_entry *entry)
{
    uint32_t flits = entry->packet.flits;
    entry->free_at = entry->visible + link->credit_latency + flits - 1u;
    if (flits != 1)
        link_free_places(link, flits, entry->free_at);
    link->promised -= flits;
    link->head = link->tail;
    link->front = &link->ring[link->head & link->mask];
    if (link->deliveries)
        tally_done_at(link->deliveries, now, entry->visible);
}

void link_promise(struct link *link, uint32_t flits, struct tally *deliveries)
{
    must(link->head == link->tail);
    uint32_t room = link->mask + 1 - link->capacity - (link->tail - link->collected);
    link->promised = flits < room ? flits : room;
    link->promises = true;
    link->deliveries = deliveries;
}

static void hash_entry(const struct link_entry *entry, uint64_t now, struct hash *hash)
{
    const struct packet *packet = &entry->packet;
    hash_timer(hash, entry->visible, now);
    hash_u64(hash, (uint64_t)packet->target << 32 | packet->axon);
    hash_u64(hash, (uint64_t)(uint32_t)packet->value << 32 | (uint64_t)packet->step << 16 |
                       (uint64_t)packet->flits << 8 | packet->kind);
}

static uint32_t packets_between(const struct link *link, uint32_t first, uint32_t end)
{
    uint32_t packets = 0;
    for (uint32_t i = first; i != end; i++)
        packets += link->ring[i & link->mask].packet.flits != 0;
    return packets;
}

uint32_t link_held(const struct link *link)
{
    return packets_between(link, link->head, link->tail);
}

/* Credits count as back from the cycle in which they could be used, and packets as sent and taken in their cycle,
 * whenever the two ends have done that. */
void link_hash(const struct link *link, struct hash *hash)
{
    uint64_t now = link->engine->now;
    uint32_t head = link->promises ? link->collected : link->head, tail = head, owed = head;
    while (tail != link->tail && (link->ring[tail & link->mask].packet.flits == 0 || link_sent(link, tail) < now))
        tail++;
    while (tail - owed < link->capacity && link->ring[(owed - 1) & link->mask].free_at > now)
        owed--; /* first flit whose credit is not back */
    hash_u64(hash, link->capacity - (tail - owed));
    hash_u64(hash, packets_between(link, head, tail));
    for (uint32_t i = owed; i != head; i++)
        if (link->ring[i & link->mask].packet.flits)
            hash_timer(hash, link->ring[i & link->mask].free_at, now);
    for (uint32_t i = head; i != tail; i++)
        if (link->ring[i & link->mask].packet.flits)
            hash_entry(&link->ring[i & link->mask], now, hash);
}
