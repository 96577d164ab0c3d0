/* npusim calibrate */
#include "sim/memory.h"
#include "tools/calibrate/board.h"
#include "tools/calibrate/fit.h"
#include "tools/calibrate/network_errors.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/file/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct calibrate_line {
    struct option_list accelerators, measured;
    const char *published, *family, *start, *out, *residuals, *errors, *judge;
};

#define FIELD(name) offsetof(struct calibrate_line, name)
static const struct option_row rows[] = {
    {"--accelerator", OPTION_LIST, FIELD(accelerators), "FILE", 0, 0, true, NULL,
     "configs/accelerator/NAME.yaml that was measured; again for several, one for each --measured"},
    {"--measured", OPTION_LIST, FIELD(measured), "CSV", 0, 0, false, NULL, "as tools/measure-gpu writes it; again for more"},
    {"--published", OPTION_STRING, FIELD(published), "DIR", 0, 0, false, NULL,
     "instead: folder of the published tables"},
    {"--family", OPTION_STRING, FIELD(family), "TEXT", 0, 0, false, NULL,
     "fit on those whose names begin so (default: all that were measured)"},
    {"--start", OPTION_STRING, FIELD(start), "FILE", 0, 0, false, NULL,
     "coefficients to begin at (default: the accelerator's)"},
    {"--out", OPTION_STRING, FIELD(out), "FILE", 0, 0, false, NULL, "coefficients file to write"},
    {"--errors", OPTION_STRING, FIELD(errors), "FILE", 0, 0, false, NULL,
     "also write the mean errors on whole networks, each board by a fit on the others"},
    {"--judge", OPTION_STRING, FIELD(judge), "FILE", 0, 0, false, NULL,
     "fit nothing: --errors are those of these coefficients"},
    {"--residuals", OPTION_STRING, FIELD(residuals), "CSV", 0, 0, false, NULL,
     "also write every row with its measured and predicted seconds"},
    {0},
};

/* One accelerator: all tables are its; as many as tables: one each; else the column `device` says. */
static uint32_t device_of(const struct calibrate_line *line, uint32_t table)
{
    if (line->accelerators.count == 1)
        return 0;
    return line->accelerators.count == line->measured.count ? table : UINT32_MAX;
}

static bool read_all(const struct calibrate_line *line, struct measured *measured, struct diagnostics *diagnostics)
{
    if ((line->published != NULL) == (line->measured.count > 0))
        return diagnostics_add(diagnostics, "--measured", "expected it or --published, and not both");
    if (line->published)
        return measured_read_published(line->published, "configs/accelerator", "traces/workloads", measured, diagnostics);
    if (line->measured.count > MEASURED_TABLES)
        return diagnostics_add(diagnostics, "--measured", "%u of them, expected at most %d", line->measured.count,
                               MEASURED_TABLES);
    bool good = line->accelerators.count <= MEASURED_DEVICES ||
                diagnostics_add(diagnostics, "--accelerator", "%u of them, expected at most %d", line->accelerators.count,
                                MEASURED_DEVICES);
    for (uint32_t i = 0; good && i < line->accelerators.count; i++) {
        good = measured_add_device(measured, "", line->accelerators.item[i], diagnostics);
        if (good) {
            free(measured->devices[i].name);
            measured->devices[i].name = memory_copy_string(accelerator_name(measured->devices[i].accelerator));
        }
    }
    for (uint32_t i = 0; good && i < line->measured.count; i++)
        good = measured_read(line->measured.item[i], "traces/workloads", device_of(line, i), measured, diagnostics);
    if (good)
        measured_hold_out(measured);
    return good;
}

/* "NVIDIA L4 (neusight linear, ...)" of every accelerator that was used. */
static char *describe(const struct measured *measured, const struct fit_rows *which)
{
    char *text = memory_copy_string("");
    for (uint32_t device = 0; device < measured->device_count; device++) {
        struct fit_rows only = *which;
        size_t count = 0;
        only.only = measured->devices[device].path;
        for (size_t i = 0; i < measured->count; i++)
            count += measured->rows[i].device == device && fit_rows_take(measured, &measured->rows[i], &only);
        if (count == 0)
            continue;
        char *more = memory_format("%s%s%s (%zu rows)", text, *text ? ", " : "",
                                   accelerator_name(measured->devices[device].accelerator), count);
        free(text);
        text = more;
    }
    return text;
}

