/* What npusim itself writes and reads again, recordings, and activation traces. */
#include "tests/fuzz/fuzz.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/fuzz/seeds.h"
#include "tests/support/record.h"
#include "tests/support/small_networks.h"
#include "tools/activations/activations.h"
#include "tools/file/h5.h"
#include "tools/network/check.h"
#include "tools/read/read.h"
#include "tools/trace/trace_file.h"
#include "tools/validate/recording.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *nowhere(void)
{
    static FILE *file;
    if (!file)
        file = fopen("/dev/null", "w");
    must(file);
    return file;
}

/* ---- activation traces ---- */

bool seed_activations(uint32_t index, const char *folder)
{
    struct diagnostics problems = {0};
    struct h5 *file;
    uint8_t values[64];
    for (int i = 0; i < 64; i++)
        values[i] = (uint8_t)(i % 3 == 0);
    if (index > 0)
        return false;
    char *path = fuzz_path(folder, "trace.h5");
    must(h5_create(path, &file, &problems));
    h5_write(file, "/conv", H5_U8, 4, (uint64_t[]){2, 1, 4, 4}, values);
    h5_write(file, "/fc_0", H5_U8, 2, (uint64_t[]){2, 8}, values);
    h5_write(file, "/fc_1", H5_U8, 3, (uint64_t[]){2, 2, 4}, values);
    h5_write_attribute_int64(file, "/conv", "order", 0);
    h5_write_attribute_int64(file, "/fc_0", "order", 1);
    h5_write_attribute_int64(file, "/fc_1", "order", 2);
    must(h5_commit(file, &problems));
    free(path);
    return true;
}

static void read_activations(const char *path, uint8_t mode)
{
    static const char *const layers[][2] = {{"conv=kernel:3,padding:1,stride:2,out:4", "fc_1=out:3"},
                                            {"conv=kernel:5,out:1", "fc_0=out:3"}, {"fc_1=out:2", "conv=kernel:1,out:70000"}};
    struct diagnostics problems = {0};
    struct activation_trace trace;
    struct network network = {0};
    bool good = activations_read(path, layers[mode % 3], mode / 3 % 3, &trace, &problems);
    for (uint32_t i = 0; good && i < trace.count; i++) {
        struct activation_view view;
        activation_view(&trace.layers[i], &view);
        must(view.products <= view.ones && view.ones <= (uint64_t)view.m * (uint64_t)view.k);
    }
    if (good && mode & 16) {
        good = activations_network(&trace, &network, &problems);
        network_free(&network);
    }
    if (good && mode & 32) {
        char *spikes = memory_format("%s.spikes", path);
        good = activations_write_spikes(&trace, 0.001, spikes, &problems);
        free(spikes);
    }
    fuzz_verdict(good, &problems);
    activations_free(&trace);
}

/* ---- programs ---- */

static struct chip_config *chip_of(enum synapse_kind kind)
{
    static struct chip_config chips[2];
    static bool made[2];
    unsigned which = kind == SYNAPSE_SPARSE ? 0 : 1;
    if (!made[which]) {
        small_chip(&chips[which], kind);
        chips[which].core.neurons_max = 24;
        made[which] = true;
    }
    return &chips[which];
}

/* A layer over several cores, one that feeds itself, a read-out. */
static void make_network(struct network *network)
{
    small_network(network);
    uint32_t in = add_port(network, "in", NODE_INPUT, 1, 4, 4), conv = add_conv(network, "conv", 1, 2, 4, 3, true);
    uint32_t a = add_if(network, "a", 2, 4, 4, 5.0), flat = add_flatten(network, "flat", 2, 4, 4);
    uint32_t dense = add_affine(network, "dense", 32, 5, NULL, 0.0), b = add_if(network, "b", 5, 0, 0, 9.0);
    uint32_t again = add_affine(network, "again", 5, 5, NULL, 0.0), out = add_port(network, "out", NODE_OUTPUT, 5, 0, 0);
    const uint32_t edges[][2] = {{in, conv}, {conv, a}, {a, flat}, {flat, dense}, {dense, b}, {b, again}, {again, b}, {b, out}};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        add_edge(network, edges[i][0], edges[i][1]);
    struct diagnostics problems = {0};
    must(network_check(network, &problems));
}

bool seed_program(uint32_t index, const char *folder)
{
    static const struct semantics norse = {.name = "norse", .reset = RESET_TO_VALUE};
    struct compile_options options = {.semantics = &norse, .dt_s = 0.001, .input_levels = 1};
    struct compile_report report;
    struct diagnostics problems = {0};
    struct network network;
    struct program program;
    if (index > 1)
        return false;
    const struct chip_config *chip = chip_of(index ? SYNAPSE_DIMC : SYNAPSE_SPARSE);
    char *path = fuzz_path(folder, "program.h5");
    make_network(&network);
    must(compile_network(&network, chip, &options, &program, &report, &problems));
    program.chip_sha256 = memory_array(65, 1);
    chip_config_sha256(chip, program.chip_sha256);
    program.network_sha256 = memory_copy_string(program.chip_sha256);
    must(program_write(path, &program, &problems));
    compile_report_free(&report);
    program_free(&program);
    network_free(&network);
    free(path);
    return true;
}

static void read_program(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct program program;
    bool good = program_read(path, chip_of(mode % 2 ? SYNAPSE_DIMC : SYNAPSE_SPARSE), &program, &problems);
    if (good)
        program_free(&program);
    fuzz_verdict(good, &problems);
}

/* ---- results ---- */

