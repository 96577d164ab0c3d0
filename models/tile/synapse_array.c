#include "models/tile/synapse_array.h"

#include "sim/memory.h"
#include <stdlib.h>

/* A row of 256 columns takes 16 ns (AVX2) to 45 ns (plain C) however full it is, a list 0.9 ns a synapse, so they break
 * even between 16 and 5 columns for each synapse (docs/performance-memory.md). */
#define DENSE_FROM 8u

static uint32_t synapse_count(const struct synapse_array *array)
{
    return array->axons ? array->start[array->axons] : 0;
}

static int16_t listed_weight(const struct synapse_array *array, uint32_t i)
{
    return array->weight_i8 ? array->weight_i8[i] : array->weight[i];
}

static void spread_rows(struct synapse_array *array, bool narrow)
{
    size_t cells = (size_t)array->axons * array->width;
    if (narrow)
        array->dense_i8 = memory_array(cells, sizeof *array->dense_i8);
    else
        array->dense_i16 = memory_array(cells, sizeof *array->dense_i16);
    for (uint32_t axon = 0; axon < array->axons; axon++)
        for (uint32_t i = array->start[axon]; i < array->start[axon + 1]; i++) {
            size_t cell = (size_t)axon * array->width + array->target[i];
            if (narrow)
                array->dense_i8[cell] = (int8_t)listed_weight(array, i);
            else
                array->dense_i16[cell] = listed_weight(array, i);
        }
    array->batch = memory_array(VECTOR_ROWS_MAX, sizeof *array->batch);
}

/* Two synapses of a row at one target cannot lie in one cell. */
static bool targets_differ(const struct synapse_array *array)
{
    for (uint32_t axon = 0; axon < array->axons; axon++)
        for (uint32_t i = array->start[axon] + 1; i < array->start[axon + 1]; i++)
            if (array->target[i] <= array->target[i - 1])
                return false;
    return true;
}

static void prepare_rows(struct synapse_array *array)
{
    uint32_t synapses = synapse_count(array);
    bool narrow = true;
    for (uint32_t i = 0; i < synapses; i++) {
        int32_t weight = listed_weight(array, i);
        narrow = narrow && weight >= INT8_MIN && weight <= INT8_MAX;
        if (abs(weight) > array->heaviest)
            array->heaviest = abs(weight);
    }
    if (core_is_dense(array->config) && array->config->synapse_kind != SYNAPSE_MEMRISTOR && synapses &&
        (uint64_t)synapses * DENSE_FROM >= (uint64_t)array->axons * array->width && targets_differ(array))
        spread_rows(array, narrow);
}

void synapse_array_init(struct synapse_array *array, const struct core_config *config,
                        const struct core_program *program)
{
    int32_t highest = (int32_t)((UINT32_C(1) << (config->accumulator_bits - 1)) - 1);
    *array = (struct synapse_array){.config = config, .axons = program->axon_count, .start = program->synapse_start,
                                    .target = program->synapse_target, .weight = program->synapse_weight,
                                    .weight_i8 = program->synapse_weight_i8,
                                    .axon_row = program->axon_row, .neurons = program->neuron_count,
                                    .lowest = -highest - 1, .highest = highest, .kernels = vector_best()};
    array->width = (array->neurons + VECTOR_WIDTH - 1) / VECTOR_WIDTH * VECTOR_WIDTH;
    array->accumulator = memory_array(array->width, sizeof(int32_t));
    prepare_rows(array);
    if (config->synapse_kind == SYNAPSE_SPARSE)
        sparse_prepare(array);
    else if (config->synapse_kind == SYNAPSE_DIMC)
        dimc_prepare(array);
    else if (config->synapse_kind == SYNAPSE_MEMRISTOR)
        memristor_init(&array->devices, config, program);
}

void synapse_array_program(struct synapse_array *array, const struct core_program *program, uint64_t seed,
                           uint32_t core)
{
    if (array->config->synapse_kind == SYNAPSE_MEMRISTOR)
        memristor_program(&array->devices, program, seed, core);
}

void synapse_array_free(struct synapse_array *array)
{
    free(array->dense_i8);
    free(array->dense_i16);
    free(array->batch);
    free(array->by_length);
    free(array->row_cycles);
    free(array->row_planes);
    free(array->group_planes);
    free(array->touched_axons);
    free(array->touched_groups);
    free(array->pulses);
    free(array->accumulator);
    if (array->config->synapse_kind == SYNAPSE_MEMRISTOR)
        memristor_free(&array->devices);
}

