/* What several commands read and ask alike. */
#ifndef NPUSIM_TOOLS_CLI_CHECKS_H
#define NPUSIM_TOOLS_CLI_CHECKS_H

#include "models/chip_config.h"
#include "tools/cli/options.h"
#include "tools/network/network.h"
#include "tools/network/spikes.h"

/* Neurons of all Input nodes. */
uint32_t input_size(const struct network *network);

/* Every label of the batch, read from `path` (NULL: none were), is one of the network's outputs. */
MUST_USE bool labels_fit(const struct network *network, const struct spike_batch *batch, const char *path,
                         struct diagnostics *diagnostics);

/* The length of a timestep: what --dt gave (0: nothing), else what the input says. */
MUST_USE bool choose_dt(double given_s, const struct spike_batch *batch, const char *input, double *dt_s,
                        struct diagnostics *diagnostics);

/* The chip of a file, with what --set said. */
MUST_USE bool load_chip(const char *path, const struct option_list *settings, struct chip_config *chip,
                        struct diagnostics *diagnostics);

#endif
