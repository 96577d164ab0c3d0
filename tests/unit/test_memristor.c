/* Memristive arrays: reads, codes and cycles by hand; the digital array's sums where nothing is lost; variation as large
 * as the chip file says, and the same for the same seed, core, sample and timestep. */
#include "models/packet.h"
#include "models/tile/synapse_array.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AXONS_MAX 64u
#define SYNAPSES_MAX 4096u

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

/* 7 bits in a device; steps of 0.01 uS above 0.73 uS; the converter's code is finer than a step. */
static void bench_clear(struct bench *bench, uint32_t neurons)
{
    *bench = (struct bench){.config = {.synapse_kind = SYNAPSE_MEMRISTOR, .weight_bits = 8, .accumulator_bits = 24,
                                       .axon_cycles = 1, .dimc_rows = 8, .dimc_columns = 64, .dimc_arrays = 8,
                                       .dimc_rows_per_access = 4, .dimc_cycles_per_plane = 1,
                                       .dimc_planes_per_access = 1, .dimc_latency = 3,
                                       .memristor = {.rows = 8, .columns = 64, .arrays = 8, .rows_per_read = 4,
                                                     .latency = 3, .cell_bits = 7, .conductance_low = 0.73, .conductance_high = 2,
                                                     .read_voltage = 0.5, .read_cycles = 10, .converter_bits = 20,
                                                     .converter_full_scale = 9, .converter_columns = 64,
                                                     .converter_cycles = 2}}};
    bench->program = (struct core_program){.neuron_count = neurons, .synapse_start = bench->start,
                                           .synapse_target = bench->target, .synapse_weight = bench->weight,
                                           .axon_row = bench->row};
}

static void add_axon(struct bench *bench, uint32_t row, uint32_t count, const int16_t *weights)
{
    uint32_t axon = bench->program.axon_count++, first = bench->start[axon];
    bench->row[axon] = row;
    for (uint32_t i = 0; i < count; i++) {
        bench->target[first + i] = (uint16_t)i;
        bench->weight[first + i] = weights[i];
    }
    bench->start[axon + 1] = first + count;
}

static void bench_build(struct bench *bench, uint64_t seed, uint32_t core)
{
    event_queue_init(&bench->queue, 1000, 2);
    synapse_array_init(&bench->array, &bench->config, &bench->program);
    synapse_array_program(&bench->array, &bench->program, seed, core);
}

static void bench_free(struct bench *bench)
{
    event_queue_free(&bench->queue);
    synapse_array_free(&bench->array);
}

static void event(struct bench *bench, uint32_t axon, int32_t value) { event_queue_put(&bench->queue, 0, axon, value); }

static uint64_t drain(struct bench *bench, uint32_t sample, uint32_t step)
{
    memset(bench->array.accumulator, 0, bench->array.neurons * sizeof(int32_t));
    bench->array.go = go_pack(sample, GO_STEP_0 + step);
    return synapse_array_drain(&bench->array, &bench->queue, 0, 0, bench->counters);
}

/* ---- reads, by hand ---- */

static const int16_t pair_of_weights[] = {100, -27};

START_TEST(a_group_is_read_once_for_each_bit_that_is_set)
{
    struct bench bench;
    bench_clear(&bench, 2);
    for (uint32_t row = 0; row < 16; row++)
        add_axon(&bench, row, 2, pair_of_weights);
    bench_build(&bench, 1, 0);
    event(&bench, 0, 1);
    event(&bench, 3, 1);  /* with row 0, in one read */
    event(&bench, 4, 5);  /* bits 0 and 2: two reads of the second group, bit 1 drives nothing */
    event(&bench, 8, 1);  /* the second array */
    event(&bench, 8, 1);  /* the same row: not in the same read */
    uint64_t cycles = drain(&bench, 0, 0);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ACCESSES], 1 + 2 + 2);
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ROWS], 2 + 2 + 2);
    ck_assert_uint_eq(bench.counters[CORE_CONVERSIONS], 5 * 2);
    ck_assert_uint_eq(bench.counters[CORE_CLIPPED], 0);
    ck_assert_uint_eq(bench.counters[CORE_SYNAPTIC_EVENTS], 6 * 2);
    ck_assert_uint_eq(bench.counters[CORE_QUEUE_READS], 5);
    ck_assert_uint_eq(cycles, 5 + 5 * (10 + 2 * 2) + 3); /* look-ups, reads of two columns each, pipeline */
    ck_assert_int_eq(bench.array.accumulator[0], 100 * (1 + 1 + 5 + 2));
    ck_assert_int_eq(bench.array.accumulator[1], -27 * (1 + 1 + 5 + 2));
    bench_free(&bench);
}
END_TEST

