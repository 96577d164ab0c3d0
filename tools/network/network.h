/* The network graph: what every reader makes and what the reference simulation and the compiler start from.
 *
 * Tensors are row-major doubles. Shapes do not count the batch. A neuron parameter is always expanded to one value a
 * neuron. Sub-graphs are flattened by the reader: names are joined with '.'; their Input and Output nodes disappear.
 * Source of the node kinds and equations: NIR (neuromorphs/NIR). */
#ifndef NPUSIM_TOOLS_NETWORK_NETWORK_H
#define NPUSIM_TOOLS_NETWORK_NETWORK_H

#include "sim/diagnostics.h"
#include <stdint.h>

#define SHAPE_RANK_MAX 8
/* Limits that keep hostile files harmless. */
#define NETWORK_NODES_MAX 100000u
#define NETWORK_EDGES_MAX 1000000u
#define TENSOR_ITEMS_MAX (1u << 28)
#define NETWORK_NEURONS_MAX (1u << 24) /* all nodes together */

enum node_kind {
    NODE_INPUT,
    NODE_OUTPUT,
    NODE_AFFINE, /* y = W x + b; Linear is an Affine without bias */
    NODE_SCALE,
    NODE_CONV1D, /* as Conv2d with H = 1 */
    NODE_CONV2D,
    NODE_SUMPOOL2D,
    NODE_AVGPOOL2D,
    NODE_FLATTEN,
    NODE_DELAY,
    NODE_THRESHOLD, /* no state: 1 where x > v_threshold */
    NODE_I,
    NODE_IF,
    NODE_LI,
    NODE_LIF,
    NODE_CUBALI,
    NODE_CUBALIF,
    NODE_LOIHI,       /* Intel's integer rule (lava-dl), bit by bit; NIR has no such node */
    NODE_SIGMA_DELTA, /* lava's sigma-delta neurons with graded spikes */
    NODE_MAXPOOL2D,   /* largest value of a window, padding left out; npusim convert makes neurons of it */
    NODE_RELU,        /* max(0, x) of a network without spikes; npusim convert makes neurons of it */
    NODE_KINDS
};

struct shape {
    int rank;
    int64_t size[SHAPE_RANK_MAX];
};

struct tensor {
    struct shape shape;
    double *data; /* NULL: absent */
};

enum sigma_delta_part { SIGMA_DELTA_WHOLE, SIGMA_DELTA_ENCODER /* input layers */, SIGMA_DELTA_DECODER /* outputs */ };

struct node {
    char *name;
    enum node_kind kind;
    /* Known for every node after network_check; before it, what the file declares (rank 0: nothing). */
    struct shape input, output;
    /* Affine: (.., out, in); Conv2d: (Co, Ci/groups, Kh, Kw); Conv1d: (Co, Ci/groups, K) */
    struct tensor weight;
    struct tensor bias; /* (out) or (Co); data NULL: none */
    /* Conv and pools; [0] = rows (H), [1] = columns (W). "same" padding is resolved: begin, end may differ. */
    int64_t stride[2], padding_begin[2], padding_end[2], dilation[2], kernel[2];
    int64_t groups;
    int64_t flatten_start, flatten_end; /* as in the file (end may be negative) */
    /* Neuron parameters, one a neuron, in the file's units (seconds in every real file). v_reset: zeros if absent. */
    double *tau_mem; /* LI, LIF: tau */
    double *tau_syn, *w_in; /* CubaLI, CubaLIF */
    double *r, *v_leak, *v_threshold, *v_reset; /* Threshold: only v_threshold */
    double *decay_current, *decay_potential; /* Loihi: 0 .. 4096; threshold and bias in v_threshold and v_bias, whole */
    double *v_bias;                          /* Loihi, SigmaDelta */
    double *refractory; /* LIF, IF: s after a spike in which input is ignored; NULL: none. NIR has none */
    double *v_initial;                       /* potential before step 0 of IF, LIF; NULL: 0. NIR: metadata v_initial */
    enum sigma_delta_part part;              /* SigmaDelta */
    double *scale;  /* Scale, size of output */
    double *delay;  /* Delay */
};

struct edge {
    uint32_t from, to; /* node indices */
};

/* One entry of what a file says beside the network; nothing here depends on it but the hint dt_s. */
struct metadata {
    char *node; /* "" : of the whole; else of the node of that name */
    char *key;  /* nested keys are joined with '/' */
    char kind;  /* 's' text, 'i' integers, 'f' floats, 'b' booleans */
    struct shape shape;
    double *numbers; /* [items], NULL for text; integers beyond 2^53 are rounded */
    char **texts;    /* [items], NULL for numbers */
};

struct network {
    char *path;    /* the file it came from, for messages */
    const char *format; /* "NIR", "lava-dl" ...; a literal, NULL if made in memory */
    char *version; /* of the format, "" if none */
    struct node *nodes;
    uint32_t node_count;
    struct edge *edges; /* sorted by (from, to) */
    uint32_t edge_count;
    double dt_s;   /* a hint from the file's metadata; 0: none */
    struct metadata *metadata;
    uint32_t metadata_count;
};

