/* work_from_network against shapes counted by hand. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tools/compile/compile.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct shape shape_of(int rank, const int64_t *size)
{
    struct shape shape = {.rank = rank};
    memcpy(shape.size, size, (size_t)rank * sizeof *size);
    return shape;
}
#define SHAPE(...) shape_of((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})

static double present[1]; /* stands for data that is not read */

static struct work work_of(struct node *nodes, uint32_t count, const struct edge *edges, uint32_t edge_count)
{
    struct network network = {.nodes = nodes, .node_count = count, .edge_count = edge_count};
    struct edge *copy = memory_array(edge_count, sizeof *copy);
    if (edge_count > 0)
        memcpy(copy, edges, edge_count * sizeof *copy);
    network.edges = copy;
    struct work work;
    work_from_network(&network, 7, &work);
    free(copy);
    return work;
}

static struct node node(char *name, enum node_kind kind, struct shape input, struct shape output)
{
    return (struct node){.name = name, .kind = kind, .input = input, .output = output, .groups = 1};
}

START_TEST(a_dense_node_is_a_product_of_one_row)
{
    struct node dense = node("fc", NODE_AFFINE, SHAPE(784), SHAPE(128));
    dense.weight.shape = SHAPE(128, 784);
    dense.bias = (struct tensor){SHAPE(128), present};
    struct work work = work_of(&dense, 1, NULL, 0);
    ck_assert_uint_eq(work.count, 1);
    ck_assert_uint_eq(work.steps, 7);
    const struct work_operator *op = &work.operators[0];
    ck_assert_str_eq(op->name, "fc");
    ck_assert_int_eq(op->kind, OPERATOR_MATRIX);
    ck_assert(op->m == 1 && op->n == 128 && op->k == 784 && op->groups == 1);
    ck_assert(op->weight_items == 128 * 784 + 128 && op->input_items == 784 && op->output_items == 128);
    work_free(&work);
}
END_TEST

START_TEST(a_batched_dense_node_multiplies_each_leading_index_apart)
{
    struct node dense = node("fc", NODE_AFFINE, SHAPE(3, 5), SHAPE(3, 4));
    dense.weight.shape = SHAPE(3, 4, 5);
    struct work work = work_of(&dense, 1, NULL, 0);
    const struct work_operator *op = &work.operators[0];
    ck_assert(op->m == 1 && op->n == 4 && op->k == 5 && op->groups == 3 && op->weight_items == 60);
    work_free(&work);
}
END_TEST

START_TEST(a_convolution_is_a_product_of_one_row_an_output_position)
{
    struct node convolution = node("conv", NODE_CONV2D, SHAPE(4, 34, 34), SHAPE(8, 16, 17));
    convolution.weight.shape = SHAPE(8, 2, 3, 5);
    convolution.groups = 2;
    struct work work = work_of(&convolution, 1, NULL, 0);
    const struct work_operator *op = &work.operators[0];
    ck_assert(op->m == 16 * 17 && op->n == 4 && op->k == 2 * 3 * 5 && op->groups == 2);
    ck_assert(op->weight_items == 8 * 2 * 3 * 5 && op->input_items == 4 * 34 * 34 && op->output_items == 8 * 16 * 17);
    work_free(&work);
}
END_TEST

START_TEST(pools_scales_and_neurons_are_elementwise_and_flatten_is_free)
{
    struct node nodes[] = {node("in", NODE_INPUT, SHAPE(2, 4, 4), SHAPE(2, 4, 4)),
                           node("pool", NODE_SUMPOOL2D, SHAPE(2, 4, 4), SHAPE(2, 2, 2)),
                           node("mean", NODE_AVGPOOL2D, SHAPE(2, 4, 4), SHAPE(2, 2, 2)),
                           node("scale", NODE_SCALE, SHAPE(8), SHAPE(8)),
                           node("flat", NODE_FLATTEN, SHAPE(2, 2, 2), SHAPE(8)),
                           node("lif", NODE_LIF, SHAPE(8), SHAPE(8)),
                           node("cuba", NODE_CUBALIF, SHAPE(8), SHAPE(8)),
                           node("out", NODE_OUTPUT, SHAPE(8), SHAPE(8))};
    nodes[1].kernel[0] = nodes[1].kernel[1] = nodes[2].kernel[0] = nodes[2].kernel[1] = 2;
    struct work work = work_of(nodes, 8, NULL, 0);
    static const char *const names[] = {"pool", "mean", "scale", "lif", "cuba"};
    static const double operations[] = {4, 5, 1, 5, 8}, state[] = {0, 0, 0, 8, 16}, weights[] = {0, 0, 8, 0, 0};
    ck_assert_uint_eq(work.count, 5);
    for (int i = 0; i < 5; i++) {
        const struct work_operator *op = &work.operators[i];
        ck_assert_str_eq(op->name, names[i]);
        ck_assert_int_eq(op->kind, OPERATOR_ELEMENTWISE);
        ck_assert(op->elements == 8 && op->operations_per_element == operations[i]);
        ck_assert(op->state_items == state[i] && op->weight_items == weights[i] && op->neuron == (i >= 3));
    }
    work_free(&work);
}
END_TEST

START_TEST(recurrence_is_one_more_product_and_a_sum)
{
    struct node nodes[] = {node("in", NODE_INPUT, SHAPE(6), SHAPE(6)), node("lif", NODE_LIF, SHAPE(6), SHAPE(6)),
                           node("rec", NODE_AFFINE, SHAPE(6), SHAPE(6))};
    nodes[2].weight.shape = SHAPE(6, 6);
    static const struct edge edges[] = {{0, 1}, {1, 2}, {2, 1}};
    struct work work = work_of(nodes, 3, edges, 3);
    ck_assert_uint_eq(work.count, 3);
    ck_assert_str_eq(work.operators[0].name, "lif.sum");
    ck_assert(work.operators[0].elements == 6 && work.operators[0].operations_per_element == 1);
    ck_assert(work.operators[0].input_items == 12 && work.operators[0].output_items == 6);
    ck_assert_str_eq(work.operators[1].name, "lif");
    ck_assert_str_eq(work.operators[2].name, "rec");
    ck_assert(work.operators[2].k == 6);
    work_free(&work);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("work");
    TCase *tests = tcase_create("work");
    tcase_add_test(tests, a_dense_node_is_a_product_of_one_row);
    tcase_add_test(tests, a_batched_dense_node_multiplies_each_leading_index_apart);
    tcase_add_test(tests, a_convolution_is_a_product_of_one_row_an_output_position);
    tcase_add_test(tests, pools_scales_and_neurons_are_elementwise_and_flatten_is_free);
    tcase_add_test(tests, recurrence_is_one_more_product_and_a_sum);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
