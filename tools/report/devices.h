/* What reports say of analog devices: sentences and rows, the same on the terminal and on the page. */
#ifndef NPUSIM_TOOLS_REPORT_DEVICES_H
#define NPUSIM_TOOLS_REPORT_DEVICES_H

#include "tools/report/report.h"

struct devices_row {
    const char *name;
    char *mean, *deviation, *least, *most;
    char *ideal; /* NULL: the ideal run does not tell */
};

/* micro: the prefix 1e-6 as it is written there (text.h). */
void devices_row(const struct monte_carlo *runs, enum device_figure figure, const char *micro, struct devices_row *out);
void devices_row_free(struct devices_row *row);
/* "20 chips that differ in their devices (seeds 1 to 20)"; fresh. */
char *devices_title(const struct monte_carlo *runs);
/* Why chip and float reference differ, for a chip with analog arrays (fresh); NULL for any other. */
char *devices_finding(const struct run_record *record);

#endif
