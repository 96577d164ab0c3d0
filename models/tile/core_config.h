/* What a core is made of: the fields that configs/chip/ files fill (rows: core_parameters.c). */
#ifndef NPUSIM_MODELS_TILE_CORE_CONFIG_H
#define NPUSIM_MODELS_TILE_CORE_CONFIG_H

#include "sim/parameters.h"
#include <stdbool.h>
#include <stdint.h>

enum synapse_kind { SYNAPSE_SPARSE, SYNAPSE_DIMC, SYNAPSE_CROSSBAR, SYNAPSE_MEMRISTOR };
enum programming_distribution { PROGRAMMING_GAUSSIAN, PROGRAMMING_LOGNORMAL };
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
    struct memristor_config {
        uint32_t rows, columns, arrays; /* as of dimc */
        uint32_t rows_per_read;  /* that a column adds at once */
        uint32_t latency;        /* shift-add pipeline */
        uint32_t cell_bits;      /* of a weight's magnitude that one device holds */
        double conductance_low, conductance_high; /* uS */
        double read_voltage;     /* V */
        uint32_t read_cycles;    /* of a read: rows driven, columns settled and sampled */
        double wire_resistance;  /* ohm from a cell to the next, along rows and along columns */
        int distribution;        /* enum programming_distribution */
        double programming_noise; /* gaussian: sigma as a share of the conductance range; lognormal: sigma of ln G */
        double stuck_low, stuck_high; /* shares of the devices that stay at one end of the range */
        double read_noise;       /* sigma of a device's current as a share of it, anew in each read */
        uint32_t converter_bits; /* signed code */
        double converter_full_scale; /* column sum that the code's range covers, in rows at full conductance */
        uint32_t converter_columns; /* that share a converter */
        uint32_t converter_cycles;  /* of a conversion */
    } memristor;
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

/* A weight for every row and column, used or not (dimc, crossbar, memristor), or lists (sparse)? */
static inline bool core_is_dense(const struct core_config *core) { return core->synapse_kind != SYNAPSE_SPARSE; }
static inline uint64_t core_dense_rows(const struct core_config *core)
{
    return core->synapse_kind == SYNAPSE_DIMC        ? (uint64_t)core->dimc_rows * core->dimc_arrays
           : core->synapse_kind == SYNAPSE_MEMRISTOR ? (uint64_t)core->memristor.rows * core->memristor.arrays
                                                     : core->axons_max;
}
static inline uint32_t core_dense_columns(const struct core_config *core)
{
    return core->synapse_kind == SYNAPSE_DIMC        ? core->dimc_columns
           : core->synapse_kind == SYNAPSE_MEMRISTOR ? core->memristor.columns
                                                     : core->neurons_max;
}
/* Words in which a crossbar's row of weights lies. */
static inline uint32_t core_crossbar_words(const struct core_config *core)
{
    uint32_t weights = core->crossbar_word_bits / core->weight_bits ? core->crossbar_word_bits / core->weight_bits : 1;
    return (core->neurons_max + weights - 1) / weights;
}

/* memristor: pairs of devices that hold a weight's magnitude; a weight has weight_bits - 1 bits and a sign. */
static inline uint32_t core_memristor_slices(const struct core_config *core)
{
    return (core->weight_bits - 1 + core->memristor.cell_bits - 1) / core->memristor.cell_bits;
}
/* The most negative weight: two's complement, but a pair of devices is as strong one way as the other. */
static inline int32_t core_weight_lowest(const struct core_config *core)
{
    return -(INT32_C(1) << (core->weight_bits - 1)) + (core->synapse_kind == SYNAPSE_MEMRISTOR);
}

extern const struct parameter_row core_parameter_rows[];

#endif
