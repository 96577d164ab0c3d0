/* Converters: the fit finds a law that points follow, and costs follow the law. */
#include "models/physics/adc_fit.h"
#include "models/physics/memristor_costs.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tools/validate/converters.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { POINTS = 60 };

static void make_points(struct adc_point *points, double noise)
{
    for (uint32_t i = 0; i < POINTS; i++) {
        double bits = 3 + i % 10, node = 14 + (i * 7) % 51, rate = 1e6 * pow(10, i % 4), off = exp(i % 2 ? noise : -noise);
        double energy = 5 * pow(1.6, bits - 8) * pow(node / 22, 1.2) * pow(rate / 5e8, 0.2) * off;
        double area = i % 3 ? 9000 * pow(1.1, bits - 8) * pow(node / 22, 1.5) * off : 0;
        points[i] = (struct adc_point){bits, node, energy, rate, area};
    }
}

START_TEST(points_on_a_law_give_that_law)
{
    struct adc_point points[POINTS];
    struct adc_law energy, area;
    make_points(points, 0);
    ck_assert(adc_fit_energy(points, POINTS, 22, &energy));
    ck_assert(adc_fit_area(points, POINTS, 22, &area));
    ck_assert_double_eq_tol(energy.at_8_bits, 5, 1e-9);
    ck_assert_double_eq_tol(energy.growth, 1.6, 1e-9);
    ck_assert_double_eq_tol(energy.exponent, 1.2, 1e-9);
    ck_assert_double_eq_tol(energy.rate_exponent, 0.2, 1e-9);
    ck_assert_double_eq_tol(energy.spread, 1, 1e-9);
    ck_assert_uint_eq(energy.points, POINTS);
    ck_assert_double_eq_tol(area.at_8_bits, 9000, 1e-6);
    ck_assert_double_eq_tol(area.growth, 1.1, 1e-9);
    ck_assert_uint_eq(area.points, 40); /* of the others no area is known */
}
END_TEST

START_TEST(scatter_is_told_as_spread)
{
    struct adc_point points[POINTS];
    struct adc_law law;
    make_points(points, log(3));
    ck_assert(adc_fit_energy(points, POINTS, 22, &law));
    ck_assert_double_gt(law.spread, 2.5);
    ck_assert_double_lt(law.spread, 3.5);
}
END_TEST

START_TEST(too_few_or_equal_points_are_no_law)
{
    struct adc_point points[POINTS];
    struct adc_law law = {.points = 123};
    make_points(points, 0);
    ck_assert(!adc_fit_energy(points, 9, 22, &law));
    for (uint32_t i = 0; i < POINTS; i++)
        points[i].node_nm = 28; /* the exponent of the node cannot be told from the constant */
    ck_assert(!adc_fit_energy(points, POINTS, 22, &law));
    ck_assert_uint_eq(law.points, 123);
}
END_TEST

static struct run *memristive(struct unit_costs *costs, const char *setting)
{
    static struct workload workload = {.network = "traces/digits/digits.nir", .input = "traces/digits/test-spikes.h5",
                                       .samples = 1, .chip = "configs/chip/rain-memristive.yaml"};
    workload.settings[0] = setting;
    struct run *run = workload_load(&workload);
    unit_costs_get(run->technology, &run->chip, costs);
    return run;
}

static const struct {
    const char *setting;
    enum core_counter counter;
    double factor, area; /* of a count's energy; of the area of arrays and converters */
} changes[] = {
    {"core.synapse.memristor.converter.bits=9", CORE_CONVERSIONS, 1.477, -1},
    {"core.synapse.memristor.converter.bits=6", CORE_CONVERSIONS, 1 / (1.477 * 1.477), -1},
    {"core.synapse.memristor.converter.cycles=2", CORE_CONVERSIONS, 0.8927, 1}, /* half the rate: 2^-0.1638 */
    {"core.synapse.memristor.read_voltage=1.1", CORE_READ_CONDUCTANCE, 4, 1},
    {"core.synapse.memristor.read_cycles=10", CORE_READ_CONDUCTANCE, 2, 1},
    {"clock_hz=1e9", CORE_READ_CONDUCTANCE, 0.5, 1},
    {"core.synapse.memristor.converter.columns=16", CORE_CONVERSIONS, 1, -0.5},
    {"core.synapse.memristor.cell_bits=4", CORE_CONVERSIONS, 1, -2},
};

