/* What run and reference both ask of a network and its input. */
#ifndef NPUSIM_TOOLS_CLI_CHECKS_H
#define NPUSIM_TOOLS_CLI_CHECKS_H

#include "tools/network/network.h"
#include "tools/network/spikes.h"

/* Neurons of all Input nodes. */
uint32_t input_size(const struct network *network);

/* Every label of the batch, read from `path` (NULL: none were), is one of the network's outputs. */
MUST_USE bool labels_fit(const struct network *network, const struct spike_batch *batch, const char *path,
                         struct diagnostics *diagnostics);

#endif
