/* Refractory time of a neuron array: for so many timesteps after a spike a neuron keeps its reset and ignores its
 * input. A counter a neuron, only in cores that have such neurons. */
#ifndef NPUSIM_MODELS_TILE_NEURON_REST_H
#define NPUSIM_MODELS_TILE_NEURON_REST_H

#include "models/tile/neuron_array.h"

/* NULL when no neuron of the core has a refractory time; else [count] zeros. */
int32_t *neuron_rest_make(const struct core_program *program);
/* Before an update: what resting neurons accumulated is dropped. */
void neuron_rest_before(const struct neuron_array *array, int32_t *accumulator);
/* After it: resting neurons are where their reset left them, and did not fire; those that fired begin to rest. Returns
 * whether any rested or fired. */
bool neuron_rest_after(struct neuron_array *array);

#endif
