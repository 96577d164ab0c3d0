/* Steps of a neuron: integrate, compare, reset. LI and LIF v += k (v_leak - v + r x), k = dt / tau or what the
 * integrator makes of it; IF and I v += r x, without dt, as every NIR backend does; CubaLI and CubaLIF
 * I += ks (w_in x - I), then the membrane with the new I, as the platforms do that publish it.
 * A refractory time (SONATA; NIR has none) ignores input for whole steps; exact has none. */
#include "tools/reference/neuron.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool neuron_has_rule(enum node_kind kind)
{
    return node_is_neuron(kind);
}

bool neuron_needs_dt(enum node_kind kind)
{
    return kind == NODE_LI || kind == NODE_LIF || kind == NODE_CUBALI || kind == NODE_CUBALIF;
}

static bool own_rule(enum node_kind kind)
{
    return kind == NODE_LOIHI || kind == NODE_SIGMA_DELTA;
}

bool neuron_has_current(enum node_kind kind)
{
    return kind == NODE_CUBALI || kind == NODE_CUBALIF;
}

/* ---- state ---- */

static double *rates(const struct semantics *semantics, const double *tau, double dt, size_t size)
{
    double *rate = memory_array(size, sizeof *rate);
    bool euler = semantics->integrator == INTEGRATOR_EULER;
    for (size_t i = 0; i < size; i++)
        rate[i] = euler ? dt / tau[i] : -expm1(-dt / tau[i]);
    return rate;
}

void neuron_make(const struct node *node, const struct semantics *semantics, double dt_s, struct neuron_state *out)
{
    size_t size = (size_t)shape_items(&node->output);
    bool spikes = node_spikes(node->kind) && !own_rule(node->kind);
    *out = (struct neuron_state){.potential = memory_array(size, sizeof(double))};
    if (neuron_has_current(node->kind) || own_rule(node->kind))
        out->current = memory_array(size, sizeof *out->current);
    if (spikes && (semantics->reset_next_step || semantics->spike_next_step))
        out->fired = memory_array(size, sizeof *out->fired);
    if (own_rule(node->kind))
        return;
    if (semantics->input_delay)
        out->held = memory_array(size, sizeof *out->held);
    if (spikes && node->refractory)
        out->resting = memory_array(size, sizeof *out->resting);
    if (spikes && semantics->integrator == INTEGRATOR_EXACT)
        out->offset = memory_array(size, sizeof *out->offset);
    if (neuron_needs_dt(node->kind))
        out->rate_v = rates(semantics, node->tau_mem, dt_s, size);
    if (neuron_has_current(node->kind))
        out->rate_u = rates(semantics, node->tau_syn, dt_s, size);
}

void neuron_reset(const struct node *node, struct neuron_state *state)
{
    double *const all[] = {state->potential, state->current, state->fired, state->held, state->offset,
                           state->resting};
    size_t size = (size_t)shape_items(&node->output);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i])
            memset(all[i], 0, size * sizeof *all[i]);
    if (node->v_initial && state->potential)
        memcpy(state->potential, node->v_initial, size * sizeof *state->potential);
}

void neuron_free(struct neuron_state *state)
{
    free(state->potential);
    free(state->current);
    free(state->fired);
    free(state->held);
    free(state->offset);
    free(state->resting);
    free(state->rate_v);
    free(state->rate_u);
    *state = (struct neuron_state){0};
}

/* ---- integrate ---- */

static void integrate(const struct node *node, double *restrict v, const double *restrict input, size_t size)
{
    for (size_t i = 0; i < size; i++)
        v[i] += node->r[i] * input[i];
}

static void leak(const struct node *node, const double *restrict rate, double *restrict v,
                 const double *restrict input, size_t size)
{
    for (size_t i = 0; i < size; i++)
        v[i] += rate[i] * (node->v_leak[i] - v[i] + node->r[i] * input[i]);
}

static void leak_mixed(const struct node *node, const double *restrict rate, double dt, double *restrict v,
                       const double *restrict input, size_t size)
{
    for (size_t i = 0; i < size; i++)
        v[i] += rate[i] * (node->v_leak[i] - v[i]) + dt / node->tau_mem[i] * node->r[i] * input[i];
}

static void synapse(const struct node *node, const struct semantics *semantics, double dt,
                    const struct neuron_state *state, const double *restrict input, size_t size)
{
    double *restrict current = state->current;
    const double *restrict rate = state->rate_u;
    if (semantics->integrator == INTEGRATOR_MIXED)
        for (size_t i = 0; i < size; i++)
            current[i] += dt / node->tau_syn[i] * node->w_in[i] * input[i] - rate[i] * current[i];
    else
        for (size_t i = 0; i < size; i++)
            current[i] += rate[i] * (node->w_in[i] * input[i] - current[i]);
}

static void advance(const struct node *node, const struct semantics *semantics, double dt,
                    struct neuron_state *state, const double *input, size_t size)
{
    if (node->kind == NODE_THRESHOLD) {
        memcpy(state->potential, input, size * sizeof *input);
        return;
    }
    if (node->kind == NODE_IF || node->kind == NODE_I) {
        integrate(node, state->potential, input, size);
        return;
    }
    if (state->current) {
        synapse(node, semantics, dt, state, input, size);
        input = state->current;
    }
    if (semantics->integrator == INTEGRATOR_MIXED)
        leak_mixed(node, state->rate_v, dt, state->potential, input, size);
    else
        leak(node, state->rate_v, state->potential, input, size);
}

