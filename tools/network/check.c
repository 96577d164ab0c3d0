/* Is this graph a network? Structure first, then shapes, then values. */
#include "tools/network/check.h"

#include "sim/memory.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool node_complain(const struct network *network, uint32_t node, struct diagnostics *diagnostics, const char *format,
                   ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct node *about = &network->nodes[node];
    char *place = memory_format("%s: node '%s' (%s)", network->path ? network->path : "network", about->name,
                                node_kind_name(about->kind));
    diagnostics_add(diagnostics, place, "%s", text);
    free(place);
    return false;
}

static const char *place_of(const struct network *network)
{
    return network->path ? network->path : "network";
}

/* ---- structure ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool check_names(const struct network *network, struct diagnostics *diagnostics)
{
    bool good = true;
    const char **names = memory_array(network->node_count, sizeof *names);
    for (uint32_t i = 0; i < network->node_count; i++)
        names[i] = network->nodes[i].name;
    qsort(names, network->node_count, sizeof *names, by_text);
    for (uint32_t i = 1; i < network->node_count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            good = diagnostics_add(diagnostics, place_of(network), "two nodes are named '%s', expected one", names[i]);
    free(names);
    return good;
}

static int by_ends(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static bool check_edges(struct network *network, struct diagnostics *diagnostics)
{
    bool good = true;
    struct edge *edges = network->edges;
    if (network->edge_count)
        qsort(edges, network->edge_count, sizeof *edges, by_ends);
    for (uint32_t e = 0; e < network->edge_count; e++) {
        if (edges[e].from >= network->node_count || edges[e].to >= network->node_count)
            return diagnostics_add(diagnostics, place_of(network), "edge %u names node %u of %u", (unsigned)e,
                                   (unsigned)(edges[e].from >= network->node_count ? edges[e].from : edges[e].to),
                                   (unsigned)network->node_count);
        if (e > 0 && by_ends(&edges[e - 1], &edges[e]) == 0)
            good = diagnostics_add(diagnostics, place_of(network), "edge '%s' -> '%s' is there twice, expected once",
                                   network->nodes[edges[e].from].name, network->nodes[edges[e].to].name);
    }
    return good;
}

static bool check_ends(const struct network *network, bool runs, struct diagnostics *diagnostics)
{
    bool good = true;
    uint32_t *sources = memory_array(network->node_count, sizeof *sources);
    uint32_t *targets = memory_array(network->node_count, sizeof *targets);
    uint32_t count[NODE_KINDS] = {0};
    for (uint32_t e = 0; e < network->edge_count; e++) {
        targets[network->edges[e].from]++;
        sources[network->edges[e].to]++;
    }
    for (uint32_t i = 0; i < network->node_count; i++) {
        enum node_kind kind = network->nodes[i].kind;
        count[kind]++;
        if (kind == NODE_INPUT && sources[i])
            good = node_complain(network, i, diagnostics, "an edge leads into it, expected none");
        if (runs && kind != NODE_INPUT && !sources[i])
            good = node_complain(network, i, diagnostics, "no edge leads to it, expected a source");
        if (kind == NODE_OUTPUT && targets[i])
            good = node_complain(network, i, diagnostics, "an edge leads out of it, expected none");
    }
    if (runs && !count[NODE_INPUT])
        good = diagnostics_add(diagnostics, place_of(network), "has no Input node, expected at least one");
    if (runs && !count[NODE_OUTPUT])
        good = diagnostics_add(diagnostics, place_of(network), "has no Output node, expected at least one");
    free(sources);
    free(targets);
    return good;
}

/* ---- values ---- */

static const char *value_problem(double value, enum field_range range)
{
    if (!isfinite(value))
        return "a finite number";
    if (range == FIELD_POSITIVE && value <= 0)
        return "a number > 0";
    return range == FIELD_NOT_NEGATIVE && value < 0 ? "a number >= 0" : NULL;
}

static bool check_values(const struct network *network, uint32_t node, const char *name, const double *data,
                         const struct shape *shape, enum field_range range, struct diagnostics *diagnostics)
{
    int64_t items = data ? shape_items(shape) : 0;
    for (int64_t i = 0; i < items; i++) {
        const char *expected = value_problem(data[i], range);
        if (expected)
            return node_complain(network, node, diagnostics, "%s[%lld] is %g, expected %s", name, (long long)i,
                                 data[i], expected);
    }
    return true;
}

static bool check_node_values(struct network *network, uint32_t index, struct diagnostics *diagnostics)
{
    struct node *node = &network->nodes[index];
    bool good = check_values(network, index, "weight", node->weight.data, &node->weight.shape, FIELD_ANY, diagnostics);
    good &= check_values(network, index, "bias", node->bias.data, &node->bias.shape, FIELD_ANY, diagnostics);
    for (const struct node_field *field = node_fields(node->kind); field->name; field++)
        good &= check_values(network, index, field->name, *node_field(node, field), &node->output, field->range,
                             diagnostics);
    return good;
}

static bool check_all(struct network *network, bool runs, struct diagnostics *diagnostics)
{
    if (network->node_count > NETWORK_NODES_MAX || network->edge_count > NETWORK_EDGES_MAX)
        return diagnostics_add(diagnostics, place_of(network), "has %u nodes and %u edges, expected at most %u and %u",
                               (unsigned)network->node_count, (unsigned)network->edge_count, NETWORK_NODES_MAX,
                               NETWORK_EDGES_MAX);
    bool good = check_names(network, diagnostics);
    if (!check_edges(network, diagnostics))
        return false;
    good &= check_ends(network, runs, diagnostics);
    if (!good || !network_infer_shapes(network, diagnostics))
        return false;
    for (uint32_t i = 0; i < network->node_count; i++)
        good &= check_node_values(network, i, diagnostics);
    return good;
}

bool network_check(struct network *network, struct diagnostics *diagnostics)
{
    return check_all(network, true, diagnostics);
}

bool network_check_graph(struct network *network, struct diagnostics *diagnostics)
{
    return check_all(network, false, diagnostics);
}
