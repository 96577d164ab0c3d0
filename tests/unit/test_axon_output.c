/* Axon output, stepped by the test: who leaves when, by which buffer, with which timestep, and what it counts. */
#include "models/tile/axon_output.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>
#include <stdlib.h>

/* Neurons 0 .. 7, two lanes, a group a cycle, three cycles deep: neuron j leaves 3 + j / 2 cycles after the start. */
struct bench {
    struct core_config config;
    struct core_program program;
    struct neuron_group group;
    int32_t bias[8];
    struct neuron_array array;
    struct engine *engine;
    struct component ends;
    struct link out, west, relays;
    struct tally outstanding;
    struct axon_output output;
    uint32_t start[9], relay_start[4];
    struct send_route routes[12];
    uint64_t counters[CORE_COUNTERS], progress;
};

static void new_link(struct bench *bench, struct link *link)
{
    link_init(link, bench->engine, 100, 1, 1);
    link_connect(link, &bench->ends, &bench->ends);
}

/* Neuron j has one route: axon 100 + j, delay 1, one flit, to tile (j, 0). Relay 0 has one, 1 none, 2 two. */
static void bench_init(struct bench *bench)
{
    *bench = (struct bench){.config = {.neuron_lanes = 2, .neuron_interval = 1, .neuron_depth = 3, .state_banks = 4,
                                       .state_ports = 1, .potential_bits = 20, .current_bits = 20,
                                       .accumulator_bits = 16, .decay_bits = 12},
                            .engine = engine_new(), .ends = {.class_of = &sleeper_class}};
    bench->program = (struct core_program){.neuron_count = 8, .group_count = 1, .groups = &bench->group,
                                           .bias = bench->bias};
    bench->group = (struct neuron_group){.count = 8};
    neuron_array_init(&bench->array, &bench->config, &bench->program);
    engine_add(bench->engine, &bench->ends);
    engine_seal(bench->engine);
    new_link(bench, &bench->out);
    new_link(bench, &bench->west);
    new_link(bench, &bench->relays);
    for (uint32_t j = 0; j < 12; j++)
        bench->routes[j] = (struct send_route){.target = place_pack(0, j, 0, PORT_LOCAL), .axon = 100 + j, .delay = 1,
                                               .deliveries = 1, .flits = 1, .hops_ew = 1, .hops_ns = 2,
                                               .hops_local = 3};
    for (uint32_t j = 0; j <= 8; j++)
        bench->start[j] = j;
    bench->relay_start[0] = 8;
    bench->relay_start[1] = bench->relay_start[2] = 9;
    bench->relay_start[3] = 11;
    bench->outstanding = (struct tally){.sum = signal_of(1000), .engine = bench->engine};
    bench->output = (struct axon_output){.neurons = {bench->start, bench->routes}, .route_cycles = 1,
                                         .relays = {bench->relay_start, bench->routes}, .out = &bench->out,
                                         .outstanding = &bench->outstanding, .array = &bench->array};
}

static void bench_free(struct bench *bench)
{
    link_free(&bench->out);
    link_free(&bench->west);
    link_free(&bench->relays);
    neuron_array_free(&bench->array);
    engine_free(bench->engine);
}

static void spikes(struct bench *bench, uint32_t count, const uint32_t *neurons)
{
    for (uint32_t i = 0; i < count; i++)
        bench->array.fired[i] = neurons[i];
    bench->array.fired_count = count;
}

static void relay(struct bench *bench, uint64_t now, uint32_t number, uint16_t step)
{
    struct packet packet = {.axon = number, .value = 5, .step = step, .flits = 1};
    link_push(&bench->relays, now, &packet);
}

static void step(struct bench *bench, uint64_t now)
{
    bench->engine->now = bench->engine->earliest = now;
    (void)axon_output_step(&bench->output, now, bench->counters, &bench->progress);
}

/* The packet that left by `link` in cycle `cycle`. */
static struct packet left(struct link *link, uint64_t cycle)
{
    ck_assert_ptr_null(link_peek(link, cycle));
    ck_assert_ptr_nonnull(link_peek(link, cycle + 1));
    struct packet packet = *link_peek(link, cycle + 1);
    link_pop(link, cycle + 1);
    return packet;
}

START_TEST(a_spike_leaves_when_its_neuron_has_left_the_pipeline)
{
    struct bench bench;
    bench_init(&bench);
    spikes(&bench, 2, (const uint32_t[]){2, 7});
    axon_output_begin(&bench.output, 10, 6);
    for (uint64_t now = 10; now < 30; now++)
        step(&bench, now);
    struct packet packet = left(&bench.out, 10 + 3 + 1);
    ck_assert_uint_eq(packet.axon, 102);
    ck_assert_uint_eq(packet.step, 7); /* of timestep 6, delay 1 */
    ck_assert_int_eq(packet.value, 1);
    ck_assert_uint_eq(left(&bench.out, 10 + 3 + 3).axon, 107);
    ck_assert(axon_output_done(&bench.output));
    ck_assert_uint_eq(bench.counters[CORE_PACKETS], 2);
    ck_assert_uint_eq(bench.counters[CORE_ROUTE_READS], 2);
    ck_assert_uint_eq(bench.counters[CORE_SENT_HOPS_EW], 2);
    ck_assert_uint_eq(bench.counters[CORE_SENT_HOPS_NS], 4);
    ck_assert_uint_eq(bench.counters[CORE_SENT_HOPS_LOCAL], 6);
    bench_free(&bench);
}
END_TEST

