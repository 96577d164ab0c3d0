/* What the parts of the conversion share. */
#ifndef NPUSIM_TOOLS_CONVERT_CONVERT_PRIVATE_H
#define NPUSIM_TOOLS_CONVERT_CONVERT_PRIVATE_H

#include "tools/convert/convert.h"

/* Adds "FILE: NODE: TEXT"; returns false. */
bool convert_complain(const struct network *network, const struct node *node, struct diagnostics *diagnostics,
                      const char *text);
/* An integrate-and-fire neuron of threshold 1 for each value of the node, whose shapes are known. */
void convert_make_neuron(struct network *network, uint32_t node, double initial);

/* ---- max_pool.c ---- */
/* A pool with a ReLU behind it becomes a ReLU with a pool behind it, which is the same; any other pool must have one
 * before it. */
MUST_USE bool max_pools_behind_activations(struct network *network, const uint32_t *chain,
                                           struct diagnostics *diagnostics);
/* Neurons instead of every pool. */
MUST_USE bool max_pools_to_neurons(struct network *network, double initial, struct diagnostics *diagnostics);

#endif
