/* Accelerator files: rows, loading, what is missing. */
#include "models/baseline/accelerator.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

#define VALUE(key_, field_, least_, maximum_, unit_, help_)                                                            \
    {{.key = key_, .type = PARAMETER_VALUE, .offset = offsetof(struct accelerator, field_), .minimum = 0,              \
      .maximum = maximum_, .unit = unit_, .help = help_}, least_}
#define TEXT(key_, field_, help_)                                                                                      \
    {{.key = key_, .type = PARAMETER_STRING, .offset = offsetof(struct accelerator, field_), .help = help_}, 0}

/* `least`: the smallest value, if it is not 0, that a part of this kind can have in the row's unit. */
static const struct catalogue_row {
    struct parameter_row row;
    double least;
} catalogue[] = {
    TEXT("name", name, "shown in reports"),
    TEXT("coefficients", coefficients_path, "file of fitted coefficients, relative to this file"),
    TEXT("errors", errors_path, "file of the model's measured errors, relative to this file"),
    TEXT("measured.table", measured_table, "networks measured on the part (CSV), relative to this file; none"),
    TEXT("measured.networks", measured_networks, "folder of their layer lists, relative to this file; none"),
    VALUE("peak.fp32", peak[PRECISION_FP32], 0.01, 1e5, "Top/s", "dense peak"),
    VALUE("peak.tf32", peak[PRECISION_TF32], 0.01, 1e5, "Top/s", "dense peak"),
    VALUE("peak.fp16", peak[PRECISION_FP16], 0.01, 1e5, "Top/s", "dense peak"),
    VALUE("peak.fp8", peak[PRECISION_FP8], 0.01, 1e5, "Top/s", "dense peak"),
    VALUE("peak.int8", peak[PRECISION_INT8], 0.01, 1e5, "Top/s", "dense peak"),
    VALUE("peak.vector", vector, 0.01, 1e5, "Top/s", "element-wise operations, outside matrix units"),
    TEXT("memory.type", memory_type, "of the off-chip memory"),
    VALUE("memory.bandwidth", memory_bandwidth, 10, 1e5, "GB/s", "peak of the off-chip memory"),
    VALUE("memory.capacity", memory_capacity, 0.1, 1e4, "GB", "off-chip memory"),
    VALUE("cache.capacity", cache_capacity, 0.01, 1e4, "MB", "last level on the chip"),
    VALUE("units.count", units, 1, 1e5, "1", "cores that work on separate tiles"),
    VALUE("units.dies", dies, 1, 64, "1", "dies that software sees as devices of their own"),
    VALUE("units.clock", clock, 10, 1e5, "MHz", "boost clock that the peaks hold for"),
    VALUE("power.limit", power_limit, 0.1, 1e5, "W", "of the board"),
    VALUE("power.idle", power_idle, 0.01, 1e5, "W", "of the board, nothing running"),
    VALUE("process.node", node, 1, 1000, "nm", "of the process, as it is sold"),
    VALUE("price.purchase", price_purchase, 1, 1e7, "USD", "of one"),
    VALUE("price.rent", price_rent, 1e-3, 1e5, "USD/h", "of one"),
};
enum { ROWS = sizeof catalogue / sizeof *catalogue };

static const struct parameter_row *rows(void)
{
    static struct parameter_row all[ROWS + 1]; /* ended by a row of zeros */
    for (int i = 0; i < ROWS; i++)
        all[i] = catalogue[i].row;
    return all;
}

static const struct sourced_value *value_at(const struct accelerator *accelerator, const struct parameter_row *row)
{
    return (const void *)((const char *)accelerator + row->offset);
}

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* A number has a confidence; nothing has a reason. */
static void check_row(const char *path, const struct catalogue_row *item, const struct sourced_value *value,
                      struct diagnostics *diagnostics)
{
    bool absent = begins(value->source, "unknown") || begins(value->source, "none");
    const struct parameter_row *row = &item->row;
    if (absent && value->value != 0)
        diagnostics_add(diagnostics, path, "%s has the source \"%.7s\", expected its value to be 0", row->key,
                        value->source);
    if (!absent && value->value < item->least)
        diagnostics_add(diagnostics, path, "%s is %g %s, expected %g or more, or 0 with a source that begins with "
                        "\"unknown\" or \"none\"", row->key, value->value, row->unit, item->least);
    if (!absent && !strstr(value->source, "confidence: high") && !strstr(value->source, "confidence: medium") &&
        !strstr(value->source, "confidence: low"))
        diagnostics_add(diagnostics, path, "%s: its source names no confidence, expected \"confidence: high\", \"medium\""
                        " or \"low\" in it", row->key);
}