static void print_errors(const struct measured *measured, const struct fit *fit, const char *family)
{
    printf("%-22s %-26s %8s %8s %8s %10s\n", "table", "accelerator", "rows", "model %", "bias %", "roofline %");
    for (uint32_t table = 0; table < measured->table_count; table++)
        for (uint32_t device = 0; device < measured->device_count; device++)
            for (int held = 0; held < 2; held++) {
                struct fit_rows which = {.family = family, .only = measured->devices[device].path, .table = table,
                                         .fit = !held, .held = held};
                bool again = false; /* one accelerator under two names */
                for (uint32_t before = 0; before < device; before++)
                    again |= !strcmp(measured->devices[before].path, which.only);
                struct fit_error error = fit_judge(measured, fit, &which);
                if (error.rows && !again)
                    printf("%-22s %-26s %8zu %8.1f %8.1f %10.1f  %s\n", measured->tables[table],
                           accelerator_name(measured->devices[device].accelerator), error.rows, 100 * error.model,
                           100 * error.bias, 100 * error.roofline, held ? "held out" : "fitted");
            }
    for (uint32_t table = 0; table < measured->table_count; table++)
        if (fit->overhead_s[table] > 0)
            printf("overhead of a launch in %s: %.1f us\n", measured->tables[table], 1e6 * fit->overhead_s[table]);
}

/* Every row that was judged, a line each. */
static bool write_residuals(const struct calibrate_line *line, const struct measured *measured, const struct fit *fit,
                            const char *family, struct diagnostics *diagnostics)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct fit_rows which = {.family = family, .table = UINT32_MAX, .fit = true, .held = true};
    fprintf(out, "table,accelerator,precision,held,mode,batch,m,n,k,groups,channels,elements,row,bytes,measured_s,"
                 "predicted_s,roofline_s,measured_w,predicted_w\n");
    for (size_t i = 0; i < measured->count; i++) {
        const struct measured_row *row = &measured->rows[i];
        const struct work_operator *op = &row->work.operators[0];
        if (!fit_rows_take(measured, row, &which))
            continue;
        fprintf(out, "%s,%s,%s,%d,%s,%u,", measured->tables[row->table],
                accelerator_name(measured->devices[row->device].accelerator), precision_name(row->precision),
                row->held || row->spare, baseline_mode_name(row->mode), row->batch);
        fprintf(out, "%.0f,%.0f,%.0f,%.0f,%.0f,%.0f,%.0f,%.0f,", op->m, op->n, op->k, op->groups, op->channels, op->elements,
                op->row_items, operator_bytes(op, row->precision));
        fprintf(out, "%.6g,%.6g,%.6g,%.6g,%.6g\n", row->seconds, fit_predict(measured, row, fit),
                measured_roofline(measured, row), row->power_w,
                row->power_w > 0 ? board_predict_power(measured, row, &fit->coefficients) : 0);
    }
    fclose(out);
    bool good = file_write_text(line->residuals, text, diagnostics);
    free(text);
    return good;
}

static void name_source(struct coefficients *named, const char *const *keys, char *source)
{
    for (const struct parameter_row *row = coefficient_rows; row->key; row++)
        for (int i = 0; keys[i]; i++)
            if (!strcmp(row->key, keys[i]))
                coefficient_at(named, row)->source = source;
}

