/* Sub-graphs dissolve: a path from node to node through any number of their Input and Output nodes is one edge. */
#include "tools/read/nir.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

/* Steps along boundary nodes; more means that they form a cycle, or that a file multiplies edges on purpose. */
#define STEPS_MAX (16 * (uint64_t)NETWORK_EDGES_MAX)

struct joining {
    const struct network *network;
    const bool *boundary;
    uint32_t *start, *next; /* next[start[i] ..]: nodes that the edges of node i lead to */
    struct edge *edges;     /* the result */
    size_t count, capacity;
    uint32_t *stack;
    size_t depth, stack_capacity;
    uint64_t steps;
};

static void list_outgoing(struct joining *joining)
{
    const struct network *network = joining->network;
    uint32_t nodes = network->node_count;
    joining->start = memory_array((size_t)nodes + 2, sizeof *joining->start);
    joining->next = memory_array(network->edge_count, sizeof *joining->next);
    for (uint32_t e = 0; e < network->edge_count; e++)
        joining->start[network->edges[e].from + 2]++;
    for (uint32_t i = 0; i < nodes; i++)
        joining->start[i + 2] += joining->start[i + 1];
    for (uint32_t e = 0; e < network->edge_count; e++)
        joining->next[joining->start[network->edges[e].from + 1]++] = network->edges[e].to;
}

static void push(struct joining *joining, uint32_t node)
{
    joining->stack = memory_grow(joining->stack, &joining->stack_capacity, joining->depth + 1, sizeof(uint32_t));
    joining->stack[joining->depth++] = node;
}

/* Every real node that a path over boundary nodes leads to from `from`. */
static bool follow(struct joining *joining, uint32_t from)
{
    joining->depth = 0;
    push(joining, from);
    while (joining->depth > 0) {
        uint32_t node = joining->stack[--joining->depth];
        for (uint32_t i = joining->start[node]; i < joining->start[node + 1]; i++) {
            uint32_t to = joining->next[i];
            if (++joining->steps > STEPS_MAX || joining->count >= NETWORK_EDGES_MAX)
                return false;
            if (joining->boundary[to]) {
                push(joining, to);
                continue;
            }
            joining->edges = memory_grow(joining->edges, &joining->capacity, joining->count + 1, sizeof(struct edge));
            joining->edges[joining->count++] = (struct edge){from, to};
        }
    }
    return true;
}

/* Closes the gaps that the boundary nodes leave; edges follow. */
static void remove_boundary(struct network *network, const bool *boundary)
{
    uint32_t *moved = memory_array(network->node_count, sizeof *moved);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < network->node_count; i++) {
        moved[i] = kept;
        if (boundary[i])
            free(network->nodes[i].name);
        else
            network->nodes[kept++] = network->nodes[i];
    }
    network->node_count = kept;
    for (uint32_t e = 0; e < network->edge_count; e++)
        network->edges[e] = (struct edge){moved[network->edges[e].from], moved[network->edges[e].to]};
    free(moved);
}

bool nir_join(struct network *network, const bool *boundary, struct diagnostics *diagnostics)
{
    struct joining joining = {.network = network, .boundary = boundary};
    list_outgoing(&joining);
    bool good = true;
    for (uint32_t i = 0; good && i < network->node_count; i++)
        good = boundary[i] || follow(&joining, i);
    free(joining.start);
    free(joining.next);
    free(joining.stack);
    if (!good) {
        free(joining.edges);
        return diagnostics_add(diagnostics, network->path,
                               "the edges through its sub-graphs form a cycle or are more than %u, expected a path to "
                               "a node", NETWORK_EDGES_MAX);
    }
    free(network->edges);
    network->edges = joining.edges;
    network->edge_count = (uint32_t)joining.count;
    remove_boundary(network, boundary);
    return true;
}