uint64_t synapse_array_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                             uint64_t counters[CORE_COUNTERS])
{
    array->added = event_queue_count(queue, slot) != 0;
    if (!array->added)
        return 0;
    if (array->config->synapse_kind == SYNAPSE_SPARSE)
        return sparse_drain(array, queue, slot, start, counters);
    if (array->config->synapse_kind == SYNAPSE_CROSSBAR)
        return crossbar_drain(array, queue, slot, start, counters);
    if (array->config->synapse_kind == SYNAPSE_MEMRISTOR)
        return memristor_drain(array, queue, slot, start, counters);
    return dimc_drain(array, queue, slot, start, counters);
}

/* The weight that is added: of the dense row where there is one. */
static int16_t weight_at(const struct synapse_array *array, uint32_t axon, uint32_t i)
{
    size_t cell = (size_t)axon * array->width + array->target[i];
    return array->dense_i8 ? array->dense_i8[cell] : array->dense_i16 ? array->dense_i16[cell] : listed_weight(array, i);
}

void synapse_array_hash(const struct synapse_array *array, struct hash *hash)
{
    hash_i32s(hash, array->accumulator, array->neurons);
    for (uint32_t axon = 0; axon < array->axons; axon++)
        for (uint32_t i = array->start[axon]; i < array->start[axon + 1]; i++)
            hash_u64(hash, (uint64_t)array->target[i] << 16 | (uint16_t)weight_at(array, axon, i));
    if (array->config->synapse_kind == SYNAPSE_MEMRISTOR)
        memristor_hash(&array->devices, hash);
}

size_t synapse_array_dense_bytes(const struct synapse_array *array)
{
    size_t cells = (size_t)array->axons * array->width;
    if (array->config->synapse_kind == SYNAPSE_MEMRISTOR)
        return memristor_bytes(&array->devices);
    return array->dense_i8 ? cells * sizeof *array->dense_i8 : array->dense_i16 ? cells * sizeof *array->dense_i16 : 0;
}

size_t synapse_array_row_bytes(const struct synapse_array *array)
{
    size_t bytes = array->batch ? VECTOR_ROWS_MAX * sizeof *array->batch : 0;
    bytes += array->by_length ? (array->longest + 1) * sizeof *array->by_length : 0;
    bytes += array->row_cycles ? array->axons * sizeof *array->row_cycles : 0;
    bytes += array->row_planes ? 2 * sizeof(uint32_t) * ((size_t)array->axons + array->groups) : 0;
    return bytes;
}

/* ---- additions ---- */

static void add_row_saturating(struct synapse_array *array, uint32_t axon, int32_t value)
{
    for (uint32_t i = array->start[axon]; i < array->start[axon + 1]; i++) {
        int64_t sum = array->accumulator[array->target[i]] + (int64_t)listed_weight(array, i) * value;
        sum = sum > array->highest ? array->highest : sum < array->lowest ? array->lowest : sum;
        array->accumulator[array->target[i]] = (int32_t)sum;
    }
}

static inline void add_i16(int32_t *accumulator, const uint16_t *target, const int16_t *weight, size_t count,
                           int32_t value)
{
    for (size_t i = 0; i < count; i++)
        accumulator[target[i]] += weight[i] * value;
}

static inline void add_i8(int32_t *accumulator, const uint16_t *target, const int8_t *weight, size_t count,
                          int32_t value)
{
    for (size_t i = 0; i < count; i++)
        accumulator[target[i]] += weight[i] * value;
}

static void add_list(struct synapse_array *array, uint32_t axon, int32_t value)
{
    uint32_t first = array->start[axon];
    size_t count = array->start[axon + 1] - first;
    const uint16_t *target = array->target + first;
    if (array->weight_i8)
        add_i8(array->accumulator, target, array->weight_i8 + first, count, value);
    else if (value == 1)
        add_i16(array->accumulator, target, array->weight + first, count, 1);
    else
        add_i16(array->accumulator, target, array->weight + first, count, value);
}

void synapse_array_flush(struct synapse_array *array)
{
    if (array->batch_count == 0)
        return;
    if (array->dense_i8)
        array->kernels->add_rows_i8(array->accumulator, (const int8_t *const *)(const void *)array->batch,
                                    array->batch_count, array->width);
    else
        array->kernels->add_rows_i16(array->accumulator, (const int16_t *const *)(const void *)array->batch,
                                     array->batch_count, array->width);
    array->batch_count = 0;
}

/* As long as no sum can have met a bound, the order of additions does not matter. */
void synapse_array_add_unusual(struct synapse_array *array, uint32_t axon, int32_t value, int64_t bound)
{
    if (bound > array->highest) {
        synapse_array_flush(array);
        add_row_saturating(array, axon, value);
    } else {
        add_list(array, axon, value);
    }
}
