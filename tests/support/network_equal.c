#include "tests/support/network_equal.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

static bool same_values(const double *a, const double *b, const struct shape *shape)
{
    if (!a || !b)
        return a == b;
    return memcmp(a, b, (size_t)shape_items(shape) * sizeof *a) == 0;
}

static bool same_tensor(const struct tensor *a, const struct tensor *b)
{
    return shape_equal(&a->shape, &b->shape) && same_values(a->data, b->data, &a->shape);
}

static bool same_window(const struct node *a, const struct node *b)
{
    return !memcmp(a->stride, b->stride, sizeof a->stride) && !memcmp(a->kernel, b->kernel, sizeof a->kernel) &&
           !memcmp(a->dilation, b->dilation, sizeof a->dilation) && a->groups == b->groups &&
           !memcmp(a->padding_begin, b->padding_begin, sizeof a->padding_begin) &&
           !memcmp(a->padding_end, b->padding_end, sizeof a->padding_end) &&
           a->flatten_start == b->flatten_start && a->flatten_end == b->flatten_end;
}

static char *nodes_differ(struct node *a, struct node *b)
{
    if (a->kind != b->kind)
        return memory_format("%s: kind", a->name);
    if (!shape_equal(&a->input, &b->input) || !shape_equal(&a->output, &b->output))
        return memory_format("%s: shape", a->name);
    if (!same_tensor(&a->weight, &b->weight) || !same_tensor(&a->bias, &b->bias))
        return memory_format("%s: weights", a->name);
    if (!same_window(a, b))
        return memory_format("%s: kernel, stride, padding, dilation, groups or dimensions", a->name);
    for (const struct node_field *field = node_fields(a->kind); field->name; field++)
        if (!same_values(*node_field(a, field), *node_field(b, field), &a->output))
            return memory_format("%s: %s", a->name, field->name);
    return NULL;
}

static struct node *named(const struct network *network, const char *name)
{
    for (uint32_t i = 0; i < network->node_count; i++)
        if (strcmp(network->nodes[i].name, name) == 0)
            return &network->nodes[i];
    return NULL;
}

static bool has_edge(const struct network *network, const char *from, const char *to)
{
    for (uint32_t e = 0; e < network->edge_count; e++)
        if (strcmp(network->nodes[network->edges[e].from].name, from) == 0 &&
            strcmp(network->nodes[network->edges[e].to].name, to) == 0)
            return true;
    return false;
}

static bool same_entry(const struct metadata *a, const struct metadata *b)
{
    if (strcmp(a->node, b->node) || strcmp(a->key, b->key))
        return false;
    if (a->kind != b->kind || !shape_equal(&a->shape, &b->shape))
        return false;
    for (int64_t i = 0; a->texts && i < shape_items(&a->shape); i++)
        if (strcmp(a->texts[i], b->texts[i]))
            return false;
    return a->texts || same_values(a->numbers, b->numbers, &a->shape);
}

static char *metadata_differ(const struct network *a, const struct network *b)
{
    for (uint32_t i = 0; i < a->metadata_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->metadata_count; k++)
            found = found || same_entry(&a->metadata[i], &b->metadata[k]);
        if (!found)
            return memory_format("metadata %s %s", a->metadata[i].node, a->metadata[i].key);
    }
    return NULL;
}

char *networks_differ(const struct network *a, const struct network *b)
{
    if (a->node_count != b->node_count || a->edge_count != b->edge_count || a->metadata_count != b->metadata_count)
        return memory_copy_string("number of nodes, edges or metadata");
    if (strcmp(a->version, b->version) || a->dt_s != b->dt_s)
        return memory_copy_string("version or dt");
    for (uint32_t i = 0; i < a->node_count; i++) {
        struct node *other = named(b, a->nodes[i].name);
        char *difference = other ? nodes_differ(&a->nodes[i], other) : memory_copy_string(a->nodes[i].name);
        if (difference)
            return difference;
    }
    for (uint32_t e = 0; e < a->edge_count; e++)
        if (!has_edge(b, a->nodes[a->edges[e].from].name, a->nodes[a->edges[e].to].name))
            return memory_copy_string("edges");
    return metadata_differ(a, b);
}
