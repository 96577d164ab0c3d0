/* Lowering, quantising and timing of networks made by hand: what the tables say against the graph's own sparse
 * matrices, and against the numbers of the published rules. Weights are small whole numbers, which the chip holds
 * exactly. */
#include "sim/memory.h"
#include "tests/support/compiled.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

static struct compiled it;

static void setup(void)
{
    compiled_begin(&it);
}

static void teardown(void)
{
    compiled_end(&it);
}

/* ---- convolutions ---- */
static void check_convolution(void)
{
    uint32_t conv = convolution(&it, false);
    compile_well(&it, 0.0);
    struct sparse_matrix matrix;
    ck_assert(linear_to_sparse(&it.network.nodes[conv], &matrix, &it.diagnostics));
    struct walk walk = walk_from_to(&it, "in", "if");
    same_synapses(&walk, &matrix);
    ck_assert_uint_eq(it.report.synapses, matrix.start[matrix.sources]);
    sparse_free(&matrix);
    walk_free(&walk);
}

START_TEST(a_convolution_keeps_every_synapse_on_sparse_cores)
{
    check_convolution();
}
END_TEST

START_TEST(a_convolution_keeps_every_synapse_on_dense_arrays)
{
    small_chip(&it.chip, SYNAPSE_DIMC);
    check_convolution();
}
END_TEST

START_TEST(a_bias_reaches_every_pixel_of_its_channel)
{
    convolution(&it, true);
    compile_well(&it, 0.0);
    for (uint32_t c = 0; c < it.program.core_count; c++) {
        const struct core_program *core = &it.program.cores[c];
        for (uint32_t i = 0; i < core->neuron_count; i++)
            ck_assert_int_eq(core->bias[i], (int32_t)(core->neuron_index[i] / 144 + 1) << 6);
    }
}
END_TEST

START_TEST(a_chain_of_linear_nodes_becomes_one_projection)
{
    uint32_t in = add_port(&it.network, "in", NODE_INPUT, 2, 8, 8);
    uint32_t conv = add_conv(&it.network, "conv", 2, 2, 8, 3, true);
    uint32_t pool = add_sum_pool(&it.network, "pool", 2, 8);
    uint32_t flat = add_flatten(&it.network, "flat", 2, 4, 4);
    uint32_t neurons = add_if(&it.network, "if", 32, 0, 0, 100.0);
    uint32_t out = add_port(&it.network, "out", NODE_OUTPUT, 32, 0, 0);
    add_edge(&it.network, in, conv);
    add_edge(&it.network, conv, pool);
    add_edge(&it.network, pool, flat);
    add_edge(&it.network, flat, neurons);
    add_edge(&it.network, neurons, out);
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.program.population_count, 2);
    struct sparse_matrix first, second, both;
    ck_assert(linear_to_sparse(&it.network.nodes[conv], &first, &it.diagnostics));
    ck_assert(linear_to_sparse(&it.network.nodes[pool], &second, &it.diagnostics));
    ck_assert(sparse_compose(&first, &second, &both, &it.diagnostics));
    struct walk walk = walk_from_to(&it, "in", "if");
    same_synapses(&walk, &both);
    for (uint32_t i = 0; i < 32; i++) /* a bias of channel + 1 in each of the 4 pooled pixels */
        ck_assert_int_eq(it.program.cores[0].bias[i], (int32_t)(4 * (i / 16 + 1)) << 6);
    walk_free(&walk);
    sparse_free(&first);
    sparse_free(&second);
    sparse_free(&both);
}
END_TEST

START_TEST(parallel_paths_add_up)
{
    uint32_t in = add_port(&it.network, "in", NODE_INPUT, 5, 0, 0);
    uint32_t a = add_affine(&it.network, "a", 5, 4, NULL, 2.0), b = add_affine(&it.network, "b", 5, 4, NULL, 3.0);
    uint32_t neurons = add_if(&it.network, "if", 4, 0, 0, 9.0);
    uint32_t out = add_port(&it.network, "out", NODE_OUTPUT, 4, 0, 0);
    add_edge(&it.network, in, a);
    add_edge(&it.network, in, b);
    add_edge(&it.network, a, neurons);
    add_edge(&it.network, b, neurons);
    add_edge(&it.network, neurons, out);
    compile_well(&it, 0.0);
    struct walk walk = walk_from_to(&it, "in", "if");
    for (uint32_t s = 0; s < 5; s++)
        for (uint32_t t = 0; t < 4; t++)
            ck_assert_int_eq(walk.weight[s * 4 + t], 2 * (int32_t)small_weight(t * 5 + s));
    ck_assert_int_eq(it.program.cores[0].bias[3], 5 << 6);
    walk_free(&walk);
}
END_TEST

/* ---- neuron parameters ---- */
static double weight_64(uint32_t index)
{
    return index % 3 ? 64.0 : -64.0;
}

