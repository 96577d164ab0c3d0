/* ONNX operators that move no value, and those on constants of which exporters compute shapes. */
#include "tools/read/onnx_graph.h"

#include "sim/memory.h"
#include "tools/read/onnx.pb-c.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tensor onnx_copy(const struct tensor *from)
{
    struct tensor copy = {from->shape, memory_array((size_t)shape_items(&from->shape), sizeof(double))};
    memcpy(copy.data, from->data, (size_t)shape_items(&from->shape) * sizeof(double));
    return copy;
}

/* TensorProto.DataType */
enum { ONNX_FLOAT = 1, ONNX_HALF = 10, ONNX_DOUBLE = 11 };

static bool append_flatten(struct onnx_reader *reader, const struct onnx_value *from)
{
    struct shape row = {1, {shape_items(&from->shape)}};
    if (from->shape.rank == 1)
        return onnx_alias(reader, from, &row);
    struct shape flattened = from->channel_last ? from->shape : (struct shape){0};
    uint32_t index = onnx_append(reader, NODE_FLATTEN, from, &row);
    reader->network->nodes[index].flatten_end = -1;
    struct onnx_value *out = onnx_output(reader, 0);
    out->channel_last = false;
    out->flattened = flattened;
    return true;
}

bool onnx_flatten(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0);
    int64_t axis = onnx_int(reader, "axis", 1);
    if (!from)
        return false;
    if (axis != 1 && axis != -from->shape.rank)
        return onnx_complain(reader, "axis is %lld, expected 1: everything but the batch", (long long)axis);
    return append_flatten(reader, from);
}

/* ---- reshape ---- */

/* Sizes behind the batch. -1 is what is left, 0 as it was. */
static bool target_shape(struct onnx_reader *reader, const struct onnx_value *from, const struct tensor *sizes,
                         struct shape *out)
{
    int64_t items = shape_items(&from->shape), known = 1;
    int rank = sizes->shape.rank == 1 ? (int)sizes->shape.size[0] : 0, open = -1;
    if (rank < 2 || rank > SHAPE_RANK_MAX)
        return onnx_complain(reader, "its shape has %d sizes, expected the batch and others", rank);
    double batch = sizes->data[0];
    *out = (struct shape){.rank = rank - 1};
    for (int i = 0; i < out->rank; i++) {
        double size = sizes->data[i + 1];
        if (!(size >= -1.0 && size <= (double)items) || (size == 0.0 && i >= from->shape.rank) || (size < 0 && open >= 0))
            return onnx_complain(reader, "its shape holds %g, expected sizes of a tensor of %lld values", size,
                                 (long long)items);
        out->size[i] = size == 0.0 ? from->shape.size[i] : (int64_t)size;
        open = size < 0 ? i : open;
        known *= size < 0 ? 1 : out->size[i];
        if (known < 1 || known > items)
            break;
    }
    bool whole = known > 0 && (open >= 0 ? items % known == 0 : known == items);
    if (open >= 0 && whole)
        out->size[open] = items / known;
    bool same_batch = batch == 0.0 || batch == (double)(reader->batch ? reader->batch : 1) || (batch == -1.0 && open < 0);
    if (!whole || !same_batch || (batch == 1.0 && reader->batch > 1))
        return onnx_complain(reader, "its shape does not keep the batch and %lld values, expected that", (long long)items);
    return true;
}

/* Only an input can be taken apart differently: nothing has used its shape yet. */
static bool reshape_input(struct onnx_reader *reader, const struct onnx_value *from, const struct shape *shape)
{
    struct node *node = from->source_count == 1 ? &reader->network->nodes[from->sources[0]] : NULL;
    if (!node || node->kind != NODE_INPUT || from->uses != 1 || from->channel_last)
        return onnx_complain(reader, "makes another shape than a row of a tensor, expected that for the input alone");
    node->output = *shape;
    return onnx_alias(reader, from, shape);
}

/* Weights that are stored in a row. */
static bool reshape_constant(struct onnx_reader *reader, const struct onnx_value *from, const struct tensor *sizes)
{
    int64_t items = shape_items(&from->data.shape), size[2] = {0, 0};
    bool two = sizes->shape.rank == 1 && sizes->shape.size[0] == 2 && items > 0;
    for (int i = 0; two && i < 2; i++)
        size[i] = sizes->data[i] >= -1.0 && sizes->data[i] <= (double)items ? (int64_t)sizes->data[i] : 0;
    for (int i = 0; i < 2; i++)
        if (size[i] == -1 && size[1 - i] > 0)
            size[i] = items / size[1 - i];
    if (size[0] < 1 || size[1] < 1 || size[0] * size[1] != items)
        return onnx_complain(reader, "of a constant, expected two sizes that keep its %lld values", (long long)items);
    struct tensor copy = onnx_copy(&from->data);
    copy.shape = (struct shape){2, {size[0], size[1]}};
    return onnx_define_constant(reader, &copy);
}

