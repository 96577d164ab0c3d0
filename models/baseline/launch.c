/* Time, energy and traffic of one launch: described in operator_cost.h. */
#include "models/baseline/launch.h"
#include <math.h>
#include <string.h>

#define TERA 1e12
#define GIGA 1e9
#define MICRO 1e-6
#define PICO 1e-12
#define MEGA 1e6
#define KEPT_SHARE 0.75 /* of the last cache: H100 copies 34 MB at 5 TB/s and 50 MB at the memory's 3, of its 50 MB */
#define RESIDENT 2048.0 /* threads of a unit, each with a value */

double launch_share(const struct launch *launch, double whole)
{
    return whole / launch->accelerator->dies.value;
}

bool launch_on_matrix_units(const struct launch *launch)
{
    return launch->op->kind == OPERATOR_MATRIX && launch->precision != PRECISION_FP32 && launch->op->m > 1;
}

double launch_cycles(const struct launch *launch)
{
    return launch_share(launch, launch->accelerator->units.value) * launch->accelerator->clock.value * MEGA;
}

double launch_longer(double a, double b, double sharpness)
{
    double larger = fmax(a, b), smaller = fmin(a, b);
    return larger <= 0 ? 0 : larger * pow(1 + pow(smaller / larger, sharpness), 1 / sharpness);
}

/* *occupancy: the busy share of the units; of element-wise operators a unit holds RESIDENT values at a time. */
static double arithmetic_seconds(const struct launch *launch, double *occupancy)
{
    double units = launch_share(launch, launch->accelerator->units.value);
    *occupancy = 1;
    if (launch->op->kind == OPERATOR_MATRIX)
        return product_seconds(launch, occupancy);
    if (units > 0)
        *occupancy = fmin(1, ceil(launch->op->elements / RESIDENT) / units);
    double rate = launch_share(launch, launch->accelerator->vector.value) * TERA * launch->coefficients->efficiency_vector.value;
    double seconds = rate > 0 ? operator_operations(launch->op) / rate : 0;
    return fmax(seconds, rows_seconds(launch));
}

/* Whether the last cache still has `bytes` that were used before. */
static bool kept(const struct launch *launch, double bytes)
{
    return bytes <= KEPT_SHARE * launch_share(launch, launch->accelerator->cache_capacity.value) * MEGA;
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
    double again = launch->transformed + rows_passes(launch) * op->input_items;
    struct traffic traffic = {.values = once + again * size, .weights = op->weight_items * size};
    traffic.values_cached = launch->heat.values && kept(launch, once);
    traffic.weights_cached = launch->heat.weights && kept(launch, once + traffic.weights);
    return traffic;
}

double launch_bandwidth(const struct launch *launch, bool cached)
{
    const struct accelerator *a = launch->accelerator;
    const struct coefficients *c = launch->coefficients;
    double memory = launch_share(launch, a->memory_bandwidth.value) * GIGA * c->efficiency_memory.value;
    if (launch->op->kind == OPERATOR_ELEMENTWISE && precision_bytes(launch->precision) <= 2)
        memory *= c->efficiency_half.value;
    return cached ? fmax(memory, launch_cycles(launch) * c->cache_bytes.value) : memory;
}

bool launch_values_cached(const struct launch *launch)
{
    return traffic_of(launch).values_cached;
}

static double traffic_seconds(const struct launch *launch, const struct traffic *traffic)
{
    return traffic->values / launch_bandwidth(launch, traffic->values_cached) +
           traffic->weights / launch_bandwidth(launch, traffic->weights_cached);
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

double launch_byte_joules(const struct launch *launch, double bytes, bool cached)
{
    const struct coefficients *c = launch->coefficients;
    bool stacked = strncmp(launch->accelerator->memory_type, "HBM", 3) == 0;
    return bytes * (c->byte_cache.value + (cached ? 0 : stacked ? c->byte_hbm.value : c->byte_other.value)) * PICO;
}

static double operation_joules(const struct launch *launch, double operations)
{
    const struct coefficients *c = launch->coefficients;
    double operation = launch_on_matrix_units(launch) ? c->operation_tensor.value * precision_bytes(launch->precision) / 2
                                               : c->operation_vector.value;
    return operations * operation * node_factor(c, launch->accelerator->node.value) * PICO;
}

void launch_cost(const struct launch *of, struct operator_cost *out)
{
    const struct accelerator *accelerator = of->accelerator;
    const struct coefficients *coefficients = of->coefficients;
    struct traffic traffic = traffic_of(of);
    double limit = accelerator->power_limit.value, occupancy;
    *out = (struct operator_cost){.operations = operator_operations(of->op), .bytes = traffic.values + traffic.weights};
    out->arithmetic_s = arithmetic_seconds(of, &occupancy);
    out->memory_s = traffic_seconds(of, &traffic);
    out->joules = operation_joules(of, out->operations) + launch_byte_joules(of, traffic.values, traffic.values_cached) +
                  launch_byte_joules(of, traffic.weights, traffic.weights_cached);
    double occupied = launch_share(of, limit * coefficients->occupied_share.value * occupancy);
    double budget = launch_share(of, limit * (1 - coefficients->active_share.value) -
                                  accelerator_idle_w(accelerator, coefficients)) - occupied;
    double sharpness = (of->op->kind == OPERATOR_MATRIX ? coefficients->sharpness : coefficients->sharpness_elements).value;
    double seconds = launch_longer(out->arithmetic_s, out->memory_s, sharpness), demand = seconds > 0 ? out->joules / seconds : 0;
    if (budget > 0 && demand > budget)
        out->power_s = out->joules / budget;
    out->seconds = fmax(seconds, out->power_s) + of->kernels * coefficients->launch_graph.value * MICRO;
    out->joules += occupied * out->seconds;
}
