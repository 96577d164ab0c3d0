#include "tools/cli/chip_figures.h"
#include "sim/memory.h"
#include <jansson.h>
#include <stdlib.h>

static bool positive(const char *path, const json_t *root, const char *group, const char *key, double *out,
                     struct diagnostics *diagnostics)
{
    const json_t *value = json_object_get(group ? json_object_get(root, group) : root, key);
    *out = json_number_value(value);
    return (json_is_number(value) && *out > 0) ||
           diagnostics_add(diagnostics, path, "no positive %s%s%s, expected the summary.json of npusim run",
                           group ? group : "", group ? "." : "", key);
}

bool chip_figures_read(const char *path, struct chip_figures *out, struct diagnostics *diagnostics)
{
    json_error_t error;
    json_t *root = json_load_file(path, 0, &error);
    *out = (struct chip_figures){0};
    if (!root) {
        char *place = memory_format("%s:%d:%d", path, error.line, error.column);
        diagnostics_add(diagnostics, place, "%s, expected the summary.json of npusim run", error.text);
        free(place);
        return false;
    }
    double total, still, low, high;
    bool good = positive(path, root, "latency_s", "mean", &out->latency_s, diagnostics) &&
                positive(path, root, "energy_j", "per_sample", &out->energy_j, diagnostics) &&
                positive(path, root, NULL, "throughput_per_s", &out->per_second, diagnostics) &&
                positive(path, root, NULL, "power_w", &out->power_w, diagnostics) &&
                positive(path, root, "energy_j", "total", &total, diagnostics) &&
                positive(path, root, "energy_j", "low", &low, diagnostics) &&
                positive(path, root, "energy_j", "high", &high, diagnostics) &&
                positive(path, root, "energy_j", "static", &still, diagnostics);
    const char *name = json_string_value(json_object_get(json_object_get(root, "chip"), "name"));
    if (good) {
        out->static_w = out->power_w * still / total;
        out->energy_low_j = out->energy_j * low / total;
        out->energy_high_j = out->energy_j * high / total;
        out->name = memory_copy_string(name ? name : "chip");
    }
    json_decref(root);
    return good;
}
