#include "tests/support/nir_make.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

static char *place(const char *node, const char *name)
{
    return memory_format("/node/nodes/%s/%s", node, name);
}

struct h5 *nir_begin(const char *path)
{
    struct h5 *file;
    struct diagnostics diagnostics = {0};
    bool good = h5_create(path, &file, &diagnostics);
    diagnostics_print(&diagnostics);
    must(good);
    h5_write_string(file, "/version", "1.0.7");
    h5_write_string(file, "/node/type", "NIRGraph");
    h5_group(file, "/node/nodes");
    return file;
}

void nir_end(struct h5 *file)
{
    struct diagnostics diagnostics = {0};
    bool good = h5_commit(file, &diagnostics);
    diagnostics_print(&diagnostics);
    must(good);
}

void nir_text(struct h5 *file, const char *node, const char *name, const char *text)
{
    char *path = place(node, name);
    h5_write_string(file, path, text);
    free(path);
}

void nir_node(struct h5 *file, const char *node, const char *type)
{
    nir_text(file, node, "type", type);
}

void nir_edges(struct h5 *file, const char *graph, const char *const *names)
{
    uint64_t count = 0;
    while (names[count])
        count++;
    must(count % 2 == 0);
    char *path = *graph ? memory_format("/node/%s/edges", graph) : memory_copy_string("/node/edges");
    if (count == 0) /* as NIR's writer does */
        h5_write(file, path, H5_F64, 1, (uint64_t[]){0}, &(double){0});
    else
        h5_write_string_array(file, path, 2, (uint64_t[]){count / 2, 2}, names);
    free(path);
}

static void write_doubles(struct h5 *file, const char *node, const char *name, const struct shape *shape,
                          const double *values)
{
    uint64_t size[SHAPE_RANK_MAX];
    for (int i = 0; i < shape->rank; i++)
        size[i] = (uint64_t)shape->size[i];
    char *path = place(node, name);
    h5_write(file, path, H5_F64, shape->rank, size, values);
    free(path);
}

void nir_number(struct h5 *file, const char *node, const char *name, double value)
{
    write_doubles(file, node, name, &(struct shape){0}, &value);
}

void nir_list(struct h5 *file, const char *node, const char *name, uint64_t count, const double *values)
{
    write_doubles(file, node, name, &(struct shape){.rank = 1, .size = {(int64_t)count}}, values);
}

void nir_fill(struct h5 *file, const char *node, const char *name, struct shape shape, double value)
{
    size_t items = (size_t)shape_items(&shape);
    double *values = memory_array(items, sizeof *values);
    for (size_t i = 0; i < items; i++)
        values[i] = value;
    write_doubles(file, node, name, &shape, values);
    free(values);
}

void nir_integer(struct h5 *file, const char *node, const char *name, int64_t value)
{
    char *path = place(node, name);
    h5_write(file, path, H5_I64, 0, NULL, &value);
    free(path);
}

void nir_integers(struct h5 *file, const char *node, const char *name, uint64_t count, const int64_t *values)
{
    char *path = place(node, name);
    h5_write(file, path, H5_I64, 1, &count, values);
    free(path);
}

/* ---- common parts ---- */

struct shape nir_flat(int64_t size)
{
    return (struct shape){.rank = 1, .size = {size}};
}

void nir_ends(struct h5 *file, uint64_t rank, const int64_t *input, uint64_t out_rank, const int64_t *output)
{
    nir_node(file, "in", "Input");
    nir_integers(file, "in", "shape", rank, input);
    nir_node(file, "out", "Output");
    if (output)
        nir_integers(file, "out", "shape", out_rank, output);
}

void nir_flat_ends(struct h5 *file, int64_t in, int64_t out)
{
    nir_ends(file, 1, &in, 1, &out);
}

void nir_lif(struct h5 *file, const char *name, double tau)
{
    nir_node(file, name, "LIF");
    nir_number(file, name, "tau", tau);
    nir_number(file, name, "r", 1);
    nir_number(file, name, "v_leak", 0);
    nir_number(file, name, "v_threshold", 0.5);
}

struct h5 *nir_begin_around_x(const char *path, int64_t in, int64_t out)
{
    struct h5 *file = nir_begin(path);
    nir_flat_ends(file, in, out);
    nir_edges(file, "", NIR_EDGES("in", "x", "x", "out"));
    return file;
}

/* ---- whole networks ---- */