START_TEST(packets_follow_each_other_after_their_flits_or_the_look_up)
{
    static const struct { uint32_t route_cycles; uint8_t flits; uint64_t apart; } cases[] = {
        {1, 1, 1}, {3, 1, 3}, {1, 4, 4}, {3, 4, 4}, {5, 4, 5}};
    struct bench bench;
    bench_init(&bench);
    bench.output.route_cycles = cases[_i].route_cycles;
    for (uint32_t j = 0; j < 8; j++)
        bench.routes[j].flits = cases[_i].flits;
    spikes(&bench, 3, (const uint32_t[]){0, 1, 2});
    axon_output_begin(&bench.output, 0, 0);
    for (uint64_t now = 0; now < 40; now++)
        step(&bench, now);
    left(&bench.out, 3);
    left(&bench.out, 3 + (cases[_i].apart > 1 ? cases[_i].apart : 1));
    left(&bench.out, 3 + 2 * cases[_i].apart);
    bench_free(&bench);
}
END_TEST

START_TEST(relayed_inputs_go_before_spikes_with_their_own_timestep)
{
    struct bench bench;
    bench_init(&bench);
    bench.output.relay_in = &bench.relays;
    relay(&bench, 5, 0, 40);
    spikes(&bench, 2, (const uint32_t[]){0, 1});
    axon_output_begin(&bench.output, 0, 6);
    for (uint64_t now = 6; now < 12; now++)
        step(&bench, now);
    struct packet packet = left(&bench.out, 6);
    ck_assert_uint_eq(packet.axon, 108);
    ck_assert_uint_eq(packet.step, 41);
    ck_assert_int_eq(packet.value, 5);
    ck_assert_uint_eq(left(&bench.out, 7).axon, 100);
    ck_assert_uint_eq(left(&bench.out, 8).axon, 101);
    ck_assert_uint_eq(bench.counters[CORE_RELAYED], 1);
    bench_free(&bench);
}
END_TEST

/* A relayed input is outstanding until its last packet has left, then its packets are. */
START_TEST(what_is_outstanding_adds_up)
{
    static const int64_t after[] = {0, -1, 1}; /* relays 0, 1, 2: one route, none, two */
    struct bench bench;
    bench_init(&bench);
    bench.output.relay_in = &bench.relays;
    relay(&bench, 0, (uint32_t)_i, 3);
    for (uint64_t now = 1; now < 9; now++)
        step(&bench, now);
    ck_assert_int_eq(bench.outstanding.sum.value, 1000 + after[_i]);
    ck_assert(axon_output_done(&bench.output));
    bench_free(&bench);
}
END_TEST

START_TEST(a_multicast_packet_is_outstanding_for_each_of_its_leaves)
{
    struct bench bench;
    bench_init(&bench);
    bench.routes[4].deliveries = 7;
    spikes(&bench, 1, (const uint32_t[]){4});
    axon_output_begin(&bench.output, 0, 0);
    for (uint64_t now = 0; now < 9; now++)
        step(&bench, now);
    ck_assert_int_eq(bench.outstanding.sum.value, 1007);
    bench_free(&bench);
}
END_TEST

START_TEST(only_what_lies_to_the_west_takes_the_western_buffer)
{
    struct bench bench;
    bench_init(&bench);
    bench.output.out_west = &bench.west;
    bench.output.x = 3;
    spikes(&bench, 3, (const uint32_t[]){2, 3, 4});
    axon_output_begin(&bench.output, 0, 0);
    for (uint64_t now = 0; now < 20; now++)
        step(&bench, now);
    ck_assert_uint_eq(left(&bench.west, 4).axon, 102);
    ck_assert_ptr_null(link_peek(&bench.west, 20));
    ck_assert_uint_eq(left(&bench.out, 5).axon, 103);
    ck_assert_uint_eq(left(&bench.out, 6).axon, 104);
    bench_free(&bench);
}
END_TEST

START_TEST(a_spike_for_which_the_link_has_no_room_leaves_when_it_is_ready_all_the_same)
{
    struct bench bench;
    bench_init(&bench);
    link_free(&bench.out);
    link_init(&bench.out, bench.engine, 2, 1, 1);
    link_connect(&bench.out, &bench.ends, &bench.ends);
    link_widen(&bench.out, 2); /* two announcements at once */
    spikes(&bench, 3, (const uint32_t[]){0, 1, 7});
    axon_output_begin(&bench.output, 0, 6);
    step(&bench, 3);
    ck_assert_uint_eq(left(&bench.out, 3).axon, 100);
    step(&bench, 4);
    ck_assert_uint_eq(left(&bench.out, 4).axon, 101);
    step(&bench, 5);
    step(&bench, 6);
    ck_assert_uint_eq(left(&bench.out, 6).axon, 107);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("axon output");
    TCase *cases = tcase_create("axon output");
    tcase_add_test(cases, a_spike_leaves_when_its_neuron_has_left_the_pipeline);
    tcase_add_loop_test(cases, packets_follow_each_other_after_their_flits_or_the_look_up, 0, 5);
    tcase_add_test(cases, relayed_inputs_go_before_spikes_with_their_own_timestep);
    tcase_add_loop_test(cases, what_is_outstanding_adds_up, 0, 3);
    tcase_add_test(cases, a_multicast_packet_is_outstanding_for_each_of_its_leaves);
    tcase_add_test(cases, a_spike_for_which_the_link_has_no_room_leaves_when_it_is_ready_all_the_same);
    tcase_add_test(cases, only_what_lies_to_the_west_takes_the_western_buffer);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
