/* A network laid out for simulation in float: a value for every node, computed in the order of the schedule. */
#ifndef NPUSIM_TOOLS_REFERENCE_SIMULATION_H
#define NPUSIM_TOOLS_REFERENCE_SIMULATION_H

#include "tools/network/network.h"
#include "tools/reference/neuron.h"

struct unit { /* one node */
    size_t size;             /* of its output */
    uint32_t *edges;         /* incoming, indices into network->edges */
    uint32_t edge_count;
    const double *input;     /* of this step: a source's value, or `sum` */
    size_t input_size;
    double *sum;             /* room for the sum, where there is not exactly one source */
    double *output;          /* of this step */
    double *previous;        /* of the step before; NULL: no recurrent edge leaves */
    double *first;           /* what `previous` is before step 0 */
    bool dormant;            /* linear, its input comes over recurrent edges only: nothing to evaluate at step 0 */
    struct sparse_matrix matrix; /* linear nodes */
    double *bias;                /* linear nodes with a bias, else NULL */
    struct neuron_state neuron;
    uint32_t *lag;               /* Delay nodes: steps, one a value */
    double *ring;                /* Delay nodes: the last ring_steps inputs, [step % ring_steps][size] */
    uint32_t ring_steps;
};

struct simulation {
    const struct network *network;
    const struct semantics *semantics;
    double dt_s;
    uint32_t *order;
    bool *recurrent;
    struct unit *units;
    uint32_t step;
};

/* Refuses node kinds that have no rule here, and a step length that is not positive where one is needed. */
MUST_USE bool simulation_make(const struct network *network, const struct semantics *semantics, double dt_s,
                              struct simulation *out, struct diagnostics *diagnostics);
/* Back to the state before step 0. */
void simulation_reset(struct simulation *simulation);
/* One step. The outputs of the Input nodes are set by the caller before. */
void simulation_step(struct simulation *simulation);
void simulation_free(struct simulation *simulation);

/* ---- max_pool.c ---- */
void simulate_max_pool(const struct node *node, const double *input, double *output);

#endif
