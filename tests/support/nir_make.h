/* NIR files for tests: a whole network at once, or dataset by dataset (also wrong ones). Failures end the test. */
#ifndef NPUSIM_TESTS_SUPPORT_NIR_MAKE_H
#define NPUSIM_TESTS_SUPPORT_NIR_MAKE_H

#include "tools/file/h5.h"
#include "tools/network/network.h"

/* As NIR's own writer lays it out. A neuron node whose output has rank 0 is written with one scalar a parameter. */
void nir_write(const char *path, const struct network *network);

/* Dataset by dataset: begin, then nodes and edges, then nir_end. A node's path is its name, "sub/nodes/lif" inside a
 * sub-graph; edges of a sub-graph go to graph "nodes/sub", of the whole to "". */
struct h5 *nir_begin(const char *path);
void nir_end(struct h5 *file);
void nir_node(struct h5 *file, const char *node, const char *type);
/* `from0, to0, from1, to1, ...`, ended by NULL. */
void nir_edges(struct h5 *file, const char *graph, const char *const *names);
void nir_number(struct h5 *file, const char *node, const char *name, double value); /* scalar */
void nir_list(struct h5 *file, const char *node, const char *name, uint64_t count, const double *values);
void nir_fill(struct h5 *file, const char *node, const char *name, struct shape shape, double value);
void nir_integer(struct h5 *file, const char *node, const char *name, int64_t value); /* scalar */
void nir_integers(struct h5 *file, const char *node, const char *name, uint64_t count, const int64_t *values);
void nir_text(struct h5 *file, const char *node, const char *name, const char *text);

/* Common parts: Input and Output (output NULL: without a shape), a LIF node of r 1, leak 0, threshold 0.5. */
#define NIR_EDGES(...) ((const char *const[]){__VA_ARGS__, NULL})
struct shape nir_flat(int64_t size);
void nir_ends(struct h5 *file, uint64_t rank, const int64_t *input, uint64_t out_rank, const int64_t *output);
void nir_flat_ends(struct h5 *file, int64_t in, int64_t out);
void nir_lif(struct h5 *file, const char *name, double tau);
/* in -> x -> out, where x is still to be added. */
struct h5 *nir_begin_around_x(const char *path, int64_t in, int64_t out);

/* A node of a network that is built in memory. */
struct node *network_add(struct network *network, const char *name, enum node_kind kind);
void network_connect(struct network *network, const char *from, const char *to);

#endif
