/* How many synapses a linear node stands for, without making them: pairs of input and output that a weight joins. */
#include "tools/network/network.h"

/* Pairs of an output place and a tap of the kernel that falls on the input, along one axis. */
static int64_t pairs(const struct node *node, int axis, int64_t in, int64_t out, int64_t dilation)
{
    int64_t count = 0;
    for (int64_t o = 0; o < out; o++) {
        int64_t first = o * node->stride[axis] - node->padding_begin[axis], kernel = node->kernel[axis];
        int64_t low = first < 0 ? (-first + dilation - 1) / dilation : 0;
        int64_t end = in - first <= 0 ? 0 : (in - first + dilation - 1) / dilation;
        end = end < kernel ? end : kernel;
        count += end > low ? end - low : 0;
    }
    return count;
}

static int64_t windows(const struct node *node, int axes, bool dilated)
{
    int64_t count = 1;
    for (int i = 1; i <= axes; i++) {
        int axis = i + 1 - axes;
        count *= pairs(node, axis, node->input.size[i], node->output.size[i], dilated ? node->dilation[axis] : 1);
    }
    return count;
}

int64_t linear_synapses(const struct node *node)
{
    const struct shape *weight = &node->weight.shape;
    switch (node->kind) {
    case NODE_AFFINE: /* a weight without leading dimensions serves each row of the input */
        return weight->rank == 2 && node->input.rank > 0
                   ? shape_items(&node->input) * weight->size[0] : shape_items(weight);
    case NODE_SCALE: return shape_items(&node->output);
    case NODE_CONV1D: return weight->size[0] * weight->size[1] * windows(node, 1, true);
    case NODE_CONV2D: return weight->size[0] * weight->size[1] * windows(node, 2, true);
    case NODE_SUMPOOL2D:
    case NODE_AVGPOOL2D: return node->output.size[0] * windows(node, 2, false);
    default: return 0;
    }
}
