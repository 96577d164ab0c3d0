/* Four routers in a square whose tables send packets round in a circle, two hops each: no packet may turn back, so with
 * buffers of one flit four packets, one in each buffer, wait for one another for ever (the textbook deadlock that
 * dimension-order routing rules out: Dally and Seitz, IEEE Trans. Computers C-36(5), 1987). It is seen, and told. */
#include "models/noc/router.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tools/validate/theory_mock.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROUTERS 4u
#define HOPS 2u
#define ROWS (HOPS + 1u) /* of the table for each router, by hops left */

struct ring {
    struct engine *engine;
    struct router router[ROUTERS];
    struct mock_source source[ROUTERS];
    struct mock_sink sink[ROUTERS];
    struct link to[ROUTERS], from[ROUTERS], onward[ROUTERS];
    struct tree_row rows[ROUTERS * ROWS];
    uint32_t next[ROUTERS * ROWS];
    struct tree_table trees;
};

/* Round the square: (0, 0), (1, 0), (1, 1), (0, 1). */
static const uint32_t x_of[ROUTERS] = {0, 1, 1, 0}, y_of[ROUTERS] = {0, 0, 1, 1};
static const uint32_t leaves[ROUTERS] = {PORT_EAST, PORT_NORTH, PORT_WEST, PORT_SOUTH};
static const uint32_t enters[ROUTERS] = {PORT_NORTH, PORT_WEST, PORT_SOUTH, PORT_EAST};

static void fill_tables(struct ring *ring)
{
    for (uint32_t i = 0; i < ROUTERS; i++)
        for (uint32_t left = 0; left < ROWS; left++) {
            uint32_t row = i * ROWS + left;
            ring->rows[row] = (struct tree_row){UINT32_C(1) << (left ? leaves[i] : PORT_LOCAL), row};
            ring->next[row] = left ? (i + 1) % ROUTERS * ROWS + left - 1 : 0;
        }
    ring->trees = (struct tree_table){.rows = ring->rows, .next = ring->next, .row_count = ROUTERS * ROWS,
                                      .next_count = ROUTERS * ROWS};
}

static void wire(struct ring *ring, uint32_t i, uint32_t flits)
{
    struct router *router = &ring->router[i], *after = &ring->router[(i + 1) % ROUTERS];
    link_init(&ring->to[i], ring->engine, 1, 1, 1);
    link_init(&ring->from[i], ring->engine, 1, 1, 1);
    link_init(&ring->onward[i], ring->engine, flits, 1, 1);
    link_connect(&ring->to[i], &ring->source[i].component, &router->component);
    link_connect(&ring->from[i], &router->component, &ring->sink[i].component);
    link_connect(&ring->onward[i], &router->component, &after->component);
    router_attach(router, PORT_LOCAL, &ring->to[i], &ring->from[i]);
}

static struct ring *ring_new(uint32_t flits)
{
    struct ring *ring = memory_array(1, sizeof *ring);
    ring->engine = engine_new();
    fill_tables(ring);
    for (uint32_t i = 0; i < ROUTERS; i++) {
        router_init(&ring->router[i], ring->engine, i, 0, x_of[i], y_of[i], PORT_LOCAL + 1);
        ring->router[i].trees = &ring->trees;
        mock_source_init(&ring->source[i], ring->engine, &ring->to[i], i);
        mock_sink_init(&ring->sink[i], ring->engine, &ring->from[i], i);
    }
    engine_seal(ring->engine);
    for (uint32_t i = 0; i < ROUTERS; i++)
        wire(ring, i, flits);
    for (uint32_t i = 0; i < ROUTERS; i++) {
        router_attach(&ring->router[i], leaves[i], NULL, &ring->onward[i]);
        router_attach(&ring->router[i], enters[i], &ring->onward[(i + ROUTERS - 1) % ROUTERS], NULL);
    }
    return ring;
}

/* Each of the first `senders` sources sends one packet, HOPS routers on; returns how many came out. */
static uint64_t run(struct ring *ring, uint32_t senders)
{
    uint64_t taken = 0;
    for (uint32_t i = 0; i < senders; i++) {
        mock_send(&ring->source[i], i * ROWS + HOPS, 0, 1, 1);
        ring->source[i].pattern[0].kind = PACKET_TREE;
        engine_wake(ring->engine, ring->source[i].component.id, 0);
    }
    engine_run(ring->engine, 1000);
    ck_assert_uint_eq(engine_next(ring->engine), NEVER);
    for (uint32_t i = 0; i < ROUTERS; i++)
        taken += mock_taken(&ring->sink[i]);
    return taken;
}

static void ring_free(struct ring *ring)
{
    for (uint32_t i = 0; i < ROUTERS; i++) {
        link_free(&ring->to[i]);
        link_free(&ring->from[i]);
        link_free(&ring->onward[i]);
    }
    engine_free(ring->engine);
    free(ring);
}

static uint32_t dump(const struct ring *ring, char *text, size_t size)
{
    FILE *file = fmemopen(text, size, "w");
    ck_assert_ptr_nonnull(file);
    uint32_t count = engine_dump(ring->engine, file);
    fclose(file);
    return count;
}

START_TEST(a_circle_of_full_buffers_stands_still_and_each_router_names_its_credit)
{
    char text[1024];
    struct ring *ring = ring_new(1);
    ck_assert_uint_eq(run(ring, ROUTERS), 0);
    ck_assert_uint_eq(dump(ring, text, sizeof text), ROUTERS);
    ck_assert_str_eq(text, "  router 0 waits for credit of its east neighbour (tile 0,0)\n"
                           "  router 1 waits for credit of its north neighbour (tile 1,0)\n"
                           "  router 2 waits for credit of its west neighbour (tile 1,1)\n"
                           "  router 3 waits for credit of its south neighbour (tile 0,1)\n");
    for (uint32_t i = 0; i < ROUTERS; i++) { /* from the cycle in which the first packets met */
        router_settle(&ring->router[i], 1000);
        ck_assert_uint_eq(ring->router[i].counters[ROUTER_STALL_CREDIT], 1000 - 2);
    }
    ring_free(ring);
}
END_TEST

START_TEST(one_free_buffer_anywhere_in_the_circle_is_enough)
{
    char text[1024];
    for (uint32_t senders = 1; senders < ROUTERS; senders++) {
        struct ring *ring = ring_new(1);
        ck_assert_uint_eq(run(ring, senders), senders);
        ck_assert_uint_eq(dump(ring, text, sizeof text), 0);
        ring_free(ring);
    }
    struct ring *ring = ring_new(2);
    ck_assert_uint_eq(run(ring, ROUTERS), ROUTERS);
    ck_assert_uint_eq(dump(ring, text, sizeof text), 0);
    ring_free(ring);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ring deadlock");
    TCase *cases = tcase_create("ring deadlock");
    tcase_add_test(cases, a_circle_of_full_buffers_stands_still_and_each_router_names_its_credit);
    tcase_add_test(cases, one_free_buffer_anywhere_in_the_circle_is_enough);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
