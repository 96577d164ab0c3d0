/* Networks and chips made by hand, for tests of the compiler and of program files. */
#ifndef NPUSIM_TESTS_SUPPORT_SMALL_NETWORKS_H
#define NPUSIM_TESTS_SUPPORT_SMALL_NETWORKS_H

#include "tools/compile/compile.h"

/* Whole numbers from -3 to 3 without zero, the same every time. */
double small_weight(uint32_t index);

/* Nodes are numbered in the order in which they are added. rank 1 or 3, by how many sizes are not 0. */
void small_network(struct network *out);
uint32_t add_port(struct network *network, const char *name, enum node_kind kind, int64_t c, int64_t h, int64_t w);
/* weight: of (target, source) by index target * in + source; NULL: small_weight. bias: the same for all, 0: none. */
uint32_t add_affine(struct network *network, const char *name, uint32_t in, uint32_t out,
                    double (*weight)(uint32_t index), double bias);
/* kernel x kernel, stride 1, zero padding kernel / 2, weights small_weight, bias channel + 1 if asked for */
uint32_t add_conv(struct network *network, const char *name, int64_t in, int64_t out, int64_t side, int64_t kernel,
                  bool bias);
uint32_t add_sum_pool(struct network *network, const char *name, int64_t channels, int64_t side);
uint32_t add_flatten(struct network *network, const char *name, int64_t c, int64_t h, int64_t w);
/* r = 1, v_threshold = threshold, v_reset = 0 */
uint32_t add_if(struct network *network, const char *name, int64_t c, int64_t h, int64_t w, double threshold);
/* IF, LIF, LI or CubaLIF with tau (both), r = 1, v_leak = 0, w_in = 1 */
uint32_t add_leaky(struct network *network, const char *name, enum node_kind kind, int64_t count, double tau,
                   double threshold);
void add_edge(struct network *network, uint32_t from, uint32_t to); /* keeps the edges sorted */

/* 4 x 4 tiles of one core, 256 neurons, axons and routes in plenty, 8-bit weights, 6 fraction bits, traffic, inputs at
 * the host. `kind` sparse: 8192 words of 32 bits; dimc: 2 arrays of 256 x 64. */
void small_chip(struct chip_config *out, enum synapse_kind kind);

#endif
