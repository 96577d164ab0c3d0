/* The terminal summary: what a person can read in ten seconds. */
#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/report/derive.h"
#include "tools/report/devices.h"
#include "tools/report/findings.h"
#include "tools/report/layers.h"
#include "tools/report/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR_WIDTH 24
#define NAME_WIDTH 24
enum { BASELINES_SHOWN = 16 };
#define LINE_WIDTH 118
#define LAYERS_SHOWN 16
#define COMPONENTS_SHOWN 5

/* A name as it may stand on a terminal: no control characters, at most NAME_WIDTH bytes. */
static const char *printable(char out[NAME_WIDTH + 1], const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i <= length && i < NAME_WIDTH; i++)
        out[i] = name[i] && ((unsigned char)name[i] < 0x20 || name[i] == 0x7f) ? '?' : name[i];
    if (length >= NAME_WIDTH) {
        size_t cut = NAME_WIDTH - 3;
        while (cut > 0 && ((unsigned char)out[cut] & 0xc0) == 0x80)
            cut--;
        memcpy(out + cut, "...", 4);
    }
    return out;
}

/* A whole name as it may stand on a terminal; the caller frees it. */
static char *cleaned(const char *raw)
{
    char *copy = memory_copy_string(raw);
    for (char *c = copy; *c; c++)
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c;
    return copy;
}

static void print_head(const struct run_record *record)
{
    char dt[QUANTITY_SIZE], samples[COUNTED_SIZE], steps[COUNTED_SIZE];
    const struct chip_result *result = record->chip_result;
    char *network = cleaned(file_name(record->network->path)), *chip = cleaned(record->chip->name);
    printf("%s on %s: %s of up to %s of %s (%s)\n"
           "semantics %s: the rule by which the neurons' equations are stepped (docs/semantics.md)\n", network, chip,
           counted(samples, result->sample_count, "sample"), counted(steps, result->steps, "step"),
           quantity_trimmed(dt, record->dt_s, "s", "u"), record->dt_origin, record->semantics);
    free(network);
    free(chip);
}

static double samples_of(const struct run_record *record)
{
    return record->chip_result->sample_count ? (double)record->chip_result->sample_count : 1;
}

/* Sentences may quote names from files: no control character reaches the terminal. */
static void print_wrapped(const char *start, const char *raw)
{
    char *sentence = cleaned(raw);
    int indent = (int)strlen(start), column = printf("%s", start) - 1;
    for (const char *word = sentence; *word;) {
        int length = (int)strcspn(word, " ");
        if (column + 1 + length > LINE_WIDTH)
            column = printf("\n%*s", indent, "") - 2;
        column += printf("%s%.*s", column >= indent ? " " : "", length, word);
        word += length;
        word += *word == ' ';
    }
    printf("\n");
    free(sentence);
}

static void print_results(const struct run_record *record, const struct run_numbers *numbers)
{
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE], c[QUANTITY_SIZE], d[QUANTITY_SIZE], e[QUANTITY_SIZE];
    printf("accuracy    ");
    if (numbers->labelled)
        printf("chip %.2f %%   float %.2f %%   ", 100 * numbers->accuracy, 100 * numbers->reference_accuracy);
    else
        printf("no labels   ");
    printf("spike agreement %.2f %%   ties %" PRIu32 " (outputs equal: the first wins)\n", 100 * numbers->spike_agreement,
           numbers->ties);
    printf("latency     mean %s   p50 %s   p99 %s   max %s   throughput %s samples/s\n",
           quantity(a, numbers->latency_mean_s, "s", "u"), quantity(b, numbers->latency_p50_s, "s", "u"),
           quantity(c, numbers->latency_p99_s, "s", "u"), quantity(d, numbers->latency_max_s, "s", "u"),
           quantity(e, numbers->throughput_per_s, "", "u"));
    double total = numbers->energy.total;
    printf("energy      %s a sample (dynamic %s, clock %s, static %s)   power %s   area %.3g mm2\n",
           quantity(a, energy_per_sample(record, numbers), "J", "u"),
           percent(b, total > 0 ? numbers->energy.dynamic_total / total : 0),
           percent(e, total > 0 ? numbers->energy.clock_total / total : 0),
           percent(c, total > 0 ? numbers->energy.static_total / total : 0), quantity(d, numbers->power_w, "W", "u"),
           numbers->area_mm2);
    printf("            ");
    if (numbers->energy.low_total < numbers->energy.high_total)
        printf("%s .. %s a sample with every constant at its low or high; ",
               quantity(a, numbers->energy.low_total / samples_of(record), "J", "u"),
               quantity(b, numbers->energy.high_total / samples_of(record), "J", "u"));
    printf("%s rests on assumed values\n", percent(c, total > 0 ? numbers->energy.assumed / total : 0));
    char *unused = unused_cores(record, numbers, "u");
    if (unused)
        print_wrapped("            ", unused);
    free(unused);
}

