/* HDF5 files, written beside their name and renamed. Object times are not stored, so that equal data gives equal
 * files. Failures while writing are kept and reported once, by h5_commit. */
#include "tools/file/h5_private.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/file/unfinished.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNKED_FROM_BYTES 4096u
#define CHUNK_BYTES ((uint64_t)1 << 20)

bool h5_create(const char *path, struct h5 **out, struct diagnostics *diagnostics)
{
    struct stat info;
    *out = NULL;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return diagnostics_add(diagnostics, path, "cannot write: is not a regular file");
    char *part = memory_format("%s.part", path);
    int descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (descriptor < 0) {
        free(part);
        return diagnostics_add(diagnostics, path, "cannot write: %s", strerror(errno));
    }
    close(descriptor);
    unfinished_remember(part);
    h5_begin();
    hid_t access_list = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access_list, H5F_CLOSE_STRONG);
    hid_t id = H5Fcreate(part, H5F_ACC_TRUNC, H5P_DEFAULT, access_list);
    H5Pclose(access_list);
    if (id < 0) {
        unlink(part);
        unfinished_forget(part);
        free(part);
        return diagnostics_add(diagnostics, path, "cannot write: HDF5 cannot create it");
    }
    struct h5 *file = memory_array(1, sizeof *file);
    *file = (struct h5){.id = id, .path = memory_copy_string(path), .part = part};
    *out = file;
    return true;
}

bool h5_commit(struct h5 *file, struct diagnostics *diagnostics)
{
    bool good = !file->error;
    if (!good)
        diagnostics_add(diagnostics, file->path, "cannot write: %s", file->error);
    else if (H5Fflush(file->id, H5F_SCOPE_GLOBAL) < 0)
        good = diagnostics_add(diagnostics, file->path, "cannot write: the file system refused (full?)");
    if (H5Fclose(file->id) < 0 && good)
        good = diagnostics_add(diagnostics, file->path, "cannot write: the file system refused (full?)");
    file->id = -1;
    if (good && rename(file->part, file->path) != 0)
        good = diagnostics_add(diagnostics, file->path, "cannot write: %s", strerror(errno));
    if (good) {
        unfinished_forget(file->part);
        free(file->part);
        file->part = NULL;
    }
    h5_close(file);
    return good;
}

void h5_keep_error(struct h5 *file, const char *path, const char *what)
{
    if (!file->error)
        file->error = memory_format("%s: %s", path, what);
}

/* ---- types ---- */

static hid_t boolean_type(void)
{
    int8_t value = 0;
    hid_t type = H5Tenum_create(H5T_STD_I8LE);
    H5Tenum_insert(type, "FALSE", &value);
    value = 1;
    H5Tenum_insert(type, "TRUE", &value);
    return type;
}

static hid_t text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

hid_t h5_file_type(enum h5_type type)
{
    switch (type) {
    case H5_U8: return H5Tcopy(H5T_STD_U8LE);
    case H5_I8: return H5Tcopy(H5T_STD_I8LE);
    case H5_U16: return H5Tcopy(H5T_STD_U16LE);
    case H5_I16: return H5Tcopy(H5T_STD_I16LE);
    case H5_U32: return H5Tcopy(H5T_STD_U32LE);
    case H5_I32: return H5Tcopy(H5T_STD_I32LE);
    case H5_U64: return H5Tcopy(H5T_STD_U64LE);
    case H5_I64: return H5Tcopy(H5T_STD_I64LE);
    case H5_F32: return H5Tcopy(H5T_IEEE_F32LE);
    case H5_F64: return H5Tcopy(H5T_IEEE_F64LE);
    case H5_BOOL: return boolean_type();
    }
    panic("no such HDF5 type: %d", (int)type);
}

/* ---- datasets ---- */

/* Rows first: a chunk is whole rows where they fit. */
static void chunk_shape(int rank, const hsize_t *size, size_t item_bytes, hsize_t *chunk)
{
    uint64_t bytes = item_bytes;
    for (int i = 0; i < rank; i++) {
        chunk[i] = size[i];
        bytes *= size[i];
    }
    for (int i = 0; i < rank; i++)
        while (bytes > CHUNK_BYTES && chunk[i] > 1) {
            bytes = bytes / chunk[i] * ((chunk[i] + 1) / 2);
            chunk[i] = (chunk[i] + 1) / 2;
        }
}

static hid_t creation_list(int rank, const hsize_t *size, size_t item_bytes, bool pack)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(list, false);
    uint64_t bytes = item_bytes;
    for (int i = 0; i < rank; i++)
        bytes *= size[i];
    if (pack && rank > 0 && bytes > CHUNKED_FROM_BYTES) {
        hsize_t chunk[H5S_MAX_RANK];
        chunk_shape(rank, size, item_bytes, chunk);
        H5Pset_chunk(list, rank, chunk);
        H5Pset_deflate(list, H5_DEFLATE_LEVEL);
    }
    return list;
}

