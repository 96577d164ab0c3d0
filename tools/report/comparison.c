#include "tools/report/comparison.h"
#include <math.h>
#include <stdlib.h>

void comparison_free(struct comparison *comparison)
{
    for (uint32_t i = 0; i < comparison->chip_count; i++)
        free(comparison->chips[i].name);
    for (uint32_t i = 0; i < comparison->row_count; i++)
        free(comparison->rows[i].name);
    free(comparison->chips);
    free(comparison->rows);
    free(comparison->network);
    *comparison = (struct comparison){0};
}

static bool is_among(const struct comparison *comparison, const struct comparison_row *row, enum comparison_among among)
{
    bool dense = baseline_mode_is_dense(row->mode);
    if (dense && (comparison->recurrent || among == AMONG_SPIKING))
        return false;
    return among != AMONG_MEASURED || row->measured;
}

const struct comparison_row *comparison_best(const struct comparison *comparison, uint32_t batch, bool energy,
                                             enum comparison_among among)
{
    const struct comparison_row *best = NULL;
    for (uint32_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->rows[i];
        double value = energy ? row->energy_j[batch] : row->latency_s[batch];
        if (!isnan(value) && is_among(comparison, row, among) &&
            (!best || value < (energy ? best->energy_j[batch] : best->latency_s[batch])))
            best = row;
    }
    return best;
}

/* `of`: the chip's figure by rate. */
static double break_even(const struct comparison *comparison, const double *of, double value)
{
    uint32_t last = comparison->rate_count - 1;
    if (of[last] <= value)
        return INFINITY;
    for (uint32_t i = last; i > 0; i--) {
        if (of[i - 1] > value)
            continue;
        double along = log(value / of[i - 1]) / log(of[i] / of[i - 1]);
        return comparison->rates[i - 1] * pow(comparison->rates[i] / comparison->rates[i - 1], along);
    }
    return 0;
}

double comparison_break_even(const struct comparison *comparison, const struct comparison_chip *chip, double value,
                             bool energy)
{
    return break_even(comparison, energy ? chip->energy_j : chip->latency_s, value);
}

bool comparison_open(const struct comparison *comparison, const struct comparison_chip *chip,
                     const struct comparison_row *row, uint32_t batch, bool energy, double *from, double *to)
{
    double value = energy ? row->energy_j[batch] : row->latency_s[batch];
    struct baseline_range range = baseline_range(value, energy ? row->energy_error : row->latency_error);
    *from = break_even(comparison, energy ? chip->energy_high_j : chip->latency_s, range.low);
    *to = break_even(comparison, energy ? chip->energy_low_j : chip->latency_s, range.high);
    return *from < *to;
}
