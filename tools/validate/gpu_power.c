/* Suite `gpu`: power of kernels, and latency and power of spiking workloads. */
#include "sim/memory.h"
#include "tools/calibrate/power.h"
#include "tools/calibrate/spiking.h"
#include "tools/validate/gpu.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static const double LIMIT_SPIKING = 0.25; /* issue 6, Must show 2 */
static const double V100_LIMIT_W = 300, V100_TOPS = 15.7, V100_MHZ = 1530; /* configs/accelerator/v100-sxm2-16gb.yaml */

static void add(struct verdicts *verdicts, const char *test, const char *quantity, double measured, double predicted,
                double error, double limit, double count)
{
    struct verdict verdict = {.suite = "gpu", .test = (char *)(uintptr_t)test, .quantity = quantity, .unit = "1",
                              .expected = measured, .simulated = predicted, .error = error, .limit = limit,
                              .compared = count};
    verdicts_add(verdicts, &verdict);
}

/* Mean error of the kernels that are held out or not; `leave` fits each kernel without itself. */
static double kernel_error(const struct power_kernels *kernels, const double fitted[POWER_TERMS], bool held, bool leave,
                           double *count)
{
    double sum = 0;
    *count = 0;
    for (size_t i = 0; i < kernels->count; i++) {
        double own[POWER_TERMS];
        if (kernels->items[i].held != held)
            continue;
        if (leave)
            power_fit(kernels, i, own);
        sum += fabs(power_predict(&kernels->items[i], leave ? own : fitted) / kernels->items[i].watts - 1);
        *count += 1;
    }
    return sum / *count;
}

bool gpu_judge_power(const char *dir, const struct coefficients *shipped, struct verdicts *verdicts,
                     struct diagnostics *diagnostics)
{
    struct power_kernels kernels;
    double fitted[POWER_TERMS], count, error;
    if (!power_read(dir, V100_TOPS, V100_MHZ, &kernels, diagnostics))
        return false;
    power_fit(&kernels, SIZE_MAX, fitted);
    error = kernel_error(&kernels, fitted, false, false, &count);
    add(verdicts, "V100 kernels, accelwattch", "power, fitted", 0, error, error, INFINITY, count);
    error = kernel_error(&kernels, fitted, false, true, &count);
    add(verdicts, "V100 kernels, accelwattch", "power, left out", 0, error, error, INFINITY, count);
    error = kernel_error(&kernels, fitted, true, false, &count);
    add(verdicts, "V100 kernels, accelwattch", "power, held out", 0, error, error, 0.15, count);
    const double pairs[][2] = {{shipped->byte_hbm.value, fitted[POWER_MEMORY]},
                               {shipped->byte_cache.value, fitted[POWER_CACHE]},
                               {shipped->occupied_share.value, fitted[POWER_OCCUPANCY] / V100_LIMIT_W},
                               {shipped->active_share.value + shipped->idle_share.value,
                                fitted[POWER_BASE] / V100_LIMIT_W}};
    double worst = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        worst = fmax(worst, fabs(pairs[i][0] / pairs[i][1] - 1));
    add(verdicts, "power coefficients", "shipped against fit", 0, worst, worst, 0.01, 4);
    power_free(&kernels);
    return true;
}

static void judge_row(const struct accelerator *a100, const struct spiking_rows *rows, size_t i, double layer,
                      double eager, struct verdicts *verdicts)
{
    const struct spiking_row *row = &rows->items[i];
    struct baseline_result result = spiking_predict(a100, row, layer, eager);
    char *name = memory_format("A100, %s (%s)", row->name, baseline_mode_name(row->mode));
    double time = result.latency_s / row->seconds - 1, power = result.power_w / row->watts - 1;
    add(verdicts, name, "latency, ms", 1e3 * row->seconds, 1e3 * result.latency_s, time, LIMIT_SPIKING, 1);
    add(verdicts, name, "power, W", row->watts, result.power_w, power, LIMIT_SPIKING, 1);
    spiking_fit(a100, rows, i, &layer, &eager);
    result = spiking_predict(a100, row, layer, eager);
    add(verdicts, name, "latency left out, ms", 1e3 * row->seconds, 1e3 * result.latency_s,
        result.latency_s / row->seconds - 1, INFINITY, 1);
    free(name);
}

bool gpu_judge_spiking(const char *dir, struct verdicts *verdicts, struct diagnostics *diagnostics)
{
    struct accelerator *a100;
    struct spiking_rows rows = {0};
    double layer, eager;
    if (!accelerator_load("configs/accelerator/a100-sxm-40gb.yaml", &a100, diagnostics))
        return false;
    bool good = spiking_read(dir, "traces/workloads", &rows, diagnostics);
    if (good) {
        spiking_fit(a100, &rows, SIZE_MAX, &layer, &eager);
        double worst = fmax(fabs(a100->coefficients.launch_layer.value / layer - 1),
                            fabs(a100->coefficients.launch_eager.value / eager - 1));
        add(verdicts, "launch coefficients", "shipped against fit", 0, worst, worst, 0.01, 2);
        for (size_t i = 0; i < rows.count; i++)
            judge_row(a100, &rows, i, layer, eager, verdicts);
    }
    spiking_free(&rows);
    accelerator_free(a100);
    return good;
}
