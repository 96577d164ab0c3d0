/* Inside of the NIR reader. Layout of the files: NIR's own writer (neuromorphs/NIR, nir/serialization.py): /version,
 * /node/{type, edges, nodes/NAME/{type, parameters ...}}; a sub-graph is a node that has edges and nodes itself. */
#ifndef NPUSIM_TOOLS_READ_NIR_H
#define NPUSIM_TOOLS_READ_NIR_H

#include "tools/file/h5.h"
#include "tools/network/network.h"

/* Sub-graphs inside sub-graphs. */
#define NIR_DEPTH_MAX 16

bool nir_recognise(struct h5 *file); /* it has /node */
/* Reads the graph and flattens its sub-graphs; network_check is the caller's. On failure `out` is to be freed too. */
MUST_USE bool nir_read(struct h5 *file, struct network *out, struct diagnostics *diagnostics);

/* ---- nir_node.c ---- */
/* Finds the kind of NIR's type; Linear is an Affine without bias. */
bool nir_kind(const char *type, enum node_kind *kind);
/* Fills a node of the kind from the group's datasets; its name is the caller's. */
MUST_USE bool nir_read_node(struct h5 *file, const char *group, const char *type, struct node *out,
                            struct diagnostics *diagnostics);

/* ---- nir_metadata.c ---- */
/* Appends GROUP/metadata to the network's; keys begin with `prefix`. Does nothing where there is none. */
MUST_USE bool nir_read_metadata(struct h5 *file, const char *group, const char *node, const char *prefix,
                                struct network *network, struct diagnostics *diagnostics);

/* What this project keeps in a node's metadata: v_initial, one value or one a neuron. After network_check. */
void nir_apply_metadata(struct network *network);

/* ---- nir_loihi.c ---- */
/* Length of a step for which Loihi's neurons are written. */
double nir_loihi_step(const struct network *network);
/* The CubaLIF that a Loihi neuron rounds; its values are fresh, its name is the same. */
void nir_loihi_to_cubalif(const struct node *from, double dt_s, struct node *out);
/* The integers, below GROUP/metadata. */
void nir_loihi_put_metadata(struct h5 *file, const char *group, const struct node *node, double dt_s);
/* CubaLIF nodes whose metadata say that they were Loihi's become that again. After network_check. */
void nir_loihi_restore(struct network *network);

/* ---- nir_join.c ---- */
/* Takes the boundary nodes of sub-graphs out of the graph; an edge to one continues with the edges that leave it.
 * boundary[i] says whether node i is one. */
MUST_USE bool nir_join(struct network *network, const bool *boundary, struct diagnostics *diagnostics);

#endif
