#include "models/tile/processor_counters.h"

const struct counter_row processor_counter_rows[PROCESSOR_COUNTERS + 1] = {
    [PROCESSOR_BUSY] = {"busy", "cycles", "updating neurons for a core"},
    [PROCESSOR_IDLE] = {"idle", "cycles", "no core has work for it"},
    [PROCESSOR_JOBS] = {"jobs", "jobs", "handed over by a core, one a timestep"},
};
