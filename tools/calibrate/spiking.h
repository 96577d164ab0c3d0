/* Spiking workloads measured on an A100 at batch 1 (published with Prosperity), and what launching them costs: the two
 * coefficients launch.layer and launch.eager. Six workloads run in a framework that goes layer by layer (SpikingJelly's
 * multi-step neurons), two step by step (SpikingBERT's own loop). */
#ifndef NPUSIM_TOOLS_CALIBRATE_SPIKING_H
#define NPUSIM_TOOLS_CALIBRATE_SPIKING_H

#include "models/baseline/accelerator.h"

struct spiking_row {
    const char *name;
    enum baseline_mode mode;
    struct work work;
    double seconds, watts;
};

struct spiking_rows {
    struct spiking_row *items;
    size_t count;
};

/* Of DIR/physics/prosperity, with the layer lists below `workloads`. */
MUST_USE bool spiking_read(const char *dir, const char *workloads, struct spiking_rows *out,
                           struct diagnostics *diagnostics);
void spiking_free(struct spiking_rows *rows);

/* launch.layer and launch.eager in us by nonlinear least squares on log(predicted / measured), without row `without`
 * (SIZE_MAX: all); the rest of the accelerator's coefficients stay. */
void spiking_fit(const struct accelerator *accelerator, const struct spiking_rows *rows, size_t without, double *layer_us,
                 double *eager_us);
/* In fp32, batch 1, with these two. */
struct baseline_result spiking_predict(const struct accelerator *accelerator, const struct spiking_row *row,
                                       double layer_us, double eager_us);

#endif
