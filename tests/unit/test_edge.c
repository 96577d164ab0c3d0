/* The edge of a chip: queues of messages, the cycles that bits take, and the host interface's and driver's use of
 * them without a chip between. */
#include "models/host/driver.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

static void put(struct edge_queue *edge, uint64_t arrival, uint32_t axon)
{
    struct packet packet = {.axon = axon};
    edge_put(edge, arrival, &packet);
}

START_TEST(messages_come_out_in_order_however_many_wait)
{
    struct edge_queue edge = {0};
    uint32_t in = 0, out = 0;
    ck_assert_ptr_null(edge_front(&edge));
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 3 * round + 5; i++, in++)
            put(&edge, 100 + in, in);
        for (int i = 0; i < 2 * round + 5; i++, out++) {
            ck_assert_uint_eq(edge_front(&edge)->packet.axon, out);
            ck_assert_uint_eq(edge_front(&edge)->arrival, 100 + out);
            edge_pop(&edge);
        }
    }
    for (; out < in; out++) {
        ck_assert_uint_eq(edge_front(&edge)->packet.axon, out);
        edge_pop(&edge);
    }
    ck_assert_ptr_null(edge_front(&edge));
    edge_free(&edge);
}
END_TEST

START_TEST(bits_take_whole_cycles)
{
    ck_assert_uint_eq(edge_cycles(32, 32), 1);
    ck_assert_uint_eq(edge_cycles(33, 32), 2);
    ck_assert_uint_eq(edge_cycles(1, 32), 1);
    ck_assert_uint_eq(edge_cycles(64, 1), 64);
}
END_TEST

START_TEST(the_hash_is_of_what_waits_not_of_what_has_been)
{
    struct edge_queue fresh = {0}, used = {0};
    for (uint32_t i = 0; i < 20; i++) {
        put(&used, i, i);
        edge_pop(&used);
    }
    put(&fresh, 5, 6);
    put(&used, 5, 6);
    struct hash a = {0}, b = {0}, c = {0};
    edge_hash(&fresh, 0, &a);
    edge_hash(&used, 0, &b);
    ck_assert_uint_eq(a.value, b.value);
    edge_pop(&used);
    edge_hash(&used, 0, &c);
    ck_assert_uint_ne(a.value, c.value);
    edge_free(&fresh);
    edge_free(&used);
}
END_TEST

/* ---- driver ---- */

#define LATENCY 20

static const struct host_config link_config = {.link_latency = LATENCY, .link_bits_per_cycle = 16, .event_bits = 32,
                                               .buffer_events = 3};
/* Of 3 timesteps: two spikes of input 4 and one of 5 in step 0, none in step 1, a graded value of input 6 in step 2. */
static const struct driver_input inputs[] = {{0, 4, 2}, {0, 5, 1}, {2, 6, -77}};
static const struct driver_sample samples[] = {{3, 3, inputs}, {1, 0, NULL}};

static void driver_with_samples(struct driver *driver, struct sample_result *results)
{
    driver_init(driver, &link_config, 1);
    driver->samples = samples;
    driver->sample_count = 2;
    driver->results = results;
}

/* The next message of kind `kind` must leave so that it arrives in cycle `arrival`. */
static struct packet next_message(struct driver *driver, uint64_t arrival)
{
    (void)driver_run(driver, arrival);
    const struct edge_message *message = edge_front(&driver->to_chip);
    ck_assert_ptr_nonnull(message);
    ck_assert_uint_eq(message->arrival, arrival);
    struct packet packet = message->packet;
    edge_pop(&driver->to_chip);
    return packet;
}

static void answer(struct driver *driver, uint64_t arrival, uint8_t kind, uint32_t axon)
{
    struct packet packet = {.kind = kind, .axon = axon};
    driver_receive(driver, arrival, &packet);
}

