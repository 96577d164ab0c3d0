/* The crossbar kind of synapse array in timesteps: a weight for every axon and neuron, one neuron after the other. */
#include "models/tile/synapse_array.h"
#include "tests/support/run_suite.h"
#include <check.h>

#define NEURONS 20u

/* Axon 0 has three synapses, axon 1 one. Rows of 20 weights of 4 bits: 8 in a word of 32, so 3 words. */
struct bench {
    struct core_config config;
    struct core_program program;
    struct synapse_array array;
    struct event_queue queue;
    uint64_t counters[CORE_COUNTERS];
};

static void bench_init(struct bench *bench)
{
    static uint32_t start[] = {0, 3, 4}, row[] = {0, 1};
    static uint16_t target[] = {0, 5, 19, 5};
    static int16_t weight[] = {1, -8, 7, 3};
    *bench = (struct bench){.config = {.synapse_kind = SYNAPSE_CROSSBAR, .weight_bits = 4, .accumulator_bits = 20,
                                       .axon_cycles = 1, .crossbar_word_bits = 32, .crossbar_cycles = 2}};
    bench->program = (struct core_program){.neuron_count = NEURONS, .axon_count = 2, .synapse_start = start,
                                           .synapse_target = target, .synapse_weight = weight, .axon_row = row};
    event_queue_init(&bench->queue, 3, 2);
    synapse_array_init(&bench->array, &bench->config, &bench->program);
}

static void bench_free(struct bench *bench)
{
    event_queue_free(&bench->queue);
    synapse_array_free(&bench->array);
}

static uint64_t drain(struct bench *bench, uint64_t start)
{
    return synapse_array_drain(&bench->array, &bench->queue, 0, start, bench->counters);
}

START_TEST(an_event_takes_every_neuron_in_turn)
{
    struct bench bench;
    bench_init(&bench);
    event_queue_put(&bench.queue, 0, 0, 1);
    ck_assert_uint_eq(drain(&bench, 100), 1 + NEURONS * 2);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPSE_WORDS], 3);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPTIC_EVENTS], 3);
    ck_assert_uint_eq(bench.counters[CORE_ACCUMULATIONS], NEURONS);
    ck_assert_uint_eq(bench.counters[CORE_QUEUE_READS], 1);
    ck_assert_uint_eq(bench.counters[CORE_AXON_READS], 1);
    ck_assert_int_eq(bench.array.accumulator[0], 1);
    ck_assert_int_eq(bench.array.accumulator[5], -8);
    ck_assert_int_eq(bench.array.accumulator[19], 7);
    bench_free(&bench);
}
END_TEST

START_TEST(every_bit_plane_goes_through_all_neurons_again)
{
    struct bench bench;
    bench_init(&bench);
    event_queue_put(&bench.queue, 0, 0, 5); /* 101: three planes */
    event_queue_put(&bench.queue, 0, 1, 1);
    ck_assert_uint_eq(drain(&bench, 0), (1 + 3 * NEURONS * 2) + (1 + NEURONS * 2));
    ck_assert_uint_eq(bench.counters[CORE_SYNAPSE_WORDS], 4 * 3);
    ck_assert_uint_eq(bench.counters[CORE_ACCUMULATIONS], 4 * NEURONS);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPTIC_EVENTS], 3 * 3 + 1);
    ck_assert_int_eq(bench.array.accumulator[5], -40 + 3);
    bench_free(&bench);
}
END_TEST

START_TEST(a_place_in_the_queue_is_free_when_its_event_is_read)
{
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < 3; i++)
        event_queue_put(&bench.queue, 0, 0, 1);
    drain(&bench, 100);
    ck_assert(!event_queue_has_room(&bench.queue, 100));
    ck_assert_uint_eq(event_queue_room_at(&bench.queue), 101);
    ck_assert(event_queue_has_room(&bench.queue, 101));
    ck_assert_uint_eq(event_queue_room_at(&bench.queue), 101 + 1 + 2 * NEURONS);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("synapse crossbar");
    TCase *cases = tcase_create("synapse crossbar");
    tcase_add_test(cases, an_event_takes_every_neuron_in_turn);
    tcase_add_test(cases, every_bit_plane_goes_through_all_neurons_again);
    tcase_add_test(cases, a_place_in_the_queue_is_free_when_its_event_is_read);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
