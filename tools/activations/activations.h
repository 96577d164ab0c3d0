/* Activation traces: what every layer of a spiking network received, as one binary tensor a layer, recorded from an
 * inference. They drive a chip without computing a neuron, as accelerator papers do. Source of the views and densities:
 * dubcyfor3/Prosperity (HPCA 2025); HDF5 layout: one dataset a layer, attribute `order`. */
#ifndef NPUSIM_TOOLS_ACTIVATIONS_ACTIVATIONS_H
#define NPUSIM_TOOLS_ACTIVATIONS_ACTIVATIONS_H

#include "tools/network/network.h"

/* Of one layer; dimensions are (T, C, H, W) of a convolution, (T, in) of a dense layer, (T, tokens, in) of one that is
 * applied to each token. */
struct activation_layer {
    char *name;
    double order;
    struct shape shape; /* with T first */
    uint8_t *data;      /* 0 or 1, row-major */
    int64_t kernel, padding, stride, out; /* out 0: not known, the layer is left out */
};

struct activation_trace {
    char *path;
    uint32_t count;
    struct activation_layer *layers; /* by order */
};

/* `layers` are texts "NAME=kernel:5,padding:0,stride:1,out:16"; a convolution needs kernel and out. `out` of a dense
 * layer that is not given is the size of the layer behind it. */
MUST_USE bool activations_read(const char *path, const char *const *layers, uint32_t count,
                               struct activation_trace *out, struct diagnostics *diagnostics);
void activations_free(struct activation_trace *trace);

/* A layer as a matrix product of M x K and K x N: rows are positions (or tokens) x T, time minor; columns of a
 * convolution (C, rows, columns) of its kernel. */
struct activation_view {
    int64_t m, k, n;
    uint64_t ones;     /* among m x k */
    uint64_t products; /* ones left when each row of a 256 x 16 tile is less the largest row that it contains */
};
void activation_view(const struct activation_layer *layer, struct activation_view *out);

/* A network that has the layers side by side: Input NAME -> synapses of weight 1 -> neurons that never fire. */
MUST_USE bool activations_network(const struct activation_trace *trace, struct network *out,
                                  struct diagnostics *diagnostics);
/* The spikes of every layer as NIR data, a node for each. */
MUST_USE bool activations_write_spikes(const struct activation_trace *trace, double dt_s, const char *path,
                                       struct diagnostics *diagnostics);

#endif
