#include "sim/memory.h"
#include "tools/calibrate/memory_fit.h"
#include "tools/file/csv.h"
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {"set", "node_nm", "bytes", "width_bits", "ports", "read_pj", "write_pj", "area_um2",
                                      "group", "use", "source", NULL};
enum { SET, NODE, BYTES, WIDTH, PORTS, READ, WRITE, AREA, GROUP, USE, SOURCE, COLUMNS };

static uint32_t set_of(struct memory_points *points, const char *name, double node_nm)
{
    char *full = memory_format("%s, %g nm", name, node_nm);
    for (uint32_t i = 0; i < points->set_count; i++) {
        if (strcmp(points->sets[i], full) != 0)
            continue;
        free(full);
        return i;
    }
    points->sets[points->set_count] = full;
    return points->set_count++;
}

/* A number, or nothing. */
static bool optional(const struct csv *csv, const struct csv_record *record, uint32_t column, double *out,
                     struct diagnostics *diagnostics)
{
    *out = 0;
    return csv_cell(csv, record, column)[0] == '\0' || csv_number(csv, record, column, 1e-9, 1e15, out, diagnostics);
}

static bool read_use(const struct csv *csv, const struct csv_record *record, uint32_t column, struct memory_point *out,
                     struct diagnostics *diagnostics)
{
    const char *use = csv_cell(csv, record, column);
    out->energy = !strcmp(use, "energy") || !strcmp(use, "both");
    out->area = !strcmp(use, "area") || !strcmp(use, "both");
    return out->energy || out->area || !strcmp(use, "none") ||
           csv_complain(csv, record, column, diagnostics, "energy, area, both or none");
}

static bool read_point(const struct csv *csv, const struct csv_record *record, const uint32_t *column,
                       struct memory_points *points, struct diagnostics *diagnostics)
{
    struct memory_point *point = &points->items[points->count];
    bool good = csv_number(csv, record, column[NODE], 1, 1000, &point->node_nm, diagnostics);
    good &= csv_number(csv, record, column[BYTES], 1, 1e12, &point->bytes, diagnostics);
    good &= csv_number(csv, record, column[WIDTH], 1, 1e6, &point->width_bits, diagnostics);
    good &= csv_number(csv, record, column[PORTS], 1, 64, &point->ports, diagnostics);
    good &= optional(csv, record, column[READ], &point->read_pj, diagnostics);
    good &= optional(csv, record, column[WRITE], &point->write_pj, diagnostics);
    good &= optional(csv, record, column[AREA], &point->area_um2, diagnostics);
    good &= read_use(csv, record, column[USE], point, diagnostics);
    if (!good)
        return false;
    point->line = record->line;
    point->set = set_of(points, csv_cell(csv, record, column[SET]), point->node_nm);
    point->group = memory_copy_string(csv_cell(csv, record, column[GROUP]));
    point->source = memory_copy_string(csv_cell(csv, record, column[SOURCE]));
    points->count++;
    return true;
}

bool memory_points_read(const char *path, struct memory_points *out, struct diagnostics *diagnostics)
{
    struct csv csv;
    uint32_t column[COLUMNS];
    *out = (struct memory_points){0};
    if (!csv_read(path, true, &csv, diagnostics))
        return false;
    bool good = csv_columns(&csv, columns, column, diagnostics);
    if (good && csv.record_count == 0)
        good = diagnostics_add(diagnostics, path, "no points, expected at least one record");
    if (good) {
        out->items = memory_array(csv.record_count, sizeof *out->items);
        out->sets = memory_array(csv.record_count, sizeof *out->sets);
        for (size_t i = 0; i < csv.record_count; i++)
            good &= read_point(&csv, &csv.records[i], column, out, diagnostics);
    }
    csv_free(&csv);
    if (!good)
        memory_points_free(out);
    return good;
}

void memory_points_free(struct memory_points *points)
{
    for (size_t i = 0; i < points->count; i++) {
        free(points->items[i].group);
        free(points->items[i].source);
    }
    for (uint32_t i = 0; i < points->set_count; i++)
        free(points->sets[i]);
    free(points->items);
    free(points->sets);
    *points = (struct memory_points){0};
}
