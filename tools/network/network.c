/* Kinds of nodes, shapes, and the end of a network. */
#include "tools/network/network.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

#define FIELD(name, member, absent, range) {name, offsetof(struct node, member), absent, range}
#define TAU(name, member) FIELD(name, member, FIELD_REQUIRED, FIELD_POSITIVE)
#define REQUIRED(name) FIELD(#name, name, FIELD_REQUIRED, FIELD_ANY)
/* Files before NIR 1.0.6 have no v_reset, and w_in is 1 unless it is said. */
#define RESET FIELD("v_reset", v_reset, FIELD_ZEROS, FIELD_ANY)
#define WEIGHT_IN FIELD("w_in", w_in, FIELD_ONES, FIELD_ANY)

static const struct node_field no_fields[] = {{0}};
static const struct node_field scale_fields[] = {REQUIRED(scale), {0}};
static const struct node_field delay_fields[] = {FIELD("delay", delay, FIELD_REQUIRED, FIELD_NOT_NEGATIVE), {0}};
static const struct node_field threshold_fields[] = {FIELD("threshold", v_threshold, FIELD_REQUIRED, FIELD_ANY), {0}};
static const struct node_field i_fields[] = {REQUIRED(r), {0}};
static const struct node_field if_fields[] = {REQUIRED(r), REQUIRED(v_threshold), RESET, {0}};
static const struct node_field li_fields[] = {TAU("tau", tau_mem), REQUIRED(r), REQUIRED(v_leak), {0}};
static const struct node_field lif_fields[] = {TAU("tau", tau_mem), REQUIRED(r), REQUIRED(v_leak),
                                               REQUIRED(v_threshold), RESET, {0}};
static const struct node_field cubali_fields[] = {TAU("tau_syn", tau_syn), TAU("tau_mem", tau_mem), REQUIRED(r),
                                                  REQUIRED(v_leak), WEIGHT_IN, {0}};
static const struct node_field cubalif_fields[] = {TAU("tau_syn", tau_syn), TAU("tau_mem", tau_mem), REQUIRED(r),
                                                   REQUIRED(v_leak), WEIGHT_IN, REQUIRED(v_threshold), RESET, {0}};

static const struct node_field loihi_fields[] = {
    FIELD("iDecay", decay_current, FIELD_REQUIRED, FIELD_NOT_NEGATIVE),
    FIELD("vDecay", decay_potential, FIELD_REQUIRED, FIELD_NOT_NEGATIVE),
    FIELD("vThMant", v_threshold, FIELD_REQUIRED, FIELD_ANY), FIELD("bias", v_bias, FIELD_ZEROS, FIELD_ANY), {0}};
static const struct node_field sigma_delta_fields[] = {
    FIELD("vThMant", v_threshold, FIELD_REQUIRED, FIELD_NOT_NEGATIVE),
    FIELD("bias", v_bias, FIELD_ZEROS, FIELD_ANY), {0}};

static const struct {
    const char *name;
    const struct node_field *fields;
    bool neuron, spikes, linear;
} kinds[NODE_KINDS] = {
    [NODE_INPUT] = {"Input", no_fields, false, false, false},
    [NODE_OUTPUT] = {"Output", no_fields, false, false, false},
    [NODE_AFFINE] = {"Affine", no_fields, false, false, true},
    [NODE_SCALE] = {"Scale", scale_fields, false, false, true},
    [NODE_CONV1D] = {"Conv1d", no_fields, false, false, true},
    [NODE_CONV2D] = {"Conv2d", no_fields, false, false, true},
    [NODE_SUMPOOL2D] = {"SumPool2d", no_fields, false, false, true},
    [NODE_AVGPOOL2D] = {"AvgPool2d", no_fields, false, false, true},
    [NODE_FLATTEN] = {"Flatten", no_fields, false, false, true},
    [NODE_DELAY] = {"Delay", delay_fields, false, false, false},
    [NODE_THRESHOLD] = {"Threshold", threshold_fields, true, true, false},
    [NODE_I] = {"I", i_fields, true, false, false},
    [NODE_IF] = {"IF", if_fields, true, true, false},
    [NODE_LI] = {"LI", li_fields, true, false, false},
    [NODE_LIF] = {"LIF", lif_fields, true, true, false},
    [NODE_CUBALI] = {"CubaLI", cubali_fields, true, false, false},
    [NODE_CUBALIF] = {"CubaLIF", cubalif_fields, true, true, false},
    [NODE_LOIHI] = {"Loihi", loihi_fields, true, true, false},
    [NODE_SIGMA_DELTA] = {"SigmaDelta", sigma_delta_fields, true, true, false},
    [NODE_MAXPOOL2D] = {"MaxPool2d", no_fields, false, false, false},
    [NODE_RELU] = {"ReLU", no_fields, false, false, false},
};

