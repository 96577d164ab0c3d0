/* One launch by hand: tiles, waves, operands, energies of operator_cost.h on an accelerator of easy numbers. */
#include "tests/support/plain_accelerator.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>

static struct accelerator part;
static struct coefficients *c = &part.coefficients;

static void setup(void) { part = plain_accelerator(); }

static void assert_close(double a, double b)
{
    ck_assert_msg(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)), "%.15g is not %.15g", a, b);
}

static struct operator_cost cost_with(const struct work_operator *op, enum baseline_precision precision,
                                      struct operator_heat heat)
{
    struct operator_cost cost;
    operator_cost(&part, c, precision, op, heat, &cost);
    return cost;
}

static struct operator_cost cost_for(const struct work_operator *op, enum baseline_precision precision)
{
    return cost_with(op, precision, (struct operator_heat){false, false});
}

/* A unit has a tenth of the peak: a tile of 256x128x1000 takes 2 x 256 x 128 x 1000 / 1e11 s. */
START_TEST(fifteen_tiles_on_ten_units_take_two_waves_whether_groups_or_rows_make_them)
{
    const double tile = 2.0 * 256 * 128 * 1000 / 1e11;
    struct work_operator groups = plain_product(256, 128, 1000, 15), rows = plain_product(15 * 256, 128, 1000, 1);
    assert_close(cost_for(&groups, PRECISION_FP16).arithmetic_s, 2 * tile);
    assert_close(cost_for(&rows, PRECISION_FP16).arithmetic_s, 2 * tile);
    struct work_operator one = plain_product(256, 128, 1000, 1);
    assert_close(cost_for(&one, PRECISION_FP16).arithmetic_s, tile);
    set_value(&c->tile_fill, 24);
    assert_close(cost_for(&one, PRECISION_FP16).arithmetic_s, 1.024 * tile);
}
END_TEST

START_TEST(the_batch_makes_rows_and_of_attention_products)
{
    struct work_operator plain = plain_product(4, 8, 16, 3), attention = plain;
    attention.batch_in_groups = true;
    struct work_operator of = operator_of_batch(&plain, 5), apart = operator_of_batch(&attention, 5);
    ck_assert(of.m == 20 && of.groups == 3 && apart.m == 4 && apart.groups == 15);
    ck_assert(operator_operations(&of) == 5 * 2 * 4 * 8 * 16 * 3 && operator_operations(&apart) == operator_operations(&of));
    ck_assert(of.weight_items == plain.weight_items && of.input_items == 5 * plain.input_items);
}
END_TEST

/* 1024 in eight parts of at least 128, each with its own start and end: 128 + 32 instead of 1024 + 32. */
START_TEST(the_inner_dimension_is_split_where_tiles_are_few)
{
    struct work_operator op = plain_product(256, 128, 1024, 1);
    set_value(&c->tile_fill, 32);
    set_value(&c->split_least, 128);
    assert_close(cost_for(&op, PRECISION_FP16).arithmetic_s, 2.0 * 256 * 128 * 160 / 1e11);
    set_value(&c->split_least, 200); /* four of 256; six would be 171 */
    assert_close(cost_for(&op, PRECISION_FP16).arithmetic_s, 2.0 * 256 * 128 * 288 / 1e11);
}
END_TEST

START_TEST(int8_has_an_efficiency_and_half_the_energy_of_an_operation_and_one_row_neither)
{
    struct work_operator op = plain_product(256, 1280, 1000, 1), row = plain_product(1, 1280, 1000, 1);
    set_value(&c->operation_tensor, 3);
    set_value(&c->operation_vector, 20);
    set_value(&c->efficiency_int8, 0.5);
    set_value(&part.peak[PRECISION_INT8], 4);
    set_value(&part.power_limit, 1e6);
    double operations = 2.0 * 256 * 1280 * 1000;
    struct operator_cost half = cost_for(&op, PRECISION_FP16), byte = cost_for(&op, PRECISION_INT8);
    assert_close(half.arithmetic_s, operations / 1e12);
    assert_close(byte.arithmetic_s, operations / 2e12);
    assert_close(half.joules, operations * 3e-12);
    assert_close(byte.joules, operations * 1.5e-12);
    struct operator_cost outside = cost_for(&row, PRECISION_INT8);
    assert_close(outside.arithmetic_s, 2.0 * 1280 * 1000 / 1e12); /* the vector peak */
    assert_close(outside.joules, 2.0 * 1280 * 1000 * 20e-12);
}
END_TEST

