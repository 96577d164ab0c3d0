/* Energy and area of CMOS logic between process nodes and supply voltages, after Stillmaker and Baas, "Scaling
 * equations for the accurate prediction of CMOS device performance from 180 nm to 7 nm", Integration 58, 2017: for
 * each node of their table an energy that is a polynomial of the supply voltage, and an area. Between two nodes of the
 * table the factor is linear in the node (each end weighted by the distance to the other end: 28 nm lies above 22 nm).
 *
 * The technology files hold the scaled values, with the factor in their sources; tests hold the files to this. */
#ifndef NPUSIM_MODELS_PHYSICS_SCALING_H
#define NPUSIM_MODELS_PHYSICS_SCALING_H

#include "sim/diagnostics.h"

#define SCALING_SMALLEST_NM 7.0
#define SCALING_LARGEST_NM 130.0
#define SCALING_LOWEST_V 0.5
#define SCALING_HIGHEST_V 1.2

struct operating_corner {
    double node_nm, supply_v;
};

/* Energy at `to` over energy at `from`. False, with *out untouched, where a node lies outside the table (nothing is
 * extrapolated) or a supply outside 0.5 to 1.2 V. */
MUST_USE bool scaling_energy(struct operating_corner from, struct operating_corner to, double *out);
/* Area at to_nm over area at from_nm, by the published factors, which have two digits. */
MUST_USE bool scaling_area(double from_nm, double to_nm, double *out);

#endif
