/* Sums over the timesteps of a population, and an order of the energy's components: for tables and charts. */
#ifndef NPUSIM_TOOLS_REPORT_LAYERS_H
#define NPUSIM_TOOLS_REPORT_LAYERS_H

#include "tools/report/report.h"

struct layer_step layer_sum(const struct chip_result *result, uint32_t population);

/* Spikes of a population over the run; of an input that the chip does not record, those of the input file. */
uint64_t layer_spikes(const struct run_record *record, const struct run_numbers *numbers, uint32_t population);

/* A component's name as a person writes it, "synapse array"; the caller frees it. */
char *component_words(enum energy_component component);

/* Components with any energy, the largest first (ties by number); returns how many. */
int components_by_energy(const struct energy_report *energy, enum energy_component order[ENERGY_COMPONENTS]);
double component_energy(const struct energy_report *energy, enum energy_component component);

#endif