bool seed_result(uint32_t index, const char *folder)
{
    struct diagnostics problems = {0};
    struct record_fixture fixture;
    struct run_numbers numbers;
    if (index > 0)
        return false;
    record_fixture_make(&fixture, 2, 3);
    run_derive(&fixture.record, &numbers);
    must(record_write_h5(&fixture, folder, &numbers, &problems));
    run_numbers_free(&numbers);
    record_fixture_free(&fixture);
    return true;
}

static void read_result(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    (void)mode;
    bool good = inspect_print(path, nowhere(), &problems);
    fuzz_verdict(good, &problems);
}

/* ---- recordings ---- */

static const char *const tables[] = {"setup_of_cores", "spikes", NULL}, *const untitled[] = {NULL};

static struct table table(const char *name, uint32_t columns, size_t rows, bool texts)
{
    static const char *const titles[] = {"cycle", "core", "what"};
    struct table out = {.name = memory_copy_string(name), .columns = columns, .rows = rows};
    out.titles = memory_array(columns, sizeof *out.titles);
    out.values = memory_array(columns * rows, sizeof *out.values);
    for (uint32_t i = 0; i < columns; i++)
        out.titles[i] = memory_copy_string(titles[i]);
    for (size_t i = 0; i < columns * rows; i++)
        out.values[i] = (int64_t)i;
    out.texts = texts ? memory_array(rows, sizeof *out.texts) : NULL;
    for (size_t i = 0; texts && i < rows; i++)
        out.texts[i] = memory_copy_string("word");
    return out;
}

bool seed_recording(uint32_t index, const char *folder)
{
    struct diagnostics problems = {0};
    if (index > 0)
        return false;
    struct recording recording = {.table_count = 2, .setup = table("setup", 3, 1, false)};
    recording.tables = memory_array(2, sizeof *recording.tables);
    recording.tables[0] = table(tables[0], 2, 3, false);
    recording.tables[1] = table(tables[1], 3, 4, true);
    char *path = fuzz_path(folder, "recording.h5");
    must(recording_write_h5(path, &recording, &problems));
    recording_free(&recording);
    free(path);
    return true;
}

static void read_recording(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct recording recording;
    int64_t number;
    bool good = recording_read(path, tables, untitled, &recording, &problems);
    if (good) {
        good = recording_setup(&recording, mode % 2 ? "core" : "cycle", 0, 9, &number, &problems);
        good = table_check(&recording, "spikes", "cycle", 0, 1000, &problems) && good;
        recording_free(&recording);
    }
    fuzz_verdict(good, &problems);
}

/* ---- event traces ---- */

static size_t put(unsigned char *at, uint64_t value, size_t count)
{
    for (size_t i = 0; i < count; i++, value >>= 8)
        at[i] = (unsigned char)value;
    return count;
}

static size_t put_record(unsigned char *at, uint64_t cycle, uint32_t component, enum trace_kind kind, uint32_t value)
{
    return put(at, cycle, 8) + put(at + 8, component, 4) + put(at + 12, (uint32_t)kind << 28 | value, 4);
}

static bool seed_trace(uint32_t index, const char *folder)
{
    static const char *const kinds[] = {"timestep control", "router", "core"};
    unsigned char bytes[512];
    double hz = 1e8;
    uint64_t clock;
    size_t size = 8;
    if (index > 0)
        return false;
    memcpy(&clock, &hz, sizeof clock);
    memcpy(bytes, "NPUTRACE", 8);
    const uint32_t head[] = {TRACE_VERSION, 1, 1, 1, 1};
    for (int i = 0; i < 5; i++)
        size += put(bytes + size, head[i], 4);
    size += put(bytes + size, clock, 8);
    size += put(bytes + size, 3, 4);
    for (uint32_t i = 0; i < 3; i++) {
        size += put(bytes + size, i, 4);
        size += put(bytes + size, 0, 4);
        size += put(bytes + size, strlen(kinds[i]), 4);
        memcpy(bytes + size, kinds[i], strlen(kinds[i]));
        size += strlen(kinds[i]);
    }
    size += put_record(bytes + size, 7, 2, TRACE_SPIKE, 3);
    size += put_record(bytes + size, 2, 2, TRACE_STATE, 1);
    size += put_record(bytes + size, 5, 1, TRACE_HOP, 1u << 16 | 2u << 8);
    size += put_record(bytes + size, 6, 2, TRACE_QUEUE_IN, 1);
    size += put_record(bytes + size, 9, 0, TRACE_END, 0);
    memcpy(bytes + size, "NPUTREND", 8);
    size += 8 + put(bytes + size + 8, 5, 8);
    fuzz_write(folder, "trace", bytes, size);
    return true;
}

static void read_trace(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct trace_file file;
    bool good = trace_file_read(path, &file, &problems);
    if (good) {
        if (mode % 2)
            trace_write_vcd(&file, mode & 2, nowhere());
        else
            trace_write_chrome(&file, nowhere());
        trace_file_free(&file);
    }
    fuzz_verdict(good, &problems);
}

const struct fuzz_target fuzz_results[] = {
    {.name = "activations", .file = "trace.h5", .seed = seed_activations, .read = read_activations},
    {.name = "program", .file = "program.h5", .seed = seed_program, .read = read_program},
    {.name = "result", .file = "result.h5", .seed = seed_result, .read = read_result},
    {.name = "recording", .file = "recording.h5", .seed = seed_recording, .read = read_recording},
    {.name = "trace", .file = "trace", .seed = seed_trace, .read = read_trace, .bytes = true},
    {.name = NULL},
};
