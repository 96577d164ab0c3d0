/* Spike files made here, small enough to know every event of. */
#include "tools/network/spikes.h"
#include "tests/support/run_suite.h"
#include "tools/read/spike_readers.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static char directory[64];
static struct diagnostics problems;
static struct spike_batch batch;

static void setup(void)
{
    strcpy(directory, "/tmp/test_spikes.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    problems = (struct diagnostics){0};
    batch = (struct spike_batch){0};
}

static void teardown(void)
{
    char command[128];
    spikes_free(&batch);
    diagnostics_free(&problems);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}

static const char *path_of(const char *name)
{
    static char path[2][256];
    static int which;
    which = !which;
    snprintf(path[which], sizeof path[which], "%s/%s", directory, name);
    return path[which];
}

static const char *put(const char *name, const void *bytes, size_t size)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

static const char *put_text(const char *name, const char *text)
{
    return put(name, text, strlen(text));
}

static const char *put_npy(const char *name, const char *header, const void *data, size_t size)
{
    unsigned char bytes[4096] = "\x93NUMPY\x01";
    size_t length = strlen(header);
    bytes[8] = (unsigned char)length;
    memcpy(bytes + 10, header, length);
    memcpy(bytes + 10 + length, data, size);
    return put(name, bytes, 10 + length + size);
}

/* Unsigned bytes, (rows, columns). */
static const char *put_bytes(int rows, int columns, const void *data)
{
    char header[100];
    snprintf(header, sizeof header, "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d), }\n", rows, columns);
    return put_npy("a", header, data, (size_t)(rows * columns));
}

/* One value of four bytes. */
static const char *put_float(float value)
{
    return put_npy("a", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }", &value, sizeof value);
}

static bool read_with(const char *path, uint32_t inputs, struct spike_options options)
{
    spikes_free(&batch);
    diagnostics_free(&problems);
    return spikes_read(path, inputs, &options, &batch, &problems);
}

/* Fails, says `text`, leaves nothing behind. */
static void refused(const char *path, uint32_t inputs, struct spike_options options, const char *text)
{
    ck_assert(!read_with(path, inputs, options));
    ck_assert_msg(diagnostics_mention(&problems, text), "\"%s\" not in \"%s\"", text, problems.message[0]);
    ck_assert_ptr_null(batch.samples);
}

static void expect_event(size_t sample, size_t i, uint32_t step, uint32_t index, double value)
{
    ck_assert_uint_lt(sample, batch.count);
    ck_assert_uint_lt(i, batch.samples[sample].count);
    const struct spike_event *event = &batch.samples[sample].events[i];
    ck_assert_uint_eq(event->step, step);
    ck_assert_uint_eq(event->index, index);
    ck_assert_float_eq_tol(event->value, (float)value, 1e-6f);
}

static const struct spike_options NONE = {0};

/* ---- .npy ---- */
START_TEST(npy_rows_are_steps_and_equal_values_are_counts)
{
    const unsigned char data[] = {0, 1, 0, 2, 0, 0};
    ck_assert(read_with(put_bytes(2, 3, data), 3, NONE));
    ck_assert_uint_eq(batch.count, 1);
    ck_assert_str_eq(batch.samples[0].name, "a");
    ck_assert_uint_eq(batch.samples[0].steps, 2);
    ck_assert_uint_eq(batch.samples[0].count, 2);
    expect_event(0, 0, 0, 1, 1);
    expect_event(0, 1, 1, 0, 2);
    ck_assert(!batch.analog);
    ck_assert_double_eq(batch.dt_s, 0);
}
END_TEST

START_TEST(npy_fortran_order_reads_as_the_same_array)
{
    const unsigned char data[] = {0, 2, 1, 0, 0, 0};
    ck_assert(read_with(put_npy("a", "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", data, 6), 3, NONE));
    expect_event(0, 0, 0, 1, 1);
    expect_event(0, 1, 1, 0, 2);
}
END_TEST

START_TEST(npy_every_dtype_has_its_value)
{
    const struct { const char *descr; unsigned char bytes[8]; unsigned width; double value; } cases[] = {
        {"|b1", {1}, 1, 1}, {"|u1", {200}, 1, 200}, {"|i1", {100}, 1, 100},
        {"<i2", {1, 2}, 2, 513}, {">i2", {1, 2}, 2, 258}, {"<u2", {255, 255}, 2, 65535},
        {"<i4", {0, 0, 1}, 4, 65536}, {"<i8", {7}, 8, 7}, {"<f2", {0, 0x3e}, 2, 1.5},
        {"<f4", {0, 0, 0x20, 0x40}, 4, 2.5}, {"<f8", {0, 0, 0, 0, 0, 0, 0xd0, 0x3f}, 8, 0.25},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char header[100];
        snprintf(header, sizeof header, "{'shape': (1, 1), \"descr\": '%s', 'fortran_order': False}", cases[i].descr);
        ck_assert(read_with(put_npy("a", header, cases[i].bytes, cases[i].width), 1, NONE));
        expect_event(0, 0, 0, 0, cases[i].value);
        ck_assert_int_eq(batch.analog, cases[i].value != floor(cases[i].value));
    }
}
END_TEST

START_TEST(npy_of_rank_three_is_many_samples_and_samples_limits_them)
{
    const unsigned char data[] = {1, 0, 0, 1, 1, 1};
    const char *header = "{'descr': '|b1', 'fortran_order': False, 'shape': (3, 1, 2), }";
    const char *path = put_npy("a", header, data, 6);
    ck_assert(read_with(path, 2, (struct spike_options){.dt_s = 0.5}));
    ck_assert_uint_eq(batch.count, 3);
    ck_assert_str_eq(batch.samples[1].name, "a[1]");
    expect_event(1, 0, 0, 1, 1);
    ck_assert_uint_eq(batch.samples[2].count, 2);
    ck_assert_double_eq(batch.dt_s, 0.5);
    ck_assert(read_with(path, 2, (struct spike_options){.samples = 2}));
    ck_assert_uint_eq(batch.count, 2);
}
END_TEST

START_TEST(steps_cut_and_extend_samples)
{
    const unsigned char data[] = {1, 1, 1};
    const char *path = put_npy("a", "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1), }", data, 3);
    ck_assert(read_with(path, 1, (struct spike_options){.steps = 2}));
    ck_assert_uint_eq(batch.samples[0].steps, 2);
    ck_assert_uint_eq(batch.samples[0].count, 2);
    ck_assert(read_with(path, 1, (struct spike_options){.steps = 9}));
    ck_assert_uint_eq(batch.samples[0].steps, 9);
    ck_assert_uint_eq(batch.samples[0].count, 3);
}
END_TEST

START_TEST(broken_npy_is_refused_with_its_reason)
{
    const struct { const char *descr, *shape; size_t bytes; const char *message; } cases[] = {
        {"|u1", "(2, 1)", 1, "1 bytes of data, expected 2"}, {"|O", "(2, 1)", 2, "dtype"},
        {"|u1", "(2,)", 2, "shape (2)"},                     {"|u1", "(0, 1)", 0, "no timesteps"},
        {"|u1", "(99999999999, 99999999999)", 2, "more than"}, {"|u1", "(2, 1", 2, "damaged .npy header"},
    };
    const unsigned char bytes[] = {1, 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char header[100];
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': %s}", cases[i].descr,
                 cases[i].shape);
        refused(put_npy("a", header, bytes, cases[i].bytes), 1, NONE, cases[i].message);
    }
    refused(put_float(-1), 1, NONE, "value -1");
    refused(put_float(INFINITY), 1, NONE, "value inf");
    refused(put_bytes(2, 1, bytes), 2, NONE, "swapped");
}
END_TEST

