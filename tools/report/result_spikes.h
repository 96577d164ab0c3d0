/* Every spike and value that a run recorded, in NIR's data layout, one node a population, written as samples end. */
#ifndef NPUSIM_TOOLS_REPORT_RESULT_SPIKES_H
#define NPUSIM_TOOLS_REPORT_RESULT_SPIKES_H

#include "tools/file/h5.h"
#include "tools/report/report.h"

/* Below `group`, as spikes_write_nir_data lays out: "spikes", or "v" in graph units where a population sends values.
 * Rows are padded to the longest sample; the padding is not stored. An input population that recorded nothing is left
 * out. */
struct result_spikes;
struct result_spikes *result_spikes_open(struct h5 *file, const char *group, const struct program *program,
                                         const struct spike_batch *batch, double dt_s);
/* The slabs of a sample come in order. */
void result_spikes_add(struct result_spikes *spikes, const struct sample_slab *slab);
void result_spikes_close(struct result_spikes *spikes);

#endif
