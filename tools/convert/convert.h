/* A trained network without spikes (ReLU) as one of integrate-and-fire neurons: data-based weight normalisation
 * (P. Diehl et al., IJCNN 2015; B. Rueckauer et al., Frontiers in Neuroscience 11:682, 2017). */
#ifndef NPUSIM_TOOLS_CONVERT_CONVERT_H
#define NPUSIM_TOOLS_CONVERT_CONVERT_H

#include "tools/network/network.h"
#include "tools/network/spikes.h"

struct convert_options {
    double percentile; /* of the positive activations of a layer: what fires in every step. 100: the largest */
    double initial;    /* potential before the first step, in thresholds: 0 .. 1; 0.5 rounds instead of cutting off */
    bool subtract;     /* reset by subtraction; said in the metadata, --semantics decides */
};

/* Changes the network, a chain of layers that ends without ReLU: W <- W l(before) / l(behind), b <- b / l(behind) with l
 * the percentile of each ReLU over the calibration batch; every ReLU becomes an IF of threshold 1; an I node adds up
 * what comes out, so that the highest output decides at any step. The first step of a sample is its input. */
MUST_USE bool convert_network(struct network *network, const struct spike_batch *calibration,
                              const struct convert_options *options, struct diagnostics *diagnostics);

#endif
