#include "tools/calibrate/least_squares.h"
#include "sim/memory.h"
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>

enum { ITERATIONS = 100 };

struct problem {
    least_squares_function residuals;
    void *context;
    double *parameters, *values;
    size_t size;
};

static int evaluate(const gsl_vector *x, void *context, gsl_vector *out)
{
    const struct problem *problem = context;
    for (size_t i = 0; i < problem->size; i++)
        problem->parameters[i] = exp(gsl_vector_get(x, i));
    problem->residuals(problem->parameters, problem->context, problem->values);
    for (size_t i = 0; i < out->size; i++)
        gsl_vector_set(out, i, problem->values[i]);
    return GSL_SUCCESS;
}

void least_squares(least_squares_function residuals, void *context, size_t count, double *parameters, size_t size)
{
    struct problem problem = {residuals, context, memory_array(size, sizeof *parameters),
                              memory_array(count, sizeof *problem.values), size};
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    how.h_df = 1e-3; /* tiles make steps */
    gsl_multifit_nlinear_fdf fdf = {.f = evaluate, .n = count, .p = size, .params = &problem};
    gsl_multifit_nlinear_workspace *work = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, count, size);
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_vector *x = gsl_vector_alloc(size);
    int info;
    for (size_t i = 0; i < size; i++)
        gsl_vector_set(x, i, log(parameters[i]));
    gsl_multifit_nlinear_init(x, &fdf, work);
    gsl_multifit_nlinear_driver(ITERATIONS, 1e-6, 1e-6, 1e-6, NULL, NULL, &info, work);
    for (size_t i = 0; i < size; i++)
        parameters[i] = exp(gsl_vector_get(gsl_multifit_nlinear_position(work), i));
    gsl_set_error_handler(handler);
    gsl_vector_free(x);
    gsl_multifit_nlinear_free(work);
    free(problem.parameters);
    free(problem.values);
}
