/* What an accelerator file holds (configs/accelerator/): data-sheet values alone, each with source and confidence. What
 * was fitted to measurements lies apart, in the coefficients file that it names (coefficients.h).
 *
 * A value of 0 is one that the part lacks (its source begins with "none") or that nobody published ("unknown"): the
 * first is a precision that is refused, the second a result that is missing, and accelerator_missing says which. */
#ifndef NPUSIM_MODELS_BASELINE_ACCELERATOR_H
#define NPUSIM_MODELS_BASELINE_ACCELERATOR_H

#include "models/baseline/baseline.h"
#include "models/baseline/coefficients.h"
#include "models/baseline/model_error.h"
#include "sim/parameters.h"

struct accelerator {
    char *name;
    char *coefficients_path;                                /* relative to the file */
    char *errors_path;                                      /* likewise */
    char *measured_table, *measured_networks;               /* as paths; "" where the file says "none" */
    struct sourced_value peak[PRECISIONS], vector;          /* Top/s, a multiply-accumulate is two */
    char *memory_type;                                      /* "HBM2e", "GDDR6" */
    struct sourced_value memory_bandwidth, memory_capacity; /* GB/s, GB */
    struct sourced_value cache_capacity;                    /* MB, the last level on the chip */
    struct sourced_value units, dies, clock;                /* 1, 1, MHz */
    struct sourced_value power_limit, power_idle;           /* W, of the board */
    struct sourced_value node;                              /* nm */
    struct sourced_value price_purchase, price_rent;        /* USD, USD/h */
    struct coefficients coefficients;
    struct model_error error;
};

/* W: published, or the share of the limit that relatives draw; 0 if the limit is unknown too. */
double accelerator_idle_w(const struct accelerator *accelerator, const struct coefficients *coefficients);

#endif
