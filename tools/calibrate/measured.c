#include "tools/calibrate/measured.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/file/csv.h"
#include "tools/file/file.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

uint32_t measured_device(const struct measured *measured, const char *name)
{
    for (uint32_t i = 0; i < measured->device_count; i++)
        if (!strcmp(measured->devices[i].name, name))
            return i;
    return UINT32_MAX;
}

bool measured_add_device(struct measured *measured, const char *name, const char *accelerator_path,
                         struct diagnostics *diagnostics)
{
    must(measured->device_count < MEASURED_DEVICES);
    struct measured_device *device = &measured->devices[measured->device_count];
    if (!accelerator_load(accelerator_path, &device->accelerator, diagnostics))
        return false;
    device->name = memory_copy_string(name);
    device->path = memory_copy_string(accelerator_path);
    measured->device_count++;
    return true;
}

uint32_t measured_add_table(struct measured *measured, const char *name)
{
    for (uint32_t i = 0; i < measured->table_count; i++)
        if (!strcmp(measured->tables[i], name))
            return i;
    must(measured->table_count < MEASURED_TABLES);
    measured->tables[measured->table_count] = memory_copy_string(name);
    return measured->table_count++;
}

static double work_operations(const struct work *work, uint32_t batch)
{
    double sum = 0;
    for (uint32_t i = 0; i < work->count; i++) {
        struct work_operator one = operator_of_batch(&work->operators[i], batch);
        sum += operator_operations(&one) * fmax(1, one.repeat);
    }
    return sum;
}

void measured_add(struct measured *measured, const struct measured_row *row)
{
    measured->rows = memory_grow(measured->rows, &measured->capacity, measured->count + 1, sizeof *measured->rows);
    measured->rows[measured->count] = *row;
    measured->rows[measured->count++].operations = work_operations(&row->work, row->batch);
}

