/* Comma-separated tables (RFC 4180): a header line, then records; a cell in double quotes may hold commas, line breaks
 * and doubled quotes. Blanks around a cell are dropped, lines that begin with '#' and empty lines are passed over. */
#ifndef NPUSIM_TOOLS_FILE_CSV_H
#define NPUSIM_TOOLS_FILE_CSV_H

#include "sim/diagnostics.h"
#include <stdint.h>

#define CSV_COLUMNS 64

struct csv_record {
    uint32_t line;        /* where it begins, from 1 */
    uint32_t first, count; /* its cells in `cells` */
};

struct csv {
    char *path, *text;
    char **cells;         /* point into text */
    struct csv_record *records; /* without the header */
    size_t record_count;
    struct csv_record header;
};

/* `header` false: the first line is a record too. Every record must have as many cells as the first line, and may have
 * empty ones behind them. */
MUST_USE bool csv_read(const char *path, bool header, struct csv *out, struct diagnostics *diagnostics);
void csv_free(struct csv *csv);

/* Columns by name, in the order of `names` (NULL ends them); one message for each that is missing. */
MUST_USE bool csv_columns(const struct csv *csv, const char *const *names, uint32_t *columns,
                          struct diagnostics *diagnostics);

/* A column that may be missing: UINT32_MAX then. */
uint32_t csv_column(const struct csv *csv, const char *name);

const char *csv_cell(const struct csv *csv, const struct csv_record *record, uint32_t column);
/* A finite number from `minimum` to `maximum`; a message with file, line and column name if it is none. */
MUST_USE bool csv_number(const struct csv *csv, const struct csv_record *record, uint32_t column, double minimum,
                         double maximum, double *out, struct diagnostics *diagnostics);
/* Adds a message "PATH:LINE:CELL: ..." and returns false. */
bool csv_complain(const struct csv *csv, const struct csv_record *record, uint32_t column,
                  struct diagnostics *diagnostics, const char *expected);

#endif
