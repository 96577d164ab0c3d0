/* What a core is made of: the fields that configs/chip/ files fill (rows: core_parameters.c). */
#ifndef NPUSIM_MODELS_TILE_CORE_CONFIG_H
#define NPUSIM_MODELS_TILE_CORE_CONFIG_H

#include "sim/parameters.h"
#include <stdbool.h>
#include <stdint.h>

enum synapse_kind { SYNAPSE_SPARSE, SYNAPSE_DIMC, SYNAPSE_CROSSBAR };
enum controller_output { OUTPUT_ON_FIRE, OUTPUT_ON_POP };
enum queue_policy { QUEUE_STALL, QUEUE_DROP };
enum neuron_overflow { OVERFLOW_SATURATE, OVERFLOW_WRAP };
enum core_order { ORDER_TIMESTEP, ORDER_NEURON, ORDER_EVENT };
enum neuron_location { NEURON_COLUMN, NEURON_PROCESSOR };

struct core_config {
    /* limits of the tables */
    uint32_t neurons_max;        /* neurons (or input relays) a core */
    uint32_t axons_max;          /* rows of the axon table */
    uint32_t routes_max;         /* rows of the routing table (destinations of all its neurons) */
    uint32_t profiles_max;       /* different sets of neuron parameters a core may hold */
    /* event queue */
    uint32_t queue_depth;        /* events, all delay slots together */
    uint32_t delay_slots;        /* timesteps ahead that an event can be stored for, the present one included */
    int queue_policy;            /* enum queue_policy */
    uint32_t axon_cycles;        /* axon table look-up for each event */
    /* synapse array */
    int synapse_kind;            /* enum synapse_kind */
    uint32_t weight_bits;        /* two's complement */
    uint32_t sparse_words;       /* words of synapse memory */
    uint32_t sparse_word_bits;
    uint32_t sparse_index_bits;  /* target index beside each weight */
    uint32_t sparse_words_per_cycle;
    uint32_t sparse_latency;     /* cycles from the first word's address to the first accumulation */
    uint32_t dimc_rows;          /* of one array */
    uint32_t dimc_columns;       /* weights in one row */
    uint32_t dimc_arrays;        /* stacked: all add to the same columns */
    uint32_t dimc_rows_per_access; /* rows that one access can add at once (adder tree height) */
    uint32_t dimc_cycles_per_plane; /* cycles of one access, for each bit plane (or those taken together) */
    uint32_t dimc_planes_per_access; /* bit planes that an access takes together: adder trees beside each other */
    uint32_t dimc_latency;       /* adder tree and shift-add pipeline */
    uint32_t crossbar_word_bits; /* one weight for each axon and neuron, packed into words */
    uint32_t crossbar_cycles;    /* for each weight in turn: read, add, write back */
    /* order event: what the controller does with an event */
    uint32_t controller_accept;  /* cycles from the choice to the acknowledge of an event that is queued */
    uint32_t controller_recover; /* cycles from the acknowledge to the next choice */
    bool controller_recurrent;   /* a neuron that fires is queued as an event of its own axon */
    int controller_output;       /* enum controller_output */
    uint32_t controller_last_neuron; /* the last neuron that an event goes through */
    /* accumulators and neuron state: banked SRAM; neuron or column j lies in bank j mod banks */
    uint32_t accumulator_bits;
    uint32_t accumulator_banks, accumulator_ports; /* ports a bank; one accumulation is one port for one cycle */
    uint32_t state_banks, state_ports;             /* neurons a bank can read and write back in one cycle */
    int core_order;              /* enum core_order: timestep: all events, then all neurons; neuron: for each neuron all axons;
                                    event: for each event all neurons */
    /* neuron array */
    int overflow;                /* enum neuron_overflow, of the potential */
    int neuron_location;         /* enum neuron_location */
    uint32_t neuron_lanes;       /* neurons updated at once */
    uint32_t neuron_interval;    /* cycles between groups of lanes */
    uint32_t neuron_depth;       /* pipeline depth: cycles from read to spike */
    uint32_t potential_bits, current_bits; /* two's complement, potential saturates, current saturates */
    uint32_t decay_bits;         /* 12: decay d keeps (4096 - d) / 4096, truncated toward zero */
    uint32_t fraction_bits;      /* accumulator is shifted left by this before it joins the state */
    /* neurons on a processor that the tile's cores share */
    uint32_t processor_instructions; /* instructions for each group of lanes */
    uint32_t processor_start;        /* cycles to hand one core's job over */
    /* axon output */
    uint32_t route_cycles;       /* cycles for each packet (routing table look-up and injection) */
};

/* A weight for every row and column, used or not (dimc, crossbar), or lists (sparse)? */
static inline bool core_is_dense(const struct core_config *core) { return core->synapse_kind != SYNAPSE_SPARSE; }
static inline uint64_t core_dense_rows(const struct core_config *core)
{
    return core->synapse_kind == SYNAPSE_DIMC ? (uint64_t)core->dimc_rows * core->dimc_arrays : core->axons_max;
}
static inline uint32_t core_dense_columns(const struct core_config *core)
{
    return core->synapse_kind == SYNAPSE_DIMC ? core->dimc_columns : core->neurons_max;
}
/* Words in which a crossbar's row of weights lies. */
static inline uint32_t core_crossbar_words(const struct core_config *core)
{
    uint32_t weights = core->crossbar_word_bits / core->weight_bits ? core->crossbar_word_bits / core->weight_bits : 1;
    return (core->neurons_max + weights - 1) / weights;
}

extern const struct parameter_row core_parameter_rows[];

#endif
