#include "tools/report/findings.h"

#include "models/physics/program_load.h"
#include "sim/memory.h"
#include "tools/report/derive.h"
#include "tools/report/devices.h"
#include "tools/report/text.h"
#include "tools/report/verdict.h"
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

char *latency_comparison(const struct run_numbers *numbers, double latency_s)
{
    return comparison(numbers->latency_mean_s > 0 ? latency_s / numbers->latency_mean_s : NAN, "longer", "shorter",
                      "as long");
}

char *energy_comparison(const struct run_record *record, const struct run_numbers *numbers, double energy_j)
{
    double chip = energy_per_sample(record, numbers);
    return comparison(chip > 0 ? energy_j / chip : NAN, "more", "less", "as much");
}

char *unused_cores(const struct run_record *record, const struct run_numbers *numbers, const char *micro)
{
    const struct compile_report *compile = record->compile;
    double total = numbers->energy.total, sample = energy_per_sample(record, numbers);
    double unused = total > 0 ? 1 - numbers->unused_off_j / total : 0;
    char lost[QUANTITY_SIZE], left[QUANTITY_SIZE], share[32], cores[COUNTED_SIZE];
    if (!(unused > 1e-9))
        return NULL;
    return memory_format("%s of a sample (%s) go to cores that hold no part of the network, %" PRIu32 " of %s; with those "
                         "switched off (power.power_gating: unused) it takes %s",
                         quantity(lost, sample * unused, "J", micro), percent(share, unused),
                         compile->cores_available - compile->cores_used,
                         counted(cores, compile->cores_available, "core"),
                         quantity(left, sample * (1 - unused), "J", micro));
}

const char *error_text(char out[32], double error, const char *plus_minus)
{
    if (isnan(error))
        snprintf(out, 32, "unknown");
    else
        snprintf(out, 32, "%s%.0f %%", plus_minus, 100 * error);
    return out;
}

size_t common_word(const struct run_record *record)
{
    const char *first = record->baselines[0].name;
    size_t length = strcspn(first, " ");
    if (!first[length])
        return 0;
    for (uint32_t i = 1; i < record->baseline_count; i++)
        if (strncmp(record->baselines[i].name, first, length + 1) != 0 || !record->baselines[i].name[length + 1])
            return 0;
    return length + 1;
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
    return baseline->launch_s > 0.9 * baseline->latency_s;
}

bool is_quickest(const struct run_record *record, const struct baseline_result *row)
{
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *other = &record->baselines[i];
        bool same = other->batch == row->batch && strcmp(other->name, row->name) == 0 &&
                    baseline_mode_is_dense(other->mode) == baseline_mode_is_dense(row->mode);
        if (same && (other->latency_s < row->latency_s || (other < row && other->latency_s <= row->latency_s)))
            return false;
    }
    return true;
}

/* Every accelerator once: what its board draws while it waits for `seconds`. */
static void find_idle_boards(const struct run_record *record, double seconds, const char *micro, struct findings *out)
{
    struct text list = {0};
    char power[QUANTITY_SIZE], joules[QUANTITY_SIZE];
    bool assumed = false;
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *row = &record->baselines[i];
        bool seen = !isfinite(row->idle_w);
        for (uint32_t j = 0; j < i && !seen; j++)
            seen = strcmp(record->baselines[j].name, row->name) == 0;
        if (!seen)
            text_add(&list, "%s%s %s%s, %s", list.length ? "; " : "", row->name, row->idle_assumed ? "about " : "",
                     quantity(power, row->idle_w, "W", micro), quantity(joules, row->idle_w * seconds, "J", micro));
        assumed = assumed || (!seen && row->idle_assumed);
    }
    if (list.length)
        add(out, memory_format("A board that is kept on for such an input idles meanwhile too, which alone takes, a sample: "
                               "%s.%s", list.data,
                               assumed ? " About: nobody published it, so a share of the board's limit, as relatives draw."
                                       : ""));
    text_free(&list);
}

