/* Links: latency, bound, credits; and that neither end can tell which of the two steps first. */
#include "sim/link.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

/* A link between nobody, pushed and popped by hand. */
static struct engine *by_hand(struct link *link, uint32_t capacity, uint32_t latency, uint32_t credit_latency)
{
    struct engine *engine = engine_new();
    link_init(link, engine, capacity, latency, credit_latency);
    static const struct component_class nobody = {"nobody", NULL, NULL, NULL, NULL, NULL, 0};
    static struct component ends[2];
    ends[0] = ends[1] = (struct component){.class_of = &nobody};
    engine_add(engine, &ends[0]);
    engine_add(engine, &ends[1]);
    engine_seal(engine);
    link_connect(link, &ends[0], &ends[1]);
    return engine;
}

static void push(struct link *link, uint64_t now, uint32_t axon, uint8_t flits)
{
    struct packet packet = {.axon = axon, .flits = flits};
    ck_assert(link_ready(link, now, flits));
    link_push(link, now, &packet);
}

START_TEST(a_packet_is_seen_after_exactly_its_latency)
{
    for (uint32_t latency = 1; latency <= 40; latency++) {
        struct link link;
        struct engine *engine = by_hand(&link, 4, latency, 1);
        push(&link, 7, 99, 1);
        ck_assert_ptr_null(link_peek(&link, 7));
        ck_assert_ptr_null(link_peek(&link, 7 + latency - 1));
        ck_assert_uint_eq(link_next(&link, 7), 7 + latency);
        ck_assert_uint_eq(link_peek(&link, 7 + latency)->axon, 99);
        ck_assert_uint_eq(link_next(&link, 7 + latency), 7 + latency + 1);
        link_free(&link);
        engine_free(engine);
    }
}
END_TEST

START_TEST(packets_come_out_in_the_order_in_which_they_went_in)
{
    struct link link;
    struct engine *engine = by_hand(&link, 3, 2, 1);
    uint32_t sent = 0, got = 0;
    for (uint64_t now = 0; now < 50; now++) {
        const struct packet *packet = link_peek(&link, now);
        if (packet) {
            ck_assert_uint_eq(packet->axon, got++);
            link_pop(&link, now);
        }
        if (link_ready(&link, now, 1))
            push(&link, now, sent++, 1);
        engine->now = now + 1;
    }
    ck_assert_uint_ge(got, 45);
    link_free(&link);
    engine_free(engine);
}
END_TEST

START_TEST(a_full_link_is_not_ready)
{
    struct link link;
    struct engine *engine = by_hand(&link, 4, 1, 1);
    push(&link, 0, 0, 3);
    ck_assert(link_ready(&link, 0, 1));
    ck_assert(!link_ready(&link, 0, 2));
    push(&link, 0, 1, 1);
    ck_assert(!link_ready(&link, 100, 1));
    ck_assert_uint_eq(link_credit_cycle(&link, 1), NEVER);
    link_free(&link);
    engine_free(engine);
}
END_TEST

START_TEST(the_credit_of_a_flit_is_back_after_the_credit_latency)
{
    for (uint32_t latency = 1; latency <= 5; latency++) {
        struct link link;
        struct engine *engine = by_hand(&link, 1, 1, latency);
        push(&link, 0, 0, 1);
        link_pop(&link, 1);
        for (uint64_t now = 1; now < 1 + latency; now++)
            ck_assert(!link_ready(&link, now, 1));
        ck_assert_uint_eq(link_credit_cycle(&link, 1), 1 + latency);
        ck_assert(link_ready(&link, 1 + latency, 1));
        link_free(&link);
        engine_free(engine);
    }
}
END_TEST

START_TEST(the_credits_of_a_long_packet_are_back_when_its_last_flit_has_left)
{
    struct link link;
    struct engine *engine = by_hand(&link, 8, 1, 2);
    push(&link, 0, 0, 5);
    push(&link, 0, 1, 3);
    link_pop(&link, 10); /* flits leave in 10 .. 14 */
    ck_assert(!link_ready(&link, 15, 1));
    ck_assert(link_ready(&link, 16, 5));
    ck_assert(!link_ready(&link, 16, 6));
    link_pop(&link, 20); /* 20 .. 22 */
    ck_assert(!link_ready(&link, 23, 6));
    ck_assert(link_ready(&link, 24, 8));
    link_free(&link);
    engine_free(engine);
}
END_TEST

