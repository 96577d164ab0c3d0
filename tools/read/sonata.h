/* SONATA networks of integrate-and-fire points (AllenInstitute/sonata, developer guide): a circuit_config.json names
 * node and edge files, types are space-separated tables, parameters are JSON files of the components' folders. */
#ifndef NPUSIM_TOOLS_READ_SONATA_H
#define NPUSIM_TOOLS_READ_SONATA_H

#include "tools/network/network.h"

bool sonata_recognise(const char *path); /* a text that begins with '{' and has "networks" */
/* Reads the populations and edges; network_check is the caller's. On failure `out` is to be freed too. */
MUST_USE bool sonata_read(const char *path, struct network *out, struct diagnostics *diagnostics);

/* ---- sonata_table.c ---- */
struct sonata_table { /* cells[row * columns + column]; row 0 is the header */
    char *path;
    size_t rows, columns;
    char **cells;
};
MUST_USE bool sonata_table_read(const char *path, struct sonata_table *out, struct diagnostics *diagnostics);
void sonata_table_free(struct sonata_table *table);
/* The cell of the column in the row whose first column (by name) is `id`; NULL: none. */
const char *sonata_table_find(const struct sonata_table *table, const char *id_column, int64_t id, const char *column);

#endif
