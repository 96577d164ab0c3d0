#include "tools/read/spike_readers.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/file/npy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX 1000000
#define LABEL_FILE_MAX ((size_t)1 << 28)

struct label {
    const char *name; /* NULL: the file is a plain list */
    int value;
    size_t line;
};

struct label_table {
    struct label *labels;
    size_t count, capacity;
};

static void add_label(struct label_table *table, const char *name, int value, size_t line)
{
    table->labels = memory_grow(table->labels, &table->capacity, table->count + 1, sizeof *table->labels);
    table->labels[table->count++] = (struct label){name, value, line};
}

static bool add_line_error(const char *path, size_t line, const char *what, struct diagnostics *diagnostics)
{
    char place[4200];
    snprintf(place, sizeof place, "%s:%zu", path, line);
    return diagnostics_add(diagnostics, place, "%s, expected \"NAME LABEL\" or \"LABEL\", a label being 0 .. %d", what,
                           LABEL_MAX);
}

static bool parse_label(const char *text, int *out)
{
    char *end;
    if (*text < '0' || *text > '9' || strlen(text) > 7)
        return false;
    long value = strtol(text, &end, 10);
    *out = (int)value;
    return *end == 0 && value <= LABEL_MAX;
}

/* One line, cut into words in place; '#' begins a comment. */
static bool parse_line(struct label_table *table, const char *path, char *line, size_t number,
                       struct diagnostics *diagnostics)
{
    static const char separators[] = " \t\r,;";
    char *rest = NULL, *word[3] = {NULL};
    line[strcspn(line, "#")] = 0;
    int words = 0;
    for (char *at = strtok_r(line, separators, &rest); at && words < 3; at = strtok_r(NULL, separators, &rest))
        word[words++] = at;
    if (words == 0)
        return true;
    int value;
    const char *name = words == 2 ? word[0] : NULL;
    if (words > 2 || !parse_label(word[words - 1], &value))
        return add_line_error(path, number, words > 2 ? "more than two words" : "no label", diagnostics);
    if (table->count && !table->labels[0].name != !name)
        return add_line_error(path, number, "some lines have a name and others none", diagnostics);
    add_label(table, name, value, number);
    return true;
}

static bool parse_text(struct label_table *table, const char *path, char *text, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count, number = 1;
    for (char *line = text; line; number++) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = 0;
        if (!parse_line(table, path, line, number, diagnostics) && diagnostics->count - before >= 5)
            break;
        line = end;
    }
    return diagnostics->count == before;
}

static bool parse_npy(struct label_table *table, const struct spike_file *file, struct diagnostics *diagnostics)
{
    struct npy array;
    if (!npy_parse(file->path, file->bytes, file->size, SPIKE_ITEMS_MAX, &array, diagnostics))
        return false;
    if (array.rank != 1)
        return diagnostics_add(diagnostics, file->path, "rank %d, expected a list of labels (rank 1)", array.rank);
    for (uint64_t i = 0; i < array.items; i++) {
        double value = npy_value(&array, i);
        if (!(value >= 0 && value <= LABEL_MAX) || value != (double)(int)value)
            return diagnostics_add(diagnostics, file->path, "label %llu is %g, expected a whole number 0 .. %d",
                                   (unsigned long long)i, value, LABEL_MAX);
        add_label(table, NULL, (int)value, 0);
    }
    return true;
}

static bool parse_labels(struct label_table *table, const struct spike_file *file, char *text,
                         struct diagnostics *diagnostics)
{
    if (npy_recognise(file->bytes, file->size))
        return parse_npy(table, file, diagnostics);
    if (idx_recognise(file)) {
        const unsigned char *items;
        size_t count;
        if (!idx_list(file, &items, &count, diagnostics))
            return false;
        for (size_t i = 0; i < count; i++)
            add_label(table, NULL, items[i], 0);
        return true;
    }
    if (memchr(file->bytes, 0, file->size))
        return diagnostics_add(diagnostics, file->path, "no text, expected labels as IDX, .npy or text");
    return parse_text(table, file->path, text, diagnostics);
}

/* ---- labels to samples ---- */
static int by_name(const void *a, const void *b)
{
    const struct label *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool check_names(const struct label_table *table, const char *path, struct diagnostics *diagnostics)
{
    for (size_t i = 1; i < table->count; i++)
        if (strcmp(table->labels[i - 1].name, table->labels[i].name) == 0)
            return add_line_error(path, table->labels[i].line, "a name for the second time", diagnostics);
    return true;
}

static const struct label *find_label(const struct label_table *table, const char *name)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(table->labels[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < table->count && strcmp(table->labels[low].name, name) == 0 ? &table->labels[low] : NULL;
}

/* "60001.bs2" is looked for as it is, then as "60001"; so a file's label is that of every sample in it. */
static bool apply_by_name(const struct label_table *table, const char *path, struct spike_batch *batch,
                          struct diagnostics *diagnostics)
{
    bool fine = true;
    for (size_t i = 0; i < batch->count; i++) {
        const struct label *label = find_label(table, batch->samples[i].name);
        char *stem = memory_copy_string(batch->samples[i].name), *dot = strrchr(stem, '.');
        if (dot)
            *dot = 0;
        if (!label)
            label = find_label(table, stem);
        if (label)
            batch->samples[i].label = label->value;
        else
            fine = diagnostics_add(diagnostics, path, "no label for sample %s, expected a line \"%s LABEL\"",
                                   batch->samples[i].name, stem);
        free(stem);
    }
    return fine;
}

static bool apply_by_position(const struct label_table *table, const char *path, bool whole_batch,
                              struct spike_batch *batch, struct diagnostics *diagnostics)
{
    if (table->count < batch->count || (whole_batch && table->count > batch->count))
        return diagnostics_add(diagnostics, path, "%zu labels, expected %zu, one a sample", table->count, batch->count);
    for (size_t i = 0; i < batch->count; i++)
        batch->samples[i].label = table->labels[i].value;
    return true;
}

bool labels_apply(const char *path, bool whole_batch, struct spike_batch *batch, struct diagnostics *diagnostics)
{
    unsigned char *bytes;
    struct spike_file file = {.path = path};
    if (!file_read(path, LABEL_FILE_MAX, &bytes, &file.size, diagnostics))
        return false;
    file.bytes = bytes;
    struct label_table table = {0};
    bool fine = parse_labels(&table, &file, (char *)bytes, diagnostics);
    if (fine && table.count == 0)
        fine = diagnostics_add(diagnostics, path, "no labels, expected one for each of %zu samples", batch->count);
    if (fine && table.labels[0].name) {
        qsort(table.labels, table.count, sizeof *table.labels, by_name);
        fine = check_names(&table, path, diagnostics) && apply_by_name(&table, path, batch, diagnostics);
    } else if (fine) {
        fine = apply_by_position(&table, path, whole_batch, batch, diagnostics);
    }
    free(table.labels);
    free(bytes);
    return fine;
}