static void print_component(const char *name, struct cost joules, double samples, double share)
{
    char text[QUANTITY_SIZE], low[QUANTITY_SIZE], high[QUANTITY_SIZE], hundredths[32], range[2 * QUANTITY_SIZE + 8];
    int filled = (int)(BAR_WIDTH * share + 0.5);
    snprintf(range, sizeof range, "%s .. %s", quantity(low, joules.low / samples, "J", "u"),
             quantity(high, joules.high / samples, "J", "u"));
    printf("  %-18s %10s %7s  %-*s%.*s\n", name, quantity(text, joules.nominal / samples, "J", "u"),
           percent(hundredths, share), filled > 0 ? 24 : 0, range, filled > 0 ? filled : 0, "########################");
}

/* The largest, and what is left: the lines add up to the total. */
static void print_components(const struct run_record *record, const struct run_numbers *numbers)
{
    enum energy_component order[ENERGY_COMPONENTS];
    int count = components_by_energy(&numbers->energy, order);
    int shown = count > COMPONENTS_SHOWN + 1 ? COMPONENTS_SHOWN : count;
    double samples = samples_of(record), total = numbers->energy.total;
    struct cost rest = {total, numbers->energy.low_total, numbers->energy.high_total, numbers->energy.assumed};
    for (int i = 0; i < shown; i++) {
        struct cost joules = numbers->energy.component[order[i]];
        char *name = component_words(order[i]);
        print_component(name, joules, samples, joules.nominal / total);
        rest = cost_remove(rest, joules);
        free(name);
    }
    if (shown < count)
        print_component("other", rest, samples, rest.nominal / total);
}

static void print_layers(const struct run_record *record, const struct run_numbers *numbers)
{
    const struct program *program = record->program;
    double samples = samples_of(record);
    printf("\n%-*s %9s %14s %17s %14s\n", NAME_WIDTH, "layer, per sample", "neurons", "spikes", "synaptic events",
           "energy");
    for (uint32_t p = 0; p < program->population_count && p < LAYERS_SHOWN; p++) {
        char name[NAME_WIDTH + 1], energy[QUANTITY_SIZE];
        struct layer_step sum = layer_sum(record->chip_result, p);
        printf("%-*s %9" PRIu32 " %14.1f %17.1f %14s\n", NAME_WIDTH, printable(name, program->populations[p].name),
               program->populations[p].count, (double)layer_spikes(record, numbers, p) / samples,
               (double)sum.synaptic_events / samples, quantity(energy, numbers->energy.layer[p] / samples, "J", "u"));
    }
    char rest[COUNTED_SIZE], shared[QUANTITY_SIZE];
    if (program->population_count > LAYERS_SHOWN)
        printf("... %s in summary.json\n", counted(rest, program->population_count - LAYERS_SHOWN, "more layer"));
    printf("%-*s %9s %14s %17s %14s\n", NAME_WIDTH, "shared", "", "", "",
           quantity(shared, numbers->energy.layer[numbers->energy.layers - 1] / samples, "J", "u"));
}

static void print_counts(const struct run_record *record, const struct run_numbers *numbers)
{
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE], c[QUANTITY_SIZE], d[QUANTITY_SIZE], e[QUANTITY_SIZE];
    char f[QUANTITY_SIZE], cores[COUNTED_SIZE], cycles[COUNTED_SIZE];
    printf("counts      input spikes %s   spikes %s   synaptic events %s   hops %s   dropped %s   late %s\n",
           count_text(a, numbers->input_spikes), count_text(b, numbers->spikes),
           count_text(c, numbers->synaptic_events), count_text(d, numbers->hops), count_text(e, numbers->dropped),
           count_text(f, numbers->late));
    double rate = record->host.simulate_s > 0 ? (double)numbers->synaptic_events / record->host.simulate_s : 0;
    printf("chip        %" PRIu32 " of %s   %s   %s simulated in %s (%s synaptic events/s, %.0f MiB)\n",
           record->compile->cores_used, counted(cores, record->compile->cores_available, "core"),
           quantity(a, record->chip->clock_hz, "Hz", "u"),
           counted(cycles, record->chip_result->counters.cycles, "cycle"),
           quantity(b, record->host.simulate_s, "s", "u"), quantity(c, rate, "", "u"), record->host.peak_rss_mib);
}

/* Of the machine that simulates; not of the chip. */
static void print_memory(const struct run_record *record)
{
    const struct memory_use *memory = &record->chip_result->memory;
    if (memory_all(memory))
        printf("memory      %.1f MiB here for chip and program: %.1f bytes a synapse, %.0f a neuron, %.0f KiB a tile\n",
               (double)memory_all(memory) / 1048576.0, memory_per_synapse(memory), memory_per_neuron(memory),
               memory_per_tile(memory) / 1024.0);
    printf("\n");
}

