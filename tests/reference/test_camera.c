/* Recordings of cameras in five formats (tests/reference/aedat/make.py) hold the same events, which the text says in
 * plain; npusim export writes what npusim import reads. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/network/spikes.h"
#include "tools/read/spike_readers.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 24u
#define ROWS 16u
#define EVENTS 400

static const char *const files[] = {"none.aedat4", "lz4.aedat4", "zstd.aedat4", "polarity31.aedat", "davis2.aedat",
                                    "events.txt"};
#define FILES ((int)(sizeof files / sizeof *files))

static char *path_of(int i)
{
    char *text = memory_format("%%/tests/reference/aedat/%s", files[i]), *path = scratch_text(text);
    free(text);
    return path;
}

static const struct spike_options usual = {.dt_s = 1e-3, .time_unit = TIME_UNIT_S, .shape = {3, {2, ROWS, COLUMNS}}};

/* count[step][index] of the text, read with nothing of npusim. */
static unsigned *expected_counts(unsigned *steps)
{
    char *path = path_of(FILES - 1);
    FILE *stream = fopen(path, "r");
    unsigned *count = memory_array(100 * 2 * ROWS * COLUMNS, sizeof *count), lines = 0;
    long seconds, micros, x, y, p, first = 0, columns, rows;
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(fscanf(stream, "%ld %ld", &columns, &rows), 2);
    *steps = 0;
    while (fscanf(stream, "%ld.%ld %ld %ld %ld", &seconds, &micros, &x, &y, &p) == 5) {
        long time_us = seconds % 100000 * 1000000 + micros;
        first = lines++ ? first : time_us;
        unsigned step = (unsigned)((time_us - first) / 1000);
        ck_assert_uint_lt(step, 100);
        *steps = step + 1;
        count[(step * 2 + (unsigned)p) * ROWS * COLUMNS + (unsigned)y * COLUMNS + (unsigned)x]++;
    }
    ck_assert_uint_eq(lines, EVENTS);
    fclose(stream);
    free(path);
    return count;
}

START_TEST(every_format_gives_the_same_events)
{
    struct diagnostics problems = {0};
    struct spike_batch batch;
    unsigned steps, *count = expected_counts(&steps);
    char *path = path_of(_i);
    double sum = 0;
    bool good = spikes_read(path, 2 * ROWS * COLUMNS, &usual, &batch, &problems);
    ck_assert_msg(good, "%s", problems.count ? problems.message[0] : "?");
    ck_assert_uint_eq(batch.count, 1);
    ck_assert_uint_eq(batch.samples[0].steps, steps);
    for (size_t i = 0; i < batch.samples[0].count; i++) {
        const struct spike_event *event = &batch.samples[0].events[i];
        ck_assert_uint_eq((unsigned)event->value, count[event->step * 2 * ROWS * COLUMNS + event->index]);
        sum += (double)event->value;
    }
    ck_assert_double_eq(sum, EVENTS);
    spikes_free(&batch);
    free(count);
    free(path);
}
END_TEST

/* AEDAT 4 and the text say how large the sensor is; one channel joins the polarities. */
START_TEST(the_file_says_the_sensor_or_the_input_must)
{
    struct diagnostics problems = {0};
    struct spike_options how = {.dt_s = 1e-3, .time_unit = TIME_UNIT_S};
    bool said = _i < 3 || _i == FILES - 1;
    for (unsigned channels = 1; channels <= 2; channels++) {
        struct spike_batch batch;
        char *path = path_of(_i);
        ck_assert(spikes_read(path, channels * ROWS * COLUMNS, &how, &batch, &problems) == said);
        ck_assert(said || diagnostics_mention(&problems, "does not say how many rows and columns"));
        spikes_free(&batch);
        free(path);
    }
    diagnostics_free(&problems);
}
END_TEST

