/* Graph to populations and projections: chains of linear nodes between neurons become one sparse matrix each, summed
 * over parallel paths; paths are kept apart by how many recurrent edges they take. Biases on the way become a constant
 * input of each neuron. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

/* The matrix from the source population to a linear node's input, for one number of recurrences. */
struct reach {
    uint32_t recurrences, waits;
    bool identity; /* the matrix is not made yet */
    struct sparse_matrix matrix;
};

struct reach_list {
    size_t count, capacity;
    struct reach *items;
};

struct walk {
    const struct compilation *with;
    struct lowered *out;
    bool *recurrent;           /* by edge */
    uint32_t *edge_start;      /* edges by their source node */
    uint32_t *population_of;   /* by node; NONE */
    uint32_t *linear;          /* linear nodes, sources first */
    uint32_t linear_count;
    struct reach_list *reach;  /* by node */
};

static bool node_runs(enum node_kind kind)
{
    return kind == NODE_INPUT || node_is_neuron(kind);
}

/* Neither a population nor an end: what reaches it goes on. */
static bool passes_on(enum node_kind kind)
{
    return node_is_linear(kind) || kind == NODE_DELAY;
}

bool population_is_input(const struct compilation *with, const struct lowered_population *population)
{
    return with->network->nodes[population->node].kind == NODE_INPUT;
}

const char *population_name(const struct compilation *with, const struct lowered_population *population)
{
    return with->network->nodes[population->node].name;
}

int32_t population_levels(const struct compilation *with, const struct lowered_population *population)
{
    return population_is_input(with, population) && with->options->input_levels > 1 ? with->options->input_levels : 1;
}

static struct sparse_matrix matrix_copy(const struct sparse_matrix *matrix)
{
    size_t count = matrix->start[matrix->sources];
    struct sparse_matrix copy = {.sources = matrix->sources, .targets = matrix->targets};
    copy.start = memory_array((size_t)matrix->sources + 1, sizeof *copy.start);
    copy.target = memory_array(count, sizeof *copy.target);
    copy.weight = memory_array(count, sizeof *copy.weight);
    memcpy(copy.start, matrix->start, ((size_t)matrix->sources + 1) * sizeof *copy.start);
    memcpy(copy.target, matrix->target, count * sizeof *copy.target);
    memcpy(copy.weight, matrix->weight, count * sizeof *copy.weight);
    return copy;
}

/* Adds `matrix` (taken over) to `sum`. */
static void matrix_accumulate(struct sparse_matrix *sum, struct sparse_matrix *matrix)
{
    struct sparse_matrix both = {0};
    sparse_add(sum, matrix, &both);
    sparse_free(sum);
    sparse_free(matrix);
    *sum = both;
}

static void reach_materialise(struct reach *reach, uint32_t size)
{
    if (reach->identity)
        sparse_identity(size, &reach->matrix);
    reach->identity = false;
}

static struct reach reach_copy(const struct reach *reach)
{
    struct reach copy = *reach;
    if (!reach->identity)
        copy.matrix = matrix_copy(&reach->matrix);
    return copy;
}

static void reach_join(struct reach_list *list, struct reach *arrived, uint32_t size)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].recurrences != arrived->recurrences || list->items[i].waits != arrived->waits)
            continue;
        reach_materialise(&list->items[i], size);
        reach_materialise(arrived, size);
        matrix_accumulate(&list->items[i].matrix, &arrived->matrix);
        return;
    }
    list->items = memory_grow(list->items, &list->capacity, list->count + 1, sizeof *list->items);
    list->items[list->count++] = *arrived;
}

static void projection_join(struct lowered *out, uint32_t from, uint32_t to, struct reach *arrived)
{
    reach_materialise(arrived, out->populations[from].count);
    for (size_t i = out->projection_count; i-- > 0 && out->projections[i].from == from;) {
        struct projection *known = &out->projections[i];
        if (known->to == to && known->recurrences == arrived->recurrences && known->waits == arrived->waits) {
            matrix_accumulate(&known->matrix, &arrived->matrix);
            return;
        }
    }
    out->projections = memory_grow(out->projections, &out->projection_capacity, out->projection_count + 1,
                                   sizeof *out->projections);
    out->projections[out->projection_count++] = (struct projection){
        .from = from, .to = to, .recurrences = arrived->recurrences, .waits = arrived->waits,
        .matrix = arrived->matrix};
}

