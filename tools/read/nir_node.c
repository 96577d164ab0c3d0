/* One node of a NIR file: its datasets by kind. Older files lack some (v_reset, input_shape), or hold one value for
 * all neurons; what both mean is plain, and network_check expands it. */
#include "tools/read/nir.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The kinds that NIR has come first. */
#define NIR_KINDS NODE_LOIHI

struct nir_node {
    struct h5 *file;
    const char *group;
    struct node *node;
    struct diagnostics *diagnostics;
};

static char *dataset_path(const struct nir_node *in, const char *name)
{
    return memory_format("%s/%s", in->group, name);
}

static bool has(const struct nir_node *in, const char *name)
{
    char *path = dataset_path(in, name);
    bool exists = h5_exists(in->file, path);
    free(path);
    return exists;
}

/* Adds "FILE: GROUP/NAME: TEXT"; returns false. */
static bool wrong(const struct nir_node *in, const char *name, const char *text)
{
    char *place = memory_format("%s: %s/%s", h5_path(in->file), in->group, name);
    diagnostics_add(in->diagnostics, place, "%s", text);
    free(place);
    return false;
}

static struct shape to_shape(const struct h5_shape *from)
{
    struct shape shape = {.rank = from->rank};
    for (int i = 0; i < from->rank; i++)
        shape.size[i] = (int64_t)from->size[i];
    return shape;
}

static bool read_tensor(const struct nir_node *in, const char *name, struct tensor *out)
{
    struct h5_shape shape;
    char *path = dataset_path(in, name);
    bool good = h5_read_doubles(in->file, path, TENSOR_ITEMS_MAX, &out->data, &shape, in->diagnostics);
    free(path);
    if (good)
        out->shape = to_shape(&shape);
    return good;
}

/* A list of sizes: (n), or one number. */
static bool read_shape(const struct nir_node *in, const char *name, struct shape *out)
{
    struct h5_shape shape;
    int64_t *sizes;
    char *path = dataset_path(in, name);
    bool good = h5_read_int64(in->file, path, SHAPE_RANK_MAX, &sizes, &shape, in->diagnostics);
    free(path);
    if (!good)
        return false;
    *out = (struct shape){.rank = shape.rank == 1 ? (int)shape.size[0] : 1};
    memcpy(out->size, sizes, (size_t)out->rank * sizeof *sizes * (shape.rank <= 1));
    free(sizes);
    return shape.rank <= 1 ? true : wrong(in, name, "has several dimensions, expected a list of sizes");
}

/* One value for each of `count` axes, or one for all. */
static bool read_axes(const struct nir_node *in, const char *name, int count, int64_t *out)
{
    struct shape list;
    if (!read_shape(in, name, &list))
        return false;
    if (list.rank != 1 && list.rank != count)
        return wrong(in, name, count == 1 ? "is a list, expected one whole number" : "expected two whole numbers");
    for (int i = 0; i < count; i++)
        out[i] = list.size[list.rank == 1 ? 0 : i];
    return true;
}

/* A bias that is the single value FALSE, as one exporter wrote it, is none. */
static bool read_bias(const struct nir_node *in)
{
    struct tensor *bias = &in->node->bias;
    if (!read_tensor(in, "bias", bias))
        return false;
    if (bias->shape.rank > 0)
        return true;
    if (bias->data[0] == 0.0) {
        free(bias->data);
        *bias = (struct tensor){0};
    } else {
        bias->shape = (struct shape){.rank = 1, .size = {1}};
    }
    return true;
}

static bool read_affine(const struct nir_node *in, bool has_bias)
{
    bool good = read_tensor(in, "weight", &in->node->weight);
    return (has_bias ? read_bias(in) : true) && good;
}

/* ---- convolutions and pools; axes count from the last, so that Conv1d is a Conv2d of one row ---- */

static bool same_padding(const struct nir_node *in, int axes)
{
    struct node *node = in->node;
    const struct shape *weight = &node->weight.shape;
    if (weight->rank != axes + 2)
        return true; /* network_check says it */
    for (int axis = 2 - axes; axis < 2; axis++) {
        if (node->stride[axis] != 1)
            return wrong(in, "padding", "is 'same' with a stride other than 1, expected numbers");
        int64_t kernel = weight->size[weight->rank - 2 + axis], dilation = node->dilation[axis];
        if (kernel < 1 || dilation < 1 || dilation > (int64_t)TENSOR_ITEMS_MAX)
            continue;
        int64_t total = dilation * (kernel - 1);
        node->padding_begin[axis] = total / 2;
        node->padding_end[axis] = total - total / 2;
    }
    return true;
}

static bool read_padding(const struct nir_node *in, int axes)
{
    char *path = dataset_path(in, "padding"), *text = NULL;
    bool string = h5_is_string(in->file, path), good;
    if (!string) {
        good = read_axes(in, "padding", axes, in->node->padding_begin + 2 - axes);
        memcpy(in->node->padding_end, in->node->padding_begin, sizeof in->node->padding_end);
    } else if ((good = h5_read_string(in->file, path, &text, in->diagnostics))) {
        if (strcmp(text, "same") == 0)
            good = same_padding(in, axes);
        else if (strcmp(text, "valid") != 0)
            good = wrong(in, "padding", "is an unknown word, expected numbers, 'same' or 'valid'");
    }
    free(text);
    free(path);
    return good;
}

