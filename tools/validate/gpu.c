#include "tools/validate/gpu.h"
#include "sim/memory.h"
#include "tools/calibrate/fit.h"
#include "tools/file/file.h"
#include "tools/validate/networks.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COEFFICIENTS "configs/accelerator/coefficients/"

/* The files that were fitted, and from where (docs/baseline.md says with which commands). */
enum { START_NVIDIA, START_AMD, STARTS };
static const char *const starts[STARTS] = {COEFFICIENTS "start.yaml", COEFFICIENTS "start-amd.yaml"};
static const struct {
    const char *file, *family;
    int start; /* of `starts` */
    int after; /* index of the fit that it goes on from instead, or -1 */
} families[] = {{"nvidia", "NVIDIA", START_NVIDIA, -1}, {"a100", "NVIDIA A100", 0, 0}, {"amd", "AMD", START_AMD, -1}};
enum { FAMILIES = sizeof families / sizeof *families };

/* What is allowed: issue 6, Must show 1. */
static const double LIMIT_OPERATOR = 0.15, LIMIT_NETWORK_A100 = 0.10;

struct gpu {
    struct measured measured;
    struct coefficients start[STARTS];
    struct fit fit[FAMILIES];
    struct verdicts *verdicts;
};

/* The fit that an accelerator's file names. */
static int family_of(const struct accelerator *accelerator)
{
    for (int i = 0; i < FAMILIES; i++)
        if (strstr(accelerator->coefficients_path, families[i].file))
            return i;
    return 0;
}

static bool first_of_its_file(const struct measured *measured, uint32_t device)
{
    for (uint32_t before = 0; before < device; before++)
        if (!strcmp(measured->devices[before].path, measured->devices[device].path))
            return false;
    return true;
}

static void add(struct gpu *gpu, const char *quantity, const char *table, const char *device,
                const struct fit_error *error, double limit, bool fitted)
{
    if (error->rows == 0)
        return;
    char *name = memory_format("%s, %s", device, table);
    struct verdict verdict = {.suite = "gpu", .test = name, .quantity = quantity, .unit = "1",
                              .expected = error->roofline, .simulated = error->model, .error = error->model,
                              .limit = limit, .compared = (double)error->rows, .fitted = fitted};
    verdicts_add(gpu->verdicts, &verdict);
    free(name);
}

/* Fitted rows are shown and not judged; held-out launches have a limit, and neither may be worse than the roofline. */
static void judge_table(struct gpu *gpu, uint32_t table, uint32_t device)
{
    const struct measured_device *part = &gpu->measured.devices[device];
    const struct fit *fit = &gpu->fit[family_of(part->accelerator)];
    const char *name = accelerator_name(part->accelerator), *title = gpu->measured.tables[table];
    struct fit_rows which = {.only = part->path, .table = table, .fit = true};
    struct fit_error error = fit_judge(&gpu->measured, fit, &which);
    add(gpu, "fitted", title, name, &error, INFINITY, true);
    which.fit = false;
    which.held = true;
    error = fit_judge(&gpu->measured, fit, &which);
    bool network = strstr(title, "models") != NULL;
    double limit = !network ? LIMIT_OPERATOR : strstr(name, "A100") ? LIMIT_NETWORK_A100 : INFINITY;
    add(gpu, network ? "networks held out" : "held out", title, name, &error, fmin(limit, error.roofline), false);
}

static void judge_left_out(struct gpu *gpu, uint32_t device)
{
    const struct measured_device *part = &gpu->measured.devices[device];
    bool amd = !strncmp(accelerator_name(part->accelerator), "AMD", 3);
    struct fit fit;
    struct fit_rows which = {.family = amd ? "AMD" : "NVIDIA", .without = part->path, .table = UINT32_MAX, .fit = true};
    fit_coefficients(&gpu->measured, &gpu->start[amd ? START_AMD : START_NVIDIA], &which, &fit);
    for (uint32_t table = 0; table < gpu->measured.table_count; table++) {
        struct fit_rows all = {.only = part->path, .table = table, .fit = true, .held = true};
        struct fit_error error = fit_judge(&gpu->measured, &fit, &all);
        bool network = strstr(gpu->measured.tables[table], "models") != NULL;
        add(gpu, network ? "networks, left out" : "left out", gpu->measured.tables[table],
            accelerator_name(part->accelerator), &error, error.roofline, false);
    }
}

/* The shipped file holds what the fit gives. */
static bool judge_shipped(struct gpu *gpu, int family, struct diagnostics *diagnostics)
{
    struct coefficients shipped;
    char *path = memory_format(COEFFICIENTS "%s.yaml", families[family].file);
    bool good = coefficients_load(path, &shipped, diagnostics);
    free(path);
    if (!good)
        return false;
    double worst = 0, count = 0;
    for (const struct parameter_row *row = coefficient_rows + 1; row->key; row++)
        if (gpu->fit[family].fitted[row - coefficient_rows]) {
            double ratio = coefficient_at(&shipped, row)->value /
                           coefficient_at(&gpu->fit[family].coefficients, row)->value;
            worst = fmax(worst, fabs(ratio - 1));
            count++;
        }
    struct verdict verdict = {.suite = "gpu", .test = (char *)(uintptr_t)families[family].file,
                              .quantity = "shipped against fit", .unit = "1", .simulated = worst, .error = worst,
                              .limit = 0.01, .compared = count};
    verdicts_add(gpu->verdicts, &verdict);
    coefficients_free(&shipped);
    return true;
}

