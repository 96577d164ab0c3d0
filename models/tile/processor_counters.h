/* What a tile's processor counts (rows: processor_counters.c). */
#ifndef NPUSIM_MODELS_TILE_PROCESSOR_COUNTERS_H
#define NPUSIM_MODELS_TILE_PROCESSOR_COUNTERS_H

#include "sim/counters.h"

enum processor_counter {
    PROCESSOR_BUSY,
    PROCESSOR_IDLE,
    PROCESSOR_JOBS,
    PROCESSOR_COUNTERS
};

extern const struct counter_row processor_counter_rows[PROCESSOR_COUNTERS + 1];

#endif
