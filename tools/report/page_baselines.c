/* The chip against accelerators: latency and energy a sample on logarithmic axes, and the figures as a table. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/report/findings.h"
#include "tools/report/verdict.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define ROW 22
#define NAMES 278.0
#define PANEL 227.0
#define VALUE_ROOM 84.0
#define ROWS_SHOWN 30

/* "H100 SXM \u00b7 ann \u00b7 256" in at most `characters`: a long name is cut so that mode and batch show. */
static char *row_label(const struct run_record *record, const struct baseline_result *row, size_t characters)
{
    const char *name = row->name + common_word(record);
    char *rest = memory_format(" \xc2\xb7 %s \xc2\xb7 %" PRIu32, baseline_mode_name(row->mode), row->batch);
    size_t taken = utf8_length(rest), room = characters > taken + 3 ? characters - taken : 3;
    bool fits = utf8_length(name) <= room;
    char *label = memory_format("%.*s%s%s", (int)utf8_prefix(name, fits ? room : room - 1), name, fits ? "" : "\xe2\x80\xa6",
                                rest);
    free(rest);
    return label;
}

/* What the chart shows: row 0 is the chip, then the quickest modes. */
struct shown {
    const struct baseline_result *row[ROWS_SHOWN];
    uint32_t count;
};

static struct shown choose_rows(const struct run_record *record)
{
    struct shown shown = {.count = 1};
    for (uint32_t i = 0; i < record->baseline_count && shown.count < ROWS_SHOWN; i++)
        if (is_quickest(record, &record->baselines[i]))
            shown.row[shown.count++] = &record->baselines[i];
    return shown;
}

static struct figure figure_at(const struct page *page, const struct baseline_result *row, enum measure measure)
{
    return row ? model_figure(row, measure) : chip_figure(page->record, page->numbers, measure);
}

/* Of all bars with their ranges; false: nothing is known. A bar needs room below the least value: the axis begins a decade
 * further down where that value is close. */
static bool panel_scale(const struct page *page, const struct shown *shown, double left, enum measure measure,
                        struct scale *out)
{
    double low = INFINITY, high = 0;
    for (uint32_t i = 0; i < shown->count; i++) {
        struct figure figure = figure_at(page, shown->row[i], measure);
        if (isinf(figure.value))
            continue;
        low = fmin(low, shown->row[i] ? fmin(figure.low, row_figure(shown->row[i], measure).value) : figure.low);
        high = fmax(high, isfinite(figure.high) ? figure.high : figure.value);
    }
    *out = (struct scale){pow(10, floor(log10(low) - 0.3)), pow(10, ceil(log10(high))), left, left + PANEL, true};
    return high > 0;
}

/* The measured value of the very same network: a mark across the model's bar. */
static void draw_measured(struct page *page, const struct scale *scale, const struct baseline_result *row,
                          enum measure measure, double y)
{
    char text[QUANTITY_SIZE];
    if (!row || !row_figure(row, measure).measured)
        return;
    double value = row_figure(row, measure).value, x = scale_at(scale, value);
    char *tooltip = memory_format("measured: %s", quantity(text, value, measure == MEASURE_ENERGY ? "J" : "s", MICRO));
    svg_rect(&page->text, x - 2, y - 2, 4, ROW - 3, "mark", tooltip);
    free(tooltip);
}

static void draw_bar(struct page *page, const struct scale *scale, const struct baseline_result *row, enum measure measure,
                     double y)
{
    char text[QUANTITY_SIZE];
    struct figure figure = figure_at(page, row, measure);
    const char *class = !row ? "first" : baseline_mode_is_dense(row->mode) ? "second" : "third";
    if (isinf(figure.value)) {
        svg_label(&page->text, scale->from + 6, y + 12, PANEL, "start", "", "unknown");
        return;
    }
    double end = scale_at(scale, figure.value);
    svg_rect(&page->text, scale->from, y, end - scale->from, ROW - 7, class, NULL);
    double most = svg_whisker(&page->text, scale, y + (ROW - 7) / 2.0, figure.low, figure.high);
    draw_measured(page, scale, row, measure, y);
    svg_label(&page->text, fmax(end, most) + 6, y + 12, VALUE_ROOM, "start", "",
              quantity(text, figure.value, measure == MEASURE_ENERGY ? "J" : "s", MICRO));
}

