/* Chips and accelerators over rates and batches: who is best, and where they break even, from figures by hand. */
#include "tests/support/run_suite.h"
#include "tools/report/comparison.h"
#include <check.h>
#include <math.h>

static struct comparison_row rows[] = {
    {.mode = BASELINE_ANN, .measured = true, .latency_s = {1}, .energy_j = {NAN}}, /* its power is unknown */
    {.mode = BASELINE_ANN_GRAPH, .latency_s = {2}, .energy_j = {1}},
    {.mode = BASELINE_SNN, .measured = true, .latency_s = {4}, .energy_j = {3}},
    {.mode = BASELINE_SNN_GRAPH, .latency_s = {3}, .energy_j = {2}},
};
static struct comparison at = {.rates = {0.01, 0.1, 1}, .rate_count = 3, .batch_count = 1, .row_count = 4, .rows = rows};

START_TEST(the_best_row_is_the_least_of_those_that_are_known_and_asked_for)
{
    ck_assert_ptr_eq(comparison_best(&at, 0, true, AMONG_ALL), &rows[1]);
    ck_assert_ptr_eq(comparison_best(&at, 0, false, AMONG_ALL), &rows[0]);
    ck_assert_ptr_eq(comparison_best(&at, 0, true, AMONG_SPIKING), &rows[3]);
    ck_assert_ptr_eq(comparison_best(&at, 0, true, AMONG_MEASURED), &rows[2]);
    at.recurrent = true; /* a dense pass is one step of it, and no answer */
    ck_assert_ptr_eq(comparison_best(&at, 0, true, AMONG_ALL), &rows[3]);
    ck_assert_ptr_eq(comparison_best(&at, 0, false, AMONG_MEASURED), &rows[2]);
    at.row_count = 2;
    ck_assert_ptr_null(comparison_best(&at, 0, true, AMONG_ALL));
}
END_TEST

/* 1 mJ at a rate of 0.01, 4 at 0.1, 400 at 1: 2 mJ are half of the first decade, 40 half of the second. */
START_TEST(break_even_lies_between_the_rates_on_a_straight_line_of_logarithms)
{
    struct comparison_chip chip = {.energy_j = {1e-3, 4e-3, 400e-3}, .latency_s = {7, 7, 7}};
    ck_assert_double_eq_tol(comparison_break_even(&at, &chip, 2e-3, true), 0.01 * sqrt(10), 1e-12);
    ck_assert_double_eq_tol(comparison_break_even(&at, &chip, 40e-3, true), 0.1 * sqrt(10), 1e-12);
    ck_assert_double_eq_tol(comparison_break_even(&at, &chip, 4e-3, true), 0.1, 1e-12);
    ck_assert(comparison_break_even(&at, &chip, 400e-3, true) == INFINITY);
    ck_assert(comparison_break_even(&at, &chip, 0.9e-3, true) == 0);
    ck_assert(comparison_break_even(&at, &chip, 8, false) == INFINITY);
    ck_assert(comparison_break_even(&at, &chip, 6, false) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("comparison");
    TCase *tests = tcase_create("comparison");
    tcase_add_test(tests, the_best_row_is_the_least_of_those_that_are_known_and_asked_for);
    tcase_add_test(tests, break_even_lies_between_the_rates_on_a_straight_line_of_logarithms);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
