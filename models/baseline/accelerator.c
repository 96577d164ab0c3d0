/* Accelerator files: rows and loading. */
#include "models/baseline/accelerator.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

#define VALUE(key_, field_, minimum_, maximum_, unit_, help_)                                                          \
    {.key = key_, .type = PARAMETER_VALUE, .offset = offsetof(struct accelerator, field_), .minimum = minimum_,        \
     .maximum = maximum_, .unit = unit_, .help = help_}

static const struct parameter_row accelerator_rows[] = {
    {.key = "name", .type = PARAMETER_STRING, .offset = offsetof(struct accelerator, name), .help = "shown in reports"},
    VALUE("peak.fp32", peak[PRECISION_FP32], 0, 1e6, "Top/s", "dense peak; 0 if not there or unknown"),
    VALUE("peak.tf32", peak[PRECISION_TF32], 0, 1e6, "Top/s", "dense peak; 0 if not there or unknown"),
    VALUE("peak.fp16", peak[PRECISION_FP16], 0, 1e6, "Top/s", "dense peak; 0 if not there or unknown"),
    VALUE("peak.int8", peak[PRECISION_INT8], 0, 1e6, "Top/s", "dense peak; 0 if not there or unknown"),
    VALUE("peak.vector", vector, 1e-3, 1e6, "Top/s", "element-wise operations, outside matrix units"),
    VALUE("memory.bandwidth", memory_bandwidth, 1, 1e6, "GB/s", "peak of the off-chip memory"),
    VALUE("memory.capacity", memory_capacity, 0.1, 1e5, "GB", "off-chip memory"),
    VALUE("cache.bandwidth", cache_bandwidth, 1, 1e7, "GB/s", "peak of the last cache"),
    VALUE("cache.capacity", cache_capacity, 0.01, 1e5, "MB", "last cache"),
    VALUE("units.count", units, 1, 1e5, "1", "cores that work on separate tiles"),
    VALUE("units.clock", clock, 1, 1e5, "MHz", "boost clock that the peaks hold for"),
    VALUE("power.limit", power_limit, 0.1, 1e5, "W", "of the board"),
    VALUE("power.idle", power_idle, 0, 1e5, "W", "of the board, nothing running"),
    VALUE("power.active", power_active, 0, 1e5, "W", "above idle as soon as kernels run at all"),
    VALUE("power.at_peak", power_at_peak, 0.1, 1e5, "W", "of the board with its arithmetic at peak"),
    VALUE("energy.memory_byte", memory_byte, 0, 1e6, "pJ/byte", "off-chip memory, device and interface"),
    VALUE("energy.cache_byte", cache_byte, 0, 1e6, "pJ/byte", "from the last cache to the units"),
    VALUE("launch.matrix", launch_matrix, 0, 1e6, "us", "each matrix product, whatever its size"),
    VALUE("launch.elementwise", launch_elementwise, 0, 1e6, "us", "each element-wise operator, whatever its size"),
    VALUE("launch.pass", launch_pass, 0, 1e6, "us", "each inference: input and output copies, synchronisation"),
    VALUE("efficiency.matrix", efficiency_matrix, 0.01, 1, "1", "of the arithmetic peak, large products"),
    VALUE("efficiency.memory", efficiency_memory, 0.01, 1, "1", "of the bandwidths"),
    VALUE("efficiency.tile_64", tile_64, 0.01, 1, "1", "of a 64x64 tile against a large one"),
    VALUE("efficiency.tile_32", tile_32, 0.01, 1, "1", "of a 32x32 tile against a large one"),
    VALUE("efficiency.split_k", split_k, 1, 1e6, "items", "least length of a part where the inner dimension is split"),
    {.key = NULL},
};

static const struct sourced_value *value_at(const struct accelerator *accelerator, const struct parameter_row *row)
{
    return (const void *)((const char *)accelerator + row->offset);
}

static bool check(const char *path, const struct accelerator *accelerator, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    for (const struct parameter_row *row = accelerator_rows; row->key != NULL; row++) {
        if (row->type != PARAMETER_VALUE || strncmp(value_at(accelerator, row)->source, "unknown", 7) != 0)
            continue;
        if (value_at(accelerator, row)->value != 0)
            diagnostics_add(diagnostics, path, "%s has the source unknown, expected its value to be 0", row->key);
    }
    double idle = accelerator->power_idle.value + accelerator->power_active.value;
    double peak = accelerator->power_at_peak.value, limit = accelerator->power_limit.value;
    if (idle >= peak || peak > limit)
        diagnostics_add(diagnostics, path, "power: idle + active = %g W, at_peak = %g W, limit = %g W, expected them to"
                        " rise in this order", idle, peak, limit);
    return diagnostics->count == before;
}

bool accelerator_load(const char *path, struct accelerator **out, struct diagnostics *diagnostics)
{
    struct accelerator *accelerator = memory_array(1, sizeof *accelerator);
    *out = NULL;
    if (!parameters_load(path, accelerator_rows, accelerator, NULL, 0, diagnostics) ||
        !check(path, accelerator, diagnostics)) {
        accelerator_free(accelerator);
        return false;
    }
    *out = accelerator;
    return true;
}

void accelerator_free(struct accelerator *accelerator)
{
    if (accelerator == NULL)
        return;
    parameters_free(accelerator_rows, accelerator);
    free(accelerator);
}

const char *accelerator_name(const struct accelerator *accelerator)
{
    return accelerator->name;
}

bool accelerator_has_precision(const struct accelerator *accelerator, enum baseline_precision precision)
{
    must((unsigned)precision < PRECISIONS);
    return accelerator->peak[precision].value > 0;
}

void accelerator_sources(const struct accelerator *accelerator, uint32_t *assumed, uint32_t *all)
{
    *assumed = 0;
    *all = 0;
    for (const struct parameter_row *row = accelerator_rows; row->key != NULL; row++) {
        if (row->type != PARAMETER_VALUE)
            continue;
        *all += 1;
        *assumed += strncmp(value_at(accelerator, row)->source, "assumed", 7) == 0;
    }
}
