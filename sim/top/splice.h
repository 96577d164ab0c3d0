/* Results of blocks of samples, put together to what one process would have given (processes.h). */
#ifndef NPUSIM_SIM_TOP_SPLICE_H
#define NPUSIM_SIM_TOP_SPLICE_H

#include "sim/top/system.h"

/* An empty result for the samples of `job`. */
void splice_begin(const struct system_job *job, struct chip_result *result);
/* Takes over the samples of the block that follows the ones that are there; the block is empty afterwards.
 * warm_up: the block's first sample is one. */
void splice_block(struct chip_result *result, size_t first, struct chip_result *block, bool warm_up);

#endif
