/* Schedules, shapes and checks of networks that are built in memory; the semantics table. */
#include "sim/memory.h"
#include "tests/support/nir_make.h"
#include "tests/support/run_suite.h"
#include "tools/network/network.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct network network;
static struct diagnostics problems;

static void setup(void)
{
    network = (struct network){0};
    problems = (struct diagnostics){0};
}

static void teardown(void)
{
    network_free(&network);
    diagnostics_free(&problems);
}

static double *values(size_t count, double value)
{
    double *data = memory_array(count, sizeof *data);
    for (size_t i = 0; i < count; i++)
        data[i] = value;
    return data;
}

static struct shape flat(int64_t size)
{
    return (struct shape){.rank = 1, .size = {size}};
}

static void add_input(const char *name, struct shape shape)
{
    network_add(&network, name, NODE_INPUT)->output = shape;
}

static struct node *add_affine(const char *name, int64_t out, int64_t in)
{
    struct node *node = network_add(&network, name, NODE_AFFINE);
    node->weight.shape = (struct shape){.rank = 2, .size = {out, in}};
    node->weight.data = values((size_t)(out * in), 0.5);
    return node;
}

/* One value for all neurons; v_reset and w_in absent. */
static struct node *add_lif(const char *name)
{
    struct node *node = network_add(&network, name, NODE_LIF);
    node->tau_mem = values(1, 0.02);
    node->r = values(1, 1);
    node->v_leak = values(1, 0);
    node->v_threshold = values(1, 0.1);
    return node;
}

static struct node *add_conv(const char *name, struct shape weight, int64_t stride, int64_t padding)
{
    struct node *node = network_add(&network, name, NODE_CONV2D);
    node->weight.shape = weight;
    node->weight.data = values((size_t)shape_items(&weight), 1);
    for (int i = 0; i < 2; i++) {
        node->stride[i] = stride;
        node->padding_begin[i] = node->padding_end[i] = padding;
        node->dilation[i] = 1;
    }
    node->groups = 1;
    return node;
}

static struct node *named(const char *name)
{
    for (uint32_t i = 0; i < network.node_count; i++)
        if (strcmp(network.nodes[i].name, name) == 0)
            return &network.nodes[i];
    ck_abort_msg("no node %s", name);
}

static void fine(void)
{
    bool good = network_check(&network, &problems);
    ck_assert_msg(good, "%s", problems.count ? problems.message[0] : "?");
    ck_assert_uint_eq(problems.count, 0);
}

static void refused(const char *text)
{
    ck_assert(!network_check(&network, &problems));
    ck_assert_msg(diagnostics_mention(&problems, text), "\"%s\" not in \"%s\"", text, problems.message[0]);
}

static void shape_is(const char *name, const char *input, const char *output)
{
    char *in = shape_format(&named(name)->input), *out = shape_format(&named(name)->output);
    ck_assert_str_eq(in, input);
    ck_assert_str_eq(out, output);
    free(in);
    free(out);
}

/* in -> w -> lif -> out, and lif -> rec -> lif */
static void make_recurrent(int64_t rec_out)
{
    add_input("in", flat(3));
    add_affine("w", 5, 3);
    add_lif("lif");
    add_affine("rec", rec_out, 5);
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "lif", "out");
    network_connect(&network, "rec", "lif");
    network_connect(&network, "lif", "rec");
    network_connect(&network, "w", "lif");
    network_connect(&network, "in", "w");
}

/* ---- schedule ---- */

static void schedule_text(char *text, size_t size)
{
    uint32_t *order = memory_array(network.node_count, sizeof *order);
    bool *recurrent = memory_array(network.edge_count, sizeof *recurrent);
    network_schedule(&network, order, recurrent);
    text[0] = '\0';
    for (uint32_t i = 0; i < network.node_count; i++)
        snprintf(text + strlen(text), size - strlen(text), "%s ", network.nodes[order[i]].name);
    for (uint32_t e = 0; e < network.edge_count; e++)
        if (recurrent[e])
            snprintf(text + strlen(text), size - strlen(text), "%s>%s ", network.nodes[network.edges[e].from].name,
                     network.nodes[network.edges[e].to].name);
    free(order);
    free(recurrent);
}

START_TEST(the_recurrent_edge_is_the_one_that_closes_the_cycle)
{
    char text[200];
    make_recurrent(5);
    schedule_text(text, sizeof text);
    ck_assert_str_eq(text, "in w lif rec out rec>lif ");
}
END_TEST

