/* ONNX pools and activations. */
#include "tools/read/onnx_graph.h"

#include "sim/memory.h"
#include "tools/read/onnx.pb-c.h"
#include <math.h>
#include <string.h>

static void take_window(struct onnx_reader *reader, uint32_t index, const struct node *window)
{
    struct node *node = &reader->network->nodes[index];
    for (int axis = 0; axis < 2; axis++) {
        node->kernel[axis] = window->kernel[axis];
        node->stride[axis] = window->stride[axis];
        node->padding_begin[axis] = window->padding_begin[axis];
        node->padding_end[axis] = window->padding_end[axis];
    }
}

static bool is_image(struct onnx_reader *reader, const struct onnx_value *from)
{
    if (from->shape.rank == 3 && !from->channel_last)
        return true;
    return onnx_complain(reader, "is not of (batch, C, H, W), expected that");
}

bool onnx_pool(struct onnx_reader *reader)
{
    bool average = strcmp(reader->at->op_type, "AveragePool") == 0, padded = false;
    const struct onnx_value *from = average ? onnx_padded(reader, 0) : onnx_activation(reader, 0);
    struct node window = {0};
    struct shape shape = {0};
    if (!from || !is_image(reader, from) || !onnx_window(reader, &window, 2, from, &shape))
        return false;
    for (int axis = 0; axis < 2; axis++) /* what a Pad added counts as values */
        padded = padded || window.padding_begin[axis] > from->pad[0][axis] || window.padding_end[axis] > from->pad[1][axis];
    if (average && padded && onnx_int(reader, "count_include_pad", 0) == 0)
        return onnx_complain(reader, "is padded and does not count the padding, expected count_include_pad 1");
    if (window.dilation[0] != 1 || window.dilation[1] != 1)
        return onnx_complain(reader, "has dilations, expected 1");
    take_window(reader, onnx_append(reader, average ? NODE_AVGPOOL2D : NODE_MAXPOOL2D, from, &shape), &window);
    return true;
}

static double limit_of(const struct onnx_value *value, double absent)
{
    return value && value->constant && shape_items(&value->data.shape) == 1 ? value->data.data[0] : absent;
}

/* Zeros around rows and columns, kept until the window behind takes them. */
bool onnx_pad(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0), *sizes = onnx_input(reader, 1), *zero = onnx_input(reader, 2);
    const Onnx__AttributeProto *old = onnx_attribute(reader, "pads");
    if (!from)
        return false;
    int ends = 2 * (from->shape.rank + 1);
    bool list = old ? old->n_ints == (size_t)ends : sizes && sizes->constant && shape_items(&sizes->data.shape) == ends;
    bool zeros = old ? onnx_float(reader, "value", 0) == 0.0 : !zero || (zero->constant && limit_of(zero, 1.0) == 0.0);
    bool constant = !onnx_attribute(reader, "mode") || onnx_text_is(reader, "mode", "constant");
    if (!list || !zeros || !constant || from->channel_last || from->shape.rank < 2)
        return onnx_complain(reader, "is not of zeros around (batch, C, H, W), expected that");
    int64_t pad[2][2] = {{0}};
    for (int i = 0; i < ends; i++) {
        int axis = i % (ends / 2) - (ends / 2 - 2);
        double size = old ? (double)old->ints[i] : sizes->data.data[i];
        if (!(size >= 0 && size <= 65536) || (size > 0 && (axis < 0 || i % (ends / 2) < 2)))
            return onnx_complain(reader, "adds %g values at an end, expected 0 .. 65536 of rows or columns", size);
        if (axis >= 0)
            pad[2 * i / ends][axis] = (int64_t)size;
    }
    if (!onnx_alias(reader, from, &from->shape))
        return false;
    memcpy(onnx_output(reader, 0)->pad, pad, sizeof pad);
    return true;
}

static bool append_global(struct onnx_reader *reader, const struct onnx_value *from, enum node_kind kind, bool keep)
{
    struct node window = {.stride = {1, 1}, .kernel = {from->shape.size[1], from->shape.size[2]}};
    struct shape shape = keep ? (struct shape){3, {from->shape.size[0], 1, 1}} : (struct shape){1, {from->shape.size[0]}};
    uint32_t index = onnx_append(reader, kind, from, &shape);
    take_window(reader, index, &window);
    if (keep)
        return true;
    struct onnx_value *out = onnx_output(reader, 0);
    uint32_t flat = network_append(reader->network, NODE_FLATTEN,
                                   memory_format("%s.flatten", reader->network->nodes[index].name));
    reader->network->nodes[flat].flatten_end = -1;
    network_add_edge(reader->network, index, flat);
    out->sources[0] = flat;
    out->channel_last = false;
    return true;
}

bool onnx_global_pool(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0);
    bool average = strcmp(reader->at->op_type, "GlobalAveragePool") == 0;
    return from && is_image(reader, from) &&
           append_global(reader, from, average ? NODE_AVGPOOL2D : NODE_MAXPOOL2D, true);
}

/* Over rows and columns: a global average. The axes are an attribute, from opset 18 on an input. */
bool onnx_reduce_mean(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0), *list = onnx_input(reader, 1);
    const Onnx__AttributeProto *attribute = onnx_attribute(reader, "axes");
    if (!from || from->shape.rank != 3)
        return from ? onnx_complain(reader, "is not of an image, expected (batch, C, H, W)") : false;
    int64_t axes[2] = {0}, rows = from->channel_last ? 1 : 2;
    bool two = attribute ? attribute->n_ints == 2 : list && list->constant && shape_items(&list->data.shape) == 2;
    for (int i = 0; two && i < 2; i++) {
        axes[i] = attribute ? attribute->ints[i] : (int64_t)fmax(-9.0, fmin(9.0, list->data.data[i]));
        axes[i] += axes[i] < 0 ? 4 : 0;
    }
    if (!two || axes[0] != rows || axes[1] != rows + 1)
        return onnx_complain(reader, "is over other axes than rows and columns, expected those");
    return append_global(reader, from, NODE_AVGPOOL2D, onnx_int(reader, "keepdims", 1) != 0);
}

bool onnx_relu(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0);
    if (from)
        onnx_append(reader, NODE_RELU, from, &from->shape);
    return from != NULL;
}

/* max(0, x) in other words; an upper bound is another function. */
bool onnx_clip(struct onnx_reader *reader)
{
    const struct onnx_value *low = onnx_input(reader, 1), *high = onnx_input(reader, 2);
    double least = limit_of(low, onnx_float(reader, "min", -HUGE_VAL));
    double most = limit_of(high, onnx_float(reader, "max", HUGE_VAL));
    if (least != 0.0 || most < 3e38)
        return onnx_complain(reader, "is between %g and %g, expected 0 and no upper bound (a ReLU)", least, most);
    return onnx_relu(reader);
}

/* Keeps the order of the outputs, so that it changes no decision; only at the end. */
bool onnx_softmax(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0);
    int64_t axis = onnx_int(reader, "axis", reader->opset < 13 ? 1 : -1);
    if (!from)
        return false;
    if (from->shape.rank != 1 || (axis != 1 && axis != -1))
        return onnx_complain(reader, "is not over a row of outputs, expected that");
    if (!onnx_alias(reader, from, &from->shape))
        return false;
    onnx_output(reader, 0)->ended = true;
    return true;
}
