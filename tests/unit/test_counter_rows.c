/* Every counter has a name of its own, a unit and a meaning, and stands at its place in the table. */
#include "models/host/host_counters.h"
#include "models/noc/router_counters.h"
#include "models/tile/core_counters.h"
#include "models/tile/processor_counters.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <string.h>

static const struct {
    const struct counter_row *rows;
    size_t count;
} tables[] = {
    {core_counter_rows, CORE_COUNTERS},
    {router_counter_rows, ROUTER_COUNTERS},
    {host_counter_rows, HOST_COUNTERS},
    {processor_counter_rows, PROCESSOR_COUNTERS},
};

START_TEST(every_counter_has_a_row)
{
    const struct counter_row *rows = tables[_i].rows;
    for (size_t i = 0; i < tables[_i].count; i++) {
        ck_assert_msg(rows[i].name && rows[i].unit && rows[i].description, "table %d, counter %zu", _i, i);
        ck_assert_uint_eq(strspn(rows[i].name, "abcdefghijklmnopqrstuvwxyz_"), strlen(rows[i].name));
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(rows[i].name, rows[j].name);
    }
    ck_assert_ptr_null(rows[tables[_i].count].name);
}
END_TEST

START_TEST(counters_that_partition_time_are_cycles)
{
    for (size_t i = 0; i < CORE_CYCLE_COUNTERS; i++)
        ck_assert_str_eq(core_counter_rows[i].unit, "cycles");
    for (size_t i = 0; i < ROUTER_CYCLE_COUNTERS; i++)
        ck_assert_str_eq(router_counter_rows[i].unit, "cycles");
}
END_TEST

START_TEST(rows_stand_at_their_counters)
{
    ck_assert_str_eq(core_counter_rows[CORE_IDLE].name, "idle");
    ck_assert_str_eq(core_counter_rows[CORE_SYNAPTIC_EVENTS].name, "synaptic_events");
    ck_assert_str_eq(core_counter_rows[CORE_SENT_HOPS_LOCAL].name, "sent_hops_local");
    ck_assert_str_eq(router_counter_rows[ROUTER_HOPS_EW].name, "hops_ew");
    ck_assert_str_eq(host_counter_rows[HOST_CHIP_LINK_BITS].name, "chip_link_bits");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rows");
    tcase_add_loop_test(tests, every_counter_has_a_row, 0, (int)(sizeof tables / sizeof *tables));
    tcase_add_test(tests, counters_that_partition_time_are_cycles);
    tcase_add_test(tests, rows_stand_at_their_counters);
    Suite *suite = suite_create("counter rows");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
