/* Few scales in place of many. Neurons with the same decays, threshold and reset but different scales need different
 * sets of parameters, and a core holds only core.profiles of them. So many are left that one core could hold all sets
 * of a population: no core is closed early for a finer scale.
 *
 * A run may go down to the scale of another, which keeps it within its limits but makes its weights coarser: the
 * squared error of rounding grows with (own scale / scale)^2. Scales are sorted into bins of a 16th of an octave, and
 * dynamic programming over the bins divides them where the sum of that over all neurons is least. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 2^(1/16) and the widest spread of scales that is told apart: multiplied up, so that every machine gets the same. */
#define BIN_RATIO 1.0442737824274138
#define BINS_MAX 160u
/* A threshold of so many units of potential or more is made a whole number by a slightly smaller scale. */
#define EXACT_THRESHOLD_MIN 16.0
/* A whole number that a division left just below itself counts as that number. */
#define ROUNDING 1e-9
/* Slightly smaller scales are tried for sets of so few runs with so few weights, this many in steps of this part. */
#define REFINED_RUNS 4u
#define REFINED_SYNAPSES 4096u
#define REFINE_TRIALS 32
#define REFINE_STEP 0.005

struct bins { /* of one class: runs that differ only in scale */
    uint32_t count;            /* that hold a run */
    uint32_t first[BINS_MAX];  /* run */
    double scale[BINS_MAX];    /* of that run, the least */
    double error[BINS_MAX + 1]; /* sum over the bins before of neurons x scale^2 */
};

struct sort_key {
    struct scale_run *run;
    int32_t decay_current, decay_potential;
    double threshold, reset;
};

static int class_compare(const struct sort_key *x, const struct sort_key *y)
{
    if (x->decay_current != y->decay_current)
        return x->decay_current < y->decay_current ? -1 : 1;
    if (x->decay_potential != y->decay_potential)
        return x->decay_potential < y->decay_potential ? -1 : 1;
    if (x->threshold != y->threshold)
        return x->threshold < y->threshold ? -1 : 1;
    return (x->reset > y->reset) - (x->reset < y->reset);
}

static int key_compare(const void *a, const void *b)
{
    const struct sort_key *x = a, *y = b;
    int order = class_compare(x, y);
    if (order)
        return order;
    if (x->run->scale != y->run->scale)
        return x->run->scale < y->run->scale ? -1 : 1;
    return x->run->first < y->run->first ? -1 : 1;
}

static struct sort_key *sort_runs(const struct core_config *core, const struct draft *draft, struct scale_run *runs,
                                  uint32_t count)
{
    struct sort_key *keys = memory_array(count, sizeof *keys);
    for (uint32_t r = 0; r < count; r++) {
        const struct neuron_constants *constants = &draft->constants[runs[r].first];
        keys[r] = (struct sort_key){&runs[r], decay_steps(core, constants->decay_current),
                                    decay_steps(core, constants->decay_potential), constants->threshold,
                                    constants->reset};
    }
    qsort(keys, count, sizeof *keys, key_compare);
    return keys;
}

static void open_bin(struct bins *bins, uint32_t run, double scale)
{
    bins->first[bins->count] = run;
    bins->scale[bins->count++] = scale;
    bins->error[bins->count] = bins->error[bins->count - 1];
}

static void fill_bins(const struct sort_key *keys, uint32_t count, struct bins *out)
{
    double least = keys[0].run->scale, edge = least * BIN_RATIO;
    out->count = 0;
    out->error[0] = 0.0;
    open_bin(out, 0, least);
    for (uint32_t r = 0, steps = 1; r < count; r++) {
        double scale = keys[r].run->scale;
        uint32_t before = steps;
        for (; scale >= edge && steps < BINS_MAX; steps++)
            edge *= BIN_RATIO;
        if (steps > before)
            open_bin(out, r, scale);
        double ratio = fmin(scale, edge) / least;
        out->error[out->count] += (keys[r].run->end - keys[r].run->first) * ratio * ratio;
    }
}

