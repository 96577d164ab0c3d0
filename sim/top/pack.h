/* A chip_result as bytes, for another process on the same kind of machine: integers as they lie in memory. */
#ifndef NPUSIM_SIM_TOP_PACK_H
#define NPUSIM_SIM_TOP_PACK_H

#include "models/chip.h"
#include "sim/diagnostics.h"

#ifdef __cplusplus
extern "C" {
#endif

struct packed {
    unsigned char *bytes;
    size_t count, capacity;
    size_t taken; /* by pack_take */
};

void pack_put(struct packed *packed, const void *data, size_t size);
/* False when there are fewer bytes. */
MUST_USE bool pack_take(struct packed *packed, void *data, size_t size);
/* What was taken makes room. */
void pack_shift(struct packed *packed);
void pack_free(struct packed *packed);

/* One sample as it is, with or without spikes, outputs and counters. */
void pack_sample(struct packed *packed, const struct sample_result *sample);
MUST_USE bool pack_take_sample(struct packed *packed, const struct chip_config *config, struct sample_result *sample);

void pack_result(struct packed *packed, const struct chip_result *result);
/* `result` is fresh, of the same job as the packed one. False when the bytes are no such result. */
MUST_USE bool pack_take_result(struct packed *packed, const struct chip_config *config, struct chip_result *result);

#ifdef __cplusplus
}
#endif
#endif
