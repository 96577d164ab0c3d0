#include "models/tile/neuron_array.h"

#include "models/mem/sram_ports.h"
#include "models/tile/neuron_rest.h"
#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

static uint32_t group_interval(const struct core_config *config, uint32_t neurons)
{
    uint32_t ports = sram_ports_run(config->state_banks, config->state_ports, neurons);
    uint32_t array = config->neuron_location == NEURON_PROCESSOR ? config->processor_instructions
                                                                 : config->neuron_interval;
    return ports > array ? ports : array;
}

void neuron_array_init(struct neuron_array *array, const struct core_config *config,
                       const struct core_program *program)
{
    uint32_t count = program->neuron_count, lanes = config->neuron_lanes;
    *array = (struct neuron_array){.config = config, .program = program, .count = count};
    array->groups = (count + lanes - 1) / lanes;
    array->interval = group_interval(config, lanes);
    array->last_interval = count ? group_interval(config, count - (array->groups - 1) * lanes) : 0;
    for (uint32_t g = 0; g < program->group_count; g++)
        array->state_words += program->groups[g].count * (program->groups[g].model == MODEL_CUBALIF ? 2 : 1);
    array->potential = memory_array(count, sizeof(int32_t));
    array->current = memory_array(count, sizeof(int32_t));
    array->fired = memory_array(count + 1, sizeof(uint32_t)); /* one more: a silent neuron is written, not kept */
    array->resting = neuron_rest_make(program);
    neuron_array_reset(array);
}

void neuron_array_free(struct neuron_array *array)
{
    free(array->potential);
    free(array->current);
    free(array->fired);
    free(array->resting);
}

static inline int32_t decayed(int32_t x, uint32_t keep, uint32_t bits)
{
    int32_t size = (int32_t)(((uint64_t)(uint32_t)abs(x) * keep) >> bits);
    return x < 0 ? -size : size;
}

static inline int32_t saturated(int64_t x, int32_t highest)
{
    return x > highest ? highest : x < -(int64_t)highest ? -highest : (int32_t)x;
}

static inline int32_t largest(uint32_t bits)
{
    return (int32_t)((UINT32_C(1) << (bits - 1)) - 1);
}

/* One loop for all models: IF keeps everything (decay 0), only CubaLIF has a current, only LI cannot fire. */
static void update_group(struct neuron_array *array, const struct neuron_group *group, const int32_t *accumulator)
{
    const struct core_config *config = array->config;
    uint32_t bits = config->decay_bits, fraction = config->fraction_bits, one = UINT32_C(1) << bits;
    uint32_t keep_v = group->model == MODEL_IF ? one : one - (uint32_t)group->decay_potential;
    uint32_t keep_u = one - (uint32_t)group->decay_current;
    int32_t v_highest = largest(config->potential_bits), u_highest = largest(config->current_bits);
    bool cuba = group->model == MODEL_CUBALIF, fires = group->model != MODEL_LI, subtract = group->reset_subtract != 0;
    const int32_t *bias = array->program->bias;
    uint32_t fired_count = array->fired_count;
    for (uint32_t j = group->first; j < group->first + group->count; j++) {
        int64_t input = (int64_t)accumulator[j] * (INT64_C(1) << fraction) + bias[j];
        if (cuba) {
            array->current[j] = saturated(decayed(array->current[j], keep_u, bits) + input, u_highest);
            input = array->current[j];
        }
        int32_t v = saturated(decayed(array->potential[j], keep_v, bits) + input, v_highest);
        bool fired = fires && v > group->threshold - group->inclusive;
        int32_t after = subtract ? saturated((int64_t)v - group->threshold, v_highest) : group->reset;
        array->potential[j] = fired ? after : v;
        array->fired[fired_count] = j;
        fired_count += fired;
    }
    array->fired_count = fired_count;
}

void neuron_array_update(struct neuron_array *array, int32_t *accumulator, uint64_t counters[CORE_COUNTERS])
{
    array->fired_count = 0;
    if (array->resting)
        neuron_rest_before(array, accumulator);
    for (uint32_t g = 0; g < array->program->group_count; g++)
        update_group(array, &array->program->groups[g], accumulator);
    if (array->resting)
        neuron_rest_after(array);
    memset(accumulator, 0, array->count * sizeof *accumulator);
    counters[CORE_NEURON_UPDATES] += array->count;
    counters[CORE_STATE_READS] += array->state_words;
    counters[CORE_STATE_WRITES] += array->state_words;
    counters[CORE_SPIKES] += array->fired_count;
    if (array->config->neuron_location == NEURON_PROCESSOR)
        counters[CORE_PROCESSOR_INSTRUCTIONS] += (uint64_t)array->groups * array->config->processor_instructions;
}

uint64_t neuron_array_cycles(const struct neuron_array *array)
{
    if (array->count == 0)
        return 0;
    return (uint64_t)(array->groups - 1) * array->interval + array->last_interval + array->config->neuron_depth;
}

uint64_t neuron_array_leaves(const struct neuron_array *array, uint32_t index)
{
    return (uint64_t)(index / array->config->neuron_lanes) * array->interval + array->config->neuron_depth;
}

void neuron_array_reset(struct neuron_array *array)
{
    for (uint32_t g = 0; g < array->program->group_count; g++) {
        const struct neuron_group *group = &array->program->groups[g];
        for (uint32_t j = group->first; j < group->first + group->count; j++)
            array->potential[j] = group->initial;
    }
    memset(array->current, 0, array->count * sizeof *array->current);
    if (array->resting)
        memset(array->resting, 0, array->count * sizeof *array->resting);
    array->fired_count = 0;
}

uint64_t neuron_array_reset_cycles(const struct neuron_array *array)
{
    return array->groups;
}
