/* Memories by hand: the law on values with easy powers, its range at both ends, and the sizes of a serial core. */
#include "models/physics/memory_cost.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>

static char measured[] = "measured", assumed[] = "assumed: by analogy";

static struct sourced_value range(double low, double value, double high)
{
    return (struct sourced_value){.value = value, .low = low, .high = high, .source = measured};
}

static struct component_values values;

/* 10 pJ (8 to 12) for 64 bits of 8 KB. */
static void setup(void)
{
    values = (struct component_values){
        .sram_smallest = range(0.125, 0.125, 0.125), .sram_read = range(8, 10, 12),
        .sram_capacity_exponent = range(0.25, 0.5, 1), .sram_width_exponent = range(0.5, 0.5, 0.5),
        .sram_port_exponent = range(1, 2, 3), .sram_write_ratio = range(0.5, 1.5, 4), .sram_area = range(0.25, 0.5, 1),
        .sram_area_capacity_exponent = range(0, 0, 0), .sram_area_port_exponent = range(1, 1, 2),
        .sram_leakage = range(1, 2, 3), .sram_access_fixed = range(0.25, 0.25, 0.25),
        .sram_access_slope = range(0.001, 0.002, 0.004), .register_access = range(1, 2, 3),
        .register_select = range(0.01, 0.02, 0.03), .register_area = range(4, 5, 6), .logic_leakage = range(10, 20, 30)};
}

static struct memory_cost cost_for(double words, double word_bits, double banks, double ports)
{
    struct memory_cost cost;
    memory_cost_get(&values, &(struct memory_size){words, word_bits, banks, ports}, &cost);
    return cost;
}

static void assert_cost(struct cost is, double unit, double low, double nominal, double high)
{
    ck_assert_msg(fabs(is.nominal - nominal * unit) <= 1e-12 * nominal * unit, "nominal %g, expected %g", is.nominal / unit, nominal);
    ck_assert_msg(fabs(is.low - low * unit) <= 1e-12 * low * unit, "low %g, expected %g", is.low / unit, low);
    ck_assert_msg(fabs(is.high - high * unit) <= 1e-12 * high * unit, "high %g, expected %g", is.high / unit, high);
}

/* 32 KB in a bank is 4 times the reference: 4 ^ 0.5, from 4 ^ 0.25 to 4 ^ 1. */
START_TEST(a_large_bank_costs_the_law_and_its_range_the_ends_of_every_value)
{
    struct memory_cost cost = cost_for(4096, 64, 1, 1);
    assert_cost(cost.read, 1e-12, 8 * sqrt(2), 20, 48);
    assert_cost(cost.write, 1e-12, 0.5 * 8 * sqrt(2), 30, 4 * 48);
    assert_cost(cost.area, 1e-6, 0.25 * 262144, 0.5 * 262144, 262144);
    assert_cost(cost.leakage, 1e-6, 32, 64, 96);
    assert_cost(cost.access_s, 1e-9, 0.25 + 0.512, 0.25 + 1.024, 0.25 + 2.048);
    ck_assert(cost.read.assumed == 0 && !cost.register_file);
}
END_TEST

/* 2 KB in a bank is a quarter, where the largest exponent makes the smallest factor; 16 bits are a quarter too. */
START_TEST(of_a_small_bank_the_larger_exponent_is_the_lower_end)
{
    struct memory_cost cost = cost_for(4096, 16, 4, 1);
    assert_cost(cost.read, 1e-12, 8 * 0.25 * 0.5, 10 * 0.5 * 0.5, 12 * sqrt(0.5) * 0.5);
    assert_cost(cost.leakage, 1e-6, 8, 16, 24);
    assert_cost(cost.access_s, 1e-9, 0.25 + 0.128, 0.25 + 0.256, 0.25 + 0.512); /* of one bank of 16384 bits */
}
END_TEST

START_TEST(ports_raise_energy_and_area_by_their_exponents)
{
    struct memory_cost cost = cost_for(1024, 64, 1, 2);
    assert_cost(cost.read, 1e-12, 8 * 2, 10 * 4, 12 * 8);
    assert_cost(cost.area, 1e-6, 0.25 * 65536 * 2, 0.5 * 65536 * 2, 65536 * 4);
}
END_TEST

