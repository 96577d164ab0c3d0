/* The next cycle in which something is due, wherever in the wheel the engine stands. */
#include "sim/engine.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>

START_TEST(is_that_of_the_earliest_wake_at_every_place_of_the_wheel)
{
    struct engine *engine = engine_new();
    struct component sleeper = {.class_of = &sleeper_class};
    engine_add(engine, &sleeper);
    engine_seal(engine);
    ck_assert_uint_eq(engine_next(engine), NEVER);
    for (uint64_t wait = 0; wait < 3 * ENGINE_SLOTS; wait++)
        for (uint32_t place = 0; place < ENGINE_SLOTS; place++) {
            engine_run(engine, (engine->now | (ENGINE_SLOTS - 1)) + 1 + place); /* stands at that slot */
            uint64_t due = engine->now + wait;
            engine_wake(engine, 0, due + 1);
            engine_wake(engine, 0, due);
            ck_assert_uint_eq(engine_next(engine), due);
            engine_run(engine, due + 1);
            ck_assert_uint_eq(engine_next(engine), due + 1);
            engine_run(engine, due + 2);
            ck_assert_uint_eq(engine_next(engine), NEVER);
        }
    engine_free(engine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine next");
    TCase *cases = tcase_create("engine next");
    tcase_add_test(cases, is_that_of_the_earliest_wake_at_every_place_of_the_wheel);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
