/* A core by itself, its inputs driven at random: published macros and small chips, as far as their structure is known.
 * */
#ifndef NPUSIM_TOOLS_VALIDATE_SILICON_CORE_H
#define NPUSIM_TOOLS_VALIDATE_SILICON_CORE_H

#include "models/physics/scaling.h"
#include "tools/validate/silicon.h"

struct core_structure {
    double clock_hz;
    bool in_memory;             /* dimc; else words of weights, read and added one by one */
    uint32_t weight_bits, potential_bits, rows, columns, rows_per_access;
    uint32_t input_bits, planes_per_access;
    double active;              /* part of the inputs that are not 0 in a timestep; of their bits half are ones */
    uint32_t steps;
};

MUST_USE bool lone_core_add(struct silicon *silicon, char *name, const struct core_structure *structure);

/* Which of a run's joules: those of the core's own parts (no leakage, network or host), or of the array alone with the
 * file's cells, or of the array and its accumulators with cells built up from adders, which takes nothing from the
 * macros that the file's dimc.cell was made of. */
enum core_parts { CORE_WHOLE, CORE_ARRAY, CORE_ADDER_TREE };

struct core_energy {
    double nominal, low, high; /* at the technology file's values, all at their low, all at their high */
};
/* Technology file `name`, carried to a node and supply. */
MUST_USE bool lone_core_energy(struct silicon *silicon, const struct silicon_run *run, const char *name,
                               struct operating_corner corner, enum core_parts parts, struct core_energy *out);

#endif
