/* Placed pieces to the tables of every core. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

struct emission {
    const struct compilation *with;
    const struct plan *plan;
    struct program *out;
    uint32_t *order;          /* pieces by core */
    struct route_table *routes; /* [population]: all its routes, by neuron */
};

static struct route_table table_new(uint32_t sources)
{
    return (struct route_table){.sources = sources, .start = memory_array((size_t)sources + 1, sizeof(uint32_t))};
}

/* ---- synapses of one core ---- */
static void emit_rows(struct core_program *core, const struct compilation *with)
{
    const struct core_config *config = &with->chip->core;
    uint64_t word = 0;
    core->axon_row = memory_array(core->axon_count, sizeof *core->axon_row);
    for (uint32_t a = 0; a < core->axon_count; a++) {
        core->axon_row[a] = core_is_dense(config) ? a : (uint32_t)word;
        if (config->synapse_kind == SYNAPSE_SPARSE)
            word += sparse_words_of(config, core->synapse_start[a + 1] - core->synapse_start[a]);
    }
}

/* axon_of: scratch, [key_count]. Neurons come in local order, so targets ascend within a row. */
static void emit_synapses(const struct layer *layer, const struct piece *piece, uint32_t *axon_of,
                          struct core_program *core)
{
    must(piece->synapses < UINT32_MAX);
    core->axon_count = piece->axon_count;
    free(core->synapse_start);
    core->synapse_start = memory_array((size_t)piece->axon_count + 2, sizeof *core->synapse_start);
    core->synapse_target = memory_array(piece->synapses, sizeof *core->synapse_target);
    core->synapse_weight = memory_array(piece->synapses, sizeof *core->synapse_weight);
    for (uint32_t a = 0; a < piece->axon_count; a++)
        axon_of[piece->axons[a]] = a;
    uint32_t *next = core->synapse_start + 1; /* shifted by one: ends as the starts */
    for (uint32_t i = 0; i < piece->count; i++)
        for (size_t s = layer->start[piece->neurons[i]]; s < layer->start[piece->neurons[i] + 1]; s++)
            next[axon_of[layer->key[s]] + 1]++;
    for (uint32_t a = 0; a < piece->axon_count; a++)
        next[a + 1] += next[a];
    for (uint32_t i = 0; i < piece->count; i++)
        for (size_t s = layer->start[piece->neurons[i]]; s < layer->start[piece->neurons[i] + 1]; s++) {
            uint32_t place = next[axon_of[layer->key[s]]]++;
            core->synapse_target[place] = (uint16_t)i;
            core->synapse_weight[place] = layer->weight[s];
        }
}

/* ---- neurons ---- */
static void emit_neurons(const struct layer *layer, const struct piece *piece, struct core_program *core)
{
    core->population = (int32_t)piece->population;
    core->neuron_count = piece->count;
    core->neuron_index = memory_array(piece->count, sizeof *core->neuron_index);
    core->bias = memory_array(piece->count, sizeof *core->bias);
    size_t capacity = 0;
    for (uint32_t i = 0; i < piece->count; i++) {
        uint32_t neuron = piece->neurons[i];
        core->neuron_index[i] = neuron;
        core->bias[i] = layer->bias[neuron];
        if (i && layer->profile_of[piece->neurons[i - 1]] == layer->profile_of[neuron]) {
            core->groups[core->group_count - 1].count++;
            continue;
        }
        core->groups = memory_grow(core->groups, &capacity, (size_t)core->group_count + 1, sizeof *core->groups);
        struct neuron_group *group = &core->groups[core->group_count++];
        *group = layer->profiles[layer->profile_of[neuron]];
        group->first = i;
        group->count = 1;
    }
}

/* ---- routes ---- */
static void count_routes(struct emission *emission)
{
    const struct lowered *lowered = emission->plan->lowered;
    emission->routes = memory_array(lowered->population_count, sizeof *emission->routes);
    for (uint32_t p = 0; p < lowered->population_count; p++) {
        struct route_table *table = &emission->routes[p];
        *table = table_new(lowered->populations[p].count);
        uint64_t sum = 0;
        for (uint32_t i = 0; i < table->sources; i++) {
            sum += emission->plan->routes_of[p][i];
            table->start[i + 1] = (uint32_t)sum;
        }
        must(sum < UINT32_MAX);
        table->routes = memory_array(sum, sizeof *table->routes);
    }
}

/* Cores ascend, and within a core keys with them delays; the host comes last. */
static void fill_routes(struct emission *emission)
{
    const struct plan *plan = emission->plan;
    const struct lowered *lowered = plan->lowered;
    uint32_t **next = memory_array(lowered->population_count, sizeof *next);
    for (uint32_t p = 0; p < lowered->population_count; p++) {
        next[p] = memory_array(lowered->populations[p].count, sizeof *next[p]);
        memcpy(next[p], emission->routes[p].start, lowered->populations[p].count * sizeof *next[p]);
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct piece *piece = &plan->pieces[emission->order[i]];
        for (uint32_t a = 0; a < piece->axon_count; a++) {
            uint32_t population, neuron, delay;
            piece_axon(plan, piece, a, &population, &neuron, &delay);
            emission->routes[population].routes[next[population][neuron]++] = (struct route){piece->core, a, delay};
        }
    }
    for (uint32_t p = 0; p < lowered->population_count; p++) {
        for (uint32_t i = 0; lowered->populations[p].output && i < lowered->populations[p].count; i++)
            emission->routes[p].routes[next[p][i]++] = (struct route){ROUTE_HOST, i, 0};
        free(next[p]);
    }
    free(next);
}