START_TEST(state_is_read_and_written)
{
    struct work_operator op = plain_update(1e6);
    ck_assert(operator_bytes(&op, PRECISION_FP32) == 16e6 && operator_bytes(&op, PRECISION_FP16) == 8e6);
    struct operator_cost cost = cost_for(&op, PRECISION_FP32);
    assert_close(cost.bytes, 16e6);
    assert_close(cost.memory_s, 16e6 / 1e12);
    set_value(&c->efficiency_half, 0.5);
    assert_close(cost_for(&op, PRECISION_FP16).memory_s, 8e6 / 0.5e12);
}
END_TEST

/* 20 MB of weights, 4 and 0.8 MB of values: each from the cache of 100 MB if it was left there, at twice the speed and
 * for the cache's energy alone. */
START_TEST(what_the_cache_still_has_comes_from_there_at_its_speed_and_energy)
{
    struct work_operator op = plain_product(200, 1000, 10000, 1);
    double values = 200 * 11000 * 2.0, weights = 1000 * 10000 * 2.0;
    set_value(&c->byte_hbm, 40);
    set_value(&c->byte_cache, 3);
    struct operator_cost cold = cost_for(&op, PRECISION_FP16);
    struct operator_cost warm = cost_with(&op, PRECISION_FP16, (struct operator_heat){true, true});
    struct operator_cost half = cost_with(&op, PRECISION_FP16, (struct operator_heat){true, false});
    assert_close(cold.memory_s, (values + weights) / 1e12);
    assert_close(cold.joules, (values + weights) * 43e-12);
    assert_close(warm.memory_s, (values + weights) / 2e12);
    assert_close(warm.joules, (values + weights) * 3e-12);
    assert_close(half.memory_s, values / 2e12 + weights / 1e12);
    assert_close(half.joules, values * 3e-12 + weights * 43e-12);
    static char other[] = "LPDDR5";
    part.memory_type = other;
    set_value(&c->byte_other, 70);
    assert_close(cost_for(&op, PRECISION_FP16).joules, (values + weights) * 73e-12);
    set_value(&part.cache_capacity, 20);
    assert_close(cost_with(&op, PRECISION_FP16, (struct operator_heat){true, true}).memory_s, values / 2e12 + weights / 1e12);
}
END_TEST

static const struct {
    double node, factor;
} nodes[] = {{4, 0.5}, {7, 1}, {12, 2}, {16, 8}, {0, 1}, {5.291502622129181, 0.7071067811865476}, /* sqrt(4 x 7) */
             {9.16515138991168, 1.4142135623730951}, {13.856406460551018, 4}};

/* Half way between two nodes on a scale of ratios the energy is half way too. */
START_TEST(energy_of_an_operation_is_a_straight_line_between_nodes_on_logarithms)
{
    struct work_operator op = plain_product(256, 128, 1000, 1);
    set_value(&c->operation_tensor, 1);
    set_value(&c->node_4, 0.5);
    set_value(&c->node_12, 2);
    set_value(&c->node_16, 8);
    set_value(&part.node, nodes[_i].node);
    assert_close(cost_for(&op, PRECISION_FP16).joules, 2.0 * 256 * 128 * 1000 * nodes[_i].factor * 1e-12);
}
END_TEST

