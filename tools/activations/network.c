/* Layers side by side: each gets its own recorded spikes, so no neuron of one has to fire for the next. The neurons are
 * Thresholds above the largest sum, which have the work of a neuron and never fire. */
#include "tools/activations/activations.h"

#include "sim/memory.h"
#include "tools/read/spike_writer.h"
#include <stdlib.h>
#include <string.h>

static struct node *append(struct network *network, enum node_kind kind, char *name, bool linked)
{
    size_t nodes = network->node_count, edges = network->edge_count;
    network->nodes = memory_grow(network->nodes, &nodes, (size_t)network->node_count + 1, sizeof *network->nodes);
    network->edges = memory_grow(network->edges, &edges, (size_t)network->edge_count + 1, sizeof *network->edges);
    uint32_t index = network->node_count++;
    network->nodes[index] = (struct node){.name = name, .kind = kind};
    if (linked)
        network->edges[network->edge_count++] = (struct edge){index - 1, index};
    return &network->nodes[index];
}

static double *filled(double value, int64_t items)
{
    double *values = memory_array((size_t)items, sizeof *values);
    for (int64_t i = 0; i < items; i++)
        values[i] = value;
    return values;
}

/* Returns the neurons' shape and the largest sum that they can get. */
static struct shape add_synapses(struct network *network, const struct activation_layer *layer, double *most)
{
    const int64_t *size = layer->shape.size;
    bool conv = layer->shape.rank == 4;
    struct node *node = append(network, conv ? NODE_CONV2D : NODE_AFFINE, memory_format("%s_synapses", layer->name),
                               true);
    if (!conv) {
        int64_t in = size[layer->shape.rank - 1];
        node->weight.shape = (struct shape){2, {layer->out, in}};
        node->weight.data = filled(1, layer->out * in);
        *most = (double)in;
        return layer->shape.rank == 2 ? (struct shape){1, {layer->out}} : (struct shape){2, {size[1], layer->out}};
    }
    node->weight.shape = (struct shape){4, {layer->out, size[1], layer->kernel, layer->kernel}};
    node->weight.data = filled(1, shape_items(&node->weight.shape));
    node->groups = 1;
    struct shape out = {3, {layer->out}};
    for (int axis = 0; axis < 2; axis++) {
        node->stride[axis] = layer->stride;
        node->dilation[axis] = 1;
        node->padding_begin[axis] = node->padding_end[axis] = layer->padding;
        out.size[axis + 1] = (size[axis + 2] + 2 * layer->padding - layer->kernel) / layer->stride + 1;
    }
    *most = (double)(size[1] * layer->kernel * layer->kernel);
    return out;
}

static bool too_large(const struct activation_layer *layer)
{
    int64_t in = layer->shape.size[layer->shape.rank - 1];
    double weights = layer->shape.rank == 4 ? (double)layer->shape.size[1] * (double)(layer->kernel * layer->kernel)
                                            : (double)in;
    return weights * (double)layer->out > (double)TENSOR_ITEMS_MAX;
}

bool activations_network(const struct activation_trace *trace, struct network *out, struct diagnostics *diagnostics)
{
    *out = (struct network){.path = memory_copy_string(trace->path), .format = "activation trace",
                            .version = memory_copy_string("")};
    for (uint32_t i = 0; i < trace->count; i++) {
        const struct activation_layer *layer = &trace->layers[i];
        double most = 0;
        if (layer->out == 0)
            continue;
        if (too_large(layer))
            return diagnostics_add(diagnostics, trace->path, "%s: has more weights than a network may have", layer->name);
        struct node *input = append(out, NODE_INPUT, memory_copy_string(layer->name), false);
        input->output.rank = layer->shape.rank - 1;
        memcpy(input->output.size, layer->shape.size + 1, (size_t)input->output.rank * sizeof *input->output.size);
        struct shape shape = add_synapses(out, layer, &most);
        struct node *neurons = append(out, NODE_THRESHOLD, memory_format("%s_neurons", layer->name), true);
        neurons->output = shape;
        neurons->v_threshold = filled(most + 1, shape_items(&shape));
        append(out, NODE_OUTPUT, memory_format("%s_output", layer->name), true);
    }
    return network_check(out, diagnostics);
}

static bool write_layer(struct h5 *file, const struct activation_layer *layer, double dt_s,
                        struct diagnostics *diagnostics)
{
    int64_t items = shape_items(&layer->shape), inputs = items / layer->shape.size[0];
    struct spike_event *events = memory_array((size_t)items, sizeof *events);
    struct spike_sample sample = {.label = -1, .steps = (uint32_t)layer->shape.size[0], .events = events};
    struct spike_batch batch = {.inputs = (uint32_t)inputs, .dt_s = dt_s, .count = 1, .samples = &sample};
    for (int64_t i = 0; i < items; i++)
        if (layer->data[i])
            events[sample.count++] = (struct spike_event){(uint32_t)(i / inputs), (uint32_t)(i % inputs), 1.0f};
    bool good = spikes_write_nir_data(file, "", layer->name, "spikes", &batch, diagnostics);
    free(events);
    return good;
}

bool activations_write_spikes(const struct activation_trace *trace, double dt_s, const char *path,
                              struct diagnostics *diagnostics)
{
    struct h5 *file;
    bool good = true;
    if (!h5_create(path, &file, diagnostics))
        return false;
    for (uint32_t i = 0; good && i < trace->count; i++)
        good = trace->layers[i].out == 0 || write_layer(file, &trace->layers[i], dt_s, diagnostics);
    if (good)
        return h5_commit(file, diagnostics);
    h5_close(file);
    return false;
}
