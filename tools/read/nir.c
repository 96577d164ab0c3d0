/* NIR graphs: nodes and edges of a graph and its sub-graphs. Names of nodes are joined with '.'. */
#include "tools/read/nir.h"

#include "sim/memory.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct reader {
    struct h5 *file;
    struct network *network;
    bool *boundary; /* one a node: Input or Output of a sub-graph */
    size_t node_capacity, boundary_capacity, edge_capacity;
    struct diagnostics *diagnostics;
};

/* A name inside one graph: the nodes where edges to it end and edges from it begin. */
struct entry {
    const char *name;
    uint32_t in, out;
    uint32_t ins, outs; /* how many Inputs and Outputs a sub-graph has; 1 for a node */
};

/* An Input or Output of a sub-graph by its whole name, "sub.in". */
struct port {
    const char *name;
    uint32_t node;
};

struct scope {
    const char *group;  /* "/node/nodes/sub" */
    const char *prefix; /* "sub.", "" at the top */
    int depth;
    char **names;
    struct entry *entries; /* in order of names */
    size_t count;
    uint32_t first;        /* node of this graph and those below it */
    struct port *ports;    /* of the sub-graphs, in order of names; NULL: not listed yet */
    size_t port_count;
};

static bool wrong(const struct reader *reader, const char *dataset, const char *text)
{
    char *place = memory_format("%s: %s", h5_path(reader->file), dataset);
    diagnostics_add(reader->diagnostics, place, "%s", text);
    free(place);
    return false;
}

static bool read_graph(struct reader *reader, const char *group, const char *prefix, int depth, struct entry *self);

/* ---- nodes ---- */

static bool too_many_nodes(const struct reader *reader, const char *group)
{
    char text[64];
    snprintf(text, sizeof text, "is one node too many, expected at most %u", NETWORK_NODES_MAX);
    return wrong(reader, group, text);
}

/* A boundary node: remembered by the sub-graph's own entry, gone after nir_join. */
static void note_boundary(struct entry *self, const struct node *node, uint32_t index)
{
    if (node->kind == NODE_INPUT) {
        self->in = index;
        self->ins++;
    } else {
        self->out = index;
        self->outs++;
    }
}

/* Those of a node that will be gone stay under its name. */
static bool read_node_metadata(struct reader *reader, const char *group, const struct node *node, bool boundary)
{
    char *keys = boundary ? memory_format("%s/", node->name) : memory_copy_string("");
    bool good = nir_read_metadata(reader->file, group, boundary ? "" : node->name, keys, reader->network,
                                  reader->diagnostics);
    free(keys);
    return good;
}

static bool read_leaf(struct reader *reader, const struct scope *scope, const char *group, const char *type,
                      struct entry *entry, struct entry *self)
{
    struct network *network = reader->network;
    if (network->node_count >= NETWORK_NODES_MAX)
        return too_many_nodes(reader, group);
    uint32_t index = network->node_count++;
    network->nodes = memory_grow(network->nodes, &reader->node_capacity, network->node_count, sizeof *network->nodes);
    reader->boundary = memory_grow(reader->boundary, &reader->boundary_capacity, network->node_count, sizeof(bool));
    struct node *node = &network->nodes[index];
    *node = (struct node){.name = memory_format("%s%s", scope->prefix, entry->name)};
    reader->boundary[index] = false;
    entry->in = entry->out = index;
    entry->ins = entry->outs = 1;
    bool good = nir_read_node(reader->file, group, type, node, reader->diagnostics);
    if (good && scope->depth > 0 && (node->kind == NODE_INPUT || node->kind == NODE_OUTPUT)) {
        reader->boundary[index] = true; /* its declared shape is not used: real files have wrong ones */
        note_boundary(self, node, index);
    }
    return good && read_node_metadata(reader, group, node, reader->boundary[index]);
}

