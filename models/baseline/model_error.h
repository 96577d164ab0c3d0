/* How far the accelerator model is off: the mean of |predicted / measured - 1| over whole networks on boards of which the
 * coefficients have seen no row. Written by `npusim calibrate --errors`, read with the accelerator file that names it. */
#ifndef NPUSIM_MODELS_BASELINE_MODEL_ERROR_H
#define NPUSIM_MODELS_BASELINE_MODEL_ERROR_H

#include "models/baseline/baseline.h"
#include "sim/parameters.h"

struct model_error {
    char *judged_on;                              /* boards, and how; shown in reports */
    struct sourced_value latency[BASELINE_MODES]; /* %; 0 with a source that begins with "unknown": nobody measured it */
    struct sourced_value power;                   /* %, likewise */
};

MUST_USE bool model_error_load(const char *path, struct model_error *out, struct diagnostics *diagnostics);
void model_error_free(struct model_error *error);
/* The file's text, to be written; fresh. */
char *model_error_text(const struct model_error *error);

/* As shares; NAN: unknown. Energy is latency x power, whose errors are taken as independent. */
double model_error_latency(const struct model_error *error, enum baseline_mode mode);
double model_error_energy(const struct model_error *error, enum baseline_mode mode);

#endif
