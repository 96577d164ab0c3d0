/* A network on an accelerator by hand: launches, copies, passes, power, on an accelerator of easy numbers. */
#include "tests/support/plain_accelerator.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <string.h>

#define MICRO 1e-6
#define STEPS 4

static struct accelerator part;
static struct coefficients *c = &part.coefficients;
static struct work_operator operators[2];
static struct work work;

/* A product of one row, and 1e6 neurons, of which fp32 has 24 MB with their state; 1000 values come from the host. */
static void setup(void)
{
    part = plain_accelerator();
    operators[0] = plain_product(1, 1e6, 1, 1);
    operators[1] = plain_update(1e6);
    work = (struct work){.count = 2, .operators = operators, .steps = STEPS};
}

static struct baseline_result estimate(enum baseline_mode mode, uint32_t batch)
{
    struct baseline_result result;
    baseline_estimate(&part, &work, mode, PRECISION_FP32, batch, &result);
    return result;
}

static void assert_close(double a, double b)
{
    ck_assert_msg(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)), "%.15g is not %.15g", a, b);
}

/* ---- launches ---- */

/* By framework: of a product and a neuron layer with five operations, in seconds of 1, 100 and 10000 a launch. */
static const struct {
    enum baseline_mode mode;
    bool recurrent;
    double eager, layer, graph;
} launches[] = {{BASELINE_ANN, false, 2, 0, 0},           {BASELINE_ANN_GRAPH, false, 0, 0, 2},
                {BASELINE_SNN, false, 6 * STEPS, 0, 0},   {BASELINE_SNN_GRAPH, false, 0, 0, 6 * STEPS},
                {BASELINE_SNN_LAYER, false, 0, 2, 0},     {BASELINE_SNN_FUSED, false, 0, 0, 2},
                {BASELINE_SNN_LAYER, true, 6 * STEPS, 0, 0}, {BASELINE_SNN_FUSED, true, 0, 0, 2 * STEPS}};

START_TEST(each_mode_launches_its_kernels_in_its_way)
{
    work.recurrent = launches[_i].recurrent;
    double without = estimate(launches[_i].mode, 1).latency_s;
    set_value(&c->launch_eager, 1e6);
    double eager = estimate(launches[_i].mode, 1).latency_s;
    set_value(&c->launch_eager, 0);
    set_value(&c->launch_layer, 1e6);
    double layer = estimate(launches[_i].mode, 1).latency_s;
    set_value(&c->launch_layer, 0);
    set_value(&c->launch_graph, 1e6);
    double graph = estimate(launches[_i].mode, 1).latency_s;
    /* the host runs ahead: what the kernels take is hidden behind its calls */
    assert_close(eager, launches[_i].eager > 0 ? launches[_i].eager : without);
    assert_close(layer, launches[_i].layer > 0 ? launches[_i].layer : without);
    /* a graph has its gaps, and so have the kernels of a host that is quick enough */
    double kernels = launches[_i].eager + launches[_i].layer + launches[_i].graph;
    assert_close(graph, kernels + without);
}
END_TEST

/* The call and the wait for its end, once an inference, are dearer from a framework than of a graph. */
START_TEST(a_captured_graph_has_a_pass_of_its_own)
{
    for (int mode = BASELINE_ANN; mode < BASELINE_MODES; mode++) {
        bool graph = mode == BASELINE_ANN_GRAPH || mode == BASELINE_SNN_FUSED || mode == BASELINE_SNN_GRAPH;
        setup();
        double before = estimate((enum baseline_mode)mode, 1).launch_s;
        set_value(&c->launch_pass, 3e6);
        set_value(&c->launch_pass_graph, 2e6);
        assert_close(estimate((enum baseline_mode)mode, 1).launch_s - before, graph ? 2 : 3);
    }
}
END_TEST

START_TEST(neurons_that_do_all_timesteps_in_a_kernel_wait_for_each)
{
    double before = estimate(BASELINE_SNN_GRAPH, 1).latency_s;
    set_value(&c->neuron_step, 1e6);
    ck_assert_double_eq_tol(estimate(BASELINE_SNN_FUSED, 1).latency_s, STEPS, 0.01);
    assert_close(estimate(BASELINE_SNN_GRAPH, 1).latency_s, before);
}
END_TEST