static bool check(const char *path, const struct accelerator *accelerator, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    for (int i = 0; i < ROWS; i++)
        if (catalogue[i].row.type == PARAMETER_VALUE)
            check_row(path, &catalogue[i], value_at(accelerator, &catalogue[i].row), diagnostics);
    double idle = accelerator->power_idle.value, limit = accelerator->power_limit.value;
    if (idle > 0 && limit > 0 && idle >= limit)
        diagnostics_add(diagnostics, path, "power.idle is %g W, expected less than power.limit, %g W", idle, limit);
    if (accelerator->dies.value != (double)(int)accelerator->dies.value || accelerator->dies.value < 1)
        diagnostics_add(diagnostics, path, "units.dies is %g, expected a whole number, 1 or more",
                        accelerator->dies.value);
    return diagnostics->count == before;
}

static bool load_coefficients(const char *path, struct accelerator *accelerator, struct diagnostics *diagnostics)
{
    char *where = parameters_relative_path(path, accelerator->coefficients_path);
    bool good = coefficients_load(where, &accelerator->coefficients, diagnostics);
    free(where);
    return good;
}

static bool load_errors(const char *path, struct accelerator *accelerator, struct diagnostics *diagnostics)
{
    char *where = parameters_relative_path(path, accelerator->errors_path);
    bool good = model_error_load(where, &accelerator->error, diagnostics);
    free(where);
    return good;
}

/* "none" to "", a path to one from here. */
static void resolve(const char *path, char **named)
{
    char *whole = strcmp(*named, "none") ? parameters_relative_path(path, *named) : memory_copy_string("");
    free(*named);
    *named = whole;
}

bool accelerator_load(const char *path, struct accelerator **out, struct diagnostics *diagnostics)
{
    struct accelerator *accelerator = memory_array(1, sizeof *accelerator);
    *out = NULL;
    if (!parameters_load(path, rows(), accelerator, NULL, 0, diagnostics) || !check(path, accelerator, diagnostics) ||
        !load_coefficients(path, accelerator, diagnostics) || !load_errors(path, accelerator, diagnostics)) {
        accelerator_free(accelerator);
        return false;
    }
    resolve(path, &accelerator->measured_table);
    resolve(path, &accelerator->measured_networks);
    *out = accelerator;
    return true;
}

void accelerator_free(struct accelerator *accelerator)
{
    if (accelerator == NULL)
        return;
    coefficients_free(&accelerator->coefficients);
    model_error_free(&accelerator->error);
    parameters_free(rows(), accelerator);
    free(accelerator);
}

const char *accelerator_name(const struct accelerator *accelerator)
{
    return accelerator->name;
}

const char *accelerator_fitted_on(const struct accelerator *accelerator)
{
    return accelerator->coefficients.fitted_on;
}

const char *accelerator_judged_on(const struct accelerator *accelerator)
{
    return accelerator->error.judged_on;
}

const char *accelerator_measured_table(const struct accelerator *accelerator)
{
    return accelerator->measured_table;
}

const char *accelerator_measured_networks(const struct accelerator *accelerator)
{
    return accelerator->measured_networks;
}

/* "NAME (N rows)" in the list. */
bool accelerator_is_measured(const struct accelerator *accelerator)
{
    const char *at = strstr(accelerator->coefficients.fitted_on, accelerator->name);
    return at && strncmp(at + strlen(accelerator->name), " (", 2) == 0;
}

bool accelerator_has_precision(const struct accelerator *accelerator, enum baseline_precision precision)
{
    must((unsigned)precision < PRECISIONS);
    return accelerator->peak[precision].value > 0;
}

double accelerator_idle_w(const struct accelerator *accelerator, const struct coefficients *coefficients)
{
    if (accelerator->power_idle.value > 0)
        return accelerator->power_idle.value;
    return accelerator->power_limit.value * coefficients->idle_share.value;
}

const char *accelerator_missing(const struct accelerator *accelerator, enum baseline_precision precision)
{
    if (!accelerator_has_precision(accelerator, precision))
        return begins(accelerator->peak[precision].source, "none") ? "all results: the part lacks this precision"
                                                                   : "all results: the peak is unknown";
    if (accelerator->memory_bandwidth.value == 0)
        return "all results: memory.bandwidth is unknown";
    if (accelerator->power_limit.value == 0)
        return "power and energy: power.limit is unknown";
    return NULL;
}

const char *accelerator_carried(const struct accelerator *accelerator)
{
    bool idle = accelerator->power_idle.value == 0 && accelerator->power_limit.value > 0;
    bool units = accelerator->units.value == 0;
    if (idle && units)
        return "idle power is unknown: a share of the limit, as relatives draw; units are unknown: no wave quantisation";
    if (idle)
        return "idle power is unknown: a share of the limit, as relatives draw";
    return units ? "units are unknown: no wave quantisation" : NULL;
}

void accelerator_sources(const struct accelerator *accelerator, uint32_t *unknown, uint32_t *all)
{
    *unknown = 0;
    *all = 0;
    for (int i = 0; i < ROWS; i++) {
        if (catalogue[i].row.type != PARAMETER_VALUE)
            continue;
        *all += 1;
        *unknown += begins(value_at(accelerator, &catalogue[i].row)->source, "unknown");
    }
}
