/* The yardstick: the benchmark networks without hardware and without time, as a plain loop over fan-out lists with
 * integer neurons. It must give the chip's spikes exactly; how much slower the chip is, is what full detail costs.
 *
 * A step: the input spikes of the step and the neurons that fired in the step before add their weights; then
 * v = decay(v) + (sum << 6), with a 12-bit decay that truncates toward zero, a spike if v > threshold, and v = 0 after
 * it (the rule that reproduces recordings of Loihi; 24 bits never saturate with these networks). */
#ifndef NPUSIM_TOOLS_BENCH_FUNCTIONAL_H
#define NPUSIM_TOOLS_BENCH_FUNCTIONAL_H

#include "tools/network/network.h"
#include "tools/network/spikes.h"
#include <stdlib.h>

struct fan_out {
    uint32_t sources;
    uint32_t *start; /* [sources + 1] */
    struct functional_synapse *synapses;
};

struct functional {
    uint32_t neurons;
    int32_t decay, threshold; /* 12-bit; in 1/64 of a weight */
    struct fan_out inputs, recurrent;
};

struct functional_result {
    uint64_t spikes, synaptic_events; /* events: (spike, synapse) pairs that arrived within the steps */
    uint32_t steps;
    uint32_t *spikes_per_step; /* [steps] */
};

/* `network` is one neuron node LIF, the same parameters in all neurons, between Affine nodes "w_in" and "w_rec" of
 * whole weights (bench_network, or the published files of the same form). */
void functional_init(struct functional *functional, const struct network *network, double dt_s);
void functional_free(struct functional *functional);
void functional_run(const struct functional *functional, const struct spike_sample *sample,
                    struct functional_result *out);
void functional_result_free(struct functional_result *result);

/* v keep / 2^bits, toward zero. */
static inline int32_t functional_keep(int32_t v, int32_t keep, uint32_t bits)
{
    int32_t size = (int32_t)((int64_t)abs(v) * keep >> bits);
    return v < 0 ? -size : size;
}

#endif
