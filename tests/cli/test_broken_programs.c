/* Programs (npusim compile) that do not fit what they are run with, or are damaged: refused before anything runs. */
#include "tests/support/command.h"
#include "tests/support/nir_make.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

#define CHIP "--chip tests/support/chips/tiny-sparse.yaml "
#define DIGITS "--network traces/digits/digits.nir "
#define INPUT "--input traces/digits/test-spikes.h5 --samples 1 --out @/out "
#define RUN "run " CHIP DIGITS INPUT "--program @/program.h5 "

static void compile_as(const char *arguments)
{
    char *line = memory_format("compile %s --quiet --out @/program.h5", arguments);
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s", result.error);
    command_free(&result);
    free(line);
}

/* Another value at one place of a dataset. */
static void patch(const char *dataset, hsize_t at, int64_t value)
{
    char *path = scratch_text("@/program.h5");
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t id = H5Dopen2(file, dataset, H5P_DEFAULT);
    hid_t space = H5Dget_space(id), one = H5Screate(H5S_SCALAR);
    must(id >= 0 && H5Sselect_elements(space, H5S_SELECT_SET, 1, &at) >= 0);
    must(H5Dwrite(id, H5T_NATIVE_INT64, one, space, H5P_DEFAULT, &value) >= 0);
    H5Sclose(one);
    H5Sclose(space);
    H5Dclose(id);
    must(H5Fclose(file) >= 0);
    free(path);
}

static void drop(const char *dataset)
{
    char *path = scratch_text("@/program.h5");
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    must(file >= 0 && H5Ldelete(file, dataset, H5P_DEFAULT) >= 0 && H5Fclose(file) >= 0);
    free(path);
}

static const struct {
    const char *name, *dataset;
    hsize_t at;
    int64_t value;
    const char *place, *what;
} damages[] = {
    {"synapse to a neuron that is not there", "/synapses/target", 3, 60000,
     "@/program.h5: /synapses/target", "expected"},
    {"weight wider than the chip's", "/synapses/weight", 3, 200, "@/program.h5: /synapses/weight", "expected"},
    {"row beyond the memory", "/axons/row", 2, 100000, "@/program.h5: /axons/row", "expected"},
    {"route to a core that is not there", "/neuron_routes/core", 0, 99,
     "@/program.h5: /neuron_routes/core", "expected"},
    {"route to an axon that is not there", "/neuron_routes/axon", 0, 5000,
     "@/program.h5: /neuron_routes/core", "axon 5000"},
    {"route without delay", "/input_routes/delay", 0, 0, "@/program.h5: /input_routes/core", "after 0 steps, expected"},
    {"neuron that is there twice", "/neurons/index", 20, 0, "@/program.h5: /neurons/index", "expected each one once"},
    {"tables that overlap", "/cores/neuron_start", 1, 1000, "@/program.h5: /cores/neuron_start", "expected"},
    {"start beyond the table", "/input_routes/start", 1, 9999, "@/program.h5: /input_routes/start", "expected"},
    {"unknown neuron model", "/groups/model", 0, 77, "@/program.h5: /groups/model", "expected"},
    {"population of no neurons", "/populations/count", 0, 0, "@/program.h5: /populations/count", "expected"},
};

START_TEST(a_damaged_program_is_refused_with_dataset_and_place)
{
    compile_as(CHIP DIGITS);
    patch(damages[_i].dataset, damages[_i].at, damages[_i].value);
    command_expect_refused(RUN, damages[_i].place, damages[_i].what, 1);
}
END_TEST

START_TEST(a_program_without_a_table_is_refused)
{
    compile_as(CHIP DIGITS);
    drop("/synapses/weight");
    command_expect_refused(RUN, "@/program.h5: /synapses/weight", "missing", 1);
}
END_TEST

START_TEST(a_program_of_another_chip_is_refused)
{
    compile_as(DIGITS "--chip tests/support/chips/tiny-dimc.yaml");
    command_expect_refused(RUN, "@/program.h5", "compiled for another chip", 1);
}
END_TEST

START_TEST(a_program_of_another_network_is_refused)
{
    char *path = scratch_text("@/other.nir");
    struct h5 *file = nir_begin(path);
    nir_node(file, "input", "Input");
    nir_integers(file, "input", "shape", 1, (int64_t[]){64});
    nir_node(file, "spikes", "IF");
    nir_fill(file, "spikes", "r", (struct shape){1, {64}}, 1);
    nir_fill(file, "spikes", "v_threshold", (struct shape){1, {64}}, 1);
    nir_node(file, "output", "Output");
    nir_edges(file, "", (const char *const[]){"input", "spikes", "spikes", "output", NULL});
    nir_end(file);
    free(path);
    compile_as(CHIP "--network @/other.nir");
    command_expect_refused(RUN, "@/program.h5", "compiled from another network than traces/digits/digits.nir", 1);
}
END_TEST

START_TEST(what_is_no_program_is_refused)
{
    scratch_write("text", "program\n");
    compile_as(CHIP DIGITS);
    char *path = scratch_text("@/program.h5");
    scratch_cut("half.h5", path, 20000);
    free(path);
    command_expect_refused("run " CHIP DIGITS INPUT "--program @/text", "@/text", "is not HDF5", 1);
    command_expect_refused("run " CHIP DIGITS INPUT "--program @/half.h5", "@/half.h5", "truncated", 1);
    command_expect_refused("run " CHIP DIGITS INPUT "--program @/nowhere.h5", "@/nowhere.h5", "No such file", 1);
    command_expect_refused("run " CHIP DIGITS INPUT "--program traces/digits/digits.nir", "traces/digits/digits.nir: /",
                           "npusim_kind", 1);
}
END_TEST

START_TEST(the_program_that_the_cases_damage_runs)
{
    compile_as(CHIP DIGITS);
    struct command_result result = command_run(RUN);
    ck_assert_msg(result.status == 0, "%s", result.error);
    command_free(&result);
}
END_TEST

static Suite *broken_suite(void)
{
    Suite *suite = suite_create("broken_programs");
    TCase *test = tcase_create("files");
    suite_add_tcase(suite, test);
    tcase_add_checked_fixture(test, scratch_make, scratch_remove);
    tcase_add_loop_test(test, a_damaged_program_is_refused_with_dataset_and_place, 0, sizeof damages / sizeof *damages);
    tcase_add_test(test, a_program_without_a_table_is_refused);
    tcase_add_test(test, a_program_of_another_chip_is_refused);
    tcase_add_test(test, a_program_of_another_network_is_refused);
    tcase_add_test(test, what_is_no_program_is_refused);
    tcase_add_test(test, the_program_that_the_cases_damage_runs);
    return suite;
}

int main(void)
{
    return run_suite(broken_suite());
}
