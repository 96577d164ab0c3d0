/* What the stages of the compiler hand on to one another (private to tools/compile):
 *   lower      graph -> populations and projections in graph units
 *   layers     projections -> integer synapses by target, neuron parameters in chip units
 *   pieces     neurons of one population that share a core
 *   places     piece -> core
 *   emit       pieces -> struct program */
#ifndef NPUSIM_TOOLS_COMPILE_STAGES_H
#define NPUSIM_TOOLS_COMPILE_STAGES_H

#include "tools/compile/compile.h"

#define NONE UINT32_MAX

/* What every stage may look at, and where it leaves messages. */
struct compilation {
    const struct network *network;
    const struct chip_config *chip;
    const struct compile_options *options;
    struct compile_report *report;
    struct diagnostics *diagnostics;
};

/* Adds to report->remarks. */
void remark(const struct compilation *with, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---- lower ---- */
struct projection {
    uint32_t from, to;           /* populations */
    uint32_t recurrences;        /* recurrent edges on the way: steps that the graph itself delays */
    uint32_t waits;              /* steps of Delay nodes and of a neuron's input delay on the way */
    uint32_t delay;              /* timesteps on the chip (schedule_populations) */
    struct sparse_matrix matrix; /* graph units; emptied by layer_build */
};

struct lowered_population {
    uint32_t node;       /* its node in the graph */
    bool readout;        /* an Output that a linear chain feeds: LI that keeps the present step's input only */
    bool output, values; /* as in struct population */
    uint32_t count, depth;
    double *bias;        /* input that is there in every step, [count], NULL: none */
    bool recurrent_bias; /* part of it comes through a recurrent edge */
};

struct lowered {
    uint32_t population_count; /* in the order of the schedule */
    struct lowered_population *populations;
    size_t projection_count, projection_capacity;
    struct projection *projections; /* after schedule_populations sorted by (to, from, delay), no duplicates */
};

MUST_USE bool lower_network(const struct compilation *with, struct lowered *out);
/* Pipeline depths and delays. */
MUST_USE bool schedule_populations(const struct compilation *with, struct lowered *lowered);
void lowered_free(struct lowered *lowered);
bool population_is_input(const struct compilation *with, const struct lowered_population *population);
const char *population_name(const struct compilation *with, const struct lowered_population *population);
/* Events that one spike of the population can be at most in one step. */
int32_t population_levels(const struct compilation *with, const struct lowered_population *population);

/* What one neuron does in a step, in graph units: u = (1 - decay_current) u + gain x + leak and so on. */
struct neuron_constants {
    enum neuron_model model;
    double gain, leak;
    double decay_current, decay_potential; /* 0 .. 1 if the graph allows */
    double threshold, reset, initial;
    double refractory; /* timesteps */
    bool subtracts; /* the threshold, instead of the reset */
    bool silent;    /* never fires, whatever its potential */
};
void neuron_constants(const struct node *node, uint32_t neuron, const struct compile_options *options,
                      struct neuron_constants *out);
/* Remarks on what of the semantics the neuron arrays do otherwise (honours.c). */
void remark_semantics(const struct compilation *with);

/* Steps of value i of a Delay node, the nearest whole number (delays.c). */
uint32_t delay_steps(const struct node *node, size_t value, double dt_s);
/* The different ones, ascending, fresh. An error when one is longer than any event queue could hold. */
MUST_USE bool delay_list(const struct compilation *with, const struct node *node, uint32_t **steps, uint32_t *count);
/* The entries whose target waits so many steps. */
void delay_share(const struct node *node, double dt_s, uint32_t steps, const struct sparse_matrix *all,
                 struct sparse_matrix *out);

/* ---- layers ---- */
/* One block of keys: key = first_key + source neuron names an axon to be. */
struct key_range {
    uint32_t first_key, from, delay;
};

struct layer {
    uint32_t count;
    double scale;                  /* chip units of potential for one graph unit; 0: differs from neuron to neuron */
    uint32_t profile_count;
    struct neuron_group *profiles; /* different sets of parameters; first, count unused */
    uint32_t *profile_of;          /* [count] */
    int32_t *bias;                 /* [count] */
    uint32_t range_count;
    struct key_range *ranges;      /* ascending first_key */
    uint32_t key_count;
    size_t *start;                 /* synapses by target, [count + 1] */
    uint32_t *key;                 /* ascending within a target */
    int16_t *weight;
};

/* Layer of population p; an input's is empty. Empties the matrices of the projections to p. */
MUST_USE bool layer_build(const struct compilation *with, struct lowered *lowered, uint32_t p, struct layer *out);
void layer_free(struct layer *layer);
/* The range that a key lies in. */
const struct key_range *layer_range(const struct layer *layer, uint32_t key);

/* A layer on its way to integers (quantise.c). */
struct draft {
    uint32_t count;
    struct neuron_constants *constants; /* [count] */
    double *bias;                       /* [count], graph units of potential a step */
    const size_t *start;
    double *weight;                     /* by target, gain included */
    double *planes;                     /* [key ranges] events of one source in one step at most */
    const uint32_t *key;
    const struct layer *layer;
    uint32_t channel;                   /* neurons that share weights, 1: none do */
};
/* Weight units for one graph unit, [count], fresh; *common: the scale of all or 0. Explains itself in remarks; NULL and
 * a message when the chip cannot hold the weights. */
double *choose_scales(const struct compilation *with, const char *name, const struct draft *draft, double *common);

/* Neighbours with equal constants that share a scale. */
struct scale_run {
    uint32_t first, end;
    double scale, limit; /* best alone; largest that the registers allow */
};
/* Lowers scales until there are few enough different ones for core.profiles (scale_sets.c). */
void scale_sets(const struct core_config *core, const struct draft *draft, struct scale_run *runs, uint32_t count);
/* Sets out->weight from [out->start[out->count]] in graph units; returns how many were clipped (weights.c). */
uint64_t round_weights(const struct core_config *core, const double *weight, const double *scales, struct layer *out);
/* A decay as the chip holds it. */
int32_t decay_steps(const struct core_config *core, double decay);

/* ---- pieces ---- */
struct piece {
    uint32_t population;
    bool relay;          /* inputs that enter the mesh at a core */
    uint32_t count;
    uint32_t *neurons;   /* index in the population, in the order of the core */
    uint32_t axon_count;
    uint32_t *axons;     /* keys, ascending */
    uint64_t synapses;
    uint64_t words;      /* sparse synapse memory */
    const char *limit;
    uint32_t core;
};

struct plan {
    const struct lowered *lowered;
    const struct layer *layers;
    uint32_t count, capacity;
    struct piece *pieces;      /* neuron pieces by population, then relays */
    uint32_t **routes_of;      /* [population][neuron]: destinations */
};

MUST_USE bool plan_pieces(const struct compilation *with, const struct lowered *lowered, const struct layer *layers,
                          struct plan *out);
void plan_free(struct plan *plan);

/* Tries neurons of one layer in one core (core_fit.c). */
struct core_fit;
struct core_fit *core_fit_new(const struct compilation *with, const struct layer *layer);
void core_fit_free(struct core_fit *fit);
void core_fit_clear(struct core_fit *fit);
/* Adds a neuron; returns the limit that it would break, and adds nothing, or NULL. */
const char *core_fit_add(struct core_fit *fit, uint32_t neuron);
/* The piece of what was added since the last clear. */
void core_fit_piece(struct core_fit *fit, struct piece *out);
/* What a core's synapses cost: smaller is better filled. */
uint64_t core_fit_cost(const struct core_fit *fit);
uint32_t core_fit_capacity(const struct compilation *with); /* neurons, before anything else limits */
uint64_t sparse_words_of(const struct core_config *core, uint64_t synapses);
/* Says which limit one neuron alone breaks, and what would do. */
bool core_fit_explain(const struct compilation *with, const struct layer *layer, const char *name, const char *limit);

struct piece *plan_add(struct plan *plan);
/* Neurons in the order of their index, as few cores as possible, evenly filled. */
MUST_USE bool pack_in_order(const struct compilation *with, const struct layer *layer, const char *name,
                            uint32_t population, struct plan *plan);
/* (C, H, W) by blocks of neighbours on at most `most` cores; false when no block shape fits or it takes neither fewer
 * cores than `to_beat` nor fills them better than `cost_to_beat`. */
bool pack_in_blocks(const struct compilation *with, const struct layer *layer, const struct shape *shape,
                    uint32_t population, uint32_t most, uint32_t to_beat, uint64_t cost_to_beat, struct plan *plan);
/* Inputs that cores relay, evenly on as few cores as possible. */
void pack_relays(const struct compilation *with, uint32_t population, uint32_t count, struct plan *plan);
/* Contiguous blocks of equal size on all cores. */
MUST_USE bool pack_everywhere(const struct compilation *with, struct plan *plan);
/* Fills routes_of and splits pieces until every routing table fits (split.c). */
MUST_USE bool split_by_routes(const struct compilation *with, struct plan *plan);
uint64_t piece_routes(const struct plan *plan, const struct piece *piece);
/* What a piece's synapses cost, as core_fit_cost. */
uint64_t piece_cost(const struct compilation *with, const struct piece *piece);
void piece_free(struct piece *piece);

/* ---- places ---- */
/* Sets the core of every piece, and mean_hops of the report. */
MUST_USE bool place_pieces(const struct compilation *with, struct plan *plan);

/* Packets between pieces, if every source spiked once: weight[i] between `piece` and other[i] (traffic.c). */
struct traffic {
    size_t *start; /* [pieces + 1]; NULL: too many pairs to be worth it */
    uint32_t *other, *weight;
    uint64_t *host; /* [pieces]: to and from the host */
};
void traffic_measure(const struct plan *plan, struct traffic *out);
void traffic_free(struct traffic *traffic);
double traffic_mean_hops(const struct compilation *with, const struct plan *plan);
/* Piece of every neuron of every population, [population][neuron]; an input's: its relay or NONE. */
uint32_t **pieces_by_neuron(const struct plan *plan);
void pieces_by_neuron_free(const struct plan *plan, uint32_t **piece_of);
/* Where a core is; core ROUTE_HOST: the host's tile on chip 0. */
struct spot {
    uint32_t chip, x, y;
};
struct spot core_spot(const struct chip_config *chip, uint32_t core);
/* Hops between two tiles; a chip-to-chip link counts `chip_link_hops`. */
uint32_t spot_distance(const struct chip_config *chip, struct spot a, struct spot b, uint32_t chip_link_hops);
/* Source of an axon of a piece. */
void piece_axon(const struct plan *plan, const struct piece *piece, uint32_t axon, uint32_t *population,
                uint32_t *neuron, uint32_t *delay);

/* ---- emit ---- */
/* Cores, fill and notes of the report. */
void report_cores(const struct compilation *with, const struct plan *plan);
void emit_program(const struct compilation *with, struct plan *plan, struct program *out);

#endif
