/* A network made by hand, the chip it is compiled for, and what came out; with the assertions that tests of the
 * compiler share. */
#ifndef NPUSIM_TESTS_SUPPORT_COMPILED_H
#define NPUSIM_TESTS_SUPPORT_COMPILED_H

#include "tests/support/small_networks.h"

struct compiled {
    struct network network;
    struct chip_config chip;
    struct program program;
    struct compile_report report;
    struct diagnostics diagnostics;
};

/* An empty network, small_chip with sparse cores. */
void compiled_begin(struct compiled *it);
void compiled_end(struct compiled *it);
/* The program and report alone, so that the network can be compiled again. */
void compiled_forget(struct compiled *it);

/* compile_network under Norse's rules. */
bool compile_levels(struct compiled *it, double dt, int32_t levels);
/* Asserts that it compiles, and that program_check lets the chip be built from what comes out. */
void compile_well(struct compiled *it, double dt);
/* Asserts that it does not compile, with a message that contains `text`. */
void refused(struct compiled *it, const char *text);
bool remarked(const struct compiled *it, const char *text);
uint32_t population(const struct compiled *it, const char *name);

/* in -> Affine `w` of inputs x neurons; returns the Affine. */
uint32_t one_layer(struct compiled *it, uint32_t inputs, uint32_t neurons, double (*weight)(uint32_t));
/* affine -> neurons -> out; returns the Output. */
uint32_t finish_layer(struct compiled *it, uint32_t affine, uint32_t neurons);
/* in (2, 12, 12) -> 3 x 3 Conv2d -> IF (6, 12, 12) -> out; returns the Conv2d. */
uint32_t convolution(struct compiled *it, bool bias);

/* Every synapse of the program between two populations, found by walking the routes. */
struct walk {
    uint32_t from, to;      /* populations */
    uint32_t sources, targets;
    int32_t *weight;        /* [sources][targets] */
    bool *known;
    uint32_t delay;         /* of the last route */
    uint64_t synapses;
};
struct walk walk_from_to(const struct compiled *it, const char *from, const char *to);
void walk_free(struct walk *walk);
/* Asserts the same synapses as in the matrix, no more and no less. */
void same_synapses(const struct walk *walk, const struct sparse_matrix *matrix);

#endif
