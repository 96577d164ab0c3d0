/* Spike files, images and labels with something wrong in them: refused before anything runs, with file and place. */
#include "tests/support/command.h"
#include "tests/support/nir_make.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHIP "--chip tests/support/chips/tiny-sparse.yaml "
#define DIGITS CHIP "--network traces/digits/digits.nir --out @/out "
#define GOOD_SPIKES "--input traces/digits/test-spikes.h5 "

/* ---- NIR data ---- */

enum { INPUTS = 64, EVENTS = 3 };

/* One sample of three events. */
struct events {
    int64_t index[EVENTS];
    double time[EVENTS], neurons;
    const char *type;
};

static void write_events(const struct events *events)
{
    char *path = scratch_text("@/spikes.h5");
    const char *at = "/nodes/input/observables/spikes";
    const uint64_t size[] = {1, EVENTS};
    struct diagnostics diagnostics = {0};
    struct h5 *file;
    must(h5_create(path, &file, &diagnostics));
    h5_write(file, "/nodes/input/observables/spikes/idx", H5_I64, 2, size, events->index);
    h5_write(file, "/nodes/input/observables/spikes/time", H5_F64, 2, size, events->time);
    if (events->type)
        h5_write_attribute_string(file, at, "__type__", events->type);
    h5_write_attribute_double(file, at, "n_neurons", events->neurons);
    must(h5_commit(file, &diagnostics));
    free(path);
}

static const struct {
    const char *name;
    struct events events;
    const char *options, *place, *what;
} events[] = {
    {"index beyond the Input", {{0, 64, -1}, {0, 0.001, INFINITY}, INPUTS, "EventData"}, "--dt 0.001",
     "@/spikes.h5: /nodes/input/observables/spikes", "index 64, expected 0 .. 63"},
    {"negative index", {{0, -2, -1}, {0, 0.001, INFINITY}, INPUTS, "EventData"}, "--dt 0.001",
     "@/spikes.h5: /nodes/input/observables/spikes", "index -2, expected 0 .. 63"},
    {"time is not a number", {{0, 1, -1}, {0, NAN, INFINITY}, INPUTS, "EventData"}, "--dt 0.001",
     "@/spikes.h5: /nodes/input/observables/spikes", "time nan s, expected a number >= 0"},
    {"negative time", {{0, 1, -1}, {0, -0.5, INFINITY}, INPUTS, "EventData"}, "--dt 0.001",
     "@/spikes.h5: /nodes/input/observables/spikes", "time -0.5 s, expected a number >= 0"},
    {"more steps than can be", {{0, 1, -1}, {0, 1e12, INFINITY}, INPUTS, "EventData"}, "--dt 0.001",
     "@/spikes.h5", "timesteps, expected at most"},
    {"other number of neurons", {{0, 1, -1}, {0, 0.001, INFINITY}, 65, "EventData"}, "--dt 0.001",
     "@/spikes.h5: /nodes/input/observables/spikes", "65 neurons, expected 64"},
    {"no dt", {{0, 1, -1}, {0, 0.001, INFINITY}, INPUTS, "EventData"}, "",
     "@/spikes.h5: /nodes/input/observables/spikes", "expected --dt"},
    {"unknown kind of data", {{0, 1, -1}, {0, 0.001, INFINITY}, INPUTS, "Events"}, "--dt 0.001",
     "@/spikes.h5: /nodes/input/observables/spikes", "\"Events\", expected TimeGriddedData, EventData"},
    {"kind of data not said", {{0, 1, -1}, {0, 0.001, INFINITY}, INPUTS, NULL}, "--dt 0.001",
     "@/spikes.h5: /nodes/input/observables/spikes", "'__type__'"},
};

START_TEST(broken_events_are_refused_with_dataset_and_event)
{
    char *line = memory_format("run " DIGITS "--input @/spikes.h5 %s", events[_i].options);
    write_events(&events[_i].events);
    command_expect_refused(line, events[_i].place, events[_i].what, 1);
    free(line);
}
END_TEST

/* ---- .npy ---- */

