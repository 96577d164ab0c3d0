/* A network as a NIR file, laid out as NIR's own writer does (neuromorphs/NIR, nir/serialization.py): strings of
 * variable length, sizes as int64, values as float32 where that loses nothing, else float64. */
#include "tools/read/nir.h"

#include "sim/memory.h"
#include "tools/read/read.h"
#include <stdlib.h>
#include <string.h>

/* The version of the layout, as files name it. */
#define NIR_VERSION "1.0.7"

struct nir_writing {
    struct h5 *file;
    const struct network *network;
    const struct node *node;
    char *group; /* of the node */
    struct diagnostics *diagnostics;
};

static char *place(const struct nir_writing *out, const char *name)
{
    return memory_format("%s/%s", out->group, name);
}

static void write_doubles(struct h5 *file, const char *path, const struct shape *shape, const double *values)
{
    uint64_t size[SHAPE_RANK_MAX];
    size_t items = (size_t)shape_items(shape);
    bool exact = true;
    float *narrow = memory_array(items, sizeof *narrow);
    for (int i = 0; i < shape->rank; i++)
        size[i] = (uint64_t)shape->size[i];
    for (size_t i = 0; i < items; i++) {
        narrow[i] = (float)values[i];
        exact = exact && (double)narrow[i] == values[i];
    }
    h5_write(file, path, exact ? H5_F32 : H5_F64, shape->rank, size, exact ? (const void *)narrow : values);
    free(narrow);
}

static void put_values(const struct nir_writing *out, const char *name, const struct shape *shape,
                       const double *values)
{
    char *path = place(out, name);
    write_doubles(out->file, path, shape, values);
    free(path);
}

static void put_text(const struct nir_writing *out, const char *name, const char *text)
{
    char *path = place(out, name);
    h5_write_string(out->file, path, text);
    free(path);
}

/* count 0: a scalar */
static void put_sizes(const struct nir_writing *out, const char *name, uint64_t count, const int64_t *values)
{
    char *path = place(out, name);
    h5_write(out->file, path, H5_I64, count ? 1 : 0, &count, values);
    free(path);
}

static bool cannot(const struct nir_writing *out, const char *what)
{
    char *where = memory_format("%s: node '%s'", h5_path(out->file), out->node->name);
    diagnostics_add(out->diagnostics, where, "%s, which NIR has no way to say", what);
    free(where);
    return false;
}

/* ---- kinds ---- */

static void put_linear(const struct nir_writing *out)
{
    const struct node *node = out->node;
    put_values(out, "weight", &node->weight.shape, node->weight.data);
    if (node->bias.data)
        put_values(out, "bias", &node->bias.shape, node->bias.data);
}

/* Unequal ends come from "same" alone in NIR. */
static bool put_padding(const struct nir_writing *out, int axes)
{
    const struct node *node = out->node;
    bool equal = true, same = true;
    for (int axis = 2 - axes; axis < 2; axis++) {
        int64_t all = node->padding_begin[axis] + node->padding_end[axis];
        equal = equal && node->padding_begin[axis] == node->padding_end[axis];
        same = same && node->stride[axis] == 1 && all == node->dilation[axis] * (node->kernel[axis] - 1) &&
               node->padding_begin[axis] == all / 2;
    }
    if (equal)
        put_sizes(out, "padding", axes == 2 ? 2 : 0, node->padding_begin + 2 - axes);
    else if (same)
        put_text(out, "padding", "same");
    return equal || same || cannot(out, "its padding differs between begin and end");
}

static bool put_conv(const struct nir_writing *out, int axes)
{
    const struct node *node = out->node;
    uint64_t count = axes == 2 ? 2 : 0;
    double *zeros = memory_array((size_t)node->weight.shape.size[0], sizeof *zeros);
    put_values(out, "weight", &node->weight.shape, node->weight.data);
    put_values(out, "bias", &(struct shape){1, {node->weight.shape.size[0]}},
               node->bias.data ? node->bias.data : zeros);
    free(zeros);
    put_sizes(out, "input_shape", count, node->input.size + 1);
    put_sizes(out, "stride", count, node->stride + 2 - axes);
    put_sizes(out, "dilation", count, node->dilation + 2 - axes);
    put_sizes(out, "groups", 0, &node->groups);
    return put_padding(out, axes);
}

static bool put_pool(const struct nir_writing *out)
{
    const struct node *node = out->node;
    put_sizes(out, "kernel_size", 2, node->kernel);
    put_sizes(out, "stride", 2, node->stride);
    put_sizes(out, "padding", 2, node->padding_begin);
    bool equal = node->padding_begin[0] == node->padding_end[0] && node->padding_begin[1] == node->padding_end[1];
    return equal || cannot(out, "its padding differs between begin and end");
}

static void put_flatten(const struct nir_writing *out)
{
    put_sizes(out, "start_dim", 0, &out->node->flatten_start);
    put_sizes(out, "end_dim", 0, &out->node->flatten_end);
    put_sizes(out, "input_type", (uint64_t)out->node->input.rank, out->node->input.size);
}

static void put_fields(const struct nir_writing *out)
{
    for (const struct node_field *field = node_fields(out->node->kind); field->name; field++)
        put_values(out, field->name, &out->node->output, *node_field((struct node *)(uintptr_t)out->node, field));
}

