/* Networks from files, and what is in a file. The format is found by content, not by name. */
#ifndef NPUSIM_TOOLS_READ_READ_H
#define NPUSIM_TOOLS_READ_READ_H

#include "tools/network/network.h"
#include <stdio.h>

/* Reads a network, checks it (network_check) and fills in every shape. On failure `out` is empty. */
MUST_USE bool network_read(const char *path, struct network *out, struct diagnostics *diagnostics);

/* Says what a network, spike, program or result file holds. */
MUST_USE bool inspect_print(const char *path, FILE *out, struct diagnostics *diagnostics);

#endif