/* ---- compare and reset ---- */

/* The common case: one spike a step, which resets at once. */
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

static double count_spikes(const struct semantics *semantics, double v, double threshold)
{
    if (!(v > threshold))
        return 0.0;
    return semantics->several_spikes && threshold > 0.0 ? fmax(1.0, floor(v / threshold)) : 1.0;
}

static double reset_by(const struct node *node, const struct semantics *semantics, size_t i, double v, double spikes)
{
    if (spikes == 0.0)
        return v;
    return semantics->reset == RESET_TO_VALUE ? node->v_reset[i] : v - spikes * node->v_threshold[i];
}

static double clamped(const struct node *node, const struct semantics *semantics, size_t i, double v)
{
    switch (semantics->clamp) {
    case CLAMP_THRESHOLD: return fmax(v, -node->v_threshold[i]);
    case CLAMP_VALUE: return fmax(v, semantics->clamp_value);
    default: return v;
    }
}

static void spike_by_switches(const struct node *node, const struct semantics *semantics,
                              const struct neuron_state *state, double *output, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        double v = state->potential[i], before = state->fired ? state->fired[i] : 0.0;
        if (semantics->reset_next_step)
            v = reset_by(node, semantics, i, v, before);
        v = clamped(node, semantics, i, v);
        double now = count_spikes(semantics, v, node->v_threshold[i]);
        state->potential[i] = semantics->reset_next_step ? v : reset_by(node, semantics, i, v, now);
        output[i] = semantics->spike_next_step ? before : now;
        if (state->fired)
            state->fired[i] = now;
    }
}

/* snnTorch's subtraction without reset_delay: what was above the threshold before the step is subtracted before the
 * comparison; if the neuron still fires, not a second time. `output` holds whether it was above. */
static void spike_snntorch(const struct node *node, double *v, double *output, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        double threshold = node->v_threshold[i], above = output[i];
        v[i] -= above * threshold;
        double fires = v[i] > threshold ? 1.0 : 0.0;
        v[i] -= (fires - above) * threshold;
        output[i] = fires;
    }
}

/* Threshold keeps nothing: its potential shows the input. */
static void compare(const struct node *node, const double *v, double *output, size_t size)
{
    for (size_t i = 0; i < size; i++)
        output[i] = v[i] > node->v_threshold[i] ? 1.0 : 0.0;
}

static void fire(const struct node *node, const struct semantics *semantics, struct neuron_state *state,
                 double *output, size_t size)
{
    bool plain = !state->fired && !semantics->clamp && !semantics->several_spikes;
    if (!node_spikes(node->kind))
        memcpy(output, state->potential, size * sizeof *output);
    else if (node->kind == NODE_THRESHOLD)
        compare(node, state->potential, output, size);
    else if (semantics->reset == RESET_SUBTRACT_SNNTORCH)
        spike_snntorch(node, state->potential, output, size);
    else if (plain)
        spike(node, semantics->reset, state->potential, output, size);
    else
        spike_by_switches(node, semantics, state, output, size);
}

/* Input of the step before; keeps this one's. */
static void exchange(double *held, const double *input, double *room, size_t size)
{
    memcpy(room, held, size * sizeof *room);
    memcpy(held, input, size * sizeof *held);
}

/* Undoes the step of neurons in their refractory time, which stay at their reset; those that fired begin theirs. */
static void rest(const struct node *node, double dt, struct neuron_state *state, double *output, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (state->resting[i] > 0.0) {
            state->resting[i] -= 1.0;
            state->potential[i] = node->v_reset[i];
            output[i] = 0.0;
        } else if (output[i] > 0.0) {
            state->resting[i] = round(node->refractory[i] / dt);
        }
    }
}

void neuron_step(const struct node *node, const struct semantics *semantics, double dt_s, const double *input,
                 struct neuron_state *state, double *output)
{
    size_t size = (size_t)shape_items(&node->output);
    if (node->kind == NODE_LOIHI) {
        neuron_step_loihi(node, input, state, output);
        return;
    }
    if (node->kind == NODE_SIGMA_DELTA) {
        neuron_step_sigma_delta(node, input, state, output);
        return;
    }
    if (semantics->integrator == INTEGRATOR_EXACT && node->kind != NODE_THRESHOLD) {
        neuron_step_exact(node, semantics, dt_s, input, state, output);
        return;
    }
    double *late = NULL;
    if (state->held) {
        late = memory_array(size, sizeof *late);
        exchange(state->held, input, late, size);
        input = late;
    }
    if (semantics->reset == RESET_SUBTRACT_SNNTORCH && node_spikes(node->kind) && node->kind != NODE_THRESHOLD)
        compare(node, state->potential, output, size);
    advance(node, semantics, dt_s, state, input, size);
    fire(node, semantics, state, output, size);
    free(late);
    if (state->resting)
        rest(node, dt_s, state, output, size);
}