bool onnx_reshape(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_input(reader, 0), *sizes = onnx_constant(reader, 1);
    struct shape shape;
    if (!sizes)
        return false;
    if (from && from->constant)
        return reshape_constant(reader, from, &sizes->data);
    from = onnx_activation(reader, 0);
    if (!from || !target_shape(reader, from, &sizes->data, &shape))
        return false;
    if (shape.rank == 1)
        return append_flatten(reader, from);
    if (shape_equal(&shape, &from->shape) && !from->channel_last)
        return onnx_alias(reader, from, &shape);
    return reshape_input(reader, from, &shape);
}

/* Of (C, 1, 1), as global pools leave it: a row. */
bool onnx_squeeze(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_input(reader, 0);
    if (from && from->constant) {
        struct tensor copy = onnx_copy(&from->data);
        copy.shape = (struct shape){0};
        for (int i = 0; i < from->data.shape.rank; i++)
            if (from->data.shape.size[i] != 1)
                copy.shape.size[copy.shape.rank++] = from->data.shape.size[i];
        return onnx_define_constant(reader, &copy);
    }
    from = onnx_activation(reader, 0);
    if (!from)
        return false;
    if (shape_items(&from->shape) != from->shape.size[0])
        return onnx_complain(reader, "leaves several dimensions, expected (C, 1, 1)");
    return append_flatten(reader, from);
}

/* ---- transpose ---- */

static bool transpose_constant(struct onnx_reader *reader, const struct onnx_value *from)
{
    int64_t order[2];
    if (from->data.shape.rank != 2)
        return onnx_complain(reader, "of a constant of %d dimensions, expected 2", from->data.shape.rank);
    if (!onnx_attribute(reader, "perm"))
        order[0] = 1;
    else if (!onnx_ints(reader, "perm", 2, 0, order))
        return false;
    int64_t rows = from->data.shape.size[0], columns = from->data.shape.size[1];
    bool swap = order[0] == 1;
    struct tensor out = {{2, {swap ? columns : rows, swap ? rows : columns}},
                         memory_array((size_t)(rows * columns), sizeof(double))};
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c++)
            out.data[swap ? c * rows + r : r * columns + c] = from->data.data[r * columns + c];
    return onnx_define_constant(reader, &out);
}

/* The input is (H, W, C) in the file; here it becomes (C, H, W). */
static bool turn_input(struct onnx_reader *reader, const struct onnx_value *from)
{
    int rank = from->shape.rank;
    struct shape shape = {.rank = rank, .size = {from->shape.size[rank - 1]}};
    for (int i = 1; i < rank; i++)
        shape.size[i] = from->shape.size[i - 1];
    return reshape_input(reader, from, &shape);
}

/* Between channel first and channel last: no value moves, but what follows means another order by it. */
bool onnx_transpose(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_input(reader, 0);
    if (from && from->constant)
        return transpose_constant(reader, from);
    from = onnx_activation(reader, 0);
    int64_t order[4] = {0};
    if (!from || !onnx_ints(reader, "perm", (size_t)from->shape.rank + 1, 0, order))
        return false;
    int last = from->shape.rank;
    bool to_last = order[0] == 0 && order[last] == 1, to_first = order[0] == 0 && order[1] == last, still = true;
    for (int i = 0; i <= last; i++) {
        still = still && order[i] == i;
        to_last = to_last && (i == 0 || i == last || order[i] == i + 1);
        to_first = to_first && (i < 2 || order[i] == i - 1);
    }
    if (still)
        return onnx_alias(reader, from, &from->shape);
    if (to_first && !from->channel_last && last >= 2 && from->source_count == 1 &&
        reader->network->nodes[from->sources[0]].kind == NODE_INPUT)
        return turn_input(reader, from);
    if (last < 2 || (to_last ? from->channel_last : !to_first || !from->channel_last))
        return onnx_complain(reader, "another order than between channel first and channel last, expected those");
    if (!onnx_alias(reader, from, &from->shape))
        return false;
    onnx_output(reader, 0)->channel_last = to_last;
    return true;
}

/* ---- constants ---- */

