/* Softmax and normalisation: described in operator_cost.h. */
#include "models/baseline/launch.h"
#include <math.h>

#define MEGA 1e6
#define SOFTMAX_KEPT 1024 /* items of a row that PyTorch's kernel holds in registers (softmax_warp_forward) */
#define QUEUE_SHARPNESS 3 /* joins the wait for one row and the turns of all; chosen: H100, 8 rows a unit, 1.15 of one row */

/* Rows that are normalised, each by a block of threads, of which a unit has some at a time. */
static double norm_seconds(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    const struct work_operator *op = launch->op;
    double one = c->norm_row.value + c->norm_item.value * op->row_items;
    double rows = op->elements / op->row_items / launch_share(launch, launch->accelerator->units.value);
    double cycles = launch_longer(one, one * rows / c->norm_slots.value, QUEUE_SHARPNESS);
    return cycles / (launch->accelerator->clock.value * MEGA);
}

/* Exponentials. A long row has all threads of a unit, which wait for each other, and units take turns of one; of short
 * rows a unit has many, each by a few threads that do one item after another. */
static double softmax_seconds(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    const struct work_operator *op = launch->op;
    double units = launch_share(launch, launch->accelerator->units.value), rows = op->elements / op->row_items, cycles;
    if (op->row_items > SOFTMAX_KEPT)
        cycles = ceil(rows / units) * (c->softmax_row.value + c->softmax_item.value * op->row_items);
    else
        cycles = launch_longer(c->softmax_item.value * op->elements / units, c->softmax_wait.value * op->row_items,
                        QUEUE_SHARPNESS);
    return cycles / (launch->accelerator->clock.value * MEGA);
}

double rows_seconds(const struct launch *launch)
{
    if (launch->op->row_items == 0 || launch_cycles(launch) == 0)
        return 0;
    return launch->op->normalisation ? norm_seconds(launch) : softmax_seconds(launch);
}

/* How often rows are read after the first time. Libraries keep short rows of a softmax in registers. */
static double later_passes(const struct work_operator *op)
{
    if (op->row_items == 0)
        return 0;
    return op->normalisation ? 1 : op->row_items > SOFTMAX_KEPT ? 2 : 0;
}

/* From memory, where the rows in flight do not fit the last cache. */
double rows_passes(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    double rows = launch->accelerator->units.value * (launch->op->normalisation ? c->norm_rows : c->softmax_rows).value;
    double flight = rows * launch->op->row_items * precision_bytes(launch->precision);
    double over = flight / (launch->accelerator->cache_capacity.value * MEGA) - 1;
    return fmin(fmax(over, 0), 1) * later_passes(launch->op);
}
