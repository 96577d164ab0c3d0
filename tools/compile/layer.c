/* One population as the chip holds it: its synapses by target with integer weights, biases, and sets of parameters. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include "tools/compile/program_layout.h"
#include "sim/panic.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Decay is held in steps of 1 / 2^decay_bits; a relative error beyond this is worth a remark. */
#define DECAY_ERROR_MAX 0.01

const struct key_range *layer_range(const struct layer *layer, uint32_t key)
{
    uint32_t r = layer->range_count - 1;
    while (layer->ranges[r].first_key > key)
        r--;
    return &layer->ranges[r];
}

/* ---- synapses by target ---- */
static void make_ranges(const struct lowered *lowered, size_t first, size_t end, struct layer *out)
{
    uint64_t keys = 0;
    out->range_count = (uint32_t)(end - first);
    out->ranges = memory_array(out->range_count, sizeof *out->ranges);
    for (size_t i = first; i < end; i++) {
        const struct projection *projection = &lowered->projections[i];
        out->ranges[i - first] = (struct key_range){(uint32_t)keys, projection->from, projection->delay};
        keys += lowered->populations[projection->from].count;
    }
    must(keys < NONE);
    out->key_count = (uint32_t)keys;
}

static void count_synapses(const struct lowered *lowered, size_t first, size_t end, struct layer *out)
{
    out->start = memory_array((size_t)out->count + 1, sizeof *out->start);
    for (size_t i = first; i < end; i++) {
        const struct sparse_matrix *matrix = &lowered->projections[i].matrix;
        for (size_t s = 0; s < matrix->start[matrix->sources]; s++)
            out->start[matrix->target[s] + 1]++;
    }
    for (uint32_t i = 0; i < out->count; i++)
        out->start[i + 1] += out->start[i];
}

/* Keys ascend within a target because projections and sources are gone through in order. */
static double *gather_synapses(const struct compilation *with, struct lowered *lowered, size_t first, size_t end,
                               const struct neuron_constants *constants, struct layer *out)
{
    count_synapses(lowered, first, end, out);
    size_t *next = memory_array(out->count, sizeof *next);
    memcpy(next, out->start, out->count * sizeof *next);
    out->key = memory_array(out->start[out->count], sizeof *out->key);
    double *weight = memory_array(out->start[out->count], sizeof *weight);
    for (size_t i = first; i < end; i++) {
        struct projection *projection = &lowered->projections[i];
        struct sparse_matrix *matrix = &projection->matrix;
        double share = 1.0 / population_levels(with, &lowered->populations[projection->from]);
        uint32_t key = out->ranges[i - first].first_key;
        for (uint32_t source = 0; source < matrix->sources; source++, key++)
            for (size_t s = matrix->start[source]; s < matrix->start[source + 1]; s++) {
                size_t place = next[matrix->target[s]]++;
                out->key[place] = key;
                weight[place] = matrix->weight[s] * share * constants[matrix->target[s]].gain;
            }
        sparse_free(matrix);
    }
    free(next);
    return weight;
}

/* ---- neuron parameters ---- */
static int32_t clamp_potential(const struct core_config *core, double value)
{
    double high = ldexp(1.0, (int)core->potential_bits - 1) - 1.0;
    return (int32_t)fmax(-high, fmin(high, round(value)));
}

int32_t decay_steps(const struct core_config *core, double decay)
{
    double all = ldexp(1.0, (int)core->decay_bits);
    return (int32_t)fmax(0.0, fmin(all, round(decay * all)));
}

static struct neuron_group profile_of(const struct compilation *with, const struct neuron_constants *constants,
                                      double scale)
{
    const struct core_config *core = &with->chip->core;
    struct neuron_group group = {.model = (int32_t)constants->model};
    if (constants->model != MODEL_IF)
        group.decay_potential = decay_steps(core, constants->decay_potential);
    if (constants->model == MODEL_CUBALIF)
        group.decay_current = decay_steps(core, constants->decay_current);
    if (constants->model == MODEL_LI)
        return group;
    if (constants->silent) { /* no potential is above the highest */
        group.threshold = clamp_potential(core, INFINITY);
        return group;
    }
    group.threshold = clamp_potential(core, constants->threshold * scale);
    group.refractory = (int32_t)fmin(constants->refractory, REFRACTORY_MOST);
    group.initial = clamp_potential(core, constants->initial * scale);
    group.reset_subtract = constants->subtracts;
    if (!group.reset_subtract)
        group.reset = clamp_potential(core, constants->reset * scale);
    return group;
}

/* Runs of equal neurons, so that equal sets are looked for among few. */
struct run {
    struct neuron_group profile;
    uint32_t first;
};

static int run_compare(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    int order = memcmp(&x->profile, &y->profile, sizeof x->profile);
    return order ? order : (x->first > y->first) - (x->first < y->first);
}

static void make_profiles(const struct compilation *with, const struct neuron_constants *constants,
                          const double *scales, struct layer *out)
{
    struct run *runs = NULL;
    size_t count = 0, capacity = 0;
    int fraction = (int)with->chip->core.fraction_bits;
    for (uint32_t i = 0; i < out->count; i++) {
        struct run run = {profile_of(with, &constants[i], ldexp(scales[i], fraction)), i};
        if (count && memcmp(&runs[count - 1].profile, &run.profile, sizeof run.profile) == 0)
            continue;
        runs = memory_grow(runs, &capacity, count + 1, sizeof *runs);
        runs[count++] = run;
    }
    out->profile_of = memory_array(out->count, sizeof *out->profile_of);
    out->profiles = memory_array(count, sizeof *out->profiles);
    uint32_t *ends = memory_array(out->count, sizeof *ends); /* by first neuron of a run */
    for (size_t i = 0; i < count; i++)
        ends[runs[i].first] = i + 1 < count ? runs[i + 1].first : out->count;
    if (count)
        qsort(runs, count, sizeof *runs, run_compare);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || memcmp(&runs[i - 1].profile, &runs[i].profile, sizeof runs[i].profile) != 0)
            out->profiles[out->profile_count++] = runs[i].profile;
        for (uint32_t n = runs[i].first; n < ends[runs[i].first]; n++)
            out->profile_of[n] = out->profile_count - 1;
    }
    free(ends);
    free(runs);
}

