/* A core that goes by timesteps, between links that the test holds: what it does with late, early and too many events,
 * how long its phases take, and to which counter every cycle belongs. */
#include "models/tile/core.h"
#include "sim/trace.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NEURONS 10u /* of two lanes: five groups, a cycle each, three cycles deep */
#define SWEEP (5u + 3u)

struct bench {
    struct core_config config;
    struct core_program program;
    struct neuron_group group;
    int32_t bias[NEURONS];
    uint32_t neuron_index[NEURONS];
    struct engine *engine;
    struct component outside;
    struct core core;
    struct link in, out;
    struct signal go, command;
    struct tally outstanding;
    struct probe probe;
    uint32_t no_routes[NEURONS + 1];
    struct send_route route;
};

static void set_program(struct bench *bench)
{
    static uint32_t start[] = {0, 1}, row[] = {0};
    static uint16_t target[] = {4};
    static int16_t weight[] = {1};
    bench->group = (struct neuron_group){.count = NEURONS, .model = MODEL_IF, .threshold = 1000};
    bench->program = (struct core_program){.neuron_count = NEURONS, .neuron_index = bench->neuron_index,
                                           .group_count = 1, .groups = &bench->group, .bias = bench->bias,
                                           .axon_count = 1, .synapse_start = start, .synapse_target = target,
                                           .synapse_weight = weight, .axon_row = row};
}

/* One axon, one synapse to neuron 4: a row of one word. An event takes axon look-up 1 + row 1, then latency 2. */
static void bench_init(struct bench *bench, uint32_t depth, int policy)
{
    *bench = (struct bench){.config = {.queue_depth = depth, .delay_slots = 3, .queue_policy = policy,
                                       .axon_cycles = 1, .synapse_kind = SYNAPSE_SPARSE, .weight_bits = 8,
                                       .sparse_word_bits = 32, .sparse_index_bits = 8, .sparse_words_per_cycle = 1,
                                       .sparse_latency = 2, .accumulator_bits = 20, .accumulator_banks = 1,
                                       .accumulator_ports = 1, .state_banks = 2, .state_ports = 1, .neuron_lanes = 2,
                                       .neuron_interval = 1, .neuron_depth = 3, .potential_bits = 20,
                                       .current_bits = 20, .decay_bits = 12, .route_cycles = 1},
                            .engine = engine_new(), .outside = {.class_of = &sleeper_class}};
    set_program(bench);
    engine_add(bench->engine, &bench->outside);
    core_init(&bench->core, bench->engine, 0, &bench->config, &bench->program);
    link_init(&bench->in, bench->engine, 8, 1, 1);
    link_init(&bench->out, bench->engine, 8, 1, 1);
    link_connect(&bench->in, &bench->outside, &bench->core.component);
    link_connect(&bench->out, &bench->core.component, &bench->outside);
    bench->core.in = &bench->in;
    bench->core.output.out = &bench->out;
    core_widen_links(&bench->core);
    bench->go = bench->command = signal_of(-1);
    bench->outstanding = (struct tally){.sum = signal_of(0), .engine = bench->engine};
    bench->core.output.neurons = (struct output_table){bench->no_routes, &bench->route};
    bench->core.go = &bench->go;
    bench->core.command = &bench->command;
    bench->core.outstanding = bench->core.output.outstanding = &bench->outstanding;
    bench->core.probe = &bench->probe;
    bench->core.steps = 100;
    engine_seal(bench->engine);
}

static void bench_free(struct bench *bench)
{
    core_free(&bench->core);
    link_free(&bench->in);
    link_free(&bench->out);
    free(bench->probe.spikes);
    engine_free(bench->engine);
}

static void run_until(struct bench *bench, uint64_t cycle)
{
    engine_run(bench->engine, cycle);
    core_settle(&bench->core, cycle);
}

/* Seen by the core in the next cycle. */
static void say_go(struct bench *bench, uint32_t phase)
{
    signal_set(&bench->go, bench->engine->now, go_pack(0, phase));
    tally_add(&bench->outstanding, bench->engine->now, 1);
    engine_wake(bench->engine, bench->core.component.id, bench->engine->now + 1);
}

static void event(struct bench *bench, uint16_t step)
{
    struct packet packet = {.axon = 0, .value = 1, .step = step, .flits = 1};
    tally_add(&bench->outstanding, bench->engine->now, 1);
    link_push(&bench->in, bench->engine->now, &packet);
}

/* The cycle in which nothing is outstanding any more. */
static uint64_t done(struct bench *bench)
{
    while (bench->outstanding.sum.value != 0 && bench->engine->now < 1000)
        run_until(bench, bench->engine->now + 1);
    return bench->engine->now - 1;
}

