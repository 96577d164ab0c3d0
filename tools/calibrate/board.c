#include "tools/calibrate/board.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/calibrate/least_squares.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const board_launch_keys[] = {"launch.eager", "launch.layer", "launch.pass", "launch.pass_graph",
                                         "launch.neuron_step", NULL};
const char *const board_power_keys[] = {"power.active_share", "power.occupied_share", "energy.vector", "energy.tensor",
                                        "energy.byte_hbm", "energy.byte_cache", NULL};
enum { KEYS_MOST = 8 };
#define AT_LIMIT 0.95 /* of the limit: from there the clock sinks, and an operation costs less than the fit is for */
#define PRIOR_WEIGHT 0.05 /* of a factor of e from where a coefficient began, against the root of all rows */

struct problem {
    const struct measured *measured;
    struct coefficients coefficients;
    const char *const *keys;
    const struct measured_row **rows;
    size_t count, size;
    double start[KEYS_MOST];
    bool power;
};

static struct sourced_value *at(struct coefficients *coefficients, const char *key)
{
    for (const struct parameter_row *row = coefficient_rows; row->key; row++)
        if (!strcmp(row->key, key))
            return coefficient_at(coefficients, row);
    panic("no coefficient %s", key);
}

double board_predict_power(const struct measured *measured, const struct measured_row *row,
                           const struct coefficients *coefficients)
{
    struct accelerator accelerator = *measured->devices[row->device].accelerator; /* shares its strings */
    struct baseline_result result;
    accelerator.coefficients = *coefficients;
    accelerator.coefficients.launch_pass.value = 0;
    accelerator.coefficients.launch_pass_graph.value = 0;
    baseline_estimate(&accelerator, &row->work, row->network ? row->mode : BASELINE_ANN_GRAPH, row->precision, row->batch,
                      &result);
    return result.power_w;
}

/* Of one launch over its measured seconds. */
static double launch_power(const struct measured *measured, const struct measured_row *row,
                           const struct coefficients *coefficients)
{
    const struct accelerator *accelerator = measured->devices[row->device].accelerator;
    const struct work_operator *op = &row->work.operators[0];
    struct coefficients idle_units = *coefficients;
    struct operator_heat heat = {!row->cold, !row->cold};
    struct operator_cost with, without;
    idle_units.occupied_share.value = 0;
    operator_cost(accelerator, coefficients, row->precision, op, heat, &with);
    operator_cost(accelerator, &idle_units, row->precision, op, heat, &without);
    double occupied = coefficients->occupied_share.value > 0 ? (with.joules - without.joules) / with.seconds : 0;
    return accelerator_idle_w(accelerator, coefficients) +
           accelerator->power_limit.value * coefficients->active_share.value + occupied + without.joules / row->seconds;
}

static void residuals(const double *parameters, void *context, double *out)
{
    struct problem *problem = context;
    double scale = sqrt((double)problem->count);
    for (size_t i = 0; i < problem->size; i++) {
        at(&problem->coefficients, problem->keys[i])->value = parameters[i];
        out[problem->count + i] = PRIOR_WEIGHT * scale * log(parameters[i] / problem->start[i]);
    }
    for (size_t i = 0; i < problem->count; i++) {
        const struct measured_row *row = problem->rows[i];
        out[i] = problem->power
                     ? log(launch_power(problem->measured, row, &problem->coefficients) / row->power_w)
                     : log(measured_predict(problem->measured, row, &problem->coefficients) / row->seconds);
    }
}

static bool taken(const struct problem *problem, const struct measured_row *row, const struct fit_rows *which)
{
    struct fit_rows all = *which;
    all.held = all.held || !problem->power; /* networks are always "spare" */
    if (!fit_rows_take(problem->measured, row, &all))
        return false;
    double limit = problem->measured->devices[row->device].accelerator->power_limit.value;
    return problem->power ? row->power_w > 0 && row->power_w < AT_LIMIT * limit && !row->network : row->network;
}

static size_t fit(struct problem *problem, const struct fit_rows *which, struct coefficients *coefficients)
{
    double parameters[KEYS_MOST];
    problem->rows = memory_array(problem->measured->count, sizeof *problem->rows);
    problem->coefficients = *coefficients;
    for (size_t i = 0; i < problem->measured->count; i++)
        if (taken(problem, &problem->measured->rows[i], which))
            problem->rows[problem->count++] = &problem->measured->rows[i];
    for (; problem->keys[problem->size]; problem->size++)
        parameters[problem->size] = problem->start[problem->size] =
            at(&problem->coefficients, problem->keys[problem->size])->value;
    if (problem->count >= problem->size)
        least_squares(residuals, problem, problem->count + problem->size, parameters, problem->size);
    for (size_t i = 0; i < problem->size; i++)
        at(coefficients, problem->keys[i])->value = parameters[i];
    free(problem->rows);
    return problem->count >= problem->size ? problem->count : 0;
}

size_t board_fit_power(const struct measured *measured, const struct fit_rows *which, struct coefficients *coefficients)
{
    struct problem problem = {.measured = measured, .keys = board_power_keys, .power = true};
    return fit(&problem, which, coefficients);
}

size_t board_fit_launches(const struct measured *measured, const struct fit_rows *which,
                          struct coefficients *coefficients)
{
    struct problem problem = {.measured = measured, .keys = board_launch_keys};
    return fit(&problem, which, coefficients);
}
