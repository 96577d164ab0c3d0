/* Event queue: the bound is over all delay slots together, and a place is free from the cycle after its event was
 * read. */
#include "models/tile/event_queue.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

START_TEST(each_slot_hands_its_events_out_in_order)
{
    struct event_queue queue;
    event_queue_init(&queue, 12, 3);
    for (uint32_t i = 0; i < 12; i++)
        event_queue_put(&queue, i % 3, 100 + i, (int32_t)i - 5);
    for (uint32_t slot = 0; slot < 3; slot++)
        for (uint32_t i = slot; i < 12; i += 3) {
            struct queued_event event = event_queue_take(&queue, slot, 0);
            ck_assert_uint_eq(event.axon, 100 + i);
            ck_assert_int_eq(event.value, (int32_t)i - 5);
        }
    event_queue_free(&queue);
}
END_TEST

START_TEST(the_bound_is_over_all_slots_together)
{
    struct event_queue queue;
    event_queue_init(&queue, 5, 4);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert(event_queue_has_room(&queue, 0));
        event_queue_put(&queue, i % 4, i, 1);
    }
    ck_assert(!event_queue_has_room(&queue, 1000000));
    ck_assert_uint_eq(event_queue_room_at(&queue), UINT64_MAX);
    event_queue_free(&queue);
}
END_TEST

START_TEST(a_place_is_free_from_the_cycle_in_which_its_event_leaves)
{
    struct event_queue queue;
    event_queue_init(&queue, 3, 2);
    for (uint32_t i = 0; i < 3; i++)
        event_queue_put(&queue, 0, i, 1);
    event_queue_take(&queue, 0, 11);
    event_queue_take(&queue, 0, 15);
    ck_assert(!event_queue_has_room(&queue, 10));
    ck_assert_uint_eq(event_queue_room_at(&queue), 11);
    ck_assert(event_queue_has_room(&queue, 11));
    event_queue_put(&queue, 1, 7, 1);
    ck_assert(!event_queue_has_room(&queue, 14));
    ck_assert_uint_eq(event_queue_room_at(&queue), 15);
    ck_assert(event_queue_has_room(&queue, 15));
    event_queue_put(&queue, 1, 8, 1);
    ck_assert(!event_queue_has_room(&queue, 1000));
    ck_assert_uint_eq(event_queue_room_at(&queue), UINT64_MAX);
    event_queue_free(&queue);
}
END_TEST

/* Against a count kept beside it: events put and not yet out never exceed the depth. */
START_TEST(places_are_used_again_for_ever)
{
    enum { DEPTH = 7, SLOTS = 3 };
    struct event_queue queue;
    uint32_t expected_first[SLOTS] = {0}, put = 0, filled[SLOTS] = {0};
    uint64_t out_at = 0;
    event_queue_init(&queue, DEPTH, SLOTS);
    uint32_t order[SLOTS][4096];
    for (uint64_t now = 0; put < 3000; now++) {
        uint32_t slot = (uint32_t)(now * 5 % 11 % SLOTS);
        if (now % 4 == 0 && event_queue_count(&queue, slot)) {
            out_at = out_at > now ? out_at + 2 : now + 2;
            struct queued_event event = event_queue_take(&queue, slot, out_at);
            ck_assert_uint_eq(event.axon, order[slot][expected_first[slot]++]);
        } else if (event_queue_has_room(&queue, now)) {
            order[slot][filled[slot]++] = put;
            event_queue_put(&queue, slot, put++, 1);
        }
        ck_assert_uint_le(queue.stored + queue.leaving, DEPTH);
    }
    event_queue_free(&queue);
}
END_TEST

START_TEST(clearing_loses_what_was_stored_and_says_how_much)
{
    struct event_queue queue;
    event_queue_init(&queue, 4, 2);
    for (uint32_t i = 0; i < 4; i++)
        event_queue_put(&queue, i % 2, i, 1);
    event_queue_take(&queue, 0, 1000);
    ck_assert_uint_eq(event_queue_clear(&queue), 3);
    ck_assert_uint_eq(event_queue_clear(&queue), 0);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert(event_queue_has_room(&queue, 0));
        event_queue_put(&queue, 1, 20 + i, 1);
    }
    ck_assert(!event_queue_has_room(&queue, 0));
    ck_assert_uint_eq(event_queue_take(&queue, 1, 0).axon, 20);
    event_queue_free(&queue);
}
END_TEST

static uint64_t hash_of(const struct event_queue *queue, uint64_t now)
{
    struct hash hash = {0};
    event_queue_hash(queue, now, &hash);
    return hash.value;
}

/* Contents count, not where in the pool they lie or whether anyone has looked for room. */
START_TEST(queues_that_behave_alike_hash_alike)
{
    struct event_queue a, b;
    event_queue_init(&a, 4, 2);
    event_queue_init(&b, 4, 2);
    for (uint32_t i = 0; i < 3; i++)
        event_queue_put(&a, 0, i, 1);
    event_queue_take(&a, 0, 5);
    event_queue_put(&b, 0, 1, 1);
    event_queue_put(&b, 0, 2, 1);
    ck_assert_uint_ne(hash_of(&a, 4), hash_of(&b, 4)); /* one is still on its way out */
    ck_assert_uint_eq(hash_of(&a, 5), hash_of(&b, 5));
    ck_assert(event_queue_has_room(&a, 5));
    ck_assert_uint_eq(hash_of(&a, 5), hash_of(&b, 5));
    event_queue_free(&a);
    event_queue_free(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event queue");
    TCase *cases = tcase_create("event queue");
    tcase_add_test(cases, each_slot_hands_its_events_out_in_order);
    tcase_add_test(cases, the_bound_is_over_all_slots_together);
    tcase_add_test(cases, a_place_is_free_from_the_cycle_in_which_its_event_leaves);
    tcase_add_test(cases, places_are_used_again_for_ever);
    tcase_add_test(cases, clearing_loses_what_was_stored_and_says_how_much);
    tcase_add_test(cases, queues_that_behave_alike_hash_alike);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
