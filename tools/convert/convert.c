#include "tools/convert/convert_private.h"

#include "sim/memory.h"
#include "tools/reference/simulation.h"
#include "tools/report/derive.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ACTIVATIONS_MAX ((size_t)1 << 27) /* kept of one layer: 1 GiB */

struct activations { /* positive ones of a ReLU */
    double *values;
    size_t count, capacity;
};

bool convert_complain(const struct network *network, const struct node *node, struct diagnostics *diagnostics,
                      const char *text)
{
    char *place = memory_format("%s: %s", network->path ? network->path : "network", node->name);
    diagnostics_add(diagnostics, place, "%s", text);
    free(place);
    return false;
}

static bool weighted(enum node_kind kind)
{
    return kind == NODE_AFFINE || kind == NODE_CONV1D || kind == NODE_CONV2D;
}

/* Nodes from the Input to the Output; false when the network is no chain of layers that can be converted. */
static bool list_chain(const struct network *network, uint32_t *chain, struct diagnostics *diagnostics)
{
    bool *recurrent = memory_array(network->edge_count, sizeof *recurrent);
    network_schedule(network, chain, recurrent);
    free(recurrent);
    if (network->edge_count + 1 != network->node_count)
        return diagnostics_add(diagnostics, network->path, "%u nodes and %u edges, expected a chain of layers",
                               (unsigned)network->node_count, (unsigned)network->edge_count);
    for (uint32_t i = 0; i < network->node_count; i++) {
        const struct node *node = &network->nodes[chain[i]];
        bool end = i == 0 || i + 1 == network->node_count, linked = i == 0;
        for (uint32_t e = 0; i && e < network->edge_count; e++)
            linked = linked || (network->edges[e].from == chain[i - 1] && network->edges[e].to == chain[i]);
        if (!linked)
            return convert_complain(network, node, diagnostics, "is no part of a chain, expected layer after layer");
        if (!end && !node_is_linear(node->kind) && node->kind != NODE_RELU && node->kind != NODE_MAXPOOL2D)
            return convert_complain(network, node, diagnostics, "is no linear layer, ReLU or MaxPool2d, expected those alone");
    }
    return true;
}

/* ---- what the layers' activations are ---- */

static bool keep_positive(const struct unit *unit, struct activations *out)
{
    for (size_t i = 0; i < unit->size; i++) {
        if (!(unit->output[i] > 0.0))
            continue;
        if (out->count >= ACTIVATIONS_MAX)
            return false;
        out->values = memory_grow(out->values, &out->capacity, out->count + 1, sizeof *out->values);
        out->values[out->count++] = unit->output[i];
    }
    return true;
}

static void set_input(struct unit *input, const struct spike_sample *sample)
{
    memset(input->output, 0, input->size * sizeof *input->output);
    for (size_t e = 0; e < sample->count && sample->events[e].step == 0; e++)
        input->output[sample->events[e].index] += (double)sample->events[e].value;
}

