/* Euler steps: LI and LIF v += dt/tau (v_leak - v + r x); IF v += r x, without dt, as every NIR backend does; CubaLIF
 * I += dt/tau_syn (-I + w_in x), then v += dt/tau_mem (v_leak - v + r I) with the new I.
 * Not modelled: other integrators, refractory time, a lower bound of v. */
#include "tools/reference/neuron.h"

#include "sim/panic.h"

bool neuron_has_rule(enum node_kind kind)
{
    return kind == NODE_IF || kind == NODE_LI || kind == NODE_LIF || kind == NODE_CUBALIF;
}

bool neuron_needs_dt(enum node_kind kind)
{
    return kind == NODE_LI || kind == NODE_LIF || kind == NODE_CUBALIF;
}

static void integrate(const struct node *node, double *restrict v, const double *restrict input, size_t size)
{
    for (size_t i = 0; i < size; i++)
        v[i] += node->r[i] * input[i];
}

static void leak(const struct node *node, double dt, double *restrict v, const double *restrict input, size_t size)
{
    for (size_t i = 0; i < size; i++)
        v[i] += dt / node->tau_mem[i] * (node->v_leak[i] - v[i] + node->r[i] * input[i]);
}

static void synapse(const struct node *node, double dt, double *restrict current, const double *restrict input,
                    size_t size)
{
    for (size_t i = 0; i < size; i++)
        current[i] += dt / node->tau_syn[i] * (node->w_in[i] * input[i] - current[i]);
}

static void spike(const struct node *node, enum reset_rule reset, double *restrict v, double *restrict output,
                  size_t size)
{
    const double *restrict threshold = node->v_threshold, *restrict floor = node->v_reset;
    for (size_t i = 0; i < size; i++) {
        bool fires = v[i] > threshold[i];
        double after = reset == RESET_SUBTRACT ? v[i] - threshold[i] : floor[i];
        v[i] = fires ? after : v[i];
        output[i] = fires ? 1.0 : 0.0;
    }
}

void neuron_step(const struct node *node, const struct semantics *semantics, double dt_s, const double *input,
                 struct neuron_state *state, double *output)
{
    size_t size = (size_t)shape_items(&node->output);
    must(semantics->integrator == INTEGRATOR_EULER);
    if (node->kind == NODE_IF) {
        integrate(node, state->potential, input, size);
    } else if (node->kind == NODE_CUBALIF) {
        synapse(node, dt_s, state->current, input, size);
        leak(node, dt_s, state->potential, state->current, size);
    } else {
        leak(node, dt_s, state->potential, input, size);
    }
    if (node_spikes(node->kind)) {
        spike(node, semantics->reset, state->potential, output, size);
        return;
    }
    for (size_t i = 0; i < size; i++)
        output[i] = state->potential[i];
}
