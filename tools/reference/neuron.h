/* One step of a neuron node in float, under any semantics (docs/semantics.md). */
#ifndef NPUSIM_TOOLS_REFERENCE_NEURON_H
#define NPUSIM_TOOLS_REFERENCE_NEURON_H

#include "tools/network/network.h"

struct neuron_state { /* one value a neuron, zero before step 0; NULL: the kind or the semantics need none */
    double *potential;
    double *current; /* CubaLI, CubaLIF, Loihi; SigmaDelta: what was sent of the potential, with its rest */
    double *fired;   /* spikes found in the step before (reset or spike in the next step) */
    double *held;    /* input of the step before (input_delay) */
    double *resting; /* steps of the refractory time that are left */
    double *offset;  /* exact: when in the step the last spike was, 0 .. 1 */
    double *rate_v, *rate_u; /* dt / tau, or 1 - exp(-dt / tau); constant */
};

/* The kind has a rule. */
bool neuron_has_rule(enum node_kind kind);
/* The rule divides by a time constant, so it needs the length of a step. */
bool neuron_needs_dt(enum node_kind kind);
bool neuron_has_current(enum node_kind kind);

void neuron_make(const struct node *node, const struct semantics *semantics, double dt_s, struct neuron_state *out);
void neuron_reset(const struct node *node, struct neuron_state *state);
void neuron_free(struct neuron_state *state);

/* Integrates `input`, compares strictly (v > v_threshold), resets. Output: spikes (0, 1 or more) of spiking kinds, the
 * potential of the others. */
void neuron_step(const struct node *node, const struct semantics *semantics, double dt_s, const double *input,
                 struct neuron_state *state, double *output);

/* ---- neuron_loihi.c ---- */
/* Intel's integer rules, which no semantics change: potentials are kept in graph units, whole multiples of 1/64. */
void neuron_step_loihi(const struct node *node, const double *input, struct neuron_state *state, double *output);
void neuron_step_sigma_delta(const struct node *node, const double *input, struct neuron_state *state, double *output);

/* ---- neuron_exact.c ---- */
/* The step solved exactly for an input that is constant in it; spikes where the potential meets the threshold. */
void neuron_step_exact(const struct node *node, const struct semantics *semantics, double dt_s, const double *input,
                       struct neuron_state *state, double *output);

#endif
