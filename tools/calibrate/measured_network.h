/* Measurements of whole networks on an accelerator, beside the model's estimate of the very same work. */
#ifndef NPUSIM_TOOLS_CALIBRATE_MEASURED_NETWORK_H
#define NPUSIM_TOOLS_CALIBRATE_MEASURED_NETWORK_H

#include "tools/calibrate/measured.h"

/* What the accelerator file at `path` names as measured; nothing is read where it names none. measured_free() ends it. */
MUST_USE bool measured_networks_read(const char *path, const struct accelerator *accelerator, struct measured *out,
                                     struct diagnostics *diagnostics);

/* Fills row->measurement where a network of the same operators was measured in the row's mode, precision and batch; in a
 * spiking mode also over as many timesteps; if only over others, says how many. */
void measured_network_fill(const struct measured *measured, const struct work *work, struct baseline_result *row);

#endif
