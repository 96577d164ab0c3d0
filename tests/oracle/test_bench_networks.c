/* The benchmark networks r1024 on Loihi-style chips: every spike count as three independent simulators agree on it.
 * Reference data: bench/ *_expected.json (1000 steps). */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tools/report/derive.h"
#include <check.h>
#include <jansson.h>
#include <stdlib.h>

static const struct workload workloads[] = {
    R1024("configs/chip/bench-16.yaml", 0),
    R1024("configs/chip/bench-128.yaml", 0),
};
#define WORKLOADS ((int)(sizeof workloads / sizeof *workloads))

static json_t *expected_counts(void)
{
    char *path = reference_path("bench/r1024_f64_expected.json");
    json_error_t error;
    json_t *expected = json_load_file(path, 0, &error);
    ck_assert_msg(expected != NULL, "%s: %s", path, error.text);
    free(path);
    return expected;
}

static uint64_t number(const json_t *expected, const char *key)
{
    json_t *value = json_object_get(expected, key);
    ck_assert_msg(json_is_integer(value), "%s", key);
    return (uint64_t)json_integer_value(value);
}

static uint64_t spikes_of_step(const struct chip_result *result, uint32_t step)
{
    uint64_t spikes = 0;
    for (uint32_t p = 0; p < result->population_count; p++)
        spikes += result->layers[(size_t)p * result->steps + step].spikes;
    return spikes;
}

START_TEST(spike_as_three_other_simulators_say)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    json_t *expected = expected_counts(), *per_step = json_object_get(expected, "spikes_per_step");
    struct chip_result result;
    struct system_job job = run_job(run, &result);
    ck_assert(system_run(&job, 1));
    ck_assert_uint_eq(result.steps, number(expected, "steps"));
    ck_assert_uint_eq(json_array_size(per_step), result.steps);
    for (uint32_t t = 0; t < result.steps; t++)
        ck_assert_msg(spikes_of_step(&result, t) == (uint64_t)json_integer_value(json_array_get(per_step, t)),
                      "step %u", t);
    ck_assert_uint_eq(core_sum(&result.counters, CORE_SPIKES), number(expected, "spikes"));
    ck_assert_uint_eq(core_sum(&result.counters, CORE_SYNAPTIC_EVENTS), number(expected, "synaptic_events"));
    ck_assert_uint_eq(host_sum(&result.counters, HOST_EVENTS_IN), number(expected, "input_spikes"));
    ck_assert_uint_eq(core_sum(&result.counters, CORE_RELAYED), number(expected, "input_spikes"));
    json_decref(expected);
    chip_result_free(&result);
    workload_free(run);
}
END_TEST

START_TEST(lie_in_equal_blocks_on_all_cores)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    uint32_t cores = run->program.core_count, block = 1024 / cores;
    ck_assert_uint_eq(cores, _i ? 128 : 16);
    for (uint32_t c = 0; c < cores; c++) {
        const struct core_program *core = &run->program.cores[c];
        ck_assert_uint_eq(core->neuron_count, block);
        ck_assert_uint_eq(core->relay_count, block);
        for (uint32_t i = 0; i < block; i++) {
            ck_assert_uint_eq(core->neuron_index[i], c * block + i);
            ck_assert_uint_eq(core->relay_index[i], c * block + i);
        }
    }
    workload_free(run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("benchmark networks");
    TCase *cases = tcase_create("benchmark networks");
    (void)workloads_skipped("benchmark networks", workloads, WORKLOADS);
    tcase_set_timeout(cases, 300);
    tcase_add_loop_test(cases, spike_as_three_other_simulators_say, 0, WORKLOADS);
    tcase_add_loop_test(cases, lie_in_equal_blocks_on_all_cores, 0, WORKLOADS);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
