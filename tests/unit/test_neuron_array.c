/* Neuron array: each model by numbers worked out by hand (12-bit decays, 6 fraction bits unless said), and the cycles
 * of its sweep. */
#include "models/tile/neuron_array.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

#define FRACTION 6
#define ONE (1 << FRACTION) /* an accumulator of 1, in units of potential */

struct bench {
    struct core_config config;
    struct neuron_group groups[3];
    int32_t bias[32], accumulator[32];
    struct core_program program;
    struct neuron_array array;
    uint64_t counters[CORE_COUNTERS];
};

static void bench_init(struct bench *bench, uint32_t neurons, struct neuron_group group)
{
    *bench = (struct bench){.config = {.neuron_lanes = 4, .neuron_interval = 1, .neuron_depth = 3, .state_banks = 4,
                                       .state_ports = 1, .accumulator_bits = 20, .potential_bits = 24, .current_bits = 24, .decay_bits = 12,
                                       .fraction_bits = FRACTION}};
    group.count = neurons;
    bench->groups[0] = group;
    bench->program = (struct core_program){.neuron_count = neurons, .group_count = 1, .groups = bench->groups,
                                           .bias = bench->bias};
    neuron_array_init(&bench->array, &bench->config, &bench->program);
}

/* After a change of the configuration or the group. */
static void bench_again(struct bench *bench)
{
    neuron_array_free(&bench->array);
    neuron_array_init(&bench->array, &bench->config, &bench->program);
}

/* One timestep of a single neuron; true if it fired. */
static bool step(struct bench *bench, int32_t accumulator)
{
    bench->accumulator[0] = accumulator;
    neuron_array_update(&bench->array, bench->accumulator, true, bench->counters);
    ck_assert_int_eq(bench->accumulator[0], 0);
    return bench->array.fired_count == 1;
}

#define ck_assert_potential(expected) ck_assert_int_eq(bench.array.potential[0], expected)
#define ck_assert_current(expected) ck_assert_int_eq(bench.array.current[0], expected)

START_TEST(if_adds_up_without_decay)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_IF, .threshold = 10 * ONE, .decay_potential = 999});
    ck_assert(!step(&bench, 3));
    ck_assert_potential(3 * ONE);
    ck_assert(!step(&bench, -5));
    ck_assert_potential(-2 * ONE);
    bench.bias[0] = 7;
    ck_assert(!step(&bench, 0));
    ck_assert_potential(-2 * ONE + 7);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(a_potential_equal_to_the_threshold_does_not_fire)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_IF, .threshold = 10 * ONE});
    ck_assert(!step(&bench, 10));
    ck_assert_potential(10 * ONE);
    bench.bias[0] = 1;
    ck_assert(step(&bench, 0));
    ck_assert_potential(0);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(a_spike_resets_to_the_reset_value)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_IF, .threshold = 100, .reset = -33});
    ck_assert(step(&bench, 2));
    ck_assert_potential(-33);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(a_spike_takes_the_threshold_away_when_asked_to)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_IF, .threshold = 100, .reset = -33,
                                                .reset_subtract = 1});
    ck_assert(step(&bench, 5));
    ck_assert_potential(5 * ONE - 100);
    ck_assert(step(&bench, 0)); /* 220 > 100: the rest fires in the next steps */
    ck_assert(step(&bench, 0));
    ck_assert_potential(5 * ONE - 300);
    ck_assert(!step(&bench, 0));
    neuron_array_free(&bench.array);
}
END_TEST

/* 1000 x 3840 / 4096 = 937.5; toward zero for both signs. */
START_TEST(lif_decays_toward_zero_for_both_signs)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_LIF, .threshold = 100000, .decay_potential = 256});
    bench.array.potential[0] = 1000;
    step(&bench, 0);
    ck_assert_potential(937);
    bench.array.potential[0] = -1000;
    step(&bench, 0);
    ck_assert_potential(-937);
    step(&bench, 0);
    ck_assert_potential(-878); /* 937 x 3840 = 3598080; / 4096 = 878.4 */
    bench.array.potential[0] = -1;
    step(&bench, 0);
    ck_assert_potential(0);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(lif_decays_before_it_adds)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_LIF, .threshold = 1000, .decay_potential = 2048});
    bench.array.potential[0] = 1000;
    ck_assert(!step(&bench, 7)); /* 500 + 448 */
    ck_assert_potential(948);
    ck_assert(step(&bench, 9)); /* 474 + 576 = 1050 */
    ck_assert_potential(0);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(a_decay_of_everything_leaves_nothing)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_LIF, .threshold = 1000, .decay_potential = 4096});
    bench.array.potential[0] = 999;
    step(&bench, 2);
    ck_assert_potential(2 * ONE);
    neuron_array_free(&bench.array);
}
END_TEST

