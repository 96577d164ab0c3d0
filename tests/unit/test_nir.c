/* NIR files as other versions and exporters write them, nested graphs, and broken ones. */
#include "sim/memory.h"
#include "tests/support/nir_make.h"
#include "tools/read/read.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];
static struct network network;
static struct diagnostics problems;

static void setup(void)
{
    strcpy(path, "/tmp/test_nir.XXXXXX");
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    network = (struct network){0};
    problems = (struct diagnostics){0};
}

static void teardown(void)
{
    network_free(&network);
    diagnostics_free(&problems);
    remove(path);
}

static void read_file(void)
{
    network_free(&network);
    bool good = network_read(path, &network, &problems);
    ck_assert_msg(good, "%s", problems.count ? problems.message[0] : "?");
    ck_assert_uint_eq(problems.count, 0);
}

static void refused(const char *text)
{
    network_free(&network);
    diagnostics_free(&problems);
    ck_assert(!network_read(path, &network, &problems));
    ck_assert_uint_gt(problems.count, 0);
    ck_assert_msg(diagnostics_mention(&problems, text), "\"%s\" not in \"%s\"", text, problems.message[0]);
    ck_assert(diagnostics_mention(&problems, path));
    ck_assert_ptr_null(network.nodes);
}

static const struct node *named(const char *name)
{
    for (uint32_t i = 0; i < network.node_count; i++)
        if (strcmp(network.nodes[i].name, name) == 0)
            return &network.nodes[i];
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
    for (uint32_t e = 0; e < network.edge_count; e++)
        if (strcmp(network.nodes[network.edges[e].from].name, from) == 0 &&
            strcmp(network.nodes[network.edges[e].to].name, to) == 0)
            return true;
    return false;
}

#define EDGES(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct shape flat(int64_t size)
{
    return (struct shape){.rank = 1, .size = {size}};
}

static void add_ends(struct h5 *file, uint64_t rank, const int64_t *input, uint64_t out_rank, const int64_t *output)
{
    nir_node(file, "in", "Input");
    nir_integers(file, "in", "shape", rank, input);
    nir_node(file, "out", "Output");
    if (output)
        nir_integers(file, "out", "shape", out_rank, output);
}

static void add_flat_ends(struct h5 *file, int64_t in, int64_t out)
{
    add_ends(file, 1, &in, 1, &out);
}

static void add_lif(struct h5 *file, const char *name, double tau)
{
    nir_node(file, name, "LIF");
    nir_number(file, name, "tau", tau);
    nir_number(file, name, "r", 1);
    nir_number(file, name, "v_leak", 0);
    nir_number(file, name, "v_threshold", 0.5);
}

/* in (3) -> x -> out, where x is the caller's */
static struct h5 *begin_around_x(int64_t in, int64_t out)
{
    struct h5 *file = nir_begin(path);
    add_flat_ends(file, in, out);
    nir_edges(file, "", EDGES("in", "x", "x", "out"));
    return file;
}

/* ---- what works ---- */

START_TEST(old_files_have_one_value_a_node_and_no_reset)
{
    struct h5 *file = begin_around_x(3, 3);
    add_lif(file, "x", 0.02);
    nir_end(file);
    read_file();
    shape_is("x", "(3)");
    ck_assert(named("x")->tau_mem[2] == 0.02 && named("x")->v_reset[2] == 0 && named("x")->v_threshold[0] == 0.5);
    ck_assert_str_eq(network.version, "1.0.7");
}
END_TEST

