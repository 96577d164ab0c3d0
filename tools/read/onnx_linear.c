/* ONNX operators with weights. A factor and a summand for each channel (batch normalisation, Add, Mul of a constant) go
 * into the weights before them where nothing else sees these, else they become a convolution of single points. */
#include "tools/read/onnx_graph.h"

#include "sim/memory.h"
#include "tools/read/onnx.pb-c.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUMMANDS_MAX 64u      /* tensors that one sum adds up */
#define DIAGONAL_MAX 4096     /* features that get a summand without weights before them */

/* A bias of `count` values, or one for all; times `factor`. */
static bool take_bias(struct onnx_reader *reader, size_t input, int64_t count, double factor, struct tensor *out)
{
    if (!onnx_input(reader, input))
        return true;
    const struct onnx_value *bias = onnx_constant(reader, input);
    int64_t given = bias ? shape_items(&bias->data.shape) : 0;
    if (!bias || (given != count && given != 1))
        return bias ? onnx_complain(reader, "its bias has %lld values, expected %lld", (long long)given, (long long)count)
                    : false;
    *out = (struct tensor){{1, {count}}, memory_array((size_t)count, sizeof *out->data)};
    for (int64_t i = 0; i < count; i++)
        out->data[i] = factor * bias->data.data[given == 1 ? 0 : i];
    return true;
}

/* ---- convolution ---- */

bool onnx_conv(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_padded(reader, 0), *weight = from ? onnx_constant(reader, 1) : NULL;
    int axes = from ? from->shape.rank - 1 : 0;
    struct node made = {0};
    struct shape shape = {0};
    if (!weight)
        return false;
    if (axes < 1 || axes > 2 || weight->data.shape.rank != axes + 2 || from->channel_last)
        return onnx_complain(reader, "its input or weights have another rank, expected (batch, C, H, W) or (batch, C, L)");
    for (int i = 0; i < axes + 2; i++)
        if (weight->data.shape.size[i] < 1)
            return onnx_complain(reader, "its weights have no values, expected some");
    made.weight = weight->data; /* lent, for the kernel's size */
    if (!onnx_window(reader, &made, axes, from, &shape))
        return false;
    made.groups = onnx_int(reader, "group", 1);
    shape.size[0] = weight->data.shape.size[0];
    if (!take_bias(reader, 2, shape.size[0], 1.0, &made.bias))
        return false;
    made.weight = onnx_copy(&weight->data);
    uint32_t index = onnx_append(reader, axes == 2 ? NODE_CONV2D : NODE_CONV1D, from, &shape);
    made.name = reader->network->nodes[index].name;
    made.kind = reader->network->nodes[index].kind;
    reader->network->nodes[index] = made;
    return true;
}

/* ---- dense layers ---- */

/* Place in a (C, H, W) row of what is at `i` of the (H, W, C) row. */
static int64_t ordered(const struct shape *flat, int64_t i)
{
    int64_t channels = flat->rank ? flat->size[0] : 1, pixels = flat->rank ? shape_items(flat) / channels : 1;
    return flat->rank ? i % channels * pixels + i / channels : i;
}

/* Weights (in, out), or (out, in) if transposed, in the order of the input's row; the bias is taken over. */
static bool add_dense(struct onnx_reader *reader, const struct onnx_value *from, const struct tensor *weight,
                      bool transposed, double factor, struct tensor *bias)
{
    int64_t in = weight->shape.size[transposed ? 1 : 0], out = weight->shape.size[transposed ? 0 : 1];
    struct shape shape = from->shape;
    int last = shape.rank - 1;
    if (in < 1 || out < 1 || last < 0 || shape.size[last] != in || (from->channel_last && last > 0)) {
        free(bias->data);
        return onnx_complain(reader, "its weights take %lld values, expected as many as its input has in its last "
                             "dimension", (long long)in);
    }
    shape.size[last] = out;
    uint32_t index = onnx_append(reader, NODE_AFFINE, from, &shape);
    struct node *node = &reader->network->nodes[index];
    node->weight = (struct tensor){{2, {out, in}}, memory_array((size_t)(out * in), sizeof(double))};
    node->bias = *bias;
    for (int64_t o = 0; o < out; o++)
        for (int64_t i = 0; i < in; i++)
            node->weight.data[o * in + ordered(&from->flattened, i)] =
                factor * weight->data[transposed ? o * in + i : i * out + o];
    struct onnx_value *made = onnx_output(reader, 0);
    made->flattened = (struct shape){0};
    made->channel_last = false;
    return true;
}

bool onnx_gemm(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0), *weight = from ? onnx_constant(reader, 1) : NULL;
    bool transposed = onnx_int(reader, "transB", 0) != 0;
    struct tensor bias = {0};
    if (!weight)
        return false;
    if (from->shape.rank != 1 || weight->data.shape.rank != 2 || onnx_int(reader, "transA", 0) != 0)
        return onnx_complain(reader, "its input has not one dimension beside the batch, its weights not two, or transA is "
                             "set, expected (batch, in) and (in, out)");
    if (!take_bias(reader, 2, weight->data.shape.size[transposed ? 0 : 1], onnx_float(reader, "beta", 1.0), &bias))
        return false;
    return add_dense(reader, from, &weight->data, transposed, onnx_float(reader, "alpha", 1.0), &bias);
}

