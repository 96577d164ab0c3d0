/* Who sends to whom: packets between pieces if every source spiked once, and how far they travel. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

/* With more pairs than this nearly everyone talks to everyone, and no placement is much better than another. */
#define PAIRS_MAX (1u << 20)

struct pair {
    uint32_t a, b, weight;
};

struct spot core_spot(const struct chip_config *chip, uint32_t core)
{
    uint32_t tiles = chip_tiles(chip), tile = core == ROUTE_HOST ? chip->host.tile : core / chip->noc.cores_per_tile;
    return (struct spot){tile / tiles, tile % tiles % chip->noc.columns, tile % tiles / chip->noc.columns};
}

uint32_t spot_distance(const struct chip_config *chip, struct spot a, struct spot b, uint32_t chip_link_hops)
{
    uint32_t columns = chip->noc.columns;
    if (a.chip == b.chip)
        return (a.x > b.x ? a.x - b.x : b.x - a.x) + (a.y > b.y ? a.y - b.y : b.y - a.y);
    if (a.chip > b.chip)
        return spot_distance(chip, b, a, chip_link_hops);
    uint32_t chips = b.chip - a.chip; /* links join the east end of row 0 to the west end of row 0 of the next chip */
    return columns - 1 - a.x + a.y + chips * chip_link_hops + (chips - 1) * (columns - 1) + b.x + b.y;
}

uint32_t **pieces_by_neuron(const struct plan *plan)
{
    uint32_t **piece_of = memory_array(plan->lowered->population_count, sizeof *piece_of);
    for (uint32_t p = 0; p < plan->lowered->population_count; p++) {
        size_t count = plan->lowered->populations[p].count;
        piece_of[p] = memory_array(count, sizeof *piece_of[p]);
        memset(piece_of[p], 0xff, count * sizeof *piece_of[p]);
    }
    for (uint32_t i = 0; i < plan->count; i++)
        for (uint32_t n = 0; n < plan->pieces[i].count; n++)
            piece_of[plan->pieces[i].population][plan->pieces[i].neurons[n]] = i;
    return piece_of;
}

void pieces_by_neuron_free(const struct plan *plan, uint32_t **piece_of)
{
    for (uint32_t p = 0; p < plan->lowered->population_count; p++)
        free(piece_of[p]);
    free(piece_of);
}

struct pairs {
    struct pair *items;
    size_t count, capacity;
    size_t *last; /* [pieces]: pair that the piece sent last with, for the present target */
};

static void count_pair(struct pairs *pairs, uint32_t from, uint32_t to)
{
    size_t known = pairs->last[from];
    if (known < pairs->count && pairs->items[known].a == from && pairs->items[known].b == to) {
        pairs->items[known].weight++;
        return;
    }
    pairs->last[from] = pairs->count;
    pairs->items = memory_grow(pairs->items, &pairs->capacity, pairs->count + 1, sizeof *pairs->items);
    pairs->items[pairs->count++] = (struct pair){from, to, 1};
}

/* Both directions of every pair, by piece. */
static void index_pairs(const struct pairs *pairs, uint32_t pieces, struct traffic *out)
{
    out->start = memory_array((size_t)pieces + 2, sizeof *out->start);
    out->other = memory_array(2 * pairs->count, sizeof *out->other);
    out->weight = memory_array(2 * pairs->count, sizeof *out->weight);
    for (size_t i = 0; i < pairs->count; i++) {
        out->start[pairs->items[i].a + 2]++;
        out->start[pairs->items[i].b + 2]++;
    }
    for (uint32_t i = 0; i < pieces; i++)
        out->start[i + 2] += out->start[i + 1];
    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->items[i];
        size_t at_a = out->start[pair->a + 1]++, at_b = out->start[pair->b + 1]++;
        out->other[at_a] = pair->b;
        out->other[at_b] = pair->a;
        out->weight[at_a] = out->weight[at_b] = pair->weight;
    }
}

void traffic_measure(const struct plan *plan, struct traffic *out)
{
    *out = (struct traffic){.host = memory_array(plan->count, sizeof *out->host)};
    uint32_t **piece_of = pieces_by_neuron(plan);
    struct pairs pairs = {.last = memory_array(plan->count, sizeof *pairs.last)};
    for (uint32_t i = 0; i < plan->count && pairs.count <= PAIRS_MAX; i++) {
        const struct piece *piece = &plan->pieces[i];
        out->host[i] = plan->lowered->populations[piece->population].output ? piece->count : 0;
        for (uint32_t a = 0; a < piece->axon_count; a++) {
            uint32_t population, neuron, delay;
            piece_axon(plan, piece, a, &population, &neuron, &delay);
            uint32_t from = piece_of[population][neuron];
            if (from == NONE)
                out->host[i]++;
            else if (from != i)
                count_pair(&pairs, from, i);
        }
    }
    if (pairs.count <= PAIRS_MAX)
        index_pairs(&pairs, plan->count, out);
    free(pairs.items);
    free(pairs.last);
    pieces_by_neuron_free(plan, piece_of);
}

void traffic_free(struct traffic *traffic)
{
    free(traffic->start);
    free(traffic->other);
    free(traffic->weight);
    free(traffic->host);
    *traffic = (struct traffic){0};
}

double traffic_mean_hops(const struct compilation *with, const struct plan *plan)
{
    uint32_t **piece_of = pieces_by_neuron(plan);
    uint64_t packets = 0, hops = 0;
    struct spot host = core_spot(with->chip, ROUTE_HOST);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct piece *piece = &plan->pieces[i];
        struct spot here = core_spot(with->chip, piece->core);
        for (uint32_t a = 0; a < piece->axon_count; a++) {
            uint32_t population, neuron, delay;
            piece_axon(plan, piece, a, &population, &neuron, &delay);
            uint32_t from = piece_of[population][neuron];
            struct spot source = from == NONE ? host : core_spot(with->chip, plan->pieces[from].core);
            hops += spot_distance(with->chip, source, here, 1);
            packets++;
        }
        if (!plan->lowered->populations[piece->population].output)
            continue;
        hops += (uint64_t)piece->count * spot_distance(with->chip, here, host, 1);
        packets += piece->count;
    }
    pieces_by_neuron_free(plan, piece_of);
    return packets ? (double)hops / (double)packets : 0.0;
}
