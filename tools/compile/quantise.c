/* How many weight units one graph unit of potential is, for each neuron.
 *
 * Spikes carry no amplitude, so the scale of a neuron concerns its own membrane alone: weights, bias, threshold and
 * reset times the same number fire in the same steps. Weights that are whole numbers in range already (to 1e-6, since
 * files hold float32) stay as they are, in the whole population. Otherwise a neuron, or a channel of a convolution,
 * gets the scale of least squared error between the full range of the weights and half of it (large weights are then
 * clipped), as far as thresholds, biases and plausible sums fit the potential and the accumulator; then scale_sets
 * leaves so many different ones as a core can hold. Values that are read out keep one scale, to be comparable. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>

#define WHOLE_TOLERANCE 1e-6
/* Thresholds and biases may take this part of the potential's range, so that potentials beyond them have room. */
#define THRESHOLD_ROOM 0.25
/* Part of a neuron's synapses that may be active in one step before an accumulator saturates. */
#define ACTIVE_PART 0.5
/* Beyond any that a network asks for; keeps squares of ratios finite. */
#define SCALE_MAX 1e100
/* Trial scales between full range and half of it. */
#define TRIALS 11
/* A threshold should be so many steps of a weight: large weights are clipped down to half for it. */
#define THRESHOLD_STEPS 16.0
/* Fewer are worth a remark. */
#define THRESHOLD_LOW 8.0

struct extent { /* of a run of neurons, in graph units */
    double weight, threshold, bias;
    double sum;        /* greatest one-signed sum of weights of a neuron, planes counted */
};

static bool is_whole(double value)
{
    return fabs(value - round(value)) <= WHOLE_TOLERANCE * fabs(value);
}

static double greatest_sum(const struct draft *draft, uint32_t neuron)
{
    double up = 0.0, down = 0.0;
    for (size_t i = draft->start[neuron]; i < draft->start[neuron + 1]; i++) {
        double most = draft->weight[i] * draft->planes[layer_range(draft->layer, draft->key[i]) - draft->layer->ranges];
        up += most > 0.0 ? most : 0.0;
        down -= most < 0.0 ? most : 0.0;
    }
    return fmax(up, down);
}

static struct extent measure(const struct draft *draft, uint32_t first, uint32_t end)
{
    struct extent extent = {0};
    for (uint32_t i = first; i < end; i++) {
        bool spikes = draft->constants[i].model != MODEL_LI;
        extent.threshold = fmax(extent.threshold, spikes ? fabs(draft->constants[i].threshold) : 0.0);
        extent.threshold = fmax(extent.threshold, spikes ? fabs(draft->constants[i].reset) : 0.0);
        extent.bias = fmax(extent.bias, fabs(draft->bias[i]));
        extent.sum = fmax(extent.sum, greatest_sum(draft, i));
    }
    for (size_t i = draft->start[first]; i < draft->start[end]; i++)
        extent.weight = fmax(extent.weight, fabs(draft->weight[i]));
    return extent;
}

static struct extent largest(struct extent a, struct extent b)
{
    return (struct extent){fmax(a.weight, b.weight), fmax(a.threshold, b.threshold), fmax(a.bias, b.bias),
                           fmax(a.sum, b.sum)};
}

/* The largest scale that the registers allow. */
static double scale_limit(const struct core_config *core, enum neuron_model model, const struct extent *extent)
{
    double fraction = ldexp(1.0, (int)core->fraction_bits);
    double potential = (ldexp(1.0, (int)core->potential_bits - 1) - 1.0) / fraction;
    double accumulator = ldexp(1.0, (int)core->accumulator_bits - 1) - 1.0;
    double limit = SCALE_MAX;
    if (model == MODEL_CUBALIF)
        potential = fmin(potential, (ldexp(1.0, (int)core->current_bits - 1) - 1.0) / fraction);
    if (extent->threshold > 0.0)
        limit = fmin(limit, THRESHOLD_ROOM * potential / extent->threshold);
    if (extent->bias > 0.0)
        limit = fmin(limit, THRESHOLD_ROOM * potential / extent->bias);
    if (extent->sum > 0.0)
        limit = fmin(limit, fmin(potential, accumulator) / (ACTIVE_PART * extent->sum));
    return limit;
}

/* Trial t clips at (1 - t / 20) of the largest weight; rounding costs a twelfth of a squared step, clipping what it
 * cuts off. Only weights beyond half the largest can be cut off. */