/* Version 1: magic, version, length of the header, header, data. */
static void write_npy(const char *header, const void *data, size_t size)
{
    char file[4096] = "\x93NUMPY\x01\x00";
    size_t length = strlen(header), all = 10 + length + size;
    must(all <= sizeof file);
    file[8] = (char)(length & 0xff);
    file[9] = (char)(length >> 8);
    memcpy(file + 10, header, length);
    if (size)
        memcpy(file + 10 + length, data, size);
    scratch_write_bytes("spikes.npy", file, all);
}

#define HEADER(type, shape) "{'descr': '" type "', 'fortran_order': False, 'shape': " shape ", }\n"
static const struct {
    const char *name, *header;
    size_t bytes;
    float first;
    const char *options, *what;
} arrays[] = {
    {"complex numbers", HEADER("<c8", "(2, 64)"), 1024, 1, "--dt 0.001", "'<c8'"},
    {"Python objects", HEADER("|O", "(2, 64)"), 1024, 1, "--dt 0.001", "'|O'"},
    {"one dimension", HEADER("<f4", "(128,)"), 512, 1, "--dt 0.001", "shape (128), expected (time, neuron)"},
    {"other number of neurons", HEADER("<f4", "(2, 63)"), 504, 1, "--dt 0.001", "63 neurons a step, expected 64"},
    {"time and neuron swapped", HEADER("<f4", "(64, 2)"), 512, 1, "--dt 0.001", "time and neuron are swapped"},
    {"no steps", HEADER("<f4", "(0, 64)"), 0, 1, "--dt 0.001", "no timesteps"},
    {"shape beyond 64 bits", HEADER("<f4", "(9999999999, 9999999999)"), 512, 1, "--dt 0.001", "expected at most"},
    {"negative size", HEADER("<f4", "(-2, 64)"), 512, 1, "--dt 0.001", "shape"},
    {"data cut off", HEADER("<f4", "(2, 64)"), 500, 1, "--dt 0.001", "500"},
    {"not a number", HEADER("<f4", "(2, 64)"), 512, NAN, "--dt 0.001", "value nan of input 0, expected 0 .."},
    {"negative value", HEADER("<f4", "(2, 64)"), 512, -1, "--dt 0.001", "value -1 of input 0, expected 0 .."},
    {"no shape", "{'descr': '<f4', 'fortran_order': False}\n", 512, 1, "--dt 0.001", "shape"},
    {"header that is no header", "hello\n", 512, 1, "--dt 0.001", "header"},
    {"no dt", HEADER("<f4", "(2, 64)"), 512, 1, "", NULL},
};

START_TEST(a_broken_array_is_refused_with_what_is_wrong)
{
    float data[1024] = {arrays[_i].first};
    char *line = memory_format("run " DIGITS "--input @/spikes.npy %s", arrays[_i].options);
    write_npy(arrays[_i].header, data, arrays[_i].bytes);
    if (arrays[_i].what)
        command_expect_refused(line, "@/spikes.npy", arrays[_i].what, 1);
    else
        command_expect_refused(line, "--dt", "@/spikes.npy says nothing: expected the length of a timestep", 1);
    free(line);
}
END_TEST

/* ---- IDX images ---- */

static const struct {
    const char *name, *head;
    size_t head_bytes, bytes;
    const char *options, *what;
} images[] = {
    {"cut off", "\0\0\x08\x03\0\0\0\x02\0\0\0\x08\0\0\0\x08", 16, 100, "--dt 0.001 --steps 4",
     "84 bytes of data, expected 128"},
    {"header cut off", "\0\0\x08\x03\0\0\0\x02", 8, 8, "--dt 0.001 --steps 4", "header cut off"},
    {"other size", "\0\0\x08\x03\0\0\0\x02\0\0\0\x07\0\0\0\x08", 16, 128, "--dt 0.001 --steps 4",
     "56 pixels an image, expected 64"},
    {"no images", "\0\0\x08\x03\0\0\0\0\0\0\0\x08\0\0\0\x08", 16, 16, "--dt 0.001 --steps 4", "no images"},
    {"floats", "\0\0\x0d\x03\0\0\0\x01\0\0\0\x08\0\0\0\x08", 16, 272, "--dt 0.001 --steps 4", "expected 0x08"},
    {"labels", "\0\0\x08\x01\0\0\0\x40", 8, 72, "--dt 0.001 --steps 4", "labels?"},
    {"no steps", "\0\0\x08\x03\0\0\0\x02\0\0\0\x08\0\0\0\x08", 16, 144, "--dt 0.001", "expected --steps"},
};