static bool read_entry(struct reader *reader, const struct scope *scope, struct entry *entry, struct entry *self)
{
    char *group = memory_format("%s/nodes/%s", scope->group, entry->name);
    char *type_path = memory_format("%s/type", group), *type = NULL;
    bool good = h5_read_string(reader->file, type_path, &type, reader->diagnostics);
    if (good && strcmp(type, "NIRGraph") == 0) {
        char *prefix = memory_format("%s%s.", scope->prefix, entry->name);
        good = read_graph(reader, group, prefix, scope->depth + 1, entry);
        free(prefix);
    } else if (good) {
        good = read_leaf(reader, scope, group, type, entry, self);
    }
    free(type);
    free(type_path);
    free(group);
    return good;
}

static bool read_nodes(struct reader *reader, struct scope *scope, struct entry *self)
{
    char *path = memory_format("%s/nodes", scope->group);
    bool good = h5_list(reader->file, path, &scope->names, &scope->count, reader->diagnostics);
    free(path);
    scope->entries = memory_array(scope->count, sizeof *scope->entries);
    for (size_t i = 0; i < scope->count; i++)
        scope->entries[i] = (struct entry){.name = scope->names[i], .in = NONE, .out = NONE};
    for (size_t i = 0; i < scope->count; i++) {
        good = read_entry(reader, scope, &scope->entries[i], self) && good;
        if (reader->network->node_count >= NETWORK_NODES_MAX)
            break;
    }
    return good;
}

/* ---- edges ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static const struct entry *find(const struct scope *scope, const char *name)
{
    struct entry key = {.name = name};
    return scope->count ? bsearch(&key, scope->entries, scope->count, sizeof key, by_name) : NULL;
}

static bool wrong_edge(const struct reader *reader, const char *path, const char *from, const char *to,
                       const char *name, const char *what)
{
    char *text = memory_format("edge '%.100s' -> '%.100s': '%.100s' %s", from, to, name, what);
    wrong(reader, path, text);
    free(text);
    return false;
}

static int by_port(const void *a, const void *b)
{
    return strcmp(((const struct port *)a)->name, ((const struct port *)b)->name);
}

static void list_ports(const struct reader *reader, struct scope *scope)
{
    const struct network *network = reader->network;
    scope->ports = memory_array((size_t)(network->node_count - scope->first), sizeof *scope->ports);
    for (uint32_t n = scope->first; n < network->node_count; n++)
        if (reader->boundary[n])
            scope->ports[scope->port_count++] = (struct port){network->nodes[n].name, n};
    qsort(scope->ports, scope->port_count, sizeof *scope->ports, by_port);
}

/* "sub.in": the Input `in` of the sub-graph `sub`, as target; an Output as source. NIR's own writer has no name for one
 * of several; this one is how the nodes of sub-graphs are named here. */
static bool find_port(const struct reader *reader, struct scope *scope, const char *name, enum node_kind kind,
                      struct entry *out)
{
    char *whole = memory_format("%s%s", scope->prefix, name);
    struct port key = {.name = whole};
    if (!scope->ports)
        list_ports(reader, scope);
    const struct port *port = scope->port_count
                                  ? bsearch(&key, scope->ports, scope->port_count, sizeof key, by_port) : NULL;
    free(whole);
    if (!port || reader->network->nodes[port->node].kind != kind)
        return false;
    *out = (struct entry){.name = name, .in = port->node, .out = port->node, .ins = 1, .outs = 1};
    return true;
}

static bool add_edge(struct reader *reader, struct scope *scope, const char *path, const char *from, const char *to)
{
    struct network *network = reader->network;
    struct entry ports[2];
    const struct entry *source = find(scope, from), *target = find(scope, to);
    if (!source && find_port(reader, scope, from, NODE_OUTPUT, &ports[0]))
        source = &ports[0];
    if (!target && find_port(reader, scope, to, NODE_INPUT, &ports[1]))
        target = &ports[1];
    if (!source || !target)
        return wrong_edge(reader, path, from, to, source ? to : from, "is no node, expected one of the graph's nodes");
    if (source->outs != 1)
        return wrong_edge(reader, path, from, to, from, source->outs ? "is a sub-graph of several Outputs, expected SUB-GRAPH.OUTPUT"
                                                                : "is a sub-graph without an Output, expected one");
    if (target->ins != 1)
        return wrong_edge(reader, path, from, to, to, target->ins ? "is a sub-graph of several Inputs, expected SUB-GRAPH.INPUT"
                                                             : "is a sub-graph without an Input, expected one");
    network->edges = memory_grow(network->edges, &reader->edge_capacity, (size_t)network->edge_count + 1,
                                 sizeof *network->edges);
    network->edges[network->edge_count++] = (struct edge){source->out, target->in};
    return true;
}

