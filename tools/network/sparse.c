/* Sums and products of sparse matrices in time linear in the multiplications. */
#include "tools/network/network.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

void sparse_free(struct sparse_matrix *matrix)
{
    free(matrix->start);
    free(matrix->target);
    free(matrix->weight);
    *matrix = (struct sparse_matrix){0};
}

/* ---- transposing twice sorts every source's targets (Gustavson 1978, ACM TOMS 4(3)) ---- */
static void transpose(const struct sparse_matrix *a, struct sparse_matrix *out)
{
    size_t entries = a->start[a->sources];
    *out = (struct sparse_matrix){.sources = a->targets, .targets = a->sources};
    out->start = memory_array((size_t)out->sources + 1, sizeof *out->start);
    out->target = memory_array(entries, sizeof *out->target);
    out->weight = memory_array(entries, sizeof *out->weight);
    for (size_t e = 0; e < entries; e++)
        out->start[a->target[e] + 1]++;
    for (size_t i = 0; i < out->sources; i++)
        out->start[i + 1] += out->start[i];
    size_t *cursor = memory_array(out->sources, sizeof *cursor);
    memcpy(cursor, out->start, out->sources * sizeof *cursor);
    for (uint32_t source = 0; source < a->sources; source++) {
        for (size_t e = a->start[source]; e < a->start[source + 1]; e++) {
            size_t place = cursor[a->target[e]]++;
            out->target[place] = source;
            out->weight[place] = a->weight[e];
        }
    }
    free(cursor);
}

static bool ascending(const struct sparse_matrix *a)
{
    for (uint32_t source = 0; source < a->sources; source++)
        for (size_t e = a->start[source] + 1; e < a->start[source + 1]; e++)
            if (a->target[e - 1] >= a->target[e])
                return false;
    return true;
}

static void sort_targets(struct sparse_matrix *a)
{
    if (ascending(a))
        return;
    struct sparse_matrix turned;
    transpose(a, &turned);
    sparse_free(a);
    transpose(&turned, a);
    sparse_free(&turned);
}

/* ---- product ---- */
struct accumulator {
    double *sum;        /* one a target */
    uint32_t *owner;    /* source + 1 that touched the target last */
    uint32_t *touched;  /* targets of the current source, in order of first touch */
    uint32_t count;
};

static void accumulate(struct accumulator *acc, const struct sparse_matrix *first, const struct sparse_matrix *second,
                       uint32_t source)
{
    acc->count = 0;
    for (size_t e = first->start[source]; e < first->start[source + 1]; e++) {
        uint32_t middle = first->target[e];
        for (size_t k = second->start[middle]; k < second->start[middle + 1]; k++) {
            uint32_t target = second->target[k];
            if (acc->owner[target] != source + 1) {
                acc->owner[target] = source + 1;
                acc->sum[target] = 0.0;
                acc->touched[acc->count++] = target;
            }
            acc->sum[target] += first->weight[e] * second->weight[k];
        }
    }
}

/* Appends what is not zero; capacities[0] is of target, [1] of weight. */
static void append(struct sparse_matrix *out, const struct accumulator *acc, uint32_t source, size_t *capacities)
{
    size_t end = out->start[source];
    out->target = memory_grow(out->target, &capacities[0], end + acc->count, sizeof *out->target);
    out->weight = memory_grow(out->weight, &capacities[1], end + acc->count, sizeof *out->weight);
    for (uint32_t i = 0; i < acc->count; i++) {
        double sum = acc->sum[acc->touched[i]];
        if (sum == 0.0)
            continue;
        out->target[end] = acc->touched[i];
        out->weight[end++] = sum;
    }
    out->start[source + 1] = end;
}

bool sparse_compose(const struct sparse_matrix *first, const struct sparse_matrix *second, struct sparse_matrix *out,
                    struct diagnostics *diagnostics)
{
    must(first->targets == second->sources);
    *out = (struct sparse_matrix){.sources = first->sources, .targets = second->targets};
    out->start = memory_array((size_t)out->sources + 1, sizeof *out->start);
    struct accumulator acc = {.sum = memory_array(out->targets, sizeof *acc.sum),
                              .owner = memory_array(out->targets, sizeof *acc.owner),
                              .touched = memory_array(out->targets, sizeof *acc.touched)};
    size_t capacities[2] = {0, 0};
    bool fits = true;
    for (uint32_t source = 0; fits && source < out->sources; source++) {
        accumulate(&acc, first, second, source);
        append(out, &acc, source, capacities);
        fits = out->start[source + 1] <= SPARSE_ENTRIES_MAX;
    }
    free(acc.sum);
    free(acc.owner);
    free(acc.touched);
    if (!fits) {
        sparse_free(out);
        return diagnostics_add(diagnostics, NULL, "linear nodes in a row would make more than %zu synapses, "
                               "expected smaller layers", SPARSE_ENTRIES_MAX);
    }
    sort_targets(out);
    return true;
}

/* ---- sum ---- */
static size_t merge_source(const struct sparse_matrix *a, const struct sparse_matrix *b, uint32_t source,
                           uint32_t *target, double *weight)
{
    size_t i = a->start[source], j = b->start[source], count = 0;
    size_t a_end = a->start[source + 1], b_end = b->start[source + 1];
    while (i < a_end || j < b_end) {
        bool from_a = i < a_end && (j == b_end || a->target[i] <= b->target[j]);
        bool from_b = j < b_end && (i == a_end || b->target[j] <= a->target[i]);
        uint32_t place = from_a ? a->target[i] : b->target[j];
        double sum = 0.0;
        if (from_a)
            sum += a->weight[i++];
        if (from_b)
            sum += b->weight[j++];
        if (sum == 0.0)
            continue;
        target[count] = place;
        weight[count++] = sum;
    }
    return count;
}

void sparse_add(const struct sparse_matrix *a, const struct sparse_matrix *b, struct sparse_matrix *out)
{
    must(a->sources == b->sources && a->targets == b->targets);
    size_t most = a->start[a->sources] + b->start[b->sources];
    struct sparse_matrix sum = {.sources = a->sources, .targets = a->targets};
    sum.start = memory_array((size_t)sum.sources + 1, sizeof *sum.start);
    sum.target = memory_array(most, sizeof *sum.target);
    sum.weight = memory_array(most, sizeof *sum.weight);
    for (uint32_t source = 0; source < sum.sources; source++) {
        size_t start = sum.start[source];
        sum.start[source + 1] = start + merge_source(a, b, source, sum.target + start, sum.weight + start);
    }
    *out = sum;
}
