/* Every set of kernels that this machine can run gives the bits of plain C: random input, and the bounds. */
#include "models/tile/vector.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH (4 * VECTOR_WIDTH)
#define NEURONS 301u /* no multiple of any register */

static uint64_t state = 1;

static uint32_t draw(void)
{
    uint64_t x = state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((x ^ (x >> 31)) >> 32);
}

/* -highest .. highest, the ends often. */
static int32_t draw_within(int32_t highest)
{
    uint32_t what = draw() % 8;
    if (what < 2)
        return what ? highest : -highest;
    return (int32_t)((int64_t)draw() % (2 * (int64_t)highest + 1) - highest);
}

/* ---- rows ---- */

struct rows {
    int8_t narrow[VECTOR_ROWS_MAX * WIDTH];
    int16_t wide[VECTOR_ROWS_MAX * WIDTH];
    const int8_t *narrow_rows[VECTOR_ROWS_MAX];
    const int16_t *wide_rows[VECTOR_ROWS_MAX];
    int32_t before[WIDTH];
};

enum filling { RANDOM, LOWEST, HIGHEST, FILLINGS };

static struct rows *make_rows(enum filling filling)
{
    struct rows *rows = memory_array(1, sizeof *rows);
    for (size_t i = 0; i < VECTOR_ROWS_MAX * WIDTH; i++) {
        rows->narrow[i] = filling == RANDOM ? (int8_t)draw() : filling == LOWEST ? INT8_MIN : INT8_MAX;
        rows->wide[i] = filling == RANDOM ? (int16_t)draw() : filling == LOWEST ? INT16_MIN : INT16_MAX;
    }
    for (size_t r = 0; r < VECTOR_ROWS_MAX; r++) {
        rows->narrow_rows[r] = rows->narrow + draw() % VECTOR_ROWS_MAX * WIDTH;
        rows->wide_rows[r] = rows->wide + draw() % VECTOR_ROWS_MAX * WIDTH;
    }
    for (size_t i = 0; i < WIDTH; i++)
        rows->before[i] = draw_within(1 << 30);
    return rows;
}

