/* linear_to_sparse, linear_bias and sparse_* against dense loops written from the definitions. Weights and inputs are
 * small whole numbers, so that sums are exact whatever their order. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tools/network/network.h"
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t random_state;

static double small_number(void) /* -3 .. 3, zero among them */
{
    random_state = random_state * 1664525u + 1013904223u;
    return (double)((random_state >> 16) % 7) - 3.0;
}

static double *small_numbers(int64_t count)
{
    double *numbers = memory_array((size_t)count, sizeof *numbers);
    for (int64_t i = 0; i < count; i++)
        numbers[i] = small_number();
    return numbers;
}

static struct shape shape_of(int rank, const int64_t *size)
{
    struct shape shape = {.rank = rank};
    memcpy(shape.size, size, (size_t)rank * sizeof *size);
    return shape;
}
#define SHAPE(...) shape_of((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})

static void node_free(struct node *node)
{
    free(node->weight.data);
    free(node->bias.data);
    free(node->scale);
}

/* y = M x, and the order that the header promises. */
static double *apply(const struct sparse_matrix *m, const double *x)
{
    double *y = memory_array(m->targets, sizeof *y);
    for (uint32_t s = 0; s < m->sources; s++) {
        for (size_t e = m->start[s]; e < m->start[s + 1]; e++) {
            ck_assert_uint_lt(m->target[e], m->targets);
            ck_assert(m->weight[e] != 0.0);
            ck_assert(e == m->start[s] || m->target[e - 1] < m->target[e]);
            y[m->target[e]] += m->weight[e] * x[s];
        }
    }
    return y;
}

static void same(const double *a, const double *b, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        ck_assert_msg(a[i] == b[i], "place %lld: %g, expected %g", (long long)i, a[i], b[i]);
}

/* The node's matrix and bias applied to random input equal `expected(node, x)`. */
static void check_node(const struct node *node, double *(*expected)(const struct node *, const double *))
{
    struct diagnostics diagnostics = {0};
    struct sparse_matrix m;
    ck_assert(linear_to_sparse(node, &m, &diagnostics));
    ck_assert_int_eq(m.sources, shape_items(&node->input));
    ck_assert_int_eq(m.targets, shape_items(&node->output));
    for (int repeat = 0; repeat < 3; repeat++) {
        double *x = small_numbers(m.sources), *wanted = expected(node, x), *y = apply(&m, x), *bias = linear_bias(node);
        for (uint32_t i = 0; i < m.targets; i++)
            y[i] += bias[i];
        same(y, wanted, m.targets);
        free(x);
        free(wanted);
        free(y);
        free(bias);
    }
    sparse_free(&m);
    diagnostics_free(&diagnostics);
}

/* ---- dense definitions ---- */
static double *dense_affine(const struct node *node, const double *x)
{
    int rank = node->weight.shape.rank;
    int64_t out = node->weight.shape.size[rank - 2], in = node->weight.shape.size[rank - 1];
    int64_t blocks = shape_items(&node->input) / in;
    double *y = memory_array((size_t)(blocks * out), sizeof *y);
    for (int64_t b = 0; b < blocks; b++) {
        for (int64_t o = 0; o < out; o++) {
            y[b * out + o] = node->bias.data ? node->bias.data[o] : 0.0;
            for (int64_t i = 0; i < in; i++)
                y[b * out + o] += node->weight.data[((rank > 2 ? b : 0) * out + o) * in + i] * x[b * in + i];
        }
    }
    return y;
}

/* Six loops of the definition over a padded picture: y[co][i][j] = b + sum w[co][c][p][q] * x[...][i*s+p*d-pad]... */
static double *dense_conv(const struct node *node, const double *x)
{
    bool flat = node->kind == NODE_CONV1D;
    const int64_t *ws = node->weight.shape.size;
    int64_t co = ws[0], ci = ws[1], kh = flat ? 1 : ws[2], kw = flat ? ws[2] : ws[3];
    int64_t h = flat ? 1 : node->input.size[1], w = node->input.size[flat ? 1 : 2];
    int64_t oh = flat ? 1 : node->output.size[1], ow = node->output.size[flat ? 1 : 2], per_group = co / node->groups;
    double *y = memory_array((size_t)(co * oh * ow), sizeof *y);
    for (int64_t o = 0; o < co; o++)
        for (int64_t i = 0; i < oh; i++)
            for (int64_t j = 0; j < ow; j++) {
                double sum = node->bias.data ? node->bias.data[o] : 0.0;
                for (int64_t c = 0; c < ci; c++)
                    for (int64_t p = 0; p < kh; p++)
                        for (int64_t q = 0; q < kw; q++) {
                            int64_t r = flat ? 0 : i * node->stride[0] + p * node->dilation[0] - node->padding_begin[0];
                            int64_t s = j * node->stride[1] + q * node->dilation[1] - node->padding_begin[1];
                            if (r < 0 || r >= h || s < 0 || s >= w)
                                continue;
                            int64_t channel = o / per_group * ci + c;
                            sum += node->weight.data[((o * ci + c) * kh + p) * kw + q] * x[(channel * h + r) * w + s];
                        }
                y[(o * oh + i) * ow + j] = sum;
            }
    return y;
}

