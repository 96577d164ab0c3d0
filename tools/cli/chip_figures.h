/* Latency, energy and power of a chip from the summary.json of a run. */
#ifndef NPUSIM_TOOLS_CLI_CHIP_FIGURES_H
#define NPUSIM_TOOLS_CLI_CHIP_FIGURES_H

#include "sim/diagnostics.h"

struct chip_figures {
    char *name;           /* of the chip; fresh */
    double latency_s, energy_j; /* of a sample */
    double energy_low_j, energy_high_j; /* with every constant at its low or high */
    double per_second;    /* samples, as many in flight as the run had */
    double power_w, static_w; /* running; of that, what it draws whether it works or not */
};

MUST_USE bool chip_figures_read(const char *path, struct chip_figures *out, struct diagnostics *diagnostics);

#endif
