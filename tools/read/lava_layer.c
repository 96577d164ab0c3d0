/* One layer of a .net file: its synapses, then its neuron. Tensors are (C, H, W) and kernels as torch's; the reversals
 * that lava makes of them cancel out. */
#include "tools/read/lava.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECAY_MOST 4096
#define INPUT_WEIGHT_DEFAULT 64.0 /* of an input layer that names none: netx */

static char *place(const struct lava_layer *in, const char *name)
{
    return memory_format("%s/%s", in->group, name);
}

static bool has(const struct lava_layer *in, const char *name)
{
    char *path = place(in, name);
    bool exists = h5_exists(in->file, path);
    free(path);
    return exists;
}

static bool wrong(const struct lava_layer *in, const char *name, const char *text)
{
    char *where = memory_format("%s: %s/%s", h5_path(in->file), in->group, name);
    diagnostics_add(in->diagnostics, where, "%s", text);
    free(where);
    return false;
}

static bool read_tensor(const struct lava_layer *in, const char *name, struct tensor *out)
{
    struct h5_shape shape = {0};
    char *path = place(in, name);
    bool good = h5_read_doubles(in->file, path, TENSOR_ITEMS_MAX, &out->data, &shape, in->diagnostics);
    free(path);
    out->shape = (struct shape){.rank = good ? shape.rank : 0};
    for (int i = 0; good && i < shape.rank; i++)
        out->shape.size[i] = (int64_t)shape.size[i];
    return good;
}

/* A scalar, or a list of one. */
static bool read_number(const struct lava_layer *in, const char *name, double *out)
{
    struct tensor tensor = {0};
    bool good = read_tensor(in, name, &tensor);
    if (good && shape_items(&tensor.shape) != 1)
        good = wrong(in, name, "holds several values, expected one");
    if (good)
        *out = tensor.data[0];
    if (good && !isfinite(*out))
        good = wrong(in, name, "is no number");
    free(tensor.data);
    return good;
}

/* One value for each of `count` axes, or one for all. */
static bool read_axes(const struct lava_layer *in, const char *name, int count, int64_t *out)
{
    struct h5_shape shape = {0};
    int64_t *values = NULL;
    char *path = place(in, name);
    bool good = h5_read_int64(in->file, path, SHAPE_RANK_MAX, &values, &shape, in->diagnostics);
    free(path);
    if (!good)
        return false;
    uint64_t given = shape.rank == 0 ? 1 : shape.rank == 1 ? shape.size[0] : 0;
    if (given == 1 || given == (uint64_t)count)
        for (int i = 0; i < count; i++)
            out[i] = values[given == 1 ? 0 : i];
    else
        good = wrong(in, name, "is not one value for each axis");
    free(values);
    return good;
}

static bool read_type(const struct lava_layer *in, const char *name, char **out)
{
    char **texts = NULL, *path = place(in, name);
    struct h5_shape shape = {0};
    *out = NULL;
    bool good = h5_read_strings(in->file, path, 16, &texts, &shape, in->diagnostics);
    uint64_t items = 1;
    for (int i = 0; i < shape.rank; i++)
        items *= shape.size[i];
    if (good && items == 1)
        *out = memory_copy_string(texts[0]);
    else if (good)
        good = wrong(in, name, "holds several texts, expected one");
    h5_free_strings(texts, texts ? (size_t)items : 0);
    free(path);
    return good;
}

/* Before it is cast: a fraction would be cut off, and what no integer holds would be undefined. */
static bool is_size(double value)
{
    return value >= 1 && value <= (double)TENSOR_ITEMS_MAX && value == floor(value);
}

static bool wrong_size(const struct lava_layer *in, double value)
{
    char *text = memory_format("holds %g, expected whole numbers from 1 to %u", value, TENSOR_ITEMS_MAX);
    wrong(in, "shape", text);
    free(text);
    return false;
}

