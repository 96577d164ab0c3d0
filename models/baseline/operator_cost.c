/* One launch: described in operator_cost.h. */
#include "models/baseline/operator_cost.h"
#include <math.h>
#include <string.h>

#define TERA 1e12
#define GIGA 1e9
#define MICRO 1e-6
#define PICO 1e-12
#define MEGA 1e6
#define SOFTMAX_KEPT 1024 /* items of a row that PyTorch's kernel holds in registers (softmax_warp_forward) */
#define QUEUE_SHARPNESS 3 /* joins the wait for one row and the turns of all */
#define KEPT_SHARE 0.75   /* of the last cache: H100 copies 34 MB at 5 TB/s and 50 MB at the memory's 3, of its 50 MB */
#define MOVED_WEIGHTS 3  /* values that take as long to move as a weight, whose taps lie between the channels */
#define MOVING_KERNELS 3  /* values, weights, and the result back */
#define RESIDENT 2048.0 /* threads of a unit, each with a value */
/* F(4x4, 3x3): 36 products a tile of 16 outputs; 2.25 values written and read again for each of input and output. */
#define WINOGRAD_TILE 36
#define WINOGRAD_OUTPUTS 16
#define WINOGRAD_TRAFFIC 4.5
#define WINOGRAD_TAPS 9
#define WINOGRAD_ROWS 128
#define SPLIT_CONVOLUTION 512
#define WINOGRAD_KERNELS 3 /* that transform input, weights and output */
/* F(2x2, 3x3) in one kernel: 16 products a tile of 4 outputs. */
#define WINOGRAD_FUSED_TILE 16
#define WINOGRAD_FUSED_OUTPUTS 4

struct launch {
    const struct accelerator *accelerator;
    const struct coefficients *coefficients;
    enum baseline_precision precision;
    const struct work_operator *op;
    double efficiency;  /* of a plain product's */
    double transformed; /* values written and read again for a transform */
    struct operator_heat heat;
    int kernels;        /* beside the product's */
    double least_rows;  /* of a tile */
};

struct work_operator operator_of_batch(const struct work_operator *op, double batch)
{
    struct work_operator of = *op;
    *(op->batch_in_groups ? &of.groups : &of.m) *= batch;
    of.elements *= batch;
    of.input_items *= batch;
    of.output_items *= batch;
    of.state_items *= batch;
    return of;
}

double operator_operations(const struct work_operator *op)
{
    if (op->kind == OPERATOR_MATRIX)
        return 2 * op->m * op->n * op->k * op->groups;
    return op->elements * op->operations_per_element;
}

double operator_bytes(const struct work_operator *op, enum baseline_precision precision)
{
    return (op->weight_items + op->input_items + op->output_items + 2 * op->state_items) * precision_bytes(precision);
}

/* A process sees one die: of everything its share. */
static double share(const struct launch *launch, double whole)
{
    return whole / launch->accelerator->dies.value;
}

/* Products that matrix units do: fp32 has none, and a matrix times a vector has no tiles. */
static bool on_matrix_units(const struct launch *launch)
{
    return launch->op->kind == OPERATOR_MATRIX && launch->precision != PRECISION_FP32 && launch->op->m > 1;
}

/* Inner items that are multiplied: matrix units take a convolution's channels in groups, with zeros where there are less. */
static double inner_items(const struct launch *launch)
{
    const struct work_operator *op = launch->op;
    if (op->channels == 0 || !on_matrix_units(launch))
        return op->k;
    double group = launch->coefficients->channel_group.value;
    return op->k / op->channels * fmax(group, op->channels);
}

/* Operations a second of the whole device on a product. */
static double matrix_rate(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    if (on_matrix_units(launch))
        return share(launch, launch->accelerator->peak[launch->precision].value) * TERA * c->efficiency_tensor.value *
               (launch->precision == PRECISION_INT8 ? c->efficiency_int8.value : 1) * launch->efficiency;
    bool own = launch->precision == PRECISION_FP32 || launch->accelerator->vector.value == 0;
    double peak = own ? launch->accelerator->peak[launch->precision].value : launch->accelerator->vector.value;
    return share(launch, peak) * TERA * c->efficiency_vector.value * launch->efficiency;
}

