/* A router between mocks: a source at each input, a sink at each output. */
#include "models/noc/router.h"
#include "sim/memory.h"
#include <check.h>
#include <stdlib.h>

#define PORTS 8u /* four neighbours, two cores, two chip-to-chip links */
#define LOG_MAX 2000u

/* Sends its packets in order, a flit a cycle, as credits allow. */
struct source {
    struct component component;
    struct link *link;
    struct packet packets[LOG_MAX];
    uint32_t count, sent;
    uint64_t busy_until;
};

/* Takes a packet every `interval` cycles, from cycle `opens` on. */
struct sink {
    struct component component;
    struct link *link;
    uint64_t interval, opens;
    struct { struct packet packet; uint64_t cycle; } taken[LOG_MAX];
    uint32_t count;
};

static uint64_t source_step(void *self, uint64_t now)
{
    struct source *source = self;
    if (source->busy_until > now)
        return source->busy_until;
    if (source->sent == source->count)
        return NEVER;
    const struct packet *packet = &source->packets[source->sent];
    if (!link_ready(source->link, now, packet->flits))
        return link_credit_cycle(source->link);
    link_push(source->link, now, packet);
    source->sent++;
    source->component.progress++;
    source->busy_until = now + packet->flits;
    return source->busy_until;
}

static uint64_t sink_step(void *self, uint64_t now)
{
    struct sink *sink = self;
    const struct packet *packet = link_peek(sink->link, now);
    if (packet && now < sink->opens)
        return sink->opens;
    if (packet) {
        ck_assert_uint_lt(sink->count, LOG_MAX);
        sink->taken[sink->count].packet = *packet;
        sink->taken[sink->count++].cycle = now;
        link_pop(sink->link, now);
        sink->component.progress++;
        sink->opens = now + sink->interval;
    }
    uint64_t next = link_next(sink->link, now);
    return next == NEVER || next >= sink->opens ? next : sink->opens;
}

static void source_hash(const void *self, struct hash *hash) { hash_u64(hash, ((const struct source *)self)->sent); }

static void sink_hash(const void *self, struct hash *hash)
{
    hash_u64(hash, ((const struct sink *)self)->count);
    link_hash(((const struct sink *)self)->link, hash);
}

static const struct component_class source_class = {"source", source_step, source_hash, NULL, NULL};
static const struct component_class sink_class = {"sink", sink_step, sink_hash, NULL, NULL};

struct bench {
    struct engine *engine;
    struct router router;
    struct source source[PORTS];
    struct sink sink[PORTS];
    struct link to[PORTS], from[PORTS];
    struct tree_table trees;
};

/* A router in the middle of the mesh of chip 1, with links of latency 1 and `flits` of buffer. */
static void bench_init(struct bench *bench, uint32_t flits)
{
    *bench = (struct bench){.engine = engine_new()};
    router_init(&bench->router, bench->engine, 0, 1, 3, 3, PORTS);
    bench->router.trees = &bench->trees;
    bench->router.port_east = 6;
    bench->router.port_west = 7;
    bench->router.gate_east = place_pack(1, 3, 3, 6);
    bench->router.gate_west = place_pack(1, 0, 0, 7);
    for (uint32_t p = 0; p < PORTS; p++) {
        bench->source[p] = (struct source){.component = {.class_of = &source_class, .index = p}, .link = &bench->to[p]};
        bench->sink[p] = (struct sink){.component = {.class_of = &sink_class, .index = p}, .link = &bench->from[p],
                                       .interval = 1};
        engine_add(bench->engine, &bench->source[p].component);
        engine_add(bench->engine, &bench->sink[p].component);
        link_init(&bench->to[p], bench->engine, flits, 1, 1);
        link_init(&bench->from[p], bench->engine, flits, 1, 1);
        link_connect(&bench->to[p], &bench->source[p].component, &bench->router.component);
        link_connect(&bench->from[p], &bench->router.component, &bench->sink[p].component);
        router_attach(&bench->router, p, &bench->to[p], &bench->from[p]);
    }
    engine_seal(bench->engine);
}

static void bench_free(struct bench *bench)
{
    for (uint32_t p = 0; p < PORTS; p++) {
        link_free(&bench->to[p]);
        link_free(&bench->from[p]);
    }
    engine_free(bench->engine);
}

static void add(struct bench *bench, uint32_t input, uint32_t target, uint8_t flits, uint32_t axon)
{
    struct source *source = &bench->source[input];
    ck_assert_uint_lt(source->count, LOG_MAX);
    source->packets[source->count++] = (struct packet){.kind = PACKET_SPIKE, .target = target, .flits = flits,
                                                       .axon = axon, .value = 1};
}