static double *dense_pool(const struct node *node, const double *x)
{
    int64_t c = node->input.size[0], h = node->input.size[1], w = node->input.size[2];
    int64_t oh = node->output.size[1], ow = node->output.size[2];
    double *y = memory_array((size_t)(c * oh * ow), sizeof *y);
    for (int64_t o = 0; o < c * oh * ow; o++) {
        int64_t channel = o / (oh * ow), i = o / ow % oh, j = o % ow;
        for (int64_t r = i * node->stride[0] - node->padding_begin[0], p = 0; p < node->kernel[0]; p++, r++)
            for (int64_t s = j * node->stride[1] - node->padding_begin[1], q = 0; q < node->kernel[1]; q++, s++)
                if (r >= 0 && r < h && s >= 0 && s < w)
                    y[o] += x[(channel * h + r) * w + s];
        if (node->kind == NODE_AVGPOOL2D)
            y[o] /= (double)(node->kernel[0] * node->kernel[1]);
    }
    return y;
}

static double *dense_scale(const struct node *node, const double *x)
{
    int64_t size = shape_items(&node->output);
    double *y = memory_array((size_t)size, sizeof *y);
    for (int64_t i = 0; i < size; i++)
        y[i] = x[i] * (node->scale ? node->scale[i] : 1.0);
    return y;
}

/* ---- nodes ---- */
static struct node affine_node(int64_t in, int64_t out, bool bias)
{
    struct node node = {.name = "fc", .kind = NODE_AFFINE, .input = SHAPE(in), .output = SHAPE(out)};
    node.weight = (struct tensor){SHAPE(out, in), small_numbers(in * out)};
    if (bias)
        node.bias = (struct tensor){SHAPE(out), small_numbers(out)};
    return node;
}

static int64_t window_output(const struct node *node, int d, int64_t size, int64_t kernel, int64_t dilation)
{
    int64_t padded = size + node->padding_begin[d] + node->padding_end[d];
    return (padded - dilation * (kernel - 1) - 1) / node->stride[d] + 1;
}

/* The rest of a Conv2d whose stride, paddings, dilation and groups are set. */
static void conv_complete(struct node *node, int64_t ci, int64_t h, int64_t w, int64_t co, int64_t kh, int64_t kw)
{
    node->name = "conv";
    node->kind = NODE_CONV2D;
    node->input = SHAPE(ci, h, w);
    node->output = SHAPE(co, window_output(node, 0, h, kh, node->dilation[0]),
                         window_output(node, 1, w, kw, node->dilation[1]));
    node->weight = (struct tensor){SHAPE(co, ci / node->groups, kh, kw),
                                   small_numbers(co * ci / node->groups * kh * kw)};
    node->bias = (struct tensor){SHAPE(co), small_numbers(co)};
}

START_TEST(affine_equals_the_dense_product)
{
    static const int64_t sizes[][2] = {{1, 1}, {5, 3}, {3, 7}, {40, 33}};
    for (size_t i = 0; i < 4; i++) {
        struct node node = affine_node(sizes[i][0], sizes[i][1], i % 2);
        check_node(&node, dense_affine);
        node_free(&node);
    }
}
END_TEST

START_TEST(affine_on_leading_dimensions_works_block_by_block)
{
    struct node shared = affine_node(4, 3, true);
    shared.input = SHAPE(5, 4);
    shared.output = SHAPE(5, 3);
    check_node(&shared, dense_affine);
    node_free(&shared);
    struct node own = affine_node(4 * 5, 3, true);
    own.weight.shape = SHAPE(5, 3, 4);
    own.input = SHAPE(5, 4);
    own.output = SHAPE(5, 3);
    check_node(&own, dense_affine);
    node_free(&own);
}
END_TEST

/* stride, begin, end, dilation (rows, columns each), groups, ci, h, w, co, kh, kw */
static const int64_t convolutions[][15] = {
    {1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 5, 6, 1, 3, 3},  {1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 7, 7, 3, 3, 3},
    {2, 2, 1, 1, 1, 1, 1, 1, 1, 2, 9, 8, 4, 5, 5},  {2, 3, 0, 2, 1, 3, 1, 1, 1, 3, 8, 11, 2, 2, 4},
    {1, 2, 2, 1, 0, 2, 2, 3, 1, 2, 10, 13, 3, 3, 2}, {1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 6, 5, 6, 3, 3},
    {2, 1, 1, 0, 1, 0, 1, 2, 3, 3, 7, 9, 3, 3, 3},  {3, 3, 0, 0, 0, 0, 1, 1, 1, 1, 9, 9, 2, 1, 1},
    {1, 1, 4, 4, 4, 4, 1, 1, 1, 1, 2, 2, 1, 5, 5},
};

