/* The same network and input on several chips of one design, each with devices of its own: figures of each, and how
 * they spread. */
#ifndef NPUSIM_TOOLS_REPORT_MONTE_CARLO_H
#define NPUSIM_TOOLS_REPORT_MONTE_CARLO_H

#include <stdbool.h>
#include <stdint.h>

enum device_figure {
    DEVICE_ACCURACY,        /* NAN without labels */
    DEVICE_SPIKE_AGREEMENT, /* with the float reference */
    DEVICE_SPIKES,          /* of the run */
    DEVICE_ENERGY,          /* of a sample, J */
    DEVICE_LATENCY,         /* mean of the samples, s */
    DEVICE_FIGURES
};

struct device_run {
    uint64_t seed;
    double figure[DEVICE_FIGURES];
};

struct monte_carlo {
    uint32_t count;
    struct device_run *runs;  /* [count], by seed; the first is the run's own */
    struct device_run ideal;  /* devices without variation, wires without resistance, converters that lose nothing */
};

struct device_figure_row {
    const char *name, *unit, *description; /* name: as in summary.json and result.h5 */
    bool of_ideal; /* what the ideal run tells; its converters of many bits make energy and latency those of nobody's chip */
};
extern const struct device_figure_row device_figure_rows[DEVICE_FIGURES];

struct spread {
    double mean, deviation, least, most; /* deviation: of the sample (n - 1); 0 for one run */
};

struct spread monte_carlo_spread(const struct monte_carlo *runs, enum device_figure figure);

#endif