/* ---- N-MNIST ---- */
static const unsigned char EVENTS[] = {
    3, 2, 0x80, 0, 100,    /* ON, t 100 us */
    3, 2, 0x80, 0, 200,    /* the same pixel again, 100 us later */
    0, 0, 0x00, 0x04, 0x4c, /* OFF, t 1100 us */
    9, 240, 0, 0x04, 0x4d, /* the timer ran over: + 8192 us */
    33, 33, 0x00, 0x04, 0x4d,
};

START_TEST(nmnist_counts_events_of_one_pixel_in_one_step)
{
    const char *path = put("events", EVENTS, sizeof EVENTS);
    ck_assert(read_with(path, 2312, (struct spike_options){.dt_s = 0.001}));
    ck_assert_uint_eq(batch.samples[0].count, 3);
    expect_event(0, 0, 0, 34 * 34 + 2 * 34 + 3, 2);
    expect_event(0, 1, 1, 0, 1);
    expect_event(0, 2, 9, 33 * 34 + 33, 1); /* 1101 + 8192 - 100 us */
    ck_assert_uint_eq(batch.samples[0].steps, 10);
    ck_assert_double_eq(batch.dt_s, 0.001);
}
END_TEST

START_TEST(broken_nmnist_is_refused_with_its_reason)
{
    unsigned char events[100 * 5] = {0};
    const struct spike_options dt = {.dt_s = 0.001};
    refused(put("e", EVENTS, sizeof EVENTS), 2312, NONE, "--dt");
    refused(put("e", EVENTS, sizeof EVENTS), 1156, dt, "2312 inputs, expected 1156");
    refused(put("e", EVENTS, sizeof EVENTS - 2), 2312, dt, "multiple of 5");
    refused(put("e", EVENTS, sizeof EVENTS), 2312, (struct spike_options){.dt_s = 1e-10}, "expected at most");
    events[300] = 77;
    refused(put("e", events, sizeof events), 2312, dt, "event 60: x 77");
}
END_TEST

