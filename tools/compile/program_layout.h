/* Names inside a program file, shared by its writer and its reader (private to tools/compile). */
#ifndef NPUSIM_TOOLS_COMPILE_PROGRAM_LAYOUT_H
#define NPUSIM_TOOLS_COMPILE_PROGRAM_LAYOUT_H

#include "models/chip_config.h"
#include "models/program.h"

#define PROGRAM_VERSION "2"

enum route_owner { ROUTES_NEURON, ROUTES_RELAY, ROUTES_INPUT, ROUTE_OWNERS };

struct route_names {
    const char *start, *core, *axon, *delay;
};
extern const struct route_names route_paths[ROUTE_OWNERS];

/* How many tables the owner has: one a core, or one a population. */
uint32_t route_tables(const struct program *program, enum route_owner owner);

#define REFRACTORY_MOST 65535 /* timesteps */

struct group_field {
    const char *path;
    size_t offset; /* of four bytes in struct neuron_group */
};
enum { GROUP_FIELDS = 15 };
extern const struct group_field group_fields[GROUP_FIELDS];

/* Everything that one table says about another, and every limit of the chip (program_check.c). Tables have their
 * sizes and single values their ranges already. */
MUST_USE bool program_check(const struct program *program, const struct chip_config *chip, const char *path,
                            struct diagnostics *diagnostics);

#endif
