/* An observer is shown, in slabs of any size, what a result without one holds; and the result then holds none of it. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct workload workloads[] = {
    DIGITS("tests/support/chips/tiny-sparse.yaml", 5), DIGITS("tests/support/chips/tiny-two-chips.yaml", 5),
    DIGITS("tests/support/chips/tiny-tick.yaml", 5), DIGITS("configs/chip/rain.yaml", 5),
};
#define WORKLOADS ((int)(sizeof workloads / sizeof *workloads))

/* What was shown of one sample, put together again. */
struct shown {
    struct recorded_spike *spikes, *outputs;
    size_t spike_count, spike_capacity, output_count, output_capacity;
    uint32_t slabs, end_step, kept;
    bool whole;
    struct counter_table counters;
};

struct observed {
    const struct run *run;
    struct shown *samples;
    size_t under_way;
};

static void add(struct recorded_spike **to, size_t *count, size_t *capacity, const struct recorded_spike *from,
                size_t more)
{
    *to = memory_grow(*to, capacity, *count + more, sizeof **to);
    if (more)
        memcpy(*to + *count, from, more * sizeof **to);
    *count += more;
}

static void examine(void *context, const struct sample_slab *slab, void *digest)
{
    struct observed *observed = context;
    struct shown *shown = &observed->samples[slab->sample];
    uint32_t *slabs = digest;
    ck_assert_uint_eq(slab->sample, observed->under_way);
    ck_assert_uint_eq(slab->first_step, shown->end_step);
    ck_assert_uint_eq(*slabs, shown->slabs); /* 0 before the first, then as it was left */
    ck_assert(!shown->whole);
    for (size_t i = 0; i < slab->spike_count; i++)
        ck_assert(slab->spikes[i].step >= slab->first_step && slab->spikes[i].step < slab->end_step);
    add(&shown->spikes, &shown->spike_count, &shown->spike_capacity, slab->spikes, slab->spike_count);
    add(&shown->outputs, &shown->output_count, &shown->output_capacity, slab->outputs, slab->output_count);
    shown->slabs = ++*slabs;
    shown->end_step = slab->end_step;
    shown->whole = slab->last;
    ck_assert((slab->result != NULL) == slab->last);
    if (slab->last) {
        counter_table_init(&shown->counters, &observed->run->chip);
        counter_table_copy(&shown->counters, &slab->result->counters);
        observed->under_way++;
    }
}

static void keep(void *context, const struct sample_slab *slab, const void *digest)
{
    struct observed *observed = context;
    ck_assert_uint_eq(*(const uint32_t *)digest, ++observed->samples[slab->sample].kept);
    ck_assert_ptr_null(slab->result);
}

static int by_place(const void *x, const void *y)
{
    const struct recorded_spike *a = x, *b = y;
    if (a->population != b->population)
        return a->population < b->population ? -1 : 1;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    return (a->neuron > b->neuron) - (a->neuron < b->neuron);
}

static void same_spikes(const struct recorded_spike *a, size_t a_count, const struct recorded_spike *b, size_t b_count)
{
    ck_assert_uint_eq(a_count, b_count);
    if (a_count)
        ck_assert_mem_eq(a, b, a_count * sizeof *a);
}

static void same_sample(struct shown *shown, const struct sample_result *whole)
{
    uint64_t *a, *b;
    size_t words = counter_table_words(&whole->counters);
    qsort(shown->spikes, shown->spike_count, sizeof *shown->spikes, by_place);
    same_spikes(shown->spikes, shown->spike_count, whole->spikes, whole->spike_count);
    same_spikes(shown->outputs, shown->output_count, whole->outputs, whole->output_count);
    ck_assert(shown->whole);
    ck_assert_uint_eq(shown->end_step, whole->steps);
    ck_assert_uint_eq(shown->kept, shown->slabs);
    a = memory_array(words, sizeof *a);
    b = memory_array(words, sizeof *b);
    counter_table_store(&shown->counters, a);
    counter_table_store(&whole->counters, b);
    ck_assert_mem_eq(a, b, words * sizeof *a);
    free(a);
    free(b);
    counter_table_free(&shown->counters);
    free(shown->spikes);
    free(shown->outputs);
}

/* Slabs of at most `most` spikes; returns how many slabs there were. */
static uint32_t compare(const struct workload *workload, size_t most)
{
    struct run *run = workload_load(workload);
    size_t samples = run->batch.count;
    struct observed observed = {.run = run, .samples = memory_array(samples, sizeof *observed.samples)};
    struct sample_observer observer = {&observed, sizeof(uint32_t), most, examine, keep};
    struct chip_result whole, stripped;
    struct system_job jobs[] = {run_job(run, &whole), run_job(run, &stripped)};
    uint32_t slabs = 0;
    jobs[1].observer = &observer;
    ck_assert(system_run(jobs, 2));
    ck_assert_uint_eq(whole.state_hash, stripped.state_hash);
    ck_assert_uint_eq(observed.under_way, samples);
    for (size_t s = 0; s < samples; s++) {
        slabs += observed.samples[s].slabs;
        ck_assert_uint_eq(whole.samples[s].last_cycle, stripped.samples[s].last_cycle);
        ck_assert_uint_eq(whole.samples[s].end_cycle, stripped.samples[s].end_cycle);
        ck_assert_ptr_null(stripped.samples[s].spikes);
        ck_assert_ptr_null(stripped.samples[s].outputs);
        ck_assert_ptr_null(stripped.samples[s].counters.core);
        same_sample(&observed.samples[s], &whole.samples[s]);
    }
    ck_assert_mem_eq(whole.layers, stripped.layers,
                     (size_t)whole.population_count * whole.steps * sizeof *whole.layers);
    chip_result_free(&whole);
    chip_result_free(&stripped);
    free(observed.samples);
    workload_free(run);
    return slabs;
}

START_TEST(a_sample_is_one_slab_where_memory_allows)
{
    ck_assert_uint_eq(compare(&workloads[_i], 0), workloads[_i].samples);
}
END_TEST

START_TEST(a_timestep_is_a_slab_where_it_does_not)
{
    uint32_t slabs = compare(&workloads[_i], 1), steps = 16;
    ck_assert_uint_gt(slabs, workloads[_i].samples);
    ck_assert_uint_le(slabs, workloads[_i].samples * steps);
}
END_TEST

START_TEST(several_timesteps_are_a_slab_between)
{
    uint32_t slabs = compare(&workloads[_i], 1000);
    ck_assert_uint_gt(slabs, workloads[_i].samples);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slabs");
    TCase *cases = tcase_create("slabs");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, a_sample_is_one_slab_where_memory_allows, 0, WORKLOADS);
    tcase_add_loop_test(cases, a_timestep_is_a_slab_where_it_does_not, 0, WORKLOADS);
    tcase_add_loop_test(cases, several_timesteps_are_a_slab_between, 0, WORKLOADS);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