static uint64_t count(const struct bench *bench, enum core_counter which) { return bench->core.counters[which]; }

/* ---- phases ---- */

START_TEST(a_reset_takes_a_cycle_for_each_group_of_lanes)
{
    struct bench bench;
    bench_init(&bench, 8, QUEUE_STALL);
    bench.core.neurons.potential[3] = 77;
    run_until(&bench, 20);
    event(&bench, 1);
    run_until(&bench, 30);
    say_go(&bench, GO_RESET);
    ck_assert_uint_eq(done(&bench), 31 + 5);
    ck_assert_uint_eq(count(&bench, CORE_BUSY_RESET), 5);
    ck_assert_int_eq(bench.core.neurons.potential[3], 0);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_DISCARDED), 1);
    ck_assert_uint_eq(bench.core.queue.stored, 0);
    bench_free(&bench);
}
END_TEST

START_TEST(a_timestep_takes_its_events_and_its_sweep)
{
    struct bench bench;
    bench_init(&bench, 8, QUEUE_STALL);
    say_go(&bench, GO_STEP_0);
    ck_assert_uint_eq(done(&bench), 1 + SWEEP);
    event(&bench, 1);
    event(&bench, 1);
    run_until(&bench, 100);
    say_go(&bench, GO_STEP_0 + 1);
    ck_assert_uint_eq(done(&bench), 101 + (2 * (1 + 1) + 2) + SWEEP);
    run_until(&bench, 200);
    ck_assert_uint_eq(count(&bench, CORE_BUSY_SYNAPSE), 2 * (1 + 1) + 2);
    ck_assert_uint_eq(count(&bench, CORE_BUSY_NEURON), 2 * SWEEP);
    ck_assert_uint_eq(count(&bench, CORE_SYNAPTIC_EVENTS), 2);
    ck_assert_int_eq(bench.core.neurons.potential[4], 2);
    bench_free(&bench);
}
END_TEST

START_TEST(events_that_come_when_all_is_over_are_discarded)
{
    struct bench bench;
    bench_init(&bench, 8, QUEUE_STALL);
    bench.core.steps = 1;
    say_go(&bench, GO_STEP_0);
    event(&bench, 1);
    run_until(&bench, 50);
    say_go(&bench, GO_STEP_0 + 1);
    ck_assert_uint_eq(done(&bench), 51);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_DISCARDED), 1);
    ck_assert_uint_eq(count(&bench, CORE_SYNAPTIC_EVENTS), 0);
    bench_free(&bench);
}
END_TEST

START_TEST(values_are_read_out_once_at_the_end_of_the_last_timestep)
{
    struct bench bench;
    bench_init(&bench, 8, QUEUE_STALL);
    bench.core.values = true;
    bench.core.steps = 3;
    for (uint32_t step = 0; step < 4; step++) {
        say_go(&bench, GO_STEP_0 + step);
        (void)done(&bench);
        ck_assert_uint_eq(count(&bench, CORE_VALUES), step < 2 ? 0 : NEURONS);
        ck_assert_uint_eq(bench.probe.count, step < 2 ? 0 : NEURONS);
    }
    ck_assert_uint_eq(bench.probe.spikes[0].step, 2);
    bench_free(&bench);
}
END_TEST

/* ---- ticks ---- */

START_TEST(an_event_for_the_timestep_under_way_is_late_and_goes_to_the_next)
{
    struct bench bench;
    bench_init(&bench, 8, QUEUE_DROP);
    bench.core.ticked = true;
    say_go(&bench, GO_STEP_0);
    run_until(&bench, 3);
    event(&bench, 0);
    run_until(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_LATE), 1);
    ck_assert_uint_eq(count(&bench, CORE_SYNAPTIC_EVENTS), 0);
    event(&bench, 1); /* for the next one: in time */
    say_go(&bench, GO_STEP_0 + 1);
    run_until(&bench, 100);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_LATE), 1 + 1); /* it arrived with the tick */
    ck_assert_uint_eq(count(&bench, CORE_SYNAPTIC_EVENTS), 1);
    bench_free(&bench);
}
END_TEST

START_TEST(an_event_beyond_the_delay_slots_is_dropped)
{
    struct bench bench;
    bench_init(&bench, 8, QUEUE_DROP);
    bench.core.ticked = true;
    say_go(&bench, GO_STEP_0);
    run_until(&bench, 50);
    event(&bench, 2); /* three slots: the present timestep and two ahead */
    event(&bench, 3);
    run_until(&bench, 60);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), 2);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_DROPPED), 1);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_WRITES), 1);
    bench_free(&bench);
}
END_TEST