static void draw_panel(struct page *page, const struct shown *shown, double left, double bottom, enum measure measure)
{
    struct scale scale;
    bool energy = measure == MEASURE_ENERGY;
    if (!panel_scale(page, shown, left, measure, &scale))
        return;
    svg_label(&page->text, left, 14, PANEL, "start", "strong", energy ? "Energy a sample" : "Latency");
    svg_axis_x(&page->text, &scale, 24, bottom, energy ? "J" : "s",
               energy ? "energy a sample (logarithmic)" : "time to the answer (logarithmic)");
    for (uint32_t i = 0; i < shown->count; i++)
        draw_bar(page, &scale, shown->row[i], measure, 28 + ROW * i);
    svg_line(&page->text, left, 24, left, bottom, "base");
}

static bool some_measured(const struct run_record *record)
{
    for (uint32_t i = 0; i < record->baseline_count; i++)
        if (record->baselines[i].measurement.latency_s > 0)
            return true;
    return false;
}

static void draw_keys(struct page *page, double y)
{
    double next = svg_key(&page->text, 10, y, "first", "this chip, batch 1");
    next = svg_key(&page->text, next, y, "second", "ann: equivalent dense network (accuracy not evaluated)");
    next = svg_key(&page->text, next, y, "third", "snn: all timesteps");
    if (some_measured(page->record))
        svg_key(&page->text, next, y, "mark", "measured");
}

static void draw_chart(struct page *page)
{
    struct shown shown = choose_rows(page->record);
    double bottom = 28 + ROW * shown.count;
    svg_begin(&page->text, bottom + 66, "Latency and energy a sample of the chip and of accelerators");
    for (uint32_t i = 0; i < shown.count; i++) {
        char *name = i == 0 ? memory_format("%s (simulated)", page->record->chip->name)
                            : row_label(page->record, shown.row[i], svg_characters(NAMES - 12));
        svg_label(&page->text, NAMES - 10, 40 + ROW * i, NAMES - 12, "end", i == 0 ? "strong" : "", name);
        free(name);
    }
    draw_panel(page, &shown, NAMES, bottom, MEASURE_LATENCY);
    draw_panel(page, &shown, NAMES + PANEL + VALUE_ROOM, bottom, MEASURE_ENERGY);
    draw_keys(page, bottom + 58);
    svg_end(&page->text);
}

static char *winner_label(const struct page *page, enum measure measure)
{
    struct winner winner = best_of(page->record, page->numbers, measure);
    char *row = row_label(page->record, winner.decided ? winner.row : winner.rival, SIZE_MAX);
    if (winner.decided && !winner.chip && row_figure(winner.row, measure).measured) {
        char *measured = memory_format("%s, measured", row);
        free(row);
        return measured;
    }
    if (winner.decided && !winner.chip)
        return row;
    char *label = winner.decided ? memory_copy_string("the chip") : memory_format("undecided between the chip and %s", row);
    free(row);
    return label;
}

void page_baselines(struct page *page)
{
    if (page->record->baseline_count == 0)
        return;
    char *quick = winner_label(page, MEASURE_LATENCY), *economical = winner_label(page, MEASURE_ENERGY);
    char *busy = winner_label(page, MEASURE_THROUGHPUT);
    char *finding = memory_format("Answers soonest: %s. Least energy a sample: %s. Most samples a second: %s.", quick,
                                  economical, busy);
    section_begin(page, finding,
                  "Names are accelerator, mode and batch. Modes: ann is the equivalent dense network in one pass, snn the "
                  "spiking one over all timesteps; -graph and -fused launch as one captured graph, -layer all steps of a "
                  "layer at once, the others kernel by kernel from a framework. Latency is that of the whole batch, energy "
                  "its share for one sample; samples a second are in the table. Axes are logarithmic: a bar twice as long is "
                  "far more than twice as much. Thin lines: where a GPU's figure lies if the model is off by its mean error, "
                  "the chip's energy with every constant at its low or high.");
    free(finding);
    free(busy);
    free(economical);
    free(quick);
    draw_chart(page);
    paragraph(page, "note", "The chart shows the quickest dense and the quickest spiking mode of each accelerator and batch; the "
                            "table has all modes.");
    if (some_measured(page->record))
        paragraph(page, "note", "A mark across a bar is the very same network measured on the board itself: without the copies from the "
                                "host, which the bars count, and for energy in passes one after another, where the bars have a "
                                "board that waits for each answer.");
    page_baseline_table(page);
    section_end(page);
}
