#include "models/physics/adc_fit.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <math.h>

enum { TERMS_AREA = 3, TERMS_ENERGY, POINTS_LEAST = 10 };

static double figure(const struct adc_point *point, bool area)
{
    return area ? point->area_um2 : point->energy_pj;
}

static uint32_t usable(const struct adc_point *points, uint32_t count, bool area)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++)
        used += figure(&points[i], area) > 0;
    return used;
}

static void fill(const struct adc_point *points, uint32_t count, double node_nm, bool area, gsl_matrix *terms,
                 gsl_vector *logs)
{
    size_t row = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!(figure(&points[i], area) > 0))
            continue;
        gsl_matrix_set(terms, row, 0, 1);
        gsl_matrix_set(terms, row, 1, points[i].bits - ADC_REFERENCE_BITS);
        gsl_matrix_set(terms, row, 2, log(points[i].node_nm / node_nm));
        if (!area)
            gsl_matrix_set(terms, row, 3, log(points[i].rate_hz / ADC_REFERENCE_RATE_HZ));
        gsl_vector_set(logs, row++, log(figure(&points[i], area)));
    }
}

static bool solve(const gsl_matrix *terms, const gsl_vector *logs, struct adc_law *out)
{
    double squares = 0;
    size_t rank = 0, count = terms->size2;
    gsl_vector *solution = gsl_vector_alloc(count);
    gsl_matrix *covariance = gsl_matrix_alloc(count, count);
    gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(terms->size1, count);
    int status = gsl_multifit_linear_tsvd(terms, logs, 1e-8, solution, covariance, &squares, &rank, work);
    bool good = status == GSL_SUCCESS && rank == count;
    if (good)
        *out = (struct adc_law){exp(gsl_vector_get(solution, 0)), exp(gsl_vector_get(solution, 1)),
                                gsl_vector_get(solution, 2), count == TERMS_ENERGY ? gsl_vector_get(solution, 3) : 0,
                                exp(sqrt(squares / (double)(terms->size1 - count))),
                                (uint32_t)terms->size1};
    gsl_multifit_linear_free(work);
    gsl_matrix_free(covariance);
    gsl_vector_free(solution);
    return good;
}

static bool fit(const struct adc_point *points, uint32_t count, double node_nm, bool area, struct adc_law *out)
{
    uint32_t used = usable(points, count, area);
    if (used < POINTS_LEAST)
        return false;
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_matrix *terms = gsl_matrix_alloc(used, area ? TERMS_AREA : TERMS_ENERGY);
    gsl_vector *logs = gsl_vector_alloc(used);
    fill(points, count, node_nm, area, terms, logs);
    bool good = solve(terms, logs, out);
    gsl_vector_free(logs);
    gsl_matrix_free(terms);
    gsl_set_error_handler(handler);
    return good;
}

bool adc_fit_energy(const struct adc_point *points, uint32_t count, double node_nm, struct adc_law *out)
{
    return fit(points, count, node_nm, false, out);
}

bool adc_fit_area(const struct adc_point *points, uint32_t count, double node_nm, struct adc_law *out)
{
    return fit(points, count, node_nm, true, out);
}
