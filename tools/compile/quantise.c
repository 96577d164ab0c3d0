/* How many weight units one graph unit of potential is, one scale a population.
 *
 * Weights that are whole numbers in range already (to 1e-6, since files hold float32) stay as they are. Otherwise the
 * scale is the one of least squared error between full range and half of it (large weights are then clipped), as far
 * as thresholds, biases and plausible sums fit the potential and the accumulator. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>

#define WHOLE_TOLERANCE 1e-6
/* Thresholds and biases may take this part of the potential's range, so that potentials beyond them have room. */
#define THRESHOLD_ROOM 0.25
/* Part of a neuron's synapses that may be active in one step before an accumulator saturates. */
#define ACTIVE_PART 0.5
/* Weights looked at for each trial scale. */
#define SAMPLE_MAX 65536u
#define TRIALS 11

struct extent { /* of a draft, in graph units */
    double weight, threshold, bias;
    double sum;        /* greatest one-signed sum of weights of a neuron, planes counted */
    bool whole;        /* every weight is a whole number that fits */
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

static struct extent measure(const struct draft *draft, uint32_t weight_bits)
{
    struct extent extent = {.whole = true};
    double low = -ldexp(1.0, (int)weight_bits - 1), high = -low - 1.0;
    for (uint32_t i = 0; i < draft->count; i++) {
        bool spikes = draft->constants[i].model != MODEL_LI;
        extent.threshold = fmax(extent.threshold, spikes ? fabs(draft->constants[i].threshold) : 0.0);
        extent.threshold = fmax(extent.threshold, spikes ? fabs(draft->constants[i].reset) : 0.0);
        extent.bias = fmax(extent.bias, fabs(draft->bias[i]));
        extent.sum = fmax(extent.sum, greatest_sum(draft, i));
    }
    for (size_t i = 0; i < draft->start[draft->count]; i++) {
        double weight = draft->weight[i];
        extent.weight = fmax(extent.weight, fabs(weight));
        extent.whole = extent.whole && is_whole(weight) && round(weight) >= low && round(weight) <= high;
    }
    return extent;
}

/* The largest scale that the registers allow. */
static double scale_limit(const struct core_config *core, const struct draft *draft, const struct extent *extent)
{
    double fraction = ldexp(1.0, (int)core->fraction_bits);
    double potential = (ldexp(1.0, (int)core->potential_bits - 1) - 1.0) / fraction;
    double accumulator = ldexp(1.0, (int)core->accumulator_bits - 1) - 1.0;
    double limit = INFINITY;
    if (draft->constants[0].model == MODEL_CUBALIF)
        potential = fmin(potential, (ldexp(1.0, (int)core->current_bits - 1) - 1.0) / fraction);
    if (extent->threshold > 0.0)
        limit = fmin(limit, THRESHOLD_ROOM * potential / extent->threshold);
    if (extent->bias > 0.0)
        limit = fmin(limit, THRESHOLD_ROOM * potential / extent->bias);
    if (extent->sum > 0.0)
        limit = fmin(limit, fmin(potential, accumulator) / (ACTIVE_PART * extent->sum));
    return limit;
}

static double squared_error(const struct draft *draft, double scale, double high)
{
    size_t count = draft->start[draft->count], stride = count / SAMPLE_MAX + 1;
    double sum = 0.0;
    for (size_t i = 0; i < count; i += stride) {
        double exact = draft->weight[i] * scale;
        double error = exact - fmax(-high, fmin(high, floor(exact + 0.5)));
        sum += error * error;
    }
    return sum / (scale * scale);
}

static double least_error_scale(const struct draft *draft, double full, double high)
{
    double best = full, least = squared_error(draft, full, high);
    for (int trial = 1; trial < TRIALS; trial++) {
        double scale = full / (1.0 - 0.05 * trial), error = squared_error(draft, scale, high);
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return best;
}

/* True where the weights can stay: thresholds and biases fit, and thresholds are not lost in rounding. */
static bool whole_weights_fit(const struct core_config *core, const struct draft *draft, const struct extent *extent)
{
    double fraction = ldexp(1.0, (int)core->fraction_bits), room = ldexp(1.0, (int)core->potential_bits - 1) - 1.0;
    if (extent->threshold * fraction > room || extent->bias * fraction > room)
        return false;
    for (uint32_t i = 0; i < draft->count; i++) {
        double threshold = draft->constants[i].threshold * fraction;
        if (draft->constants[i].model != MODEL_LI && fabs(round(threshold) - threshold) > 0.01 * fabs(threshold))
            return false;
    }
    return true;
}

static void remark_sums(const struct compilation *with, const char *name, const struct extent *extent, double scale)
{
    double most = ldexp(1.0, (int)with->chip->core.accumulator_bits - 1) - 1.0;
    if (extent->sum * scale > most)
        remark(with, "%s: an accumulator of %u bits saturates if all synapses of one sign are active in one step "
               "(%.0f, it holds %.0f)", name, with->chip->core.accumulator_bits, extent->sum * scale, most);
}

bool choose_scale(const struct compilation *with, const char *name, const struct draft *draft, double *out)
{
    const struct core_config *core = &with->chip->core;
    struct extent extent = measure(draft, core->weight_bits);
    double high = ldexp(1.0, (int)core->weight_bits - 1) - 1.0;
    double limit = scale_limit(core, draft, &extent);
    *out = 1.0;
    if (!isfinite(extent.weight + extent.threshold + extent.bias + extent.sum))
        return diagnostics_add(with->diagnostics, with->network->path,
                               "node %s: its parameters overflow, expected finite weights x gain, thresholds and "
                               "biases", name);
    if (extent.weight > 0.0 && extent.whole && whole_weights_fit(core, draft, &extent)) {
        remark_sums(with, name, &extent, 1.0);
        return true;
    }
    if (extent.weight == 0.0) {
        *out = isfinite(limit) ? fmin(limit, ldexp(1.0, (int)core->weight_bits)) : 1.0;
        return true;
    }
    double full = high / extent.weight;
    *out = full < limit ? fmin(limit, least_error_scale(draft, full, high)) : limit;
    if (extent.weight * *out < 0.5)
        return diagnostics_add(with->diagnostics, with->chip->path,
                               "node %s: its weights (up to %g) vanish beside its thresholds, biases and sums (up to "
                               "%g), expected more than %u core.neuron.potential_bits or fewer "
                               "core.neuron.fraction_bits", name,
                               extent.weight, fmax(extent.threshold, fmax(extent.bias, extent.sum)),
                               core->potential_bits);
    if (*out < 0.25 * full)
        remark(with, "%s: weights use %.0f of %.0f steps, because thresholds, biases and sums must fit %u potential "
               "and %u accumulator bits", name, extent.weight * *out, high, core->potential_bits,
               core->accumulator_bits);
    remark_sums(with, name, &extent, *out);
    return true;
}