static double tiled_seconds(const struct launch *launch, double rows, double columns, double parts, double *occupancy)
{
    const struct coefficients *c = launch->coefficients;
    const struct work_operator *op = launch->op;
    double units = share(launch, launch->accelerator->units.value);
    double tiles = ceil(op->m / rows) * ceil(op->n / columns) * op->groups * parts;
    bool by_windows = op->channels > 0 && on_matrix_units(launch);
    double windows = op->channels > 0 && !by_windows ? op->k / op->channels : 1; /* that share an input value */
    double reuse = (by_windows ? c->tile_reuse_convolution : c->tile_reuse).value;
    double loss = fmax(0.5, 1 + reuse * (1 / rows + 1 / (columns * windows) - 3.0 / 256));
    double operations = 2 * rows * columns * (ceil(inner_items(launch) / parts) + c->tile_fill.value);
    *occupancy = tiles / units / ceil(tiles / units);
    return ceil(tiles / units) * operations * loss * units / matrix_rate(launch);
}

static double product_seconds(const struct launch *launch, double *occupancy)
{
    static const double tile[][2] = {{256, 128}, {128, 256}, {128, 192}, {256, 64}, {128, 128}, {128, 64}, {64, 128}, {64, 64},
                                     {128, 32},  {32, 128},  {64, 32},   {32, 64},  {32, 32}};
    static const double splits[] = {1, 2, 3, 4, 6, 8, 12, 16};
    const struct work_operator *op = launch->op;
    if (op->m == 1 || launch->accelerator->units.value == 0)
        return operator_operations(op) / matrix_rate(launch);
    double best = INFINITY, busy, least = launch->coefficients->split_least.value;
    if (op->channels > 0)
        least = on_matrix_units(launch) ? SPLIT_CONVOLUTION : INFINITY;
    for (size_t i = 0; i < sizeof tile / sizeof *tile; i++)
        for (size_t s = 0; s < sizeof splits / sizeof *splits && tile[i][0] >= launch->least_rows; s++) {
            if (s > 0 && op->k / splits[s] < least)
                break;
            double seconds = tiled_seconds(launch, tile[i][0], tile[i][1], splits[s], &busy);
            if (seconds < best)
                *occupancy = busy;
            best = fmin(best, seconds);
        }
    return best;
}

static double cycles_a_second(const struct launch *launch)
{
    return share(launch, launch->accelerator->units.value) * launch->accelerator->clock.value * MEGA;
}

/* The longer of two times, and above it where they are close. */
static double longer(double a, double b, double sharpness)
{
    double larger = fmax(a, b), smaller = fmin(a, b);
    return larger <= 0 ? 0 : larger * pow(1 + pow(smaller / larger, sharpness), 1 / sharpness);
}

/* Rows that are normalised, each by a block of threads, of which a unit has some at a time. */
static double norm_seconds(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    const struct work_operator *op = launch->op;
    double one = c->norm_row.value + c->norm_item.value * op->row_items;
    double rows = op->elements / op->row_items / share(launch, launch->accelerator->units.value);
    double cycles = longer(one, one * rows / c->norm_slots.value, QUEUE_SHARPNESS);
    return cycles / (launch->accelerator->clock.value * MEGA);
}

/* Exponentials. A long row has all threads of a unit, which wait for each other, and units take turns of one; of short
 * rows a unit has many, each by a few threads that do one item after another. */
static double softmax_seconds(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    const struct work_operator *op = launch->op;
    double units = share(launch, launch->accelerator->units.value), rows = op->elements / op->row_items, cycles;
    if (op->row_items > SOFTMAX_KEPT)
        cycles = ceil(rows / units) * (c->softmax_row.value + c->softmax_item.value * op->row_items);
    else
        cycles = longer(c->softmax_item.value * op->elements / units, c->softmax_wait.value * op->row_items,
                        QUEUE_SHARPNESS);
    return cycles / (launch->accelerator->clock.value * MEGA);
}

static double rows_seconds(const struct launch *launch)
{
    if (launch->op->row_items == 0 || cycles_a_second(launch) == 0)
        return 0;
    return launch->op->normalisation ? norm_seconds(launch) : softmax_seconds(launch);
}

