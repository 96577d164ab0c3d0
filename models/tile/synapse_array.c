#include "models/tile/synapse_array.h"

#include "sim/memory.h"
#include <stdlib.h>

static void copy_synapses(struct synapse_array *array, const struct core_program *program)
{
    uint32_t count = array->axons ? program->synapse_start[array->axons] : 0;
    array->synapses = memory_array(count, sizeof *array->synapses);
    for (uint32_t i = 0; i < count; i++) {
        int16_t weight = program->synapse_weight[i];
        array->synapses[i] = (struct synapse){program->synapse_target[i], weight};
        if (abs(weight) > array->heaviest)
            array->heaviest = abs(weight);
    }
}

void synapse_array_init(struct synapse_array *array, const struct core_config *config,
                        const struct core_program *program)
{
    int32_t highest = (int32_t)((UINT32_C(1) << (config->accumulator_bits - 1)) - 1);
    *array = (struct synapse_array){.config = config, .axons = program->axon_count, .start = program->synapse_start,
                                    .axon_row = program->axon_row, .neurons = program->neuron_count,
                                    .lowest = -highest - 1, .highest = highest};
    array->accumulator = memory_array(array->neurons, sizeof(int32_t));
    copy_synapses(array, program);
    if (config->synapse_kind == SYNAPSE_SPARSE)
        sparse_prepare(array);
    else if (config->synapse_kind == SYNAPSE_DIMC)
        dimc_prepare(array);
}

void synapse_array_free(struct synapse_array *array)
{
    free(array->synapses);
    free(array->row_cycles);
    free(array->row_words);
    free(array->row_planes);
    free(array->group_planes);
    free(array->touched_axons);
    free(array->touched_groups);
    free(array->accumulator);
}

uint64_t synapse_array_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                             uint64_t counters[CORE_COUNTERS])
{
    if (queue->count[slot] == 0)
        return 0;
    if (array->config->synapse_kind == SYNAPSE_SPARSE)
        return sparse_drain(array, queue, slot, start, counters);
    if (array->config->synapse_kind == SYNAPSE_CROSSBAR)
        return crossbar_drain(array, queue, slot, start, counters);
    return dimc_drain(array, queue, slot, start, counters);
}

static void add_row_saturating(struct synapse_array *array, uint32_t axon, int32_t value)
{
    for (uint32_t i = array->start[axon]; i < array->start[axon + 1]; i++) {
        struct synapse synapse = array->synapses[i];
        int64_t sum = array->accumulator[synapse.target] + (int64_t)synapse.weight * value;
        sum = sum > array->highest ? array->highest : sum < array->lowest ? array->lowest : sum;
        array->accumulator[synapse.target] = (int32_t)sum;
    }
}

void synapse_array_add_row(struct synapse_array *array, uint32_t axon, int32_t value, int64_t *bound)
{
    *bound += (int64_t)array->heaviest * value;
    if (*bound > array->highest) {
        add_row_saturating(array, axon, value);
        return;
    }
    const struct synapse *synapse = array->synapses + array->start[axon];
    const struct synapse *end = array->synapses + array->start[axon + 1];
    int32_t *accumulator = array->accumulator;
    for (; synapse < end; synapse++)
        accumulator[synapse->target] += synapse->weight * value;
}