/* The board has 100 W, of which 30 idle, 20 awake and 10 for its units: 40 are left for 1 pJ an operation. */
START_TEST(a_board_at_its_limit_takes_the_time_that_its_energy_needs)
{
    struct work_operator op = plain_product(2560, 128, 1000, 1);
    set_value(&c->operation_tensor, 1000);
    set_value(&part.power_idle, 30);
    set_value(&c->active_share, 0.2);
    set_value(&c->occupied_share, 0.1);
    struct operator_cost cost = cost_for(&op, PRECISION_FP16);
    double joules = 2.0 * 2560 * 128 * 1000 * 1e-9;
    assert_close(cost.power_s, joules / 40);
    assert_close(cost.seconds, joules / 40);
    assert_close(cost.joules, joules + 10 * cost.seconds);
}
END_TEST

/* ---- rows ---- */

static struct work_operator reduced(double rows, double items, bool normalisation)
{
    return (struct work_operator){.kind = OPERATOR_ELEMENTWISE, .elements = rows * items, .operations_per_element = 5,
                                  .row_items = items, .normalisation = normalisation, .input_items = rows * items,
                                  .output_items = rows * items};
}

/* Rows in flight are as many as leave the cache in any case. */
START_TEST(long_rows_of_a_softmax_are_read_three_times_normalised_ones_twice_and_short_ones_once)
{
    set_value(&part.cache_capacity, 0.01);
    set_value(&c->softmax_rows, 100);
    set_value(&c->norm_rows, 100);
    struct work_operator kept = reduced(1000, 1024, false), far = reduced(1000, 1025, false), norm = reduced(1000, 512, true);
    assert_close(cost_for(&kept, PRECISION_FP32).bytes, 4 * 1024e3 * 2);
    assert_close(cost_for(&far, PRECISION_FP32).bytes, 4 * 1025e3 * 4);
    assert_close(cost_for(&norm, PRECISION_FP32).bytes, 4 * 512e3 * 3);
}
END_TEST

START_TEST(only_long_rows_of_a_softmax_wait_for_each_other)
{
    struct work_operator kept = reduced(10, 1024, false), far = reduced(10, 1025, false);
    double before = cost_for(&kept, PRECISION_FP32).arithmetic_s;
    set_value(&c->softmax_row, 1e9);
    assert_close(cost_for(&kept, PRECISION_FP32).arithmetic_s, before);
    ck_assert(cost_for(&far, PRECISION_FP32).arithmetic_s > 0.99);
}
END_TEST

/* A long row has a whole unit: eleven of them on ten units take two turns. */
START_TEST(long_rows_of_a_softmax_take_turns)
{
    struct work_operator ten = reduced(10, 2000, false), eleven = reduced(11, 2000, false);
    set_value(&c->softmax_row, 1e6);
    set_value(&c->softmax_item, 0);
    assert_close(cost_for(&ten, PRECISION_FP32).arithmetic_s, 1e-3);
    assert_close(cost_for(&eleven, PRECISION_FP32).arithmetic_s, 2e-3);
}
END_TEST

/* A unit has 10 rows of 1000 cycles each, so 1e6 rows on 10 units take 1e7 cycles; it could have twice as many at a time. */
START_TEST(a_unit_normalises_so_many_rows_at_a_time)
{
    struct work_operator op = reduced(1e6, 100, true);
    set_value(&c->norm_row, 1000);
    set_value(&c->norm_item, 0);
    set_value(&c->norm_slots, 10);
    ck_assert_double_eq_tol(cost_for(&op, PRECISION_FP32).arithmetic_s, 1e-2, 1e-5);
    set_value(&c->norm_slots, 20);
    ck_assert_double_eq_tol(cost_for(&op, PRECISION_FP32).arithmetic_s, 0.5e-2, 1e-5);
}
END_TEST

/* ---- convolutions ---- */

static double seconds_of(uint32_t kernel, uint32_t stride, enum baseline_precision precision)
{
    struct work_operator op = plain_product(56 * 56 * 16, 256, 256.0 * kernel * kernel, 1);
    op.channels = 256;
    op.channels_last = true;
    op.kernel[0] = op.kernel[1] = kernel;
    op.stride[0] = op.stride[1] = stride;
    return cost_for(&op, precision).seconds;
}

