#include "tools/file/csv.h"
#include "sim/memory.h"
#include "tools/file/file.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 256 << 20 };

struct scan {
    struct csv *csv;
    char *at;
    uint32_t line;
    size_t cell_count, cell_capacity, record_capacity;
};

static void trim(char *text)
{
    size_t length = strlen(text), blanks = strspn(text, " \t\r");
    while (length > blanks && strchr(" \t\r", text[length - 1]))
        length--;
    memmove(text, text + blanks, length - blanks);
    text[length - blanks] = '\0';
}

/* A quoted cell in place, from after its first quote; leaves `at` behind the closing quote. */
static void unquote(struct scan *scan)
{
    char *out = scan->at;
    while (*scan->at && !(scan->at[0] == '"' && scan->at[1] != '"')) {
        scan->line += *scan->at == '\n';
        scan->at += *scan->at == '"';
        *out++ = *scan->at++;
    }
    char *close = scan->at;
    scan->at += *scan->at == '"';
    while (out < close)
        *out++ = ' '; /* what doubling took: blanks, which are dropped */
    if (*close == '"')
        *close = ' ';
}

/* One cell; returns the character that ended it: ',' or '\n' or '\0'. */
static char scan_cell(struct scan *scan)
{
    scan->at += strspn(scan->at, " \t");
    bool quoted = *scan->at == '"';
    char *cell = scan->at += quoted;
    if (quoted)
        unquote(scan);
    scan->at += strcspn(scan->at, ",\n");
    char end = *scan->at;
    *scan->at = '\0';
    if (end) {
        scan->at++;
        scan->line += end == '\n';
    }
    trim(cell);
    scan->csv->cells = memory_grow(scan->csv->cells, &scan->cell_capacity, scan->cell_count + 1, sizeof(char *));
    scan->csv->cells[scan->cell_count++] = cell;
    return end;
}

static struct csv_record scan_record(struct scan *scan)
{
    struct csv_record record = {.line = scan->line, .first = (uint32_t)scan->cell_count};
    while (scan_cell(scan) == ',')
        ;
    record.count = (uint32_t)scan->cell_count - record.first;
    return record;
}

/* Empty lines and comments. */
static bool skip_line(struct scan *scan)
{
    size_t blanks = strspn(scan->at, " \t\r");
    char first = scan->at[blanks];
    if (first == '\0') {
        scan->at += blanks;
        return false;
    }
    if (first != '\n' && first != '#')
        return false;
    scan->at += strcspn(scan->at, "\n");
    scan->at += *scan->at == '\n';
    scan->line++;
    return true;
}

static bool check_width(const struct csv *csv, struct csv_record *record, uint32_t width,
                        struct diagnostics *diagnostics)
{
    while (record->count > width && !*csv_cell(csv, record, record->count - 1))
        record->count--; /* spreadsheets end lines with empty cells */
    if (record->count == width && width <= CSV_COLUMNS)
        return true;
    char *place = memory_format("%s:%u:1", csv->path, record->line);
    diagnostics_add(diagnostics, place, "%u cells, expected %u as in the first line and at most %d", record->count, width,
                    CSV_COLUMNS);
    free(place);
    return false;
}

bool csv_read(const char *path, bool header, struct csv *out, struct diagnostics *diagnostics)
{
    size_t size, before = diagnostics->count;
    *out = (struct csv){.path = memory_copy_string(path)};
    if (!file_read(path, LARGEST, (unsigned char **)&out->text, &size, diagnostics)) {
        csv_free(out);
        return false;
    }
    struct scan scan = {.csv = out, .at = out->text, .line = 1};
    uint32_t width = 0;
    if (strlen(out->text) != size)
        diagnostics_add(diagnostics, path, "a zero byte, expected text");
    while (diagnostics->count == before) {
        while (skip_line(&scan))
            ;
        if (!*scan.at)
            break;
        struct csv_record record = scan_record(&scan);
        bool first = width == 0;
        width = first ? record.count : width;
        if (!check_width(out, &record, width, diagnostics))
            break;
        if (first && header) {
            out->header = record;
            continue;
        }
        out->records = memory_grow(out->records, &scan.record_capacity, out->record_count + 1, sizeof *out->records);
        out->records[out->record_count++] = record;
    }
    if (diagnostics->count == before && width == 0)
        diagnostics_add(diagnostics, path, "no lines, expected %s", header ? "a header and records" : "records");
    if (diagnostics->count == before)
        return true;
    csv_free(out);
    return false;
}

void csv_free(struct csv *csv)
{
    free(csv->path);
    free(csv->text);
    free(csv->cells);
    free(csv->records);
    *csv = (struct csv){0};
}

uint32_t csv_column(const struct csv *csv, const char *name)
{
    for (uint32_t column = 0; column < csv->header.count; column++)
        if (!strcmp(csv_cell(csv, &csv->header, column), name))
            return column;
    return UINT32_MAX;
}

bool csv_columns(const struct csv *csv, const char *const *names, uint32_t *columns, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    for (size_t i = 0; names[i]; i++) {
        columns[i] = csv_column(csv, names[i]);
        if (columns[i] != UINT32_MAX)
            continue;
        char *place = memory_format("%s:%u:1", csv->path, csv->header.line);
        diagnostics_add(diagnostics, place, "no column \"%s\", expected one in the header", names[i]);
        free(place);
    }
    return diagnostics->count == before;
}

const char *csv_cell(const struct csv *csv, const struct csv_record *record, uint32_t column)
{
    return csv->cells[record->first + column];
}

bool csv_complain(const struct csv *csv, const struct csv_record *record, uint32_t column,
                  struct diagnostics *diagnostics, const char *expected)
{
    char *place = memory_format("%s:%u:%u", csv->path, record->line, column + 1);
    const char *name = csv->header.count > column ? csv_cell(csv, &csv->header, column) : "cell";
    diagnostics_add(diagnostics, place, "%s is \"%.40s\", expected %s", name, csv_cell(csv, record, column), expected);
    free(place);
    return false;
}

bool csv_number(const struct csv *csv, const struct csv_record *record, uint32_t column, double minimum, double maximum,
                double *out, struct diagnostics *diagnostics)
{
    const char *cell = csv_cell(csv, record, column);
    char *end;
    *out = strtod(cell, &end);
    bool plain = *cell && strspn(cell, "0123456789+-.eE") == strlen(cell);
    if (plain && !*end && isfinite(*out) && *out >= minimum && *out <= maximum)
        return true;
    char *expected = memory_format("a number from %g to %g", minimum, maximum);
    csv_complain(csv, record, column, diagnostics, expected);
    free(expected);
    return false;
}
