#include "models/baseline/model_error.h"
#include "models/baseline/coefficients.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ERROR(key_, field_, help_)                                                                                     \
    {.key = key_, .type = PARAMETER_VALUE, .offset = offsetof(struct model_error, field_), .minimum = 0,               \
     .maximum = 1e5, .unit = "%", .help = help_}

static const struct parameter_row error_rows[] = {
    {.key = "judged_on", .type = PARAMETER_STRING, .offset = offsetof(struct model_error, judged_on), .minimum = 1,
     .maximum = 2048, .help = "boards, and how, shown in reports"},
    ERROR("latency.ann", latency[BASELINE_ANN], "dense network, each kernel launched by a framework"),
    ERROR("latency.ann-graph", latency[BASELINE_ANN_GRAPH], "the same as a captured graph"),
    ERROR("latency.snn", latency[BASELINE_SNN], "every timestep launched by a framework"),
    ERROR("latency.snn-layer", latency[BASELINE_SNN_LAYER], "layer by layer, launched by a framework"),
    ERROR("latency.snn-fused", latency[BASELINE_SNN_FUSED], "the same as a captured graph"),
    ERROR("latency.snn-graph", latency[BASELINE_SNN_GRAPH], "every timestep as a captured graph"),
    ERROR("power", power, "of networks, passes without waiting"),
    {.key = NULL},
};

static const struct sourced_value *value_at(const struct model_error *error, const struct parameter_row *row)
{
    return (const void *)((const char *)error + row->offset);
}

static bool is_unknown(const struct sourced_value *value)
{
    return strncmp(value->source, "unknown", 7) == 0;
}

bool model_error_load(const char *path, struct model_error *out, struct diagnostics *diagnostics)
{
    bool good = parameters_load(path, error_rows, out, NULL, 0, diagnostics);
    for (const struct parameter_row *row = error_rows + 1; good && row->key; row++) {
        const struct sourced_value *value = value_at(out, row);
        if ((value->value == 0) != is_unknown(value))
            good = diagnostics_add(diagnostics, path, "%s is %g %%, expected a positive number, or 0 with a source that "
                                   "begins with \"unknown\"", row->key, value->value);
    }
    return good;
}

void model_error_free(struct model_error *error)
{
    parameters_free(error_rows, error);
}

char *model_error_text(const struct model_error *error)
{
    char *name = yaml_quoted(error->judged_on), *text = memory_format("judged_on: %s\n", name);
    free(name);
    for (const struct parameter_row *row = error_rows + 1; row->key; row++) {
        const struct sourced_value *value = value_at(error, row);
        char *source = yaml_quoted(value->source);
        char *more = memory_format("%s%s: {value: %.3g, unit: \"%%\", source: %s}\n", text, row->key, value->value, source);
        free(source);
        free(text);
        text = more;
    }
    return text;
}

static double share(const struct sourced_value *value)
{
    return value->source && !is_unknown(value) ? value->value / 100 : NAN;
}

double model_error_latency(const struct model_error *error, enum baseline_mode mode)
{
    must((unsigned)mode < BASELINE_MODES);
    return share(&error->latency[mode]);
}

double model_error_energy(const struct model_error *error, enum baseline_mode mode)
{
    return hypot(model_error_latency(error, mode), share(&error->power));
}
