/* Neuron equations of NIR as one step of the chip's neuron array, as the reference takes it:
 *   IF, I           v += r x
 *   LI, LIF         v = (1 - k) v + g r x + k v_leak                              k, g by the integrator, of dt / tau
 *   CubaLI, CubaLIF u = (1 - ks) u + gs w_in r gm x; v = (1 - km) v + u + km v_leak   s: of tau_syn, m: of tau_mem
 *   Threshold       v = x
 * with u = r gm I. euler: k = g = dt / tau; zoh: both 1 - exp(-dt / tau); mixed: k of zoh, g of euler. The chip has one
 * constant a neuron, which joins before the first decay: CubaLIF's v_leak has to pass through u, where ks km v_leak
 * settles at km v_leak. */
#include "tools/compile/stages.h"

#include "sim/panic.h"
#include <math.h>

#define LOIHI_DECAY_ONE 4096.0 /* 12 bits */

struct rate {
    double decay, gain;
};

static struct rate rate_of(enum integrator integrator, double dt_s, double tau)
{
    double euler = dt_s / tau, exact = -expm1(-euler);
    switch (integrator) {
    case INTEGRATOR_EULER: return (struct rate){euler, euler};
    case INTEGRATOR_MIXED: return (struct rate){exact, euler};
    default: return (struct rate){exact, exact};
    }
}

static void leaky_constants(const struct node *node, uint32_t neuron, const struct compile_options *options,
                            struct neuron_constants *out)
{
    struct rate m = rate_of(options->semantics->integrator, options->dt_s, node->tau_mem[neuron]);
    out->gain = m.gain * node->r[neuron];
    out->leak = m.decay * node->v_leak[neuron];
    out->decay_potential = m.decay;
}

static void current_based_constants(const struct node *node, uint32_t neuron, const struct compile_options *options,
                                    struct neuron_constants *out)
{
    struct rate s = rate_of(options->semantics->integrator, options->dt_s, node->tau_syn[neuron]);
    struct rate m = rate_of(options->semantics->integrator, options->dt_s, node->tau_mem[neuron]);
    out->gain = s.gain * node->w_in[neuron] * node->r[neuron] * m.gain;
    out->leak = s.decay * m.decay * node->v_leak[neuron];
    out->decay_current = s.decay;
    out->decay_potential = m.decay;
}

/* Keeps nothing from step to step: decays fully, and a spike leaves nothing either way. */
static void passing_constants(struct neuron_constants *out, enum neuron_model model)
{
    out->model = model;
    out->gain = 1.0;
    out->decay_potential = 1.0;
}

static void integrate_constants(const struct node *node, uint32_t neuron, const struct compile_options *options,
                                struct neuron_constants *out)
{
    switch (node->kind) {
    case NODE_IF:
    case NODE_I:
        out->model = node->kind == NODE_IF ? MODEL_IF : MODEL_LI;
        out->gain = node->r[neuron];
        return;
    case NODE_LI:
    case NODE_LIF:
        out->model = node->kind == NODE_LIF ? MODEL_LIF : MODEL_LI;
        leaky_constants(node, neuron, options, out);
        return;
    case NODE_CUBALI:
    case NODE_CUBALIF:
        out->model = MODEL_CUBALIF;
        out->silent = node->kind == NODE_CUBALI;
        current_based_constants(node, neuron, options, out);
        return;
    case NODE_LOIHI: /* the neuron array's own rule; the bias joins before the current's decay */
        out->model = MODEL_CUBALIF;
        out->gain = 1.0;
        out->leak = node->v_bias[neuron];
        out->decay_current = node->decay_current[neuron] / LOIHI_DECAY_ONE;
        out->decay_potential = node->decay_potential[neuron] / LOIHI_DECAY_ONE;
        return;
    case NODE_OUTPUT: /* read-out: this step's input alone */
        passing_constants(out, MODEL_LI);
        return;
    case NODE_THRESHOLD:
        passing_constants(out, MODEL_LIF);
        return;
    default: panic("%s is not a population", node_kind_name(node->kind));
    }
}

void neuron_constants(const struct node *node, uint32_t neuron, const struct compile_options *options,
                      struct neuron_constants *out)
{
    *out = (struct neuron_constants){0};
    integrate_constants(node, neuron, options, out);
    if (!node_spikes(node->kind))
        return;
    out->threshold = node->v_threshold[neuron];
    out->reset = node->v_reset ? node->v_reset[neuron] : 0.0;
    out->refractory = node->refractory ? round(node->refractory[neuron] / options->dt_s) : 0.0;
    out->initial = node->v_initial ? node->v_initial[neuron] : 0.0;
    out->subtracts = options->semantics->reset != RESET_TO_VALUE && node->kind != NODE_THRESHOLD &&
                     node->kind != NODE_LOIHI;
}