START_TEST(broken_images_are_refused_with_what_is_wrong)
{
    unsigned char file[512] = {0};
    char *line = memory_format("run " DIGITS "--input @/images.idx %s", images[_i].options);
    memcpy(file, images[_i].head, images[_i].head_bytes);
    scratch_write_bytes("images.idx", file, images[_i].bytes);
    command_expect_refused(line, "@/images.idx", images[_i].what, 1);
    free(line);
}
END_TEST

/* ---- N-MNIST ---- */

/* 2 x 34 x 34 pixels -> 4 neurons. */
static void write_sensor_network(void)
{
    char *path = scratch_text("@/sensor.nir");
    struct h5 *file = nir_begin(path);
    nir_node(file, "input", "Input");
    nir_integers(file, "input", "shape", 3, (int64_t[]){2, 34, 34});
    nir_node(file, "pool", "SumPool2d");
    nir_integers(file, "pool", "kernel_size", 2, (int64_t[]){17, 17});
    nir_integers(file, "pool", "stride", 2, (int64_t[]){17, 17});
    nir_integers(file, "pool", "padding", 2, (int64_t[]){0, 0});
    nir_node(file, "spikes", "IF");
    nir_fill(file, "spikes", "r", (struct shape){3, {2, 2, 2}}, 1);
    nir_fill(file, "spikes", "v_threshold", (struct shape){3, {2, 2, 2}}, 4);
    nir_node(file, "output", "Output");
    nir_edges(file, "", (const char *const[]){"input", "pool", "pool", "spikes", "spikes", "output", NULL});
    nir_end(file);
    free(path);
}

static const struct {
    const char *name;
    unsigned char bad[5]; /* the twelfth event */
    size_t bytes;
    const char *network, *options, *what;
} sensor[] = {
    {"x beyond the sensor", {34, 3, 0, 0, 12}, 60, "@/sensor.nir", "--dt 0.001",
     "event 11: x 34, y 3, expected 0 .. 33"},
    {"y beyond the sensor", {3, 200, 0, 0, 12}, 60, "@/sensor.nir", "--dt 0.001", "event 11: x 3, y 200"},
    {"cut off", {3, 3, 0, 0, 12}, 58, "@/sensor.nir", "--dt 0.001", "58 bytes, expected a multiple of 5"},
    {"no dt", {3, 3, 0, 0, 12}, 60, "@/sensor.nir", "", "expected --dt"},
    {"another network", {3, 3, 0, 0, 12}, 60, "traces/digits/digits.nir", "--dt 0.001", "2312 inputs, expected 64"},
    {"steps beyond all memory", {3, 3, 0, 0xff, 0xff}, 60, "@/sensor.nir", "--dt 1e-12", "timesteps, expected at most"},
};

START_TEST(broken_sensor_events_are_refused_with_their_number)
{
    unsigned char file[60];
    for (unsigned char i = 0; i < 12; i++)
        memcpy(file + 5 * i, (unsigned char[]){i, i, 0x80, 0, i}, 5);
    memcpy(file + 55, sensor[_i].bad, 5);
    write_sensor_network();
    scratch_write_bytes("60001.bs2", file, sensor[_i].bytes);
    char *line = memory_format("run " CHIP "--out @/out --network %s --input @/60001.bs2 %s", sensor[_i].network,
                               sensor[_i].options);
    command_expect_refused(line, "@/60001.bs2", sensor[_i].what, 1);
    free(line);
}
END_TEST

/* ---- files and directories ---- */