static bool record(struct simulation *simulation, const uint32_t *chain, const struct spike_batch *batch,
                   struct activations *all, struct diagnostics *diagnostics)
{
    const struct network *network = simulation->network;
    for (size_t s = 0; s < batch->count; s++) {
        simulation_reset(simulation);
        set_input(&simulation->units[chain[0]], &batch->samples[s]);
        simulation_step(simulation);
        for (uint32_t n = 0; n < network->node_count; n++)
            if (network->nodes[n].kind == NODE_RELU && !keep_positive(&simulation->units[n], &all[n]))
                return convert_complain(network, &network->nodes[n], diagnostics, "has too many activations to keep, expected "
                                "fewer samples for calibration");
    }
    return true;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* scale[n]: the activation that is 1 behind ReLU n. */
static bool measure(const struct network *network, const uint32_t *chain, const struct spike_batch *batch,
                    double percentile, double *scale, struct diagnostics *diagnostics)
{
    struct simulation simulation;
    const struct semantics *norse = semantics_find("norse", diagnostics);
    if (!simulation_make(network, norse, 1e-3, &simulation, diagnostics))
        return false;
    struct activations *all = memory_array(network->node_count, sizeof *all);
    bool good = record(&simulation, chain, batch, all, diagnostics);
    for (uint32_t n = 0; good && n < network->node_count; n++) {
        if (network->nodes[n].kind != NODE_RELU)
            continue;
        if (all[n].count)
            qsort(all[n].values, all[n].count, sizeof *all[n].values, by_size);
        scale[n] = quantile_of_sorted(all[n].values, all[n].count, percentile / 100.0);
        if (!(scale[n] > 0.0 && isfinite(scale[n])))
            good = convert_complain(network, &network->nodes[n], diagnostics, "is never active on the calibration set");
    }
    for (uint32_t n = 0; n < network->node_count; n++)
        free(all[n].values);
    free(all);
    simulation_free(&simulation);
    return good;
}

/* ---- the new network ---- */

static void multiply(struct tensor *tensor, double factor)
{
    int64_t items = tensor->data ? shape_items(&tensor->shape) : 0;
    for (int64_t i = 0; i < items; i++)
        tensor->data[i] *= factor;
}

/* The layers chain[first] .. chain[end - 1] lie between two activations. All of the change is in the last weights. */
static bool rescale(struct network *network, const uint32_t *chain, uint32_t first, uint32_t end, double before,
                    double behind, struct diagnostics *diagnostics)
{
    uint32_t last = end;
    for (uint32_t i = first; i < end; i++)
        last = weighted(network->nodes[chain[i]].kind) ? i : last;
    if (last == end)
        return convert_complain(network, &network->nodes[chain[end]], diagnostics, "has no weights before it, expected some");
    for (uint32_t i = first; i < last; i++)
        multiply(&network->nodes[chain[i]].bias, 1.0 / before);
    multiply(&network->nodes[chain[last]].weight, before / behind);
    multiply(&network->nodes[chain[last]].bias, 1.0 / behind);
    return true;
}

static double *filled(double value, int64_t items)
{
    double *values = memory_array((size_t)items, sizeof *values);
    for (int64_t i = 0; i < items; i++)
        values[i] = value;
    return values;
}

static void add_metadata(struct network *network, const char *node, const char *key, const char *text, double number)
{
    size_t capacity = network->metadata_count;
    network->metadata = memory_grow(network->metadata, &capacity, (size_t)network->metadata_count + 1,
                                    sizeof *network->metadata);
    struct metadata *entry = &network->metadata[network->metadata_count++];
    *entry = (struct metadata){.node = memory_copy_string(node), .key = memory_copy_string(key), .kind = text ? 's' : 'f'};
    if (!text) {
        entry->numbers = filled(number, 1);
        return;
    }
    entry->texts = memory_array(1, sizeof *entry->texts);
    entry->texts[0] = memory_copy_string(text);
}

void convert_make_neuron(struct network *network, uint32_t index, double initial)
{
    struct node *node = &network->nodes[index];
    int64_t items = shape_items(&node->output);
    node->kind = NODE_IF;
    node->r = filled(1.0, items);
    node->v_threshold = filled(1.0, items);
    node->v_reset = filled(0.0, items);
    node->v_initial = filled(initial, items);
    add_metadata(network, node->name, "v_initial", NULL, initial);
}

static int by_ends(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* ... -> last -> Output becomes ... -> last -> I -> Output. */
static void add_readout(struct network *network, uint32_t last, uint32_t output)
{
    uint32_t index = network_append(network, NODE_I, memory_copy_string("readout"));
    const struct shape *shape = &network->nodes[output].input;
    network->nodes[index].input = network->nodes[index].output = *shape;
    network->nodes[index].r = filled(1.0, shape_items(shape));
    for (uint32_t e = 0; e < network->edge_count; e++)
        if (network->edges[e].from == last && network->edges[e].to == output)
            network->edges[e].to = index;
    network_add_edge(network, index, output);
    qsort(network->edges, network->edge_count, sizeof *network->edges, by_ends);
}

static bool transform(struct network *network, const uint32_t *chain, const double *scale,
                      const struct convert_options *options, struct diagnostics *diagnostics)
{
    uint32_t nodes = network->node_count, first = 1;
    double before = 1.0;
    for (uint32_t i = 1; i < nodes; i++) {
        bool relu = network->nodes[chain[i]].kind == NODE_RELU, end = i + 1 == nodes;
        if (!relu && !end)
            continue;
        double behind = relu ? scale[chain[i]] : 1.0;
        if (!rescale(network, chain, first, i, before, behind, diagnostics))
            return false;
        if (relu)
            convert_make_neuron(network, chain[i], options->initial);
        before = behind;
        first = i + 1;
    }
    add_readout(network, chain[nodes - 2], chain[nodes - 1]);
    add_metadata(network, "", "reset_mode", options->subtract ? "subtract" : "zero", 0);
    return true;
}

bool convert_network(struct network *network, const struct spike_batch *calibration,
                     const struct convert_options *options, struct diagnostics *diagnostics)
{
    uint32_t *chain = memory_array(network->node_count, sizeof *chain);
    double *scale = memory_array(network->node_count, sizeof *scale);
    bool good = list_chain(network, chain, diagnostics) &&
                max_pools_behind_activations(network, chain, diagnostics) && list_chain(network, chain, diagnostics) &&
                measure(network, chain, calibration, options->percentile, scale, diagnostics) &&
                transform(network, chain, scale, options, diagnostics) &&
                max_pools_to_neurons(network, options->initial, diagnostics);
    free(scale);
    free(chain);
    return good;
}