/* 32 words of 16 bits in two banks: a register file, read through 16 selectors. */
START_TEST(a_register_file_is_read_through_the_words_of_one_bank_and_written_without)
{
    struct memory_cost cost = cost_for(32, 16, 2, 1);
    ck_assert(cost.register_file);
    assert_cost(cost.write, 1e-12, 16, 32, 48);
    assert_cost(cost.read, 1e-12, 16 * 1.16, 16 * 2.32, 16 * 3.48);
    assert_cost(cost.area, 1e-6, 512 * 4, 512 * 5, 512 * 6);
    assert_cost(cost.leakage, 1e-3, 10 * 512 * 5e-6, 20 * 512 * 5e-6, 30 * 512 * 5e-6);
    assert_cost(cost.access_s, 1e-9, 0.25, 0.25, 0.25);
}
END_TEST

/* An exponent counts where there is something to raise: at the reference size nothing rests on it. */
START_TEST(what_rests_on_an_assumed_value_counts_as_assumed)
{
    values.sram_capacity_exponent.source = assumed;
    ck_assert(cost_for(1024, 64, 1, 1).read.assumed == 0);
    struct memory_cost large = cost_for(4096, 64, 1, 1);
    ck_assert(large.read.assumed == large.read.nominal && large.write.assumed == large.write.nominal);
    ck_assert(large.area.assumed == 0);
    values.sram_capacity_exponent.source = measured;
    values.sram_write_ratio.source = assumed;
    struct memory_cost plain = cost_for(1024, 64, 1, 1);
    ck_assert(plain.read.assumed == 0 && plain.write.assumed == plain.write.nominal);
    static char beside[] = "measured; the width is assumed by the authors";
    struct sourced_value value = {.value = 2, .low = 1, .high = 3, .source = beside};
    ck_assert(cost_of(&value, 1).assumed == 0);
}
END_TEST

/* Event by event or neuron by neuron: a potential each, threshold and reset in a profile, one adder and comparator. */
START_TEST(a_serial_core_has_potentials_profiles_of_two_and_one_adder)
{
    static const int orders[] = {ORDER_EVENT, ORDER_NEURON};
    struct chip_config chip = {.core = {.core_order = orders[_i], .neurons_max = 256, .axons_max = 256, .profiles_max = 4,
                                        .synapse_kind = SYNAPSE_CROSSBAR, .weight_bits = 4, .crossbar_word_bits = 32,
                                        .potential_bits = 9, .current_bits = 16, .delay_slots = 2, .neuron_lanes = 8},
                               .noc = {.columns = 2, .rows = 2, .cores_per_tile = 1}, .host = {.chips = 1}};
    struct core_sizes sizes;
    core_sizes_get(&chip, &sizes);
    ck_assert(memory_bits(&sizes.state) == 256 * 9);
    ck_assert(memory_bits(&sizes.profiles) == 4 * 2 * 9);
    ck_assert(memory_bits(&sizes.accumulators) == 0 && sizes.accumulator_adders == 0 && sizes.neuron_multipliers == 0);
    ck_assert(sizes.neuron_adders == 9 && sizes.neuron_comparators == 9);
    ck_assert(sizes.routes.word_bits == 3 + 8 + 1); /* one of four cores or the host, one of 256 axons, of two delays */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory_cost");
    TCase *tests = tcase_create("memory_cost");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_large_bank_costs_the_law_and_its_range_the_ends_of_every_value);
    tcase_add_test(tests, of_a_small_bank_the_larger_exponent_is_the_lower_end);
    tcase_add_test(tests, ports_raise_energy_and_area_by_their_exponents);
    tcase_add_test(tests, a_register_file_is_read_through_the_words_of_one_bank_and_written_without);
    tcase_add_test(tests, what_rests_on_an_assumed_value_counts_as_assumed);
    tcase_add_loop_test(tests, a_serial_core_has_potentials_profiles_of_two_and_one_adder, 0, 2);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
