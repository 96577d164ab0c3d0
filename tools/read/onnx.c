/* The operators of an ONNX graph in their order, which is that of the computation. Each operator says which nodes make
 * its output; a sum of two tensors needs no node, as a node with several sources takes their sum. */
#include "tools/read/onnx_graph.h"

#include "sim/memory.h"
#include "tools/read/onnx.pb-c.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool onnx_complain(const struct onnx_reader *reader, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *place = memory_format("%s: operator %u (%.60s '%.100s')", reader->network->path, (unsigned)reader->number,
                                reader->at->op_type, reader->at->name);
    diagnostics_add(reader->diagnostics, place, "%s", text);
    free(place);
    return false;
}

/* ---- values ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct onnx_value *)a)->name, ((const struct onnx_value *)b)->name);
}

struct onnx_value *onnx_find(const struct onnx_reader *reader, const char *name)
{
    struct onnx_value key = {.name = name};
    return reader->value_count ? bsearch(&key, reader->values, reader->value_count, sizeof key, by_name) : NULL;
}

struct onnx_value *onnx_input(const struct onnx_reader *reader, size_t i)
{
    return i < reader->at->n_input && *reader->at->input[i] ? onnx_find(reader, reader->at->input[i]) : NULL;
}

struct onnx_value *onnx_output(const struct onnx_reader *reader, size_t i)
{
    return i < reader->at->n_output && *reader->at->output[i] ? onnx_find(reader, reader->at->output[i]) : NULL;
}

static bool is_padded(const struct onnx_value *value)
{
    return value->pad[0][0] || value->pad[0][1] || value->pad[1][0] || value->pad[1][1];
}

struct onnx_value *onnx_activation(const struct onnx_reader *reader, size_t i)
{
    struct onnx_value *value = onnx_padded(reader, i);
    if (!value || !is_padded(value))
        return value;
    onnx_complain(reader, "its input %zu has a Pad around it, expected that before Conv or AveragePool only", i);
    return NULL;
}

struct onnx_value *onnx_padded(const struct onnx_reader *reader, size_t i)
{
    struct onnx_value *value = onnx_input(reader, i);
    const char *problem = !value || !value->defined ? "is missing"
                          : value->constant          ? "is a constant, expected one that depends on the graph's input"
                          : value->ended             ? "comes from a softmax, expected that at the end" : NULL;
    if (problem)
        onnx_complain(reader, "its input %zu %s", i, problem);
    return problem ? NULL : value;
}

struct onnx_value *onnx_constant(const struct onnx_reader *reader, size_t i)
{
    struct onnx_value *value = onnx_input(reader, i);
    if (value && value->defined && value->constant)
        return value;
    onnx_complain(reader, "its input %zu is no constant, expected weights or sizes that the file holds", i);
    return NULL;
}

static bool define(struct onnx_reader *reader, struct onnx_value **out)
{
    *out = onnx_output(reader, 0);
    if (!*out || (*out)->defined)
        return onnx_complain(reader, "its output has no name or one that was used before, expected a new one");
    (*out)->defined = true;
    return true;
}

bool onnx_define_constant(struct onnx_reader *reader, struct tensor *data)
{
    struct onnx_value *out;
    if (!define(reader, &out)) {
        free(data->data);
        return false;
    }
    out->constant = true;
    out->data = *data;
    return true;
}

bool onnx_alias(struct onnx_reader *reader, const struct onnx_value *from, const struct shape *shape)
{
    struct onnx_value *out;
    if (!define(reader, &out))
        return false;
    const char *name = out->name;
    uint32_t uses = out->uses;
    *out = *from;
    out->name = name;
    out->uses = uses;
    out->shape = *shape;
    out->sources = memory_array(from->source_count, sizeof *out->sources);
    memcpy(out->sources, from->sources, from->source_count * sizeof *out->sources);
    return true;
}

/* ---- nodes ---- */

/* '/' separates the levels of a name in newer exporters, as '.' does here. */
static char *name_of(const char *name, const char *type, uint32_t number)
{
    while (*name == '/')
        name++;
    char *copy = *name ? memory_copy_string(name) : memory_format("%s_%u", type, (unsigned)number);
    for (char *at = copy; *at; at++)
        if (*at == '/')
            *at = '.';
    return copy;
}

static void connect(struct onnx_reader *reader, const struct onnx_value *from, uint32_t to)
{
    for (uint32_t i = 0; i < from->source_count; i++)
        network_add_edge(reader->network, from->sources[i], to);
}

uint32_t onnx_append(struct onnx_reader *reader, enum node_kind kind, const struct onnx_value *from,
                     const struct shape *shape)
{
    struct onnx_value *out = onnx_output(reader, 0); /* there: go_through has looked */
    uint32_t index = network_append(reader->network, kind, name_of(reader->at->name, reader->at->op_type, reader->number));
    connect(reader, from, index);
    out->defined = true;
    out->sources = memory_array(1, sizeof *out->sources);
    out->sources[0] = index;
    out->source_count = 1;
    out->shape = *shape;
    out->channel_last = from->channel_last;
    out->flattened = from->flattened;
    return index;
}

