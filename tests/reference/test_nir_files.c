/* Every NIR file of the reference data: which nodes, of which shapes, with which values. */
#include "sim/memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/read/read.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NIR "networks/nir/"
#define PRIMITIVE NIR "primitives/"

static struct network network;
static struct diagnostics problems;

static bool read_file(const char *name)
{
    char *path = reference_path(name);
    bool good = network_read(path, &network, &problems);
    free(path);
    return good;
}

static void must_read(const char *name)
{
    bool good = read_file(name);
    ck_assert_msg(good, "%s", problems.count ? problems.message[0] : "?");
    ck_assert_uint_eq(problems.count, 0);
}

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

static const struct node *named(const char *name)
{
    for (uint32_t i = 0; i < network.node_count; i++)
        if (strcmp(network.nodes[i].name, name) == 0)
            return &network.nodes[i];
    ck_abort_msg("no node %s", name);
}

/* Nodes in the order of the schedule: "input Input (12), fc1 Affine (38), ...", then "; from>to" of recurrent edges. */
static char *describe(void)
{
    uint32_t *order = memory_array(network.node_count, sizeof *order);
    bool *recurrent = memory_array(network.edge_count, sizeof *recurrent);
    char *text = memory_copy_string("");
    network_schedule(&network, order, recurrent);
    for (uint32_t i = 0; i < network.node_count; i++) {
        const struct node *node = &network.nodes[order[i]];
        char *shape = shape_format(&node->output);
        char *longer = memory_format("%s%s%s %s %s", text, i ? ", " : "", node->name, node_kind_name(node->kind),
                                     shape);
        free(shape);
        free(text);
        text = longer;
    }
    for (uint32_t e = 0; e < network.edge_count; e++) {
        if (!recurrent[e])
            continue;
        char *longer = memory_format("%s; %s>%s", text, network.nodes[network.edges[e].from].name,
                                     network.nodes[network.edges[e].to].name);
        free(text);
        text = longer;
    }
    free(order);
    free(recurrent);
    return text;
}

static const struct {
    const char *name, *nodes;
    uint32_t edges;
} files[] = {
    {NIR "lif/lif_norse.nir", "input Input (1), 0 Affine (1), 1 LIF (1), output Output (1)", 3},
    {NIR "older/2b0feb3d98_lif_norse.nir", "input Input (1), 0 Affine (1), 1 LIF (1), output Output (1)", 3},
    {NIR "older/3a3afb6f8d_lif_norse.nir", "input Input (1000), lif LIF (1000), output Output (1000)", 2},
    {NIR "older/77b4a802cc_braille_subgraph.nir",
     "input Input (12), fc1 Affine (38), hidden.lif CubaLIF (38), hidden.lin Affine (38), fc2 Affine (7), "
     "lif2 CubaLIF (7), output Output (7); hidden.lin>hidden.lif", 7},
    {NIR "braille/braille_noDelay_bias_zero.nir",
     "input Input (12), fc1 Affine (38), lif1.lif CubaLIF (38), lif1.w_rec Affine (38), fc2 Affine (7), "
     "lif2 CubaLIF (7), output Output (7); lif1.w_rec>lif1.lif", 7},
    {NIR "cnn/cnn_sinabs.nir",
     "input Input (2, 34, 34), 0 Conv2d (16, 16, 16), 1 IF (16, 16, 16), 2 Conv2d (16, 16, 16), 3 IF (16, 16, 16), "
     "4 SumPool2d (16, 8, 8), 5 Conv2d (8, 8, 8), 6 IF (8, 8, 8), 7 SumPool2d (8, 4, 4), 8 Flatten (128), "
     "9 Affine (256), 10 IF (256), 11 Affine (10), 12 IF (10), output Output (10)", 14},
    {PRIMITIVE "graph_multi_in_out.nir", "b Input (4), a Input (4), l LI (4), o2 Output (4), o1 Output (4)", 4},
    {PRIMITIVE "graph_nested_recurrent_metadata.nir",
     "input Input (4), sub.lif LIF (4), sub.rec Affine (4), output Output (4); sub.rec>sub.lif", 4},
    {PRIMITIVE "prim_CubaLI.nir", "input Input (4), cubali CubaLI (4), output Output (4)", 2},
    {PRIMITIVE "prim_CubaLIF.nir", "input Input (4), cubalif CubaLIF (4), output Output (4)", 2},
    {PRIMITIVE "prim_I.nir", "input Input (4), i I (4), output Output (4)", 2},
    {PRIMITIVE "prim_IF.nir", "input Input (4), if IF (4), output Output (4)", 2},
    {PRIMITIVE "prim_LI.nir", "input Input (4), li LI (4), output Output (4)", 2},
    {PRIMITIVE "prim_LIF.nir", "input Input (4), lif LIF (4), output Output (4)", 2},
    {PRIMITIVE "prim_LIF_default_vreset.nir", "input Input (4), lif LIF (4), output Output (4)", 2},
    {PRIMITIVE "prim_LIF_nocompress.nir", "input Input (4), lif LIF (4), output Output (4)", 2},
    {PRIMITIVE "prim_affine.nir", "input Input (4), affine Affine (3), output Output (3)", 2},
    {PRIMITIVE "prim_linear.nir", "input Input (4), linear Affine (3), output Output (3)", 2},
    {PRIMITIVE "prim_scale.nir", "input Input (4), scale Scale (4), output Output (4)", 2},
    {PRIMITIVE "prim_delay.nir", "input Input (4), delay Delay (4), output Output (4)", 2},
    {PRIMITIVE "prim_threshold.nir", "input Input (4), threshold Threshold (4), output Output (4)", 2},
    {PRIMITIVE "prim_conv1d.nir", "input Input (3, 16), conv1d Conv1d (2, 16), output Output (2, 16)", 2},
    {PRIMITIVE "prim_conv2d.nir", "input Input (3, 8, 8), conv2d Conv2d (2, 8, 8), output Output (2, 8, 8)", 2},
    {PRIMITIVE "prim_conv2d_noshape.nir", "input Input (3, 8, 8), c Conv2d (2, 8, 8), output Output (2, 8, 8)", 2},
    {PRIMITIVE "prim_conv2d_same.nir", "input Input (3, 8, 8), conv2d Conv2d (2, 8, 8), output Output (2, 8, 8)", 2},
    {PRIMITIVE "prim_sumpool_avgpool_flatten.nir",
     "input Input (2, 8, 8), s SumPool2d (2, 4, 4), a AvgPool2d (2, 2, 2), f Flatten (8), output Output (8)", 4},
    {"bench/r1024_f64.nir", "input Input (1024), w_in Affine (1024), lif LIF (1024), w_rec Affine (1024), "
     "output Output (1024); w_rec>lif", 5},
    {"bench/r1024_f128.nir", "input Input (1024), w_in Affine (1024), lif LIF (1024), w_rec Affine (1024), "
     "output Output (1024); w_rec>lif", 5},
};
#define FILES (int)(sizeof files / sizeof files[0])

