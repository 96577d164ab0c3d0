#include "tools/calibrate/fit.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is fitted, and how far (a factor) it may well lie from where it begins. Energy at 4 nm is held near to the scaling
 * tables: a board at its limit is fitted as well by more energy as by less efficiency, which then fails on another. */
static const struct {
    const char *key;
    double spread;
} fitted[] = {
    {"efficiency.vector", 1.3}, {"efficiency.tensor", 1.3}, {"efficiency.memory", 1.3}, {"efficiency.half", 2},
    {"reduction.softmax_item", 3}, {"reduction.softmax_row", 5}, {"reduction.softmax_wait", 3},
    {"bound.sharpness_elements", 2}, {"reduction.norm_slots", 2}, {"reduction.norm_row", 3}, {"reduction.norm_item", 3},
    {"cache.bytes", 2}, {"efficiency.int8", 2}, {"tile.reuse", 3}, {"tile.fill", 3}, {"tile.reuse_convolution", 3},
    {"tile.channel_group", 3}, {"efficiency.convolution", 1.5}, {"efficiency.convolution_tensor", 1.5},
    {"efficiency.moved", 2}, {"launch.graph", 2}, {"launch.product", 3}, {"launch.convolution", 3},
    {"efficiency.winograd", 2}, {"convolution.bias_item", 2}, {"efficiency.winograd_fused", 2}, {"bound.sharpness", 2},
    {"energy.vector", 1.5}, {"energy.tensor", 2}, {"energy.node_16", 1.5}, {"energy.node_12", 1.5},
    {"energy.node_4", 1.2}, {"energy.byte_other", 1.5},
};
enum { COEFFICIENTS = sizeof fitted / sizeof *fitted };

#define PRIOR_WEIGHT 0.01 /* of a coefficient one spread away, against the mean square of all rows */
#define OVERHEAD_START 5e-6
#define OVERHEAD_SPREAD 4.0
#define LOSS_SCALE 0.15   /* log(predicted / measured) from which a row counts as far off */
enum { ROUNDS = 3, ITERATIONS = 40, ROWS_MOST = 150 };

struct problem {
    const struct measured *measured;
    const struct coefficients *start;
    const struct measured_row **rows;
    bool energy_known;
    double *weight; /* of each row */
    size_t count;
    int overhead_of[MEASURED_TABLES]; /* parameter, or -1 */
    size_t parameters;
};

bool fit_rows_take(const struct measured *measured, const struct measured_row *row, const struct fit_rows *which)
{
    const struct measured_device *device = &measured->devices[row->device];
    bool held = row->held || row->spare;
    return (which->table == UINT32_MAX || which->table == row->table) && (held ? which->held : which->fit) &&
           (!which->family || !strncmp(which->family, accelerator_name(device->accelerator), strlen(which->family))) &&
           (!which->without || strcmp(which->without, device->path) != 0) &&
           (!which->only || !strcmp(which->only, device->path));
}

static const struct parameter_row *row_of(const char *key)
{
    for (const struct parameter_row *row = coefficient_rows; row->key; row++)
        if (!strcmp(row->key, key))
            return row;
    panic("no coefficient %s", key);
}

/* Matrix units run at the board's limit when they are busy: their energy shows in times. */
static bool is_known_by_power(const char *key)
{
    return !strncmp(key, "energy.", 7) && strcmp(key, "energy.tensor") != 0;
}

/* Parameters are logarithms, so coefficients stay positive; ranges hold as in the file. */
static void unpack(const struct problem *problem, const gsl_vector *x, struct fit *out)
{
    out->coefficients = *problem->start;
    for (size_t i = 0; i < COEFFICIENTS; i++) {
        const struct parameter_row *row = row_of(fitted[i].key);
        struct sourced_value *value = coefficient_at(&out->coefficients, row);
        if (problem->energy_known && is_known_by_power(fitted[i].key))
            continue;
        value->value = fmin(fmax(exp(gsl_vector_get(x, i)), row->minimum), row->maximum);
    }
    for (uint32_t table = 0; table < problem->measured->table_count; table++)
        out->overhead_s[table] =
            problem->overhead_of[table] < 0 ? 0 : exp(gsl_vector_get(x, (size_t)problem->overhead_of[table]));
}

