/* Partition of the whole network into pieces, one core each. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

void piece_free(struct piece *piece)
{
    free(piece->neurons);
    free(piece->axons);
    *piece = (struct piece){0};
}

void plan_free(struct plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++)
        piece_free(&plan->pieces[i]);
    free(plan->pieces);
    for (uint32_t p = 0; plan->routes_of && p < plan->lowered->population_count; p++)
        free(plan->routes_of[p]);
    free(plan->routes_of);
    *plan = (struct plan){0};
}

uint64_t piece_cost(const struct compilation *with, const struct piece *piece)
{
    bool dense = core_is_dense(&with->chip->core);
    return dense ? (uint64_t)piece->axon_count * piece->count : piece->axon_count;
}

void piece_axon(const struct plan *plan, const struct piece *piece, uint32_t axon, uint32_t *population,
                uint32_t *neuron, uint32_t *delay)
{
    uint32_t key = piece->axons[axon];
    const struct key_range *range = layer_range(&plan->layers[piece->population], key);
    *population = range->from;
    *neuron = key - range->first_key;
    *delay = range->delay;
}

static void drop_pieces(struct plan *plan, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        piece_free(&plan->pieces[i]);
    memmove(plan->pieces + first, plan->pieces + first + count,
            (plan->count - first - count) * sizeof *plan->pieces);
    plan->count -= count;
}

/* In order, or by blocks where the shape has neighbours and that takes fewer or better filled cores: up to half as
 * many again if `roomy`. */
static bool pack_population(const struct compilation *with, uint32_t p, bool roomy, struct plan *plan)
{
    const struct lowered_population *population = &plan->lowered->populations[p];
    const struct layer *layer = &plan->layers[p];
    uint32_t first = plan->count;
    if (!pack_in_order(with, layer, population_name(with, population), p, plan))
        return false;
    uint32_t count = plan->count - first;
    uint64_t cost = 0;
    for (uint32_t i = first; i < plan->count; i++)
        cost += piece_cost(with, &plan->pieces[i]);
    const struct shape *shape = &with->network->nodes[population->node].output;
    uint32_t most = roomy ? count + count / 2 : count;
    if (count > 1 && pack_in_blocks(with, layer, shape, p, most, count, cost, plan))
        drop_pieces(plan, first, count);
    return true;
}

static int piece_compare(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    if (x->relay != y->relay)
        return x->relay ? 1 : -1;
    if (x->population != y->population)
        return x->population < y->population ? -1 : 1;
    return x->neurons[0] < y->neurons[0] ? -1 : x->neurons[0] > y->neurons[0];
}

static bool pack_all(const struct compilation *with, bool roomy, struct plan *plan)
{
    bool fine = true;
    for (uint32_t p = 0; p < plan->lowered->population_count; p++) {
        const struct lowered_population *population = &plan->lowered->populations[p];
        if (!population_is_input(with, population))
            fine = pack_population(with, p, roomy, plan) && fine;
        else if (with->chip->placement_inputs == INPUTS_CORES)
            pack_relays(with, p, population->count, plan);
    }
    return fine && split_by_routes(with, plan);
}

static uint32_t neuron_pieces(const struct plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        count += !plan->pieces[i].relay;
    return count;
}

bool plan_pieces(const struct compilation *with, const struct lowered *lowered, const struct layer *layers,
                 struct plan *out)
{
    *out = (struct plan){.lowered = lowered, .layers = layers};
    bool fine;
    if (with->chip->placement_policy == PLACEMENT_BLOCKS) {
        fine = pack_everywhere(with, out) && split_by_routes(with, out);
    } else {
        fine = pack_all(with, true, out);
        if (fine && neuron_pieces(out) > system_cores(with->chip)) {
            plan_free(out);
            *out = (struct plan){.lowered = lowered, .layers = layers};
            fine = pack_all(with, false, out);
        }
    }
    if (fine && out->count)
        qsort(out->pieces, out->count, sizeof *out->pieces, piece_compare);
    return fine;
}
