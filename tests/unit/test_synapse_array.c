/* Synapse arrays: cycles, words, accesses by hand; the same sums from all kinds. */
#include "models/tile/synapse_array.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

#define AXONS_MAX 64u
#define SYNAPSES_MAX 2048u

struct bench {
    struct core_config config;
    uint32_t start[AXONS_MAX + 1], row[AXONS_MAX];
    uint16_t target[SYNAPSES_MAX];
    int16_t weight[SYNAPSES_MAX];
    struct core_program program;
    struct synapse_array array;
    struct event_queue queue;
    uint64_t counters[CORE_COUNTERS];
};

static void bench_clear(struct bench *bench, uint32_t neurons)
{
    *bench = (struct bench){.config = {.weight_bits = 8, .accumulator_bits = 20, .accumulator_banks = 4,
                                       .accumulator_ports = 1, .axon_cycles = 1, .sparse_index_bits = 6,
                                       .sparse_word_bits = 32, .sparse_words_per_cycle = 1, .sparse_latency = 2,
                                       .dimc_rows = 8, .dimc_columns = 64, .dimc_arrays = 2, .dimc_rows_per_access = 4,
                                       .dimc_cycles_per_plane = 1, .dimc_planes_per_access = 1, .dimc_latency = 3}};
    bench->program = (struct core_program){.neuron_count = neurons, .synapse_start = bench->start,
                                           .synapse_target = bench->target, .synapse_weight = bench->weight,
                                           .axon_row = bench->row};
}

static void add_axon(struct bench *bench, uint32_t row, uint32_t count, const uint16_t *targets, const int16_t *weights)
{
    uint32_t axon = bench->program.axon_count++, first = bench->start[axon];
    bench->row[axon] = row;
    for (uint32_t i = 0; i < count; i++) {
        bench->target[first + i] = targets[i];
        bench->weight[first + i] = weights ? weights[i] : 1;
    }
    bench->start[axon + 1] = first + count;
}

static void bench_build(struct bench *bench, enum synapse_kind kind)
{
    bench->config.synapse_kind = (int)kind;
    event_queue_init(&bench->queue, 100, 2);
    synapse_array_init(&bench->array, &bench->config, &bench->program);
}

static void bench_free(struct bench *bench)
{
    event_queue_free(&bench->queue);
    synapse_array_free(&bench->array);
}

static void event(struct bench *bench, uint32_t axon, int32_t value) { event_queue_put(&bench->queue, 0, axon, value); }

static uint64_t drain(struct bench *bench, uint64_t start)
{
    return synapse_array_drain(&bench->array, &bench->queue, 0, start, bench->counters);
}

/* ---- sparse ---- */

/* Synapses of 14 bits end in words 0 0 1 1 2 of 32 bits: the cycles read {0 4} {1 2} {3}. */
static const uint16_t five[] = {0, 1, 2, 3, 4}, meeting[] = {0, 4, 1, 2, 3};

static const struct {
    const uint16_t *targets;
    uint32_t words_per_cycle, banks, ports;
    uint32_t cycles;
} rows[] = {
    {five, 1, 4, 1, 3},    /* a word a cycle, no conflict: {0 1} {2 3} {4} */
    {meeting, 1, 4, 1, 4}, /* 0 and 4 meet in bank 0 */
    {meeting, 1, 4, 2, 3}, /* two ports take both */
    {meeting, 1, 8, 1, 3}, /* eight banks keep them apart */
    {meeting, 2, 4, 1, 3}, /* {0 4 1 2}: 2 cycles, {3} */
    {five, 2, 4, 1, 2},    /* {0 1 2 3} {4} */
    {five, 3, 4, 1, 2},    /* {0 1 2 3 4}: 0 and 4 meet */
    {five, 3, 5, 1, 1},
    {five, 1, 1, 1, 5},    /* one bank: an addition a cycle */
};

START_TEST(a_sparse_row_takes_its_words_or_its_conflicts)
{
    struct bench bench;
    bench_clear(&bench, 8);
    add_axon(&bench, 0, 5, rows[_i].targets, NULL);
    bench.config.sparse_words_per_cycle = rows[_i].words_per_cycle;
    bench.config.accumulator_banks = rows[_i].banks;
    bench.config.accumulator_ports = rows[_i].ports;
    bench_build(&bench, SYNAPSE_SPARSE);
    event(&bench, 0, 1);
    ck_assert_uint_eq(drain(&bench, 0), 1 + rows[_i].cycles + 2); /* axon look-up, row, latency */
    ck_assert_uint_eq(bench.counters[CORE_SYNAPSE_WORDS], 3);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPTIC_EVENTS], 5);
    ck_assert_uint_eq(bench.counters[CORE_ACCUMULATIONS], 5);
    ck_assert_uint_eq(bench.counters[CORE_QUEUE_READS], 1);
    ck_assert_uint_eq(bench.counters[CORE_AXON_READS], 1);
    bench_free(&bench);
}
END_TEST