START_TEST(one_value_is_spread_over_the_other_parameters_shape)
{
    struct h5 *file = begin_around_x(4, 4);
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
    struct h5 *file = begin_around_x(2, 3);
    nir_node(file, "x", "Affine");
    nir_fill(file, "x", "weight", (struct shape){2, {3, 2}}, 1);
    h5_write(file, "/node/nodes/x/bias", H5_BOOL, 0, NULL, &(uint8_t){0});
    nir_end(file);
    read_file();
    ck_assert_ptr_null(named("x")->bias.data);
    file = begin_around_x(2, 3);
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
    struct h5 *file = begin_around_x(2, 1);
    nir_node(file, "x", "Linear");
    h5_write(file, "/node/nodes/x/weight", H5_I8, 2, (uint64_t[]){1, 2}, narrow);
    nir_end(file);
    read_file();
    ck_assert(named("x")->weight.data[0] == -64 && named("x")->weight.data[1] == 64);
}
END_TEST

static struct h5 *begin_conv(int64_t kernel_rows, int64_t kernel_columns, int64_t stride, const int64_t *output)
{
    struct h5 *file = nir_begin(path);
    add_ends(file, 3, (int64_t[]){2, 9, 12}, 3, output);
    nir_edges(file, "", EDGES("in", "x", "x", "out"));
    nir_node(file, "x", "Conv2d");
    nir_fill(file, "x", "weight", (struct shape){4, {4, 2, kernel_rows, kernel_columns}}, 1);
    nir_fill(file, "x", "bias", flat(4), 0.5);
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
    network_add(&made, "out", NODE_OUTPUT)->input = flat(32);
    network_connect(&made, "in", "conv");
    network_connect(&made, "conv", "scale");
    network_connect(&made, "scale", "flat");
    network_connect(&made, "flat", "out");
    nir_write(path, &made);
    network_free(&made);
    read_file();
    ck_assert_double_eq(network.dt_s, 0.002);
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
    struct h5 *file = begin_around_x(3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){99}); /* real files have wrong shapes here */
    nir_node(file, "x/nodes/z", "Output");
    add_graph(file, "x/nodes/y");
    nir_edges(file, "nodes/x", EDGES("a", "y", "y", "z", "y", "rec", "rec", "y"));
    nir_node(file, "x/nodes/rec", "Linear");
    nir_fill(file, "x/nodes/rec", "weight", (struct shape){2, {3, 3}}, 1);
    nir_node(file, "x/nodes/y/nodes/a", "Input");
    nir_integers(file, "x/nodes/y/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/y/nodes/z", "Output");
    add_lif(file, "x/nodes/y/nodes/lif", 0.01);
    nir_edges(file, "nodes/x/nodes/y", EDGES("a", "lif", "lif", "z"));
    nir_end(file);
    read_file();
    ck_assert_uint_eq(network.node_count, 4);
    ck_assert_uint_eq(network.edge_count, 4);
    ck_assert(connected("in", "x.y.lif") && connected("x.y.lif", "out"));
    ck_assert(connected("x.y.lif", "x.rec") && connected("x.rec", "x.y.lif"));
    shape_is("x.y.lif", "(3)");
}
END_TEST

