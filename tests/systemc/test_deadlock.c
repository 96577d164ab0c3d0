/* A system that cannot go on says so, and who waits for what. Here: event queues with room for one event, under the
 * policy stall; a timestep of several events can then never end. */
#include "tests/support/simulate.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char said[8192]; /* on stderr */

/* Runs it with stderr caught in `said`. */
static bool run_caught(const struct run *run, struct chip_result *result)
{
    char path[] = "/tmp/npusim-test-XXXXXX";
    int file = mkstemp(path), terminal = dup(STDERR_FILENO);
    ck_assert_int_ge(file, 0);
    unlink(path);
    fflush(stderr);
    dup2(file, STDERR_FILENO);
    struct system_job job = run_job(run, result);
    bool good = system_run(&job, 1);
    fflush(stderr);
    dup2(terminal, STDERR_FILENO);
    ssize_t length = pread(file, said, sizeof said - 1, 0);
    ck_assert_int_ge(length, 0);
    said[length] = '\0';
    close(file);
    close(terminal);
    return good;
}

static void check_says(const char *text)
{
    ck_assert_msg(strstr(said, text) != NULL, "no \"%s\" in:\n%s", text, said);
}

START_TEST(on_one_chip_is_found_and_told)
{
    struct workload workload = DIGITS("tests/support/chips/tiny-sparse.yaml", 2);
    workload.settings[0] = "core.event_queue.depth=1";
    struct run *run = workload_load(&workload);
    struct chip_result result = {0};
    ck_assert(!run_caught(run, &result));
    check_says("npusim: deadlock in sample 0 of 2");
    check_says("timestep control 0 waits for the end of timestep 0 of sample 0");
    check_says("core 1 waits for room in its event queue (1 events)");
    check_says("router 1 waits for credit of local port 0 (tile 1,0)");
    check_says("router 0 waits for credit of its east neighbour (tile 0,0)");
    check_says("host interface 0 waits for credit of its router");
    chip_result_free(&result);
    workload_free(run);
}
END_TEST

START_TEST(across_chips_is_found_and_told_of_each)
{
    struct workload workload = DIGITS("tests/support/chips/tiny-two-chips.yaml", 1);
    workload.settings[0] = "core.event_queue.depth=1";
    struct run *run = workload_load(&workload);
    struct chip_result result = {0};
    ck_assert(!run_caught(run, &result));
    check_says("npusim: deadlock in sample 0 of 1");
    check_says("chip 0, cycle ");
    check_says("chip 1, cycle ");
    check_says("timestep control 1 waits for the end of timestep 0 of sample 0");
    chip_result_free(&result);
    workload_free(run);
}
END_TEST

START_TEST(is_not_told_of_a_run_that_ends)
{
    struct workload workload = DIGITS("tests/support/chips/tiny-sparse.yaml", 1);
    struct run *run = workload_load(&workload);
    struct chip_result result = {0};
    ck_assert(run_caught(run, &result));
    ck_assert_str_eq(said, "");
    chip_result_free(&result);
    workload_free(run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deadlock");
    TCase *cases = tcase_create("deadlock");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, on_one_chip_is_found_and_told);
    tcase_add_test(cases, across_chips_is_found_and_told_of_each);
    tcase_add_test(cases, is_not_told_of_a_run_that_ends);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