START_TEST(a_core_that_is_behind_counts_it_and_leaves_no_timestep_out)
{
    struct bench bench;
    bench_init(&bench, 8, QUEUE_DROP);
    bench.core.ticked = true;
    for (uint32_t step = 0; step < 4; step++) { /* a tick every 4 cycles, 1 + SWEEP needed */
        say_go(&bench, GO_STEP_0 + step);
        run_until(&bench, 4 * (step + 1));
    }
    run_until(&bench, 200);
    ck_assert_uint_eq(count(&bench, CORE_TIMESTEPS), 4);
    ck_assert_uint_eq(count(&bench, CORE_OVERRUNS), 3);
    ck_assert_uint_eq(count(&bench, CORE_BUSY_NEURON), 4 * SWEEP);
    bench_free(&bench);
}
END_TEST

/* ---- a full queue ---- */

START_TEST(a_packet_that_finds_the_queue_full_waits_and_its_cycles_are_counted)
{
    struct bench bench;
    bench_init(&bench, 2, QUEUE_STALL);
    say_go(&bench, GO_STEP_0);
    run_until(&bench, 20);
    event(&bench, 1);
    run_until(&bench, 21);
    event(&bench, 1);
    run_until(&bench, 22);
    event(&bench, 2); /* seen in 23 */
    run_until(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), 2);
    say_go(&bench, GO_STEP_0 + 1); /* seen in 51, the first event has left in 52 */
    run_until(&bench, 100);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), 3);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_STALLS), 52 - 23);
    bench_free(&bench);
}
END_TEST

START_TEST(a_packet_that_finds_the_queue_full_is_dropped_where_the_chip_says_so)
{
    struct bench bench;
    bench_init(&bench, 2, QUEUE_DROP);
    say_go(&bench, GO_STEP_0);
    run_until(&bench, 20);
    for (int i = 0; i < 3; i++)
        event(&bench, 1);
    run_until(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), 3);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_DROPPED), 1);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_STALLS), 0);
    bench_free(&bench);
}
END_TEST

/* ---- a full router ---- */

START_TEST(cycles_in_which_an_announced_packet_waits_for_credit_are_stalls)
{
    struct bench bench;
    struct send_route routes[10];
    uint32_t start[NEURONS + 1] = {0};
    bench_init(&bench, 8, QUEUE_STALL);
    for (uint32_t i = 0; i < 10; i++)
        routes[i] = (struct send_route){.axon = i, .delay = 1, .deliveries = 1, .flits = 1};
    for (uint32_t j = 1; j <= NEURONS; j++)
        start[j] = 10; /* all are neuron 0's */
    bench.core.output.neurons = (struct output_table){start, routes};
    bench.bias[0] = 2000;
    say_go(&bench, GO_STEP_0);
    run_until(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_PACKETS), 8); /* in 4 .. 11, as many as the router has places */
    ck_assert_uint_eq(count(&bench, CORE_STALL_OUTPUT), 50 - 12);
    engine_run(bench.engine, 100); /* nobody looks at the core until it wakes */
    link_pop(&bench.out, 100);
    engine_run(bench.engine, 101);
    link_pop(&bench.out, 101);
    run_until(&bench, 200);
    ck_assert_uint_eq(count(&bench, CORE_PACKETS), 10);
    ck_assert_uint_eq(count(&bench, CORE_STALL_OUTPUT), 101 - 12);
    ck_assert_uint_eq(link_sent(&bench.out, 9), 102);
    bench_free(&bench);
}
END_TEST

/* Three packets to a router that has places for all: while one of four flits leaves, or its route is looked up for three
 * cycles, the next one does not wait for credit. */
START_TEST(cycles_in_which_a_packet_leaves_or_its_route_is_read_are_no_stalls)
{
    static const struct { uint32_t route_cycles; uint8_t flits; uint64_t apart; } cases[] = {{1, 4, 4}, {3, 1, 3}, {1, 1, 1}};
    struct bench bench;
    struct send_route routes[3];
    uint32_t start[NEURONS + 1] = {0};
    bench_init(&bench, 8, QUEUE_STALL);
    link_free(&bench.out);
    link_init(&bench.out, bench.engine, 64, 1, 1);
    link_connect(&bench.out, &bench.core.component, &bench.outside);
    link_widen(&bench.out, CORE_ANNOUNCED_FLITS);
    bench.core.output.route_cycles = cases[_i].route_cycles;
    for (uint32_t i = 0; i < 3; i++)
        routes[i] = (struct send_route){.axon = i, .delay = 1, .deliveries = 1, .flits = cases[_i].flits};
    for (uint32_t j = 1; j <= NEURONS; j++)
        start[j] = 3;
    bench.core.output.neurons = (struct output_table){start, routes};
    bench.bias[0] = 2000;
    say_go(&bench, GO_STEP_0);
    run_until(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_PACKETS), 3);
    ck_assert_uint_eq(link_sent(&bench.out, 2u * cases[_i].flits) - link_sent(&bench.out, 0), 2 * cases[_i].apart);
    ck_assert_uint_eq(count(&bench, CORE_STALL_OUTPUT), 0);
    bench_free(&bench);
}
END_TEST

