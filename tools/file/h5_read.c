/* HDF5 datasets, read whole. What a dataset claims is checked against the file before memory is taken for it. */
#include "tools/file/h5_private.h"

#include "sim/memory.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define STRING_BYTES_MAX ((uint64_t)1 << 28)
/* DEFLATE packs at most 1032 bytes into one (RFC 1951: 258 bytes in 2 bits). */
#define DEFLATE_RATIO_MAX 1032u
/* Claims up to this size are harmless and not checked against what is stored. */
#define HARMLESS_BYTES ((uint64_t)1 << 20)
#define CHUNK_BYTES_MAX ((uint64_t)1 << 26)

struct dataset {
    hid_t id, type, space;
    H5T_class_t class;
    uint64_t item_bytes, items; /* items saturate; of the rows that are selected */
    struct h5_shape shape;
    hid_t file_space, memory_space; /* H5S_ALL, or the rows */
};

static void dataset_close(struct dataset *dataset)
{
    if (dataset->space >= 0)
        H5Sclose(dataset->space);
    if (dataset->type >= 0)
        H5Tclose(dataset->type);
    if (dataset->memory_space > 0)
        H5Sclose(dataset->memory_space);
    if (dataset->id >= 0)
        H5Dclose(dataset->id);
}

static uint64_t times(uint64_t a, uint64_t b)
{
    return a && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

static const char *dataset_extent(struct dataset *dataset)
{
    hsize_t size[H5S_MAX_RANK];
    if (H5Sget_simple_extent_type(dataset->space) == H5S_NULL)
        return "is empty (a null dataspace), expected values";
    int rank = H5Sget_simple_extent_ndims(dataset->space);
    if (rank < 0 || rank > 8)
        return "has more than 8 dimensions";
    if (rank > 0 && H5Sget_simple_extent_dims(dataset->space, size, NULL) < 0)
        return "is damaged";
    dataset->shape.rank = rank;
    dataset->items = 1;
    bool none = false;
    for (int i = 0; i < rank; i++) {
        dataset->shape.size[i] = size[i];
        none = none || size[i] == 0;
        dataset->items = times(dataset->items, size[i]);
    }
    if (none)
        dataset->items = 0;
    return NULL;
}

static bool dataset_open(struct h5 *file, const char *path, struct dataset *out, struct diagnostics *diagnostics)
{
    *out = (struct dataset){.id = -1, .type = -1, .space = -1, .file_space = H5S_ALL, .memory_space = H5S_ALL};
    const char *problem = h5_path_problem(file, path);
    if (problem)
        return h5_fail(file, path, diagnostics, "%s", problem);
    if (h5_is_group(file, path))
        return h5_fail(file, path, diagnostics, "is a group, expected a dataset");
    out->id = H5Dopen2(file->id, path, H5P_DEFAULT);
    if (out->id >= 0) {
        out->type = H5Dget_type(out->id);
        out->space = H5Dget_space(out->id);
    }
    if (out->type < 0 || out->space < 0)
        problem = "cannot be opened: damaged";
    else
        problem = dataset_extent(out);
    if (problem) {
        dataset_close(out);
        return h5_fail(file, path, diagnostics, "%s", problem);
    }
    out->class = H5Tget_class(out->type);
    out->item_bytes = H5Tget_size(out->type);
    return true;
}

/* A chunk is read as a whole, however little of it the dataset uses; one larger than a dataset of fixed size cannot be
 * made, and HDF5 1.10 reads beyond the end of what it stores. */
static const char *chunk_problem(hid_t list, const struct dataset *dataset, uint64_t claimed)
{
    hsize_t size[H5S_MAX_RANK], most[H5S_MAX_RANK];
    int rank = H5Pget_chunk(list, H5S_MAX_RANK, size);
    if (rank != dataset->shape.rank || H5Sget_simple_extent_dims(dataset->space, NULL, most) != rank)
        return "has chunks of another rank: damaged";
    uint64_t bytes = dataset->item_bytes;
    bool fits = true;
    for (int i = 0; i < rank; i++) {
        bytes = times(bytes, size[i]);
        fits = fits && (most[i] == H5S_UNLIMITED || size[i] <= most[i]);
    }
    if (!fits || (bytes > CHUNK_BYTES_MAX && bytes > times(claimed, 2)))
        return "has chunks far larger than itself: damaged";
    return NULL;
}

/* What is packed by anything else is refused before the library runs it. */
static bool filters_are_known(hid_t list)
{
    for (int i = 0; i < H5Pget_nfilters(list); i++) {
        unsigned flags, settings;
        size_t none = 0;
        H5Z_filter_t filter = H5Pget_filter2(list, (unsigned)i, &flags, &none, NULL, 0, NULL, &settings);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
            return false;
    }
    return true;
}

/* NULL, or why the dataset cannot be what it claims. */
static const char *storage_problem(const struct h5 *file, const struct dataset *dataset)
{
    uint64_t claimed = times(dataset->items, dataset->item_bytes);
    uint64_t stored = H5Dget_storage_size(dataset->id);
    hid_t list = H5Dget_create_plist(dataset->id);
    if (list < 0)
        return "cannot be opened: damaged";
    H5D_layout_t layout = H5Pget_layout(list);
    const char *problem = NULL;
    uint64_t ratio = 1;
    if (layout == H5D_VIRTUAL || H5Pget_external_count(list) != 0)
        problem = "is stored in other files, expected data in the file itself";
    else if (stored > file->bytes)
        problem = "claims more bytes than the file has: truncated or damaged";
    else if (!filters_are_known(list))
        problem = "is packed by a filter that is not read, expected DEFLATE (gzip), shuffle or Fletcher-32";
    else if (layout == H5D_CHUNKED) {
        ratio = H5Pget_nfilters(list) > 0 ? DEFLATE_RATIO_MAX : 1;
        problem = chunk_problem(list, dataset, claimed);
    }
    uint64_t harmless = layout == H5D_COMPACT ? 0 : HARMLESS_BYTES; /* HDF5 1.10 reads beyond a compact one's end */
    if (!problem && claimed > harmless && claimed > times(stored, ratio))
        problem = "claims far more values than the file stores: damaged";
    H5Pclose(list);
    return problem;
}

static bool dataset_open_safe(struct h5 *file, const char *path, uint64_t limit, struct dataset *out,
                              struct diagnostics *diagnostics)
{
    if (!dataset_open(file, path, out, diagnostics))
        return false;
    if (out->items > limit) {
        dataset_close(out);
        return h5_fail(file, path, diagnostics, "has %" PRIu64 " values, expected at most %" PRIu64, out->items, limit);
    }
    const char *problem = storage_problem(file, out);
    if (!problem)
        return true;
    dataset_close(out);
    return h5_fail(file, path, diagnostics, "%s", problem);
}

bool h5_shape_of(struct h5 *file, const char *path, struct h5_shape *out, struct diagnostics *diagnostics)
{
    struct dataset dataset;
    if (!dataset_open(file, path, &dataset, diagnostics))
        return false;
    *out = dataset.shape;
    dataset_close(&dataset);
    return true;
}

bool h5_check_dataset(struct h5 *file, const char *path, struct diagnostics *diagnostics)
{
    struct dataset dataset;
    if (!dataset_open_safe(file, path, UINT64_MAX, &dataset, diagnostics))
        return false;
    dataset_close(&dataset);
    return true;
}

/* ---- numbers ---- */

/* Called for every value that its new type cannot hold. */
static H5T_conv_ret_t refuse(H5T_conv_except_t what, hid_t from, hid_t to, void *old, void *new, void *context)
{
    const char **reason = context;
    (void)from, (void)to, (void)old, (void)new;
    if (what == H5T_CONV_EXCEPT_PRECISION)
        return H5T_CONV_UNHANDLED;
    *reason = what == H5T_CONV_EXCEPT_TRUNCATE ? "holds a fraction or NaN, expected whole numbers"
                                               : "holds a value out of range, expected smaller whole numbers";
    return H5T_CONV_ABORT;
}

/* Booleans are enumerations of one byte; HDF5 converts those to no other class. */
static herr_t read_booleans(const struct dataset *dataset, hid_t memory_type, void *buffer)
{
    uint8_t *byte = buffer;
    herr_t status = H5Dread(dataset->id, dataset->type, dataset->memory_space, dataset->file_space, H5P_DEFAULT,
                            buffer);
    if (status < 0)
        return status;
    for (uint64_t i = 0; i < dataset->items; i++)
        byte[i] = byte[i] != 0;
    return H5Tconvert(H5T_NATIVE_UCHAR, memory_type, dataset->items, buffer, NULL, H5P_DEFAULT);
}

static bool read_values(struct h5 *file, const char *path, const struct dataset *dataset, hid_t memory_type,
                        void *buffer, struct diagnostics *diagnostics)
{
    const char *reason = NULL;
    herr_t status;
    if (dataset->items == 0)
        return true;
    if (dataset->class == H5T_ENUM) {
        status = read_booleans(dataset, memory_type, buffer);
    } else {
        hid_t list = H5Pcreate(H5P_DATASET_XFER);
        if (H5Tget_class(memory_type) == H5T_INTEGER)
            H5Pset_type_conv_cb(list, refuse, &reason);
        status = H5Dread(dataset->id, memory_type, dataset->memory_space, dataset->file_space, list, buffer);
        H5Pclose(list);
    }
    if (status < 0)
        return h5_fail(file, path, diagnostics, "%s", reason ? reason : "cannot be read: truncated or damaged");
    return true;
}

/* Rows of the first dimension; all of them where `count` is UINT64_MAX. */
struct row_range {
    uint64_t first, count;
};
static const struct row_range all_rows = {0, UINT64_MAX};

static bool select_rows(const struct h5 *file, const char *path, struct row_range rows, struct dataset *dataset,
                        struct diagnostics *diagnostics)
{
    hsize_t start[H5S_MAX_RANK] = {rows.first}, size[H5S_MAX_RANK] = {rows.count};
    if (rows.count == UINT64_MAX)
        return true;
    if (dataset->shape.rank == 0 || rows.first > dataset->shape.size[0] ||
        rows.count > dataset->shape.size[0] - rows.first)
        return h5_fail(file, path, diagnostics, "has no rows %" PRIu64 " to %" PRIu64, rows.first,
                       rows.first + rows.count);
    dataset->items = rows.count;
    for (int i = 1; i < dataset->shape.rank; i++) {
        size[i] = dataset->shape.size[i];
        dataset->items = times(dataset->items, size[i]);
    }
    if (dataset->items == 0)
        return true;
    dataset->file_space = dataset->space;
    dataset->memory_space = H5Screate_simple(dataset->shape.rank, size, NULL);
    if (H5Sselect_hyperslab(dataset->space, H5S_SELECT_SET, start, NULL, size, NULL) < 0)
        return h5_fail(file, path, diagnostics, "cannot be read: damaged");
    return true;
}

static bool read_numbers(struct h5 *file, const char *path, struct row_range rows, uint64_t limit, hid_t memory_type,
                         void **out, struct h5_shape *shape, struct diagnostics *diagnostics)
{
    struct dataset dataset;
    bool all = rows.count == UINT64_MAX;
    *out = NULL;
    if (!dataset_open_safe(file, path, all ? limit : UINT64_MAX, &dataset, diagnostics))
        return false;
    bool number = dataset.class == H5T_INTEGER || dataset.class == H5T_FLOAT;
    bool boolean = dataset.class == H5T_ENUM && dataset.item_bytes == 1;
    bool good = false;
    if (!number && !boolean) {
        h5_fail(file, path, diagnostics, "is %s, expected numbers", h5_class_name(dataset.class));
    } else if (!select_rows(file, path, rows, &dataset, diagnostics)) {
        good = false;
    } else if (dataset.items > limit) {
        h5_fail(file, path, diagnostics, "has %" PRIu64 " values in a slab, expected at most %" PRIu64, dataset.items,
                limit);
    } else {
        *out = memory_array(dataset.items, H5Tget_size(memory_type));
        good = read_values(file, path, &dataset, memory_type, *out, diagnostics);
    }
    if (!good) {
        free(*out);
        *out = NULL;
    }
    if (shape)
        *shape = dataset.shape;
    dataset_close(&dataset);
    return good;
}

bool h5_read_doubles(struct h5 *file, const char *path, uint64_t limit, double **out, struct h5_shape *shape,
                     struct diagnostics *diagnostics)
{
    void *data;
    bool good = read_numbers(file, path, all_rows, limit, H5T_NATIVE_DOUBLE, &data, shape, diagnostics);
    *out = data;
    return good;
}

bool h5_read_int64(struct h5 *file, const char *path, uint64_t limit, int64_t **out, struct h5_shape *shape,
                   struct diagnostics *diagnostics)
{
    void *data;
    bool good = read_numbers(file, path, all_rows, limit, H5T_NATIVE_INT64, &data, shape, diagnostics);
    *out = data;
    return good;
}

bool h5_read_uint8(struct h5 *file, const char *path, uint64_t limit, uint8_t **out, struct h5_shape *shape,
                   struct diagnostics *diagnostics)
{
    void *data;
    bool good = read_numbers(file, path, all_rows, limit, H5T_NATIVE_UINT8, &data, shape, diagnostics);
    *out = data;
    return good;
}

bool h5_read_rows_doubles(struct h5 *file, const char *path, uint64_t first, uint64_t count, uint64_t limit,
                          double **out, struct diagnostics *diagnostics)
{
    void *data;
    bool good = read_numbers(file, path, (struct row_range){first, count}, limit, H5T_NATIVE_DOUBLE, &data, NULL,
                             diagnostics);
    *out = data;
    return good;
}

bool h5_read_rows_int64(struct h5 *file, const char *path, uint64_t first, uint64_t count, uint64_t limit,
                        int64_t **out, struct diagnostics *diagnostics)
{
    void *data;
    bool good = read_numbers(file, path, (struct row_range){first, count}, limit, H5T_NATIVE_INT64, &data, NULL,
                             diagnostics);
    *out = data;
    return good;
}

/* ---- strings ---- */

static void *arena_take(size_t size, void *context)
{
    struct h5_arena *arena = context;
    arena->bytes += size;
    if (size > arena->limit || arena->bytes > arena->limit)
        return NULL;
    arena->blocks = memory_grow(arena->blocks, &arena->capacity, arena->count + 1, sizeof *arena->blocks);
    return arena->blocks[arena->count++] = memory_array(size, 1);
}

static void arena_keep(void *block, void *context)
{
    (void)block, (void)context;
}

hid_t h5_arena_list(struct h5_arena *arena)
{
    hid_t list = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_vlen_mem_manager(list, arena_take, arena, arena_keep, arena);
    return list;
}

void h5_arena_free(struct h5_arena *arena)
{
    for (size_t i = 0; i < arena->count; i++)
        free(arena->blocks[i]);
    free(arena->blocks);
}

static char **read_variable(const struct h5 *file, const struct dataset *dataset)
{
    haddr_t offset = H5Dget_offset(dataset->id); /* undefined: not contiguous */
    uint64_t entry_bytes = H5Dget_storage_size(dataset->id) / dataset->items;
    if (offset != HADDR_UNDEF && !h5_texts_sound(file->path, file->bytes, offset, dataset->items, entry_bytes))
        return NULL;
    struct h5_arena arena = {.limit = STRING_BYTES_MAX};
    char **raw = memory_array(dataset->items, sizeof *raw);
    char **strings = NULL;
    hid_t list = h5_arena_list(&arena);
    if (H5Dread(dataset->id, dataset->type, H5S_ALL, H5S_ALL, list, raw) >= 0) {
        strings = memory_array(dataset->items, sizeof *strings);
        for (uint64_t i = 0; i < dataset->items; i++)
            strings[i] = memory_copy_string(raw[i] ? raw[i] : "");
    }
    H5Pclose(list);
    h5_arena_free(&arena);
    free(raw);
    return strings;
}

static char **read_fixed(const struct dataset *dataset)
{
    size_t size = dataset->item_bytes;
    if (times(dataset->items, size + 1) > STRING_BYTES_MAX)
        return NULL;
    bool spaces = H5Tget_strpad(dataset->type) == H5T_STR_SPACEPAD;
    char *raw = memory_array(dataset->items, size);
    char **strings = NULL;
    if (H5Dread(dataset->id, dataset->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0) {
        strings = memory_array(dataset->items, sizeof *strings);
        for (uint64_t i = 0; i < dataset->items; i++) {
            const char *text = raw + i * size;
            size_t end = strnlen(text, size);
            while (spaces && end > 0 && text[end - 1] == ' ')
                end--;
            strings[i] = memory_array(end + 1, 1);
            memcpy(strings[i], text, end);
        }
    }
    free(raw);
    return strings;
}

bool h5_read_strings(struct h5 *file, const char *path, uint64_t limit, char ***out, struct h5_shape *shape,
                     struct diagnostics *diagnostics)
{
    struct dataset dataset;
    *out = NULL;
    if (!dataset_open_safe(file, path, limit, &dataset, diagnostics))
        return false;
    if (dataset.class != H5T_STRING)
        h5_fail(file, path, diagnostics, "is %s, expected text", h5_class_name(dataset.class));
    else if (dataset.items == 0)
        *out = memory_array(0, sizeof **out);
    else if (!(*out = H5Tis_variable_str(dataset.type) > 0 ? read_variable(file, &dataset) : read_fixed(&dataset)))
        h5_fail(file, path, diagnostics, "cannot be read: damaged, or more than %" PRIu64 " bytes of text",
                STRING_BYTES_MAX);
    if (shape)
        *shape = dataset.shape;
    dataset_close(&dataset);
    return *out != NULL;
}

bool h5_read_string(struct h5 *file, const char *path, char **out, struct diagnostics *diagnostics)
{
    char **strings;
    struct h5_shape shape;
    *out = NULL;
    if (!h5_read_strings(file, path, 1, &strings, &shape, diagnostics))
        return false;
    uint64_t count = 1;
    for (int i = 0; i < shape.rank; i++)
        count *= shape.size[i];
    if (count == 1)
        *out = memory_copy_string(strings[0]);
    h5_free_strings(strings, count);
    return *out ? true : h5_fail(file, path, diagnostics, "is empty, expected one text");
}

char h5_value_kind(struct h5 *file, const char *path)
{
    struct diagnostics ignored = {0};
    struct dataset dataset;
    char kind = 0;
    if (dataset_open(file, path, &dataset, &ignored)) {
        switch (dataset.class) {
        case H5T_STRING: kind = 's'; break;
        case H5T_INTEGER: kind = 'i'; break;
        case H5T_FLOAT: kind = 'f'; break;
        case H5T_ENUM: kind = 'b'; break;
        default: break;
        }
        dataset_close(&dataset);
    }
    diagnostics_free(&ignored);
    return kind;
}

bool h5_is_string(struct h5 *file, const char *path)
{
    return h5_value_kind(file, path) == 's';
}
