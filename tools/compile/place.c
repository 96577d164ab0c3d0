/* Which core holds which piece: in the order of the layers by distance from the host, or along a line that winds
 * through the mesh, then moves and swaps as long as they shorten the sum over packets of their hops; the better of the
 * two is kept. Deterministic; the work is bounded. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

/* A chip-to-chip link costs placement as much as so many hops on a chip. */
#define CHIP_LINK_HOPS 10
/* Distances computed at most while improving each start, and while looking for the best cores of relays. */
#define WORK_MAX 4000000u
/* Up to so many (piece, core) pairs every pair is tried; beyond, only cores near a piece's partners. */
#define EXHAUSTIVE_MAX 16384u
/* Largest side of a mesh that a chip file may have. */
#define MESH_MAX 64u

struct placing {
    const struct compilation *with;
    struct plan *plan;
    struct traffic traffic;
    uint32_t cores;
    uint32_t neurons;      /* neuron pieces; relays follow */
    uint32_t *piece_at;    /* [cores]: neuron piece or NONE */
    struct spot *spots;    /* [cores] */
    struct spot host;
    uint64_t work;
};

/* ---- start ---- */
enum start { START_NEAREST_HOST, START_WINDING };

struct nearness {
    uint32_t chip, distance, core;
};

static uint32_t place_on_line(const struct chip_config *chip, struct spot spot)
{
    return spot.y * chip->noc.columns + (spot.y % 2 ? chip->noc.columns - 1 - spot.x : spot.x);
}

static int nearness_compare(const void *a, const void *b)
{
    const struct nearness *x = a, *y = b;
    if (x->chip != y->chip)
        return x->chip < y->chip ? -1 : 1;
    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return x->core < y->core ? -1 : x->core > y->core;
}

static void place_in_order(struct placing *placing, enum start start)
{
    const struct chip_config *chip = placing->with->chip;
    struct nearness *order = memory_array(placing->cores, sizeof *order);
    for (uint32_t c = 0; c < placing->cores; c++) {
        struct spot spot = placing->spots[c];
        uint32_t hops = spot_distance(chip, placing->host, spot, 1);
        order[c] = (struct nearness){spot.chip, start == START_WINDING ? place_on_line(chip, spot) : hops, c};
        placing->piece_at[c] = NONE;
    }
    qsort(order, placing->cores, sizeof *order, nearness_compare);
    for (uint32_t i = 0; i < placing->neurons; i++) {
        placing->plan->pieces[i].core = order[i].core;
        placing->piece_at[order[i].core] = i;
    }
    free(order);
}

/* ---- improve ---- */
static uint64_t cost_at(struct placing *placing, uint32_t piece, uint32_t core)
{
    const struct traffic *traffic = &placing->traffic;
    const struct chip_config *chip = placing->with->chip;
    struct spot here = placing->spots[core];
    uint64_t cost = traffic->host[piece] * spot_distance(chip, here, placing->host, CHIP_LINK_HOPS);
    for (size_t i = traffic->start[piece]; i < traffic->start[piece + 1]; i++) {
        uint32_t other = placing->plan->pieces[traffic->other[i]].core;
        if (other != NONE)
            cost += (uint64_t)traffic->weight[i] * spot_distance(chip, here, placing->spots[other], CHIP_LINK_HOPS);
    }
    placing->work += traffic->start[piece + 1] - traffic->start[piece] + 1;
    return cost;
}

static void put(struct placing *placing, uint32_t piece, uint32_t core)
{
    placing->piece_at[core] = piece;
    if (piece != NONE)
        placing->plan->pieces[piece].core = core;
}

/* Moves a piece to `core`, and what is there to the piece's place, if that is shorter. */
static bool try_swap(struct placing *placing, uint32_t piece, uint32_t core)
{
    uint32_t home = placing->plan->pieces[piece].core, other = placing->piece_at[core];
    bool opens_chip = other == NONE && placing->spots[core].chip > placing->spots[home].chip;
    if (home == core || opens_chip)
        return false;
    uint64_t before = cost_at(placing, piece, home) + (other == NONE ? 0 : cost_at(placing, other, core));
    put(placing, other, home);
    put(placing, piece, core);
    uint64_t after = cost_at(placing, piece, core) + (other == NONE ? 0 : cost_at(placing, other, home));
    if (after < before)
        return true;
    put(placing, piece, home);
    put(placing, other, core);
    return false;
}

