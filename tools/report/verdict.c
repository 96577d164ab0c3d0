#include "tools/report/verdict.h"

#include "sim/memory.h"
#include "tools/report/derive.h"
#include "tools/report/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static double or_unknown(double value)
{
    return isfinite(value) && value > 0 ? value : INFINITY;
}

struct figure chip_figure(const struct run_record *record, const struct run_numbers *numbers, enum measure measure)
{
    double value = measure == MEASURE_LATENCY      ? numbers->latency_mean_s
                   : measure == MEASURE_THROUGHPUT ? 1 / numbers->throughput_per_s
                                                   : energy_per_sample(record, numbers);
    struct figure figure = {or_unknown(value), or_unknown(value), or_unknown(value), false};
    const struct energy_report *energy = &numbers->energy;
    if (measure == MEASURE_ENERGY && energy->total > 0) {
        figure.low = value * energy->low_total / energy->total;
        figure.high = value * energy->high_total / energy->total;
    }
    return figure;
}

static double share_of(const struct baseline_result *row, enum measure measure)
{
    return measure == MEASURE_THROUGHPUT ? row->batch : 1;
}

struct figure model_figure(const struct baseline_result *row, enum measure measure)
{
    bool energy = measure == MEASURE_ENERGY;
    double value = or_unknown(energy ? row->energy_j : row->latency_s / share_of(row, measure));
    if (isinf(value)) /* a power limit that nobody published leaves the energy open */
        return (struct figure){value, value, value, false};
    struct baseline_range range = baseline_range(value, energy ? row->energy_error : row->latency_error);
    return (struct figure){value, range.low, range.high, false};
}

struct figure row_figure(const struct baseline_result *row, enum measure measure)
{
    const struct baseline_measurement *found = &row->measurement;
    double measured = measure == MEASURE_ENERGY    ? found->energy_j
                      : measure == MEASURE_LATENCY ? found->latency_s
                                                   : 1 / measured_throughput(row);
    if (found->latency_s > 0 && isfinite(measured))
        return (struct figure){measured, measured, measured, true};
    return model_figure(row, measure);
}

/* The row whose range reaches furthest to the better side. */
static const struct baseline_result *furthest(const struct run_record *record, enum measure measure)
{
    const struct baseline_result *best = record->baselines;
    for (uint32_t i = 1; i < record->baseline_count; i++)
        if (row_figure(&record->baselines[i], measure).low < row_figure(best, measure).low)
            best = &record->baselines[i];
    return best;
}

static bool some_row_is_surely_better(const struct run_record *record, enum measure measure, double than)
{
    for (uint32_t i = 0; i < record->baseline_count; i++)
        if (row_figure(&record->baselines[i], measure).high < than)
            return true;
    return false;
}

struct winner best_of(const struct run_record *record, const struct run_numbers *numbers, enum measure measure)
{
    struct figure chip = chip_figure(record, numbers, measure);
    const struct baseline_result *best = record->baselines;
    for (uint32_t i = 1; i < record->baseline_count; i++)
        if (row_figure(&record->baselines[i], measure).value < row_figure(best, measure).value)
            best = &record->baselines[i];
    double other = row_figure(best, measure).value;
    struct winner winner = {.row = best, .rival = best, .chip = chip.value <= other};
    winner.factor = winner.chip ? other / chip.value : chip.value / other;
    if (winner.chip) {
        const struct baseline_result *rival = furthest(record, measure);
        winner.decided = row_figure(rival, measure).low > chip.high;
        winner.rival = winner.decided ? best : rival;
    } else {
        winner.decided = some_row_is_surely_better(record, measure, chip.low);
    }
    return winner;
}

char *winner_text(const struct winner *winner, enum measure measure)
{
    const struct baseline_result *row = winner->row;
    char size[QUANTITY_SIZE];
    char *name = memory_format("%s %s, batch %" PRIu32 "%s", row->name, baseline_mode_name(row->mode), row->batch,
                               row_figure(row, measure).measured ? ", measured" : "");
    ratio(size, winner->factor);
    char *text = !winner->decided ? winner->chip ? memory_format("undecided (the chip by %s; next %s)", size, name)
                                                 : memory_format("undecided (%s by %s)", name, size)
                 : winner->chip   ? memory_format("the chip (%s; next %s)", size, name)
                                  : memory_format("%s (%s better than the chip)", name, size);
    free(name);
    return text;
}

char *figure_text(const struct figure *figure, enum measure measure, const char *micro)
{
    char from[QUANTITY_SIZE], to[QUANTITY_SIZE];
    bool rate = measure == MEASURE_THROUGHPUT;
    const char *unit = measure == MEASURE_ENERGY ? "J" : rate ? "/s" : "s";
    double low = rate ? 1 / figure->high : figure->low, high = rate ? 1 / figure->low : figure->high;
    quantity(from, low, unit, micro);
    quantity(to, high, unit, micro);
    if (low == high)
        return memory_copy_string(from);
    if (isinf(high))
        return memory_format("%s or more", from);
    return low > 0 ? memory_format("%s to %s", from, to) : memory_format("%s or less", to);
}