START_TEST(whole_weights_stay_and_the_benchmark_rule_is_exact)
{
    it.chip.core.weight_bits = 9;
    uint32_t affine = one_layer(&it, 8, 8, weight_64);
    uint32_t lif = add_leaky(&it.network, "lif", NODE_LIF, 8, (double)0.016f, 2048.0); /* as float32 holds it */
    for (uint32_t i = 0; i < 8; i++)
        it.network.nodes[lif].r[i] = 16.0;
    finish_layer(&it, affine, lif);
    compile_well(&it, 0.001);
    const struct neuron_group *group = &it.program.cores[0].groups[0];
    ck_assert_uint_eq(it.program.cores[0].group_count, 1);
    ck_assert_int_eq(group->model, MODEL_LIF);
    ck_assert_int_eq(group->decay_potential, 256);
    ck_assert_int_eq(group->threshold, 2048 << 6);
    ck_assert_int_eq(group->reset, 0);
    ck_assert_int_eq(group->reset_subtract, 0);
    ck_assert_double_eq(it.program.populations[1].scale, 64.0);
    struct walk walk = walk_from_to(&it, "in", "lif");
    for (uint32_t i = 0; i < 64; i++)
        ck_assert_int_eq(walk.weight[i % 8 * 8 + i / 8], (int32_t)weight_64(i));
    walk_free(&walk);
}
END_TEST

START_TEST(cubalif_gets_both_decays_and_one_gain)
{
    uint32_t affine = one_layer(&it, 4, 3, NULL), cuba = add_leaky(&it.network, "cuba", NODE_CUBALIF, 3, 0.004, 10.0);
    for (uint32_t i = 0; i < 3; i++) {
        it.network.nodes[cuba].tau_syn[i] = 0.002;
        it.network.nodes[cuba].w_in[i] = 2.0;
        it.network.nodes[cuba].r[i] = 4.0; /* gain: 1/2 x 2 x 4 x 1/4 = 1 */
    }
    finish_layer(&it, affine, cuba);
    compile_well(&it, 0.001);
    const struct neuron_group *group = &it.program.cores[0].groups[0];
    ck_assert_int_eq(group->model, MODEL_CUBALIF);
    ck_assert_int_eq(group->decay_current, 2048);
    ck_assert_int_eq(group->decay_potential, 1024);
    ck_assert_int_eq(group->threshold, 10 << 6);
    struct walk walk = walk_from_to(&it, "in", "cuba");
    ck_assert_int_eq(walk.weight[0], (int32_t)small_weight(0));
    walk_free(&walk);
}
END_TEST

START_TEST(equal_neurons_share_a_group)
{
    uint32_t affine = one_layer(&it, 4, 9, NULL), neurons = add_if(&it.network, "if", 9, 0, 0, 4.0);
    for (uint32_t i = 3; i < 6; i++)
        it.network.nodes[neurons].v_threshold[i] = 5.0;
    finish_layer(&it, affine, neurons);
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.program.cores[0].group_count, 3);
    ck_assert_uint_eq(it.program.cores[0].groups[1].first, 3);
    ck_assert_uint_eq(it.program.cores[0].groups[1].count, 3);
    ck_assert_int_eq(it.program.cores[0].groups[1].threshold, 5 << 6);
    ck_assert_int_eq(it.program.cores[0].groups[2].threshold, 4 << 6);
}
END_TEST

START_TEST(a_core_holds_no_more_parameter_sets_than_it_can)
{
    it.chip.core.profiles_max = 2;
    uint32_t affine = one_layer(&it, 4, 12, NULL), neurons = add_if(&it.network, "if", 12, 0, 0, 4.0);
    for (uint32_t i = 0; i < 12; i++)
        it.network.nodes[neurons].v_threshold[i] = 4.0 + i / 3;
    finish_layer(&it, affine, neurons);
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.report.cores_used, 2);
    ck_assert_str_eq(it.report.notes[0].limit, "profiles");
}
END_TEST

/* ---- depth and delay ---- */
START_TEST(a_skip_connection_waits_in_the_event_queue)
{
    uint32_t in = add_port(&it.network, "in", NODE_INPUT, 4, 0, 0);
    uint32_t a = add_if(&it.network, "a", 4, 0, 0, 1.0), b = add_if(&it.network, "b", 4, 0, 0, 1.0);
    uint32_t c = add_if(&it.network, "c", 4, 0, 0, 1.0), out = add_port(&it.network, "out", NODE_OUTPUT, 4, 0, 0);
    add_edge(&it.network, in, a);
    add_edge(&it.network, a, b);
    add_edge(&it.network, b, c);
    add_edge(&it.network, in, c);
    add_edge(&it.network, c, out);
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.program.populations[population(&it, "c")].depth, 3);
    ck_assert_uint_eq(it.program.depth, 3);
    struct walk skip = walk_from_to(&it, "in", "c"), step = walk_from_to(&it, "b", "c");
    ck_assert_uint_eq(skip.delay, 3);
    ck_assert_uint_eq(step.delay, 1);
    ck_assert_uint_eq(skip.synapses, 4);
    walk_free(&skip);
    walk_free(&step);
}
END_TEST