START_TEST(another_sensor_than_the_inputs_is_refused)
{
    struct diagnostics problems = {0};
    struct spike_options how = usual;
    struct spike_batch batch;
    char *path = path_of(_i);
    how.shape.size[1] = ROWS - 1;
    ck_assert(!spikes_read(path, 2 * (ROWS - 1) * COLUMNS, &how, &batch, &problems));
    ck_assert(diagnostics_mention(&problems, "a sensor of 16 rows") || diagnostics_mention(&problems, "y below 15"));
    diagnostics_free(&problems);
    free(path);
}
END_TEST

/* ---- damage ---- */

static void read_damaged(const void *bytes, size_t size)
{
    struct diagnostics problems = {0};
    struct spike_batch batch;
    scratch_write_bytes("damaged", bytes, size);
    char *path = scratch_text("@/damaged");
    bool good = spikes_read(path, 2 * ROWS * COLUMNS, &usual, &batch, &problems);
    ck_assert(good || problems.count > 0);
    spikes_free(&batch);
    diagnostics_free(&problems);
    free(path);
}

START_TEST(a_cut_or_changed_file_is_read_or_refused)
{
    struct diagnostics problems = {0};
    unsigned char *bytes;
    size_t size;
    char *path = path_of(_i);
    ck_assert(file_read(path, 1 << 20, &bytes, &size, &problems));
    for (size_t cut = 0; cut < size; cut += cut < 64 ? 1 : 23)
        read_damaged(bytes, cut);
    for (size_t at = 0; at < size; at += at < 1200 ? 1 : 17)
        for (unsigned bit = 0; bit < 8; bit += 3) {
            bytes[at] ^= (unsigned char)(1u << bit);
            read_damaged(bytes, size);
            bytes[at] ^= (unsigned char)(1u << bit);
        }
    free(bytes);
    free(path);
}
END_TEST

/* ---- text ---- */

static const struct {
    const char *text, *options, *place, *what;
} wrong_texts[] = {
    {"1 2 3 1\n2 2 3\n", "--time-unit us", "@/a.txt:2:6", "expected a number"},
    {"1 2 3 1\n2 x 3 0\n", "--time-unit us", "@/a.txt:2:3", "expected a number"},
    {"1 2 3 1 9\n", "--time-unit us", "@/a.txt:1:9", "expected the end of the line"},
    {"1 2 -3 1\n", "--time-unit us", "@/a.txt:1:5", "whole number"},
    {"99999999999999999999 2 3 1\n", "--time-unit s", "@/a.txt:1:1", "a time in range"},
    {"1 2 3 1\n", "", "@/a.txt", "--time-unit"},
    {"1 2 3 1\n", "--time-unit us --columns txx", "--columns", "at most once"},
    {"1 2 3 1\n", "--time-unit us --columns xyp", "--columns", "t and x y"},
    {"1 24 3 1\n", "--time-unit us", "@/a.txt", "expected x below 24"},
};

START_TEST(a_wrong_line_is_named_with_its_column)
{
    scratch_write("a.txt", wrong_texts[_i].text);
    char *line = memory_format("import @/a.txt --shape 2,16,24 --dt 0.001 --out @/b.h5%s%s", *wrong_texts[_i].options ? " " : "",
                               wrong_texts[_i].options);
    size_t before = scratch_count();
    struct command_result result = command_run(line);
    char *place = scratch_text(wrong_texts[_i].place);
    ck_assert_int_eq(result.status, 2);
    ck_assert_msg(strstr(result.error, place) && strstr(result.error, wrong_texts[_i].what), "%s", result.error);
    ck_assert_uint_eq(scratch_count(), before);
    command_free(&result);
    free(place);
    free(line);
}
END_TEST

