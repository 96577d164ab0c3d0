/* The shape that each kind of node makes of its input. Windows follow PyTorch's conv2d and pooling: zero padding,
 * output = floor((input + padding - dilation * (kernel - 1) - 1) / stride) + 1. */
#include "tools/network/check.h"

#include "sim/memory.h"
#include <stdlib.h>

/* One attempt at a node: what it takes, and where complaints go. */
struct attempt {
    struct network *network;
    struct node *node;
    uint32_t index;
    const struct shape *source;
    struct diagnostics *diagnostics;
};

/* "WHAT has the shape SHAPE, expected EXPECTED" */
static bool wrong_shape(const struct attempt *at, const char *what, const struct shape *shape, const char *expected)
{
    char *text = shape_format(shape);
    node_complain(at->network, at->index, at->diagnostics, "%s has the shape %s, expected %s", what, text, expected);
    free(text);
    return false;
}

static bool wrong_shapes(const struct attempt *at, const char *what, const struct shape *shape,
                         const struct shape *expected)
{
    char *text = shape_format(expected);
    wrong_shape(at, what, shape, text);
    free(text);
    return false;
}

static bool sound(const struct attempt *at, const char *what, const struct shape *shape)
{
    for (int i = 0; i < shape->rank; i++)
        if (shape->size[i] < 1)
            return wrong_shape(at, what, shape, "every size to be at least 1");
    if (shape_items(shape) > (int64_t)TENSOR_ITEMS_MAX)
        return wrong_shape(at, what, shape, "at most 268435456 values");
    return true;
}

static bool sound_weight(const struct attempt *at, int rank_least, int rank_most, const char *expected)
{
    const struct tensor *weight = &at->node->weight;
    if (!weight->data)
        return node_complain(at->network, at->index, at->diagnostics, "has no 'weight', expected %s", expected);
    if (weight->shape.rank < rank_least || weight->shape.rank > rank_most)
        return wrong_shape(at, "weight", &weight->shape, expected);
    return sound(at, "weight", &weight->shape);
}

static bool sound_bias(const struct attempt *at, int64_t outputs)
{
    const struct tensor *bias = &at->node->bias;
    if (!bias->data || (bias->shape.rank > 0 && shape_items(&bias->shape) == outputs))
        return true;
    struct shape expected = {.rank = 1, .size = {outputs}};
    return wrong_shapes(at, "bias", &bias->shape, &expected);
}

static bool infer_input(const struct attempt *at)
{
    struct node *node = at->node;
    struct shape shape = node->output.rank ? node->output : node->input;
    if (shape.rank == 0) /* a scalar, as some exporters write one input */
        shape = (struct shape){.rank = 1, .size = {1}};
    node->input = node->output = shape;
    return sound(at, "it", &shape);
}

static bool infer_output(const struct attempt *at)
{
    struct node *node = at->node;
    struct shape declared = node->input.rank ? node->input : node->output;
    if (declared.rank > 0 && !shape_agrees(&declared, at->source))
        return wrong_shapes(at, "the file says that it", &declared, at->source);
    node->input = node->output = *at->source;
    return true;
}

static bool infer_elementwise(const struct attempt *at)
{
    struct node *node = at->node;
    if (node->output.rank > 0 && !sound(at, "the set of its parameters", &node->output))
        return false;
    if (node->output.rank > 0 && !shape_agrees(&node->output, at->source))
        return wrong_shapes(at, "its input", at->source, &node->output);
    node->input = *at->source;
    if (node->output.rank == 0)
        node->output = *at->source;
    return true;
}

/* weight (out, in) is applied to the last dimension; more leading dimensions are blocks with weights of their own. */
static bool infer_affine(const struct attempt *at)
{
    struct node *node = at->node;
    if (!sound_weight(at, 2, SHAPE_RANK_MAX, "(out, in)"))
        return false;
    const struct shape *weight = &node->weight.shape;
    int last = at->source->rank - 1;
    int64_t out = weight->size[weight->rank - 2], blocks = shape_items(weight);
    blocks /= out * weight->size[weight->rank - 1];
    bool fits = last >= 0 && at->source->size[last] == weight->size[weight->rank - 1];
    fits = fits && (weight->rank == 2 || weight->rank == at->source->rank + 1);
    for (int i = 0; fits && i < weight->rank - 2; i++)
        fits = weight->size[i] == at->source->size[i];
    if (!fits) {
        char *text = shape_format(weight);
        char *expected = memory_format("(%lld) for a weight of shape %s", (long long)weight->size[weight->rank - 1],
                                       text);
        wrong_shape(at, "its input", at->source, expected);
        free(expected);
        free(text);
        return false;
    }
    node->input = node->output = *at->source;
    node->output.size[last] = out;
    return sound_bias(at, out * blocks) && sound(at, "its output", &node->output);
}

/* ---- windows ---- */

static bool in_range(int64_t value, int64_t least)
{
    return value >= least && value <= (int64_t)TENSOR_ITEMS_MAX;
}

