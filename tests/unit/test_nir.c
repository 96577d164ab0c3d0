/* NIR files as other versions and exporters write them, and nested graphs. */
#include "sim/memory.h"
#include "tests/support/nir_case.h"
#include "tests/support/nir_make.h"
#include "tests/support/run_suite.h"
#include "tools/read/read.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct nir_case at;

static void setup(void) { nir_case_begin(&at); }
static void teardown(void) { nir_case_end(&at); }
static void refused(const char *text) { nir_case_refused(&at, text); }

static void read_file(void)
{
    network_free(&at.network);
    bool good = network_read(at.path, &at.network, &at.problems);
    ck_assert_msg(good, "%s", at.problems.count ? at.problems.message[0] : "?");
    ck_assert_uint_eq(at.problems.count, 0);
}

static const struct node *named(const char *name)
{
    for (uint32_t i = 0; i < at.network.node_count; i++)
        if (strcmp(at.network.nodes[i].name, name) == 0)
            return &at.network.nodes[i];
    ck_abort_msg("no node %s", name);
}

static void shape_is(const char *name, const char *expected)
{
    char *text = shape_format(&named(name)->output);
    ck_assert_str_eq(text, expected);
    free(text);
}

static bool connected(const char *from, const char *to)
{
    for (uint32_t e = 0; e < at.network.edge_count; e++)
        if (strcmp(at.network.nodes[at.network.edges[e].from].name, from) == 0 &&
            strcmp(at.network.nodes[at.network.edges[e].to].name, to) == 0)
            return true;
    return false;
}

START_TEST(old_files_have_one_value_a_node_and_no_reset)
{
    struct h5 *file = nir_begin_around_x(at.path, 3, 3);
    nir_lif(file, "x", 0.02);
    nir_end(file);
    read_file();
    shape_is("x", "(3)");
    ck_assert(named("x")->tau_mem[2] == 0.02 && named("x")->v_reset[2] == 0 && named("x")->v_threshold[0] == 0.5);
    ck_assert_str_eq(at.network.version, "1.0.7");
}
END_TEST

START_TEST(one_value_is_spread_over_the_other_parameters_shape)
{
    struct h5 *file = nir_begin_around_x(at.path, 4, 4);
    nir_node(file, "x", "CubaLIF");
    nir_list(file, "x", "tau_mem", 4, (double[]){1, 2, 3, 4});
    nir_number(file, "x", "tau_syn", 0.5);
    nir_list(file, "x", "r", 1, (double[]){7});
    nir_fill(file, "x", "v_leak", (struct shape){2, {1, 4}}, 0.25);
    nir_integer(file, "x", "v_threshold", 1);
    nir_end(file);
    read_file();
    const struct node *x = named("x");
    ck_assert(x->tau_mem[3] == 4 && x->tau_syn[3] == 0.5 && x->r[3] == 7 && x->v_leak[3] == 0.25);
    ck_assert(x->v_threshold[3] == 1 && x->w_in[3] == 1 && x->v_reset[3] == 0);
}
END_TEST

START_TEST(a_bias_that_is_the_boolean_false_is_none)
{
    struct h5 *file = nir_begin_around_x(at.path, 2, 3);
    nir_node(file, "x", "Affine");
    nir_fill(file, "x", "weight", (struct shape){2, {3, 2}}, 1);
    h5_write(file, "/node/nodes/x/bias", H5_BOOL, 0, NULL, &(uint8_t){0});
    nir_end(file);
    read_file();
    ck_assert_ptr_null(named("x")->bias.data);
    file = nir_begin_around_x(at.path, 2, 3);
    nir_node(file, "x", "Affine");
    nir_fill(file, "x", "weight", (struct shape){2, {3, 2}}, 1);
    h5_write(file, "/node/nodes/x/bias", H5_BOOL, 0, NULL, &(uint8_t){1});
    nir_end(file);
    refused("node 'x' (Affine): bias has the shape (1), expected (3)");
}
END_TEST

