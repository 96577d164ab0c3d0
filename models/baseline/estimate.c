/* Time and energy of a network's operators on an accelerator; the model is described in baseline.h. */
#include "models/baseline/accelerator.h"
#include "sim/panic.h"
#include <math.h>
#include <stdlib.h>

#define TERA 1e12
#define GIGA 1e9
#define MEGA 1e6
#define MICRO 1e-6
#define PICO 1e-12

static const char *const mode_names[] = {"ann", "snn"};
static const char *const precision_names[PRECISIONS] = {"fp32", "tf32", "fp16", "int8"};
static const double item_bytes[PRECISIONS] = {4, 4, 2, 1};

const char *baseline_mode_name(enum baseline_mode mode)
{
    must(mode == BASELINE_ANN || mode == BASELINE_SNN);
    return mode_names[mode];
}

const char *precision_name(enum baseline_precision precision)
{
    must((unsigned)precision < PRECISIONS);
    return precision_names[precision];
}

void work_free(struct work *work)
{
    for (uint32_t i = 0; i < work->count; i++)
        free(work->operators[i].name);
    free(work->operators);
    *work = (struct work){0};
}

struct estimate {
    const struct accelerator *accelerator;
    enum baseline_mode mode;
    enum baseline_precision precision;
    double batch;
};

/* Seconds of a matrix product in tiles of rows x columns, each unit working on one tile at a time; products with
 * fewer tiles than units split the inner dimension. */
static double tiled_seconds(const struct estimate *estimate, const struct work_operator *op, double rows,
                            double columns, double efficiency)
{
    const struct accelerator *accelerator = estimate->accelerator;
    double units = accelerator->units.value;
    double tiles = ceil(op->m * estimate->batch / rows) * ceil(op->n / columns) * op->groups;
    double parts = 1;
    if (tiles < units)
        parts = fmax(1, fmin(ceil(op->k / accelerator->split_k.value), floor(units / tiles)));
    double waves = ceil(tiles * parts / units);
    double rate = accelerator->peak[estimate->precision].value * TERA / units;
    return waves * 2 * rows * columns * ceil(op->k / parts) / (rate * efficiency);
}

static double arithmetic_seconds(const struct estimate *estimate, const struct work_operator *op, double operations)
{
    const struct accelerator *accelerator = estimate->accelerator;
    if (op->kind == OPERATOR_ELEMENTWISE)
        return operations / (accelerator->vector.value * TERA);
    double full = accelerator->efficiency_matrix.value;
    if (op->m * estimate->batch == 1) /* a matrix times a vector has no tiles: element-wise units do it */
        return operations / (accelerator->vector.value * TERA * full);
    double seconds = tiled_seconds(estimate, op, 256, 128, full);
    seconds = fmin(seconds, tiled_seconds(estimate, op, 128, 128, full));
    seconds = fmin(seconds, tiled_seconds(estimate, op, 64, 64, full * accelerator->tile_64.value));
    return fmin(seconds, tiled_seconds(estimate, op, 32, 32, full * accelerator->tile_32.value));
}

static double operator_operations(const struct estimate *estimate, const struct work_operator *op)
{
    if (op->kind == OPERATOR_MATRIX)
        return 2 * op->m * op->n * op->k * op->groups * estimate->batch;
    bool activation = op->neuron && estimate->mode == BASELINE_ANN;
    return op->elements * (activation ? 1 : op->operations_per_element) * estimate->batch;
}

static double state_bytes(const struct estimate *estimate, const struct work_operator *op)
{
    bool kept = estimate->mode == BASELINE_SNN;
    return kept ? op->state_items * estimate->batch * item_bytes[estimate->precision] : 0;
}

static double operator_bytes(const struct estimate *estimate, const struct work_operator *op)
{
    double activations = (op->input_items + op->output_items) * estimate->batch;
    return (op->weight_items + activations) * item_bytes[estimate->precision] + 2 * state_bytes(estimate, op);
}

static bool fits_cache(const struct estimate *estimate, const struct work *work)
{
    double size = item_bytes[estimate->precision], kept = 0, largest = 0;
    for (uint32_t i = 0; i < work->count; i++) {
        const struct work_operator *op = &work->operators[i];
        kept += op->weight_items * size + state_bytes(estimate, op);
        largest = fmax(largest, (op->input_items + op->output_items) * estimate->batch * size);
    }
    return kept + largest <= estimate->accelerator->cache_capacity.value * MEGA;
}

/* Joules above idle and active. Operations cost what brings the board from there to its power at peak. */
static double dynamic_joules(const struct estimate *estimate, const struct work_operator *op, double operations,
                             double bytes, bool cached)
{
    const struct accelerator *accelerator = estimate->accelerator;
    bool tiles = op->kind == OPERATOR_MATRIX && op->m * estimate->batch > 1;
    const struct sourced_value *peak = tiles ? &accelerator->peak[estimate->precision] : &accelerator->vector;
    double above = accelerator->power_at_peak.value - accelerator->power_idle.value - accelerator->power_active.value;
    double byte = accelerator->cache_byte.value + (cached ? 0 : accelerator->memory_byte.value);
    return operations * above / (peak->value * TERA) + bytes * byte * PICO;
}

/* All operators once, added to `out` `times` times: times in seconds, energy_j without idle power, of the batch. */
static void add_pass(const struct estimate *estimate, const struct work *work, bool cached, double times,
                     struct baseline_result *out)
{
    const struct accelerator *accelerator = estimate->accelerator;
    const struct sourced_value *peak = cached ? &accelerator->cache_bandwidth : &accelerator->memory_bandwidth;
    double bandwidth = peak->value * GIGA * accelerator->efficiency_memory.value;
    for (uint32_t i = 0; i < work->count; i++) {
        const struct work_operator *op = &work->operators[i];
        bool matrix = op->kind == OPERATOR_MATRIX;
        double operations = operator_operations(estimate, op), bytes = operator_bytes(estimate, op);
        double arithmetic = arithmetic_seconds(estimate, op, operations), memory = bytes / bandwidth;
        out->launch_s += times * MICRO * (matrix ? accelerator->launch_matrix : accelerator->launch_elementwise).value;
        if (arithmetic >= memory)
            out->arithmetic_s += times * arithmetic;
        else
            out->memory_s += times * memory;
        out->energy_j += times * dynamic_joules(estimate, op, operations, bytes, cached);
    }
}

void baseline_estimate(const struct accelerator *accelerator, const struct work *work, enum baseline_mode mode,
                       enum baseline_precision precision, uint32_t batch, struct baseline_result *out)
{
    must(accelerator_has_precision(accelerator, precision) && batch > 0);
    struct estimate estimate = {accelerator, mode, precision, batch};
    *out = (struct baseline_result){.name = accelerator->name, .mode = mode, .precision = precision, .batch = batch};
    out->launch_s = accelerator->launch_pass.value * MICRO;
    add_pass(&estimate, work, false, 1, out);
    if (mode == BASELINE_SNN && work->steps > 1)
        add_pass(&estimate, work, fits_cache(&estimate, work), work->steps - 1.0, out);
    out->latency_s = out->launch_s + out->arithmetic_s + out->memory_s;
    double awake = accelerator->power_idle.value + accelerator->power_active.value;
    out->power_w = accelerator->power_idle.value;
    if (out->latency_s > 0)
        out->power_w = fmin(awake + out->energy_j / out->latency_s, accelerator->power_limit.value);
    out->energy_j = out->power_w * out->latency_s / batch;
}
