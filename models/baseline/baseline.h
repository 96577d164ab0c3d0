/* An accelerator (GPU) doing the same network's work: an analytic model, always printed as that, with batch, precision
 * and mode.
 *
 * ann: the equivalent dense network in one pass, a neuron being one activation, each kernel launched by a framework;
 * ann-graph: the same as a captured graph. snn: the spiking network over all its
 * timesteps as a framework runs it step by step: a kernel for each product and for each operation of a neuron's
 * equation. snn-layer: as a spiking framework runs it layer by layer, all timesteps as rows of one product and one
 * kernel a neuron layer, each operator called from the framework. snn-fused: the same as a captured graph. A network with
 * recurrence cannot go layer by layer: snn-layer is then snn, and snn-fused a graph of one kernel an operator and step.
 * snn-graph: the kernels of snn as a captured graph.
 *
 * The time of an operator is that of operator_cost.h; of a network the sum over its launches, the call and the host's
 * copies. Power = idle + awake (a kernel runs at all) + busy units + energy of operations and bytes / time, limited by
 * the board's.
 * Not modelled: launches that overlap work, sparsity. */
#ifndef NPUSIM_MODELS_BASELINE_BASELINE_H
#define NPUSIM_MODELS_BASELINE_BASELINE_H

#include "sim/diagnostics.h"
#include <stdint.h>

enum baseline_mode {
    BASELINE_ANN,
    BASELINE_ANN_GRAPH,
    BASELINE_SNN,
    BASELINE_SNN_LAYER,
    BASELINE_SNN_FUSED,
    BASELINE_SNN_GRAPH,
    BASELINE_MODES
};
enum baseline_precision { PRECISION_FP32, PRECISION_TF32, PRECISION_FP16, PRECISION_FP8, PRECISION_INT8, PRECISIONS };
const char *baseline_mode_name(enum baseline_mode mode);
bool baseline_mode_is_dense(enum baseline_mode mode); /* the equivalent dense network */
const char *precision_name(enum baseline_precision precision);
double precision_bytes(enum baseline_precision precision); /* of an operand */

enum operator_kind { OPERATOR_MATRIX /* m x k times k x n */, OPERATOR_ELEMENTWISE };

struct work_operator {
    char *name;               /* node name */
    enum operator_kind kind;
    double repeat;            /* times in a pass; 0 counts as 1 */
    double m, n, k;           /* batch 1; MATRIX: m rows grow with the batch */
    double groups;            /* MATRIX: independent products of that size in one launch, 1 or more */
    bool batch_in_groups;     /* MATRIX: the batch multiplies the products, not the rows (attention) */
    double channels;          /* MATRIX from a convolution: input channels of a group; else 0 */
    uint32_t kernel[2], stride[2]; /* MATRIX from a convolution; else 0 */
    bool channels_last;       /* MATRIX from a convolution: layout of its values; frameworks have channels first */
    double elements;          /* ELEMENTWISE: at batch 1 */
    double operations_per_element;
    double row_items;         /* ELEMENTWISE: length of the rows that are reduced (softmax, normalisation), or 0 */
    bool normalisation;       /* ELEMENTWISE with rows: a normalisation, not a softmax */
    double weight_items;      /* read once a launch */
    double input_items, output_items; /* at batch 1 */
    bool neuron;              /* ELEMENTWISE: a neuron update; in ann mode one operation and no state */
    double state_items;       /* read and written each step in snn mode, at batch 1 */
};

/* The operators of one pass (one timestep) of a network. Filled by tools/compile/work.c from the graph, or by
 * tools/read/layers.c from a layer list. */
struct work {
    uint32_t count;
    struct work_operator *operators;
    uint32_t steps;           /* timesteps for snn */
    bool recurrent;           /* a step needs the one before also outside of neurons' states */
    double host_items;        /* input and output values of a sample and step, copied from and to the host */
};
void work_free(struct work *work);

struct accelerator; /* configs/accelerator/NAME.yaml */

MUST_USE bool accelerator_load(const char *path, struct accelerator **out, struct diagnostics *diagnostics);
void accelerator_free(struct accelerator *accelerator);
const char *accelerator_name(const struct accelerator *accelerator);
const char *accelerator_fitted_on(const struct accelerator *accelerator);
/* Boards by which the model's error was judged, and how. */
const char *accelerator_judged_on(const struct accelerator *accelerator);
/* Networks that were measured on the part itself (tools/calibrate/measured.h): the table, and the folder of their layer
 * lists, as paths; "": none. */
const char *accelerator_measured_table(const struct accelerator *accelerator);
const char *accelerator_measured_networks(const struct accelerator *accelerator);
/* Its coefficients were fitted on measurements of it, and not only on those of relatives. */
bool accelerator_is_measured(const struct accelerator *accelerator);
/* False where the part does not have it, or nobody published its peak. */
bool accelerator_has_precision(const struct accelerator *accelerator, enum baseline_precision precision);
/* Which results cannot be given, and for want of which value; NULL: none. */
const char *accelerator_missing(const struct accelerator *accelerator, enum baseline_precision precision);
/* What stands in for an unknown value, in words; NULL: nothing. */
const char *accelerator_carried(const struct accelerator *accelerator);
/* How many values are unknown, of how many. */
void accelerator_sources(const struct accelerator *accelerator, uint32_t *unknown, uint32_t *all);

/* The very same network, mode, precision and batch on the part itself, without the host's copies. */
struct baseline_measurement {
    double latency_s;         /* of the whole batch; 0: not measured */
    double energy_j, power_w; /* per sample, passes one after another without waiting; NAN: not measured */
    double pass_s;            /* a pass of the batch then; 0: not measured */
    uint32_t other_steps;     /* not measured so, but over this many timesteps; 0: no */
};

struct baseline_result {
    const char *name;         /* accelerator's */
    enum baseline_mode mode;
    enum baseline_precision precision;
    uint32_t batch;
    double latency_s;         /* of the whole batch */
    double energy_j;          /* per sample; NAN where the board's limit is unknown */
    double power_w;           /* NAN likewise */
    bool measured;            /* the accelerator's coefficients are its own, not carried over from relatives */
    const char *missing;      /* results that are NAN, and for want of what; NULL: none */
    double latency_error, energy_error; /* mean error of the model, as a share (model_error.h); NAN: unknown */
    const char *judged_on;    /* boards that gave the errors, and how */
    double idle_w;            /* of the board; NAN where its limit is unknown too */
    bool idle_assumed;        /* a share of the limit, for none is published */
    struct baseline_measurement measurement; /* filled by who knows of one */
    double launch_s, arithmetic_s, memory_s; /* where the time goes, of the batch; a power limit counts as arithmetic */
};

/* accelerator_missing must not say "all results"; out->name lives as long as the accelerator. */
void baseline_estimate(const struct accelerator *accelerator, const struct work *work, enum baseline_mode mode,
                       enum baseline_precision precision, uint32_t batch, struct baseline_result *out);

/* Where a figure lies that the model gives as `value` and is off by `error`, which is a share of the measured one: between
 * value / (1 + error) and value / (1 - error), without an end for an error of 1 or more. NAN: the value alone. */
struct baseline_range {
    double low, high;
};
struct baseline_range baseline_range(double value, double error);

/* Seconds by the data sheet alone: of each operator the larger of operations / peak and bytes / bandwidth. */
double baseline_roofline_s(const struct accelerator *accelerator, const struct work *work, enum baseline_mode mode,
                           enum baseline_precision precision, uint32_t batch);

#endif
