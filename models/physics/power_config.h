/* Operating corner and power management of a chip (rows: power_parameters.c). */
#ifndef NPUSIM_MODELS_PHYSICS_POWER_CONFIG_H
#define NPUSIM_MODELS_PHYSICS_POWER_CONFIG_H

#include "sim/parameters.h"

enum power_corner { CORNER_TECHNOLOGY, CORNER_SET };
enum power_gating { POWER_GATING_NONE, POWER_GATING_UNUSED };
enum clock_gating { CLOCK_GATING_NONE, CLOCK_GATING_IDLE };
enum program_memory { PROGRAM_NOWHERE, PROGRAM_LPDDR, PROGRAM_HBM };
enum clock_limit { CLOCK_UNCHECKED, CLOCK_BY_MEMORIES };

struct power_config {
    int corner;           /* enum power_corner: as the technology file, or supply and temperature as set here */
    double supply_v;      /* CORNER_SET */
    double temperature_c; /* CORNER_SET: of the junctions */
    int power_gating;     /* enum power_gating: cores (and processors of tiles) without a part of the network are off */
    int clock_gating;     /* enum clock_gating: clock stops in idle cycles of cores, processors and routers */
    int program_memory;   /* enum program_memory: off-chip memory that the program is loaded from, once before a run */
    int clock_limit;      /* enum clock_limit: whether a clock that a memory cannot follow is an error */
};

extern const struct parameter_row power_parameter_rows[];

#endif
