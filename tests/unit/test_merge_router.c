/* A router of merge units between buffers that the test holds: stages, priorities, credits, accounts. */
#include "models/noc/merge_router.h"
#include "models/packet.h"
#include "tests/support/run_suite.h"
#include "tests/support/sleeper.h"
#include <check.h>

/* At (1, 1), with a neighbour to the west, one to the south, a core, and an eastern neighbour to send to. */
struct bench {
    struct engine *engine;
    struct component outside;
    struct merge_router router;
    struct link from_west, from_south, from_core, to_core, to_east;
};

static struct link *joined(struct bench *bench, struct link *link, bool in, uint32_t packets)
{
    link_init(link, bench->engine, packets, MERGE_STAGE_CYCLES, 1);
    if (in)
        link_connect(link, &bench->outside, &bench->router.component);
    else
        link_connect(link, &bench->router.component, &bench->outside);
    return link;
}

static void bench_init(struct bench *bench, uint32_t buffer)
{
    *bench = (struct bench){.engine = engine_new(), .outside = {.class_of = &sleeper_class}};
    engine_add(bench->engine, &bench->outside);
    merge_router_init(&bench->router, bench->engine, 0, 1, 1, buffer);
    struct merge_unit *units = bench->router.units;
    units[UNIT_EAST].in[0] = joined(bench, &bench->from_west, true, 100);
    units[UNIT_EAST].in[1] = joined(bench, &bench->from_core, true, 100);
    units[UNIT_NORTH].in[0] = joined(bench, &bench->from_south, true, 100);
    units[UNIT_EAST].out[0] = joined(bench, &bench->to_east, false, 100);
    units[UNIT_LOCAL].out[0] = joined(bench, &bench->to_core, false, 100);
    engine_seal(bench->engine);
}

static void bench_free(struct bench *bench)
{
    merge_router_free(&bench->router);
    link_free(&bench->from_west);
    link_free(&bench->from_south);
    link_free(&bench->from_core);
    link_free(&bench->to_core);
    link_free(&bench->to_east);
    engine_free(bench->engine);
}

static void push(struct bench *bench, struct link *link, uint32_t x, uint32_t y, uint32_t axon)
{
    struct packet packet = {.kind = PACKET_SPIKE, .target = place_pack(0, x, y, PORT_LOCAL), .axon = axon, .flits = 1};
    link_push(link, bench->engine->now, &packet);
}

/* The i-th packet that went by a link which nobody empties. */
static const struct link_entry *gone(const struct link *link, uint32_t i)
{
    ck_assert_uint_lt(i, link->tail);
    return &link->ring[i & link->mask];
}

START_TEST(a_packet_takes_a_stage_for_each_unit)
{
    struct bench bench;
    bench_init(&bench, 4);
    push(&bench, &bench.from_core, 1, 1, 7); /* to itself: east, north, local */
    push(&bench, &bench.from_west, 2, 1, 8); /* onward: east alone, and first */
    engine_run(bench.engine, 50);
    ck_assert_uint_eq(gone(&bench.to_east, 0)->packet.axon, 8);
    ck_assert_uint_eq(gone(&bench.to_east, 0)->visible, 2 * MERGE_STAGE_CYCLES);
    ck_assert_uint_eq(gone(&bench.to_core, 0)->packet.axon, 7);
    ck_assert_uint_eq(gone(&bench.to_core, 0)->visible, 5 * MERGE_STAGE_CYCLES);
    ck_assert_uint_eq(bench.router.counters[ROUTER_HOPS_EW], 1);
    ck_assert_uint_eq(bench.router.counters[ROUTER_HOPS_NS], 0);
    ck_assert_uint_eq(bench.router.counters[ROUTER_HOPS_LOCAL], 1);
    ck_assert_uint_eq(bench.router.counters[ROUTER_FLITS_IN], 4);
    bench_free(&bench);
}
END_TEST

/* Through a buffer of one: two cycles there, one for the credit. */
START_TEST(a_unit_passes_a_packet_every_stage_unless_the_buffer_behind_it_is_full)
{
    static const struct { uint32_t buffer; uint64_t apart; } cases[] = {{1, 3}, {2, 2}, {4, 2}};
    struct bench bench;
    bench_init(&bench, cases[_i].buffer);
    for (uint32_t i = 0; i < 20; i++)
        push(&bench, &bench.from_core, 1, 1, i);
    engine_run(bench.engine, 200);
    for (uint32_t i = 1; i < 20; i++)
        ck_assert_uint_eq(gone(&bench.to_core, i)->visible - gone(&bench.to_core, i - 1)->visible, cases[_i].apart);
    bench_free(&bench);
}
END_TEST

START_TEST(neighbours_always_go_before_the_core)
{
    struct bench bench;
    bench_init(&bench, 4);
    for (uint32_t i = 0; i < 10; i++) {
        push(&bench, &bench.from_core, 2, 1, 100 + i);
        push(&bench, &bench.from_west, 2, 1, i);
    }
    engine_run(bench.engine, 100);
    for (uint32_t i = 0; i < 10; i++) {
        ck_assert_uint_eq(gone(&bench.to_east, i)->packet.axon, i);
        ck_assert_uint_eq(gone(&bench.to_east, 10 + i)->packet.axon, 100 + i);
    }
    bench_free(&bench);
}
END_TEST

/* A packet in its row goes by the north unit, so it waits for those that come from the south. */
START_TEST(a_packet_in_its_row_goes_to_its_core_by_the_north_unit)
{
    struct bench bench;
    bench_init(&bench, 4);
    push(&bench, &bench.from_core, 1, 1, 100);
    engine_run(bench.engine, MERGE_STAGE_CYCLES);
    push(&bench, &bench.from_south, 1, 1, 0); /* both are in front of the north unit at once */
    push(&bench, &bench.from_south, 1, 1, 1);
    engine_run(bench.engine, 100);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_uint_eq(gone(&bench.to_core, i)->packet.axon, i < 2 ? i : 100);
    bench_free(&bench);
}
END_TEST

/* One full buffer stops a unit, even for packets that would go elsewhere. */
START_TEST(a_full_buffer_stops_the_whole_unit)
{
    struct bench bench;
    bench_init(&bench, 1);
    link_free(&bench.to_core);
    bench.router.units[UNIT_LOCAL].out[0] = joined(&bench, &bench.to_core, false, 1);
    for (uint32_t i = 0; i < 5; i++)
        push(&bench, &bench.from_core, 1, 1, i); /* core, local and north are full then, and two wait */
    engine_run(bench.engine, 50);
    push(&bench, &bench.from_west, 2, 1, 99);
    engine_run(bench.engine, 100);
    ck_assert_uint_eq(bench.to_east.tail, 0);
    link_pop(&bench.to_core, 100);
    engine_run(bench.engine, 200);
    ck_assert_uint_eq(bench.to_east.tail, 1);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("merge router");
    TCase *cases = tcase_create("merge router");
    tcase_add_test(cases, a_packet_takes_a_stage_for_each_unit);
    tcase_add_loop_test(cases, a_unit_passes_a_packet_every_stage_unless_the_buffer_behind_it_is_full, 0, 3);
    tcase_add_test(cases, neighbours_always_go_before_the_core);
    tcase_add_test(cases, a_packet_in_its_row_goes_to_its_core_by_the_north_unit);
    tcase_add_test(cases, a_full_buffer_stops_the_whole_unit);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
