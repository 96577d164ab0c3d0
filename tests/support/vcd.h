/* A small reader of value change dumps (IEEE 1364-2001, clause 18), written without looking at the writer: anything
 * that is not well-formed ends the test. */
#ifndef NPUSIM_TESTS_SUPPORT_VCD_H
#define NPUSIM_TESTS_SUPPORT_VCD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vcd_signal {
    char *path;       /* "chip0.tile1_x1_y0.core1.queue" */
    char *id;
    uint32_t bits;
    bool set;         /* it has a value */
    int64_t value;    /* integer: signed */
    int64_t lowest, highest;
    double integral;  /* of value x time, in cycles, up to its limit */
    size_t changes;
};

struct vcd {
    struct vcd_signal *signals;
    size_t count, capacity;
    double cycle;       /* in steps of the dump's time */
    uint64_t last_time; /* in those steps */
};

/* limit(path): cycle up to which a signal is integrated. */
void vcd_read(const char *path, double (*limit)(void *context, const char *path), void *context, struct vcd *out);
void vcd_free(struct vcd *vcd);
/* NULL when there is none. */
const struct vcd_signal *vcd_find(const struct vcd *vcd, const char *path);
/* Sum of the integrals of all signals whose path begins and ends so. */
double vcd_sum(const struct vcd *vcd, const char *begins, const char *ends);

#endif