static void run(struct bench *bench, uint64_t cycles)
{
    for (uint32_t p = 0; p < PORTS; p++)
        engine_wake(bench->engine, bench->source[p].component.id, bench->engine->now);
    engine_run(bench->engine, bench->engine->now + cycles);
    router_settle(&bench->router, bench->engine->now);
}

static uint32_t all_taken(const struct bench *bench)
{
    uint32_t count = 0;
    for (uint32_t p = 0; p < PORTS; p++)
        count += bench->sink[p].count;
    return count;
}

static uint64_t counter(const struct bench *bench, enum router_counter which) { return bench->router.counters[which]; }

/* ---- where to ---- */

START_TEST(packets_go_along_x_then_along_y_then_to_their_port)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    for (uint32_t x = 0; x < 7; x++)
        for (uint32_t y = 0; y < 7; y++) {
            uint32_t port = x > 3 ? PORT_EAST : x < 3 ? PORT_WEST : y > 3 ? PORT_NORTH : y < 3 ? PORT_SOUTH : 5u;
            bench_init(bench, 4);
            add(bench, PORT_LOCAL, place_pack(1, x, y, 5), 1, 77);
            run(bench, 10);
            ck_assert_uint_eq(bench->sink[port].count, 1);
            ck_assert_uint_eq(all_taken(bench), 1);
            ck_assert_uint_eq(bench->sink[port].taken[0].packet.axon, 77);
            ck_assert_uint_eq(bench->sink[port].taken[0].packet.target, place_pack(1, x, y, 5));
            bench_free(bench);
        }
    free(bench);
}
END_TEST

START_TEST(packets_for_other_chips_go_to_the_gate_on_their_side)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 4);
    add(bench, PORT_LOCAL, place_pack(2, 0, 0, 4), 1, 1);  /* this tile holds the eastern gate */
    add(bench, PORT_LOCAL, place_pack(63, 0, 0, 4), 1, 2); /* further east, the same gate */
    add(bench, PORT_LOCAL, place_pack(0, 6, 6, 4), 1, 3);  /* the western gate lies to the west */
    run(bench, 20);
    ck_assert_uint_eq(bench->sink[6].count, 2);
    ck_assert_uint_eq(bench->sink[PORT_WEST].count, 1);
    ck_assert_uint_eq(bench->sink[PORT_WEST].taken[0].packet.axon, 3);
    ck_assert_uint_eq(counter(bench, ROUTER_HOPS_LOCAL), 2);
    ck_assert_uint_eq(counter(bench, ROUTER_HOPS_EW), 1);
    bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(an_idle_router_passes_a_packet_on_in_the_cycle_in_which_it_sees_it)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 4);
    add(bench, PORT_WEST, place_pack(1, 3, 3, 4), 1, 0);
    run(bench, 10); /* sent in 0, seen by the router in 1, by the sink in 2 */
    ck_assert_uint_eq(bench->sink[4].taken[0].cycle, 2);
    bench_free(bench);
    free(bench);
}
END_TEST

/* ---- who first ---- */

START_TEST(inputs_that_want_the_same_output_take_turns)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 8);
    for (uint32_t i = 0; i < 100; i++)
        for (uint32_t p = 0; p < 4; p++)
            add(bench, p, place_pack(1, 3, 3, 4), 1, p);
    run(bench, 300);
    const struct sink *sink = &bench->sink[4];
    ck_assert_uint_ge(sink->count, 297); /* a packet a cycle */
    for (uint32_t i = 4; i < sink->count; i++)
        ck_assert_uint_eq(sink->taken[i].packet.axon, (sink->taken[i - 1].packet.axon + 1) % 4);
    bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(long_packets_get_as_many_turns_as_short_ones)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    uint32_t got[2] = {0};
    bench_init(bench, 8);
    for (uint32_t i = 0; i < 200; i++) {
        add(bench, PORT_EAST, place_pack(1, 3, 3, 4), 4, 0);
        add(bench, PORT_WEST, place_pack(1, 3, 3, 4), 1, 1);
    }
    run(bench, 500); /* 5 cycles for one of each */
    for (uint32_t i = 0; i < bench->sink[4].count; i++)
        got[bench->sink[4].taken[i].packet.axon]++;
    ck_assert_uint_ge(got[0], 98);
    ck_assert_uint_le(got[0] > got[1] ? got[0] - got[1] : got[1] - got[0], 1);
    bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(different_outputs_are_served_in_the_same_cycle)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 8);
    for (uint32_t i = 0; i < 50; i++) {
        add(bench, PORT_EAST, place_pack(1, 0, 3, 4), 1, 0);
        add(bench, PORT_WEST, place_pack(1, 6, 3, 4), 1, 0);
        add(bench, PORT_NORTH, place_pack(1, 3, 0, 4), 1, 0);
        add(bench, PORT_SOUTH, place_pack(1, 3, 6, 4), 1, 0);
        add(bench, 4, place_pack(1, 3, 3, 5), 1, 0);
    }
    run(bench, 200);
    ck_assert_uint_eq(all_taken(bench), 250);
    ck_assert_uint_eq(counter(bench, ROUTER_BUSY), 50);
    ck_assert_uint_eq(counter(bench, ROUTER_IDLE), 150);
    ck_assert_uint_eq(counter(bench, ROUTER_HOPS_EW), 100);
    ck_assert_uint_eq(counter(bench, ROUTER_HOPS_NS), 100);
    ck_assert_uint_eq(counter(bench, ROUTER_HOPS_LOCAL), 50);
    bench_free(bench);
    free(bench);
}
END_TEST

