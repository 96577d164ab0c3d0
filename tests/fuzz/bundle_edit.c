/* An edit is eight bytes: what, which item (2), and five arguments. Every eight bytes mean something, so that the fuzzer's
 * own mutations (bytes changed, edits inserted, dropped, doubled, programs crossed) are all good programs. */
#include "tests/fuzz/bundle.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDIT_BYTES 8u
#define EDITS_MOST 32u
#define TEXT_MOST 65536u

struct edit {
    struct bundle *bundle;
    const struct words *words;
    struct pool *pool;
    struct item *item;
    const uint8_t *argument; /* [5] */
};

static const char *word(const struct edit *edit, unsigned a, unsigned b)
{
    return edit->words->word[(a << 8 | b) % edit->words->count];
}

static double number(uint8_t which)
{
    static const double numbers[] = {
        0, -0.0, 1, -1, 2, 3, 4, 5, 7, 8, 16, 0.5, -0.5, 0.1, 1e-3, 1e-4, 1e-9, 1e-30, 1e9, 1e30, 127, 128, 255, 256, 1000,
        4096, 32767, 32768, 65535, 65536, 16777216, 16777217, 2147483647, 2147483648.0, -2147483648.0, 4294967295.0,
        4294967296.0, 9007199254740993.0, 9223372036854775807.0, -9223372036854775808.0, 18446744073709551615.0, 1e300,
        -1e300, DBL_MIN, DBL_MAX, FLT_MAX, (double)NAN, (double)INFINITY, -(double)INFINITY};
    return numbers[which % (sizeof numbers / sizeof *numbers)];
}

/* ---- texts ---- */

/* One text is changed: a byte, a word, a range left out or doubled, or a number put in its place. */
static char *change_text(const struct edit *edit, const char *text, size_t length, size_t *out_length)
{
    const uint8_t *a = edit->argument;
    size_t at = length ? (size_t)(a[1] << 8 | a[2]) % (length + 1) : 0;
    size_t span = at < length ? 1 + a[3] % (length - at) : 0;
    char middle[64] = "";
    const char *put = middle;
    size_t take = span, put_length;
    switch (a[0] % 6) {
    case 0: snprintf(middle, sizeof middle, "%c", a[4]); take = span ? 1 : 0; break;
    case 1: put = word(edit, a[3], a[4]); take = 0; break;
    case 2: break; /* left out */
    case 3: snprintf(middle, sizeof middle, "%.*s", (int)(span < 63 ? span : 63), text + at); take = 0; break;
    case 4: snprintf(middle, sizeof middle, "%.17g", number(a[4])); break;
    default: put = word(edit, a[3], a[4]); take = length; at = 0; break; /* the whole text */
    }
    put_length = a[0] % 6 == 0 ? 1 : strlen(put);
    if (length + put_length > TEXT_MOST)
        put_length = 0;
    char *changed = pool_take(edit->pool, length - take + put_length + 1);
    memcpy(changed, text, at);
    memcpy(changed + at, put, put_length);
    memcpy(changed + at + put_length, text + at + take, length - at - take);
    *out_length = length - take + put_length;
    return changed;
}

static unsigned char *own_data(const struct edit *edit)
{
    unsigned char *copy = pool_take(edit->pool, edit->item->bytes);
    memcpy(copy, edit->item->data, edit->item->bytes);
    return edit->item->data = copy;
}

static void change_text_value(const struct edit *edit)
{
    struct item *item = edit->item;
    size_t each = H5Tget_size(item->type), count = item->bytes / each, length;
    if (count == 0)
        return;
    size_t which = edit->argument[4] % count;
    unsigned char *data = own_data(edit);
    if (H5Tis_variable_str(item->type) > 0) {
        char **texts = (char **)(void *)data;
        const char *old = texts[which] ? texts[which] : "";
        texts[which] = change_text(edit, old, strlen(old), &length);
        return;
    }
    const char *old = (const char *)data + which * each;
    const char *changed = change_text(edit, old, strnlen(old, each), &length);
    memset(data + which * each, 0, each);
    memcpy(data + which * each, changed, length < each ? length : each);
}

/* ---- values ---- */

static void set_number(const struct edit *edit)
{
    struct item *item = edit->item;
    size_t each = H5Tget_size(item->type), count = item->bytes / each;
    unsigned char value[sizeof(double) * 2] = {0};
    double from = number(edit->argument[0]);
    H5T_class_t class = H5Tget_class(item->type);
    if (count == 0 || each > sizeof value)
        return;
    memcpy(value, &from, sizeof from);
    if ((class != H5T_INTEGER && class != H5T_FLOAT) ||
        H5Tconvert(H5T_NATIVE_DOUBLE, item->type, 1, value, NULL, H5P_DEFAULT) < 0)
        memset(value, edit->argument[0], sizeof value);
    unsigned char *data = own_data(edit);
    size_t first = (size_t)(edit->argument[1] << 8 | edit->argument[2]) % count, run = edit->argument[3] % 16 ? 1 : count - first;
    for (size_t i = first; i < first + run; i++)
        memcpy(data + i * each, value, each);
}

