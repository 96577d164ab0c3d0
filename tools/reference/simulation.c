/* Nodes in the order of network_schedule; a linear node scatters only what is not zero, so its cost follows the
 * events. A recurrent edge carries its source's value of the previous step.
 *
 * Before step 0 that value is zero (Norse, which does not evaluate the recurrent Affine at step 0), or the linear
 * nodes' response to silence, W 0 + b (snnTorch): semantics->recurrent_bias_at_first_step. */
#include "tools/reference/simulation.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RING_VALUES_MAX ((size_t)1 << 28) /* inputs that a Delay keeps: 2 GiB */

static char *place_of(const struct network *network, const struct node *node)
{
    return memory_format("%s: %s", network->path ? network->path : "network", node->name);
}

static bool check_kinds(const struct network *network, const struct semantics *semantics, double dt_s,
                        struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    bool needs_dt = semantics->integrator == INTEGRATOR_EXACT;
    for (uint32_t n = 0; n < network->node_count; n++) {
        const struct node *node = &network->nodes[n];
        needs_dt = needs_dt || neuron_needs_dt(node->kind) || node->delay || node->refractory;
        if (node->kind == NODE_INPUT || node->kind == NODE_OUTPUT || node->kind == NODE_DELAY ||
            node->kind == NODE_RELU || node->kind == NODE_MAXPOOL2D || node_is_linear(node->kind) || neuron_has_rule(node->kind))
            continue;
        char *place = place_of(network, node);
        diagnostics_add(diagnostics, place, "%s cannot be simulated, expected a neuron of NIR",
                        node_kind_name(node->kind));
        free(place);
    }
    if (needs_dt && !(dt_s > 0.0 && dt_s < 1e9)) /* not finite fails too */
        diagnostics_add(diagnostics, "--dt", "the neurons have time constants, expected the length of a step in s");
    return diagnostics->count == before;
}

/* ---- layout ---- */
static void make_edges(struct simulation *s)
{
    const struct network *network = s->network;
    for (uint32_t e = 0; e < network->edge_count; e++)
        s->units[network->edges[e].to].edge_count++;
    for (uint32_t n = 0; n < network->node_count; n++) {
        s->units[n].edges = memory_array(s->units[n].edge_count, sizeof *s->units[n].edges);
        s->units[n].edge_count = 0;
    }
    for (uint32_t e = 0; e < network->edge_count; e++) {
        struct unit *to = &s->units[network->edges[e].to], *from = &s->units[network->edges[e].from];
        must(from->size == to->input_size);
        to->edges[to->edge_count++] = e;
        if (s->recurrent[e] && !from->previous) {
            from->previous = memory_array(from->size, sizeof *from->previous);
            from->first = memory_array(from->size, sizeof *from->first);
        }
    }
}

/* A delay is a whole number of steps, the nearest. */
static bool make_ring(struct simulation *s, uint32_t n, struct diagnostics *diagnostics)
{
    const struct node *node = &s->network->nodes[n];
    struct unit *unit = &s->units[n];
    double longest = 0.0;
    for (size_t i = 0; i < unit->size; i++)
        longest = fmax(longest, round(node->delay[i] / s->dt_s));
    if (longest >= (double)RING_VALUES_MAX || (longest + 1.0) * (double)unit->size > (double)RING_VALUES_MAX) {
        char *place = place_of(s->network, node);
        diagnostics_add(diagnostics, place, "a delay of %.0f steps of %zu values, expected fewer (a longer --dt)",
                        longest, unit->size);
        free(place);
        return false;
    }
    unit->ring_steps = (uint32_t)longest + 1;
    unit->ring = memory_array((size_t)unit->ring_steps * unit->size, sizeof *unit->ring);
    unit->lag = memory_array(unit->size, sizeof *unit->lag);
    for (size_t i = 0; i < unit->size; i++)
        unit->lag[i] = (uint32_t)round(node->delay[i] / s->dt_s);
    return true;
}

