/* What memristive arrays cost: devices, row drivers, converters. */
#ifndef NPUSIM_MODELS_PHYSICS_MEMRISTOR_COSTS_H
#define NPUSIM_MODELS_PHYSICS_MEMRISTOR_COSTS_H

#include "models/physics/unit_costs.h"

/* mm2 of a component over the whole system: ENERGY_SYNAPSE_ARRAY, devices with their row drivers; ENERGY_CONVERTER; others
 * nothing. None of it has a clock or leaks: devices hold their state without power, and what a converter draws is in the
 * energy of its conversions. */
struct cost memristor_area(const struct memristor_values *values, const struct chip_config *config,
                           enum energy_component component);

/* Fills the costs of rows driven and of conversions. */
void memristor_costs_get(const struct memristor_values *values, const struct chip_config *config,
                         struct unit_costs *out);
/* Of one nS in a driven row: V^2 t, from the chip file alone, so it has no range and follows no supply. */
struct cost memristor_conductance_cost(const struct chip_config *config);

/* A conversion of so many bits, J: the file's figure at 8 bits, times its growth for every bit more and
 * with the rate. Beyond the resolutions
 * of the survey it counts as assumed. */
struct cost converter_cost(const struct memristor_values *values, uint32_t bits, double rate_hz);

#endif
