/* Networks from files, and what is in a file. The format is found by content, not by name. */
#ifndef NPUSIM_TOOLS_READ_READ_H
#define NPUSIM_TOOLS_READ_READ_H

#include "tools/network/network.h"
#include <stdio.h>

/* How Keras stored its kernels (docs/formats.md); as the file says, unless it says nothing or is not believed. */
enum keras_layout { KERAS_LAYOUT_OF_FILE, KERAS_LAYOUT_THEANO, KERAS_LAYOUT_KERAS2_THEANO, KERAS_LAYOUT_TENSORFLOW };

/* What a file may leave open and a user can say. */
struct read_options {
    enum keras_layout keras_layout;
};

/* Reads a network, checks it (network_check) and fills in every shape. On failure `out` is empty. */
MUST_USE bool network_read(const char *path, struct network *out, struct diagnostics *diagnostics);

/* The same with what the user says beside. */
MUST_USE bool network_read_as(const char *path, const struct read_options *options, struct network *out,
                              struct diagnostics *diagnostics);

/* network_read for a graph that need not run (network_check_graph): to look at it, or to write it elsewhere. */
MUST_USE bool network_read_graph(const char *path, struct network *out, struct diagnostics *diagnostics);
MUST_USE bool network_read_graph_as(const char *path, const struct read_options *options, struct network *out,
                                    struct diagnostics *diagnostics);

/* Any network as a NIR file. Sub-graphs stay dissolved: their nodes keep the names that were joined with '.'. What NIR
 * has no way to say is an error. */
MUST_USE bool network_write_nir(const char *path, const struct network *network, struct diagnostics *diagnostics);

/* Says what a network, spike, program or result file holds. */
MUST_USE bool inspect_print(const char *path, FILE *out, struct diagnostics *diagnostics);
MUST_USE bool inspect_print_as(const char *path, const struct read_options *options, FILE *out,
                               struct diagnostics *diagnostics);

#endif
