/* Input to a network: samples of events on a grid of timesteps. */
#ifndef NPUSIM_TOOLS_NETWORK_SPIKES_H
#define NPUSIM_TOOLS_NETWORK_SPIKES_H

#include "tools/network/network.h"
#include <stdint.h>

/* Several spikes of one input in one step are one event with value 2, 3, ...; analog input has any value. */
struct spike_event {
    uint32_t step;
    uint32_t index; /* flat, row-major index into the Input node's shape */
    float value;
};

struct spike_sample {
    char *name;    /* file name, or "FILE[i]" */
    int label;     /* -1: none */
    uint32_t steps;
    size_t count;
    struct spike_event *events; /* sorted by (step, index), no duplicates */
    float *offsets;             /* for writers only. NULL: at the start of the step; else [count], part of a step */
};

struct spike_batch {
    char *path;
    uint32_t inputs;  /* size of the Input node they are meant for */
    double dt_s;      /* length of a step; 0: the file says nothing and --dt was not given */
    bool analog;      /* some value is not a whole number >= 0 */
    size_t count;
    struct spike_sample *samples;
};

enum time_unit { TIME_UNIT_UNKNOWN, TIME_UNIT_S, TIME_UNIT_MS, TIME_UNIT_US, TIME_UNIT_NS, TIME_UNIT_STEP };

enum spike_coding { CODING_RATE, CODING_ANALOG, CODING_LATENCY }; /* of images (IDX) */

struct spike_options {
    double dt_s;        /* 0: from the file */
    uint32_t steps;     /* 0: as long as the sample; images need it */
    uint32_t samples;   /* 0: all; else the first so many */
    enum spike_coding coding;
    uint64_t seed;      /* for rate coding (Bernoulli, GSL stream keyed by (seed, sample)) */
    struct shape shape;     /* of the Input, for events with x and y; rank 0: not known, rank 1: no help */
    const char *columns;    /* of text: letters t x y p n, '_' for one that is not used; NULL: t x y p */
    enum time_unit time_unit; /* of text */
    const char *node;       /* NIR data: of this node, if the file has it; NULL: of "input", or what fits */
    const char *labels_path; /* NULL: none, or an IDX label file beside is not looked for */
};

/* Reads whatever `path` holds: NIR data, SONATA or SHD HDF5, N-MNIST .bs2/.bin, AEDAT, address-event text, .npy, IDX (gzip
 * or not), or a directory of such
 * (sorted by name). The format is found by content. `inputs` is the size, and `shape` the meaning, of the Input node;
 * an index beyond it is an error. */
MUST_USE bool spikes_read(const char *path, uint32_t inputs, const struct spike_options *options,
                          struct spike_batch *out, struct diagnostics *diagnostics);
void spikes_free(struct spike_batch *batch);

#endif