static void find_verdict(const struct run_record *record, const struct run_numbers *numbers, struct findings *out)
{
    if (!record->baseline_count)
        return;
    char *said[MEASURES];
    for (int m = 0; m < MEASURES; m++) {
        struct winner winner = best_of(record, numbers, (enum measure)m);
        said[m] = winner_text(&winner, (enum measure)m);
    }
    add(out, memory_format("Least latency: %s. Least energy a sample: %s. Most samples a second: %s.",
                           said[MEASURE_LATENCY], said[MEASURE_ENERGY], said[MEASURE_THROUGHPUT]));
    for (int m = 0; m < MEASURES; m++)
        free(said[m]);
}

/* A sentence for each verdict that the ranges leave open. */
static void find_undecided(const struct run_record *record, const struct run_numbers *numbers, const char *micro,
                           struct findings *out)
{
    static const char *const open[MEASURES] = {"who answers sooner", "who needs less energy", "who does more samples a second"};
    for (int m = 0; m < MEASURES && record->baseline_count; m++) {
        struct winner winner = best_of(record, numbers, (enum measure)m);
        if (winner.decided)
            continue;
        struct figure chip = chip_figure(record, numbers, (enum measure)m), row = row_figure(winner.rival, (enum measure)m);
        char *ours = figure_text(&chip, (enum measure)m, micro), *theirs = figure_text(&row, (enum measure)m, micro);
        add(out, memory_format("Undecided: %s. The chip's %s%s and the %s of %s %s, batch %" PRIu32 "%s overlap.", open[m], ours,
                               m == MEASURE_ENERGY ? " a sample" : "", theirs, winner.rival->name,
                               baseline_mode_name(winner.rival->mode), winner.rival->batch,
                               row.measured ? ", measured," : ""));
        free(theirs);
        free(ours);
    }
}

static bool batch_is_bound(const struct run_record *record, uint32_t batch)
{
    bool bound = false;
    for (uint32_t i = 0; i < record->baseline_count && !bound; i++)
        bound = record->baselines[i].batch == batch && launch_bound(&record->baselines[i]);
    return bound;
}

/* "1 and 256": batches with a launch-bound row, each once. */
static char *bound_batches(const struct run_record *record)
{
    struct text list = {0};
    text_add(&list, "%s", "");
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        uint32_t batch = record->baselines[i].batch;
        bool seen = !batch_is_bound(record, batch);
        for (uint32_t j = 0; j < i && !seen; j++)
            seen = record->baselines[j].batch == batch;
        if (!seen)
            text_add(&list, "%s%" PRIu32, list.length ? " and " : "", batch);
    }
    return list.data;
}

static void find_launches(const struct run_record *record, struct findings *out)
{
    uint32_t all = 0, bound = 0, largest = 0;
    double least = 1, most = 0;
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *row = &record->baselines[i];
        all += batch_is_bound(record, row->batch);
        largest = row->batch > largest ? row->batch : largest;
        if (!launch_bound(row))
            continue;
        bound++;
        least = fmin(least, row->launch_s / row->latency_s);
        most = fmax(most, row->launch_s / row->latency_s);
    }
    if (!bound)
        return;
    char share[48], rows[COUNTED_SIZE], *batches = bound_batches(record);
    snprintf(share, sizeof share, 100 * (most - least) < 0.5 ? "%.0f %%" : "%.0f to %.0f %%", 100 * least, 100 * most);
    add(out, memory_format("At batch %s, %" PRIu32 " of %s %s launch-bound: starting operators takes %s of %s time, "
                           "so %s how fast a GPU starts work rather than how fast it computes. Copies from the host "
                           "count as starting.%s",
                           batches, bound, counted(rows, all, "GPU row"), bound == 1 ? "is" : "are", share,
                           bound == 1 ? "its" : "their", bound == 1 ? "it tells" : "they tell",
                           batch_is_bound(record, largest) ? " --batch N shows larger ones, at less energy "
                                                             "a sample: who wins may change with it."
                                                           : ""));
    free(batches);
}

/* "A (power and energy: power.limit is unknown)" of each accelerator that lacks a value, once. */
static void find_missing(const struct run_record *record, struct findings *out)
{
    const char *last = NULL;
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *row = &record->baselines[i];
        if (row->missing && (!last || strcmp(last, row->name) != 0))
            add(out, memory_format("Missing of %s: %s.", row->name, row->missing));
        last = row->name;
    }
}

