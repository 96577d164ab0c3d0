/* A recording of what an RTL design did: a set of tables, from a folder of CSV files with setup.json, or from one HDF5
 * file that holds the same (tests/golden). */
#ifndef NPUSIM_TOOLS_VALIDATE_RECORDING_H
#define NPUSIM_TOOLS_VALIDATE_RECORDING_H

#include "sim/diagnostics.h"
#include <stdint.h>

#define RECORDING_COLUMNS_MAX 300u

struct table {
    char *name;            /* "spikes" */
    uint32_t columns;
    char **titles;         /* [columns]; a file without titles: "0", "1", ... */
    size_t rows;
    int64_t *values;       /* [rows][columns]; 0 in a column of texts */
    char **texts;          /* NULL, or [rows]: the last column's words, when they are no numbers */
};

struct recording {
    char *path, *name;
    struct table setup;    /* one row: whole numbers of setup.json */
    struct table *tables;
    uint32_t table_count;
};

/* A folder with setup.json, or a name that ends in .h5. */
bool recording_is(const char *path);
/* `tables`: the names it must hold, NULL-terminated; those in `untitled` have no title line. */
MUST_USE bool recording_read(const char *path, const char *const *tables, const char *const *untitled,
                             struct recording *out, struct diagnostics *diagnostics);
MUST_USE bool recording_write_h5(const char *path, const struct recording *recording, struct diagnostics *diagnostics);
void recording_free(struct recording *recording);

const struct table *recording_table(const struct recording *recording, const char *name);
/* Index of a column of a table, both of which must be there (table_check). */
int recording_column(const struct recording *recording, const char *table, const char *title);
bool recording_has_setup(const struct recording *recording, const char *key);
/* A number of setup.json within limits; item i of an array KEY is the number KEY[i]. */
MUST_USE bool recording_setup(const struct recording *recording, const char *key, int64_t minimum, int64_t maximum,
                              int64_t *out, struct diagnostics *diagnostics);
/* True when the column is there and all of it lies within limits. */
MUST_USE bool table_check(const struct recording *recording, const char *table, const char *column, int64_t minimum,
                          int64_t maximum, struct diagnostics *diagnostics);
static inline int64_t table_value(const struct table *table, size_t row, int column)
{
    return table->values[row * table->columns + (size_t)column];
}

#endif