START_TEST(a_repeated_update_is_as_many_kernels_each_time)
{
    operators[1].repeat = 3;
    set_value(&c->launch_eager, 1e6);
    assert_close(estimate(BASELINE_SNN, 1).latency_s, (1 + 3 * 5) * STEPS);
    assert_close(estimate(BASELINE_ANN, 1).latency_s, 1 + 3);
}
END_TEST

START_TEST(every_sample_of_the_batch_is_copied_at_every_timestep_and_once_for_a_dense_pass)
{
    double before[2] = {estimate(BASELINE_SNN_FUSED, 8).launch_s, estimate(BASELINE_ANN_GRAPH, 8).launch_s};
    work.host_items = 1000;
    assert_close(estimate(BASELINE_SNN_FUSED, 8).launch_s - before[0], 8 * STEPS * 1000 * 4 / 1e9);
    assert_close(estimate(BASELINE_ANN_GRAPH, 8).launch_s - before[1], 8 * 1000 * 4 / 1e9);
}
END_TEST

/* ---- kernels ---- */

/* Seconds of the neurons alone, from memory: one cache less than they need. */
static double neurons_s(enum baseline_mode mode, uint32_t batch)
{
    work.operators = operators + 1;
    work.count = 1;
    set_value(&part.cache_capacity, 1);
    return estimate(mode, batch).memory_s;
}

/* One operation is a kernel that reads two values and writes one; a fused kernel of all timesteps reads and writes values
 * in each and its state once; a dense activation has no state. */
START_TEST(neurons_move_what_their_kernels_read_and_write)
{
    const double value = 4e6 / 1e12;
    assert_close(neurons_s(BASELINE_SNN, 1), STEPS * 5 * 3 * value);
    assert_close(neurons_s(BASELINE_SNN_FUSED, 1), (STEPS * 2 + 2) * value);
    assert_close(neurons_s(BASELINE_SNN_LAYER, 8), 8 * (STEPS * 2 + 2) * value);
    assert_close(neurons_s(BASELINE_ANN, 1), 2 * value);
    work.recurrent = true;
    assert_close(neurons_s(BASELINE_SNN_FUSED, 1), STEPS * (2 + 2) * value);
}
END_TEST

/* 4 MB of weights and 4.000004 of values, the neurons' 8 and 4 of state: the weights stay where 8 + 8 MB fit. */
START_TEST(weights_stay_in_a_cache_that_has_room_for_all_of_them_and_the_largest_values)
{
    double all = 2e6 * 4 + 4e6 * 2;
    set_value(&c->byte_hbm, 1e6);
    set_value(&part.power_limit, 1e9);
    set_value(&part.cache_capacity, all / 1e6);
    double roomy = estimate(BASELINE_ANN, 1).energy_j;
    set_value(&part.cache_capacity, (all - 1000) / 1e6);
    double tight = estimate(BASELINE_ANN, 1).energy_j;
    assert_close(tight - roomy, 4e6 * 1e6 * 1e-12);
}
END_TEST

START_TEST(a_die_has_its_share_of_the_cache)
{
    set_value(&c->byte_hbm, 1e6);
    set_value(&part.power_limit, 1e9);
    set_value(&part.cache_capacity, 32.1); /* 16.05 MB each, of which 12 are kept from launch to launch */
    set_value(&part.dies, 2);
    double roomy = estimate(BASELINE_ANN, 1).energy_j;
    set_value(&part.cache_capacity, 31.9);
    assert_close(estimate(BASELINE_ANN, 1).energy_j - roomy, 4e6 * 1e6 * 1e-12);
}
END_TEST

/* ---- power ---- */

/* 10 W idle, 20 awake; 1 J of operations in 1 s or more. */
START_TEST(energy_is_that_of_the_board_over_the_latency_and_a_samples_its_part)
{
    set_value(&part.power_idle, 10);
    set_value(&c->active_share, 0.2);
    set_value(&c->launch_pass, 1e6);
    set_value(&c->operation_vector, 1e12 / 2e6 / 8); /* of 8 samples with 2e6 operations each */
    work.count = 1;
    struct baseline_result result = estimate(BASELINE_ANN, 8);
    assert_close(result.power_w, 10 + 20 + 1 / result.latency_s);
    assert_close(result.energy_j, result.power_w * result.latency_s / 8);
    ck_assert(result.latency_s > 1 && result.latency_s < 1.1);
    set_value(&part.dies, 2);
    result = estimate(BASELINE_ANN, 8);
    assert_close(result.power_w, 5 + 10 + 1 / result.latency_s);
}
END_TEST

