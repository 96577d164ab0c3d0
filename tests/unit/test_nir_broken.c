/* What is no NIR file, or a wrong one: refused, and why. */
#include "tests/support/nir_case.h"
#include "tests/support/nir_make.h"
#include "tests/support/run_suite.h"
#include "tools/read/read.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct nir_case at;

static void setup(void) { nir_case_begin(&at); }
static void teardown(void) { nir_case_end(&at); }
static void refused(const char *text) { nir_case_refused(&at, text); }

START_TEST(an_edge_to_nowhere_names_both_ends)
{
    struct h5 *file = nir_begin(at.path);
    nir_flat_ends(file, 3, 3);
    nir_lif(file, "lif", 0.1);
    nir_edges(file, "", NIR_EDGES("in", "lif", "lif", "lif2", "lif", "out"));
    nir_end(file);
    refused("/node/edges: edge 'lif' -> 'lif2': 'lif2' is no node");
}
END_TEST

START_TEST(a_double_edge_is_refused)
{
    struct h5 *file = nir_begin(at.path);
    nir_flat_ends(file, 3, 3);
    nir_edges(file, "", NIR_EDGES("in", "out", "in", "out"));
    nir_end(file);
    refused("edge 'in' -> 'out' is there twice");
}
END_TEST

START_TEST(missing_ends_are_refused)
{
    struct h5 *file = nir_begin(at.path);
    nir_edges(file, "", (const char *const[]){NULL});
    nir_end(file);
    refused("has no Input node");
    ck_assert(diagnostics_mention(&at.problems, "has no Output node"));
}
END_TEST

START_TEST(nan_and_wrong_time_constants_are_refused)
{
    struct h5 *file = nir_begin(at.path);
    nir_flat_ends(file, 2, 2);
    nir_edges(file, "", NIR_EDGES("in", "w", "w", "a", "a", "b", "b", "out"));
    nir_node(file, "w", "Affine");
    nir_fill(file, "w", "weight", (struct shape){2, {2, 2}}, NAN);
    nir_list(file, "w", "bias", 2, (double[]){0, INFINITY});
    nir_lif(file, "a", 0);
    nir_lif(file, "b", -0.01);
    nir_end(file);
    refused("node 'w' (Affine): weight[0] is ");
    ck_assert(diagnostics_mention(&at.problems, "node 'w' (Affine): bias[1] is inf, expected a finite number"));
    ck_assert(diagnostics_mention(&at.problems, "node 'a' (LIF): tau[0] is 0, expected a number > 0"));
    ck_assert(diagnostics_mention(&at.problems, "node 'b' (LIF): tau[0] is -0.01, expected a number > 0"));
}
END_TEST

START_TEST(all_problems_of_nodes_are_reported_at_once)
{
    struct h5 *file = nir_begin(at.path);
    nir_flat_ends(file, 2, 2);
    nir_edges(file, "", NIR_EDGES("in", "a", "a", "b", "b", "out"));
    nir_node(file, "a", "LIF");
    nir_number(file, "a", "tau", 1);
    nir_text(file, "a", "r", "one");
    nir_number(file, "a", "v_leak", 0);
    nir_node(file, "b", "Spikey");
    nir_end(file);
    refused("/node/nodes/a/r: is text, expected numbers");
    ck_assert(diagnostics_mention(&at.problems, "/node/nodes/a/v_threshold: is missing"));
    ck_assert(diagnostics_mention(&at.problems,
                                  "/node/nodes/b/type: 'Spikey' is not known, expected one of: Linear, "));
}
END_TEST

START_TEST(shapes_that_do_not_fit_are_named)
{
    struct h5 *file = nir_begin_around_x(at.path, 3, 3);
    nir_node(file, "x", "Linear");
    nir_fill(file, "x", "weight", (struct shape){2, {3, 4}}, 1);
    nir_end(file);
    refused("node 'x' (Affine): its input has the shape (3), expected (4) for a weight of shape (3, 4)");
    file = nir_begin_around_x(at.path, 3, 4);
    nir_lif(file, "x", 0.1);
    nir_end(file);
    refused("node 'out' (Output): the file says that it has the shape (4), expected (3)");
    file = nir_begin_around_x(at.path, 3, 3);
    nir_node(file, "x", "IF");
    nir_fill(file, "x", "r", nir_flat(3), 1);
    nir_fill(file, "x", "v_threshold", nir_flat(2), 1);
    nir_end(file);
    refused("/node/nodes/x/v_threshold: has the shape (2), expected (3) as the node's other parameters");
}
END_TEST

