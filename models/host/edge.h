/* The edge of a chip: messages that left or will enter it, each with the cycle in which it arrives.
 *
 * Plain queues: what carries them from one side to the other (SystemC, sim/top) must deliver a message before the
 * receiver runs its cycle of arrival, which a latency >= 1 on every such link makes possible. */
#ifndef NPUSIM_MODELS_HOST_EDGE_H
#define NPUSIM_MODELS_HOST_EDGE_H

#include "models/packet.h"
#include "sim/link.h"

#ifdef __cplusplus
extern "C" {
#endif

/* packet.kind on the host link, besides PACKET_OUTPUT and PACKET_VALUE towards the host */
enum host_message {
    HOST_SAMPLE = 64, /* to the chip: a sample begins; axon: its number, value: timesteps of the reference */
    HOST_INPUT,       /* to the chip: axon: input number over all input populations; value: 1 or graded; step */
    HOST_STEP,        /* to the chip: all inputs of timestep `step` have been sent; axon: the whole number of the step */
    HOST_PACKET,      /* to the chip: target, axon, step: a packet that enters the network as it is */
    HOST_TRIGGER,     /* to the chip: the next timestep begins (timestep.mode: triggered) */
    HOST_CREDIT,      /* to the host: room for one more message */
    HOST_DONE         /* to the host: the sample is over; axon: its number */
};

struct edge_message {
    uint64_t arrival;
    struct packet packet;
};

struct edge_queue {
    struct edge_message *ring;
    size_t capacity, head, tail; /* messages head .. tail - 1, at index modulo capacity (a power of two) */
};

void edge_put(struct edge_queue *edge, uint64_t arrival, const struct packet *packet);
/* The oldest message, or NULL. */
const struct edge_message *edge_front(const struct edge_queue *edge);
void edge_pop(struct edge_queue *edge);
void edge_free(struct edge_queue *edge);
void edge_hash(const struct edge_queue *edge, uint64_t now, struct hash *hash);

/* Cycles that `bits` take on a link of that width. */
static inline uint32_t edge_cycles(uint32_t bits, uint32_t bits_per_cycle)
{
    return (bits + bits_per_cycle - 1) / bits_per_cycle;
}

#ifdef __cplusplus
}
#endif
#endif