START_TEST(a_sub_graph_that_only_passes_on_is_an_edge)
{
    struct h5 *file = begin_around_x(3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/z", "Output");
    nir_edges(file, "nodes/x", EDGES("a", "z"));
    nir_end(file);
    read_file();
    ck_assert_uint_eq(network.edge_count, 1);
    ck_assert(connected("in", "out"));
}
END_TEST

START_TEST(a_sub_graph_with_two_inputs_cannot_be_a_target)
{
    struct h5 *file = begin_around_x(3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/b", "Input");
    nir_integers(file, "x/nodes/b", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/z", "Output");
    nir_edges(file, "nodes/x", EDGES("a", "z", "b", "z"));
    nir_end(file);
    refused("/node/edges: edge 'in' -> 'x': 'x' is a sub-graph without one Input, expected one");
}
END_TEST

START_TEST(a_cycle_of_sub_graph_ends_is_refused)
{
    struct h5 *file = nir_begin(path);
    add_flat_ends(file, 3, 3);
    add_graph(file, "x");
    nir_node(file, "x/nodes/a", "Input");
    nir_integers(file, "x/nodes/a", "shape", 1, (int64_t[]){3});
    nir_node(file, "x/nodes/z", "Output");
    nir_edges(file, "nodes/x", EDGES("a", "z"));
    nir_edges(file, "", EDGES("in", "x", "x", "x", "x", "out"));
    nir_end(file);
    refused("the edges through its sub-graphs form a cycle or are more than 1000000");
}
END_TEST

START_TEST(sub_graphs_without_end_are_refused)
{
    struct h5 *file = begin_around_x(3, 3);
    char name[400] = "x";
    for (int i = 0; i < 20; i++) {
        char graph[420];
        add_graph(file, name);
        snprintf(graph, sizeof graph, "nodes/%s", name);
        nir_edges(file, graph, (const char *const[]){NULL});
        strcat(name, "/nodes/x");
    }
    add_lif(file, name, 0.1);
    nir_end(file);
    refused("is a sub-graph nested too deep, expected at most 16 levels");
}
END_TEST

/* ---- what is refused ---- */

START_TEST(an_edge_to_nowhere_names_both_ends)
{
    struct h5 *file = nir_begin(path);
    add_flat_ends(file, 3, 3);
    add_lif(file, "lif", 0.1);
    nir_edges(file, "", EDGES("in", "lif", "lif", "lif2", "lif", "out"));
    nir_end(file);
    refused("/node/edges: edge 'lif' -> 'lif2': 'lif2' is no node");
}
END_TEST

START_TEST(a_double_edge_is_refused)
{
    struct h5 *file = nir_begin(path);
    add_flat_ends(file, 3, 3);
    nir_edges(file, "", EDGES("in", "out", "in", "out"));
    nir_end(file);
    refused("edge 'in' -> 'out' is there twice");
}
END_TEST

START_TEST(missing_ends_are_refused)
{
    struct h5 *file = nir_begin(path);
    nir_edges(file, "", (const char *const[]){NULL});
    nir_end(file);
    refused("has no Input node");
    ck_assert(diagnostics_mention(&problems, "has no Output node"));
}
END_TEST

START_TEST(nan_and_wrong_time_constants_are_refused)
{
    struct h5 *file = nir_begin(path);
    add_flat_ends(file, 2, 2);
    nir_edges(file, "", EDGES("in", "w", "w", "a", "a", "b", "b", "out"));
    nir_node(file, "w", "Affine");
    nir_fill(file, "w", "weight", (struct shape){2, {2, 2}}, NAN);
    nir_list(file, "w", "bias", 2, (double[]){0, INFINITY});
    add_lif(file, "a", 0);
    add_lif(file, "b", -0.01);
    nir_end(file);
    refused("node 'w' (Affine): weight[0] is ");
    ck_assert(diagnostics_mention(&problems, "node 'w' (Affine): bias[1] is inf, expected a finite number"));
    ck_assert(diagnostics_mention(&problems, "node 'a' (LIF): tau[0] is 0, expected a number > 0"));
    ck_assert(diagnostics_mention(&problems, "node 'b' (LIF): tau[0] is -0.01, expected a number > 0"));
}
END_TEST

START_TEST(all_problems_of_nodes_are_reported_at_once)
{
    struct h5 *file = nir_begin(path);
    add_flat_ends(file, 2, 2);
    nir_edges(file, "", EDGES("in", "a", "a", "b", "b", "out"));
    nir_node(file, "a", "LIF");
    nir_number(file, "a", "tau", 1);
    nir_text(file, "a", "r", "one");
    nir_number(file, "a", "v_leak", 0);
    nir_node(file, "b", "Spikey");
    nir_end(file);
    refused("/node/nodes/a/r: is text, expected numbers");
    ck_assert(diagnostics_mention(&problems, "/node/nodes/a/v_threshold: is missing"));
    ck_assert(diagnostics_mention(&problems, "/node/nodes/b/type: 'Spikey' is not known, expected one of: Linear, "));
}
END_TEST

START_TEST(shapes_that_do_not_fit_are_named)
{
    struct h5 *file = begin_around_x(3, 3);
    nir_node(file, "x", "Linear");
    nir_fill(file, "x", "weight", (struct shape){2, {3, 4}}, 1);
    nir_end(file);
    refused("node 'x' (Affine): its input has the shape (3), expected (4) for a weight of shape (3, 4)");
    file = begin_around_x(3, 4);
    add_lif(file, "x", 0.1);
    nir_end(file);
    refused("node 'out' (Output): the file says that it has the shape (4), expected (3)");
    file = begin_around_x(3, 3);
    nir_node(file, "x", "IF");
    nir_fill(file, "x", "r", flat(3), 1);
    nir_fill(file, "x", "v_threshold", flat(2), 1);
    nir_end(file);
    refused("/node/nodes/x/v_threshold: has the shape (2), expected (3) as the node's other parameters");
}
END_TEST

START_TEST(broken_lists_are_refused)
{
    struct h5 *file = nir_begin(path);
    add_flat_ends(file, 3, 3);
    h5_write_strings(file, "/node/edges", 2, EDGES("in", "out"));
    nir_end(file);
    refused("/node/edges: is not a list of pairs");
    file = nir_begin(path);
    add_flat_ends(file, 3, 3);
    h5_write(file, "/node/edges", H5_F64, 2, (uint64_t[]){1, 2}, (double[]){0, 1});
    nir_end(file);
    refused("/node/edges: is a number, expected text");
    file = nir_begin(path);
    add_flat_ends(file, 3, 3);
    nir_end(file);
    refused("/node/edges: is missing");
    file = nir_begin(path);
    nir_node(file, "in", "Input");
    nir_list(file, "in", "shape", 1, (double[]){2.5});
    nir_edges(file, "", (const char *const[]){NULL});
    nir_end(file);
    refused("/node/nodes/in/shape: holds a fraction");
    file = nir_begin(path);
    nir_node(file, "in", "Input");
    nir_integers(file, "in", "shape", 9, (int64_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1});
    nir_edges(file, "", (const char *const[]){NULL});
    nir_end(file);
    refused("/node/nodes/in/shape: has 9 values, expected at most 8");
}
END_TEST

static void write_bytes(const char *bytes, size_t count)
{
    FILE *stream = fopen(path, "wb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(bytes, 1, count, stream), count);
    fclose(stream);
}

START_TEST(files_that_are_not_nir_are_named)
{
    write_bytes("PK\003\004\024\000\000\000", 8);
    refused("is a zip archive (torch?), expected an HDF5 NIR file");
    write_bytes("", 0);
    refused("is empty, expected an HDF5 file");
    struct h5 *file;
    ck_assert(h5_create(path, &file, &problems));
    h5_group(file, "/layer");
    ck_assert(h5_commit(file, &problems));
    refused("holds no network, expected a NIR graph (/node)");
    ck_assert(h5_create(path, &file, &problems));
    h5_write_string(file, "/node/type", "LIF");
    ck_assert(h5_commit(file, &problems));
    refused("/node/type: is a single node, expected a NIRGraph");
    remove(path);
    refused("cannot open: No such file or directory");
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused)
{
    struct h5 *file = begin_around_x(50, 50);
    nir_node(file, "x", "Affine");
    nir_fill(file, "x", "weight", (struct shape){2, {50, 50}}, 1);
    nir_fill(file, "x", "bias", flat(50), 1);
    nir_end(file);
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    for (off_t size = info.st_size - 1; size > 0; size = size * 7 / 8 - 1) {
        ck_assert_int_eq(truncate(path, size), 0);
        ck_assert(!network_read(path, &network, &problems));
    }
    ck_assert(diagnostics_mention(&problems, "is truncated or damaged, expected a whole HDF5 file"));
}
END_TEST

/* ---- inspect ---- */

static char *inspected(void)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    bool good = inspect_print(path, stream, &problems);
    fclose(stream);
    if (good)
        return text;
    free(text);
    return NULL;
}

START_TEST(inspect_lists_a_network)
{
    struct h5 *file = nir_begin(path);
    add_flat_ends(file, 3, 3);
    add_lif(file, "lif", 0.02);
    nir_node(file, "rec", "Linear");
    nir_fill(file, "rec", "weight", (struct shape){2, {3, 3}}, 1);
    nir_edges(file, "", EDGES("in", "lif", "lif", "rec", "rec", "lif", "lif", "out"));
    nir_end(file);
    char *text = inspected();
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "NIR network, version 1.0.7"));
    ck_assert_ptr_nonnull(strstr(text, "4 nodes, 4 edges, 3 neurons, 9 weights"));
    ck_assert_ptr_nonnull(strstr(text, "rec -> lif carries the previous step"));
    free(text);
}
END_TEST

START_TEST(inspect_tells_other_files_apart)
{
    struct h5 *file;
    const char header[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }\n";
    char npy[200];
    int length = snprintf(npy, sizeof npy, "%sNUMPY%c%c%c%c%s%s", "\x93", 1, 1, (int)sizeof header - 1, 1, header,
                          "\1\1\1\1\1\1");
    npy[7] = npy[9] = 0; /* version 1.0, high byte of the header's length */
    ck_assert(h5_create(path, &file, &problems));
    h5_write_attribute_string(file, "/", "npusim_kind", "program");
    h5_write(file, "/core/weight", H5_F64, 1, (uint64_t[]){2}, (double[]){1, 2});
    ck_assert(h5_commit(file, &problems));
    char *text = inspected();
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "npusim program"));
    ck_assert_ptr_nonnull(strstr(text, "/core/weight (2)"));
    free(text);
    write_bytes(npy, (size_t)length);
    text = inspected();
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "NumPy array (2, 3) of integers, 1 bytes each"));
    free(text);
    write_bytes(npy, (size_t)length - 1);
    ck_assert_ptr_null(inspected());
    diagnostics_free(&problems);
    write_bytes("hello", 5);
    ck_assert_ptr_null(inspected());
    ck_assert(diagnostics_mention(&problems, "is of no known format"));
}
END_TEST

