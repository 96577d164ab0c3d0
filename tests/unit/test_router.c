/* A router between mocks: a source at each input, a sink at each output. */
#include "sim/memory.h"
#include "tests/support/router_bench.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

/* ---- where to ---- */

START_TEST(packets_go_along_x_then_along_y_then_to_their_port)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    for (uint32_t x = 0; x < 7; x++)
        for (uint32_t y = 0; y < 7; y++) {
            uint32_t port = x > 3 ? PORT_EAST : x < 3 ? PORT_WEST : y > 3 ? PORT_NORTH : y < 3 ? PORT_SOUTH : 5u;
            router_bench_init(bench, 4);
            router_bench_add(bench, PORT_LOCAL, place_pack(1, x, y, 5), 1, 77);
            router_bench_run(bench, 10);
            ck_assert_uint_eq(bench->sink[port].count, 1);
            ck_assert_uint_eq(router_bench_taken(bench), 1);
            ck_assert_uint_eq(bench->sink[port].taken[0].packet.axon, 77);
            ck_assert_uint_eq(bench->sink[port].taken[0].packet.target, place_pack(1, x, y, 5));
            router_bench_free(bench);
        }
    free(bench);
}
END_TEST

START_TEST(packets_for_other_chips_go_to_the_gate_on_their_side)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 4);
    router_bench_add(bench, PORT_LOCAL, place_pack(2, 0, 0, 4), 1, 1);  /* this tile holds the eastern gate */
    router_bench_add(bench, PORT_LOCAL, place_pack(63, 0, 0, 4), 1, 2); /* further east, the same gate */
    router_bench_add(bench, PORT_LOCAL, place_pack(0, 6, 6, 4), 1, 3);  /* the western gate lies to the west */
    router_bench_run(bench, 20);
    ck_assert_uint_eq(bench->sink[6].count, 2);
    ck_assert_uint_eq(bench->sink[PORT_WEST].count, 1);
    ck_assert_uint_eq(bench->sink[PORT_WEST].taken[0].packet.axon, 3);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_HOPS_LOCAL), 2);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_HOPS_EW), 1);
    router_bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(an_idle_router_passes_a_packet_on_in_the_cycle_in_which_it_sees_it)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 4);
    router_bench_add(bench, PORT_WEST, place_pack(1, 3, 3, 4), 1, 0);
    router_bench_run(bench, 10); /* sent in 0, seen by the router in 1, by the sink in 2 */
    ck_assert_uint_eq(bench->sink[4].taken[0].cycle, 2);
    router_bench_free(bench);
    free(bench);
}
END_TEST

/* ---- who first ---- */

START_TEST(inputs_that_want_the_same_output_take_turns)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 8);
    for (uint32_t i = 0; i < 100; i++)
        for (uint32_t p = 0; p < 4; p++)
            router_bench_add(bench, p, place_pack(1, 3, 3, 4), 1, p);
    router_bench_run(bench, 300);
    const struct sink *sink = &bench->sink[4];
    ck_assert_uint_ge(sink->count, 297); /* a packet a cycle */
    for (uint32_t i = 4; i < sink->count; i++)
        ck_assert_uint_eq(sink->taken[i].packet.axon, (sink->taken[i - 1].packet.axon + 1) % 4);
    router_bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(long_packets_get_as_many_turns_as_short_ones)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    uint32_t got[2] = {0};
    router_bench_init(bench, 8);
    for (uint32_t i = 0; i < 200; i++) {
        router_bench_add(bench, PORT_EAST, place_pack(1, 3, 3, 4), 4, 0);
        router_bench_add(bench, PORT_WEST, place_pack(1, 3, 3, 4), 1, 1);
    }
    router_bench_run(bench, 500); /* 5 cycles for one of each */
    for (uint32_t i = 0; i < bench->sink[4].count; i++)
        got[bench->sink[4].taken[i].packet.axon]++;
    ck_assert_uint_ge(got[0], 98);
    ck_assert_uint_le(got[0] > got[1] ? got[0] - got[1] : got[1] - got[0], 1);
    router_bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(different_outputs_are_served_in_the_same_cycle)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 8);
    for (uint32_t i = 0; i < 50; i++) {
        router_bench_add(bench, PORT_EAST, place_pack(1, 0, 3, 4), 1, 0);
        router_bench_add(bench, PORT_WEST, place_pack(1, 6, 3, 4), 1, 0);
        router_bench_add(bench, PORT_NORTH, place_pack(1, 3, 0, 4), 1, 0);
        router_bench_add(bench, PORT_SOUTH, place_pack(1, 3, 6, 4), 1, 0);
        router_bench_add(bench, 4, place_pack(1, 3, 3, 5), 1, 0);
    }
    router_bench_run(bench, 200);
    ck_assert_uint_eq(router_bench_taken(bench), 250);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_BUSY), 50);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_IDLE), 150);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_HOPS_EW), 100);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_HOPS_NS), 100);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_HOPS_LOCAL), 50);
    router_bench_free(bench);
    free(bench);
}
END_TEST