START_TEST(integer_weights_of_any_width_are_read)
{
    const int8_t narrow[2] = {-64, 64};
    struct h5 *file = nir_begin_around_x(at.path, 2, 1);
    nir_node(file, "x", "Linear");
    h5_write(file, "/node/nodes/x/weight", H5_I8, 2, (uint64_t[]){1, 2}, narrow);
    nir_end(file);
    read_file();
    ck_assert(named("x")->weight.data[0] == -64 && named("x")->weight.data[1] == 64);
}
END_TEST

static struct h5 *begin_conv(int64_t kernel_rows, int64_t kernel_columns, int64_t stride, const int64_t *output)
{
    struct h5 *file = nir_begin(at.path);
    nir_ends(file, 3, (int64_t[]){2, 9, 12}, 3, output);
    nir_edges(file, "", NIR_EDGES("in", "x", "x", "out"));
    nir_node(file, "x", "Conv2d");
    nir_fill(file, "x", "weight", (struct shape){4, {4, 2, kernel_rows, kernel_columns}}, 1);
    nir_fill(file, "x", "bias", nir_flat(4), 0.5);
    nir_integers(file, "x", "stride", 2, (int64_t[]){stride, 1});
    nir_integers(file, "x", "dilation", 2, (int64_t[]){1, 2});
    nir_integer(file, "x", "groups", 1);
    return file;
}

START_TEST(padding_may_be_a_word)
{
    struct h5 *file = begin_conv(3, 4, 1, (int64_t[]){4, 9, 12});
    nir_text(file, "x", "padding", "same");
    nir_end(file);
    read_file();
    const struct node *x = named("x");
    ck_assert(x->padding_begin[0] == 1 && x->padding_end[0] == 1);
    ck_assert(x->padding_begin[1] == 3 && x->padding_end[1] == 3); /* 2 * (4 - 1) in all */
    file = begin_conv(2, 2, 1, NULL);
    nir_text(file, "x", "padding", "same");
    nir_end(file);
    read_file();
    ck_assert(named("x")->padding_begin[0] == 0 && named("x")->padding_end[0] == 1); /* the odd one at the end */
    shape_is("x", "(4, 9, 12)");
    file = begin_conv(3, 4, 2, NULL);
    nir_text(file, "x", "padding", "valid");
    nir_end(file);
    read_file();
    shape_is("x", "(4, 4, 6)");
    file = begin_conv(3, 4, 2, NULL);
    nir_text(file, "x", "padding", "same");
    nir_end(file);
    refused("/node/nodes/x/padding: is 'same' with a stride other than 1");
    file = begin_conv(3, 4, 2, NULL);
    nir_text(file, "x", "padding", "circular");
    nir_end(file);
    refused("/node/nodes/x/padding: is an unknown word, expected numbers, 'same' or 'valid'");
}
END_TEST

START_TEST(a_declared_input_shape_must_agree)
{
    struct h5 *file = begin_conv(3, 3, 1, NULL);
    nir_integers(file, "x", "padding", 2, (int64_t[]){0, 1});
    nir_integers(file, "x", "input_shape", 2, (int64_t[]){9, 12});
    nir_end(file);
    read_file();
    shape_is("x", "(4, 7, 10)");
    file = begin_conv(3, 3, 1, NULL);
    nir_integers(file, "x", "padding", 2, (int64_t[]){0, 1});
    nir_integers(file, "x", "input_shape", 2, (int64_t[]){12, 9});
    nir_end(file);
    refused("node 'x' (Conv2d): input_shape has the shape (12, 9), expected (2, 9, 12)");
}
END_TEST

