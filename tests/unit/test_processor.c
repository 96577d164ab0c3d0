/* A processor that the test's own cores share: turns, hand-over, accounts. */
#include "models/tile/processor.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>

#define CORES 3u

/* The cores are the test itself: it sends between cycles, and looks at the grants. */
struct bench {
    struct engine *engine;
    struct component outside;
    struct processor processor;
    struct link from[CORES], to[CORES];
};

static void bench_init(struct bench *bench)
{
    *bench = (struct bench){.engine = engine_new(), .outside = {.class_of = &sleeper_class}};
    engine_add(bench->engine, &bench->outside);
    processor_init(&bench->processor, bench->engine, 0, CORES);
    for (uint32_t core = 0; core < CORES; core++) {
        link_init(&bench->from[core], bench->engine, 2, 1, 1);
        link_init(&bench->to[core], bench->engine, 2, 1, 1);
        link_connect(&bench->from[core], &bench->outside, &bench->processor.component);
        link_connect(&bench->to[core], &bench->processor.component, &bench->outside);
        bench->processor.from[core] = &bench->from[core];
        bench->processor.to[core] = &bench->to[core];
    }
    engine_seal(bench->engine);
}

static void bench_free(struct bench *bench)
{
    for (uint32_t core = 0; core < CORES; core++) {
        link_free(&bench->from[core]);
        link_free(&bench->to[core]);
    }
    engine_free(bench->engine);
}

static void send(struct bench *bench, uint32_t core, enum processor_message message)
{
    struct packet packet = {.axon = message, .flits = 1};
    ck_assert(link_ready(&bench->from[core], bench->engine->now, 1));
    link_push(&bench->from[core], bench->engine->now, &packet);
}

/* Runs until a core sees its grant; takes it and returns the core. */
static uint32_t next_grant(struct bench *bench)
{
    for (int i = 0; i < 20; i++) {
        for (uint32_t core = 0; core < CORES; core++)
            if (link_peek(&bench->to[core], bench->engine->now)) {
                link_pop(&bench->to[core], bench->engine->now);
                return core;
            }
        engine_run(bench->engine, bench->engine->now + 1);
    }
    return CORES;
}

START_TEST(cores_that_ask_at_once_are_served_in_turn)
{
    struct bench bench;
    bench_init(&bench);
    for (uint32_t core = 0; core < CORES; core++)
        send(&bench, core, PROCESSOR_REQUEST);
    uint32_t last = next_grant(&bench);
    for (int i = 0; i < 10; i++) { /* who has been served asks again at once, before anybody else is served */
        send(&bench, last, PROCESSOR_RELEASE);
        send(&bench, last, PROCESSOR_REQUEST);
        uint32_t next = next_grant(&bench);
        ck_assert_uint_eq(next, (last + 1) % CORES);
        last = next;
    }
    ck_assert_uint_eq(bench.processor.counters[PROCESSOR_JOBS], 11);
    bench_free(&bench);
}
END_TEST

START_TEST(the_next_job_begins_in_the_cycle_of_the_release)
{
    struct bench bench;
    bench_init(&bench);
    send(&bench, 0, PROCESSOR_REQUEST);
    send(&bench, 2, PROCESSOR_REQUEST);
    ck_assert_uint_eq(next_grant(&bench), 2); /* seen in 1, granted, there in 2 */
    ck_assert_uint_eq(bench.engine->now, 2);
    engine_run(bench.engine, 50);
    send(&bench, 2, PROCESSOR_RELEASE); /* seen in 51 */
    ck_assert_uint_eq(next_grant(&bench), 0);
    ck_assert_uint_eq(bench.engine->now, 52);
    bench_free(&bench);
}
END_TEST

START_TEST(every_cycle_is_busy_or_idle)
{
    struct bench bench;
    bench_init(&bench);
    engine_run(bench.engine, 100);
    send(&bench, 1, PROCESSOR_REQUEST);
    engine_run(bench.engine, 130);
    send(&bench, 1, PROCESSOR_RELEASE);
    engine_run(bench.engine, 200);
    processor_settle(&bench.processor, 200);
    ck_assert_uint_eq(bench.processor.counters[PROCESSOR_BUSY], 30); /* from 101 to 131 */
    ck_assert_uint_eq(bench.processor.counters[PROCESSOR_IDLE], 170);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("processor");
    TCase *cases = tcase_create("processor");
    tcase_add_test(cases, cores_that_ask_at_once_are_served_in_turn);
    tcase_add_test(cases, the_next_job_begins_in_the_cycle_of_the_release);
    tcase_add_test(cases, every_cycle_is_busy_or_idle);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