/* Hands what has reached the output of `node` (taken over) to every node behind it. */
static void reach_pass(struct walk *walk, uint32_t source, uint32_t node, struct reach *here)
{
    const struct network *network = walk->with->network;
    uint32_t begin = walk->edge_start[node], end = walk->edge_start[node + 1];
    bool taken = false;
    for (uint32_t e = begin; e < end; e++) {
        uint32_t target = network->edges[e].to, population = walk->population_of[target];
        bool linear = passes_on(network->nodes[target].kind);
        if (population == NONE && !linear)
            continue;
        struct reach arrived = e + 1 == end ? *here : reach_copy(here);
        taken = taken || e + 1 == end;
        arrived.recurrences += walk->recurrent[e];
        if (linear)
            reach_join(&walk->reach[target], &arrived, walk->out->populations[source].count);
        else {
            if (node_is_neuron(network->nodes[target].kind) && network->nodes[target].kind != NODE_LOIHI)
                arrived.waits += walk->with->options->semantics->input_delay;
            projection_join(walk->out, source, population, &arrived);
        }
    }
    if (!taken && !here->identity)
        sparse_free(&here->matrix);
}

/* Takes `reach` through a linear node. */
static bool reach_through(const struct node *node, struct reach *reach, struct diagnostics *diagnostics)
{
    if (node->kind == NODE_FLATTEN)
        return true;
    struct sparse_matrix own = {0}, both = {0};
    if (!linear_to_sparse(node, &own, diagnostics))
        return false;
    if (reach->identity) {
        reach->identity = false;
        reach->matrix = own;
        return true;
    }
    bool fine = sparse_compose(&reach->matrix, &own, &both, diagnostics);
    sparse_free(&own);
    sparse_free(&reach->matrix);
    reach->matrix = both;
    return fine;
}

/* What reaches a Delay goes on once for each different delay. Takes `reach` over. */
static bool pass_delay(struct walk *walk, uint32_t source, uint32_t node, struct reach *reach)
{
    const struct node *delay = &walk->with->network->nodes[node];
    uint32_t *steps, count;
    reach_materialise(reach, (uint32_t)shape_items(&delay->output));
    bool fine = delay_list(walk->with, delay, &steps, &count);
    for (uint32_t i = 0; fine && i < count; i++) {
        struct reach share = {.recurrences = reach->recurrences, .waits = reach->waits + steps[i]};
        delay_share(delay, walk->with->options->dt_s, steps[i], &reach->matrix, &share.matrix);
        reach_pass(walk, source, node, &share);
    }
    free(steps);
    sparse_free(&reach->matrix);
    return fine;
}

static bool go_through(struct walk *walk, uint32_t source, uint32_t node, struct reach *reach)
{
    const struct node *at = &walk->with->network->nodes[node];
    if (at->kind == NODE_DELAY)
        return pass_delay(walk, source, node, reach);
    if (!reach_through(at, reach, walk->with->diagnostics))
        return false;
    reach_pass(walk, source, node, reach);
    return true;
}

static bool project_from(struct walk *walk, uint32_t source)
{
    struct reach start = {.identity = true};
    reach_pass(walk, source, walk->out->populations[source].node, &start);
    bool fine = true;
    for (uint32_t i = 0; i < walk->linear_count; i++) {
        uint32_t node = walk->linear[i];
        struct reach_list *list = &walk->reach[node];
        for (size_t k = 0; k < list->count; k++) {
            if (fine)
                fine = go_through(walk, source, node, &list->items[k]);
            else if (!list->items[k].identity)
                sparse_free(&list->items[k].matrix);
        }
        list->count = 0;
    }
    return fine;
}

/* Linear nodes with sources first. A cycle without a neuron has no such order and no meaning in timesteps. */
static bool order_linear_nodes(struct walk *walk, const uint32_t *order)
{
    const struct network *network = walk->with->network;
    uint32_t *waits = memory_array(network->node_count, sizeof *waits);
    uint32_t all = 0, done = 0;
    for (uint32_t e = 0; e < network->edge_count; e++)
        waits[network->edges[e].to] += passes_on(network->nodes[network->edges[e].from].kind);
    for (uint32_t i = 0; i < network->node_count; i++) {
        if (!passes_on(network->nodes[order[i]].kind))
            continue;
        all++;
        if (waits[order[i]] == 0)
            walk->linear[walk->linear_count++] = order[i];
    }
    while (done < walk->linear_count) {
        uint32_t node = walk->linear[done++];
        for (uint32_t e = walk->edge_start[node]; e < walk->edge_start[node + 1]; e++) {
            uint32_t target = network->edges[e].to;
            if (passes_on(network->nodes[target].kind) && --waits[target] == 0)
                walk->linear[walk->linear_count++] = target;
        }
    }
    uint32_t stuck = 0; /* a node on the cycle, or that a cycle leads to */
    while (done < all && (!passes_on(network->nodes[stuck].kind) || waits[stuck] == 0))
        stuck++;
    free(waits);
    if (done == all)
        return true;
    return diagnostics_add(walk->with->diagnostics, network->path,
                           "a cycle of linear nodes leads to '%s', expected a neuron node in every cycle",
                           network->nodes[stuck].name);
}

