/* Routes of a program as packets: hops, flits, and multicast trees, on 4 x 3 tiles of one core, two chips in a row. */
#include "models/chip.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

#define COLUMNS 4u
#define CHIP_CORES 12u

struct bench {
    struct chip_config config;
    struct population populations[2];
    struct program program;
    struct chip chip;
    uint32_t output_first[2];
    struct chip_routes routes;
};

/* Spikes are packets of 40 bits, two flits of 32; values of 65, three. Population 1 is read out by value. */
static void bench_init(struct bench *bench, bool multicast)
{
    *bench = (struct bench){.config = {.noc = {.columns = COLUMNS, .rows = 3, .cores_per_tile = 1, .flit_bits = 32,
                                               .spike_bits = 40, .value_bits = 65, .multicast = multicast},
                                       .host = {.tile = 4, .chips = 2}},
                            .populations = {{.count = 50}, {.count = 7, .values = true}}, .output_first = {0, 50}};
    bench->program = (struct program){.population_count = 2, .populations = bench->populations};
    bench->chip = (struct chip){.config = &bench->config, .program = &bench->program,
                                .output_first = bench->output_first};
}

static uint32_t core_at(uint32_t chip, uint32_t x, uint32_t y) { return chip * CHIP_CORES + y * COLUMNS + x; }

/* One source of population `population` in tile (x, y) with these destinations. */
static const struct send_route *add(struct bench *bench, uint32_t x, uint32_t y, uint32_t population, uint32_t count,
                                    struct route *destinations)
{
    uint32_t start[] = {0, count};
    struct route_table table = {1, start, destinations};
    uint32_t place = chip_core_place(&bench->config, core_at(bench->chip.number, x, y));
    const uint32_t *first = chip_routes_add(&bench->routes, &bench->chip, &table, place, population, NULL);
    ck_assert_uint_eq(first[1], bench->routes.count);
    return &bench->routes.routes[first[0]];
}

static void same_hops(const struct send_route *route, uint32_t ew, uint32_t ns, uint32_t local)
{
    ck_assert_uint_eq(route->hops_ew, ew);
    ck_assert_uint_eq(route->hops_ns, ns);
    ck_assert_uint_eq(route->hops_local, local);
}

START_TEST(a_packet_counts_the_links_of_its_way)
{
    struct bench bench;
    bench_init(&bench, false);
    struct route destinations[] = {{core_at(0, 3, 0), 17, 2}, {core_at(0, 1, 1), 18, 1}};
    const struct send_route *route = add(&bench, 1, 1, 0, 2, destinations);
    same_hops(&route[0], 2, 1, 1);
    ck_assert_uint_eq(route[0].target, place_pack(0, 3, 0, PORT_LOCAL));
    ck_assert_uint_eq(route[0].axon, 17);
    ck_assert_uint_eq(route[0].delay, 2);
    ck_assert_uint_eq(route[0].deliveries, 1);
    ck_assert_uint_eq(route[0].kind, PACKET_SPIKE);
    same_hops(&route[1], 0, 0, 1); /* the local link, even to itself */
    chip_routes_free(&bench.routes);
}
END_TEST

START_TEST(the_way_to_another_chip_goes_through_the_gates_of_row_0)
{
    struct bench bench;
    bench_init(&bench, false);
    struct route east = {core_at(1, 2, 2), 1, 1}, west = {core_at(0, 2, 2), 1, 1};
    same_hops(add(&bench, 1, 1, 0, 1, &east), 2 + 2, 1 + 2, 2); /* (1,1) to (3,0), then (0,0) to (2,2) */
    bench.chip.number = 1;
    same_hops(add(&bench, 1, 1, 0, 1, &west), 1 + 1, 1 + 2, 2); /* (1,1) to (0,0), then (3,0) to (2,2) */
    chip_routes_free(&bench.routes);
}
END_TEST

START_TEST(a_packet_has_as_many_flits_as_its_bits_begin)
{
    static const struct { uint32_t bits; uint8_t flits; } cases[] = {{1, 1}, {32, 1}, {33, 2}, {64, 2}, {65, 3}};
    struct bench bench;
    bench_init(&bench, false);
    bench.config.noc.spike_bits = cases[_i].bits;
    struct route destination = {core_at(0, 3, 0), 17, 2};
    ck_assert_uint_eq(add(&bench, 1, 1, 0, 1, &destination)->flits, cases[_i].flits);
    chip_routes_free(&bench.routes);
}
END_TEST