/* Sets output.size[place] from input.size[place]; `axis` is 0 for rows, 1 for columns. */
static bool infer_axis(const struct attempt *at, int place, int axis, int64_t dilation)
{
    struct node *node = at->node;
    int64_t kernel = node->kernel[axis], stride = node->stride[axis];
    int64_t begin = node->padding_begin[axis], end = node->padding_end[axis];
    if (!in_range(kernel, 1) || !in_range(stride, 1) || !in_range(dilation, 1) || !in_range(begin, 0) ||
        !in_range(end, 0))
        return node_complain(at->network, at->index, at->diagnostics,
                             "kernel %lld, stride %lld, dilation %lld, padding %lld: expected at least 1, 1, 1, 0",
                             (long long)kernel, (long long)stride, (long long)dilation,
                             (long long)(begin < end ? begin : end));
    int64_t padded = node->input.size[place] + begin + end, reach = dilation * (kernel - 1) + 1;
    if (padded < reach)
        return node_complain(at->network, at->index, at->diagnostics,
                             "its kernel reaches over %lld values, expected at most the padded input's %lld",
                             (long long)reach, (long long)padded);
    node->output.size[place] = (padded - reach) / stride + 1;
    return true;
}

static bool conv_channels(const struct attempt *at)
{
    const struct node *node = at->node;
    int64_t out = node->weight.shape.size[0], in = node->weight.shape.size[1];
    if (node->groups < 1 || out % node->groups || node->groups > out)
        return node_complain(at->network, at->index, at->diagnostics,
                             "groups is %lld, expected a divisor of its %lld output channels", (long long)node->groups,
                             (long long)out);
    if (at->source->size[0] != in * node->groups)
        return node_complain(at->network, at->index, at->diagnostics,
                             "its input has %lld channels, expected %lld (weight's %lld x %lld groups)",
                             (long long)at->source->size[0], (long long)(in * node->groups), (long long)in,
                             (long long)node->groups);
    return sound_bias(at, out);
}

/* What the file says of the rows and columns of the input. */
static bool conv_declared(const struct attempt *at, const struct shape *declared)
{
    int spatial = at->source->rank - 1;
    bool same = declared->rank >= spatial;
    for (int i = 0; same && i < spatial; i++)
        same = declared->size[declared->rank - 1 - i] == at->source->size[at->source->rank - 1 - i];
    return declared->rank == 0 || same ? true : wrong_shapes(at, "input_shape", declared, at->source);
}

static bool infer_conv(const struct attempt *at, int axes)
{
    struct node *node = at->node;
    const char *weight = axes == 2 ? "(out, in / groups, rows, columns)" : "(out, in / groups, size)";
    if (!sound_weight(at, axes + 2, axes + 2, weight))
        return false;
    if (at->source->rank != axes + 1)
        return wrong_shape(at, "its input", at->source, axes == 2 ? "(channels, rows, columns)" : "(channels, size)");
    if (!conv_declared(at, &node->input) || !conv_channels(at))
        return false;
    node->input = node->output = *at->source;
    node->output.size[0] = node->weight.shape.size[0];
    for (int i = 0; i < axes; i++) {
        int axis = i + 2 - axes;
        node->kernel[axis] = node->weight.shape.size[i + 2];
        if (!infer_axis(at, i + 1, axis, node->dilation[axis]))
            return false;
    }
    return sound(at, "its output", &node->output);
}

static bool infer_pool(const struct attempt *at)
{
    struct node *node = at->node;
    if (at->source->rank != 3)
        return wrong_shape(at, "its input", at->source, "(channels, rows, columns)");
    node->input = node->output = *at->source;
    return infer_axis(at, 1, 0, 1) && infer_axis(at, 2, 1, 1) && sound(at, "its output", &node->output);
}

static bool infer_flatten(const struct attempt *at)
{
    struct node *node = at->node;
    int64_t rank = at->source->rank;
    int64_t start = node->flatten_start < 0 ? node->flatten_start + rank : node->flatten_start;
    int64_t end = node->flatten_end < 0 ? node->flatten_end + rank : node->flatten_end;
    if (start < 0 || end < start || end >= rank)
        return node_complain(at->network, at->index, at->diagnostics,
                             "start_dim %lld, end_dim %lld: expected dimensions of an input of rank %lld",
                             (long long)node->flatten_start, (long long)node->flatten_end, (long long)rank);
    if (node->input.rank > 0 && !shape_agrees(&node->input, at->source))
        return wrong_shapes(at, "input_type", &node->input, at->source);
    node->input = *at->source;
    node->output = (struct shape){0};
    for (int i = 0; i < at->source->rank; i++) {
        if (i > start && i <= end)
            node->output.size[node->output.rank - 1] *= at->source->size[i];
        else
            node->output.size[node->output.rank++] = at->source->size[i];
    }
    return true;
}

bool node_infer(struct network *network, uint32_t index, const struct shape *source, struct diagnostics *diagnostics)
{
    struct attempt at = {network, &network->nodes[index], index, source, diagnostics};
    switch (at.node->kind) {
    case NODE_INPUT: return infer_input(&at);
    case NODE_OUTPUT: return infer_output(&at);
    case NODE_AFFINE: return infer_affine(&at);
    case NODE_CONV1D: return infer_conv(&at, 1);
    case NODE_CONV2D: return infer_conv(&at, 2);
    case NODE_SUMPOOL2D:
    case NODE_AVGPOOL2D:
    case NODE_MAXPOOL2D: return infer_pool(&at);
    case NODE_FLATTEN: return infer_flatten(&at);
    default: return infer_elementwise(&at);
    }
}
