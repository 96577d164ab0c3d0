/* CSV of tools/measure-gpu. Required: device, operator, precision, the sizes m .. weights of the launch (its batch is in
 * them), latency_s, power_w (0: not measured). Optional, 0 or empty where missing:
 *   eager_s                  the same launch outside of a graph, by events beside it; of a copy the shorter one counts,
 *                            for a graph may give a copy to a memory engine (above 512 MB on H100 and H200, at 2.4 TB/s
 *                            where the kernel that a framework launches has 2.9)
 *   loop_s                   a launch or pass in a loop without pause, during which power_w was taken; 0: no loop. Of an
 *                            operator it is taken instead of latency_s, for it is what the board sustains
 *   table                    groups of rows that are judged together, those not captured with an overhead of their own
 *   channels, kernel, stride of a convolution ("3x3", 1)
 *   mode                     "graph": timed within a captured graph; of a network its mode
 *   network, batch, share    of a network: layer list, samples, share of each layer's repeats that was run
 *   layout                   of a convolution's values: nchw or nhwc
 *   operands                 "cold": not used shortly before; else they are the same launch after launch
 *   status                   "measured", or why there is no figure: such a row is passed over
 * operator: matrix, convolution, elementwise, softmax, norm, network, or idle (passed over here). */
#include "sim/memory.h"
#include "tools/calibrate/measured.h"
#include "tools/file/csv.h"
#include "tools/file/file.h"
#include "tools/read/layers.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"device", "operator", "precision", "m", "n", "k", "groups", "elements", "operations",
                                    "row", "inputs", "outputs", "weights", "latency_s", "power_w", NULL};
enum { DEVICE, OPERATOR, PRECISION, M, N, K, GROUPS, ELEMENTS, OPERATIONS, ROW, INPUTS, OUTPUTS, WEIGHTS, LATENCY, POWER,
       COLUMNS };
static const char *const optional_names[] = {"table", "channels", "kernel", "stride", "mode",  "network",
                                             "batch", "share",    "status", "loop_s", "layout", "operands", "eager_s"};
enum { TABLE, CHANNELS, KERNEL, STRIDE, MODE, NETWORK, BATCH, SHARE, STATUS, LOOP, LAYOUT, OPERANDS, EAGER, OPTIONALS };

struct table {
    struct csv csv;
    uint32_t column[COLUMNS], optional[OPTIONALS];
    const char *path, *workloads;
    uint32_t device; /* of all rows; UINT32_MAX: the column says */
    struct measured *measured;
    struct diagnostics *diagnostics;
};

static const char *optional_cell(const struct table *table, const struct csv_record *record, int which)
{
    uint32_t column = table->optional[which];
    return column == UINT32_MAX ? "" : csv_cell(&table->csv, record, column);
}

static bool optional_number(const struct table *table, const struct csv_record *record, int which, double minimum,
                            double maximum, double *out)
{
    if (table->optional[which] == UINT32_MAX)
        return true;
    return csv_number(&table->csv, record, table->optional[which], minimum, maximum, out, table->diagnostics);
}

/* bf16 runs at the rates of fp16. */
static bool read_precision(const struct table *table, const struct csv_record *record, enum baseline_precision *out)
{
    const char *cell = csv_cell(&table->csv, record, table->column[PRECISION]);
    *out = PRECISION_FP16;
    if (!strcmp(cell, "bf16"))
        return true;
    for (int i = 0; i < PRECISIONS; i++)
        if (!strcmp(cell, precision_name((enum baseline_precision)i))) {
            *out = (enum baseline_precision)i;
            return true;
        }
    return csv_complain(&table->csv, record, table->column[PRECISION], table->diagnostics,
                        "fp32, tf32, fp16, bf16, fp8 or int8");
}