START_TEST(what_is_written_reads_back_the_same)
{
    struct network made = {.dt_s = 0.002};
    network_add(&made, "in", NODE_INPUT)->output = (struct shape){2, {2, 16}};
    struct node *conv = network_add(&made, "conv", NODE_CONV1D);
    conv->weight = (struct tensor){{3, {2, 1, 3}}, memory_array(6, sizeof(double))};
    for (int i = 0; i < 6; i++)
        conv->weight.data[i] = i - 2.5;
    conv->stride[1] = conv->dilation[1] = conv->padding_begin[1] = conv->padding_end[1] = 1;
    conv->groups = 2;
    struct node *scale = network_add(&made, "scale", NODE_SCALE);
    scale->scale = memory_array(1, sizeof(double));
    *scale->scale = 3;
    network_add(&made, "flat", NODE_FLATTEN)->flatten_end = -1;
    network_add(&made, "out", NODE_OUTPUT)->input = nir_flat(32);
    network_connect(&made, "in", "conv");
    network_connect(&made, "conv", "scale");
    network_connect(&made, "scale", "flat");
    network_connect(&made, "flat", "out");
    nir_write(at.path, &made);
    network_free(&made);
    read_file();
    ck_assert_double_eq(at.network.dt_s, 0.002);
    shape_is("conv", "(2, 16)");
    shape_is("flat", "(32)");
    ck_assert(named("conv")->weight.data[5] == 2.5 && named("conv")->groups == 2 && named("scale")->scale[31] == 3);
}
END_TEST

/* ---- sub-graphs ---- */

static void add_graph(struct h5 *file, const char *name)
{
    nir_node(file, name, "NIRGraph");
}

START_TEST(sub_graphs_dissolve_at_any_depth)
{
    struct h5 *file = nir_begin_around_x(at.path, 3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){99}); /* real files have wrong shapes here */
    nir_node(file, "x/nodes/z", "Output");
    add_graph(file, "x/nodes/y");
    nir_edges(file, "nodes/x", NIR_EDGES("a", "y", "y", "z", "y", "rec", "rec", "y"));
    nir_node(file, "x/nodes/rec", "Linear");
    nir_fill(file, "x/nodes/rec", "weight", (struct shape){2, {3, 3}}, 1);
    nir_node(file, "x/nodes/y/nodes/a", "Input");
    nir_integers(file, "x/nodes/y/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/y/nodes/z", "Output");
    nir_lif(file, "x/nodes/y/nodes/lif", 0.01);
    nir_edges(file, "nodes/x/nodes/y", NIR_EDGES("a", "lif", "lif", "z"));
    nir_end(file);
    read_file();
    ck_assert_uint_eq(at.network.node_count, 4);
    ck_assert_uint_eq(at.network.edge_count, 4);
    ck_assert(connected("in", "x.y.lif") && connected("x.y.lif", "out"));
    ck_assert(connected("x.y.lif", "x.rec") && connected("x.rec", "x.y.lif"));
    shape_is("x.y.lif", "(3)");
}
END_TEST