/* Everywhere else it makes no difference how well the transform does. */
START_TEST(only_3x3_convolutions_of_stride_1_in_fp32_are_transformed)
{
    static const struct {
        uint32_t kernel, stride;
        enum baseline_precision precision;
        bool gains;
    } cases[] = {{3, 1, PRECISION_FP32, true}, {3, 2, PRECISION_FP32, false}, {5, 1, PRECISION_FP32, false},
                 {3, 1, PRECISION_FP16, false}, {3, 1, PRECISION_TF32, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setup();
        set_value(&c->winograd, 1e-3);
        set_value(&c->winograd_fused, 1e-3);
        double slow = seconds_of(cases[i].kernel, cases[i].stride, cases[i].precision);
        set_value(&c->winograd, 1);
        set_value(&c->winograd_fused, 1);
        double quick = seconds_of(cases[i].kernel, cases[i].stride, cases[i].precision);
        ck_assert_msg(cases[i].gains ? quick < 0.6 * slow : quick == slow, "case %zu: %g, %g s", i, slow, quick);
    }
}
END_TEST

/* 3 channels of a 5x5 kernel count as 8 each; outside the matrix units as 3. */
START_TEST(matrix_units_take_channels_in_groups)
{
    struct work_operator op = plain_product(2560, 128, 3 * 25, 1);
    op.channels = 3;
    op.channels_last = true;
    op.kernel[0] = op.kernel[1] = 5;
    op.stride[0] = op.stride[1] = 1;
    set_value(&c->tile_reuse_convolution, 2560);
    set_value(&c->channel_group, 8);
    assert_close(cost_for(&op, PRECISION_FP16).arithmetic_s, 2.0 * 2560 * 128 * 8 * 25 / 1e12);
    op.m = 1; /* outside */
    assert_close(cost_for(&op, PRECISION_FP16).arithmetic_s, 2.0 * 128 * 3 * 25 / 1e12);
}
END_TEST

/* F(2x2, 3x3): 16 products of the channels for 4 outputs, instead of 9 for each: 4/9 of the operations. */
START_TEST(the_fused_transform_needs_four_ninths_of_the_operations)
{
    struct work_operator op = plain_product(2560 * 4, 128, 900, 1);
    op.channels = 100;
    op.kernel[0] = op.kernel[1] = 3;
    op.stride[0] = op.stride[1] = 1;
    set_value(&c->tile_reuse, 0); /* any tile does, as all fill the units */
    set_value(&c->winograd, 1e-3);
    assert_close(cost_for(&op, PRECISION_FP32).arithmetic_s, 2.0 * 2560 * 4 * 128 * 900 / 1e12 * 4 / 9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operator_cost");
    TCase *tests = tcase_create("operator_cost");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, fifteen_tiles_on_ten_units_take_two_waves_whether_groups_or_rows_make_them);
    tcase_add_test(tests, the_batch_makes_rows_and_of_attention_products);
    tcase_add_test(tests, the_inner_dimension_is_split_where_tiles_are_few);
    tcase_add_test(tests, int8_has_an_efficiency_and_half_the_energy_of_an_operation_and_one_row_neither);
    tcase_add_test(tests, state_is_read_and_written);
    tcase_add_test(tests, what_the_cache_still_has_comes_from_there_at_its_speed_and_energy);
    tcase_add_loop_test(tests, energy_of_an_operation_is_a_straight_line_between_nodes_on_logarithms, 0,
                        (int)(sizeof nodes / sizeof *nodes));
    tcase_add_test(tests, a_board_at_its_limit_takes_the_time_that_its_energy_needs);
    tcase_add_test(tests, long_rows_of_a_softmax_are_read_three_times_normalised_ones_twice_and_short_ones_once);
    tcase_add_test(tests, only_long_rows_of_a_softmax_wait_for_each_other);
    tcase_add_test(tests, long_rows_of_a_softmax_take_turns);
    tcase_add_test(tests, a_unit_normalises_so_many_rows_at_a_time);
    tcase_add_test(tests, matrix_units_take_channels_in_groups);
    tcase_add_test(tests, the_fused_transform_needs_four_ninths_of_the_operations);
    tcase_add_test(tests, only_3x3_convolutions_of_stride_1_in_fp32_are_transformed);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