/* (edges, 2) texts; a list without edges is written as numbers of shape (0). */
static bool read_edges(struct reader *reader, struct scope *scope)
{
    char *path = memory_format("%s/edges", scope->group), **names = NULL;
    struct h5_shape shape = {0};
    bool good = h5_shape_of(reader->file, path, &shape, reader->diagnostics);
    bool empty = good && shape.rank > 0 && shape.size[0] == 0;
    if (good && !empty && (shape.rank != 2 || shape.size[1] != 2))
        good = wrong(reader, path, "is not a list of pairs, expected the shape (edges, 2)");
    uint64_t limit = 2 * (uint64_t)(NETWORK_EDGES_MAX - reader->network->edge_count);
    if (good && !empty)
        good = h5_read_strings(reader->file, path, limit, &names, &shape, reader->diagnostics);
    for (uint64_t i = 0; names && i < shape.size[0]; i++)
        good = add_edge(reader, scope, path, names[2 * i], names[2 * i + 1]) && good;
    h5_free_strings(names, names ? 2 * shape.size[0] : 0);
    free(path);
    return good;
}

/* `self` is the entry of this graph in the one around it; NULL at the top. Edges are read when all nodes are sound, as
 * a node that failed would make each of its edges fail too. */
static bool read_graph(struct reader *reader, const char *group, const char *prefix, int depth, struct entry *self)
{
    if (depth > NIR_DEPTH_MAX)
        return wrong(reader, group, "is a sub-graph nested too deep, expected at most 16 levels");
    struct scope scope = {.group = group, .prefix = prefix, .depth = depth, .first = reader->network->node_count};
    char *keys = memory_copy_string(prefix); /* a sub-graph dissolves: its metadata go to the whole's, under its name */
    if (*keys)
        keys[strlen(keys) - 1] = '/';
    bool good = read_nodes(reader, &scope, self) && read_edges(reader, &scope) &&
                nir_read_metadata(reader->file, group, "", keys, reader->network, reader->diagnostics);
    free(keys);
    free(scope.entries);
    free(scope.ports);
    h5_free_strings(scope.names, scope.count);
    return good;
}

/* ---- the file ---- */

/* A hint: backends may write their step into the metadata. */
static double metadata_dt(struct h5 *file)
{
    struct diagnostics ignored = {0};
    double *value = NULL, dt = 0;
    if (h5_exists(file, "/node/metadata/dt") && h5_read_doubles(file, "/node/metadata/dt", 1, &value, NULL, &ignored))
        dt = isfinite(*value) && *value > 0 ? *value : 0;
    free(value);
    diagnostics_free(&ignored);
    return dt;
}

bool nir_recognise(struct h5 *file)
{
    return h5_exists(file, "/node");
}

bool nir_read(struct h5 *file, struct network *out, struct diagnostics *diagnostics)
{
    struct reader reader = {.file = file, .network = out, .diagnostics = diagnostics};
    char *type = NULL;
    *out = (struct network){.path = memory_copy_string(h5_path(file)), .format = "NIR"};
    if (!h5_read_string(file, "/node/type", &type, diagnostics))
        return false;
    bool good = strcmp(type, "NIRGraph") == 0;
    free(type);
    if (!good)
        return wrong(&reader, "/node/type", "is a single node, expected a NIRGraph");
    if (!h5_exists(file, "/version"))
        out->version = memory_copy_string("");
    else if (!h5_read_string(file, "/version", &out->version, diagnostics))
        good = false;
    out->dt_s = metadata_dt(file);
    good = read_graph(&reader, "/node", "", 0, NULL) && good;
    good = good && nir_join(out, reader.boundary, diagnostics);
    free(reader.boundary);
    return good;
}