/* *occupancy: the busy share of the units; of element-wise operators a unit holds RESIDENT values at a time. */
static double arithmetic_seconds(const struct launch *launch, double *occupancy)
{
    double units = share(launch, launch->accelerator->units.value);
    *occupancy = 1;
    if (launch->op->kind == OPERATOR_MATRIX)
        return product_seconds(launch, occupancy);
    if (units > 0)
        *occupancy = fmin(1, ceil(launch->op->elements / RESIDENT) / units);
    double rate = share(launch, launch->accelerator->vector.value) * TERA * launch->coefficients->efficiency_vector.value;
    double seconds = rate > 0 ? operator_operations(launch->op) / rate : 0;
    return fmax(seconds, rows_seconds(launch));
}

/* How often rows are read after the first time. Libraries keep short rows of a softmax in registers. */
static double later_passes(const struct work_operator *op)
{
    if (op->row_items == 0)
        return 0;
    return op->normalisation ? 1 : op->row_items > SOFTMAX_KEPT ? 2 : 0;
}

/* From memory, where the rows in flight do not fit the last cache. */
static double passes_from_memory(const struct launch *launch)
{
    const struct coefficients *c = launch->coefficients;
    double rows = launch->accelerator->units.value * (launch->op->normalisation ? c->norm_rows : c->softmax_rows).value;
    double flight = rows * launch->op->row_items * precision_bytes(launch->precision);
    double over = flight / (launch->accelerator->cache_capacity.value * MEGA) - 1;
    return fmin(fmax(over, 0), 1) * later_passes(launch->op);
}

/* Whether the last cache still has `bytes` that were used before. */
static bool kept(const struct launch *launch, double bytes)
{
    return bytes <= KEPT_SHARE * share(launch, launch->accelerator->cache_capacity.value) * MEGA;
}

struct traffic {
    double values, weights;          /* bytes */
    bool values_cached, weights_cached;
};

static struct traffic traffic_of(const struct launch *launch)
{
    const struct work_operator *op = launch->op;
    double size = precision_bytes(launch->precision);
    double once = (op->input_items + op->output_items + 2 * op->state_items) * size;
    double again = launch->transformed + passes_from_memory(launch) * op->input_items;
    struct traffic traffic = {.values = once + again * size, .weights = op->weight_items * size};
    traffic.values_cached = launch->heat.values && kept(launch, once);
    traffic.weights_cached = launch->heat.weights && kept(launch, once + traffic.weights);
    return traffic;
}

static double bandwidth(const struct launch *launch, bool cached)
{
    const struct accelerator *a = launch->accelerator;
    const struct coefficients *c = launch->coefficients;
    double memory = share(launch, a->memory_bandwidth.value) * GIGA * c->efficiency_memory.value;
    if (launch->op->kind == OPERATOR_ELEMENTWISE && precision_bytes(launch->precision) <= 2)
        memory *= c->efficiency_half.value;
    return cached ? fmax(memory, cycles_a_second(launch) * c->cache_bytes.value) : memory;
}

static double traffic_seconds(const struct launch *launch, const struct traffic *traffic)
{
    return traffic->values / bandwidth(launch, traffic->values_cached) +
           traffic->weights / bandwidth(launch, traffic->weights_cached);
}

/* Energy of an operation against 7 nm: fitted at four nodes, a straight line between the logarithms. */
static double node_factor(const struct coefficients *c, double node)
{
    const double at[] = {4, 7, 12, 16}, factor[] = {c->node_4.value, 1, c->node_12.value, c->node_16.value};
    if (node == 0)
        return 1;
    int i = node < 7 ? 0 : node < 12 ? 1 : 2;
    double along = log(node / at[i]) / log(at[i + 1] / at[i]);
    return factor[i] * pow(factor[i + 1] / factor[i], along);
}

static double byte_joules(const struct launch *launch, double bytes, bool cached)
{
    const struct coefficients *c = launch->coefficients;
    bool stacked = strncmp(launch->accelerator->memory_type, "HBM", 3) == 0;
    return bytes * (c->byte_cache.value + (cached ? 0 : stacked ? c->byte_hbm.value : c->byte_other.value)) * PICO;
}

static double operation_joules(const struct launch *launch, double operations)
{
    const struct coefficients *c = launch->coefficients;
    double operation = on_matrix_units(launch) ? c->operation_tensor.value * precision_bytes(launch->precision) / 2
                                               : c->operation_vector.value;
    return operations * operation * node_factor(c, launch->accelerator->node.value) * PICO;
}

