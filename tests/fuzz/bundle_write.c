#include "tests/fuzz/bundle.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTRIBUTE_BYTES_MOST 60000u /* of an object header's message */

static hid_t space_of(const struct item *item)
{
    if (item->rank < 0)
        return H5Screate(H5S_NULL);
    return item->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(item->rank, item->size, NULL);
}

/* True when all values that the shape asks for are there. */
static bool is_filled(const struct item *item)
{
    return item->rank >= 0 && item_values(item) <= item->bytes / H5Tget_size(item->type) && item_values(item) > 0;
}

static hid_t creation_of(const struct item *item)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[ITEM_RANK];
    if (item->storage == STORED_COMPACT)
        H5Pset_layout(list, H5D_COMPACT);
    if (item->storage < STORED_CHUNKED || item->rank < 1)
        return list;
    for (int i = 0; i < item->rank; i++)
        chunk[i] = item->size[i] > 64 ? 64 : item->size[i] ? item->size[i] : 1;
    H5Pset_chunk(list, item->rank, chunk);
    if (item->storage == STORED_SHUFFLED)
        H5Pset_shuffle(list);
    if (item->storage == STORED_CHECKED)
        H5Pset_fletcher32(list);
    if (item->storage == STORED_DEFLATE || item->storage == STORED_SHUFFLED)
        H5Pset_deflate(list, 4);
    return list;
}

static void write_dataset(hid_t file, const struct item *item, hid_t link)
{
    hid_t list = creation_of(item), space = space_of(item);
    hid_t id = space < 0 ? -1 : H5Dcreate2(file, item->path, item->type, space, link, list, H5P_DEFAULT);
    if (id >= 0 && item->storage != STORED_NOWHERE && is_filled(item))
        H5Dwrite(id, item->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, item->data);
    if (id >= 0)
        H5Dclose(id);
    if (space >= 0)
        H5Sclose(space);
    H5Pclose(list);
}

static void write_attribute(hid_t file, const struct item *item)
{
    hid_t space = item->bytes > ATTRIBUTE_BYTES_MOST ? -1 : space_of(item);
    hid_t id = space < 0 ? -1 : H5Acreate_by_name(file, item->path, item->attribute, item->type, space, H5P_DEFAULT,
                                                  H5P_DEFAULT, H5P_DEFAULT);
    if (id >= 0 && is_filled(item))
        H5Awrite(id, item->type, item->data);
    if (id >= 0)
        H5Aclose(id);
    if (space >= 0)
        H5Sclose(space);
}

static void write_item(hid_t file, const struct item *item, hid_t link)
{
    hid_t id = -1;
    switch (item->kind) {
    case ITEM_GROUP:
        id = H5Gcreate2(file, item->path, link, H5P_DEFAULT, H5P_DEFAULT);
        if (id >= 0)
            H5Gclose(id);
        break;
    case ITEM_DATASET: write_dataset(file, item, link); break;
    case ITEM_ATTRIBUTE: write_attribute(file, item); break;
    case ITEM_SOFT_LINK: H5Lcreate_soft(item->target, file, item->path, link, H5P_DEFAULT); break;
    case ITEM_HARD_LINK: H5Lcreate_hard(file, item->target, file, item->path, link, H5P_DEFAULT); break;
    case ITEM_TEXT: break;
    }
}

static void write_hdf5(const struct bundle *bundle, uint32_t file, const char *path)
{
    hid_t link = H5Pcreate(H5P_LINK_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_create_intermediate_group(link, 1);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    hid_t id = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    must(id >= 0);
    for (size_t i = 0; i < bundle->item_count; i++)
        if (bundle->items[i].file == file)
            write_item(id, &bundle->items[i], link);
    must(H5Fclose(id) >= 0);
    H5Pclose(access);
    H5Pclose(link);
}

static void write_text(const struct bundle *bundle, uint32_t file, const char *path)
{
    FILE *stream = fopen(path, "wb");
    must(stream);
    for (size_t i = 0; i < bundle->item_count; i++)
        if (bundle->items[i].file == file && bundle->items[i].bytes)
            must(fwrite(bundle->items[i].data, bundle->items[i].bytes, 1, stream) == 1);
    must(fclose(stream) == 0);
}

void bundle_write(const struct bundle *bundle, uint32_t file, const char *folder)
{
    char *path = memory_format("%s/%s", folder, bundle->names[file]);
    if (bundle->hdf5[file])
        write_hdf5(bundle, file, path);
    else
        write_text(bundle, file, path);
    free(path);
}
