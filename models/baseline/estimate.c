/* Time and energy of a network's operators on an accelerator; the model is described in baseline.h. */
#include "models/baseline/operator_cost.h"
#include "sim/panic.h"
#include <math.h>
#include <stdlib.h>

#define TERA 1e12
#define GIGA 1e9
#define MEGA 1e6
#define MICRO 1e-6

static const char *const mode_names[BASELINE_MODES] = {"ann", "ann-graph", "snn", "snn-layer", "snn-fused",
                                                       "snn-graph"};
static const char *const precision_names[PRECISIONS] = {"fp32", "tf32", "fp16", "fp8", "int8"};
static const double item_bytes[PRECISIONS] = {4, 4, 2, 1, 1};

const char *baseline_mode_name(enum baseline_mode mode)
{
    must((unsigned)mode < BASELINE_MODES);
    return mode_names[mode];
}

bool baseline_mode_is_dense(enum baseline_mode mode)
{
    return mode == BASELINE_ANN || mode == BASELINE_ANN_GRAPH;
}

const char *precision_name(enum baseline_precision precision)
{
    must((unsigned)precision < PRECISIONS);
    return precision_names[precision];
}

double precision_bytes(enum baseline_precision precision)
{
    must((unsigned)precision < PRECISIONS);
    return item_bytes[precision];
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
    const struct work *work;
    enum baseline_mode mode;
    enum baseline_precision precision;
    double batch;
};

/* All timesteps are rows of one launch. */
static bool unrolled(const struct estimate *estimate)
{
    return (estimate->mode == BASELINE_SNN_LAYER || estimate->mode == BASELINE_SNN_FUSED) && !estimate->work->recurrent;
}

/* Each operation is a kernel of its own. */
static bool step_by_step(const struct estimate *estimate)
{
    return estimate->mode == BASELINE_SNN || estimate->mode == BASELINE_SNN_GRAPH ||
           (estimate->mode == BASELINE_SNN_LAYER && estimate->work->recurrent);
}

/* Kernels of an operator, and what one of them does. Step by step, a neuron's equation is a kernel an operation, each
 * reading two values and writing one; fused, it is one kernel that keeps the state, and in ann an activation. */
static double kernels(const struct estimate *estimate, const struct work_operator *op, struct work_operator *one)
{
    double steps = unrolled(estimate) ? estimate->work->steps : 1;
    *one = operator_of_batch(op, estimate->batch * steps);
    double repeat = op->repeat > 0 ? op->repeat : 1;
    if (!op->neuron)
        return repeat;
    one->state_items /= steps;
    if (baseline_mode_is_dense(estimate->mode)) {
        one->operations_per_element = 1;
        one->state_items = 0;
    }
    if (!step_by_step(estimate) || op->operations_per_element <= 1)
        return repeat;
    one->operations_per_element = 1;
    one->input_items = 2 * one->elements;
    one->output_items = one->elements;
    one->state_items = 0;
    return repeat * op->operations_per_element;
}

static bool fits_cache(const struct estimate *estimate)
{
    double size = item_bytes[estimate->precision], kept = 0, largest = 0;
    for (uint32_t i = 0; i < estimate->work->count; i++) {
        const struct work_operator *op = &estimate->work->operators[i];
        double repeat = op->repeat > 0 ? op->repeat : 1;
        kept += repeat * (op->weight_items + op->state_items * estimate->batch) * size;
        largest = fmax(largest, (op->input_items + op->output_items) * estimate->batch * size);
    }
    return kept + largest <= estimate->accelerator->cache_capacity.value * MEGA / estimate->accelerator->dies.value;
}

/* All operators once, added to `out` `times` times: times in seconds, energy_j without idle power, of the batch.
 * Returns how many kernels that were. */
