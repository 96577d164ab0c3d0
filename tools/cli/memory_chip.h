/* Every memory of a chip as the memory model has it, as a table on standard output. */
#ifndef NPUSIM_TOOLS_CLI_MEMORY_CHIP_H
#define NPUSIM_TOOLS_CLI_MEMORY_CHIP_H

#include "tools/cli/options.h"

MUST_USE bool memory_chip_print(const char *path, const struct option_list *settings, struct diagnostics *diagnostics);

#endif
