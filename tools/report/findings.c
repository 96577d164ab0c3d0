#include "tools/report/findings.h"

#include "sim/memory.h"
#include "tools/report/derive.h"
#include "tools/report/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct findings *findings, char *sentence)
{
    findings->sentence = memory_grow(findings->sentence, &findings->capacity, findings->count + 1, sizeof(char *));
    findings->sentence[findings->count++] = sentence;
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->sentence[i]);
    free(findings->sentence);
    *findings = (struct findings){0};
}

double latency_ratio(const struct run_numbers *numbers, const struct baseline_result *baseline)
{
    return numbers->latency_mean_s > 0 ? baseline->latency_s / numbers->latency_mean_s : NAN;
}

double energy_ratio(const struct run_record *record, const struct run_numbers *numbers,
                    const struct baseline_result *baseline)
{
    double chip = energy_per_sample(record, numbers);
    return chip > 0 ? baseline->energy_j / chip : NAN;
}

char *comparison(double value, const char *above, const char *below, const char *equal)
{
    char size[QUANTITY_SIZE];
    if (!isfinite(value) || value <= 0)
        return memory_copy_string("not comparable");
    if (fabs(value - 1) < 0.01)
        return memory_copy_string(equal);
    return memory_format("%s %s", ratio(size, value > 1 ? value : 1 / value), value > 1 ? above : below);
}

const char *percent(char out[32], double fraction)
{
    double hundredths = 100 * fraction;
    if (!isfinite(hundredths))
        snprintf(out, 32, "n/a");
    else if (hundredths > 0 && hundredths < 0.05)
        snprintf(out, 32, "<0.1 %%");
    else
        snprintf(out, 32, "%.*f %%", hundredths < 9.95 ? 1 : 0, hundredths);
    return out;
}

bool launch_bound(const struct baseline_result *baseline)
{
    return baseline->launch_s > 0.5 * baseline->latency_s;
}

static void find_accuracy(const struct run_record *record, const struct run_numbers *numbers, struct findings *out)
{
    if (numbers->labelled) {
        double points = 100 * (numbers->accuracy - numbers->reference_accuracy);
        char *difference = fabs(points) < 0.005 ? memory_copy_string("as many as")
                                                : memory_format("%.2f points %s than", fabs(points),
                                                                points > 0 ? "more" : "fewer");
        char samples[COUNTED_SIZE];
        add(out, memory_format("The chip decides %.2f %% of %s right, %s the float reference (%.2f %%).",
                               100 * numbers->accuracy, counted(samples, record->chip_result->sample_count, "sample"),
                               difference, 100 * numbers->reference_accuracy));
        free(difference);
    }
    add(out, memory_format("Of all spikes that chip or reference fired, %.2f %% are the same neuron in the same step.",
                           100 * numbers->spike_agreement));
    if (numbers->ties)
        add(out, memory_format("%" PRIu32 " of the chip's decisions fell on a tie; the lowest index won.",
                               numbers->ties));
}

static void find_energy(const struct run_record *record, const struct run_numbers *numbers, const char *micro,
                        struct findings *out)
{
    const struct energy_report *energy = &numbers->energy;
    int largest = 0;
    for (int c = 1; c < ENERGY_COMPONENTS; c++)
        if (energy->dynamic_part[c] + energy->static_part[c] >
            energy->dynamic_part[largest] + energy->static_part[largest])
            largest = c;
    if (!(energy->total > 0))
        return;
    char joules[QUANTITY_SIZE], share[32], part[32], assumed_share[32], values[COUNTED_SIZE];
    add(out, memory_format("A sample costs %s; %s of it is static, and the largest part is %s (%s).",
                           quantity(joules, energy_per_sample(record, numbers), "J", micro),
                           percent(share, energy->static_total / energy->total),
                           energy_component_name((enum energy_component)largest),
                           percent(part, (energy->dynamic_part[largest] + energy->static_part[largest]) /
                                             energy->total)));
    uint32_t assumed, all;
    technology_sources(record->technology, &assumed, &all);
    add(out, memory_format("%s of the energy rests on assumed values (%" PRIu32 " of the %s in the technology file %s "
                           "assumed).",
                           percent(assumed_share, energy->assumed / energy->total), assumed,
                           counted(values, all, "value"), assumed == 1 ? "is" : "are"));
}

