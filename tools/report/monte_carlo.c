#include "tools/report/monte_carlo.h"

#include <gsl/gsl_statistics_double.h>

const struct device_figure_row device_figure_rows[DEVICE_FIGURES] = {
    [DEVICE_ACCURACY] = {"accuracy", "1", "share of the labelled samples that the chip decides right", true},
    [DEVICE_SPIKE_AGREEMENT] = {"spike_agreement", "1", "spikes of chip and float reference in both over in either", true},
    [DEVICE_SPIKES] = {"spikes", "spikes", "of all neurons in the run", true},
    [DEVICE_ENERGY] = {"energy_j", "J", "of a sample", false},
    [DEVICE_LATENCY] = {"latency_s", "s", "mean of the samples", false},
};

struct spread monte_carlo_spread(const struct monte_carlo *runs, enum device_figure figure)
{
    const size_t stride = sizeof *runs->runs / sizeof(double);
    const double *first = &runs->runs[0].figure[figure];
    _Static_assert(sizeof *runs->runs % sizeof(double) == 0, "a whole stride");
    struct spread out = {.mean = gsl_stats_mean(first, stride, runs->count)};
    out.deviation = runs->count > 1 ? gsl_stats_sd_m(first, stride, runs->count, out.mean) : 0;
    gsl_stats_minmax(&out.least, &out.most, first, stride, runs->count);
    return out;
}
