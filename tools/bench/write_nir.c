/* A generated network as a NIR file, for the rows that measure loading. */
#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/bench/generate.h"
#include "tools/file/h5.h"
#include <stdlib.h>

static void write_values(struct h5 *file, const char *node, const char *name, int rank, uint64_t neurons,
                         const double *values)
{
    uint64_t size[2] = {neurons, neurons}, items = rank == 2 ? neurons * neurons : neurons;
    float *narrow = memory_array(items, sizeof *narrow);
    char *path = memory_format("/node/nodes/%s/%s", node, name);
    for (uint64_t i = 0; i < items; i++)
        narrow[i] = (float)values[i];
    h5_write(file, path, H5_F32, rank, size, narrow);
    free(path);
    free(narrow);
}

static void write_node(struct h5 *file, const struct node *node)
{
    uint32_t neurons = (uint32_t)shape_items(&node->output);
    char *path = memory_format("/node/nodes/%s/type", node->name);
    h5_write_string(file, path, node->kind == NODE_AFFINE ? "Linear" : node_kind_name(node->kind));
    free(path);
    if (node->kind == NODE_INPUT || node->kind == NODE_OUTPUT) {
        path = memory_format("/node/nodes/%s/shape", node->name);
        h5_write(file, path, H5_I64, 1, (uint64_t[]){1}, (int64_t[]){neurons});
        free(path);
    } else if (node->kind == NODE_AFFINE) {
        write_values(file, node->name, "weight", 2, neurons, node->weight.data);
    } else {
        must(node->kind == NODE_LIF);
        write_values(file, node->name, "tau", 1, neurons, node->tau_mem);
        write_values(file, node->name, "r", 1, neurons, node->r);
        write_values(file, node->name, "v_leak", 1, neurons, node->v_leak);
        write_values(file, node->name, "v_threshold", 1, neurons, node->v_threshold);
        write_values(file, node->name, "v_reset", 1, neurons, node->v_reset);
    }
}

bool bench_write_nir(const char *path, const struct network *network, struct diagnostics *diagnostics)
{
    struct h5 *file;
    if (!h5_create(path, &file, diagnostics))
        return false;
    const char **names = memory_array(2u * network->edge_count, sizeof *names);
    for (uint32_t e = 0; e < network->edge_count; e++) {
        names[2 * e] = network->nodes[network->edges[e].from].name;
        names[2 * e + 1] = network->nodes[network->edges[e].to].name;
    }
    h5_write_string(file, "/version", "1.0.7");
    h5_write_string(file, "/node/type", "NIRGraph");
    h5_write_string_array(file, "/node/edges", 2, (uint64_t[]){network->edge_count, 2}, names);
    for (uint32_t n = 0; n < network->node_count; n++)
        write_node(file, &network->nodes[n]);
    free(names);
    return h5_commit(file, diagnostics);
}
