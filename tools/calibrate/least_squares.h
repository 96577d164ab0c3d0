/* Nonlinear least squares of positive parameters (GSL, Levenberg-Marquardt on their logarithms). */
#ifndef NPUSIM_TOOLS_CALIBRATE_LEAST_SQUARES_H
#define NPUSIM_TOOLS_CALIBRATE_LEAST_SQUARES_H

#include <stddef.h>

/* Fills out[0 .. count - 1], which should become small, from the parameters. */
typedef void (*least_squares_function)(const double *parameters, void *context, double *out);

/* parameters[0 .. size - 1]: where to begin, and the solution. */
void least_squares(least_squares_function residuals, void *context, size_t count, double *parameters, size_t size);

#endif
