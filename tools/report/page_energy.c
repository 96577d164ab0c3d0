/* Energy by component (dynamic, clock and static part stacked, with its range) and by layer. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/layers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROW 24
#define NAMES 150.0
#define VALUES 640.0 /* room for "12.3 nJ (1.00 nJ to 100 nJ)" behind a bar */
#define LAYERS_SHOWN 24

const char *const kind_classes[] = {[ENERGY_DYNAMIC] = "first", [ENERGY_CLOCK] = "third", [ENERGY_STATIC] = "second"};

double kind_keys(struct page *page, double x, double y)
{
    static const char *const words[] = {"dynamic (events)", "clock (cycles)", "static (time)"};
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        x = svg_key(&page->text, x, y, kind_classes[kind], words[kind]);
    return x;
}

/* One bar: name, the parts of each kind, the range of their sum, value and share. All in joules a sample. */
static void energy_bar(struct page *page, const struct scale *scale, double y, const char *name,
                       const double parts[ENERGY_KINDS], struct cost sum, double total)
{
    char joules[QUANTITY_SIZE], low[QUANTITY_SIZE], high[QUANTITY_SIZE], share[32];
    double end = scale->from, stacked = 0;
    svg_label(&page->text, NAMES - 8, y + 15, NAMES - 12, "end", "", name);
    for (int kind = 0; kind < ENERGY_KINDS; kind++) {
        if (!(parts[kind] > 0))
            continue;
        stacked += parts[kind];
        double from = end;
        end = scale_at(scale, stacked);
        char *tooltip = memory_format("%s: %s %s", name, energy_kind_name((enum energy_kind)kind),
                                      quantity(joules, parts[kind], "J", MICRO));
        svg_rect(&page->text, from, y + 3, end - from, ROW - 7, kind_classes[kind], tooltip);
        free(tooltip);
    }
    svg_whisker(&page->text, scale, y + 3 + (ROW - 7) / 2.0, sum.low, sum.high);
    char *value = memory_format("%s \xc2\xb7 %s", quantity(joules, sum.nominal, "J", MICRO),
                                percent(share, total > 0 ? sum.nominal / total : 0));
    char *range = sum.high > sum.low * (1 + 1e-9)
                      ? memory_format(" (%s to %s)", quantity(low, sum.low, "J", MICRO), quantity(high, sum.high, "J", MICRO))
                      : memory_copy_string("");
    char *both = memory_format("%s%s", value, range);
    svg_label(&page->text, fmax(end, scale_at(scale, sum.high)) + 8, y + 15, 300, "start", "", both);
    free(both);
    free(range);
    free(value);
}

static void component_chart(struct page *page, double samples)
{
    const struct energy_report *energy = &page->numbers->energy;
    enum energy_component order[ENERGY_COMPONENTS];
    int count = components_by_energy(energy, order);
    double most = 0;
    for (int i = 0; i < count; i++)
        most = fmax(most, fmax(energy->component[order[i]].nominal, energy->component[order[i]].high) / samples);
    struct scale scale = {0, most, NAMES, VALUES, false};
    double bottom = 30 + ROW * count;
    svg_begin(&page->text, bottom + 42, "Energy a sample by component: dynamic, clock and static, with its range");
    kind_keys(page, NAMES, 14);
    svg_axis_x(&page->text, &scale, 26, bottom, "J", "energy a sample; lines: with every constant at its low or high");
    for (int i = 0; i < count; i++) {
        enum energy_component c = order[i];
        const double parts[ENERGY_KINDS] = {energy->dynamic_part[c] / samples, energy->clock_part[c] / samples,
                                            energy->static_part[c] / samples};
        char *name = component_words(c);
        energy_bar(page, &scale, 28 + ROW * i, name, parts, cost_scale(energy->component[c], 1 / samples),
                   energy->total / samples);
        free(name);
    }
    svg_line(&page->text, NAMES, 26, NAMES, bottom, "base");
    svg_end(&page->text);
}