/* Accelerators by whose coefficients they are, each once. */
static char *accelerators_that(const struct run_record *record, bool measured)
{
    struct text list = {0};
    const char *last = NULL;
    text_add(&list, "%s", "");
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *row = &record->baselines[i];
        if (row->measured == measured && (!last || strcmp(last, row->name) != 0))
            text_add(&list, "%s%s", list.length ? ", " : "", row->name);
        last = row->name;
    }
    return list.data;
}

static void find_coefficients(const struct run_record *record, struct findings *out)
{
    char *own = accelerators_that(record, true), *other = accelerators_that(record, false);
    if (*own)
        add(out, memory_format("Coefficients fitted on measurements of the part itself: %s.", own));
    if (*other)
        add(out, memory_format("Coefficients carried over from measured relatives: %s.", other));
    free(own);
    free(other);
}

/* Measurements that are not shown, for they are of more or fewer timesteps. */
static void find_other_steps(const struct run_record *record, struct findings *out)
{
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *row = &record->baselines[i];
        bool seen = row->measurement.other_steps == 0;
        for (uint32_t j = 0; j < i && !seen; j++)
            seen = record->baselines[j].measurement.other_steps > 0 && strcmp(record->baselines[j].name, row->name) == 0;
        if (!seen)
            add(out, memory_format("The spiking modes of %s were measured with this network too, but over %" PRIu32
                                   " timesteps, which is other work: configs/accelerator/measured.",
                                   row->name, row->measurement.other_steps));
    }
}

static void find_caveats(const struct run_record *record, struct findings *out)
{
    find_coefficients(record, out);
    find_missing(record, out);
    find_launches(record, out);
    bool dense = false, measured = false;
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        dense = dense || baseline_mode_is_dense(record->baselines[i].mode);
        measured = measured || record->baselines[i].measurement.latency_s > 0;
    }
    if (!record->baseline_count)
        return;
    add(out, memory_format("GPU rows are an analytic model of the whole board; +- is its mean error on networks that were "
                           "measured: what a board would show lies from figure / (1 + error) to figure / (1 - error), on "
                           "average. The chip's energy is without board or host computer.%s",
                           dense ? " ann is the equivalent dense network: accuracy not evaluated." : ""));
    if (measured)
        add(out, memory_copy_string("Rows marked measured are the very same network on the board itself. They leave out the "
                                    "copies from the host, which the model counts, and their energy and samples a second "
                                    "are of passes one after another without waiting. Where there is one, the verdicts above take it."));
    find_other_steps(record, out);
}

/* Two proportions of the same samples that differ by less than this may differ by chance alone. */
static double counting_error(const struct run_numbers *numbers)
{
    double share = (numbers->accuracy + numbers->reference_accuracy) / 2;
    return numbers->labelled_count ? 2 * sqrt(share * (1 - share) / (double)numbers->labelled_count) : 0;
}

static void find_accuracy(const struct run_numbers *numbers, struct findings *out)
{
    if (!numbers->labelled)
        return;
    double difference = numbers->accuracy - numbers->reference_accuracy, error = counting_error(numbers);
    char *verdict = fabs(difference) < 5e-5 ? memory_copy_string("as many as the float reference")
                    : fabs(difference) <= error
                        ? memory_format("the float reference %.2f %%: within counting error (%.1f points)",
                                        100 * numbers->reference_accuracy, 100 * error)
                        : memory_format("%.2f points %s than the float reference (%.2f %%)", 100 * fabs(difference),
                                        difference > 0 ? "more" : "fewer", 100 * numbers->reference_accuracy);
    char samples[COUNTED_SIZE];
    add(out, memory_format("The chip decides %.2f %% of %s right, %s.", 100 * numbers->accuracy,
                           counted(samples, numbers->labelled_count, "sample"), verdict));
    free(verdict);
}

