#include "tools/calibrate/power.h"
#include "sim/memory.h"
#include "tools/file/csv.h"
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <stdlib.h>
#include <string.h>

#define UNITS 80.0         /* of a V100 */
#define CLOCK_MHZ 1417.0   /* AccelWattch locks it there (Kandiah et al., MICRO 2021; recalled; verify) */
#define SECTOR_BYTES 32.0  /* of the counters of memory and cache */

/* Kernels in the order of hw_perf_volta.csv, by their names in hw_power_validation_volta_V100.csv. */
static const char *const kernels[] = {
    "btree_k1", "btree_k2", "backprop_k1", "backprop_k2", "hotspot_k1", "kmeans_k1", "srad_v1_k1", "parboil_sad_k1",
    "parboil_sgemm_k1", "parboil_mriq_k1", "dct8x8_k1", "dct8x8_k2", "binomialOptions_k1", "fastWalshTransform_k1",
    "fastWalshTransform_k2", "histogram_k1", "mergeSort_k1", "mergeSort_k2", "quasirandomGenerator_k1",
    "quasirandomGenerator_k2", "sobolQRNG_k1", "cutlass_k1", "cutlass_k2", "cutlass_k3", "cudaTensorCoreGemm_k1"};
enum { KERNELS = sizeof kernels / sizeof *kernels };

static const char *const counters[] = {"Elapsed_Cycles", "Num_Idle_SMs", "Pipeline_Duty", "DRAM_Rd", "DRAM_Wr", "L2_RH",
                                       "L2_RM", "L2_WH", "L2_WM", NULL};
enum { CYCLES, IDLE, DUTY, READ, WRITE, L2_FIRST, L2_LAST = L2_FIRST + 3, COUNTERS };

static bool read_kernel(const struct csv *csv, const struct csv_record *record, const uint32_t *column, double peak_tops,
                        double clock_mhz, struct power_kernel *out, struct diagnostics *diagnostics)
{
    double v[COUNTERS], cache = 0;
    for (int i = 0; i < COUNTERS; i++)
        if (!csv_number(csv, record, column[i], i == CYCLES ? 1 : 0, 1e15, &v[i], diagnostics))
            return false;
    for (int i = L2_FIRST; i <= L2_LAST; i++)
        cache += v[i];
    double seconds = v[CYCLES] / (CLOCK_MHZ * 1e6);
    out->term[POWER_BASE] = 1;
    out->term[POWER_OCCUPANCY] = (UNITS - v[IDLE]) / UNITS;
    out->term[POWER_OPERATIONS] = v[DUTY] * peak_tops * CLOCK_MHZ / clock_mhz;
    out->term[POWER_MEMORY] = SECTOR_BYTES * (v[READ] + v[WRITE]) / seconds * 1e-12;
    out->term[POWER_CACHE] = SECTOR_BYTES * cache / seconds * 1e-12;
    out->work = v[DUTY] * v[CYCLES];
    return true;
}

static bool read_counters(const char *dir, double peak_tops, double clock_mhz, struct power_kernels *out,
                          struct diagnostics *diagnostics)
{
    struct csv csv;
    uint32_t column[COUNTERS];
    char *path = memory_format("%s/physics/accelwattch/hw_perf_volta.csv", dir);
    bool good = csv_read(path, true, &csv, diagnostics);
    if (good) {
        good = csv_columns(&csv, counters, column, diagnostics);
        if (good && csv.record_count != KERNELS)
            good = diagnostics_add(diagnostics, path, "%zu kernels, expected %d", csv.record_count, KERNELS);
        for (size_t i = 0; good && i < KERNELS; i++)
            good = read_kernel(&csv, &csv.records[i], column, peak_tops, clock_mhz, &out->items[i], diagnostics);
        csv_free(&csv);
    }
    free(path);
    return good;
}

static bool read_watts(const char *dir, struct power_kernels *out, struct diagnostics *diagnostics)
{
    struct csv csv;
    char *path = memory_format("%s/physics/accelwattch/hw_power_validation_volta_V100.csv", dir);
    bool good = csv_read(path, true, &csv, diagnostics);
    for (size_t i = 0; good && i < KERNELS; i++) {
        size_t row = 0;
        while (row < csv.record_count && strcmp(csv_cell(&csv, &csv.records[row], 0), kernels[i]) != 0)
            row++;
        good = row < csv.record_count || diagnostics_add(diagnostics, path, "no power of %s, expected it", kernels[i]);
        good = good && csv_number(&csv, &csv.records[row], 1, 1, 1e4, &out->items[i].watts, diagnostics);
        out->items[i].name = kernels[i];
    }
    if (csv.path)
        csv_free(&csv);
    free(path);
    return good;
}

bool power_read(const char *dir, double peak_tops, double clock_mhz, struct power_kernels *out,
                struct diagnostics *diagnostics)
{
    *out = (struct power_kernels){.items = memory_array(KERNELS, sizeof *out->items), .count = KERNELS};
    if (!read_counters(dir, peak_tops, clock_mhz, out, diagnostics) || !read_watts(dir, out, diagnostics)) {
        power_free(out);
        return false;
    }
    for (size_t i = 0; i < KERNELS; i++) {
        size_t larger = 0;
        for (size_t j = 0; j < KERNELS; j++)
            larger += out->items[j].work > out->items[i].work;
        out->items[i].held = larger < KERNELS / 4;
    }
    return true;
}

void power_free(struct power_kernels *from)
{
    free(from->items);
    *from = (struct power_kernels){0};
}

void power_fit(const struct power_kernels *from, size_t without, double out[POWER_TERMS])
{
    size_t rows = 0;
    for (size_t i = 0; i < from->count; i++)
        rows += !from->items[i].held && i != without;
    gsl_matrix *terms = gsl_matrix_alloc(rows, POWER_TERMS), *covariance = gsl_matrix_alloc(POWER_TERMS, POWER_TERMS);
    gsl_vector *ones = gsl_vector_alloc(rows), *solution = gsl_vector_alloc(POWER_TERMS);
    gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(rows, POWER_TERMS);
    size_t row = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (from->items[i].held || i == without)
            continue;
        for (int term = 0; term < POWER_TERMS; term++)
            gsl_matrix_set(terms, row, (size_t)term, from->items[i].term[term] / from->items[i].watts);
        gsl_vector_set(ones, row++, 1);
    }
    double squares;
    gsl_multifit_linear(terms, ones, solution, covariance, &squares, work);
    for (int term = 0; term < POWER_TERMS; term++)
        out[term] = gsl_vector_get(solution, (size_t)term);
    gsl_multifit_linear_free(work);
    gsl_vector_free(ones);
    gsl_vector_free(solution);
    gsl_matrix_free(terms);
    gsl_matrix_free(covariance);
}

double power_predict(const struct power_kernel *kernel, const double coefficient[POWER_TERMS])
{
    double watts = 0;
    for (int term = 0; term < POWER_TERMS; term++)
        watts += kernel->term[term] * coefficient[term];
    return watts;
}
