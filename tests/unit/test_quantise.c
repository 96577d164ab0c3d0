/* Weights that are no whole numbers: what the integers of networks made by hand are worth, neuron by neuron. */
#include "sim/memory.h"
#include "tests/support/compiled.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

#define INPUTS 20u
/* 6 fraction bits of small_chip */
#define UNIT 64.0

static struct compiled it;

static void setup(void)
{
    compiled_begin(&it);
}

static void teardown(void)
{
    compiled_end(&it);
}

static double weight_fraction(uint32_t index)
{
    return 0.0130007 * (double)(index % 17) - 0.1; /* no whole multiples of a number that fits */
}

/* Neuron j's weights are up to 1.07^j times as large as the first's. */
static double weight_growing(uint32_t index)
{
    return weight_fraction(index * 7 % 101) * pow(1.07, index / INPUTS);
}

static const struct neuron_group *group_of(uint32_t neuron, const struct core_program **core_out, uint32_t *local)
{
    for (uint32_t c = 0; c < it.program.core_count; c++) {
        const struct core_program *core = &it.program.cores[c];
        for (uint32_t g = 0; core->population == 1 && g < core->group_count; g++)
            for (uint32_t i = core->groups[g].first; i < core->groups[g].first + core->groups[g].count; i++)
                if (core->neuron_index[i] == neuron) {
                    *core_out = core;
                    *local = i;
                    return &core->groups[g];
                }
    }
    ck_abort_msg("no neuron %u", neuron);
}

static int32_t threshold_of(uint32_t neuron)
{
    const struct core_program *core;
    uint32_t local;
    return group_of(neuron, &core, &local)->threshold;
}

static int32_t bias_of(uint32_t neuron)
{
    const struct core_program *core;
    uint32_t local;
    group_of(neuron, &core, &local);
    return core->bias[local];
}

static uint32_t different_thresholds(uint32_t neurons)
{
    uint32_t different = 0;
    for (uint32_t i = 0; i < neurons; i++) {
        uint32_t before = 0;
        while (before < i && threshold_of(before) != threshold_of(i))
            before++;
        different += before == i;
    }
    return different;
}

/* in -> w -> IF of that threshold -> out */
static void layer_of(uint32_t neurons, double (*weight)(uint32_t), double threshold)
{
    uint32_t affine = one_layer(&it, INPUTS, neurons, weight);
    finish_layer(&it, affine, add_if(&it.network, "if", neurons, 0, 0, threshold));
}

/* Asserts that every neuron's weights, beside its threshold, are those of the graph; returns the least of the neurons'
 * largest weights. */
static double weights_are_worth(uint32_t neurons, double (*weight)(uint32_t), double threshold)
{
    struct walk walk = walk_from_to(&it, "in", "if");
    double least = INFINITY;
    for (uint32_t n = 0; n < neurons; n++) {
        double scale = threshold_of(n) / (threshold * UNIT), largest = 0.0, sum = 0.0;
        for (uint32_t s = 0; s < INPUTS; s++) {
            double exact = weight(n * INPUTS + s) * scale, held = walk.weight[s * neurons + n];
            ck_assert_double_le(fabs(held - exact), 0.7501);
            sum += held - exact;
            largest = fmax(largest, fabs(held));
        }
        ck_assert_double_le(fabs(sum), 0.5001);
        least = fmin(least, largest);
    }
    walk_free(&walk);
    return least;
}

START_TEST(every_neuron_uses_the_range_of_the_weights)
{
    layer_of(8, weight_growing, 0.5);
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.report.saturated_weights, 0);
    ck_assert_double_ge(weights_are_worth(8, weight_growing, 0.5), 107.0); /* 127 less what refining may take */
    ck_assert_uint_ge(different_thresholds(8), 7); /* two may be alike to a 16th of an octave */
    ck_assert_double_eq(it.program.populations[1].scale, 0.0);
}
END_TEST

/* Counts of synapses times a weight, as SONATA has them. */
static double weight_counted(uint32_t index)
{
    return 0.0125 * ((double)(index * 7 % 13) - 6.0) * (1.0 + index / INPUTS);
}

START_TEST(whole_multiples_of_a_number_are_not_rounded)
{
    layer_of(4, weight_counted, 1.0);
    compile_well(&it, 0.0);
    struct walk walk = walk_from_to(&it, "in", "if");
    for (uint32_t n = 0; n < 4; n++) {
        double scale = threshold_of(n) / UNIT;
        ck_assert_double_gt(6 * 0.0125 * (n + 1) * scale, 120.0); /* of 127 */
        for (uint32_t s = 0; s < INPUTS; s++)
            ck_assert_double_eq_tol(walk.weight[s * 4 + n], weight_counted(n * INPUTS + s) * scale, 1e-9);
    }
    walk_free(&walk);
}
END_TEST

