#include "tools/calibrate/spiking.h"
#include "sim/memory.h"
#include "tools/calibrate/least_squares.h"
#include "tools/file/csv.h"
#include "tools/read/layers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *workload, *list;
    enum baseline_mode mode;
} workloads_of[] = {{"spikformer_cifar10", "spikformer-4-384-cifar10", BASELINE_SNN_LAYER},
                    {"spikformer_cifar10dvs", "spikformer-2-256-cifar10dvs", BASELINE_SNN_LAYER},
                    {"sdt_cifar10", "spike-driven-transformer-4-512-cifar10", BASELINE_SNN_LAYER},
                    {"sdt_cifar100", "spike-driven-transformer-4-512-cifar10", BASELINE_SNN_LAYER},
                    {"spikebert_sst2", "spikebert-12-768", BASELINE_SNN_LAYER},
                    {"spikebert_sst5", "spikebert-12-768", BASELINE_SNN_LAYER},
                    {"spikingbert_sst2", "spikingbert-4-768", BASELINE_SNN},
                    {"spikingbert_mnli", "spikingbert-4-768", BASELINE_SNN}};
enum { WORKLOADS = sizeof workloads_of / sizeof *workloads_of };

static const char *const names[] = {"workload", "accelerator", "time_s", "power_W_if_measured", NULL};
enum { WORKLOAD, ACCELERATOR, TIME, POWER, COLUMNS };

static bool read_row(const struct csv *csv, const struct csv_record *record, const uint32_t *column, const char *workloads,
                     struct spiking_rows *out, struct diagnostics *diagnostics)
{
    for (int i = 0; i < WORKLOADS; i++) {
        if (strcmp(csv_cell(csv, record, column[WORKLOAD]), workloads_of[i].workload) != 0)
            continue;
        struct spiking_row *row = &out->items[out->count];
        char *path = memory_format("%s/%s.csv", workloads, workloads_of[i].list);
        bool good = layers_read(path, &row->work, diagnostics);
        free(path);
        row->name = workloads_of[i].workload;
        row->mode = workloads_of[i].mode;
        out->count += good;
        return good && csv_number(csv, record, column[TIME], 1e-9, 1e3, &row->seconds, diagnostics) &&
               csv_number(csv, record, column[POWER], 1, 1e4, &row->watts, diagnostics);
    }
    return csv_complain(csv, record, column[WORKLOAD], diagnostics, "a workload with a layer list");
}

bool spiking_read(const char *dir, const char *workloads, struct spiking_rows *out, struct diagnostics *diagnostics)
{
    struct csv csv;
    uint32_t column[COLUMNS];
    char *path = memory_format("%s/physics/prosperity/time_energy_tidy.csv", dir);
    bool good = csv_read(path, true, &csv, diagnostics);
    free(path);
    if (!good)
        return false;
    *out = (struct spiking_rows){.items = memory_array(csv.record_count, sizeof *out->items)};
    good = csv_columns(&csv, names, column, diagnostics);
    for (size_t i = 0; good && i < csv.record_count; i++)
        if (!strcmp(csv_cell(&csv, &csv.records[i], column[ACCELERATOR]), "A100"))
            good = read_row(&csv, &csv.records[i], column, workloads, out, diagnostics);
    csv_free(&csv);
    if (!good)
        spiking_free(out);
    return good;
}

void spiking_free(struct spiking_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        work_free(&rows->items[i].work);
    free(rows->items);
    *rows = (struct spiking_rows){0};
}

struct baseline_result spiking_predict(const struct accelerator *accelerator, const struct spiking_row *row,
                                       double layer_us, double eager_us)
{
    struct accelerator with = *accelerator; /* shares its strings */
    struct baseline_result result;
    with.coefficients.launch_layer.value = layer_us;
    with.coefficients.launch_eager.value = eager_us;
    baseline_estimate(&with, &row->work, row->mode, PRECISION_FP32, 1, &result);
    return result;
}

struct problem {
    const struct accelerator *accelerator;
    const struct spiking_rows *rows;
    size_t without;
};

static void residuals(const double *us, void *context, double *out)
{
    const struct problem *problem = context;
    for (size_t i = 0; i < problem->rows->count; i++) {
        const struct spiking_row *row = &problem->rows->items[i];
        struct baseline_result result = spiking_predict(problem->accelerator, row, us[0], us[1]);
        out[i] = i == problem->without ? 0 : log(result.latency_s / row->seconds);
    }
}

void spiking_fit(const struct accelerator *accelerator, const struct spiking_rows *rows, size_t without, double *layer_us,
                 double *eager_us)
{
    struct problem problem = {accelerator, rows, without};
    double us[] = {20, 20}; /* a framework's call of a kernel or two */
    least_squares(residuals, &problem, rows->count, us, 2);
    *layer_us = us[0];
    *eager_us = us[1];
}