static double least_error_scale(const struct draft *draft, uint32_t first, uint32_t end, double largest_weight,
                                double high)
{
    double clip[TRIALS], cut[TRIALS] = {0};
    for (int trial = 0; trial < TRIALS; trial++)
        clip[trial] = largest_weight * (1.0 - 0.05 * trial);
    for (size_t i = draft->start[first]; i < draft->start[end]; i++) {
        double weight = fabs(draft->weight[i]);
        for (int trial = TRIALS - 1; trial > 0 && weight > clip[trial]; trial--)
            cut[trial] += (weight - clip[trial]) * (weight - clip[trial]);
    }
    double count = (double)(draft->start[end] - draft->start[first]), least = INFINITY, best = clip[0];
    for (int trial = 0; trial < TRIALS; trial++) {
        double error = cut[trial] + count * clip[trial] * clip[trial] / (12.0 * high * high);
        if (error < least) {
            least = error;
            best = clip[trial];
        }
    }
    return high / best;
}

/* True where the weights can stay: they are whole numbers in range, thresholds and biases fit, and thresholds are not
 * lost in rounding. */
static bool whole_weights_fit(const struct core_config *core, const struct draft *draft, const struct extent *extent)
{
    double fraction = ldexp(1.0, (int)core->fraction_bits), room = ldexp(1.0, (int)core->potential_bits - 1) - 1.0;
    double low = core_weight_lowest(core), high = ldexp(1.0, (int)core->weight_bits - 1) - 1.0;
    if (extent->weight == 0.0 || extent->threshold * fraction > room || extent->bias * fraction > room)
        return false;
    for (uint32_t i = 0; i < draft->count; i++) {
        double threshold = draft->constants[i].threshold * fraction;
        if (draft->constants[i].model != MODEL_LI && fabs(round(threshold) - threshold) > 0.01 * fabs(threshold))
            return false;
    }
    for (size_t i = 0; i < draft->start[draft->count]; i++) {
        double weight = draft->weight[i];
        if (!is_whole(weight) || round(weight) < low || round(weight) > high)
            return false;
    }
    return true;
}

static bool same_constants(const struct neuron_constants *a, const struct neuron_constants *b)
{
    return a->decay_current == b->decay_current && a->decay_potential == b->decay_potential &&
           a->threshold == b->threshold && a->reset == b->reset && a->initial == b->initial &&
           a->refractory == b->refractory;
}

/* Equal neurons of a channel; all neurons where values are read out. */
static struct scale_run *make_runs(const struct draft *draft, uint32_t *count)
{
    struct scale_run *runs = NULL;
    size_t capacity = 0;
    *count = 0;
    for (uint32_t i = 0; i < draft->count; i++) {
        bool values = draft->constants[i].model == MODEL_LI || draft->constants[i].silent;
        if (i && (values || (i % draft->channel && same_constants(&draft->constants[i - 1], &draft->constants[i])))) {
            runs[*count - 1].end++;
            continue;
        }
        runs = memory_grow(runs, &capacity, (size_t)*count + 1, sizeof *runs);
        runs[(*count)++] = (struct scale_run){.first = i, .end = i + 1};
    }
    return runs;
}

/* The largest number of which every weight of the run is a whole multiple (Euclid's rule), 0 when that would have to be
 * smaller than `least`. Weights that a file gives as counts of synapses times a weight are such multiples. */
static double common_measure(const struct draft *draft, uint32_t first, uint32_t end, double least)
{
    double measure = 0.0;
    for (size_t i = draft->start[first]; i < draft->start[end]; i++) {
        double a = fabs(draft->weight[i]), b = measure;
        while (b > 0.0 && fabs(a - b * round(a / b)) > WHOLE_TOLERANCE * b) {
            double rest = fabs(a - b * round(a / b));
            a = b;
            b = rest;
            if (b < least)
                return 0.0;
        }
        measure = b > 0.0 ? b : a;
    }
    return measure;
}

/* What one run would have, if it were alone. */
static void own_scale(const struct core_config *core, const struct draft *draft, const struct extent *extent,
                      struct scale_run *run)
{
    double full = (ldexp(1.0, (int)core->weight_bits - 1) - 1.0) / extent->weight;
    run->limit = scale_limit(core, draft->constants[run->first].model, extent);
    run->scale = run->limit;
    double most = fmin(full, run->limit), measure = common_measure(draft, run->first, run->end, 1.0 / most);
    if (measure * most >= 1.0) { /* no weight is rounded */
        run->scale = floor(measure * most * (1.0 + WHOLE_TOLERANCE)) / measure;
        return;
    }
    if (!(full < run->limit))
        return;
    double best = least_error_scale(draft, run->first, run->end, extent->weight, full * extent->weight);
    if (extent->threshold * best < THRESHOLD_STEPS && extent->threshold > 0.0)
        best = fmax(best, fmin(2.0 * full, THRESHOLD_STEPS / extent->threshold));
    run->scale = fmin(run->limit, best);
}