static bool read_shape(struct lava_layer *in)
{
    struct tensor tensor = {0};
    bool good = read_tensor(in, "shape", &tensor);
    int64_t count = good ? shape_items(&tensor.shape) : 0;
    if (good && (tensor.shape.rank > 1 || count < 1 || count > 3))
        good = wrong(in, "shape", "is no list of one or three sizes");
    in->shape = (struct shape){.rank = good ? (int)count : 0};
    for (int i = 0; good && i < count; i++) {
        good = is_size(tensor.data[i]) || wrong_size(in, tensor.data[i]);
        in->shape.size[i] = good ? (int64_t)tensor.data[i] : 0;
    }
    free(tensor.data);
    if (good && shape_items(&in->shape) > (int64_t)NETWORK_NEURONS_MAX)
        good = wrong(in, "shape", "has more neurons than a network may have");
    return good;
}

/* ---- neurons ---- */

static double *filled(const struct lava_layer *in, double value)
{
    size_t items = (size_t)shape_items(&in->shape);
    double *values = memory_array(items, sizeof *values);
    for (size_t i = 0; i < items; i++)
        values[i] = value;
    return values;
}

static bool read_constant(const struct lava_layer *in, const char *name, double most, double **out)
{
    double value;
    if (!read_number(in, name, &value))
        return false;
    if (value != floor(value) || value < 0 || value > most)
        return wrong(in, name, "is out of range, expected a whole number >= 0 (a decay: up to 4096)");
    *out = filled(in, value);
    return true;
}

/* One for each neuron, one for each channel, or one for all. */
static bool read_bias(const struct lava_layer *in, struct node *node)
{
    struct tensor bias = {0};
    node->v_bias = filled(in, 0.0);
    if (!has(in, "bias"))
        return true;
    if (!read_tensor(in, "bias", &bias))
        return false;
    int64_t items = shape_items(&in->shape), given = shape_items(&bias.shape), channels = in->shape.size[0];
    bool fits = given == 1 || given == items || given == channels, whole = true;
    for (int64_t i = 0; fits && i < items; i++) {
        int64_t from = given == 1 ? 0 : given == items ? i : i / (items / channels);
        node->v_bias[i] = bias.data[from];
        whole = whole && bias.data[from] == floor(bias.data[from]) && fabs(bias.data[from]) < 0x1p31;
    }
    free(bias.data);
    if (!whole)
        return wrong(in, "bias", "holds a fraction, expected whole numbers of less than 32 bits");
    return fits ? true : wrong(in, "bias", "has another size than the layer and its channels");
}

static bool read_loihi(const struct lava_layer *in, struct node *node)
{
    double refractory = 1;
    bool good = read_constant(in, "neuron/iDecay", DECAY_MOST, &node->decay_current);
    good = read_constant(in, "neuron/vDecay", DECAY_MOST, &node->decay_potential) && good;
    good = read_constant(in, "neuron/vThMant", 1 << 24, &node->v_threshold) && good;
    if (has(in, "neuron/refDelay"))
        good = read_number(in, "neuron/refDelay", &refractory) && good;
    if (good && refractory > 1)
        return wrong(in, "neuron/refDelay", "is a refractory time, which is not modelled, expected 1");
    return good;
}

static bool read_sigma_delta(const struct lava_layer *in, bool input, struct node *node)
{
    char *activation = NULL;
    node->part = input ? SIGMA_DELTA_ENCODER
                       : has(in, "neuron/sigma_output") ? SIGMA_DELTA_DECODER : SIGMA_DELTA_WHOLE;
    if (node->part == SIGMA_DELTA_DECODER && !has(in, "neuron/vThMant"))
        node->v_threshold = filled(in, 0.0);
    else if (!read_constant(in, "neuron/vThMant", 1 << 24, &node->v_threshold))
        return false;
    if (!has(in, "neuron/activation"))
        return true;
    bool good = read_type(in, "neuron/activation", &activation);
    if (good && strcmp(activation, "relu") != 0 && node->part == SIGMA_DELTA_WHOLE)
        good = wrong(in, "neuron/activation", "is not known, expected relu");
    free(activation);
    return good;
}