static bool try_everywhere(struct placing *placing, uint32_t piece)
{
    bool moved = false;
    for (uint32_t core = 0; core < placing->cores && placing->work < WORK_MAX; core++)
        moved = try_swap(placing, piece, core) || moved;
    return moved;
}

/* The tile in the middle of the pieces that `piece` exchanges packets with. */
static uint32_t middle_tile(const struct placing *placing, uint32_t piece)
{
    const struct traffic *traffic = &placing->traffic;
    const struct chip_config *chip = placing->with->chip;
    uint32_t tiles = chip_tiles(chip), columns = chip->noc.columns;
    uint64_t weight = traffic->host[piece], x = weight * placing->host.x, y = weight * placing->host.y;
    for (size_t i = traffic->start[piece]; i < traffic->start[piece + 1]; i++) {
        uint32_t core = placing->plan->pieces[traffic->other[i]].core;
        if (core == NONE)
            continue;
        weight += traffic->weight[i];
        x += (uint64_t)traffic->weight[i] * (placing->spots[core].chip * columns + placing->spots[core].x);
        y += (uint64_t)traffic->weight[i] * placing->spots[core].y;
    }
    if (weight == 0)
        return placing->plan->pieces[piece].core / chip->noc.cores_per_tile;
    x = (x + weight / 2) / weight;
    y = (y + weight / 2) / weight;
    return (uint32_t)(x / columns * tiles + y * columns + x % columns);
}

static bool try_near_partners(struct placing *placing, uint32_t piece)
{
    const struct noc_config *noc = &placing->with->chip->noc;
    uint32_t tiles = chip_tiles(placing->with->chip), middle = middle_tile(placing, piece);
    uint32_t x = middle % tiles % noc->columns, y = middle % tiles / noc->columns;
    bool moved = false;
    for (uint32_t row = y ? y - 1 : 0; row <= y + 1 && row < noc->rows; row++)
        for (uint32_t column = x ? x - 1 : 0; column <= x + 1 && column < noc->columns; column++)
            for (uint32_t c = 0; c < noc->cores_per_tile; c++) {
                uint32_t tile = middle / tiles * tiles + row * noc->columns + column;
                moved = try_swap(placing, piece, tile * noc->cores_per_tile + c) || moved;
            }
    return moved;
}

static void improve(struct placing *placing)
{
    bool all = (uint64_t)placing->neurons * placing->cores <= EXHAUSTIVE_MAX;
    placing->work = 0;
    for (bool moved = true; moved && placing->work < WORK_MAX;) {
        moved = false;
        for (uint32_t i = 0; i < placing->neurons && placing->work < WORK_MAX; i++)
            moved = (all ? try_everywhere(placing, i) : try_near_partners(placing, i)) || moved;
    }
}

/* Sum over packets of their hops; relays have no place yet. */
static uint64_t whole_cost(struct placing *placing)
{
    uint64_t twice = 0, host = 0;
    for (uint32_t i = 0; i < placing->neurons; i++) {
        struct spot here = placing->spots[placing->plan->pieces[i].core];
        uint64_t to_host = placing->traffic.host[i] * spot_distance(placing->with->chip, here, placing->host,
                                                                    CHIP_LINK_HOPS);
        host += to_host;
        twice += cost_at(placing, i, placing->plan->pieces[i].core) - to_host;
    }
    return twice / 2 + host;
}

static void place_neurons(struct placing *placing)
{
    place_in_order(placing, START_WINDING);
    if (!placing->traffic.start)
        return;
    improve(placing);
    uint64_t winding = whole_cost(placing);
    uint32_t *kept = memory_array(placing->neurons, sizeof *kept);
    for (uint32_t i = 0; i < placing->neurons; i++)
        kept[i] = placing->plan->pieces[i].core;
    place_in_order(placing, START_NEAREST_HOST);
    improve(placing);
    if (whole_cost(placing) >= winding) {
        memset(placing->piece_at, 0xff, placing->cores * sizeof *placing->piece_at);
        for (uint32_t i = 0; i < placing->neurons; i++)
            put(placing, i, kept[i]);
    }
    free(kept);
}