static void print_devices(const struct monte_carlo *runs)
{
    if (!runs)
        return;
    char *title = devices_title(runs);
    printf("%s\n  %-17s %12s %12s %12s %12s %15s\n", title, "", "mean", "deviation", "least", "most", "ideal devices");
    free(title);
    for (int figure = 0; figure < DEVICE_FIGURES; figure++) {
        struct devices_row row;
        devices_row(runs, (enum device_figure)figure, "u", &row);
        printf("  %-17s %12s %12s %12s %12s %15s\n", row.name, row.mean, row.deviation, row.least, row.most,
               row.ideal ? row.ideal : "");
        devices_row_free(&row);
    }
    printf("\n");
}

/* ---- chip and accelerators ---- */

struct line { /* cells of the table */
    const char *name, *mode, *numbers, *batch, *latency, *error, *later, *energy, *energy_error, *more, *samples;
};

static void print_line(int width, const struct line *line)
{
    char text[256];
    int length = snprintf(text, sizeof text, "%-9s %-7s %5s %8s %6s %-12s %8s %6s %-13s %9s", line->mode, line->numbers,
                          line->batch, line->latency, line->error, line->later, line->energy, line->energy_error, line->more,
                          line->samples);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
    printf("%-*s %s\n", width, line->name, text);
}

static int name_width(const struct run_record *record)
{
    size_t width = NAME_WIDTH - 4, skip = common_word(record);
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        size_t length = strlen(record->baselines[i].name + skip);
        width = length > width ? length : width;
    }
    return (int)width;
}

/* The same network on the board itself, below the model's line. */
static void print_measured(const struct run_record *record, const struct run_numbers *numbers, int width,
                           const struct baseline_result *row)
{
    const struct baseline_measurement *found = &row->measurement;
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE], c[QUANTITY_SIZE];
    bool powered = isfinite(found->energy_j);
    char *later = latency_comparison(numbers, found->latency_s);
    char *more = powered ? energy_comparison(record, numbers, found->energy_j) : memory_copy_string("");
    print_line(width, &(struct line){"  measured", "", "", "", quantity(a, found->latency_s, "s", "u"), "", later,
                                     powered ? quantity(b, found->energy_j, "J", "u") : "", "", more,
                                     quantity(c, measured_throughput(row), "/s", "u")});
    free(later);
    free(more);
}

static void print_baseline(const struct run_record *record, const struct run_numbers *numbers, int width,
                           const struct baseline_result *row)
{
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE], c[QUANTITY_SIZE], error[32], energy_error[32], batch[16];
    char *later = latency_comparison(numbers, row->latency_s);
    char *more = energy_comparison(record, numbers, row->energy_j);
    char *name = cleaned(row->name + common_word(record));
    snprintf(batch, sizeof batch, "%" PRIu32, row->batch);
    print_line(width, &(struct line){name, baseline_mode_name(row->mode), precision_name(row->precision), batch,
                                     quantity(a, row->latency_s, "s", "u"), error_text(error, row->latency_error, "+-"), later,
                                     quantity(b, row->energy_j, "J", "u"),
                                     isfinite(row->energy_j) ? error_text(energy_error, row->energy_error, "+-") : "", more,
                                     quantity(c, baseline_throughput(row), "/s", "u")});
    free(name);
    free(later);
    free(more);
    if (row->measurement.latency_s > 0)
        print_measured(record, numbers, width, row);
}

static void print_baselines(const struct run_record *record, const struct run_numbers *numbers)
{
    if (!record->baseline_count)
        return;
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE], c[QUANTITY_SIZE];
    int width = name_width(record);
    print_line(width, &(struct line){"GPU (analytic model)", "mode", "format", "batch", "latency", "+-", "to the chip's",
                                     "energy", "+-", "to the chip's", "samples"});
    print_line(width, &(struct line){"this chip", "snn", "integer", "1", quantity(a, numbers->latency_mean_s, "s", "u"), "", "",
                                     quantity(b, energy_per_sample(record, numbers), "J", "u"), "", "",
                                     quantity(c, numbers->throughput_per_s, "/s", "u")});
    uint32_t shown = 0;
    for (uint32_t i = 0; i < record->baseline_count && shown < BASELINES_SHOWN; i++)
        if (is_quickest(record, &record->baselines[i])) {
            print_baseline(record, numbers, width, &record->baselines[i]);
            shown++;
        }
    printf("%" PRIu32 " of %" PRIu32 " rows: the quickest modes; the page and summary.json have all\n"
           "modes: ann, the equivalent dense network in one pass; snn, the spiking one over all timesteps; -graph and -fused\n"
           "launch as one captured graph, -layer all steps of a layer at once, the others kernel by kernel (docs/baseline.md)\n\n",
           shown, record->baseline_count);
}

void summary_print(const struct run_record *record, const struct run_numbers *numbers)
{
    print_head(record);
    print_results(record, numbers);
    print_components(record, numbers);
    print_layers(record, numbers);
    print_counts(record, numbers);
    print_memory(record);
    print_devices(record->monte_carlo);
    print_baselines(record, numbers);
    struct findings findings;
    findings_make(record, numbers, "u", &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_wrapped("- ", findings.sentence[i]);
    for (uint32_t i = 0; i < record->compile->remark_count; i++)
        print_wrapped("- ", record->compile->remarks[i]);
    findings_free(&findings);
}
