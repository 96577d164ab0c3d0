/* Pipeline depths and delays. Every projection costs a timestep on the chip, so a population runs as many steps behind
 * the graph as the longest forward path to it; shorter paths wait in the event queue. Steps that the graph waits
 * anyway (Delay) cover the timestep that a projection costs. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <stdlib.h>

static int projection_compare(const void *a, const void *b)
{
    const struct projection *x = a, *y = b;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->delay != y->delay)
        return x->delay < y->delay ? -1 : 1;
    if (x->recurrences != y->recurrences)
        return x->recurrences < y->recurrences ? -1 : 1;
    return x->waits < y->waits ? -1 : x->waits > y->waits;
}

static void sort_projections(struct lowered *lowered)
{
    if (lowered->projection_count)
        qsort(lowered->projections, lowered->projection_count, sizeof *lowered->projections, projection_compare);
}

/* Populations are in the order of the schedule, so a forward projection always goes to a later one. */
static void set_depths(struct lowered *lowered)
{
    for (size_t i = 0; i < lowered->projection_count; i++) {
        const struct projection *projection = &lowered->projections[i];
        struct lowered_population *to = &lowered->populations[projection->to];
        uint32_t after = lowered->populations[projection->from].depth + 1;
        after -= projection->waits < after ? projection->waits : after;
        if (projection->recurrences == 0 && to->depth < after)
            to->depth = after;
    }
}

static bool set_delay(const struct compilation *with, const struct lowered *lowered, struct projection *projection)
{
    const struct lowered_population *from = &lowered->populations[projection->from];
    const struct lowered_population *to = &lowered->populations[projection->to];
    int64_t delay = (int64_t)to->depth - (int64_t)from->depth + (int64_t)projection->recurrences +
                    (int64_t)projection->waits;
    if (delay < 1) {
        remark(with, "edge %s -> %s arrives %lld step%s late on the chip", population_name(with, from),
               population_name(with, to), (long long)(1 - delay), delay == 0 ? "" : "s");
        delay = 1;
    }
    projection->delay = (uint32_t)delay;
    uint32_t spare = with->chip->host.chips > 1; /* a spike may reach another chip a timestep early */
    if (projection->delay + spare < with->chip->core.delay_slots)
        return true;
    return diagnostics_add(with->diagnostics, with->chip->path,
                           "%s -> %s of the network needs a delay of %u timesteps, but the event queue has %u delay "
                           "slots, the present step included: expected core.event_queue.delay_slots of %u or more",
                           population_name(with, from), population_name(with, to), projection->delay,
                           with->chip->core.delay_slots, projection->delay + 1 + spare);
}

/* Projections that arrive at the same time are one. */
static void merge_projections(struct lowered *lowered)
{
    size_t kept = 0;
    for (size_t i = 0; i < lowered->projection_count; i++) {
        struct projection *last = kept ? &lowered->projections[kept - 1] : NULL;
        struct projection *next = &lowered->projections[i];
        if (last && last->to == next->to && last->from == next->from && last->delay == next->delay) {
            struct sparse_matrix both = {0};
            sparse_add(&last->matrix, &next->matrix, &both);
            sparse_free(&last->matrix);
            sparse_free(&next->matrix);
            last->matrix = both;
        } else {
            lowered->projections[kept++] = *next;
        }
    }
    lowered->projection_count = kept;
}

bool schedule_populations(const struct compilation *with, struct lowered *lowered)
{
    sort_projections(lowered);
    set_depths(lowered);
    bool fine = true;
    for (size_t i = 0; i < lowered->projection_count; i++)
        fine = set_delay(with, lowered, &lowered->projections[i]) && fine;
    sort_projections(lowered);
    merge_projections(lowered);
    return fine;
}
