/* Delay memory: bits that come back after their delay, edge by edge. */
#include "models/tile/delay_memory.h"
#include "tests/support/run_suite.h"
#include <check.h>

#define SLOTS 4u
#define AXONS 3u

static void next_timestep(struct delay_memory *memory)
{
    (void)delay_memory_clear(memory);
    delay_memory_advance(memory);
}

START_TEST(a_bit_comes_back_after_its_delay_and_is_gone_a_timestep_later)
{
    for (uint32_t axon = 0; axon < AXONS; axon++)
        for (uint32_t delay = 0; delay + 1 < SLOTS; delay++) {
            struct delay_memory memory;
            delay_memory_init(&memory, SLOTS, AXONS);
            ck_assert(delay_memory_write(&memory, axon, delay, 7));
            for (uint32_t step = 0; step < 3 * SLOTS; step++) {
                next_timestep(&memory);
                for (uint32_t a = 0; a < AXONS; a++)
                    ck_assert(delay_memory_bit(&memory, a, 100) == (step == delay && a == axon));
            }
            delay_memory_free(&memory);
        }
}
END_TEST

START_TEST(a_bit_is_seen_from_the_edge_after_the_one_at_which_it_is_written)
{
    struct delay_memory memory;
    delay_memory_init(&memory, SLOTS, AXONS);
    ck_assert(delay_memory_write(&memory, 1, SLOTS - 1, 50)); /* the largest delay: the slot being read */
    ck_assert(!delay_memory_bit(&memory, 1, 49));
    ck_assert(!delay_memory_bit(&memory, 1, 50));
    ck_assert(delay_memory_bit(&memory, 1, 51));
    delay_memory_free(&memory);
}
END_TEST

START_TEST(a_second_event_of_an_axon_changes_nothing)
{
    struct delay_memory memory;
    delay_memory_init(&memory, SLOTS, AXONS);
    ck_assert(delay_memory_write(&memory, 1, SLOTS - 1, 50));
    ck_assert(!delay_memory_write(&memory, 1, SLOTS - 1, 60));
    ck_assert(delay_memory_bit(&memory, 1, 55));
    delay_memory_free(&memory);
}
END_TEST

START_TEST(clearing_empties_the_present_slot_alone_and_says_how_much)
{
    struct delay_memory memory;
    delay_memory_init(&memory, SLOTS, AXONS);
    for (uint32_t axon = 0; axon < AXONS; axon++) {
        ck_assert(delay_memory_write(&memory, axon, SLOTS - 1, 5));
        ck_assert(delay_memory_write(&memory, axon, 0, 5));
    }
    ck_assert_uint_eq(delay_memory_clear(&memory), AXONS);
    ck_assert_uint_eq(delay_memory_clear(&memory), 0);
    delay_memory_advance(&memory);
    for (uint32_t axon = 0; axon < AXONS; axon++)
        ck_assert(delay_memory_bit(&memory, axon, 6));
    delay_memory_free(&memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("delay memory");
    TCase *cases = tcase_create("delay memory");
    tcase_add_test(cases, a_bit_comes_back_after_its_delay_and_is_gone_a_timestep_later);
    tcase_add_test(cases, a_bit_is_seen_from_the_edge_after_the_one_at_which_it_is_written);
    tcase_add_test(cases, a_second_event_of_an_axon_changes_nothing);
    tcase_add_test(cases, clearing_empties_the_present_slot_alone_and_says_how_much);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