START_TEST(every_file_has_its_nodes_and_shapes)
{
    must_read(files[_i].name);
    char *text = describe();
    ck_assert_str_eq(text, files[_i].nodes);
    ck_assert_uint_eq(network.edge_count, files[_i].edges);
    free(text);
}
END_TEST

/* Values as h5dump prints them, in the precision of the file's float32. */
static void close_to(double value, double expected)
{
    ck_assert_double_eq_tol(value, expected, 1e-5 * fmax(1e-3, fabs(expected)));
}

START_TEST(the_lif_has_its_published_parameters)
{
    must_read(NIR "lif/lif_norse.nir");
    const struct node *lif = named("1");
    close_to(lif->v_threshold[0], 0.1);
    close_to(lif->tau_mem[0], 0.0025);
    ck_assert(lif->r[0] == 1 && lif->v_leak[0] == 0 && lif->v_reset[0] == 0);
    ck_assert(named("0")->weight.data[0] == 1 && named("0")->bias.data[0] == 0);
    ck_assert_str_eq(network.version, "0.1.1");
}
END_TEST

START_TEST(single_values_of_old_files_reach_every_neuron)
{
    must_read(NIR "older/3a3afb6f8d_lif_norse.nir");
    close_to(named("lif")->tau_mem[999], 0.0025);
    close_to(named("lif")->v_threshold[999], 0.1);
}
END_TEST

START_TEST(braille_has_its_gains_of_one_at_a_tenth_of_a_millisecond)
{
    must_read(NIR "braille/braille_noDelay_bias_zero.nir");
    const struct node *hidden = named("lif1.lif"), *out = named("lif2");
    close_to(hidden->tau_syn[37], 2.22222e-4);
    close_to(hidden->tau_mem[37], 1e-3);
    close_to(out->tau_syn[6], 2e-4);
    close_to(out->tau_mem[6], 2.22222e-4);
    ck_assert_double_eq_tol(hidden->w_in[0] * 1e-4 / hidden->tau_syn[0], 1, 1e-6);
    ck_assert_double_eq_tol(out->r[0] * 1e-4 / out->tau_mem[0], 1, 1e-6);
    close_to(named("lif1.w_rec")->weight.data[1], -0.0238821);
    close_to(named("fc1")->bias.data[37], 0.0619201);
    ck_assert_str_eq(network.version, "0.2.0");
}
END_TEST