START_TEST(the_hash_sees_a_credit_from_the_cycle_in_which_it_can_be_used)
{
    struct link looked, unseen, fresh;
    struct engine *a = by_hand(&looked, 2, 1, 1), *b = by_hand(&unseen, 2, 1, 1), *c = by_hand(&fresh, 2, 1, 1);
    push(&looked, 0, 0, 1);
    push(&unseen, 0, 0, 1);
    link_pop(&looked, 1);
    link_pop(&unseen, 1);
    a->now = b->now = c->now = 2;
    ck_assert(link_ready(&looked, 2, 2)); /* the producer of the other has not looked */
    struct hash x = {0}, y = {0}, before = {0}, unused = {0};
    link_hash(&looked, &x);
    link_hash(&unseen, &y);
    link_hash(&fresh, &unused);
    ck_assert_uint_eq(x.value, y.value);
    ck_assert_uint_eq(x.value, unused.value); /* a link with all of its credits is as good as new */
    b->now = 1;
    link_hash(&unseen, &before);
    ck_assert_uint_ne(before.value, y.value);
    link_free(&looked);
    link_free(&unseen);
    link_free(&fresh);
    engine_free(a);
    engine_free(b);
    engine_free(c);
}
END_TEST

/* ---- a producer and a consumer ---- */

#define SENT 400u

struct end {
    struct component component;
    struct link *link;
    uint32_t count;
    uint64_t busy_until; /* the producer sends a flit a cycle; the consumer rests between packets */
    uint64_t when[SENT]; /* each packet was sent or taken */
};

static uint8_t flits_of(uint32_t number) { return (uint8_t)(1 + number * 7 % 4); }
static uint64_t rest_of(uint32_t number) { return number * 11 % 17; }

static uint64_t producer_step(void *self, uint64_t now)
{
    struct end *end = self;
    if (end->busy_until > now)
        return end->busy_until;
    if (end->count == SENT)
        return NEVER;
    uint8_t flits = flits_of(end->count);
    if (!link_ready(end->link, now, flits))
        return link_credit_cycle(end->link, flits);
    struct packet packet = {.axon = end->count, .flits = flits};
    link_push(end->link, now, &packet);
    end->when[end->count++] = now;
    end->busy_until = now + flits;
    end->component.progress++;
    return end->busy_until;
}

static uint64_t consumer_step(void *self, uint64_t now)
{
    struct end *end = self;
    const struct packet *packet = link_peek(end->link, now);
    if (end->busy_until > now)
        return packet ? end->busy_until : link_next(end->link, now);
    if (!packet)
        return link_next(end->link, now);
    ck_assert_uint_eq(packet->axon, end->count);
    link_pop(end->link, now);
    end->busy_until = now + rest_of(end->count);
    end->when[end->count++] = now;
    end->component.progress++;
    uint64_t next = link_next(end->link, now);
    return next == NEVER || next >= end->busy_until ? next : end->busy_until;
}

static void end_hash(const void *self, struct hash *hash)
{
    const struct end *end = self;
    hash_u64(hash, end->count);
    hash_u64s(hash, end->when, end->count);
    link_hash(end->link, hash);
}

static const struct component_class producer_class = {"producer", producer_step, end_hash, NULL, NULL, NULL, 0};
static const struct component_class consumer_class = {"consumer", consumer_step, end_hash, NULL, NULL, NULL, 0};

struct pair {
    struct engine *engine;
    struct link link;
    struct end producer, consumer;
};

static void pair_init(struct pair *pair, uint32_t capacity, uint32_t latency, uint32_t credit_latency, bool swapped)
{
    *pair = (struct pair){.engine = engine_new()};
    pair->producer = (struct end){.component = {.class_of = &producer_class}, .link = &pair->link};
    pair->consumer = (struct end){.component = {.class_of = &consumer_class}, .link = &pair->link};
    engine_add(pair->engine, swapped ? &pair->consumer.component : &pair->producer.component);
    engine_add(pair->engine, swapped ? &pair->producer.component : &pair->consumer.component);
    engine_seal(pair->engine);
    link_init(&pair->link, pair->engine, capacity, latency, credit_latency);
    link_connect(&pair->link, &pair->producer.component, &pair->consumer.component);
    engine_wake(pair->engine, pair->producer.component.id, 0);
}

