/* The engine: who steps in which cycle, in which order, and what it does about broken promises. */
#include "sim/engine.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_MAX 4096

/* A component that logs its steps and sleeps as its script says. */
struct sleeper {
    struct component component;
    struct component *wakes; /* for the cycle in which it steps; NULL: nobody */
    struct log *log;
    uint64_t period;        /* next step that much later; 0: none */
    uint64_t changes_every; /* makes progress in cycles that are a multiple of this; 0: never */
    uint64_t returns;       /* if not 0: what step returns */
};

struct log {
    struct { uint64_t cycle; uint32_t id; } step[LOG_MAX];
    uint32_t count;
};

static uint64_t sleeper_step(void *self, uint64_t now)
{
    struct sleeper *sleeper = self;
    if (sleeper->log) {
        ck_assert_uint_lt(sleeper->log->count, LOG_MAX);
        sleeper->log->step[sleeper->log->count].cycle = now;
        sleeper->log->step[sleeper->log->count++].id = sleeper->component.id;
    }
    if (sleeper->wakes)
        engine_wake(sleeper->component.engine, sleeper->wakes->id, now);
    if (sleeper->changes_every && now % sleeper->changes_every == 0)
        sleeper->component.progress++;
    if (sleeper->returns)
        return sleeper->returns;
    return sleeper->period ? now + sleeper->period : NEVER;
}

static void sleeper_hash(const void *self, struct hash *hash)
{
    hash_u64(hash, ((const struct sleeper *)self)->component.progress);
}

static bool sleeper_waiting(const void *self, char *text, size_t size)
{
    const struct sleeper *sleeper = self;
    if (sleeper->period)
        return false;
    snprintf(text, size, "somebody to wake %u", sleeper->component.index);
    return true;
}

static const struct component_class sleeper_class = {"sleeper", sleeper_step, sleeper_hash, sleeper_waiting, NULL, NULL, 0};

static struct engine *engine_of(struct sleeper *sleepers, uint32_t count, struct log *log)
{
    struct engine *engine = engine_new();
    for (uint32_t i = 0; i < count; i++) {
        sleepers[i].component.class_of = &sleeper_class;
        sleepers[i].component.index = i;
        sleepers[i].log = log;
        engine_add(engine, &sleepers[i].component);
    }
    engine_seal(engine);
    return engine;
}

START_TEST(steps_nobody_who_is_not_due)
{
    struct sleeper sleepers[3] = {0};
    struct log log = {0};
    struct engine *engine = engine_of(sleepers, 3, &log);
    engine_wake(engine, 1, 5);
    engine_run(engine, 1000);
    ck_assert_uint_eq(engine->now, 1000);
    ck_assert_uint_eq(log.count, 1);
    ck_assert_uint_eq(log.step[0].cycle, 5);
    ck_assert_uint_eq(log.step[0].id, 1);
    ck_assert_uint_eq(engine_next(engine), NEVER);
    engine_free(engine);
}
END_TEST

START_TEST(steps_again_when_the_component_asked_to_be)
{
    struct sleeper sleepers[1] = {{.period = 7}};
    struct log log = {0};
    struct engine *engine = engine_of(sleepers, 1, &log);
    engine_wake(engine, 0, 3);
    engine_run(engine, 3 + 7 * 20);
    ck_assert_uint_eq(log.count, 20);
    for (uint32_t i = 0; i < 20; i++)
        ck_assert_uint_eq(log.step[i].cycle, 3 + 7 * i);
    ck_assert_uint_eq(engine_next(engine), 3 + 7 * 20);
    engine_free(engine);
}
END_TEST

START_TEST(runs_up_to_but_not_into_the_last_cycle)
{
    struct sleeper sleepers[1] = {0};
    struct log log = {0};
    struct engine *engine = engine_of(sleepers, 1, &log);
    engine_wake(engine, 0, 10);
    engine_run(engine, 10);
    ck_assert_uint_eq(log.count, 0);
    engine_run(engine, 11);
    ck_assert_uint_eq(log.count, 1);
    engine_free(engine);
}
END_TEST

/* The wheel's slot of a cycle 64 later is the same: it must not come early. */
START_TEST(wakes_beyond_the_wheel_come_in_their_cycle)
{
    for (uint64_t ahead = 60; ahead < 200; ahead++) {
        struct sleeper sleepers[1] = {0};
        struct log log = {0};
        struct engine *engine = engine_of(sleepers, 1, &log);
        engine_run(engine, 17);
        engine_wake(engine, 0, 17 + ahead);
        ck_assert_uint_eq(engine->heap_count, ahead >= 63);
        engine_run(engine, 400);
        ck_assert_uint_eq(log.count, 1);
        ck_assert_uint_eq(log.step[0].cycle, 17 + ahead);
        engine_free(engine);
    }
}
END_TEST

