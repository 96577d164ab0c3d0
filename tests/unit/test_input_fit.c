/* Input spikes that a core's queue cannot hold until their timestep: found before the first cycle, and exactly then. */
#include "sim/memory.h"
#include "tests/support/compiled.h"
#include "tests/support/run_suite.h"
#include "tools/compile/input_fit.h"
#include <check.h>
#include <string.h>

static struct compiled it;

static void setup(void)
{
    compiled_begin(&it);
    uint32_t affine = one_layer(&it, 3, 4, small_weight); /* each input goes to one core */
    finish_layer(&it, affine, add_if(&it.network, "if", 4, 0, 0, 5.0));
    compile_well(&it, 0.0);
    it.chip.core.queue_depth = 10;
}

static void teardown(void) { compiled_end(&it); }

struct list {
    const struct driver_input *inputs;
    size_t count;
};

static size_t read_list(void *context, size_t sample, size_t *at, struct driver_input *out, size_t room)
{
    const struct list *list = context;
    size_t left = list->count - *at, count = left < room ? left : room;
    (void)sample;
    memcpy(out, list->inputs + *at, count * sizeof *out);
    *at += count;
    return count;
}

static bool fits(const struct driver_input *inputs, size_t count)
{
    struct list list = {inputs, count};
    struct input_reader reader = {read_list, &list, 1, "spikes.npy"};
    diagnostics_free(&it.diagnostics);
    it.diagnostics.count = 0;
    return inputs_fit(&it.program, &it.chip, &reader, &it.diagnostics);
}

START_TEST(as_many_as_the_queue_holds_fit)
{
    const struct driver_input full[] = {{0, 0, 4}, {0, 2, 6}, {1, 1, 10}, {5, 0, 10}, {90, 1, 10}};
    ck_assert(fits(full, 5));
}
END_TEST

START_TEST(one_more_in_any_timestep_does_not)
{
    const struct driver_input first[] = {{0, 0, 4}, {0, 1, 7}}, later[] = {{0, 0, 10}, {1, 0, 3}, {1, 1, 8}};
    ck_assert(!fits(first, 2));
    ck_assert(diagnostics_mention(&it.diagnostics, "spikes.npy: sample 0, timestep 0: more than 10"));
    ck_assert(!fits(later, 3));
    ck_assert(diagnostics_mention(&it.diagnostics, "sample 0, timestep 1"));
}
END_TEST

START_TEST(what_waits_for_later_timesteps_adds_up)
{
    struct route_table *table = &it.program.input_routes[0];
    for (uint32_t i = 0; i < table->start[table->sources]; i++)
        table->routes[i].delay = 3;
    const struct driver_input kept[] = {{0, 0, 5}, {2, 0, 5}, {3, 0, 5}}, over[] = {{0, 0, 5}, {2, 0, 6}};
    ck_assert(fits(kept, 3));
    ck_assert(!fits(over, 2));
}
END_TEST

START_TEST(graded_inputs_are_one_event_each)
{
    const struct driver_input graded[] = {{0, 0, -255}, {0, 1, -255}};
    ck_assert(fits(graded, 2));
}
END_TEST

START_TEST(a_queue_that_drops_or_has_no_barrier_takes_anything)
{
    const struct driver_input many[] = {{0, 0, 1000}};
    it.chip.core.queue_policy = QUEUE_DROP;
    ck_assert(fits(many, 1));
    it.chip.core.queue_policy = QUEUE_STALL;
    ck_assert(!fits(many, 1));
    it.chip.host.timestep_mode = TIMESTEP_TICK;
    ck_assert(fits(many, 1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("input_fit");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, as_many_as_the_queue_holds_fit);
    tcase_add_test(all, one_more_in_any_timestep_does_not);
    tcase_add_test(all, what_waits_for_later_timesteps_adds_up);
    tcase_add_test(all, graded_inputs_are_one_event_each);
    tcase_add_test(all, a_queue_that_drops_or_has_no_barrier_takes_anything);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
