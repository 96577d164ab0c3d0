/* Every spike and value that a run recorded, in NIR's data layout, one node a population. */
#ifndef NPUSIM_TOOLS_REPORT_RESULT_SPIKES_H
#define NPUSIM_TOOLS_REPORT_RESULT_SPIKES_H

#include "tools/file/h5.h"
#include "tools/report/report.h"

/* Rows are padded to the longest sample; a population that needs more items than this is left out, and the group's
 * attribute left_out names it. */
#define RESULT_SPIKES_MAX ((uint64_t)1 << 24)

/* Below `group`, as spikes_write_nir_data lays out: "spikes", or "v" in graph units where a population sends values. */
MUST_USE bool result_write_spikes(struct h5 *file, const char *group, const struct run_record *record,
                                  struct diagnostics *diagnostics);

#endif
