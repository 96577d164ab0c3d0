/* Attributes of an operator, and the windows of convolutions and pools. */
#include "tools/read/onnx_graph.h"

#include "tools/read/onnx.pb-c.h"
#include <string.h>

const struct Onnx__AttributeProto *onnx_attribute(const struct onnx_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->at->n_attribute; i++)
        if (strcmp(reader->at->attribute[i]->name, name) == 0)
            return reader->at->attribute[i];
    return NULL;
}

int64_t onnx_int(const struct onnx_reader *reader, const char *name, int64_t absent)
{
    const Onnx__AttributeProto *attribute = onnx_attribute(reader, name);
    return attribute ? attribute->i : absent;
}

double onnx_float(const struct onnx_reader *reader, const char *name, double absent)
{
    const Onnx__AttributeProto *attribute = onnx_attribute(reader, name);
    return attribute ? (double)attribute->f : absent;
}

bool onnx_text_is(const struct onnx_reader *reader, const char *name, const char *text)
{
    const Onnx__AttributeProto *attribute = onnx_attribute(reader, name);
    return attribute && attribute->s.len == strlen(text) && memcmp(attribute->s.data, text, attribute->s.len) == 0;
}

bool onnx_ints(const struct onnx_reader *reader, const char *name, size_t count, int64_t value, int64_t *out)
{
    const Onnx__AttributeProto *attribute = onnx_attribute(reader, name);
    if (attribute && attribute->n_ints != count)
        return onnx_complain(reader, "%s has %zu values, expected %zu", name, attribute->n_ints, count);
    for (size_t i = 0; i < count; i++) {
        out[i] = attribute ? attribute->ints[i] : value;
        if (out[i] < 0 || out[i] > (int64_t)TENSOR_ITEMS_MAX)
            return onnx_complain(reader, "%s holds %lld, expected 0 .. %u", name, (long long)out[i], TENSOR_ITEMS_MAX);
    }
    return true;
}

/* auto_pad: what is missing for ceil(input / stride) outputs, the odd one at the end (SAME_UPPER) or the begin. */
static void pad_to_same(struct node *node, int axis, int64_t input, bool upper)
{
    int64_t stride = node->stride[axis], outputs = (input + stride - 1) / stride;
    int64_t missing = (outputs - 1) * stride + node->dilation[axis] * (node->kernel[axis] - 1) + 1 - input;
    missing = missing > 0 ? missing : 0;
    node->padding_begin[axis] = upper ? missing / 2 : missing - missing / 2;
    node->padding_end[axis] = missing - node->padding_begin[axis];
}

static bool read_pads(struct onnx_reader *reader, struct node *node, int axes, const struct onnx_value *from)
{
    int64_t pads[4] = {0};
    bool upper = onnx_text_is(reader, "auto_pad", "SAME_UPPER"), lower = onnx_text_is(reader, "auto_pad", "SAME_LOWER");
    if (!onnx_ints(reader, "pads", 2 * (size_t)axes, 0, pads))
        return false;
    for (int i = 0; i < axes; i++) {
        int axis = 2 - axes + i;
        node->padding_begin[axis] = pads[i];
        node->padding_end[axis] = pads[axes + i];
        if (upper || lower)
            pad_to_same(node, axis, from->shape.size[i + 1] + from->pad[0][axis] + from->pad[1][axis], upper);
        node->padding_begin[axis] += from->pad[0][axis];
        node->padding_end[axis] += from->pad[1][axis];
    }
    return true;
}

/* Whether rounding the output's size up, which is not done here, would give another size. */
static bool rounds_up(const struct onnx_reader *reader, int64_t slack, int64_t stride)
{
    return onnx_int(reader, "ceil_mode", 0) != 0 && slack % stride != 0;
}

bool onnx_window(struct onnx_reader *reader, struct node *node, int axes, const struct onnx_value *from,
                 struct shape *output)
{
    size_t count = (size_t)axes;
    int first = 2 - axes;
    for (int axis = 0; axis < 2; axis++) /* of a single row when there is one axis */
        node->stride[axis] = node->dilation[axis] = node->kernel[axis] = 1;
    int64_t weight[2] = {node->weight.data ? node->weight.shape.size[2] : 0,
                         node->weight.data && axes == 2 ? node->weight.shape.size[3] : 0};
    if (!onnx_ints(reader, "strides", count, 1, node->stride + first) ||
        !onnx_ints(reader, "dilations", count, 1, node->dilation + first) ||
        !onnx_ints(reader, "kernel_shape", count, 0, node->kernel + first))
        return false;
    for (int i = 0; i < axes; i++) {
        int axis = first + i;
        if (node->weight.data)
            node->kernel[axis] = weight[i];
        if (node->stride[axis] < 1 || node->dilation[axis] < 1 || node->kernel[axis] < 1)
            return onnx_complain(reader, "a stride, dilation or kernel of 0, expected at least 1");
    }
    if (!read_pads(reader, node, axes, from))
        return false;
    *output = from->shape;
    for (int i = 0; i < axes; i++) {
        int axis = first + i;
        int64_t reach = node->dilation[axis] * (node->kernel[axis] - 1) + 1;
        int64_t slack = from->shape.size[i + 1] + node->padding_begin[axis] + node->padding_end[axis] - reach;
        if (slack < 0 || rounds_up(reader, slack, node->stride[axis]))
            return onnx_complain(reader, slack < 0 ? "its window is larger than its input"
                                                   : "ceil_mode adds an output at the edge, expected ceil_mode 0");
        output->size[i + 1] = slack / node->stride[axis] + 1;
    }
    return true;
}
