/* What inspect says of a network, of other files, and of no file at all. */
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

static char *inspected(void)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    bool good = inspect_print(at.path, stream, &at.problems);
    fclose(stream);
    if (good)
        return text;
    free(text);
    return NULL;
}

START_TEST(inspect_lists_a_network)
{
    struct h5 *file = nir_begin(at.path);
    nir_flat_ends(file, 3, 3);
    nir_lif(file, "lif", 0.02);
    nir_node(file, "rec", "Linear");
    nir_fill(file, "rec", "weight", (struct shape){2, {3, 3}}, 1);
    nir_edges(file, "", NIR_EDGES("in", "lif", "lif", "rec", "rec", "lif", "lif", "out"));
    nir_end(file);
    char *text = inspected();
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "NIR network, version 1.0.7"));
    ck_assert_ptr_nonnull(strstr(text, "4 nodes, 4 edges, 3 neurons, 9 synapses, 9 trained values"));
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
    ck_assert(h5_create(at.path, &file, &at.problems));
    h5_write_attribute_string(file, "/", "npusim_kind", "program");
    h5_write(file, "/core/weight", H5_F64, 1, (uint64_t[]){2}, (double[]){1, 2});
    ck_assert(h5_commit(file, &at.problems));
    char *text = inspected();
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "npusim program"));
    ck_assert_ptr_nonnull(strstr(text, "/core/weight (2)"));
    free(text);
    nir_case_write_bytes(&at, npy, (size_t)length);
    text = inspected();
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "NumPy array (2, 3) of integers, 1 bytes each"));
    free(text);
    nir_case_write_bytes(&at, npy, (size_t)length - 1);
    ck_assert_ptr_null(inspected());
    diagnostics_free(&at.problems);
    nir_case_write_bytes(&at, "hello", 5);
    ck_assert_ptr_null(inspected());
    ck_assert(diagnostics_mention(&at.problems, "is of no known format"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inspect");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, inspect_lists_a_network);
    tcase_add_test(all, inspect_tells_other_files_apart);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
