#include "tools/report/layers.h"

#include "sim/memory.h"

struct layer_step layer_sum(const struct chip_result *result, uint32_t population)
{
    struct layer_step sum = {0, 0, 0};
    for (uint32_t step = 0; step < result->steps; step++) {
        const struct layer_step *at = &result->layers[(size_t)population * result->steps + step];
        sum.spikes += at->spikes;
        sum.synaptic_events += at->synaptic_events;
        sum.busy_cycles += at->busy_cycles;
    }
    return sum;
}

uint64_t layer_spikes(const struct run_record *record, const struct run_numbers *numbers, uint32_t population)
{
    const struct population *layer = &record->program->populations[population];
    uint64_t recorded = layer_sum(record->chip_result, population).spikes;
    return layer->input && recorded == 0 && layer->count == record->batch->inputs ? numbers->input_spikes : recorded;
}

char *component_words(enum energy_component component)
{
    char *words = memory_copy_string(energy_component_name(component));
    for (char *c = words; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    return words;
}

double component_energy(const struct energy_report *energy, enum energy_component component)
{
    return energy->component[component].nominal;
}

int components_by_energy(const struct energy_report *energy, enum energy_component order[ENERGY_COMPONENTS])
{
    int count = 0;
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        double joules = component_energy(energy, (enum energy_component)c);
        if (!(joules > 0))
            continue;
        int place = count++;
        for (; place > 0 && component_energy(energy, order[place - 1]) < joules; place--)
            order[place] = order[place - 1];
        order[place] = (enum energy_component)c;
    }
    return count;
}