/* What the board may not spend takes longer, so only what the units take beside it can pass the limit. */
START_TEST(a_board_never_draws_more_than_its_limit)
{
    set_value(&part.power_idle, 40);
    set_value(&c->active_share, 0.3);
    set_value(&c->occupied_share, 0.9);
    operators[1].elements = 1e9;
    assert_close(estimate(BASELINE_ANN, 1).power_w, 100);
    set_value(&part.dies, 2);
    assert_close(estimate(BASELINE_ANN, 1).power_w, 50);
    set_value(&part.power_limit, 0);
    ck_assert(isnan(estimate(BASELINE_ANN, 1).power_w) && isnan(estimate(BASELINE_ANN, 1).energy_j));
}
END_TEST

/* ---- data sheet ---- */

/* Bytes of the product: 1e6 weights and outputs, one input; neurons 4e6 values; operations 2e6 and 5e6. */
START_TEST(the_roofline_is_by_peaks_of_matrix_and_vector_units_and_by_the_steps)
{
    double bytes[] = {(2e6 + 1) * 4, 4e6 * 4};
    double fused[] = {(1e6 + STEPS * (1e6 + 1)) * 4, (STEPS * 2e6 + 2e6) * 4};
    assert_close(baseline_roofline_s(&part, &work, BASELINE_SNN_FUSED, PRECISION_FP32, 1), (fused[0] + fused[1]) / 1e12);
    work.recurrent = true;
    assert_close(baseline_roofline_s(&part, &work, BASELINE_SNN_FUSED, PRECISION_FP32, 1), STEPS * (bytes[0] + bytes[1]) / 1e12);
    work.recurrent = false;
    set_value(&part.memory_bandwidth, 1e5);
    set_value(&part.vector, 0.5);
    assert_close(baseline_roofline_s(&part, &work, BASELINE_SNN_FUSED, PRECISION_FP32, 1), STEPS * (2e6 / 1e12 + 5e6 / 0.5e12));
}
END_TEST

START_TEST(a_part_is_measured_if_the_list_has_its_whole_name)
{
    static char name[] = "NVIDIA H100", list[] = "NVIDIA H100 PCIe (12 rows), NVIDIA H200 (3 rows)";
    static char own[] = "NVIDIA A100 (8 rows), NVIDIA H100 (12 rows)";
    part.name = name;
    c->fitted_on = list;
    ck_assert(!accelerator_is_measured(&part));
    c->fitted_on = own;
    ck_assert(accelerator_is_measured(&part));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("estimate");
    TCase *tests = tcase_create("estimate");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, each_mode_launches_its_kernels_in_its_way, 0, (int)(sizeof launches / sizeof *launches));
    tcase_add_test(tests, a_captured_graph_has_a_pass_of_its_own);
    tcase_add_test(tests, neurons_that_do_all_timesteps_in_a_kernel_wait_for_each);
    tcase_add_test(tests, a_repeated_update_is_as_many_kernels_each_time);
    tcase_add_test(tests, every_sample_of_the_batch_is_copied_at_every_timestep_and_once_for_a_dense_pass);
    tcase_add_test(tests, neurons_move_what_their_kernels_read_and_write);
    tcase_add_test(tests, weights_stay_in_a_cache_that_has_room_for_all_of_them_and_the_largest_values);
    tcase_add_test(tests, a_die_has_its_share_of_the_cache);
    tcase_add_test(tests, energy_is_that_of_the_board_over_the_latency_and_a_samples_its_part);
    tcase_add_test(tests, a_board_never_draws_more_than_its_limit);
    tcase_add_test(tests, the_roofline_is_by_peaks_of_matrix_and_vector_units_and_by_the_steps);
    tcase_add_test(tests, a_part_is_measured_if_the_list_has_its_whole_name);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
