/* Coefficient files: rows, loading, writing. */
#include "models/baseline/coefficients.h"
#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

#define VALUE(key_, field_, minimum_, maximum_, unit_, help_)                                                          \
    {.key = key_, .type = PARAMETER_VALUE, .offset = offsetof(struct coefficients, field_), .minimum = minimum_,       \
     .maximum = maximum_, .unit = unit_, .help = help_}

const struct parameter_row coefficient_rows[] = {
    {.key = "fitted_on", .type = PARAMETER_STRING, .offset = offsetof(struct coefficients, fitted_on),
     .minimum = 1, .maximum = 2048,
     .help = "devices and tables of the fit, shown in reports"},
    VALUE("launch.eager", launch_eager, 0, 1e6, "us", "each kernel that a framework launches one by one"),
    VALUE("launch.layer", launch_layer, 0, 1e6, "us", "each operator over all timesteps in a spiking framework"),
    VALUE("launch.graph", launch_graph, 0, 1e6, "us", "each kernel of a captured graph"),
    VALUE("launch.product", launch_product, 0, 1e6, "us", "start and end of a product's kernel"),
    VALUE("launch.convolution", launch_convolution, 0, 1e6, "us", "beside that, of a convolution's"),
    VALUE("launch.pass", launch_pass, 0, 1e6, "us", "each inference: call and synchronisation"),
    VALUE("launch.pass_graph", launch_pass_graph, 0, 1e6, "us", "the same as a captured graph"),
    VALUE("launch.neuron_step", neuron_step, 0, 1e6, "us", "least a step of neurons that do all steps in one kernel"),
    VALUE("launch.host_bandwidth", host_bandwidth, 0.01, 1e5, "GB/s", "input and output copies"),
    VALUE("efficiency.vector", efficiency_vector, 0.01, 3, "1", "of the fp32 peak, large products"),
    VALUE("efficiency.tensor", efficiency_tensor, 0.01, 1, "1", "of the matrix units' peaks, large products"),
    VALUE("efficiency.int8", efficiency_int8, 0.01, 1, "1", "of that, products of int8"),
    VALUE("efficiency.memory", efficiency_memory, 0.01, 1, "1", "of the memory's bandwidth"),
    VALUE("efficiency.half", efficiency_half, 0.01, 1, "1", "of that, element-wise kernels on 2-byte items"),
    VALUE("cache.bytes", cache_bytes, 0.1, 1e6, "bytes/cycle", "of one unit from the last cache"),
    VALUE("tile.reuse", tile_reuse, 0, 1e4, "items", "loss of a tile with less reuse than 256x128"),
    VALUE("tile.reuse_convolution", tile_reuse_convolution, 0, 1e4, "items", "that of convolutions on matrix units"),
    VALUE("tile.channel_group", channel_group, 1, 1e4, "items", "least channels that matrix units take at a time"),
    VALUE("tile.fill", tile_fill, 0, 1e4, "items", "inner items that start and end of a tile are worth"),
    VALUE("tile.split_least", split_least, 1, 1e6, "items", "least part of a split inner dimension"),
    VALUE("tile.split_vector", split_vector, 1, 1e6, "items", "the same outside of the matrix units"),
    VALUE("reduction.softmax_item", softmax_item, 1e-3, 1e3, "cycles", "a unit's for an item of a softmax"),
    VALUE("reduction.softmax_row", softmax_row, 0.1, 1e6, "cycles", "a unit's for a row above 1024 items, beside them"),
    VALUE("reduction.softmax_wait", softmax_wait, 0, 1e3, "cycles", "an item of a row up to 1024 items, one by one"),
    VALUE("reduction.norm_row", norm_row, 1, 1e6, "cycles", "of a row that is normalised, beside its items"),
    VALUE("reduction.norm_item", norm_item, 1e-3, 1e3, "cycles", "of an item of it"),
    VALUE("reduction.norm_slots", norm_slots, 0.1, 1e3, "1", "rows of a unit that are normalised at a time"),
    VALUE("reduction.norm_rows", norm_rows, 0, 1e4, "1", "rows in flight a unit, normalisation"),
    VALUE("reduction.softmax_rows", softmax_rows, 0, 1e4, "1", "rows in flight a unit, softmax"),
    VALUE("efficiency.convolution", convolution, 0.01, 1, "1", "of a product's, by im2col in the kernel"),
    VALUE("efficiency.convolution_tensor", convolution_tensor, 0.01, 1, "1", "the same on matrix units"),
    VALUE("efficiency.moved", efficiency_moved, 0.01, 1, "1", "of the bandwidth, from channels first to last and back"),
    VALUE("convolution.bias_item", bias_item, 0, 1e3, "cycles", "a unit's for a value to which a framework adds the bias"),
    VALUE("efficiency.winograd", winograd, 0.01, 1, "1", "of a product's, in Winograd's transform of 4x4 outputs"),
    VALUE("efficiency.winograd_fused", winograd_fused, 0.01, 1, "1", "in that of 2x2 outputs, in one kernel"),
    VALUE("bound.sharpness", sharpness, 1, 100, "1", "exponent that joins arithmetic, memory and power"),
    VALUE("bound.sharpness_elements", sharpness_elements, 1, 100, "1", "that of operators other than products"),
    VALUE("energy.vector", operation_vector, 1e-3, 1e4, "pJ", "an fp32 operation at 7 nm"),
    VALUE("energy.tensor", operation_tensor, 1e-3, 1e4, "pJ", "a matrix operation on 2-byte operands at 7 nm"),
    VALUE("energy.node_16", node_16, 0.1, 10, "1", "energy of an operation at 16 nm against 7 nm"),
    VALUE("energy.node_12", node_12, 0.1, 10, "1", "energy of an operation at 12 nm against 7 nm"),
    VALUE("energy.node_4", node_4, 0.05, 10, "1", "energy of an operation at 4 nm against 7 nm"),
    VALUE("energy.byte_hbm", byte_hbm, 0, 1e6, "pJ/byte", "stacked memory, device and interface"),
    VALUE("energy.byte_other", byte_other, 0, 1e6, "pJ/byte", "other memory, device and interface"),
    VALUE("energy.byte_cache", byte_cache, 0, 1e6, "pJ/byte", "from the last cache to the units"),
    VALUE("power.idle_share", idle_share, 0, 1, "1", "of the limit, where no idle power is published"),
    VALUE("power.active_share", active_share, 0, 1, "1", "of the limit, above idle as soon as kernels run"),
    VALUE("power.occupied_share", occupied_share, 0, 1, "1", "of the limit, above that with all units busy"),
    {.key = NULL},
};