START_TEST(sparse_events_add_up_and_every_bit_plane_reads_the_row_again)
{
    struct bench bench;
    bench_clear(&bench, 8);
    bench.config.axon_cycles = 3;
    add_axon(&bench, 0, 5, meeting, NULL); /* 4 cycles, 3 words */
    add_axon(&bench, 3, 1, five, NULL);    /* 1 cycle, 1 word */
    add_axon(&bench, 4, 0, five, NULL);    /* nothing */
    bench_build(&bench, SYNAPSE_SPARSE);
    event(&bench, 0, 5); /* 3 planes */
    event(&bench, 1, 1);
    event(&bench, 2, 1);
    ck_assert_uint_eq(drain(&bench, 0), (3 + 3 * 4) + (3 + 1) + 3 + 2);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPSE_WORDS], 3 * 3 + 1);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPTIC_EVENTS], 3 * 5 + 1);
    ck_assert_int_eq(bench.array.accumulator[0], 6);
    ck_assert_int_eq(bench.array.accumulator[4], 5);
    bench_free(&bench);
}
END_TEST

START_TEST(an_empty_slot_takes_no_cycle)
{
    for (int kind = SYNAPSE_SPARSE; kind <= SYNAPSE_DIMC; kind++) {
        struct bench bench;
        bench_clear(&bench, 8);
        add_axon(&bench, 0, 5, five, NULL);
        bench_build(&bench, (enum synapse_kind)kind);
        event_queue_put(&bench.queue, 1, 0, 1); /* of another timestep */
        ck_assert_uint_eq(drain(&bench, 0), 0);
        ck_assert_uint_eq(bench.counters[CORE_QUEUE_READS], 0);
        ck_assert_int_eq(bench.array.accumulator[0], 0);
        bench_free(&bench);
    }
}
END_TEST

/* Events of a row of 3 cycles and a look-up of 1: read in cycles 50, 54, 58; their places are free a cycle later. */
START_TEST(places_in_the_queue_come_free_as_the_rows_are_read)
{
    struct bench bench;
    bench_clear(&bench, 8);
    add_axon(&bench, 0, 5, five, NULL);
    bench_build(&bench, SYNAPSE_SPARSE);
    event_queue_free(&bench.queue);
    event_queue_init(&bench.queue, 3, 2);
    for (int i = 0; i < 3; i++)
        event(&bench, 0, 1);
    drain(&bench, 50);
    for (uint64_t now = 50, put = 0; now <= 59; now++) {
        bool room = event_queue_has_room(&bench.queue, now);
        ck_assert_msg(room == (now == 51 || now == 55 || now == 59), "cycle %llu", (unsigned long long)now);
        if (room)
            event_queue_put(&bench.queue, 1, (uint32_t)put++, 1);
    }
    bench_free(&bench);
}
END_TEST

/* ---- dimc ---- */

/* Rows 0 and 1 are a group of four rows, row 5 another, row 8 is the first of the second array. */
static void dimc_of_four_axons(struct bench *bench)
{
    static const uint32_t row[] = {0, 1, 5, 8};
    bench_clear(bench, 5);
    for (uint32_t a = 0; a < 4; a++)
        add_axon(bench, row[a], 5, five, NULL);
    bench_build(bench, SYNAPSE_DIMC);
}

START_TEST(dimc_accesses_each_group_once_for_each_plane)
{
    struct bench bench;
    dimc_of_four_axons(&bench);
    event(&bench, 0, 1);
    event(&bench, 1, 1);
    event(&bench, 2, 1);
    event(&bench, 3, 3); /* 2 planes */
    ck_assert_uint_eq(bench.array.groups, 4);
    ck_assert_uint_eq(drain(&bench, 0), 4 + (1 + 1 + 2) + 3); /* look-ups, accesses, latency */
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ACCESSES], 4);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ROWS], 5);
    ck_assert_uint_eq(bench.counters[CORE_ACCUMULATIONS], 4 * 5);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPTIC_EVENTS], 5 * 5);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPSE_WORDS], 0);
    bench_free(&bench);
}
END_TEST

