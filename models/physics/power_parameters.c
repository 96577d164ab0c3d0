#include "models/physics/power_config.h"

#include <stddef.h>

static const char *const corners[] = {[CORNER_TECHNOLOGY] = "technology", [CORNER_SET] = "set", NULL};
static const char *const power_gatings[] = {[POWER_GATING_NONE] = "none", [POWER_GATING_UNUSED] = "unused", NULL};
static const char *const clock_gatings[] = {[CLOCK_GATING_NONE] = "none", [CLOCK_GATING_IDLE] = "idle", NULL};
static const char *const memories[] = {[PROGRAM_NOWHERE] = "none", [PROGRAM_LPDDR] = "lpddr", [PROGRAM_HBM] = "hbm",
                                       NULL};
static const char *const clock_limits[] = {[CLOCK_UNCHECKED] = "none", [CLOCK_BY_MEMORIES] = "memories", NULL};

#define SET "power.corner=set"
#define AT(name) offsetof(struct power_config, name)

const struct parameter_row power_parameter_rows[] = {
    {"power.corner", PARAMETER_CHOICE, AT(corner), 0, 0, NULL, corners, NULL,
     "supply and temperature: those that the technology file holds for, or set here and scaled to"},
    {"power.supply", PARAMETER_DOUBLE, AT(supply_v), 0.3, 1.5, "V", NULL, SET, "supply voltage of the chip"},
    {"power.temperature", PARAMETER_DOUBLE, AT(temperature_c), -40, 150, "C", NULL, SET, "of the junctions"},
    {"power.power_gating", PARAMETER_CHOICE, AT(power_gating), 0, 0, NULL, power_gatings, NULL,
     "cores without a part of the network (and processors of tiles without any) are switched off (unused), or not"},
    {"power.clock_gating", PARAMETER_CHOICE, AT(clock_gating), 0, 0, NULL, clock_gatings, NULL,
     "the clock of cores, processors and routers stops in their idle cycles (idle), or never"},
    {"power.clock_limit", PARAMETER_CHOICE, AT(clock_limit), 0, 0, NULL, clock_limits, NULL,
     "memories: a clock_hz that leaves a memory less than its access time is an error"},
    {"power.program_memory", PARAMETER_CHOICE, AT(program_memory), 0, 0, NULL, memories, NULL,
     "off-chip memory that weights and tables are loaded from, once; reported beside the energy of the run"},
    {.key = NULL},
};
