/* A whole chip file: configs/chip/NAME.yaml. */
#ifndef NPUSIM_MODELS_CHIP_CONFIG_H
#define NPUSIM_MODELS_CHIP_CONFIG_H

#include "models/host/host_config.h"
#include "models/noc/noc_config.h"
#include "models/physics/power_config.h"
#include "models/tile/core_config.h"

enum placement_inputs { INPUTS_HOST, INPUTS_CORES };
enum placement_policy { PLACEMENT_TRAFFIC, PLACEMENT_BLOCKS };

struct chip_config {
    char *name;
    double clock_hz;
    char *technology; /* path as in the file, relative to it */
    int placement_inputs; /* host: input spikes enter at the host's tile; cores: at the core that holds their block */
    int placement_policy; /* traffic: packed and placed for short routes; blocks: equal contiguous blocks on all cores */
    struct core_config core;
    struct noc_config noc;
    struct host_config host;
    struct power_config power;
    /* not from rows */
    char *path;
    uint64_t device_seed; /* of the run: which devices the chip happens to have (core.synapse.kind memristor) */
};

/* All rows of a chip file, offsets into struct chip_config; ended by key NULL. The pointer stays valid. */
const struct parameter_row *chip_parameter_rows(void);

MUST_USE bool chip_config_load(const char *path, const struct parameter_override *overrides, size_t override_count,
                               struct chip_config *out, struct diagnostics *diagnostics);
void chip_config_free(struct chip_config *config);

/* Every key that applies as a line "key: value" (a fresh string): for results and for config_sha256. It is itself a
 * chip file, if it is stored where the path of `technology` leads to the same place. */
char *chip_config_text(const struct chip_config *config);

uint32_t chip_tiles(const struct chip_config *config);  /* of one chip */
uint32_t chip_cores(const struct chip_config *config);  /* of one chip */
uint32_t system_cores(const struct chip_config *config); /* chips * cores */

#endif