bool onnx_matmul(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0), *weight = from ? onnx_constant(reader, 1) : NULL;
    struct tensor none = {0};
    if (!weight)
        return false;
    if (weight->data.shape.rank != 2)
        return onnx_complain(reader, "its weights have %d dimensions, expected (in, out)", weight->data.shape.rank);
    return add_dense(reader, from, &weight->data, false, 1.0, &none);
}

/* ---- a factor and a summand for each channel ---- */

/* Into the weights of the node that makes `from`; false: cannot. */
static bool fold(struct onnx_reader *reader, const struct onnx_value *from, const double *factor, const double *summand)
{
    struct node *node = from->source_count == 1 && from->uses == 1 ? &reader->network->nodes[from->sources[0]] : NULL;
    bool conv = node && (node->kind == NODE_CONV2D || node->kind == NODE_CONV1D);
    bool dense = node && node->kind == NODE_AFFINE && from->shape.rank == 1;
    if (!conv && !dense)
        return false;
    int64_t channels = node->weight.shape.size[0], each = shape_items(&node->weight.shape) / channels;
    if (!node->bias.data)
        node->bias = (struct tensor){{1, {channels}}, memory_array((size_t)channels, sizeof(double))};
    for (int64_t c = 0; c < channels; c++) {
        for (int64_t i = 0; i < each; i++)
            node->weight.data[c * each + i] *= factor[c];
        node->bias.data[c] = node->bias.data[c] * factor[c] + summand[c];
    }
    return onnx_alias(reader, from, &from->shape);
}

static void append_points(struct onnx_reader *reader, const struct onnx_value *from, const double *factor,
                          const double *summand)
{
    bool image = from->shape.rank == 3;
    int64_t channels = from->shape.size[0];
    uint32_t index = onnx_append(reader, image ? NODE_CONV2D : NODE_CONV1D, from, &from->shape);
    struct node *node = &reader->network->nodes[index];
    node->weight.shape = (struct shape){image ? 4 : 3, {channels, 1, 1, 1}};
    node->bias.shape = (struct shape){1, {channels}};
    node->weight.data = memory_array((size_t)channels, sizeof(double));
    node->bias.data = memory_array((size_t)channels, sizeof(double));
    memcpy(node->weight.data, factor, (size_t)channels * sizeof(double));
    memcpy(node->bias.data, summand, (size_t)channels * sizeof(double));
    node->groups = channels;
    for (int axis = 0; axis < 2; axis++)
        node->stride[axis] = node->dilation[axis] = node->kernel[axis] = 1;
}

/* Features in a row: Scale, or an Affine on the diagonal when there are summands. */
static bool append_row(struct onnx_reader *reader, const struct onnx_value *from, const double *factor,
                       const double *summand)
{
    int64_t count = from->shape.size[0];
    bool plain = true;
    for (int64_t i = 0; i < count; i++)
        plain = plain && summand[i] == 0.0;
    if (!plain && count > DIAGONAL_MAX)
        return onnx_complain(reader, "adds to %lld features without weights before them, expected at most %d",
                             (long long)count, DIAGONAL_MAX);
    uint32_t index = onnx_append(reader, plain ? NODE_SCALE : NODE_AFFINE, from, &from->shape);
    struct node *node = &reader->network->nodes[index];
    double *values = memory_array((size_t)(plain ? count : count * count), sizeof *values);
    for (int64_t i = 0; i < count; i++)
        values[plain ? i : i * count + i] = factor[i];
    if (plain) {
        node->scale = values;
        node->output = from->shape;
        return true;
    }
    node->weight = (struct tensor){{2, {count, count}}, values};
    node->bias = (struct tensor){{1, {count}}, memory_array((size_t)count, sizeof(double))};
    memcpy(node->bias.data, summand, (size_t)count * sizeof(double));
    return true;
}

/* factor and summand: one a channel; of a row: one a feature. Takes both over. */
static bool scale_channels(struct onnx_reader *reader, const struct onnx_value *from, double *factor, double *summand)
{
    bool good = true;
    if (!fold(reader, from, factor, summand)) {
        if (from->shape.rank > 1)
            append_points(reader, from, factor, summand);
        else
            good = append_row(reader, from, factor, summand);
    }
    free(factor);
    free(summand);
    return good;
}

