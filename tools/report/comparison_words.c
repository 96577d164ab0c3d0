/* The sentences under a comparison: who wins where, by how much, against what, and how much of that is software. */
#include "sim/memory.h"
#include "tools/report/comparison.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/page.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double of_row(const struct comparison_row *row, uint32_t batch, bool energy)
{
    return energy ? row->energy_j[batch] : row->latency_s[batch];
}

/* "the chip needs 12 to 40 times less", "... only below 0.06 spikes an input and step", "... nowhere". */
static char *verdict(const struct comparison *comparison, const struct comparison_chip *chip,
                     const struct comparison_row *row, uint32_t batch, bool energy)
{
    const double *of = energy ? chip->energy_j : chip->latency_s;
    double value = of_row(row, batch, energy), last = of[comparison->rate_count - 1];
    double below = comparison_break_even(comparison, chip, value, energy);
    const char *less = energy ? "less energy" : "less time";
    char few[QUANTITY_SIZE], many[QUANTITY_SIZE];
    if (isinf(below))
        return memory_format("the chip needs %s at every rate of the sweep (%s to %s)", less, ratio(many, value / last),
                             ratio(few, value / of[0]));
    if (below > 0)
        return memory_format("the chip needs %s below %.2g spikes an input and step (%s at %.2g), more above", less, below,
                             ratio(few, value / of[0]), comparison->rates[0]);
    return memory_format("the chip needs more %s at every rate (%s to %s)", energy ? "energy" : "time",
                         ratio(few, of[0] / value), ratio(many, last / value));
}

char *comparison_open_text(const struct comparison *comparison, uint32_t chip, const struct comparison_row *row,
                           uint32_t batch, bool energy)
{
    double from, to, error = energy ? row->energy_error : row->latency_error;
    char share[32], where[64];
    if (!comparison_open(comparison, &comparison->chips[chip], row, batch, energy, &from, &to))
        return memory_copy_string("");
    if (from == 0 && isinf(to))
        snprintf(where, sizeof where, "at every rate");
    else if (from == 0)
        snprintf(where, sizeof where, "below %.2g", to);
    else if (isinf(to))
        snprintf(where, sizeof where, "above %.2g", from);
    else
        snprintf(where, sizeof where, "from %.2g to %.2g", from, to);
    return memory_format(", nominally; undecided %s (the model's error, %s%s)", where, error_text(share, error, "+-"),
                         energy ? "; the chip's constants" : "");
}

static char *against(const struct comparison *comparison, uint32_t chip, uint32_t batch, bool energy,
                     enum comparison_among among, const char *who)
{
    const struct comparison_row *row = comparison_best(comparison, batch, energy, among);
    char value[QUANTITY_SIZE], share[32];
    if (!row)
        return memory_format("%s: none is known. ", who);
    char *said = verdict(comparison, &comparison->chips[chip], row, batch, energy);
    char *unsure = comparison_open_text(comparison, chip, row, batch, energy);
    char *text = memory_format("%s, %s (%s, %s; %s, %s of the time launching): %s%s. ", who, row->name,
                               baseline_mode_name(row->mode), row->measured ? "measured" : "carried over",
                               quantity(value, of_row(row, batch, energy), energy ? "J" : "s", MICRO),
                               percent(share, row->launch_share[batch]), said, unsure);
    free(unsure);
    free(said);
    return text;
}

static uint32_t count_parts(const struct comparison *comparison)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < comparison->row_count; i++)
        count += comparison->rows[i].mode == BASELINE_ANN;
    return count;
}

char *comparison_sentence(const struct comparison *comparison, uint32_t chip, uint32_t batch)
{
    char *who = memory_format("Against the least energy of %u accelerators", count_parts(comparison));
    char *all = against(comparison, chip, batch, true, AMONG_ALL, who);
    char *spiking = against(comparison, chip, batch, true, AMONG_SPIKING, "Of those that do the same spiking steps");
    char *measured = against(comparison, chip, batch, true, AMONG_MEASURED, "Of those with measured coefficients");
    char *latency = against(comparison, chip, batch, false, AMONG_ALL, "Against the least latency of all");
    char *text = memory_format("%s, batch %u. %s%s%s%s", comparison->chips[chip].name, comparison->batches[batch], all,
                               spiking, measured, latency);
    free(latency);
    free(measured);
    free(spiking);
    free(all);
    free(who);
    return text;
}
