/* Networks of any size for `npusim bench`: a sheet of cores of 256 LIF neurons, made directly as a program.
 *
 * The cores form a torus; neuron n of a core reaches, in each of 1 or 4 cores near its own (or its own), `row` targets,
 * one drawn from each of `row` equal parts of that core's neurons. The torus is folded onto the mesh, so that
 * neighbours are at most two tiles apart. Nothing comes from outside: every neuron has a constant bias, drawn between
 * two bounds, and fires by itself as well. */
#ifndef NPUSIM_TOOLS_BENCH_SHEET_H
#define NPUSIM_TOOLS_BENCH_SHEET_H

#include "models/chip_config.h"
#include "models/program.h"
#include "tools/bench/bench.h"
#include "tools/bench/functional.h"

#define SHEET_CORE 256u /* neurons of a core */

enum sheet_weights {
    SHEET_BALANCED, /* 16, and -64 from every fifth neuron */
    SHEET_INT8      /* -127 .. 127 */
};

struct sheet_kind {
    uint32_t near;      /* cores that a neuron reaches: 1, the next in x; 4, its own, the next in x, in y, in both */
    uint32_t row;       /* targets in each */
    int weights;        /* enum sheet_weights */
    int32_t threshold;  /* in weights */
    int32_t bias_low, bias_high; /* in weights */
};

extern const struct sheet_kind sheet_dense, sheet_scale, sheet_idle;

struct sheet {
    const struct sheet_kind *kind;
    uint32_t columns, rows;  /* cores, of all chips in a row */
    uint32_t chip_columns;
    uint32_t decay, decay_bits, fraction_bits;
};

/* One core a tile, all of the chips. */
void sheet_init(struct sheet *sheet, const struct sheet_kind *kind, const struct chip_config *chip);
uint32_t sheet_cores(const struct sheet *sheet);
uint64_t sheet_synapses(const struct sheet *sheet);
/* The core of the system that core c of the torus becomes, and its k-th near core on the torus. */
uint32_t sheet_place(const struct sheet *sheet, uint32_t core);
uint32_t sheet_near(const struct sheet *sheet, uint32_t core, uint32_t k);
/* The row from a neuron to its k-th near core; targets ascend. */
void sheet_row(const struct sheet *sheet, uint32_t core, uint32_t neuron, uint32_t k, uint16_t *target, int16_t *weight);
/* In units of potential. */
int32_t sheet_bias(const struct sheet *sheet, uint32_t core, uint32_t neuron);

void sheet_program(const struct sheet *sheet, const struct chip_config *chip, struct program *out);

/* ---- the same network without a chip (sheet_functional.c) ---- */

/* Spikes of all steps, step by step, ascending in each: core * SHEET_CORE + neuron. */
struct sheet_spikes {
    uint32_t steps;
    size_t *first;    /* [steps + 1] */
    uint32_t *neuron; /* [first[steps]] */
};

struct sheet_functional;
struct sheet_functional *sheet_functional_new(const struct sheet *sheet);
void sheet_functional_free(struct sheet_functional *functional);
/* Neurons and fan-out lists, or rows of 8 bits where every row is full; integers, no time, no hardware. Returns the
 * synaptic events that arrived within the steps. */
uint64_t sheet_functional_run(struct sheet_functional *functional, uint32_t steps, struct sheet_spikes *out);
/* Rows of 8 bits: only the additions of such a run, from its spikes. Returns how many rows were added. */
uint64_t sheet_functional_add(struct sheet_functional *functional, const struct sheet_spikes *spikes);
/* Does every accumulator now hold what those rows add up to? */
bool sheet_functional_added(const struct sheet_functional *functional, const struct sheet_spikes *spikes);
void sheet_spikes_free(struct sheet_spikes *spikes);

#endif