enum looks { AT_THE_END, IN_EVERY_CYCLE, TRACED };

/* Neuron 0 fires in the first of the sweep's groups and sends ten packets to a router that has two places and frees one
 * every fifth cycle, in the sweep and after it. */
static void send_ten(struct bench *bench, enum looks looks, uint64_t counters[CORE_COUNTERS])
{
    struct send_route routes[10];
    uint32_t start[NEURONS + 1] = {0};
    struct diagnostics diagnostics = {0};
    struct trace *trace = NULL;
    bench_init(bench, 8, QUEUE_STALL);
    link_free(&bench->out);
    link_init(&bench->out, bench->engine, 2, 1, 1);
    link_connect(&bench->out, &bench->core.component, &bench->outside);
    link_widen(&bench->out, CORE_ANNOUNCED_FLITS);
    for (uint32_t i = 0; i < 10; i++)
        routes[i] = (struct send_route){.axon = i, .delay = 1, .deliveries = 1, .flits = 1};
    for (uint32_t j = 1; j <= NEURONS; j++)
        start[j] = 10;
    bench->core.output.neurons = (struct output_table){start, routes};
    bench->bias[0] = 2000;
    if (looks == TRACED) {
        ck_assert(trace_open("test_core.trace", &trace, &diagnostics));
        trace_attach(trace, bench->engine, 0);
    }
    say_go(bench, GO_STEP_0);
    for (uint64_t cycle = 1; cycle < 100; cycle++) {
        engine_run(bench->engine, cycle);
        if (looks == IN_EVERY_CYCLE)
            core_settle(&bench->core, cycle);
        if (cycle % 5 == 2 && link_peek(&bench->out, cycle))
            link_pop(&bench->out, cycle);
    }
    run_until(bench, 100);
    memcpy(counters, bench->core.counters, CORE_COUNTERS * sizeof *counters);
    if (trace)
        ck_assert(trace_close(trace, false, &diagnostics));
    bench_free(bench);
}

START_TEST(cycles_count_the_same_whenever_somebody_looks_and_when_traced)
{
    struct bench bench;
    uint64_t at_the_end[CORE_COUNTERS], in_every_cycle[CORE_COUNTERS], traced[CORE_COUNTERS];
    send_ten(&bench, AT_THE_END, at_the_end);
    send_ten(&bench, IN_EVERY_CYCLE, in_every_cycle);
    send_ten(&bench, TRACED, traced);
    ck_assert_uint_eq(at_the_end[CORE_PACKETS], 10);
    ck_assert_uint_gt(at_the_end[CORE_STALL_OUTPUT], 20);
    ck_assert_uint_eq(at_the_end[CORE_BUSY_NEURON], SWEEP + 7); /* of ten packets three leave in cycles of the sweep */
    for (uint32_t i = 0; i < CORE_COUNTERS; i++) {
        ck_assert_uint_eq(in_every_cycle[i], at_the_end[i]);
        ck_assert_uint_eq(traced[i], at_the_end[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core");
    TCase *cases = tcase_create("core");
    tcase_add_test(cases, a_reset_takes_a_cycle_for_each_group_of_lanes);
    tcase_add_test(cases, a_timestep_takes_its_events_and_its_sweep);
    tcase_add_test(cases, events_that_come_when_all_is_over_are_discarded);
    tcase_add_test(cases, values_are_read_out_once_at_the_end_of_the_last_timestep);
    tcase_add_test(cases, an_event_for_the_timestep_under_way_is_late_and_goes_to_the_next);
    tcase_add_test(cases, an_event_beyond_the_delay_slots_is_dropped);
    tcase_add_test(cases, a_core_that_is_behind_counts_it_and_leaves_no_timestep_out);
    tcase_add_test(cases, a_packet_that_finds_the_queue_full_waits_and_its_cycles_are_counted);
    tcase_add_test(cases, a_packet_that_finds_the_queue_full_is_dropped_where_the_chip_says_so);
    tcase_add_test(cases, cycles_in_which_an_announced_packet_waits_for_credit_are_stalls);
    tcase_add_loop_test(cases, cycles_in_which_a_packet_leaves_or_its_route_is_read_are_no_stalls, 0, 3);
    tcase_add_test(cases, cycles_count_the_same_whenever_somebody_looks_and_when_traced);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
