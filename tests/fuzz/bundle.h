/* What the fuzz targets change: not the bytes of an HDF5 file, of which the library refuses nearly every change, but what
 * it says. A bundle is a few files; each HDF5 file is a list of groups, datasets and attributes, each other file a text.
 * A program of edits changes a copy of that list, and sound files are written from the copy. */
#ifndef NPUSIM_TESTS_FUZZ_BUNDLE_H
#define NPUSIM_TESTS_FUZZ_BUNDLE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUNDLE_FILES 12
#define ITEM_RANK 8

enum item_kind { ITEM_GROUP, ITEM_DATASET, ITEM_ATTRIBUTE, ITEM_SOFT_LINK, ITEM_HARD_LINK, ITEM_TEXT };
enum item_storage { STORED_CONTIGUOUS, STORED_COMPACT, STORED_CHUNKED, STORED_DEFLATE, STORED_SHUFFLED, STORED_CHECKED,
                    STORED_NOWHERE, STORED_KINDS };

struct item {
    enum item_kind kind;
    uint32_t file;
    const char *path;      /* of the object, or that has the attribute; "" of a text */
    const char *attribute; /* its name */
    const char *target;    /* of a link */
    hid_t type;            /* in the file */
    int rank;              /* -1: a null dataspace */
    hsize_t size[ITEM_RANK];
    enum item_storage storage;
    unsigned char *data;   /* as `type` lays it out; of a text, its bytes */
    size_t bytes;          /* there are always `bytes`, whatever the shape says */
};

struct pool { /* what one run of the target takes, given back at its end */
    void **blocks;
    size_t count, capacity;
};

struct bundle {
    char *names[BUNDLE_FILES];
    bool hdf5[BUNDLE_FILES], changed[BUNDLE_FILES];
    uint32_t file_count;
    struct item *items;
    size_t item_count, capacity;
};

struct words { /* names, texts and numbers that the seeds hold */
    char **word;
    size_t count, capacity;
};

void *pool_take(struct pool *pool, size_t size);
char *pool_text(struct pool *pool, const char *text, size_t length);
void pool_free(struct pool *pool);

/* Every file of a folder. What it holds lives as long as the process. */
void bundle_load(const char *folder, struct bundle *out, struct words *words);
/* A copy that can be edited; its lists come from the pool. */
void bundle_copy(const struct bundle *from, struct pool *pool, struct bundle *out);
/* A word of letters, digits, '_', '.', '-' in a text, and of every path. */
void words_add_text(struct words *words, const char *text, size_t length);

/* Applies the edits that `bytes` stand for (bundle_edit.c). Any bytes are a program. */
void bundle_edit(struct bundle *bundle, const struct words *words, struct pool *pool, const uint8_t *bytes, size_t count);

/* Writes one of the files. An item that the library refuses to make is left out. */
void bundle_write(const struct bundle *bundle, uint32_t file, const char *folder);

static inline bool type_is_text(hid_t type)
{
    return H5Tget_class(type) == H5T_STRING;
}

static inline uint64_t item_values(const struct item *item)
{
    uint64_t values = item->rank < 0 ? 0 : 1;
    for (int i = 0; i < item->rank; i++)
        values = item->size[i] && values > UINT64_MAX / item->size[i] ? UINT64_MAX : values * item->size[i];
    return values;
}

#endif
