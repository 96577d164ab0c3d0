/* A core that goes neuron by neuron, between buffers that the test holds: its cycles, its arithmetic, its accounts. */
#include "models/tile/neuron_core.h"
#include "models/packet.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>

#define AXONS 4u
#define NEURONS 3u

/* Axon a has a synapse of weight a + 1 to every neuron. */
struct bench {
    struct core_config config;
    uint32_t start[AXONS + 1], routes_start[NEURONS + 1];
    uint16_t target[AXONS * NEURONS];
    int16_t weight[AXONS * NEURONS];
    int32_t bias[NEURONS];
    struct neuron_group group;
    struct core_program program;
    struct engine *engine;
    struct component outside;
    struct neuron_core core;
    struct link in, east, west;
    struct send_route routes[NEURONS];
    struct signal go;
    struct tally outstanding;
    struct probe probe;
    uint32_t steps;
};

static void set_program(struct bench *bench)
{
    for (uint32_t i = 0; i < AXONS * NEURONS; i++) {
        bench->target[i] = (uint16_t)(i % NEURONS);
        bench->weight[i] = (int16_t)(i / NEURONS + 1);
    }
    for (uint32_t axon = 0; axon <= AXONS; axon++)
        bench->start[axon] = NEURONS * axon;
    for (uint32_t j = 0; j <= NEURONS; j++)
        bench->routes_start[j] = j;
    bench->group = (struct neuron_group){.count = NEURONS, .threshold = 200};
    bench->program = (struct core_program){.neuron_count = NEURONS, .group_count = 1, .groups = &bench->group,
                                           .bias = bench->bias, .axon_count = AXONS, .synapse_start = bench->start,
                                           .synapse_target = bench->target, .synapse_weight = bench->weight};
}

/* Neurons 0, 1, 2 send to columns 0, 1, 2; the core sits in column 1. */
static void bench_init(struct bench *bench, int overflow)
{
    *bench = (struct bench){.config = {.delay_slots = 4, .potential_bits = 9, .overflow = overflow},
                            .engine = engine_new(), .outside = {.class_of = &sleeper_class}, .go = signal_of(-1)};
    set_program(bench);
    for (uint32_t j = 0; j < NEURONS; j++)
        bench->routes[j] = (struct send_route){.target = place_pack(0, j, 0, PORT_LOCAL), .axon = 10 + j, .flits = 1};
    engine_add(bench->engine, &bench->outside);
    neuron_core_init(&bench->core, bench->engine, 0, &bench->config, &bench->program);
    link_init(&bench->in, bench->engine, 8, 2, 1);
    link_init(&bench->east, bench->engine, 2, 2, 1);
    link_init(&bench->west, bench->engine, 2, 2, 1);
    link_connect(&bench->in, &bench->outside, &bench->core.component);
    link_connect(&bench->east, &bench->core.component, &bench->outside);
    link_connect(&bench->west, &bench->core.component, &bench->outside);
    bench->outstanding = (struct tally){.sum = signal_of(1000), .engine = bench->engine};
    bench->core.in = &bench->in;
    bench->core.out_east = &bench->east;
    bench->core.out_west = &bench->west;
    bench->core.x = 1;
    bench->core.route_start = bench->routes_start;
    bench->core.routes = bench->routes;
    bench->core.go = &bench->go;
    bench->core.outstanding = &bench->outstanding;
    bench->core.probe = &bench->probe;
    engine_seal(bench->engine);
}

static void bench_free(struct bench *bench)
{
    neuron_core_free(&bench->core);
    link_free(&bench->in);
    link_free(&bench->east);
    link_free(&bench->west);
    engine_free(bench->engine);
}

/* Seen in the next cycle. */
static void say_go(struct bench *bench)
{
    signal_set(&bench->go, bench->engine->now, go_pack(0, ++bench->steps));
    engine_wake(bench->engine, bench->core.component.id, bench->engine->now + 1);
}

/* Written in the next cycle but one. */
static void event(struct bench *bench, uint32_t axon, uint16_t delay)
{
    struct packet packet = {.kind = PACKET_SPIKE, .axon = axon, .step = delay, .flits = 1};
    link_push(&bench->in, bench->engine->now, &packet);
}

static void timestep(struct bench *bench)
{
    say_go(bench);
    engine_run(bench->engine, bench->engine->now + 100);
    neuron_core_settle(&bench->core, bench->engine->now);
}

static uint64_t count(const struct bench *bench, enum core_counter which) { return bench->core.counters[which]; }

START_TEST(a_timestep_takes_each_axon_of_each_neuron)
{
    struct bench bench;
    bench_init(&bench, OVERFLOW_WRAP);
    timestep(&bench);
    /* the advance; write and check beside the axons of each neuron; from the last check to the clearing */
    ck_assert_uint_eq(count(&bench, CORE_BUSY_NEURON), 1 + NEURONS * (AXONS + 2) + 2);
    ck_assert_uint_eq(count(&bench, CORE_IDLE), 100 - count(&bench, CORE_BUSY_NEURON));
    bench_free(&bench);
}
END_TEST

START_TEST(an_event_takes_effect_as_many_timesteps_later_as_its_delay_says)
{
    struct bench bench;
    bench_init(&bench, OVERFLOW_WRAP);
    event(&bench, 2, (uint16_t)_i);
    engine_run(bench.engine, 10);
    for (int step = 0; step <= 3; step++) {
        timestep(&bench);
        ck_assert_int_eq(bench.core.potential[0], step >= _i ? 3 : 0);
    }
    timestep(&bench);
    ck_assert_int_eq(bench.core.potential[0], 3); /* once only */
    ck_assert_uint_eq(count(&bench, CORE_SYNAPTIC_EVENTS), NEURONS);
    bench_free(&bench);
}
END_TEST

