/* Which format a network file has, by content. */
#include "tools/read/read.h"

#include "tools/read/keras.h"
#include "tools/read/lava.h"
#include "tools/read/nir.h"
#include "tools/read/onnx.h"
#include "tools/read/sonata.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* torch.save writes zip archives. */
static bool is_zip(const char *path)
{
    char start[4] = "";
    struct stat about;
    FILE *stream = stat(path, &about) == 0 && S_ISREG(about.st_mode) ? fopen(path, "rb") : NULL;
    if (!stream)
        return false;
    size_t got = fread(start, 1, sizeof start, stream);
    fclose(stream);
    return got == sizeof start && memcmp(start, "PK\003\004", sizeof start) == 0;
}

static bool read_hdf5(struct h5 *file, const struct read_options *options, struct network *out,
                      struct diagnostics *diagnostics)
{
    if (nir_recognise(file))
        return nir_read(file, out, diagnostics);
    if (lava_recognise(file))
        return lava_read(file, out, diagnostics);
    if (keras_recognise(file))
        return keras_read(file, options->keras_layout, out, diagnostics);
    return diagnostics_add(diagnostics, h5_path(file), "holds no network, expected a NIR graph (/node) or lava-dl "
                           "layers (/layer)");
}

static bool read_any(const char *path, const struct read_options *options, struct network *out,
                     struct diagnostics *diagnostics)
{
    struct h5 *file;
    *out = (struct network){0};
    if (is_zip(path))
        return diagnostics_add(diagnostics, path, "is a zip archive (torch?), expected an HDF5 NIR file");
    if (sonata_recognise(path))
        return sonata_read(path, out, diagnostics);
    if (!h5_is_hdf5(path) && onnx_is(path))
        return onnx_read(path, out, diagnostics);
    if (!h5_open(path, &file, diagnostics))
        return false;
    bool good = read_hdf5(file, options, out, diagnostics);
    h5_close(file);
    return good;
}

bool network_read(const char *path, struct network *out, struct diagnostics *diagnostics)
{
    return network_read_as(path, &(struct read_options){0}, out, diagnostics);
}

bool network_read_as(const char *path, const struct read_options *options, struct network *out,
                     struct diagnostics *diagnostics)
{
    bool good = read_any(path, options, out, diagnostics) && network_check(out, diagnostics);
    if (good)
        nir_apply_metadata(out);
    else
        network_free(out);
    return good;
}

bool network_read_graph(const char *path, struct network *out, struct diagnostics *diagnostics)
{
    return network_read_graph_as(path, &(struct read_options){0}, out, diagnostics);
}

bool network_read_graph_as(const char *path, const struct read_options *options, struct network *out,
                           struct diagnostics *diagnostics)
{
    bool good = read_any(path, options, out, diagnostics) && network_check_graph(out, diagnostics);
    if (good)
        nir_apply_metadata(out);
    else
        network_free(out);
    return good;
}
