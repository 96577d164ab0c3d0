/* Shapes of all nodes, in the order of the schedule: forward edges decide, recurrent edges must agree afterwards. */
#include "tools/network/check.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

struct inference {
    struct network *network;
    struct diagnostics *diagnostics;
    bool *known, *recurrent;
    uint32_t *start, *incoming; /* incoming[start[n] ..]: edges that lead to node n */
    uint64_t neurons;
};

enum source { SOURCE_NONE, SOURCE_UNKNOWN, SOURCE_KNOWN };

static void list_incoming(struct inference *inference)
{
    const struct network *network = inference->network;
    inference->start = memory_array((size_t)network->node_count + 2, sizeof *inference->start);
    inference->incoming = memory_array(network->edge_count, sizeof *inference->incoming);
    uint32_t *start = inference->start;
    for (uint32_t e = 0; e < network->edge_count; e++)
        start[network->edges[e].to + 2]++;
    for (uint32_t i = 0; i < network->node_count; i++)
        start[i + 2] += start[i + 1];
    for (uint32_t e = 0; e < network->edge_count; e++)
        inference->incoming[start[network->edges[e].to + 1]++] = e;
}

static bool differ(struct inference *inference, uint32_t node, uint32_t from, const struct shape *expected)
{
    const struct node *source = &inference->network->nodes[from];
    char *got = shape_format(&source->output), *wanted = shape_format(expected);
    node_complain(inference->network, node, inference->diagnostics, "'%s' gives it the shape %s, expected %s",
                  source->name, got, wanted);
    free(got);
    free(wanted);
    return false;
}

/* The shape that a node's forward sources have in common. */
static enum source common_shape(struct inference *inference, uint32_t node, struct shape *out)
{
    const struct network *network = inference->network;
    enum source found = SOURCE_NONE;
    for (uint32_t i = inference->start[node]; i < inference->start[node + 1]; i++) {
        uint32_t edge = inference->incoming[i], from = network->edges[edge].from;
        if (inference->recurrent[edge])
            continue;
        if (!inference->known[from])
            return SOURCE_UNKNOWN;
        if (found == SOURCE_KNOWN && !shape_equal(out, &network->nodes[from].output)) {
            differ(inference, node, from, out);
            return SOURCE_UNKNOWN;
        }
        *out = network->nodes[from].output;
        found = SOURCE_KNOWN;
    }
    return found;
}

/* A node in a cycle that no Input leads to: its own parameters may say what it takes. */
static bool implied_shape(struct inference *inference, uint32_t index, struct shape *out)
{
    const struct node *node = &inference->network->nodes[index];
    const struct shape *weight = &node->weight.shape;
    if (node->kind == NODE_AFFINE && weight->rank == 2)
        *out = (struct shape){.rank = 1, .size = {weight->size[1]}};
    else if (node_fields(node->kind)->name && node->output.rank > 0)
        *out = node->output;
    else
        return node_complain(inference->network, index, inference->diagnostics,
                             "no Input leads to it, so its shape is unknown");
    return true;
}

static double *filled(double value, int64_t items)
{
    double *data = memory_array((size_t)items, sizeof *data);
    for (int64_t i = 0; i < items; i++)
        data[i] = value;
    return data;
}

/* One value for all neurons becomes one value a neuron; what is absent gets its default. */
static bool expand_fields(struct inference *inference, uint32_t index, bool one_value)
{
    struct node *node = &inference->network->nodes[index];
    bool good = true;
    int64_t items = shape_items(&node->output);
    inference->neurons += node_fields(node->kind)->name ? (uint64_t)items : 0;
    if (inference->neurons > NETWORK_NEURONS_MAX)
        return node_complain(inference->network, index, inference->diagnostics,
                             "brings the network to %llu neurons, expected at most %u",
                             (unsigned long long)inference->neurons, NETWORK_NEURONS_MAX);
    for (const struct node_field *field = node_fields(node->kind); field->name; field++) {
        double **data = node_field(node, field);
        if (*data && one_value) {
            double value = **data;
            free(*data);
            *data = filled(value, items);
        } else if (!*data && field->absent == FIELD_REQUIRED) {
            good = node_complain(inference->network, index, inference->diagnostics,
                                 "has no '%s', expected one value a neuron", field->name);
        } else if (!*data) {
            *data = filled(field->absent == FIELD_ONES ? 1.0 : 0.0, items);
        }
    }
    return good;
}

static bool infer(struct inference *inference, uint32_t index)
{
    struct node *node = &inference->network->nodes[index];
    struct shape source = {0};
    enum source found = node->kind == NODE_INPUT ? SOURCE_KNOWN : common_shape(inference, index, &source);
    if (found == SOURCE_UNKNOWN)
        return false;
    if (found == SOURCE_NONE && !implied_shape(inference, index, &source))
        return false;
    bool one_value = node->output.rank == 0;
    if (!node_infer(inference->network, index, &source, inference->diagnostics))
        return false;
    return expand_fields(inference, index, one_value);
}

static bool check_recurrent(struct inference *inference)
{
    const struct network *network = inference->network;
    bool good = true;
    for (uint32_t e = 0; e < network->edge_count; e++) {
        uint32_t from = network->edges[e].from, to = network->edges[e].to;
        if (!inference->recurrent[e] || !inference->known[from] || !inference->known[to])
            continue;
        if (!shape_equal(&network->nodes[from].output, &network->nodes[to].input))
            good = differ(inference, to, from, &network->nodes[to].input);
    }
    return good;
}

bool network_infer_shapes(struct network *network, struct diagnostics *diagnostics)
{
    struct inference inference = {.network = network, .diagnostics = diagnostics};
    uint32_t *order = memory_array(network->node_count, sizeof *order);
    inference.known = memory_array(network->node_count, sizeof *inference.known);
    inference.recurrent = memory_array(network->edge_count, sizeof *inference.recurrent);
    list_incoming(&inference);
    network_schedule(network, order, inference.recurrent);
    bool good = true;
    for (uint32_t i = 0; i < network->node_count; i++) {
        inference.known[order[i]] = infer(&inference, order[i]);
        good = good && inference.known[order[i]];
    }
    good = check_recurrent(&inference) && good;
    free(order);
    free(inference.known);
    free(inference.recurrent);
    free(inference.start);
    free(inference.incoming);
    return good;
}
