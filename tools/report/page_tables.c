/* Layers, samples, configuration, provenance. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/report/findings.h"
#include "tools/report/layers.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLES_SHOWN 200
#define LAYERS_SHOWN 200

static void cell(struct page *page, const char *raw)
{
    text_add(&page->text, "<td>");
    text_escaped(&page->text, raw);
    text_add(&page->text, "</td>");
}

static void count_cell(struct page *page, double count)
{
    char text[QUANTITY_SIZE];
    if (count >= 1e4)
        cell(page, count_text(text, (uint64_t)(count + 0.5)));
    else {
        snprintf(text, sizeof text, "%.1f", count);
        cell(page, text);
    }
}

static void layer_row(struct page *page, const char *name, const uint32_t *neurons, const struct layer_step *sum,
                      double joules, double samples)
{
    const struct energy_report *energy = &page->numbers->energy;
    char text[QUANTITY_SIZE];
    text_add(&page->text, "<tr>");
    cell(page, name);
    cell(page, neurons ? count_text(text, *neurons) : "");
    if (sum) {
        count_cell(page, (double)sum->spikes / samples);
        count_cell(page, (double)sum->synaptic_events / samples);
        count_cell(page, (double)sum->busy_cycles / samples);
    } else {
        text_add(&page->text, "<td></td><td></td><td></td>");
    }
    cell(page, quantity(text, joules / samples, "J", MICRO));
    cell(page, percent(text, energy->total > 0 ? joules / energy->total : 0));
    text_add(&page->text, "</tr>\n");
}

static void layers_table(struct page *page)
{
    const struct program *program = page->record->program;
    const struct energy_report *energy = &page->numbers->energy;
    double samples = page->record->chip_result->sample_count ? (double)page->record->chip_result->sample_count : 1;
    uint32_t shown = program->population_count < LAYERS_SHOWN ? program->population_count : LAYERS_SHOWN;
    text_add(&page->text, "<div class=\"table\"><table>\n<tr><th>layer</th><th>neurons</th><th>spikes</th>"
                          "<th>synaptic events</th><th>busy core cycles</th><th>energy</th><th>share</th></tr>\n");
    for (uint32_t p = 0; p < shown; p++) {
        struct layer_step sum = layer_sum(page->record->chip_result, p);
        sum.spikes = layer_spikes(page->record, page->numbers, p);
        layer_row(page, program->populations[p].name, &program->populations[p].count, &sum, energy->layer[p], samples);
    }
    layer_row(page, "shared", NULL, NULL, energy->layer[energy->layers - 1], samples);
    text_add(&page->text, "</table></div>\n");
    if (shown < program->population_count)
        paragraph(page, "note", "Further layers are in result.h5.");
}

static void page_layers(struct page *page)
{
    const struct run_numbers *numbers = page->numbers;
    char spikes[COUNTED_SIZE], inputs[COUNTED_SIZE], events[COUNTED_SIZE], hops[COUNTED_SIZE], dropped[COUNTED_SIZE];
    char *finding = memory_format("%s and %s became %s and %s; %s %s dropped",
                                  counted(inputs, numbers->input_spikes, "input spike"),
                                  counted(spikes, numbers->spikes, "spike"),
                                  counted(events, numbers->synaptic_events, "synaptic event"),
                                  counted(hops, numbers->hops, "hop"), counted(dropped, numbers->dropped, "event"),
                                  numbers->dropped == 1 ? "was" : "were");
    section_begin(page, finding, "The heading counts the whole run; the table is the mean of a sample. A synaptic event "
                                 "is one spike at one synapse, a hop is a packet moving to a neighbouring router.");
    free(finding);
    layers_table(page);
    section_end(page);
}

static void sample_row(struct page *page, size_t sample)
{
    const struct run_numbers *numbers = page->numbers;
    const struct spike_sample *input = &page->record->batch->samples[sample];
    char text[QUANTITY_SIZE];
    text_add(&page->text, "<tr>");
    cell(page, input->name ? input->name : "");
    snprintf(text, sizeof text, "%d", input->label);
    cell(page, input->label >= 0 ? text : "");
    snprintf(text, sizeof text, "%d", numbers->prediction[sample]);
    cell(page, text);
    snprintf(text, sizeof text, "%d", numbers->reference_prediction[sample]);
    cell(page, text);
    cell(page, quantity(text, numbers->latency_s[sample], "s", MICRO));
    cell(page, quantity(text, numbers->sample_energy_j[sample], "J", MICRO));
    text_add(&page->text, "</tr>\n");
}

static void samples_table(struct page *page)
{
    size_t all = page->record->chip_result->sample_count, shown = all < SAMPLES_SHOWN ? all : SAMPLES_SHOWN;
    text_add(&page->text, "<details><summary>Samples (%zu of %zu)</summary>\n<div class=\"table\"><table>\n<tr><th>"
                          "sample</th><th>label</th><th>chip</th><th>reference</th><th>latency</th><th>energy</th>"
                          "</tr>\n",
             shown, all);
    for (size_t s = 0; s < shown; s++)
        sample_row(page, s);
    text_add(&page->text, "</table></div></details>\n");
}

static void config_table(struct page *page)
{
    const struct chip_config *chip = page->record->chip;
    const struct parameter_row *rows = chip_parameter_rows();
    text_add(&page->text, "<details><summary>Chip configuration, resolved</summary>\n<div class=\"table\"><table "
                          "class=\"words\">\n");
    for (const struct parameter_row *row = rows; row->key; row++) {
        if (!parameters_applies(rows, row, chip))
            continue;
        char *value = parameters_format(row, chip);
        char *with_unit = memory_format("%s%s%s", value, row->unit ? " " : "", row->unit ? row->unit : "");
        text_add(&page->text, "<tr>");
        cell(page, row->key);
        cell(page, with_unit);
        cell(page, row->help ? row->help : "");
        text_add(&page->text, "</tr>\n");
        free(with_unit);
        free(value);
    }
    text_add(&page->text, "</table></div></details>\n");
}

static void fact(struct page *page, const char *name, const char *value)
{
    text_add(&page->text, "<tr>");
    cell(page, name);
    cell(page, value);
    text_add(&page->text, "</tr>\n");
}

static void provenance_table(struct page *page)
{
    const struct run_record *record = page->record;
    const struct provenance *source = &record->provenance;
    char number[32], wall[QUANTITY_SIZE], rate[QUANTITY_SIZE];
    double events_per_s =
        record->host.simulate_s > 0 ? (double)page->numbers->synaptic_events / record->host.simulate_s : 0;
    text_add(&page->text, "<div class=\"table\"><table class=\"words\">\n");
    fact(page, "command", source->command);
    fact(page, "npusim", source->version);
    fact(page, "network", record->network->path);
    fact(page, "network SHA-256", source->network_sha256);
    fact(page, "input", record->batch->path ? record->batch->path : "");
    fact(page, "input SHA-256", source->input_sha256);
    fact(page, "chip", record->chip->path);
    fact(page, "configuration SHA-256", source->config_sha256);
    fact(page, "technology", technology_name(record->technology));
    snprintf(number, sizeof number, "%" PRIu64, source->seed);
    fact(page, "seed", number);
    snprintf(number, sizeof number, "%016" PRIx64, record->chip_result->state_hash);
    fact(page, "state hash", number);
    char *speed = memory_format("simulated in %s, %s synaptic events/s; %.0f MiB",
                                quantity(wall, record->host.simulate_s, "s", MICRO),
                                quantity(rate, events_per_s, "", MICRO), record->host.peak_rss_mib);
    fact(page, "simulation", speed);
    free(speed);
    text_add(&page->text, "</table></div>\n");
}

void page_tables(struct page *page)
{
    page_layers(page);
    char cores[COUNTED_SIZE];
    char *finding = memory_format("Where this comes from: %" PRIu32 " of %s used, seed %" PRIu64,
                                  page->record->compile->cores_used,
                                  counted(cores, page->record->compile->cores_available, "core"),
                                  page->record->provenance.seed);
    section_begin(page, finding, "The same command on the same files gives the same state hash and the same counters.");
    free(finding);
    provenance_table(page);
    samples_table(page);
    config_table(page);
    section_end(page);
}
