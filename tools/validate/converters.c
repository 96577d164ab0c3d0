#include "tools/validate/converters.h"
#include "models/physics/energy.h"
#include "models/physics/technology.h"
#include "sim/memory.h"
#include "tools/file/csv.h"
#include "tools/file/file.h"
#include "tools/validate/networks.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TECHNOLOGY "configs/technology/22nm-memristor.yaml"
#define SURVEY "physics/adc/murmann_adc_1997_2025.csv"
#define LIMIT 0.005 /* the file's figures have four digits, spreads less */

enum column { ARCHITECTURE, PROCESS, SNDR, POWER, RATE, AREA };
static const char *const columns[] = {"architecture", "tech_um", "sndr_plot_dB", "P_W", "fsnyq_Hz", "area_mm2", NULL};

/* The survey leaves cells empty, and names other processes than CMOS in words. */
static bool plain_number(const struct csv *csv, const struct csv_record *record, uint32_t column, double *out)
{
    const char *cell = csv_cell(csv, record, column);
    char *end;
    *out = strtod(cell, &end);
    return end != cell && *end == '\0' && isfinite(*out) && *out > 0;
}

static bool between(double value, double low, double high)
{
    return value >= low && value <= high;
}

static bool take(const struct csv *csv, const struct csv_record *record, const uint32_t *at, struct adc_point *out)
{
    const char *architecture = csv_cell(csv, record, at[ARCHITECTURE]);
    double process_um, sndr_db, power_w, rate_hz, area_mm2;
    if (!strstr(architecture, "SAR") || strstr(architecture, "SD") || !plain_number(csv, record, at[PROCESS], &process_um) ||
        !plain_number(csv, record, at[SNDR], &sndr_db) || !plain_number(csv, record, at[POWER], &power_w) ||
        !plain_number(csv, record, at[RATE], &rate_hz))
        return false;
    bool area = plain_number(csv, record, at[AREA], &area_mm2);
    *out = (struct adc_point){(sndr_db - 1.76) / 6.02, 1e3 * process_um, 1e12 * power_w / rate_hz, rate_hz,
                              area ? 1e6 * area_mm2 : 0};
    return between(out->bits, ADC_BITS_LOW, ADC_BITS_HIGH) &&
           between(out->node_nm, ADC_NODE_LOW_NM, ADC_NODE_HIGH_NM) && between(rate_hz, ADC_RATE_LOW_HZ, ADC_RATE_HIGH_HZ);
}

bool converters_read(const char *path, struct adc_point **points, uint32_t *count, struct diagnostics *diagnostics)
{
    struct csv csv;
    uint32_t at[sizeof columns / sizeof *columns];
    *count = 0;
    if (!csv_read(path, true, &csv, diagnostics))
        return false;
    bool good = csv_columns(&csv, columns, at, diagnostics);
    *points = memory_array(csv.record_count, sizeof **points);
    for (size_t i = 0; good && i < csv.record_count; i++)
        *count += take(&csv, &csv.records[i], at, &(*points)[*count]);
    if (good && *count == 0)
        good = diagnostics_add(diagnostics, path, "no converter with architecture SAR, process, SNDR, power and rate within "
                               "the limits of the fit, expected some");
    if (!good)
        free(*points);
    csv_free(&csv);
    return good;
}

static void compare(struct verdicts *verdicts, const char *test, const char *quantity, const char *unit, double fitted,
                    double file, double limit, uint32_t points)
{
    struct verdict verdict = {.suite = "converters", .test = (char *)(uintptr_t)test, .quantity = quantity, .unit = unit,
                              .expected = fitted, .simulated = file, .error = fabs(file / fitted - 1), .limit = limit,
                              .compared = points, .fitted = true};
    verdicts_add(verdicts, &verdict);
}

static void compare_law(struct verdicts *verdicts, const char *test, const char *unit, const struct adc_law *law,
                        const struct sourced_value *value, const struct sourced_value *growth)
{
    compare(verdicts, test, "8 bits", unit, law->at_8_bits, value->value, LIMIT, law->points);
    compare(verdicts, test, "low", unit, law->at_8_bits / law->spread, value->low, LIMIT, law->points);
    compare(verdicts, test, "high", unit, law->at_8_bits * law->spread, value->high, LIMIT, law->points);
    compare(verdicts, test, "factor a bit", "1", law->growth, growth->value, LIMIT, law->points);
}

static bool judge(const struct adc_point *points, uint32_t count, struct verdicts *verdicts,
                  struct diagnostics *diagnostics)
{
    struct technology *technology;
    struct adc_law energy, area;
    if (!technology_load(TECHNOLOGY, &technology, diagnostics))
        return false;
    const struct component_values *values = &technology->components;
    bool good = adc_fit_energy(points, count, values->node_nm.value, &energy) &&
                adc_fit_area(points, count, values->node_nm.value, &area);
    if (good) {
        compare_law(verdicts, "survey: energy", "pJ", &energy, &values->memristor.converter_energy,
                    &values->memristor.converter_growth);
        compare(verdicts, "survey: energy", "exponent of the rate", "1", energy.rate_exponent,
                values->memristor.converter_rate_exponent.value, LIMIT, energy.points);
        compare_law(verdicts, "survey: area", "um2", &area, &values->memristor.converter_area,
                    &values->memristor.converter_area_growth);
    } else {
        diagnostics_add(diagnostics, SURVEY, "%u converters do not determine the law, expected more of them", count);
    }
    technology_free(technology);
    return good;
}

bool converters_run(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                    struct diagnostics *diagnostics)
{
    char *path = networks_path(SURVEY), *folder = networks_path("physics");
    struct adc_point *points;
    uint32_t count;
    bool good = true;
    (void)options;
    *state_hash = 0;
    if (!directory_is(folder)) {
        fprintf(stderr, "npusim: converters: skipped, %s is not there (set REFERENCE)\n", folder);
    } else {
        good = converters_read(path, &points, &count, diagnostics);
        good = good && judge(points, count, verdicts, diagnostics);
        if (good)
            free(points);
    }
    free(folder);
    free(path);
    return good;
}
