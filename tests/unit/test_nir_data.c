/* NIR data files written and read back, and broken ones. */
#include "tools/file/h5.h"
#include "tests/support/run_suite.h"
#include "tools/network/spikes.h"
#include "tools/read/spike_writer.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];
static struct diagnostics problems;
static struct spike_batch batch;
static const struct spike_options NONE = {0};

static void setup(void)
{
    strcpy(path, "/tmp/test_nir_data.XXXXXX");
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    problems = (struct diagnostics){0};
    batch = (struct spike_batch){0};
}

static void teardown(void)
{
    spikes_free(&batch);
    diagnostics_free(&problems);
    remove(path);
}

static struct h5 *create(void)
{
    struct h5 *file = NULL;
    ck_assert(h5_create(path, &file, &problems));
    return file;
}

static void commit(struct h5 *file)
{
    ck_assert(h5_commit(file, &problems));
}

static bool read_with(uint32_t inputs, struct spike_options options)
{
    spikes_free(&batch);
    diagnostics_free(&problems);
    return spikes_read(path, inputs, &options, &batch, &problems);
}

static void refused(uint32_t inputs, struct spike_options options, const char *text)
{
    ck_assert(!read_with(inputs, options));
    ck_assert_msg(diagnostics_mention(&problems, text), "\"%s\" not in \"%s\"", text, problems.message[0]);
    ck_assert_ptr_null(batch.samples);
}

static void write_grid(struct h5 *file, const char *node, uint64_t neurons, const float *data, double dt_s)
{
    const uint64_t size[] = {1, 2, neurons};
    char group[100], name[110];
    snprintf(group, sizeof group, "/nodes/%s/observables/spikes", node);
    snprintf(name, sizeof name, "%s/data", group);
    h5_write(file, name, H5_F32, 3, size, data);
    h5_write_attribute_string(file, group, "__type__", "TimeGriddedData");
    if (dt_s != 0)
        h5_write_attribute_double(file, group, "dt", dt_s);
}

/* One sample of two events; the second is a pad where its index is -1. */
static void write_events(int64_t second_index, double second_time_s, double t_max_s)
{
    struct h5 *file = create();
    const char *group = "/nodes/input/observables/spikes";
    const uint64_t size[] = {1, 2};
    const int64_t index[] = {3, second_index};
    const double time_s[] = {0.0025, second_time_s};
    h5_write(file, "/nodes/input/observables/spikes/idx", H5_I64, 2, size, index);
    h5_write(file, "/nodes/input/observables/spikes/time", H5_F64, 2, size, time_s);
    h5_write_attribute_string(file, group, "__type__", "EventData");
    h5_write_attribute_int64(file, group, "n_neurons", 4);
    h5_write_attribute_double(file, group, "t_max", t_max_s);
    commit(file);
}

static void expect_event(size_t i, uint32_t step, uint32_t index, double value)
{
    const struct spike_event *event = &batch.samples[0].events[i];
    ck_assert_uint_lt(i, batch.samples[0].count);
    ck_assert_uint_eq(event->step, step);
    ck_assert_uint_eq(event->index, index);
    ck_assert_float_eq(event->value, (float)value);
}

START_TEST(a_grid_is_read_with_its_dt_and_dt_given_wins)
{
    const float data[] = {0, 0, 1, 0.5f, 0, 0};
    struct h5 *file = create();
    write_grid(file, "input", 3, data, 0.002);
    commit(file);
    ck_assert(read_with(3, NONE));
    ck_assert_double_eq(batch.dt_s, 0.002);
    ck_assert(batch.analog);
    ck_assert_uint_eq(batch.samples[0].steps, 2);
    expect_event(0, 0, 2, 1);
    expect_event(1, 1, 0, 0.5);
    ck_assert(read_with(3, (struct spike_options){.dt_s = 0.001}));
    ck_assert_double_eq(batch.dt_s, 0.001);
}
END_TEST

START_TEST(events_fall_into_the_step_of_their_time_and_pads_are_no_events)
{
    write_events(-1, INFINITY, 0.005);
    ck_assert(read_with(4, (struct spike_options){.dt_s = 0.001}));
    ck_assert_uint_eq(batch.samples[0].count, 1);
    ck_assert_uint_eq(batch.samples[0].steps, 5);
    expect_event(0, 2, 3, 1);
    ck_assert(read_with(4, (struct spike_options){.dt_s = 0.002}));
    expect_event(0, 1, 3, 1);
    ck_assert_uint_eq(batch.samples[0].steps, 3);
    write_events(2, INFINITY, 0.005);
    ck_assert(read_with(4, (struct spike_options){.dt_s = 0.001}));
    ck_assert_uint_eq(batch.samples[0].count, 1);
    write_events(3, 0.0021, 0.005);
    ck_assert(read_with(4, (struct spike_options){.dt_s = 0.001}));
    expect_event(0, 2, 3, 2);
    write_events(0, 0.0071, 0.005);
    ck_assert(read_with(4, (struct spike_options){.dt_s = 0.001}));
    ck_assert_uint_eq(batch.samples[0].steps, 8);
}
END_TEST