/* ---- how much ---- */

START_TEST(a_packet_occupies_the_link_for_its_flits)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 16);
    for (uint32_t i = 0; i < 20; i++)
        router_bench_add(bench, i % 2 ? PORT_EAST : PORT_WEST, place_pack(1, 3, 3, 4), 3, i);
    router_bench_run(bench, 200);
    const struct sink *sink = &bench->sink[4];
    ck_assert_uint_eq(sink->count, 20);
    for (uint32_t i = 1; i < 20; i++)
        ck_assert_uint_eq(sink->taken[i].cycle, sink->taken[i - 1].cycle + 3);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_BUSY), 20);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_STALL_LINK), 19 * 2); /* behind each but the last one */
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_STALL_CREDIT), 0);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_FLITS_LOCAL), 60);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_FLITS_IN), 60);
    router_bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(no_more_is_sent_than_there_are_credits_for)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 5);
    bench->sink[4].opens = 1000;
    for (uint32_t i = 0; i < 20; i++)
        router_bench_add(bench, PORT_EAST, place_pack(1, 3, 3, 4), 2, i);
    router_bench_run(bench, 1000);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_HOPS_LOCAL), 2); /* 4 of 5 flits; a packet moves whole */
    ck_assert_uint_eq(link_held(&bench->from[4]), 2);
    ck_assert_uint_eq(bench->source[PORT_EAST].sent, 4); /* two more wait in the input */
    /* seen from cycle 1 on, sent in 1 and 3; the next waits for the link in 4 and for credits from 5 on */
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_STALL_CREDIT), 1000 - 5);
    router_bench_run(bench, 1000);
    ck_assert_uint_eq(bench->sink[4].count, 20);
    for (uint32_t i = 0; i < 20; i++)
        ck_assert_uint_eq(bench->sink[4].taken[i].packet.axon, i);
    router_bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(a_blocked_output_does_not_block_the_others)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 4);
    bench->sink[4].opens = 1000;
    for (uint32_t i = 0; i < 20; i++) {
        router_bench_add(bench, PORT_EAST, place_pack(1, 3, 3, 4), 1, i);
        router_bench_add(bench, PORT_WEST, place_pack(1, 3, 3, 5), 1, i);
    }
    router_bench_run(bench, 500);
    ck_assert_uint_eq(bench->sink[4].count, 0);
    ck_assert_uint_eq(bench->sink[5].count, 20);
    router_bench_free(bench);
    free(bench);
}
END_TEST

/* ---- copies ---- */

