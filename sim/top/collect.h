/* Gathers what chips and host observe into a chip_result (models/chip_result.h). C, so that no C++ meets the models' data. */
#ifndef NPUSIM_SIM_TOP_COLLECT_H
#define NPUSIM_SIM_TOP_COLLECT_H

#include "models/chip.h"
#include "models/host/driver.h"
#include "sim/top/pack.h"

#ifdef __cplusplus
extern "C" {
#endif

struct collector {
    const struct chip_config *config;
    const struct program *program;
    struct chip_result *result;
    size_t *spike_capacity; /* [samples] */
    uint32_t first_sample;  /* number of the first of them */
    bool warm_up;           /* the first one is no sample of the run (system.h) */
};

void collector_init(struct collector *collector, const struct chip_config *config, const struct program *program,
                    const struct driver_sample *samples, size_t sample_count, struct chip_result *result);
/* Listens to a chip (chip.on_sample). */
void collector_listen(struct collector *collector, struct chip *chip);
/* A replay is one sample, from cycle 0 to its end. */
void collector_replayed(struct collector *collector, struct chip *chip, uint64_t end_cycle);
/* Adds to a chip's counters what the samples of the run before this job's have counted, less the warm-up's. */
void collector_add_history(const struct collector *collector, struct chip *chip, const struct counter_table *history);
/* What the chips of another rank have done, unfinished; panics on anything else. */
void collector_merge(struct collector *collector, struct packed *packed);
/* When all samples are over: differences between samples, order of spikes, meaning of outputs. */
void collector_finish(struct collector *collector);
/* Finished or not; the result is not the collector's. */
void collector_free(struct collector *collector);

#ifdef __cplusplus
}
#endif
#endif