START_TEST(the_order_does_not_depend_on_the_order_of_nodes_and_edges)
{
    char first[200], second[200];
    const char *forward[] = {"a", "b", "c", "d"}, *backward[] = {"d", "c", "b", "a"};
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 4; i++) {
            const char *name = turn ? backward[i] : forward[i];
            network_add(&network, name, *name == 'a' ? NODE_INPUT : NODE_LIF);
        }
        const char *edges[][2] = {{"a", "b"}, {"a", "c"}, {"b", "d"}, {"c", "d"}, {"d", "b"}};
        for (int e = 0; e < 5; e++)
            network_connect(&network, edges[turn ? 4 - e : e][0], edges[turn ? 4 - e : e][1]);
        schedule_text(turn ? second : first, sizeof first);
        network_free(&network);
    }
    ck_assert_str_eq(first, "a c b d d>b ");
    ck_assert_str_eq(second, first);
}
END_TEST

START_TEST(every_node_comes_after_its_sources)
{
    const uint32_t nodes = 300;
    char name[16];
    for (uint32_t i = 0; i < nodes; i++) {
        snprintf(name, sizeof name, "n%03u", (unsigned)(i * 7 % nodes));
        network_add(&network, name, i % 50 == 0 ? NODE_INPUT : NODE_LIF);
    }
    uint32_t state = 1;
    network.edges = memory_array(2000, sizeof *network.edges);
    for (; network.edge_count < 2000; network.edge_count++) {
        state = state * 1664525u + 1013904223u;
        uint32_t from = (state >> 8) % nodes;
        state = state * 1664525u + 1013904223u;
        network.edges[network.edge_count] = (struct edge){from, (state >> 8) % nodes};
    }
    uint32_t *order = memory_array(nodes, sizeof *order), *place = memory_array(nodes, sizeof *place);
    bool *recurrent = memory_array(2000, sizeof *recurrent);
    network_schedule(&network, order, recurrent);
    for (uint32_t i = 0; i < nodes; i++)
        place[order[i]] = i + 1;
    for (uint32_t i = 0; i < nodes; i++)
        ck_assert_uint_ne(place[i], 0);
    for (uint32_t e = 0; e < 2000; e++) {
        bool backward = place[network.edges[e].from] >= place[network.edges[e].to];
        ck_assert(recurrent[e] == backward);
    }
    free(order);
    free(place);
    free(recurrent);
}
END_TEST

START_TEST(a_chain_of_100000_nodes_is_scheduled)
{
    const uint32_t nodes = 100000;
    network.nodes = memory_array(nodes, sizeof *network.nodes);
    network.edges = memory_array(nodes, sizeof *network.edges);
    network.node_count = nodes;
    network.edge_count = nodes - 1;
    for (uint32_t i = 0; i < nodes; i++) {
        network.nodes[i].name = memory_format("%u", (unsigned)i);
        network.nodes[i].kind = i ? NODE_IF : NODE_INPUT;
        network.edges[i] = (struct edge){i, i + 1};
    }
    uint32_t *order = memory_array(nodes, sizeof *order);
    bool *recurrent = memory_array(nodes, sizeof *recurrent);
    network_schedule(&network, order, recurrent);
    for (uint32_t i = 0; i < nodes; i++)
        ck_assert_uint_eq(order[i], i);
    free(order);
    free(recurrent);
}
END_TEST

/* ---- shapes ---- */

START_TEST(recurrence_and_single_values_expand_to_the_source)
{
    make_recurrent(5);
    fine();
    shape_is("lif", "(5)", "(5)");
    shape_is("rec", "(5)", "(5)");
    shape_is("out", "(5)", "(5)");
    ck_assert_double_eq(named("lif")->tau_mem[4], 0.02);
    ck_assert_double_eq(named("lif")->v_reset[4], 0);
    ck_assert_int_eq(network_neurons(&network), 5);
    for (uint32_t e = 1; e < network.edge_count; e++)
        ck_assert(network.edges[e - 1].from <= network.edges[e].from);
}
END_TEST

START_TEST(a_recurrent_shape_must_agree)
{
    make_recurrent(4);
    refused("node 'lif' (LIF): 'rec' gives it the shape (4), expected (5)");
}
END_TEST

START_TEST(summed_inputs_must_have_one_shape)
{
    add_input("a", flat(3));
    add_input("b", flat(4));
    add_lif("lif");
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "a", "lif");
    network_connect(&network, "b", "lif");
    network_connect(&network, "lif", "out");
    refused("node 'lif' (LIF): 'b' gives it the shape (4), expected (3)");
}
END_TEST