START_TEST(a_row_that_comes_twice_has_the_planes_of_both)
{
    struct bench bench;
    dimc_of_four_axons(&bench);
    event(&bench, 0, 1);
    event(&bench, 0, 2); /* 2 planes more: 3 */
    event(&bench, 1, 1);
    ck_assert_uint_eq(drain(&bench, 0), 3 + 3 + 3);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ACCESSES], 3);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ROWS], 3); /* ones among them */
    ck_assert_int_eq(bench.array.accumulator[4], 4);
    bench_free(&bench);
}
END_TEST

START_TEST(dimc_forgets_the_planes_of_the_timestep_before)
{
    struct bench bench;
    dimc_of_four_axons(&bench);
    event(&bench, 0, 7);
    event(&bench, 3, 7);
    drain(&bench, 0);
    event(&bench, 2, 1);
    ck_assert_uint_eq(drain(&bench, 100), 1 + 1 + 3);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ACCESSES], 3 + 3 + 1);
    bench_free(&bench);
}
END_TEST

START_TEST(rows_that_do_not_fill_the_last_group_make_one_nevertheless)
{
    struct bench bench;
    bench_clear(&bench, 5);
    bench.config.dimc_rows = 10; /* groups of 4, 4, 2 in each array */
    add_axon(&bench, 9, 5, five, NULL);
    add_axon(&bench, 10, 5, five, NULL); /* first row of the second array */
    bench_build(&bench, SYNAPSE_DIMC);
    ck_assert_uint_eq(bench.array.groups, 6);
    event(&bench, 0, 1);
    event(&bench, 1, 1);
    drain(&bench, 0);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ACCESSES], 2);
    bench_free(&bench);
}
END_TEST

START_TEST(planes_taken_together_share_an_access)
{
    static const uint32_t together[] = {1, 2, 3, 4, 8}, accesses[] = {5, 3, 2, 2, 1};
    for (size_t i = 0; i < sizeof together / sizeof *together; i++) {
        struct bench bench;
        bench_clear(&bench, 5);
        bench.config.dimc_planes_per_access = together[i];
        add_axon(&bench, 0, 5, five, NULL);
        bench_build(&bench, SYNAPSE_DIMC);
        event(&bench, 0, 21); /* 10101: five planes, three ones */
        ck_assert_uint_eq(drain(&bench, 0), 1 + accesses[i] + 3);
        ck_assert_uint_eq(bench.counters[CORE_ARRAY_ACCESSES], accesses[i]);
        ck_assert_uint_eq(bench.counters[CORE_ARRAY_ROWS], 3);
        bench_free(&bench);
    }
}
END_TEST

START_TEST(a_slower_plane_takes_its_cycles)
{
    struct bench bench;
    bench_clear(&bench, 5);
    bench.config.dimc_cycles_per_plane = 7;
    add_axon(&bench, 0, 5, five, NULL);
    bench_build(&bench, SYNAPSE_DIMC);
    event(&bench, 0, 3);
    ck_assert_uint_eq(drain(&bench, 0), 1 + 2 * 7 + 3);
    bench_free(&bench);
}
END_TEST

/* ---- both ---- */

START_TEST(accumulators_saturate_as_they_add)
{
    for (int kind = SYNAPSE_SPARSE; kind <= SYNAPSE_DIMC; kind++) {
        struct bench bench;
        static const uint16_t both[] = {0, 1};
        static const int16_t up[] = {20, -20}, down[] = {-5, 5};
        bench_clear(&bench, 2);
        bench.config.accumulator_bits = 6; /* -32 .. 31 */
        bench.config.weight_bits = 6;
        add_axon(&bench, 0, 2, both, up);
        add_axon(&bench, 1, 2, both, down);
        bench_build(&bench, (enum synapse_kind)kind);
        event(&bench, 0, 1);
        event(&bench, 0, 1);
        event(&bench, 1, 1);
        drain(&bench, 0);
        ck_assert_int_eq(bench.array.accumulator[0], 26);  /* 31 - 5 */
        ck_assert_int_eq(bench.array.accumulator[1], -27); /* -32 + 5 */
        bench_free(&bench);
    }
}
END_TEST

/* Lists, dense rows of 8 and of 16 bits against sums one by one; the accumulators are wide enough, or so narrow that
 * the bound is passed in the middle of the timestep. */