static bool read_sizes(const struct table *table, const struct csv_record *record, struct work_operator *op)
{
    bool matrix = op->kind == OPERATOR_MATRIX, good = true;
    double *const at[COLUMNS] = {[M] = &op->m, [N] = &op->n, [K] = &op->k, [GROUPS] = &op->groups,
                                 [ELEMENTS] = &op->elements, [OPERATIONS] = &op->operations_per_element,
                                 [ROW] = &op->row_items, [INPUTS] = &op->input_items, [OUTPUTS] = &op->output_items,
                                 [WEIGHTS] = &op->weight_items};
    for (int i = M; i < LATENCY; i++) {
        bool wanted = matrix ? i >= M && i <= GROUPS : i == ELEMENTS;
        good &= csv_number(&table->csv, record, table->column[i], wanted ? 1 : 0, 1e12, at[i], table->diagnostics);
    }
    return good;
}

static bool read_figures(const struct table *table, const struct csv_record *record, struct measured_row *row)
{
    bool good = csv_number(&table->csv, record, table->column[LATENCY], 1e-9, 1e5, &row->seconds, table->diagnostics);
    good &= optional_number(table, record, LOOP, 0, 1e5, &row->loop_s);
    return csv_number(&table->csv, record, table->column[POWER], 0, 1e5, &row->power_w, table->diagnostics) && good;
}

static bool read_convolution(const struct table *table, const struct csv_record *record, struct work_operator *op)
{
    double stride = 1;
    int end = 0;
    const char *kernel = optional_cell(table, record, KERNEL);
    if (sscanf(kernel, "%4ux%4u%n", &op->kernel[0], &op->kernel[1], &end) != 2 || kernel[end])
        return table->optional[KERNEL] == UINT32_MAX
                   ? diagnostics_add(table->diagnostics, table->path, "no column \"kernel\", expected one for convolutions")
                   : csv_complain(&table->csv, record, table->optional[KERNEL], table->diagnostics,
                                  "rows and columns of the kernel, as 3x3");
    bool good = optional_number(table, record, CHANNELS, 1, 1e9, &op->channels) &&
                optional_number(table, record, STRIDE, 1, 1e4, &stride);
    op->stride[0] = op->stride[1] = (uint32_t)stride;
    op->channels_last = !strcmp(optional_cell(table, record, LAYOUT), "nhwc");
    return good;
}

/* `group`: of a network, its mode or "language". */
static bool table_of(const struct table *table, const struct csv_record *record, const char *group, uint32_t *out)
{
    const char *part = optional_cell(table, record, TABLE);
    int length = (int)strcspn(file_name(table->path), ".");
    char *name = memory_format("%.*s%s%s%s%s", length, file_name(table->path), *part ? " " : "", part, *group ? " " : "",
                               group);
    *out = measured_add_table(table->measured, name);
    free(name);
    return *out != UINT32_MAX || csv_complain(&table->csv, record, table->optional[TABLE], table->diagnostics,
                                              "no more names of tables than 64 in all files");
}

/* A copy's seconds, of the ways in which it was measured. */
static bool read_copy(const struct table *table, const struct csv_record *record, struct measured_row *row)
{
    double eager = 0;
    if (!optional_number(table, record, EAGER, 0, 1e5, &eager))
        return false;
    if (eager > 0)
        row->seconds = fmin(row->seconds, eager);
    return true;
}

static bool read_operator(const struct table *table, const struct csv_record *record, const char *kind,
                          struct measured_row *row)
{
    bool convolution = !strcmp(kind, "convolution");
    struct work_operator op = {.kind = convolution || !strcmp(kind, "matrix") ? OPERATOR_MATRIX : OPERATOR_ELEMENTWISE,
                               .normalisation = !strcmp(kind, "norm")};
    if (!read_sizes(table, record, &op) || (convolution && !read_convolution(table, record, &op)))
        return false;
    if (!table_of(table, record, "", &row->table))
        return false;
    if (row->loop_s > 0)
        row->seconds = row->loop_s;
    if (!strcmp(optional_cell(table, record, TABLE), "copy") && !read_copy(table, record, row))
        return false;
    row->burst = row->loop_s == 0 && table->optional[LOOP] != UINT32_MAX;
    row->cold = !strcmp(optional_cell(table, record, OPERANDS), "cold");
    row->captured = !strcmp(optional_cell(table, record, MODE), "graph");
    measured_add_operator(table->measured, *row, &op);
    return true;
}