START_TEST(what_is_no_spike_file_is_refused)
{
    scratch_write_bytes("zip", "PK\3\4 archive", 12);
    scratch_write("empty", "");
    scratch_write("text", "zero one two three\n");
    scratch_cut("half.h5", "traces/digits/test-spikes.h5", 30000);
    static const char *const cases[][3] = {
        {"@/zip", "@/zip", "is a zip archive"},
        {"@/empty", "@/empty", "is empty"},
        {"@/text", "@/text", "no known spike file, expected NIR data (HDF5), N-MNIST"},
        {"@/half.h5", "@/half.h5", "truncated"},
        {"@/nowhere", "@/nowhere", "No such file"},
        {"traces/digits/digits.nir", "traces/digits/digits.nir", "without a group /nodes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *line = memory_format("run " DIGITS "--dt 0.001 --input %s", cases[i][0]);
        command_expect_refused(line, cases[i][1], cases[i][2], 1);
        free(line);
    }
}
END_TEST

static void make_directory(const char *name)
{
    char *path = scratch_text(name);
    struct diagnostics diagnostics = {0};
    must(directory_make(path, &diagnostics));
    free(path);
}

START_TEST(an_empty_directory_is_refused)
{
    make_directory("@/batch");
    command_expect_refused("run " DIGITS "--dt 0.001 --input @/batch", "@/batch", "no files in it, expected spike", 1);
}
END_TEST

START_TEST(every_broken_file_of_a_directory_is_named)
{
    make_directory("@/batch");
    scratch_write("batch/a.bin", "garbage");
    scratch_write("batch/b.bin", "");
    scratch_cut("batch/c.h5", "traces/digits/test-spikes.h5", 48947);
    command_expect_refused("run " DIGITS "--dt 0.001 --input @/batch", "@/batch/a.bin", "no known spike file", 2);
    command_expect_refused("run " DIGITS "--dt 0.001 --input @/batch", "@/batch/b.bin", "is empty", 2);
}
END_TEST

/* ---- labels ---- */

static const struct {
    const char *name, *text, *place, *what;
    size_t messages;
} labels[] = {
    {"too few", "1\n2\n", "@/labels", "2 labels, expected 3, one a sample", 1},
    {"no label", "", "@/labels", "no labels, expected one for each of 3 samples", 1},
    {"text where a label stands", "1\ntwo\n3\n", "@/labels:2", "expected \"NAME LABEL\" or \"LABEL\"", 1},
    {"a fraction", "1\n2.5\n3\n", "@/labels:2", "expected \"NAME LABEL\" or \"LABEL\"", 1},
    {"negative", "1\n-2\n3\n", "@/labels:2", "expected \"NAME LABEL\" or \"LABEL\"", 1},
    {"too many words", "1\n2 3 4\n3\n", "@/labels:2", "more than two words", 1},
    {"some with names", "1\nb 2\n3\n", "@/labels:2", "some lines have a name and others none", 1},
    {"beyond the output", "1\n10\n3\n", "@/labels", "label 10 of test-spikes.h5[1], expected 0 .. 9", 1},
    {"a sample without", "other 1\n", "@/labels", "no label for sample test-spikes.h5[0], expected a line", 3},
};

START_TEST(broken_labels_are_refused_with_their_line)
{
    scratch_write("labels", labels[_i].text);
    command_expect_refused("run " DIGITS GOOD_SPIKES "--samples 3 --labels @/labels", labels[_i].place, labels[_i].what,
                           labels[_i].messages);
}
END_TEST

START_TEST(labels_that_are_missing_or_a_directory_are_refused)
{
    command_expect_refused("run " DIGITS GOOD_SPIKES "--labels @/nowhere", "@/nowhere", "No such file", 1);
    command_expect_refused("run " DIGITS GOOD_SPIKES "--labels @", "@", "is a directory", 1);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))
static Suite *broken_suite(void)
{
    Suite *suite = suite_create("broken_inputs");
    TCase *test = tcase_create("files");
    suite_add_tcase(suite, test);
    tcase_add_checked_fixture(test, scratch_make, scratch_remove);
    tcase_add_loop_test(test, broken_events_are_refused_with_dataset_and_event, 0, COUNT(events));
    tcase_add_loop_test(test, a_broken_array_is_refused_with_what_is_wrong, 0, COUNT(arrays));
    tcase_add_loop_test(test, broken_images_are_refused_with_what_is_wrong, 0, COUNT(images));
    tcase_add_loop_test(test, broken_sensor_events_are_refused_with_their_number, 0, COUNT(sensor));
    tcase_add_test(test, what_is_no_spike_file_is_refused);
    tcase_add_test(test, an_empty_directory_is_refused);
    tcase_add_test(test, every_broken_file_of_a_directory_is_named);
    tcase_add_loop_test(test, broken_labels_are_refused_with_their_line, 0, COUNT(labels));
    tcase_add_test(test, labels_that_are_missing_or_a_directory_are_refused);
    return suite;
}

int main(void)
{
    return run_suite(broken_suite());
}