static bool read_conv(const struct nir_node *in, int axes)
{
    struct node *node = in->node;
    bool good = read_tensor(in, "weight", &node->weight);
    good = read_bias(in) && good;
    good = read_axes(in, "stride", axes, node->stride + 2 - axes) && good;
    good = read_axes(in, "dilation", axes, node->dilation + 2 - axes) && good;
    good = read_axes(in, "groups", 1, &node->groups) && good;
    if (has(in, "input_shape"))
        good = read_shape(in, "input_shape", &node->input) && good;
    return good && read_padding(in, axes);
}

static bool read_pool(const struct nir_node *in)
{
    bool good = read_axes(in, "kernel_size", 2, in->node->kernel);
    good = read_axes(in, "stride", 2, in->node->stride) && good;
    return read_padding(in, 2) && good;
}

static bool read_flatten(const struct nir_node *in)
{
    bool good = read_axes(in, "start_dim", 1, &in->node->flatten_start);
    good = read_axes(in, "end_dim", 1, &in->node->flatten_end) && good;
    return has(in, "input_type") ? read_shape(in, "input_type", &in->node->input) && good : good;
}

/* ---- values per neuron ---- */

/* Several parameters may give one value for all neurons while others give one each. */
static bool expand(const struct nir_node *in, const char *name, double **data, const struct shape *got)
{
    const struct shape *shape = &in->node->output;
    int64_t items = shape_items(shape);
    if (shape_items(got) == 1 && items != 1) {
        double value = **data;
        free(*data);
        *data = memory_array((size_t)items, sizeof **data);
        for (int64_t i = 0; i < items; i++)
            (*data)[i] = value;
        return true;
    }
    if (shape_agrees(got, shape))
        return true;
    char *one = shape_format(got), *other = shape_format(shape);
    char *text = memory_format("has the shape %s, expected %s as the node's other parameters", one, other);
    wrong(in, name, text);
    free(text);
    free(other);
    free(one);
    return false;
}

static bool larger(const struct shape *a, const struct shape *b)
{
    int64_t items_a = shape_items(a), items_b = shape_items(b);
    return items_a > items_b || (items_a == items_b && a->rank > b->rank);
}

static bool read_fields(const struct nir_node *in)
{
    struct shape shapes[8] = {{0}};
    const struct node_field *fields = node_fields(in->node->kind);
    bool good = true;
    for (int i = 0; fields[i].name; i++) {
        struct tensor tensor = {0};
        if (fields[i].absent != FIELD_REQUIRED && !has(in, fields[i].name))
            continue;
        good = read_tensor(in, fields[i].name, &tensor) && good;
        *node_field(in->node, &fields[i]) = tensor.data;
        shapes[i] = tensor.shape;
        if (larger(&tensor.shape, &in->node->output))
            in->node->output = tensor.shape;
    }
    for (int i = 0; good && fields[i].name; i++)
        if (*node_field(in->node, &fields[i]))
            good = expand(in, fields[i].name, node_field(in->node, &fields[i]), &shapes[i]);
    return good;
}

bool nir_kind(const char *type, enum node_kind *kind)
{
    if (strcmp(type, "Linear") == 0) {
        *kind = NODE_AFFINE;
        return true;
    }
    for (int i = 0; i < NIR_KINDS; i++)
        if (strcmp(type, node_kind_name((enum node_kind)i)) == 0) {
            *kind = (enum node_kind)i;
            return true;
        }
    return false;
}

static bool unknown_type(const struct nir_node *in, const char *type)
{
    char *known = memory_copy_string("Linear");
    for (int i = 0; i < NIR_KINDS; i++) {
        char *longer = memory_format("%s, %s", known, node_kind_name((enum node_kind)i));
        free(known);
        known = longer;
    }
    char *text = memory_format("'%.100s' is not known, expected one of: %s, NIRGraph", type, known);
    wrong(in, "type", text);
    free(text);
    free(known);
    return false;
}

bool nir_read_node(struct h5 *file, const char *group, const char *type, struct node *out,
                   struct diagnostics *diagnostics)
{
    struct nir_node in = {file, group, out, diagnostics};
    if (!nir_kind(type, &out->kind))
        return unknown_type(&in, type);
    switch (out->kind) {
    case NODE_INPUT: return read_shape(&in, "shape", &out->output);
    case NODE_OUTPUT: return !has(&in, "shape") || read_shape(&in, "shape", &out->input);
    case NODE_AFFINE: return read_affine(&in, strcmp(type, "Linear") != 0);
    case NODE_CONV1D: return read_conv(&in, 1);
    case NODE_CONV2D: return read_conv(&in, 2);
    case NODE_SUMPOOL2D:
    case NODE_AVGPOOL2D: return read_pool(&in);
    case NODE_FLATTEN: return read_flatten(&in);
    default: return read_fields(&in);
    }
}
