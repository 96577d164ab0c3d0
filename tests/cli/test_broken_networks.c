/* Networks with something wrong in them: refused before anything runs, with file and dataset or node. */
#include "tests/support/command.h"
#include "tests/support/nir_make.h"

#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPIKES "--input traces/digits/test-spikes.h5 --samples 1 --out @/out "
#define CHIP "--chip tests/support/chips/tiny-sparse.yaml "

/* input (64) -> fc (Affine, 10 x 64) -> lif (10) -> output (10); what is left out is for the case to write, or not. */
enum part {
    INPUT = 1,
    OUTPUT = 2,
    WEIGHT = 4,
    BIAS = 8,
    FC_TYPE = 16,
    TAU = 32,
    THRESHOLD = 64,
    LIF_TYPE = 128,
    EDGES = 256
};

static const int64_t inputs[] = {64}, outputs[] = {10};

static void write_parts(struct h5 *file, unsigned left_out)
{
    unsigned parts = ~left_out;
    const struct shape ten = {1, {10}};
    if (parts & INPUT) {
        nir_node(file, "input", "Input");
        nir_integers(file, "input", "shape", 1, inputs);
    }
    if (parts & FC_TYPE)
        nir_node(file, "fc", "Affine");
    if (parts & WEIGHT)
        nir_fill(file, "fc", "weight", (struct shape){2, {10, 64}}, 0.25);
    if (parts & BIAS)
        nir_fill(file, "fc", "bias", ten, 0);
    if (parts & LIF_TYPE)
        nir_node(file, "lif", "LIF");
    if (parts & TAU)
        nir_fill(file, "lif", "tau", ten, 0.002);
    nir_fill(file, "lif", "r", ten, 1);
    nir_fill(file, "lif", "v_leak", ten, 0);
    if (parts & THRESHOLD)
        nir_fill(file, "lif", "v_threshold", ten, 1);
    if (parts & OUTPUT) {
        nir_node(file, "output", "Output");
        nir_integers(file, "output", "shape", 1, outputs);
    }
    if (parts & EDGES)
        nir_edges(file, "", (const char *const[]){"input", "fc", "fc", "lif", "lif", "output", NULL});
}

static void fill(struct h5 *file, const char *node, const char *name, int64_t rows, int64_t columns, double value)
{
    nir_fill(file, node, name, columns ? (struct shape){2, {rows, columns}} : (struct shape){1, {rows}}, value);
}

static void no_change(struct h5 *file)
{
    (void)file;
}

static void dangling_edge(struct h5 *file)
{
    nir_edges(file, "", (const char *const[]){"input", "fc", "fc", "lif", "lif", "nowhere", NULL});
}

static void edge_twice(struct h5 *file)
{
    nir_edges(file, "", (const char *const[]){"input", "fc", "input", "fc", "fc", "lif", "lif", "output", NULL});
}

static void empty_edges(struct h5 *file)
{
    nir_edges(file, "", (const char *const[]){NULL});
}

static void edges_as_list(struct h5 *file)
{
    h5_write_strings(file, "/node/edges", 2, (const char *const[]){"input", "fc"});
}

static void edges_as_numbers(struct h5 *file)
{
    h5_write(file, "/node/edges", H5_F64, 2, (uint64_t[]){1, 2}, (double[]){0, 1});
}

static void node_with_odd_name(struct h5 *file)
{
    nir_node(file, "\033[2Jspare\n", "Linear");
    fill(file, "\033[2Jspare\n", "weight", 10, 10, 1);
}

static void unused_node(struct h5 *file)
{
    nir_node(file, "spare", "Linear");
    fill(file, "spare", "weight", 10, 10, 1);
}

static void loop_without_neuron(struct h5 *file)
{
    nir_node(file, "back", "Linear");
    fill(file, "back", "weight", 64, 10, 1);
    nir_edges(file, "", (const char *const[]){"input", "fc", "fc", "back", "back", "fc", "fc", "lif", "lif", "output",
                                              NULL});
}

static void loop_of_one_node(struct h5 *file)
{
    nir_node(file, "a", "Linear");
    fill(file, "a", "weight", 10, 10, 1);
    nir_edges(file, "", (const char *const[]){"input", "fc", "fc", "a", "a", "a", "a", "lif", "lif", "output", NULL});
}

