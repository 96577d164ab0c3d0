/* Costs against sums done by hand. */
#include "models/baseline/money.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>

static struct money plain(void)
{
    return (struct money){.electricity_price = {.value = 0.1}, .overhead = {.value = 1}, .life = {.value = 1},
                          .busy = {.value = 1}};
}

static void assert_close(double a, double b)
{
    ck_assert_msg(fabs(a - b) <= 1e-9 * fabs(b), "%.12g is not %.12g", a, b);
}

START_TEST(a_kilowatt_hour_a_day_costs_its_price)
{
    struct money money = plain();
    struct money_result result;
    money_count(&money, &(struct money_machine){.seconds = 86.4, .joules = 3600, .per_day = 1000}, &result);
    assert_close(result.machines, 1);
    assert_close(result.energy_day, 0.1);
    assert_close(result.energy_query, 1e-4);
    ck_assert(isnan(result.bought_day) && isnan(result.rented_query));
    money.overhead.value = 1.5;
    money.server_power.value = 1;
    money_count(&money, &(struct money_machine){.seconds = 86.4, .joules = 3600, .per_day = 1000}, &result);
    assert_close(result.energy_day, 0.3);
}
END_TEST

START_TEST(machines_are_whole_and_idle_ones_draw_their_idle_power)
{
    struct money money = plain();
    struct money_result result;
    struct money_machine machine = {.seconds = 86.4, .joules = 0, .idle_w = 1000, .per_day = 1500, .purchase = 730.5,
                                    .rent = 2};
    money_count(&money, &machine, &result);
    assert_close(result.machines, 2);           /* 1.5 days of work a day */
    assert_close(result.energy_day, 12 * 0.1);  /* half a day idle at 1 kW */
    assert_close(result.bought_day, 2 * 2 + 1.2);
    assert_close(result.rented_day, 2 * 24 * 2);
    assert_close(result.rented_query, 96.0 / 1500);
    money.server_price.value = 0.5; /* beside the accelerator's */
    money_count(&money, &machine, &result);
    assert_close(result.bought_day, 2 * 2 * 1.5 + 1.2);
    money.busy.value = 0.5;
    money_count(&money, &machine, &result);
    assert_close(result.machines, 3);
}
END_TEST

START_TEST(every_price_has_a_source_and_a_mistake_has_a_place)
{
    struct money money;
    struct diagnostics diagnostics = {0};
    ck_assert(money_load("configs/cost/data-center.yaml", &money, &diagnostics));
    ck_assert(money.electricity_price.value > 0 && money.chip_price.source[0] == 'a');
    money_free(&money);
    ck_assert(!money_load("configs/accelerator/t4.yaml", &money, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "electricity.price"));
    diagnostics_free(&diagnostics);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("money");
    TCase *tests = tcase_create("money");
    tcase_add_test(tests, a_kilowatt_hour_a_day_costs_its_price);
    tcase_add_test(tests, machines_are_whole_and_idle_ones_draw_their_idle_power);
    tcase_add_test(tests, every_price_has_a_source_and_a_mistake_has_a_place);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
