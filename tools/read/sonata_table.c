/* Space-separated tables; a cell with spaces is quoted. */
#include "tools/read/sonata.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_BYTES_MAX ((size_t)1 << 26)

static char *next_cell(char **at)
{
    char *start = *at + strspn(*at, " \t\r"), *end;
    if (*start == '"') {
        start++;
        end = start + strcspn(start, "\"");
    } else {
        end = start + strcspn(start, " \t\r");
    }
    *at = end + (*end != '\0');
    *end = '\0';
    return start;
}

static bool add_row(struct sonata_table *table, size_t *capacity, char *line, struct diagnostics *diagnostics)
{
    size_t cells = 0;
    line[strcspn(line, "#")] = '\0';
    while (line[strspn(line, " \t\r")]) {
        char *cell = next_cell(&line);
        size_t used = table->rows * table->columns + cells++;
        table->cells = memory_grow(table->cells, capacity, used + 1, sizeof *table->cells);
        table->cells[used] = memory_copy_string(cell);
    }
    if (cells == 0)
        return true;
    if (table->rows == 0)
        table->columns = cells;
    table->rows++;
    if (cells == table->columns)
        return true;
    for (size_t i = 0; i < cells; i++) /* the row is not counted: its cells go here */
        free(table->cells[(table->rows - 1) * table->columns + i]);
    table->rows--;
    return diagnostics_add(diagnostics, table->path, "row %zu has %zu cells, expected %zu as the header", table->rows + 1,
                           cells, table->columns);
}

bool sonata_table_read(const char *path, struct sonata_table *out, struct diagnostics *diagnostics)
{
    unsigned char *bytes;
    size_t size, capacity = 0;
    *out = (struct sonata_table){.path = memory_copy_string(path)};
    if (!file_read(path, TABLE_BYTES_MAX, &bytes, &size, diagnostics))
        return false;
    bool good = true;
    for (char *line = (char *)bytes, *next; good && line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        good = add_row(out, &capacity, line, diagnostics);
    }
    free(bytes);
    return good;
}

void sonata_table_free(struct sonata_table *table)
{
    for (size_t i = 0; i < table->rows * table->columns; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table->path);
    *table = (struct sonata_table){0};
}

static size_t column_of(const struct sonata_table *table, const char *name)
{
    size_t c = 0;
    while (c < table->columns && strcmp(table->cells[c], name) != 0)
        c++;
    return c;
}

const char *sonata_table_find(const struct sonata_table *table, const char *id_column, int64_t id, const char *column)
{
    size_t ids = table->rows ? column_of(table, id_column) : 0, values = table->rows ? column_of(table, column) : 0;
    if (table->rows == 0 || ids == table->columns || values == table->columns)
        return NULL;
    for (size_t r = 1; r < table->rows; r++) {
        char *end;
        errno = 0;
        long long here = strtoll(table->cells[r * table->columns + ids], &end, 10);
        if (*end == '\0' && errno == 0 && here == id)
            return table->cells[r * table->columns + values];
    }
    return NULL;
}