static void narrow_weight(struct h5 *file)
{
    fill(file, "fc", "weight", 10, 63, 0.25);
}

static void flat_weight(struct h5 *file)
{
    fill(file, "fc", "weight", 640, 0, 0.25);
}

static void nan_weight(struct h5 *file)
{
    fill(file, "fc", "weight", 10, 64, NAN);
}

static void infinite_weight(struct h5 *file)
{
    fill(file, "fc", "weight", 10, 64, INFINITY);
}

static void text_weight(struct h5 *file)
{
    nir_text(file, "fc", "weight", "heavy");
}

static void empty_weight(struct h5 *file)
{
    h5_write(file, "/node/nodes/fc/weight", H5_F64, 2, (uint64_t[]){0, 64}, NULL);
}

static void long_bias(struct h5 *file)
{
    fill(file, "fc", "bias", 11, 0, 0);
}

static void infinite_threshold(struct h5 *file)
{
    fill(file, "lif", "v_threshold", 10, 0, INFINITY);
}

static void negative_tau(struct h5 *file)
{
    fill(file, "lif", "tau", 10, 0, -0.002);
}

static void zero_tau(struct h5 *file)
{
    fill(file, "lif", "tau", 10, 0, 0);
}

static void short_tau(struct h5 *file)
{
    fill(file, "lif", "tau", 9, 0, 0.002);
}

static void unknown_type(struct h5 *file)
{
    nir_node(file, "lif", "Lif");
}

static void type_is_number(struct h5 *file)
{
    nir_number(file, "lif", "type", 3);
}

static void endless_delay(struct h5 *file)
{
    nir_node(file, "lif", "Delay");
    fill(file, "lif", "delay", 10, 0, 1e6);
}

static void negative_input(struct h5 *file)
{
    nir_node(file, "input", "Input");
    nir_integers(file, "input", "shape", 1, (int64_t[]){-64});
}

static void fractional_input(struct h5 *file)
{
    nir_node(file, "input", "Input");
    nir_number(file, "input", "shape", 63.5);
}

static void giant_input(struct h5 *file)
{
    nir_node(file, "input", "Input");
    nir_integers(file, "input", "shape", 3, (int64_t[]){INT64_MAX, INT64_MAX, 64});
}

static void wrong_output(struct h5 *file)
{
    nir_node(file, "output", "Output");
    nir_integers(file, "output", "shape", 1, (int64_t[]){11});
}

static void conv(struct h5 *file, const int64_t *stride, const int64_t *kernel)
{
    nir_node(file, "input", "Input");
    nir_integers(file, "input", "shape", 3, (int64_t[]){1, 8, 8});
    nir_node(file, "fc", "Conv2d");
    nir_fill(file, "fc", "weight", (struct shape){4, {10, 1, kernel[0], kernel[1]}}, 0.25);
    nir_integers(file, "fc", "stride", 2, stride);
    nir_integers(file, "fc", "padding", 2, (int64_t[]){0, 0});
    nir_integers(file, "fc", "dilation", 2, (int64_t[]){1, 1});
    nir_integer(file, "fc", "groups", 1);
}

static void conv_without_stride(struct h5 *file)
{
    conv(file, (int64_t[]){0, 1}, (int64_t[]){3, 3});
}

static void kernel_beyond_image(struct h5 *file)
{
    conv(file, (int64_t[]){1, 1}, (int64_t[]){9, 9});
}

struct broken {
    const char *name;
    unsigned left_out;
    void (*write)(struct h5 *file);
    const char *place; /* after "FILE"; NULL: the file alone */
    const char *what;
    size_t messages; /* 0: one */
};

