/* Suite `gpu`: the boards that tools/measure-gpu measured (configs/accelerator/measured/). First by the coefficients of
 * the published tables, which have seen no part of that generation: from the data sheet alone. Then by a fit on both
 * boards, and of each board by a fit on the other. */
#include "sim/memory.h"
#include "tools/calibrate/board.h"
#include "tools/calibrate/network_errors.h"
#include "tools/validate/gpu.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MEASURED "configs/accelerator/measured/"
#define COEFFICIENTS "configs/accelerator/coefficients/"
static const char *const boards[] = {"h100-sxm", "h200-sxm"};
enum { BOARDS = sizeof boards / sizeof *boards };
static const double LIMIT_OPERATOR = 0.15, LIMIT_POWER = 0.25;

static bool read_boards(struct measured *measured, struct diagnostics *diagnostics)
{
    bool good = true;
    for (uint32_t i = 0; i < BOARDS && good; i++) {
        char *part = memory_format("configs/accelerator/%s.yaml", boards[i]);
        char *table = memory_format(MEASURED "%s.csv", boards[i]);
        good = measured_add_device(measured, boards[i], part, diagnostics) &&
               measured_read(table, "traces/workloads", i, measured, diagnostics);
        free(table);
        free(part);
    }
    if (good)
        measured_hold_out(measured);
    return good;
}

static void add(struct verdicts *verdicts, const struct measured *measured, uint32_t table, const char *quantity,
                double roofline, double model, double limit, double rows, bool fitted)
{
    if (rows == 0)
        return;
    char *name = memory_format("measured: %s", measured->tables[table]);
    struct verdict verdict = {.suite = "gpu", .test = name, .quantity = quantity, .unit = "1", .expected = roofline,
                              .simulated = model, .error = model, .limit = limit, .compared = rows, .fitted = fitted};
    verdicts_add(verdicts, &verdict);
    free(name);
}

/* Each table with rows of `which`. The data sheet's roofline knows no launches, so that networks and small operators have
 * no limit against it but in the whole. */
static void judge_times(const struct measured *measured, const struct fit *fit, struct fit_rows which,
                        const char *quantity, double limit, struct verdicts *verdicts)
{
    for (which.table = 0; which.table < measured->table_count; which.table++) {
        struct fit_error error = fit_judge(measured, fit, &which);
        bool network = strstr(measured->tables[which.table], "network") != NULL;
        add(verdicts, measured, which.table, quantity, error.roofline, error.model,
            network ? INFINITY : fmin(limit, error.roofline), (double)error.rows, which.fit && !which.held);
    }
}

/* Mean error of the powers of launches, or of whole networks, which no fit has used. */
static void judge_powers(const struct measured *measured, const struct fit *fit, uint32_t device, bool networks,
                         const char *quantity, double limit, struct verdicts *verdicts)
{
    struct fit_error error = network_power_error(measured, &fit->coefficients, measured->devices[device].path, networks);
    uint32_t table = 0;
    for (size_t i = 0; i < measured->count; i++)
        if (measured->rows[i].device == device && measured->rows[i].power_w > 0 && measured->rows[i].network == networks)
            table = measured->rows[i].table;
    add(verdicts, measured, table, quantity, 0, error.model, limit, (double)error.rows, !networks);
}

/* Powers, then times, then launches; each on what the ones before left. Board `without` is left out (BOARDS: none). */
static void fit_boards(const struct measured *measured, const struct coefficients *start, uint32_t without,
                       struct fit *fit)
{
    struct coefficients begin = *start;
    struct fit_rows which = {.table = UINT32_MAX, .fit = true,
                             .without = without < BOARDS ? measured->devices[without].path : NULL};
    which.energy_known = board_fit_power(measured, &which, &begin) > 0;
    fit_coefficients(measured, &begin, &which, fit);
    board_fit_launches(measured, &which, &fit->coefficients);
}

