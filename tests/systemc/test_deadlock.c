/* A system that cannot go on says so, and who waits for what. Here: event queues with room for one event, under the
 * policy stall; a timestep of several events can then never end. With buffers of one flit and two cores that send to
 * each other the waiting closes to a circle: neither can send before the other takes, nor take before it has sent. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tools/validate/theory.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char said[8192]; /* on stderr */

/* Runs it with stderr caught in `said`. */
static bool job_caught(struct system_job job)
{
    char path[] = "/tmp/npusim-test-XXXXXX";
    int file = mkstemp(path), terminal = dup(STDERR_FILENO);
    ck_assert_int_ge(file, 0);
    unlink(path);
    fflush(stderr);
    dup2(file, STDERR_FILENO);
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

static bool run_caught(const struct run *run, struct chip_result *result) { return job_caught(run_job(run, result)); }

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

#define NEURONS 16u

/* Two tiles side by side; every neuron of either core fires in every timestep and sends to the other. */
static struct theory_case *make_recurrent(struct theory_cases *cases, enum router_kind router, uint32_t depth)
{
    static const uint16_t target = 0;
    struct theory_case *test = theory_add(cases, NULL, 2, 1);
    test->chip.noc.router_kind = (int)router;
    test->chip.noc.buffer_flits = 1;
    test->chip.core.queue_depth = depth;
    test->chip.host.output_tile = 1;
    theory_program(test, 0, 1);
    for (uint32_t core = 0; core < 2; core++) {
        theory_core(test, core, 1, NEURONS, 0, NEURONS, &target, 1);
        for (uint32_t j = 0; j < NEURONS; j++)
            test->program.cores[core].bias[j] = 1;
        theory_routes(test, core, 1 - core);
    }
    theory_sample(test, 5, 0);
    return test;
}

static bool run_recurrent(enum router_kind router, uint32_t depth)
{
    struct theory_cases cases = {0};
    struct theory_case *test = make_recurrent(&cases, router, depth);
    bool good = job_caught((struct system_job){.config = &test->chip, .program = &test->program,
                                               .samples = &test->sample, .sample_count = 1, .result = &test->result});
    theory_case_free(test);
    free(cases.items);
    return good;
}

static uint32_t lines_said(void)
{
    uint32_t lines = 0;
    for (const char *c = said; *c; c++)
        lines += *c == '\n';
    return lines;
}

START_TEST(of_cores_that_wait_for_each_other_names_all_in_the_circle)
{
    ck_assert(!run_recurrent(ROUTER_SWITCH, 1));
    check_says("npusim: deadlock in sample 0 of 1");
    check_says("  timestep control 0 waits for the end of timestep 1 of sample 0");
    for (uint32_t i = 0; i < 2; i++) {
        char *core = memory_format("  core %u waits for credit of its router, to send a packet; room in its event queue "
                                   "(1 events), to take a packet from its router\n", i);
        char *router = memory_format("  router %u waits for credit of its %s neighbour and of local port 0 (tile %u,0)\n",
                                     i, i ? "west" : "east", i);
        check_says(core);
        check_says(router);
        free(core);
        free(router);
    }
    ck_assert_uint_eq(lines_said(), 2 + 5); /* and nobody else */
}
END_TEST

START_TEST(of_merge_routers_names_the_full_buffers)
{
    ck_assert(!run_recurrent(ROUTER_MERGE, 1));
    for (uint32_t i = 0; i < 2; i++) {
        char *router = memory_format("  merge router %u waits for credit of the %s behind its east unit, credit of the %s "
                                     "behind its west unit, credit of the local unit behind its north unit, credit of "
                                     "the core behind its local unit (tile %u,0)\n", i,
                                     i ? "north unit" : "east neighbour", i ? "west neighbour" : "north unit", i);
        check_says(router);
        free(router);
    }
    ck_assert_uint_eq(lines_said(), 2 + 5);
}
END_TEST

START_TEST(does_not_come_with_room_for_a_whole_timestep)
{
    ck_assert(run_recurrent(_i ? ROUTER_MERGE : ROUTER_SWITCH, 2 * NEURONS));
    ck_assert_str_eq(said, "");
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
    tcase_add_test(cases, of_cores_that_wait_for_each_other_names_all_in_the_circle);
    tcase_add_test(cases, of_merge_routers_names_the_full_buffers);
    tcase_add_loop_test(cases, does_not_come_with_room_for_a_whole_timestep, 0, 2);
    tcase_add_test(cases, is_not_told_of_a_run_that_ends);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
