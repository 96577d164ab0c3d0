/* Whole runs for tests: a network on a chip as `npusim run` prepares it, under SystemC or in a plain loop. Anything
 * that goes wrong on the way ends the test with its message. */
#ifndef NPUSIM_TESTS_SUPPORT_SIMULATE_H
#define NPUSIM_TESTS_SUPPORT_SIMULATE_H

#include "sim/top/system.h"
#include "tests/support/reference_data.h"
#include "tools/cli/run.h"

#define WORKLOAD_SETTINGS 4

struct workload {
    const char *chip, *network, *input; /* paths */
    bool reference;                     /* network and input lie in the reference data */
    double dt_s;                        /* 0: as the input says */
    uint32_t samples, steps;            /* 0: all */
    const char *settings[WORKLOAD_SETTINGS]; /* "key=value" of the chip, ended by NULL */
};

#define DIGITS(chip_path, sample_count) \
    {.chip = chip_path, .network = "traces/digits/digits.nir", .input = "traces/digits/test-spikes.h5", \
     .samples = sample_count}
#define BRAILLE(chip_path) \
    {.chip = chip_path, .network = "networks/nir/braille/braille_noDelay_bias_zero.nir", \
     .input = "networks/nir/braille/braille_test0_input_256x12.npy", .reference = true, .dt_s = 1e-4}
#define NMNIST(chip_path, sample_count) \
    {.chip = chip_path, .network = "networks/nir/cnn/cnn_sinabs.nir", .input = "spikes/nmnist", .reference = true, \
     .dt_s = 1e-3, .samples = sample_count}
#define R1024(chip_path, step_count) \
    {.chip = chip_path, .network = "bench/r1024_f64.nir", .input = "bench/r1024_f64_input.h5", .reference = true, \
     .steps = step_count}

/* How many of the workloads need reference data that is not there; says so on stdout, as run-tests.sh counts it. */
uint32_t workloads_skipped(const char *test, const struct workload *workloads, uint32_t count);
/* False when it needs reference data that is not there. */
bool workload_available(const struct workload *workload);

/* Read, compiled, inputs made. */
struct run *workload_load(const struct workload *workload);
void workload_free(struct run *run);

/* A job of the run; its options can be changed before system_run. */
struct system_job run_job(const struct run *run, struct chip_result *result);
/* Runs one job in a process of its own, whatever ran here before; returns its state hash. */
uint64_t run_hash_alone(const struct run *run);

/* Host and chips without SystemC: whoever sends is heard at once, all advance in steps of the largest quantum. */
struct plain_system {
    const struct run *run;
    struct driver driver;
    struct chip **chips;
    struct sample_result *results;
    uint64_t now;
};
void plain_system_init(struct plain_system *plain, const struct run *run);
void plain_system_free(struct plain_system *plain);
/* Runs every cycle before `until`. */
void plain_system_advance(struct plain_system *plain, uint64_t until);
uint64_t plain_system_hash(const struct plain_system *plain);

#endif