double fit_predict(const struct measured *measured, const struct measured_row *row, const struct fit *fit)
{
    double overhead = row->captured ? 1e-6 * fit->coefficients.launch_graph.value : fit->overhead_s[row->table];
    return overhead + measured_predict(measured, row, &fit->coefficients);
}

static double start_of(const struct problem *problem, size_t parameter)
{
    if (parameter >= COEFFICIENTS)
        return log(OVERHEAD_START);
    struct coefficients start = *problem->start;
    return log(coefficient_at(&start, row_of(fitted[parameter].key))->value);
}

static int residuals(const gsl_vector *x, void *context, gsl_vector *out)
{
    const struct problem *problem = context;
    struct fit fit;
    unpack(problem, x, &fit);
    for (size_t i = 0; i < problem->count; i++) {
        double ratio = fit_predict(problem->measured, problem->rows[i], &fit) / problem->rows[i]->seconds;
        gsl_vector_set(out, i, sqrt(problem->weight[i]) * log(ratio));
    }
    for (size_t i = 0; i < problem->parameters; i++) {
        double spread = log(i < COEFFICIENTS ? fitted[i].spread : OVERHEAD_SPREAD);
        double away = (gsl_vector_get(x, i) - start_of(problem, i)) / spread;
        gsl_vector_set(out, problem->count + i, PRIOR_WEIGHT * away);
    }
    return GSL_SUCCESS;
}

static void solve(struct problem *problem, gsl_vector *x)
{
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    how.h_df = 1e-3; /* tiles make steps, so a step of rounding size would see none */
    gsl_multifit_nlinear_fdf fdf = {.f = residuals, .n = problem->count + problem->parameters, .p = problem->parameters,
                                    .params = problem};
    gsl_multifit_nlinear_workspace *work =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, fdf.n, fdf.p);
    int info;
    gsl_multifit_nlinear_init(x, &fdf, work);
    gsl_multifit_nlinear_driver(ITERATIONS, 1e-5, 1e-5, 1e-5, NULL, NULL, &info, work);
    gsl_vector_memcpy(x, gsl_multifit_nlinear_position(work));
    gsl_multifit_nlinear_free(work);
}

/* Each table and device the same; far rows less (Cauchy). The weights of all sum to 1. */
static void weigh(struct problem *problem, const gsl_vector *x)
{
    static double sum[MEASURED_TABLES][MEASURED_DEVICES];
    double groups = 0, total = 0;
    struct fit fit;
    memset(sum, 0, sizeof sum);
    unpack(problem, x, &fit);
    for (size_t i = 0; i < problem->count; i++) {
        const struct measured_row *row = problem->rows[i];
        groups += sum[row->table][row->device] == 0;
        sum[row->table][row->device] += 1;
    }
    for (size_t i = 0; i < problem->count; i++) {
        const struct measured_row *row = problem->rows[i];
        double away = log(fit_predict(problem->measured, row, &fit) / row->seconds) / LOSS_SCALE;
        problem->weight[i] = 1 / (groups * sum[row->table][row->device]) / (1 + away * away);
        total += problem->weight[i];
    }
    for (size_t i = 0; i < problem->count; i++)
        problem->weight[i] /= total;
}

static void count_rows(const struct measured *measured, const struct fit_rows *which,
                       size_t count[MEASURED_TABLES][MEASURED_DEVICES])
{
    for (size_t i = 0; i < measured->count; i++)
        if (fit_rows_take(measured, &measured->rows[i], which))
            count[measured->rows[i].table][measured->rows[i].device]++;
}

/* Of each table and device ROWS_MOST rows, every so many. */
static void choose_rows(struct problem *problem, const struct fit_rows *which)
{
    const struct measured *measured = problem->measured;
    size_t all[MEASURED_TABLES][MEASURED_DEVICES] = {{0}}, seen[MEASURED_TABLES][MEASURED_DEVICES] = {{0}};
    count_rows(measured, which, all);
    problem->rows = memory_array(measured->count, sizeof *problem->rows);
    problem->parameters = COEFFICIENTS;
    for (uint32_t table = 0; table < MEASURED_TABLES; table++)
        problem->overhead_of[table] = -1;
    for (size_t i = 0; i < measured->count; i++) {
        const struct measured_row *row = &measured->rows[i];
        if (!fit_rows_take(measured, row, which))
            continue;
        size_t every = (all[row->table][row->device] + ROWS_MOST - 1) / ROWS_MOST;
        if (seen[row->table][row->device]++ % every != 0)
            continue;
        problem->rows[problem->count++] = row;
        if (!row->network && !row->captured && problem->overhead_of[row->table] < 0)
            problem->overhead_of[row->table] = (int)problem->parameters++;
    }
    problem->weight = memory_array(problem->count, sizeof *problem->weight);
}

