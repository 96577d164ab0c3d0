/* Ways of a convolution: described in operator_cost.h. */
#include "models/baseline/launch.h"
#include <math.h>

#define MICRO 1e-6
/* Values that take as long to move as a weight, whose taps lie between the channels; chosen, not fitted: H100 moves values at
 * 1.9 TB/s, 2.4 million weights in fp16 at 0.7. */
#define MOVED_WEIGHTS 3
#define MOVING_KERNELS 3 /* values, weights, and the result back */
/* F(4x4, 3x3): 36 products a tile of 16 outputs; 2.25 values written and read again for each of input and output. */
#define WINOGRAD_TILE 36
#define WINOGRAD_OUTPUTS 16
#define WINOGRAD_TRAFFIC 4.5
#define WINOGRAD_TAPS 9
#define WINOGRAD_ROWS 128   /* least of a tile; chosen: with fewer, 392 rows on a V100 are predicted in two thirds of their time */
#define WINOGRAD_KERNELS 3 /* that transform input, weights and output */
/* F(2x2, 3x3) in one kernel: 16 products a tile of 4 outputs. */
#define WINOGRAD_FUSED_TILE 16
#define WINOGRAD_FUSED_OUTPUTS 4

static bool has_winograd(const struct work_operator *op)
{
    return op->channels > 0 && op->kernel[0] == 3 && op->kernel[1] == 3 && op->stride[0] == 1 && op->stride[1] == 1;
}

/* Values to which the bias of their channel is added, each found by its own index. */
static double items_seconds(const struct launch *launch, double items)
{
    double rate = launch_cycles(launch);
    return rate > 0 ? items * launch->coefficients->bias_item.value / rate : 0;
}

/* The kernels of a framework beside a convolution's product: the bias, and those that move values and weights. */
static void add_companions(const struct launch *launch, struct operator_cost *cost)
{
    const struct work_operator *op = launch->op;
    const struct coefficients *c = launch->coefficients;
    bool bias = op->weight_items > op->n * op->k * op->groups;
    bool moved = launch_on_matrix_units(launch) && !op->channels_last && op->k > op->channels; /* 1x1: a product as it is */
    double size = precision_bytes(launch->precision), added = bias ? 2 * op->output_items * size : 0;
    double moves = moved ? 2 * (op->input_items + op->output_items + MOVED_WEIGHTS * op->weight_items) * size : 0;
    bool cached = launch_values_cached(launch);
    double adding = bias ? fmax(added / launch_bandwidth(launch, cached), items_seconds(launch, op->output_items)) : 0;
    double moving = moves / (launch_bandwidth(launch, false) * c->efficiency_moved.value);
    double kernels = bias + (moved ? MOVING_KERNELS : 0);
    double seconds = adding + moving + (c->launch_convolution.value + kernels * c->launch_graph.value) * MICRO;
    cost->seconds += seconds;
    cost->memory_s += seconds;
    cost->bytes += added + moves;
    cost->joules += launch_byte_joules(launch, added, cached) + launch_byte_joules(launch, moves, false);
}

/* Transforms in kernels of their own, between them 36 products. */
static void cost_by_winograd(const struct launch *direct, struct operator_cost *out)
{
    struct work_operator products = *direct->op;
    products.m = ceil(products.m / WINOGRAD_OUTPUTS);
    products.k = products.channels;
    products.groups *= WINOGRAD_TILE;
    struct launch transformed = *direct;
    transformed.op = &products;
    transformed.efficiency = direct->coefficients->winograd.value;
    transformed.transformed = WINOGRAD_TRAFFIC * (products.input_items + products.output_items) +
                              2.0 * WINOGRAD_TILE / WINOGRAD_TAPS * products.weight_items;
    transformed.kernels = WINOGRAD_KERNELS;
    transformed.least_rows = WINOGRAD_ROWS;
    launch_cost(&transformed, out);
}

/* Transforms on the way, in one kernel. */
static void cost_by_fused_winograd(const struct launch *direct, struct operator_cost *out)
{
    struct work_operator product = *direct->op;
    product.m = ceil(product.m / WINOGRAD_FUSED_OUTPUTS);
    product.k = product.channels * WINOGRAD_FUSED_TILE;
    struct launch transformed = *direct;
    transformed.op = &product;
    transformed.efficiency = direct->coefficients->winograd_fused.value;
    launch_cost(&transformed, out);
}

static void take_quicker(const struct operator_cost *other, struct operator_cost *out)
{
    if (other->seconds < out->seconds)
        *out = *other;
}

void convolution_cost(struct launch *launch, struct operator_cost *out)
{
    const struct coefficients *c = launch->coefficients;
    launch->efficiency = (launch_on_matrix_units(launch) ? c->convolution_tensor : c->convolution).value;
    launch_cost(launch, out);
    if (has_winograd(launch->op) && launch->precision == PRECISION_FP32) {
        struct operator_cost other;
        cost_by_winograd(launch, &other);
        take_quicker(&other, out);
        cost_by_fused_winograd(launch, &other);
        take_quicker(&other, out);
    }
    add_companions(launch, out);
}