/* One value a channel of a constant that is broadcast over `from`, fresh; NULL and a message. */
static double *channel_values(struct onnx_reader *reader, const struct onnx_value *from, const struct tensor *constant)
{
    int rank = from->shape.rank, channel_axis = from->channel_last ? rank - 1 : 0;
    int64_t channels = from->shape.size[0], items = shape_items(&constant->shape);
    bool fits = constant->shape.rank <= rank + 1 && (items == 1 || (items == channels && !from->flattened.rank));
    for (int i = 0; fits && items > 1 && i < constant->shape.rank; i++) {
        int axis = rank - constant->shape.rank + i;
        fits = constant->shape.size[i] == 1 || axis == channel_axis;
    }
    if (!fits) {
        onnx_complain(reader, "its constant has %lld values, expected one, or one for each of %lld channels",
                      (long long)items, (long long)channels);
        return NULL;
    }
    double *values = memory_array((size_t)channels, sizeof *values);
    for (int64_t c = 0; c < channels; c++)
        values[c] = constant->data[items == 1 ? 0 : c];
    return values;
}

/* y = factor x + summand for x op constant, or constant op x. */
static bool to_factors(struct onnx_reader *reader, bool first, double *constant, int64_t count, double *factor)
{
    const char *type = reader->at->op_type;
    for (int64_t i = 0; i < count; i++) {
        double c = constant[i];
        bool product = strcmp(type, "Mul") == 0 || strcmp(type, "Div") == 0, minus = strcmp(type, "Sub") == 0;
        factor[i] = product ? (*type == 'M' ? c : 1.0 / c) : minus && first ? -1.0 : 1.0;
        constant[i] = product ? 0.0 : minus && !first ? -c : c;
    }
    return strcmp(type, "Div") != 0 || !first || onnx_complain(reader, "divides a constant, expected a constant divisor");
}

/* x + y of two tensors that depend on the input: the sources of both. */
static bool sum_of_two(struct onnx_reader *reader, const struct onnx_value *a, const struct onnx_value *b)
{
    if (strcmp(reader->at->op_type, "Add") != 0)
        return onnx_complain(reader, "joins two tensors that depend on the input, expected Add for that");
    if (!shape_equal(&a->shape, &b->shape) || a->channel_last != b->channel_last || a->flattened.rank != b->flattened.rank)
        return onnx_complain(reader, "adds two tensors of different shapes, expected the same");
    uint32_t count = a->source_count + b->source_count;
    for (uint32_t i = 0; i < a->source_count; i++)
        for (uint32_t k = 0; k < b->source_count; k++)
            if (a->sources[i] == b->sources[k] || count > SUMMANDS_MAX)
                return onnx_complain(reader, "adds a tensor to itself, or more than %u, expected different ones",
                                     SUMMANDS_MAX);
    if (!onnx_alias(reader, a, &a->shape))
        return false;
    struct onnx_value *out = onnx_output(reader, 0);
    free(out->sources);
    out->sources = memory_array(count, sizeof *out->sources);
    memcpy(out->sources, a->sources, a->source_count * sizeof *out->sources);
    memcpy(out->sources + a->source_count, b->sources, b->source_count * sizeof *out->sources);
    out->source_count = count;
    return true;
}

bool onnx_arithmetic(struct onnx_reader *reader)
{
    const struct onnx_value *a = onnx_input(reader, 0), *b = onnx_input(reader, 1);
    bool first = a && a->constant, second = b && b->constant;
    const struct onnx_value *from = first && second ? NULL : onnx_activation(reader, first ? 1 : 0);
    if (!from)
        return first && second ? onnx_complain(reader, "joins two constants, expected those as one") : false;
    if (!first && !second) {
        b = onnx_activation(reader, 1);
        return b && sum_of_two(reader, from, b);
    }
    double *summand = channel_values(reader, from, first ? &a->data : &b->data);
    if (!summand)
        return false;
    double *factor = memory_array((size_t)from->shape.size[0], sizeof *factor);
    if (to_factors(reader, first, summand, from->shape.size[0], factor))
        return scale_channels(reader, from, factor, summand);
    free(factor);
    free(summand);
    return false;
}

/* y = scale (x - mean) / sqrt(variance + epsilon) + shift, inputs 1 scale, 2 shift, 3 mean, 4 variance. */
bool onnx_batch_normalisation(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0), *part[5] = {NULL};
    if (!from)
        return false;
    int64_t channels = from->shape.size[0];
    double epsilon = onnx_float(reader, "epsilon", 1e-5);
    if (onnx_int(reader, "training_mode", 0) != 0 || from->channel_last || from->flattened.rank)
        return onnx_complain(reader, "is in training mode or on another layout, expected a trained network's (C, H, W)");
    for (size_t i = 1; i < 5; i++) {
        part[i] = onnx_constant(reader, i);
        if (!part[i] || shape_items(&part[i]->data.shape) != channels)
            return part[i] ? onnx_complain(reader, "its input %zu has not %lld values", i, (long long)channels) : false;
    }
    double *factor = memory_array((size_t)channels, sizeof *factor);
    double *summand = memory_array((size_t)channels, sizeof *summand);
    for (int64_t c = 0; c < channels; c++) {
        factor[c] = part[1]->data.data[c] / sqrt(part[4]->data.data[c] + epsilon);
        summand[c] = part[2]->data.data[c] - factor[c] * part[3]->data.data[c];
    }
    return scale_channels(reader, from, factor, summand);
}
