/* One layer of a Keras model. Kernels come in three layouts: Theano's (out, in, rows, columns), flipped (a true
 * convolution); Keras 2 on Theano (rows, columns, in, out), flipped; TensorFlow's, the same without the flip. Tensors
 * here are (C, H, W), so a Dense behind a channel-last Flatten has its inputs put in that order. */
#include "tools/read/keras.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MOST 65536

static bool wrong(const struct keras_model *model, const char *layer, const char *format, const char *text)
{
    char *place = memory_format("%s: layer '%.100s'", model->network->path, layer);
    diagnostics_add(model->diagnostics, place, format, text);
    free(place);
    return false;
}

static const json_t *either(const json_t *config, const char *new_name, const char *old_name)
{
    const json_t *value = json_object_get(config, new_name);
    return value || !old_name ? value : json_object_get(config, old_name);
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static bool read_pair(const struct keras_model *model, const char *name, const json_t *value, int64_t *out)
{
    for (size_t i = 0; i < 2; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        out[i] = json_integer_value(item);
        if (!json_is_integer(item) || out[i] < 1 || out[i] > SIZE_MOST)
            return wrong(model, name, "a %s that is not two sizes", "kernel, pool or stride");
    }
    return true;
}

/* ---- weights ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The dataset below a group whose name ends in one of two ways; fresh, NULL: none. */
static char *find_weights(struct h5 *file, const char *group, const char *end, const char *other, int depth)
{
    char **names = NULL, *found = NULL;
    size_t count = 0;
    struct diagnostics ignored = {0};
    if (depth < 4 && h5_is_group(file, group) && h5_list(file, group, &names, &count, &ignored))
        for (size_t i = 0; i < count && !found; i++) {
            char *path = memory_format("%s/%s", group, names[i]);
            if (h5_is_group(file, path))
                found = find_weights(file, path, end, other, depth + 1);
            else if (ends_with(names[i], end) || ends_with(names[i], other))
                found = memory_copy_string(path);
            free(path);
        }
    h5_free_strings(names, count);
    diagnostics_free(&ignored);
    return found;
}

static bool read_weights(const struct keras_model *model, const char *layer, bool bias, struct tensor *out)
{
    char *group = memory_format("%s/%s", model->root, layer);
    char *path = bias ? find_weights(model->file, group, "_b", "bias:0", 0)
                      : find_weights(model->file, group, "_W", "kernel:0", 0);
    struct h5_shape shape = {0};
    bool good = path ? h5_read_doubles(model->file, path, TENSOR_ITEMS_MAX, &out->data, &shape, model->diagnostics)
                     : bias || wrong(model, layer, "has no weights in the file, expected a dataset %s",
                                     "NAME_W or kernel:0");
    out->shape = (struct shape){.rank = path && good ? shape.rank : 0};
    for (int i = 0; i < out->shape.rank; i++)
        out->shape.size[i] = (int64_t)shape.size[i];
    free(path);
    free(group);
    return good;
}

/* ---- activations ---- */

static bool add_activation(struct keras_model *model, const char *layer, const json_t *activation)
{
    const char *kind = activation ? json_string_value(activation) : "linear";
    if (kind && strcmp(kind, "relu") == 0)
        keras_append(model, NODE_RELU, memory_format("%s_relu", layer));
    else if (kind && strcmp(kind, "softmax") == 0)
        model->ended = true;
    else if (!kind || strcmp(kind, "linear") != 0)
        return wrong(model, layer, "the activation '%.40s', expected relu, linear, or softmax at the end",
                     kind ? kind : "?");
    return true;
}

/* ---- layers ---- */

/* (in, out) becomes (out, in), with the inputs of a channel-last tensor (H, W, C) put as (C, H, W). */
static void transpose(const struct keras_model *model, const struct tensor *from, double *to)
{
    int64_t in = from->shape.size[0], out = from->shape.size[1];
    const struct shape *flat = &model->flattened;
    for (int64_t i = 0; i < in; i++) {
        int64_t place = i;
        if (flat->rank == 3) {
            int64_t c = i % flat->size[0], pixel = i / flat->size[0];
            place = c * flat->size[1] * flat->size[2] + pixel;
        }
        for (int64_t o = 0; o < out; o++)
            to[o * in + place] = from->data[i * out + o];
    }
}

static bool read_dense(struct keras_model *model, const char *name, const json_t *config)
{
    struct tensor stored = {0};
    if (!read_weights(model, name, false, &stored))
        return false;
    if (stored.shape.rank != 2 || (model->shape.rank && shape_items(&model->shape) != stored.shape.size[0])) {
        free(stored.data);
        return wrong(model, name, "its weights have another shape than (in, out) of %s", "what comes before");
    }
    int64_t out = stored.shape.size[1], in = stored.shape.size[0];
    if (model->shape.rank == 0)
        keras_append(model, NODE_INPUT, memory_copy_string("input"))->output = (struct shape){1, {in}};
    struct node *node = keras_append(model, NODE_AFFINE, memory_copy_string(name));
    node->weight = (struct tensor){{2, {out, in}}, memory_array((size_t)(out * in), sizeof(double))};
    transpose(model, &stored, node->weight.data);
    free(stored.data);
    model->flattened = (struct shape){0};
    model->shape = (struct shape){1, {out}};
    return read_weights(model, name, true, &node->bias) && add_activation(model, name, either(config, "activation", NULL));
}

/* The backend decides between flipped and not; the name of the kernel's size between old and new. */
static enum keras_layout layout_of(const struct keras_model *model, const json_t *config)
{
    const json_t *ordering = either(config, "data_format", "dim_ordering");
    bool old = json_object_get(config, "nb_filter") != NULL, theano = false;
    if (model->said != KERAS_LAYOUT_OF_FILE)
        return model->said;
    if (model->backend)
        theano = strcmp(model->backend, "theano") == 0;
    else if (old && is_text(ordering, "th"))
        theano = true;
    else if (!is_text(ordering, "tf"))
        return KERAS_LAYOUT_OF_FILE;
    if (!theano)
        return KERAS_LAYOUT_TENSORFLOW;
    return old ? KERAS_LAYOUT_THEANO : KERAS_LAYOUT_KERAS2_THEANO;
}

/* To (out, in, rows, columns), not flipped. */
static void reorder(const struct tensor *from, enum keras_layout layout, struct tensor *to)
{
    const int64_t *s = from->shape.size;
    bool first = layout == KERAS_LAYOUT_THEANO, flip = layout != KERAS_LAYOUT_TENSORFLOW;
    int64_t out = first ? s[0] : s[3], in = first ? s[1] : s[2], rows = first ? s[2] : s[0], columns = first ? s[3] : s[1];
    to->shape = (struct shape){4, {out, in, rows, columns}};
    to->data = memory_array((size_t)shape_items(&to->shape), sizeof *to->data);
    for (int64_t o = 0; o < out; o++)
        for (int64_t i = 0; i < in; i++)
            for (int64_t r = 0; r < rows; r++)
                for (int64_t c = 0; c < columns; c++) {
                    int64_t row = flip ? rows - 1 - r : r, column = flip ? columns - 1 - c : c;
                    int64_t at = first ? ((o * in + i) * rows + row) * columns + column
                                       : ((row * columns + column) * in + i) * out + o;
                    to->data[((o * in + i) * rows + r) * columns + c] = from->data[at];
                }
}

/* What a layer says itself decides; else the user, else the backend. */
static bool channels_first(const struct keras_model *model, const json_t *config)
{
    const json_t *format = either(config, "data_format", "dim_ordering");
    if (is_text(format, "channels_first") || is_text(format, "th"))
        return true;
    if (is_text(format, "channels_last") || is_text(format, "tf"))
        return false;
    if (model->said != KERAS_LAYOUT_OF_FILE)
        return model->said != KERAS_LAYOUT_TENSORFLOW;
    return model->backend && strcmp(model->backend, "theano") == 0;
}

/* "same" as TensorFlow has it: what is missing, the odd one at the end. */
static bool set_padding(struct keras_model *model, const char *name, const json_t *config, struct node *node)
{
    const json_t *mode = either(config, "padding", "border_mode");
    bool same = is_text(mode, "same");
    if (mode && !same && !is_text(mode, "valid"))
        return wrong(model, name, "a padding that is not %s", "valid or same");
    for (int axis = 0; axis < 2; axis++) {
        int64_t size = model->shape.size[axis + 1], stride = node->stride[axis];
        int64_t reach = node->kernel[axis], outputs = (size + stride - 1) / stride;
        int64_t missing = same ? (outputs - 1) * stride + reach - size : 0;
        missing = missing > 0 ? missing : 0;
        node->padding_begin[axis] = missing / 2;
        node->padding_end[axis] = missing - missing / 2;
        int64_t padded = size + missing;
        if (padded < reach)
            return wrong(model, name, "its kernel is larger than %s", "what comes before");
        model->shape.size[axis + 1] = (padded - reach) / stride + 1;
    }
    return true;
}

/* (rows, columns, channels) of batch_input_shape, or with channels first. */
static bool read_input(struct keras_model *model, const char *name, const json_t *config)
{
    const json_t *list = either(config, "batch_input_shape", "batch_shape");
    bool first = channels_first(model, config);
    int64_t size[3];
    if (json_array_size(list) != 4)
        return wrong(model, name, "no %s of four sizes, expected one in the first layer", "batch_input_shape");
    for (size_t i = 0; i < 3; i++) {
        const json_t *item = json_array_get(list, i + 1);
        size[i] = json_integer_value(item);
        if (!json_is_integer(item) || size[i] < 1 || size[i] > SIZE_MOST)
            return wrong(model, name, "a %s that holds no sizes", "batch_input_shape");
    }
    model->shape = first ? (struct shape){3, {size[0], size[1], size[2]}} : (struct shape){3, {size[2], size[0], size[1]}};
    keras_append(model, NODE_INPUT, memory_copy_string("input"))->output = model->shape;
    return true;
}

static bool read_conv(struct keras_model *model, const char *name, const json_t *config)
{
    struct tensor stored = {0};
    enum keras_layout layout = layout_of(model, config);
    const json_t *stride = either(config, "strides", "subsample");
    if (model->shape.rank == 0 && !read_input(model, name, config))
        return false;
    if (model->shape.rank != 3)
        return wrong(model, name, "is a convolution of %s", "what is no image");
    if (layout == KERAS_LAYOUT_OF_FILE)
        return wrong(model, name, "its kernel's layout is not said, expected %s",
                     "the file's or the model's \"backend\" (tensorflow or theano), or --keras-layout");
    if (!read_weights(model, name, false, &stored))
        return false;
    struct node *node = keras_append(model, NODE_CONV2D, memory_copy_string(name));
    bool good = stored.shape.rank == 4 || wrong(model, name, "its kernel has not %s", "four dimensions");
    if (good)
        reorder(&stored, layout, &node->weight);
    free(stored.data);
    node->groups = node->dilation[0] = node->dilation[1] = node->stride[0] = node->stride[1] = 1;
    if (!good || (stride && !read_pair(model, name, stride, node->stride)))
        return false;
    const json_t *dilation = json_object_get(config, "dilation_rate");
    if (dilation && (!read_pair(model, name, dilation, node->dilation) || node->dilation[0] != 1 || node->dilation[1] != 1))
        return wrong(model, name, "a %s other than 1, which is not read", "dilation_rate");
    node->kernel[0] = node->weight.shape.size[2];
    node->kernel[1] = node->weight.shape.size[3];
    model->shape.size[0] = node->weight.shape.size[0];
    return set_padding(model, name, config, node) && read_weights(model, name, true, &node->bias) &&
           add_activation(model, name, either(config, "activation", NULL));
}

static bool read_pool(struct keras_model *model, const char *name, const json_t *config, enum node_kind kind)
{
    const json_t *pool = json_object_get(config, "pool_size"), *stride = json_object_get(config, "strides");
    if (model->shape.rank != 3)
        return wrong(model, name, "is a pool of %s", "what is no image");
    struct node *node = keras_append(model, kind, memory_copy_string(name));
    if (!read_pair(model, name, pool, node->kernel) ||
        !read_pair(model, name, stride && !json_is_null(stride) ? stride : pool, node->stride))
        return false;
    if (kind == NODE_AVGPOOL2D && is_text(either(config, "padding", "border_mode"), "same"))
        return wrong(model, name, "the padding %s of an average, which is not read", "same");
    return set_padding(model, name, config, node);
}

static bool read_average(struct keras_model *model, const char *name, const json_t *config)
{
    return read_pool(model, name, config, NODE_AVGPOOL2D);
}

static bool read_max(struct keras_model *model, const char *name, const json_t *config)
{
    return read_pool(model, name, config, NODE_MAXPOOL2D);
}

static bool read_flatten(struct keras_model *model, const char *name, const json_t *config)
{
    (void)config;
    if (model->shape.rank == 0)
        return wrong(model, name, "is the first layer, expected one with %s", "weights");
    bool first = channels_first(model, config);
    struct node *node = keras_append(model, NODE_FLATTEN, memory_copy_string(name));
    node->flatten_end = -1;
    if (model->shape.rank == 3 && !first)
        model->flattened = model->shape;
    model->shape = (struct shape){1, {shape_items(&model->shape)}};
    return true;
}

static bool read_activation(struct keras_model *model, const char *name, const json_t *config)
{
    return add_activation(model, name, json_object_get(config, "activation"));
}

/* Acts in training alone, or says what the next layer says itself. */
static bool read_nothing(struct keras_model *model, const char *name, const json_t *config)
{
    (void)model, (void)name, (void)config;
    return true;
}

static bool read_input_layer(struct keras_model *model, const char *name, const json_t *config)
{
    size_t rank = json_array_size(either(config, "batch_input_shape", "batch_shape"));
    return rank == 4 ? read_input(model, name, config) : true;
}

bool keras_read_layer(struct keras_model *model, const json_t *layer)
{
    static const struct {
        const char *kind;
        bool (*read)(struct keras_model *model, const char *name, const json_t *config);
    } kinds[] = {{"Dense", read_dense}, {"Conv2D", read_conv}, {"Convolution2D", read_conv},
                 {"AveragePooling2D", read_average}, {"MaxPooling2D", read_max}, {"Flatten", read_flatten}, {"Activation", read_activation},
                 {"Dropout", read_nothing}, {"InputLayer", read_input_layer}};
    const json_t *config = json_object_get(layer, "config");
    const char *kind = json_string_value(json_object_get(layer, "class_name"));
    const char *name = json_string_value(json_object_get(config, "name"));
    if (!kind || !name || !*name || strchr(name, '/'))
        return wrong(model, name ? name : "?", "has no %s", "class_name or name");
    if (model->ended)
        return wrong(model, name, "comes after %s, expected nothing", "softmax");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].read(model, name, config);
    return wrong(model, name, "is a %.60s, expected Dense, Conv2D, AveragePooling2D, MaxPooling2D, Flatten, Activation, Dropout or "
                 "InputLayer", kind);
}
