/* A network as a person wants to see it. */
#include "tools/read/inspect.h"

#include "sim/memory.h"
#include "tools/read/read.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define METADATA_LINES 40u
/* A time constant of a second or more is hardly one of a spiking neuron; in milliseconds it would be usual. */
#define TAU_SUSPICIOUS_S 0.5

struct totals {
    int64_t neurons, synapses, parameters;
};

static int64_t parameters_of(const struct node *node)
{
    int64_t count = node->weight.data ? shape_items(&node->weight.shape) : 0;
    return count + (node->bias.data ? shape_items(&node->bias.shape) : 0);
}

static struct totals totals_of(const struct network *network)
{
    struct totals totals = {.neurons = network_neurons(network)};
    for (uint32_t i = 0; i < network->node_count; i++) {
        totals.synapses += linear_synapses(&network->nodes[i]);
        totals.parameters += parameters_of(&network->nodes[i]);
    }
    return totals;
}

/* ---- one line a node ---- */

static void print_range(FILE *out, const char *name, const double *values, int64_t items)
{
    double low = items ? values[0] : 0, high = low;
    for (int64_t i = 1; i < items; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    if (low == high)
        fprintf(out, "  %s %g", name, low);
    else
        fprintf(out, "  %s %g .. %g", name, low, high);
}

static void print_window(FILE *out, const struct node *node)
{
    bool rows = node->kind != NODE_CONV1D;
    const int64_t *k = node->kernel, *s = node->stride, *b = node->padding_begin, *e = node->padding_end;
    if (rows)
        fprintf(out, "  kernel %" PRId64 " x %" PRId64 "  stride %" PRId64 " x %" PRId64, k[0], k[1], s[0], s[1]);
    else
        fprintf(out, "  kernel %" PRId64 "  stride %" PRId64, k[1], s[1]);
    if (rows && (b[0] || e[0] || b[1] || e[1]))
        fprintf(out, "  padding %" PRId64 "+%" PRId64 " x %" PRId64 "+%" PRId64, b[0], e[0], b[1], e[1]);
    else if (b[1] || e[1])
        fprintf(out, "  padding %" PRId64 "+%" PRId64, b[1], e[1]);
    if (node->kind == NODE_CONV1D || node->kind == NODE_CONV2D) {
        if (node->groups != 1)
            fprintf(out, "  groups %" PRId64, node->groups);
        if (rows && (node->dilation[0] != 1 || node->dilation[1] != 1))
            fprintf(out, "  dilation %" PRId64 " x %" PRId64, node->dilation[0], node->dilation[1]);
        else if (node->dilation[1] != 1)
            fprintf(out, "  dilation %" PRId64, node->dilation[1]);
    }
}

static void print_parameters(FILE *out, struct node *node)
{
    if (node->kind == NODE_CONV1D || node->kind == NODE_CONV2D || node->kind == NODE_SUMPOOL2D ||
        node->kind == NODE_AVGPOOL2D || node->kind == NODE_MAXPOOL2D)
        print_window(out, node);
    if (node->weight.data)
        print_range(out, "weight", node->weight.data, shape_items(&node->weight.shape));
    if (node->bias.data)
        print_range(out, "bias", node->bias.data, shape_items(&node->bias.shape));
    for (const struct node_field *field = node_fields(node->kind); field->name; field++)
        print_range(out, field->name, *node_field(node, field), shape_items(&node->output));
}

static void print_node(FILE *out, struct node *node)
{
    char *shape = shape_format(&node->output);
    int64_t synapses = linear_synapses(node);
    fprintf(out, "  %-20s %-10s %-14s", node->name, node_kind_name(node->kind), shape);
    if (node_is_neuron(node->kind))
        fprintf(out, " %9" PRId64 " neurons ", shape_items(&node->output));
    else if (synapses)
        fprintf(out, " %9" PRId64 " synapses", synapses);
    else
        fprintf(out, " %18s", "");
    print_parameters(out, node);
    fprintf(out, "\n");
    free(shape);
}

static void print_nodes(struct network *network, FILE *out, bool *cycles)
{
    uint32_t *order = memory_array(network->node_count, sizeof *order);
    bool *recurrent = memory_array(network->edge_count, sizeof *recurrent);
    network_schedule(network, order, recurrent);
    for (uint32_t i = 0; i < network->node_count; i++)
        print_node(out, &network->nodes[order[i]]);
    for (uint32_t e = 0; e < network->edge_count; e++) {
        *cycles = *cycles || recurrent[e];
        if (recurrent[e])
            fprintf(out, "  %s -> %s carries the previous step\n", network->nodes[network->edges[e].from].name,
                    network->nodes[network->edges[e].to].name);
    }
    free(order);
    free(recurrent);
}

/* ---- metadata ---- */

static void print_entry(FILE *out, const struct metadata *entry)
{
    int64_t items = shape_items(&entry->shape);
    fprintf(out, "    %s%s%s =", entry->node, *entry->node ? ": " : "", entry->key);
    for (int64_t i = 0; i < items && i < 8; i++) {
        if (entry->texts)
            fprintf(out, " %.100s", entry->texts[i]);
        else if (entry->kind == 'b')
            fprintf(out, " %s", entry->numbers[i] != 0 ? "true" : "false");
        else
            fprintf(out, " %g", entry->numbers[i]);
    }
    fprintf(out, "%s\n", items > 8 ? " ..." : "");
}

static void print_metadata(const struct network *network, FILE *out)
{
    if (network->metadata_count)
        fprintf(out, "  metadata:\n");
    for (uint32_t i = 0; i < network->metadata_count && i < METADATA_LINES; i++)
        print_entry(out, &network->metadata[i]);
    if (network->metadata_count > METADATA_LINES)
        fprintf(out, "    and %u more\n", network->metadata_count - METADATA_LINES);
}

/* ---- units, and what is open ---- */

struct open_points {
    bool spikes, timed, integrates, cycles, suspicious;
};

static struct open_points open_points(const struct network *network)
{
    struct open_points open = {0};
    for (uint32_t i = 0; i < network->node_count; i++) {
        const struct node *node = &network->nodes[i];
        int64_t items = shape_items(&node->output);
        open.spikes = open.spikes || (node_spikes(node->kind) && node->kind != NODE_THRESHOLD);
        open.timed = open.timed || node->tau_mem || node->delay;
        open.integrates = open.integrates || node->kind == NODE_IF || node->kind == NODE_I;
        for (int64_t k = 0; node->tau_mem && k < items; k++)
            open.suspicious = open.suspicious || node->tau_mem[k] >= TAU_SUSPICIOUS_S;
    }
    return open;
}

static void print_open(const struct network *network, const struct open_points *open, FILE *out)
{
    if (open->timed || open->spikes || open->integrates)
        fprintf(out, "  units: tau and delay in seconds; r, v and w_in as the network was trained (no unit)\n");
    if (!open->timed && !open->spikes && !open->cycles && !open->integrates)
        return;
    fprintf(out, "  the file leaves open:\n");
    if (open->timed && network->dt_s > 0)
        fprintf(out, "    the length of a step: its metadata name %g s, --dt decides\n", network->dt_s);
    else if (open->timed)
        fprintf(out, "    the length of a step: --dt decides\n");
    if (open->suspicious)
        fprintf(out, "    the unit of tau: 0.5 or more is long for seconds; were milliseconds meant?\n");
    if (open->timed)
        fprintf(out, "    how the leak is integrated (euler, zoh, mixed, exact): --semantics decides\n");
    if (open->integrates)
        fprintf(out, "    whether IF and I count a step as 1 or as dt: 1, as all platforms do\n");
    if (open->spikes)
        fprintf(out, "    what a spike leaves (v_reset, or v less the threshold), and when: --semantics decides\n");
    if (open->cycles)
        fprintf(out, "    the delay of a cycle: one step; whether its bias is there in the first: --semantics decides\n");
}

/* What keeps the graph from running, as network_check says it. */
static void print_missing(const struct network *network, FILE *out)
{
    uint32_t inputs = 0, outputs = 0;
    for (uint32_t i = 0; i < network->node_count; i++) {
        inputs += network->nodes[i].kind == NODE_INPUT;
        outputs += network->nodes[i].kind == NODE_OUTPUT;
    }
    if (!inputs || !outputs)
        fprintf(out, "  it cannot run: it has %s\n", inputs ? "no Output" : outputs ? "no Input" : "no Input and no Output");
}

bool inspect_network(const char *path, const struct read_options *options, FILE *out, struct diagnostics *diagnostics)
{
    struct network network;
    bool cycles = false;
    if (!network_read_graph_as(path, options, &network, diagnostics))
        return false;
    struct totals totals = totals_of(&network);
    fprintf(out, "%s: %s network, version %s\n", path, network.format,
            network.version && *network.version ? network.version : "unknown");
    fprintf(out, "  %u nodes, %u edges, %" PRId64 " neurons, %" PRId64 " synapses, %" PRId64 " trained values\n",
            (unsigned)network.node_count, (unsigned)network.edge_count, totals.neurons, totals.synapses,
            totals.parameters);
    print_nodes(&network, out, &cycles);
    struct open_points open = open_points(&network);
    open.cycles = cycles;
    print_open(&network, &open, out);
    print_metadata(&network, out);
    print_missing(&network, out);
    network_free(&network);
    return true;
}