static void pair_free(struct pair *pair)
{
    link_free(&pair->link);
    engine_free(pair->engine);
}

static const struct { uint32_t capacity, latency, credit_latency; } shapes[] = {
    {4, 1, 1}, {4, 3, 2}, {5, 1, 7}, {9, 2, 1}, {64, 70, 80}};
#define SHAPES ((int)(sizeof shapes / sizeof *shapes))

START_TEST(producer_before_consumer_or_after_it_makes_no_difference)
{
    static struct pair pairs[4];
    for (int i = 0; i < 4; i++) {
        pair_init(&pairs[i], shapes[_i].capacity, shapes[_i].latency, shapes[_i].credit_latency, i % 2);
        pairs[i].engine->order = i < 2 ? ORDER_ID : ORDER_SHUFFLED;
    }
    for (uint64_t until = 1; pairs[0].consumer.count < SENT; until++)
        for (int i = 0; i < 4; i++) {
            engine_run(pairs[i].engine, until);
            ck_assert_uint_eq(pairs[i].producer.count, pairs[0].producer.count);
            ck_assert_uint_eq(pairs[i].consumer.count, pairs[0].consumer.count);
            struct hash first = {0}, hash = {0};
            link_hash(&pairs[0].link, &first);
            link_hash(&pairs[i].link, &hash);
            ck_assert_uint_eq(hash.value, first.value);
        }
    for (int i = 0; i < 4; i++) {
        ck_assert_mem_eq(pairs[i].producer.when, pairs[0].producer.when, sizeof pairs[0].producer.when);
        ck_assert_mem_eq(pairs[i].consumer.when, pairs[0].consumer.when, sizeof pairs[0].consumer.when);
        pair_free(&pairs[i]);
    }
}
END_TEST

/* The oracle steps both in every cycle: a credit or a packet that did not wake its end would be found. */
START_TEST(packets_wake_the_consumer_and_credits_the_producer)
{
    static struct pair awake, asleep;
    for (int swapped = 0; swapped < 2; swapped++) {
        pair_init(&awake, shapes[_i].capacity, shapes[_i].latency, shapes[_i].credit_latency, swapped);
        pair_init(&asleep, shapes[_i].capacity, shapes[_i].latency, shapes[_i].credit_latency, swapped);
        awake.engine->oracle = true;
        engine_run(awake.engine, 40000);
        engine_run(asleep.engine, 40000);
        ck_assert_uint_eq(awake.consumer.count, SENT);
        ck_assert_uint_eq(asleep.consumer.count, SENT);
        ck_assert_mem_eq(awake.consumer.when, asleep.consumer.when, sizeof awake.consumer.when);
        ck_assert_mem_eq(awake.producer.when, asleep.producer.when, sizeof awake.producer.when);
        ck_assert_uint_lt(asleep.engine->steps, awake.engine->steps / 2);
        pair_free(&awake);
        pair_free(&asleep);
    }
}
END_TEST

/* Counted outside the link: a packet holds its flits from the push until its credits are back. */
START_TEST(what_is_under_way_never_exceeds_the_capacity)
{
    static struct pair pair;
    pair_init(&pair, shapes[_i].capacity, shapes[_i].latency, shapes[_i].credit_latency, false);
    engine_run(pair.engine, 40000);
    uint64_t most = 0;
    for (uint32_t at = 0; at < SENT; at++) {
        uint64_t now = pair.producer.when[at], held = 0;
        ck_assert_uint_ge(pair.consumer.when[at], now + shapes[_i].latency);
        for (uint32_t i = 0; i <= at; i++)
            if (pair.consumer.when[i] + flits_of(i) - 1 + shapes[_i].credit_latency > now)
                held += flits_of(i);
        ck_assert_uint_le(held, shapes[_i].capacity);
        most = held > most ? held : most;
    }
    ck_assert_uint_ge(most, shapes[_i].capacity < 9 ? shapes[_i].capacity - 1 : shapes[_i].capacity / 2);
    pair_free(&pair);
}
END_TEST

