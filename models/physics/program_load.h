/* What it takes to bring a program onto the chip from the off-chip memory of the chip file (power.program_memory). Once
 * before a run, so it is in no sample's and no run's energy. */
#ifndef NPUSIM_MODELS_PHYSICS_PROGRAM_LOAD_H
#define NPUSIM_MODELS_PHYSICS_PROGRAM_LOAD_H

#include "models/physics/energy.h"

/* Bits of weights, axon tables and routing lists that the program fills, as the chip stores them. */
double program_bits(const struct chip_config *config, const struct program *program);

/* Joules; zero without an off-chip memory. */
struct cost program_load_energy(const struct technology *technology, const struct chip_config *config,
                                const struct program *program);

#endif
