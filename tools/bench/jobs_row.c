/* Many samples over two processes beside the same in one, by the clock: processes.h. The yardstick in `functional_s`
 * is here the one process, so the ratio is the speed-up; both must end in the same state. */
#include "models/chip.h"
#include "sim/memory.h"
#include "sim/top/processes.h"
#include "tools/bench/bench.h"
#include "tools/bench/generate.h"
#include <inttypes.h>
#include <stdlib.h>

#define SAMPLES 50u
#define JOBS 2u

struct jobs_case {
    struct chip_config chip;
    struct network network;
    struct spike_batch batch;
    struct program program;
    struct driver_input *inputs;
    struct driver_sample samples[SAMPLES];
    struct chip_result one, two;
};

/* The network's one long input, cut into samples of equal length. */
static void cut(struct jobs_case *it)
{
    const struct spike_sample *whole = it->batch.samples;
    uint32_t steps = whole->steps / SAMPLES;
    size_t next = 0;
    it->inputs = memory_array(whole->count, sizeof *it->inputs);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        it->samples[i] = (struct driver_sample){steps, 0, it->inputs + next};
        for (; next < whole->count && whole->events[next].step < (i + 1) * steps; next++, it->samples[i].count++)
            it->inputs[next] = (struct driver_input){whole->events[next].step - i * steps, whole->events[next].index, 1};
    }
}

/* The processes come first: a process that has elaborated SystemC cannot do it again in a child. */
static bool measure(struct jobs_case *it, struct bench_result *out, struct diagnostics *diagnostics)
{
    struct system_job job = {.config = &it->chip, .program = &it->program, .samples = it->samples,
                             .sample_count = SAMPLES, .result = &it->two};
    double begin = bench_clock_s();
    if (!processes_run(&job, JOBS, NULL))
        return diagnostics_add(diagnostics, "simulation", "a process failed");
    out->simulate_s = bench_clock_s() - begin;
    job.result = &it->one;
    begin = bench_clock_s();
    if (!system_run(&job, 1))
        return diagnostics_add(diagnostics, "simulation", "deadlock");
    out->functional_s = bench_clock_s() - begin;
    out->peak_rss_mib = bench_peak_mib();
    out->state_hash = it->one.state_hash;
    bench_count_result(&it->one, &out->counts);
    return it->one.state_hash == it->two.state_hash ||
           diagnostics_add(diagnostics, "simulation", "state %016" PRIx64 " with %u processes, %016" PRIx64 " with one",
                           it->two.state_hash, JOBS, it->one.state_hash);
}

bool bench_run_jobs(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                    struct diagnostics *diagnostics)
{
    struct jobs_case *it = memory_array(1, sizeof *it);
    bool good = bench_load_chip(row, context, &it->chip, diagnostics);
    if (good) {
        bench_network(BENCH_NEURONS, row->fan_out, &it->network);
        bench_spikes(row->steps, &it->batch);
        cut(it);
        good = bench_compile(&it->network, &it->chip, &it->program, diagnostics) && measure(it, out, diagnostics);
        chip_result_free(&it->one);
        chip_result_free(&it->two);
        program_free(&it->program);
        spikes_free(&it->batch);
        network_free(&it->network);
        chip_config_free(&it->chip);
    }
    free(it->inputs);
    free(it);
    return good;
}
