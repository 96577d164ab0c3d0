#include "models/tile/neuron_rest.h"

#include "sim/memory.h"

int32_t *neuron_rest_make(const struct core_program *program)
{
    for (uint32_t g = 0; g < program->group_count; g++)
        if (program->groups[g].refractory)
            return memory_array(program->neuron_count, sizeof(int32_t));
    return NULL;
}

void neuron_rest_before(const struct neuron_array *array, int32_t *accumulator)
{
    for (uint32_t j = 0; j < array->count; j++)
        if (array->resting[j])
            accumulator[j] = 0;
}

static void drop_resting_spikes(struct neuron_array *array)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < array->fired_count; i++)
        if (!array->resting[array->fired[i]])
            array->fired[kept++] = array->fired[i];
    array->fired_count = kept;
}

bool neuron_rest_after(struct neuron_array *array)
{
    bool any = array->fired_count != 0;
    drop_resting_spikes(array);
    for (uint32_t g = 0; g < array->program->group_count; g++) {
        const struct neuron_group *group = &array->program->groups[g];
        for (uint32_t j = group->first; j < group->first + group->count; j++) {
            if (!array->resting[j])
                continue;
            any = true;
            array->resting[j]--;
            array->potential[j] = group->reset;
        }
        for (uint32_t i = 0; i < array->fired_count; i++)
            if (array->fired[i] >= group->first && array->fired[i] < group->first + group->count)
                array->resting[array->fired[i]] = group->refractory;
    }
    return any;
}