static bool make_unit(struct simulation *s, uint32_t n, struct diagnostics *diagnostics)
{
    const struct node *node = &s->network->nodes[n];
    struct unit *unit = &s->units[n];
    unit->input_size = (size_t)shape_items(&node->input);
    unit->size = (size_t)shape_items(&node->output);
    unit->output = memory_array(unit->size, sizeof *unit->output);
    if (node_is_neuron(node->kind))
        neuron_make(node, s->semantics, s->dt_s, &unit->neuron);
    if (node->kind == NODE_DELAY)
        return make_ring(s, n, diagnostics);
    if (!node_is_linear(node->kind))
        return true;
    if (node->bias.data)
        unit->bias = linear_bias(node);
    return linear_to_sparse(node, &unit->matrix, diagnostics);
}

/* Nothing but the previous step reaches a dormant node, directly or through dormant ones. */
static void mark_dormant(struct simulation *s)
{
    for (uint32_t i = 0; i < s->network->node_count; i++) {
        uint32_t n = s->order[i];
        struct unit *unit = &s->units[n];
        unit->dormant = unit->edge_count && node_is_linear(s->network->nodes[n].kind);
        for (uint32_t k = 0; k < unit->edge_count; k++) {
            uint32_t e = unit->edges[k];
            if (!s->recurrent[e] && !s->units[s->network->edges[e].from].dormant)
                unit->dormant = false;
        }
    }
}

static void make_sums(struct simulation *s)
{
    for (uint32_t n = 0; n < s->network->node_count; n++)
        if (s->units[n].edge_count != 1)
            s->units[n].sum = memory_array(s->units[n].input_size, sizeof *s->units[n].sum);
}

/* ---- a step ---- */
static void gather(struct simulation *s, struct unit *unit)
{
    const struct edge *edges = s->network->edges;
    if (!unit->sum) {
        const struct unit *from = &s->units[edges[unit->edges[0]].from];
        unit->input = s->recurrent[unit->edges[0]] ? from->previous : from->output;
        return;
    }
    memset(unit->sum, 0, unit->input_size * sizeof *unit->sum);
    for (uint32_t k = 0; k < unit->edge_count; k++) {
        const struct unit *from = &s->units[edges[unit->edges[k]].from];
        const double *value = s->recurrent[unit->edges[k]] ? from->previous : from->output;
        for (size_t i = 0; i < unit->input_size; i++)
            unit->sum[i] += value[i];
    }
    unit->input = unit->sum;
}

static void evaluate_linear(struct unit *unit)
{
    const struct sparse_matrix *m = &unit->matrix;
    if (unit->bias)
        memcpy(unit->output, unit->bias, unit->size * sizeof *unit->output);
    else
        memset(unit->output, 0, unit->size * sizeof *unit->output);
    for (uint32_t source = 0; source < m->sources; source++) {
        double x = unit->input[source];
        if (x == 0.0)
            continue;
        for (size_t e = m->start[source]; e < m->start[source + 1]; e++)
            unit->output[m->target[e]] += m->weight[e] * x;
    }
}

static void evaluate_delay(struct simulation *s, struct unit *unit)
{
    uint32_t now = s->step % unit->ring_steps;
    memcpy(unit->ring + (size_t)now * unit->size, unit->input, unit->size * sizeof *unit->ring);
    for (size_t i = 0; i < unit->size; i++) {
        uint32_t then = (now + unit->ring_steps - unit->lag[i]) % unit->ring_steps;
        unit->output[i] = unit->ring[(size_t)then * unit->size + i];
    }
}

