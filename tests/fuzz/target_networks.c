/* NIR, lava-dl, Keras and SONATA networks. */
#include "tests/fuzz/fuzz.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/fuzz/seeds.h"
#include "tests/support/network_equal.h"
#include "tests/support/small_networks.h"
#include "tools/compile/program_layout.h"
#include "tools/reference/reference.h"
#include "tools/read/read.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void inspect(const char *path)
{
    static FILE *nowhere;
    struct diagnostics problems = {0};
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    must(nowhere);
    bool good = inspect_print(path, nowhere, &problems);
    fuzz_verdict(good, &problems);
}

/* What can be written is read again; a NIR file's network equal (of another format, NIR lacks the version and dt). */
static void write_and_read(const char *path, const struct network *network, bool equal)
{
    struct diagnostics problems = {0};
    struct network again = {0};
    char *copy = memory_format("%s.copy", path);
    bool written = network_write_nir(copy, network, &problems);
    must(written || access(copy, F_OK) != 0);
    fuzz_verdict(written, &problems);
    if (written) {
        bool good = network_read_graph(copy, &again, &problems);
        if (!good)
            diagnostics_print(&problems);
        must(good);
        bool unversioned = *network->version == '\0'; /* is written as the newest */
        char *different = equal && !unversioned ? networks_differ(network, &again) : NULL;
        if (different)
            panic("written and read again: %s", different);
        network_free(&again);
        unlink(copy);
    }
    free(copy);
}

#define SMALL_NEURONS 20000
#define STEPS 3u

static bool is_small(const struct network *network)
{
    int64_t sizes = 0;
    for (uint32_t n = 0; n < network->node_count; n++) {
        int64_t items = shape_items(&network->nodes[n].output);
        if (items > SMALL_NEURONS)
            return false;
        sizes += items;
    }
    return sizes <= SMALL_NEURONS;
}

/* A network that may run is simulated for a few steps, every input at 1 in the first, or refused with a reason. */
static void simulate(const struct network *network, const struct semantics *semantics)
{
    struct diagnostics problems = {0};
    struct reference_result result;
    struct spike_sample sample = {.name = memory_copy_string("a"), .label = -1, .steps = STEPS};
    for (uint32_t n = 0; n < network->node_count; n++)
        sample.count += network->nodes[n].kind == NODE_INPUT ? (size_t)shape_items(&network->nodes[n].output) : 0;
    sample.events = memory_array(sample.count, sizeof *sample.events);
    for (size_t i = 0; i < sample.count; i++)
        sample.events[i] = (struct spike_event){0, (uint32_t)i, 1};
    struct spike_batch batch = {.inputs = (uint32_t)sample.count, .dt_s = 1e-3, .count = 1, .samples = &sample};
    struct reference_options how = {.semantics = semantics, .dt_s = 1e-3};
    bool good = reference_run(network, &batch, &how, &result, &problems);
    if (good)
        reference_free(&result);
    fuzz_verdict(good, &problems);
    free(sample.events);
    free(sample.name);
}

/* Or compiled for a small chip; what comes out is a program that the chip can be built from. */
static void compile(const struct network *network, const struct semantics *semantics, enum synapse_kind kind)
{
    struct diagnostics problems = {0};
    struct chip_config chip;
    struct program program;
    struct compile_report report;
    struct compile_options how = {.semantics = semantics, .dt_s = 1e-3, .input_levels = 1};
    small_chip(&chip, kind);
    bool good = compile_network(network, &chip, &how, &program, &report, &problems);
    if (good) {
        must(program_check(&program, &chip, "compiled", &problems));
        program_free(&program);
    }
    compile_report_free(&report);
    fuzz_verdict(good, &problems);
}

static void use(const struct network *network, uint8_t mode)
{
    static const char *const presets[] = {"norse", "snntorch", "spyx", "lava", "nengo", "rockpool", "sinabs", "exact"};
    struct diagnostics problems = {0};
    struct semantics semantics;
    must(semantics_parse(presets[mode / 32], &semantics, &problems));
    if (!is_small(network))
        return;
    if (mode % 8 == 1)
        simulate(network, &semantics);
    else
        compile(network, &semantics, mode & 8 ? SYNAPSE_DIMC : SYNAPSE_SPARSE);
}

static void read_one(const char *path, uint8_t mode, bool nir)
{
    struct diagnostics problems = {0};
    struct network network;
    bool good = mode % 4 == 1 ? network_read(path, &network, &problems) : network_read_graph(path, &network, &problems);
    fuzz_verdict(good, &problems);
    if (good && mode % 4 == 1)
        use(&network, mode);
    if (good && mode % 4 == 2)
        inspect(path);
    if (good && mode % 4 == 3)
        write_and_read(path, &network, nir);
    if (good)
        network_free(&network);
}

static void read_network(const char *path, uint8_t mode) { read_one(path, mode, false); }
static void read_nir(const char *path, uint8_t mode) { read_one(path, mode, true); }

static bool seed_onnx(uint32_t index, const char *folder)
{
    static const char *const names[] = {"mlp", "cnn", "pools", "residual", "line", "channel_last", "typed"};
    if (index >= sizeof names / sizeof *names)
        return false;
    char *from = memory_format("tests/reference/onnx/%s.onnx", names[index]);
    bool there = fuzz_copy(from, folder, "n.onnx");
    free(from);
    return there;
}

const struct fuzz_target fuzz_networks[] = {
    {.name = "nir", .file = "n.nir", .seed = seed_nir, .read = read_nir},
    {.name = "lava", .file = "n.net", .seed = seed_lava, .read = read_network},
    {.name = "keras", .file = "n.h5", .seed = seed_keras, .read = read_network},
    {.name = "sonata", .file = "circuit_config.json", .seed = seed_sonata, .read = read_network},
    {.name = "onnx", .file = "n.onnx", .seed = seed_onnx, .read = read_network, .bytes = true},
    {.name = "network-bytes", .file = "n.nir", .seed = seed_nir, .read = read_nir, .bytes = true, .probe = true},
    {.name = NULL},
};
