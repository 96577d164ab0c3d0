/* Energy by kind, layer and component, before anything is added up. */
#ifndef NPUSIM_MODELS_PHYSICS_ENERGY_PARTS_H
#define NPUSIM_MODELS_PHYSICS_ENERGY_PARTS_H

#include "models/physics/unit_costs.h"

struct energy_parts {
    uint32_t layers; /* populations + 1; the last is "shared" */
    struct cost *part[ENERGY_KINDS]; /* each [layers][ENERGY_COMPONENTS], joules */
};

void energy_parts_get(const struct unit_costs *costs, const struct chip_config *config, const struct program *program,
                      const struct counter_table *counters, struct energy_parts *out);
void energy_parts_free(struct energy_parts *parts);

/* Leakage of a component in watts with what `program` does not use switched off, if the chip file says so. */
struct cost component_leakage(const struct unit_costs *costs, const struct chip_config *config,
                              const struct program *program, enum energy_component component);

#endif
