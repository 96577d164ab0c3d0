/* Energy by component (dynamic and static part stacked) and by layer. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/layers.h"
#include <stdlib.h>
#include <string.h>

#define ROW 24
#define NAMES 150.0
#define VALUES 770.0
#define LAYERS_SHOWN 24

/* One bar: name, one or two parts (dynamic, static), value and share. All in joules a sample. */
static void energy_bar(struct page *page, const struct scale *scale, double y, const char *name, const char *class,
                       double first, double second, double total)
{
    char joules[QUANTITY_SIZE], share[32], part[QUANTITY_SIZE];
    double middle = scale_at(scale, first), end = scale_at(scale, first + second);
    svg_label(&page->text, NAMES - 8, y + 15, NAMES - 12, "end", "", name);
    char *tooltip = memory_format("%s: %s%s", name, second > 0 ? "dynamic " : "", quantity(part, first, "J", MICRO));
    svg_rect(&page->text, scale->from, y + 3, middle - scale->from, ROW - 7, class, tooltip);
    free(tooltip);
    if (second > 0) {
        tooltip = memory_format("%s: static %s", name, quantity(part, second, "J", MICRO));
        svg_rect(&page->text, middle, y + 3, end - middle, ROW - 7, "second", tooltip);
        free(tooltip);
    }
    char *value = memory_format("%s \xc2\xb7 %s", quantity(joules, first + second, "J", MICRO),
                                percent(share, total > 0 ? (first + second) / total : 0));
    svg_label(&page->text, end + 8, y + 15, 130, "start", "", value);
    free(value);
}

static void component_chart(struct page *page, double samples)
{
    const struct energy_report *energy = &page->numbers->energy;
    enum energy_component order[ENERGY_COMPONENTS];
    int count = components_by_energy(energy, order);
    double most = count ? component_energy(energy, order[0]) / samples : 0;
    struct scale scale = {0, most, NAMES, VALUES, false};
    double bottom = 30 + ROW * count;
    svg_begin(&page->text, bottom + 42, "Energy a sample by component, dynamic and static");
    double next = svg_key(&page->text, NAMES, 14, "first", "dynamic (events)");
    svg_key(&page->text, next, 14, "second", "static (over time)");
    svg_axis_x(&page->text, &scale, 26, bottom, "J", "energy a sample");
    for (int i = 0; i < count; i++) {
        char *name = component_words(order[i]);
        energy_bar(page, &scale, 28 + ROW * i, name, "first", energy->dynamic_part[order[i]] / samples,
                   energy->static_part[order[i]] / samples, energy->total / samples);
        free(name);
    }
    svg_line(&page->text, NAMES, 26, NAMES, bottom, "base");
    svg_end(&page->text);
}

static void layer_chart(struct page *page, double samples)
{
    const struct energy_report *energy = &page->numbers->energy;
    uint32_t layers = energy->layers, shown = layers > LAYERS_SHOWN ? LAYERS_SHOWN : layers;
    double most = 0, rest = 0;
    for (uint32_t i = 0; i < layers; i++) {
        bool own_bar = i + 1 < shown || i + 1 == layers;
        rest += own_bar ? 0 : energy->layer[i];
        most = own_bar && energy->layer[i] > most ? energy->layer[i] : most;
    }
    most = rest > most ? rest : most;
    struct scale scale = {0, most / samples, NAMES, VALUES, false};
    uint32_t rows = shown + (layers > shown);
    double bottom = 10 + ROW * rows;
    svg_begin(&page->text, bottom + 42, "Energy a sample by layer");
    svg_axis_x(&page->text, &scale, 6, bottom, "J", "energy a sample, dynamic and static");
    for (uint32_t i = 0; i < rows; i++) {
        bool last = i + 1 == rows, other = layers > shown && i + 2 == rows;
        double joules = last ? energy->layer[layers - 1] : other ? rest : energy->layer[i];
        const char *name = last ? "shared" : other ? "further layers" : page->record->program->populations[i].name;
        energy_bar(page, &scale, 8 + ROW * i, name, "third", joules / samples, 0, energy->total / samples);
    }
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
    section_begin(page, finding, "Energy by component: counters times joules per event, and leakage times time. "
                                 "Components without energy are left out.");
    free(finding);
    free(name);
    component_chart(page, samples);
    text_add(&page->text, "<h3>By layer</h3>\n");
    paragraph(page, "reading", "The events of a layer's cores and packets. \"shared\" is all static energy of the "
                               "chip, the barrier and control.");
    layer_chart(page, samples);
    section_end(page);
}
