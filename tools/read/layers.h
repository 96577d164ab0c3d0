/* Layer lists (traces/workloads/): what a network launches in one timestep, a line an operator, for networks of which
 * only the shapes are at hand. CSV with the columns
 *   layer     name
 *   kind      matrix, convolutionRxC (a matrix product by im2col; "convolution5x5/2": stride 2), elementwise,
 *             neuron, softmax, norm (elementwise along rows)
 *   repeat    times in a pass
 *   m,n,k     of a product at batch 1 (0 for the others)
 *   groups    products in one launch
 *   batch     rows or groups: what the batch multiplies
 *   elements, operations   of the others: values, and operations on each (0 for products)
 *   row       length of the rows that are reduced, or 0
 *   inputs, outputs, weights, state   values read, written, read once whatever the batch, and kept by a neuron
 * A line "# steps: T" gives the timesteps that the paper uses, a line "# recurrent" says that a step needs the one before. */
#ifndef NPUSIM_TOOLS_READ_LAYERS_H
#define NPUSIM_TOOLS_READ_LAYERS_H

#include "models/baseline/baseline.h"

MUST_USE bool layers_read(const char *path, struct work *out, struct diagnostics *diagnostics);
/* The same form again; `title` is the first comment. Host copies are not in it. */
MUST_USE bool layers_write(const char *path, const struct work *work, const char *title,
                           struct diagnostics *diagnostics);
/* The file is text that begins like a layer list (its name ends in .csv). */
bool layers_is(const char *path);

#endif
