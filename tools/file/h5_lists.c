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

/* The lists' lengths are the file's to claim; what is read for them is bounded as it comes. */
static bool read_all(const struct lists_dataset *dataset, hvl_t *items, hsize_t count, uint64_t limit,
                     struct h5_lists *out)
{
    struct h5_arena arena = {.limit = limit * sizeof(double)};
    hid_t list = h5_arena_list(&arena);
    bool good = count == 0 || H5Dread(dataset->id, dataset->memory, H5S_ALL, H5S_ALL, list, items) >= 0;
    out->count = good ? count : 0;
    if (good)
        join(items, out);
    H5Pclose(list);
    h5_arena_free(&arena);
    return good;
}

bool h5_read_lists(struct h5 *file, const char *path, uint64_t limit, struct h5_lists *out,
                   struct diagnostics *diagnostics)
{
    struct lists_dataset dataset;
    hsize_t count = 0;
    *out = (struct h5_lists){0};
    if (!open_lists(file, path, &dataset, diagnostics))
        return false;
    H5Sget_simple_extent_dims(dataset.space, &count, NULL);
    uint64_t stored = H5Tget_size(dataset.base), held = file->bytes / (stored ? stored : 1);
    haddr_t offset = H5Dget_offset(dataset.id); /* undefined: not contiguous */
    bool good = count <= limit && (count == 0 || offset == HADDR_UNDEF ||
                                   h5_texts_sound(file->path, file->bytes, offset, count,
                                                  H5Dget_storage_size(dataset.id) / count));
    hvl_t *items = memory_array(good ? (size_t)count : 0, sizeof *items);
    good = good && read_all(&dataset, items, count, held < limit ? held : limit, out);
    free(items);
    close_all(&dataset);
    return good || h5_fail(file, path, diagnostics, "cannot be read: truncated, damaged, or more than %llu values",
                           (unsigned long long)limit);
}

void h5_lists_free(struct h5_lists *lists)
{
    free(lists->start);
    free(lists->values);
    *lists = (struct h5_lists){0};
}