START_TEST(far_wakes_come_in_order_of_cycle_and_id)
{
    enum { MANY = 500 };
    static struct sleeper sleepers[MANY];
    static struct log log;
    struct engine *engine = engine_of(sleepers, MANY, &log);
    for (uint32_t i = 0; i < MANY; i++)
        engine_wake(engine, i * 7 % MANY, 1000 + (uint64_t)i * 7919 % 101 * 1000);
    ck_assert_uint_eq(engine->heap_count, MANY);
    engine_run(engine, UINT64_C(1) << 40);
    ck_assert_uint_eq(log.count, MANY);
    for (uint32_t i = 1; i < MANY; i++) {
        bool later = log.step[i].cycle > log.step[i - 1].cycle;
        bool same = log.step[i].cycle == log.step[i - 1].cycle && log.step[i].id > log.step[i - 1].id;
        ck_assert(later || same);
    }
    ck_assert_uint_eq(log.step[0].cycle, 1000);
    ck_assert_uint_eq(log.step[MANY - 1].cycle, 101000);
    engine_free(engine);
}
END_TEST

START_TEST(wakes_for_the_same_cycle_merge)
{
    struct sleeper sleepers[1] = {0};
    struct log log = {0};
    struct engine *engine = engine_of(sleepers, 1, &log);
    for (int i = 0; i < 5; i++) {
        engine_wake(engine, 0, 9);   /* by the wheel */
        engine_wake(engine, 0, 300); /* by the heap */
    }
    engine_run(engine, 290);
    engine_wake(engine, 0, 300); /* by both */
    engine_run(engine, 1000);
    ck_assert_uint_eq(log.count, 2);
    ck_assert_uint_eq(log.step[1].cycle, 300);
    ck_assert_uint_eq(engine->wakeups, 11);
    ck_assert_uint_eq(engine->steps, 2);
    engine_free(engine);
}
END_TEST

/* More than one word of the bitmaps, and of their summary. */
#define CROWD 5000u

static void log_of_order(enum engine_order order, struct log *log)
{
    struct sleeper *sleepers = memory_array(CROWD, sizeof *sleepers);
    struct engine *engine = engine_of(sleepers, CROWD, log);
    engine->order = order;
    for (uint32_t id = 0; id < CROWD; id += 13) {
        engine_wake(engine, id, 40);
        engine_wake(engine, id, 41);
    }
    engine_run(engine, 100);
    engine_free(engine);
    free(sleepers);
}

START_TEST(every_order_steps_the_same_set)
{
    static struct log logs[3];
    uint32_t count = (CROWD + 12) / 13, differences = 0, again = 0;
    for (int order = 0; order < 3; order++)
        log_of_order((enum engine_order)order, &logs[order]);
    for (int order = 0; order < 3; order++) {
        bool *seen = memory_array(CROWD, sizeof *seen);
        ck_assert_uint_eq(logs[order].count, 2 * count);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert_uint_eq(logs[order].step[i].cycle, 40);
            ck_assert_uint_eq(logs[order].step[count + i].cycle, 41);
            ck_assert(!seen[logs[order].step[i].id]);
            seen[logs[order].step[i].id] = true;
        }
        free(seen);
    }
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_eq(logs[ORDER_ID].step[i].id, 13 * i);
        ck_assert_uint_eq(logs[ORDER_REVERSED].step[i].id, 13 * (count - 1 - i));
        differences += logs[ORDER_SHUFFLED].step[i].id != 13 * i;
        again += logs[ORDER_SHUFFLED].step[i].id == logs[ORDER_SHUFFLED].step[count + i].id;
    }
    ck_assert_uint_gt(differences, count / 2);
    ck_assert_uint_lt(again, count / 2); /* another permutation in the next cycle */
}
END_TEST

START_TEST(a_shuffled_run_can_be_repeated)
{
    static struct log logs[2];
    log_of_order(ORDER_SHUFFLED, &logs[0]);
    log_of_order(ORDER_SHUFFLED, &logs[1]);
    ck_assert_mem_eq(logs[0].step, logs[1].step, sizeof logs[0].step);
}
END_TEST

START_TEST(the_hash_depends_on_every_component)
{
    struct sleeper sleepers[70] = {0};
    struct engine *engine = engine_of(sleepers, 70, NULL);
    struct hash before = {0};
    engine_hash(engine, &before);
    for (uint32_t i = 0; i < 70; i++) {
        struct hash after = {0};
        sleepers[i].component.progress ^= UINT64_C(1) << i % 64;
        engine_hash(engine, &after);
        ck_assert_uint_ne(after.value, before.value);
        sleepers[i].component.progress ^= UINT64_C(1) << i % 64;
    }
    engine_free(engine);
}
END_TEST

START_TEST(the_dump_names_everyone_who_waits)
{
    struct sleeper sleepers[3] = {{.period = 0}, {.period = 1}, {.period = 0}};
    struct engine *engine = engine_of(sleepers, 3, NULL);
    char text[200] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    ck_assert_uint_eq(engine_dump(engine, out), 2);
    fclose(out);
    ck_assert_str_eq(text, "  sleeper 0 waits for somebody to wake 0\n  sleeper 2 waits for somebody to wake 2\n");
    engine_free(engine);
}
END_TEST

/* ---- broken promises ---- */