/* ---- how much ---- */

START_TEST(a_packet_occupies_the_link_for_its_flits)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 16);
    for (uint32_t i = 0; i < 20; i++)
        add(bench, i % 2 ? PORT_EAST : PORT_WEST, place_pack(1, 3, 3, 4), 3, i);
    run(bench, 200);
    const struct sink *sink = &bench->sink[4];
    ck_assert_uint_eq(sink->count, 20);
    for (uint32_t i = 1; i < 20; i++)
        ck_assert_uint_eq(sink->taken[i].cycle, sink->taken[i - 1].cycle + 3);
    ck_assert_uint_eq(counter(bench, ROUTER_BUSY), 20);
    ck_assert_uint_eq(counter(bench, ROUTER_STALL_LINK), 19 * 2); /* behind each but the last two more wait */
    ck_assert_uint_eq(counter(bench, ROUTER_STALL_CREDIT), 0);
    ck_assert_uint_eq(counter(bench, ROUTER_FLITS_LOCAL), 60);
    ck_assert_uint_eq(counter(bench, ROUTER_FLITS_IN), 60);
    bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(no_more_is_sent_than_there_are_credits_for)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 5);
    bench->sink[4].opens = 1000;
    for (uint32_t i = 0; i < 20; i++)
        add(bench, PORT_EAST, place_pack(1, 3, 3, 4), 2, i);
    run(bench, 1000);
    ck_assert_uint_eq(counter(bench, ROUTER_HOPS_LOCAL), 2); /* 4 of 5 flits; a packet moves whole */
    ck_assert_uint_eq(bench->from[4].tail - bench->from[4].head, 2);
    ck_assert_uint_eq(bench->source[PORT_EAST].sent, 4); /* two more wait in the input */
    /* seen from cycle 1 on, sent in 1 and 3; the next waits for the link in 4 and for credits from 5 on */
    ck_assert_uint_eq(counter(bench, ROUTER_STALL_CREDIT), 1000 - 5);
    run(bench, 1000);
    ck_assert_uint_eq(bench->sink[4].count, 20);
    for (uint32_t i = 0; i < 20; i++)
        ck_assert_uint_eq(bench->sink[4].taken[i].packet.axon, i);
    bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(a_blocked_output_does_not_block_the_others)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 4);
    bench->sink[4].opens = 1000;
    for (uint32_t i = 0; i < 20; i++) {
        add(bench, PORT_EAST, place_pack(1, 3, 3, 4), 1, i);
        add(bench, PORT_WEST, place_pack(1, 3, 3, 5), 1, i);
    }
    run(bench, 500);
    ck_assert_uint_eq(bench->sink[4].count, 0);
    ck_assert_uint_eq(bench->sink[5].count, 20);
    bench_free(bench);
    free(bench);
}
END_TEST

/* ---- copies ---- */

/* A tree row that copies to east (row 11 there), north (row 12) and core port 5 (axon 13). */
static void add_tree_packet(struct bench *bench, uint8_t flits)
{
    static struct tree_row rows[] = {{0, 0}, {1u << PORT_EAST | 1u << PORT_NORTH | 1u << 5, 1}};
    static uint32_t next[] = {99, 11, 12, 13};
    bench->trees = (struct tree_table){.rows = rows, .next = next, .row_count = 2, .next_count = 4};
    bench->source[PORT_WEST].packets[bench->source[PORT_WEST].count++] =
        (struct packet){.kind = PACKET_TREE, .target = 1, .flits = flits, .value = 6, .step = 9};
}

