/* What is in a file: a network as its nodes in order, other HDF5 as its datasets, spike formats by their header. */
#include "tools/read/read.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/file/h5.h"
#include "tools/file/npy.h"
#include "tools/read/inspect.h"
#include "tools/read/keras.h"
#include "tools/read/lava.h"
#include "tools/read/nir.h"
#include "tools/read/onnx.h"
#include "tools/read/sonata.h"
#include "tools/read/camera.h"
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define LINES_MAX 200

/* ---- other HDF5 ---- */

struct tree {
    struct h5 *file;
    FILE *out;
    unsigned lines;
};

static void print_type(struct tree *tree, const char *group)
{
    struct diagnostics ignored = {0};
    char *type = NULL;
    if (h5_attribute_exists(tree->file, group, "__type__") &&
        h5_attribute_string(tree->file, group, "__type__", &type, &ignored)) {
        fprintf(tree->out, "  %s: %s\n", group, type);
        tree->lines++;
    }
    free(type);
    diagnostics_free(&ignored);
}

static void print_dataset(struct tree *tree, const char *path)
{
    struct diagnostics ignored = {0};
    struct h5_shape shape;
    fprintf(tree->out, "  %s ", path);
    if (h5_shape_of(tree->file, path, &shape, &ignored)) {
        struct shape size = {.rank = shape.rank};
        for (int i = 0; i < shape.rank; i++)
            size.size[i] = (int64_t)shape.size[i];
        char *text = shape_format(&size);
        fprintf(tree->out, "%s%s\n", text, h5_is_string(tree->file, path) ? " text" : "");
        free(text);
    } else {
        fprintf(tree->out, "is not read\n");
    }
    tree->lines++;
    diagnostics_free(&ignored);
}

static bool print_group(struct tree *tree, const char *group, int depth, struct diagnostics *diagnostics)
{
    char **names;
    size_t count;
    if (depth > DEPTH_MAX)
        return true;
    print_type(tree, group);
    if (!h5_list(tree->file, group, &names, &count, diagnostics))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < count && tree->lines < LINES_MAX; i++) {
        char *path = memory_format("%s/%s", strcmp(group, "/") ? group : "", names[i]);
        if (h5_is_group(tree->file, path))
            good = print_group(tree, path, depth + 1, diagnostics);
        else
            print_dataset(tree, path);
        free(path);
    }
    h5_free_strings(names, count);
    return good;
}

static bool inspect_hdf5(struct h5 *file, FILE *out, struct diagnostics *diagnostics)
{
    char *kind = NULL;
    struct tree tree = {.file = file, .out = out};
    if (h5_attribute_exists(file, "/", "npusim_kind")) {
        if (!h5_attribute_string(file, "/", "npusim_kind", &kind, diagnostics))
            return false;
        fprintf(out, "%s: npusim %s\n", h5_path(file), kind);
    } else if (h5_attribute_exists(file, "/", "__type__")) {
        fprintf(out, "%s: NIR spike data\n", h5_path(file));
    } else {
        fprintf(out, "%s: HDF5, neither a network nor spikes that npusim reads\n", h5_path(file));
    }
    free(kind);
    bool good = print_group(&tree, "/", 0, diagnostics);
    if (tree.lines >= LINES_MAX)
        fprintf(out, "  and more\n");
    return good;
}

/* ---- other files ---- */

static bool inspect_npy(const struct spike_file *file, FILE *out, struct diagnostics *diagnostics)
{
    struct npy array;
    char shape[128];
    if (!npy_parse(file->path, file->bytes, file->size, SPIKE_ITEMS_MAX, &array, diagnostics))
        return false;
    npy_format_shape(&array, shape, sizeof shape);
    fprintf(out, "%s: NumPy array %s of %s, %u bytes each\n", file->path, shape,
            array.kind == 'b' ? "booleans" : array.kind == 'f' ? "floats" : "integers", array.width);
    return true;
}

static void inspect_idx(const struct spike_file *file, FILE *out)
{
    unsigned rank = file->bytes[3];
    fprintf(out, "%s: IDX, type 0x%02x, shape (", file->path, file->bytes[2]);
    for (unsigned i = 0; i < rank && 8 + 4 * (size_t)i <= file->size; i++) {
        const unsigned char *size = file->bytes + 4 + 4 * (size_t)i;
        uint32_t value = (uint32_t)size[0] << 24 | (uint32_t)size[1] << 16 | (uint32_t)size[2] << 8 | size[3];
        fprintf(out, "%s%u", i ? ", " : "", (unsigned)value);
    }
    fprintf(out, ")\n");
}

static bool inspect_bytes(const struct spike_file *file, FILE *out, struct diagnostics *diagnostics)
{
    if (npy_recognise(file->bytes, file->size))
        return inspect_npy(file, out, diagnostics);
    if (idx_is_whole(file)) {
        inspect_idx(file, out);
        return true;
    }
    if (aedat_recognise(file)) {
        fprintf(out, "%s: AEDAT %.3s, events of a camera\n", file->path, (const char *)file->bytes + 9);
        return true;
    }
    if (event_text_recognise(file)) {
        fprintf(out, "%s: address-event text; --columns and --time-unit say what its columns are\n", file->path);
        return true;
    }
    if (nmnist_recognise(file)) {
        fprintf(out, "%s: N-MNIST, %zu events of 34 x 34 pixels\n", file->path, file->size / 5);
        return true;
    }
    return diagnostics_add(diagnostics, file->path, "is of no known format, expected NIR, ONNX, HDF5, .npy, IDX, "
                           "N-MNIST, AEDAT or text");
}

static bool inspect_directory(const char *path, const struct read_options *options, FILE *out,
                              struct diagnostics *diagnostics)
{
    char **names;
    size_t count;
    if (!directory_list(path, &names, &count, diagnostics))
        return false;
    fprintf(out, "%s: a directory of %zu files\n", path, count);
    bool good = true;
    if (count > 0) { /* samples of one kind: the first stands for all */
        char *first = memory_format("%s/%s", path, names[0]);
        good = inspect_print_as(first, options, out, diagnostics);
        free(first);
    }
    directory_free_list(names, count);
    return good;
}

bool inspect_print(const char *path, FILE *out, struct diagnostics *diagnostics)
{
    return inspect_print_as(path, &(struct read_options){0}, out, diagnostics);
}

bool inspect_print_as(const char *path, const struct read_options *options, FILE *out,
                      struct diagnostics *diagnostics)
{
    if (directory_is(path))
        return inspect_directory(path, options, out, diagnostics);
    if (sonata_recognise(path) || (!h5_is_hdf5(path) && onnx_is(path)))
        return inspect_network(path, options, out, diagnostics);
    if (h5_is_hdf5(path)) {
        struct h5 *file;
        if (!h5_open(path, &file, diagnostics))
            return false;
        bool network = nir_recognise(file) || lava_recognise(file) || keras_recognise(file);
        bool good = network || inspect_hdf5(file, out, diagnostics);
        h5_close(file);
        return network ? inspect_network(path, options, out, diagnostics) : good;
    }
    unsigned char *bytes;
    size_t size;
    if (!file_read(path, SPIKE_FILE_MAX, &bytes, &size, diagnostics))
        return false;
    bool good = inspect_bytes(&(struct spike_file){path, bytes, size}, out, diagnostics);
    free(bytes);
    return good;
}
