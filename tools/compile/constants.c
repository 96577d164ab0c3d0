/* Neuron equations of NIR as one step of the chip's neuron array (Euler with step dt, as the reference takes it):
 *   IF       v += r x
 *   LI, LIF  v = (1 - k) v + k r x + k v_leak                                  k = dt / tau
 *   CubaLIF  u = (1 - ks) u + ks w_in r km x; v = (1 - km) v + u + km v_leak   ks = dt / tau_syn, km = dt / tau_mem
 * with u = r km I. The chip has one constant a neuron, which joins before the first decay: CubaLIF's v_leak has to pass
 * through u, where ks km v_leak settles at km v_leak. */
#include "tools/compile/stages.h"

#include "sim/panic.h"

static void leaky_constants(const struct node *node, uint32_t neuron, double dt_s, struct neuron_constants *out)
{
    double k = dt_s / node->tau_mem[neuron];
    out->gain = k * node->r[neuron];
    out->leak = k * node->v_leak[neuron];
    out->decay_potential = k;
}

static void current_based_constants(const struct node *node, uint32_t neuron, double dt_s,
                                    struct neuron_constants *out)
{
    double ks = dt_s / node->tau_syn[neuron], km = dt_s / node->tau_mem[neuron];
    out->gain = ks * node->w_in[neuron] * node->r[neuron] * km;
    out->leak = ks * km * node->v_leak[neuron];
    out->decay_current = ks;
    out->decay_potential = km;
}

void neuron_constants(const struct node *node, uint32_t neuron, double dt_s, struct neuron_constants *out)
{
    *out = (struct neuron_constants){0};
    switch (node->kind) {
    case NODE_OUTPUT: /* read-out: this step's input alone */
        out->model = MODEL_LI;
        out->gain = 1.0;
        out->decay_potential = 1.0;
        return;
    case NODE_IF:
        out->model = MODEL_IF;
        out->gain = node->r[neuron];
        break;
    case NODE_LI:
        out->model = MODEL_LI;
        leaky_constants(node, neuron, dt_s, out);
        return;
    case NODE_LIF:
        out->model = MODEL_LIF;
        leaky_constants(node, neuron, dt_s, out);
        break;
    case NODE_CUBALIF:
        out->model = MODEL_CUBALIF;
        current_based_constants(node, neuron, dt_s, out);
        break;
    default:
        panic("%s is not a population", node_kind_name(node->kind));
    }
    out->threshold = node->v_threshold[neuron];
    out->reset = node->v_reset ? node->v_reset[neuron] : 0.0;
}
