#include "tools/calibrate/memory_fit.h"
#include "sim/memory.h"
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double quantity_of(const struct memory_point *point, enum memory_quantity quantity)
{
    if (quantity == MEMORY_AREA)
        return point->area ? point->area_um2 / (8 * point->bytes) : 0;
    if (!point->energy)
        return 0;
    if (quantity == MEMORY_READ)
        return point->read_pj;
    return point->read_pj > 0 ? point->write_pj / point->read_pj : 0;
}

/* Relative to the reference memory, so that a set's scale is its value there. */
static double term_of(const struct memory_point *point, int term)
{
    return log(term == TERM_CAPACITY ? point->bytes / 8192 : term == TERM_WIDTH ? point->width_bits / 64 : point->ports);
}

struct selection {
    const struct memory_points *points;
    size_t *at;        /* which points */
    size_t count;
    uint32_t *column;  /* [set_count]: column of a set; UINT32_MAX: none */
    uint32_t sets, columns;
    uint32_t term_column[MEMORY_TERMS];
    enum memory_quantity quantity;
};

static void select_points(struct selection *it, const char *group, uint32_t set)
{
    const struct memory_points *points = it->points;
    memset(it->column, 0xff, points->set_count * sizeof *it->column);
    for (size_t i = 0; i < points->count; i++) {
        const struct memory_point *point = &points->items[i];
        if ((group && strcmp(group, point->group) != 0) || (set != UINT32_MAX && set != point->set) ||
            !(quantity_of(point, it->quantity) > 0))
            continue;
        it->at[it->count++] = i;
        if (it->column[point->set] == UINT32_MAX)
            it->column[point->set] = it->sets++;
    }
    it->columns = it->sets;
}

/* A term that is the same within every set cannot be told from the scales. */
static bool term_varies(const struct selection *it, int term)
{
    for (size_t i = 0; i < it->count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct memory_point *a = &it->points->items[it->at[i]], *b = &it->points->items[it->at[j]];
            if (a->set == b->set && fabs(term_of(a, term) - term_of(b, term)) > 1e-9)
                return true;
        }
    return false;
}

static void choose_terms(struct selection *it, struct memory_fit *out)
{
    for (int term = 0; term < MEMORY_TERMS; term++) {
        /* density of a memory does not depend on how its bits are grouped into words */
        out->fitted[term] = !(it->quantity == MEMORY_AREA && term == TERM_WIDTH) && term_varies(it, term);
        it->term_column[term] = it->columns;
        it->columns += out->fitted[term];
    }
}

static void fill(const struct selection *it, const struct memory_fit *fit, gsl_matrix *x, gsl_vector *y)
{
    for (size_t i = 0; i < it->count; i++) {
        const struct memory_point *point = &it->points->items[it->at[i]];
        gsl_vector_set(y, i, log(quantity_of(point, it->quantity)));
        gsl_matrix_set(x, i, it->column[point->set], 1);
        for (int term = 0; term < MEMORY_TERMS; term++)
            if (fit->fitted[term])
                gsl_matrix_set(x, i, it->term_column[term], term_of(point, term));
    }
}

static void take_result(const struct selection *it, const gsl_matrix *x, const gsl_vector *y, const gsl_vector *c,
                        const gsl_matrix *covariance, struct memory_fit *out)
{
    gsl_vector *residuals = gsl_vector_alloc(it->count);
    gsl_multifit_linear_residuals(x, y, c, residuals);
    double squares = 0, sum = 0;
    for (size_t i = 0; i < it->count; i++) {
        double value = exp(gsl_vector_get(y, i));
        out->residual[it->at[i]] = gsl_vector_get(residuals, i);
        squares += pow(gsl_vector_get(residuals, i), 2);
        sum += gsl_vector_get(y, i);
        out->least = i == 0 || value < out->least ? value : out->least;
        out->most = i == 0 || value > out->most ? value : out->most;
    }
    for (uint32_t set = 0; set < it->points->set_count; set++)
        out->scale[set] = it->column[set] == UINT32_MAX ? NAN : exp(gsl_vector_get(c, it->column[set]));
    out->rms = sqrt(squares / (double)it->count);
    out->mean = exp(sum / (double)it->count);
    for (int term = 0; term < MEMORY_TERMS; term++)
        if (out->fitted[term]) {
            out->exponent[term] = gsl_vector_get(c, it->term_column[term]);
            out->error[term] = sqrt(gsl_matrix_get(covariance, it->term_column[term], it->term_column[term]));
        }
    gsl_vector_free(residuals);
}

static bool solve(const struct selection *it, struct memory_fit *out)
{
    if (it->count <= it->columns)
        return false;
    gsl_error_handler_t *old = gsl_set_error_handler_off();
    gsl_matrix *x = gsl_matrix_calloc(it->count, it->columns);
    gsl_matrix *covariance = gsl_matrix_alloc(it->columns, it->columns);
    gsl_vector *y = gsl_vector_alloc(it->count), *c = gsl_vector_alloc(it->columns);
    gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(it->count, it->columns);
    double chi_squared;
    fill(it, out, x, y);
    bool good = gsl_multifit_linear(x, y, c, covariance, &chi_squared, work) == GSL_SUCCESS;
    if (good)
        take_result(it, x, y, c, covariance, out);
    gsl_multifit_linear_free(work);
    gsl_vector_free(c);
    gsl_vector_free(y);
    gsl_matrix_free(covariance);
    gsl_matrix_free(x);
    gsl_set_error_handler(old);
    return good;
}

bool memory_fit(const struct memory_points *points, const char *group, uint32_t set, enum memory_quantity quantity,
                struct memory_fit *out)
{
    struct selection it = {.points = points, .quantity = quantity};
    *out = (struct memory_fit){.residual = memory_array(points->count, sizeof *out->residual),
                               .scale = memory_array(points->set_count, sizeof *out->scale)};
    for (size_t i = 0; i < points->count; i++)
        out->residual[i] = NAN;
    it.at = memory_array(points->count, sizeof *it.at);
    it.column = memory_array(points->set_count, sizeof *it.column);
    select_points(&it, group, set);
    choose_terms(&it, out);
    out->points = it.count;
    bool good = solve(&it, out);
    free(it.at);
    free(it.column);
    if (!good)
        memory_fit_free(out);
    return good;
}

void memory_fit_free(struct memory_fit *fit)
{
    free(fit->residual);
    free(fit->scale);
    *fit = (struct memory_fit){0};
}
