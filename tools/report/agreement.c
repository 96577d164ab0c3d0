#include "tools/report/derive.h"

#include <string.h>

/* Spikes of one population or node: consecutive in a sorted list. */
struct chip_range {
    const struct recorded_spike *at, *end;
};
struct reference_range {
    const struct reference_spike *at, *end;
};

static struct chip_range chip_spikes(const struct recorded_spike *spikes, size_t count, uint32_t population)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spikes[middle].population < population)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < count && spikes[end].population == population)
        end++;
    return end > low ? (struct chip_range){spikes + low, spikes + end} : (struct chip_range){NULL, NULL};
}

static struct reference_range reference_spikes(const struct reference_spike *spikes, size_t count, uint32_t node)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spikes[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < count && spikes[end].node == node)
        end++;
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

void overlap_add(struct overlap *sum, const struct network *network, const struct program *program,
                 const struct recorded_spike *chip, size_t chip_count, const struct reference_spike *reference,
                 size_t reference_count)
{
    for (uint32_t node = 0; node < network->node_count; node++) {
        if (!node_spikes(network->nodes[node].kind))
            continue;
        int64_t population = population_of(program, network->nodes[node].name);
        struct chip_range on_chip = {NULL, NULL};
        if (population >= 0)
            on_chip = chip_spikes(chip, chip_count, (uint32_t)population);
        merge(on_chip, reference_spikes(reference, reference_count, node), sum);
    }
}

double overlap_ratio(const struct overlap *sum)
{
    return sum->either ? (double)sum->both / (double)sum->either : 1;
}

double spike_agreement(const struct network *network, const struct program *program, const struct chip_result *chip,
                       const struct reference_result *reference)
{
    struct overlap sum = {0, 0};
    for (size_t s = 0; s < chip->sample_count && s < reference->sample_count; s++)
        overlap_add(&sum, network, program, chip->samples[s].spikes, chip->samples[s].spike_count,
                    reference->samples[s].spikes, reference->samples[s].spike_count);
    return overlap_ratio(&sum);
}