int64_t shape_items(const struct shape *shape); /* 1 for rank 0; INT64_MAX when it overflows */
bool shape_equal(const struct shape *a, const struct shape *b);
/* Equal but for dimensions of size 1, or one of them is flat and both hold as many items. */
bool shape_agrees(const struct shape *a, const struct shape *b);
/* "(2, 34, 34)", fresh. */
char *shape_format(const struct shape *shape);
const char *node_kind_name(enum node_kind kind); /* "Conv2d" */
/* The per-neuron values that a kind of node has: NIR's name, the field, what an absent one means, what is allowed. */
enum field_absent { FIELD_REQUIRED, FIELD_ZEROS, FIELD_ONES };
enum field_range { FIELD_ANY, FIELD_NOT_NEGATIVE, FIELD_POSITIVE };
struct node_field {
    const char *name; /* ends the list when NULL */
    size_t offset;    /* of a double * in struct node */
    enum field_absent absent;
    enum field_range range;
};
const struct node_field *node_fields(enum node_kind kind); /* an empty list for kinds without such values */
double **node_field(struct node *node, const struct node_field *field);
bool node_is_neuron(enum node_kind kind);        /* keeps state: I, IF, LI, LIF, CubaLI, CubaLIF (and Threshold) */
bool node_spikes(enum node_kind kind);           /* IF, LIF, CubaLIF, Threshold */
bool node_is_linear(enum node_kind kind);        /* Affine, Scale, Conv, pools, Flatten */

/* Computes every shape by itself, checks agreement with the file's, finite weights, tau > 0, at least one input and
 * one output, dangling or duplicate edges; sorts the edges. Of a node that declares no output shape, parameters hold
 * one value each before, and one a neuron after; v_reset or w_in that is NULL becomes zeros or ones. */
MUST_USE bool network_check(struct network *network, struct diagnostics *diagnostics);
/* As network_check, for a graph that need not run: a node without a source takes the shape that its own parameters
 * say, and Input and Output may be missing. */
MUST_USE bool network_check_graph(struct network *network, struct diagnostics *diagnostics);

/* Nodes in an order in which every node comes after its sources, but for edges that close a cycle. `order` has
 * node_count places; recurrent[e] is set for the edges that carry the previous step's value. Depth first from the
 * Input nodes in the order of names, so it does not depend on the order in the file. */
void network_schedule(const struct network *network, uint32_t *order, bool *recurrent);

/* For readers: a node without anything but a kind and a name, which is taken over; its index. Nodes may move. */
uint32_t network_append(struct network *network, enum node_kind kind, char *name);
/* One more edge, at the end of the list. */
void network_add_edge(struct network *network, uint32_t from, uint32_t to);
int64_t network_neurons(const struct network *network);
void network_free(struct network *network);

/* ---- semantics: what NIR leaves open (docs/semantics.md) ---- */
enum integrator {
    INTEGRATOR_EULER, /* v += dt/tau (v_leak - v + r x) */
    INTEGRATOR_ZOH,   /* exact for an input that is constant in the step: dt/tau becomes 1 - exp(-dt/tau) */
    INTEGRATOR_MIXED, /* decay 1 - exp(-dt/tau), input dt/tau */
    INTEGRATOR_EXACT, /* between events, spikes at their own times inside the step */
};
enum reset_rule {
    RESET_TO_VALUE,          /* v = v_reset */
    RESET_SUBTRACT,          /* v -= v_threshold */
    RESET_SUBTRACT_SNNTORCH, /* with p = v > v_threshold before the step: v -= p th, z = v > th, v -= (z - p) th */
};
enum lower_clamp { CLAMP_NONE, CLAMP_THRESHOLD /* v >= -v_threshold */, CLAMP_VALUE };

struct semantics {
    char name[160]; /* as it was given: "norse", "norse,reset=subtract" */
    enum integrator integrator;
    enum reset_rule reset;
    bool reset_next_step;   /* a spike resets in the step after it */
    bool spike_next_step;   /* a spike leaves in the step after the potential passed the threshold */
    uint32_t input_delay;   /* steps, 0 or 1 */
    bool recurrent_bias_at_first_step; /* norse: false; its recurrent Affine is not evaluated at step 0 */
    enum lower_clamp clamp;
    double clamp_value;
    bool several_spikes;    /* floor(v / v_threshold) spikes a step */
    uint32_t kinds;         /* bits of enum node_kind: neurons that the rule is known for; 0: all */
};

/* A preset. NULL and a message when the name is not known. */
const struct semantics *semantics_find(const char *name, struct diagnostics *diagnostics);
/* A preset, switches, or a preset with switches: "norse", "reset=subtract,clamp=-1", "sinabs,several_spikes=no". A rule
 * with a switch of one's own holds for every neuron. NULL means norse. */
MUST_USE bool semantics_parse(const char *text, struct semantics *out, struct diagnostics *diagnostics);
/* Every neuron of the network has a rule under these semantics; else names those that have none. */
MUST_USE bool semantics_apply(const struct semantics *semantics, const struct network *network,
                              struct diagnostics *diagnostics);

/* ---- a linear node as a sparse matrix, and chains of them composed ---- */
#define SPARSE_ENTRIES_MAX ((size_t)1 << 28) /* 3 GiB; a matrix with more is refused */

struct sparse_matrix { /* compressed by source */
    uint32_t sources, targets;
    size_t *start;    /* sources + 1 */
    uint32_t *target; /* ascending within a source, no duplicates */
    double *weight;   /* exact zeros are dropped */
};

MUST_USE bool linear_to_sparse(const struct node *node, struct sparse_matrix *out, struct diagnostics *diagnostics);
/* out = second after first */
MUST_USE bool sparse_compose(const struct sparse_matrix *first, const struct sparse_matrix *second,
                             struct sparse_matrix *out, struct diagnostics *diagnostics);
/* out = a + b, same shape */
void sparse_add(const struct sparse_matrix *a, const struct sparse_matrix *b, struct sparse_matrix *out);
void sparse_identity(uint32_t size, struct sparse_matrix *out);
void sparse_free(struct sparse_matrix *matrix);
/* Pairs of input and output that a linear node joins (zeros among its weights count); 0 for other kinds. */
int64_t linear_synapses(const struct node *node);
/* One value a target: the node's bias expanded to its output (a Conv's to each pixel); zeros if it has none. */
double *linear_bias(const struct node *node);

#endif
