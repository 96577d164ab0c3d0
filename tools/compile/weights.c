/* Weights in graph units to integers.
 *
 * Each is rounded to the nearest; then, as rounding errors of one neuron that add up would drift its membrane whenever
 * many inputs are active alike, some weights near the middle of two integers take the other one, until the errors of
 * the neuron add up to half a step at most, or no such weight is left. Follows Guo et al., "SQuant: On-the-Fly
 * Data-Free Quantization via Diagonal Hessian Approximation", ICLR 2022, whose outer sum over a channel this is. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <math.h>

/* Errors from a quarter of a step to half of one are told apart by these bins; smaller ones stay. */
#define ERROR_BINS 256

struct rounding {
    const double *weight;
    double scale, low, high;
    int16_t *out;
};

/* True for a weight that is held rounded, not clipped. */
static bool in_range(const struct rounding *it, size_t i)
{
    double exact = it->weight[i] * it->scale;
    return exact >= it->low && exact <= it->high;
}

static double error_of(const struct rounding *it, size_t i)
{
    return it->out[i] - it->weight[i] * it->scale;
}

/* Bin of a weight whose error can change its sign from `sign` on, or -1. */
static int error_bin(const struct rounding *it, size_t i, int sign)
{
    double error = sign * error_of(it, i), moved = it->out[i] - sign;
    if (error < 0.25 || !in_range(it, i) || moved < it->low || moved > it->high)
        return -1;
    return (int)fmin(ERROR_BINS - 1, (error - 0.25) * 4.0 * ERROR_BINS);
}

/* Moves the weights of largest error, in the order of their keys where errors are alike. */
static void balance(const struct rounding *it, size_t first, size_t end, int sign, uint32_t moves)
{
    uint32_t bins[ERROR_BINS] = {0}, above = 0;
    for (size_t i = first; i < end; i++) {
        int bin = error_bin(it, i, sign);
        if (bin >= 0)
            bins[bin]++;
    }
    int least = ERROR_BINS - 1;
    for (; least > 0 && above + bins[least] < moves; least--)
        above += bins[least];
    uint32_t left = moves - above; /* from the last bin */
    for (size_t i = first; i < end; i++) {
        int bin = error_bin(it, i, sign);
        if (bin > least || (bin == least && left > 0)) {
            it->out[i] = (int16_t)(it->out[i] - sign);
            left -= bin == least;
        }
    }
}

static uint64_t round_neuron(const struct rounding *it, size_t first, size_t end)
{
    uint64_t clipped = 0;
    double sum = 0.0;
    for (size_t i = first; i < end; i++) {
        double value = round(it->weight[i] * it->scale);
        bool beyond = value < it->low || value > it->high;
        it->out[i] = (int16_t)fmax(it->low, fmin(it->high, value));
        clipped += beyond;
        sum += beyond ? 0.0 : error_of(it, i);
    }
    uint32_t moves = (uint32_t)round(fabs(sum));
    if (moves)
        balance(it, first, end, sum > 0.0 ? 1 : -1, moves);
    return clipped;
}

uint64_t round_weights(const struct core_config *core, const double *weight, const double *scales, struct layer *out)
{
    uint64_t clipped = 0;
    double low = core_weight_lowest(core), high = ldexp(1.0, (int)core->weight_bits - 1) - 1.0;
    out->weight = memory_array(out->start[out->count], sizeof *out->weight);
    for (uint32_t n = 0; n < out->count; n++) {
        struct rounding it = {weight, scales[n], low, high, out->weight};
        clipped += round_neuron(&it, out->start[n], out->start[n + 1]);
    }
    return clipped;
}