START_TEST(the_cnn_has_its_weights)
{
    must_read(NIR "cnn/cnn_sinabs.nir");
    const struct node *conv = named("0");
    close_to(conv->weight.data[0], -0.257342);
    close_to(conv->weight.data[25], 0.117596); /* (0, 1, 0, 0) */
    ck_assert(conv->stride[0] == 2 && conv->padding_begin[0] == 1 && conv->groups == 1 && conv->kernel[1] == 5);
    close_to(named("9")->weight.data[5], -0.0908616);
    ck_assert(named("12")->v_threshold[9] == 1);
    ck_assert_int_eq(network_neurons(&network), 2 * 4096 + 512 + 256 + 10);
}
END_TEST

START_TEST(primitives_have_their_values)
{
    must_read(PRIMITIVE "prim_LIF.nir");
    close_to(named("lif")->v_reset[3], -0.2);
    network_free(&network);
    must_read(PRIMITIVE "prim_IF.nir");
    close_to(named("if")->v_reset[0], 0.1);
    network_free(&network);
    must_read(PRIMITIVE "prim_delay.nir");
    close_to(named("delay")->delay[3], 0.003);
    network_free(&network);
    must_read(PRIMITIVE "prim_threshold.nir");
    ck_assert(named("threshold")->v_threshold[3] == 0.5);
    network_free(&network);
    must_read(PRIMITIVE "prim_scale.nir");
    ck_assert(named("scale")->scale[3] == 2);
    network_free(&network);
    must_read(PRIMITIVE "prim_linear.nir");
    ck_assert_ptr_null(named("linear")->bias.data);
    close_to(named("linear")->weight.data[4], -1.28954);
    network_free(&network);
    must_read(PRIMITIVE "graph_nested_recurrent_metadata.nir");
    ck_assert_double_eq(network.dt_s, 1e-4);
}
END_TEST

START_TEST(each_bench_neuron_has_its_inputs_in_whole_numbers)
{
    must_read("bench/r1024_f64.nir");
    const struct node *recurrent = named("w_rec"), *lif = named("lif");
    size_t synapses = 0;
    for (size_t i = 0; i < 1024 * 1024; i++) {
        ck_assert(recurrent->weight.data[i] == rint(recurrent->weight.data[i]));
        synapses += recurrent->weight.data[i] != 0;
    }
    ck_assert_uint_eq(synapses, 1024 * 64);
    ck_assert(lif->v_threshold[0] == 2048 && lif->r[0] == 16);
    close_to(lif->tau_mem[0], 0.016);
}
END_TEST

START_TEST(a_graph_without_nodes_is_refused)
{
    ck_assert(!read_file(PRIMITIVE "graph_no_edges.nir"));
    ck_assert(diagnostics_mention(&problems, "graph_no_edges.nir: has no Input node"));
}
END_TEST

START_TEST(files_of_other_formats_are_refused)
{
    ck_assert(!read_file(PRIMITIVE "data_sample.h5"));
    ck_assert(!read_file("networks/nir/lif/lif_norse.csv"));
    ck_assert_uint_eq(problems.count, 2);
    ck_assert(diagnostics_mention(&problems, "data_sample.h5: holds no network"));
    ck_assert(diagnostics_mention(&problems, "lif_norse.csv: is not HDF5"));
}
END_TEST

START_TEST(inspect_prints_every_file)
{
    char *path = reference_path(files[_i].name), *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    ck_assert(inspect_print(path, stream, &problems));
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(text, "NIR network, version"));
    free(text);
    free(path);
}
END_TEST

int main(void)
{
    char *probe = reference_path(files[0].name);
    bool present = access(probe, R_OK) == 0;
    free(probe);
    if (!present) {
        printf("nir_files: %d cases skipped (no reference data)\n", 2 * FILES + 8);
        return EXIT_SUCCESS;
    }
    Suite *all = suite_create("nir_files");
    TCase *tests = tcase_create("nir_files");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, every_file_has_its_nodes_and_shapes, 0, FILES);
    tcase_add_loop_test(tests, inspect_prints_every_file, 0, FILES);
    tcase_add_test(tests, the_lif_has_its_published_parameters);
    tcase_add_test(tests, single_values_of_old_files_reach_every_neuron);
    tcase_add_test(tests, braille_has_its_gains_of_one_at_a_tenth_of_a_millisecond);
    tcase_add_test(tests, the_cnn_has_its_weights);
    tcase_add_test(tests, primitives_have_their_values);
    tcase_add_test(tests, each_bench_neuron_has_its_inputs_in_whole_numbers);
    tcase_add_test(tests, a_graph_without_nodes_is_refused);
    tcase_add_test(tests, files_of_other_formats_are_refused);
    suite_add_tcase(all, tests);
    return run_suite(all);
}
