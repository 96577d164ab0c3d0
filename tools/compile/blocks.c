/* Partition of a population laid out as (channels, rows, columns): neighbours read the same inputs, so a core that
 * holds a block of them needs few axons and its array is well filled. Tries every division of the three sides into
 * near-equal parts, fewest cores first, and keeps the best filled. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

/* Divisions looked at in full; those that do not fit stop at their first bad block and do not count. */
#define TRIALS_MAX 64

struct division {
    uint32_t pieces;
    uint32_t parts[3]; /* of channels, rows, columns */
};

struct grid {
    const struct layer *layer;
    uint32_t size[3];
    uint32_t capacity;
};

static int division_compare(const void *a, const void *b)
{
    const struct division *x = a, *y = b;
    if (x->pieces != y->pieces)
        return x->pieces < y->pieces ? -1 : 1;
    return memcmp(x->parts, y->parts, sizeof x->parts);
}

/* Part counts that give different part sizes: 1, 2, ... where ceil(size / parts) changes. */
static uint32_t next_parts(uint32_t size, uint32_t parts)
{
    uint32_t side = (size + parts - 1) / parts;
    if (side == 1)
        return size + 1;
    return (size + side - 2) / (side - 1);
}

static uint64_t largest_block(const struct grid *grid, const uint32_t *parts)
{
    uint64_t block = 1;
    for (int d = 0; d < 3; d++)
        block *= (grid->size[d] + parts[d] - 1) / parts[d];
    return block;
}

/* For rows and columns any division; channels are split no more than the capacity asks for, and once finer. */
static struct division *list_divisions(const struct grid *grid, uint32_t most, size_t *count)
{
    struct division *list = NULL;
    size_t capacity = 0;
    *count = 0;
    for (uint32_t r = 1; r <= grid->size[1]; r = next_parts(grid->size[1], r))
        for (uint32_t c = 1; c <= grid->size[2]; c = next_parts(grid->size[2], c))
            for (uint32_t k = 1; k <= grid->size[0]; k = next_parts(grid->size[0], k)) {
                struct division division = {0, {k, r, c}};
                uint64_t pieces = (uint64_t)k * r * c;
                if (pieces > most)
                    break;
                if (largest_block(grid, division.parts) > grid->capacity)
                    continue;
                division.pieces = (uint32_t)pieces;
                list = memory_grow(list, &capacity, *count + 1, sizeof *list);
                list[(*count)++] = division;
            }
    if (*count)
        qsort(list, *count, sizeof *list, division_compare);
    return list;
}

static uint32_t part_begin(const struct grid *grid, const struct division *division, int d, uint32_t part)
{
    return (uint32_t)((uint64_t)part * grid->size[d] / division->parts[d]);
}

/* Adds block number `index` to a cleared core; the limit it breaks, or NULL. */
static const char *add_block(const struct grid *grid, const struct division *division, uint32_t index,
                             struct core_fit *fit)
{
    uint32_t part[3] = {index % division->parts[0], index / division->parts[0] / division->parts[2],
                        index / division->parts[0] % division->parts[2]};
    uint32_t begin[3], end[3];
    for (int d = 0; d < 3; d++) {
        begin[d] = part_begin(grid, division, d, part[d]);
        end[d] = part_begin(grid, division, d, part[d] + 1);
    }
    core_fit_clear(fit);
    for (uint32_t k = begin[0]; k < end[0]; k++)
        for (uint32_t r = begin[1]; r < end[1]; r++)
            for (uint32_t c = begin[2]; c < end[2]; c++) {
                const char *limit = core_fit_add(fit, (k * grid->size[1] + r) * grid->size[2] + c);
                if (limit)
                    return limit;
            }
    return NULL;
}

static const char *try_division(const struct grid *grid, const struct division *division, struct core_fit *fit,
                                uint64_t *cost)
{
    *cost = 0;
    for (uint32_t i = 0; i < division->pieces; i++) {
        const char *limit = add_block(grid, division, i, fit);
        if (limit)
            return limit;
        *cost += core_fit_cost(fit);
    }
    return NULL;
}

/* Index of the best division, or `count`; *limit: what ruled out the last one with fewer cores. */
static size_t best_division(const struct grid *grid, const struct division *list, size_t count, struct core_fit *fit,
                            uint64_t *cost, const char **limit)
{
    size_t best = count;
    uint32_t trials = 0;
    for (size_t i = 0; i < count && trials < TRIALS_MAX; i++) {
        uint64_t here = 0;
        if (best < count && list[i].pieces > list[best].pieces)
            break;
        const char *broken = try_division(grid, &list[i], fit, &here);
        if (broken) {
            *limit = best == count ? broken : *limit;
            continue;
        }
        trials++;
        if (best == count || here < *cost) {
            best = i;
            *cost = here;
        }
    }
    return best;
}

static bool grid_of(const struct shape *shape, struct grid *grid)
{
    if (shape->rank < 2 || shape->rank > 3)
        return false;
    int missing = 3 - shape->rank;
    for (int d = 0; d < 3; d++) /* (C, L) is (C, 1, L) */
        grid->size[d] = (uint32_t)(d == 0 ? shape->size[0] : d <= missing ? 1 : shape->size[d - missing]);
    return (uint64_t)grid->size[0] * grid->size[1] * grid->size[2] == grid->layer->count;
}

bool pack_in_blocks(const struct compilation *with, const struct layer *layer, const struct shape *shape,
                    uint32_t population, uint32_t most, uint32_t to_beat, uint64_t cost_to_beat, struct plan *plan)
{
    struct grid grid = {.layer = layer, .capacity = core_fit_capacity(with)};
    if (!grid_of(shape, &grid))
        return false;
    size_t count = 0;
    uint64_t cost = 0;
    const char *limit = core_fit_capacity(with) < layer->count ? "neurons" : "end of layer";
    struct division *list = list_divisions(&grid, most, &count);
    struct core_fit *fit = core_fit_new(with, layer);
    size_t best = best_division(&grid, list, count, fit, &cost, &limit);
    bool better = best < count && (list[best].pieces < to_beat || cost < cost_to_beat);
    for (uint32_t i = 0; better && i < list[best].pieces; i++) {
        add_block(&grid, &list[best], i, fit);
        struct piece *piece = plan_add(plan);
        piece->population = population;
        piece->limit = i + 1 < list[best].pieces ? limit : "end of layer";
        core_fit_piece(fit, piece);
    }
    core_fit_free(fit);
    free(list);
    return better;
}