/* ---- IDX ---- */
static const unsigned char IMAGES[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 255, 0, 128, 0, 51, 0};

START_TEST(idx_analog_repeats_the_pixel_and_latency_spikes_once)
{
    const char *path = put("images", IMAGES, sizeof IMAGES);
    ck_assert(read_with(path, 3, (struct spike_options){.steps = 2, .coding = CODING_ANALOG}));
    ck_assert(batch.analog);
    ck_assert_uint_eq(batch.count, 2);
    ck_assert_uint_eq(batch.samples[0].count, 4);
    expect_event(0, 3, 1, 2, 128 / 255.0);
    ck_assert(read_with(path, 3, (struct spike_options){.steps = 11, .coding = CODING_LATENCY}));
    ck_assert(!batch.analog);
    expect_event(0, 0, 0, 0, 1);
    expect_event(0, 1, 4, 2, 1); /* (1 - 128 / 255) * 10 = 4.98 */
    expect_event(1, 0, 8, 1, 1); /* (1 - 51 / 255) * 10 */
}
END_TEST

START_TEST(idx_rate_has_the_pixels_mean_and_depends_on_seed_and_sample_alone)
{
    const char *path = put("images", IMAGES, sizeof IMAGES);
    const struct spike_options options = {.steps = 20000, .coding = CODING_RATE, .seed = 7};
    ck_assert(read_with(path, 3, options));
    ck_assert_double_eq_tol((double)batch.samples[1].count / 20000, 0.2, 0.015);
    size_t first = batch.samples[0].count, second = batch.samples[1].count;
    ck_assert_double_eq_tol((double)(first - 20000) / 20000, 128 / 255.0, 0.018);
    struct spike_batch other;
    ck_assert(spikes_read(path, 3, &options, &other, &problems));
    ck_assert_uint_eq(other.samples[1].count, second);
    ck_assert_mem_eq(other.samples[1].events, batch.samples[1].events, second * sizeof *batch.samples[1].events);
    spikes_free(&other);
    ck_assert(read_with(path, 3, (struct spike_options){.steps = 20000, .seed = 8}));
    ck_assert_uint_ne(batch.samples[1].count, second);
}
END_TEST

START_TEST(gzip_is_read_like_what_it_holds_and_refused_when_cut_off)
{
    unsigned char bytes[200];
    gzFile file = gzopen(path_of("packed"), "wb");
    ck_assert_int_eq(gzwrite(file, IMAGES, sizeof IMAGES), (int)sizeof IMAGES);
    gzclose(file);
    const struct spike_options steps = {.steps = 1, .coding = CODING_ANALOG};
    ck_assert(read_with(path_of("packed"), 3, steps));
    ck_assert_uint_eq(batch.count, 2);
    FILE *packed = fopen(path_of("packed"), "rb");
    size_t size = fread(bytes, 1, sizeof bytes, packed);
    fclose(packed);
    refused(put("cut", bytes, size - 9), 3, steps, "damaged gzip");
}
END_TEST

START_TEST(broken_idx_is_refused_with_its_reason)
{
    const struct spike_options steps = {.steps = 1};
    const unsigned char list[] = {0, 0, 8, 1, 0, 0, 0, 1, 3};
    const unsigned char huge[] = {0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255};
    refused(put("i", IMAGES, sizeof IMAGES), 3, NONE, "--steps");
    refused(put("i", IMAGES, sizeof IMAGES), 4, steps, "3 pixels an image, expected 4");
    refused(put("i", list, sizeof list), 1, steps, "rank 1");
    refused(put("i", huge, sizeof huge), 1, steps, "IDX header");
}
END_TEST

/* ---- directories and labels ---- */
static void make_directory(void)
{
    const char *header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }";
    put_npy("20.npy", header, "\1\0", 2);
    put_npy("10.npy", header, "\0\1", 2);
    put_text(".hidden", "x");
    put_text("labels.txt", "#sample #class\n20\t7\n10\t3\n");
}

START_TEST(a_directory_is_a_batch_in_the_order_of_names_with_labels_by_name)
{
    make_directory();
    ck_assert(read_with(directory, 2, (struct spike_options){.labels_path = path_of("labels.txt")}));
    ck_assert_uint_eq(batch.count, 2);
    ck_assert_str_eq(batch.samples[0].name, "10.npy");
    ck_assert_int_eq(batch.samples[0].label, 3);
    ck_assert_int_eq(batch.samples[1].label, 7);
    expect_event(0, 0, 0, 1, 1);
}
END_TEST