START_TEST(costs_follow_the_chip_file)
{
    struct unit_costs before, after;
    workload_free(memristive(&before, NULL));
    workload_free(memristive(&after, changes[_i].setting));
    double factor = after.core[changes[_i].counter].nominal / before.core[changes[_i].counter].nominal;
    ck_assert_double_eq_tol(factor, changes[_i].factor, 1e-3);
    double arrays = after.area[ENERGY_SYNAPSE_ARRAY].nominal / before.area[ENERGY_SYNAPSE_ARRAY].nominal;
    double converters = after.area[ENERGY_CONVERTER].nominal / before.area[ENERGY_CONVERTER].nominal;
    if (changes[_i].area == 1)
        ck_assert_double_eq_tol(arrays * converters, 1, 1e-9);
    else if (changes[_i].area == -2)
        ck_assert_double_eq_tol(converters, 2, 1e-9);
    else if (changes[_i].area == -0.5)
        ck_assert_double_eq_tol(converters, 0.5, 1e-9);
    else
        ck_assert_double_ne(converters, 1);
}
END_TEST

/* 0.55 V for 10 ns through 1 nS; no range, since nothing of it is a published constant. */
START_TEST(current_costs_v_squared_g_t)
{
    struct unit_costs costs;
    workload_free(memristive(&costs, NULL));
    const struct cost *count = &costs.core[CORE_READ_CONDUCTANCE];
    ck_assert_double_eq_tol(count->nominal, 0.55 * 0.55 * 1e-9 * 10e-9, 1e-22);
    ck_assert_double_eq(count->low, count->nominal);
    ck_assert_double_eq(count->high, count->nominal);
}
END_TEST

START_TEST(devices_and_converters_neither_leak_nor_have_a_clock)
{
    struct unit_costs costs;
    workload_free(memristive(&costs, NULL));
    ck_assert_double_gt(costs.area[ENERGY_CONVERTER].nominal, 0);
    ck_assert_double_eq(costs.leakage[ENERGY_SYNAPSE_ARRAY].nominal, 0);
    ck_assert_double_eq(costs.leakage[ENERGY_CONVERTER].nominal, 0);
    ck_assert_double_eq(costs.clock[ENERGY_CONVERTER].nominal, 0);
}
END_TEST

static const char *const surveys[] = {
    "architecture,tech_um,sndr_plot_dB,P_W,fsnyq_Hz\n", /* no area */
    "architecture,tech_um,sndr_plot_dB,P_W,fsnyq_Hz,area_mm2\nFlash,0.028,40,0.01,1e9,0.01\n", /* none that is asked for */
    "architecture,tech_um,sndr_plot_dB,P_W,fsnyq_Hz,area_mm2\nSAR,0.028,40\n",
};

START_TEST(a_survey_that_is_none_is_refused)
{
    struct diagnostics diagnostics = {0};
    struct adc_point *points;
    uint32_t count;
    char path[64];
    snprintf(path, sizeof path, "/tmp/npusim-test-%ld.csv", (long)getpid());
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(surveys[_i], file);
    fclose(file);
    ck_assert(!converters_read(path, &points, &count, &diagnostics));
    ck_assert_uint_gt(diagnostics.count, 0);
    diagnostics_free(&diagnostics);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* 8 bits at 250 MS/s: 4 pJ x (1 / 2) ^ 0.5; each bit more doubles it. */
START_TEST(a_resolution_outside_the_survey_counts_as_assumed)
{
    char measured[] = "survey", assumed[] = "assumed";
    struct memristor_values values = {.converter_energy = {.value = 4, .low = 2, .high = 8, .source = measured},
                                      .converter_growth = {.value = 2, .low = 2, .high = 2, .source = measured},
                                      .converter_rate_exponent = {.value = 0.5, .low = 0.5, .high = 0.5, .source = measured}};
    for (uint32_t bits = 1; bits <= 14; bits++) {
        struct cost cost = converter_cost(&values, bits, 250e6);
        ck_assert_double_eq_tol(cost.nominal / 1e-12, 4 * pow(2, bits - 8.0) / sqrt(2), 1e-9);
        ck_assert_msg(cost.assumed == (bits < 3 || bits > 12 ? cost.nominal : 0), "%u bits", bits);
    }
    values.converter_rate_exponent.source = assumed;
    ck_assert(converter_cost(&values, 8, 250e6).assumed > 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adc");
    TCase *cases = tcase_create("adc");
    tcase_add_test(cases, points_on_a_law_give_that_law);
    tcase_add_test(cases, scatter_is_told_as_spread);
    tcase_add_test(cases, too_few_or_equal_points_are_no_law);
    tcase_add_loop_test(cases, costs_follow_the_chip_file, 0, (int)(sizeof changes / sizeof *changes));
    tcase_add_test(cases, current_costs_v_squared_g_t);
    tcase_add_test(cases, a_resolution_outside_the_survey_counts_as_assumed);
    tcase_add_test(cases, devices_and_converters_neither_leak_nor_have_a_clock);
    tcase_add_loop_test(cases, a_survey_that_is_none_is_refused, 0, (int)(sizeof surveys / sizeof *surveys));
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
