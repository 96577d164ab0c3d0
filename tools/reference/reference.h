/* The network in float without hardware: node by node on the graph, independent of the compiler's lowering.
 * Neurons start at potential 0. With several Input nodes the batch's index runs through them in ascending node
 * order. */
#ifndef NPUSIM_TOOLS_REFERENCE_REFERENCE_H
#define NPUSIM_TOOLS_REFERENCE_REFERENCE_H

#include "tools/network/network.h"
#include "tools/network/spikes.h"

struct reference_spike {
    uint32_t node, step, neuron;
};

struct reference_sample {
    uint32_t steps;
    size_t spike_count;
    struct reference_spike *spikes; /* sorted by (node, step, neuron) */
    float *offsets;                 /* NULL, or [spike_count]: where in its step a spike was, 0 .. 1 (exact) */
    float *values;                  /* NULL: 1 each; or [spike_count]: several spikes in a step, graded spikes */
    double *output_values;          /* [steps][outputs]: input of the first Output node, summed over its sources */
    float *potentials;              /* NULL, or [steps][all neurons] after reset, nodes in ascending order */
};

struct reference_result {
    uint32_t outputs;       /* size of the first Output node */
    bool output_spikes;     /* it is fed by spiking neurons alone (through Flatten or not) */
    size_t sample_count;
    struct reference_sample *samples;
};

struct reference_options {
    const struct semantics *semantics;
    double dt_s;
    bool keep_potentials;
    void (*progress)(void *context, size_t done, size_t all);
    void *progress_context;
};

MUST_USE bool reference_run(const struct network *network, const struct spike_batch *batch,
                            const struct reference_options *options, struct reference_result *out,
                            struct diagnostics *diagnostics);
void reference_free(struct reference_result *result);

void reference_sample_free(struct reference_sample *sample);

/* The same step by step, with nothing kept: samples of the batch in any order, for comparing as they come. */
struct reference_run;
MUST_USE bool reference_open(const struct network *network, const struct spike_batch *batch,
                             const struct reference_options *options, struct reference_run **out,
                             struct diagnostics *diagnostics);
void reference_begin(struct reference_run *run, const struct spike_batch *batch, size_t sample);
/* Up to end_step; `out` has the spikes of the steps since the last call, without outputs and potentials. */
void reference_advance(struct reference_run *run, uint32_t end_step, struct reference_sample *out);
/* As reference_decision, when the sample is over. */
int reference_decide(const struct reference_run *run, bool *tie);
void reference_close(struct reference_run *run);

/* The deciding output of a sample: most spikes, or highest value in the last step where the outputs do not spike;
 * lowest index on a tie, and *tie set. */
int reference_decision(const struct reference_result *result, size_t sample, bool *tie);

/* The result as an HDF5 trace in NIR's data layout, samples in its first dimension: EventData "spikes" of every Input
 * and spiking node, TimeGriddedData "v" of every neuron node when potentials were kept (NaN after a sample's end). */
MUST_USE bool reference_write(const char *path, const struct network *network, const struct spike_batch *batch,
                              const struct reference_result *result, double dt_s, struct diagnostics *diagnostics);

#endif
