/* What of the semantics a neuron array cannot do: it integrates once a timestep, compares once, and resets at once. */
#include "tools/compile/stages.h"

static bool has_spiking_neurons(const struct network *network)
{
    for (uint32_t i = 0; i < network->node_count; i++)
        if (node_spikes(network->nodes[i].kind) && network->nodes[i].kind != NODE_THRESHOLD)
            return true;
    return false;
}

void remark_semantics(const struct compilation *with)
{
    const struct semantics *s = with->options->semantics;
    if (!has_spiking_neurons(with->network))
        return;
    if (s->integrator == INTEGRATOR_EXACT)
        remark(with, "%s: the chip has timesteps; the neurons decay as in integrator=zoh, and a spike counts from the "
               "end of its step", s->name);
    if (s->reset == RESET_SUBTRACT_SNNTORCH)
        remark(with, "%s: the chip subtracts the threshold in the step of the spike (reset=subtract)", s->name);
    if (s->reset_next_step)
        remark(with, "%s: the chip resets in the step of the spike, not in the next", s->name);
    if (s->spike_next_step)
        remark(with, "%s: the chip sends a spike in the step in which the potential passes the threshold, not in the "
               "next", s->name);
    if (s->clamp != CLAMP_NONE)
        remark(with, "%s: the chip's potentials have no lower clamp but the range of their bits", s->name);
    if (s->several_spikes)
        remark(with, "%s: the chip sends one spike a neuron and step at most", s->name);
}
