/* The terminal summary: what a person can read in ten seconds. */
#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/layers.h"
#include "tools/report/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR_WIDTH 24
#define NAME_WIDTH 24
#define LINE_WIDTH 110
#define LAYERS_SHOWN 16

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

static void print_head(const struct run_record *record)
{
    char network[NAME_WIDTH + 1], chip[NAME_WIDTH + 1], dt[QUANTITY_SIZE], samples[COUNTED_SIZE], steps[COUNTED_SIZE];
    const struct chip_result *result = record->chip_result;
    printf("%s on %s: %s of up to %s of %s (%s), semantics %s\n\n",
           printable(network, file_name(record->network->path)), printable(chip, record->chip->name),
           counted(samples, result->sample_count, "sample"), counted(steps, result->steps, "step"),
           quantity_trimmed(dt, record->dt_s, "s", "u"), record->dt_origin, record->semantics);
}

static void print_results(const struct run_record *record, const struct run_numbers *numbers)
{
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE], c[QUANTITY_SIZE], d[QUANTITY_SIZE], e[QUANTITY_SIZE];
    printf("accuracy    ");
    if (numbers->labelled)
        printf("chip %.2f %%   float %.2f %%   ", 100 * numbers->accuracy, 100 * numbers->reference_accuracy);
    else
        printf("no labels   ");
    printf("spike agreement %.2f %%   ties %" PRIu32 "\n", 100 * numbers->spike_agreement, numbers->ties);
    printf("latency     mean %s   p50 %s   p99 %s   max %s   throughput %s samples/s\n",
           quantity(a, numbers->latency_mean_s, "s", "u"), quantity(b, numbers->latency_p50_s, "s", "u"),
           quantity(c, numbers->latency_p99_s, "s", "u"), quantity(d, numbers->latency_max_s, "s", "u"),
           quantity(e, numbers->throughput_per_s, "", "u"));
    double total = numbers->energy.total;
    printf("energy      %s a sample (dynamic %s, static %s)   power %s   area %.3g mm2\n",
           quantity(a, energy_per_sample(record, numbers), "J", "u"),
           percent(b, total > 0 ? numbers->energy.dynamic_total / total : 0),
           percent(c, total > 0 ? numbers->energy.static_total / total : 0), quantity(d, numbers->power_w, "W", "u"),
           numbers->area_mm2);
}

static void print_components(const struct run_record *record, const struct run_numbers *numbers)
{
    enum energy_component order[ENERGY_COMPONENTS];
    int count = components_by_energy(&numbers->energy, order);
    double samples = record->chip_result->sample_count ? (double)record->chip_result->sample_count : 1;
    for (int i = 0; i < count; i++) {
        double joules = component_energy(&numbers->energy, order[i]), share = joules / numbers->energy.total;
        if (share < 0.005)
            break;
        char text[QUANTITY_SIZE], hundredths[32];
        int filled = (int)(BAR_WIDTH * share + 0.5);
        printf("  %-18s %10s %7s%s%.*s\n", energy_component_name(order[i]), quantity(text, joules / samples, "J", "u"),
               percent(hundredths, share), filled ? "  " : "", filled, "########################");
    }
}

static void print_layers(const struct run_record *record, const struct run_numbers *numbers)
{
    const struct program *program = record->program;
    double samples = record->chip_result->sample_count ? (double)record->chip_result->sample_count : 1;
    printf("\n%-*s %9s %14s %17s %14s\n", NAME_WIDTH, "layer, per sample", "neurons", "spikes", "synaptic events",
           "energy");
    for (uint32_t p = 0; p < program->population_count && p < LAYERS_SHOWN; p++) {
        char name[NAME_WIDTH + 1], energy[QUANTITY_SIZE];
        struct layer_step sum = layer_sum(record->chip_result, p);
        printf("%-*s %9" PRIu32 " %14.1f %17.1f %14s\n", NAME_WIDTH, printable(name, program->populations[p].name),
               program->populations[p].count, (double)sum.spikes / samples, (double)sum.synaptic_events / samples,
               quantity(energy, numbers->energy.layer[p] / samples, "J", "u"));
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
    char cores[COUNTED_SIZE], cycles[COUNTED_SIZE];
    printf("\nchip        %" PRIu32 " of %s   %s   %s\n", record->compile->cores_used,
           counted(cores, record->compile->cores_available, "core"), quantity(a, record->chip->clock_hz, "Hz", "u"),
           counted(cycles, record->chip_result->counters.cycles, "cycle"));
    printf("counts      input spikes %s   spikes %s   synaptic events %s   hops %s   dropped %s\n",
           count_text(a, numbers->input_spikes), count_text(b, numbers->spikes),
           count_text(c, numbers->synaptic_events), count_text(d, numbers->hops), count_text(e, numbers->dropped));
    double rate = record->host.simulate_s > 0 ? (double)numbers->synaptic_events / record->host.simulate_s : 0;
    printf("simulated   in %s (load %s, whole run %s)   %s synaptic events/s   %.0f MiB\n",
           quantity(a, record->host.simulate_s, "s", "u"), quantity(b, record->host.load_s, "s", "u"),
           quantity(c, record->host.wall_s, "s", "u"), quantity(d, rate, "", "u"),
           record->host.peak_rss_mib);
}

static void print_baselines(const struct run_record *record, const struct run_numbers *numbers)
{
    if (!record->baseline_count)
        return;
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE], name[NAME_WIDTH + 1];
    const char *layout = "%-*s %-5s %-9s %6s %11s %-15s %11s %s\n";
    printf("\n");
    printf(layout, NAME_WIDTH, "GPU (analytic model)", "mode", "precision", "batch", "latency", "against chip",
           "energy", "against chip");
    printf(layout, NAME_WIDTH, "this chip", "snn", "integer", "1", quantity(a, numbers->latency_mean_s, "s", "u"), "",
           quantity(b, energy_per_sample(record, numbers), "J", "u"), "");
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *row = &record->baselines[i];
        char batch[16];
        char *later = comparison(latency_ratio(numbers, row), "later", "sooner", "as soon");
        char *more = comparison(energy_ratio(record, numbers, row), "more", "less", "as much");
        snprintf(batch, sizeof batch, "%" PRIu32, row->batch);
        printf(layout, NAME_WIDTH, printable(name, row->name), baseline_mode_name(row->mode),
               precision_name(row->precision), batch, quantity(a, row->latency_s, "s", "u"), later,
               quantity(b, row->energy_j, "J", "u"), more);
        free(later);
        free(more);
    }
}

/* Sentences may quote names from files: no control character reaches the terminal. */
static void print_wrapped(const char *raw)
{
    char *sentence = memory_copy_string(raw);
    for (char *c = sentence; *c; c++)
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c;
    int column = printf("- ") - 1;
    for (const char *word = sentence; *word;) {
        int length = (int)strcspn(word, " ");
        if (column + 1 + length > LINE_WIDTH)
            column = printf("\n  ") - 2;
        column += printf("%s%.*s", column > 1 ? " " : "", length, word);
        word += length;
        word += *word == ' ';
    }
    printf("\n");
    free(sentence);
}

void summary_print(const struct run_record *record, const struct run_numbers *numbers)
{
    print_head(record);
    print_results(record, numbers);
    print_components(record, numbers);
    print_layers(record, numbers);
    print_counts(record, numbers);
    print_baselines(record, numbers);
    printf("\n");
    struct findings findings;
    findings_make(record, numbers, "u", &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_wrapped(findings.sentence[i]);
    for (uint32_t i = 0; i < record->compile->remark_count; i++)
        print_wrapped(record->compile->remarks[i]);
    findings_free(&findings);
}
