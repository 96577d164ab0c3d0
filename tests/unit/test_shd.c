/* SHD's layout, written with the HDF5 library itself: times in half precision, units of 16 bits, lists of variable
 * length; and npusim import of it. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/run_suite.h"
#include "tools/network/spikes.h"
#include <check.h>
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* IEEE half precision: 1 sign, 5 exponent, 10 mantissa bits. */
static hid_t half_type(void)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

static void write_lists(hid_t file, const char *name, hid_t stored, hid_t memory, const hvl_t *lists, hsize_t count)
{
    hid_t type = H5Tvlen_create(stored), from = H5Tvlen_create(memory), space = H5Screate_simple(1, &count, NULL);
    hid_t data = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(data, from, H5S_ALL, H5S_ALL, H5P_DEFAULT, lists), 0);
    H5Dclose(data);
    H5Sclose(space);
    H5Tclose(from);
    H5Tclose(type);
}

/* Two samples: (0.5 s, 3), (0.25 s, 699) and (0.125 s, 0); `units` in the first sample are one short if asked for. */
static void write_file(const char *name, bool short_units)
{
    float first[] = {0.5f, 0.25f}, second[] = {0.125f};
    uint16_t units_first[] = {3, 699}, units_second[] = {0};
    hvl_t times[] = {{2, first}, {1, second}}, units[] = {{short_units ? 1 : 2, units_first}, {1, units_second}};
    int labels[] = {7, 19};
    hsize_t count = 2;
    char *path = scratch_text(name);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), half = half_type();
    hid_t group = H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    write_lists(file, "/spikes/times", half, H5T_NATIVE_FLOAT, times, 2);
    write_lists(file, "/spikes/units", H5T_STD_U16LE, H5T_NATIVE_UINT16, units, 2);
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t data = H5Dcreate2(file, "/labels", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(data, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, labels);
    H5Dclose(data);
    H5Sclose(space);
    H5Gclose(group);
    H5Tclose(half);
    H5Fclose(file);
    free(path);
}

static void check(const char *name, double dt_s)
{
    struct diagnostics problems = {0};
    struct spike_options how = {.dt_s = dt_s};
    struct spike_batch batch;
    char *path = scratch_text(name);
    bool good = spikes_read(path, 700, &how, &batch, &problems);
    ck_assert_msg(good, "%s", problems.count ? problems.message[0] : "?");
    ck_assert_uint_eq(batch.count, 2);
    ck_assert_uint_eq(batch.samples[0].count, 2);
    ck_assert_uint_eq(batch.samples[0].events[0].step, 25);
    ck_assert_uint_eq(batch.samples[0].events[0].index, 699);
    ck_assert_uint_eq(batch.samples[0].events[1].step, 50);
    ck_assert_uint_eq(batch.samples[1].events[0].step, 12);
    ck_assert_int_eq(batch.samples[0].label, 7);
    ck_assert_int_eq(batch.samples[1].label, 19);
    spikes_free(&batch);
    free(path);
}

START_TEST(half_precision_lists_are_read_with_their_labels)
{
    write_file("@/shd.h5", false);
    check("@/shd.h5", 0.01);
}
END_TEST

START_TEST(import_keeps_events_steps_and_labels)
{
    write_file("@/shd.h5", false);
    struct command_result result = command_run("import @/shd.h5 --inputs 700 --dt 0.01 --out @/batch.h5");
    ck_assert_msg(result.status == 0, "%s", result.error);
    command_free(&result);
    check("@/batch.h5", 0);
}
END_TEST

/* One sample of one spike, its unit stored as a number with a fraction. */
static void write_unit(const char *name, double unit)
{
    float time = 0.5f;
    hvl_t times[] = {{1, &time}}, units[] = {{1, &unit}};
    char *path = scratch_text(name);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), half = half_type();
    hid_t group = H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    write_lists(file, "/spikes/times", half, H5T_NATIVE_FLOAT, times, 1);
    write_lists(file, "/spikes/units", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, units, 1);
    H5Gclose(group);
    H5Tclose(half);
    H5Fclose(file);
    free(path);
}

START_TEST(a_unit_is_a_whole_number_that_a_spike_can_have)
{
    static const double bad[] = {3.5, -1, 1e31, NAN, INFINITY};
    struct command_result result;
    write_unit("@/good.h5", 3);
    result = command_run("import @/good.h5 --inputs 700 --dt 0.01 --out @/batch.h5");
    ck_assert_int_eq(result.status, 0);
    command_free(&result);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_unit("@/shd.h5", bad[i]);
        command_expect_refused("import @/shd.h5 --inputs 700 --dt 0.01 --out @/other.h5", "@/shd.h5",
                               "expected a whole number", 1);
    }
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
    write_file("@/shd.h5", true);
    command_expect_refused("import @/shd.h5 --inputs 700 --dt 0.01 --out @/batch.h5", "@/shd.h5",
                           "times and units differ in number", 1);
    write_file("@/shd.h5", false);
    command_expect_refused("import @/shd.h5 --inputs 699 --dt 0.01 --out @/batch.h5", "@/shd.h5", "index 699", 1);
    command_expect_refused("import @/shd.h5 --inputs 700 --out @/batch.h5", "@/shd.h5", "expected --dt", 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shd");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, scratch_make, scratch_remove);
    tcase_add_test(all, half_precision_lists_are_read_with_their_labels);
    tcase_add_test(all, import_keeps_events_steps_and_labels);
    tcase_add_test(all, a_unit_is_a_whole_number_that_a_spike_can_have);
    tcase_add_test(all, what_does_not_fit_is_refused);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