static void population_append(struct walk *walk, uint32_t node, bool readout)
{
    struct lowered *out = walk->out;
    const struct node *from = &walk->with->network->nodes[node];
    walk->population_of[node] = out->population_count;
    out->populations[out->population_count++] = (struct lowered_population){
        .node = node, .readout = readout, .output = readout, .values = readout,
        .count = (uint32_t)shape_items(&from->output)};
}

/* An Output shows a neuron node directly when that is its only source; else it becomes a read-out population. */
static uint32_t *direct_sources(const struct network *network)
{
    uint32_t *source = memory_array(network->node_count, sizeof *source);
    uint32_t *count = memory_array(network->node_count, sizeof *count);
    for (uint32_t e = 0; e < network->edge_count; e++) {
        source[network->edges[e].to] = network->edges[e].from;
        count[network->edges[e].to]++;
    }
    for (uint32_t i = 0; i < network->node_count; i++) {
        bool direct = network->nodes[i].kind == NODE_OUTPUT && count[i] == 1 &&
                      node_is_neuron(network->nodes[source[i]].kind);
        if (!direct)
            source[i] = NONE;
    }
    free(count);
    return source;
}

static bool check_sizes(const struct walk *walk)
{
    bool fine = true;
    for (uint32_t p = 0; p < walk->out->population_count; p++)
        if (walk->out->populations[p].count == 0)
            fine = diagnostics_add(walk->with->diagnostics, walk->with->network->path,
                                   "node %s: holds nothing, expected at least one value",
                                   population_name(walk->with, &walk->out->populations[p]));
    return fine;
}

static bool check_kinds(const struct compilation *with)
{
    const struct network *network = with->network;
    bool fine = true;
    for (uint32_t i = 0; i < network->node_count; i++) {
        const struct node *node = &network->nodes[i];
        if (node->kind == NODE_SIGMA_DELTA)
            fine = diagnostics_add(with->diagnostics, network->path, "node %s: %s sends graded spikes, which the chip's "
                                   "packets do not carry, expected spikes of one size", node->name,
                                   node_kind_name(node->kind));
        if (node->kind == NODE_RELU)
            fine = diagnostics_add(with->diagnostics, network->path, "node %s: %s does not spike, expected a network of "
                                   "spiking neurons (npusim convert makes one)", node->name,
                                   node_kind_name(node->kind));
        if (node->kind == NODE_MAXPOOL2D)
            fine = diagnostics_add(with->diagnostics, network->path, "node %s: %s compares values, which no neuron array "
                                   "does, expected neurons that do it (npusim convert makes them; of spikes alone, "
                                   "SumPool2d and a Threshold of 0.5 give the same)", node->name,
                                   node_kind_name(node->kind));
    }
    return fine;
}

static bool make_populations(struct walk *walk, const uint32_t *order)
{
    const struct network *network = walk->with->network;
    uint32_t *direct = direct_sources(network);
    bool fine = true;
    for (uint32_t i = 0; i < network->node_count; i++) {
        const struct node *node = &network->nodes[order[i]];
        if (node_runs(node->kind))
            population_append(walk, order[i], false);
        else if (node->kind == NODE_OUTPUT && direct[order[i]] == NONE)
            population_append(walk, order[i], true);
    }
    fine = check_kinds(walk->with) && fine;
    fine = check_sizes(walk) && fine;
    for (uint32_t i = 0; i < network->node_count; i++) {
        if (direct[i] == NONE || walk->population_of[direct[i]] == NONE)
            continue;
        struct lowered_population *shown = &walk->out->populations[walk->population_of[direct[i]]];
        shown->output = true;
        shown->values = !node_spikes(network->nodes[shown->node].kind);
    }
    for (uint32_t e = 0; e < network->edge_count; e++) {
        const struct node *from = &network->nodes[network->edges[e].from];
        uint32_t to = network->edges[e].to;
        bool values = node_is_neuron(from->kind) && !node_spikes(from->kind);
        if (values && direct[to] == NONE)
            fine = diagnostics_add(walk->with->diagnostics, network->path,
                                   "node %s: an %s feeds %s, but the chip sends its values to the host only, "
                                   "expected it directly before an Output of its own",
                                   from->name, node_kind_name(from->kind), network->nodes[to].name);
    }
    free(direct);
    return fine;
}

/* Adds `values` to the constant input of node `to`. */
static void bias_arrive(struct walk *walk, double **pending, bool *through, uint32_t to, const double *values,
                        bool recurrent)
{
    const struct node *node = &walk->with->network->nodes[to];
    uint32_t population = walk->population_of[to];
    struct lowered_population *target = population == NONE ? NULL : &walk->out->populations[population];
    if (!target && !passes_on(node->kind))
        return;
    double **sum = target ? &target->bias : &pending[to];
    size_t count = (size_t)shape_items(&node->input);
    if (!*sum)
        *sum = memory_array(count, sizeof **sum);
    for (size_t i = 0; i < count; i++)
        (*sum)[i] += values[i];
    if (target)
        target->recurrent_bias = target->recurrent_bias || recurrent;
    else
        through[to] = through[to] || recurrent;
}

