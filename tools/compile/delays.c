/* Delay nodes on the chip: each different delay is a projection of its own, which waits in the event queue. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More than any event queue has slots; each different delay is a matrix of its own. */
#define DELAY_STEPS_MAX 65535.0

uint32_t delay_steps(const struct node *node, size_t value, double dt_s)
{
    return (uint32_t)fmin(round(node->delay[value] / dt_s), DELAY_STEPS_MAX + 1.0);
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

bool delay_list(const struct compilation *with, const struct node *node, uint32_t **steps, uint32_t *count)
{
    size_t size = (size_t)shape_items(&node->output);
    uint32_t *all = memory_array(size, sizeof *all), kept = 0;
    for (size_t i = 0; i < size; i++)
        all[i] = delay_steps(node, i, with->options->dt_s);
    if (size)
        qsort(all, size, sizeof *all, by_size);
    for (size_t i = 0; i < size; i++)
        if (i == 0 || all[i] != all[kept - 1])
            all[kept++] = all[i];
    *steps = all;
    *count = kept;
    if (kept && all[kept - 1] > (uint32_t)DELAY_STEPS_MAX)
        return diagnostics_add(with->diagnostics, with->network->path, "node %s: a delay of more than %.0f timesteps, "
                               "expected fewer (a longer --dt)", node->name, DELAY_STEPS_MAX);
    return true;
}

void delay_share(const struct node *node, double dt_s, uint32_t steps, const struct sparse_matrix *all,
                 struct sparse_matrix *out)
{
    size_t entries = all->start[all->sources], kept = 0;
    *out = (struct sparse_matrix){.sources = all->sources, .targets = all->targets};
    out->start = memory_array((size_t)all->sources + 1, sizeof *out->start);
    out->target = memory_array(entries, sizeof *out->target);
    out->weight = memory_array(entries, sizeof *out->weight);
    for (uint32_t source = 0; source < all->sources; source++) {
        for (size_t i = all->start[source]; i < all->start[source + 1]; i++) {
            if (delay_steps(node, all->target[i], dt_s) != steps)
                continue;
            out->target[kept] = all->target[i];
            out->weight[kept++] = all->weight[i];
        }
        out->start[source + 1] = kept;
    }
}