/* What the chip does with the time that a sample lasts outside: says so where it differs by more than a factor 2. */
static void find_pace(const struct run_record *record, const struct run_numbers *numbers, const char *micro,
                      struct findings *out)
{
    bool clocked = record->chip->power.clock_gating == CLOCK_GATING_NONE && numbers->energy.clock_total > 0;
    double faster = numbers->latency_mean_s > 0 ? numbers->input_s / numbers->latency_mean_s : NAN;
    if (!isfinite(faster) || !(faster > 0) || (faster <= 2 && faster >= 0.5))
        return;
    char input[QUANTITY_SIZE], time[QUANTITY_SIZE], factor[QUANTITY_SIZE], power[QUANTITY_SIZE];
    char joules[QUANTITY_SIZE];
    quantity_trimmed(input, numbers->input_s, "s", micro);
    quantity(time, numbers->latency_mean_s, "s", micro);
    if (faster < 1)
        add(out, memory_format("A sample is %s of input; the chip needs %s: %s slower than real time.", input, time,
                               ratio(factor, 1 / faster)));
    else
        add(out, memory_format("A sample is %s of input; the chip, fed as fast as it takes it, needs %s: %s faster "
                               "than real time. At the pace of its input it would leak %s for %s%s: about %s a sample.",
                               input, time, ratio(factor, faster), quantity(power, numbers->leakage_w, "W", micro),
                               input, clocked ? ", its clock running" : "", quantity(joules, numbers->paced_energy_j, "J", micro)));
    if (faster > 1)
        find_idle_boards(record, numbers->input_s, micro, out);
}

static void find_assumed(const struct run_record *record, const struct run_numbers *numbers, struct findings *out)
{
    if (!(numbers->energy.total > 0))
        return;
    char share[32], values[COUNTED_SIZE];
    uint32_t assumed, all;
    technology_sources(record->technology, &assumed, &all);
    add(out, memory_format("%s of the energy rests on assumed values: %" PRIu32 " of %s in the technology file. Not in "
                           "it: the chip file's own (clock, latencies, sizes).",
                           percent(share, numbers->energy.assumed / numbers->energy.total), assumed,
                           counted(values, all, "value")));
}

static void find_load(const struct run_record *record, const struct run_numbers *numbers, const char *micro,
                      struct findings *out)
{
    char joules[QUANTITY_SIZE], bits[QUANTITY_SIZE];
    if (!(numbers->load.nominal > 0))
        return;
    add(out, memory_format("Loading the program, %s, from %s takes %s once; it is in no other figure.",
                           quantity(bits, program_bits(record->chip, record->program), "bit", micro),
                           record->chip->power.program_memory == PROGRAM_HBM ? "HBM" : "LPDDR",
                           quantity(joules, numbers->load.nominal, "J", micro)));
}

static void find_range(const struct run_record *record, const struct run_numbers *numbers, const char *micro, struct findings *out)
{
    const struct energy_report *energy = &numbers->energy;
    if (!(energy->total > 0 && energy->low_total < energy->high_total))
        return;
    char one[QUANTITY_SIZE], total[QUANTITY_SIZE], low[QUANTITY_SIZE], high[QUANTITY_SIZE], samples[COUNTED_SIZE];
    double sample = energy_per_sample(record, numbers), scale = sample / energy->total;
    add(out, memory_format("A sample takes %s (the whole run of %s: %s); with every constant at its low or high it "
                           "takes %s or %s. Where only one figure is published there is no range, so the truth may lie "
                           "outside.",
                           quantity(one, sample, "J", micro),
                           counted(samples, record->chip_result->sample_count, "sample"),
                           quantity(total, energy->total, "J", micro), quantity(low, energy->low_total * scale, "J", micro),
                           quantity(high, energy->high_total * scale, "J", micro)));
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
    if (numbers->late)
        add(out, memory_format("%s came after the timestep had begun and counted in the next: the tick is too short "
                               "for exact results.",
                               counted(lost, numbers->late, "event")));
    if (clipped)
        add(out, memory_format("%s %s clipped to the chip's weight range.", counted(lost, clipped, "weight"),
                               clipped == 1 ? "was" : "were"));
}

void findings_make(const struct run_record *record, const struct run_numbers *numbers, const char *micro,
                   struct findings *out)
{
    *out = (struct findings){0};
    find_verdict(record, numbers, out);
    find_undecided(record, numbers, micro, out);
    find_losses(record, numbers, out);
    find_pace(record, numbers, micro, out);
    find_accuracy(numbers, out);
    char *devices = devices_finding(record);
    if (devices)
        add(out, devices);
    find_assumed(record, numbers, out);
    find_range(record, numbers, micro, out);
    find_load(record, numbers, micro, out);
    find_caveats(record, out);
}
