#include "sim/link.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

void link_init(struct link *link, struct engine *engine, uint32_t capacity, uint32_t latency, uint32_t credit_latency)
{
    must(capacity >= 1 && capacity <= 1u << 20 && latency >= 1 && credit_latency >= 1);
    uint32_t size = 1; /* a popped entry keeps its place until its credit is back */
    while (size < capacity)
        size *= 2;
    *link = (struct link){.engine = engine, .mask = size - 1, .capacity = capacity, .latency = latency,
                          .credit_latency = credit_latency};
    link->ring = memory_array(size, sizeof(struct link_entry));
}

void link_connect(struct link *link, const struct component *producer, const struct component *consumer)
{
    link->producer = producer->id;
    link->consumer = consumer->id;
}

void link_free(struct link *link)
{
    free(link->ring);
    link->ring = NULL;
}

void link_take_places(struct link *link, uint32_t flits)
{
    link->pushed_more += flits - 1;
    for (uint32_t i = 1; i < flits; i++) {
        struct link_entry *more = &link->ring[(link->tail + i) & link->mask];
        more->packet.flits = 0;
        more->free_at = NEVER;
    }
}

void link_free_places(struct link *link, uint32_t flits, uint64_t free_at)
{
    link->popped_more += flits - 1;
    for (uint32_t i = 1; i < flits; i++)
        link->ring[(link->head + i) & link->mask].free_at = free_at;
}

void link_return_credit(struct link *link, uint64_t free_at)
{
    link->producer_waits = false;
    if (link->waiting)
        *link->waiting &= ~link->waiting_bit;
    engine_wake(link->engine, link->producer, free_at);
}

/* Credits count as back from the cycle in which they could be used, whether or not the producer has looked. */
void link_hash(const struct link *link, struct hash *hash)
{
    uint64_t now = link->engine->now;
    uint32_t owed = link->head; /* first flit whose credit is not back */
    while (link->tail - owed < link->capacity && link->ring[(owed - 1) & link->mask].free_at > now)
        owed--;
    hash_u64(hash, link->capacity - (link->tail - owed));
    hash_u64(hash, (uint64_t)(link->tail - link->pushed_more) << 32 | (link->head - link->popped_more));
    for (uint32_t i = owed; i != link->tail; i++) {
        const struct link_entry *entry = &link->ring[i & link->mask];
        if (entry->packet.flits == 0)
            continue;
        if (i - owed < link->head - owed) {
            hash_u64(hash, entry->free_at);
            continue;
        }
        hash_u64(hash, entry->visible);
        hash_u64(hash, (uint64_t)entry->packet.target << 32 | entry->packet.axon);
        hash_u64(hash, (uint64_t)(uint32_t)entry->packet.value << 32 | (uint64_t)entry->packet.step << 16 |
                           (uint64_t)entry->packet.flits << 8 | entry->packet.kind);
    }
}