static double add_passes(const struct estimate *estimate, double times, struct baseline_result *out)
{
    const struct coefficients *c = &estimate->accelerator->coefficients;
    struct operator_heat heat = {.values = true, .weights = fits_cache(estimate)};
    double all = 0;
    for (uint32_t i = 0; i < estimate->work->count; i++) {
        struct work_operator one;
        struct operator_cost cost;
        double count = times * kernels(estimate, &estimate->work->operators[i], &one);
        operator_cost(estimate->accelerator, c, estimate->precision, &one, heat, &cost);
        if (one.neuron && unrolled(estimate))
            cost.seconds = fmax(cost.seconds, estimate->work->steps * c->neuron_step.value * MICRO);
        all += count;
        *(cost.memory_s > fmax(cost.arithmetic_s, cost.power_s) ? &out->memory_s : &out->arithmetic_s) +=
            count * cost.seconds;
        out->energy_j += count * cost.joules;
    }
    return all;
}

static double passes(const struct estimate *estimate)
{
    return baseline_mode_is_dense(estimate->mode) || unrolled(estimate) ? 1 : estimate->work->steps;
}

static double copy_seconds(const struct estimate *estimate)
{
    double steps = baseline_mode_is_dense(estimate->mode) ? 1 : estimate->work->steps;
    return estimate->work->host_items * steps * estimate->batch * item_bytes[estimate->precision] /
           (estimate->accelerator->coefficients.host_bandwidth.value * GIGA);
}

static bool captured(enum baseline_mode mode)
{
    return mode == BASELINE_SNN_FUSED || mode == BASELINE_SNN_GRAPH || mode == BASELINE_ANN_GRAPH;
}

/* What launching adds to `busy` seconds of kernels. The host launches ahead, so the longer of both counts: its calls
 * one by one, or the kernels with the gap between two of them. A captured graph has the gaps alone. */
static double launching_seconds(const struct estimate *estimate, double count, double busy)
{
    const struct coefficients *c = &estimate->accelerator->coefficients;
    double call = (estimate->mode == BASELINE_SNN_LAYER && unrolled(estimate) ? c->launch_layer : c->launch_eager).value;
    double gaps = count * c->launch_graph.value * MICRO, calls = count * call * MICRO;
    return captured(estimate->mode) ? gaps : fmax(gaps, calls - busy);
}

void baseline_estimate(const struct accelerator *accelerator, const struct work *work, enum baseline_mode mode,
                       enum baseline_precision precision, uint32_t batch, struct baseline_result *out)
{
    must(accelerator_has_precision(accelerator, precision) && accelerator->memory_bandwidth.value > 0 && batch > 0);
    struct estimate estimate = {accelerator, work, mode, precision, batch};
    const struct coefficients *c = &accelerator->coefficients;
    *out = (struct baseline_result){.name = accelerator->name, .mode = mode, .precision = precision, .batch = batch,
                                    .measured = accelerator_is_measured(accelerator),
                                    .missing = accelerator_missing(accelerator, precision)};
    double count = add_passes(&estimate, passes(&estimate), out);
    double pass = captured(mode) ? c->launch_pass_graph.value : c->launch_pass.value;
    out->launch_s = pass * MICRO + copy_seconds(&estimate) +
                    launching_seconds(&estimate, count, out->arithmetic_s + out->memory_s);
    out->latency_s = out->launch_s + out->arithmetic_s + out->memory_s;
    double dies = accelerator->dies.value, limit = accelerator->power_limit.value / dies;
    double awake = accelerator_idle_w(accelerator, c) / dies + limit * c->active_share.value;
    out->power_w = limit == 0 ? NAN : fmin(awake + out->energy_j / out->latency_s, limit);
    out->energy_j = out->power_w * out->latency_s / batch;
}

double baseline_roofline_s(const struct accelerator *accelerator, const struct work *work, enum baseline_mode mode,
                           enum baseline_precision precision, uint32_t batch)
{
    struct estimate estimate = {accelerator, work, mode, precision, batch};
    double seconds = 0;
    for (uint32_t i = 0; i < work->count; i++) {
        struct work_operator one;
        double count = kernels(&estimate, &work->operators[i], &one);
        double peak = one.kind == OPERATOR_MATRIX ? accelerator->peak[precision].value : accelerator->vector.value;
        double arithmetic = peak > 0 ? operator_operations(&one) / (peak * TERA) : 0;
        double memory = operator_bytes(&one, precision) / (accelerator->memory_bandwidth.value * GIGA);
        seconds += count * passes(&estimate) * fmax(arithmetic, memory) * accelerator->dies.value;
    }
    return seconds;
}