/* Cycle from which all of `capacity` is free again after a packet pushed in cycle 3. */
static uint64_t free_again(struct link *link, uint32_t capacity)
{
    uint64_t now = 3;
    while (!link_ready(link, now, capacity))
        ck_assert_uint_lt(now++, 100);
    return now;
}

START_TEST(the_credit_of_a_promised_packet_is_back_as_if_it_had_been_popped_when_seen)
{
    for (uint32_t latency = 1; latency <= 4; latency++)
        for (uint32_t credit_latency = 1; credit_latency <= 3; credit_latency++)
            for (uint8_t flits = 1; flits <= 3; flits++) {
                struct link promised, popped;
                struct engine *a = by_hand(&promised, 4, latency, credit_latency);
                link_widen(&promised, 8);
                link_promise(&promised, 8, NULL);
                push(&promised, 3, 1, flits);
                uint64_t expected = free_again(&promised, 4);
                ck_assert_ptr_null(link_taken(&promised, 3 + latency)); /* it is taken in that cycle */
                ck_assert_uint_eq(link_taken(&promised, 3 + latency + 1)->packet.axon, 1);
                struct engine *b = by_hand(&popped, 4, latency, credit_latency);
                push(&popped, 3, 1, flits);
                link_pop(&popped, 3 + latency);
                ck_assert_uint_eq(free_again(&popped, 4), expected);
                link_free(&promised);
                link_free(&popped);
                engine_free(a);
                engine_free(b);
            }
}
END_TEST

START_TEST(announced_packets_leave_when_their_credit_is_back_and_their_turn_has_come)
{
    struct link link;
    struct engine *engine = by_hand(&link, 2, 1, 2);
    struct packet packet = {.flits = 1};
    link_widen(&link, 8);
    link_begin_announcing(&link, 5, 3);
    for (packet.axon = 0; packet.axon < 4; packet.axon++)
        link_announce(&link, &packet, 5);
    link_end_announcing(&link, 0);
    ck_assert_uint_eq(link_sent(&link, 0), 5);
    ck_assert_uint_eq(link_sent(&link, 1), 8); /* spacing */
    ck_assert_uint_eq(link_sent(&link, 2), NEVER);
    link_pop(&link, 6); /* credit in 8: later than that is its turn, in 11 */
    ck_assert_uint_eq(link_sent(&link, 2), 11);
    ck_assert_uint_eq(link_sent(&link, 3), NEVER);
    link_pop(&link, 20);
    ck_assert_uint_eq(link_sent(&link, 3), 22); /* its turn has come in 14, the credit comes in 22 */
    ck_assert_uint_eq(link_peek(&link, 20)->axon, 2);
    ck_assert_ptr_null(link_peek(&link, 11));
    link_free(&link);
    engine_free(engine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link");
    TCase *cases = tcase_create("link");
    tcase_add_test(cases, a_packet_is_seen_after_exactly_its_latency);
    tcase_add_test(cases, packets_come_out_in_the_order_in_which_they_went_in);
    tcase_add_test(cases, a_full_link_is_not_ready);
    tcase_add_test(cases, the_credit_of_a_flit_is_back_after_the_credit_latency);
    tcase_add_test(cases, the_credits_of_a_long_packet_are_back_when_its_last_flit_has_left);
    tcase_add_test(cases, the_hash_sees_a_credit_from_the_cycle_in_which_it_can_be_used);
    tcase_add_test(cases, the_credit_of_a_promised_packet_is_back_as_if_it_had_been_popped_when_seen);
    tcase_add_test(cases, announced_packets_leave_when_their_credit_is_back_and_their_turn_has_come);
    tcase_add_loop_test(cases, producer_before_consumer_or_after_it_makes_no_difference, 0, SHAPES);
    tcase_add_loop_test(cases, packets_wake_the_consumer_and_credits_the_producer, 0, SHAPES);
    tcase_add_loop_test(cases, what_is_under_way_never_exceeds_the_capacity, 0, SHAPES);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