START_TEST(broken_lists_are_refused)
{
    struct h5 *file = nir_begin(at.path);
    nir_flat_ends(file, 3, 3);
    h5_write_strings(file, "/node/edges", 2, NIR_EDGES("in", "out"));
    nir_end(file);
    refused("/node/edges: is not a list of pairs");
    file = nir_begin(at.path);
    nir_flat_ends(file, 3, 3);
    h5_write(file, "/node/edges", H5_F64, 2, (uint64_t[]){1, 2}, (double[]){0, 1});
    nir_end(file);
    refused("/node/edges: is a number, expected text");
    file = nir_begin(at.path);
    nir_flat_ends(file, 3, 3);
    nir_end(file);
    refused("/node/edges: is missing");
    file = nir_begin(at.path);
    nir_node(file, "in", "Input");
    nir_list(file, "in", "shape", 1, (double[]){2.5});
    nir_edges(file, "", (const char *const[]){NULL});
    nir_end(file);
    refused("/node/nodes/in/shape: holds a fraction");
    file = nir_begin(at.path);
    nir_node(file, "in", "Input");
    nir_integers(file, "in", "shape", 9, (int64_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1});
    nir_edges(file, "", (const char *const[]){NULL});
    nir_end(file);
    refused("/node/nodes/in/shape: has 9 values, expected at most 8");
}
END_TEST

START_TEST(files_that_are_not_nir_are_named)
{
    nir_case_write_bytes(&at, "PK\003\004\024\000\000\000", 8);
    refused("is a zip archive (torch?), expected an HDF5 NIR file");
    nir_case_write_bytes(&at, "", 0);
    refused("is empty, expected an HDF5 file");
    struct h5 *file;
    ck_assert(h5_create(at.path, &file, &at.problems));
    h5_group(file, "/layer");
    ck_assert(h5_commit(file, &at.problems));
    refused("holds no network, expected a NIR graph (/node)");
    ck_assert(h5_create(at.path, &file, &at.problems));
    h5_write_string(file, "/node/type", "LIF");
    ck_assert(h5_commit(file, &at.problems));
    refused("/node/type: is a single node, expected a NIRGraph");
    remove(at.path);
    refused("cannot open: No such file or directory");
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused)
{
    struct h5 *file = nir_begin_around_x(at.path, 50, 50);
    nir_node(file, "x", "Affine");
    nir_fill(file, "x", "weight", (struct shape){2, {50, 50}}, 1);
    nir_fill(file, "x", "bias", nir_flat(50), 1);
    nir_end(file);
    struct stat info;
    ck_assert_int_eq(stat(at.path, &info), 0);
    for (off_t size = info.st_size - 1; size > 0; size = size * 7 / 8 - 1) {
        ck_assert_int_eq(truncate(at.path, size), 0);
        ck_assert(!network_read(at.path, &at.network, &at.problems));
    }
    ck_assert(diagnostics_mention(&at.problems, "is truncated or damaged, expected a whole HDF5 file"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nir_broken");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, an_edge_to_nowhere_names_both_ends);
    tcase_add_test(all, a_double_edge_is_refused);
    tcase_add_test(all, missing_ends_are_refused);
    tcase_add_test(all, nan_and_wrong_time_constants_are_refused);
    tcase_add_test(all, all_problems_of_nodes_are_reported_at_once);
    tcase_add_test(all, shapes_that_do_not_fit_are_named);
    tcase_add_test(all, broken_lists_are_refused);
    tcase_add_test(all, files_that_are_not_nir_are_named);
    tcase_add_test(all, a_file_cut_anywhere_is_refused);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
