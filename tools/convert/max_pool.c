/* The largest of several spike rates by neurons alone, so that reference and chip do the same:
 *   max(a, b) = a + max(0, b - a)
 * An integrate-and-fire neuron with reset by subtraction whose input is b - a fires at the rate of max(0, b - a); what
 * a sends and what it sends add up at the next layer's synapses. A window is a tree of such pairs: k values take k - 1
 * neurons. A spike cannot be taken back, so unevenly spaced spikes make the result too large by a spike or so
 * (compare Y. Li et al., "Efficient and accurate conversion of spiking neural network with burst spikes", IJCAI 2022,
 * lateral inhibition pooling). */
#include "tools/convert/convert_private.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

#define WINDOW_MAX 256

/* ---- pools behind activations ---- */

static struct edge *edge_between(const struct network *network, uint32_t from, uint32_t to)
{
    uint32_t e = 0;
    while (e < network->edge_count && (network->edges[e].from != from || network->edges[e].to != to))
        e++;
    must(e < network->edge_count); /* neighbours in the chain */
    return &network->edges[e];
}

/* before -> pool -> relu -> behind becomes before -> relu -> pool -> behind. */
static void swap(struct network *network, uint32_t before, uint32_t pool, uint32_t relu, uint32_t behind)
{
    struct edge *into = edge_between(network, before, pool), *between = edge_between(network, pool, relu);
    struct edge *out = edge_between(network, relu, behind);
    into->to = relu;
    *between = (struct edge){relu, pool};
    out->from = pool;
    network->nodes[relu].input = network->nodes[relu].output = network->nodes[pool].input;
}

bool max_pools_behind_activations(struct network *network, const uint32_t *chain, struct diagnostics *diagnostics)
{
    enum node_kind before = NODE_INPUT;
    for (uint32_t i = 1; i + 1 < network->node_count; i++) {
        const struct node *node = &network->nodes[chain[i]];
        bool pool = node->kind == NODE_MAXPOOL2D, active = before == NODE_RELU || before == NODE_MAXPOOL2D;
        if (pool && network->nodes[chain[i + 1]].kind == NODE_RELU) {
            swap(network, chain[i - 1], chain[i], chain[i + 1], chain[i + 2]);
            before = NODE_MAXPOOL2D;
            i++;
            continue;
        }
        if (pool && !active)
            return convert_complain(network, node, diagnostics, "has no ReLU before or behind it, expected one");
        before = node->kind;
    }
    return true;
}

/* ---- neurons instead of pools ---- */

struct tree {
    struct network *network;
    uint32_t pool;
    double initial;
    uint32_t number; /* of the next pair */
};

/* The largest of some places of the window: the value of place `base` and what `more` neurons add to it. */
struct largest {
    int64_t base;
    uint32_t *more, count;
};

/* Of each channel on its own: `sign[i]` at place `place[i]` of the window. */
static void make_picker(struct network *network, uint32_t index, const struct node *pool, const int64_t *place,
                        const double *sign, int count)
{
    int64_t channels = pool->input.size[0], window = pool->kernel[0] * pool->kernel[1];
    struct node *node = &network->nodes[index];
    node->kind = NODE_CONV2D;
    node->groups = channels;
    node->weight = (struct tensor){{4, {channels, 1, pool->kernel[0], pool->kernel[1]}},
                                   memory_array((size_t)(channels * window), sizeof(double))};
    for (int axis = 0; axis < 2; axis++) {
        node->kernel[axis] = pool->kernel[axis];
        node->stride[axis] = pool->stride[axis];
        node->padding_begin[axis] = pool->padding_begin[axis];
        node->padding_end[axis] = pool->padding_end[axis];
        node->dilation[axis] = 1;
    }
    for (int64_t channel = 0; channel < channels; channel++)
        for (int i = 0; i < count; i++)
            node->weight.data[channel * window + place[i]] = sign[i];
}

