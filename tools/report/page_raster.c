/* Spike raster of the first sample, a panel for each layer. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>

#define LEFT 170.0
#define RIGHT 880.0
#define GAP 12.0
#define PANELS_SHOWN 12

struct panel {
    const char *name;
    uint32_t neurons, steps;
    bool input;
    const struct raster_layer *layer;
};

static double panel_height(const struct panel *panel)
{
    return fmin(fmax(3.0 * panel->neurons, 44), 120); /* three lines of text stand beside it */
}

/* Short horizontal strokes as one path. Returns how many were drawn. */
static size_t draw_marks(struct page *page, const struct panel *panel, double top)
{
    double height = panel_height(panel);
    double width = fmin(fmax(0.8 * (RIGHT - LEFT) / panel->steps, 1.4), 4);
    double thick = fmin(fmax(0.8 * height / panel->neurons, 1), 3);
    size_t drawn = 0;
    text_add(&page->text, "<path class=\"%s\" stroke-width=\"%.1f\" d=\"", panel->input ? "inputs" : "spikes", thick);
    for (size_t i = 0; i < panel->layer->kept; i++) {
        uint32_t step = panel->layer->marks[i].step, neuron = panel->layer->marks[i].neuron;
        if (step >= panel->steps || neuron >= panel->neurons || !raster_stays(panel->layer->count, step, neuron))
            continue;
        text_add(&page->text, "M%.1f %.1fh%.1f", LEFT + (RIGHT - LEFT) * step / panel->steps,
                 top + height * (neuron + 0.5) / panel->neurons, width);
        drawn++;
    }
    text_add(&page->text, "\"/>\n");
    return drawn;
}

static void draw_panel(struct page *page, const struct panel *panel, double top)
{
    double height = panel_height(panel);
    char count[COUNTED_SIZE], drawn_text[QUANTITY_SIZE], size[COUNTED_SIZE];
    svg_rect(&page->text, LEFT, top, RIGHT - LEFT, height, "empty", NULL);
    size_t drawn = draw_marks(page, panel, top);
    svg_label(&page->text, LEFT - 10, top + 11, LEFT - 14, "end", "strong", panel->name);
    svg_label(&page->text, LEFT - 10, top + 25, LEFT - 14, "end", "tick",
              counted(size, panel->neurons, panel->input ? "input" : "neuron"));
    char *shown = drawn == panel->layer->count
                      ? memory_copy_string(counted(count, panel->layer->count, "spike"))
                      : memory_format("%s of %s drawn", count_text(drawn_text, drawn), count_text(count, panel->layer->count));
    svg_label(&page->text, LEFT - 10, top + 39, LEFT - 14, "end", "tick", shown);
    free(shown);
}

/* Panels in the order of populations; an input that the chip did not record is drawn from the input file. */
static uint32_t find_panels(const struct run_record *record, struct panel *panels)
{
    uint32_t count = 0, steps = record->chip_result->samples[0].steps;
    for (uint32_t p = 0; p < record->program->population_count && count < PANELS_SHOWN; p++) {
        const struct population *population = &record->program->populations[p];
        const struct raster_layer *layer = &record->raster->layers[p];
        if (layer->count == 0 && population->input && population->count == record->batch->inputs)
            layer = &record->raster->layers[record->program->population_count];
        struct panel panel = {population->name, population->count, steps, population->input, layer};
        if (!population->values && population->count > 0)
            panels[count++] = panel;
    }
    return count;
}

static void step_axis(struct page *page, const struct sample_result *sample, double top, double bottom)
{
    double step = fmax(1, tick_step(sample->steps, 8));
    for (double at = 0; at <= (double)sample->steps; at += step) {
        char number[QUANTITY_SIZE];
        double x = LEFT + (RIGHT - LEFT) * at / sample->steps;
        svg_line(&page->text, x, top, x, bottom + 4, "grid");
        svg_label(&page->text, x, bottom + 18, 60, "middle", "tick", count_text(number, (uint64_t)at));
    }
    svg_label(&page->text, (LEFT + RIGHT) / 2, bottom + 36, 300, "middle", "axis", "timestep");
}

static void raster_heading(struct page *page, const struct panel *panels, uint32_t count)
{
    const struct run_record *record = page->record;
    uint64_t fired = 0, left_out = 0;
    for (uint32_t i = 0; i < count; i++) {
        fired += panels[i].input ? 0 : panels[i].layer->count;
        left_out += panels[i].layer->count > RASTER_MARKS;
    }
    char spikes[COUNTED_SIZE], steps[COUNTED_SIZE];
    const struct spike_sample *input = &record->batch->samples[0];
    struct text finding = {0};
    text_add(&finding, "The first sample fires %s in %s", counted(spikes, fired, "spike"),
             counted(steps, record->chip_result->samples[0].steps, "timestep"));
    if (page->numbers->prediction[0] >= 0)
        text_add(&finding, " and is decided as class %d", page->numbers->prediction[0]);
    if (input->label >= 0)
        text_add(&finding, " (label %d)", input->label);
    char *reading = memory_format(
        "Each mark is a spike; a panel is a layer, its neurons from top to bottom, in the reference's time.%s%s",
        left_out ? " Panels with more than 4,000 spikes show about 4,000, picked by a hash of step and neuron." : "",
        count == PANELS_SHOWN ? " Only the first 12 layers are shown." : "");
    section_begin(page, finding.data, reading);
    text_free(&finding);
    free(reading);
}

void page_raster(struct page *page)
{
    const struct chip_result *result = page->record->chip_result;
    if (result->sample_count == 0 || result->samples[0].steps == 0)
        return;
    struct panel panels[PANELS_SHOWN];
    uint32_t count = find_panels(page->record, panels);
    if (count == 0)
        return;
    double bottom = 8 - GAP, top = 8;
    for (uint32_t i = 0; i < count; i++)
        bottom += panel_height(&panels[i]) + GAP;
    raster_heading(page, panels, count);
    svg_begin(&page->text, bottom + 44, "Spikes of the first sample by layer");
    step_axis(page, &result->samples[0], top, bottom);
    for (uint32_t i = 0; i < count; i++) {
        draw_panel(page, &panels[i], top);
        top += panel_height(&panels[i]) + GAP;
    }
    svg_end(&page->text);
    section_end(page);
}