static void evaluate(struct simulation *s, uint32_t n)
{
    const struct node *node = &s->network->nodes[n];
    struct unit *unit = &s->units[n];
    if (node->kind == NODE_INPUT)
        return;
    gather(s, unit);
    bool asleep = unit->dormant && s->step == 0 && !s->semantics->recurrent_bias_at_first_step;
    if (asleep)
        memset(unit->output, 0, unit->size * sizeof *unit->output);
    else if (node_is_linear(node->kind))
        evaluate_linear(unit);
    else if (node->kind == NODE_DELAY)
        evaluate_delay(s, unit);
    else if (node->kind == NODE_MAXPOOL2D)
        simulate_max_pool(node, unit->input, unit->output);
    else if (node->kind == NODE_RELU)
        for (size_t i = 0; i < unit->size; i++)
            unit->output[i] = fmax(0.0, unit->input[i]);
    else if (node_is_neuron(node->kind))
        neuron_step(node, s->semantics, s->dt_s, unit->input, &unit->neuron, unit->output);
}

void simulation_step(struct simulation *s)
{
    for (uint32_t i = 0; i < s->network->node_count; i++)
        evaluate(s, s->order[i]);
    for (uint32_t n = 0; n < s->network->node_count; n++) {
        struct unit *unit = &s->units[n];
        if (unit->previous)
            memcpy(unit->previous, unit->output, unit->size * sizeof *unit->previous);
    }
    s->step++;
}

/* The linear nodes' outputs while inputs and neurons are silent, kept where a recurrent edge leaves. */
static void respond_to_silence(struct simulation *s)
{
    for (uint32_t i = 0; i < s->network->node_count; i++) {
        struct unit *unit = &s->units[s->order[i]];
        if (!node_is_linear(s->network->nodes[s->order[i]].kind))
            continue;
        gather(s, unit);
        evaluate_linear(unit);
        if (unit->first)
            memcpy(unit->first, unit->output, unit->size * sizeof *unit->first);
    }
}

/* ---- */
bool simulation_make(const struct network *network, const struct semantics *semantics, double dt_s,
                     struct simulation *out, struct diagnostics *diagnostics)
{
    *out = (struct simulation){.network = network, .semantics = semantics, .dt_s = dt_s};
    if (!check_kinds(network, semantics, dt_s, diagnostics) || !semantics_apply(semantics, network, diagnostics))
        return false;
    out->order = memory_array(network->node_count, sizeof *out->order);
    out->recurrent = memory_array(network->edge_count, sizeof *out->recurrent);
    out->units = memory_array(network->node_count, sizeof *out->units);
    network_schedule(network, out->order, out->recurrent);
    bool fine = true;
    for (uint32_t n = 0; n < network->node_count; n++)
        fine = make_unit(out, n, diagnostics) && fine;
    if (!fine) {
        simulation_free(out);
        return false;
    }
    make_edges(out);
    make_sums(out);
    mark_dormant(out);
    if (semantics->recurrent_bias_at_first_step)
        respond_to_silence(out);
    return true;
}

void simulation_reset(struct simulation *s)
{
    s->step = 0;
    for (uint32_t n = 0; n < s->network->node_count; n++) {
        struct unit *unit = &s->units[n];
        if (unit->previous)
            memcpy(unit->previous, unit->first, unit->size * sizeof *unit->previous);
        neuron_reset(&s->network->nodes[n], &unit->neuron);
        if (unit->ring)
            memset(unit->ring, 0, (size_t)unit->ring_steps * unit->size * sizeof *unit->ring);
    }
}

void simulation_free(struct simulation *s)
{
    for (uint32_t n = 0; s->units && n < s->network->node_count; n++) {
        struct unit *unit = &s->units[n];
        free(unit->edges);
        free(unit->sum);
        free(unit->output);
        free(unit->previous);
        free(unit->first);
        sparse_free(&unit->matrix);
        free(unit->bias);
        neuron_free(&unit->neuron);
        free(unit->ring);
        free(unit->lag);
    }
    free(s->order);
    free(s->recurrent);
    free(s->units);
    *s = (struct simulation){0};
}
