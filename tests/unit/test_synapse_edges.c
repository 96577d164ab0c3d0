/* Synapse arrays where a word, a sum or a timestep ends exactly. */
#include "models/tile/synapse_array.h"
#include "tests/support/run_suite.h"
#include <check.h>

struct bench {
    struct core_config config;
    uint32_t start[4], row[3];
    uint16_t target[16];
    int16_t weight[16];
    struct core_program program;
    struct synapse_array array;
    struct event_queue queue;
    uint64_t counters[CORE_COUNTERS];
};

/* Three axons of four synapses each, to neurons 0 .. 3, all of one weight; dimc rows 0, 1 and 4 of groups of four. */
static void bench_init(struct bench *bench, int kind, int16_t weight)
{
    *bench = (struct bench){.config = {.synapse_kind = kind, .weight_bits = 8, .accumulator_bits = 8,
                                       .accumulator_banks = 4, .accumulator_ports = 1, .axon_cycles = 1,
                                       .sparse_index_bits = 8, .sparse_word_bits = 32, .sparse_words_per_cycle = 1,
                                       .dimc_rows = 8, .dimc_columns = 4, .dimc_arrays = 1, .dimc_rows_per_access = 4,
                                       .dimc_cycles_per_plane = 1,
                                       .dimc_planes_per_access = 1}};
    for (uint32_t i = 0; i < 12; i++) {
        bench->target[i] = (uint16_t)(i % 4);
        bench->weight[i] = weight;
    }
    for (uint32_t axon = 0; axon <= 3; axon++)
        bench->start[axon] = 4 * axon;
    bench->row[1] = 1;
    bench->row[2] = 4;
    bench->program = (struct core_program){.neuron_count = 4, .axon_count = 3, .synapse_start = bench->start,
                                           .synapse_target = bench->target, .synapse_weight = bench->weight,
                                           .axon_row = bench->row};
    event_queue_init(&bench->queue, 50, 1);
    synapse_array_init(&bench->array, &bench->config, &bench->program);
}

static void bench_free(struct bench *bench)
{
    event_queue_free(&bench->queue);
    synapse_array_free(&bench->array);
}

static uint64_t drain(struct bench *bench)
{
    return synapse_array_drain(&bench->array, &bench->queue, 0, 0, bench->counters);
}

/* Synapses of 16 bits: two end with each word of 32 and are added when it is read, so two words make two cycles. */
START_TEST(a_synapse_that_ends_with_a_word_is_added_with_it)
{
    struct bench bench;
    bench_init(&bench, SYNAPSE_SPARSE, 1);
    event_queue_put(&bench.queue, 0, 0, 1);
    ck_assert_uint_eq(drain(&bench), 1 + 2);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPSE_WORDS], 2);
    bench_free(&bench);
    bench_init(&bench, SYNAPSE_SPARSE, 1);
    bench.config.accumulator_banks = 2;
    bench.target[1] = 2; /* {0 2} {2 3}: 0 and 2 meet in bank 0 */
    synapse_array_free(&bench.array);
    synapse_array_init(&bench.array, &bench.config, &bench.program);
    event_queue_put(&bench.queue, 0, 0, 1);
    ck_assert_uint_eq(drain(&bench), 1 + 2 + 1);
    bench_free(&bench);
}
END_TEST

START_TEST(table_reads_are_one_an_event)
{
    static const int kinds[] = {SYNAPSE_SPARSE, SYNAPSE_DIMC};
    struct bench bench;
    bench_init(&bench, kinds[_i], 1);
    for (uint32_t axon = 0; axon < 3; axon++)
        event_queue_put(&bench.queue, 0, axon, 1);
    (void)drain(&bench);
    ck_assert_uint_eq(bench.counters[CORE_AXON_READS], 3);
    ck_assert_uint_eq(bench.counters[CORE_QUEUE_READS], 3);
    bench_free(&bench);
}
END_TEST

START_TEST(accumulators_saturate_at_both_ends_whatever_the_sign_of_the_weights)
{
    static const int16_t weights[] = {-100, 100};
    struct bench bench;
    bench_init(&bench, SYNAPSE_SPARSE, weights[_i]);
    for (uint32_t axon = 0; axon < 3; axon++)
        event_queue_put(&bench.queue, 0, axon, 1);
    (void)drain(&bench);
    for (uint32_t j = 0; j < 4; j++)
        ck_assert_int_eq(bench.array.accumulator[j], _i ? 127 : -128);
    bench_free(&bench);
}
END_TEST

/* Planes 3 of axon 0, then 1 of axon 1 in the same group: nothing of the first timestep is left in the second. */
START_TEST(the_same_rows_and_groups_start_from_nothing_in_every_timestep)
{
    struct bench bench;
    bench_init(&bench, SYNAPSE_DIMC, 1);
    event_queue_put(&bench.queue, 0, 0, 7);
    ck_assert_uint_eq(drain(&bench), 1 + 3);
    event_queue_put(&bench.queue, 0, 1, 1);
    ck_assert_uint_eq(drain(&bench), 1 + 1);
    event_queue_put(&bench.queue, 0, 0, 1);
    ck_assert_uint_eq(drain(&bench), 1 + 1);
    event_queue_put(&bench.queue, 0, 2, 1);
    event_queue_put(&bench.queue, 0, 0, 3);
    event_queue_put(&bench.queue, 0, 1, 1);
    ck_assert_uint_eq(drain(&bench), 3 + (2 + 1));
    bench_free(&bench);
}
END_TEST

/* As many as the queue holds, more than there are rows: the list of touched rows must not grow with them. */
START_TEST(events_of_value_0_are_looked_up_and_touch_no_row)
{
    struct bench bench;
    bench_init(&bench, SYNAPSE_DIMC, 1);
    uint32_t events = bench.queue.depth;
    ck_assert_uint_gt(events, 3);
    for (uint32_t i = 0; i < events; i++)
        event_queue_put(&bench.queue, 0, i % 3, 0);
    ck_assert_uint_eq(drain(&bench), events);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ACCESSES], 0);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ROWS], 0);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("synapse edges");
    TCase *cases = tcase_create("synapse edges");
    tcase_add_test(cases, a_synapse_that_ends_with_a_word_is_added_with_it);
    tcase_add_loop_test(cases, table_reads_are_one_an_event, 0, 2);
    tcase_add_loop_test(cases, accumulators_saturate_at_both_ends_whatever_the_sign_of_the_weights, 0, 2);
    tcase_add_test(cases, the_same_rows_and_groups_start_from_nothing_in_every_timestep);
    tcase_add_test(cases, events_of_value_0_are_looked_up_and_touch_no_row);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