static int by_node_name(const void *a, const void *b)
{
    const struct node *const *x = a, *const *y = b;
    int order = strcmp((*x)->name, (*y)->name);
    return order ? order : (*x > *y) - (*x < *y);
}

/* Inputs, outputs and operators have names of their own in ONNX; nodes here share one room. */
static void make_names_differ(struct network *network)
{
    struct node **sorted = memory_array(network->node_count, sizeof *sorted);
    for (uint32_t i = 0; i < network->node_count; i++)
        sorted[i] = &network->nodes[i];
    qsort(sorted, network->node_count, sizeof *sorted, by_node_name);
    uint32_t first = 0;
    for (uint32_t i = 1; i < network->node_count; i++) {
        if (strcmp(sorted[i]->name, sorted[first]->name) != 0) {
            first = i;
            continue;
        }
        char *longer = memory_format("%s_%u", sorted[i]->name, (unsigned)(sorted[i] - network->nodes));
        free(sorted[i]->name);
        sorted[i]->name = longer;
    }
    free(sorted);
}

/* ---- the graph's ends ---- */

/* (batch, C, H, W) or (batch, n); only the batch may be open. */
static bool input_shape(struct onnx_reader *reader, const Onnx__ValueInfoProto *input, const char *place,
                        struct shape *out)
{
    const Onnx__TensorTypeProto *type = input->type ? input->type->tensor_type : NULL;
    const Onnx__TensorShapeProto *shape = type ? type->shape : NULL;
    if (!shape || shape->n_dim < 2 || shape->n_dim > 4)
        return diagnostics_add(reader->diagnostics, place, "has %zu dimensions, expected the batch and 1 to 3 others",
                               shape ? shape->n_dim : 0);
    int64_t batch = shape->dim[0]->dim_value;
    reader->batch = batch > 0 ? batch : 0;
    *out = (struct shape){.rank = (int)shape->n_dim - 1};
    for (int i = 0; i < out->rank; i++) {
        out->size[i] = shape->dim[i + 1]->dim_value;
        if (out->size[i] < 1 || out->size[i] > (int64_t)TENSOR_ITEMS_MAX)
            return diagnostics_add(reader->diagnostics, place, "dimension %d is open or %lld, expected a size (only the "
                                   "batch may be open)", i + 1, (long long)out->size[i]);
    }
    return true;
}

static bool add_input(struct onnx_reader *reader, const Onnx__ValueInfoProto *input)
{
    struct onnx_value *value = onnx_find(reader, input->name);
    if (!value || value->defined) /* a weight: before IR version 4 all were inputs too */
        return true;
    char *place = memory_format("%s: input '%.100s'", reader->network->path, input->name);
    bool good = input_shape(reader, input, place, &value->shape);
    free(place);
    value->defined = true;
    value->sources = memory_array(1, sizeof *value->sources);
    value->source_count = 1;
    value->sources[0] = network_append(reader->network, NODE_INPUT, name_of(input->name, "input", 0));
    reader->network->nodes[value->sources[0]].output = value->shape;
    return good;
}

static bool add_output(struct onnx_reader *reader, const Onnx__ValueInfoProto *output)
{
    struct onnx_value *value = onnx_find(reader, output->name);
    char *place = memory_format("%s: output '%.100s'", reader->network->path, output->name);
    const char *problem = !value || !value->defined ? "is made by no operator"
                          : value->constant          ? "is a constant, expected one that depends on the graph's input"
                          : is_padded(value)         ? "has a Pad around it, expected an operator behind that"
                          : value->flattened.rank || (value->channel_last && value->shape.rank > 1)
                              ? "is laid out channel last, expected weights at the end" : NULL;
    if (problem)
        diagnostics_add(reader->diagnostics, place, "%s", problem);
    else
        connect(reader, value, network_append(reader->network, NODE_OUTPUT, name_of(output->name, "output", 0)));
    free(place);
    return !problem;
}

/* ---- operators ---- */

static const struct {
    const char *type;
    bool (*read)(struct onnx_reader *reader);
} operators[] = {
    {"Conv", onnx_conv}, {"Gemm", onnx_gemm}, {"MatMul", onnx_matmul}, {"BatchNormalization", onnx_batch_normalisation},
    {"Add", onnx_arithmetic}, {"Sub", onnx_arithmetic}, {"Mul", onnx_arithmetic}, {"Div", onnx_arithmetic},
    {"Relu", onnx_relu}, {"Clip", onnx_clip}, {"Softmax", onnx_softmax}, {"LogSoftmax", onnx_softmax},
    {"MaxPool", onnx_pool}, {"AveragePool", onnx_pool}, {"GlobalAveragePool", onnx_global_pool},
    {"GlobalMaxPool", onnx_global_pool}, {"ReduceMean", onnx_reduce_mean}, {"Pad", onnx_pad}, {"Flatten", onnx_flatten},
    {"Reshape", onnx_reshape}, {"Squeeze", onnx_squeeze}, {"Transpose", onnx_transpose}, {"Identity", onnx_identity},
    {"Dropout", onnx_identity}, {"Cast", onnx_identity}, {"Constant", onnx_constant_operator},
    {"Shape", onnx_shape_operator}, {"Gather", onnx_gather}, {"Unsqueeze", onnx_unsqueeze}, {"Concat", onnx_concat}};