/* The text of a file whose fitted values say on what. */
static char *text_of(const struct fit *fit, size_t powers, size_t networks, char *devices)
{
    struct coefficients named = fit->coefficients; /* borrows the strings of the start */
    char *source = memory_format("fitted: npusim calibrate, %zu rows of %s; rms of log(predicted/measured) %.2f", fit->rows,
                                 devices, fit->residual);
    named.fitted_on = devices;
    for (const struct parameter_row *row = coefficient_rows + 1; row->key; row++)
        if (fit->fitted[row - coefficient_rows])
            coefficient_at(&named, row)->source = source;
    char *power = memory_format("fitted: npusim calibrate, powers of %zu launches of %s", powers, devices);
    char *launch = memory_format("fitted: npusim calibrate, latencies of %zu networks of %s", networks, devices);
    if (powers > 0)
        name_source(&named, board_power_keys, power);
    if (networks > 0)
        name_source(&named, board_launch_keys, launch);
    char *text = coefficients_text(&named);
    free(launch);
    free(power);
    free(source);
    return text;
}

static bool fit_and_write(const struct calibrate_line *line, const struct measured *measured,
                          const struct coefficients *start, const char *family, struct diagnostics *diagnostics)
{
    struct fit fit;
    struct fit_rows which = {.family = family, .table = UINT32_MAX, .fit = true};
    struct coefficients begin = *start;
    size_t powers = 0, networks = 0;
    if (line->measured.count > 0)
        powers = board_fit_power(measured, &which, &begin);
    which.energy_known = powers > 0;
    fit_coefficients(measured, &begin, &which, &fit);
    if (fit.rows == 0)
        return diagnostics_add(diagnostics, line->accelerators.item[0], "no rows of its family, expected some to fit on");
    if (line->measured.count > 0)
        networks = board_fit_launches(measured, &which, &fit.coefficients);
    char *devices = describe(measured, &which), *text = text_of(&fit, powers, networks, devices);
    bool good = file_write_text(line->out, text, diagnostics);
    if (good && line->residuals)
        good = write_residuals(line, measured, &fit, family, diagnostics);
    if (good)
        print_errors(measured, &fit, family);
    free(text);
    free(devices);
    return good;
}

static bool write_errors(const struct calibrate_line *line, const struct measured *measured,
                         const struct coefficients *start, struct diagnostics *diagnostics)
{
    struct coefficients judged = {0};
    struct model_error error = {0};
    if (line->judge) {
        if (!coefficients_load(line->judge, &judged, diagnostics))
            return false;
        char *how = memory_format("by %s as it is", file_name(line->judge));
        network_errors_judge(measured, &judged, how, &error);
        free(how);
        coefficients_free(&judged);
    } else {
        network_errors_fit(measured, start, &error);
    }
    char *text = model_error_text(&error);
    bool good = file_write_text(line->errors, text, diagnostics);
    free(text);
    model_error_free(&error);
    return good;
}

static bool check_line(const struct calibrate_line *line, struct diagnostics *diagnostics)
{
    if (line->judge && (line->out || !line->errors))
        return diagnostics_add(diagnostics, "--judge", "expected --errors with it, and no --out");
    if (line->errors && line->published)
        return diagnostics_add(diagnostics, "--errors", "expected it with --measured");
    return line->judge || line->out || diagnostics_add(diagnostics, "--out", "missing, expected it or --judge");
}

static bool calibrate_all(const void *options, struct diagnostics *diagnostics)
{
    const struct calibrate_line *line = options;
    struct measured measured = {0};
    struct accelerator *first = NULL;
    struct coefficients start = {0};
    bool good = check_line(line, diagnostics) && read_all(line, &measured, diagnostics) &&
                accelerator_load(line->accelerators.item[0], &first, diagnostics) &&
                (!line->start || coefficients_load(line->start, &start, diagnostics));
    const struct coefficients *begin = line->start ? &start : good ? &first->coefficients : NULL;
    if (good && line->out)
        good = fit_and_write(line, &measured, begin, line->family, diagnostics);
    if (good && line->errors)
        good = write_errors(line, &measured, begin, diagnostics);
    coefficients_free(&start);
    accelerator_free(first);
    measured_free(&measured);
    return good;
}

int command_calibrate(int argc, char **argv)
{
    struct calibrate_line line = {0};
    return options_command(argc, argv,
                           "calibrate --accelerator FILE --measured CSV --out FILE [OPTION ...]\n\n"
                           "Fits the coefficients of the accelerator model to measured launches. The quarter of each table\n"
                           "with the largest work is held out and judged.",
                           rows, &line, calibrate_all);
}
