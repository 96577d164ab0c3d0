/* What a run on the chip leaves behind: integers only. Energy, seconds and ratios are derived from it later
 * (models/physics/energy.h), pages and files are written from both (tools/report). */
#ifndef NPUSIM_MODELS_CHIP_RESULT_H
#define NPUSIM_MODELS_CHIP_RESULT_H

#include "models/host/host_counters.h"
#include "models/noc/router_counters.h"
#include "models/tile/core_counters.h"
#include "models/tile/processor_counters.h"
#include <stdbool.h>

/* One spike (or, in a population with values, one value) of the network, in the time of the reference: the pipeline
 * depth of its population is taken away. */
struct recorded_spike {
    uint32_t population;
    uint32_t step;
    uint32_t neuron; /* index in the population */
    int32_t value;   /* 1 for a spike; a potential in chip units for a value */
};

/* Counters of every component, flat. */
struct counter_table {
    uint32_t cores, routers, processors, chips;
    uint64_t *core;      /* [cores][CORE_COUNTERS] */
    uint64_t *router;    /* [routers][ROUTER_COUNTERS] */
    uint64_t *processor; /* [processors][PROCESSOR_COUNTERS] */
    uint64_t *host;      /* [chips][HOST_COUNTERS] */
    uint64_t *chip_cycles; /* [chips]: cycles that its components' counters cover; chips end a sample one by one */
    uint64_t cycles;     /* of chip 0: from end to end of the system */
};

struct sample_result {
    uint64_t first_cycle, last_cycle; /* the sample's first input enters the host link; its last output has left it */
    uint64_t start_cycle, end_cycle;  /* from end to end of the chip's work, reset included: cycles = end - start */
    uint64_t done_cycle;              /* the host has heard that the sample is over, and begins the next */
    uint32_t steps;                   /* of the reference, without pipeline depth */
    /* What follows is empty where an observer was shown it instead (sim/top/system.h). */
    size_t output_count;              /* as the host received them */
    struct recorded_spike *outputs;
    size_t spike_count;               /* every population, seen by a probe that is not part of the hardware */
    struct recorded_spike *spikes;    /* sorted by (population, step, neuron) */
    struct counter_table counters;    /* of this sample alone */
};

/* Sums over all samples for each population and timestep: [population][step]. */
struct layer_step {
    uint64_t spikes, synaptic_events, busy_cycles;
};

/* Bytes of the host machine that the chips and their program take, by what they grow with (models/chip_memory.c). */
struct memory_use {
    uint64_t neurons, synapses, tiles;
    uint64_t neuron_bytes;  /* parameters, state, accumulators */
    uint64_t synapse_bytes; /* targets and weights */
    uint64_t row_bytes;     /* tables by axon */
    uint64_t route_bytes;   /* destinations of neurons and relays */
    uint64_t tile_bytes;    /* routers, links, event queues, counters */
};

/* Bytes for one, and all of them; 0 where there is none. */
double memory_per_neuron(const struct memory_use *use);
double memory_per_synapse(const struct memory_use *use);
double memory_per_tile(const struct memory_use *use);
uint64_t memory_all(const struct memory_use *use);

struct chip_result {
    uint32_t population_count;
    uint32_t steps;               /* longest sample */
    struct layer_step *layers;    /* [population_count][steps] */
    size_t sample_count;
    struct sample_result *samples;
    struct counter_table counters; /* whole run */
    uint64_t state_hash;
    uint64_t wakeups, steps_run;  /* of the engine; not part of any hash */
    uint32_t quantum;             /* used; may be smaller than asked */
    struct memory_use memory;     /* not part of any hash */
};

void memory_use_add(struct memory_use *to, const struct memory_use *from);

void counter_table_free(struct counter_table *table);
/* Adds the layers of another result, whose longest sample may be shorter. */
void layers_add(struct chip_result *to, const struct chip_result *from);
void chip_result_free(struct chip_result *result);

#endif