#define OPERATORS (sizeof operators / sizeof *operators)

static bool unknown_operator(const struct onnx_reader *reader)
{
    char *known = memory_copy_string(operators[0].type);
    for (size_t i = 1; i < OPERATORS; i++) {
        char *longer = memory_format("%s, %s", known, operators[i].type);
        free(known);
        known = longer;
    }
    onnx_complain(reader, "is not read, expected %s", known);
    free(known);
    return false;
}

static bool go_through(struct onnx_reader *reader, const Onnx__NodeProto *at)
{
    reader->at = at;
    const struct onnx_value *out = onnx_output(reader, 0);
    if (*at->domain && strcmp(at->domain, "ai.onnx") != 0)
        return onnx_complain(reader, "is of the domain '%.100s', expected an operator of ONNX itself", at->domain);
    if (!out || out->defined)
        return onnx_complain(reader, "its output has no name or one that was used before, expected a new one");
    for (size_t i = 0; i < OPERATORS; i++)
        if (strcmp(operators[i].type, at->op_type) == 0)
            return operators[i].read(reader);
    return unknown_operator(reader);
}

/* ---- all names ---- */

static void note(struct onnx_reader *reader, const char *name)
{
    if (*name)
        reader->values[reader->value_count++] = (struct onnx_value){.name = name};
}

/* Sorted and each once. */
static void list_values(struct onnx_reader *reader, const Onnx__GraphProto *graph)
{
    size_t most = graph->n_input + graph->n_initializer, kept = 0;
    for (size_t i = 0; i < graph->n_node; i++)
        most += graph->node[i]->n_output;
    reader->values = memory_array(most, sizeof *reader->values);
    for (size_t i = 0; i < graph->n_input; i++)
        note(reader, graph->input[i]->name);
    for (size_t i = 0; i < graph->n_initializer; i++)
        note(reader, graph->initializer[i]->name);
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t k = 0; k < graph->node[i]->n_output; k++)
            note(reader, graph->node[i]->output[k]);
    qsort(reader->values, reader->value_count, sizeof *reader->values, by_name);
    for (size_t i = 0; i < reader->value_count; i++)
        if (kept == 0 || strcmp(reader->values[kept - 1].name, reader->values[i].name) != 0)
            reader->values[kept++] = reader->values[i];
    reader->value_count = kept;
}

static void count_uses(struct onnx_reader *reader, const Onnx__GraphProto *graph)
{
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t k = 0; k < graph->node[i]->n_input; k++) {
            struct onnx_value *value = onnx_find(reader, graph->node[i]->input[k]);
            if (value)
                value->uses++;
        }
    for (size_t i = 0; i < graph->n_output; i++) {
        struct onnx_value *value = onnx_find(reader, graph->output[i]->name);
        if (value)
            value->uses++;
    }
}

static bool add_initializer(struct onnx_reader *reader, const Onnx__TensorProto *from)
{
    struct onnx_value *value = onnx_find(reader, from->name);
    char *place = memory_format("%s: initializer '%.100s'", reader->network->path, from->name);
    bool good = value && !value->defined ? onnx_tensor(from, place, &value->data, reader->diagnostics)
                                         : diagnostics_add(reader->diagnostics, place, "has no name or one that was "
                                                           "used before, expected a new one");
    free(place);
    if (value)
        value->defined = value->constant = true;
    return good;
}

static void free_values(struct onnx_reader *reader)
{
    for (size_t i = 0; i < reader->value_count; i++) {
        free(reader->values[i].data.data);
        free(reader->values[i].sources);
    }
    free(reader->values);
}

bool onnx_read_graph(const struct Onnx__GraphProto *graph, int64_t opset, struct network *out,
                     struct diagnostics *diagnostics)
{
    struct onnx_reader reader = {.network = out, .opset = opset, .diagnostics = diagnostics};
    if (graph->n_node > NETWORK_NODES_MAX)
        return diagnostics_add(diagnostics, out->path, "%zu operators, expected at most %u", graph->n_node,
                               NETWORK_NODES_MAX);
    bool good = true;
    list_values(&reader, graph);
    count_uses(&reader, graph);
    for (size_t i = 0; i < graph->n_initializer; i++)
        good = add_initializer(&reader, graph->initializer[i]) && good;
    for (size_t i = 0; i < graph->n_input; i++)
        good = add_input(&reader, graph->input[i]) && good;
    for (size_t i = 0; good && i < graph->n_node; i++) {
        reader.number = (uint32_t)i;
        good = go_through(&reader, graph->node[i]);
    }
    for (size_t i = 0; good && i < graph->n_output; i++)
        good = add_output(&reader, graph->output[i]);
    make_names_differ(out);
    free_values(&reader);
    return good;
}
