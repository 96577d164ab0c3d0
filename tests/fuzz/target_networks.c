/* NIR, lava-dl, Keras and SONATA networks. */
#include "tests/fuzz/fuzz.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/fuzz/seeds.h"
#include "tests/support/network_equal.h"
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

static void read_one(const char *path, uint8_t mode, bool nir)
{
    struct diagnostics problems = {0};
    struct network network;
    bool good = mode % 4 == 1 ? network_read(path, &network, &problems) : network_read_graph(path, &network, &problems);
    fuzz_verdict(good, &problems);
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