START_TEST(events_of_value_0_drive_nothing)
{
    struct bench bench;
    bench_clear(&bench, 2);
    add_axon(&bench, 0, 2, pair_of_weights);
    bench_build(&bench, 1, 0);
    event(&bench, 0, 0);
    ck_assert_uint_eq(drain(&bench, 0, 0), 1 + 3); /* the look-up, the pipeline */
    ck_assert_uint_eq(bench.counters[CORE_ARRAY_ACCESSES], 0);
    ck_assert_int_eq(bench.array.accumulator[0], 0);
    bench_free(&bench);
}
END_TEST

static const struct {
    uint32_t cell_bits, shared, cycles; /* of a read's conversions */
    uint32_t conversions;
} sharing[] = {{7, 1, 2, 5}, {7, 3, 6, 5}, {7, 5, 10, 5}, {7, 64, 10, 5}, {4, 6, 12, 10}, {4, 64, 20, 10}, {1, 8, 16, 35}};

START_TEST(columns_that_share_a_converter_wait_for_each_other)
{
    static const int16_t weights[] = {1, 2, 3, 4, 5};
    struct bench bench;
    bench_clear(&bench, 5);
    bench.config.memristor.cell_bits = sharing[_i].cell_bits;
    bench.config.memristor.converter_columns = sharing[_i].shared;
    add_axon(&bench, 0, 5, weights);
    bench_build(&bench, 1, 0);
    event(&bench, 0, 1);
    ck_assert_uint_eq(drain(&bench, 0, 0), 1 + 10 + sharing[_i].cycles + 3);
    ck_assert_uint_eq(bench.counters[CORE_CONVERSIONS], sharing[_i].conversions);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(bench.array.accumulator[i], weights[i]);
    bench_free(&bench);
}
END_TEST

/* 64 pairs of which two are used: 128 devices at 0.73 uS, and 1.00 and 0.27 uS more. */
START_TEST(the_current_is_that_of_every_device_in_a_driven_row)
{
    struct bench bench;
    bench_clear(&bench, 2);
    add_axon(&bench, 0, 2, pair_of_weights);
    bench_build(&bench, 1, 0);
    event(&bench, 0, 1);
    event(&bench, 0, 1);
    drain(&bench, 0, 0);
    ck_assert_uint_eq(bench.counters[CORE_READ_CONDUCTANCE], 2 * (128 * 730 + 1000 + 270));
    bench_free(&bench);
}
END_TEST

/* ---- codes, by hand: full scale 1 row = 127 steps ---- */
static const struct {
    uint32_t bits;
    int16_t weights[3]; /* of three rows that are read at once */
    int32_t sum;
    uint64_t clipped;
} codes[] = {
    {4, {40, 0, 0}, 48, 0},       /* step 15.875: 40 / 15.875 = 2.52, code 3 is 47.6 */
    {4, {39, 0, 0}, 32, 0},       /* 2.46: code 2 is 31.75 */
    {4, {-40, 0, 0}, -48, 0},
    {4, {100, 11, 0}, 111, 0},    /* 6.99: code 7 is 111.1 */
    {4, {120, 0, 0}, 111, 1},     /* 7.56 would be code 8: the largest is 7 */
    {4, {127, 127, 127}, 111, 1},
    {4, {-127, 0, 0}, -127, 0},   /* code -8 */
    {4, {-127, -127, 0}, -127, 1},
    {1, {127, 0, 0}, 0, 1},       /* codes -1 and 0 */
    {1, {-100, 0, 0}, -127, 0},
    {8, {100, 0, 0}, 100, 0},     /* step 0.992 */
    {8, {100, 26, 0}, 126, 0},    /* 126.99 */
    {8, {100, 27, 0}, 126, 1},    /* code 128 */
    {8, {127, -127, 3}, 3, 0},    /* currents subtract before they are converted */
};

