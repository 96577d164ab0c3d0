/* A compiled network: what `npusim compile` writes (HDF5, tools/compile/program_file.h) and a chip is built from.
 *
 * Cores are numbered over the whole system: core = (chip * tiles + tile) * cores_per_tile + local, tiles row-major
 * (tile = y * columns + x). A core that holds nothing has neuron_count = relay_count = axon_count = 0.
 *
 * Time on the chip: a neuron's spike in chip step s reaches its targets in step s + delay, delay >= 1. A population of
 * pipeline depth p does in chip step s what the reference does in step s - p. Input populations have depth 0: the
 * input spikes of step t enter the mesh in chip step t and are integrated in chip step t + 1 by depth 1. */
#ifndef NPUSIM_MODELS_PROGRAM_H
#define NPUSIM_MODELS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum neuron_model {
    MODEL_IF,      /* v = v + a */
    MODEL_LIF,     /* v = decay(v) + a */
    MODEL_CUBALIF, /* u = decay(u) + a; v = decay(v) + u */
    MODEL_LI,      /* v = decay(v) + a; never spikes; read out as a value */
    MODEL_EVENT_LEAK /* v = v + a; on a leak event v moves toward zero by `leak` (timestep.mode: free) */
}; /* a = (accumulator << fraction_bits) + bias */

/* Neurons `first` .. `first + count - 1` of a core that share their parameters. All integers are in chip units:
 * potentials, thresholds and biases already carry the fraction bits. */
struct neuron_group {
    uint32_t first, count;
    int32_t model;            /* enum neuron_model */
    int32_t decay_current;    /* 0 .. 1 << decay_bits */
    int32_t decay_potential;
    int32_t threshold;        /* fires if v > threshold */
    int32_t inclusive;        /* 1: fires if v >= threshold */
    int32_t reset;            /* v after a spike, if not subtract */
    int32_t reset_subtract;   /* 1: v -= threshold */
    int32_t floor_set, floor; /* 1: below `floor` the potential is reset too, to -reset or by subtracting the floor */
    int32_t leak;             /* MODEL_EVENT_LEAK: amount toward zero */
    int32_t silent;           /* 1: updates and resets, but sends nothing */
    int32_t initial;          /* potential at first */
    int32_t refractory;       /* timesteps after a spike in which input is ignored */
};

/* One destination of a neuron or input. */
struct route {
    uint32_t core;   /* system-wide; ROUTE_HOST: the host (axon = index in the population, delay 0) */
    uint32_t axon;   /* of that core */
    uint32_t delay;  /* in timesteps, 1 .. delay_slots - 1 */
};
#define ROUTE_HOST 0xffffffffu

/* A routing list: routes[start[i]] .. routes[start[i + 1] - 1] belong to source i. */
struct route_table {
    uint32_t sources;
    uint32_t *start; /* sources + 1 */
    struct route *routes;
};

struct core_program {
    int32_t population;        /* of its neurons; -1: none */
    int32_t relay_population;  /* of its relays; -1: none */
    uint32_t neuron_count;
    uint32_t *neuron_index;    /* [neuron_count]: index in the population */
    uint32_t group_count;
    struct neuron_group *groups;
    int32_t *bias;             /* [neuron_count] */
    struct route_table neuron_routes;
    uint32_t relay_count;      /* inputs that enter the mesh here (placement.inputs: cores) */
    uint32_t *relay_index;     /* [relay_count]: index in the input population */
    struct route_table relay_routes;
    /* synapses, for both kinds: row of axon a = synapse_start[a] .. synapse_start[a + 1] - 1 */
    uint32_t axon_count;
    uint32_t *synapse_start;   /* [axon_count + 1] */
    uint16_t *synapse_target;  /* local neuron (sparse), column = local neuron (dimc); ascending in a row */
    int16_t *synapse_weight;   /* NULL: as 8 bits */
    int8_t *synapse_weight_i8; /* NULL: as 16 bits */
    uint32_t *axon_row;        /* [axon_count], dimc: array * rows + row that holds the weights; sparse: first word.
                                * NULL: not asked for (sparse), or row a for axon a (dimc) */
};

struct population {
    char *name;               /* node name in the graph */
    bool input;
    bool output;              /* its spikes (or values) go to the host */
    bool values;              /* output by value (LI): read in the chip step of the last timestep */
    uint32_t count;
    uint32_t depth;           /* pipeline depth in timesteps */
    double scale;             /* chip units of potential for one graph unit; 0: inputs, or each neuron has its own */
    int32_t input_levels;     /* inputs: an event of value x is sent as round(x * input_levels) planes; 1 for spikes */
};

struct program {
    char *network_name;
    uint32_t population_count;
    struct population *populations;
    uint32_t core_count;      /* system_cores() of the chip it was compiled for */
    struct core_program *cores;
    /* inputs that enter at the host's tile: source i = input i of that population */
    struct route_table *input_routes; /* [population_count]; sources 0 where relayed or not an input */
    uint32_t depth;           /* greatest pipeline depth: a sample of T steps takes T + depth chip steps */
    char *chip_sha256;        /* of the resolved chip configuration */
    char *network_sha256;
};

void program_free(struct program *program);

#endif
