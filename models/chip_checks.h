/* What two keys of a chip file must agree on: what no single range can say. */
#ifndef NPUSIM_MODELS_CHIP_CHECKS_H
#define NPUSIM_MODELS_CHIP_CHECKS_H

#include "models/chip_config.h"

/* One message for each disagreement, naming the file and the keys. */
MUST_USE bool chip_checks(const struct chip_config *config, struct diagnostics *diagnostics);

#endif
