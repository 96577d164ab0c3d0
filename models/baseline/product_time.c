/* Tiles of a product in waves over the units: described in operator_cost.h. */
#include "models/baseline/launch.h"
#include <math.h>

#define TERA 1e12
#define SPLIT_CONVOLUTION 512 /* least inner items of a part, convolutions on matrix units; chosen, not fitted */

/* Operations a second of the whole device on a product. */
static double matrix_rate(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    if (launch_on_matrix_units(launch))
        return launch_share(launch, launch->accelerator->peak[launch->precision].value) * TERA * c->efficiency_tensor.value *
               (launch->precision == PRECISION_INT8 ? c->efficiency_int8.value : 1) * launch->efficiency;
    bool own = launch->precision == PRECISION_FP32 || launch->accelerator->vector.value == 0;
    double peak = own ? launch->accelerator->peak[launch->precision].value : launch->accelerator->vector.value;
    return launch_share(launch, peak) * TERA * c->efficiency_vector.value * launch->efficiency;
}

/* Inner items that are multiplied: matrix units take a convolution's channels in groups, with zeros where there are less. */
static double inner_items(const struct launch *launch)
{
    const struct work_operator *op = launch->op;
    if (op->channels == 0 || !launch_on_matrix_units(launch))
        return op->k;
    double group = launch->coefficients->channel_group.value;
    return op->k / op->channels * fmax(group, op->channels);
}

static double tiled_seconds(const struct launch *launch, double rows, double columns, double parts, double *occupancy)
{
    const struct coefficients *c = launch->coefficients;
    const struct work_operator *op = launch->op;
    double units = launch_share(launch, launch->accelerator->units.value);
    double tiles = ceil(op->m / rows) * ceil(op->n / columns) * op->groups * parts;
    bool by_windows = op->channels > 0 && launch_on_matrix_units(launch);
    double windows = op->channels > 0 && !by_windows ? op->k / op->channels : 1; /* that share an input value */
    double reuse = (by_windows ? c->tile_reuse_convolution : c->tile_reuse).value;
    double loss = fmax(0.5, 1 + reuse * (1 / rows + 1 / (columns * windows) - 3.0 / 256));
    double operations = 2 * rows * columns * (ceil(inner_items(launch) / parts) + c->tile_fill.value);
    *occupancy = tiles / units / ceil(tiles / units);
    return ceil(tiles / units) * operations * loss * units / matrix_rate(launch);
}

/* Least inner items of a part. Convolutions outside the matrix units are not split. */
static double split_least(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    bool convolution = launch->op->channels > 0;
    if (launch_on_matrix_units(launch))
        return convolution ? SPLIT_CONVOLUTION : c->split_least.value;
    return convolution ? INFINITY : c->split_vector.value;
}

double product_seconds(const struct launch *launch, double *occupancy)
{
    static const double tile[][2] = {{256, 128}, {128, 256}, {128, 128}, {128, 64}, {64, 128}, {64, 64},  {128, 32},
                                     {32, 128},  {64, 32},   {32, 64},   {32, 32},  {128, 192}, {256, 64}};
    static const double splits[] = {1, 2, 3, 4, 6, 8, 12, 16};
    const struct work_operator *op = launch->op;
    if (op->m == 1 || launch->accelerator->units.value == 0)
        return operator_operations(op) / matrix_rate(launch);
    double best = INFINITY, busy, least = split_least(launch);
    size_t tiles = sizeof tile / sizeof *tile - (op->channels > 0 ? 0 : 2); /* the last are of convolutions alone */
    for (size_t i = 0; i < tiles; i++)
        for (size_t s = 0; s < sizeof splits / sizeof *splits; s++) {
            if (tile[i][0] < launch->least_rows || (s > 0 && op->k / splits[s] < least))
                break;
            double seconds = tiled_seconds(launch, tile[i][0], tile[i][1], splits[s], &busy);
            if (seconds < best)
                *occupancy = busy;
            best = fmin(best, seconds);
        }
    return best;
}
