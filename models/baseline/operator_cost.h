/* Seconds and joules of one launch of an operator.
 *
 * seconds = (arithmetic^p + memory^p)^(1/p), p the sharpness: near the larger of the two, above it where they are close;
 * more where the board is at its limit.
 *
 * Arithmetic of a product: output tiles of 256x128 .. 32x32 in waves over the units; a unit does one tile at a time in
 * 2 x rows x columns x (k + fill) operations at peak x efficiency / units / (1 + reuse x (1/rows + 1/columns - 3/256)):
 * a tile with shorter edges reads more operands an operation; in a convolution, windows share their values, so its
 * columns count as many times as an input value has windows. Products with fewer tiles than units split k. The best
 * tile is taken. A single row (m = 1) runs outside the matrix units, without tiles.
 * Memory: every operand once over the memory's bandwidth x efficiency, or the cache's where it is still there and fits.
 * Rows that are reduced are read again: from memory where those in flight (rows a unit x units) do not fit the last cache.
 * A unit normalises few rows at a time, each in row_cycles + item_cycles x length; later passes of a softmax wait for
 * exponentials.
 * Convolutions of a framework have kernels beside the product: one adds the bias, and on matrix units others move values
 * from channels first to channels last and back.
 * A 3x3 convolution in fp32 may be done in Winograd's transform F(4x4, 3x3) (Lavin and Gray 2016): 36 products of a
 * sixteenth of the rows and the channels alone, and more memory. The quicker way is taken.
 * Power: a board cannot spend more than its limit, so the energy of operations and bytes takes at least
 * energy / (limit - idle - awake - busy units). That is what a low-power board (L4, T4, P4) is bound by, whatever its
 * peak, and H100 on large products. */
#ifndef NPUSIM_MODELS_BASELINE_OPERATOR_COST_H
#define NPUSIM_MODELS_BASELINE_OPERATOR_COST_H

#include "models/baseline/accelerator.h"

struct operator_cost {
    double arithmetic_s, memory_s, power_s; /* the bounds */
    double seconds;                         /* joined, without launch */
    double joules;                          /* above idle and active: operations, bytes, busy units */
    double operations, bytes;
};

/* What the launches before may have left in the last cache, if it fits there: values from layer to layer; weights, where
 * those of the whole network stay. */
struct operator_heat {
    bool values, weights;
};

/* `op` holds the sizes of the launch: the batch is in them already. */
void operator_cost(const struct accelerator *accelerator, const struct coefficients *coefficients,
                   enum baseline_precision precision, const struct work_operator *op, struct operator_heat heat,
                   struct operator_cost *out);

/* Sizes of a launch for `batch` samples. */
struct work_operator operator_of_batch(const struct work_operator *op, double batch);
double operator_operations(const struct work_operator *op);
double operator_bytes(const struct work_operator *op, enum baseline_precision precision);

#endif