START_TEST(several_events_of_an_axon_in_a_timestep_are_one)
{
    struct bench bench;
    bench_init(&bench, OVERFLOW_WRAP);
    event(&bench, 2, 0);
    event(&bench, 2, 0);
    engine_run(bench.engine, 10);
    timestep(&bench);
    ck_assert_int_eq(bench.core.potential[0], 3);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), 2);
    bench_free(&bench);
}
END_TEST

/* 9 bits: -256 .. 255 by wrapping, -255 .. 255 by saturating. */
START_TEST(a_potential_wraps_or_saturates_at_both_ends)
{
    static const struct { int overflow; int32_t bias, twice; } cases[] = {
        {OVERFLOW_WRAP, 150, 300 - 512}, {OVERFLOW_WRAP, -150, -300 + 512},
        {OVERFLOW_SATURATE, 150, 255}, {OVERFLOW_SATURATE, -150, -255}};
    struct bench bench;
    bench_init(&bench, cases[_i].overflow);
    bench.bias[1] = cases[_i].bias;
    bench.group.threshold = 10000;
    timestep(&bench);
    ck_assert_int_eq(bench.core.potential[1], cases[_i].bias);
    timestep(&bench);
    ck_assert_int_eq(bench.core.potential[1], cases[_i].twice);
    bench_free(&bench);
}
END_TEST

START_TEST(spikes_for_the_own_column_and_further_east_take_the_eastern_buffer)
{
    struct bench bench;
    bench_init(&bench, OVERFLOW_WRAP);
    for (uint32_t j = 0; j < NEURONS; j++)
        bench.bias[j] = 201;
    timestep(&bench);
    ck_assert_uint_eq(bench.west.tail, 1);
    ck_assert_uint_eq(bench.east.tail, 2);
    ck_assert_uint_eq(link_peek(&bench.west, 100)->axon, 10);
    ck_assert_uint_eq(count(&bench, CORE_SPIKES), 3);
    ck_assert_uint_eq(count(&bench, CORE_PACKETS), 3);
    bench_free(&bench);
}
END_TEST

START_TEST(a_neuron_that_fires_waits_while_either_buffer_is_full_and_is_counted_once)
{
    struct bench bench;
    bench_init(&bench, OVERFLOW_WRAP);
    struct packet packet = {.flits = 1};
    struct link *full = _i ? &bench.east : &bench.west;
    link_push(full, 0, &packet);
    link_push(full, 0, &packet);
    event(&bench, 0, 0);
    event(&bench, 1, 0);
    engine_run(bench.engine, 10);
    bench.bias[1] = 200;
    timestep(&bench);
    ck_assert_uint_eq(count(&bench, CORE_SPIKES), 0);
    link_pop(full, bench.engine->now);
    engine_run(bench.engine, 200);
    ck_assert_uint_eq(count(&bench, CORE_SPIKES), 1);
    ck_assert_uint_eq(count(&bench, CORE_SYNAPTIC_EVENTS), 2 * NEURONS);
    ck_assert_uint_eq(count(&bench, CORE_NEURON_UPDATES), NEURONS);
    ck_assert_uint_gt(count(&bench, CORE_STALL_OUTPUT), 50);
    bench_free(&bench);
}
END_TEST

START_TEST(a_packet_written_while_the_slot_is_cleared_is_lost_and_counted)
{
    struct bench bench;
    bench_init(&bench, OVERFLOW_WRAP);
    engine_run(bench.engine, 10);
    say_go(&bench); /* seen in 11; work until the clearing in that many cycles */
    uint64_t clears = 11 + 1 + NEURONS * (AXONS + 2) + 2;
    engine_run(bench.engine, clears - 3);
    event(&bench, 0, 0);
    engine_run(bench.engine, clears - 2);
    event(&bench, 1, 0); /* written in the clearing */
    engine_run(bench.engine, clears - 1);
    event(&bench, 2, 0);
    engine_run(bench.engine, 100);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), 3);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_DROPPED), 1);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_WRITES), 2);
    timestep(&bench);
    ck_assert_int_eq(bench.core.potential[0], 1 + 3);
    bench_free(&bench);
}
END_TEST

START_TEST(a_tick_in_the_middle_of_a_timestep_is_counted_and_ignored)
{
    struct bench bench;
    bench_init(&bench, OVERFLOW_WRAP);
    say_go(&bench);
    engine_run(bench.engine, 5);
    timestep(&bench);
    ck_assert_uint_eq(count(&bench, CORE_OVERRUNS), 1);
    ck_assert_uint_eq(count(&bench, CORE_TIMESTEPS), 1);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("neuron core");
    TCase *cases = tcase_create("neuron core");
    tcase_add_test(cases, a_timestep_takes_each_axon_of_each_neuron);
    tcase_add_loop_test(cases, an_event_takes_effect_as_many_timesteps_later_as_its_delay_says, 0, 3);
    tcase_add_test(cases, several_events_of_an_axon_in_a_timestep_are_one);
    tcase_add_loop_test(cases, a_potential_wraps_or_saturates_at_both_ends, 0, 4);
    tcase_add_test(cases, spikes_for_the_own_column_and_further_east_take_the_eastern_buffer);
    tcase_add_loop_test(cases, a_neuron_that_fires_waits_while_either_buffer_is_full_and_is_counted_once, 0, 2);
    tcase_add_test(cases, a_packet_written_while_the_slot_is_cleared_is_lost_and_counted);
    tcase_add_test(cases, a_tick_in_the_middle_of_a_timestep_is_counted_and_ignored);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
