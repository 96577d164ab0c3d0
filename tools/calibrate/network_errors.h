/* The model's error on whole networks by mode (models/baseline/model_error.h), judged on boards that tools/measure-gpu
 * measured. Networks are those of several timesteps; language models, which do better, are not among them. */
#ifndef NPUSIM_TOOLS_CALIBRATE_NETWORK_ERRORS_H
#define NPUSIM_TOOLS_CALIBRATE_NETWORK_ERRORS_H

#include "models/baseline/model_error.h"
#include "tools/calibrate/fit.h"

/* Powers of whole networks (or of single launches) on accelerator file `only` (NULL: all), in passes without waiting. */
struct fit_error network_power_error(const struct measured *measured, const struct coefficients *coefficients,
                                     const char *only, bool networks);

/* `out` is freed by model_error_free. By `coefficients` as they are, on every board. */
void network_errors_judge(const struct measured *measured, const struct coefficients *coefficients, const char *how,
                          struct model_error *out);
/* Each board by a fit from `start` on the others; of one board alone by the fit on it. */
void network_errors_fit(const struct measured *measured, const struct coefficients *start, struct model_error *out);

#endif