struct sourced_value *coefficient_at(struct coefficients *coefficients, const struct parameter_row *row)
{
    return (void *)((char *)coefficients + row->offset);
}

bool coefficients_load(const char *path, struct coefficients *out, struct diagnostics *diagnostics)
{
    return parameters_load(path, coefficient_rows, out, NULL, 0, diagnostics);
}

void coefficients_free(struct coefficients *coefficients)
{
    parameters_free(coefficient_rows, coefficients);
}

/* A double-quoted YAML scalar. */
static char *quoted(const char *text)
{
    char *out = memory_array(2 * strlen(text) + 3, 1), *at = out;
    *at++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *at++ = '\\';
        *at++ = *text == '\n' ? ' ' : *text;
    }
    *at = '"';
    return out;
}

static void append(char **text, char *more)
{
    char *all = memory_format("%s%s", *text, more);
    free(*text);
    free(more);
    *text = all;
}

char *coefficients_text(const struct coefficients *coefficients)
{
    char *name = quoted(coefficients->fitted_on), *text = memory_format("fitted_on: %s\n", name);
    free(name);
    for (const struct parameter_row *row = coefficient_rows + 1; row->key; row++) {
        const struct sourced_value *value = (const void *)((const char *)coefficients + row->offset);
        char *source = quoted(value->source);
        append(&text, memory_format("%s: {value: %.6g, unit: \"%s\", source: %s}\n", row->key, value->value, row->unit,
                                    source));
        free(source);
    }
    return text;
}
