/* A core that goes event by event, between handshakes that the test holds. The recordings say what it does in all;
 * here is what they do not reach, and the accounts. */
#include "models/tile/event_core.h"
#include "models/packet.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>
#include <stdlib.h>

#define NEURONS 4u
#define DEPTH 3u

/* Weights of axon a: a + 1 to neuron a only. */
struct bench {
    struct core_config config;
    uint32_t start[NEURONS + 1];
    uint16_t target[NEURONS];
    int16_t weight[NEURONS];
    int32_t bias[NEURONS];
    struct neuron_group group;
    struct core_program program;
    struct engine *engine;
    struct component outside;
    struct event_core core;
    struct link request, release, out;
    struct probe probe;
};

static void bench_init(struct bench *bench)
{
    *bench = (struct bench){.config = {.queue_depth = DEPTH, .potential_bits = 5, .crossbar_cycles = 2,
                                       .weight_bits = 4, .crossbar_word_bits = 32,
                                       .controller_accept = 2, .controller_recover = 3,
                                       .controller_last_neuron = NEURONS - 1, .controller_output = OUTPUT_ON_FIRE},
                            .engine = engine_new(), .outside = {.class_of = &sleeper_class}};
    for (uint32_t axon = 0; axon < NEURONS; axon++) {
        bench->start[axon + 1] = axon + 1;
        bench->target[axon] = (uint16_t)axon;
        bench->weight[axon] = (int16_t)(axon + 1);
    }
    bench->group = (struct neuron_group){.count = NEURONS, .model = MODEL_EVENT_LEAK, .threshold = 100, .leak = 2};
    bench->program = (struct core_program){.neuron_count = NEURONS, .group_count = 1, .groups = &bench->group,
                                           .bias = bench->bias, .axon_count = NEURONS, .synapse_start = bench->start,
                                           .synapse_target = bench->target, .synapse_weight = bench->weight};
    engine_add(bench->engine, &bench->outside);
    event_core_init(&bench->core, bench->engine, 0, &bench->config, &bench->program);
    link_init(&bench->request, bench->engine, 4, 1, 1);
    link_init(&bench->release, bench->engine, 4, 1, 1);
    link_init(&bench->out, bench->engine, 64, 1, 1);
    link_connect(&bench->request, &bench->outside, &bench->core.component);
    link_connect(&bench->release, &bench->outside, &bench->core.component);
    link_connect(&bench->out, &bench->core.component, &bench->outside);
    bench->core.request = &bench->request;
    bench->core.release = &bench->release;
    bench->core.out = &bench->out;
    bench->core.probe = &bench->probe;
    engine_seal(bench->engine);
}

static void bench_free(struct bench *bench)
{
    event_core_free(&bench->core);
    link_free(&bench->request);
    link_free(&bench->release);
    link_free(&bench->out);
    engine_free(bench->engine);
}

/* The request is seen in the next cycle. */
static void request(struct bench *bench, uint32_t address)
{
    struct packet packet = {.axon = address, .flits = 1};
    link_push(&bench->request, bench->engine->now, &packet);
}

static void run(struct bench *bench, uint64_t cycles)
{
    engine_run(bench->engine, bench->engine->now + cycles);
    event_core_settle(&bench->core, bench->engine->now);
}

static uint64_t count(const struct bench *bench, enum core_counter which) { return bench->core.counters[which]; }

static uint32_t of_one(uint32_t neuron, uint32_t weight) { return 0x200u | weight << 4 | neuron; }

START_TEST(potentials_saturate_at_the_ends_of_their_width)
{
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < 3; i++) {
        request(&bench, of_one(1, 8)); /* -8, then +7 */
        run(&bench, 50);
        request(&bench, of_one(2, 7));
        run(&bench, 50);
    }
    ck_assert_int_eq(bench.core.potential[1], -16); /* five bits, two's complement */
    ck_assert_int_eq(bench.core.potential[2], 15);
    ck_assert_int_eq(bench.core.potential[0], 0);
    bench_free(&bench);
}
END_TEST