/* A tree row that copies to east (row 11 there), north (row 12) and core port 5 (axon 13). */
static void add_tree_packet(struct router_bench *bench, uint8_t flits)
{
    static struct tree_row rows[] = {{0, 0}, {1u << PORT_EAST | 1u << PORT_NORTH | 1u << 5, 1}};
    static uint32_t next[] = {99, 11, 12, 13};
    bench->trees = (struct tree_table){.rows = rows, .next = next, .row_count = 2, .next_count = 4};
    bench->source[PORT_WEST].packets[bench->source[PORT_WEST].count++] =
        (struct packet){.kind = PACKET_TREE, .target = 1, .flits = flits, .value = 6, .step = 9};
}

START_TEST(a_multicast_packet_is_copied_to_every_branch)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 4);
    add_tree_packet(bench, 2);
    router_bench_run(bench, 20);
    ck_assert_uint_eq(router_bench_taken(bench), 3);
    const struct packet *east = &bench->sink[PORT_EAST].taken[0].packet;
    const struct packet *north = &bench->sink[PORT_NORTH].taken[0].packet;
    const struct packet *core = &bench->sink[5].taken[0].packet;
    ck_assert_uint_eq(east->kind, PACKET_TREE);
    ck_assert_uint_eq(east->target, 11);
    ck_assert_uint_eq(north->kind, PACKET_TREE);
    ck_assert_uint_eq(north->target, 12);
    ck_assert_uint_eq(core->kind, PACKET_SPIKE);
    ck_assert_uint_eq(core->axon, 13);
    ck_assert_int_eq(core->value, 6);
    ck_assert_uint_eq(core->step, 9);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_TABLE_READS), 1);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_FLITS_IN), 2); /* it came once */
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_FLITS_EW), 2);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_FLITS_NS), 2);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_FLITS_LOCAL), 2);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_BUSY), 1);
    router_bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(a_multicast_packet_stays_until_its_last_copy_has_left)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 1);
    bench->sink[PORT_NORTH].opens = 100;
    router_bench_add(bench, PORT_EAST, place_pack(1, 3, 6, 4), 1, 50); /* fills the northern buffer */
    for (uint32_t p = 0; p < BENCH_PORTS; p++)
        engine_wake(bench->engine, bench->source[p].component.id, 0);
    engine_run(bench->engine, 5);
    add_tree_packet(bench, 1);
    router_bench_run(bench, 50);
    ck_assert_uint_eq(bench->sink[PORT_EAST].count, 1);
    ck_assert_uint_eq(bench->sink[5].count, 1);
    ck_assert_uint_eq(bench->sink[PORT_NORTH].count, 0);
    ck_assert_uint_eq(link_held(&bench->to[PORT_WEST]), 1);
    router_bench_run(bench, 100);
    ck_assert_uint_eq(bench->sink[PORT_NORTH].count, 2);
    ck_assert_uint_eq(bench->sink[PORT_EAST].count, 1); /* not sent again */
    ck_assert_uint_eq(bench->to[PORT_WEST].tail, bench->to[PORT_WEST].head);
    router_bench_free(bench);
    free(bench);
}
END_TEST

/* ---- everything at once ---- */

static uint64_t run_mixture(struct router_bench *bench, enum engine_order order, bool oracle)
{
    router_bench_init(bench, 6);
    bench->engine->order = order;
    bench->engine->oracle = oracle;
    for (uint32_t p = 0; p < BENCH_PORTS; p++) {
        bench->sink[p].interval = 1 + p % 3 * 2;
        for (uint32_t i = 0; i < 200; i++) {
            uint32_t n = i * 31 + p * 17;
            uint32_t target = place_pack(n % 13 % 3, n * 5 % 7, n * 3 % 7, 4 + n % 2);
            router_bench_add(bench, p, target, (uint8_t)(1 + n % 4), i);
        }
    }
    router_bench_run(bench, 6000);
    ck_assert_uint_eq(router_bench_taken(bench), 200 * BENCH_PORTS);
    struct hash hash = {0};
    engine_hash(bench->engine, &hash);
    return hash.value;
}

