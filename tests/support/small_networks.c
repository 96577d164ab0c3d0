#include "tests/support/small_networks.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

double small_weight(uint32_t index)
{
    static const double weights[] = {1, -2, 3, -1, 2, -3, 1};
    return weights[(index * 5u + index / 7u) % 7u];
}

void small_network(struct network *out)
{
    *out = (struct network){.path = memory_copy_string("by-hand.nir"), .version = memory_copy_string("")};
    out->nodes = memory_array(32, sizeof *out->nodes);
    out->edges = memory_array(64, sizeof *out->edges);
}

static struct shape shape_of(int64_t c, int64_t h, int64_t w)
{
    return h ? (struct shape){3, {c, h, w}} : (struct shape){1, {c}};
}

static struct node *add_node(struct network *network, const char *name, enum node_kind kind)
{
    must(network->node_count < 32);
    struct node *node = &network->nodes[network->node_count++];
    node->name = memory_copy_string(name);
    node->kind = kind;
    return node;
}

uint32_t add_port(struct network *network, const char *name, enum node_kind kind, int64_t c, int64_t h, int64_t w)
{
    struct node *node = add_node(network, name, kind);
    node->input = node->output = shape_of(c, h, w);
    return network->node_count - 1;
}

static double *filled(size_t count, double value)
{
    double *values = memory_array(count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = value;
    return values;
}

uint32_t add_affine(struct network *network, const char *name, uint32_t in, uint32_t out,
                    double (*weight)(uint32_t index), double bias)
{
    struct node *node = add_node(network, name, NODE_AFFINE);
    node->input = shape_of(in, 0, 0);
    node->output = shape_of(out, 0, 0);
    node->weight.shape = (struct shape){2, {out, in}};
    node->weight.data = memory_array((size_t)in * out, sizeof(double));
    for (uint32_t i = 0; i < in * out; i++)
        node->weight.data[i] = weight ? weight(i) : small_weight(i);
    if (bias != 0.0) {
        node->bias.shape = shape_of(out, 0, 0);
        node->bias.data = filled(out, bias);
    }
    return network->node_count - 1;
}

uint32_t add_conv(struct network *network, const char *name, int64_t in, int64_t out, int64_t side, int64_t kernel,
                  bool bias)
{
    struct node *node = add_node(network, name, NODE_CONV2D);
    node->input = shape_of(in, side, side);
    node->output = shape_of(out, side, side);
    node->weight.shape = (struct shape){4, {out, in, kernel, kernel}};
    node->weight.data = memory_array((size_t)(in * out * kernel * kernel), sizeof(double));
    for (uint32_t i = 0; i < in * out * kernel * kernel; i++)
        node->weight.data[i] = small_weight(i);
    node->groups = 1;
    for (int d = 0; d < 2; d++) {
        node->stride[d] = node->dilation[d] = 1;
        node->padding_begin[d] = node->padding_end[d] = kernel / 2;
        node->kernel[d] = kernel;
    }
    if (bias) {
        node->bias.shape = shape_of(out, 0, 0);
        node->bias.data = memory_array((size_t)out, sizeof(double));
        for (int64_t c = 0; c < out; c++)
            node->bias.data[c] = (double)c + 1.0;
    }
    return network->node_count - 1;
}

uint32_t add_sum_pool(struct network *network, const char *name, int64_t channels, int64_t side)
{
    struct node *node = add_node(network, name, NODE_SUMPOOL2D);
    node->input = shape_of(channels, side, side);
    node->output = shape_of(channels, side / 2, side / 2);
    for (int d = 0; d < 2; d++) {
        node->stride[d] = node->kernel[d] = 2;
        node->dilation[d] = 1;
    }
    return network->node_count - 1;
}

uint32_t add_flatten(struct network *network, const char *name, int64_t c, int64_t h, int64_t w)
{
    struct node *node = add_node(network, name, NODE_FLATTEN);
    node->input = shape_of(c, h, w);
    node->output = shape_of(c * h * w, 0, 0);
    node->flatten_end = -1;
    return network->node_count - 1;
}

uint32_t add_if(struct network *network, const char *name, int64_t c, int64_t h, int64_t w, double threshold)
{
    struct node *node = add_node(network, name, NODE_IF);
    node->input = node->output = shape_of(c, h, w);
    size_t count = (size_t)shape_items(&node->output);
    node->r = filled(count, 1.0);
    node->v_threshold = filled(count, threshold);
    node->v_reset = filled(count, 0.0);
    return network->node_count - 1;
}

uint32_t add_leaky(struct network *network, const char *name, enum node_kind kind, int64_t count, double tau,
                   double threshold)
{
    uint32_t index = add_if(network, name, count, 0, 0, threshold);
    struct node *node = &network->nodes[index];
    node->kind = kind;
    node->tau_mem = filled((size_t)count, tau);
    node->v_leak = filled((size_t)count, 0.0);
    if (!node_spikes(kind)) {
        free(node->v_threshold);
        free(node->v_reset);
        node->v_threshold = node->v_reset = NULL;
    }
    if (kind != NODE_CUBALIF && kind != NODE_CUBALI)
        return index;
    node->tau_syn = filled((size_t)count, tau);
    node->w_in = filled((size_t)count, 1.0);
    return index;
}

static int edge_compare(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

void add_edge(struct network *network, uint32_t from, uint32_t to)
{
    must(network->edge_count < 64);
    network->edges[network->edge_count++] = (struct edge){from, to};
    qsort(network->edges, network->edge_count, sizeof *network->edges, edge_compare);
}

void small_chip(struct chip_config *out, enum synapse_kind kind)
{
    *out = (struct chip_config){.name = "small", .clock_hz = 1e8, .technology = "none.yaml", .path = "small.yaml"};
    out->placement_inputs = INPUTS_HOST;
    out->placement_policy = PLACEMENT_TRAFFIC;
    struct core_config *core = &out->core;
    core->neurons_max = 256;
    core->axons_max = 1024;
    core->routes_max = 4096;
    core->profiles_max = 8;
    core->queue_depth = 1024;
    core->delay_slots = 8;
    core->axon_cycles = core->route_cycles = 1;
    core->synapse_kind = (int)kind;
    core->weight_bits = 8;
    core->sparse_words = 8192;
    core->sparse_word_bits = 32;
    core->sparse_index_bits = 8;
    core->sparse_words_per_cycle = core->sparse_latency = 1;
    core->dimc_rows = 256;
    core->dimc_columns = 64;
    core->dimc_arrays = 2;
    core->dimc_rows_per_access = core->dimc_cycles_per_plane = core->dimc_latency = 1;
    core->dimc_planes_per_access = 1;
    core->accumulator_bits = 20;
    core->accumulator_banks = core->accumulator_ports = core->state_banks = core->state_ports = 1;
    core->neuron_lanes = core->neuron_interval = core->neuron_depth = 1;
    core->potential_bits = core->current_bits = 24;
    core->decay_bits = 12;
    core->fraction_bits = 6;
    out->noc.columns = out->noc.rows = 4;
    out->noc.cores_per_tile = 1;
    out->host.chips = 1;
}
