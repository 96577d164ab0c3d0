/* Signals and tallies: what is read in a cycle is what was there at its start. */
#include "sim/signal.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

START_TEST(a_signal_is_seen_the_cycle_after_it_was_set)
{
    struct signal signal = signal_of(-1);
    ck_assert_int_eq(signal_read(&signal, 0), -1);
    signal_set(&signal, 5, 42);
    ck_assert_int_eq(signal_read(&signal, 5), -1);
    ck_assert_int_eq(signal_read(&signal, 6), 42);
    ck_assert_int_eq(signal_read(&signal, 1000), 42);
}
END_TEST

START_TEST(a_signal_set_twice_in_a_cycle_shows_the_value_before_both)
{
    struct signal signal = signal_of(1);
    signal_set(&signal, 5, 2);
    signal_set(&signal, 5, 3);
    ck_assert_int_eq(signal_read(&signal, 5), 1);
    ck_assert_int_eq(signal_read(&signal, 6), 3);
    signal_set(&signal, 6, 4);
    ck_assert_int_eq(signal_read(&signal, 6), 3);
}
END_TEST

START_TEST(sums_do_not_depend_on_the_order_of_those_who_add)
{
    static const int64_t amounts[] = {3, -7, 5, 1};
    for (int first = 0; first < 4; first++) {
        struct signal signal = signal_of(10);
        for (int i = 0; i < 4; i++) {
            signal_add(&signal, 9, amounts[(first + i) % 4]);
            ck_assert_int_eq(signal_read(&signal, 9), 10);
        }
        ck_assert_int_eq(signal_read(&signal, 10), 12);
    }
}
END_TEST

/* ---- tally ---- */

struct watcher {
    struct component component;
    struct tally *tally;
    uint64_t saw_zero; /* first cycle, NEVER: not yet */
    uint32_t steps;
};

static uint64_t watcher_step(void *self, uint64_t now)
{
    struct watcher *watcher = self;
    watcher->steps++;
    if (watcher->saw_zero == NEVER && signal_read(&watcher->tally->sum, now) == 0)
        watcher->saw_zero = now;
    return NEVER;
}

static void watcher_hash(const void *self, struct hash *hash) { hash_u64(hash, ((const struct watcher *)self)->steps); }

/* Adds `amount` to the tally in cycle `at`. */
struct worker {
    struct component component;
    struct tally *tally;
    uint64_t at;
    int64_t amount;
};

static uint64_t worker_step(void *self, uint64_t now)
{
    struct worker *worker = self;
    if (now == worker->at)
        tally_add(worker->tally, now, worker->amount);
    return now < worker->at ? worker->at : NEVER;
}

static void worker_hash(const void *self, struct hash *hash) { hash_u64(hash, ((const struct worker *)self)->at); }

static const struct component_class watcher_class = {"watcher", watcher_step, watcher_hash, NULL, NULL, NULL, 0};
static const struct component_class worker_class = {"worker", worker_step, worker_hash, NULL, NULL, NULL, 0};

/* The cycle in which the watcher sees zero after these workers; `first`: it steps before them in a cycle. */
static uint64_t zero_seen(const struct worker *script, uint32_t count, int64_t start, enum engine_order order,
                          bool first)
{
    struct engine *engine = engine_new();
    struct tally tally = {.sum = signal_of(start), .engine = engine};
    struct watcher watcher = {.component = {.class_of = &watcher_class}, .tally = &tally, .saw_zero = NEVER};
    struct worker workers[8];
    if (first)
        engine_add(engine, &watcher.component);
    for (uint32_t i = 0; i < count; i++) {
        workers[i] = script[i];
        workers[i].component.class_of = &worker_class;
        workers[i].tally = &tally;
        engine_add(engine, &workers[i].component);
    }
    if (!first)
        engine_add(engine, &watcher.component);
    engine_seal(engine);
    engine->order = order;
    tally.watcher = watcher.component.id;
    for (uint32_t i = 0; i < count; i++)
        engine_wake(engine, workers[i].component.id, 0);
    engine_run(engine, 500);
    engine_free(engine);
    return watcher.saw_zero;
}

START_TEST(a_tally_wakes_its_watcher_the_cycle_after_it_became_zero)
{
    static const struct worker script[] = {{.at = 10, .amount = -1}, {.at = 100, .amount = -2}};
    for (int order = 0; order < 3; order++)
        for (int first = 0; first < 2; first++)
            ck_assert_uint_eq(zero_seen(script, 2, 3, (enum engine_order)order, first), 101);
}
END_TEST

/* In some order the sum is zero for a moment; nobody may see that. */
START_TEST(a_sum_that_is_zero_only_within_a_cycle_is_never_seen)
{
    static const struct worker script[] = {{.at = 10, .amount = -1}, {.at = 10, .amount = 1}, {.at = 10, .amount = -1},
                                           {.at = 10, .amount = 1}, {.at = 90, .amount = -1}};
    for (int order = 0; order < 3; order++)
        for (int first = 0; first < 2; first++)
            ck_assert_uint_eq(zero_seen(script, 5, 1, (enum engine_order)order, first), 91);
}
END_TEST

/* A watcher sleeps at place 0; nobody else is there. */
static uint64_t sleeps(void *self, uint64_t now)
{
    (void)self;
    (void)now;
    return NEVER;
}

START_TEST(what_is_added_before_or_taken_off_before_its_cycle_counts_from_that_cycle_on)
{
    static const struct component_class sleeper_class = {"sleeper", sleeps, NULL, NULL, NULL, NULL, 0};
    struct component sleeper = {.class_of = &sleeper_class};
    struct engine *engine = engine_new();
    struct tally tally = {.sum = signal_of(1), .engine = engine};
    engine_add(engine, &sleeper);
    engine_seal(engine);
    tally_add_early(&tally, 5, 2);
    ck_assert_int_eq(tally_value(&tally), 1);
    tally_came(&tally, 2);
    ck_assert_int_eq(tally_value(&tally), 3);
    tally_add(&tally, 6, -1);
    tally_done_at(&tally, 7, 20);
    tally_done_at(&tally, 8, 19);
    ck_assert_int_eq(tally_value(&tally), 2);
    ck_assert(!tally_is_zero(&tally, 9));
    ck_assert(!tally_is_zero(&tally, 20));
    ck_assert(tally_is_zero(&tally, 21)); /* the cycle after the last one is done */
    tally_over(&tally);
    tally_over(&tally);
    ck_assert_int_eq(tally_value(&tally), 0);
    ck_assert_uint_eq(engine_next(engine), 21);
    engine_free(engine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("signal");
    TCase *cases = tcase_create("signal");
    tcase_add_test(cases, a_signal_is_seen_the_cycle_after_it_was_set);
    tcase_add_test(cases, a_signal_set_twice_in_a_cycle_shows_the_value_before_both);
    tcase_add_test(cases, sums_do_not_depend_on_the_order_of_those_who_add);
    tcase_add_test(cases, a_tally_wakes_its_watcher_the_cycle_after_it_became_zero);
    tcase_add_test(cases, a_sum_that_is_zero_only_within_a_cycle_is_never_seen);
    tcase_add_test(cases, what_is_added_before_or_taken_off_before_its_cycle_counts_from_that_cycle_on);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
