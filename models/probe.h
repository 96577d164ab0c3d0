/* A probe records what the network did. It is not hardware: it costs no cycle, is in no hash, and nothing reads it
 * while the chip runs. One a chip; taken over and emptied between samples. */
#ifndef NPUSIM_MODELS_PROBE_H
#define NPUSIM_MODELS_PROBE_H

#include "models/chip_result.h"
#include "sim/memory.h"

struct probe {
    struct recorded_spike *spikes;
    size_t count, capacity;
    struct layer_step *layers; /* [populations][steps], of the sample under way; steps are the reference's */
    uint32_t steps;
};

static inline void probe_spike(struct probe *probe, uint32_t population, uint32_t step, uint32_t neuron, int32_t value)
{
    if (probe->count == probe->capacity)
        probe->spikes = (struct recorded_spike *)memory_grow(probe->spikes, &probe->capacity, probe->count + 1,
                                                             sizeof *probe->spikes);
    struct recorded_spike spike = {population, step, neuron, value};
    probe->spikes[probe->count++] = spike;
}

static inline struct layer_step *probe_layer(struct probe *probe, uint32_t population, uint32_t step)
{
    return step < probe->steps ? &probe->layers[(size_t)population * probe->steps + step] : NULL;
}

#endif
