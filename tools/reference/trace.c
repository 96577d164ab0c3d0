/* Writes what a reference run did in NIR's data layout (formats, section 1.4): inputs, spikes, potentials. */
#include "tools/reference/reference.h"

#include "sim/memory.h"
#include "tools/file/h5.h"
#include "tools/read/spike_writer.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct trace {
    struct h5 *file;
    const struct network *network;
    const struct spike_batch *batch;
    const struct reference_result *result;
    double dt_s;
};

/* ---- events ---- */
static struct spike_batch events_batch(const struct trace *trace, const struct node *node)
{
    struct spike_batch batch = {.inputs = (uint32_t)shape_items(&node->output), .dt_s = trace->dt_s,
                                .count = trace->result->sample_count};
    batch.samples = memory_array(batch.count, sizeof *batch.samples);
    for (size_t i = 0; i < batch.count; i++)
        batch.samples[i] = (struct spike_sample){.label = -1, .steps = trace->result->samples[i].steps};
    return batch;
}

static bool write_events(const struct trace *trace, const struct node *node, struct spike_batch *batch,
                         struct diagnostics *diagnostics)
{
    bool fine = spikes_write_nir_data(trace->file, "", node->name, "spikes", batch, diagnostics);
    for (size_t i = 0; i < batch->count; i++)
        free(batch->samples[i].events);
    free(batch->samples);
    return fine;
}

/* `base`: the batch's index of the node's first input. */
static bool write_input(const struct trace *trace, const struct node *node, uint64_t base,
                        struct diagnostics *diagnostics)
{
    struct spike_batch batch = events_batch(trace, node);
    for (size_t i = 0; i < batch.count; i++) {
        const struct spike_sample *from = &trace->batch->samples[i];
        struct spike_sample *to = &batch.samples[i];
        to->events = memory_array(from->count, sizeof *to->events);
        for (size_t e = 0; e < from->count; e++) {
            struct spike_event event = from->events[e];
            if (event.index < base || event.index - base >= batch.inputs || event.step >= to->steps)
                continue;
            event.index -= (uint32_t)base;
            to->events[to->count++] = event;
        }
    }
    return write_events(trace, node, &batch, diagnostics);
}

/* The first spike of a node that is not before `n`. */
static size_t first_of(const struct reference_sample *sample, uint32_t n)
{
    size_t low = 0, high = sample->spike_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sample->spikes[middle].node < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool write_spikes(const struct trace *trace, uint32_t n, struct diagnostics *diagnostics)
{
    struct spike_batch batch = events_batch(trace, &trace->network->nodes[n]);
    for (size_t i = 0; i < batch.count; i++) {
        const struct reference_sample *from = &trace->result->samples[i];
        struct spike_sample *to = &batch.samples[i];
        size_t first = first_of(from, n);
        to->count = first_of(from, n + 1) - first;
        to->events = memory_array(to->count, sizeof *to->events);
        to->offsets = from->offsets ? from->offsets + first : NULL; /* lent */
        for (size_t e = 0; e < to->count; e++)
            to->events[e] = (struct spike_event){from->spikes[first + e].step, from->spikes[first + e].neuron,
                                                 from->values ? from->values[first + e] : 1.0f};
    }
    return write_events(trace, &trace->network->nodes[n], &batch, diagnostics);
}

/* ---- potentials: (samples, steps of the longest, neurons), NaN after the end of a shorter sample ---- */
static uint64_t longest(const struct reference_result *result)
{
    uint64_t steps = 0;
    for (size_t i = 0; i < result->sample_count; i++)
        steps = result->samples[i].steps > steps ? result->samples[i].steps : steps;
    return steps;
}

/* `base`: the node's first neuron among `all`. */
static float *collect_potentials(const struct trace *trace, const uint64_t *size, uint64_t base, uint64_t all)
{
    float *data = memory_array(size[0] * size[1] * size[2], sizeof *data), *row = data;
    for (size_t i = 0; i < size[0]; i++) {
        const struct reference_sample *sample = &trace->result->samples[i];
        for (uint64_t step = 0; step < size[1]; step++, row += size[2])
            for (uint64_t k = 0; k < size[2]; k++)
                row[k] = step < sample->steps ? sample->potentials[step * all + base + k] : NAN;
    }
    return data;
}

static bool write_potentials(const struct trace *trace, const struct node *node, uint64_t base, uint64_t all,
                             struct diagnostics *diagnostics)
{
    uint64_t size[3] = {trace->result->sample_count, longest(trace->result), (uint64_t)shape_items(&node->output)};
    if (size[0] && size[1] && size[2] > TENSOR_ITEMS_MAX / size[0] / size[1])
        return diagnostics_add(diagnostics, node->name, "%" PRIu64 " samples of %" PRIu64 " steps are too many "
                               "potentials for one trace, expected fewer samples", size[0], size[1]);
    float *data = collect_potentials(trace, size, base, all);
    char *group = memory_format("/nodes/%s/observables/v", node->name), *path = memory_format("%s/data", group);
    h5_group(trace->file, group);
    h5_write_attribute_string(trace->file, group, "__type__", "TimeGriddedData");
    h5_write_attribute_double(trace->file, group, "dt", trace->dt_s);
    h5_write(trace->file, path, H5_F32, 3, size, data);
    free(data);
    free(group);
    free(path);
    return true;
}

/* ---- */
static void write_types(const struct trace *trace, const struct node *node)
{
    char *group = memory_format("/nodes/%s", node->name);
    h5_group(trace->file, group);
    if (!h5_attribute_exists(trace->file, "/", "__type__"))
        h5_write_attribute_string(trace->file, "/", "__type__", "NIRGraphData");
    if (!h5_attribute_exists(trace->file, group, "__type__"))
        h5_write_attribute_string(trace->file, group, "__type__", "NIRNodeData");
    free(group);
}

static bool write_nodes(const struct trace *trace, struct diagnostics *diagnostics)
{
    uint64_t input = 0, neuron = 0, all = (uint64_t)network_neurons(trace->network);
    bool potentials = trace->result->sample_count && trace->result->samples[0].potentials, fine = true;
    for (uint32_t n = 0; fine && n < trace->network->node_count; n++) {
        const struct node *node = &trace->network->nodes[n];
        uint64_t size = (uint64_t)shape_items(&node->output);
        if (node->kind == NODE_INPUT) {
            fine = write_input(trace, node, input, diagnostics);
            input += size;
        }
        if (node_spikes(node->kind))
            fine = write_spikes(trace, n, diagnostics);
        if (!node_is_neuron(node->kind))
            continue;
        if (fine && potentials) {
            write_types(trace, node);
            fine = write_potentials(trace, node, neuron, all, diagnostics);
        }
        neuron += size;
    }
    return fine;
}

bool reference_write(const char *path, const struct network *network, const struct spike_batch *batch,
                     const struct reference_result *result, double dt_s, struct diagnostics *diagnostics)
{
    struct trace trace = {.network = network, .batch = batch, .result = result, .dt_s = dt_s};
    if (!(dt_s > 0.0 && dt_s < HUGE_VAL))
        return diagnostics_add(diagnostics, "--dt", "a trace needs the length of a step in s, expected more than 0");
    if (!h5_create(path, &trace.file, diagnostics))
        return false;
    if (write_nodes(&trace, diagnostics))
        return h5_commit(trace.file, diagnostics);
    h5_close(trace.file);
    return false;
}
