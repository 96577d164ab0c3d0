/* What an accelerator file holds (configs/accelerator/). A peak of 0 means that the part does not have the precision or
 * that nobody published it: the source says which ("unknown" demands 0). */
#ifndef NPUSIM_MODELS_BASELINE_ACCELERATOR_H
#define NPUSIM_MODELS_BASELINE_ACCELERATOR_H

#include "models/baseline/baseline.h"
#include "sim/parameters.h"

struct accelerator {
    char *name;
    struct sourced_value peak[PRECISIONS], vector;              /* Top/s, a multiply-accumulate is two */
    struct sourced_value memory_bandwidth, memory_capacity;     /* GB/s, GB */
    struct sourced_value cache_bandwidth, cache_capacity;       /* GB/s, MB */
    struct sourced_value units, clock;                          /* 1, MHz */
    struct sourced_value power_limit, power_idle, power_active, power_at_peak; /* W */
    struct sourced_value memory_byte, cache_byte;               /* pJ/byte */
    struct sourced_value launch_matrix, launch_elementwise, launch_pass;       /* us */
    struct sourced_value efficiency_matrix, efficiency_memory;  /* 1 */
    struct sourced_value tile_64, tile_32;                      /* 1 */
    struct sourced_value split_k;                               /* items of the inner dimension */
};

#endif