static void recurrent_layer(void)
{
    uint32_t affine = one_layer(&it, 4, 6, NULL), rec = add_affine(&it.network, "rec", 6, 6, NULL, 1.0);
    uint32_t neurons = add_if(&it.network, "if", 6, 0, 0, 4.0);
    add_edge(&it.network, neurons, rec);
    add_edge(&it.network, rec, neurons);
    finish_layer(&it, affine, neurons);
}

START_TEST(a_layer_that_feeds_itself_takes_one_step)
{
    recurrent_layer();
    compile_well(&it, 0.0);
    struct walk forward = walk_from_to(&it, "in", "if"), back = walk_from_to(&it, "if", "if");
    ck_assert_uint_eq(forward.delay, 1);
    ck_assert_uint_eq(back.delay, 1);
    ck_assert_uint_eq(back.synapses, 36);
    ck_assert_int_eq(it.program.cores[0].bias[0], 1 << 6);
    ck_assert(remarked(&it, "bias of its recurrent input"));
    walk_free(&forward);
    walk_free(&back);
}
END_TEST

START_TEST(feedback_over_two_layers_is_late_and_says_so)
{
    uint32_t in = add_port(&it.network, "in", NODE_INPUT, 4, 0, 0), a = add_if(&it.network, "a", 4, 0, 0, 1.0);
    uint32_t b = add_if(&it.network, "b", 4, 0, 0, 1.0), out = add_port(&it.network, "out", NODE_OUTPUT, 4, 0, 0);
    add_edge(&it.network, in, a);
    add_edge(&it.network, a, b);
    add_edge(&it.network, b, a);
    add_edge(&it.network, b, out);
    compile_well(&it, 0.0);
    struct walk back = walk_from_to(&it, "b", "a");
    ck_assert_uint_eq(back.delay, 1);
    ck_assert(remarked(&it, "edge b -> a arrives 1 step late"));
    walk_free(&back);
}
END_TEST

START_TEST(a_delay_beyond_the_event_queue_is_refused)
{
    it.chip.core.delay_slots = 3;
    uint32_t in = add_port(&it.network, "in", NODE_INPUT, 4, 0, 0), before = in;
    const char *names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        uint32_t neurons = add_if(&it.network, names[i], 4, 0, 0, 1.0);
        add_edge(&it.network, before, neurons);
        before = neurons;
    }
    add_edge(&it.network, in, before);
    uint32_t out = add_port(&it.network, "out", NODE_OUTPUT, 4, 0, 0);
    add_edge(&it.network, before, out);
    refused(&it, "expected core.event_queue.delay_slots of 4 or more");
}
END_TEST

/* ---- outputs ---- */
START_TEST(spiking_outputs_also_go_to_the_host)
{
    finish_layer(&it, one_layer(&it, 4, 6, NULL), add_if(&it.network, "if", 6, 0, 0, 4.0));
    compile_well(&it, 0.0);
    ck_assert(it.program.populations[1].output && !it.program.populations[1].values);
    const struct route_table *table = &it.program.cores[0].neuron_routes;
    ck_assert_uint_eq(table->start[6], 6);
    ck_assert_uint_eq(table->routes[5].core, ROUTE_HOST);
    ck_assert_uint_eq(table->routes[5].axon, 5);
}
END_TEST

START_TEST(an_output_behind_a_linear_node_is_read_out_by_value)
{
    uint32_t affine = one_layer(&it, 4, 6, NULL), neurons = add_if(&it.network, "if", 6, 0, 0, 4.0);
    uint32_t last = add_affine(&it.network, "last", 6, 3, NULL, 0.0);
    uint32_t out = add_port(&it.network, "out", NODE_OUTPUT, 3, 0, 0);
    add_edge(&it.network, affine, neurons);
    add_edge(&it.network, neurons, last);
    add_edge(&it.network, last, out);
    compile_well(&it, 0.0);
    uint32_t readout = population(&it, "out");
    ck_assert(it.program.populations[readout].output && it.program.populations[readout].values);
    ck_assert(!it.program.populations[population(&it, "if")].output);
    ck_assert_uint_eq(it.program.populations[readout].depth, 2);
    for (uint32_t c = 0; c < it.program.core_count; c++)
        if (it.program.cores[c].population == (int32_t)readout) {
            ck_assert_int_eq(it.program.cores[c].groups[0].model, MODEL_LI);
            ck_assert_int_eq(it.program.cores[c].groups[0].decay_potential, 4096);
        }
    struct walk walk = walk_from_to(&it, "if", "out");
    ck_assert_uint_eq(walk.synapses, 18);
    walk_free(&walk);
}
END_TEST

