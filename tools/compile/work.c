/* A network as the operators that a GPU framework would launch: a matrix product for each dense or convolution node
 * (im2col shape), an element-wise operator for pools, scales, neurons and sums of several sources. Flatten, Input and
 * Output move nothing. Edges that close a cycle are like any other: their source's value is one more input. */
#include "sim/memory.h"
#include "tools/compile/compile.h"
#include "tools/read/layers.h"
#include "tools/read/read.h"
#include <stdlib.h>

enum { DEFAULT_STEPS = 100 };

static struct work_operator *append(struct work *out, char *name, enum operator_kind kind)
{
    struct work_operator *op = &out->operators[out->count++];
    *op = (struct work_operator){.name = name, .kind = kind, .groups = 1};
    return op;
}

static void append_matrix(struct work *out, const struct node *node, double n, double k, double groups)
{
    struct work_operator *op = append(out, memory_copy_string(node->name), OPERATOR_MATRIX);
    op->n = n;
    op->k = k;
    op->groups = groups;
    op->output_items = (double)shape_items(&node->output);
    op->input_items = (double)shape_items(&node->input);
    op->m = op->output_items / (n * groups);
    op->weight_items = (double)shape_items(&node->weight.shape);
    if (node->bias.data != NULL)
        op->weight_items += (double)shape_items(&node->bias.shape);
}

/* Weight (.., out, in): leading dimensions are independent products. */
static void append_affine(struct work *out, const struct node *node)
{
    const struct shape *weight = &node->weight.shape;
    double n = (double)weight->size[weight->rank - 2], k = (double)weight->size[weight->rank - 1];
    append_matrix(out, node, n, k, (double)shape_items(weight) / (n * k));
}

/* Weight (Co, Ci / groups, kernel ..): one row an output position. */
static void append_convolution(struct work *out, const struct node *node)
{
    const struct shape *weight = &node->weight.shape;
    double channels = (double)weight->size[0], groups = (double)node->groups;
    append_matrix(out, node, channels / groups, (double)shape_items(weight) / channels, groups);
    struct work_operator *op = &out->operators[out->count - 1];
    op->channels = (double)weight->size[1];
    for (int i = 0; i < 2; i++) {
        bool one = node->kind == NODE_CONV1D && i == 0; /* a row of values */
        op->kernel[i] = one ? 1 : (uint32_t)weight->size[weight->rank - 2 + i];
        op->stride[i] = one ? 1 : (uint32_t)node->stride[node->kind == NODE_CONV1D ? 0 : i];
    }
}

static struct work_operator *append_elementwise(struct work *out, const struct node *node, double operations)
{
    struct work_operator *op = append(out, memory_copy_string(node->name), OPERATOR_ELEMENTWISE);
    op->elements = (double)shape_items(&node->output);
    op->operations_per_element = operations;
    op->input_items = (double)shape_items(&node->input);
    op->output_items = op->elements;
    return op;
}

/* Operations of a neuron update counted from its equation: join, decay (a multiplication and an addition), compare,
 * reset; state words kept from step to step. */
static void append_neuron(struct work *out, const struct node *node, double operations, double state_words)
{
    struct work_operator *op = append_elementwise(out, node, operations);
    op->neuron = true;
    op->state_items = op->elements * state_words;
}