static bool read_mode(const struct table *table, const struct csv_record *record, enum baseline_mode *out)
{
    for (int mode = 0; mode < BASELINE_MODES; mode++)
        if (!strcmp(optional_cell(table, record, MODE), baseline_mode_name((enum baseline_mode)mode))) {
            *out = (enum baseline_mode)mode;
            return true;
        }
    return table->optional[MODE] == UINT32_MAX
               ? diagnostics_add(table->diagnostics, table->path, "no column \"mode\", expected one for networks")
               : csv_complain(&table->csv, record, table->optional[MODE], table->diagnostics, "a mode of npusim baseline");
}

static bool read_network(const struct table *table, const struct csv_record *record, struct measured_row *row)
{
    double batch = 1, share = 1;
    if (!read_mode(table, record, &row->mode) || !optional_number(table, record, BATCH, 1, 1e6, &batch) ||
        !optional_number(table, record, SHARE, 1e-6, 1, &share))
        return false;
    char *list = memory_format("%s/%s.csv", table->workloads, optional_cell(table, record, NETWORK));
    bool good = layers_read(list, &row->work, table->diagnostics) &&
                table_of(table, record, row->work.steps > 1 ? baseline_mode_name(row->mode) : "language", &row->table);
    free(list);
    if (!good) {
        work_free(&row->work);
        return false;
    }
    for (uint32_t i = 0; i < row->work.count; i++) {
        double *repeat = &row->work.operators[i].repeat;
        *repeat = fmax(1, nearbyint(*repeat * share));
    }
    row->name = memory_copy_string(optional_cell(table, record, NETWORK));
    row->network = true;
    row->batch = (uint32_t)batch;
    measured_add(table->measured, row);
    return true;
}

static bool is_measured(const struct table *table, const struct csv_record *record)
{
    const char *status = optional_cell(table, record, STATUS);
    return *status == '\0' || !strcmp(status, "measured");
}

static bool read_row(const struct table *table, const struct csv_record *record)
{
    static const char *const kinds[] = {"matrix", "convolution", "elementwise", "softmax", "norm", "network"};
    const char *kind = csv_cell(&table->csv, record, table->column[OPERATOR]);
    struct measured_row row = {.device = table->device};
    bool known = false;
    if (!strcmp(kind, "idle") || !is_measured(table, record))
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        known |= !strcmp(kind, kinds[i]);
    if (!known)
        return csv_complain(&table->csv, record, table->column[OPERATOR], table->diagnostics,
                            "matrix, convolution, elementwise, softmax, norm, network or idle");
    if (row.device == UINT32_MAX)
        row.device = measured_device(table->measured, csv_cell(&table->csv, record, table->column[DEVICE]));
    if (row.device == UINT32_MAX)
        return csv_complain(&table->csv, record, table->column[DEVICE], table->diagnostics,
                            "the name in one of the --accelerator files");
    if (!read_precision(table, record, &row.precision) || !read_figures(table, record, &row))
        return false;
    const char *missing = accelerator_missing(table->measured->devices[row.device].accelerator, row.precision);
    if (missing && !strncmp(missing, "all", 3))
        return csv_complain(&table->csv, record, table->column[PRECISION], table->diagnostics,
                            "a precision and a bandwidth that the accelerator file gives");
    return strcmp(kind, "network") ? read_operator(table, record, kind, &row) : read_network(table, record, &row);
}

bool measured_read(const char *path, const char *workloads, uint32_t device, struct measured *measured, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count, rows = measured->count;
    struct table table = {.path = path, .workloads = workloads, .device = device, .measured = measured,
                          .diagnostics = diagnostics};
    if (!csv_read(path, true, &table.csv, diagnostics))
        return false;
    for (int i = 0; i < OPTIONALS; i++)
        table.optional[i] = csv_column(&table.csv, optional_names[i]);
    if (csv_columns(&table.csv, names, table.column, diagnostics))
        for (size_t i = 0; i < table.csv.record_count; i++)
            (void)!read_row(&table, &table.csv.records[i]);
    csv_free(&table.csv);
    if (diagnostics->count == before && measured->count == rows)
        diagnostics_add(diagnostics, path, "no measured launch, expected rows of operators or networks");
    return diagnostics->count == before;
}
