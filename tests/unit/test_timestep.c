/* Timestep control of a chip on which nobody has anything to do: the bare cycles of its phases, and their count. */
#include "models/host/timestep.h"
#include "tests/support/run_suite.h"
#include <check.h>

struct bench {
    struct host_config config;
    struct engine *engine;
    struct timestep timestep;
    uint32_t begun;
    uint64_t over;
    uint64_t counters[HOST_COUNTERS];
};

static void sample_begins(void *owner)
{
    ((struct bench *)owner)->begun++;
}

static void sample_over(void *owner, uint64_t now)
{
    ((struct bench *)owner)->over = now;
}

static void bench_init(struct bench *bench, int mode)
{
    *bench = (struct bench){.config = {.timestep_mode = mode, .barrier_base = 4, .barrier_level = 2,
                                       .barrier_arity = 2, .tick_cycles = 50},
                            .engine = engine_new()};
    timestep_init(&bench->timestep, bench->engine, 0, &bench->config, 8, bench->counters);
    bench->timestep.depth = 1;
    bench->timestep.sample_begins = sample_begins;
    bench->timestep.sample_over = sample_over;
    bench->timestep.owner = bench;
    engine_seal(bench->engine);
}

/* The command is seen in the next cycle; returns the cycle in which the sample is over. */
static uint64_t sample(struct bench *bench, uint32_t number, uint32_t steps)
{
    signal_set(&bench->timestep.command, bench->engine->now, go_pack(number, steps));
    engine_wake(bench->engine, 0, bench->engine->now + 1);
    engine_run(bench->engine, bench->engine->now + 5000);
    ck_assert_uint_eq(bench->begun, number + 1);
    ck_assert_int_eq(bench->timestep.ended.value, number);
    return bench->over;
}

/* Reset, the sample's timesteps and one of the pipeline: go, seen quiet a cycle later, then 4 + 2 for each of
 * the 3 levels over 8 tiles. */
START_TEST(every_phase_ends_with_a_barrier)
{
    struct bench bench;
    bench_init(&bench, TIMESTEP_BARRIER);
    ck_assert_uint_eq(sample(&bench, 0, 10), 1 + 12 * (1 + 4 + 2 * 3));
    ck_assert_uint_eq(bench.counters[HOST_BARRIERS], 12);
    ck_assert_uint_eq(sample(&bench, 1, 3), 5000 + 1 + 5 * (1 + 4 + 2 * 3));
    ck_assert_uint_eq(bench.counters[HOST_BARRIERS], 12 + 5);
    engine_free(bench.engine);
}
END_TEST

/* The reset ends with a barrier of one cycle, then ticks; the last timestep is over when all is quiet. */
START_TEST(ticks_come_in_their_cycle_whoever_is_done)
{
    struct bench bench;
    bench_init(&bench, TIMESTEP_TICK);
    ck_assert_uint_eq(sample(&bench, 0, 10), 1 + (1 + 1) + 10 * 50 + (1 + 1));
    ck_assert_uint_eq(bench.counters[HOST_BARRIERS], 12);
    engine_free(bench.engine);
}
END_TEST

START_TEST(a_phase_lasts_as_long_as_anything_is_outstanding)
{
    struct bench bench;
    bench_init(&bench, TIMESTEP_BARRIER);
    tally_add(&bench.timestep.outstanding, 0, 1);
    signal_set(&bench.timestep.command, 0, go_pack(0, 1));
    engine_wake(bench.engine, 0, 1);
    engine_run(bench.engine, 400);
    ck_assert_uint_eq(bench.timestep.phase, GO_RESET);
    tally_add(&bench.timestep.outstanding, 400, -1);
    engine_run(bench.engine, 1000);
    ck_assert_uint_eq(bench.over, 401 + 10 + 2 * 11);
    engine_free(bench.engine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timestep");
    TCase *cases = tcase_create("timestep");
    tcase_add_test(cases, every_phase_ends_with_a_barrier);
    tcase_add_test(cases, ticks_come_in_their_cycle_whoever_is_done);
    tcase_add_test(cases, a_phase_lasts_as_long_as_anything_is_outstanding);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