static const struct broken networks[] = {
    {"dangling edge", EDGES, dangling_edge, ": /node/edges", "nowhere", 0},
    {"edge twice", EDGES, edge_twice, "", "'input' -> 'fc' is there twice", 0},
    {"empty edges", EDGES, empty_edges, ": node 'lif' (LIF)", "no edge leads to it, expected a source", 3},
    {"no edges", EDGES, no_change, ": /node/edges", "missing", 0},
    {"edges as a list", EDGES, edges_as_list, ": /node/edges", "(edges, 2)", 0},
    {"edges as numbers", EDGES, edges_as_numbers, ": /node/edges", "expected text", 0},
    {"node without edges", 0, unused_node, ": node 'spare' (Affine)", "no edge", 0},
    {"control characters in a name", 0, node_with_odd_name, ": node '?[2Jspare?' (Affine)", "no edge", 0},
    {"loop without a neuron", EDGES, loop_without_neuron, "", "a cycle of linear nodes leads to 'back'", 0},
    {"loop of one linear node", EDGES, loop_of_one_node, "", "a cycle of linear nodes leads to 'a'", 0},
    {"weights too narrow", WEIGHT, narrow_weight, ": node 'fc' (Affine)", "63", 0},
    {"weights of rank 1", WEIGHT, flat_weight, ": node 'fc' (Affine)", "", 0},
    {"no weights", WEIGHT, no_change, ": /node/nodes/fc/weight", "missing", 0},
    {"weight is not a number", WEIGHT, nan_weight, ": node 'fc' (Affine)", "nan, expected a finite number", 0},
    {"weight is infinite", WEIGHT, infinite_weight, ": node 'fc' (Affine)", "inf, expected a finite number", 0},
    {"weight is text", WEIGHT, text_weight, ": /node/nodes/fc/weight", "text, expected numbers", 0},
    {"weights of size 0", WEIGHT, empty_weight, ": node 'fc' (Affine)", "expected every size to be at least 1", 0},
    {"bias too long", BIAS, long_bias, ": node 'fc' (Affine)", "11", 0},
    {"threshold is infinite", THRESHOLD, infinite_threshold, ": node 'lif' (LIF)", "inf, expected a finite number", 0},
    {"tau is negative", TAU, negative_tau, ": node 'lif' (LIF)", "-0.002, expected a number > 0", 0},
    {"tau is zero", TAU, zero_tau, ": node 'lif' (LIF)", "0, expected a number > 0", 0},
    {"tau too short", TAU, short_tau, ": /node/nodes/lif/tau", "(9), expected (10)", 0},
    {"no threshold", THRESHOLD, no_change, ": /node/nodes/lif/v_threshold", "missing", 0},
    {"unknown type", LIF_TYPE, unknown_type, ": /node/nodes/lif/type", "'Lif' is not known, expected one of", 0},
    {"no type", LIF_TYPE, no_change, ": /node/nodes/lif/type", "missing", 0},
    {"type is a number", LIF_TYPE, type_is_number, ": /node/nodes/lif/type", "expected text", 0},
    {"a delay that no chip holds", LIF_TYPE, endless_delay, ": node lif",
     "a delay of more than 65535 timesteps", 0},
    {"no input", INPUT, no_change, ": /node/edges", "input", 0},
    {"no output", OUTPUT, no_change, ": /node/edges", "output", 0},
    {"input of negative size", INPUT, negative_input, ": node 'input' (Input)",
     "(-64), expected every size to be at least 1", 0},
    {"input of fractional size", INPUT, fractional_input, ": /node/nodes/input/shape", "fraction", 0},
    {"input beyond 64 bits", INPUT, giant_input, ": node 'input' (Input)", "expected at most 268435456 values", 0},
    {"output of another size", OUTPUT, wrong_output, ": node 'output' (Output)", "11", 0},
    {"stride of 0", INPUT | FC_TYPE | WEIGHT, conv_without_stride, ": node 'fc' (Conv2d)", "stride", 0},
    {"kernel beyond the image", INPUT | FC_TYPE | WEIGHT, kernel_beyond_image, ": node 'fc' (Conv2d)", "", 0},
};

static void make(const char *name, unsigned left_out, void (*write)(struct h5 *file))
{
    char *path = scratch_text(name);
    struct h5 *file = nir_begin(path);
    write_parts(file, left_out);
    write(file);
    nir_end(file);
    free(path);
}

/* As every command sees it that reads a network. */
static void expect_refused(const char *place, const char *what, size_t messages)
{
    command_expect_refused("run " CHIP "--network @/net.nir " SPIKES, place, what, messages);
    command_expect_refused("compile " CHIP "--network @/net.nir --out @/program.h5", place, what, messages);
}