/* The potential takes the new current. */
START_TEST(cubalif_filters_its_input_twice)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_CUBALIF, .threshold = 1000, .decay_current = 1024,
                                                .decay_potential = 2048});
    ck_assert(!step(&bench, 10)); /* u = 640, v = 640 */
    ck_assert_current(640);
    ck_assert_potential(640);
    ck_assert(!step(&bench, 0)); /* u = 480, v = 320 + 480 */
    ck_assert_current(480);
    ck_assert_potential(800);
    ck_assert(!step(&bench, -13)); /* u = 360 - 832 = -472, v = 400 - 472 */
    ck_assert_current(-472);
    ck_assert_potential(-72);
    ck_assert(!step(&bench, 0)); /* u = -354, v = -36 - 354 */
    ck_assert_current(-354);
    ck_assert_potential(-390);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(a_spike_of_cubalif_leaves_its_current)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_CUBALIF, .threshold = 100, .decay_current = 1024,
                                                .decay_potential = 2048, .reset = 3});
    ck_assert(step(&bench, 10));
    ck_assert_current(640);
    ck_assert_potential(3);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(li_never_fires)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_LI, .threshold = -5000, .decay_potential = 2048});
    ck_assert(!step(&bench, 100));
    ck_assert_potential(6400);
    ck_assert(!step(&bench, 0));
    ck_assert_potential(3200);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(potential_and_current_saturate_at_their_widths)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_CUBALIF, .threshold = 1 << 30, .decay_current = 0,
                                                .decay_potential = 0});
    bench.config.current_bits = 10;
    bench.config.potential_bits = 12;
    bench_again(&bench);
    step(&bench, 1000); /* 64000: u = 511, v = 511 */
    ck_assert_current(511);
    ck_assert_potential(511);
    for (int i = 0; i < 10; i++)
        step(&bench, 0);
    ck_assert_current(511);
    ck_assert_potential(2047);
    step(&bench, -1000);
    ck_assert_current(-511); /* symmetric */
    for (int i = 0; i < 10; i++)
        step(&bench, 0);
    ck_assert_potential(-2047);
    neuron_array_free(&bench.array);
}
END_TEST