START_TEST(the_node_is_input_else_the_first_that_fits)
{
    const float one[] = {1, 0, 0, 0}, two[] = {0, 1, 0, 0}, three[] = {0, 0, 1, 0, 0, 0};
    struct h5 *file = create();
    write_grid(file, "a", 3, three, 0.001);
    write_grid(file, "b", 2, one, 0.001);
    write_grid(file, "c", 2, two, 0.001);
    commit(file);
    ck_assert(read_with(2, NONE));
    expect_event(0, 0, 0, 1);
    refused(5, NONE, "no node with spikes of 5 neurons");
    file = create();
    write_grid(file, "b", 2, one, 0.001);
    write_grid(file, "input", 2, two, 0.001);
    commit(file);
    ck_assert(read_with(2, NONE));
    expect_event(0, 0, 1, 1);
}
END_TEST

START_TEST(broken_data_is_refused_with_its_reason)
{
    const float good[] = {0, 1, 0, 0}, negative[] = {0, -1, 0, 0}, not_a_number[] = {0, NAN, 0, 0};
    const struct spike_options dt = {.dt_s = 0.001};
    write_events(4, 0.001, 0.005);
    refused(4, dt, "event 1: index 4, expected 0 .. 3");
    refused(4, NONE, "--dt");
    refused(5, dt, "4 neurons, expected 5");
    write_events(-2, 0.001, 0.005);
    refused(4, dt, "index -2");
    write_events(1, -0.001, 0.005);
    refused(4, dt, "time -0.001");
    write_events(1, NAN, 0.005);
    refused(4, dt, "time nan");
    write_events(1, 0.001, INFINITY);
    refused(4, dt, "t_max inf");
    write_events(1, 1e9, 0.005);
    refused(4, dt, "timesteps, expected at most");
    const struct { const float *data; double dt_s; const char *message; } grids[] = {
        {negative, 0.001, "value -1"}, {not_a_number, 0.001, "value nan"}, {good, -1, "dt -1"}, {good, NAN, "dt nan"},
    };
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++) {
        struct h5 *file = create();
        write_grid(file, "input", 2, grids[i].data, grids[i].dt_s);
        commit(file);
        refused(2, NONE, grids[i].message);
    }
    struct h5 *file = create();
    h5_write_string(file, "/version", "1.0");
    commit(file);
    refused(2, NONE, "without a group /nodes");
}
END_TEST

static void expect_same(const struct spike_batch *written)
{
    ck_assert_uint_eq(batch.count, written->count);
    for (size_t i = 0; i < written->count; i++) {
        ck_assert_uint_eq(batch.samples[i].count, written->samples[i].count);
        for (size_t k = 0; k < written->samples[i].count; k++) {
            ck_assert_uint_eq(batch.samples[i].events[k].step, written->samples[i].events[k].step);
            ck_assert_uint_eq(batch.samples[i].events[k].index, written->samples[i].events[k].index);
            ck_assert_float_eq(batch.samples[i].events[k].value, written->samples[i].events[k].value);
        }
    }
}

START_TEST(what_is_written_reads_back_the_same)
{
    struct spike_event first[2000], second[] = {{0, 9, 1}, {9999, 0, 1}};
    struct spike_sample samples[] = {{.steps = 10000, .count = 2000, .events = first},
                                     {.steps = 10000, .count = 2, .events = second}, {.steps = 5}};
    const struct spike_batch written = {.inputs = 10, .dt_s = 0.7e-3, .count = 3, .samples = samples};
    for (int valued = 0; valued < 2; valued++) {
        for (uint32_t i = 0; i < 2000; i++)
            first[i] = (struct spike_event){i * 5, i % 10, valued && i % 3 == 0 ? 2.5f : 1};
        struct h5 *file = create();
        ck_assert(spikes_write_nir_data(file, "", "lif", "spikes", &written, &problems));
        commit(file);
        ck_assert(read_with(10, NONE));
        expect_same(&written);
        ck_assert_double_eq(batch.dt_s, 0.7e-3);
        ck_assert_uint_eq(batch.samples[2].steps, 10000);
    }
}
END_TEST

START_TEST(written_times_floor_to_their_step)
{
    struct spike_event events[3000];
    struct spike_sample sample = {.steps = 3000, .count = 3000, .events = events};
    const struct spike_batch written = {.inputs = 1, .dt_s = 0.1, .count = 1, .samples = &sample};
    struct h5 *file = create();
    double *time_s = NULL;
    for (uint32_t i = 0; i < 3000; i++)
        events[i] = (struct spike_event){i, 0, 1};
    ck_assert(spikes_write_nir_data(file, "/spikes", "lif", "spikes", &written, &problems));
    commit(file);
    ck_assert(h5_open(path, &file, &problems));
    ck_assert(h5_read_doubles(file, "/spikes/nodes/lif/observables/spikes/time", 3000, &time_s, NULL, &problems));
    for (uint32_t i = 0; i < 3000; i++)
        ck_assert_double_eq(floor(time_s[i] / 0.1), i);
    free(time_s);
    h5_close(file);
}
END_TEST

int main(void)
{
    Suite *all = suite_create("nir_data");
    TCase *tests = tcase_create("nir_data");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_grid_is_read_with_its_dt_and_dt_given_wins);
    tcase_add_test(tests, events_fall_into_the_step_of_their_time_and_pads_are_no_events);
    tcase_add_test(tests, the_node_is_input_else_the_first_that_fits);
    tcase_add_test(tests, broken_data_is_refused_with_its_reason);
    tcase_add_test(tests, what_is_written_reads_back_the_same);
    tcase_add_test(tests, written_times_floor_to_their_step);
    suite_add_tcase(all, tests);
    return run_suite(all);
}