static double root_mean_square(const struct problem *problem, const struct fit *fit)
{
    double sum = 0;
    for (size_t i = 0; i < problem->count; i++) {
        double away = log(fit_predict(problem->measured, problem->rows[i], fit) / problem->rows[i]->seconds);
        sum += away * away;
    }
    return sqrt(sum / (double)problem->count);
}

/* A coefficient had a say if a change of it by a tenth moves any prediction by a thousandth. */
static void mark_fitted(const struct problem *problem, struct fit *fit)
{
    for (size_t i = 0; i < COEFFICIENTS; i++) {
        const struct parameter_row *row = row_of(fitted[i].key);
        struct fit other = *fit;
        if (problem->energy_known && is_known_by_power(fitted[i].key))
            continue;
        coefficient_at(&other.coefficients, row)->value *= 1.1;
        for (size_t j = 0; j < problem->count && !fit->fitted[row - coefficient_rows]; j++) {
            double before = fit_predict(problem->measured, problem->rows[j], fit);
            double after = fit_predict(problem->measured, problem->rows[j], &other);
            fit->fitted[row - coefficient_rows] = fabs(after / before - 1) > 1e-3;
        }
    }
}

/* A table of which no row was used has the overhead that others have in the mean, or a framework's launch. */
static void fill_overheads(const struct problem *problem, struct fit *fit)
{
    double sum = 0, count = 0;
    for (uint32_t table = 0; table < problem->measured->table_count; table++)
        if (problem->overhead_of[table] >= 0) {
            sum += log(fit->overhead_s[table]);
            count++;
        }
    double common = count > 0 ? exp(sum / count) : 1e-6 * fit->coefficients.launch_eager.value;
    for (size_t i = 0; i < problem->measured->count; i++) {
        const struct measured_row *row = &problem->measured->rows[i];
        if (!row->network && !row->captured && problem->overhead_of[row->table] < 0)
            fit->overhead_s[row->table] = common;
    }
}

void fit_coefficients(const struct measured *measured, const struct coefficients *start, const struct fit_rows *which,
                      struct fit *out)
{
    struct problem problem = {.measured = measured, .start = start, .energy_known = which->energy_known};
    *out = (struct fit){.coefficients = *start};
    choose_rows(&problem, which);
    out->rows = problem.count;
    if (problem.count > 0) {
        gsl_error_handler_t *handler = gsl_set_error_handler_off();
        gsl_vector *x = gsl_vector_alloc(problem.parameters);
        for (size_t i = 0; i < problem.parameters; i++)
            gsl_vector_set(x, i, start_of(&problem, i));
        for (int round = 0; round < ROUNDS; round++) {
            weigh(&problem, x);
            solve(&problem, x);
        }
        unpack(&problem, x, out);
        out->residual = root_mean_square(&problem, out);
        mark_fitted(&problem, out);
        fill_overheads(&problem, out);
        gsl_vector_free(x);
        gsl_set_error_handler(handler);
    }
    free(problem.rows);
    free(problem.weight);
}

struct fit_error fit_judge(const struct measured *measured, const struct fit *fit, const struct fit_rows *which)
{
    struct fit_error error = {0};
    for (size_t i = 0; i < measured->count; i++) {
        const struct measured_row *row = &measured->rows[i];
        if (!fit_rows_take(measured, row, which))
            continue;
        double ratio = fit_predict(measured, row, fit) / row->seconds;
        error.rows++;
        error.model += fabs(ratio - 1);
        error.bias += ratio - 1;
        error.roofline += fabs(measured_roofline(measured, row) / row->seconds - 1);
    }
    double count = error.rows ? (double)error.rows : 1;
    error.model /= count;
    error.bias /= count;
    error.roofline /= count;
    return error;
}