static void cost_of(const struct launch *of, struct operator_cost *out)
{
    const struct accelerator *accelerator = of->accelerator;
    const struct coefficients *coefficients = of->coefficients;
    struct traffic traffic = traffic_of(of);
    double limit = accelerator->power_limit.value, occupancy;
    *out = (struct operator_cost){.operations = operator_operations(of->op), .bytes = traffic.values + traffic.weights};
    out->arithmetic_s = arithmetic_seconds(of, &occupancy);
    out->memory_s = traffic_seconds(of, &traffic);
    out->joules = operation_joules(of, out->operations) + byte_joules(of, traffic.values, traffic.values_cached) +
                  byte_joules(of, traffic.weights, traffic.weights_cached);
    double occupied = share(of, limit * coefficients->occupied_share.value * occupancy);
    double budget = share(of, limit * (1 - coefficients->active_share.value) -
                                  accelerator_idle_w(accelerator, coefficients)) - occupied;
    double sharpness = (of->op->kind == OPERATOR_MATRIX ? coefficients->sharpness : coefficients->sharpness_elements).value;
    double seconds = longer(out->arithmetic_s, out->memory_s, sharpness), demand = seconds > 0 ? out->joules / seconds : 0;
    if (budget > 0 && demand > budget)
        out->power_s = out->joules / budget;
    out->seconds = fmax(seconds, out->power_s) + of->kernels * coefficients->launch_graph.value * MICRO;
    out->joules += occupied * out->seconds;
}

static bool has_winograd(const struct work_operator *op)
{
    return op->channels > 0 && op->kernel[0] == 3 && op->kernel[1] == 3 && op->stride[0] == 1 && op->stride[1] == 1;
}

/* Values to which the bias of their channel is added, each found by its own index. */
static double items_seconds(const struct launch *launch, double items)
{
    double rate = cycles_a_second(launch);
    return rate > 0 ? items * launch->coefficients->bias_item.value / rate : 0;
}

/* The kernels of a framework beside a convolution's product: the bias, and those that move values and weights. */
static void add_companions(const struct launch *launch, struct operator_cost *cost)
{
    const struct work_operator *op = launch->op;
    const struct coefficients *c = launch->coefficients;
    bool bias = op->weight_items > op->n * op->k * op->groups;
    bool moved = on_matrix_units(launch) && !op->channels_last && op->k > op->channels; /* 1x1: a product as it is */
    double size = precision_bytes(launch->precision), added = bias ? 2 * op->output_items * size : 0;
    double moves = moved ? 2 * (op->input_items + op->output_items + MOVED_WEIGHTS * op->weight_items) * size : 0;
    bool cached = traffic_of(launch).values_cached;
    double adding = bias ? fmax(added / bandwidth(launch, cached), items_seconds(launch, op->output_items)) : 0;
    double moving = moves / (bandwidth(launch, false) * c->efficiency_moved.value);
    double kernels = bias + (moved ? MOVING_KERNELS : 0);
    double seconds = adding + moving + (c->launch_convolution.value + kernels * c->launch_graph.value) * MICRO;
    cost->seconds += seconds;
    cost->memory_s += seconds;
    cost->bytes += added + moves;
    cost->joules += byte_joules(launch, added, cached) + byte_joules(launch, moves, false);
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
    cost_of(&transformed, out);
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
    cost_of(&transformed, out);
}

static void take_quicker(const struct operator_cost *other, struct operator_cost *out)
{
    if (other->seconds < out->seconds)
        *out = *other;
}

void operator_cost(const struct accelerator *accelerator, const struct coefficients *coefficients,
                   enum baseline_precision precision, const struct work_operator *op, struct operator_heat heat,
                   struct operator_cost *out)
{
    struct launch direct = {accelerator, coefficients, precision, op, 1, 0, heat, 0, 0};
    if (op->channels > 0)
        direct.efficiency = (on_matrix_units(&direct) ? coefficients->convolution_tensor : coefficients->convolution).value;
    cost_of(&direct, out);
    if (has_winograd(op) && precision == PRECISION_FP32) {
        struct operator_cost other;
        cost_by_winograd(&direct, &other);
        take_quicker(&other, out);
        cost_by_fused_winograd(&direct, &other);
        take_quicker(&other, out);
    }
    if (op->kind == OPERATOR_MATRIX)
        out->seconds += coefficients->launch_product.value * MICRO;
    if (op->channels > 0)
        add_companions(&direct, out);
}