START_TEST(every_cycle_is_busy_stalled_or_idle_and_every_flit_counted)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    run_mixture(bench, ORDER_ID, false);
    uint64_t cycles = 0, flits = 0;
    for (int c = 0; c < ROUTER_CYCLE_COUNTERS; c++) {
        ck_assert_uint_gt(bench->router.counters[c], 0);
        cycles += bench->router.counters[c];
    }
    ck_assert_uint_eq(cycles, bench->engine->now);
    for (uint32_t p = 0; p < BENCH_PORTS; p++)
        for (uint32_t i = 0; i < 200; i++)
            flits += bench->source[p].packets[i].flits;
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_FLITS_IN), flits);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_FLITS_EW) + router_bench_counter(bench, ROUTER_FLITS_NS) +
                          router_bench_counter(bench, ROUTER_FLITS_LOCAL), flits);
    ck_assert_uint_eq(router_bench_counter(bench, ROUTER_HOPS_EW) + router_bench_counter(bench, ROUTER_HOPS_NS) +
                          router_bench_counter(bench, ROUTER_HOPS_LOCAL), 200 * BENCH_PORTS);
    router_bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(no_order_and_no_oracle_changes_what_it_does)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    uint64_t expected = run_mixture(bench, ORDER_ID, false);
    router_bench_free(bench);
    for (int order = 0; order < 3; order++)
        for (int oracle = 0; oracle < 2; oracle++) {
            ck_assert_uint_eq(run_mixture(bench, (enum engine_order)order, oracle), expected);
            router_bench_free(bench);
        }
    free(bench);
}
END_TEST

START_TEST(packets_from_one_input_to_one_output_keep_their_order)
{
    struct router_bench *bench = memory_array(1, sizeof *bench);
    router_bench_init(bench, 6);
    for (uint32_t p = 0; p < 4; p++)
        for (uint32_t i = 0; i < 100; i++)
            router_bench_add(bench, p, place_pack(1, 3, 3, 4 + i % 2), (uint8_t)(1 + i % 3), p * 1000 + i);
    router_bench_run(bench, 3000);
    for (uint32_t port = 4; port < 6; port++) {
        uint32_t next[4] = {port - 4, port - 4, port - 4, port - 4};
        for (uint32_t i = 0; i < bench->sink[port].count; i++) {
            uint32_t axon = bench->sink[port].taken[i].packet.axon;
            ck_assert_uint_eq(axon % 1000, next[axon / 1000]);
            next[axon / 1000] += 2;
        }
        ck_assert_uint_eq(bench->sink[port].count, 200);
    }
    router_bench_free(bench);
    free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("router");
    TCase *cases = tcase_create("router");
    tcase_add_test(cases, packets_go_along_x_then_along_y_then_to_their_port);
    tcase_add_test(cases, packets_for_other_chips_go_to_the_gate_on_their_side);
    tcase_add_test(cases, an_idle_router_passes_a_packet_on_in_the_cycle_in_which_it_sees_it);
    tcase_add_test(cases, inputs_that_want_the_same_output_take_turns);
    tcase_add_test(cases, long_packets_get_as_many_turns_as_short_ones);
    tcase_add_test(cases, different_outputs_are_served_in_the_same_cycle);
    tcase_add_test(cases, a_packet_occupies_the_link_for_its_flits);
    tcase_add_test(cases, no_more_is_sent_than_there_are_credits_for);
    tcase_add_test(cases, a_blocked_output_does_not_block_the_others);
    tcase_add_test(cases, a_multicast_packet_is_copied_to_every_branch);
    tcase_add_test(cases, a_multicast_packet_stays_until_its_last_copy_has_left);
    tcase_add_test(cases, every_cycle_is_busy_stalled_or_idle_and_every_flit_counted);
    tcase_add_test(cases, no_order_and_no_oracle_changes_what_it_does);
    tcase_add_test(cases, packets_from_one_input_to_one_output_keep_their_order);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
