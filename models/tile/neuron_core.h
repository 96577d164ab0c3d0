/* A core that goes neuron by neuron (core.order: neuron): for each neuron it looks at every axon, one a cycle, then
 * writes and checks it. Events wait in a delay memory; packets leave through one of two local buffers of a merge
 * router (models/noc/merge_router.h). Source of the timing: the RTL of an open many-core design; docs/timing.md.
 *
 * Times are rising edges. The core is told of a timestep at edge T (go signal).
 *   T+1        the next slot of the delay memory becomes the present one
 *   T+2 ..     for each neuron: A edges, one an axon; then *write*; then *check*
 *   write      potential = potential + sum + bias, wrapped or saturated; threshold, negative threshold. If the neuron fires and one of the
 *              local buffers is full, *write* is repeated at the next edge. A packet is in its buffer one edge later.
 *   after the last check: one edge, and at the one after that the present slot is cleared; a packet that is written at
 *              that very edge is lost.
 * What is decided at edge e depends on the state before e, so the core decides it in cycle e - 1.
 *
 * Not modelled: a go signal while the core is at work (counted as an overrun, then ignored, as an error of the network). */
#ifndef NPUSIM_MODELS_TILE_NEURON_CORE_H
#define NPUSIM_MODELS_TILE_NEURON_CORE_H

#include "models/probe.h"
#include "models/program.h"
#include "models/send_route.h"
#include "models/tile/core_config.h"
#include "models/tile/core_counters.h"
#include "models/tile/delay_memory.h"
#include "sim/link.h"
#include "sim/signal.h"

enum neuron_core_phase { NEURON_CORE_RESTS, NEURON_CORE_ADVANCES, NEURON_CORE_UPDATES, NEURON_CORE_CLEARS };

struct column_synapse {
    uint32_t axon;
    int32_t weight;
};

struct neuron_core {
    struct component component;
    const struct core_config *config;
    const struct core_program *program;
    struct delay_memory events;
    uint32_t *column_start;          /* [neurons + 1] */
    struct column_synapse *columns;  /* by neuron, axons ascending */
    const struct neuron_group **group_of; /* [neurons] */
    int32_t *potential;
    const uint32_t *route_start;     /* [neurons + 1] */
    const struct send_route *routes;
    struct link *in;                 /* from the router's local unit */
    struct link *out_east, *out_west;/* local buffers */
    uint32_t x;                      /* tile column: which buffer a packet takes */
    const struct signal *go;
    struct tally *outstanding;
    struct probe *probe;
    /* state */
    int64_t seen_go;
    enum neuron_core_phase phase;
    uint32_t neuron;                 /* next to be written */
    uint64_t first_axon;             /* edge at which its axon 0 is looked at */
    uint64_t act;                    /* cycle of the next decision */
    bool stalled;                    /* `neuron` fires and waits for its buffers */
    int64_t sum;                     /* of its weights, while it waits */
    uint64_t accounted;
    uint64_t counters[CORE_COUNTERS];
};

void neuron_core_init(struct neuron_core *core, struct engine *engine, uint32_t index,
                      const struct core_config *config, const struct core_program *program);
void neuron_core_free(struct neuron_core *core);
void neuron_core_settle(struct neuron_core *core, uint64_t now);

#endif
