/* What SystemC traces by itself: it changes no result and shows as many messages as the chip counted. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct workload workloads[] = {
    DIGITS("tests/support/chips/tiny-sparse.yaml", 2),
    DIGITS("tests/support/chips/tiny-two-chips.yaml", 2),
};

/* Time x value of one signal of the dump; -1 when it is not declared. */
static double integral(const char *path, const char *name)
{
    char line[512], id[32] = "", is[128], value[64], of[32];
    unsigned long long time = 0, since = 0, present = 0;
    double sum = 0;
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "$var wire %*d %31s %127s", of, is) == 2 && !strcmp(is, name))
            strcpy(id, of);
        else if (line[0] == '#')
            time = strtoull(line + 1, NULL, 10);
        else if (sscanf(line, "b%63s %31s", value, of) == 2 && !strcmp(of, id)) {
            sum += (double)present * (double)(time - since);
            present = strtoull(value, NULL, 2);
            since = time;
        }
    }
    fclose(file);
    return id[0] ? sum : -1;
}

START_TEST(host_links_show_every_message_and_change_no_result)
{
    struct run *run = workload_load(&workloads[_i]);
    struct chip_result results[2];
    struct system_job jobs[2] = {run_job(run, &results[0]), run_job(run, &results[1])};
    char *path = memory_format("/tmp/npusim-test-%ld.vcd", (long)getpid());
    jobs[1].waves = path;
    ck_assert(system_run(jobs, 2));
    ck_assert_uint_eq(results[1].state_hash, results[0].state_hash);
    const struct host_config *host = &run->chip.host;
    double cycles = edge_cycles(host->event_bits, host->link_bits_per_cycle);
    double in = (double)results[1].counters.host[HOST_BITS_IN] / host->event_bits;
    double out = (double)results[1].counters.host[HOST_EVENTS_OUT] + (double)run->batch.count;
    ck_assert_double_eq(integral(path, "to_chip_sending"), in * cycles);
    ck_assert_double_eq(integral(path, "to_chip_in_flight"), in * (host->link_latency + cycles - 1));
    ck_assert_double_eq(integral(path, "from_chip_sending"), out * cycles);
    ck_assert_double_eq(integral(path, "from_chip_in_flight"), out * (host->link_latency + cycles - 1));
    ck_assert_double_gt(integral(path, "chip0_active"), 0);
    ck_assert_double_le(integral(path, "chip0_active"), (double)results[1].counters.cycles + 1000);
    ck_assert_double_eq(integral(path, "chip7_active"), -1);
    unlink(path);
    free(path);
    for (int i = 0; i < 2; i++)
        chip_result_free(&results[i]);
    workload_free(run);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("waves");
    tcase_add_loop_test(tests, host_links_show_every_message_and_change_no_result, 0,
                        (int)(sizeof workloads / sizeof *workloads));
    Suite *suite = suite_create("waves");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