START_TEST(the_converter_rounds_to_codes_and_clips_at_full_scale)
{
    struct bench bench;
    bench_clear(&bench, 1);
    bench.config.memristor.converter_bits = codes[_i].bits;
    bench.config.memristor.converter_full_scale = 1;
    for (uint32_t row = 0; row < 3; row++)
        add_axon(&bench, row, 1, &codes[_i].weights[row]);
    bench_build(&bench, 1, 0);
    for (uint32_t row = 0; row < 3; row++)
        event(&bench, row, 1);
    drain(&bench, 0, 0);
    ck_assert_int_eq(bench.array.accumulator[0], codes[_i].sum);
    ck_assert_uint_eq(bench.counters[CORE_CLIPPED], codes[_i].clipped);
    bench_free(&bench);
}
END_TEST

/* Slices of 3 bits of 45 = 0 101 101: 5 + 5 x 8; full scale 1 row = 7 steps, codes of 3 bits: -4 .. 3, step 1.75. */
START_TEST(slices_are_converted_one_by_one_and_shifted)
{
    static const int16_t weight = 45;
    struct bench bench;
    bench_clear(&bench, 1);
    bench.config.memristor.cell_bits = 3;
    bench.config.memristor.converter_bits = 3;
    bench.config.memristor.converter_full_scale = 1;
    add_axon(&bench, 0, 1, &weight);
    bench_build(&bench, 1, 0);
    event(&bench, 0, 1);
    drain(&bench, 0, 0);
    ck_assert_int_eq(bench.array.accumulator[0], 5 + 5 * 8 + 0 * 64); /* 5 / 1.75 = 2.86: code 3 is 5.25: 5 */
    ck_assert_uint_eq(bench.counters[CORE_CONVERSIONS], 3);
    bench_free(&bench);
}
END_TEST

START_TEST(accumulators_saturate_behind_the_converters)
{
    static const int16_t weights[] = {127, -127};
    struct bench bench;
    bench_clear(&bench, 2);
    bench.config.accumulator_bits = 9; /* -256 .. 255 */
    add_axon(&bench, 0, 2, weights);
    bench_build(&bench, 1, 0);
    for (int i = 0; i < 3; i++)
        event(&bench, 0, 1);
    drain(&bench, 0, 0);
    ck_assert_int_eq(bench.array.accumulator[0], 255);
    ck_assert_int_eq(bench.array.accumulator[1], -256);
    bench_free(&bench);
}
END_TEST

/* ---- beside the digital array ---- */

static void fill(struct bench *bench, uint32_t neurons)
{
    bench_clear(bench, neurons);
    for (uint32_t a = 0; a < AXONS_MAX; a++) {
        int16_t weights[64];
        for (uint32_t i = 0; i < neurons; i++)
            weights[i] = (int16_t)((int32_t)(a * 29 + i * 53) % 255 - 127);
        add_axon(bench, a, neurons, weights);
    }
}

static void many_events(struct bench *bench, bool backwards)
{
    for (uint32_t n = 0; n < 90; n++) {
        uint32_t i = backwards ? 89 - n : n;
        event(bench, i * 17 % AXONS_MAX, i % 4 ? 1 : (int32_t)(1 + i % 9));
    }
}

static const uint32_t cell_bits[] = {1, 2, 3, 4, 5, 7};

START_TEST(ideal_devices_and_enough_bits_add_what_a_digital_array_adds)
{
    static struct bench analog, digital;
    fill(&analog, 60);
    analog.config.memristor.cell_bits = cell_bits[_i];
    bench_build(&analog, 1, 0);
    many_events(&analog, false);
    drain(&analog, 0, 0);
    fill(&digital, 60);
    digital.config.synapse_kind = SYNAPSE_DIMC;
    bench_build(&digital, 1, 0);
    many_events(&digital, false);
    drain(&digital, 0, 0);
    ck_assert_mem_eq(analog.array.accumulator, digital.array.accumulator, 60 * sizeof(int32_t));
    bench_free(&analog);
    bench_free(&digital);
}
END_TEST

/* ---- variation ---- */

static void vary(struct bench *bench)
{
    bench->config.memristor.programming_noise = 0.03;
    bench->config.memristor.read_noise = 0.05;
    bench->config.memristor.wire_resistance = 20;
}