static void put_loihi(const struct nir_writing *out)
{
    struct node cuba;
    struct nir_writing as = *out;
    double dt_s = nir_loihi_step(out->network);
    nir_loihi_to_cubalif(out->node, dt_s, &cuba);
    as.node = &cuba;
    put_text(out, "type", node_kind_name(cuba.kind));
    put_fields(&as);
    nir_loihi_put_metadata(out->file, out->group, out->node, dt_s);
    for (const struct node_field *field = node_fields(cuba.kind); field->name; field++)
        free(*node_field(&cuba, field));
}

static bool put_node(const struct nir_writing *out)
{
    const struct node *node = out->node;
    enum node_kind known;
    if (node->kind == NODE_LOIHI) {
        put_loihi(out);
        return true;
    }
    if (!nir_kind(node_kind_name(node->kind), &known))
        return cannot(out, node_kind_name(node->kind));
    bool linear = node->kind == NODE_AFFINE && !node->bias.data;
    put_text(out, "type", linear ? "Linear" : node_kind_name(node->kind));
    switch (node->kind) {
    case NODE_INPUT: put_sizes(out, "shape", (uint64_t)node->output.rank, node->output.size); return true;
    case NODE_OUTPUT: put_sizes(out, "shape", (uint64_t)node->input.rank, node->input.size); return true;
    case NODE_AFFINE: put_linear(out); return true;
    case NODE_CONV1D: return put_conv(out, 1);
    case NODE_CONV2D: return put_conv(out, 2);
    case NODE_SUMPOOL2D:
    case NODE_AVGPOOL2D: return put_pool(out);
    case NODE_FLATTEN: put_flatten(out); return true;
    default: put_fields(out); return true;
    }
}

/* ---- the graph ---- */

static bool put_nodes(struct h5 *file, const struct network *network, struct diagnostics *diagnostics)
{
    bool good = true;
    for (uint32_t i = 0; i < network->node_count; i++) {
        const struct node *node = &network->nodes[i];
        struct nir_writing out = {file, network, node, memory_format("/node/nodes/%s", node->name), diagnostics};
        if (!*node->name || strchr(node->name, '/') || strcmp(node->name, ".") == 0)
            good = cannot(&out, "its name holds '/', or is '.' or nothing");
        else
            good = put_node(&out) && good;
        free(out.group);
    }
    return good;
}

/* An empty list is written as numbers, as NIR does. */
static void put_edges(struct h5 *file, const struct network *network)
{
    uint64_t size[2] = {network->edge_count, 2};
    const char **names = memory_array(2 * (size_t)network->edge_count, sizeof *names);
    for (uint32_t e = 0; e < network->edge_count; e++) {
        names[2 * e] = network->nodes[network->edges[e].from].name;
        names[2 * e + 1] = network->nodes[network->edges[e].to].name;
    }
    if (network->edge_count)
        h5_write_string_array(file, "/node/edges", 2, size, names);
    else
        h5_write(file, "/node/edges", H5_F64, 1, size, (double[]){0});
    free(names);
}

static void put_metadata_value(struct h5 *file, const char *path, const struct metadata *entry)
{
    uint64_t size[SHAPE_RANK_MAX];
    size_t items = (size_t)shape_items(&entry->shape);
    for (int i = 0; i < entry->shape.rank; i++)
        size[i] = (uint64_t)entry->shape.size[i];
    if (entry->kind == 's' && entry->shape.rank == 0)
        h5_write_string(file, path, entry->texts[0]);
    else if (entry->kind == 's')
        h5_write_string_array(file, path, entry->shape.rank, size, (const char *const *)entry->texts);
    else if (entry->kind == 'f')
        h5_write(file, path, H5_F64, entry->shape.rank, size, entry->numbers);
    else {
        int64_t *whole = memory_array(items, sizeof *whole);
        uint8_t *truth = memory_array(items, sizeof *truth);
        for (size_t i = 0; i < items; i++) {
            double value = entry->numbers[i];
            whole[i] = value >= 0x1p63 ? INT64_MAX : value <= -0x1p63 ? INT64_MIN : (int64_t)value;
            truth[i] = entry->numbers[i] != 0;
        }
        h5_write(file, path, entry->kind == 'b' ? H5_BOOL : H5_I64, entry->shape.rank, size,
                 entry->kind == 'b' ? (const void *)truth : whole);
        free(whole);
        free(truth);
    }
}

static void put_metadata(struct h5 *file, const struct network *network)
{
    for (uint32_t i = 0; i < network->metadata_count; i++) {
        const struct metadata *entry = &network->metadata[i];
        char *path = *entry->node ? memory_format("/node/nodes/%s/metadata/%s", entry->node, entry->key)
                                  : memory_format("/node/metadata/%s", entry->key);
        put_metadata_value(file, path, entry);
        free(path);
    }
}

bool network_write_nir(const char *path, const struct network *network, struct diagnostics *diagnostics)
{
    struct h5 *file;
    if (!h5_create(path, &file, diagnostics))
        return false;
    bool nir = network->format && strcmp(network->format, "NIR") == 0 && network->version && *network->version;
    h5_write_string(file, "/version", nir ? network->version : NIR_VERSION);
    h5_write_string(file, "/node/type", "NIRGraph");
    h5_group(file, "/node/nodes");
    put_edges(file, network);
    put_metadata(file, network);
    if (put_nodes(file, network, diagnostics))
        return h5_commit(file, diagnostics);
    h5_close(file);
    return false;
}