START_TEST(li_outputs_send_values_and_feed_nobody_else)
{
    uint32_t affine = one_layer(&it, 4, 6, NULL), li = add_leaky(&it.network, "li", NODE_LI, 6, 0.004, 0.0);
    finish_layer(&it, affine, li);
    compile_well(&it, 0.001);
    ck_assert(it.program.populations[1].output && it.program.populations[1].values);
    compiled_forget(&it);
    uint32_t more = add_if(&it.network, "more", 6, 0, 0, 1.0);
    add_edge(&it.network, li, more);
    refused(&it, "an LI feeds more");
}
END_TEST

START_TEST(a_cubali_is_a_current_based_neuron_that_never_fires)
{
    uint32_t affine = one_layer(&it, 4, 6, NULL), neurons = add_leaky(&it.network, "slow", NODE_CUBALI, 6, 0.004, 0.0);
    finish_layer(&it, affine, neurons);
    compile_well(&it, 0.001);
    ck_assert(it.program.populations[1].output && it.program.populations[1].values);
    uint32_t c = 0;
    while (it.program.cores[c].group_count == 0)
        c++;
    const struct neuron_group *group = &it.program.cores[c].groups[0];
    ck_assert_int_eq(group->model, MODEL_CUBALIF);
    ck_assert_int_eq(group->decay_current, 1024);
    ck_assert_int_eq(group->threshold, (1 << (it.chip.core.potential_bits - 1)) - 1);
}
END_TEST

/* ---- what cannot run ---- */
START_TEST(a_cycle_without_a_neuron_is_refused)
{
    uint32_t affine = one_layer(&it, 4, 4, NULL), other = add_affine(&it.network, "other", 4, 4, NULL, 0.0);
    add_edge(&it.network, affine, other);
    add_edge(&it.network, other, affine);
    finish_layer(&it, affine, add_if(&it.network, "if", 4, 0, 0, 4.0));
    refused(&it, "a cycle of linear nodes");
}
END_TEST

START_TEST(leaky_neurons_need_the_length_of_a_step)
{
    finish_layer(&it, one_layer(&it, 4, 6, NULL), add_leaky(&it.network, "lif", NODE_LIF, 6, 0.01, 1.0));
    ck_assert(!compile_levels(&it, 0.0, 1));
    ck_assert(diagnostics_mention(&it.diagnostics, "--dt"));
}
END_TEST

START_TEST(a_time_constant_shorter_than_a_step_is_remarked)
{
    finish_layer(&it, one_layer(&it, 4, 6, NULL), add_leaky(&it.network, "lif", NODE_LIF, 6, 0.0005, 1.0));
    compile_well(&it, 0.001);
    ck_assert(remarked(&it, "shorter than dt"));
    ck_assert_int_eq(it.program.cores[0].groups[0].decay_potential, 4096);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compile");
    TCase *tests = tcase_create("compile");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_convolution_keeps_every_synapse_on_sparse_cores);
    tcase_add_test(tests, a_convolution_keeps_every_synapse_on_dense_arrays);
    tcase_add_test(tests, a_bias_reaches_every_pixel_of_its_channel);
    tcase_add_test(tests, a_chain_of_linear_nodes_becomes_one_projection);
    tcase_add_test(tests, parallel_paths_add_up);
    tcase_add_test(tests, whole_weights_stay_and_the_benchmark_rule_is_exact);
    tcase_add_test(tests, cubalif_gets_both_decays_and_one_gain);
    tcase_add_test(tests, equal_neurons_share_a_group);
    tcase_add_test(tests, a_core_holds_no_more_parameter_sets_than_it_can);
    tcase_add_test(tests, a_skip_connection_waits_in_the_event_queue);
    tcase_add_test(tests, a_layer_that_feeds_itself_takes_one_step);
    tcase_add_test(tests, feedback_over_two_layers_is_late_and_says_so);
    tcase_add_test(tests, a_delay_beyond_the_event_queue_is_refused);
    tcase_add_test(tests, spiking_outputs_also_go_to_the_host);
    tcase_add_test(tests, an_output_behind_a_linear_node_is_read_out_by_value);
    tcase_add_test(tests, li_outputs_send_values_and_feed_nobody_else);
    tcase_add_test(tests, a_cubali_is_a_current_based_neuron_that_never_fires);
    tcase_add_test(tests, a_cycle_without_a_neuron_is_refused);
    tcase_add_test(tests, leaky_neurons_need_the_length_of_a_step);
    tcase_add_test(tests, a_time_constant_shorter_than_a_step_is_remarked);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