static const struct {
    uint64_t seed;
    uint32_t core, sample, step;
    bool backwards, same;
} places[] = {{5, 2, 7, 9, false, true}, {5, 2, 7, 9, true, true}, {6, 2, 7, 9, false, false},
              {5, 3, 7, 9, false, false}, {5, 2, 8, 9, false, false}, {5, 2, 7, 8, false, false}};

START_TEST(noise_follows_from_seed_core_sample_and_timestep_alone)
{
    static struct bench first, other;
    fill(&first, 60);
    vary(&first);
    bench_build(&first, 5, 2);
    many_events(&first, false);
    drain(&first, 7, 9);
    fill(&other, 60);
    vary(&other);
    bench_build(&other, places[_i].seed, places[_i].core);
    many_events(&other, true); /* what was read before leaves nothing behind */
    drain(&other, 1, 1);
    many_events(&other, places[_i].backwards);
    drain(&other, places[_i].sample, places[_i].step);
    bool same = memcmp(first.array.accumulator, other.array.accumulator, 60 * sizeof(int32_t)) == 0;
    ck_assert(same == places[_i].same);
    bench_free(&first);
    bench_free(&other);
}
END_TEST

/* Mean and deviation of what was programmed, less what should have been, in shares of the range. */
static void programming_errors(const struct memristor_devices *devices, const struct memristor_devices *exact,
                               bool logarithm, double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    size_t count = 0;
    for (size_t i = 0; i < (size_t)devices->axons * devices->pairs; i++) {
        double got = devices->positive[i], wanted = exact->positive[i];
        double error = logarithm ? log(got / wanted) : (got - wanted) / (double)devices->range;
        sum += error;
        squares += error * error;
        count++;
    }
    *mean = sum / (double)count;
    *deviation = sqrt(squares / (double)count - *mean * *mean);
}

START_TEST(programmed_conductances_spread_as_the_chip_file_says)
{
    static struct bench varied, exact;
    double mean, deviation;
    fill(&exact, 60);
    bench_build(&exact, 1, 0);
    fill(&varied, 60);
    varied.config.memristor.programming_noise = 0.04;
    varied.config.memristor.distribution = _i;
    bench_build(&varied, 1, 0);
    programming_errors(&varied.array.devices, &exact.array.devices, _i == PROGRAMMING_LOGNORMAL, &mean, &deviation);
    double error = 5 / sqrt(64 * 60);
    ck_assert_double_le(fabs(mean), 0.04 * error);
    ck_assert_double_le(fabs(deviation - 0.04), 0.04 * error);
    bench_free(&varied);
    bench_free(&exact);
}
END_TEST

START_TEST(so_many_devices_are_stuck_as_the_chip_file_says)
{
    static struct bench bench;
    fill(&bench, 60);
    bench.config.memristor.stuck_low = 0.1;
    bench.config.memristor.stuck_high = 0.2;
    bench_build(&bench, 1, 0);
    const struct memristor_devices *devices = &bench.array.devices;
    size_t count = (size_t)devices->axons * devices->pairs, high = 0;
    int64_t low = llround(0.73 / 1.27 * (double)devices->range);
    for (size_t i = 0; i < count; i++)
        high += devices->positive[i] == low + devices->range;
    /* a weight of 127 is at the end of the range too: of 255, and 80 % of those are not stuck otherwise */
    double expected = (0.2 + 0.7 / 255) * (double)count;
    ck_assert_double_le(fabs((double)high - expected), 5 * sqrt(expected));
    bench_free(&bench);
}
END_TEST