START_TEST(windows_have_the_sizes_of_the_formula)
{
    add_input("in", (struct shape){3, {2, 34, 30}});
    struct node *conv = add_conv("conv", (struct shape){4, {16, 2, 5, 3}}, 2, 1);
    conv->dilation[1] = 3;         /* columns: 30 + 2 - 7 = 25, / 2 = 12, + 1 */
    conv->padding_end[0] = 2;      /* rows: 34 + 3 - 5 = 32, / 2 = 16, + 1 */
    struct node *pool = network_add(&network, "pool", NODE_SUMPOOL2D);
    pool->kernel[0] = 3, pool->kernel[1] = 2;
    pool->stride[0] = 2, pool->stride[1] = 2;
    network_add(&network, "flat", NODE_FLATTEN)->flatten_end = -1;
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "conv");
    network_connect(&network, "conv", "pool");
    network_connect(&network, "pool", "flat");
    network_connect(&network, "flat", "out");
    fine();
    shape_is("conv", "(2, 34, 30)", "(16, 17, 13)");
    shape_is("pool", "(16, 17, 13)", "(16, 8, 6)");
    shape_is("flat", "(16, 8, 6)", "(768)");
}
END_TEST

START_TEST(groups_divide_the_channels)
{
    add_input("in", (struct shape){3, {4, 8, 8}});
    struct node *conv = add_conv("conv", (struct shape){4, {6, 2, 3, 3}}, 1, 0);
    conv->groups = 2;
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "conv");
    network_connect(&network, "conv", "out");
    fine();
    shape_is("conv", "(4, 8, 8)", "(6, 6, 6)");
    named("conv")->groups = 4;
    refused("groups is 4, expected a divisor of its 6 output channels");
    named("conv")->groups = 3;
    refused("its input has 4 channels, expected 6");
}
END_TEST

START_TEST(a_part_of_the_dimensions_can_be_flattened)
{
    add_input("in", (struct shape){4, {2, 3, 4, 5}});
    struct node *node = network_add(&network, "flat", NODE_FLATTEN);
    node->flatten_start = 1;
    node->flatten_end = -2;
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "flat");
    network_connect(&network, "flat", "out");
    fine();
    shape_is("flat", "(2, 3, 4, 5)", "(2, 12, 5)");
    named("flat")->flatten_start = 3;
    refused("start_dim 3, end_dim -2");
}
END_TEST

START_TEST(an_affine_wants_its_width_in_the_last_dimension)
{
    add_input("in", (struct shape){3, {8, 4, 4}});
    add_affine("w", 10, 128);
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "w");
    network_connect(&network, "w", "out");
    refused("node 'w' (Affine): its input has the shape (8, 4, 4), expected (128) for a weight of shape (10, 128)");
    named("in")->output = named("in")->input = (struct shape){2, {1, 128}};
    diagnostics_free(&problems);
    fine();
    shape_is("w", "(1, 128)", "(1, 10)");
}
END_TEST

START_TEST(neurons_may_say_fewer_dimensions_but_not_other_counts)
{
    add_input("in", (struct shape){2, {1, 6}});
    struct node *lif = add_lif("lif");
    lif->output = flat(6);
    for (const struct node_field *field = node_fields(NODE_LIF); field->name; field++) {
        free(*node_field(lif, field));
        *node_field(lif, field) = values(7, 0.1);
    }
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "lif");
    network_connect(&network, "lif", "out");
    fine();
    shape_is("lif", "(1, 6)", "(6)");
    named("lif")->output = flat(7);
    refused("node 'lif' (LIF): its input has the shape (1, 6), expected (7)");
}
END_TEST

/* ---- what is refused ---- */

START_TEST(bad_values_are_named)
{
    make_recurrent(5);
    named("w")->weight.data[7] = NAN;
    named("rec")->weight.data[0] = INFINITY;
    named("lif")->tau_mem[0] = -0.02;
    ck_assert(!network_check(&network, &problems));
    ck_assert(diagnostics_mention(&problems, "node 'w' (Affine): weight[7] is nan, expected a finite number"));
    ck_assert(diagnostics_mention(&problems, "node 'rec' (Affine): weight[0] is inf, expected a finite number"));
    ck_assert(diagnostics_mention(&problems, "node 'lif' (LIF): tau[0] is -0.02, expected a number > 0"));
}
END_TEST