/* ---- relays: beside neurons, at most one population a core ---- */
static uint32_t best_relay_core(struct placing *placing, uint32_t piece, const uint64_t *routes, const bool *taken)
{
    const struct core_config *core = &placing->with->chip->core;
    uint64_t least = UINT64_MAX, need = piece_routes(placing->plan, &placing->plan->pieces[piece]);
    uint32_t best = NONE;
    for (uint32_t c = 0; c < placing->cores; c++) {
        if (taken[c] || routes[c] + need > core->routes_max)
            continue;
        bool weigh = placing->traffic.start && placing->work < WORK_MAX;
        uint64_t cost = weigh ? 2 * cost_at(placing, piece, c) : UINT64_MAX - 2;
        cost += placing->piece_at[c] == NONE; /* rather a core that is in use anyway */
        if (cost < least) {
            least = cost;
            best = c;
        }
    }
    return best;
}

static bool place_relays(struct placing *placing)
{
    struct plan *plan = placing->plan;
    uint64_t *routes = memory_array(placing->cores, sizeof *routes);
    bool *taken = memory_array(placing->cores, sizeof *taken), fine = true;
    for (uint32_t i = 0; i < placing->neurons; i++)
        routes[plan->pieces[i].core] = piece_routes(plan, &plan->pieces[i]);
    placing->work = 0;
    for (uint32_t i = placing->neurons; fine && i < plan->count; i++) {
        uint32_t core = best_relay_core(placing, i, routes, taken);
        if (core == NONE) {
            fine = diagnostics_add(placing->with->diagnostics, placing->with->chip->path,
                                   "%u blocks of inputs need a core each whose routing table has room, there are %u "
                                   "cores, expected placement.inputs host, or larger core.routes or core.neurons",
                                   plan->count - placing->neurons, placing->cores);
            break;
        }
        taken[core] = true;
        plan->pieces[i].core = core;
    }
    free(taken);
    free(routes);
    return fine;
}

/* ---- */
static bool too_few_cores(const struct placing *placing)
{
    const struct chip_config *chip = placing->with->chip;
    const struct plan *plan = placing->plan;
    uint32_t columns = chip->noc.columns, rows = chip->noc.rows, chips = chip->host.chips;
    uint64_t tiles = (placing->neurons + chip->noc.cores_per_tile - 1) / chip->noc.cores_per_tile;
    while ((uint64_t)columns * rows * chips < tiles && (columns < MESH_MAX || rows < MESH_MAX))
        (*(columns <= rows ? &columns : &rows))++;
    chips = (uint64_t)columns * rows * chips < tiles ? (uint32_t)(tiles / ((uint64_t)columns * rows) + 1) : chips;
    diagnostics_add(placing->with->diagnostics, chip->path,
                    "the network needs %u cores, there are %u, expected a larger chip: mesh.columns x mesh.rows of "
                    "%u x %u with chips.count %u would do", placing->neurons, placing->cores, columns, rows, chips);
    for (uint32_t i = 0, end; i < placing->neurons; i = end) {
        for (end = i; end < placing->neurons && plan->pieces[end].population == plan->pieces[i].population;)
            end++;
        if (end > i + 1)
            diagnostics_add(placing->with->diagnostics, chip->path, "%s takes %u cores, split by: %s",
                            population_name(placing->with, &plan->lowered->populations[plan->pieces[i].population]),
                            end - i, plan->pieces[i].limit);
    }
    return false;
}

bool place_pieces(const struct compilation *with, struct plan *plan)
{
    struct placing placing = {.with = with, .plan = plan, .cores = system_cores(with->chip)};
    while (placing.neurons < plan->count && !plan->pieces[placing.neurons].relay)
        placing.neurons++;
    bool fine = true;
    if (with->chip->placement_policy != PLACEMENT_BLOCKS) {
        if (placing.neurons > placing.cores)
            return too_few_cores(&placing);
        placing.piece_at = memory_array(placing.cores, sizeof *placing.piece_at);
        placing.spots = memory_array(placing.cores, sizeof *placing.spots);
        placing.host = core_spot(with->chip, ROUTE_HOST);
        for (uint32_t c = 0; c < placing.cores; c++)
            placing.spots[c] = core_spot(with->chip, c);
        traffic_measure(plan, &placing.traffic);
        place_neurons(&placing);
        fine = place_relays(&placing);
        traffic_free(&placing.traffic);
        free(placing.spots);
        free(placing.piece_at);
    }
    if (fine)
        with->report->mean_hops = traffic_mean_hops(with, plan);
    return fine;
}
