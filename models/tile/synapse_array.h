/* Synapse array of a core: reads the rows of a timestep's events and adds their weights to the accumulators.
 *
 * One call (drain) handles all events of a timestep: it adds every row, hands each event out of the queue in the cycle
 * in which the hardware would read it, and returns the cycles that the array is busy. The kinds differ in these cycles
 * and in what they count, not in what is added, unless devices and converters are analog (memristor):
 *
 * sparse (synapse_sparse.c): lists of (target, weight) in SRAM, packed without gaps into words. An event costs the
 *   look-up of its axon, then for each bit plane as many cycles as its words need, or more where its additions meet in
 *   a bank of the accumulators (models/mem/sram_ports.h).
 * dimc (synapse_dimc.c): digital in-memory compute. The input buffer gathers the timestep's events as bit vectors (a
 *   look-up of the axon each); then every group of `rows_per_access` neighbouring rows with at least one event is
 *   accessed once for each bit plane: all rows of the group and all columns at once, through the adder tree.
 *
 * crossbar (synapse_crossbar.c): a weight for every axon and neuron. An event costs the look-up of its axon, then for
 *   each bit plane `crossbar.cycles` for every neuron of the core in turn, connected or not.
 *
 * memristor (synapse_memristor.c, memristor.h): weights are conductances, a column's wire adds the currents of the rows
 *   that are driven. The input buffer gathers the timestep's events (a look-up of the axon each); then every group of
 *   `rows_per_read` neighbouring rows is read once for each bit of its inputs that is 1 anywhere, and again for a row
 *   that has it twice. A read is `read_cycles`, then the conversions of the columns that share a converter, one after
 *   the other. What is added is what the converters say.
 *
 * Accumulators saturate at accumulator_bits; they are zero when a timestep begins. */
#ifndef NPUSIM_MODELS_TILE_SYNAPSE_ARRAY_H
#define NPUSIM_MODELS_TILE_SYNAPSE_ARRAY_H

#include "models/program.h"
#include "models/tile/core_config.h"
#include "models/tile/core_counters.h"
#include "models/tile/event_queue.h"
#include "models/tile/memristor.h"
#include "models/tile/vector.h"

/* What the sparse kind needs of a row. */
struct sparse_row {
    uint32_t cycles, words; /* for one plane */
};

struct synapse_array {
    const struct core_config *config;
    uint32_t axons;
    const uint32_t *start;     /* [axons + 1]; lists of synapses, all three the program's */
    const uint16_t *target;    /* neuron or column of the core */
    const int16_t *weight;     /* one of these two */
    const int8_t *weight_i8;
    uint32_t width;            /* columns of the accumulators, padded for the kernels */
    int8_t *dense_i8;          /* [axons][width]: rows for the kernels, where the lists are dense enough; else NULL */
    int16_t *dense_i16;        /* the same for weights that 8 bits do not hold */
    const void **batch;        /* dense rows to be added, [VECTOR_ROWS_MAX] */
    uint32_t batch_count;
    const struct vector_kernels *kernels;
    struct sparse_row *by_length; /* sparse: [longest + 1], of a row of so many synapses */
    uint32_t longest;
    uint32_t *row_cycles;      /* sparse: [axons], where they depend on the targets too; else NULL: by_length */
    const uint32_t *axon_row;  /* dimc: the program's */
    uint32_t groups;           /* dimc: groups of rows */
    uint32_t *row_planes;      /* dimc: [axons], of the timestep under way */
    uint32_t *group_planes;    /* dimc: [groups] */
    uint32_t *touched_axons, *touched_groups;
    struct memristor_devices devices; /* memristor */
    uint64_t *pulses;          /* memristor: of the timestep under way */
    size_t pulse_capacity;
    int64_t go;                /* sample and timestep under way (packet.h), set by the core: names the noise of its reads */
    int32_t *accumulator;      /* [neurons], then zeros up to width */
    bool added;                /* something was added in the latest timestep */
    uint32_t neurons;
    int32_t lowest, highest;   /* of an accumulator */
    int32_t heaviest;          /* largest |weight| in the array */
};

/* `program` must outlive the array. */
void synapse_array_init(struct synapse_array *array, const struct core_config *config,
                        const struct core_program *program);
void synapse_array_free(struct synapse_array *array);
/* memristor: the devices become what seed `seed` makes of them in core `core` of the system; without it they are as
 * the weights say. Nothing for the other kinds. */
void synapse_array_program(struct synapse_array *array, const struct core_program *program, uint64_t seed,
                           uint32_t core);

/* Handles all events of `slot`, the first in cycle `start`; returns the cycles needed. */
uint64_t synapse_array_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                             uint64_t counters[CORE_COUNTERS]);
void synapse_array_hash(const struct synapse_array *array, struct hash *hash);
/* Bytes on the host machine beside the program's: dense rows; what is kept for each row. */
size_t synapse_array_dense_bytes(const struct synapse_array *array);
size_t synapse_array_row_bytes(const struct synapse_array *array);

/* ---- for the kinds ---- */
void sparse_prepare(struct synapse_array *array);
uint64_t sparse_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                      uint64_t counters[CORE_COUNTERS]);
uint64_t crossbar_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                        uint64_t counters[CORE_COUNTERS]);
void dimc_prepare(struct synapse_array *array);
uint64_t dimc_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                    uint64_t counters[CORE_COUNTERS]);
uint64_t memristor_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                         uint64_t counters[CORE_COUNTERS]);
void synapse_array_flush(struct synapse_array *array);
/* synapse_array_add_row when something is not as usual. */
void synapse_array_add_unusual(struct synapse_array *array, uint32_t axon, int32_t value, int64_t bound);

static inline void synapse_array_add_dense(struct synapse_array *array, uint32_t axon)
{
    size_t cell = (size_t)axon * array->width;
    array->batch[array->batch_count++] = array->dense_i8 ? (const void *)(array->dense_i8 + cell)
                                                         : (const void *)(array->dense_i16 + cell);
    if (array->batch_count == VECTOR_ROWS_MAX)
        synapse_array_flush(array);
}

/* Adds row `axon` times `value`, at the latest when synapse_array_flush is called. *bound: how far any accumulator can
 * be from zero by now; kept here, starts at 0. Most events are one spike. */
static inline void synapse_array_add_row(struct synapse_array *array, uint32_t axon, int32_t value, int64_t *bound)
{
    *bound += (int64_t)array->heaviest * value;
    if (value != 1 || *bound > array->highest || !(array->batch || array->weight_i8)) {
        synapse_array_add_unusual(array, axon, value, *bound);
    } else if (array->batch) {
        synapse_array_add_dense(array, axon);
    } else {
        int32_t *accumulator = array->accumulator;
        const uint16_t *target = array->target;
        const int8_t *weight = array->weight_i8;
        for (uint32_t i = array->start[axon], end = array->start[axon + 1]; i < end; i++)
            accumulator[target[i]] += weight[i];
    }
}

#endif
