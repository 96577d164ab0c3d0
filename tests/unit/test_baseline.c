/* The accelerator model: sums done by hand, laws, and every file of the catalogue. */
#include "models/baseline/operator_cost.h"
#include "sim/memory.h"
#include "tests/support/plain_accelerator.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "configs/accelerator/"
static const char *const files[] = {FOLDER "a100-sxm-80gb.yaml", FOLDER "h100-sxm.yaml", FOLDER "h200-sxm.yaml",
                                    FOLDER "l4.yaml", FOLDER "mi210.yaml"};
#define FILES ((int)(sizeof files / sizeof files[0]))

static struct accelerator *load(const char *path)
{
    struct diagnostics diagnostics = {0};
    struct accelerator *accelerator;
    bool fine = accelerator_load(path, &accelerator, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    ck_assert(fine);
    return accelerator;
}

static struct baseline_result estimate(const struct accelerator *accelerator, struct work_operator *operators,
                                       uint32_t count, enum baseline_mode mode, uint32_t batch)
{
    struct work work = {.count = count, .operators = operators, .steps = 20};
    struct baseline_result result;
    baseline_estimate(accelerator, &work, mode, PRECISION_FP16, batch, &result);
    return result;
}

static void assert_close(double a, double b, double relative)
{
    ck_assert_msg(fabs(a - b) <= relative * fmax(fabs(a), fabs(b)), "%.15g is not %.15g", a, b);
}

/* 108 tiles of 256x128 on 108 units: one wave. */
START_TEST(a_product_that_fills_the_units_once_runs_at_the_peak_times_efficiency)
{
    struct accelerator *a100 = load(files[0]);
    struct coefficients c = a100->coefficients;
    struct work_operator op = plain_product(256 * 12, 128 * 9, 8192, 1);
    struct operator_cost cost, more;
    operator_cost(a100, &c, PRECISION_FP16, &op, (struct operator_heat){0}, &cost);
    double operations = 2.0 * 256 * 12 * 128 * 9 * (8192 + c.tile_fill.value);
    assert_close(cost.arithmetic_s, operations / (312e12 * c.efficiency_tensor.value), 1e-9);
    op.n += 1; /* one column more is 12 tiles more and a second wave, which smaller tiles can only soften */
    operator_cost(a100, &c, PRECISION_FP16, &op, (struct operator_heat){0}, &more);
    ck_assert(more.arithmetic_s > 1.05 * cost.arithmetic_s);
    accelerator_free(a100);
}
END_TEST

START_TEST(a_single_row_is_bound_by_reading_its_weights)
{
    struct accelerator *a100 = load(files[0]);
    const struct coefficients *c = &a100->coefficients;
    struct work_operator op = plain_product(1, 12288, 12288, 1);
    struct operator_cost cost;
    operator_cost(a100, c, PRECISION_FP16, &op, (struct operator_heat){0}, &cost);
    double bytes = 2.0 * (12288.0 * 12288 + 2 * 12288);
    assert_close(cost.bytes, bytes, 1e-12);
    assert_close(cost.memory_s, bytes / (2039e9 * c->efficiency_memory.value), 1e-9);
    ck_assert(cost.arithmetic_s < 0.2 * cost.memory_s);
    assert_close(cost.joules, (2.0 * 12288 * 12288 * c->operation_vector.value +
                               bytes * (c->byte_hbm.value + c->byte_cache.value)) * 1e-12 +
                                  400 * c->occupied_share.value * (cost.seconds - c->launch_product.value * 1e-6), 1e-9);
    accelerator_free(a100);
}
END_TEST

START_TEST(a_board_of_low_power_takes_the_time_that_its_energy_needs)
{
    struct accelerator *l4 = load(FOLDER "l4.yaml");
    const struct coefficients *c = &l4->coefficients;
    struct work_operator op = plain_product(4096, 4096, 4096, 1);
    struct operator_cost cost;
    operator_cost(l4, c, PRECISION_FP32, &op, (struct operator_heat){0}, &cost);
    double joules = (2.0 * 4096 * 4096 * 4096 * c->operation_vector.value * c->node_4.value +
                     cost.bytes * (c->byte_other.value + c->byte_cache.value)) * 1e-12;
    double left = 72 * (1 - c->active_share.value - c->occupied_share.value) - accelerator_idle_w(l4, c);
    assert_close(cost.seconds, joules / left, 0.06); /* the last wave is not full */
    ck_assert(cost.joules > joules);
    ck_assert(cost.seconds > 1.5 * cost.arithmetic_s);
    accelerator_free(l4);
}
END_TEST

/* 34 MB of H100's 50 stay in its cache from one launch to the next, 67 do not. */
START_TEST(values_that_the_launch_before_left_in_the_cache_come_from_there)
{
    struct accelerator *h100 = load(files[1]);
    const struct coefficients *c = &h100->coefficients;
    struct work_operator op = {.kind = OPERATOR_ELEMENTWISE, .elements = 4 << 20, .operations_per_element = 1,
                               .input_items = 4 << 20, .output_items = 4 << 20};
    struct operator_cost cold, warm;
    operator_cost(h100, c, PRECISION_FP32, &op, (struct operator_heat){0}, &cold);
    operator_cost(h100, c, PRECISION_FP32, &op, (struct operator_heat){true, false}, &warm);
    assert_close(cold.memory_s, 8.0 * (4 << 20) / (3350e9 * c->efficiency_memory.value), 1e-9);
    assert_close(warm.memory_s, 8.0 * (4 << 20) / (132 * 1830e6 * c->cache_bytes.value), 1e-9);
    ck_assert(warm.memory_s < 0.7 * cold.memory_s && warm.joules < cold.joules);
    op.elements = op.input_items = op.output_items = 8 << 20;
    operator_cost(h100, c, PRECISION_FP32, &op, (struct operator_heat){true, false}, &warm);
    assert_close(warm.memory_s, 2 * cold.memory_s, 1e-9);
    accelerator_free(h100);
}
END_TEST

/* Frameworks give channels first and matrix units want them last; a bias is a kernel of its own. */
START_TEST(a_convolution_has_kernels_beside_its_product)
{
    struct accelerator *h100 = load(files[1]);
    const struct coefficients *c = &h100->coefficients;
    struct work_operator op = plain_product(56 * 56 * 16, 64, 64 * 9, 1);
    op.channels = 64;
    op.channels_last = true;
    struct operator_cost plain, biased, first;
    operator_cost(h100, c, PRECISION_FP16, &op, (struct operator_heat){0}, &plain);
    op.weight_items += 64;
    operator_cost(h100, c, PRECISION_FP16, &op, (struct operator_heat){0}, &biased);
    op.channels_last = false;
    operator_cost(h100, c, PRECISION_FP16, &op, (struct operator_heat){0}, &first);
    double rate = 3350e9 * c->efficiency_memory.value;
    double found = op.output_items * c->bias_item.value / (132 * 1830e6); /* each value its channel, by its index */
    assert_close(biased.seconds - plain.seconds, fmax(4 * op.output_items / rate, found) + c->launch_graph.value * 1e-6, 1e-3);
    double moved = 4 * (op.output_items + op.input_items + 3 * op.weight_items); /* a weight is as dear as three values */
    assert_close(first.seconds - biased.seconds,
                 moved / (rate * c->efficiency_moved.value) + 3 * c->launch_graph.value * 1e-6, 1e-3);
    accelerator_free(h100);
}
END_TEST

START_TEST(rows_in_flight_that_leave_the_cache_are_read_twice)
{
    struct accelerator *a100 = load(FOLDER "a100-pcie-40gb.yaml");
    struct work_operator op = {.kind = OPERATOR_ELEMENTWISE, .elements = 1 << 24, .operations_per_element = 8,
                               .row_items = 1024, .normalisation = true, .input_items = 1 << 24, .output_items = 1 << 24};
    struct operator_cost narrow, wide;
    operator_cost(a100, &a100->coefficients, PRECISION_FP32, &op, (struct operator_heat){0}, &narrow);
    op.row_items = 8192;
    operator_cost(a100, &a100->coefficients, PRECISION_FP32, &op, (struct operator_heat){0}, &wide);
    assert_close(wide.bytes, 1.5 * narrow.bytes, 1e-12);
    accelerator_free(a100);
}
END_TEST

START_TEST(a_large_convolution_of_3x3_gains_by_the_transform_and_a_small_one_does_not_lose)
{
    struct accelerator *v100 = load(FOLDER "v100-sxm2-16gb.yaml");
    struct operator_cost plain, better;
    struct work_operator op = plain_product(56 * 56 * 16, 256, 256 * 9, 1);
    op.channels = 256;
    operator_cost(v100, &v100->coefficients, PRECISION_FP32, &op, (struct operator_heat){0}, &plain);
    op.kernel[0] = op.kernel[1] = 3;
    op.stride[0] = op.stride[1] = 1;
    operator_cost(v100, &v100->coefficients, PRECISION_FP32, &op, (struct operator_heat){0}, &better);
    ck_assert_msg(better.seconds < 0.95 * plain.seconds, "%g of %g s", better.seconds, plain.seconds);
    struct work_operator small = plain_product(49, 16, 16 * 9, 1);
    small.channels = 16;
    operator_cost(v100, &v100->coefficients, PRECISION_FP32, &small, (struct operator_heat){0}, &plain);
    small.kernel[0] = small.kernel[1] = 3;
    small.stride[0] = small.stride[1] = 1;
    operator_cost(v100, &v100->coefficients, PRECISION_FP32, &small, (struct operator_heat){0}, &better);
    ck_assert(better.seconds <= plain.seconds);
    accelerator_free(v100);
}
END_TEST

START_TEST(a_process_has_one_die_of_a_part_of_two)
{
    struct accelerator *two = load(FOLDER "mi250.yaml"), *one = load(FOLDER "mi210.yaml");
    struct work_operator op = plain_product(8192, 8192, 8192, 1);
    struct baseline_result a = estimate(two, &op, 1, BASELINE_ANN, 1), b = estimate(one, &op, 1, BASELINE_ANN, 1);
    assert_close(a.latency_s, b.latency_s, 0.05);
    accelerator_free(two);
    accelerator_free(one);
}
END_TEST

START_TEST(a_tiny_network_at_batch_1_is_bound_by_launches)
{
    struct accelerator *accelerator = load(files[_i]);
    struct work_operator operators[] = {plain_product(1, 64, 64, 1), plain_update(64), plain_product(1, 10, 64, 1), plain_update(10)};
    for (int mode = BASELINE_ANN; mode < BASELINE_MODES; mode++) {
        struct baseline_result result = estimate(accelerator, operators, 4, (enum baseline_mode)mode, 1);
        bool unrolled = mode == BASELINE_SNN_LAYER || mode == BASELINE_SNN_FUSED; /* 20 steps of 2 layers, one after another */
        double steps_s = unrolled ? 20 * 2 * accelerator->coefficients.neuron_step.value * 1e-6 : 0;
        ck_assert_msg(result.launch_s + steps_s > 0.8 * result.latency_s, "%s: %g and %g of %g s", result.name, result.launch_s,
                      steps_s, result.latency_s);
        ck_assert(result.power_w < 0.5 * accelerator->power_limit.value || accelerator->power_limit.value < 100);
    }
    accelerator_free(accelerator);
}
END_TEST

/* Up to where activations leave the cache. */
START_TEST(a_larger_batch_takes_no_less_time_and_less_energy_a_sample)
{
    struct accelerator *accelerator = load(files[_i]);
    struct work_operator operators[] = {plain_product(196, 64, 288, 1), plain_update(64 * 196), plain_product(1, 10, 3136, 1)};
    struct baseline_result before = estimate(accelerator, operators, 3, BASELINE_SNN, 1);
    for (uint32_t batch = 2; batch <= 64; batch *= 2) {
        struct baseline_result result = estimate(accelerator, operators, 3, BASELINE_SNN, batch);
        ck_assert(result.latency_s >= 0.999 * before.latency_s);
        ck_assert(result.energy_j < before.energy_j);
        ck_assert(result.power_w <= accelerator->power_limit.value);
        before = result;
    }
    accelerator_free(accelerator);
}
END_TEST

/* Step by step the update of 5 operations is 5 kernels; unrolled, a layer is one kernel for all steps. */
START_TEST(launches_are_counted_by_mode)
{
    struct accelerator *a100 = load(files[0]);
    const struct coefficients *c = &a100->coefficients;
    struct work_operator operators[] = {plain_product(1, 64, 64, 1), plain_update(64)};
    struct baseline_result ann = estimate(a100, operators, 2, BASELINE_ANN, 1);
    struct baseline_result snn = estimate(a100, operators, 2, BASELINE_SNN, 1);
    struct baseline_result fused = estimate(a100, operators, 2, BASELINE_SNN_FUSED, 1);
    double eager = c->launch_eager.value * 1e-6, pass = c->launch_pass.value * 1e-6;
    double graph_pass = c->launch_pass_graph.value * 1e-6;
    assert_close(ann.latency_s, pass + 2 * eager, 1e-9);
    assert_close(snn.latency_s, pass + 20 * 6 * eager, 1e-9);
    assert_close(fused.launch_s, graph_pass + 2 * c->launch_graph.value * 1e-6, 1e-9);
    assert_close(snn.latency_s, snn.launch_s + snn.arithmetic_s + snn.memory_s, 1e-12);
    struct work work = {.count = 2, .operators = operators, .steps = 20, .recurrent = true};
    struct baseline_result graph;
    baseline_estimate(a100, &work, BASELINE_SNN_FUSED, PRECISION_FP16, 1, &graph);
    assert_close(graph.launch_s, graph_pass + 20 * 2 * c->launch_graph.value * 1e-6, 1e-9);
    ck_assert_str_eq(baseline_mode_name(fused.mode), "snn-fused");
    accelerator_free(a100);
}
END_TEST

START_TEST(the_roofline_is_the_larger_of_operations_and_bytes)
{
    struct accelerator *a100 = load(files[0]);
    struct work_operator op = plain_product(4096, 4096, 4096, 1);
    struct work work = {.count = 1, .operators = &op, .steps = 1};
    assert_close(baseline_roofline_s(a100, &work, BASELINE_ANN, PRECISION_FP16, 1), 2 * pow(4096, 3) / 312e12, 1e-12);
    op = plain_update(1 << 20);
    assert_close(baseline_roofline_s(a100, &work, BASELINE_ANN, PRECISION_FP16, 1), 2 * 2.0 * (1 << 20) / 2039e9, 1e-12);
    accelerator_free(a100);
}
END_TEST

/* ---- files ---- */

START_TEST(every_file_of_the_catalogue_loads_and_says_what_is_missing)
{
    char **names;
    size_t count, energy = 0, nothing = 0;
    struct diagnostics diagnostics = {0};
    ck_assert(directory_list(FOLDER, &names, &count, &diagnostics));
    for (size_t i = 0; i < count; i++) {
        char *path = memory_format(FOLDER "%s", names[i]);
        struct accelerator *accelerator = load(path);
        uint32_t unknown, all;
        accelerator_sources(accelerator, &unknown, &all);
        ck_assert_uint_eq(all, 17);
        const char *missing = accelerator_missing(accelerator, PRECISION_INT8);
        energy += missing && !strncmp(missing, "power", 5);
        nothing += missing && !strncmp(missing, "all", 3);
        free(path);
        accelerator_free(accelerator);
    }
    ck_assert_uint_eq(count, 41);
    ck_assert(energy > 0 && nothing > 0);
    directory_free_list(names, count);
}
END_TEST

START_TEST(idle_power_that_nobody_published_is_carried_over_and_said)
{
    struct accelerator *b200 = load(FOLDER "b200.yaml"), *h100 = load(FOLDER "h100-sxm.yaml");
    ck_assert(b200->power_idle.value == 0 && strstr(accelerator_carried(b200), "idle power is unknown"));
    assert_close(accelerator_idle_w(b200, &b200->coefficients), b200->power_limit.value * b200->coefficients.idle_share.value, 1e-12);
    ck_assert_ptr_null(accelerator_carried(h100));
    assert_close(accelerator_idle_w(h100, &h100->coefficients), 70.1, 1e-12);
    accelerator_free(h100);
    accelerator_free(b200);
}
END_TEST

static const struct {
    const char *old, *new, *message;
} mistakes[] = {
    {"value: 2039,", "value: 2039e9,", "memory.bandwidth"},
    {"value: 2039,", "value: 2.039,", "memory.bandwidth is 2.039 GB/s, expected 10 or more"},
    {"unit: \"GB/s\"", "unit: \"B/s\"", "memory.bandwidth"},
    {"source: \"unknown\"", "source: \"LLMCompass\"", "power.idle is 0 W"},
    {"value: 0, unit: \"W\"", "value: 60, unit: \"W\"", "power.idle has the source"},
    {"; confidence: high", "", "peak.fp32: its source names no confidence"},
    {"coefficients/a100.yaml", "coefficients/none.yaml", "none.yaml"},
    {"  tf32:", "  tf23:", "tf23"},
};

START_TEST(an_accelerator_file_with_a_mistake_is_rejected_with_its_name)
{
    struct diagnostics diagnostics = {0};
    unsigned char *text;
    size_t size;
    ck_assert(file_read(files[0], 65536, &text, &size, &diagnostics));
    char *place = strstr((char *)text, mistakes[_i].old);
    ck_assert_ptr_nonnull(place);
    char *changed = memory_format("%.*s%s%s", (int)(place - (char *)text), (char *)text, mistakes[_i].new,
                                  place + strlen(mistakes[_i].old));
    char *path = memory_format(FOLDER "test_baseline_%d.tmp", _i);
    ck_assert(file_write_text(path, changed, &diagnostics));
    struct accelerator *accelerator;
    bool fine = accelerator_load(path, &accelerator, &diagnostics);
    unlink(path);
    ck_assert(!fine && accelerator == NULL);
    ck_assert_msg(diagnostics_mention(&diagnostics, mistakes[_i].message), "%s", diagnostics.message[0]);
    diagnostics_free(&diagnostics);
    free(path);
    free(changed);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("baseline");
    TCase *tests = tcase_create("baseline");
    tcase_add_test(tests, a_product_that_fills_the_units_once_runs_at_the_peak_times_efficiency);
    tcase_add_test(tests, a_single_row_is_bound_by_reading_its_weights);
    tcase_add_test(tests, a_board_of_low_power_takes_the_time_that_its_energy_needs);
    tcase_add_test(tests, values_that_the_launch_before_left_in_the_cache_come_from_there);
    tcase_add_test(tests, a_convolution_has_kernels_beside_its_product);
    tcase_add_test(tests, rows_in_flight_that_leave_the_cache_are_read_twice);
    tcase_add_test(tests, a_large_convolution_of_3x3_gains_by_the_transform_and_a_small_one_does_not_lose);
    tcase_add_test(tests, a_process_has_one_die_of_a_part_of_two);
    tcase_add_loop_test(tests, a_tiny_network_at_batch_1_is_bound_by_launches, 0, FILES);
    tcase_add_loop_test(tests, a_larger_batch_takes_no_less_time_and_less_energy_a_sample, 0, FILES);
    tcase_add_test(tests, launches_are_counted_by_mode);
    tcase_add_test(tests, the_roofline_is_the_larger_of_operations_and_bytes);
    tcase_add_test(tests, every_file_of_the_catalogue_loads_and_says_what_is_missing);
    tcase_add_test(tests, idle_power_that_nobody_published_is_carried_over_and_said);
    tcase_add_loop_test(tests, an_accelerator_file_with_a_mistake_is_rejected_with_its_name, 0,
                        (int)(sizeof mistakes / sizeof *mistakes));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
