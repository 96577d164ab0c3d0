/* The chip computes its own spikes: what is in its memories decides them, what is in the reference does not. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tools/report/derive.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHIP "tests/support/chips/tiny-sparse.yaml"
static const struct workload digits = DIGITS(CHIP, 5);

static char directory[] = "/tmp/npusim-test-XXXXXX";
static char *good_path, *flipped_path;

static void make_directory(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    good_path = memory_format("%s/good.h5", directory);
    flipped_path = memory_format("%s/flipped.h5", directory);
}

static void remove_directory(void)
{
    unlink(good_path);
    unlink(flipped_path);
    rmdir(directory);
    free(good_path);
    free(flipped_path);
}

static uint32_t busiest_input(const struct run *run)
{
    uint32_t most = 0, busiest = 0;
    uint32_t *events = memory_array(run->batch.inputs, sizeof *events);
    for (size_t s = 0; s < run->batch.count; s++)
        for (size_t i = 0; i < run->batch.samples[s].count; i++) {
            uint32_t input = run->input_numbers[run->batch.samples[s].events[i].index];
            if (++events[input] > most) {
                most = events[input];
                busiest = input;
            }
        }
    free(events);
    return busiest;
}

/* A weight in the middle of the row of that input, in the first core that hears it. Population 0 is the input. */
static int16_t *weight_of(struct program *program, uint32_t input)
{
    const struct route_table *table = &program->input_routes[0];
    const struct route *route = &table->routes[table->start[input]];
    struct core_program *core = &program->cores[route->core];
    return &core->synapse_weight[(core->synapse_start[route->axon] + core->synapse_start[route->axon + 1]) / 2];
}

/* Writes what was compiled, once as it is and once with one bit of one weight flipped. */
static void write_programs(const struct run *compiled)
{
    struct diagnostics diagnostics = {0};
    struct program program;
    ck_assert(program_write(good_path, &compiled->program, &diagnostics));
    ck_assert(program_read(good_path, &compiled->chip, &program, &diagnostics));
    int16_t *weight = weight_of(&program, busiest_input(compiled));
    *weight = (int16_t)(*weight ^ 0x40);
    ck_assert(program_write(flipped_path, &program, &diagnostics));
    program_free(&program);
    ck_assert_uint_eq(diagnostics.count, 0);
}

/* As `npusim run --program PATH`. */
static struct run *load_with_program(const char *path)
{
    struct diagnostics diagnostics = {0};
    struct run *run = workload_load(&digits);
    program_free(&run->program);
    ck_assert(program_read(path, &run->chip, &run->program, &diagnostics));
    ck_assert(run_compare(run, &diagnostics));
    return run;
}

static bool same_reference(const struct run *a, const struct run *b)
{
    bool same = a->batch.count == b->batch.count;
    for (size_t s = 0; same && s < a->batch.count; s++) {
        struct reference_sample x, y;
        reference_begin(a->reference, &a->batch, s);
        reference_begin(b->reference, &b->batch, s);
        reference_advance(a->reference, a->batch.samples[s].steps, &x);
        reference_advance(b->reference, b->batch.samples[s].steps, &y);
        same = x.spike_count > 0 && x.spike_count == y.spike_count &&
               memcmp(x.spikes, y.spikes, x.spike_count * sizeof *x.spikes) == 0;
        reference_sample_free(&x);
        reference_sample_free(&y);
    }
    return same;
}

static bool same_spikes(const struct chip_result *a, const struct chip_result *b)
{
    bool same = a->sample_count == b->sample_count;
    for (size_t s = 0; same && s < a->sample_count; s++) {
        const struct sample_result *x = &a->samples[s], *y = &b->samples[s];
        same = x->spike_count > 0 && x->spike_count == y->spike_count &&
               memcmp(x->spikes, y->spikes, x->spike_count * sizeof *x->spikes) == 0;
    }
    return same;
}