/* Columns in another order, names in the first line, remarks, fractions and exponents. */
START_TEST(columns_and_unit_are_what_the_options_say)
{
    struct diagnostics problems = {0};
    struct spike_options how = {.dt_s = 1e-3, .columns = "p_yxt", .time_unit = TIME_UNIT_MS, .shape = {2, {4, 5}}};
    struct spike_batch batch;
    scratch_write("a.csv", "# a remark\np,other,y,x,t\n-1,0.5,3,2,1600000000000.25\n1,0.5,0,4,1.600000000002e12\n");
    char *path = scratch_text("@/a.csv");
    bool good = spikes_read(path, 20, &how, &batch, &problems);
    ck_assert_msg(good, "%s", problems.count ? problems.message[0] : "?");
    ck_assert_uint_eq(batch.samples[0].count, 2);
    ck_assert_uint_eq(batch.samples[0].events[0].index, 3 * 5 + 2);
    ck_assert_uint_eq(batch.samples[0].events[1].index, 4);
    ck_assert_uint_eq(batch.samples[0].events[1].step, 1); /* 1.75 ms later */
    spikes_free(&batch);
    free(path);
}
END_TEST

/* ---- out again ---- */

static char *dump(const char *name)
{
    struct diagnostics problems = {0};
    struct spike_options how = {.node = "input"};
    struct spike_batch batch;
    char *path = scratch_text(name), *text = NULL;
    size_t size;
    ck_assert(spikes_read(path, 2 * ROWS * COLUMNS, &how, &batch, &problems));
    FILE *stream = open_memstream(&text, &size);
    for (size_t i = 0; i < batch.samples[0].count; i++)
        fprintf(stream, "%u %u %g\n", batch.samples[0].events[i].step, batch.samples[0].events[i].index,
                (double)batch.samples[0].events[i].value);
    fclose(stream);
    spikes_free(&batch);
    free(path);
    return text;
}

static const struct {
    const char *format, *back;
} exports[] = {
    {"npy", ""}, {"sonata", ""}, {"text", " --columns tn --time-unit s"},
};

START_TEST(what_is_exported_is_read_back_the_same)
{
    char *lines[] = {
        memory_format("import %%/tests/reference/aedat/lz4.aedat4 --shape 2,16,24 --dt 0.004 --out @/first.h5"),
        memory_format("export --spikes @/first.h5 --format %s --out @/out", exports[_i].format),
        memory_format("import @/out --inputs 768 --dt 0.004 --out @/second.h5%s", exports[_i].back)};
    for (int i = 0; i < 3; i++) {
        struct command_result result = command_run(lines[i]);
        ck_assert_msg(result.status == 0, "%s", result.error);
        command_free(&result);
        free(lines[i]);
    }
    char *first = dump("@/first.h5"), *second = dump("@/second.h5");
    ck_assert_str_eq(first, second);
    ck_assert_ptr_nonnull(strstr(first, " 2\n")); /* some pixel has two events in a step */
    free(first);
    free(second);
}
END_TEST

START_TEST(an_export_of_several_nodes_asks_which)
{
    struct command_result result = command_run("reference --network %/traces/digits/digits.nir --input "
                                               "%/traces/digits/test-spikes.h5 --samples 2 --quiet --out @/trace.h5");
    ck_assert_msg(result.status == 0, "%s", result.error);
    command_free(&result);
    command_expect_refused("export --spikes @/trace.h5 --out @/out.npy", "--node", "missing, expected one of: ", 1);
    command_expect_refused("export --spikes @/trace.h5 --out @/out.npy --node nobody", "--node", "nobody, expected", 1);
    command_expect_refused("export --spikes @/trace.h5 --out @/out.txt --node input --format text --sample 2", "--sample",
                           "2, expected 0 .. 1", 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("camera");
    TCase *tests = tcase_create("camera");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, every_format_gives_the_same_events, 0, FILES);
    tcase_add_loop_test(tests, the_file_says_the_sensor_or_the_input_must, 0, FILES);
    tcase_add_loop_test(tests, another_sensor_than_the_inputs_is_refused, 0, FILES);
    tcase_add_loop_test(tests, a_cut_or_changed_file_is_read_or_refused, 0, FILES);
    tcase_add_loop_test(tests, a_wrong_line_is_named_with_its_column, 0, (int)(sizeof wrong_texts / sizeof *wrong_texts));
    tcase_add_test(tests, columns_and_unit_are_what_the_options_say);
    tcase_add_loop_test(tests, what_is_exported_is_read_back_the_same, 0, 3);
    tcase_add_test(tests, an_export_of_several_nodes_asks_which);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
