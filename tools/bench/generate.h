/* The networks and input spikes of `npusim bench`, made from nothing and the same every time.
 *
 * r1024: 1024 inputs and 1024 LIF neurons, each with `fan_out` different random targets among the neurons (itself
 * allowed). Every fifth neuron is inhibitory: weight -64; the others excite with 16, inputs with 64. tau 16 ms, r 16
 * and steps of 1 ms make the membrane keep 15/16 and the gain of the input 1; the threshold is 32 fan_out. In each step
 * each input is active with probability 1/20. */
#ifndef NPUSIM_TOOLS_BENCH_GENERATE_H
#define NPUSIM_TOOLS_BENCH_GENERATE_H

#include "tools/network/network.h"
#include "tools/network/spikes.h"

#define BENCH_NEURONS 1024u /* inputs, and neurons, of r1024 */
#define BENCH_DT_S 0.001
/* Nodes by their place in network.nodes; the names are the same in lower case. */
enum bench_node { BENCH_INPUT, BENCH_W_IN, BENCH_LIF, BENCH_W_REC, BENCH_OUTPUT, BENCH_NODES };

/* Checked (network_check). As many inputs as neurons. */
void bench_network(uint32_t neurons, uint32_t fan_out, struct network *out);
/* One sample. */
void bench_spikes(uint32_t steps, struct spike_batch *out);
/* As NIR's own writer lays a file out: 32-bit floats, compressed. */
MUST_USE bool bench_write_nir(const char *path, const struct network *network, struct diagnostics *diagnostics);

#endif
