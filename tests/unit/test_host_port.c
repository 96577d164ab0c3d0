/* The host interface between a host link, a router and a relay that the test holds: cycles, credits, accounts. */
#include "models/host/host_port.h"
#include "models/host/driver.h"
#include "models/host/timestep.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>

#define LATENCY 20u

struct bench {
    struct host_config config;
    struct engine *engine;
    struct component outside;
    struct timestep control;
    struct host_port port;
    struct link in, out, relay;
    struct host_input inputs[3];
    struct send_route routes[3];
    uint64_t counters[HOST_COUNTERS];
};

static void new_link(struct bench *bench, struct link *link, uint32_t flits, const struct component *from,
                     const struct component *to)
{
    link_init(link, bench->engine, flits, 1, 1);
    link_connect(link, from, to);
}

/* Input 0 becomes two packets, of three flits with delay 1 and of one with delay 2; 1 becomes a multicast packet; 2 is
 * relayed. */
static void bench_init(struct bench *bench, uint32_t buffer_flits)
{
    *bench = (struct bench){.config = {.event_bits = 32, .link_bits_per_cycle = 16, .link_latency = LATENCY},
                            .engine = engine_new(), .outside = {.class_of = &sleeper_class},
                            .inputs = {{.route = 0, .route_end = 2}, {.route = 2, .route_end = 3}, {.relay_index = 9}},
                            .routes = {{.axon = 1, .delay = 1, .deliveries = 1, .flits = 3},
                                       {.axon = 2, .delay = 2, .deliveries = 1, .flits = 1},
                                       {.axon = 3, .delay = 1, .deliveries = 5, .flits = 1}}};
    engine_add(bench->engine, &bench->outside);
    timestep_init(&bench->control, bench->engine, 0, &bench->config, 1, bench->counters);
    host_port_init(&bench->port, bench->engine, 0, &bench->config, bench->counters);
    new_link(bench, &bench->in, 8, &bench->outside, &bench->port.component);
    new_link(bench, &bench->out, buffer_flits, &bench->port.component, &bench->outside);
    new_link(bench, &bench->relay, 4, &bench->port.component, &bench->outside);
    bench->inputs[2].relay_link = &bench->relay;
    bench->port.in = &bench->in;
    bench->port.out = &bench->out;
    bench->port.control = &bench->control;
    bench->port.inputs = bench->inputs;
    bench->port.routes = bench->routes;
    bench->port.input_count = 3;
    engine_seal(bench->engine);
    tally_add(&bench->control.outstanding, 0, 1000); /* never zero: the timestep control sleeps */
}

static void bench_free(struct bench *bench)
{
    host_port_free(&bench->port);
    link_free(&bench->in);
    link_free(&bench->out);
    link_free(&bench->relay);
    engine_free(bench->engine);
}

static void begin_timestep(struct bench *bench, uint32_t step)
{
    signal_set(&bench->control.go, bench->engine->now, go_pack(0, GO_STEP_0 + step));
    engine_wake(bench->engine, bench->port.component.id, bench->engine->now + 1);
}

static void input(struct bench *bench, uint64_t arrival, uint32_t number, uint16_t step)
{
    struct packet message = {.kind = HOST_INPUT, .axon = number, .value = 1, .step = step};
    host_port_receive(&bench->port, arrival, &message);
}

/* The packet that left by `link` in cycle `cycle`; taken in the next. */
static struct packet left(struct bench *bench, struct link *link, uint64_t cycle)
{
    engine_run(bench->engine, cycle + 1);
    ck_assert_ptr_null(link_peek(link, cycle));
    ck_assert_ptr_nonnull(link_peek(link, cycle + 1));
    struct packet packet = *link_peek(link, cycle + 1);
    link_pop(link, cycle + 1);
    return packet;
}

static int64_t outstanding(const struct bench *bench) { return bench->control.outstanding.sum.value - 1000; }

/* The next message for the host is of `kind` and arrives in cycle `arrival`. */
static void told(struct bench *bench, uint8_t kind, uint64_t arrival)
{
    const struct edge_message *message = edge_front(&bench->port.to_host);
    ck_assert_ptr_nonnull(message);
    ck_assert_uint_eq(message->packet.kind, kind);
    ck_assert_uint_eq(message->arrival, arrival);
    edge_pop(&bench->port.to_host);
}

START_TEST(outputs_leave_at_the_links_bandwidth_and_arrive_after_its_latency)
{
    struct bench bench;
    bench_init(&bench, 8);
    struct packet output = {.kind = PACKET_OUTPUT, .flits = 1};
    for (int i = 0; i < 3; i++)
        link_push(&bench.in, 0, &output); /* seen in 1, two cycles each, the last bit in 2 */
    engine_run(bench.engine, 50);
    for (uint64_t i = 0; i < 3; i++)
        told(&bench, PACKET_OUTPUT, 2 + 2 * i + LATENCY);
    ck_assert_uint_eq(bench.counters[HOST_EVENTS_OUT], 3);
    ck_assert_uint_eq(bench.counters[HOST_BITS_OUT], 3 * 32);
    ck_assert_int_eq(outstanding(&bench), -3);
    bench_free(&bench);
}
END_TEST

