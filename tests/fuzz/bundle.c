#include "tests/fuzz/bundle.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/file/file.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MOST ((size_t)1 << 22)
#define WORD_MOST 48u

void *pool_take(struct pool *pool, size_t size)
{
    pool->blocks = memory_grow(pool->blocks, &pool->capacity, pool->count + 1, sizeof *pool->blocks);
    return pool->blocks[pool->count++] = memory_array(size, 1);
}

char *pool_text(struct pool *pool, const char *text, size_t length)
{
    char *copy = pool_take(pool, length + 1);
    memcpy(copy, text, length);
    return copy;
}

void pool_free(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        free(pool->blocks[i]);
    free(pool->blocks);
    *pool = (struct pool){0};
}

/* ---- words ---- */

static void words_add(struct words *words, const char *word, size_t length)
{
    if (length == 0 || length > WORD_MOST)
        return;
    for (size_t i = 0; i < words->count; i++)
        if (strlen(words->word[i]) == length && memcmp(words->word[i], word, length) == 0)
            return;
    words->word = memory_grow(words->word, &words->capacity, words->count + 1, sizeof *words->word);
    words->word[words->count++] = memory_format("%.*s", (int)length, word);
}

static bool in_word(unsigned char byte)
{
    return isalnum(byte) || strchr("_.-:$", byte);
}

void words_add_text(struct words *words, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        size_t begin = i;
        while (i < length && text[i] && in_word((unsigned char)text[i]))
            i++;
        words_add(words, text + begin, i - begin);
    }
}

/* ---- loading ---- */

struct loading {
    struct bundle *bundle;
    struct words *words;
    hid_t file;
    const char *path; /* of the object whose attributes are read */
};

static struct item *add_item(struct bundle *bundle, enum item_kind kind, const char *path)
{
    bundle->items = memory_grow(bundle->items, &bundle->capacity, bundle->item_count + 1, sizeof *bundle->items);
    struct item *item = &bundle->items[bundle->item_count++];
    *item = (struct item){.kind = kind, .file = bundle->file_count - 1, .path = memory_copy_string(path), .type = -1};
    return item;
}

static void collect_words(struct loading *loading, const struct item *item)
{
    words_add_text(loading->words, item->path, strlen(item->path));
    if (item->attribute)
        words_add_text(loading->words, item->attribute, strlen(item->attribute));
    if (item->type < 0 || !type_is_text(item->type))
        return;
    if (H5Tis_variable_str(item->type) <= 0) {
        words_add_text(loading->words, (const char *)item->data, item->bytes);
        return;
    }
    for (size_t i = 0; i < item->bytes / sizeof(char *); i++) {
        const char *text = ((char *const *)(void *)item->data)[i];
        if (text)
            words_add_text(loading->words, text, strlen(text));
    }
}

static void take_extent(struct item *item, hid_t space)
{
    item->rank = H5Sget_simple_extent_type(space) == H5S_NULL ? -1 : H5Sget_simple_extent_ndims(space);
    must(item->rank <= ITEM_RANK);
    if (item->rank > 0)
        H5Sget_simple_extent_dims(space, item->size, NULL);
    item->bytes = (size_t)item_values(item) * H5Tget_size(item->type);
    item->data = memory_array(item->bytes, 1);
}

static herr_t load_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    struct loading *loading = context;
    (void)info;
    struct item *item = add_item(loading->bundle, ITEM_ATTRIBUTE, loading->path);
    item->attribute = memory_copy_string(name);
    hid_t id = H5Aopen(object, name, H5P_DEFAULT), space = H5Aget_space(id);
    item->type = H5Aget_type(id);
    take_extent(item, space);
    must(item->bytes == 0 || H5Aread(id, item->type, item->data) >= 0);
    H5Sclose(space);
    H5Aclose(id);
    collect_words(loading, item);
    return 0;
}

static void load_dataset(struct item *item, hid_t id)
{
    hid_t space = H5Dget_space(id), list = H5Dget_create_plist(id);
    item->type = H5Dget_type(id);
    take_extent(item, space);
    H5D_layout_t layout = H5Pget_layout(list);
    item->storage = layout == H5D_COMPACT ? STORED_COMPACT : layout == H5D_CONTIGUOUS ? STORED_CONTIGUOUS
                  : H5Pget_nfilters(list) > 0 ? STORED_DEFLATE : STORED_CHUNKED;
    must(item->bytes == 0 || H5Dread(id, item->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, item->data) >= 0);
    H5Pclose(list);
    H5Sclose(space);
}

static herr_t load_object(hid_t root, const char *name, const H5O_info_t *info, void *context)
{
    struct loading *loading = context;
    bool top = strcmp(name, ".") == 0;
    char *path = memory_format("/%s", top ? "" : name);
    hsize_t next = 0;
    if (info->type == H5O_TYPE_DATASET) {
        struct item *item = add_item(loading->bundle, ITEM_DATASET, path);
        hid_t id = H5Dopen2(root, name, H5P_DEFAULT);
        load_dataset(item, id);
        H5Dclose(id);
        collect_words(loading, item);
    } else if (!top) {
        add_item(loading->bundle, ITEM_GROUP, path);
    }
    loading->path = path;
    H5Aiterate_by_name(root, name, H5_INDEX_NAME, H5_ITER_INC, &next, load_attribute, loading, H5P_DEFAULT);
    free(path);
    return 0;
}

static void load_hdf5(struct loading *loading, const char *path)
{
    loading->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    must(loading->file >= 0);
    must(H5Ovisit2(loading->file, H5_INDEX_NAME, H5_ITER_INC, load_object, loading, H5O_INFO_BASIC) >= 0);
    H5Fclose(loading->file);
}

static void load_text(struct loading *loading, const char *path)
{
    struct diagnostics problems = {0};
    struct item *item = add_item(loading->bundle, ITEM_TEXT, "");
    must(file_read(path, FILE_MOST, &item->data, &item->bytes, &problems));
    words_add_text(loading->words, (const char *)item->data, item->bytes);
}

void bundle_load(const char *folder, struct bundle *out, struct words *words)
{
    struct diagnostics problems = {0};
    char **names;
    size_t count;
    *out = (struct bundle){0};
    must(directory_list(folder, &names, &count, &problems) && count > 0 && count <= BUNDLE_FILES);
    for (size_t i = 0; i < count; i++) {
        struct loading loading = {.bundle = out, .words = words};
        char *path = memory_format("%s/%s", folder, names[i]);
        out->names[out->file_count] = memory_copy_string(names[i]);
        out->hdf5[out->file_count] = H5Fis_hdf5(path) > 0;
        if (out->hdf5[out->file_count++])
            load_hdf5(&loading, path);
        else
            load_text(&loading, path);
        free(path);
    }
    directory_free_list(names, count);
}

void bundle_copy(const struct bundle *from, struct pool *pool, struct bundle *out)
{
    *out = *from;
    out->capacity = from->item_count + 64; /* edits may add some */
    out->items = pool_take(pool, out->capacity * sizeof *out->items);
    memcpy(out->items, from->items, from->item_count * sizeof *out->items);
}
