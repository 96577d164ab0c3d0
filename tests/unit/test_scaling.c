/* Scaling between nodes: against the corrected table of the reference data, and every technology file against it. */
#include "models/physics/energy.h"
#include "models/physics/scaling.h"
#include "models/physics/technology.h"
#include "sim/memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double energy(double from_nm, double from_v, double to_nm, double to_v)
{
    double factor;
    ck_assert(scaling_energy((struct operating_corner){from_nm, from_v}, (struct operating_corner){to_nm, to_v},
                             &factor));
    return factor;
}

static double area(double from_nm, double to_nm)
{
    double factor;
    ck_assert(scaling_area(from_nm, to_nm, &factor));
    return factor;
}

static void assert_near(double value, double expected, double relative)
{
    ck_assert_msg(fabs(value - expected) <= relative * expected, "%g is not %g", value, expected);
}

START_TEST(factors_are_those_of_the_corrected_table)
{
    char *path = reference_path("physics/accelergy/node_scaling_from_45nm.csv");
    FILE *file = fopen(path, "r");
    free(path);
    if (file == NULL) {
        printf("scaling: 14 cases skipped (no reference data)\n");
        return;
    }
    char line[256];
    int seen = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        double node, at_low, at_high, size;
        if (sscanf(line, "%lf,%lf,%lf,%lf", &node, &at_low, &at_high, &size) != 4)
            continue;
        assert_near(energy(45, 0.8, node, 0.8), at_low, 1e-3);
        assert_near(energy(45, 0.9, node, 0.9), at_high, 1e-3);
        assert_near(area(45, node), size, 1e-3);
        seen++;
    }
    fclose(file);
    ck_assert_int_eq(seen, 14);
}
END_TEST

START_TEST(between_nodes_of_the_table_the_smaller_node_costs_less)
{
    for (double node = 8; node <= 130; node++) {
        ck_assert(energy(45, 0.9, node - 1, 0.9) < energy(45, 0.9, node, 0.9));
        ck_assert(area(45, node - 1) < area(45, node));
    }
    ck_assert(energy(28, 0.9, 28, 0.8) < 1);
}
END_TEST

START_TEST(outside_the_table_nothing_is_extrapolated)
{
    double factor = -1;
    struct operating_corner good = {45, 0.9};
    ck_assert(!scaling_energy(good, (struct operating_corner){5, 0.7}, &factor));
    ck_assert(!scaling_energy(good, (struct operating_corner){180, 0.9}, &factor));
    ck_assert(!scaling_energy(good, (struct operating_corner){22, 0.3}, &factor));
    ck_assert(!scaling_energy(good, (struct operating_corner){22, (double)NAN}, &factor));
    ck_assert(!scaling_energy((struct operating_corner){(double)NAN, 0.9}, good, &factor));
    ck_assert(!scaling_area(45, 5, &factor));
    ck_assert(factor == -1);
}
END_TEST

/* Published at 45, 40, 32, 28 and 22 nm; 7 nm has published values of its own for memory, adder and multiplier. */
START_TEST(files_hold_the_published_value_times_the_factor)
{
    static const int nodes[] = {45, 28, 22, 16, 14, 7};
    char *path = memory_format("configs/technology/%dnm.yaml", nodes[_i]);
    struct diagnostics diagnostics = {0};
    struct technology *technology;
    ck_assert(technology_load(path, &technology, &diagnostics));
    const struct component_values *values = &technology->components;
    double node = values->node_nm.value, volts = values->supply_v.value;
    ck_assert(node == nodes[_i]);
    if (node > 7) {
        assert_near(values->sram_read.value, 7.534 * energy(45, 0.9, node, volts), 1e-3);
        assert_near(values->adder.value, 0.1 / 32 * energy(45, 0.9, node, volts), 1e-3);
        assert_near(values->multiplier.value, 3.1 / 1024 * energy(45, 0.9, node, volts), 1e-3);
    }
    assert_near(values->register_access.value, 0.009 * energy(40, 0.9, node, volts), 1e-3);
    assert_near(values->router.value, 20.74 / 256 * energy(32, 0.9, node, volts), 1e-3);
    assert_near(values->dimc_cell.low, 1.706 * energy(28, 0.9, node, volts), 1e-3);
    assert_near(values->instruction.value, 11.6 * energy(22, 0.9, node, volts), 1e-3);
    assert_near(values->sram_area.value, 199065.0625 / 524288 * area(45, node), 1e-3);
    assert_near(values->router_area.value, 150000.0 / 256 * area(32, node), 1e-3);
    technology_free(technology);
    diagnostics_free(&diagnostics);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scaling");
    TCase *tests = tcase_create("scaling");
    tcase_add_test(tests, factors_are_those_of_the_corrected_table);
    tcase_add_test(tests, between_nodes_of_the_table_the_smaller_node_costs_less);
    tcase_add_test(tests, outside_the_table_nothing_is_extrapolated);
    tcase_add_loop_test(tests, files_hold_the_published_value_times_the_factor, 0, 6);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
