/* An accelerator (GPU) doing the same network's work: an analytic model, always printed as that, with its batch.
 *
 * ann: the equivalent dense network in one pass. snn: the spiking network over all its timesteps, one launch an
 * operator and step. Time = sum over operators of max(arithmetic, memory) / efficiency + launch. Power = idle +
 * energy of operations and bytes, limited by the board's. */
#ifndef NPUSIM_MODELS_BASELINE_BASELINE_H
#define NPUSIM_MODELS_BASELINE_BASELINE_H

#include "sim/diagnostics.h"
#include <stdint.h>

enum baseline_mode { BASELINE_ANN, BASELINE_SNN };
enum baseline_precision { PRECISION_FP32, PRECISION_TF32, PRECISION_FP16, PRECISION_INT8, PRECISIONS };
const char *baseline_mode_name(enum baseline_mode mode);
const char *precision_name(enum baseline_precision precision);

enum operator_kind { OPERATOR_MATRIX /* m x k times k x n */, OPERATOR_ELEMENTWISE };

struct work_operator {
    char *name;               /* node name */
    enum operator_kind kind;
    double m, n, k;           /* batch 1; MATRIX: m rows grow with the batch */
    double elements;          /* ELEMENTWISE: at batch 1 */
    double operations_per_element;
    double weight_items;      /* read once a launch */
    double input_items, output_items; /* at batch 1 */
};

/* The operators of one pass (one timestep) of a network. Filled by tools/compile/work.c from the graph. */
struct work {
    uint32_t count;
    struct work_operator *operators;
    uint32_t steps;           /* timesteps for snn */
};
void work_free(struct work *work);

struct accelerator; /* configs/accelerator/NAME.yaml */

MUST_USE bool accelerator_load(const char *path, struct accelerator **out, struct diagnostics *diagnostics);
void accelerator_free(struct accelerator *accelerator);
const char *accelerator_name(const struct accelerator *accelerator);
bool accelerator_has_precision(const struct accelerator *accelerator, enum baseline_precision precision);

struct baseline_result {
    const char *name;         /* accelerator's */
    enum baseline_mode mode;
    enum baseline_precision precision;
    uint32_t batch;
    double latency_s;         /* of the whole batch */
    double energy_j;          /* per sample */
    double power_w;
    double launch_s, arithmetic_s, memory_s; /* where the time goes, of the batch */
};

void baseline_estimate(const struct accelerator *accelerator, const struct work *work, enum baseline_mode mode,
                       enum baseline_precision precision, uint32_t batch, struct baseline_result *out);

#endif
