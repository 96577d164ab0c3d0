/* A network split over two chips fires as it does on one: the chip-to-chip link costs time, not spikes. */
#include "tests/support/simulate.h"
#include "tests/support/run_suite.h"
#include "tools/report/derive.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    struct workload one, two;
};

#define SPLIT_NMNIST(chip_path, columns) \
    {.chip = chip_path, .network = "networks/nir/cnn/cnn_sinabs.nir", .input = "spikes/nmnist", .reference = true, \
     .dt_s = 1e-3, .samples = 2, .settings = {"mesh.columns=" columns, "mesh.rows=3"}}
#define SPLIT_BRAILLE(chip_path) \
    {.chip = chip_path, .network = "networks/nir/braille/braille_noDelay_bias_zero.nir", \
     .input = "networks/nir/braille/braille_test0_input_256x12.npy", .reference = true, .dt_s = 1e-4, \
     .settings = {"core.neurons=16"}}

/* Under these settings each pair has as many cores on one chip as on two, and too few on one of the two. */
static const struct pair pairs[] = {
    {DIGITS("tests/support/chips/tiny-sparse.yaml", 20), DIGITS("tests/support/chips/tiny-two-chips.yaml", 20)},
    {SPLIT_NMNIST("configs/chip/rain.yaml", "6"), SPLIT_NMNIST("configs/chip/two-chips.yaml", "3")},
    {SPLIT_BRAILLE("tests/support/chips/tiny-sparse.yaml"), SPLIT_BRAILLE("tests/support/chips/tiny-two-chips.yaml")},
};
#define PAIRS ((int)(sizeof pairs / sizeof *pairs))

static void same_spikes(const struct recorded_spike *a, const struct recorded_spike *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(a[i].population, b[i].population);
        ck_assert_uint_eq(a[i].step, b[i].step);
        ck_assert_uint_eq(a[i].neuron, b[i].neuron);
        ck_assert_int_eq(a[i].value, b[i].value);
    }
}

static int by_place(const void *x, const void *y)
{
    const struct recorded_spike *a = x, *b = y;
    if (a->population != b->population)
        return a->population < b->population ? -1 : 1;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    return a->neuron < b->neuron ? -1 : a->neuron > b->neuron;
}

/* What the host received, in whatever order it came. */
static void sort_outputs(struct sample_result *sample)
{
    if (sample->output_count)
        qsort(sample->outputs, sample->output_count, sizeof *sample->outputs, by_place);
}

START_TEST(fire_every_spike_that_one_chip_fires)
{
    if (!workload_available(&pairs[_i].one))
        return;
    struct run *one = workload_load(&pairs[_i].one), *two = workload_load(&pairs[_i].two);
    struct chip_result on_one, on_two;
    struct system_job jobs[] = {run_job(one, &on_one), run_job(two, &on_two)};
    ck_assert(system_run(jobs, 2));
    ck_assert_uint_gt(host_sum(&on_two.counters, HOST_CHIP_LINK_PACKETS), 0);
    ck_assert_uint_eq(host_sum(&on_one.counters, HOST_CHIP_LINK_PACKETS), 0);
    for (size_t s = 0; s < on_one.sample_count; s++) {
        struct sample_result *a = &on_one.samples[s], *b = &on_two.samples[s];
        ck_assert_uint_gt(a->spike_count, 0);
        ck_assert_uint_eq(a->spike_count, b->spike_count);
        same_spikes(a->spikes, b->spikes, a->spike_count);
        ck_assert_uint_gt(a->output_count, 0);
        ck_assert_uint_eq(a->output_count, b->output_count);
        sort_outputs(a);
        sort_outputs(b);
        same_spikes(a->outputs, b->outputs, a->output_count);
    }
    chip_result_free(&on_one);
    chip_result_free(&on_two);
    workload_free(one);
    workload_free(two);
}
END_TEST

START_TEST(pay_the_latency_of_their_link_in_every_barrier)
{
    struct workload slow = DIGITS("tests/support/chips/tiny-two-chips.yaml", 1);
    struct run *quick = workload_load(&slow);
    slow.settings[0] = "chips.link.latency=530"; /* 500 cycles more than in the file */
    struct run *run = workload_load(&slow);
    struct chip_result results[2];
    struct system_job jobs[] = {run_job(quick, &results[0]), run_job(run, &results[1])};
    ck_assert(system_run(jobs, 2));
    uint64_t barriers = results[0].counters.host[HOST_BARRIERS];
    uint64_t before = results[0].samples[0].end_cycle - results[0].samples[0].start_cycle;
    uint64_t after = results[1].samples[0].end_cycle - results[1].samples[0].start_cycle;
    ck_assert_uint_eq(barriers, results[1].counters.host[HOST_BARRIERS]);
    ck_assert_uint_ge(after, before + 500 * (barriers - 1)); /* a wave has to come in each of them */
    for (int i = 0; i < 2; i++)
        chip_result_free(&results[i]);
    workload_free(quick);
    workload_free(run);
}
END_TEST

START_TEST(share_its_bandwidth)
{
    struct workload narrow = DIGITS("tests/support/chips/tiny-two-chips.yaml", 1);
    struct run *wide = workload_load(&narrow);
    narrow.settings[0] = "chips.link.bits_per_cycle=1";
    struct run *run = workload_load(&narrow);
    struct chip_result results[2];
    struct system_job jobs[] = {run_job(wide, &results[0]), run_job(run, &results[1])};
    ck_assert(system_run(jobs, 2));
    for (uint32_t n = 0; n < 2; n++) { /* a bit a cycle in each direction; with 16 more came over */
        uint64_t bits = results[1].counters.host[n * HOST_COUNTERS + HOST_CHIP_LINK_BITS];
        ck_assert_uint_le(bits, results[1].counters.chip_cycles[n]);
    }
    ck_assert_uint_eq(host_sum(&results[1].counters, HOST_CHIP_LINK_PACKETS),
                      host_sum(&results[0].counters, HOST_CHIP_LINK_PACKETS));
    ck_assert_uint_gt(host_sum(&results[0].counters, HOST_CHIP_LINK_BITS), results[0].counters.cycles);
    ck_assert_uint_gt(results[1].counters.cycles, results[0].counters.cycles);
    for (int i = 0; i < 2; i++)
        chip_result_free(&results[i]);
    workload_free(wide);
    workload_free(run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("two chips");
    TCase *cases = tcase_create("two chips");
    struct workload all[PAIRS];
    for (int i = 0; i < PAIRS; i++)
        all[i] = pairs[i].one;
    (void)workloads_skipped("two chips", all, PAIRS);
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, fire_every_spike_that_one_chip_fires, 0, PAIRS);
    tcase_add_test(cases, pay_the_latency_of_their_link_in_every_barrier);
    tcase_add_test(cases, share_its_bandwidth);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