/* A dense layer without a neuron integrates without a leak (lava's source precedence). */
static bool read_neuron(struct lava_layer *in, bool input, double bias)
{
    char *type = NULL, *name = memory_copy_string(in->name);
    bool any = has(in, "neuron"), good = !any || read_type(in, "neuron/type", &type);
    bool sdnn = type && strcmp(type, "SDNN") == 0;
    struct node *node = lava_append(in, sdnn ? NODE_SIGMA_DELTA : NODE_LOIHI, name);
    node->output = in->shape;
    if (good && input)
        node->v_bias = filled(in, bias);
    else if (good)
        good = read_bias(in, node);
    if (good && !any) {
        node->decay_current = filled(in, 0.0);
        node->decay_potential = filled(in, DECAY_MOST);
        node->v_threshold = filled(in, 1 << 17);
    } else if (good && sdnn) {
        good = read_sigma_delta(in, input, node);
    } else if (good && (strcmp(type, "LOIHI") == 0 || strcmp(type, "CUBA") == 0)) {
        good = read_loihi(in, node);
    } else if (good) {
        good = wrong(in, "neuron/type", "is not known, expected LOIHI, CUBA or SDNN");
    }
    free(type);
    return good;
}

/* ---- synapses ---- */

/* Delays in steps; the graph has them in seconds. */
static bool read_delay(struct lava_layer *in)
{
    struct tensor delay = {0};
    if (!has(in, "delay"))
        return true;
    if (!(in->network->dt_s > 0))
        in->network->dt_s = 1e-3; /* lava's step where the file names none */
    if (!read_tensor(in, "delay", &delay))
        return false;
    int64_t given = shape_items(&delay.shape);
    for (int64_t i = 0; i < given; i++) {
        if (!(delay.data[i] >= 0 && delay.data[i] <= 62)) {
            free(delay.data);
            return wrong(in, "delay", "is out of range, expected 0 .. 62 steps");
        }
        delay.data[i] *= in->network->dt_s;
    }
    struct node *node = lava_append(in, NODE_DELAY, memory_format("%s.delay", in->name));
    node->delay = delay.data;
    if (given > 1)
        node->output = (struct shape){1, {given}};
    return true;
}

/* (out, in), or flat. */
static bool read_dense(struct lava_layer *in)
{
    struct tensor weight = {0};
    bool good = read_shape(in) && read_tensor(in, "weight", &weight);
    int64_t out = good ? shape_items(&in->shape) : 1, items = good ? shape_items(&weight.shape) : 0;
    if (good && (items < out || items % out)) {
        free(weight.data);
        return wrong(in, "weight", "has another size than (out, in) for the layer's shape");
    }
    if (!good) {
        free(weight.data);
        return false;
    }
    in->shape = (struct shape){1, {out}};
    weight.shape = (struct shape){2, {out, items / out}};
    if (in->last == UINT32_MAX)
        lava_append(in, NODE_INPUT, memory_copy_string("input"))->output = (struct shape){1, {items / out}};
    if (!read_delay(in)) {
        free(weight.data);
        return false;
    }
    lava_append(in, NODE_AFFINE, memory_format("%s.synapses", in->name))->weight = weight;
    return read_neuron(in, false, 0);
}

static bool read_recurrent(struct lava_layer *in)
{
    struct tensor weight = {0};
    if (!read_dense(in) || !read_tensor(in, "weight_rec", &weight))
        return false;
    uint32_t neuron = in->last;
    int64_t size = in->shape.size[0];
    bool fits = shape_items(&weight.shape) == size * size;
    weight.shape = (struct shape){2, {size, size}};
    lava_append(in, NODE_AFFINE, memory_format("%s.recurrent", in->name))->weight = weight;
    struct network *network = in->network;
    size_t edges = network->edge_count;
    network->edges = memory_grow(network->edges, &edges, (size_t)network->edge_count + 1, sizeof *network->edges);
    network->edges[network->edge_count++] = (struct edge){in->last, neuron};
    in->last = neuron;
    return fits ? true : wrong(in, "weight_rec", "has another size than (out, out)");
}

static bool read_window(const struct lava_layer *in, struct node *node)
{
    const char *const names[] = {"stride", "padding", "dilation"};
    int64_t *const values[] = {node->stride, node->padding_begin, node->dilation};
    bool good = true;
    for (int i = 0; i < 3; i++) {
        for (int axis = 0; axis < 2; axis++)
            values[i][axis] = i != 1;
        if (has(in, names[i]))
            good = read_axes(in, names[i], 2, values[i]) && good;
    }
    memcpy(node->padding_end, node->padding_begin, sizeof node->padding_end);
    return good;
}