/* The scale of the runs without weights or bounds follows the others. */
static void bound_silent_runs(const struct core_config *core, const struct extent *extents, struct scale_run *runs,
                              uint32_t count)
{
    double most = 0.0;
    for (uint32_t r = 0; r < count; r++)
        most = fmax(most, extents[r].weight > 0.0 ? runs[r].scale : 0.0);
    for (uint32_t r = 0; r < count; r++)
        if (extents[r].weight == 0.0)
            runs[r].scale = fmin(runs[r].limit, most > 0.0 ? most : ldexp(1.0, (int)core->weight_bits));
}

static void remark_sums(const struct compilation *with, const char *name, double sum)
{
    double most = ldexp(1.0, (int)with->chip->core.accumulator_bits - 1) - 1.0;
    if (sum > most)
        remark(with, "%s: an accumulator of %u bits saturates if all synapses of one sign are active in one step "
               "(%.0f, it holds %.0f)", name, with->chip->core.accumulator_bits, sum, most);
}

/* What became of the runs: false if no weight is left, remarks for the worst one. */
static bool judge_runs(const struct compilation *with, const char *name, const struct extent *extents,
                       const struct scale_run *runs, uint32_t count)
{
    const struct core_config *core = &with->chip->core;
    double high = ldexp(1.0, (int)core->weight_bits - 1) - 1.0, most = 0.0, least = high, sum = 0.0;
    uint32_t coarse = 0, low = 0, neurons = runs[count - 1].end;
    struct extent all = {0};
    for (uint32_t r = 0; r < count; r++) {
        double steps = extents[r].weight * runs[r].scale;
        all = largest(all, extents[r]);
        most = fmax(most, steps);
        sum = fmax(sum, extents[r].sum * runs[r].scale);
        bool weighted = extents[r].weight > 0.0, limited = extents[r].weight * runs[r].limit < 0.25 * high;
        if (weighted && limited) {
            least = fmin(least, steps);
            coarse += runs[r].end - runs[r].first;
        }
        if (weighted && extents[r].threshold > 0.0 && extents[r].threshold * runs[r].scale < THRESHOLD_LOW)
            low += runs[r].end - runs[r].first;
    }
    if (all.weight > 0.0 && most < 0.5)
        return diagnostics_add(with->diagnostics, with->chip->path,
                               "node %s: its weights (up to %g) vanish beside its thresholds, biases and sums (up to "
                               "%g), expected more than %u core.neuron.potential_bits or fewer "
                               "core.neuron.fraction_bits", name,
                               all.weight, fmax(all.threshold, fmax(all.bias, all.sum)), core->potential_bits);
    if (coarse)
        remark(with, "%s: in %u of %u neuron%s weights use less than a quarter of %.0f steps (%.0f at worst), because "
               "thresholds, biases and sums must fit %u potential and %u accumulator bits", name, coarse, neurons,
               neurons == 1 ? "" : "s", high, least, core->potential_bits, core->accumulator_bits);
    if (low)
        remark(with, "%s: in %u of %u neuron%s the threshold is less than %.0f steps of a weight", name, low, neurons,
               neurons == 1 ? "" : "s", THRESHOLD_LOW);
    remark_sums(with, name, sum);
    return true;
}

static double *spread_scales(const struct draft *draft, const struct scale_run *runs, uint32_t count, double *common)
{
    double *scales = memory_array(draft->count, sizeof *scales);
    *common = runs[0].scale;
    for (uint32_t r = 0; r < count; r++) {
        for (uint32_t i = runs[r].first; i < runs[r].end; i++)
            scales[i] = runs[r].scale;
        *common = runs[r].scale == runs[0].scale ? *common : 0.0;
    }
    return scales;
}

double *choose_scales(const struct compilation *with, const char *name, const struct draft *draft, double *common)
{
    const struct core_config *core = &with->chip->core;
    uint32_t count;
    struct scale_run whole = {0, draft->count, 1.0, INFINITY}, *runs = make_runs(draft, &count);
    struct extent *extents = memory_array(count, sizeof *extents), all = {0};
    for (uint32_t r = 0; r < count; r++) {
        extents[r] = measure(draft, runs[r].first, runs[r].end);
        all = largest(all, extents[r]);
    }
    double *scales = NULL;
    if (!isfinite(all.weight + all.threshold + all.bias + all.sum)) {
        diagnostics_add(with->diagnostics, with->network->path,
                        "node %s: its parameters overflow, expected finite weights x gain, thresholds and "
                        "biases", name);
    } else if (whole_weights_fit(core, draft, &all)) {
        remark_sums(with, name, all.sum);
        scales = spread_scales(draft, &whole, 1, common);
    } else {
        for (uint32_t r = 0; r < count; r++)
            own_scale(core, draft, &extents[r], &runs[r]);
        bound_silent_runs(core, extents, runs, count);
        if (draft->constants[0].model != MODEL_LI && !draft->constants[0].silent)
            scale_sets(core, draft, runs, count);
        if (judge_runs(with, name, extents, runs, count))
            scales = spread_scales(draft, runs, count, common);
    }
    free(extents);
    free(runs);
    return scales;
}
