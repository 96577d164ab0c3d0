/* Routing tables: a neuron needs a row for every core (and delay) that it reaches. How many depends on how its targets
 * were partitioned, so pieces with too many are split afterwards; that gives more rows to the sources of the piece,
 * which are looked at again. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <stdlib.h>

uint64_t piece_routes(const struct plan *plan, const struct piece *piece)
{
    uint64_t routes = 0;
    for (uint32_t i = 0; i < piece->count; i++)
        routes += plan->routes_of[piece->population][piece->neurons[i]];
    return routes;
}

static void count_axons(struct plan *plan, const struct piece *piece, uint32_t change)
{
    for (uint32_t a = 0; a < piece->axon_count; a++) {
        uint32_t population, neuron, delay;
        piece_axon(plan, piece, a, &population, &neuron, &delay);
        plan->routes_of[population][neuron] += change; /* modulo 2^32: -1 is UINT32_MAX */
    }
}

static void count_routes(struct plan *plan)
{
    const struct lowered *lowered = plan->lowered;
    plan->routes_of = memory_array(lowered->population_count, sizeof *plan->routes_of);
    for (uint32_t p = 0; p < lowered->population_count; p++) {
        const struct lowered_population *population = &lowered->populations[p];
        plan->routes_of[p] = memory_array(population->count, sizeof *plan->routes_of[p]);
        for (uint32_t i = 0; i < population->count; i++)
            plan->routes_of[p][i] = population->output;
    }
    for (uint32_t i = 0; i < plan->count; i++)
        count_axons(plan, &plan->pieces[i], 1);
}

static bool refuse(const struct compilation *with, const struct plan *plan, const struct piece *piece, uint64_t routes)
{
    return diagnostics_add(with->diagnostics, with->chip->path,
                           "%u of %s on one core reach %llu destinations, but core.routes is %u, expected at least "
                           "%llu", piece->count,
                           population_name(with, &plan->lowered->populations[piece->population]),
                           (unsigned long long)routes, with->chip->core.routes_max, (unsigned long long)routes);
}

static void part_of_relay(const struct piece *whole, uint32_t begin, uint32_t end, struct piece *part)
{
    part->relay = true;
    part->count = end - begin;
    part->neurons = memory_array(part->count, sizeof *part->neurons);
    for (uint32_t i = begin; i < end; i++)
        part->neurons[i - begin] = whole->neurons[i];
}

/* Neurons begin .. end - 1 of `whole` become a piece of their own. */
static void split_off(struct plan *plan, struct core_fit *fit, const struct piece *whole, uint32_t begin, uint32_t end)
{
    struct piece *part = plan_add(plan);
    if (whole->relay) {
        part_of_relay(whole, begin, end, part);
    } else {
        core_fit_clear(fit);
        for (uint32_t i = begin; i < end; i++)
            core_fit_add(fit, whole->neurons[i]);
        core_fit_piece(fit, part);
    }
    part->population = whole->population;
    part->limit = end < whole->count ? "routes" : whole->limit;
    count_axons(plan, part, 1);
}

static bool split_piece(const struct compilation *with, struct plan *plan, uint32_t index)
{
    const uint32_t *routes = plan->routes_of[plan->pieces[index].population];
    struct piece whole = plan->pieces[index];
    uint64_t most = with->chip->core.routes_max, sum = 0;
    for (uint32_t i = 0; i < whole.count; i++) {
        struct piece one = {.population = whole.population, .count = 1};
        if (routes[whole.neurons[i]] > most)
            return refuse(with, plan, &one, routes[whole.neurons[i]]);
    }
    struct core_fit *fit = whole.relay ? NULL : core_fit_new(with, &plan->layers[whole.population]);
    plan->pieces[index] = plan->pieces[--plan->count];
    count_axons(plan, &whole, UINT32_MAX);
    uint32_t *begins = memory_array((size_t)whole.count + 1, sizeof *begins), parts = 0;
    for (uint32_t i = 0; i < whole.count; i++) {
        uint32_t here = routes[whole.neurons[i]];
        if (i == 0 || sum + here > most) {
            begins[parts++] = i;
            sum = 0;
        }
        sum += here;
    }
    begins[parts] = whole.count;
    for (uint32_t i = 0; i < parts; i++)
        split_off(plan, fit, &whole, begins[i], begins[i + 1]);
    free(begins);
    if (fit)
        core_fit_free(fit);
    piece_free(&whole);
    return true;
}

/* Blocks are where the user wants them: a core's neurons and relays share its table. */
static bool check_blocks(const struct compilation *with, const struct plan *plan)
{
    uint64_t *routes = memory_array(system_cores(with->chip), sizeof *routes);
    bool fine = true;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct piece *piece = &plan->pieces[i];
        uint64_t *here = &routes[piece->core], before = *here;
        *here += piece_routes(plan, piece);
        if (*here > with->chip->core.routes_max && before <= with->chip->core.routes_max)
            fine = refuse(with, plan, piece, *here);
    }
    free(routes);
    return fine;
}

bool split_by_routes(const struct compilation *with, struct plan *plan)
{
    count_routes(plan);
    if (with->chip->placement_policy == PLACEMENT_BLOCKS)
        return check_blocks(with, plan);
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < plan->count; i++) {
            if (piece_routes(plan, &plan->pieces[i]) <= with->chip->core.routes_max)
                continue;
            if (!split_piece(with, plan, i))
                return false;
            again = true;
        }
    }
    return true;
}
