/* One step of a neuron node in float: the rules that Norse and snnTorch follow (design: formats, section 1.5). */
#ifndef NPUSIM_TOOLS_REFERENCE_NEURON_H
#define NPUSIM_TOOLS_REFERENCE_NEURON_H

#include "tools/network/network.h"

struct neuron_state { /* one value a neuron, zero before step 0 */
    double *potential;
    double *current; /* CubaLIF only, else NULL */
};

/* IF, LI, LIF and CubaLIF have rules. */
bool neuron_has_rule(enum node_kind kind);
/* The rule divides by a time constant, so it needs the length of a step. */
bool neuron_needs_dt(enum node_kind kind);

/* Integrates `input`, compares strictly (v > v_threshold) and resets in the same step. Output: 1 or 0 of spiking
 * kinds, the potential of LI. */
void neuron_step(const struct node *node, const struct semantics *semantics, double dt_s, const double *input,
                 struct neuron_state *state, double *output);

#endif