static char said[1024];

/* Runs `act` in a process of its own, which must abort; keeps what it says on stderr. */
static void aborts(void (*act)(void))
{
    int ends[2], status;
    size_t length = 0;
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        act();
        _exit(0);
    }
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], said + length, sizeof said - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status %d", status);
}

static void wake_in_the_past(void)
{
    struct sleeper sleepers[1] = {0};
    struct engine *engine = engine_of(sleepers, 1, NULL);
    engine_run(engine, 100);
    engine_wake(engine, 0, 99);
}

static void wake_in_the_distant_past(void)
{
    struct sleeper sleepers[1] = {0};
    struct engine *engine = engine_of(sleepers, 1, NULL);
    engine_run(engine, 100);
    engine_wake(engine, 0, 0);
}

static void wake_for_the_present_cycle(void)
{
    struct sleeper sleepers[2] = {{.wakes = &sleepers[1].component}, {.wakes = NULL}};
    struct engine *engine = engine_of(sleepers, 2, NULL);
    engine_wake(engine, 0, 20);
    engine_run(engine, 100);
}

static void return_the_present_cycle(void)
{
    struct sleeper sleepers[1] = {{.returns = 20}};
    struct engine *engine = engine_of(sleepers, 1, NULL);
    engine_wake(engine, 0, 20);
    engine_run(engine, 100);
}

START_TEST(a_wake_for_the_past_panics)
{
    aborts(wake_in_the_past);
    ck_assert_ptr_nonnull(strstr(said, "internal error at sim/engine.c"));
    aborts(wake_in_the_distant_past);
}
END_TEST

START_TEST(a_wake_for_the_cycle_being_run_panics)
{
    aborts(wake_for_the_present_cycle);
    ck_assert_ptr_nonnull(strstr(said, "internal error at sim/engine.c"));
}
END_TEST

START_TEST(a_step_that_asks_for_its_own_cycle_panics)
{
    aborts(return_the_present_cycle);
    ck_assert_ptr_nonnull(strstr(said, "internal error at sim/engine.c"));
}
END_TEST

static void run_with_oracle(struct sleeper *sleepers, uint32_t count)
{
    struct engine *engine = engine_of(sleepers, count, NULL);
    engine->oracle = true;
    for (uint32_t id = 0; id < count; id++)
        engine_wake(engine, id, 0);
    engine_run(engine, 1000);
    engine_free(engine);
}

static void sleep_through_a_change(void)
{
    struct sleeper sleepers[3] = {{.period = 5, .changes_every = 5}, {.period = 1},
                                  {.period = 10, .changes_every = 15}};
    run_with_oracle(sleepers, 3);
}

START_TEST(the_oracle_names_the_component_and_the_cycle_of_a_change_that_was_slept_through)
{
    aborts(sleep_through_a_change);
    ck_assert_msg(strstr(said, "sleeper 2 made progress in cycle 15, in which it had promised to sleep") != NULL,
                  "%s", said);
}
END_TEST

START_TEST(the_oracle_accepts_who_keeps_its_promise)
{
    struct sleeper sleepers[3] = {{.period = 5, .changes_every = 5}, {.period = 1, .changes_every = 3}, {.period = 0}};
    run_with_oracle(sleepers, 3);
    ck_assert_uint_eq(sleepers[0].component.progress, 200);
}
END_TEST

START_TEST(without_the_oracle_nobody_looks)
{
    struct sleeper sleepers[1] = {{.period = 10, .changes_every = 15}};
    struct engine *engine = engine_of(sleepers, 1, NULL);
    engine_wake(engine, 0, 0);
    engine_run(engine, 100);
    ck_assert_uint_eq(sleepers[0].component.progress, 4); /* 0, 30, 60, 90 */
    engine_free(engine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *cases = tcase_create("engine");
    tcase_add_test(cases, steps_nobody_who_is_not_due);
    tcase_add_test(cases, steps_again_when_the_component_asked_to_be);
    tcase_add_test(cases, runs_up_to_but_not_into_the_last_cycle);
    tcase_add_test(cases, wakes_beyond_the_wheel_come_in_their_cycle);
    tcase_add_test(cases, far_wakes_come_in_order_of_cycle_and_id);
    tcase_add_test(cases, wakes_for_the_same_cycle_merge);
    tcase_add_test(cases, every_order_steps_the_same_set);
    tcase_add_test(cases, a_shuffled_run_can_be_repeated);
    tcase_add_test(cases, the_hash_depends_on_every_component);
    tcase_add_test(cases, the_dump_names_everyone_who_waits);
    tcase_add_test(cases, a_wake_for_the_past_panics);
    tcase_add_test(cases, a_wake_for_the_cycle_being_run_panics);
    tcase_add_test(cases, a_step_that_asks_for_its_own_cycle_panics);
    tcase_add_test(cases, the_oracle_names_the_component_and_the_cycle_of_a_change_that_was_slept_through);
    tcase_add_test(cases, the_oracle_accepts_who_keeps_its_promise);
    tcase_add_test(cases, without_the_oracle_nobody_looks);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