/* A list of lists: one is made longer, shorter or empty. */
static void change_list(const struct edit *edit)
{
    size_t count = edit->item->bytes / sizeof(hvl_t);
    if (count == 0)
        return;
    hvl_t *lists = (hvl_t *)(void *)own_data(edit), *list = &lists[edit->argument[0] % count];
    hid_t base = H5Tget_super(edit->item->type);
    size_t length = edit->argument[1] % 9, each = H5Tget_size(base);
    unsigned char *values = pool_take(edit->pool, length * each);
    memset(values, edit->argument[2], length * each);
    if (list->p)
        memcpy(values, list->p, (length < list->len ? length : list->len) * each);
    if (length)
        values[edit->argument[3] % (length * each)] = edit->argument[4];
    *list = (hvl_t){length, values};
    H5Tclose(base);
}

static void change_value(const struct edit *edit)
{
    switch (H5Tget_class(edit->item->type)) {
    case H5T_STRING: change_text_value(edit); break;
    case H5T_VLEN: change_list(edit); break;
    case H5T_INTEGER: case H5T_FLOAT: case H5T_ENUM: set_number(edit); break;
    default: break;
    }
}

/* ---- shapes and types ---- */

static void fill_up(const struct edit *edit)
{
    uint64_t wanted = item_values(edit->item) * H5Tget_size(edit->item->type);
    if (item_values(edit->item) > TEXT_MOST || wanted <= edit->item->bytes)
        return; /* stays unwritten */
    unsigned char *data = pool_take(edit->pool, (size_t)wanted);
    memcpy(data, edit->item->data, edit->item->bytes);
    edit->item->data = data;
    edit->item->bytes = (size_t)wanted;
}

static void change_shape(const struct edit *edit)
{
    static const hsize_t sizes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 27, 64, 255, 256, 1000, 65536, 1u << 24, 1ull << 32, 1ull << 60};
    struct item *item = edit->item;
    const uint8_t *a = edit->argument;
    int axis = item->rank > 0 ? a[1] % item->rank : 0;
    switch (a[0] % 5) {
    case 0: case 1:
        if (item->rank > 0)
            item->size[axis] = sizes[a[2] % (a[0] % 5 ? 10 : sizeof sizes / sizeof *sizes)];
        break;
    case 2: /* one more axis */
        if (item->rank >= 0 && item->rank < ITEM_RANK)
            item->size[item->rank++] = 1;
        break;
    case 3: /* one less */
        if (item->rank > 0)
            item->rank--;
        break;
    default: item->rank = a[2] % 8 ? 1 : -1; item->size[0] = a[3] % 9; break;
    }
    fill_up(edit);
}

static hid_t half_type(void)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

static hid_t text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    return type;
}

#define TYPES 18u

static hid_t type_number(unsigned which)
{
    static hid_t types[TYPES];
    if (!types[0]) {
        const hid_t made[TYPES] = {
            H5T_STD_U8LE, H5T_STD_I8LE, H5T_STD_U16LE, H5T_STD_I16BE, H5T_STD_U32LE, H5T_STD_I32LE, H5T_STD_U64LE,
            H5T_STD_I64LE, H5T_STD_I64BE, H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F64BE, half_type(), text_type(1),
            text_type(10), H5Tcreate(H5T_COMPOUND, 8), H5T_STD_B8LE, H5T_STD_REF_OBJ};
        H5Tinsert(made[15], "a", 0, H5T_NATIVE_DOUBLE);
        memcpy(types, made, sizeof types);
    }
    return types[which % TYPES];
}

/* Numbers keep their values where the new type has them; anything else becomes zeros. */
static void change_type(const struct edit *edit)
{
    struct item *item = edit->item;
    hid_t to = type_number(edit->argument[0]);
    size_t old = H5Tget_size(item->type), new = H5Tget_size(to), count = item->bytes / old;
    H5T_class_t from_class = H5Tget_class(item->type), to_class = H5Tget_class(to);
    unsigned char *data = pool_take(edit->pool, count * (old > new ? old : new));
    bool numbers = (from_class == H5T_INTEGER || from_class == H5T_FLOAT) && (to_class == H5T_INTEGER || to_class == H5T_FLOAT);
    if (numbers)
        memcpy(data, item->data, item->bytes);
    if (numbers && H5Tconvert(item->type, to, count, data, NULL, H5P_DEFAULT) < 0)
        memset(data, 0, count * new);
    item->type = to;
    item->data = data;
    item->bytes = count * new;
}