START_TEST(conv2d_equals_the_definition)
{
    const int64_t *c = convolutions[_i];
    struct node node = {.stride = {c[0], c[1]}, .padding_begin = {c[2], c[3]}, .padding_end = {c[4], c[5]},
                        .dilation = {c[6], c[7]}, .groups = c[8]};
    conv_complete(&node, c[9], c[10], c[11], c[12], c[13], c[14]);
    check_node(&node, dense_conv);
    node_free(&node);
}
END_TEST

START_TEST(conv1d_equals_the_definition)
{
    for (int64_t groups = 1; groups <= 2; groups++) {
        struct node node = {.name = "conv1d", .kind = NODE_CONV1D, .stride = {1, 2}, .padding_begin = {0, 3},
                            .padding_end = {0, 1}, .dilation = {1, 2}, .groups = groups};
        node.input = SHAPE(4, 17);
        node.output = SHAPE(6, window_output(&node, 1, 17, 3, 2));
        node.weight = (struct tensor){SHAPE(6, 4 / groups, 3), small_numbers(6 * 4 / groups * 3)};
        node.bias = (struct tensor){SHAPE(6), small_numbers(6)};
        check_node(&node, dense_conv);
        node_free(&node);
    }
}
END_TEST

START_TEST(pools_sum_or_average_over_the_whole_window)
{
    static const enum node_kind kinds[] = {NODE_SUMPOOL2D, NODE_AVGPOOL2D};
    for (int k = 0; k < 4; k++) {
        struct node node = {.name = "pool", .kind = kinds[k % 2], .stride = {2, k < 2 ? 2 : 1},
                            .padding_begin = {k / 2, 0}, .padding_end = {k / 2, k / 2}, .kernel = {2, 4}};
        node.input = SHAPE(3, 6, 8);
        node.output = SHAPE(3, window_output(&node, 0, 6, 2, 1), window_output(&node, 1, 8, 4, 1));
        check_node(&node, dense_pool); /* a window of 8: its average is exact */
    }
}
END_TEST

START_TEST(scale_is_elementwise_and_flatten_keeps_the_order)
{
    struct node scale = {.name = "s", .kind = NODE_SCALE, .input = SHAPE(3, 4), .output = SHAPE(3, 4),
                         .scale = small_numbers(12)};
    check_node(&scale, dense_scale);
    node_free(&scale);
    struct node flatten = {.name = "f", .kind = NODE_FLATTEN, .input = SHAPE(2, 3, 4), .output = SHAPE(24)};
    check_node(&flatten, dense_scale);
}
END_TEST

START_TEST(zero_weights_make_no_entries)
{
    struct node node = affine_node(20, 20, false);
    size_t nonzero = 0;
    for (int i = 0; i < 400; i++)
        nonzero += node.weight.data[i] != 0.0;
    ck_assert_uint_lt(nonzero, 400);
    struct sparse_matrix m;
    struct diagnostics diagnostics = {0};
    ck_assert(linear_to_sparse(&node, &m, &diagnostics));
    ck_assert_uint_eq(m.start[20], nonzero);
    sparse_free(&m);
    node_free(&node);
}
END_TEST

START_TEST(a_matrix_beyond_the_limit_is_refused_by_name)
{
    struct node node = {.stride = {1, 1}, .padding_begin = {2, 2}, .padding_end = {2, 2}, .dilation = {1, 1},
                        .groups = 1};
    conv_complete(&node, 64, 128, 128, 64, 5, 5); /* 1.6e9 synapses */
    struct sparse_matrix m;
    struct diagnostics diagnostics = {0};
    ck_assert(!linear_to_sparse(&node, &m, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "conv: Conv2d would have more than 268435456 synapses"));
    diagnostics_free(&diagnostics);
    node_free(&node);
}
END_TEST

