/* Axon output of a core: turns spikes into packets by the routing table, one packet every max(route_cycles, flits).
 *
 * Two sources: relayed input spikes (a link from the host interface) go before the core's own spikes, which wait in
 * a list as long as the neuron array (so the neuron pipeline never stalls for it; a real one has a shorter FIFO). The
 * packets of one spike go out one after the other; a packet that finds no credit of the router waits.
 *
 * The packets of a source are announced to the link together, as nothing can come between them, and those of the
 * spikes that follow as well, where no input is relayed; they count as sent when their cycle has passed
 * (axon_output_count_sent), so the counters are exact whenever they are looked at. */
#ifndef NPUSIM_MODELS_TILE_AXON_OUTPUT_H
#define NPUSIM_MODELS_TILE_AXON_OUTPUT_H

#include "models/packet.h"
#include "models/send_route.h"
#include "models/tile/core_counters.h"
#include "models/tile/neuron_array.h"
#include "sim/link.h"
#include "sim/signal.h"

struct output_table {
    const uint32_t *start; /* [sources + 1] */
    const struct send_route *route;
};

struct axon_output {
    struct output_table neurons, relays;
    uint32_t route_cycles;
    struct link *out;          /* to the router */
    struct link *out_west;     /* NULL, or to a merge router's western local buffer; then `out` is the eastern one */
    uint32_t x;                /* tile column, to choose between them */
    struct link *relay_in;     /* from the host interface; NULL: none */
    struct tally *outstanding; /* of the chip: +1 a delivery sent */
    /* spikes of the present timestep */
    const struct neuron_array *array;
    uint64_t sweep_start;
    uint32_t spike;            /* next in array->fired that is chosen */
    uint32_t step;             /* timestep of the spikes */
    /* the source chosen last: its routes before `route` are announced */
    uint32_t route, route_end; /* in the table of its kind */
    bool relay;                /* it is a relayed input */
    struct packet event;       /* that input */
    uint64_t next_send;        /* the output is busy before this cycle */
    /* packets announced and not counted as sent, of this source and of those before */
    struct link *announced_to;
    uint32_t announced;        /* how many */
    uint32_t place;            /* flit of the first one in the link */
    uint32_t sending;          /* its route, if that is not sending_end: then the next spike's first */
    uint32_t sending_end;
    uint32_t sending_spike;    /* its neuron's place in array->fired, if it is no relayed input's */
    uint64_t last_sent;        /* cycle of the last one that was counted */
    bool blocked;              /* it waits for credit */
};

/* Sends what can be sent from cycle `now` on. Returns the next cycle to try, NEVER when a credit, a relay or a new
 * timestep must come first. */
uint64_t axon_output_step(struct axon_output *output, uint64_t now, uint64_t counters[CORE_COUNTERS],
                          uint64_t *progress);
/* Cycle in which the next packet leaves or has left that is not counted yet; NEVER: none, or not known. */
uint64_t axon_output_next_sent(const struct axon_output *output);
/* Counts the announced packets that leave before cycle `before`, at least one; last_sent is the last one's cycle. Returns for how
 * many of the cycles from `from` until then the output waited for credit. */
uint64_t axon_output_count_sent(struct axon_output *output, uint64_t before, uint64_t from,
                                uint64_t counters[CORE_COUNTERS]);
/* A packet is announced that is not counted. */
static inline bool axon_output_has_announced(const struct axon_output *output)
{
    return output->announced != 0;
}
/* A new list of spikes: `array->fired`, whose pipeline started in cycle sweep_start of timestep `step`. */
void axon_output_begin(struct axon_output *output, uint64_t sweep_start, uint32_t step);
/* Every spike of the timestep has left. */
bool axon_output_done(const struct axon_output *output);
void axon_output_hash(const struct axon_output *output, uint64_t now, struct hash *hash);

#endif
