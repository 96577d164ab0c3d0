/* A probe records what the network did. It is not hardware: it costs no cycle, is in no hash, and nothing reads it
 * while the chip runs. One a chip; taken over and emptied between samples. */
#ifndef NPUSIM_MODELS_PROBE_H
#define NPUSIM_MODELS_PROBE_H

#include "models/chip_result.h"
#include "sim/memory.h"

/* What a cycle-exact recording holds, when one is wanted. */
enum log_kind { LOG_SPIKE, LOG_DELIVERED, LOG_OUTPUT, LOG_ACCEPTED };

struct log_entry {
    uint64_t cycle;
    enum log_kind kind;
    uint32_t core, number, extra; /* core; neuron, axon, address or index; delay */
};

struct cycle_log {
    struct log_entry *entries;
    size_t count, capacity;
};

struct probe {
    struct cycle_log *log; /* NULL: none wanted */
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

static inline void probe_log(struct probe *probe, enum log_kind kind, uint64_t cycle, uint32_t core, uint32_t number,
                             uint32_t extra)
{
    struct cycle_log *log = probe->log;
    if (!log)
        return;
    log->entries = (struct log_entry *)memory_grow(log->entries, &log->capacity, log->count + 1, sizeof *log->entries);
    struct log_entry entry = {cycle, kind, core, number, extra};
    log->entries[log->count++] = entry;
}

static inline struct layer_step *probe_layer(struct probe *probe, uint32_t population, uint32_t step)
{
    return step < probe->steps ? &probe->layers[(size_t)population * probe->steps + step] : NULL;
}

#endif