START_TEST(the_end_of_a_sample_is_told_behind_its_outputs)
{
    struct bench bench;
    bench_init(&bench, 8);
    struct packet output = {.kind = PACKET_OUTPUT, .flits = 1};
    link_push(&bench.in, 0, &output);
    link_push(&bench.in, 0, &output);
    signal_set(&bench.control.ended, 0, 0);
    engine_run(bench.engine, 50);
    told(&bench, PACKET_OUTPUT, 2 + LATENCY);
    told(&bench, PACKET_OUTPUT, 4 + LATENCY);
    told(&bench, HOST_DONE, 6 + LATENCY);
    bench_free(&bench);
}
END_TEST

START_TEST(an_input_becomes_its_packets_flit_after_flit)
{
    struct bench bench;
    bench_init(&bench, 8);
    begin_timestep(&bench, 4);
    input(&bench, 10, 0, 4);
    struct packet first = left(&bench, &bench.out, 11); /* looked up in 10 */
    ck_assert_uint_eq(first.axon, 1);
    ck_assert_uint_eq(first.step, 5);
    struct packet second = left(&bench, &bench.out, 14);
    ck_assert_uint_eq(second.axon, 2);
    ck_assert_uint_eq(second.step, 6);
    told(&bench, HOST_CREDIT, 10 + LATENCY); /* its place in the buffer is free when it is looked up */
    ck_assert_int_eq(outstanding(&bench), 2);
    ck_assert_uint_eq(bench.counters[HOST_EVENTS_IN], 1);
    ck_assert_uint_eq(bench.counters[HOST_PACKETS], 2);
    ck_assert_uint_eq(bench.counters[HOST_BITS_IN], 32);
    bench_free(&bench);
}
END_TEST

START_TEST(a_multicast_input_is_outstanding_for_each_of_its_leaves)
{
    struct bench bench;
    bench_init(&bench, 8);
    begin_timestep(&bench, 0);
    input(&bench, 10, 1, 0);
    ck_assert_uint_eq(left(&bench, &bench.out, 11).axon, 3);
    ck_assert_int_eq(outstanding(&bench), 5);
    bench_free(&bench);
}
END_TEST

START_TEST(a_relayed_input_is_a_word_to_its_core)
{
    struct bench bench;
    bench_init(&bench, 8);
    begin_timestep(&bench, 0);
    input(&bench, 10, 2, 0);
    ck_assert_uint_eq(left(&bench, &bench.relay, 10).axon, 9);
    ck_assert_int_eq(outstanding(&bench), 1);
    ck_assert_uint_eq(bench.counters[HOST_EVENTS_IN], 1);
    bench_free(&bench);
}
END_TEST

START_TEST(an_input_waits_for_its_timestep)
{
    struct bench bench;
    bench_init(&bench, 8);
    input(&bench, 10, 1, 0);
    input(&bench, 11, 1, 1);
    engine_run(bench.engine, 20);
    begin_timestep(&bench, 0); /* seen in 21 */
    ck_assert_uint_eq(left(&bench, &bench.out, 22).step, 1);
    engine_run(bench.engine, 50);
    ck_assert_ptr_null(link_peek(&bench.out, 50));
    begin_timestep(&bench, 1);
    ck_assert_uint_eq(left(&bench, &bench.out, 52).step, 2);
    bench_free(&bench);
}
END_TEST

START_TEST(cycles_in_which_an_input_waits_for_credit_are_counted)
{
    struct bench bench;
    bench_init(&bench, 3);
    begin_timestep(&bench, 0);
    input(&bench, 10, 0, 0); /* three flits in 11; the next packet is ready in 14 */
    engine_run(bench.engine, 40);
    link_pop(&bench.out, 40); /* the last of its flits leaves in 42, its credit is there in 43 */
    engine_run(bench.engine, 60);
    ck_assert_uint_eq(bench.counters[HOST_PACKETS], 2);
    ck_assert_uint_eq(bench.counters[HOST_STALL_OUTPUT], 43 - 14);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("host port");
    TCase *cases = tcase_create("host port");
    tcase_add_test(cases, outputs_leave_at_the_links_bandwidth_and_arrive_after_its_latency);
    tcase_add_test(cases, the_end_of_a_sample_is_told_behind_its_outputs);
    tcase_add_test(cases, an_input_becomes_its_packets_flit_after_flit);
    tcase_add_test(cases, a_multicast_input_is_outstanding_for_each_of_its_leaves);
    tcase_add_test(cases, a_relayed_input_is_a_word_to_its_core);
    tcase_add_test(cases, an_input_waits_for_its_timestep);
    tcase_add_test(cases, cycles_in_which_an_input_waits_for_credit_are_counted);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