static void write_window(struct h5 *file, const struct node *node, int axes)
{
    int first = 2 - axes;
    if (axes == 1) {
        nir_integer(file, node->name, "stride", node->stride[1]);
        nir_integer(file, node->name, "padding", node->padding_begin[1]);
    } else {
        nir_integers(file, node->name, "stride", 2, node->stride);
        nir_integers(file, node->name, "padding", 2, node->padding_begin);
    }
    for (int axis = first; axis < 2; axis++) /* NIR has no other words for it */
        must(node->padding_begin[axis] == node->padding_end[axis]);
}

static void write_conv(struct h5 *file, const struct node *node, int axes)
{
    write_doubles(file, node->name, "weight", &node->weight.shape, node->weight.data);
    if (node->bias.data)
        write_doubles(file, node->name, "bias", &node->bias.shape, node->bias.data);
    else
        nir_fill(file, node->name, "bias", (struct shape){1, {node->weight.shape.size[0]}}, 0);
    if (axes == 1)
        nir_integer(file, node->name, "dilation", node->dilation[1]);
    else
        nir_integers(file, node->name, "dilation", 2, node->dilation);
    nir_integer(file, node->name, "groups", node->groups);
    write_window(file, node, axes);
}

static void write_shape(struct h5 *file, const struct node *node, const struct shape *shape)
{
    nir_integers(file, node->name, "shape", (uint64_t)shape->rank, shape->size);
}

static void write_fields(struct h5 *file, const struct node *node)
{
    struct node copy = *node;
    for (const struct node_field *field = node_fields(node->kind); field->name; field++) {
        const double *values = *node_field(&copy, field);
        if (values)
            write_doubles(file, node->name, field->name, &node->output, values);
    }
}

static void write_node(struct h5 *file, const struct node *node)
{
    bool linear = node->kind == NODE_AFFINE && !node->bias.data;
    nir_node(file, node->name, linear ? "Linear" : node_kind_name(node->kind));
    switch (node->kind) {
    case NODE_INPUT: write_shape(file, node, &node->output); break;
    case NODE_OUTPUT: write_shape(file, node, &node->input); break;
    case NODE_AFFINE:
        write_doubles(file, node->name, "weight", &node->weight.shape, node->weight.data);
        if (!linear)
            write_doubles(file, node->name, "bias", &node->bias.shape, node->bias.data);
        break;
    case NODE_CONV1D: write_conv(file, node, 1); break;
    case NODE_CONV2D: write_conv(file, node, 2); break;
    case NODE_SUMPOOL2D:
    case NODE_AVGPOOL2D:
        nir_integers(file, node->name, "kernel_size", 2, node->kernel);
        write_window(file, node, 2);
        break;
    case NODE_FLATTEN:
        nir_integer(file, node->name, "start_dim", node->flatten_start);
        nir_integer(file, node->name, "end_dim", node->flatten_end);
        break;
    default: write_fields(file, node); break;
    }
}

void nir_write(const char *path, const struct network *network)
{
    struct h5 *file = nir_begin(path);
    const char **names = memory_array(2 * (size_t)network->edge_count + 1, sizeof *names);
    for (uint32_t i = 0; i < network->node_count; i++)
        write_node(file, &network->nodes[i]);
    for (uint32_t e = 0; e < network->edge_count; e++) {
        names[2 * e] = network->nodes[network->edges[e].from].name;
        names[2 * e + 1] = network->nodes[network->edges[e].to].name;
    }
    nir_edges(file, "", names);
    if (network->dt_s > 0)
        h5_write(file, "/node/metadata/dt", H5_F64, 0, NULL, &network->dt_s);
    free(names);
    nir_end(file);
}

struct node *network_add(struct network *network, const char *name, enum node_kind kind)
{
    size_t size = sizeof *network->nodes;
    struct node *nodes = memory_array((size_t)network->node_count + 1, size);
    if (network->node_count)
        memcpy(nodes, network->nodes, network->node_count * size);
    free(network->nodes);
    network->nodes = nodes;
    struct node *node = &nodes[network->node_count++];
    *node = (struct node){.name = memory_copy_string(name), .kind = kind};
    return node;
}

static uint32_t index_of(const struct network *network, const char *name)
{
    for (uint32_t i = 0; i < network->node_count; i++)
        if (strcmp(network->nodes[i].name, name) == 0)
            return i;
    panic("no node '%s'", name);
}

void network_connect(struct network *network, const char *from, const char *to)
{
    struct edge *edges = memory_array((size_t)network->edge_count + 1, sizeof *edges);
    if (network->edge_count)
        memcpy(edges, network->edges, network->edge_count * sizeof *edges);
    free(network->edges);
    network->edges = edges;
    edges[network->edge_count++] = (struct edge){index_of(network, from), index_of(network, to)};
}