/* Also Dropout and Cast, which change nothing in a trained network's values. */
bool onnx_identity(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_input(reader, 0);
    int64_t to = onnx_int(reader, "to", ONNX_FLOAT);
    if (from && !from->constant && to != ONNX_FLOAT && to != ONNX_HALF && to != ONNX_DOUBLE)
        return onnx_complain(reader, "to type %lld, expected float, double or half", (long long)to);
    if (from && from->constant) {
        struct tensor copy = onnx_copy(&from->data);
        return onnx_define_constant(reader, &copy);
    }
    from = onnx_activation(reader, 0);
    return from && onnx_alias(reader, from, &from->shape);
}

bool onnx_constant_operator(struct onnx_reader *reader)
{
    const Onnx__AttributeProto *tensor = onnx_attribute(reader, "value"), *number = onnx_attribute(reader, "value_float");
    const Onnx__AttributeProto *whole = onnx_attribute(reader, "value_int"), *list = onnx_attribute(reader, "value_ints");
    struct tensor out = {0};
    if (tensor && tensor->t) {
        char *place = memory_format("%s: constant '%.100s'", reader->network->path, reader->at->name);
        bool good = onnx_tensor(tensor->t, place, &out, reader->diagnostics);
        free(place);
        return good && onnx_define_constant(reader, &out);
    }
    if (!number && !whole && !list)
        return onnx_complain(reader, "has no value, value_float, value_int or value_ints, expected one of them");
    out.shape = (struct shape){list ? 1 : 0, {list ? (int64_t)list->n_ints : 0}};
    out.data = memory_array(list ? list->n_ints + 1 : 1, sizeof *out.data);
    out.data[0] = number ? (double)number->f : whole ? (double)whole->i : 0.0;
    for (size_t i = 0; list && i < list->n_ints; i++)
        out.data[i] = (double)list->ints[i];
    return onnx_define_constant(reader, &out);
}

/* An open batch is 0 here, which Reshape takes for "as it was". */
bool onnx_shape_operator(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_activation(reader, 0);
    if (!from)
        return false;
    struct tensor out = {{1, {from->shape.rank + 1}}, memory_array((size_t)from->shape.rank + 1, sizeof(double))};
    out.data[0] = (double)reader->batch;
    for (int i = 0; i < from->shape.rank; i++) {
        int place = from->channel_last ? (i == from->shape.rank - 1 ? 0 : i + 1) : i;
        out.data[i + 1] = (double)from->shape.size[place];
    }
    return onnx_define_constant(reader, &out);
}

/* One item, or several, of a list. */
bool onnx_gather(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_constant(reader, 0), *at = from ? onnx_constant(reader, 1) : NULL;
    if (!at)
        return false;
    int64_t items = shape_items(&from->data.shape);
    if (from->data.shape.rank != 1 || onnx_int(reader, "axis", 0) != 0)
        return onnx_complain(reader, "is not of a list, expected that");
    struct tensor out = onnx_copy(&at->data);
    for (int64_t i = 0; i < shape_items(&out.shape); i++) {
        double index = out.data[i] < 0 ? out.data[i] + (double)items : out.data[i];
        if (!(index >= 0 && index < (double)items)) {
            free(out.data);
            return onnx_complain(reader, "index %g is out of range, expected 0 .. %lld", index, (long long)items - 1);
        }
        out.data[i] = from->data.data[(int64_t)index];
    }
    return onnx_define_constant(reader, &out);
}

/* Of a number or a list of one: a list of one. */
bool onnx_unsqueeze(struct onnx_reader *reader)
{
    const struct onnx_value *from = onnx_constant(reader, 0);
    if (!from)
        return false;
    if (shape_items(&from->data.shape) != 1)
        return onnx_complain(reader, "is of several values, expected one number");
    struct tensor out = onnx_copy(&from->data);
    out.shape = (struct shape){1, {1}};
    return onnx_define_constant(reader, &out);
}

bool onnx_concat(struct onnx_reader *reader)
{
    struct tensor out = {{1, {0}}, NULL};
    size_t capacity = 0;
    bool good = true;
    for (size_t i = 0; good && i < reader->at->n_input; i++) {
        const struct onnx_value *part = onnx_constant(reader, i);
        good = part && (part->data.shape.rank == 1 || onnx_complain(reader, "is not of lists, expected those"));
        int64_t more = good ? part->data.shape.size[0] : 0;
        if (good && out.shape.size[0] + more > SHAPE_RANK_MAX)
            good = onnx_complain(reader, "makes a list of more than %d, expected the sizes of a shape", SHAPE_RANK_MAX);
        for (int64_t k = 0; good && k < more; k++) {
            out.data = memory_grow(out.data, &capacity, (size_t)out.shape.size[0] + 1, sizeof *out.data);
            out.data[out.shape.size[0]++] = part->data.data[k];
        }
    }
    if (good)
        return onnx_define_constant(reader, &out);
    free(out.data);
    return false;
}