START_TEST(the_driver_sends_a_sample_at_the_links_bandwidth)
{
    struct sample_result results[2] = {{0}, {0}};
    struct driver driver;
    driver_with_samples(&driver, results);
    driver.credits = 100;
    /* 32 bits at 16 a cycle: one message in two cycles, there after one more cycle and the latency */
    static const struct { uint8_t kind; uint32_t axon; int32_t value; uint16_t step; } sent[] = {
        {HOST_SAMPLE, 0, 3, 0}, {HOST_INPUT, 4, 1, 0}, {HOST_INPUT, 4, 1, 0}, {HOST_INPUT, 5, 1, 0},
        {HOST_STEP, 0, 0, 0}, {HOST_STEP, 1, 0, 1}, {HOST_INPUT, 6, 77, 2}, {HOST_STEP, 2, 0, 2},
        {HOST_STEP, 3, 0, 3}}; /* one step more than the sample: the pipeline's depth */
    for (uint32_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        struct packet packet = next_message(&driver, 2 * i + 1 + LATENCY);
        ck_assert_uint_eq(packet.kind, sent[i].kind);
        ck_assert_uint_eq(packet.axon, sent[i].axon);
        ck_assert_int_eq(packet.value, sent[i].value);
        ck_assert_uint_eq(packet.step, sent[i].step);
    }
    ck_assert_uint_eq(results[0].first_cycle, 2);
    ck_assert_uint_eq(driver_run(&driver, 10000), NEVER);
    ck_assert_ptr_null(edge_front(&driver.to_chip));
    driver_free(&driver);
}
END_TEST

START_TEST(the_driver_holds_a_credit_for_each_place_in_the_chips_buffer)
{
    struct sample_result results[2] = {{0}, {0}};
    struct driver driver;
    driver_with_samples(&driver, results);
    for (uint64_t i = 0; i < 3; i++)
        next_message(&driver, 2 * i + 1 + LATENCY);
    ck_assert_uint_eq(driver_run(&driver, 500), NEVER);
    ck_assert_ptr_null(edge_front(&driver.to_chip));
    answer(&driver, 600, HOST_CREDIT, 0);
    ck_assert_uint_eq(next_message(&driver, 601 + LATENCY).axon, 5);
    ck_assert_uint_eq(driver_run(&driver, 1000), NEVER);
    driver_free(&driver);
}
END_TEST

START_TEST(the_next_sample_begins_when_the_chip_says_that_one_is_over)
{
    struct sample_result results[2] = {{0}, {0}};
    struct driver driver;
    driver_with_samples(&driver, results);
    driver.credits = 100;
    (void)driver_run(&driver, 500);
    while (edge_front(&driver.to_chip))
        edge_pop(&driver.to_chip);
    answer(&driver, 700, PACKET_OUTPUT, 9);
    answer(&driver, 710, HOST_DONE, 0);
    struct packet packet = next_message(&driver, 711 + LATENCY);
    ck_assert_uint_eq(packet.kind, HOST_SAMPLE);
    ck_assert_uint_eq(packet.axon, 1);
    ck_assert_uint_eq(results[0].output_count, 1);
    ck_assert_uint_eq(results[0].outputs[0].neuron, 9);
    ck_assert_uint_eq(results[0].last_cycle, 700);
    answer(&driver, 900, HOST_DONE, 1);
    (void)driver_run(&driver, 1000);
    ck_assert(driver_done(&driver));
    ck_assert_uint_eq(driver.done_cycle, 900);
    free(results[0].outputs);
    driver_free(&driver);
}
END_TEST

START_TEST(how_far_the_driver_runs_at_a_time_changes_nothing)
{
    for (uint64_t quantum = 1; quantum < 9; quantum++) {
        struct sample_result results[2] = {{0}, {0}};
        struct driver driver;
        driver_with_samples(&driver, results);
        for (uint64_t cycle = 30; cycle <= 300; cycle += 30)
            answer(&driver, cycle, HOST_CREDIT, 0);
        for (uint64_t now = 0; now < 400; now += quantum)
            (void)driver_run(&driver, now + quantum);
        for (uint64_t i = 0; i < 9; i++) {
            uint64_t sent = i < 3 ? 2 * i : 30 * (i - 2);
            ck_assert_uint_eq(edge_front(&driver.to_chip)->arrival, sent + 1 + LATENCY);
            edge_pop(&driver.to_chip);
        }
        driver_free(&driver);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge");
    TCase *cases = tcase_create("edge");
    tcase_add_test(cases, messages_come_out_in_order_however_many_wait);
    tcase_add_test(cases, bits_take_whole_cycles);
    tcase_add_test(cases, the_hash_is_of_what_waits_not_of_what_has_been);
    tcase_add_test(cases, the_driver_sends_a_sample_at_the_links_bandwidth);
    tcase_add_test(cases, the_driver_holds_a_credit_for_each_place_in_the_chips_buffer);
    tcase_add_test(cases, the_next_sample_begins_when_the_chip_says_that_one_is_over);
    tcase_add_test(cases, how_far_the_driver_runs_at_a_time_changes_nothing);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