static const struct {
    uint32_t bits;
    int32_t weights;
} sums[] = {{20, 255}, {9, 255}, {13, 255}, {22, 1001}, {12, 1001}, {15, 1001}};
#define ADDED_EVENTS 90u

static void fill(struct bench *bench, uint32_t bits, int32_t weights)
{
    bench_clear(bench, 32);
    bench->config.accumulator_bits = bits;
    bench->config.dimc_rows = 40;
    for (uint32_t a = 0; a < 40; a++) {
        uint16_t targets[32];
        int16_t values[32];
        uint32_t count = 0;
        for (uint16_t t = (uint16_t)(a % 3); t < 32; t = (uint16_t)(t + 1 + a % 4)) {
            values[count] = (int16_t)((int32_t)(a * 29 + t * 53) % weights - weights / 2);
            targets[count++] = t;
        }
        add_axon(bench, a, count, targets, values);
    }
}

static int32_t event_value(uint32_t i) { return i % 4 ? 1 : (int32_t)(1 + i % 5); }

START_TEST(every_kind_adds_what_the_weights_say)
{
    static struct bench benches[3];
    int32_t expected[32] = {0}, highest = (1 << (sums[_i].bits - 1)) - 1;
    for (int kind = SYNAPSE_SPARSE; kind <= SYNAPSE_CROSSBAR; kind++) {
        struct bench *bench = &benches[kind];
        fill(bench, sums[_i].bits, sums[_i].weights);
        bench_build(bench, (enum synapse_kind)kind);
        ck_assert((bench->array.dense_i8 != NULL) == (kind != SYNAPSE_SPARSE && sums[_i].weights == 255));
        ck_assert((bench->array.dense_i16 != NULL) == (kind != SYNAPSE_SPARSE && sums[_i].weights != 255));
        for (uint32_t i = 0; i < ADDED_EVENTS; i++)
            event(bench, i * 17 % 40, event_value(i));
        drain(bench, 0);
    }
    const struct bench *bench = &benches[0];
    for (uint32_t i = 0; i < ADDED_EVENTS; i++)
        for (uint32_t s = bench->start[i * 17 % 40]; s < bench->start[i * 17 % 40 + 1]; s++) {
            int32_t sum = expected[bench->target[s]] + bench->weight[s] * event_value(i);
            expected[bench->target[s]] = sum > highest ? highest : sum < -highest - 1 ? -highest - 1 : sum;
        }
    for (int kind = SYNAPSE_SPARSE; kind <= SYNAPSE_CROSSBAR; kind++) {
        ck_assert_mem_eq(benches[kind].array.accumulator, expected, sizeof expected);
        ck_assert_uint_eq(benches[kind].counters[CORE_SYNAPTIC_EVENTS], benches[0].counters[CORE_SYNAPTIC_EVENTS]);
        bench_free(&benches[kind]);
    }
}
END_TEST

START_TEST(thin_rows_stay_lists)
{
    struct bench bench;
    static const uint16_t one[] = {3};
    bench_clear(&bench, 64);
    add_axon(&bench, 0, 1, one, NULL);
    bench_build(&bench, SYNAPSE_DIMC);
    ck_assert_ptr_null(bench.array.dense_i8);
    event(&bench, 0, 1);
    drain(&bench, 0);
    ck_assert_int_eq(bench.array.accumulator[3], 1);
    bench_free(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("synapse array");
    TCase *cases = tcase_create("synapse array");
    tcase_add_loop_test(cases, a_sparse_row_takes_its_words_or_its_conflicts, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, sparse_events_add_up_and_every_bit_plane_reads_the_row_again);
    tcase_add_test(cases, an_empty_slot_takes_no_cycle);
    tcase_add_test(cases, places_in_the_queue_come_free_as_the_rows_are_read);
    tcase_add_test(cases, dimc_accesses_each_group_once_for_each_plane);
    tcase_add_test(cases, a_row_that_comes_twice_has_the_planes_of_both);
    tcase_add_test(cases, dimc_forgets_the_planes_of_the_timestep_before);
    tcase_add_test(cases, rows_that_do_not_fill_the_last_group_make_one_nevertheless);
    tcase_add_test(cases, a_slower_plane_takes_its_cycles);
    tcase_add_test(cases, planes_taken_together_share_an_access);
    tcase_add_test(cases, accumulators_saturate_as_they_add);
    tcase_add_loop_test(cases, every_kind_adds_what_the_weights_say, 0, (int)(sizeof sums / sizeof *sums));
    tcase_add_test(cases, thin_rows_stay_lists);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