START_TEST(labels_come_by_position_from_text_idx_and_npy)
{
    const unsigned char list[] = {0, 0, 8, 1, 0, 0, 0, 2, 5, 6};
    const char *header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
    make_directory();
    put_text("list", "5\n6\n");
    for (int i = 0; i < 3; i++) {
        const char *path = i == 0 ? path_of("list") : i == 1 ? put("list", list, sizeof list)
                                                             : put_npy("list", header, "\5\6", 2);
        ck_assert(read_with(directory, 2, (struct spike_options){.labels_path = path}));
        ck_assert_uint_eq(batch.count, 2);
        ck_assert_int_eq(batch.samples[0].label, 5);
        ck_assert_int_eq(batch.samples[1].label, 6);
    }
}
END_TEST

START_TEST(wrong_labels_are_refused_with_their_line)
{
    const struct { const char *text, *message; } cases[] = {
        {"10 3\n", "no label for sample 20.npy"}, {"10 3\n20 x\n", "list:2: no label"}, {"1\n", "1 labels, expected 2"},
        {"1\n2\n3\n", "3 labels, expected 2"}, {"10 3\n20 4\n10 5\n", "list:3: a name for the second time"},
        {"10 3\n4\n", "list:2: some lines"}, {"10 3 4\n", "list:1: more than two"}, {"-1\n2\n", "list:1: no label"},
        {"", "no labels"}, {"99999999999\n1\n", "list:1: no label"},
    };
    make_directory();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = put_text("list", cases[i].text);
        refused(directory, 2, (struct spike_options){.labels_path = path}, cases[i].message);
    }
    ck_assert_int_eq(remove(path_of("list")), 0);
    refused(directory, 2, (struct spike_options){.labels_path = "/nowhere"}, "cannot be opened");
}
END_TEST

START_TEST(what_is_no_spike_file_is_refused)
{
    refused(directory, 2, NONE, "no files");
    refused(path_of("nothing"), 2, NONE, "cannot be opened");
    refused(put_text("t", ""), 2, NONE, "is empty");
    refused(put_text("t", "PK\3\4 and so on"), 2, NONE, "zip");
    refused(put_text("t", "some words"), 2, NONE, "no known spike file");
    put_text("u", "other words");
    refused(directory, 2, NONE, "/u: no known spike file");
    ck_assert_uint_eq(problems.count, 2);
    refused(directory, 2, (struct spike_options){.dt_s = NAN}, "--dt");
}
END_TEST

START_TEST(a_step_begins_at_its_multiple_whatever_rounding_does)
{
    const double dt_s[] = {1e-3, 1e-4, 0.1, 1.0 / 3, 0.7e-3};
    for (size_t i = 0; i < sizeof dt_s / sizeof *dt_s; i++)
        for (uint32_t k = 0; k < 100000; k += 7) {
            ck_assert_uint_eq(spike_step(k * dt_s[i], dt_s[i]), k);
            ck_assert_uint_eq(spike_step((k + 0.999) * dt_s[i], dt_s[i]), k);
        }
    ck_assert_uint_eq(spike_step(1e300, 1e-300), SPIKE_STEPS_MAX);
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("spikes");
    TCase *tests = tcase_create("spikes");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, npy_rows_are_steps_and_equal_values_are_counts);
    tcase_add_test(tests, npy_fortran_order_reads_as_the_same_array);
    tcase_add_test(tests, npy_every_dtype_has_its_value);
    tcase_add_test(tests, npy_of_rank_three_is_many_samples_and_samples_limits_them);
    tcase_add_test(tests, steps_cut_and_extend_samples);
    tcase_add_test(tests, broken_npy_is_refused_with_its_reason);
    tcase_add_test(tests, nmnist_counts_events_of_one_pixel_in_one_step);
    tcase_add_test(tests, broken_nmnist_is_refused_with_its_reason);
    tcase_add_test(tests, idx_analog_repeats_the_pixel_and_latency_spikes_once);
    tcase_add_test(tests, idx_rate_has_the_pixels_mean_and_depends_on_seed_and_sample_alone);
    tcase_add_test(tests, gzip_is_read_like_what_it_holds_and_refused_when_cut_off);
    tcase_add_test(tests, broken_idx_is_refused_with_its_reason);
    tcase_add_test(tests, a_directory_is_a_batch_in_the_order_of_names_with_labels_by_name);
    tcase_add_test(tests, labels_come_by_position_from_text_idx_and_npy);
    tcase_add_test(tests, wrong_labels_are_refused_with_their_line);
    tcase_add_test(tests, what_is_no_spike_file_is_refused);
    tcase_add_test(tests, a_step_begins_at_its_multiple_whatever_rounding_does);
    suite_add_tcase(all, tests);
    return all;
}

int main(void)
{
    return run_suite(suite());
}
