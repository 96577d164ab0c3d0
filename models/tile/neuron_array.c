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

static inline int32_t largest(uint32_t bits)
{
    return (int32_t)((UINT32_C(1) << (bits - 1)) - 1);
}

/* Is everything that the update adds and subtracts within 32 bits, and its product of a decay too? */
static bool is_narrow(const struct core_config *config, const struct core_program *program,
                      const struct neuron_group *group)
{
    int64_t bias = 0, highest = largest(config->potential_bits > config->current_bits ? config->potential_bits
                                                                                      : config->current_bits);
    for (uint32_t j = group->first; j < group->first + group->count; j++)
        bias = llabs((long long)program->bias[j]) > bias ? llabs((long long)program->bias[j]) : bias;
    uint32_t input_bits = config->accumulator_bits - 1 + config->fraction_bits;
    return config->decay_bits <= 15 && input_bits <= 30 &&
           (INT64_C(1) << input_bits) + bias + highest <= INT32_MAX &&
           llabs((long long)group->threshold) + highest <= INT32_MAX;
}

/* One rule for all models: IF keeps everything (decay 0), only CubaLIF has a current, only LI cannot fire. */
static struct vector_neurons rule_of(const struct core_config *config, const struct core_program *program,
                                     const struct neuron_group *group)
{
    uint32_t one = UINT32_C(1) << config->decay_bits;
    return (struct vector_neurons){
        .keep_potential = group->model == MODEL_IF ? one : one - (uint32_t)group->decay_potential,
        .keep_current = one - (uint32_t)group->decay_current,
        .decay_bits = config->decay_bits,
        .fraction_bits = config->fraction_bits,
        .potential_highest = largest(config->potential_bits),
        .current_highest = largest(config->current_bits),
        .fires_above = group->threshold - group->inclusive,
        .threshold = group->threshold,
        .reset = group->reset,
        .current = group->model == MODEL_CUBALIF,
        .fires = group->model != MODEL_LI,
        .subtract = group->reset_subtract != 0,
        .narrow = is_narrow(config, program, group),
    };
}

void neuron_array_init(struct neuron_array *array, const struct core_config *config,
                       const struct core_program *program)
{
    uint32_t count = program->neuron_count, lanes = config->neuron_lanes;
    *array = (struct neuron_array){.config = config, .program = program, .count = count, .kernels = vector_best()};
    array->groups = (count + lanes - 1) / lanes;
    array->interval = group_interval(config, lanes);
    array->last_interval = count ? group_interval(config, count - (array->groups - 1) * lanes) : 0;
    array->rules = memory_array(program->group_count, sizeof *array->rules);
    for (uint32_t g = 0; g < program->group_count; g++) {
        array->rules[g] = rule_of(config, program, &program->groups[g]);
        array->state_words += program->groups[g].count * (program->groups[g].model == MODEL_CUBALIF ? 2 : 1);
    }
    array->potential = memory_array(count, sizeof(int32_t));
    array->current = memory_array(count, sizeof(int32_t));
    array->fired = memory_array(count + 1, sizeof(uint32_t)); /* one more: a silent neuron is written, not kept */
    array->resting = neuron_rest_make(program);
    neuron_array_reset(array);
}

void neuron_array_free(struct neuron_array *array)
{
    free(array->rules);
    free(array->potential);
    free(array->current);
    free(array->fired);
    free(array->resting);
}

static void update_all(struct neuron_array *array, int32_t *accumulator, bool added)
{
    if (array->resting && added)
        neuron_rest_before(array, accumulator);
    struct vector_state state = {.potential = array->potential, .current = array->current, .accumulator = accumulator,
                                 .bias = array->program->bias, .fired = array->fired};
    for (uint32_t g = 0; g < array->program->group_count; g++) {
        const struct neuron_group *group = &array->program->groups[g];
        array->kernels->update(&array->rules[g], &state, group->first, group->first + group->count);
    }
    array->fired_count = state.fired_count;
    array->rests = !added && !state.changed && state.fired_count == 0;
    if (array->resting && neuron_rest_after(array))
        array->rests = false;
    if (added)
        memset(accumulator, 0, array->count * sizeof *accumulator);
}

void neuron_array_update(struct neuron_array *array, int32_t *accumulator, bool added,
                         uint64_t counters[CORE_COUNTERS])
{
    array->fired_count = 0;
    if (added || !array->rests)
        update_all(array, accumulator, added);
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
    array->rests = false;
}

uint64_t neuron_array_reset_cycles(const struct neuron_array *array)
{
    return array->groups;
}

size_t neuron_array_bytes(const struct neuron_array *array)
{
    return array->count * (sizeof *array->potential + sizeof *array->current + sizeof *array->fired) +
           array->program->group_count * sizeof *array->rules;
}
