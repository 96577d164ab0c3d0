#include "tools/report/derive.h"

#include <string.h>

struct overlap {
    uint64_t both, either;
};

/* Spikes of one population or node: consecutive in the sorted list of a sample. */
struct chip_range {
    const struct recorded_spike *at, *end;
};
struct reference_range {
    const struct reference_spike *at, *end;
};

static struct chip_range chip_spikes(const struct sample_result *sample, uint32_t population)
{
    size_t low = 0, high = sample->spike_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sample->spikes[middle].population < population)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < sample->spike_count && sample->spikes[end].population == population)
        end++;
    const struct recorded_spike *spikes = sample->spikes;
    return end > low ? (struct chip_range){spikes + low, spikes + end} : (struct chip_range){NULL, NULL};
}

static struct reference_range reference_spikes(const struct reference_sample *sample, uint32_t node)
{
    size_t low = 0, high = sample->spike_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sample->spikes[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < sample->spike_count && sample->spikes[end].node == node)
        end++;
    const struct reference_spike *spikes = sample->spikes;
    return end > low ? (struct reference_range){spikes + low, spikes + end} : (struct reference_range){NULL, NULL};
}

static int order(const struct recorded_spike *chip, const struct reference_spike *reference)
{
    if (chip->step != reference->step)
        return chip->step < reference->step ? -1 : 1;
    if (chip->neuron != reference->neuron)
        return chip->neuron < reference->neuron ? -1 : 1;
    return 0;
}

static void merge(struct chip_range chip, struct reference_range reference, struct overlap *sum)
{
    while (chip.at < chip.end && reference.at < reference.end) {
        int which = order(chip.at, reference.at);
        chip.at += which <= 0;
        reference.at += which >= 0;
        sum->both += which == 0;
        sum->either++;
    }
    sum->either += (uint64_t)(chip.end - chip.at) + (uint64_t)(reference.end - reference.at);
}

static int64_t population_of(const struct program *program, const char *node_name)
{
    for (uint32_t p = 0; p < program->population_count; p++)
        if (!program->populations[p].input && strcmp(program->populations[p].name, node_name) == 0)
            return p;
    return -1;
}

double spike_agreement(const struct network *network, const struct program *program, const struct chip_result *chip,
                       const struct reference_result *reference)
{
    struct overlap sum = {0, 0};
    for (uint32_t node = 0; node < network->node_count; node++) {
        if (!node_spikes(network->nodes[node].kind))
            continue;
        int64_t population = population_of(program, network->nodes[node].name);
        for (size_t s = 0; s < chip->sample_count && s < reference->sample_count; s++) {
            struct chip_range on_chip = {NULL, NULL};
            if (population >= 0)
                on_chip = chip_spikes(&chip->samples[s], (uint32_t)population);
            merge(on_chip, reference_spikes(&reference->samples[s], node), &sum);
        }
    }
    return sum.either ? (double)sum.both / (double)sum.either : 1;
}
