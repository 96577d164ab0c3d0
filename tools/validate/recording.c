#define _DEFAULT_SOURCE /* strsep */
#include "tools/validate/recording.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/file/file.h"
#include "tools/file/h5.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT ((size_t)1 << 28)   /* bytes of a CSV file */
#define SETUP_LIMIT ((size_t)1 << 20)
#define VALUES_LIMIT ((uint64_t)1 << 25) /* numbers of a table */

/* ---- CSV ---- */

static bool listed(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

/* Cuts the line at its commas. Returns how many fields it has, of which the first `limit` are in `fields`. */
static uint32_t fields_of(char *line, char **fields, uint32_t limit)
{
    uint32_t count = 0;
    for (char *field = strsep(&line, ","); field; field = strsep(&line, ","), count++)
        if (count < limit)
            fields[count] = field;
    return count;
}

static void set_titles(struct table *table, char **fields, uint32_t count, bool titled)
{
    table->columns = count;
    table->titles = memory_array(count, sizeof *table->titles);
    for (uint32_t i = 0; i < count; i++)
        table->titles[i] = titled ? memory_copy_string(fields[i]) : memory_format("%u", i);
}

/* The last column may hold words: a string of hexadecimal digits. */
static bool add_row(struct table *table, const char *place, char **fields, uint32_t count, size_t *capacity,
                    size_t *text_capacity, bool words, struct diagnostics *diagnostics)
{
    if (count != table->columns)
        return diagnostics_add(diagnostics, place, "%u fields, expected %u", count, table->columns);
    if ((table->rows + 1) * count > VALUES_LIMIT)
        return diagnostics_add(diagnostics, place, "more rows, expected at most %llu numbers",
                               (unsigned long long)VALUES_LIMIT);
    table->values = memory_grow(table->values, capacity, (table->rows + 1) * count, sizeof *table->values);
    if (words)
        table->texts = memory_grow(table->texts, text_capacity, table->rows + 1, sizeof *table->texts);
    for (uint32_t i = 0; i < count; i++) {
        char *end;
        bool word = words && i + 1 == count;
        errno = 0;
        long long value = word ? 0 : strtoll(fields[i], &end, 10);
        if (!word && (end == fields[i] || *end || errno))
            return diagnostics_add(diagnostics, place, "'%s', expected a whole number", fields[i]);
        table->values[table->rows * count + i] = value;
    }
    if (words)
        table->texts[table->rows] = memory_copy_string(fields[count - 1]);
    table->rows++;
    return true;
}

static bool parse_csv(const char *path, char *text, bool titled, struct table *table, struct diagnostics *diagnostics)
{
    size_t capacity = 0, text_capacity = 0, number = 0;
    char *fields[RECORDING_COLUMNS_MAX], *rest = text;
    bool words = false, good = true;
    for (char *line = strsep(&rest, "\n"); line && good; line = strsep(&rest, "\n")) {
        char place[1024];
        snprintf(place, sizeof place, "%s:%zu", path, ++number);
        line[strcspn(line, "\r")] = '\0';
        if (!*line)
            continue;
        uint32_t count = fields_of(line, fields, RECORDING_COLUMNS_MAX);
        if (!table->columns && count > RECORDING_COLUMNS_MAX)
            return diagnostics_add(diagnostics, place, "%u fields, expected at most %u", count, RECORDING_COLUMNS_MAX);
        if (!table->columns) {
            set_titles(table, fields, count, titled);
            words = titled && strstr(fields[count - 1], "hex");
            if (titled)
                continue;
        }
        good = add_row(table, place, fields, count, &capacity, &text_capacity, words, diagnostics);
    }
    return good;
}

static bool read_csv(const char *folder, const char *name, bool titled, struct table *table,
                     struct diagnostics *diagnostics)
{
    char *path = memory_format("%s/%s.csv", folder, name);
    unsigned char *bytes = NULL;
    size_t size;
    table->name = memory_copy_string(name);
    bool good = file_read(path, FILE_LIMIT, &bytes, &size, diagnostics);
    if (good && strlen((char *)bytes) != size)
        good = diagnostics_add(diagnostics, path, "a zero byte, expected text");
    good = good && parse_csv(path, (char *)bytes, titled, table, diagnostics);
    free(bytes);
    free(path);
    return good;
}

static void add_setting(struct table *setup, const char *key, const json_t *value)
{
    setup->titles[setup->columns] = memory_copy_string(key);
    setup->values[setup->columns++] = json_integer_value(value);
}

/* Whole numbers, and arrays of them; the rest are notes. */
static void take_settings(struct table *setup, json_t *root)
{
    const char *key;
    json_t *value;
    size_t most = json_object_size(root);
    json_object_foreach(root, key, value)
        most += json_array_size(value);
    setup->rows = 1;
    setup->titles = memory_array(most, sizeof *setup->titles);
    setup->values = memory_array(most, sizeof *setup->values);
    json_object_foreach(root, key, value) {
        if (json_is_integer(value))
            add_setting(setup, key, value);
        for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
            char *item = memory_format("%s[%zu]", key, i);
            if (json_is_integer(json_array_get(value, i)))
                add_setting(setup, item, json_array_get(value, i));
            free(item);
        }
    }
}

