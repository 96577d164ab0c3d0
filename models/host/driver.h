/* The host at the other end of the host link: sends samples, collects outputs.
 *
 * For each sample: one message that it begins, then for each timestep its input spikes and a message that they are
 * complete, as fast as the link's bandwidth and the chip's buffer allow; then it waits for the chip to say that the sample is over. An
 * input of several spikes in a timestep is several messages; graded inputs are one message with a value. */
#ifndef NPUSIM_MODELS_HOST_DRIVER_H
#define NPUSIM_MODELS_HOST_DRIVER_H

#include "models/chip_result.h"
#include "models/host/edge.h"
#include "models/host/host_config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct driver_input {
    uint32_t step;
    uint32_t input; /* number over all input populations */
    int32_t count;  /* spikes; or -value of a graded input */
};

struct driver_sample {
    uint32_t steps;
    size_t count;
    const struct driver_input *inputs; /* sorted by step */
};

/* Inputs of a sample (its number in the run) that are not in memory: fills `out` with at most `room` of them, the next
 * ones behind `*at`, which is 0 at first and then the reader's own; 0 when there are no more. */
typedef size_t driver_read(void *context, size_t sample, size_t *at, struct driver_input *out, size_t room);

struct driver {
    const struct host_config *config;
    uint32_t depth;                /* chip steps beyond the sample's */
    const struct driver_sample *samples;
    size_t sample_count;
    uint32_t first_sample;         /* number of samples[0] */
    driver_read *read;             /* NULL: samples[] hold their inputs; else those are not used */
    void *read_context;
    struct sample_result *results; /* [sample_count]; first_cycle, last_cycle, done_cycle and outputs are filled here */
    void (*sample_ended)(void *owner, size_t sample); /* an observer; may be NULL */
    void *owner;
    struct edge_queue to_chip, from_chip;
    /* state */
    uint64_t now;
    uint64_t done_cycle;           /* in which the last sample was reported as over */
    size_t sample;                 /* under way */
    bool announced, waiting;       /* its first message is out; all is sent */
    uint32_t step;
    const struct driver_input *inputs; /* those in memory of the sample under way */
    size_t input_count, next_input;
    struct driver_input *window;   /* room for what is read */
    size_t read_at;
    int32_t sent_of_input;
    uint32_t credits;
    uint64_t link_free;
    bool any_input, any_output;
    size_t output_capacity;
};

void driver_init(struct driver *driver, const struct host_config *config, uint32_t depth);
void driver_free(struct driver *driver);
void driver_receive(struct driver *driver, uint64_t arrival, const struct packet *message);
/* Runs every cycle before `until`. Returns the next cycle in which it will do something, NEVER when the chip must. */
uint64_t driver_run(struct driver *driver, uint64_t until);
bool driver_done(const struct driver *driver);

#ifdef __cplusplus
}
#endif
#endif