/* Several at once: what kernels of 32 bits must leave to others. */
START_TEST(the_largest_biases_do_not_overflow)
{
    struct bench bench;
    bench_init(&bench, 24, (struct neuron_group){.model = MODEL_LIF, .threshold = 1 << 30, .decay_potential = 1});
    for (int j = 0; j < 24; j++) {
        bench.bias[j] = j % 2 ? INT32_MAX : INT32_MIN;
        bench.accumulator[j] = j % 2 ? 1000 : -1000;
    }
    bench_again(&bench);
    neuron_array_update(&bench.array, bench.accumulator, true, bench.counters);
    for (int j = 0; j < 24; j++)
        ck_assert_int_eq(bench.array.potential[j], j % 2 ? 8388607 : -8388607);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(the_widest_accumulator_does_not_overflow)
{
    struct bench bench;
    bench_init(&bench, 1, (struct neuron_group){.model = MODEL_IF, .threshold = INT32_MAX});
    bench.config.potential_bits = 32;
    bench_again(&bench);
    bench.bias[0] = INT32_MIN;
    step(&bench, -(1 << 25)); /* -2^31 - 2^31 */
    ck_assert_potential(-INT32_MAX);
    bench.bias[0] = INT32_MAX;
    for (int i = 0; i < 3; i++)
        step(&bench, (1 << 25) - 1);
    ck_assert_potential(INT32_MAX);
    neuron_array_free(&bench.array);
}
END_TEST

/* Without events an update is left out once nothing changes any more; counters and later results are the same. */
START_TEST(a_resting_array_counts_and_comes_back_like_one_that_works)
{
    static const struct neuron_group models[] = {
        {.model = MODEL_LIF, .threshold = 500, .decay_potential = 512},
        {.model = MODEL_CUBALIF, .threshold = 500, .decay_current = 1024, .decay_potential = 512},
        {.model = MODEL_IF, .threshold = 500},
        {.model = MODEL_LI, .threshold = 500, .decay_potential = 4096},
    };
    struct bench rests, works;
    bench_init(&rests, 17, models[_i]);
    bench_init(&works, 17, models[_i]);
    bool rested = false;
    for (int t = 0; t < 300; t++) {
        bool added = t == 0 || t == 200 || t == 201;
        for (int j = 0; j < 17; j++)
            rests.accumulator[j] = works.accumulator[j] = added ? 3 * j - 20 : 0;
        rests.bias[4] = works.bias[4] = 3; /* IF fires every now and then and never rests */
        rested |= rests.array.rests;
        neuron_array_update(&rests.array, rests.accumulator, added, rests.counters);
        neuron_array_update(&works.array, works.accumulator, true, works.counters);
        ck_assert_uint_eq(rests.array.fired_count, works.array.fired_count);
        ck_assert_mem_eq(rests.array.fired, works.array.fired, works.array.fired_count * sizeof(uint32_t));
        ck_assert_mem_eq(rests.array.potential, works.array.potential, 17 * sizeof(int32_t));
        ck_assert_mem_eq(rests.array.current, works.array.current, 17 * sizeof(int32_t));
        ck_assert_mem_eq(rests.counters, works.counters, sizeof works.counters);
    }
    ck_assert(rested == (models[_i].model != MODEL_IF));
    neuron_array_free(&rests.array);
    neuron_array_free(&works.array);
}
END_TEST

START_TEST(groups_of_different_models_live_side_by_side)
{
    struct bench bench;
    bench_init(&bench, 6, (struct neuron_group){.model = MODEL_IF, .threshold = 100});
    neuron_array_free(&bench.array);
    bench.groups[0].count = 2;
    bench.groups[1] = (struct neuron_group){.first = 2, .count = 2, .model = MODEL_CUBALIF, .threshold = 100};
    bench.groups[2] = (struct neuron_group){.first = 4, .count = 2, .model = MODEL_LI, .threshold = 100};
    bench.program.group_count = 3;
    neuron_array_init(&bench.array, &bench.config, &bench.program);
    for (int j = 0; j < 6; j++)
        bench.accumulator[j] = j % 2 ? 2 : 1; /* 128 or 64 */
    neuron_array_update(&bench.array, bench.accumulator, true, bench.counters);
    ck_assert_uint_eq(bench.array.fired_count, 2);
    ck_assert_uint_eq(bench.array.fired[0], 1);
    ck_assert_uint_eq(bench.array.fired[1], 3);
    ck_assert_int_eq(bench.array.current[3], 128);
    ck_assert_int_eq(bench.array.current[5], 0);
    ck_assert_int_eq(bench.array.potential[5], 128);
    ck_assert_uint_eq(bench.counters[CORE_NEURON_UPDATES], 6);
    ck_assert_uint_eq(bench.counters[CORE_STATE_READS], 8); /* CubaLIF has two words */
    ck_assert_uint_eq(bench.counters[CORE_STATE_WRITES], 8);
    ck_assert_uint_eq(bench.counters[CORE_SPIKES], 2);
    neuron_array_reset(&bench.array);
    ck_assert_uint_eq(bench.array.fired_count, 0);
    for (int j = 0; j < 6; j++) {
        ck_assert_int_eq(bench.array.potential[j], 0);
        ck_assert_int_eq(bench.array.current[j], 0);
    }
    neuron_array_free(&bench.array);
}
END_TEST

/* 10 neurons in 3 groups of 4 lanes, pipeline of 3. */
static const struct {
    uint32_t banks, ports, interval;
    int location;
    uint64_t cycles, leaves_0, leaves_7, leaves_9;
} sweeps[] = {
    {4, 1, 1, NEURON_COLUMN, 6, 3, 4, 5},        /* a group a cycle: 3 + 3 */
    {4, 1, 5, NEURON_COLUMN, 18, 3, 8, 13},      /* 3 x 5 + 3 */
    {2, 1, 1, NEURON_COLUMN, 8, 3, 5, 7},        /* 4 neurons in 2 banks: 2 cycles; the last 2 neurons: 1 */
    {1, 1, 1, NEURON_COLUMN, 13, 3, 7, 11},      /* 4 + 4 + 2 + 3 */
    {1, 2, 1, NEURON_COLUMN, 8, 3, 5, 7},        /* 2 + 2 + 1 + 3 */
    {4, 1, 1, NEURON_PROCESSOR, 33, 3, 13, 23},  /* 3 x 10 instructions + 3 */
};

START_TEST(a_sweep_takes_the_cycles_of_its_groups_and_its_pipeline)
{
    struct bench bench;
    bench_init(&bench, 10, (struct neuron_group){.model = MODEL_IF, .threshold = 100});
    neuron_array_free(&bench.array);
    bench.config.state_banks = sweeps[_i].banks;
    bench.config.state_ports = sweeps[_i].ports;
    bench.config.neuron_interval = sweeps[_i].interval;
    bench.config.neuron_location = sweeps[_i].location;
    bench.config.processor_instructions = 10;
    neuron_array_init(&bench.array, &bench.config, &bench.program);
    ck_assert_uint_eq(neuron_array_cycles(&bench.array), sweeps[_i].cycles);
    ck_assert_uint_eq(neuron_array_leaves(&bench.array, 0), sweeps[_i].leaves_0);
    ck_assert_uint_eq(neuron_array_leaves(&bench.array, 7), sweeps[_i].leaves_7);
    ck_assert_uint_eq(neuron_array_leaves(&bench.array, 9), sweeps[_i].leaves_9);
    ck_assert_uint_eq(neuron_array_reset_cycles(&bench.array), 3);
    neuron_array_update(&bench.array, bench.accumulator, true, bench.counters);
    ck_assert_uint_eq(bench.counters[CORE_PROCESSOR_INSTRUCTIONS], sweeps[_i].location == NEURON_PROCESSOR ? 30 : 0);
    neuron_array_free(&bench.array);
}
END_TEST

START_TEST(no_neurons_take_no_cycles)
{
    struct bench bench;
    bench_init(&bench, 0, (struct neuron_group){.model = MODEL_IF});
    ck_assert_uint_eq(neuron_array_cycles(&bench.array), 0);
    ck_assert_uint_eq(neuron_array_reset_cycles(&bench.array), 0);
    neuron_array_free(&bench.array);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("neuron array");
    TCase *cases = tcase_create("neuron array");
    tcase_add_test(cases, if_adds_up_without_decay);
    tcase_add_test(cases, a_potential_equal_to_the_threshold_does_not_fire);
    tcase_add_test(cases, a_spike_resets_to_the_reset_value);
    tcase_add_test(cases, a_spike_takes_the_threshold_away_when_asked_to);
    tcase_add_test(cases, lif_decays_toward_zero_for_both_signs);
    tcase_add_test(cases, lif_decays_before_it_adds);
    tcase_add_test(cases, a_decay_of_everything_leaves_nothing);
    tcase_add_test(cases, cubalif_filters_its_input_twice);
    tcase_add_test(cases, a_spike_of_cubalif_leaves_its_current);
    tcase_add_test(cases, li_never_fires);
    tcase_add_test(cases, potential_and_current_saturate_at_their_widths);
    tcase_add_test(cases, the_largest_biases_do_not_overflow);
    tcase_add_test(cases, the_widest_accumulator_does_not_overflow);
    tcase_add_test(cases, groups_of_different_models_live_side_by_side);
    tcase_add_loop_test(cases, a_resting_array_counts_and_comes_back_like_one_that_works, 0, 4);
    tcase_add_loop_test(cases, a_sweep_takes_the_cycles_of_its_groups_and_its_pipeline, 0,
                        (int)(sizeof sweeps / sizeof *sweeps));
    tcase_add_test(cases, no_neurons_take_no_cycles);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
