/* Datasets of rows that are written piece by piece. What nobody wrote is the fill value, and takes no room in the file
 * beyond a part of a chunk. */
#include "tools/file/h5_private.h"

#include "sim/memory.h"
#include <stdlib.h>

#define CHUNK_ITEMS 4096u
#define CHUNKS_CACHED 4u

struct h5_rows {
    struct h5 *file;
    char *path;
    hid_t id, memory; /* dataset; type in memory */
    uint64_t rows, width;
};

static hid_t creation_list(hid_t type, uint64_t rows, uint64_t width, const void *fill)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE), native = H5Tget_native_type(type, H5T_DIR_ASCEND);
    hsize_t chunk[2] = {1, 16};
    while (chunk[1] < width && chunk[1] < CHUNK_ITEMS)
        chunk[1] *= 2;
    chunk[0] = CHUNK_ITEMS / chunk[1] < rows ? CHUNK_ITEMS / chunk[1] : rows ? rows : 1;
    H5Pset_obj_track_times(list, false);
    H5Pset_fill_value(list, native, fill);
    H5Pset_chunk(list, 2, chunk);
    H5Pset_deflate(list, H5_DEFLATE_LEVEL);
    H5Tclose(native);
    return list;
}

struct h5_rows *h5_rows_create(struct h5 *file, const char *path, enum h5_type type, uint64_t rows,
                               uint64_t expected_width, const void *fill)
{
    struct h5_rows *out = memory_array(1, sizeof *out);
    hsize_t size[2] = {rows, 0}, most[2] = {rows, H5S_UNLIMITED};
    hid_t stored = h5_file_type(type), space = H5Screate_simple(2, size, most), way = h5_way_list();
    hid_t list = creation_list(stored, rows, expected_width, fill), access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 31, CHUNKS_CACHED * CHUNK_ITEMS * H5Tget_size(stored), 1);
    hid_t id = H5Dcreate2(file->id, path, stored, space, way, list, access);
    *out = (struct h5_rows){file, memory_copy_string(path), id, H5Tget_native_type(stored, H5T_DIR_ASCEND), rows, 0};
    if (out->id < 0)
        h5_keep_error(file, path, "cannot be created");
    H5Pclose(access);
    H5Pclose(list);
    H5Pclose(way);
    H5Sclose(space);
    H5Tclose(stored);
    return out;
}

void h5_rows_write(struct h5_rows *rows, uint64_t row, uint64_t column, uint64_t count, const void *data)
{
    hsize_t size[2] = {rows->rows, column + count}, start[2] = {row, column}, part[2] = {1, count};
    if (rows->id < 0 || count == 0 || rows->file->error)
        return;
    bool good = true;
    if (size[1] > rows->width) {
        good = H5Dset_extent(rows->id, size) >= 0;
        rows->width = size[1];
    }
    hid_t space = H5Dget_space(rows->id), memory = H5Screate_simple(2, part, NULL);
    good = good && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, part, NULL) >= 0 &&
           H5Dwrite(rows->id, rows->memory, memory, space, H5P_DEFAULT, data) >= 0;
    H5Sclose(memory);
    H5Sclose(space);
    if (!good)
        h5_keep_error(rows->file, rows->path, "cannot be written");
}

void h5_rows_close(struct h5_rows *rows, bool keep)
{
    if (!rows)
        return;
    if (rows->id >= 0 && H5Dclose(rows->id) < 0)
        h5_keep_error(rows->file, rows->path, "cannot be written");
    if (rows->id >= 0 && !keep)
        H5Ldelete(rows->file->id, rows->path, H5P_DEFAULT);
    H5Tclose(rows->memory);
    free(rows->path);
    free(rows);
}