START_TEST(scales_are_shared_so_that_no_core_is_closed_for_them)
{
    layer_of(40, weight_growing, 0.5); /* 8 sets for 1.07^39 = 14 */
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.report.cores_used, 1);
    ck_assert_uint_eq(different_thresholds(40), 8);
    ck_assert_uint_eq(it.report.notes[0].profiles, 8);
    ck_assert_double_ge(weights_are_worth(40, weight_growing, 0.5), 64.0); /* 14^(1/8) is less than an octave */
}
END_TEST

START_TEST(a_core_with_one_set_of_parameters_gives_all_neurons_one_scale)
{
    it.chip.core.profiles_max = 1;
    layer_of(10, weight_growing, 0.5);
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.report.cores_used, 1);
    ck_assert_uint_eq(different_thresholds(10), 1);
    ck_assert_double_eq_tol(it.program.populations[1].scale * 0.5, threshold_of(0), 1e-6);
    weights_are_worth(10, weight_growing, 0.5);
}
END_TEST

START_TEST(neurons_with_other_decays_get_their_part_of_the_sets)
{
    uint32_t affine = one_layer(&it, INPUTS, 40, weight_growing);
    uint32_t lif = add_leaky(&it.network, "lif", NODE_LIF, 40, 0.004, 0.5);
    for (uint32_t i = 0; i < 40; i += 2)
        it.network.nodes[lif].tau_mem[i] = 0.008;
    finish_layer(&it, affine, lif);
    compile_well(&it, 0.001);
    ck_assert_uint_eq(it.report.cores_used, 1);
    ck_assert_uint_eq(it.report.notes[0].profiles, 8);
}
END_TEST

START_TEST(neurons_that_all_differ_take_no_more_cores_than_their_parameters_ask_for)
{
    it.chip.core.profiles_max = 4;
    uint32_t affine = one_layer(&it, INPUTS, 12, weight_growing);
    uint32_t lif = add_leaky(&it.network, "lif", NODE_LIF, 12, 0.004, 0.5);
    for (uint32_t i = 0; i < 12; i++)
        it.network.nodes[lif].tau_mem[i] = 0.004 + 0.001 * i;
    finish_layer(&it, affine, lif);
    compile_well(&it, 0.001);
    ck_assert_uint_eq(it.report.cores_used, 3);
    ck_assert_uint_eq(it.report.notes[0].profiles, 4);
}
END_TEST

START_TEST(a_channel_has_one_threshold_to_its_border)
{
    uint32_t conv = convolution(&it, false);
    double *weight = it.network.nodes[conv].weight.data;
    for (uint32_t i = 0; i < 6 * 2 * 9; i++)
        weight[i] = weight_fraction(i) * (1.0 + i / 18);
    compile_well(&it, 0.0);
    for (uint32_t channel = 0; channel < 6; channel++)
        for (uint32_t pixel = 1; pixel < 144; pixel++)
            ck_assert_int_eq(threshold_of(channel * 144 + pixel), threshold_of(channel * 144));
    ck_assert_uint_eq(different_thresholds(864), 6);
}
END_TEST

START_TEST(values_that_are_read_out_keep_one_scale)
{
    uint32_t affine = one_layer(&it, INPUTS, 6, weight_growing);
    finish_layer(&it, affine, add_leaky(&it.network, "li", NODE_LI, 6, 0.004, 0.0));
    compile_well(&it, 0.001);
    double scale = it.program.populations[1].scale / UNIT;
    ck_assert_double_gt(scale, 0.0);
    struct walk walk = walk_from_to(&it, "in", "li");
    for (uint32_t n = 0; n < 6; n++)
        for (uint32_t s = 0; s < INPUTS; s++)
            ck_assert_double_le(fabs(walk.weight[s * 6 + n] - 0.25 * weight_growing(n * INPUTS + s) * scale), 0.7501);
    walk_free(&walk);
}
END_TEST

static double weight_doubled(uint32_t index)
{
    return weight_fraction(index % INPUTS) * (index < INPUTS ? 1.0 : 2.0);
}

START_TEST(a_neuron_times_two_is_held_by_the_same_integers)
{
    uint32_t affine = one_layer(&it, INPUTS, 2, weight_doubled), neurons = add_if(&it.network, "if", 2, 0, 0, 0.5);
    it.network.nodes[neurons].v_threshold[1] = 1.0;
    finish_layer(&it, affine, neurons);
    compile_well(&it, 0.0);
    struct walk walk = walk_from_to(&it, "in", "if");
    for (uint32_t s = 0; s < INPUTS; s++)
        ck_assert_int_eq(walk.weight[s * 2], walk.weight[s * 2 + 1]);
    ck_assert_int_eq(threshold_of(0), threshold_of(1));
    walk_free(&walk);
}
END_TEST

START_TEST(biases_carry_the_fraction_bits_and_the_scale_of_their_neuron)
{
    uint32_t in = add_port(&it.network, "in", NODE_INPUT, INPUTS, 0, 0);
    uint32_t affine = add_affine(&it.network, "w", INPUTS, 6, weight_growing, 0.0123);
    add_edge(&it.network, in, affine);
    finish_layer(&it, affine, add_if(&it.network, "if", 6, 0, 0, 0.5));
    compile_well(&it, 0.0);
    for (uint32_t n = 0; n < 6; n++)
        ck_assert_double_le(fabs(bias_of(n) - 0.0123 / 0.5 * threshold_of(n)), 0.5001);
    ck_assert_int_ne(bias_of(0), bias_of(5));
}
END_TEST

