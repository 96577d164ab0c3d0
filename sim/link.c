#include "sim/link.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

void link_init(struct link *link, struct engine *engine, uint32_t capacity, uint32_t latency, uint32_t credit_latency)
{
    must(capacity >= 1 && capacity <= 1u << 20 && latency >= 1 && credit_latency >= 1);
    uint32_t size = 2; /* a popped entry keeps its place until its credit is back */
    while (size <= capacity)
        size *= 2;
    *link = (struct link){.engine = engine, .mask = size - 1, .credits = capacity, .capacity = capacity,
                          .latency = latency, .credit_latency = credit_latency};
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

/* Credits count as back from the cycle in which they could be used, whether or not the producer has looked. */
void link_hash(const struct link *link, struct hash *hash)
{
    uint64_t now = link->engine->now;
    uint32_t returned = link->returned, credits = link->credits;
    for (; returned != link->head && link->ring[returned & link->mask].free_at <= now; returned++)
        credits += link->ring[returned & link->mask].packet.flits;
    hash_u64(hash, credits);
    hash_u64(hash, link->tail - link->head);
    for (; returned != link->head; returned++)
        hash_timer(hash, link->ring[returned & link->mask].free_at, now);
    for (uint32_t i = link->head; i != link->tail; i++) {
        const struct link_entry *entry = &link->ring[i & link->mask];
        hash_timer(hash, entry->visible, now);
        hash_u64(hash, (uint64_t)entry->packet.target << 32 | entry->packet.axon);
        hash_u64(hash, (uint64_t)(uint32_t)entry->packet.value << 32 | (uint64_t)entry->packet.step << 16 |
                           (uint64_t)entry->packet.flits << 8 | entry->packet.kind);
    }
}