START_TEST(a_broken_network_is_refused_with_its_place)
{
    const struct broken *broken = &networks[_i];
    char *place = memory_format("@/net.nir%s", broken->place);
    make("@/net.nir", broken->left_out, broken->write);
    expect_refused(place, broken->what, broken->messages ? broken->messages : 1);
    free(place);
}
END_TEST

START_TEST(the_network_that_the_cases_break_is_fine)
{
    make("@/net.nir", 0, no_change);
    struct command_result result = command_run("run " CHIP "--network @/net.nir " SPIKES);
    ck_assert_msg(result.status == 0, "%s", result.error);
    command_free(&result);
}
END_TEST

START_TEST(what_is_no_network_file_is_refused)
{
    scratch_write_bytes("zip.nir", "PK\3\4 archive/data.pkl", 20);
    scratch_write("empty.nir", "");
    scratch_write("text.nir", "network: yes\n");
    scratch_cut("half.nir", "traces/digits/digits.nir", 30000);
    scratch_cut("head.nir", "traces/digits/digits.nir", 20);
    const char *run = "run " CHIP SPIKES "--network ";
    static const char *const cases[][3] = {
        {"@/zip.nir", "@/zip.nir", "zip archive"},
        {"@/empty.nir", "@/empty.nir", "is empty, expected"},
        {"@/text.nir", "@/text.nir", "is not HDF5, expected"},
        {"@/half.nir", "@/half.nir", "truncated"},
        {"@/head.nir", "@/head.nir", "truncated"},
        {"@/nowhere.nir", "@/nowhere.nir", "No such file"},
        {"@", "@", "is not a regular file"},
        {"@/text.nir/net.nir", "@/text.nir/net.nir", "Not a directory"},
        {"traces/digits/test-spikes.h5", "traces/digits/test-spikes.h5", "holds no network"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *line = memory_format("%s%s", run, cases[i][0]);
        command_expect_refused(line, cases[i][1], cases[i][2], 1);
        free(line);
    }
}
END_TEST

/* ---- networks that a chip cannot hold ---- */

struct too_large {
    const char *settings, *limit, *would_do;
    size_t messages; /* for each population that takes more than one core there is one */
};

static const struct too_large too_large[] = {
    {"core.neurons=16", "hidden takes 8 cores, split by: neurons", "mesh.columns x mesh.rows of 3 x 3", 2},
    {"core.routes=4", "digit takes 3 cores, split by: routes", "mesh.columns x mesh.rows of 12 x 11", 3},
    {"core.axons=64", "core.axons is 64", "expected at least 128", 1},
    {"core.synapse.sparse.words=64", "core.synapse.sparse.words is 64", "expected at least 128", 1},
};

START_TEST(a_network_too_large_for_the_chip_names_the_limit_and_what_would_do)
{
    const struct too_large *large = &too_large[_i];
    char *line = memory_format("run " CHIP "--network traces/digits/digits.nir " SPIKES "--set %s", large->settings);
    command_expect_refused(line, "tests/support/chips/tiny-sparse.yaml", large->limit, large->messages);
    command_expect_refused(line, "tests/support/chips/tiny-sparse.yaml", large->would_do, large->messages);
    free(line);
}
END_TEST

START_TEST(the_chip_size_that_would_do_does)
{
    struct command_result result = command_run("compile " CHIP "--network traces/digits/digits.nir --quiet "
                                               "--set core.neurons=16 --set mesh.columns=3 --set mesh.rows=3");
    ck_assert_msg(result.status == 0, "%s", result.error);
    command_free(&result);
}
END_TEST

static Suite *broken_suite(void)
{
    Suite *suite = suite_create("broken_networks");
    TCase *test = tcase_create("files");
    suite_add_tcase(suite, test);
    tcase_add_checked_fixture(test, scratch_make, scratch_remove);
    tcase_add_loop_test(test, a_broken_network_is_refused_with_its_place, 0, sizeof networks / sizeof *networks);
    tcase_add_test(test, the_network_that_the_cases_break_is_fine);
    tcase_add_test(test, what_is_no_network_file_is_refused);
    tcase_add_loop_test(test, a_network_too_large_for_the_chip_names_the_limit_and_what_would_do, 0,
                        sizeof too_large / sizeof *too_large);
    tcase_add_test(test, the_chip_size_that_would_do_does);
    return suite;
}

int main(void)
{
    return run_suite(broken_suite());
}