START_TEST(a_1024_by_1024_affine_takes_milliseconds)
{
    struct node node = affine_node(1024, 1024, false);
    struct diagnostics diagnostics = {0};
    struct timespec a, b;
    double best = 1.0;
    for (int repeat = 0; repeat < 5; repeat++) {
        struct sparse_matrix m;
        clock_gettime(CLOCK_MONOTONIC, &a);
        ck_assert(linear_to_sparse(&node, &m, &diagnostics));
        clock_gettime(CLOCK_MONOTONIC, &b);
        sparse_free(&m);
        double s = (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
        best = s < best ? s : best;
    }
    ck_assert_msg(best < 0.1, "%g s", best); /* some 5 ms; generous for sanitizers and busy machines */
    node_free(&node);
}
END_TEST

/* ---- sums and products ---- */
static struct sparse_matrix affine_matrix(int64_t in, int64_t out)
{
    struct node node = affine_node(in, out, false);
    struct diagnostics diagnostics = {0};
    struct sparse_matrix m;
    ck_assert(linear_to_sparse(&node, &m, &diagnostics));
    node_free(&node);
    return m;
}

START_TEST(composed_matrices_act_like_one_after_the_other)
{
    struct node conv = {.stride = {2, 1}, .padding_begin = {1, 1}, .padding_end = {0, 1}, .dilation = {1, 1},
                        .groups = 1};
    conv_complete(&conv, 3, 9, 9, 4, 3, 3);
    struct diagnostics diagnostics = {0};
    struct sparse_matrix first, second, both;
    ck_assert(linear_to_sparse(&conv, &first, &diagnostics));
    second = affine_matrix(first.targets, 19);
    ck_assert(sparse_compose(&first, &second, &both, &diagnostics));
    double *x = small_numbers(first.sources), *middle = apply(&first, x), *wanted = apply(&second, middle);
    double *y = apply(&both, x);
    ck_assert_uint_eq(both.sources, first.sources);
    same(y, wanted, 19);
    free(x);
    free(middle);
    free(wanted);
    free(y);
    sparse_free(&first);
    sparse_free(&second);
    sparse_free(&both);
    node_free(&conv);
}
END_TEST

START_TEST(composition_sorts_and_drops_what_cancels)
{
    /* source 0 reaches targets 2, 0 (in that order of touch), and target 1 by +1 and -1 */
    struct sparse_matrix first = {.sources = 1, .targets = 2, .start = (size_t[]){0, 2}, .target = (uint32_t[]){0, 1},
                                  .weight = (double[]){1, 1}};
    struct sparse_matrix second = {.sources = 2, .targets = 3, .start = (size_t[]){0, 2, 4},
                                   .target = (uint32_t[]){1, 2, 0, 1}, .weight = (double[]){1, 5, 7, -1}};
    struct sparse_matrix both;
    struct diagnostics diagnostics = {0};
    ck_assert(sparse_compose(&first, &second, &both, &diagnostics));
    ck_assert_uint_eq(both.start[1], 2);
    ck_assert(both.target[0] == 0 && both.weight[0] == 7 && both.target[1] == 2 && both.weight[1] == 5);
    sparse_free(&both);
}
END_TEST

START_TEST(identity_changes_nothing_and_sums_add_up)
{
    struct diagnostics diagnostics = {0};
    struct sparse_matrix a = affine_matrix(11, 7), b = affine_matrix(11, 7), one, same_a, sum;
    sparse_identity(7, &one);
    ck_assert(sparse_compose(&a, &one, &same_a, &diagnostics));
    sparse_add(&same_a, &b, &sum);
    double *x = small_numbers(11), *ya = apply(&a, x), *yb = apply(&b, x), *y = apply(&sum, x);
    for (int i = 0; i < 7; i++)
        ya[i] += yb[i];
    same(y, ya, 7);
    ck_assert_uint_eq(same_a.start[11], a.start[11]);
    ck_assert_uint_lt(sum.start[11], a.start[11] + b.start[11]);
    free(x);
    free(ya);
    free(yb);
    free(y);
    sparse_free(&a);
    sparse_free(&b);
    sparse_free(&one);
    sparse_free(&same_a);
    sparse_free(&sum);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linear");
    TCase *nodes = tcase_create("nodes"), *matrices = tcase_create("matrices");
    suite_add_tcase(suite, nodes);
    suite_add_tcase(suite, matrices);
    tcase_add_test(nodes, affine_equals_the_dense_product);
    tcase_add_test(nodes, affine_on_leading_dimensions_works_block_by_block);
    tcase_add_loop_test(nodes, conv2d_equals_the_definition, 0, sizeof convolutions / sizeof *convolutions);
    tcase_add_test(nodes, conv1d_equals_the_definition);
    tcase_add_test(nodes, pools_sum_or_average_over_the_whole_window);
    tcase_add_test(nodes, scale_is_elementwise_and_flatten_keeps_the_order);
    tcase_add_test(nodes, zero_weights_make_no_entries);
    tcase_add_test(nodes, a_matrix_beyond_the_limit_is_refused_by_name);
    tcase_add_test(nodes, a_1024_by_1024_affine_takes_milliseconds);
    tcase_add_test(matrices, composed_matrices_act_like_one_after_the_other);
    tcase_add_test(matrices, composition_sorts_and_drops_what_cancels);
    tcase_add_test(matrices, identity_changes_nothing_and_sums_add_up);
    return run_suite(suite);
}