START_TEST(one_flipped_bit_of_a_weight_changes_them)
{
    make_directory();
    struct run *compiled = workload_load(&digits);
    write_programs(compiled);
    struct run *good = load_with_program(good_path), *flipped = load_with_program(flipped_path);
    struct chip_result results[3];
    struct system_job jobs[] = {run_job(compiled, &results[0]), run_job(good, &results[1]),
                                run_job(flipped, &results[2])};
    ck_assert(system_run(jobs, 3));
    ck_assert(same_spikes(&results[0], &results[1]));
    ck_assert_uint_eq(results[0].state_hash, results[1].state_hash);
    ck_assert(!same_spikes(&results[1], &results[2]));
    ck_assert(same_reference(good, flipped));
    for (int i = 0; i < 3; i++)
        chip_result_free(&results[i]);
    workload_free(compiled);
    workload_free(good);
    workload_free(flipped);
    remove_directory();
}
END_TEST

START_TEST(a_queue_of_one_event_that_drops_changes_them_and_counts_every_loss)
{
    struct workload narrow = digits;
    narrow.settings[0] = "core.event_queue.depth=1";
    narrow.settings[1] = "core.event_queue.policy=drop";
    struct run *wide = workload_load(&digits), *run = workload_load(&narrow);
    struct chip_result results[2];
    struct system_job jobs[] = {run_job(wide, &results[0]), run_job(run, &results[1])};
    ck_assert(system_run(jobs, 2));
    ck_assert(!same_spikes(&results[0], &results[1]));
    const struct counter_table *lossless = &results[0].counters, *lossy = &results[1].counters;
    ck_assert_uint_eq(core_sum(lossless, CORE_EVENTS_DROPPED), 0);
    ck_assert_uint_gt(core_sum(lossy, CORE_EVENTS_DROPPED), 0);
    uint64_t deliveries = core_sum(lossy, CORE_SENT_HOPS_LOCAL) + host_sum(lossy, HOST_SENT_HOPS_LOCAL) -
                          host_sum(lossy, HOST_EVENTS_OUT);
    ck_assert_uint_eq(deliveries, core_sum(lossy, CORE_QUEUE_WRITES) + core_sum(lossy, CORE_EVENTS_DROPPED));
    struct sample_digest digests[5] = {{0}};
    struct run_record record = {.network = &run->network, .batch = &run->batch, .chip = &run->chip,
                                .technology = run->technology, .program = &run->program,
                                .chip_result = &results[1], .digests = digests};
    struct run_numbers numbers;
    run_derive(&record, &numbers);
    ck_assert_uint_eq(numbers.dropped, core_sum(lossy, CORE_EVENTS_DROPPED));
    run_numbers_free(&numbers);
    for (int i = 0; i < 2; i++)
        chip_result_free(&results[i]);
    workload_free(wide);
    workload_free(run);
}
END_TEST

START_TEST(a_queue_that_is_long_enough_loses_nothing)
{
    struct workload enough = digits;
    enough.settings[0] = "core.event_queue.policy=drop";
    struct run *stalling = workload_load(&digits), *dropping = workload_load(&enough);
    struct chip_result results[2];
    struct system_job jobs[] = {run_job(stalling, &results[0]), run_job(dropping, &results[1])};
    ck_assert(system_run(jobs, 2));
    ck_assert(same_spikes(&results[0], &results[1]));
    ck_assert_uint_eq(core_sum(&results[1].counters, CORE_EVENTS_DROPPED), 0);
    for (int i = 0; i < 2; i++)
        chip_result_free(&results[i]);
    workload_free(stalling);
    workload_free(dropping);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("the chip's own spikes");
    TCase *cases = tcase_create("the chip's own spikes");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, one_flipped_bit_of_a_weight_changes_them);
    tcase_add_test(cases, a_queue_of_one_event_that_drops_changes_them_and_counts_every_loss);
    tcase_add_test(cases, a_queue_that_is_long_enough_loses_nothing);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