int main(void)
{
    Suite *all = suite_create("nir");
    TCase *tests = tcase_create("nir");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, old_files_have_one_value_a_node_and_no_reset);
    tcase_add_test(tests, one_value_is_spread_over_the_other_parameters_shape);
    tcase_add_test(tests, a_bias_that_is_the_boolean_false_is_none);
    tcase_add_test(tests, integer_weights_of_any_width_are_read);
    tcase_add_test(tests, padding_may_be_a_word);
    tcase_add_test(tests, a_declared_input_shape_must_agree);
    tcase_add_test(tests, what_is_written_reads_back_the_same);
    tcase_add_test(tests, sub_graphs_dissolve_at_any_depth);
    tcase_add_test(tests, a_sub_graph_that_only_passes_on_is_an_edge);
    tcase_add_test(tests, a_sub_graph_with_two_inputs_cannot_be_a_target);
    tcase_add_test(tests, a_cycle_of_sub_graph_ends_is_refused);
    tcase_add_test(tests, sub_graphs_without_end_are_refused);
    tcase_add_test(tests, an_edge_to_nowhere_names_both_ends);
    tcase_add_test(tests, a_double_edge_is_refused);
    tcase_add_test(tests, missing_ends_are_refused);
    tcase_add_test(tests, nan_and_wrong_time_constants_are_refused);
    tcase_add_test(tests, all_problems_of_nodes_are_reported_at_once);
    tcase_add_test(tests, shapes_that_do_not_fit_are_named);
    tcase_add_test(tests, broken_lists_are_refused);
    tcase_add_test(tests, files_that_are_not_nir_are_named);
    tcase_add_test(tests, a_file_cut_anywhere_is_refused);
    tcase_add_test(tests, inspect_lists_a_network);
    tcase_add_test(tests, inspect_tells_other_files_apart);
    suite_add_tcase(all, tests);
    SRunner *runner = srunner_create(all);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
