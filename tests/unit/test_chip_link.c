/* One end of a chip-to-chip link between a router and a neighbour that the test holds. */
#include "models/host/chip_link.h"
#include "models/host/timestep.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>

#define LATENCY 30u

struct bench {
    struct host_config config;
    struct engine *engine;
    struct component outside;
    struct timestep control;
    struct chip_link link;
    struct link in, out;
    uint64_t counters[HOST_COUNTERS];
};

/* 16 bits a cycle, flits of 32: two cycles each; room for `buffer` packets at the far end. */
static void bench_init(struct bench *bench, uint32_t buffer)
{
    *bench = (struct bench){.config = {.chip_link_latency = LATENCY, .chip_link_bits_per_cycle = 16,
                                       .chip_link_buffer = buffer},
                            .engine = engine_new(), .outside = {.class_of = &sleeper_class}};
    engine_add(bench->engine, &bench->outside);
    timestep_init(&bench->control, bench->engine, 0, &bench->config, 1, bench->counters);
    chip_link_init(&bench->link, bench->engine, 0, &bench->config, bench->counters);
    link_init(&bench->in, bench->engine, 16, 1, 1);
    link_init(&bench->out, bench->engine, 16, 1, 1);
    link_connect(&bench->in, &bench->outside, &bench->link.component);
    link_connect(&bench->out, &bench->link.component, &bench->outside);
    bench->link.in = &bench->in;
    bench->link.out = &bench->out;
    bench->link.control = &bench->control;
    bench->link.side = &bench->control.east;
    bench->link.packet_bits = bench->link.flit_bits = 32;
    engine_seal(bench->engine);
    tally_add(&bench->control.outstanding, 0, 1000); /* never zero: the timestep control sleeps */
}

static void bench_free(struct bench *bench)
{
    chip_link_free(&bench->link);
    link_free(&bench->in);
    link_free(&bench->out);
    engine_free(bench->engine);
}

static void push(struct bench *bench, uint8_t flits, uint32_t axon)
{
    struct packet packet = {.kind = PACKET_SPIKE, .flits = flits, .axon = axon};
    link_push(&bench->in, bench->engine->now, &packet);
}

static void told(struct bench *bench, uint8_t kind, uint64_t arrival)
{
    const struct edge_message *message = edge_front(&bench->link.to_neighbour);
    ck_assert_ptr_nonnull(message);
    ck_assert_uint_eq(message->packet.kind, kind);
    ck_assert_uint_eq(message->arrival, arrival);
    edge_pop(&bench->link.to_neighbour);
}

START_TEST(packets_leave_at_the_links_bandwidth_and_arrive_after_its_latency)
{
    struct bench bench;
    bench_init(&bench, 9);
    push(&bench, 1, 0); /* seen in 1, its last bits leave in 2 */
    push(&bench, 3, 1); /* from 3 to 8 */
    push(&bench, 1, 2); /* 9 and 10 */
    engine_run(bench.engine, 50);
    told(&bench, PACKET_SPIKE, 2 + LATENCY);
    told(&bench, PACKET_SPIKE, 8 + LATENCY);
    told(&bench, PACKET_SPIKE, 10 + LATENCY);
    ck_assert_uint_eq(bench.counters[HOST_CHIP_LINK_PACKETS], 3);
    ck_assert_uint_eq(bench.counters[HOST_CHIP_LINK_BITS], 5 * 32);
    ck_assert_int_eq(bench.control.outstanding.sum.value, 1000 - 3);
    bench_free(&bench);
}
END_TEST

START_TEST(no_more_leave_than_there_is_room_for_at_the_far_end)
{
    struct bench bench;
    bench_init(&bench, 2);
    for (uint32_t i = 0; i < 4; i++)
        push(&bench, 1, i);
    engine_run(bench.engine, 50);
    told(&bench, PACKET_SPIKE, 2 + LATENCY);
    told(&bench, PACKET_SPIKE, 4 + LATENCY);
    ck_assert_ptr_null(edge_front(&bench.link.to_neighbour));
    struct packet credit = {.kind = CHIP_LINK_CREDIT};
    chip_link_receive(&bench.link, 60, &credit);
    engine_run(bench.engine, 100);
    told(&bench, PACKET_SPIKE, 61 + LATENCY);
    ck_assert_ptr_null(edge_front(&bench.link.to_neighbour));
    bench_free(&bench);
}
END_TEST

START_TEST(a_wave_goes_behind_the_packets_it_speaks_of)
{
    struct bench bench;
    bench_init(&bench, 9);
    push(&bench, 1, 0);
    push(&bench, 1, 1);
    signal_set(&bench.control.east.said, 0, go_pack(0, 3));
    engine_run(bench.engine, 50);
    told(&bench, PACKET_SPIKE, 2 + LATENCY);
    told(&bench, PACKET_SPIKE, 4 + LATENCY);
    told(&bench, PACKET_WAVE, 6 + LATENCY);
    bench_free(&bench);
}
END_TEST

START_TEST(a_packet_from_the_neighbour_is_outstanding_here_and_gives_its_place_back)
{
    struct bench bench;
    bench_init(&bench, 2);
    struct packet packet = {.kind = PACKET_SPIKE, .flits = 1, .axon = 5};
    chip_link_receive(&bench.link, 40, &packet);
    engine_run(bench.engine, 41);
    ck_assert_ptr_nonnull(link_peek(&bench.out, 41));
    ck_assert_uint_eq(link_peek(&bench.out, 41)->axon, 5);
    ck_assert_int_eq(bench.control.outstanding.sum.value, 1000 + 1);
    told(&bench, CHIP_LINK_CREDIT, 40 + LATENCY);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chip link");
    TCase *cases = tcase_create("chip link");
    tcase_add_test(cases, packets_leave_at_the_links_bandwidth_and_arrive_after_its_latency);
    tcase_add_test(cases, no_more_leave_than_there_is_room_for_at_the_far_end);
    tcase_add_test(cases, a_wave_goes_behind_the_packets_it_speaks_of);
    tcase_add_test(cases, a_packet_from_the_neighbour_is_outstanding_here_and_gives_its_place_back);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
