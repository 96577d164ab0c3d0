/* Partition of one population in the order of its neurons: greedy to find how many cores it takes, then as evenly as
 * that number allows, since the fullest core decides how long a timestep lasts. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <stdlib.h>

struct piece *plan_add(struct plan *plan)
{
    size_t capacity = plan->capacity;
    plan->pieces = memory_grow(plan->pieces, &capacity, (size_t)plan->count + 1, sizeof *plan->pieces);
    plan->capacity = (uint32_t)capacity;
    struct piece *piece = &plan->pieces[plan->count++];
    *piece = (struct piece){.core = NONE};
    return piece;
}

static void close_piece(struct core_fit *fit, uint32_t population, const char *limit, struct plan *plan)
{
    struct piece *piece = plan_add(plan);
    piece->population = population;
    piece->limit = limit;
    core_fit_piece(fit, piece);
    core_fit_clear(fit);
}

/* Begins of the pieces that a greedy pass closes, [*count], and which limit closed the first. */
static uint32_t *greedy_begins(struct core_fit *fit, const struct layer *layer, uint32_t *count, const char **limit)
{
    uint32_t *begins = NULL;
    size_t capacity = 0, used = 0;
    for (uint32_t i = 0; i < layer->count; i++) {
        const char *broken = i == 0 ? "begin" : core_fit_add(fit, i);
        if (!broken)
            continue;
        if (used == 1)
            *limit = broken;
        begins = memory_grow(begins, &capacity, used + 1, sizeof *begins);
        begins[used++] = i;
        core_fit_clear(fit);
        broken = core_fit_add(fit, i);
        if (broken) {
            *limit = broken;
            used = 0;
            break;
        }
    }
    core_fit_clear(fit);
    *count = (uint32_t)used;
    return begins;
}

static uint32_t even_begin(const struct layer *layer, uint32_t pieces, uint32_t i)
{
    return (uint32_t)((uint64_t)i * layer->count / pieces);
}

static bool even_fits(struct core_fit *fit, const struct layer *layer, uint32_t pieces)
{
    bool fine = true;
    for (uint32_t p = 0; fine && p < pieces; p++) {
        core_fit_clear(fit);
        for (uint32_t i = even_begin(layer, pieces, p); fine && i < even_begin(layer, pieces, p + 1); i++)
            fine = core_fit_add(fit, i) == NULL;
    }
    core_fit_clear(fit);
    return fine;
}

bool pack_in_order(const struct compilation *with, const struct layer *layer, const char *name, uint32_t population,
                   struct plan *plan)
{
    struct core_fit *fit = core_fit_new(with, layer);
    const char *limit = "end of layer";
    uint32_t count = 0, *begins = greedy_begins(fit, layer, &count, &limit);
    if (count == 0) {
        core_fit_free(fit);
        free(begins);
        return core_fit_explain(with, layer, name, limit);
    }
    bool even = even_fits(fit, layer, count);
    for (uint32_t p = 0; p < count; p++) {
        uint32_t begin = even ? even_begin(layer, count, p) : begins[p];
        uint32_t end = even ? even_begin(layer, count, p + 1) : p + 1 < count ? begins[p + 1] : layer->count;
        for (uint32_t i = begin; i < end; i++)
            core_fit_add(fit, i);
        close_piece(fit, population, p + 1 < count ? limit : "end of layer", plan);
    }
    core_fit_free(fit);
    free(begins);
    return true;
}

/* Inputs that the cores relay have no synapses: only the number of neurons a core limits them. */
static void relay_piece(struct plan *plan, uint32_t population, uint32_t begin, uint32_t end, uint32_t core)
{
    struct piece *piece = plan_add(plan);
    piece->population = population;
    piece->relay = true;
    piece->core = core;
    piece->count = end - begin;
    piece->neurons = memory_array(piece->count, sizeof *piece->neurons);
    for (uint32_t i = begin; i < end; i++)
        piece->neurons[i - begin] = i;
}

void pack_relays(const struct compilation *with, uint32_t population, uint32_t count, struct plan *plan)
{
    uint32_t most = with->chip->core.neurons_max, pieces = (count - 1) / most + 1;
    for (uint32_t p = 0; p < pieces; p++)
        relay_piece(plan, population, (uint32_t)((uint64_t)p * count / pieces),
                    (uint32_t)((uint64_t)(p + 1) * count / pieces), NONE);
}

static bool pack_block(const struct compilation *with, struct core_fit *fit, const char *name, uint32_t population,
                       uint32_t core, struct plan *plan)
{
    uint32_t cores = system_cores(with->chip), count = plan->lowered->populations[population].count;
    uint32_t begin = (uint32_t)((uint64_t)core * count / cores), end = (uint32_t)((uint64_t)(core + 1) * count / cores);
    const char *limit = NULL;
    if (!fit && end - begin > with->chip->core.neurons_max)
        limit = "neurons";
    for (uint32_t i = begin; fit && !limit && i < end; i++)
        limit = core_fit_add(fit, i);
    if (limit)
        return diagnostics_add(with->diagnostics, with->chip->path,
                               "placement.policy blocks puts %u of %s on core %u, more than its %s allow, expected "
                               "more than %u cores or larger ones", end - begin, name, core, limit, cores);
    if (begin == end)
        return true;
    if (!fit) {
        relay_piece(plan, population, begin, end, core);
        return true;
    }
    close_piece(fit, population, "block", plan);
    plan->pieces[plan->count - 1].core = core;
    return true;
}

bool pack_everywhere(const struct compilation *with, struct plan *plan)
{
    uint32_t cores = system_cores(with->chip), neurons = 0, inputs = 0;
    bool fine = true;
    for (uint32_t relay = 0; fine && relay < 2; relay++) {
        for (uint32_t p = 0; fine && p < plan->lowered->population_count; p++) {
            const struct lowered_population *population = &plan->lowered->populations[p];
            bool input = population_is_input(with, population);
            if (input != (relay == 1) || (input && with->chip->placement_inputs != INPUTS_CORES))
                continue;
            (*(input ? &inputs : &neurons))++;
            struct core_fit *fit = input ? NULL : core_fit_new(with, &plan->layers[p]);
            for (uint32_t c = 0; fine && c < cores; c++)
                fine = pack_block(with, fit, population_name(with, population), p, c, plan);
            if (fit)
                core_fit_free(fit);
        }
    }
    if (neurons <= 1 && inputs <= 1)
        return fine;
    return diagnostics_add(with->diagnostics, with->chip->path,
                           "placement.policy blocks: a core holds one population and relays one, the network has %u "
                           "and %u, expected placement.policy traffic", neurons, inputs);
}
