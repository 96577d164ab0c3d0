/* Input to a network: samples of events on a grid of timesteps. */
#ifndef NPUSIM_TOOLS_NETWORK_SPIKES_H
#define NPUSIM_TOOLS_NETWORK_SPIKES_H

#include "tools/network/network.h"
#include <stdint.h>
#include <stdio.h>

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
    struct spike_event *events; /* sorted by (step, index), no duplicates; NULL: they are in the batch's spool */
    uint64_t spooled;           /* where, in events */
    float *offsets;             /* for writers only. NULL: at the start of the step; else [count], part of a step */
};

struct spike_batch {
    char *path;
    uint32_t inputs;  /* size of the Input node they are meant for */
    double dt_s;      /* length of a step; 0: the file says nothing and --dt was not given */
    bool analog;      /* some value is not a whole number >= 0 */
    size_t count;
    struct spike_sample *samples;
    FILE *spool;      /* NULL, or a temporary file without a name that holds samples that memory is not to hold */
    uint64_t spooled, held; /* events in it, in memory */
};

enum time_unit { TIME_UNIT_UNKNOWN, TIME_UNIT_S, TIME_UNIT_MS, TIME_UNIT_US, TIME_UNIT_NS, TIME_UNIT_STEP };

enum spike_coding { CODING_RATE, CODING_ANALOG, CODING_LATENCY }; /* of images (IDX) */

struct spike_options {
    double dt_s;        /* 0: from the file */
    uint32_t steps;     /* 0: as long as the sample; images need it */
    uint32_t samples;   /* 0: all; else the first so many */
    bool spool;         /* memory is not to hold more than a small batch: ask for events by spikes_take */
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
/* Copies events of a sample, from number `first` on, at most `room`; returns how many. Panics when the disk fails. */
size_t spikes_take(const struct spike_batch *batch, size_t sample, size_t first, struct spike_event *out, size_t room);
/* Gives a sample these events, which it takes over. False, with a message, when a spool cannot be written. */
MUST_USE bool spikes_store(struct spike_batch *batch, size_t sample, struct spike_event *events, size_t count,
                           bool spool, struct diagnostics *diagnostics);
void spikes_free(struct spike_batch *batch);

#endif
