/* Power of kernels that were measured with their counters (AccelWattch, V100): what a board draws awake, with busy
 * units, and for its operations and bytes. Linear in the coefficients, so by linear least squares (GSL), every kernel's
 * relative error weighing the same. The pairs of kernel names of both tables are in power.c. */
#ifndef NPUSIM_TOOLS_CALIBRATE_POWER_H
#define NPUSIM_TOOLS_CALIBRATE_POWER_H

#include "sim/diagnostics.h"
#include <stddef.h>

enum power_term { POWER_BASE, POWER_OCCUPANCY, POWER_OPERATIONS, POWER_MEMORY, POWER_CACHE, POWER_TERMS };

struct power_kernel {
    const char *name;
    double term[POWER_TERMS]; /* 1; busy share of the units; 1e12 operations/s; 1e12 bytes/s of memory; of the cache */
    double watts, work;       /* measured; pipeline cycles, for the hold-out */
    bool held;                /* of the quarter with the largest work */
};

struct power_kernels {
    struct power_kernel *items;
    size_t count;
};

/* Of DIR/physics/accelwattch. clock_mhz: the boost clock that peak_tops holds for. */
MUST_USE bool power_read(const char *dir, double peak_tops, double clock_mhz, struct power_kernels *out,
                         struct diagnostics *diagnostics);
void power_free(struct power_kernels *kernels);

/* W, W, pJ/operation, pJ/byte, pJ/byte; on the kernels that are not held out, without kernel `without` (SIZE_MAX: all). */
void power_fit(const struct power_kernels *kernels, size_t without, double out[POWER_TERMS]);
double power_predict(const struct power_kernel *kernel, const double coefficient[POWER_TERMS]);

#endif
