#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/bench/sheet.h"
#include <stdlib.h>
#include <string.h>

/* Kept plain: neurons and their lists, nothing else. */
struct sheet_functional {
    struct sheet sheet;
    uint32_t neurons, fan_out; /* fan-out lists: of every neuron the same length */
    uint32_t *target;          /* [neurons][fan_out], or NULL: rows */
    int16_t *weight;           /* the same */
    int8_t (*row)[SHEET_CORE]; /* [neurons]: of each to all of the next core */
    uint32_t *next;            /* rows: [cores]: first neuron of the next core */
    int32_t *bias, *v, *sum;   /* [neurons] */
};

static void make_lists(struct sheet_functional *functional)
{
    const struct sheet *sheet = &functional->sheet;
    uint32_t row = sheet->kind->row;
    uint16_t local[SHEET_CORE];
    functional->target = memory_array((size_t)functional->neurons * functional->fan_out, sizeof(uint32_t));
    functional->weight = memory_array((size_t)functional->neurons * functional->fan_out, sizeof(int16_t));
    for (uint32_t n = 0; n < functional->neurons; n++)
        for (uint32_t k = 0; k < sheet->kind->near; k++) {
            size_t first = (size_t)n * functional->fan_out + k * row;
            uint32_t base = sheet_near(sheet, n / SHEET_CORE, k) * SHEET_CORE;
            sheet_row(sheet, n / SHEET_CORE, n % SHEET_CORE, k, local, functional->weight + first);
            for (uint32_t i = 0; i < row; i++)
                functional->target[first + i] = base + local[i];
        }
}

static void make_rows(struct sheet_functional *functional)
{
    uint16_t target[SHEET_CORE];
    int16_t weight[SHEET_CORE];
    functional->row = memory_array(functional->neurons, sizeof *functional->row);
    functional->next = memory_array(sheet_cores(&functional->sheet), sizeof *functional->next);
    for (uint32_t core = 0; core < sheet_cores(&functional->sheet); core++)
        functional->next[core] = sheet_near(&functional->sheet, core, 0) * SHEET_CORE;
    for (uint32_t n = 0; n < functional->neurons; n++) {
        sheet_row(&functional->sheet, n / SHEET_CORE, n % SHEET_CORE, 0, target, weight);
        for (uint32_t i = 0; i < SHEET_CORE; i++)
            functional->row[n][target[i]] = (int8_t)weight[i];
    }
}

struct sheet_functional *sheet_functional_new(const struct sheet *sheet)
{
    struct sheet_functional *functional = memory_array(1, sizeof *functional);
    functional->sheet = *sheet;
    functional->neurons = sheet_cores(sheet) * SHEET_CORE;
    functional->fan_out = sheet->kind->near * sheet->kind->row;
    functional->bias = memory_array(functional->neurons, sizeof(int32_t));
    functional->v = memory_array(functional->neurons, sizeof(int32_t));
    functional->sum = memory_array(functional->neurons, sizeof(int32_t));
    for (uint32_t n = 0; n < functional->neurons; n++)
        functional->bias[n] = sheet_bias(sheet, n / SHEET_CORE, n % SHEET_CORE);
    if (sheet->kind->row == SHEET_CORE && sheet->kind->near == 1)
        make_rows(functional);
    else
        make_lists(functional);
    return functional;
}

void sheet_functional_free(struct sheet_functional *functional)
{
    free(functional->target);
    free(functional->weight);
    free(functional->row);
    free(functional->next);
    free(functional->bias);
    free(functional->v);
    free(functional->sum);
    free(functional);
}

static void deliver(struct sheet_functional *functional, uint32_t neuron)
{
    const uint32_t *target = functional->target + (size_t)neuron * functional->fan_out;
    const int16_t *weight = functional->weight + (size_t)neuron * functional->fan_out;
    for (uint32_t i = 0; i < functional->fan_out; i++)
        functional->sum[target[i]] += weight[i];
}

/* The yardstick of the dense rows: one row of 8-bit weights. */
static void add_row(int32_t *restrict sum, const int8_t *restrict row)
{
    for (uint32_t i = 0; i < SHEET_CORE; i++)
        sum[i] += row[i];
}

static int32_t *sums_of_next(struct sheet_functional *functional, uint32_t neuron)
{
    return functional->sum + functional->next[neuron / SHEET_CORE];
}

static uint32_t update(struct sheet_functional *functional, uint32_t *fired)
{
    const struct sheet *sheet = &functional->sheet;
    int32_t keep = (int32_t)((UINT32_C(1) << sheet->decay_bits) - sheet->decay), one = 1 << sheet->fraction_bits;
    int32_t threshold = sheet->kind->threshold * one;
    uint32_t count = 0;
    for (uint32_t n = 0; n < functional->neurons; n++) {
        int32_t v = functional_keep(functional->v[n], keep, sheet->decay_bits) + functional->sum[n] * one +
                    functional->bias[n];
        functional->sum[n] = 0;
        if (v > threshold) {
            v = 0;
            fired[count++] = n;
        }
        functional->v[n] = v;
    }
    return count;
}

uint64_t sheet_functional_run(struct sheet_functional *functional, uint32_t steps, struct sheet_spikes *out)
{
    uint32_t neurons = functional->neurons;
    size_t capacity = 0;
    uint64_t events = 0;
    memset(functional->v, 0, neurons * sizeof *functional->v);
    memset(functional->sum, 0, neurons * sizeof *functional->sum);
    *out = (struct sheet_spikes){.steps = steps, .first = memory_array(steps + 1u, sizeof *out->first)};
    for (uint32_t step = 0; step < steps; step++) {
        for (size_t i = step ? out->first[step - 1] : 0; i < out->first[step]; i++) {
            if (functional->row)
                add_row(sums_of_next(functional, out->neuron[i]), functional->row[out->neuron[i]]);
            else
                deliver(functional, out->neuron[i]);
            events += functional->fan_out;
        }
        out->neuron = memory_grow(out->neuron, &capacity, out->first[step] + neurons, sizeof *out->neuron);
        out->first[step + 1] = out->first[step] + update(functional, out->neuron + out->first[step]);
    }
    return events;
}

uint64_t sheet_functional_add(struct sheet_functional *functional, const struct sheet_spikes *spikes)
{
    uint64_t rows = 0;
    must(functional->row);
    memset(functional->sum, 0, functional->neurons * sizeof *functional->sum);
    for (size_t i = 0; i < spikes->first[spikes->steps - 1]; i++, rows++)
        add_row(sums_of_next(functional, spikes->neuron[i]), functional->row[spikes->neuron[i]]);
    return rows;
}

/* By the number of times that each neuron fired. */
bool sheet_functional_added(const struct sheet_functional *functional, const struct sheet_spikes *spikes)
{
    int32_t *times = memory_array(functional->neurons, sizeof *times);
    int64_t *sums = memory_array(functional->neurons, sizeof *sums);
    bool same = true;
    for (size_t i = 0; i < spikes->first[spikes->steps - 1]; i++)
        times[spikes->neuron[i]]++;
    for (uint32_t n = 0; n < functional->neurons; n++)
        for (uint32_t i = 0; times[n] && i < SHEET_CORE; i++)
            sums[functional->next[n / SHEET_CORE] + i] += (int64_t)times[n] * functional->row[n][i];
    for (uint32_t n = 0; n < functional->neurons; n++)
        same = same && sums[n] == functional->sum[n];
    free(times);
    free(sums);
    return same;
}

void sheet_spikes_free(struct sheet_spikes *spikes)
{
    free(spikes->first);
    free(spikes->neuron);
}