static uint32_t append(struct tree *tree, enum node_kind kind, const char *what)
{
    const char *pool = tree->network->nodes[tree->pool].name;
    uint32_t index = network_append(tree->network, kind, memory_format("%s.%s%u", pool, what, (unsigned)tree->number));
    tree->network->nodes[index].input = tree->network->nodes[index].output = tree->network->nodes[tree->pool].output;
    return index;
}

/* What the neurons of `left` add counts against the pair. */
static void subtract(struct tree *tree, const struct largest *left, uint32_t neuron)
{
    if (!left->count)
        return;
    uint32_t minus = append(tree, NODE_SCALE, "minus");
    int64_t items = shape_items(&tree->network->nodes[minus].output);
    double *scale = memory_array((size_t)items, sizeof *scale);
    for (int64_t i = 0; i < items; i++)
        scale[i] = -1.0;
    tree->network->nodes[minus].scale = scale;
    for (uint32_t i = 0; i < left->count; i++)
        network_add_edge(tree->network, left->more[i], minus);
    network_add_edge(tree->network, minus, neuron);
}

/* The neuron that fires with max(0, right - left). */
static uint32_t add_pair(struct tree *tree, const struct largest *left, const struct largest *right)
{
    struct network *network = tree->network;
    uint32_t picker = append(tree, NODE_CONV2D, "pair"), edges = network->edge_count;
    const struct node pool = network->nodes[tree->pool];
    make_picker(network, picker, &pool, (int64_t[]){left->base, right->base}, (double[]){-1.0, 1.0}, 2);
    network->nodes[picker].input = network->nodes[picker].output = (struct shape){0};
    for (uint32_t e = 0; e < edges; e++)
        if (network->edges[e].to == tree->pool)
            network_add_edge(network, network->edges[e].from, picker);
    uint32_t neuron = append(tree, NODE_IF, "more");
    convert_make_neuron(network, neuron, tree->initial);
    network_add_edge(network, picker, neuron);
    subtract(tree, left, neuron);
    for (uint32_t i = 0; i < right->count; i++)
        network_add_edge(network, right->more[i], neuron);
    tree->number++;
    return neuron;
}

static struct largest build(struct tree *tree, int64_t first, int64_t end)
{
    if (end - first == 1)
        return (struct largest){.base = first};
    int64_t middle = first + (end - first) / 2;
    struct largest left = build(tree, first, middle), right = build(tree, middle, end);
    uint32_t neuron = add_pair(tree, &left, &right);
    size_t capacity = left.count;
    left.more = memory_grow(left.more, &capacity, (size_t)left.count + 1, sizeof *left.more);
    left.more[left.count++] = neuron;
    free(right.more);
    return left;
}

static bool replace(struct network *network, uint32_t index, double initial, struct diagnostics *diagnostics)
{
    struct tree tree = {.network = network, .pool = index, .initial = initial};
    const struct node pool = network->nodes[index];
    int64_t window = pool.kernel[0] * pool.kernel[1];
    if (window > WINDOW_MAX)
        return convert_complain(network, &pool, diagnostics, "has a window of more than 256 values, expected fewer");
    struct largest all = build(&tree, 0, window);
    uint32_t edges = network->edge_count;
    for (uint32_t e = 0; e < edges; e++)
        for (uint32_t i = 0; network->edges[e].from == index && i < all.count; i++)
            network_add_edge(network, all.more[i], network->edges[e].to);
    make_picker(network, index, &pool, &all.base, (double[]){1.0}, 1);
    network->nodes[index].input = network->nodes[index].output = (struct shape){0};
    free(all.more);
    return true;
}

bool max_pools_to_neurons(struct network *network, double initial, struct diagnostics *diagnostics)
{
    uint32_t nodes = network->node_count;
    for (uint32_t n = 0; n < nodes; n++)
        if (network->nodes[n].kind == NODE_MAXPOOL2D && !replace(network, n, initial, diagnostics))
            return false;
    return network_check(network, diagnostics);
}