START_TEST(leak_stops_at_zero_from_both_sides)
{
    struct bench bench;
    bench_init(&bench);
    request(&bench, of_one(1, 13)); /* -3 */
    run(&bench, 50);
    request(&bench, of_one(2, 3));
    run(&bench, 50);
    request(&bench, 0x100u | 255);
    run(&bench, 50);
    ck_assert_int_eq(bench.core.potential[1], -1);
    ck_assert_int_eq(bench.core.potential[2], 1);
    request(&bench, 0x100u | 255);
    run(&bench, 50);
    ck_assert_int_eq(bench.core.potential[1], 0);
    ck_assert_int_eq(bench.core.potential[2], 0);
    bench_free(&bench);
}
END_TEST

START_TEST(an_address_with_both_flags_is_a_leak)
{
    struct bench bench;
    bench_init(&bench);
    request(&bench, of_one(2, 7));
    run(&bench, 50);
    request(&bench, 0x100u | of_one(2, 0));
    run(&bench, 50);
    ck_assert_int_eq(bench.core.potential[2], 5);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_WRITES), 1);
    bench_free(&bench);
}
END_TEST

START_TEST(a_neuron_without_threshold_fires_at_zero_and_not_below)
{
    struct bench bench;
    bench_init(&bench);
    bench.group = (struct neuron_group){.count = NEURONS, .threshold = -5, .reset = 1};
    request(&bench, of_one(1, 14)); /* -2 */
    run(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_SPIKES), 0);
    request(&bench, of_one(1, 2));
    run(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_SPIKES), 1);
    ck_assert_int_eq(bench.core.potential[1], 1);
    bench_free(&bench);
}
END_TEST

START_TEST(what_is_updated_is_counted_as_what_it_is)
{
    struct bench bench;
    bench_init(&bench);
    request(&bench, 2);
    run(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_NEURON_UPDATES), NEURONS);
    ck_assert_uint_eq(count(&bench, CORE_SYNAPTIC_EVENTS), NEURONS);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_WRITES), 1);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_READS), 1);
    request(&bench, 0x100u | 255);
    run(&bench, 50);
    ck_assert_uint_eq(count(&bench, CORE_NEURON_UPDATES), 2 * NEURONS);
    ck_assert_uint_eq(count(&bench, CORE_SYNAPTIC_EVENTS), NEURONS); /* leak is none */
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_WRITES), 1);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), 2);
    bench_free(&bench);
}
END_TEST

/* Requests go before queued events, so they fill the queue; when it is full its oldest entry goes first. */
START_TEST(a_full_queue_goes_before_a_request_and_loses_nothing)
{
    struct bench bench;
    bench_init(&bench);
    for (uint32_t i = 0; i <= DEPTH; i++)
        request(&bench, i);
    run(&bench, 1 + DEPTH * (2 + 3) + 4);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_WRITES), DEPTH);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), DEPTH); /* the fourth request waits */
    run(&bench, 200);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_IN), DEPTH + 1);
    ck_assert_uint_eq(count(&bench, CORE_EVENTS_DROPPED), 0);
    ck_assert_uint_eq(count(&bench, CORE_QUEUE_READS), DEPTH + 1);
    for (int32_t j = 0; j < (int32_t)NEURONS; j++)
        ck_assert_int_eq(bench.core.potential[j], j + 1);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event core");
    TCase *cases = tcase_create("event core");
    tcase_add_test(cases, potentials_saturate_at_the_ends_of_their_width);
    tcase_add_test(cases, leak_stops_at_zero_from_both_sides);
    tcase_add_test(cases, an_address_with_both_flags_is_a_leak);
    tcase_add_test(cases, a_neuron_without_threshold_fires_at_zero_and_not_below);
    tcase_add_test(cases, what_is_updated_is_counted_as_what_it_is);
    tcase_add_test(cases, a_full_queue_goes_before_a_request_and_loses_nothing);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