START_TEST(broken_structure_is_named_all_at_once)
{
    add_lif("alone");
    add_lif("alone");
    network_add(&network, "out", NODE_OUTPUT);
    ck_assert(!network_check(&network, &problems));
    ck_assert(diagnostics_mention(&problems, "two nodes are named 'alone'"));
    ck_assert(diagnostics_mention(&problems, "node 'alone' (LIF): no edge leads to it"));
    ck_assert(diagnostics_mention(&problems, "has no Input node"));
}
END_TEST

START_TEST(an_edge_that_is_there_twice_is_refused)
{
    make_recurrent(5);
    network_connect(&network, "in", "w");
    refused("edge 'in' -> 'w' is there twice, expected once");
}
END_TEST

START_TEST(an_edge_out_of_an_output_or_into_an_input_is_refused)
{
    make_recurrent(5);
    network_connect(&network, "out", "w");
    network_connect(&network, "w", "in");
    refused("node 'in' (Input): an edge leads into it");
    ck_assert(diagnostics_mention(&problems, "node 'out' (Output): an edge leads out of it"));
}
END_TEST

START_TEST(a_declared_output_must_agree)
{
    make_recurrent(5);
    named("out")->input = flat(6);
    refused("node 'out' (Output): the file says that it has the shape (6), expected (5)");
}
END_TEST

START_TEST(too_many_neurons_are_refused_before_memory_is_taken)
{
    add_input("in", flat(NETWORK_NEURONS_MAX + 1));
    add_lif("lif");
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "lif");
    network_connect(&network, "lif", "out");
    refused("node 'lif' (LIF): brings the network to 16777217 neurons, expected at most 16777216");
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
    add_input("in", (struct shape){3, {1 << 20, 1 << 20, INT64_C(1) << 40}});
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "out");
    refused("node 'in' (Input): it has the shape (1048576, 1048576, 1099511627776)");
    named("in")->output = flat(0);
    refused("expected every size to be at least 1");
}
END_TEST

START_TEST(a_kernel_larger_than_its_input_is_refused)
{
    add_input("in", (struct shape){3, {1, 4, 4}});
    add_conv("conv", (struct shape){4, {1, 1, 5, 5}}, 1, 0);
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "conv");
    network_connect(&network, "conv", "out");
    refused("its kernel reaches over 5 values, expected at most the padded input's 4");
    named("conv")->stride[0] = 0;
    refused("stride 0");
}
END_TEST

/* ---- semantics ---- */

START_TEST(semantics_differ_in_the_first_step_of_a_recurrent_bias)
{
    ck_assert(!semantics_find("norse", &problems)->recurrent_bias_at_first_step);
    ck_assert(semantics_find("snntorch", &problems)->recurrent_bias_at_first_step);
    ck_assert_ptr_null(semantics_find("brian", &problems));
    ck_assert(diagnostics_mention(&problems, "'brian' is not known, expected one of: exact, norse, snntorch, spyx"));
}
END_TEST

int main(void)
{
    Suite *all = suite_create("network");
    TCase *tests = tcase_create("network");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_recurrent_edge_is_the_one_that_closes_the_cycle);
    tcase_add_test(tests, the_order_does_not_depend_on_the_order_of_nodes_and_edges);
    tcase_add_test(tests, every_node_comes_after_its_sources);
    tcase_add_test(tests, a_chain_of_100000_nodes_is_scheduled);
    tcase_add_test(tests, recurrence_and_single_values_expand_to_the_source);
    tcase_add_test(tests, a_recurrent_shape_must_agree);
    tcase_add_test(tests, summed_inputs_must_have_one_shape);
    tcase_add_test(tests, windows_have_the_sizes_of_the_formula);
    tcase_add_test(tests, groups_divide_the_channels);
    tcase_add_test(tests, a_part_of_the_dimensions_can_be_flattened);
    tcase_add_test(tests, an_affine_wants_its_width_in_the_last_dimension);
    tcase_add_test(tests, neurons_may_say_fewer_dimensions_but_not_other_counts);
    tcase_add_test(tests, bad_values_are_named);
    tcase_add_test(tests, broken_structure_is_named_all_at_once);
    tcase_add_test(tests, an_edge_that_is_there_twice_is_refused);
    tcase_add_test(tests, an_edge_out_of_an_output_or_into_an_input_is_refused);
    tcase_add_test(tests, a_declared_output_must_agree);
    tcase_add_test(tests, too_many_neurons_are_refused_before_memory_is_taken);
    tcase_add_test(tests, sizes_that_overflow_are_refused);
    tcase_add_test(tests, a_kernel_larger_than_its_input_is_refused);
    tcase_add_test(tests, semantics_differ_in_the_first_step_of_a_recurrent_bias);
    suite_add_tcase(all, tests);
    return run_suite(all);
}