START_TEST(a_multicast_packet_is_copied_to_every_branch)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 4);
    add_tree_packet(bench, 2);
    run(bench, 20);
    ck_assert_uint_eq(all_taken(bench), 3);
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
    ck_assert_uint_eq(counter(bench, ROUTER_TABLE_READS), 1);
    ck_assert_uint_eq(counter(bench, ROUTER_FLITS_IN), 2); /* it came once */
    ck_assert_uint_eq(counter(bench, ROUTER_FLITS_EW), 2);
    ck_assert_uint_eq(counter(bench, ROUTER_FLITS_NS), 2);
    ck_assert_uint_eq(counter(bench, ROUTER_FLITS_LOCAL), 2);
    ck_assert_uint_eq(counter(bench, ROUTER_BUSY), 1);
    bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(a_multicast_packet_stays_until_its_last_copy_has_left)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 1);
    bench->sink[PORT_NORTH].opens = 100;
    add(bench, PORT_EAST, place_pack(1, 3, 6, 4), 1, 50); /* fills the northern buffer */
    for (uint32_t p = 0; p < PORTS; p++)
        engine_wake(bench->engine, bench->source[p].component.id, 0);
    engine_run(bench->engine, 5);
    add_tree_packet(bench, 1);
    run(bench, 50);
    ck_assert_uint_eq(bench->sink[PORT_EAST].count, 1);
    ck_assert_uint_eq(bench->sink[5].count, 1);
    ck_assert_uint_eq(bench->sink[PORT_NORTH].count, 0);
    ck_assert_uint_eq(bench->to[PORT_WEST].tail - bench->to[PORT_WEST].head, 1);
    run(bench, 100);
    ck_assert_uint_eq(bench->sink[PORT_NORTH].count, 2);
    ck_assert_uint_eq(bench->sink[PORT_EAST].count, 1); /* not sent again */
    ck_assert_uint_eq(bench->to[PORT_WEST].tail, bench->to[PORT_WEST].head);
    bench_free(bench);
    free(bench);
}
END_TEST

/* ---- everything at once ---- */

static uint64_t run_mixture(struct bench *bench, enum engine_order order, bool oracle)
{
    bench_init(bench, 6);
    bench->engine->order = order;
    bench->engine->oracle = oracle;
    for (uint32_t p = 0; p < PORTS; p++) {
        bench->sink[p].interval = 1 + p % 3 * 2;
        for (uint32_t i = 0; i < 200; i++) {
            uint32_t n = i * 31 + p * 17;
            add(bench, p, place_pack(n % 13 % 3, n * 5 % 7, n * 3 % 7, 4 + n % 2), (uint8_t)(1 + n % 4), i);
        }
    }
    run(bench, 6000);
    ck_assert_uint_eq(all_taken(bench), 200 * PORTS);
    struct hash hash = {0};
    engine_hash(bench->engine, &hash);
    return hash.value;
}

START_TEST(every_cycle_is_busy_stalled_or_idle_and_every_flit_counted)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    run_mixture(bench, ORDER_ID, false);
    uint64_t cycles = 0, flits = 0;
    for (int c = 0; c < ROUTER_CYCLE_COUNTERS; c++) {
        ck_assert_uint_gt(bench->router.counters[c], 0);
        cycles += bench->router.counters[c];
    }
    ck_assert_uint_eq(cycles, bench->engine->now);
    for (uint32_t p = 0; p < PORTS; p++)
        for (uint32_t i = 0; i < 200; i++)
            flits += bench->source[p].packets[i].flits;
    ck_assert_uint_eq(counter(bench, ROUTER_FLITS_IN), flits);
    ck_assert_uint_eq(counter(bench, ROUTER_FLITS_EW) + counter(bench, ROUTER_FLITS_NS) +
                          counter(bench, ROUTER_FLITS_LOCAL), flits);
    ck_assert_uint_eq(counter(bench, ROUTER_HOPS_EW) + counter(bench, ROUTER_HOPS_NS) +
                          counter(bench, ROUTER_HOPS_LOCAL), 200 * PORTS);
    bench_free(bench);
    free(bench);
}
END_TEST

START_TEST(no_order_and_no_oracle_changes_what_it_does)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    uint64_t expected = run_mixture(bench, ORDER_ID, false);
    bench_free(bench);
    for (int order = 0; order < 3; order++)
        for (int oracle = 0; oracle < 2; oracle++) {
            ck_assert_uint_eq(run_mixture(bench, (enum engine_order)order, oracle), expected);
            bench_free(bench);
        }
    free(bench);
}
END_TEST

START_TEST(packets_from_one_input_to_one_output_keep_their_order)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench_init(bench, 6);
    for (uint32_t p = 0; p < 4; p++)
        for (uint32_t i = 0; i < 100; i++)
            add(bench, p, place_pack(1, 3, 3, 4 + i % 2), (uint8_t)(1 + i % 3), p * 1000 + i);
    run(bench, 3000);
    for (uint32_t port = 4; port < 6; port++) {
        uint32_t next[4] = {port - 4, port - 4, port - 4, port - 4};
        for (uint32_t i = 0; i < bench->sink[port].count; i++) {
            uint32_t axon = bench->sink[port].taken[i].packet.axon;
            ck_assert_uint_eq(axon % 1000, next[axon / 1000]);
            next[axon / 1000] += 2;
        }
        ck_assert_uint_eq(bench->sink[port].count, 200);
    }
    bench_free(bench);
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
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
