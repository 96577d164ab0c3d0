#include "models/host/edge.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

static void grow(struct edge_queue *edge)
{
    size_t capacity = edge->capacity ? 2 * edge->capacity : 16;
    struct edge_message *ring = memory_array(capacity, sizeof *ring);
    for (size_t i = edge->head; i != edge->tail; i++)
        ring[i & (capacity - 1)] = edge->ring[i & (edge->capacity - 1)];
    free(edge->ring);
    edge->ring = ring;
    edge->capacity = capacity;
}

void edge_put(struct edge_queue *edge, uint64_t arrival, const struct packet *packet)
{
    if (edge->tail - edge->head == edge->capacity)
        grow(edge);
    edge->ring[edge->tail++ & (edge->capacity - 1)] = (struct edge_message){arrival, *packet};
}

const struct edge_message *edge_front(const struct edge_queue *edge)
{
    return edge->head == edge->tail ? NULL : &edge->ring[edge->head & (edge->capacity - 1)];
}

void edge_pop(struct edge_queue *edge)
{
    edge->head++;
}

void edge_free(struct edge_queue *edge)
{
    free(edge->ring);
    *edge = (struct edge_queue){0};
}

void edge_hash(const struct edge_queue *edge, uint64_t now, struct hash *hash)
{
    for (size_t i = edge->head; i != edge->tail; i++) {
        const struct edge_message *message = &edge->ring[i & (edge->capacity - 1)];
        hash_timer(hash, message->arrival, now);
        hash_u64(hash, (uint64_t)message->packet.target << 32 | message->packet.axon);
        hash_u64(hash, (uint64_t)(uint32_t)message->packet.value << 32 | (uint64_t)message->packet.step << 16 |
                           (uint64_t)message->packet.flits << 8 | message->packet.kind);
    }
}