START_TEST(a_sub_graph_that_only_passes_on_is_an_edge)
{
    struct h5 *file = nir_begin_around_x(at.path, 3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/z", "Output");
    nir_edges(file, "nodes/x", NIR_EDGES("a", "z"));
    nir_end(file);
    read_file();
    ck_assert_uint_eq(at.network.edge_count, 1);
    ck_assert(connected("in", "out"));
}
END_TEST

START_TEST(a_sub_graph_with_two_inputs_cannot_be_a_target)
{
    struct h5 *file = nir_begin_around_x(at.path, 3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/b", "Input");
    nir_integers(file, "x/nodes/b", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/z", "Output");
    nir_edges(file, "nodes/x", NIR_EDGES("a", "z", "b", "z"));
    nir_end(file);
    refused("/node/edges: edge 'in' -> 'x': 'x' is a sub-graph of several Inputs, expected SUB-GRAPH.INPUT");
}
END_TEST

/* in -> y.a, out of y.p back through x into y.b; y.q to the Output; one level down, so that names have a prefix. */
START_TEST(ends_of_a_sub_graph_have_names)
{
    struct h5 *file = nir_begin_around_x(at.path, 3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/i", "Input");
    nir_integers(file, "x/nodes/i", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/o", "Output");
    add_graph(file, "x/nodes/y");
    nir_edges(file, "nodes/x", NIR_EDGES("i", "y.a", "y.p", "y.b", "y.q", "o"));
    for (const char *name = "ab"; *name; name++) {
        char *input = memory_format("x/nodes/y/nodes/%c", *name), *lif = memory_format("x/nodes/y/nodes/l%c", *name);
        nir_node(file, input, "Input");
        nir_integers(file, input, "shape", 1, (int64_t[]){3});
        nir_lif(file, lif, 0.01);
        free(input);
        free(lif);
    }
    nir_node(file, "x/nodes/y/nodes/p", "Output");
    nir_node(file, "x/nodes/y/nodes/q", "Output");
    nir_edges(file, "nodes/x/nodes/y", NIR_EDGES("a", "la", "la", "p", "b", "lb", "lb", "q"));
    nir_end(file);
    read_file();
    ck_assert_uint_eq(at.network.node_count, 4);
    ck_assert_uint_eq(at.network.edge_count, 3);
    ck_assert(connected("in", "x.y.la") && connected("x.y.la", "x.y.lb") && connected("x.y.lb", "out"));
}
END_TEST

/* Not an end of the other kind, not a node inside, and not one that is not there. */
START_TEST(only_ends_of_a_sub_graph_can_be_named)
{
    static const char *const names[] = {"x.z", "x.lif", "x.nobody"};
    struct h5 *file = nir_begin(at.path);
    nir_flat_ends(file, 3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/z", "Output");
    nir_lif(file, "x/nodes/lif", 0.01);
    nir_edges(file, "nodes/x", NIR_EDGES("a", "lif", "lif", "z"));
    nir_edges(file, "", NIR_EDGES("in", names[_i], "x", "out"));
    nir_end(file);
    refused("is no node, expected one of the graph's nodes");
}
END_TEST

START_TEST(a_cycle_of_sub_graph_ends_is_refused)
{
    struct h5 *file = nir_begin(at.path);
    nir_flat_ends(file, 3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/z", "Output");
    nir_edges(file, "nodes/x", NIR_EDGES("a", "z"));
    nir_edges(file, "", NIR_EDGES("in", "x", "x", "x", "x", "out"));
    nir_end(file);
    refused("the edges through its sub-graphs form a cycle or are more than 1000000");
}
END_TEST

START_TEST(sub_graphs_without_end_are_refused)
{
    struct h5 *file = nir_begin_around_x(at.path, 3, 3);
    char name[400] = "x";
    for (int i = 0; i < 20; i++) {
        char graph[420];
        add_graph(file, name);
        snprintf(graph, sizeof graph, "nodes/%s", name);
        nir_edges(file, graph, (const char *const[]){NULL});
        strcat(name, "/nodes/x");
    }
    nir_lif(file, name, 0.1);
    nir_end(file);
    refused("is a sub-graph nested too deep, expected at most 16 levels");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nir");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, old_files_have_one_value_a_node_and_no_reset);
    tcase_add_test(all, one_value_is_spread_over_the_other_parameters_shape);
    tcase_add_test(all, a_bias_that_is_the_boolean_false_is_none);
    tcase_add_test(all, integer_weights_of_any_width_are_read);
    tcase_add_test(all, padding_may_be_a_word);
    tcase_add_test(all, a_declared_input_shape_must_agree);
    tcase_add_test(all, what_is_written_reads_back_the_same);
    tcase_add_test(all, sub_graphs_dissolve_at_any_depth);
    tcase_add_test(all, a_sub_graph_that_only_passes_on_is_an_edge);
    tcase_add_test(all, a_sub_graph_with_two_inputs_cannot_be_a_target);
    tcase_add_test(all, ends_of_a_sub_graph_have_names);
    tcase_add_loop_test(all, only_ends_of_a_sub_graph_can_be_named, 0, 3);
    tcase_add_test(all, a_cycle_of_sub_graph_ends_is_refused);
    tcase_add_test(all, sub_graphs_without_end_are_refused);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
