/* The exponents of the memory model (models/physics/memory_cost.h) from points of memories, published and computed.
 *
 * log(energy) = scale of the set + a log(capacity) + b log(width) + c log(ports), least squares (GSL). A set is one
 * source at one node; its scale takes up node, supply and habits of the source, so that only slopes within sets count. */
#ifndef NPUSIM_TOOLS_CALIBRATE_MEMORY_FIT_H
#define NPUSIM_TOOLS_CALIBRATE_MEMORY_FIT_H

#include "sim/diagnostics.h"
#include <stddef.h>
#include <stdint.h>

enum memory_quantity { MEMORY_READ, MEMORY_WRITE_OVER_READ, MEMORY_AREA, MEMORY_QUANTITIES }; /* pJ a word, 1, um2/bit */
enum memory_term { TERM_CAPACITY, TERM_WIDTH, TERM_PORTS, MEMORY_TERMS };

struct memory_point {
    uint32_t line, set;
    double node_nm, bytes, width_bits, ports;
    double read_pj, write_pj, area_um2; /* 0: not given */
    char *group, *source;
    bool energy, area;                  /* takes part in the fit of it */
};

struct memory_points {
    struct memory_point *items;
    size_t count;
    char **sets; /* "source, node nm" */
    uint32_t set_count;
};

MUST_USE bool memory_points_read(const char *path, struct memory_points *out, struct diagnostics *diagnostics);
void memory_points_free(struct memory_points *points);

struct memory_fit {
    size_t points;
    bool fitted[MEMORY_TERMS];         /* false: the points do not tell (all the same); its exponent is 0 */
    double exponent[MEMORY_TERMS], error[MEMORY_TERMS]; /* standard error */
    double *scale;                     /* [points->set_count]: at 8192 bytes, 64 bits, one port; NAN: took no part */
    double *residual;                  /* [points->count]: log(given / fitted); NAN where a point took no part */
    double rms, mean;                  /* of the residuals; geometric mean of the quantity itself */
    double least, most;                /* of the quantity itself */
};

/* Points of `group` (NULL: all) and of `set` (UINT32_MAX: all). False: too few points for the terms that vary. */
MUST_USE bool memory_fit(const struct memory_points *points, const char *group, uint32_t set,
                         enum memory_quantity quantity, struct memory_fit *out);
void memory_fit_free(struct memory_fit *fit);

#endif