static double weight_of_an_outlier(uint32_t index)
{
    return index % INPUTS == 3 ? 1.0 : 0.02 * weight_fraction(index);
}

START_TEST(an_outlier_far_above_the_threshold_is_clipped_to_half)
{
    layer_of(4, weight_of_an_outlier, 0.05); /* 6 steps of the threshold, if 1.0 is 127 */
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.report.saturated_weights, 4);
    for (uint32_t n = 0; n < 4; n++)
        ck_assert_double_eq_tol(threshold_of(n), 2.0 * 127.0 * 0.05 * UNIT, 130.0); /* a sixth less when refined */
}
END_TEST

START_TEST(a_threshold_lost_among_the_steps_is_remarked)
{
    layer_of(4, weight_of_an_outlier, 0.01);
    compile_well(&it, 0.0);
    ck_assert(remarked(&it, "in 4 of 4 neurons the threshold is less than 8 steps of a weight"));
}
END_TEST

static double weight_with_silence(uint32_t index)
{
    return index / INPUTS == 2 ? 0.0 : weight_fraction(index);
}

START_TEST(a_neuron_without_synapses_keeps_its_threshold_and_bias)
{
    uint32_t in = add_port(&it.network, "in", NODE_INPUT, INPUTS, 0, 0);
    uint32_t affine = add_affine(&it.network, "w", INPUTS, 4, weight_with_silence, 0.25);
    add_edge(&it.network, in, affine);
    finish_layer(&it, affine, add_if(&it.network, "if", 4, 0, 0, 0.5));
    compile_well(&it, 0.0);
    ck_assert_int_gt(threshold_of(2), 1000);
    ck_assert_double_le(fabs(bias_of(2) - 0.5 * threshold_of(2)), 0.5001);
}
END_TEST

START_TEST(a_large_threshold_lowers_the_scale_until_it_fits)
{
    it.chip.core.potential_bits = 16;
    layer_of(10, weight_fraction, 10.0);
    compile_well(&it, 0.0);
    ck_assert_int_le(threshold_of(0), 8192);
    ck_assert_int_gt(threshold_of(0), 6800); /* a sixth less when refined */
    ck_assert(remarked(&it, "in 10 of 10 neurons weights use less than a quarter of 127 steps"));
}
END_TEST

START_TEST(weights_that_vanish_are_refused)
{
    it.chip.core.potential_bits = 16;
    layer_of(10, weight_fraction, 1000.0);
    refused(&it, "vanish beside its thresholds");
}
END_TEST

START_TEST(analog_inputs_are_divided_by_their_levels)
{
    layer_of(4, weight_fraction, 0.5);
    ck_assert(compile_levels(&it, 0.0, 16));
    ck_assert_int_eq(it.program.populations[0].input_levels, 16);
    ck_assert_int_eq(it.program.populations[1].input_levels, 1);
    struct walk walk = walk_from_to(&it, "in", "if");
    double scale = threshold_of(0) / (0.5 * UNIT);
    ck_assert_double_le(fabs(walk.weight[0] - weight_fraction(0) / 16.0 * scale), 0.7501);
    ck_assert_double_gt(scale * 0.1 / 16.0, 50.0);
    walk_free(&walk);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quantise");
    TCase *tests = tcase_create("quantise");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_neuron_uses_the_range_of_the_weights);
    tcase_add_test(tests, whole_multiples_of_a_number_are_not_rounded);
    tcase_add_test(tests, scales_are_shared_so_that_no_core_is_closed_for_them);
    tcase_add_test(tests, a_core_with_one_set_of_parameters_gives_all_neurons_one_scale);
    tcase_add_test(tests, neurons_with_other_decays_get_their_part_of_the_sets);
    tcase_add_test(tests, neurons_that_all_differ_take_no_more_cores_than_their_parameters_ask_for);
    tcase_add_test(tests, a_channel_has_one_threshold_to_its_border);
    tcase_add_test(tests, values_that_are_read_out_keep_one_scale);
    tcase_add_test(tests, a_neuron_times_two_is_held_by_the_same_integers);
    tcase_add_test(tests, biases_carry_the_fraction_bits_and_the_scale_of_their_neuron);
    tcase_add_test(tests, an_outlier_far_above_the_threshold_is_clipped_to_half);
    tcase_add_test(tests, a_threshold_lost_among_the_steps_is_remarked);
    tcase_add_test(tests, a_neuron_without_synapses_keeps_its_threshold_and_bias);
    tcase_add_test(tests, a_large_threshold_lowers_the_scale_until_it_fits);
    tcase_add_test(tests, weights_that_vanish_are_refused);
    tcase_add_test(tests, analog_inputs_are_divided_by_their_levels);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