hid_t h5_way_list(void)
{
    hid_t list = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(list, 1);
    return list;
}

static void write_dataset(struct h5 *file, const char *path, hid_t type, hid_t memory_type, bool pack, int rank,
                          const uint64_t *size, const void *data)
{
    hsize_t extent[H5S_MAX_RANK] = {0};
    must(rank >= 0 && rank <= 8);
    bool none = false;
    for (int i = 0; i < rank; i++) {
        extent[i] = size[i];
        none = none || size[i] == 0;
    }
    hid_t space = rank ? H5Screate_simple(rank, extent, NULL) : H5Screate(H5S_SCALAR);
    hid_t list = creation_list(rank, extent, H5Tget_size(type), pack);
    hid_t way = h5_way_list();
    hid_t id = H5Dcreate2(file->id, path, type, space, way, list, H5P_DEFAULT);
    if (id < 0)
        h5_keep_error(file, path, "cannot be created");
    else if (!none && H5Dwrite(id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        h5_keep_error(file, path, "cannot be written");
    if (id >= 0 && H5Dclose(id) < 0)
        h5_keep_error(file, path, "cannot be written");
    H5Pclose(way);
    H5Pclose(list);
    H5Sclose(space);
}

void h5_write(struct h5 *file, const char *path, enum h5_type type, int rank, const uint64_t *size, const void *data)
{
    hid_t stored = h5_file_type(type);
    hid_t memory = H5Tget_native_type(stored, H5T_DIR_ASCEND);
    write_dataset(file, path, stored, memory, true, rank, size, data);
    H5Tclose(memory);
    H5Tclose(stored);
}

static bool write_part(hid_t id, hid_t memory, hsize_t first, hsize_t count, const void *data)
{
    hid_t space = H5Dget_space(id), part = H5Screate_simple(1, &count, NULL);
    bool good = H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, NULL, &count, NULL) >= 0 &&
                H5Dwrite(id, memory, part, space, H5P_DEFAULT, data) >= 0;
    H5Sclose(part);
    H5Sclose(space);
    return good;
}

void h5_write_parts(struct h5 *file, const char *path, enum h5_type type, uint64_t count, h5_next *next, void *context)
{
    hsize_t extent = count;
    hid_t stored = h5_file_type(type), memory = H5Tget_native_type(stored, H5T_DIR_ASCEND);
    hid_t space = H5Screate_simple(1, &extent, NULL), way = h5_way_list();
    hid_t list = creation_list(1, &extent, H5Tget_size(stored), true), access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 31, 2 * CHUNK_BYTES, 1); /* a chunk is whole before it is packed */
    hid_t id = H5Dcreate2(file->id, path, stored, space, way, list, access);
    bool good = id >= 0;
    for (uint64_t done = 0, got; good && done < count; done += got) {
        const void *data;
        got = next(context, count - done, &data);
        good = write_part(id, memory, done, got, data);
    }
    if (id < 0 || H5Dclose(id) < 0 || !good)
        h5_keep_error(file, path, "cannot be written");
    H5Pclose(access);
    H5Pclose(list);
    H5Pclose(way);
    H5Sclose(space);
    H5Tclose(memory);
    H5Tclose(stored);
}

void h5_write_string_array(struct h5 *file, const char *path, int rank, const uint64_t *size,
                           const char *const *strings)
{
    hid_t type = text_type();
    write_dataset(file, path, type, type, false, rank, size, strings);
    H5Tclose(type);
}

void h5_write_strings(struct h5 *file, const char *path, uint64_t count, const char *const *strings)
{
    h5_write_string_array(file, path, 1, &count, strings);
}

void h5_write_string(struct h5 *file, const char *path, const char *text)
{
    h5_write_string_array(file, path, 0, NULL, &text);
}

void h5_group(struct h5 *file, const char *path)
{
    if (h5_exists(file, path))
        return;
    hid_t way = h5_way_list();
    hid_t id = H5Gcreate2(file->id, path, way, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Gclose(id) < 0)
        h5_keep_error(file, path, "cannot be created");
    H5Pclose(way);
}

/* ---- attributes ---- */

static void write_attribute(struct h5 *file, const char *path, const char *name, hid_t type, hid_t memory_type,
                            const void *value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t id = H5Acreate_by_name(file->id, path, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Awrite(id, memory_type, value) < 0 || H5Aclose(id) < 0)
        h5_keep_error(file, path, "an attribute cannot be written");
    H5Sclose(space);
}

void h5_write_attribute_string(struct h5 *file, const char *path, const char *name, const char *text)
{
    hid_t type = text_type();
    write_attribute(file, path, name, type, type, &text);
    H5Tclose(type);
}

void h5_write_attribute_double(struct h5 *file, const char *path, const char *name, double value)
{
    write_attribute(file, path, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void h5_write_attribute_int64(struct h5 *file, const char *path, const char *name, int64_t value)
{
    write_attribute(file, path, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}
