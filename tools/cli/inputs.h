/* --input FILE, or --input NODE=FILE once for every Input node. */
#ifndef NPUSIM_TOOLS_CLI_INPUTS_H
#define NPUSIM_TOOLS_CLI_INPUTS_H

#include "tools/cli/options.h"
#include "tools/network/network.h"
#include "tools/network/spikes.h"

/* One file that holds the inputs of all Input nodes (in ascending order of nodes, one after the other), or a file for
 * each; several files have equally many samples and agree about dt. Labels come beside the first. */
MUST_USE bool inputs_read(const struct network *network, const struct option_list *inputs,
                          const struct spike_options *options, struct spike_batch *out,
                          struct diagnostics *diagnostics);

/* Of the one file; of several: of their hashes' text, in the order of the nodes that they name. */
MUST_USE bool inputs_sha256(const struct option_list *inputs, char out[65], struct diagnostics *diagnostics);

#endif
