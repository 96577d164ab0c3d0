/* An accelerator (GPU) doing the same network's work: an analytic model, always printed as that, with its batch.
 *
 * ann: the equivalent dense network in one pass, a neuron being one activation. snn: the spiking network over all its
 * timesteps, every operator and every neuron update launched once a step (one fused kernel a neuron layer).
 *
 * Time = sum over launches of launch + max(arithmetic, memory), and a fixed part for the pass.
 * Arithmetic of a matrix product: output tiles of 256x128 .. 32x32 in waves over the units, the inner dimension split
 * where tiles are too few, the best of these taken; a single row runs outside the matrix units. Memory: each operand
 * once over the memory's bandwidth; in snn, from the second step on, over the cache's if all weights, states and the
 * largest activations fit into it.
 * Power = idle + active (a kernel runs at all) + energy of operations and bytes / time, limited by the board's.
 * Not modelled: launches that overlap work, clocks that fall under load, sparsity, copies of large inputs. */
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
    double groups;            /* MATRIX: independent products of that size in one launch, 1 or more */
    double elements;          /* ELEMENTWISE: at batch 1 */
    double operations_per_element;
    double weight_items;      /* read once a launch */
    double input_items, output_items; /* at batch 1 */
    bool neuron;              /* ELEMENTWISE: a neuron update; in ann mode one operation and no state */
    double state_items;       /* read and written each step in snn mode, at batch 1 */
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
/* False where the part does not have it, or nobody published its peak. */
bool accelerator_has_precision(const struct accelerator *accelerator, enum baseline_precision precision);
/* How many values are marked "assumed", of how many. */
void accelerator_sources(const struct accelerator *accelerator, uint32_t *assumed, uint32_t *all);

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

/* The accelerator must have the precision; out->name lives as long as the accelerator. */
void baseline_estimate(const struct accelerator *accelerator, const struct work *work, enum baseline_mode mode,
                       enum baseline_precision precision, uint32_t batch, struct baseline_result *out);

#endif
