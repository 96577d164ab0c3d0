/* Datasets whose items are lists of numbers (variable length), as SHD's spikes are. */
#include "tools/file/h5_private.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

struct lists_dataset {
    hid_t id, type, base, space, memory;
};

static void close_all(struct lists_dataset *dataset)
{
    if (dataset->memory >= 0)
        H5Tclose(dataset->memory);
    if (dataset->space >= 0)
        H5Sclose(dataset->space);
    if (dataset->base >= 0)
        H5Tclose(dataset->base);
    if (dataset->type >= 0)
        H5Tclose(dataset->type);
    if (dataset->id >= 0)
        H5Dclose(dataset->id);
}

static bool open_lists(struct h5 *file, const char *path, struct lists_dataset *out, struct diagnostics *diagnostics)
{
    *out = (struct lists_dataset){-1, -1, -1, -1, -1};
    if (!h5_check_dataset(file, path, diagnostics))
        return false;
    out->id = H5Dopen2(file->id, path, H5P_DEFAULT);
    out->type = out->id < 0 ? -1 : H5Dget_type(out->id);
    out->space = out->id < 0 ? -1 : H5Dget_space(out->id);
    bool lists = out->type >= 0 && H5Tget_class(out->type) == H5T_VLEN;
    out->base = lists ? H5Tget_super(out->type) : -1;
    H5T_class_t class = out->base < 0 ? H5T_NO_CLASS : H5Tget_class(out->base);
    if ((class == H5T_FLOAT || class == H5T_INTEGER) && H5Sget_simple_extent_ndims(out->space) == 1) {
        out->memory = H5Tvlen_create(H5T_NATIVE_DOUBLE);
        return true;
    }
    close_all(out);
    return h5_fail(file, path, diagnostics, "is no list of lists of numbers, expected one list for each sample");
}

static void join(const hvl_t *items, struct h5_lists *out)
{
    out->start = memory_array((size_t)out->count + 1, sizeof *out->start);
    for (uint64_t i = 0; i < out->count; i++)
        out->start[i + 1] = out->start[i] + items[i].len;
    out->values = memory_array((size_t)out->start[out->count], sizeof *out->values);
    for (uint64_t i = 0; i < out->count; i++)
        if (items[i].len)
            memcpy(out->values + out->start[i], items[i].p, items[i].len * sizeof *out->values);
}

bool h5_read_lists(struct h5 *file, const char *path, uint64_t limit, struct h5_lists *out,
                   struct diagnostics *diagnostics)
{
    struct lists_dataset dataset;
    hsize_t count = 0, bytes = 0;
    *out = (struct h5_lists){0};
    if (!open_lists(file, path, &dataset, diagnostics))
        return false;
    H5Sget_simple_extent_dims(dataset.space, &count, NULL);
    size_t stored = H5Tget_size(dataset.base);
    bool sized = count <= limit && H5Dvlen_get_buf_size(dataset.id, dataset.memory, dataset.space, &bytes) >= 0;
    uint64_t items = bytes / sizeof(double);
    bool good = sized && items <= limit && items <= file->bytes / (stored ? stored : 1);
    if (!good) {
        close_all(&dataset);
        return h5_fail(file, path, diagnostics, "claims more values than the file stores, or than %llu",
                       (unsigned long long)limit);
    }
    hvl_t *read = memory_array((size_t)count, sizeof *read);
    good = count == 0 || H5Dread(dataset.id, dataset.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) >= 0;
    out->count = good ? count : 0;
    if (good)
        join(read, out);
    if (good && count)
        H5Dvlen_reclaim(dataset.memory, dataset.space, H5P_DEFAULT, read);
    free(read);
    close_all(&dataset);
    return good || h5_fail(file, path, diagnostics, "cannot be read: truncated or damaged");
}

void h5_lists_free(struct h5_lists *lists)
{
    free(lists->start);
    free(lists->values);
    *lists = (struct h5_lists){0};
}