/* Output of a linear node for a constant input (taken over; NULL: none); NULL in *out when it is zero everywhere. */
static bool bias_through(const struct node *node, double *input, double **out, struct diagnostics *diagnostics)
{
    *out = input;
    if (node->kind == NODE_FLATTEN || node->kind == NODE_DELAY || (!input && !node->bias.data))
        return true;
    double *sum = linear_bias(node);
    struct sparse_matrix matrix = {0};
    bool fine = !input || linear_to_sparse(node, &matrix, diagnostics);
    if (fine && input)
        for (uint32_t s = 0; s < matrix.sources; s++)
            for (size_t i = matrix.start[s]; i < matrix.start[s + 1]; i++)
                sum[matrix.target[i]] += matrix.weight[i] * input[s];
    sparse_free(&matrix);
    free(input);
    size_t count = (size_t)shape_items(&node->output), zeros = 0;
    while (zeros < count && sum[zeros] == 0.0)
        zeros++;
    *out = zeros == count ? NULL : sum;
    if (!*out)
        free(sum);
    return fine;
}

static bool flow_biases(struct walk *walk)
{
    const struct network *network = walk->with->network;
    double **pending = memory_array(network->node_count, sizeof *pending);
    bool *through = memory_array(network->node_count, sizeof *through), fine = true;
    for (uint32_t i = 0; i < walk->linear_count; i++) {
        uint32_t node = walk->linear[i];
        double *values = NULL;
        fine = bias_through(&network->nodes[node], pending[node], &values, walk->with->diagnostics) && fine;
        for (uint32_t e = walk->edge_start[node]; values && e < walk->edge_start[node + 1]; e++)
            bias_arrive(walk, pending, through, network->edges[e].to, values, through[node] || walk->recurrent[e] ||
                        network->nodes[node].kind == NODE_DELAY);
        free(values);
    }
    free(pending);
    free(through);
    for (uint32_t p = 0; p < walk->out->population_count; p++)
        if (walk->out->populations[p].recurrent_bias && !walk->with->options->semantics->recurrent_bias_at_first_step)
            remark(walk->with, "%s: the bias of its recurrent input (or behind a Delay) acts from the first step on; under "
                   "%s it starts later", population_name(walk->with, &walk->out->populations[p]),
                   walk->with->options->semantics->name);
    return fine;
}

static void index_edges(struct walk *walk)
{
    const struct network *network = walk->with->network;
    walk->edge_start = memory_array((size_t)network->node_count + 1, sizeof *walk->edge_start);
    for (uint32_t e = 0; e < network->edge_count; e++) {
        must(e == 0 || network->edges[e - 1].from <= network->edges[e].from);
        walk->edge_start[network->edges[e].from + 1]++;
    }
    for (uint32_t i = 0; i < network->node_count; i++)
        walk->edge_start[i + 1] += walk->edge_start[i];
}

bool lower_network(const struct compilation *with, struct lowered *out)
{
    const struct network *network = with->network;
    struct walk walk = {.with = with, .out = out};
    uint32_t *order = memory_array(network->node_count, sizeof *order);
    remark_semantics(with);
    walk.recurrent = memory_array(network->edge_count, sizeof *walk.recurrent);
    walk.population_of = memory_array(network->node_count, sizeof *walk.population_of);
    walk.linear = memory_array(network->node_count, sizeof *walk.linear);
    walk.reach = memory_array(network->node_count, sizeof *walk.reach);
    out->populations = memory_array(network->node_count, sizeof *out->populations);
    memset(walk.population_of, 0xff, network->node_count * sizeof *walk.population_of);
    network_schedule(network, order, walk.recurrent);
    index_edges(&walk);
    bool fine = make_populations(&walk, order);
    fine = order_linear_nodes(&walk, order) && fine;
    for (uint32_t p = 0; fine && p < out->population_count; p++)
        fine = project_from(&walk, p);
    fine = fine && flow_biases(&walk);
    for (uint32_t i = 0; i < network->node_count; i++)
        free(walk.reach[i].items);
    free(walk.reach);
    free(walk.linear);
    free(walk.population_of);
    free(walk.edge_start);
    free(walk.recurrent);
    free(order);
    return fine;
}

void lowered_free(struct lowered *lowered)
{
    for (uint32_t p = 0; p < lowered->population_count; p++)
        free(lowered->populations[p].bias);
    for (size_t i = 0; i < lowered->projection_count; i++)
        sparse_free(&lowered->projections[i].matrix);
    free(lowered->populations);
    free(lowered->projections);
    *lowered = (struct lowered){0};
}