/* (Co, Ci, Kh, Kw) with a last dimension of 1, or without. */
static bool read_conv(struct lava_layer *in)
{
    if (in->last == UINT32_MAX)
        return wrong(in, "type", "is conv in the first layer, expected input or dense");
    if (!read_delay(in))
        return false;
    struct node *node = lava_append(in, NODE_CONV2D, memory_format("%s.synapses", in->name));
    bool good = read_tensor(in, "weight", &node->weight) && read_window(in, node);
    node->groups = 1;
    if (good && has(in, "groups"))
        good = read_axes(in, "groups", 1, &node->groups);
    if (good && node->weight.shape.rank == 5 && node->weight.shape.size[4] == 1)
        node->weight.shape.rank = 4;
    return good && read_shape(in) && read_neuron(in, false, 0);
}

/* The sum over a window times one weight: a kernel for each channel. */
static bool read_pool(struct lava_layer *in)
{
    double value = 1;
    int64_t kernel[2];
    if (in->last == UINT32_MAX)
        return wrong(in, "type", "is pool in the first layer, expected input or dense");
    if (!read_axes(in, "kernelSize", 2, kernel) || (has(in, "weight") && !read_number(in, "weight", &value)) ||
        !read_shape(in))
        return false;
    int64_t channels = in->shape.size[0];
    if (kernel[0] < 1 || kernel[1] < 1 || kernel[0] > 4096 || kernel[1] > 4096 || channels > 65536)
        return wrong(in, "kernelSize", "is out of range, expected 1 .. 4096");
    struct node *node = lava_append(in, NODE_CONV2D, memory_format("%s.synapses", in->name));
    node->weight.shape = (struct shape){4, {channels, 1, kernel[0], kernel[1]}};
    if (shape_items(&node->weight.shape) > (int64_t)TENSOR_ITEMS_MAX)
        return wrong(in, "kernelSize", "is too large");
    node->groups = channels;
    node->weight.data = memory_array((size_t)shape_items(&node->weight.shape), sizeof(double));
    for (int64_t i = 0; i < shape_items(&node->weight.shape); i++)
        node->weight.data[i] = value;
    return read_window(in, node) && (!has(in, "neuron") || read_neuron(in, false, 0));
}

/* The values of an input x drive the neuron as a bias, 2 weight x - weight + bias (netx); an encoder takes them as they
 * are. */
static bool read_input(struct lava_layer *in)
{
    double weight = INPUT_WEIGHT_DEFAULT, bias = 0;
    if (in->last != UINT32_MAX)
        return wrong(in, "type", "is input, expected only in the first layer");
    if (!read_shape(in) || (has(in, "weight") && !read_number(in, "weight", &weight)) ||
        (has(in, "bias") && !read_number(in, "bias", &bias)))
        return false;
    lava_append(in, NODE_INPUT, memory_copy_string("input"))->output = in->shape;
    struct node *scale = lava_append(in, NODE_SCALE, memory_format("%s.transform", in->name));
    scale->scale = filled(in, 2 * weight);
    scale->output = in->shape;
    return read_neuron(in, true, bias - weight);
}

static bool read_flatten(struct lava_layer *in)
{
    if (in->last == UINT32_MAX)
        return wrong(in, "type", "is flatten in the first layer, expected input or dense");
    struct node *node = lava_append(in, NODE_FLATTEN, memory_copy_string(in->name));
    node->flatten_end = -1;
    return true;
}

bool lava_read_layer(struct lava_layer *in)
{
    static const struct {
        const char *type;
        bool (*read)(struct lava_layer *in);
    } types[] = {{"input", read_input}, {"conv", read_conv}, {"dense", read_dense}, {"dense_rec", read_recurrent},
                 {"pool", read_pool}, {"flatten", read_flatten}};
    char *type = NULL;
    if (!read_type(in, "type", &type))
        return false;
    size_t i = 0;
    while (i < sizeof types / sizeof *types && strcmp(types[i].type, type) != 0)
        i++;
    free(type);
    if (i == sizeof types / sizeof *types)
        return wrong(in, "type", "is not known, expected input, conv, dense, dense_rec, pool or flatten");
    return types[i].read(in);
}
