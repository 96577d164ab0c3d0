/* An order for a graph with cycles: depth-first search, reverse postorder. An edge that meets a node still on the
 * search's stack closes a cycle and carries the previous step's value. Without recursion: graphs may be deep. */
#include "tools/network/network.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

struct named {
    const char *name;
    uint32_t index;
};

enum state { NEW, ON_STACK, DONE };

struct search {
    const struct network *network;
    struct named *by_name;  /* nodes in order of names */
    uint32_t *start, *edge; /* outgoing edges of each node, in order of their targets' names */
    uint32_t *cursor;       /* next edge to follow, one a node */
    uint8_t *state;
    uint32_t *stack;
    uint32_t depth, left; /* `left` places of the order are still free */
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int difference = strcmp(x->name, y->name);
    return difference ? difference : (x->index > y->index) - (x->index < y->index);
}

/* Two counting sorts: edges by rank of the target's name, then, stable, by source. */
static void sort_edges(struct search *search)
{
    const struct network *network = search->network;
    uint32_t nodes = network->node_count, edges = network->edge_count;
    uint32_t *rank = memory_array(nodes, sizeof *rank);
    uint32_t *place = memory_array((size_t)nodes + 1, sizeof *place);
    uint32_t *by_target = memory_array(edges, sizeof *by_target);
    for (uint32_t i = 0; i < nodes; i++)
        rank[search->by_name[i].index] = i;
    for (uint32_t e = 0; e < edges; e++) {
        must(network->edges[e].from < nodes && network->edges[e].to < nodes);
        place[rank[network->edges[e].to] + 1]++;
        search->start[network->edges[e].from + 1]++;
    }
    for (uint32_t i = 0; i < nodes; i++) {
        place[i + 1] += place[i];
        search->start[i + 1] += search->start[i];
    }
    for (uint32_t e = 0; e < edges; e++)
        by_target[place[rank[network->edges[e].to]]++] = e;
    memcpy(search->cursor, search->start, nodes * sizeof *search->cursor);
    for (uint32_t i = 0; i < edges; i++)
        search->edge[search->cursor[network->edges[by_target[i]].from]++] = by_target[i];
    memcpy(search->cursor, search->start, nodes * sizeof *search->cursor);
    free(rank);
    free(place);
    free(by_target);
}

static void push(struct search *search, uint32_t node)
{
    search->state[node] = ON_STACK;
    search->stack[search->depth++] = node;
}

static void visit(struct search *search, uint32_t root, uint32_t *order, bool *recurrent)
{
    if (search->state[root] != NEW)
        return;
    push(search, root);
    while (search->depth > 0) {
        uint32_t node = search->stack[search->depth - 1];
        if (search->cursor[node] == search->start[node + 1]) {
            search->state[node] = DONE;
            search->depth--;
            order[--search->left] = node;
            continue;
        }
        uint32_t edge = search->edge[search->cursor[node]++];
        uint32_t to = search->network->edges[edge].to;
        recurrent[edge] = search->state[to] == ON_STACK;
        if (search->state[to] == NEW)
            push(search, to);
    }
}

void network_schedule(const struct network *network, uint32_t *order, bool *recurrent)
{
    uint32_t nodes = network->node_count;
    struct search search = {.network = network, .left = nodes};
    search.by_name = memory_array(nodes, sizeof *search.by_name);
    search.start = memory_array((size_t)nodes + 1, sizeof *search.start);
    search.edge = memory_array(network->edge_count, sizeof *search.edge);
    search.cursor = memory_array(nodes, sizeof *search.cursor);
    search.state = memory_array(nodes, sizeof *search.state);
    search.stack = memory_array(nodes, sizeof *search.stack);
    for (uint32_t i = 0; i < nodes; i++)
        search.by_name[i] = (struct named){network->nodes[i].name, i};
    qsort(search.by_name, nodes, sizeof *search.by_name, by_name);
    sort_edges(&search);
    for (uint32_t i = 0; i < nodes; i++)
        if (network->nodes[search.by_name[i].index].kind == NODE_INPUT)
            visit(&search, search.by_name[i].index, order, recurrent);
    for (uint32_t i = 0; i < nodes; i++)
        visit(&search, search.by_name[i].index, order, recurrent);
    must(search.left == 0);
    free(search.by_name);
    free(search.start);
    free(search.edge);
    free(search.cursor);
    free(search.state);
    free(search.stack);
}
