/* Sums over the timesteps of a population, and an order of the energy's components: for tables and charts. */
#ifndef NPUSIM_TOOLS_REPORT_LAYERS_H
#define NPUSIM_TOOLS_REPORT_LAYERS_H

#include "tools/report/report.h"

struct layer_step layer_sum(const struct chip_result *result, uint32_t population);

/* Components with any energy, the largest first (ties by number); returns how many. */
int components_by_energy(const struct energy_report *energy, enum energy_component order[ENERGY_COMPONENTS]);
double component_energy(const struct energy_report *energy, enum energy_component component);

#endif