/* ---- names ---- */

static bool below(const char *path, const char *top)
{
    size_t length = strlen(top);
    return strncmp(path, top, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static struct item *append(const struct edit *edit, const struct item *like)
{
    struct bundle *bundle = edit->bundle;
    if (bundle->item_count >= bundle->capacity)
        return NULL;
    bundle->items[bundle->item_count] = *like;
    return &bundle->items[bundle->item_count++];
}

static void remove_item(const struct edit *edit)
{
    const struct item gone = *edit->item;
    struct bundle *bundle = edit->bundle;
    size_t kept = 0;
    for (size_t i = 0; i < bundle->item_count; i++) {
        const struct item *item = &bundle->items[i];
        bool same = item == edit->item || (gone.kind != ITEM_ATTRIBUTE && gone.kind != ITEM_TEXT &&
                                           item->file == gone.file && below(item->path, gone.path));
        if (!same)
            bundle->items[kept++] = *item;
    }
    bundle->item_count = kept;
}

/* The last part of the path is another word. */
static char *renamed(const struct edit *edit, const char *path)
{
    size_t folder = (size_t)(strrchr(path, '/') - path) + 1;
    const char *name = word(edit, edit->argument[1], edit->argument[2]);
    char *text = pool_take(edit->pool, folder + strlen(name) + 1);
    memcpy(text, path, folder);
    strcpy(text + folder, name);
    return text;
}

/* An object and all below it get another name, or are there a second time under it. */
static void rename_item(const struct edit *edit, bool copy)
{
    const struct item from = *edit->item;
    if (from.kind == ITEM_TEXT)
        return;
    if (from.kind == ITEM_ATTRIBUTE) {
        struct item *to = copy ? append(edit, &from) : edit->item;
        if (to)
            to->attribute = word(edit, edit->argument[1], edit->argument[2]);
        return;
    }
    const char *path = renamed(edit, from.path);
    for (size_t i = 0, count = edit->bundle->item_count; i < count; i++) {
        struct item *item = &edit->bundle->items[i];
        if (item->file != from.file || !below(item->path, from.path))
            continue;
        char *deeper = pool_take(edit->pool, strlen(path) + strlen(item->path) + 1);
        sprintf(deeper, "%s%s", path, item->path + strlen(from.path));
        struct item *to = copy ? append(edit, item) : item;
        if (to)
            to->path = deeper;
    }
}

static void add_link(const struct edit *edit)
{
    const struct item *at = edit->item, *other = &edit->bundle->items[edit->argument[3] % edit->bundle->item_count];
    if (at->kind == ITEM_TEXT || at->kind == ITEM_ATTRIBUTE || other->kind == ITEM_TEXT || other->file != at->file)
        return;
    struct item *link = append(edit, at);
    if (!link)
        return;
    link->kind = edit->argument[0] % 2 ? ITEM_SOFT_LINK : ITEM_HARD_LINK;
    link->target = other->path;
    link->path = renamed(edit, at->path);
}

/* ---- the program ---- */

static void change_file_text(const struct edit *edit)
{
    edit->item->data = (unsigned char *)change_text(edit, (const char *)edit->item->data, edit->item->bytes, &edit->item->bytes);
}

static void apply(struct edit *edit, uint8_t what)
{
    struct item *item = edit->item;
    bool values = item->kind == ITEM_DATASET || item->kind == ITEM_ATTRIBUTE;
    if (item->kind == ITEM_TEXT) {
        change_file_text(edit);
        return;
    }
    switch (what % 12) {
    case 0: case 1: case 2: case 3:
        if (values)
            change_value(edit);
        break;
    case 4: case 5:
        if (values)
            change_shape(edit);
        break;
    case 6:
        if (values)
            change_type(edit);
        break;
    case 7: item->storage = edit->argument[0] % STORED_KINDS; break;
    case 8: remove_item(edit); break;
    case 9: rename_item(edit, false); break;
    case 10: rename_item(edit, true); break;
    default: add_link(edit); break;
    }
}

void bundle_edit(struct bundle *bundle, const struct words *words, struct pool *pool, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < EDITS_MOST && (i + 1) * EDIT_BYTES <= count && bundle->item_count; i++) {
        const uint8_t *at = bytes + i * EDIT_BYTES;
        struct edit edit = {bundle, words, pool, &bundle->items[(size_t)(at[1] << 8 | at[2]) % bundle->item_count], at + 3};
        bundle->changed[edit.item->file] = true;
        apply(&edit, at[0]);
    }
}
