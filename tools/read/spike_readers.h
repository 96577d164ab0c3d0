/* Inside of the spike readers: what spikes_read hands to a format, and how a format hands samples back. */
#ifndef NPUSIM_TOOLS_READ_SPIKE_READERS_H
#define NPUSIM_TOOLS_READ_SPIKE_READERS_H

#include "tools/network/spikes.h"

/* Limits that keep hostile files harmless. */
#define SPIKE_STEPS_MAX (1u << 24)
#define SPIKE_ITEMS_MAX (1u << 28)                    /* values of a dense file; events of a batch (spooled: of a sample) */
#define SPIKE_VALUE_MAX 1e30                          /* so that 2^28 of them still fit a float */
#define SPIKE_FILE_MAX (((size_t)1 << 31) + (1 << 16)) /* 2^28 doubles and a header */

struct spike_reading {
    const struct spike_options *options;
    struct spike_batch *batch;
    size_t capacity;       /* of batch->samples */
    size_t event_capacity; /* of the sample begun last */
    uint64_t events;       /* in the batch so far; spooled: in the sample */
    bool dt_known;         /* some file has set batch->dt_s */
    struct diagnostics *diagnostics;
};

/* A file that was read as bytes. */
struct spike_file {
    const char *path;
    const unsigned char *bytes;
    size_t size;
};

/* ---- spikes.c ---- */
/* True when options.samples are there: a reader stops. */
bool reading_full(const struct spike_reading *reading);

/* Settles the length of a step: --dt wins, else what the file says (0: nothing), which must agree with other files. */
MUST_USE bool reading_set_dt(struct spike_reading *reading, const char *path, double file_dt_s);

/* Starts a sample of `steps`, cut or extended to options.steps; index < 0: the file's only sample. */
MUST_USE bool reading_begin_sample(struct spike_reading *reading, const char *path, int64_t index, uint64_t steps);
/* Adds to the sample begun last. An event with value 0, or beyond options.steps, is dropped; a bad index, negative or
 * non-finite value is an error. `event` is its number in the file, for the message. */
MUST_USE bool reading_add_event(struct spike_reading *reading, const char *path, uint64_t event, uint64_t step,
                                int64_t index, double value);
/* Sorts and merges: several events of one input in one step are summed. False, with a message, when the events shall
 * not stay in memory and cannot be put elsewhere. */
MUST_USE bool reading_end_sample(struct spike_reading *reading);

/* floor(time / dt), where a quotient that rounding left just below a whole number counts as that number: k * dt / dt
 * may be less than k. time and dt finite, time >= 0; at most SPIKE_STEPS_MAX. */
uint64_t spike_step(double time_s, double dt_s);

/* ---- formats ---- */
/* 5 bytes an event: x, y, polarity and 23 bits of microseconds (G. Orchard et al., Frontiers in Neuroscience 9:437,
 * 2015). The flat index is [polarity][y][x], 2 x 34 x 34; polarity 0 is OFF. */
#define NMNIST_INPUTS (2u * 34u * 34u)
bool nmnist_recognise(const struct spike_file *file);
MUST_USE bool nmnist_read(struct spike_reading *reading, const struct spike_file *file);

/* (time, neuron) or (sample, time, neuron); one row is one step. */
MUST_USE bool npy_spikes_read(struct spike_reading *reading, const struct spike_file *file);

/* Images of unsigned bytes (Y. LeCun's MNIST files), coded as options.coding says. */
bool idx_recognise(const struct spike_file *file);
/* The header says exactly as many items as there are bytes. */
bool idx_is_whole(const struct spike_file *file);
MUST_USE bool idx_read(struct spike_reading *reading, const struct spike_file *file);
/* A list of bytes (IDX of rank 1): where they start and how many. */
MUST_USE bool idx_list(const struct spike_file *file, const unsigned char **items, size_t *count,
                       struct diagnostics *diagnostics);

/* NIR data (neuromorphs/NIR, NIRGraphData) in HDF5. */
struct h5;
MUST_USE bool nir_data_read(struct spike_reading *reading, struct h5 *file);
/* The nodes that have spikes, by name. Array and names are fresh (nir_data_free_list), also on failure. */
struct nir_data_node {
    char *name;
    uint32_t neurons;
};
MUST_USE bool nir_data_list(struct h5 *file, struct nir_data_node **out, size_t *count,
                            struct diagnostics *diagnostics);
void nir_data_free_list(struct nir_data_node *nodes, size_t count);

/* SONATA spikes in HDF5. */
bool sonata_spikes_recognise(struct h5 *file);
MUST_USE bool sonata_spikes_read(struct spike_reading *reading, struct h5 *file);

/* SHD and SSC in HDF5. */
bool shd_recognise(struct h5 *file);
MUST_USE bool shd_read(struct spike_reading *reading, struct h5 *file);

/* ---- labels.c ---- */
/* Labels from an IDX list (gzip or not), a text of "name label" lines, or a text of one label a line; gives each
 * sample of the batch its own. A sample without one is an error; so is a list without names that is longer than a
 * whole batch. */
MUST_USE bool labels_apply(const char *path, bool whole_batch, struct spike_batch *batch,
                           struct diagnostics *diagnostics);

#endif
