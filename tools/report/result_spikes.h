/* Every spike and value of a run in NIR's data layout (NIRGraphData, neuromorphs/NIR), one node a population. */
#ifndef NPUSIM_TOOLS_REPORT_RESULT_SPIKES_H
#define NPUSIM_TOOLS_REPORT_RESULT_SPIKES_H

#include "tools/file/h5.h"
#include "tools/report/report.h"

/* Below `group`: nodes/<population>/observables/{spikes (EventData), v (ValuedEventData)}: idx and time (and value)
 * [samples][most events of a sample], padded with -1 and infinity, time in seconds from the sample's start. A
 * population whose padded array would exceed RESULT_SPIKES_MAX entries is left out and says so in `left_out`. */
#define RESULT_SPIKES_MAX ((uint64_t)1 << 24)
void result_write_spikes(struct h5 *file, const char *group, const struct run_record *record);

#endif
