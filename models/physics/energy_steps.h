/* Energy by timestep: where in a sample a layer spends its energy, summed over samples.
 *
 * A core counts over a sample, not over a timestep; what is known of each step is its spikes, synaptic events and busy
 * cycles (struct layer_step). So the energy of a layer's component is divided among steps by what drives it: synaptic
 * events (queue, tables, array, converters, accumulators), spikes (routing, network), busy cycles (gated clock), the
 * samples that reach the step (neurons, which are all updated in each; leakage, ungated clock, whatever is shared). The
 * steps of a layer sum to the layer and all to the total. */
#ifndef NPUSIM_MODELS_PHYSICS_ENERGY_STEPS_H
#define NPUSIM_MODELS_PHYSICS_ENERGY_STEPS_H

#include "models/physics/energy.h"

struct energy_steps {
    uint32_t steps, layers;      /* at least 1 step; layers as in struct energy_report */
    double *kind[ENERGY_KINDS];  /* each [steps], joules */
    double *layer;               /* [layers][steps] */
};

void energy_steps_get(const struct technology *technology, const struct chip_config *config,
                      const struct program *program, const struct chip_result *result, struct energy_steps *out);
void energy_steps_free(struct energy_steps *steps);

#endif