static bool judge(struct gpu *gpu, struct diagnostics *diagnostics)
{
    bool good = true;
    for (int i = 0; i < FAMILIES; i++) {
        struct fit_rows which = {.family = families[i].family, .table = UINT32_MAX, .fit = true};
        const struct coefficients *start =
            families[i].after < 0 ? &gpu->start[families[i].start] : &gpu->fit[families[i].after].coefficients;
        fit_coefficients(&gpu->measured, start, &which, &gpu->fit[i]);
        good &= judge_shipped(gpu, i, diagnostics);
    }
    for (uint32_t device = 0; device < gpu->measured.device_count; device++)
        for (uint32_t table = 0; table < gpu->measured.table_count; table++)
            if (first_of_its_file(&gpu->measured, device))
                judge_table(gpu, table, device);
    for (uint32_t device = 0; device < gpu->measured.device_count; device++)
        if (first_of_its_file(&gpu->measured, device))
            judge_left_out(gpu, device);
    return good;
}

static bool load_starts(struct gpu *gpu, struct diagnostics *diagnostics)
{
    bool good = true;
    for (int i = 0; i < STARTS; i++)
        good &= coefficients_load(starts[i], &gpu->start[i], diagnostics);
    return good;
}

static bool judge_published(const char *dir, struct verdicts *verdicts, struct diagnostics *diagnostics)
{
    struct gpu gpu = {.verdicts = verdicts};
    bool good = load_starts(&gpu, diagnostics) &&
                measured_read_published(dir, "configs/accelerator", "traces/workloads", &gpu.measured, diagnostics) &&
                judge(&gpu, diagnostics) &&
                gpu_judge_power(dir, &gpu.start[START_NVIDIA], verdicts, diagnostics) &&
                gpu_judge_spiking(dir, verdicts, diagnostics);
    measured_free(&gpu.measured);
    for (int i = 0; i < STARTS; i++)
        coefficients_free(&gpu.start[i]);
    return good;
}

bool gpu_run(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
             struct diagnostics *diagnostics)
{
    (void)options;
    *state_hash = 0;
    char *root = networks_path("physics/neusight"), *dir = networks_path("");
    bool good = true;
    if (!directory_is(root))
        fprintf(stderr, "npusim: gpu: published tables skipped, %s is not there (set REFERENCE)\n", root);
    else
        good = judge_published(dir, verdicts, diagnostics);
    free(root);
    free(dir);
    return good && gpu_judge_boards(verdicts, diagnostics);
}

/* All networks, each on an accelerator of which the fit saw no row. */
static void print_unseen(const struct verdicts *verdicts)
{
    double rows = 0, model = 0, roofline = 0;
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct verdict *v = &verdicts->rows[i];
        if (strcmp(v->quantity, "networks, left out") != 0)
            continue;
        rows += v->compared;
        model += v->compared * v->simulated;
        roofline += v->compared * v->expected;
    }
    if (rows > 0)
        printf("networks on an accelerator that the fit has not seen: model %.1f %%, roofline %.1f %% (%.0f rows)\n",
               100 * model / rows, 100 * roofline / rows, rows);
}

/* A workload of one row: its measured and predicted figure instead of mean errors. */
static void print_row(const struct verdict *v)
{
    const char *verdict = !isfinite(v->limit) ? "" : verdict_passes(v) ? "pass" : "MISS";
    printf("%-48s %-20s measured %8.2f  predicted %8.2f  %+6.1f %%  %s\n", v->test, v->quantity, v->expected,
           v->simulated, 100 * v->error, verdict);
}

void gpu_print(const struct verdicts *verdicts)
{
    size_t passed = 0, judged = 0;
    printf("mean of |predicted / measured - 1| in percent\n%-48s %-20s %6s %8s %9s %7s\n", "accelerator, table", "rows",
           "count", "model", "roofline", "limit");
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct verdict *v = &verdicts->rows[i];
        bool open = !isfinite(v->limit);
        judged += !open;
        passed += !open && verdict_passes(v);
        if (v->compared <= 1 && v->expected > 0 && v->error != v->simulated) {
            print_row(v);
            continue;
        }
        char limit[16] = "-";
        if (!open)
            snprintf(limit, sizeof limit, "%.1f", 100 * v->limit);
        printf("%-48s %-20s %6.0f %8.1f %9.1f %7s  %s\n", v->test, v->quantity, v->compared, 100 * v->simulated,
               100 * v->expected, limit, open ? "" : verdict_passes(v) ? "pass" : "MISS");
    }
    print_unseen(verdicts);
    printf("%zu of %zu within their limits (15 %% of held-out launches, 10 %% of networks on A100, never above the "
           "roofline)\n", passed, judged);
}
