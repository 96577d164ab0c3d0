/* Gathers what chips and host observe into a chip_result (models/chip_result.h). C, so that no C++ meets the models' data. */
#ifndef NPUSIM_SIM_TOP_COLLECT_H
#define NPUSIM_SIM_TOP_COLLECT_H

#include "models/chip.h"
#include "sim/top/pack.h"
#include "sim/top/system.h"

#ifdef __cplusplus
extern "C" {
#endif

struct collected;

/* Of the chips of this rank; rank 0's hears of the others. A sample is complete when all chips and the host have told
 * of it: then it is whole in the result, or it has been shown to the job's observer and is only a few cycles there. */
struct collector {
    struct system_job *job;
    struct chip_result *result;
    struct collected *collected;    /* [samples] */
    uint32_t own, parts;            /* rank; who must tell of a sample */
    struct chip **chips;
    uint32_t chip_count;
    size_t next;                    /* sample that is not complete */
    uint32_t first_step, slab_steps; /* of the slab that is being collected; 0: samples are not cut */
    uint32_t output_step;           /* of the output named last, in steps of the chip */
    void *digest;
    struct counter_table before, warmed_up; /* when the sample before, the warm-up were over */
};

/* For a job of `chips` chips on this rank. */
void collector_init(struct collector *collector, struct system_job *job, uint32_t chips);
/* Listens to a chip (chip.on_sample). */
void collector_listen(struct collector *collector, struct chip *chip);
/* The host has heard that a sample is over. */
void collector_host_done(struct collector *collector, size_t index);
/* Between two cycles, now and then: completes samples that chips have ended, shows a slab of the one under way. */
void collector_poll(struct collector *collector);
/* What the chips of another rank did in a sample (ranks_hear), and, at the end, otherwise; panics on anything else. */
void collector_hear(struct collector *collector, struct packed *packed);
void collector_merge(struct collector *collector, struct packed *packed);
/* When all samples are over: waits for what other ranks have still to tell. */
void collector_finish(struct collector *collector);
/* A replay is one sample, from cycle 0 to its end. */
void collector_replayed(struct collector *collector, struct chip *chip, uint64_t end_cycle);
/* Adds to a chip's counters what the samples of the run before this job's have counted, less the warm-up's. */
void collector_add_history(const struct collector *collector, struct chip *chip, const struct counter_table *history);
/* The result is not the collector's. */
void collector_free(struct collector *collector);

#ifdef __cplusplus
}
#endif
#endif