static void make_biases(const struct compilation *with, const double *bias, const double *scales, struct layer *out)
{
    int fraction = (int)with->chip->core.fraction_bits;
    out->bias = memory_array(out->count, sizeof *out->bias);
    for (uint32_t i = 0; i < out->count; i++)
        out->bias[i] = clamp_potential(&with->chip->core, ldexp(bias[i] * scales[i], fraction));
}

/* ---- what the decays cannot hold ---- */
static void worst_decay(double decay, double step, double *error, double *wanted)
{
    if (decay <= 0.0)
        return;
    double held = fmin(1.0, round(decay / step) * step), relative = fabs(held - decay) / decay;
    if (relative > *error) {
        *error = relative;
        *wanted = decay;
    }
}

static void remark_decays(const struct compilation *with, const char *name, const struct neuron_constants *constants,
                          uint32_t count)
{
    double step = ldexp(1.0, -(int)with->chip->core.decay_bits), error = DECAY_ERROR_MAX, wanted = 0.0;
    bool through_current = false;
    for (uint32_t i = 0; i < count; i++) {
        worst_decay(constants[i].decay_current, step, &error, &wanted);
        worst_decay(constants[i].decay_potential, step, &error, &wanted);
        through_current = through_current || (constants[i].model == MODEL_CUBALIF && constants[i].leak != 0.0 &&
                                              constants[i].decay_current < 1.0);
    }
    if (wanted > 1.0)
        remark(with, "%s: a time constant is shorter than dt (dt / tau = %g); the chip decays to 0 and does not "
               "overshoot", name, wanted);
    else if (wanted > 0.0)
        remark(with, "%s: a decay of %g a step is held as %g (%u decay bits)", name, wanted,
               round(wanted / step) * step, with->chip->core.decay_bits);
    if (through_current)
        remark(with, "%s: v_leak or the bias joins the current, exact after a few tau_syn", name);
}

/* ---- */
static struct neuron_constants *all_constants(const struct compilation *with, const struct lowered_population *of)
{
    const struct node *node = &with->network->nodes[of->node];
    struct neuron_constants *constants = memory_array(of->count, sizeof *constants);
    for (uint32_t i = 0; i < of->count; i++)
        neuron_constants(node, i, with->options, &constants[i]);
    return constants;
}

static double *all_biases(const struct lowered_population *population, const struct neuron_constants *constants)
{
    double *bias = memory_array(population->count, sizeof *bias);
    for (uint32_t i = 0; i < population->count; i++)
        bias[i] = constants[i].leak + (population->bias ? constants[i].gain * population->bias[i] : 0.0);
    return bias;
}

static double *all_planes(const struct compilation *with, const struct lowered *lowered, const struct layer *layer)
{
    double *planes = memory_array(layer->range_count, sizeof *planes);
    for (uint32_t r = 0; r < layer->range_count; r++)
        planes[r] = population_levels(with, &lowered->populations[layer->ranges[r].from]);
    return planes;
}

/* Of a population laid out as (channels, ..), neurons a channel. */
static uint32_t channel_size(const struct compilation *with, const struct lowered_population *population)
{
    const struct shape *shape = &with->network->nodes[population->node].output;
    if (shape->rank < 2 || shape->size[0] < 1 || shape_items(shape) != population->count)
        return 1;
    return (uint32_t)(population->count / shape->size[0]);
}

bool layer_build(const struct compilation *with, struct lowered *lowered, uint32_t p, struct layer *out)
{
    const struct lowered_population *population = &lowered->populations[p];
    *out = (struct layer){.count = population->count};
    if (population_is_input(with, population))
        return true;
    size_t first = 0, end;
    while (first < lowered->projection_count && lowered->projections[first].to < p)
        first++;
    for (end = first; end < lowered->projection_count && lowered->projections[end].to == p;)
        end++;
    make_ranges(lowered, first, end, out);
    struct neuron_constants *constants = all_constants(with, population);
    double *weight = gather_synapses(with, lowered, first, end, constants, out), common = 1.0;
    double *bias = all_biases(population, constants), *planes = all_planes(with, lowered, out);
    struct draft draft = {.count = out->count, .constants = constants, .bias = bias, .start = out->start,
                          .weight = weight, .planes = planes, .key = out->key, .layer = out,
                          .channel = channel_size(with, population)};
    const char *name = population_name(with, population);
    double *scales = choose_scales(with, name, &draft, &common);
    if (scales) {
        remark_decays(with, name, constants, out->count);
        with->report->saturated_weights += round_weights(&with->chip->core, weight, scales, out);
        out->scale = ldexp(common, (int)with->chip->core.fraction_bits);
        make_profiles(with, constants, scales, out);
        make_biases(with, bias, scales, out);
    }
    bool fine = scales != NULL;
    free(scales);
    free(planes);
    free(bias);
    free(weight);
    free(constants);
    return fine;
}

void layer_free(struct layer *layer)
{
    free(layer->profiles);
    free(layer->profile_of);
    free(layer->bias);
    free(layer->ranges);
    free(layer->start);
    free(layer->key);
    free(layer->weight);
    *layer = (struct layer){0};
}