static void find_losses(const struct run_record *record, const struct run_numbers *numbers, struct findings *out)
{
    char lost[COUNTED_SIZE];
    uint64_t overruns = core_sum(&record->chip_result->counters, CORE_OVERRUNS);
    uint64_t clipped = record->compile->saturated_weights;
    if (numbers->dropped)
        add(out, memory_format("%s %s dropped because an event queue was full.",
                               counted(lost, numbers->dropped, "event"), numbers->dropped == 1 ? "was" : "were"));
    if (overruns)
        add(out, memory_format("%s came while a core was still busy: the tick is too short for this network.",
                               counted(lost, overruns, "tick")));
    if (clipped)
        add(out, memory_format("%s %s clipped to the chip's weight range.", counted(lost, clipped, "weight"),
                               clipped == 1 ? "was" : "were"));
}

/* "52x more energy a sample than the chip and answers 33x later" */
static char *against_chip(const struct run_record *record, const struct run_numbers *numbers,
                          const struct baseline_result *row)
{
    char *energy = comparison(energy_ratio(record, numbers, row), "more energy a sample than the chip",
                              "less energy a sample than the chip", "as much energy a sample as the chip");
    char *latency = comparison(latency_ratio(numbers, row), "later", "sooner", "as soon");
    char *text = memory_format("(%s %s, batch %" PRIu32 ") it uses %s and answers %s", baseline_mode_name(row->mode),
                               precision_name(row->precision), row->batch, energy, latency);
    free(energy);
    free(latency);
    return text;
}

static void say_accelerator(const struct run_record *record, const struct run_numbers *numbers,
                            const struct baseline_result *economical, const struct baseline_result *quick,
                            struct findings *out)
{
    char *first = against_chip(record, numbers, economical), *second = against_chip(record, numbers, quick);
    add(out, economical == quick ? memory_format("%s: at its best %s.", economical->name, first)
                                 : memory_format("%s: at its most economical %s; at its quickest %s.",
                                                 economical->name, first, second));
    free(first);
    free(second);
}

/* For each accelerator: its row with the least energy, and the one with the least latency. */
static void find_baselines(const struct run_record *record, const struct run_numbers *numbers, struct findings *out)
{
    const struct baseline_result *rows = record->baselines;
    for (uint32_t first = 0; first < record->baseline_count; first++) {
        bool seen = false;
        for (uint32_t i = 0; i < first && !seen; i++)
            seen = strcmp(rows[i].name, rows[first].name) == 0;
        if (seen)
            continue;
        uint32_t economical = first, quick = first;
        for (uint32_t i = first + 1; i < record->baseline_count; i++) {
            if (strcmp(rows[i].name, rows[first].name) != 0)
                continue;
            economical = rows[i].energy_j < rows[economical].energy_j ? i : economical;
            quick = rows[i].latency_s < rows[quick].latency_s ? i : quick;
        }
        say_accelerator(record, numbers, &rows[economical], &rows[quick], out);
    }
}

static void find_caveats(const struct run_record *record, struct findings *out)
{
    uint32_t single = 0, bound = 0;
    double least = 1, most = 0;
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *row = &record->baselines[i];
        single += row->batch == 1;
        if (row->batch != 1 || !launch_bound(row))
            continue;
        bound++;
        least = fmin(least, row->launch_s / row->latency_s);
        most = fmax(most, row->launch_s / row->latency_s);
    }
    char share[48], rows[COUNTED_SIZE];
    snprintf(share, sizeof share, 100 * (most - least) < 0.5 ? "%.0f %%" : "%.0f to %.0f %%", 100 * least, 100 * most);
    if (bound)
        add(out, memory_format("At batch 1, %" PRIu32 " of %s %s launch-bound: starting operators takes %s of %s time, "
                               "so %s how fast a GPU starts work rather than how fast it computes.",
                               bound, counted(rows, single, "GPU row"), bound == 1 ? "is" : "are", share,
                               bound == 1 ? "its" : "their", bound == 1 ? "it tells" : "they tell"));
    if (record->baseline_count)
        add(out, memory_copy_string("GPU rows are an analytic model (roofline, launch overhead, idle and dynamic power "
                                    "of the board), not a measurement; a batch answers when all of it is done. The "
                                    "chip's energy is the chip's alone, without a board or a host computer."));
}

void findings_make(const struct run_record *record, const struct run_numbers *numbers, const char *micro,
                   struct findings *out)
{
    *out = (struct findings){0};
    find_accuracy(record, numbers, out);
    find_energy(record, numbers, micro, out);
    find_losses(record, numbers, out);
    find_baselines(record, numbers, out);
    find_caveats(record, out);
}
