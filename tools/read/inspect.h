/* What the inspect*.c files share. */
#ifndef NPUSIM_TOOLS_READ_INSPECT_H
#define NPUSIM_TOOLS_READ_INSPECT_H

#include "tools/read/read.h"

/* Prints a network for people: layers, parameters, neurons, synapses, units, and what the file leaves open. */
MUST_USE bool inspect_network(const char *path, const struct read_options *options, FILE *out,
                              struct diagnostics *diagnostics);

#endif