START_TEST(rows_add_up_as_in_plain_c)
{
    static const uint32_t counts[] = {0, 1, 2, 3, 7, 64, VECTOR_ROWS_MAX};
    struct rows *rows = make_rows((enum filling)_i);
    int32_t expected[WIDTH], got[WIDTH];
    for (size_t set = 1; vector_set(set); set++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            for (uint32_t width = 0; width <= WIDTH; width += VECTOR_WIDTH) {
                memcpy(expected, rows->before, sizeof expected);
                memcpy(got, rows->before, sizeof got);
                vector_set(0)->add_rows_i8(expected, rows->narrow_rows, counts[c], width);
                vector_set(set)->add_rows_i8(got, rows->narrow_rows, counts[c], width);
                ck_assert_msg(memcmp(expected, got, sizeof got) == 0, "%s, 8 bits", vector_set(set)->name);
                vector_set(0)->add_rows_i16(expected, rows->wide_rows, counts[c], width);
                vector_set(set)->add_rows_i16(got, rows->wide_rows, counts[c], width);
                ck_assert_msg(memcmp(expected, got, sizeof got) == 0, "%s, 16 bits", vector_set(set)->name);
            }
    free(rows);
}
END_TEST

/* Plain C itself, by a sum in 64 bits. */
START_TEST(plain_c_adds_every_row_once)
{
    struct rows *rows = make_rows(RANDOM);
    int32_t got[WIDTH] = {0};
    vector_set(0)->add_rows_i8(got, rows->narrow_rows, 100, WIDTH);
    for (size_t i = 0; i < WIDTH; i++) {
        int64_t sum = 0;
        for (size_t r = 0; r < 100; r++)
            sum += rows->narrow_rows[r][i];
        ck_assert_int_eq(got[i], sum);
    }
    free(rows);
}
END_TEST

/* ---- neurons ---- */

struct neurons {
    int32_t potential[NEURONS], current[NEURONS], accumulator[NEURONS], bias[NEURONS];
    uint32_t fired[NEURONS + 1];
    struct vector_state state;
};

static void draw_neurons(struct neurons *neurons, const struct vector_neurons *rule, int32_t bias)
{
    for (size_t i = 0; i < NEURONS; i++) {
        neurons->potential[i] = draw_within(rule->potential_highest);
        neurons->current[i] = draw_within(rule->current_highest);
        neurons->accumulator[i] = draw_within(1 << 19);
        neurons->bias[i] = bias ? draw_within(bias) : 0;
    }
}

static struct neurons *copy(const struct neurons *from)
{
    struct neurons *to = memory_array(1, sizeof *to);
    *to = *from;
    to->state = (struct vector_state){.potential = to->potential, .current = to->current,
                                      .accumulator = to->accumulator, .bias = to->bias, .fired = to->fired};
    return to;
}

static void compare(const struct vector_kernels *kernels, const struct vector_neurons *rule,
                    const struct neurons *neurons, uint32_t first, uint32_t end)
{
    struct neurons *expected = copy(neurons), *got = copy(neurons);
    vector_set(0)->update(rule, &expected->state, first, end);
    kernels->update(rule, &got->state, first, end);
    ck_assert_uint_eq(expected->state.fired_count, got->state.fired_count);
    ck_assert_int_eq(expected->state.changed, got->state.changed);
    ck_assert_mem_eq(expected->fired, got->fired, got->state.fired_count * sizeof(uint32_t));
    ck_assert_mem_eq(expected->potential, got->potential, sizeof got->potential);
    ck_assert_mem_eq(expected->current, got->current, sizeof got->current);
    free(expected);
    free(got);
}

static struct vector_neurons draw_rule(int variant)
{
    uint32_t bits = 1 + draw() % 15;
    return (struct vector_neurons){
        .keep_potential = draw() % ((UINT32_C(1) << bits) + 1), .keep_current = draw() % ((UINT32_C(1) << bits) + 1),
        .decay_bits = bits, .fraction_bits = draw() % 11, .potential_highest = (1 << (4 + draw() % 25)) - 1,
        .current_highest = (1 << (4 + draw() % 25)) - 1, .threshold = draw_within(1 << 20),
        .fires_above = draw_within(1 << 20), .reset = draw_within(1 << 10), .current = variant & 1,
        .fires = variant & 2, .subtract = variant & 4, .narrow = true};
}

START_TEST(neurons_are_updated_as_in_plain_c)
{
    struct neurons *neurons = memory_array(1, sizeof *neurons);
    for (int trial = 0; trial < 200; trial++) {
        struct vector_neurons rule = draw_rule(_i);
        draw_neurons(neurons, &rule, trial % 2 ? 1 << 20 : 0);
        for (size_t set = 1; vector_set(set); set++) {
            compare(vector_set(set), &rule, neurons, 0, NEURONS);
            compare(vector_set(set), &rule, neurons, 3, 3 + draw() % 40);
        }
    }
    free(neurons);
}
END_TEST

/* Where 32 bits do not hold the sums, `narrow` is false and every set must fall back. */
START_TEST(sums_beyond_32_bits_are_exact)
{
    struct neurons *neurons = memory_array(1, sizeof *neurons);
    uint32_t bits = _i ? 24 : 16, one = UINT32_C(1) << bits;
    struct vector_neurons rule = {.keep_potential = one - (uint32_t)_i, .keep_current = one - one / 3, .decay_bits = bits,
                                  .fraction_bits = 12, .potential_highest = INT32_MAX, .current_highest = INT32_MAX,
                                  .fires_above = 1 << 30, .threshold = 1 << 30, .current = true, .fires = true,
                                  .subtract = true};
    draw_neurons(neurons, &rule, INT32_MAX);
    for (size_t set = 1; vector_set(set); set++)
        compare(vector_set(set), &rule, neurons, 0, NEURONS);
    free(neurons);
}
END_TEST

START_TEST(nothing_changes_at_a_fixed_point)
{
    struct neurons *zero = memory_array(1, sizeof *zero);
    struct vector_neurons rule = {.keep_potential = 3000, .keep_current = 3000, .decay_bits = 12, .fraction_bits = 6,
                                  .potential_highest = 1000, .current_highest = 1000, .fires_above = 10,
                                  .current = true, .fires = true, .narrow = true};
    for (size_t set = 0; vector_set(set); set++)
        for (uint32_t moving = 0; moving <= NEURONS; moving += 50) {
            struct neurons *neurons = copy(zero);
            if (moving < NEURONS)
                neurons->current[moving] = 1; /* decays to 0 */
            vector_set(set)->update(&rule, &neurons->state, 0, NEURONS);
            ck_assert_int_eq(neurons->state.changed, moving < NEURONS);
            free(neurons);
        }
    free(zero);
}
END_TEST

START_TEST(the_best_set_is_one_that_runs_here)
{
    size_t sets = 0;
    while (vector_set(sets)) {
        printf("kernels: %s\n", vector_set(sets)->name);
        sets++;
    }
    ck_assert_ptr_eq(vector_best(), vector_set(sets - 1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vector kernels");
    TCase *tcase = tcase_create("kernels");
    tcase_add_test(tcase, plain_c_adds_every_row_once);
    tcase_add_loop_test(tcase, rows_add_up_as_in_plain_c, 0, FILLINGS);
    tcase_add_loop_test(tcase, neurons_are_updated_as_in_plain_c, 0, 8);
    tcase_add_loop_test(tcase, sums_beyond_32_bits_are_exact, 0, 2);
    tcase_add_test(tcase, nothing_changes_at_a_fixed_point);
    tcase_add_test(tcase, the_best_set_is_one_that_runs_here);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
