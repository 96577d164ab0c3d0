/* Power over the run, sample by sample, and energy by timestep; dynamic, clock and static stacked. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/report/derive.h"
#include <math.h>
#include <stdlib.h>

#define LEFT 90.0
#define RIGHT 880.0
#define TOP 34.0
#define HEIGHT 150.0
#define BARS_SHOWN 300

/* One bar of a chart: from and to on the x axis, and a height for each kind. */
struct bar {
    double from, to, height[ENERGY_KINDS];
};

static double bar_height(const struct bar *bar)
{
    double sum = 0;
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        sum += bar->height[kind];
    return sum;
}

static void draw_bar(struct page *page, const struct bar *bar, const struct scale *x, const struct scale *y,
                     const char *what, const char *unit)
{
    double left = scale_at(x, bar->from), width = fmax(scale_at(x, bar->to) - left, 0.6), stacked = 0;
    for (int kind = ENERGY_KINDS - 1; kind >= 0; kind--) { /* static lies at the bottom: it is always there */
        char text[QUANTITY_SIZE];
        double bottom = scale_at(y, stacked);
        stacked += bar->height[kind];
        char *tooltip = memory_format("%s: %s %s", what, energy_kind_name((enum energy_kind)kind),
                                      quantity(text, bar->height[kind], unit, MICRO));
        svg_rect(&page->text, left, scale_at(y, stacked), width, bottom - scale_at(y, stacked), kind_classes[kind],
                 tooltip);
        free(tooltip);
    }
}

/* ---- over the run ---- */

/* Samples first to end as one bar: their energy over their time. */
static struct bar samples_bar(const struct page *page, size_t first, size_t end)
{
    const struct sample_result *samples = page->record->chip_result->samples;
    struct bar bar = {cycles_to_seconds(page->record->chip, samples[first].start_cycle),
                      cycles_to_seconds(page->record->chip, samples[end - 1].end_cycle), {0}};
    double seconds = bar.to - bar.from;
    for (size_t s = first; s < end; s++)
        for (int kind = 0; kind < ENERGY_KINDS; kind++)
            bar.height[kind] += seconds > 0 ? page->record->digests[s].kind_j[kind] / seconds : 0;
    return bar;
}

static void power_chart(struct page *page)
{
    size_t samples = page->record->chip_result->sample_count;
    size_t each = (samples + BARS_SHOWN - 1) / BARS_SHOWN, count = (samples + each - 1) / each;
    struct bar *bars = memory_array(count, sizeof *bars);
    double most = 0, last = 0;
    for (size_t i = 0; i < count; i++) {
        size_t end = (i + 1) * each < samples ? (i + 1) * each : samples;
        bars[i] = samples_bar(page, i * each, end);
        most = fmax(most, bar_height(&bars[i]));
        last = fmax(last, bars[i].to);
    }
    struct scale x = {0, last, LEFT, RIGHT, false}, y = {0, most, TOP + HEIGHT, TOP, false};
    svg_begin(&page->text, TOP + HEIGHT + 44, "Power over the run, a step for each sample");
    svg_axis_y(&page->text, &y, LEFT, RIGHT, "W", "power");
    svg_axis_x(&page->text, &x, TOP, TOP + HEIGHT, "s",
               each > 1 ? "time in the run; a step is the mean of several samples" : "time in the run; a step is a sample");
    for (size_t i = 0; i < count; i++) {
        size_t end = (i + 1) * each < samples ? (i + 1) * each : samples;
        char *what = each > 1 ? memory_format("samples %zu to %zu", i * each, end - 1) : memory_format("sample %zu", i);
        draw_bar(page, &bars[i], &x, &y, what, "W");
        free(what);
    }
    svg_line(&page->text, LEFT, TOP + HEIGHT, RIGHT, TOP + HEIGHT, "base");
    kind_keys(page, LEFT + 120, 14);
    svg_end(&page->text);
    free(bars);
}

/* ---- by timestep ---- */

static struct bar steps_bar(const struct energy_steps *steps, uint32_t first, uint32_t end, double samples)
{
    struct bar bar = {first, end, {0}};
    for (uint32_t t = first; t < end; t++)
        for (int kind = 0; kind < ENERGY_KINDS; kind++)
            bar.height[kind] += fmax(steps->kind[kind][t], 0) / samples / (end - first);
    return bar;
}

static void steps_chart(struct page *page, double samples)
{
    const struct energy_steps *steps = &page->numbers->energy_steps;
    uint32_t each = (steps->steps + BARS_SHOWN - 1) / BARS_SHOWN, count = (steps->steps + each - 1) / each;
    double most = 0;
    struct bar *bars = memory_array(count, sizeof *bars);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t end = (i + 1) * each < steps->steps ? (i + 1) * each : steps->steps;
        bars[i] = steps_bar(steps, i * each, end, samples);
        most = fmax(most, bar_height(&bars[i]));
    }
    struct scale x = {0, steps->steps, LEFT, RIGHT, false}, y = {0, most, TOP + HEIGHT, TOP, false};
    svg_begin(&page->text, TOP + HEIGHT + 44, "Energy by timestep");
    svg_axis_y(&page->text, &y, LEFT, RIGHT, "J", "energy a timestep and sample");
    svg_axis_x(&page->text, &x, TOP, TOP + HEIGHT, "", "timestep");
    for (uint32_t i = 0; i < count; i++) {
        char *what = memory_format("timestep %u", i * each);
        draw_bar(page, &bars[i], &x, &y, what, "J");
        free(what);
    }
    svg_line(&page->text, LEFT, TOP + HEIGHT, RIGHT, TOP + HEIGHT, "base");
    svg_end(&page->text);
    free(bars);
}

void page_power(struct page *page)
{
    const struct run_numbers *numbers = page->numbers;
    size_t samples = page->record->chip_result->sample_count;
    if (samples == 0 || !(numbers->energy.total > 0))
        return;
    char power[QUANTITY_SIZE], still[QUANTITY_SIZE];
    char *finding = memory_format("The chip takes %s on average, of which it leaks %s",
                                  quantity(power, numbers->power_w, "W", MICRO),
                                  quantity(still, numbers->leakage_w, "W", MICRO));
    section_begin(page, finding, "Each step is the energy of a sample over the time the chip worked on it.");
    free(finding);
    power_chart(page);
    if (page->record->chip_result->steps > 1) {
        text_add(&page->text, "<h3>By timestep</h3>\n");
        char *reading = memory_format("Mean over %s. A layer's energy is divided among timesteps by its synaptic events, "
                                      "spikes and busy cycles in each; what belongs to no event, evenly.",
                                      counted((char[COUNTED_SIZE]){0}, samples, "sample"));
        paragraph(page, "reading", reading);
        free(reading);
        steps_chart(page, (double)samples);
    }
    section_end(page);
}