static struct route_table piece_table(const struct emission *emission, const struct piece *piece)
{
    const struct route_table *all = &emission->routes[piece->population];
    struct route_table table = table_new(piece->count);
    for (uint32_t i = 0; i < piece->count; i++)
        table.start[i + 1] = table.start[i] + all->start[piece->neurons[i] + 1] - all->start[piece->neurons[i]];
    table.routes = memory_array(table.start[piece->count], sizeof *table.routes);
    for (uint32_t i = 0; i < piece->count; i++)
        memcpy(table.routes + table.start[i], all->routes + all->start[piece->neurons[i]],
               (table.start[i + 1] - table.start[i]) * sizeof *table.routes);
    return table;
}

static void emit_routes(struct emission *emission, const struct piece *piece)
{
    struct core_program *core = &emission->out->cores[piece->core];
    struct route_table *table = piece->relay ? &core->relay_routes : &core->neuron_routes;
    free(table->start);
    *table = piece_table(emission, piece);
    if (!piece->relay)
        return;
    core->relay_population = (int32_t)piece->population;
    core->relay_count = piece->count;
    core->relay_index = memory_array(piece->count, sizeof *core->relay_index);
    memcpy(core->relay_index, piece->neurons, piece->count * sizeof *core->relay_index);
}

/* Inputs that no core relays enter at the host's tile. */
static void emit_input_routes(struct emission *emission)
{
    const struct lowered *lowered = emission->plan->lowered;
    struct program *out = emission->out;
    bool at_host = emission->with->chip->placement_inputs == INPUTS_HOST;
    out->input_routes = memory_array(lowered->population_count, sizeof *out->input_routes);
    for (uint32_t p = 0; p < lowered->population_count; p++) {
        bool host = at_host && population_is_input(emission->with, &lowered->populations[p]);
        out->input_routes[p] = host ? emission->routes[p] : table_new(0);
        if (!host) {
            free(emission->routes[p].start);
            free(emission->routes[p].routes);
        }
    }
    free(emission->routes);
}

/* ---- */
static void emit_populations(const struct compilation *with, const struct plan *plan, struct program *out)
{
    const struct lowered *lowered = plan->lowered;
    out->population_count = lowered->population_count;
    out->populations = memory_array(lowered->population_count, sizeof *out->populations);
    for (uint32_t p = 0; p < lowered->population_count; p++) {
        const struct lowered_population *from = &lowered->populations[p];
        bool input = population_is_input(with, from);
        out->populations[p] = (struct population){
            .name = memory_copy_string(population_name(with, from)), .input = input, .output = from->output,
            .values = from->values, .count = from->count, .depth = from->depth,
            .scale = input ? 0.0 : plan->layers[p].scale, .input_levels = population_levels(with, from)};
        out->depth = from->depth > out->depth ? from->depth : out->depth;
    }
}

static void emit_empty_cores(const struct compilation *with, struct program *out)
{
    out->core_count = system_cores(with->chip);
    out->cores = memory_array(out->core_count, sizeof *out->cores);
    for (uint32_t c = 0; c < out->core_count; c++) {
        struct core_program *core = &out->cores[c];
        core->population = core->relay_population = -1;
        core->neuron_routes = table_new(0);
        core->relay_routes = table_new(0);
        core->synapse_start = memory_array(1, sizeof *core->synapse_start);
    }
}

struct by_core {
    uint32_t core, piece;
};

static int by_core_compare(const void *a, const void *b)
{
    const struct by_core *x = a, *y = b;
    if (x->core != y->core)
        return x->core < y->core ? -1 : 1;
    return x->piece < y->piece ? -1 : x->piece > y->piece;
}

static uint32_t *order_by_core(const struct plan *plan)
{
    struct by_core *list = memory_array(plan->count, sizeof *list);
    uint32_t *order = memory_array(plan->count, sizeof *order);
    for (uint32_t i = 0; i < plan->count; i++)
        list[i] = (struct by_core){plan->pieces[i].core, i};
    qsort(list, plan->count, sizeof *list, by_core_compare);
    for (uint32_t i = 0; i < plan->count; i++)
        order[i] = list[i].piece;
    free(list);
    return order;
}

void emit_program(const struct compilation *with, struct plan *plan, struct program *out)
{
    struct emission emission = {.with = with, .plan = plan, .out = out, .order = order_by_core(plan)};
    emit_populations(with, plan, out);
    emit_empty_cores(with, out);
    count_routes(&emission);
    fill_routes(&emission);
    uint32_t keys = 0;
    for (uint32_t p = 0; p < plan->lowered->population_count; p++)
        keys = plan->layers[p].key_count > keys ? plan->layers[p].key_count : keys;
    uint32_t *axon_of = memory_array(keys, sizeof *axon_of);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct piece *piece = &plan->pieces[i];
        const struct layer *layer = &plan->layers[piece->population];
        struct core_program *core = &out->cores[piece->core];
        emit_routes(&emission, piece);
        if (piece->relay)
            continue;
        emit_neurons(layer, piece, core);
        emit_synapses(layer, piece, axon_of, core);
        emit_rows(core, with);
    }
    free(axon_of);
    emit_input_routes(&emission);
    free(emission.order);
}