static int checked(enum node_kind kind)
{
    must((int)kind >= 0 && kind < NODE_KINDS);
    return (int)kind;
}

const char *node_kind_name(enum node_kind kind)
{
    return kinds[checked(kind)].name;
}

const struct node_field *node_fields(enum node_kind kind)
{
    return kinds[checked(kind)].fields;
}

double **node_field(struct node *node, const struct node_field *field)
{
    return (double **)(void *)((char *)node + field->offset);
}

bool node_is_neuron(enum node_kind kind)
{
    return kinds[checked(kind)].neuron;
}

bool node_spikes(enum node_kind kind)
{
    return kinds[checked(kind)].spikes;
}

bool node_is_linear(enum node_kind kind)
{
    return kinds[checked(kind)].linear;
}

/* ---- shapes ---- */

int64_t shape_items(const struct shape *shape)
{
    int64_t items = 1;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->size[i] > 0 && items > INT64_MAX / shape->size[i])
            return INT64_MAX;
        items *= shape->size[i];
    }
    return items;
}

bool shape_equal(const struct shape *a, const struct shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->size[i] != b->size[i])
            return false;
    return true;
}

static struct shape without_ones(const struct shape *shape)
{
    struct shape out = {0};
    for (int i = 0; i < shape->rank; i++)
        if (shape->size[i] != 1)
            out.size[out.rank++] = shape->size[i];
    return out;
}

bool shape_agrees(const struct shape *a, const struct shape *b)
{
    struct shape small_a = without_ones(a), small_b = without_ones(b);
    bool flat = small_a.rank <= 1 || small_b.rank <= 1;
    return shape_equal(&small_a, &small_b) || (flat && shape_items(a) == shape_items(b));
}

char *shape_format(const struct shape *shape)
{
    char *text = memory_copy_string("(");
    for (int i = 0; i < shape->rank; i++) {
        char *longer = memory_format("%s%s%lld", text, i ? ", " : "", (long long)shape->size[i]);
        free(text);
        text = longer;
    }
    char *whole = memory_format("%s)", text);
    free(text);
    return whole;
}

/* ---- the whole ---- */

uint32_t network_append(struct network *network, enum node_kind kind, char *name)
{
    size_t capacity = network->node_count; /* grown to twice of it */
    network->nodes = memory_grow(network->nodes, &capacity, (size_t)network->node_count + 1, sizeof *network->nodes);
    network->nodes[network->node_count] = (struct node){.name = name, .kind = kind};
    return network->node_count++;
}

void network_add_edge(struct network *network, uint32_t from, uint32_t to)
{
    size_t capacity = network->edge_count;
    network->edges = memory_grow(network->edges, &capacity, (size_t)network->edge_count + 1, sizeof *network->edges);
    network->edges[network->edge_count++] = (struct edge){from, to};
}

int64_t network_neurons(const struct network *network)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < network->node_count; i++)
        if (node_is_neuron(network->nodes[i].kind))
            count += shape_items(&network->nodes[i].output);
    return count;
}

static void node_free(struct node *node)
{
    for (const struct node_field *field = node_fields(node->kind); field->name; field++)
        free(*node_field(node, field));
    free(node->v_initial);
    free(node->refractory);
    free(node->weight.data);
    free(node->bias.data);
    free(node->name);
}

static void metadata_free(struct metadata *entry)
{
    int64_t items = entry->texts ? shape_items(&entry->shape) : 0;
    for (int64_t i = 0; i < items; i++)
        free(entry->texts[i]);
    free(entry->texts);
    free(entry->numbers);
    free(entry->node);
    free(entry->key);
}

void network_free(struct network *network)
{
    for (uint32_t i = 0; i < network->node_count; i++)
        node_free(&network->nodes[i]);
    for (uint32_t i = 0; i < network->metadata_count; i++)
        metadata_free(&network->metadata[i]);
    free(network->metadata);
    free(network->nodes);
    free(network->edges);
    free(network->path);
    free(network->version);
    *network = (struct network){0};
}