/* Those that are not stuck are as they would be without any that is, and no more often high than low. */
START_TEST(stuck_devices_leave_the_others_alone)
{
    static struct bench with, without, exact;
    double sum = 0;
    size_t others = 0, differ = 0;
    fill(&exact, 60);
    bench_build(&exact, 1, 0);
    fill(&without, 60);
    without.config.memristor.programming_noise = 0.04;
    bench_build(&without, 1, 0);
    fill(&with, 60);
    with.config.memristor.programming_noise = 0.04;
    with.config.memristor.stuck_low = 0.3;
    bench_build(&with, 1, 0);
    for (size_t i = 0; i < 64 * 60; i++) {
        bool stuck = with.array.devices.positive[i] == llround(0.73 / 1.27 * (double)with.array.devices.range);
        differ += !stuck && with.array.devices.positive[i] != without.array.devices.positive[i];
        sum += stuck ? 0 : (double)with.array.devices.positive[i] - exact.array.devices.positive[i];
        others += !stuck;
    }
    ck_assert_uint_eq(differ, 0);
    ck_assert_double_le(fabs(sum / (double)others), 5 * 0.04 * (double)with.array.devices.range / sqrt((double)others));
    bench_free(&with);
    bench_free(&without);
    bench_free(&exact);
}
END_TEST

START_TEST(every_core_and_every_row_has_devices_of_its_own)
{
    static struct bench first, second;
    static const int16_t weight[] = {50, 50, 50, 50};
    struct bench *benches[] = {&first, &second};
    for (uint32_t i = 0; i < 2; i++) {
        bench_clear(benches[i], 4);
        benches[i]->config.memristor.programming_noise = 0.04;
        for (uint32_t row = 0; row < 2; row++)
            add_axon(benches[i], row, 4, weight);
        bench_build(benches[i], 1, i);
    }
    const struct memristor_devices *a = &first.array.devices, *b = &second.array.devices;
    ck_assert_mem_ne(a->positive, b->positive, 4 * sizeof(uint16_t));
    ck_assert_mem_ne(a->positive, a->positive + 4, 4 * sizeof(uint16_t));
    ck_assert_mem_ne(a->positive, a->negative, 4 * sizeof(uint16_t));
    bench_free(&first);
    bench_free(&second);
}
END_TEST

/* One column, three rows: the noise of its sum is 0.05 sqrt(sum of all six conductances squared). */
START_TEST(read_noise_adds_up_over_the_devices_of_a_column)
{
    static const int16_t weights[] = {127, -60, 30};
    enum { READS = 4000 };
    struct bench bench;
    double expected = 0, sum = 0, squares = 0;
    bench_clear(&bench, 1);
    bench.config.memristor.read_noise = 0.05;
    for (uint32_t row = 0; row < 3; row++) {
        double at = 73 + abs(weights[row]); /* steps of 0.01 uS */
        add_axon(&bench, row, 1, &weights[row]);
        expected += at * at + 73 * 73;
    }
    expected = 0.05 * sqrt(expected);
    bench_build(&bench, 1, 0);
    for (uint32_t read = 0; read < READS; read++) {
        for (uint32_t row = 0; row < 3; row++)
            event(&bench, row, 1);
        drain(&bench, 0, read);
        sum += bench.array.accumulator[0];
        squares += (double)bench.array.accumulator[0] * bench.array.accumulator[0];
    }
    double mean = sum / READS, deviation = sqrt(squares / READS - mean * mean);
    ck_assert_double_le(fabs(mean - 97), 5 * expected / sqrt(READS));
    ck_assert_double_le(fabs(deviation - expected), 5 * expected / sqrt(2 * READS));
    bench_free(&bench);
}
END_TEST

/* Columns 0 and 1 of weight 127 at the ends of a row of two: a ladder of four devices, solved by hand for v. */
START_TEST(a_rows_wire_takes_its_share)
{
    static const int16_t weights[] = {127, 127};
    struct bench bench;
    bench_clear(&bench, 2);
    bench.config.memristor.columns = 2;
    bench.config.memristor.wire_resistance = 50e3;
    add_axon(&bench, 0, 2, weights);
    bench_build(&bench, 1, 0);
    const struct memristor_devices *devices = &bench.array.devices;
    /* r g: 0.1 for 2 uS, 0.0365 for 0.73 uS; from the end: v3 = v2 / 1.0365, ... */
    double r3 = 1 / 1.0365, r2 = 1 / (1 + 0.1 + 1 - r3), r1 = 1 / (1 + 0.0365 + 1 - r2), r0 = 1 / (1 + 0.1 + 1 - r1);
    double unit = 1.27 / (double)devices->range;
    ck_assert_double_le(fabs(devices->positive[0] * unit - 2 * r0), 2 * unit);
    ck_assert_double_le(fabs(devices->negative[0] * unit - 0.73 * r0 * r1), 2 * unit);
    ck_assert_double_le(fabs(devices->positive[1] * unit - 2 * r0 * r1 * r2), 2 * unit);
    ck_assert_double_le(fabs(devices->negative[1] * unit - 0.73 * r0 * r1 * r2 * r3), 2 * unit);
    bench_free(&bench);
}
END_TEST