void measured_add_operator(struct measured *measured, struct measured_row row, const struct work_operator *op)
{
    row.work = (struct work){.count = 1, .steps = 1, .operators = memory_array(1, sizeof *op)};
    row.work.operators[0] = *op;
    row.batch = 1;
    measured_add(measured, &row);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void hold_out(struct measured *measured, uint32_t table, uint32_t device)
{
    size_t count = 0;
    double *work = memory_array(measured->count, sizeof *work);
    for (size_t i = 0; i < measured->count; i++)
        if (measured->rows[i].table == table && measured->rows[i].device == device)
            work[count++] = measured->rows[i].operations;
    qsort(work, count, sizeof *work, ascending);
    double least = count ? work[count - count / 4 - 1] : 0;
    for (size_t i = 0; i < measured->count; i++) {
        struct measured_row *row = &measured->rows[i];
        if (row->table == table && row->device == device)
            row->held = row->operations > least;
    }
    free(work);
}

/* Devices that are one accelerator under two names have one file. */
static bool launches_measured(const struct measured *measured, uint32_t device, enum baseline_precision precision)
{
    for (size_t i = 0; i < measured->count; i++)
        if (!measured->rows[i].network && measured->rows[i].precision == precision &&
            !strcmp(measured->devices[measured->rows[i].device].path, measured->devices[device].path))
            return true;
    return false;
}

void measured_hold_out(struct measured *measured)
{
    for (size_t i = 0; i < measured->count; i++) {
        struct measured_row *row = &measured->rows[i];
        row->spare = row->network && launches_measured(measured, row->device, row->precision);
    }
    for (uint32_t table = 0; table < measured->table_count; table++)
        for (uint32_t device = 0; device < measured->device_count; device++)
            hold_out(measured, table, device);
}

void measured_free(struct measured *measured)
{
    for (size_t i = 0; i < measured->count; i++)
        work_free(&measured->rows[i].work);
    free(measured->rows);
    for (uint32_t i = 0; i < measured->table_count; i++)
        free(measured->tables[i]);
    for (uint32_t i = 0; i < measured->device_count; i++) {
        free(measured->devices[i].name);
        free(measured->devices[i].path);
        accelerator_free(measured->devices[i].accelerator);
    }
    *measured = (struct measured){0};
}

double measured_predict(const struct measured *measured, const struct measured_row *row,
                        const struct coefficients *coefficients)
{
    struct accelerator accelerator = *measured->devices[row->device].accelerator; /* shares its strings */
    accelerator.coefficients = *coefficients;
    if (row->network) {
        struct baseline_result result;
        baseline_estimate(&accelerator, &row->work, BASELINE_ANN, row->precision, row->batch, &result);
        return result.latency_s;
    }
    struct operator_cost cost;
    operator_cost(&accelerator, coefficients, row->precision, &row->work.operators[0], false, &cost);
    return cost.seconds;
}

double measured_roofline(const struct measured *measured, const struct measured_row *row)
{
    return baseline_roofline_s(measured->devices[row->device].accelerator, &row->work, BASELINE_ANN, row->precision,
                               row->batch);
}

/* ---- CSV of tools/measure-gpu ---- */

static const char *const names[] = {"device", "operator", "precision", "m", "n", "k", "groups", "elements", "operations",
                                    "row", "inputs", "outputs", "weights", "latency_s", "power_w", NULL};
enum { DEVICE, OPERATOR, PRECISION, M, N, K, GROUPS, ELEMENTS, OPERATIONS, ROW, INPUTS, OUTPUTS, WEIGHTS, LATENCY, POWER,
       COLUMNS };

static bool read_precision(const struct csv *csv, const struct csv_record *record, uint32_t column,
                           enum baseline_precision *out, struct diagnostics *diagnostics)
{
    for (int i = 0; i < PRECISIONS; i++)
        if (!strcmp(csv_cell(csv, record, column), precision_name((enum baseline_precision)i))) {
            *out = (enum baseline_precision)i;
            return true;
        }
    return csv_complain(csv, record, column, diagnostics, "fp32, tf32, fp16, fp8 or int8");
}

static bool read_numbers(const struct csv *csv, const struct csv_record *record, const uint32_t *column,
                         struct measured_row *row, struct work_operator *op, struct diagnostics *diagnostics)
{
    bool matrix = op->kind == OPERATOR_MATRIX, good = true;
    double *const at[COLUMNS] = {[M] = &op->m, [N] = &op->n, [K] = &op->k, [GROUPS] = &op->groups,
                                 [ELEMENTS] = &op->elements, [OPERATIONS] = &op->operations_per_element,
                                 [ROW] = &op->row_items, [INPUTS] = &op->input_items, [OUTPUTS] = &op->output_items,
                                 [WEIGHTS] = &op->weight_items, [LATENCY] = &row->seconds, [POWER] = &row->power_w};
    for (int i = M; i < COLUMNS; i++) {
        bool wanted = matrix ? i >= M && i <= GROUPS : i == ELEMENTS;
        double least = i == LATENCY ? 1e-9 : wanted ? 1 : 0, most = i == LATENCY ? 1e5 : i == POWER ? 1e5 : 1e12;
        good &= csv_number(csv, record, column[i], least, most, at[i], diagnostics);
    }
    return good;
}

/* Rows whose operator is "network" are whole runs, recorded beside the layers; they are no launches. */
static bool read_row(const struct csv *csv, const struct csv_record *record, const uint32_t *column,
                     struct measured *measured, uint32_t table, struct diagnostics *diagnostics)
{
    const char *kind = csv_cell(csv, record, column[OPERATOR]);
    struct measured_row row = {.table = table};
    struct work_operator op = {.kind = strcmp(kind, "matrix") ? OPERATOR_ELEMENTWISE : OPERATOR_MATRIX};
    if (!strcmp(kind, "network"))
        return true;
    if (strcmp(kind, "matrix") != 0 && strcmp(kind, "elementwise") != 0)
        return csv_complain(csv, record, column[OPERATOR], diagnostics, "matrix, elementwise or network");
    row.device = measured->device_count == 1 ? 0 : measured_device(measured, csv_cell(csv, record, column[DEVICE]));
    if (row.device == UINT32_MAX)
        return csv_complain(csv, record, column[DEVICE], diagnostics, "the name in one of the --accelerator files");
    if (!read_precision(csv, record, column[PRECISION], &row.precision, diagnostics) ||
        !read_numbers(csv, record, column, &row, &op, diagnostics))
        return false;
    const char *missing = accelerator_missing(measured->devices[row.device].accelerator, row.precision);
    if (missing && !strncmp(missing, "all", 3))
        return csv_complain(csv, record, column[PRECISION], diagnostics,
                            "a precision and a bandwidth that the accelerator file gives");
    measured_add_operator(measured, row, &op);
    return true;
}

bool measured_read(const char *path, struct measured *measured, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count, rows = measured->count;
    struct csv csv;
    uint32_t column[COLUMNS];
    if (!csv_read(path, true, &csv, diagnostics))
        return false;
    if (csv_columns(&csv, names, column, diagnostics)) {
        uint32_t table = measured_add_table(measured, file_name(path));
        for (size_t i = 0; i < csv.record_count; i++)
            (void)!read_row(&csv, &csv.records[i], column, measured, table, diagnostics);
    }
    csv_free(&csv);
    if (diagnostics->count == before && measured->count == rows)
        diagnostics_add(diagnostics, path, "no measured launch, expected rows of matrix or elementwise operators");
    return diagnostics->count == before;
}
