#include "tools/calibrate/measured.h"
#include "sim/memory.h"
#include "sim/panic.h"
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
    if (measured->table_count == MEASURED_TABLES)
        return UINT32_MAX;
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
    for (size_t i = 0; i < measured->count; i++) {
        work_free(&measured->rows[i].work);
        free(measured->rows[i].name);
    }
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
        baseline_estimate(&accelerator, &row->work, row->mode, row->precision, row->batch, &result);
        return result.latency_s;
    }
    struct operator_cost cost;
    if (row->burst)
        accelerator.power_limit.value = 0; /* none */
    operator_cost(&accelerator, coefficients, row->precision, &row->work.operators[0],
                  (struct operator_heat){!row->cold, !row->cold}, &cost);
    return cost.seconds;
}

double measured_roofline(const struct measured *measured, const struct measured_row *row)
{
    return baseline_roofline_s(measured->devices[row->device].accelerator, &row->work, row->mode, row->precision,
                               row->batch);
}