static void append_node(struct work *out, const struct node *node)
{
    double kernel = (double)node->kernel[0] * (double)node->kernel[1];
    switch (node->kind) {
    case NODE_AFFINE: append_affine(out, node); break;
    case NODE_CONV1D:
    case NODE_CONV2D: append_convolution(out, node); break;
    case NODE_SCALE: append_elementwise(out, node, 1)->weight_items = (double)shape_items(&node->output); break;
    case NODE_SUMPOOL2D:
    case NODE_MAXPOOL2D: append_elementwise(out, node, kernel); break;
    case NODE_AVGPOOL2D: append_elementwise(out, node, kernel + 1); break;
    case NODE_THRESHOLD: append_neuron(out, node, 1, 0); break;
    case NODE_DELAY: append_neuron(out, node, 1, 1); break;
    case NODE_I: append_neuron(out, node, 1, 1); break;
    case NODE_IF: append_neuron(out, node, 3, 1); break;
    case NODE_LI: append_neuron(out, node, 3, 1); break;
    case NODE_LIF: append_neuron(out, node, 5, 1); break;
    case NODE_CUBALI: append_neuron(out, node, 6, 2); break;
    case NODE_CUBALIF: append_neuron(out, node, 8, 2); break;
    case NODE_LOIHI: append_neuron(out, node, 6, 2); break;
    case NODE_RELU: append_elementwise(out, node, 1); break;
    case NODE_SIGMA_DELTA: append_neuron(out, node, 5, 3); break;
    case NODE_INPUT:
    case NODE_OUTPUT:
    case NODE_FLATTEN:
    case NODE_KINDS: break;
    }
}

static void append_sum(struct work *out, const struct node *node, double sources)
{
    struct work_operator *op = append(out, memory_format("%s.sum", node->name), OPERATOR_ELEMENTWISE);
    op->elements = (double)shape_items(&node->input);
    op->operations_per_element = sources - 1;
    op->input_items = op->elements * sources;
    op->output_items = op->elements;
}

static double host_items(const struct network *network)
{
    double items = 0;
    for (uint32_t i = 0; i < network->node_count; i++)
        if (network->nodes[i].kind == NODE_INPUT || network->nodes[i].kind == NODE_OUTPUT)
            items += (double)shape_items(&network->nodes[i].output);
    return items;
}

/* Some edge closes a cycle: taking away nodes without sources again and again leaves some. */
static bool is_recurrent(const struct network *network)
{
    uint32_t *sources = memory_array(network->node_count, sizeof *sources), gone = 0;
    bool *taken = memory_array(network->node_count, sizeof *taken), found = true;
    for (uint32_t edge = 0; edge < network->edge_count; edge++)
        sources[network->edges[edge].to]++;
    while (found) {
        found = false;
        for (uint32_t i = 0; i < network->node_count; i++) {
            if (taken[i] || sources[i] > 0)
                continue;
            found = taken[i] = true;
            gone++;
            for (uint32_t edge = 0; edge < network->edge_count; edge++)
                sources[network->edges[edge].to] -= network->edges[edge].from == i;
        }
    }
    free(taken);
    free(sources);
    return gone < network->node_count;
}

void work_from_network(const struct network *network, uint32_t steps, struct work *out)
{
    *out = (struct work){.steps = steps};
    out->operators = memory_array(2 * (size_t)network->node_count, sizeof *out->operators);
    uint32_t *sources = memory_array(network->node_count, sizeof *sources);
    for (uint32_t edge = 0; edge < network->edge_count; edge++)
        sources[network->edges[edge].to]++;
    for (uint32_t i = 0; i < network->node_count; i++) {
        if (sources[i] > 1)
            append_sum(out, &network->nodes[i], sources[i]);
        append_node(out, &network->nodes[i]);
    }
    free(sources);
    out->host_items = host_items(network);
    out->recurrent = is_recurrent(network);
}

bool work_read(const char *path, uint32_t steps, struct work *out, struct diagnostics *diagnostics)
{
    *out = (struct work){0};
    if (layers_is(path)) {
        bool good = layers_read(path, out, diagnostics);
        out->steps = steps ? steps : out->steps;
        return good;
    }
    struct network network = {0};
    bool good = network_read(path, &network, diagnostics);
    if (good)
        work_from_network(&network, steps ? steps : DEFAULT_STEPS, out);
    if (good && out->count == 0)
        good = diagnostics_add(diagnostics, path, "no layers that work, expected a product, a neuron or a pool");
    network_free(&network);
    return good;
}