static double worst_difference(const struct fit *fit, struct coefficients *shipped, double *count)
{
    struct coefficients fitted = fit->coefficients;
    double worst = 0;
    *count = 0;
    for (const struct parameter_row *row = coefficient_rows + 1; row->key; row++) {
        worst = fmax(worst, fabs(coefficient_at(shipped, row)->value / coefficient_at(&fitted, row)->value - 1));
        *count += fit->fitted[row - coefficient_rows];
    }
    return worst;
}

static void judge_fits(const struct measured *measured, const struct coefficients *start, struct coefficients *shipped,
                       struct verdicts *verdicts)
{
    struct fit fit;
    double count;
    fit_boards(measured, start, BOARDS, &fit);
    double worst = worst_difference(&fit, shipped, &count);
    struct verdict same = {.suite = "gpu", .test = (char *)(uintptr_t) "hopper", .quantity = "shipped against fit",
                           .unit = "1", .simulated = worst, .error = worst, .limit = 0.01, .compared = count};
    verdicts_add(verdicts, &same);
    judge_times(measured, &fit, (struct fit_rows){.fit = true}, "fitted", INFINITY, verdicts);
    judge_times(measured, &fit, (struct fit_rows){.held = true}, "held out", LIMIT_OPERATOR, verdicts);
    for (uint32_t board = 0; board < BOARDS; board++) {
        judge_powers(measured, &fit, board, false, "power of launches", INFINITY, verdicts);
        judge_powers(measured, &fit, board, true, "power of networks", LIMIT_POWER, verdicts);
    }
    for (uint32_t board = 0; board < BOARDS; board++) {
        fit_boards(measured, start, board, &fit);
        struct fit_rows all = {.only = measured->devices[board].path, .fit = true, .held = true};
        judge_times(measured, &fit, all, "by the other board", INFINITY, verdicts);
        judge_powers(measured, &fit, board, true, "power, by the other", LIMIT_POWER, verdicts);
    }
}

/* How much quicker the second board is than the first on the same network: measured and by `coefficients`. */
static void judge_ratios(const struct measured *measured, const struct coefficients *coefficients,
                         struct verdicts *verdicts)
{
    for (size_t i = 0; i < measured->count; i++)
        for (size_t j = i + 1; j < measured->count; j++) {
            const struct measured_row *a = &measured->rows[i], *b = &measured->rows[j];
            if (!a->network || !b->network || a->device == b->device || a->work.steps > 1 || a->mode != b->mode ||
                a->batch != b->batch || a->precision != b->precision || a->operations != b->operations)
                continue;
            double found = a->seconds / b->seconds;
            double model = measured_predict(measured, a, coefficients) / measured_predict(measured, b, coefficients);
            char *name = memory_format("H200 over H100, %s, %s, batch %u", a->name, precision_name(a->precision), a->batch);
            struct verdict verdict = {.suite = "gpu", .test = name, .quantity = "ratio of speeds", .unit = "1",
                                      .expected = found, .simulated = model, .error = model / found - 1,
                                      .limit = INFINITY, .compared = 1};
            verdicts_add(verdicts, &verdict);
            free(name);
        }
}

bool gpu_judge_boards(struct verdicts *verdicts, struct diagnostics *diagnostics)
{
    struct measured measured = {0};
    struct coefficients published = {0}, start = {0}, shipped = {0};
    bool good = read_boards(&measured, diagnostics) &&
                coefficients_load(COEFFICIENTS "nvidia.yaml", &published, diagnostics) &&
                coefficients_load(COEFFICIENTS "start-hopper.yaml", &start, diagnostics) &&
                coefficients_load(COEFFICIENTS "hopper.yaml", &shipped, diagnostics);
    if (good) {
        struct fit unseen = {.coefficients = published};
        judge_times(&measured, &unseen, (struct fit_rows){.fit = true, .held = true}, "unseen", INFINITY, verdicts);
        for (uint32_t board = 0; board < BOARDS; board++)
            judge_powers(&measured, &unseen, board, true, "power, unseen", INFINITY, verdicts);
        judge_fits(&measured, &start, &shipped, verdicts);
        judge_ratios(&measured, &published, verdicts);
    }
    coefficients_free(&shipped);
    coefficients_free(&start);
    coefficients_free(&published);
    measured_free(&measured);
    return good;
}
