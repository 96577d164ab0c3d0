/* Seconds and joules of one launch of an operator.
 *
 * seconds = (arithmetic^p + memory^p)^(1/p), p the sharpness: near the larger of the two, above it where they are close;
 * more where the board is at its limit.
 *
 * Arithmetic of a product: output tiles of 256x128 .. 32x32 in waves over the units; a unit does one tile at a time in
 * 2 x rows x columns x (k + fill) operations at peak x efficiency / units / (1 + reuse x (1/rows + 1/columns - 3/256)):
 * a tile with shorter edges reads more operands an operation. Products with fewer tiles than units split k. The best tile
 * is taken. A single row (m = 1) runs outside the matrix units, without tiles.
 * Convolutions: on matrix units channels come in groups (zeros where there are less), windows do not share their values and
 * reuse has a coefficient of its own; elsewhere columns count as many times as an input value has windows, and k is not
 * split. A 3x3 convolution in fp32 may be done in a transform of Winograd (Lavin and Gray 2016): F(4x4, 3x3), 36 products of
 * a sixteenth of the rows between kernels that transform values and weights, or F(2x2, 3x3) in one kernel. The quickest way is
 * taken. A framework has kernels beside it: one adds the bias, at most a value in bias_item cycles of a unit, and on matrix units
 * three move values and weights from channels first to channels last and back, but for 1x1 kernels.
 * Memory: every operand once over the memory's bandwidth x efficiency, or the cache's where it is still there and fits.
 * Rows that are reduced are read again, from memory as far as those in flight (rows a unit x units) exceed the last cache.
 * Rows to be normalised: norm_slots at a time on a unit, each in row + item x length cycles. Softmax: rows above 1024 items
 * take turns on a unit, each in softmax_row + softmax_item x length; of shorter ones a unit has many, each at least
 * softmax_wait x length.
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
