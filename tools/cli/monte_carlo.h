/* npusim run --monte-carlo: the run again for other seeds of the devices, each in a process of its own. */
#ifndef NPUSIM_TOOLS_CLI_MONTE_CARLO_H
#define NPUSIM_TOOLS_CLI_MONTE_CARLO_H

#include "tools/cli/run.h"

/* Fills run->monte_carlo: all but the run's own entry, runs[0], for which monte_carlo_own is called when it is over. At most
 * options.jobs processes at once. Before SystemC is elaborated in this process. */
MUST_USE bool monte_carlo_others(struct run *run, struct diagnostics *diagnostics);
void monte_carlo_own(struct run *run, const struct run_numbers *numbers);

/* Why the chip cannot be varied, as a message; true when it can, or when nobody asks for it. */
MUST_USE bool monte_carlo_possible(const struct run *run, struct diagnostics *diagnostics);

#endif