static bool read_setup(const char *folder, struct table *setup, struct diagnostics *diagnostics)
{
    char *path = memory_format("%s/setup.json", folder);
    unsigned char *bytes = NULL;
    size_t size;
    json_error_t error;
    setup->name = memory_copy_string("setup");
    bool good = file_read(path, SETUP_LIMIT, &bytes, &size, diagnostics);
    json_t *root = good ? json_loadb((char *)bytes, size, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (good && !root)
        good = diagnostics_add(diagnostics, path, "line %d: %s", error.line, error.text);
    else if (good && !json_is_object(root))
        good = diagnostics_add(diagnostics, path, "another type, expected a JSON object");
    if (good)
        take_settings(setup, root);
    json_decref(root);
    free(bytes);
    free(path);
    return good;
}

static bool read_folder(const char *path, const char *const *tables, const char *const *untitled,
                        struct recording *out, struct diagnostics *diagnostics)
{
    bool good = read_setup(path, &out->setup, diagnostics);
    for (; tables[out->table_count] && good; out->table_count++) {
        const char *name = tables[out->table_count];
        good = read_csv(path, name, !listed(name, untitled), &out->tables[out->table_count], diagnostics);
    }
    return good;
}

/* ---- HDF5 ---- */

static bool read_texts(struct h5 *file, const char *path, struct table *table, struct diagnostics *diagnostics)
{
    struct h5_shape shape;
    if (!h5_exists(file, path))
        return true;
    if (!h5_shape_of(file, path, &shape, diagnostics))
        return false;
    if (shape.rank != 1 || shape.size[0] != table->rows)
        return diagnostics_add(diagnostics, h5_path(file), "%s: expected one word a row", path);
    return h5_read_strings(file, path, VALUES_LIMIT, &table->texts, &shape, diagnostics);
}

static bool read_h5_table(struct h5 *file, const char *name, struct table *table, struct diagnostics *diagnostics)
{
    struct h5_shape shape, titles;
    char *values = memory_format("/%s/values", name), *names = memory_format("/%s/titles", name);
    char *texts = memory_format("/%s/texts", name);
    table->name = memory_copy_string(name);
    bool good = h5_shape_of(file, values, &shape, diagnostics) && h5_shape_of(file, names, &titles, diagnostics);
    if (good && (titles.rank != 1 || shape.rank != 2 || shape.size[1] != titles.size[0]))
        good = diagnostics_add(diagnostics, h5_path(file), "%s: its titles disagree with its columns", values);
    good = good && h5_read_strings(file, names, RECORDING_COLUMNS_MAX, &table->titles, &titles, diagnostics);
    if (good)
        table->columns = (uint32_t)titles.size[0];
    good = good && h5_read_int64(file, values, VALUES_LIMIT, &table->values, &shape, diagnostics);
    if (good)
        table->rows = (size_t)shape.size[0];
    good = good && read_texts(file, texts, table, diagnostics);
    free(values);
    free(names);
    free(texts);
    return good;
}

static bool read_h5(const char *path, const char *const *tables, struct recording *out,
                    struct diagnostics *diagnostics)
{
    struct h5 *file;
    if (!h5_open(path, &file, diagnostics))
        return false;
    bool good = read_h5_table(file, "setup", &out->setup, diagnostics);
    for (; tables[out->table_count] && good; out->table_count++)
        good = read_h5_table(file, tables[out->table_count], &out->tables[out->table_count], diagnostics);
    h5_close(file);
    return good;
}

static void write_h5_table(struct h5 *file, const struct table *table)
{
    uint64_t size[2] = {table->rows, table->columns};
    char *values = memory_format("/%s/values", table->name), *names = memory_format("/%s/titles", table->name);
    h5_write(file, values, H5_I64, 2, size, table->values);
    h5_write_strings(file, names, table->columns, (const char *const *)table->titles);
    if (table->texts) {
        char *texts = memory_format("/%s/texts", table->name);
        h5_write_strings(file, texts, table->rows, (const char *const *)table->texts);
        free(texts);
    }
    free(values);
    free(names);
}

bool recording_write_h5(const char *path, const struct recording *recording, struct diagnostics *diagnostics)
{
    struct h5 *file;
    if (!h5_create(path, &file, diagnostics))
        return false;
    write_h5_table(file, &recording->setup);
    for (uint32_t i = 0; i < recording->table_count; i++)
        write_h5_table(file, &recording->tables[i]);
    return h5_commit(file, diagnostics);
}

/* ---- both ---- */

static bool is_h5(const char *name)
{
    size_t length = strlen(name);
    return length > 3 && !strcmp(name + length - 3, ".h5");
}

bool recording_is(const char *path)
{
    if (!directory_is(path))
        return is_h5(path);
    char *setup = memory_format("%s/setup.json", path);
    bool found = access(setup, F_OK) == 0;
    free(setup);
    return found;
}

bool recording_read(const char *path, const char *const *tables, const char *const *untitled, struct recording *out,
                    struct diagnostics *diagnostics)
{
    uint32_t count = 0;
    while (tables[count])
        count++;
    *out = (struct recording){.path = memory_copy_string(path)};
    for (size_t end = strlen(path); end > 1 && out->path[end - 1] == '/'; end--)
        out->path[end - 1] = '\0';
    out->name = memory_copy_string(file_name(out->path));
    if (is_h5(out->name))
        out->name[strlen(out->name) - 3] = '\0';
    out->tables = memory_array(count, sizeof *out->tables);
    bool good = directory_is(path) ? read_folder(path, tables, untitled, out, diagnostics)
                                   : read_h5(path, tables, out, diagnostics);
    out->table_count = count;
    if (!good)
        recording_free(out);
    return good;
}

static void table_free(struct table *table)
{
    for (uint32_t i = 0; table->titles && i < table->columns; i++)
        free(table->titles[i]);
    for (size_t i = 0; table->texts && i < table->rows; i++)
        free(table->texts[i]);
    free(table->name);
    free(table->titles);
    free(table->values);
    free(table->texts);
}

void recording_free(struct recording *recording)
{
    table_free(&recording->setup);
    for (uint32_t i = 0; recording->tables && i < recording->table_count; i++)
        table_free(&recording->tables[i]);
    free(recording->tables);
    free(recording->path);
    free(recording->name);
    *recording = (struct recording){0};
}

const struct table *recording_table(const struct recording *recording, const char *name)
{
    for (uint32_t i = 0; i < recording->table_count; i++)
        if (!strcmp(recording->tables[i].name, name))
            return &recording->tables[i];
    return NULL;
}

static int find_column(const struct table *table, const char *title)
{
    for (uint32_t i = 0; i < table->columns; i++)
        if (!strcmp(table->titles[i], title))
            return (int)i;
    return -1;
}

int recording_column(const struct recording *recording, const char *table, const char *title)
{
    int column = find_column(recording_table(recording, table), title);
    must(column >= 0);
    return column;
}

bool recording_has_setup(const struct recording *recording, const char *key)
{
    return recording->setup.rows == 1 && find_column(&recording->setup, key) >= 0;
}

bool recording_setup(const struct recording *recording, const char *key, int64_t minimum, int64_t maximum,
                     int64_t *out, struct diagnostics *diagnostics)
{
    if (!recording_has_setup(recording, key))
        return diagnostics_add(diagnostics, recording->path, "setup has no whole number '%s', expected %lld to %lld",
                               key, (long long)minimum, (long long)maximum);
    *out = table_value(&recording->setup, 0, find_column(&recording->setup, key));
    return (*out >= minimum && *out <= maximum) ||
           diagnostics_add(diagnostics, recording->path, "setup: %s is %lld, expected %lld to %lld", key,
                           (long long)*out, (long long)minimum, (long long)maximum);
}

bool table_check(const struct recording *recording, const char *name, const char *title, int64_t minimum,
                 int64_t maximum, struct diagnostics *diagnostics)
{
    const struct table *table = recording_table(recording, name);
    int column = find_column(table, title);
    if (column < 0)
        return diagnostics_add(diagnostics, recording->path, "%s has no column '%s', expected one", name, title);
    for (size_t row = 0; row < table->rows; row++) {
        int64_t value = table_value(table, row, column);
        if (value < minimum || value > maximum)
            return diagnostics_add(diagnostics, recording->path, "%s, row %zu: %s is %lld, expected %lld to %lld", name,
                                   row + 1, title, (long long)value, (long long)minimum, (long long)maximum);
    }
    return true;
}