/* Marks in `begins` the bins that begin one of at most `sets` sets. */
static void divide_bins(const struct bins *bins, uint32_t sets, bool *begins)
{
    uint32_t count = bins->count, width = count + 1;
    sets = sets < count ? sets : count;
    double *error = memory_array(((size_t)sets + 1) * width, sizeof *error); /* [sets used][bins covered] */
    uint32_t *last = memory_array(((size_t)sets + 1) * width, sizeof *last); /* where the last set begins */
    for (uint32_t b = 1; b <= count; b++)
        error[b] = INFINITY;
    for (uint32_t k = 1; k <= sets; k++)
        for (uint32_t end = 0; end <= count; end++) {
            double *here = &error[k * width + end];
            *here = end ? INFINITY : 0.0;
            for (uint32_t b = 0; b < end; b++) {
                double ratio = bins->scale[0] / bins->scale[b];
                double sum = error[(k - 1) * width + b] + (bins->error[end] - bins->error[b]) * ratio * ratio;
                if (sum < *here) {
                    *here = sum;
                    last[k * width + end] = b;
                }
            }
        }
    for (uint32_t k = sets, end = count; end > 0; k--) {
        end = last[k * width + end];
        begins[end] = true;
    }
    free(last);
    free(error);
}

static double exact_threshold(const struct core_config *core, double threshold, double scale)
{
    double unit = ldexp(fabs(threshold), (int)core->fraction_bits), steps = floor(unit * scale * (1.0 + ROUNDING));
    return steps >= EXACT_THRESHOLD_MIN ? steps / unit : scale;
}

/* The neuron of a run with most synapses: all neurons of a channel have its weights or some of them. */
static uint32_t fullest_neuron(const struct draft *draft, const struct scale_run *run)
{
    uint32_t fullest = run->first;
    for (uint32_t i = run->first; i < run->end; i++)
        if (draft->start[i + 1] - draft->start[i] > draft->start[fullest + 1] - draft->start[fullest])
            fullest = i;
    return fullest;
}

static double squared_error(const struct core_config *core, const struct draft *draft, uint32_t neuron, double scale)
{
    double low = core_weight_lowest(core), high = ldexp(1.0, (int)core->weight_bits - 1) - 1.0, sum = 0.0;
    for (size_t i = draft->start[neuron]; i < draft->start[neuron + 1]; i++) {
        double exact = draft->weight[i] * scale, error = exact - fmax(low, fmin(high, floor(exact + 0.5)));
        sum += error * error;
    }
    return sum / (scale * scale);
}

/* Few weights round much better with one scale than with another slightly below. */
static double refine(const struct core_config *core, const struct draft *draft, const struct sort_key *keys,
                     uint32_t count, double scale)
{
    double best = exact_threshold(core, keys[0].threshold, scale), least = INFINITY;
    size_t synapses = 0;
    uint32_t neurons[REFINED_RUNS];
    for (uint32_t r = 0; r < count && r < REFINED_RUNS; r++) {
        neurons[r] = fullest_neuron(draft, keys[r].run);
        synapses += draft->start[neurons[r] + 1] - draft->start[neurons[r]];
    }
    if (count > REFINED_RUNS || synapses > REFINED_SYNAPSES)
        return best;
    for (int trial = 0; trial < REFINE_TRIALS; trial++) {
        double here = exact_threshold(core, keys[0].threshold, scale * (1.0 - REFINE_STEP * trial)), error = 0.0;
        for (uint32_t r = 0; r < count; r++)
            error += squared_error(core, draft, neurons[r], here) * (keys[r].run->end - keys[r].run->first);
        if (error < least) {
            least = error;
            best = here;
        }
    }
    return best;
}

static void share_in_class(const struct core_config *core, const struct draft *draft, const struct sort_key *keys,
                           uint32_t count, uint32_t sets)
{
    struct bins bins;
    bool begins[BINS_MAX] = {false};
    fill_bins(keys, count, &bins);
    divide_bins(&bins, sets, begins);
    for (uint32_t b = 0, end; b < bins.count; b = end) {
        for (end = b + 1; end < bins.count && !begins[end];)
            end++;
        uint32_t first = bins.first[b], after = end < bins.count ? bins.first[end] : count;
        double scale = refine(core, draft, &keys[first], after - first, keys[first].run->scale);
        for (uint32_t r = first; r < after; r++)
            keys[r].run->scale = scale;
    }
}

void scale_sets(const struct core_config *core, const struct draft *draft, struct scale_run *runs, uint32_t count)
{
    struct sort_key *keys = sort_runs(core, draft, runs, count);
    uint32_t classes = 1;
    for (uint32_t r = 1; r < count; r++)
        classes += class_compare(&keys[r - 1], &keys[r]) != 0;
    uint32_t sets = core->profiles_max / classes;
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && class_compare(&keys[first], &keys[end]) == 0;)
            end++;
        share_in_class(core, draft, &keys[first], end - first, sets ? sets : 1);
    }
    free(keys);
}
