#include "tools/calibrate/network_errors.h"
#include "sim/memory.h"
#include "tools/calibrate/board.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Of all boards that were judged so far: sums over their rows. */
struct sums {
    struct fit_error latency[BASELINE_MODES], power;
};

static void add(struct fit_error *sum, const struct fit_error *more)
{
    sum->rows += more->rows;
    sum->model += more->model * (double)more->rows;
}

struct fit_error network_power_error(const struct measured *measured, const struct coefficients *coefficients,
                                     const char *only, bool networks)
{
    struct fit_error error = {0};
    for (size_t i = 0; i < measured->count; i++) {
        const struct measured_row *row = &measured->rows[i];
        if (row->power_w == 0 || row->network != networks || (only && strcmp(measured->devices[row->device].path, only)))
            continue;
        double away = board_predict_power(measured, row, coefficients) / row->power_w - 1;
        error.rows++;
        error.model += fabs(away);
        error.bias += away;
    }
    error.model /= error.rows ? (double)error.rows : 1;
    error.bias /= error.rows ? (double)error.rows : 1;
    return error;
}

/* Networks of several timesteps, one mode a table (measured_csv.c); NULL: the table holds something else. */
static const struct measured_row *first_of(const struct measured *measured, uint32_t table)
{
    for (size_t i = 0; i < measured->count; i++)
        if (measured->rows[i].table == table)
            return measured->rows[i].network && measured->rows[i].work.steps > 1 ? &measured->rows[i] : NULL;
    return NULL;
}

static void judge_board(const struct measured *measured, const struct fit *fit, const char *only, struct sums *sums)
{
    for (uint32_t table = 0; table < measured->table_count; table++) {
        const struct measured_row *row = first_of(measured, table);
        struct fit_rows all = {.only = only, .table = table, .fit = true, .held = true};
        if (!row)
            continue;
        struct fit_error error = fit_judge(measured, fit, &all);
        add(&sums->latency[row->mode], &error);
    }
    struct fit_error power = network_power_error(measured, &fit->coefficients, only, true);
    add(&sums->power, &power);
}

/* ---- what is written ---- */

static char *names_of(const struct measured *measured)
{
    char *text = memory_copy_string("");
    for (uint32_t i = 0; i < measured->device_count; i++) {
        char *more = memory_format("%s%s%s", text, *text ? ", " : "", accelerator_name(measured->devices[i].accelerator));
        free(text);
        text = more;
    }
    return text;
}

static struct sourced_value value_of(const struct fit_error *sum, const char *judged_on)
{
    struct sourced_value value = {.value = sum->rows ? 100 * sum->model / (double)sum->rows : 0};
    value.source = sum->rows ? memory_format("npusim calibrate --errors: mean of |predicted / measured - 1|, %zu rows of %s",
                                             sum->rows, judged_on)
                             : memory_copy_string("unknown");
    return value;
}

static void write_sums(const struct measured *measured, const struct sums *sums, const char *how,
                       struct model_error *out)
{
    char *names = names_of(measured);
    out->judged_on = memory_format("%s, %s", names, how);
    free(names);
    for (int mode = 0; mode < BASELINE_MODES; mode++)
        out->latency[mode] = value_of(&sums->latency[mode], out->judged_on);
    out->power = value_of(&sums->power, out->judged_on);
}

/* ---- judging ---- */

void network_errors_judge(const struct measured *measured, const struct coefficients *coefficients, const char *how,
                          struct model_error *out)
{
    struct fit fit = {.coefficients = *coefficients};
    struct sums sums = {0};
    judge_board(measured, &fit, NULL, &sums);
    write_sums(measured, &sums, how, out);
}

/* Devices that are one accelerator under two names have one file. */
static bool is_first(const struct measured *measured, uint32_t device)
{
    for (uint32_t before = 0; before < device; before++)
        if (!strcmp(measured->devices[before].path, measured->devices[device].path))
            return false;
    return true;
}

static uint32_t boards(const struct measured *measured)
{
    uint32_t count = 0;
    for (uint32_t device = 0; device < measured->device_count; device++)
        count += is_first(measured, device);
    return count;
}

/* Powers, then times, then launches, each on what the ones before left, as `npusim calibrate` does. */
static void fit_others(const struct measured *measured, const struct coefficients *start, const char *without,
                       struct fit *out)
{
    struct coefficients begin = *start;
    struct fit_rows which = {.table = UINT32_MAX, .fit = true, .without = without};
    which.energy_known = board_fit_power(measured, &which, &begin) > 0;
    fit_coefficients(measured, &begin, &which, out);
    board_fit_launches(measured, &which, &out->coefficients);
}

void network_errors_fit(const struct measured *measured, const struct coefficients *start, struct model_error *out)
{
    struct sums sums = {0};
    bool one = boards(measured) == 1;
    for (uint32_t device = 0; device < measured->device_count; device++) {
        const char *path = measured->devices[device].path;
        struct fit fit;
        if (!is_first(measured, device))
            continue;
        fit_others(measured, start, one ? NULL : path, &fit);
        judge_board(measured, &fit, path, &sums);
    }
    write_sums(measured, &sums, one ? "by the fit on it" : "each by a fit on the others", out);
}
