/* One chip with one value of its file after another: figures of `npusim sweep`, and its page. */
#ifndef NPUSIM_TOOLS_REPORT_SWEEP_H
#define NPUSIM_TOOLS_REPORT_SWEEP_H

#include "sim/diagnostics.h"
#include "tools/report/monte_carlo.h"

struct sweep_point {
    char *value;                           /* as it stands in the chip file; NULL: the file's own, or another chip */
    char *name;                            /* of the chip */
    struct spread figure[DEVICE_FIGURES];
    double *accuracy;                      /* [chips], of each; NULL: one chip */
    double reference_accuracy;             /* of the float network; NAN without labels */
};

struct sweep_axis {
    char *key;
    uint32_t count;
    struct sweep_point *points;            /* [count] */
};

struct sweep {
    char *network, *command;
    uint32_t chips;                        /* that differ in their devices, a point */
    uint32_t samples;
    uint32_t axis_count, other_count;
    struct sweep_axis *axes;
    struct sweep_point own;                /* the chip file as it is */
    struct sweep_point *others;            /* chips beside it */
};

void sweep_free(struct sweep *sweep);
MUST_USE bool sweep_write_html(const char *path, const struct sweep *sweep, struct diagnostics *diagnostics);

#endif
