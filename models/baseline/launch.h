/* One launch within operator_cost.h: what its parts share. Seconds, joules, bytes and operations, of one die. */
#ifndef NPUSIM_MODELS_BASELINE_LAUNCH_H
#define NPUSIM_MODELS_BASELINE_LAUNCH_H

#include "models/baseline/operator_cost.h"

struct launch {
    const struct accelerator *accelerator;
    const struct coefficients *coefficients;
    enum baseline_precision precision;
    const struct work_operator *op;
    struct operator_heat heat;
    double efficiency;  /* of a plain product's */
    double transformed; /* values written and read again for a transform */
    double least_rows;  /* of a tile; 0: any */
    int kernels;        /* beside the product's */
};

/* A process sees one die: of everything its share. */
double launch_share(const struct launch *launch, double whole);
/* Of all units, a second; 0 where their number or clock is unknown. */
double launch_cycles(const struct launch *launch);
/* Products that matrix units do: fp32 has none, and a matrix times a vector has no tiles. */
bool launch_on_matrix_units(const struct launch *launch);
/* Bytes a second, from the last cache or from memory. */
double launch_bandwidth(const struct launch *launch, bool cached);
bool launch_values_cached(const struct launch *launch);
double launch_byte_joules(const struct launch *launch, double bytes, bool cached);
/* The longer of two times, and above it where they are close. */
double launch_longer(double a, double b, double sharpness);
/* All but the start of a product and a convolution's other kernels. */
void launch_cost(const struct launch *launch, struct operator_cost *out);

/* product_time.c. *occupancy: the busy share of the units. */
double product_seconds(const struct launch *launch, double *occupancy);
/* row_time.c: of rows that are reduced; 0 without rows. */
double rows_seconds(const struct launch *launch);
/* row_time.c: how often their values come from memory again. */
double rows_passes(const struct launch *launch);
/* convolution_cost.c: the quickest of its ways, with the kernels of a framework beside it. */
void convolution_cost(struct launch *launch, struct operator_cost *out);

#endif