START_TEST(outputs_go_to_the_host_by_their_number_over_all_populations)
{
    struct bench bench;
    bench_init(&bench, true);
    struct route destination = {ROUTE_HOST, 3, 0};
    const struct send_route *spike = add(&bench, 2, 2, 0, 1, &destination);
    ck_assert_uint_eq(spike->kind, PACKET_OUTPUT);
    ck_assert_uint_eq(spike->axon, 3);
    ck_assert_uint_eq(spike->flits, 2);
    same_hops(spike, 2, 1, 1); /* the host sits at tile 4: (0,1) */
    const struct send_route *value = add(&bench, 2, 2, 1, 1, &destination);
    ck_assert_uint_eq(value->kind, PACKET_VALUE);
    ck_assert_uint_eq(value->axon, 53);
    ck_assert_uint_eq(value->flits, 3);
    chip_routes_free(&bench.routes);
}
END_TEST

/* ---- multicast ---- */

struct visit {
    uint32_t reached[CHIP_CORES]; /* axon + 1 */
    uint32_t links_ew, links_ns, leaves;
};

/* Follows a tree as the routers do; along x before y. */
static void follow(const struct tree_table *trees, uint32_t row, uint32_t x, uint32_t y, bool turned,
                   struct visit *visit)
{
    static const int step_x[] = {1, -1, 0, 0}, step_y[] = {0, 0, 1, -1};
    uint32_t next = trees->rows[row].next;
    for (uint32_t port = 0; port < 32; port++) {
        if (!(trees->rows[row].ports >> port & 1))
            continue;
        if (port >= PORT_LOCAL) {
            ck_assert_uint_eq(visit->reached[y * COLUMNS + x], 0);
            visit->reached[y * COLUMNS + x] = trees->next[next] + 1;
            visit->leaves++;
        } else {
            ck_assert_msg(port >= PORT_NORTH || !turned, "back along x at (%u,%u)", x, y);
            *(port < PORT_NORTH ? &visit->links_ew : &visit->links_ns) += 1;
            follow(trees, trees->next[next], (uint32_t)((int)x + step_x[port]), (uint32_t)((int)y + step_y[port]),
                   port >= PORT_NORTH, visit);
        }
        next++;
    }
}

START_TEST(destinations_of_one_delay_share_a_tree_that_reaches_each_once)
{
    struct bench bench;
    bench_init(&bench, true);
    struct route destinations[] = {{core_at(0, 3, 0), 10, 1}, {core_at(0, 3, 2), 11, 1}, {core_at(0, 0, 1), 12, 1},
                                   {core_at(0, 1, 1), 13, 1}, {core_at(0, 2, 0), 14, 2}, {core_at(0, 2, 2), 15, 2},
                                   {core_at(0, 3, 0), 16, 3}, {core_at(1, 0, 0), 17, 1}};
    const struct send_route *route = add(&bench, 1, 1, 0, 8, destinations);
    ck_assert_uint_eq(bench.routes.count, 4); /* two trees, one alone with its delay, one on the other chip */
    ck_assert_uint_eq(route[0].kind, PACKET_TREE);
    ck_assert_uint_eq(route[0].deliveries, 4);
    ck_assert_uint_eq(route[0].delay, 1);
    ck_assert_uint_eq(route[0].flits, 2);
    struct visit visit = {{0}, 0, 0, 0};
    follow(&bench.routes.trees, route[0].target, 1, 1, false, &visit);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(visit.reached[destinations[i].core], destinations[i].axon + 1);
    ck_assert_uint_eq(visit.leaves, 4);
    ck_assert_uint_eq(visit.links_ew, 2 + 1); /* the two at column 3 share the way there */
    same_hops(&route[0], visit.links_ew, visit.links_ns, 4);
    ck_assert_uint_eq(route[1].kind, PACKET_TREE);
    ck_assert_uint_eq(route[1].deliveries, 2);
    ck_assert_uint_eq(route[1].delay, 2);
    ck_assert_uint_eq(route[2].kind, PACKET_SPIKE);
    ck_assert_uint_eq(route[2].delay, 3);
    ck_assert_uint_eq(route[3].axon, 17);
    chip_routes_free(&bench.routes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chip routes");
    TCase *cases = tcase_create("chip routes");
    tcase_add_test(cases, a_packet_counts_the_links_of_its_way);
    tcase_add_test(cases, the_way_to_another_chip_goes_through_the_gates_of_row_0);
    tcase_add_loop_test(cases, a_packet_has_as_many_flits_as_its_bits_begin, 0, 5);
    tcase_add_test(cases, outputs_go_to_the_host_by_their_number_over_all_populations);
    tcase_add_test(cases, destinations_of_one_delay_share_a_tree_that_reaches_each_once);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