static const double wires[] = {0.001, 1e3, 5e3, 2e4, 1e5};

/* Of the column's conductance G remains G tanh(x) / x, x = sqrt(G R), R of 8 cells. */
START_TEST(a_columns_wire_takes_more_the_more_rows_are_driven)
{
    static const int16_t weight = 127;
    struct bench bench;
    bench_clear(&bench, 1);
    bench.config.memristor.columns = 1;
    for (uint32_t row = 0; row < 4; row++)
        add_axon(&bench, row, 1, &weight);
    bench_build(&bench, 1, 0);
    bench.array.devices.column_resistance = wires[_i] * 8 * 1.27e-6 / (double)bench.array.devices.range;
    for (uint32_t rows = 1; rows <= 4; rows++) {
        for (uint32_t row = 0; row < rows; row++)
            event(&bench, row, 1);
        drain(&bench, 0, 0);
        double high = sqrt(rows * 2e-6 * wires[_i] * 8), low = sqrt(rows * 0.73e-6 * wires[_i] * 8);
        double expected = rows * (200 * tanh(high) / high - 73 * tanh(low) / low);
        ck_assert_double_le(fabs(bench.array.accumulator[0] - expected), 0.6 + 1e-3 * expected);
    }
    bench_free(&bench);
}
END_TEST

START_TEST(the_hash_sees_a_device)
{
    struct bench bench;
    struct hash before = {0}, after = {0};
    bench_clear(&bench, 2);
    add_axon(&bench, 0, 2, pair_of_weights);
    bench_build(&bench, 1, 0);
    synapse_array_hash(&bench.array, &before);
    bench.array.devices.negative[1] ^= 1;
    synapse_array_hash(&bench.array, &after);
    ck_assert_uint_ne(before.value, after.value);
    bench_free(&bench);
}
END_TEST

static void add_all(TCase *cases)
{
    tcase_add_test(cases, a_group_is_read_once_for_each_bit_that_is_set);
    tcase_add_test(cases, events_of_value_0_drive_nothing);
    tcase_add_loop_test(cases, columns_that_share_a_converter_wait_for_each_other, 0,
                        (int)(sizeof sharing / sizeof *sharing));
    tcase_add_test(cases, the_current_is_that_of_every_device_in_a_driven_row);
    tcase_add_loop_test(cases, the_converter_rounds_to_codes_and_clips_at_full_scale, 0,
                        (int)(sizeof codes / sizeof *codes));
    tcase_add_test(cases, slices_are_converted_one_by_one_and_shifted);
    tcase_add_test(cases, accumulators_saturate_behind_the_converters);
    tcase_add_loop_test(cases, ideal_devices_and_enough_bits_add_what_a_digital_array_adds, 0,
                        (int)(sizeof cell_bits / sizeof *cell_bits));
    tcase_add_loop_test(cases, noise_follows_from_seed_core_sample_and_timestep_alone, 0,
                        (int)(sizeof places / sizeof *places));
    tcase_add_loop_test(cases, programmed_conductances_spread_as_the_chip_file_says, PROGRAMMING_GAUSSIAN,
                        PROGRAMMING_LOGNORMAL + 1);
    tcase_add_test(cases, so_many_devices_are_stuck_as_the_chip_file_says);
    tcase_add_test(cases, stuck_devices_leave_the_others_alone);
    tcase_add_test(cases, every_core_and_every_row_has_devices_of_its_own);
    tcase_add_test(cases, read_noise_adds_up_over_the_devices_of_a_column);
    tcase_add_test(cases, a_rows_wire_takes_its_share);
    tcase_add_loop_test(cases, a_columns_wire_takes_more_the_more_rows_are_driven, 0,
                        (int)(sizeof wires / sizeof *wires));
    tcase_add_test(cases, the_hash_sees_a_device);
}

int main(void)
{
    Suite *suite = suite_create("memristor");
    TCase *cases = tcase_create("memristor");
    add_all(cases);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