/* What one bar of the layers shows: a layer, or several of them together. */
struct layer_sum {
    const char *name;
    struct cost cost;
    double kinds[ENERGY_KINDS];
};

static void add_layer(const struct energy_report *energy, uint32_t layer, double samples, struct layer_sum *sum)
{
    sum->cost = cost_add(sum->cost, cost_scale(energy->layer_cost[layer], 1 / samples));
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        sum->kinds[kind] += energy->layer_kind[layer * ENERGY_KINDS + (uint32_t)kind] / samples;
}

/* The first layers, the further ones together, the shared one. Returns how many bars. */
static uint32_t sum_layers(const struct page *page, double samples, struct layer_sum bars[LAYERS_SHOWN + 1])
{
    const struct energy_report *energy = &page->numbers->energy;
    uint32_t layers = energy->layers, own = layers > LAYERS_SHOWN ? LAYERS_SHOWN - 1 : layers - 1;
    uint32_t rows = own + 1 + (layers - 1 > own);
    memset(bars, 0, (LAYERS_SHOWN + 1) * sizeof *bars);
    for (uint32_t i = 0; i + 1 < layers; i++) {
        struct layer_sum *bar = &bars[i < own ? i : own];
        bar->name = i < own ? page->record->program->populations[i].name : "further layers";
        add_layer(energy, i, samples, bar);
    }
    bars[rows - 1].name = "shared";
    add_layer(energy, layers - 1, samples, &bars[rows - 1]);
    return rows;
}

static void layer_chart(struct page *page, double samples)
{
    struct layer_sum bars[LAYERS_SHOWN + 1];
    uint32_t rows = sum_layers(page, samples, bars);
    double most = 0, bottom = 10 + ROW * rows;
    for (uint32_t i = 0; i < rows; i++)
        most = fmax(most, fmax(bars[i].cost.nominal, bars[i].cost.high));
    struct scale scale = {0, most, NAMES, VALUES, false};
    svg_begin(&page->text, bottom + 42, "Energy a sample by layer");
    svg_axis_x(&page->text, &scale, 6, bottom, "J", "energy a sample, colours as above");
    for (uint32_t i = 0; i < rows; i++)
        energy_bar(page, &scale, 8 + ROW * i, bars[i].name, bars[i].kinds, bars[i].cost,
                   page->numbers->energy.total / samples);
    svg_line(&page->text, NAMES, 6, NAMES, bottom, "base");
    svg_end(&page->text);
}

void page_energy(struct page *page)
{
    const struct energy_report *energy = &page->numbers->energy;
    if (!(energy->total > 0))
        return;
    enum energy_component order[ENERGY_COMPONENTS];
    components_by_energy(energy, order);
    double samples = (double)page->record->chip_result->sample_count;
    samples = samples > 0 ? samples : 1;
    char share[32], fixed[32], joules[QUANTITY_SIZE];
    char *name = component_words(order[0]);
    char *finding = memory_format("The %s takes %s of the %s a sample; %s of all energy is static", name,
                                  percent(share, component_energy(energy, order[0]) / energy->total),
                                  quantity(joules, energy->total / samples, "J", MICRO),
                                  percent(fixed, energy->static_total / energy->total));
    section_begin(page, finding, "Counters times joules per event, cycles times the clock of a component, leakage times "
                                 "time. A thin line reaches from the energy with every constant at its low to "
                                 "that at its high; no line: only one figure is published.");
    free(finding);
    free(name);
    char *unused = unused_cores(page->record, page->numbers, MICRO);
    if (unused) {
        char *sentence = memory_format("%s.", unused);
        paragraph(page, "note", sentence);
        free(sentence);
    }
    free(unused);
    component_chart(page, samples);
    text_add(&page->text, "<h3>By layer</h3>\n");
    paragraph(page, "reading", "The events of a layer's cores and packets, and their gated clock. \"shared\" is all "
                               "static energy of the chip, the ungated clock, the barrier and control.");
    layer_chart(page, samples);
    section_end(page);
}
