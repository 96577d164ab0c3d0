/* What check.c and shapes.c share. */
#ifndef NPUSIM_TOOLS_NETWORK_CHECK_H
#define NPUSIM_TOOLS_NETWORK_CHECK_H

#include "tools/network/network.h"

/* Adds "FILE: node 'NAME' (KIND): TEXT"; returns false. */
bool node_complain(const struct network *network, uint32_t node, struct diagnostics *diagnostics, const char *format,
                   ...) PRINTF_LIKE(4, 5);

/* Fills in every node's shapes in the order of the schedule and expands its parameters. The structure must be sound:
 * edges in range, each node but the Inputs with a source. */
MUST_USE bool network_infer_shapes(struct network *network, struct diagnostics *diagnostics);

/* One node, whose input is known: sets `input` and `output`. */
MUST_USE bool node_infer(struct network *network, uint32_t index, const struct shape *source,
                         struct diagnostics *diagnostics);

#endif
