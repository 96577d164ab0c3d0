/* The chip against accelerators: latency and energy a sample on logarithmic axes, and the figures as a table. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW 22
#define NAMES 256.0
#define PANEL 238.0
#define VALUE_ROOM 84.0
#define ROWS_SHOWN 30
#define LABEL_NAME 18 /* bytes of a name beside mode and batch */

/* Length of the maker's name and its space where every row begins with the same word and has another; else 0. */
static size_t common_word(const struct run_record *record)
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

/* "H100 SXM \u00b7 ann \u00b7 256": a long name is cut so that mode and batch show. */
static char *row_label(const struct run_record *record, const struct baseline_result *row)
{
    const char *name = row->name + common_word(record);
    size_t length = strlen(name), keep = LABEL_NAME;
    while (length > keep && ((unsigned char)name[keep] & 0xc0) == 0x80)
        keep--;
    return memory_format("%.*s%s \xc2\xb7 %s \xc2\xb7 %" PRIu32, (int)keep, name, length > keep ? "\xe2\x80\xa6" : "",
                         baseline_mode_name(row->mode), row->batch);
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

static double value_at(const struct page *page, const struct baseline_result *row, bool energy)
{
    if (!row)
        return energy ? energy_per_sample(page->record, page->numbers) : page->numbers->latency_mean_s;
    return energy ? row->energy_j : row->latency_s;
}

static void draw_panel(struct page *page, const struct shown *shown, double left, double bottom, bool energy)
{
    double low = INFINITY, high = 0;
    const char *unit = energy ? "J" : "s";
    for (uint32_t i = 0; i < shown->count; i++) {
        double value = value_at(page, shown->row[i], energy);
        if (!(value > 0) || !isfinite(value))
            continue;
        low = fmin(low, value);
        high = fmax(high, value);
    }
    if (!(high > 0))
        return;
    /* a bar needs room below the least value; the axis begins a decade further down where that value is close */
    struct scale scale = {pow(10, floor(log10(low) - 0.3)), pow(10, ceil(log10(high))), left, left + PANEL, true};
    svg_label(&page->text, left, 14, PANEL, "start", "strong", energy ? "Energy a sample" : "Latency");
    svg_axis_x(&page->text, &scale, 24, bottom, unit,
               energy ? "energy a sample (logarithmic)" : "time to the answer (logarithmic)");
    for (uint32_t i = 0; i < shown->count; i++) {
        char text[QUANTITY_SIZE];
        double value = value_at(page, shown->row[i], energy), y = 28 + ROW * i;
        const char *class = i == 0 ? "first" : baseline_mode_is_dense(shown->row[i]->mode) ? "second" : "third";
        if (!(value > 0) || !isfinite(value)) {
            svg_label(&page->text, left + 6, y + 12, PANEL, "start", "", "unknown");
            continue;
        }
        double end = scale_at(&scale, value);
        svg_rect(&page->text, left, y, end - left, ROW - 7, class, NULL);
        svg_label(&page->text, end + 6, y + 12, VALUE_ROOM, "start", "", quantity(text, value, unit, MICRO));
    }
    svg_line(&page->text, left, 24, left, bottom, "base");
}

static void draw_chart(struct page *page)
{
    struct shown shown = choose_rows(page->record);
    double bottom = 28 + ROW * shown.count;
    svg_begin(&page->text, bottom + 66, "Latency and energy a sample of the chip and of accelerators");
    for (uint32_t i = 0; i < shown.count; i++) {
        char *name = i == 0 ? memory_format("%s (simulated)", page->record->chip->name)
                            : row_label(page->record, shown.row[i]);
        svg_label(&page->text, NAMES - 10, 40 + ROW * i, NAMES - 12, "end", i == 0 ? "strong" : "", name);
        free(name);
    }
    draw_panel(page, &shown, NAMES, bottom, false);
    draw_panel(page, &shown, NAMES + PANEL + VALUE_ROOM, bottom, true);
    double next = svg_key(&page->text, 10, bottom + 58, "first", "this chip, batch 1");
    next = svg_key(&page->text, next, bottom + 58, "second", "ann: equivalent dense network (accuracy not evaluated)");
    svg_key(&page->text, next, bottom + 58, "third", "snn: all timesteps");
    svg_end(&page->text);
}

static void cell(struct page *page, const char *tag, const char *raw)
{
    text_add(&page->text, "<%s>", tag);
    text_escaped(&page->text, raw);
    text_add(&page->text, "</%s>", tag);
}

static void draw_row(struct page *page, const struct baseline_result *row)
{
    char text[QUANTITY_SIZE], number[16];
    char *later = comparison(latency_ratio(page->numbers, row), "later", "sooner", "as soon");
    char *more = comparison(energy_ratio(page->record, page->numbers, row), "more", "less", "as much");
    text_add(&page->text, "<tr>");
    cell(page, "td", row->name);
    cell(page, "td", baseline_mode_name(row->mode));
    cell(page, "td", precision_name(row->precision));
    cell(page, "td", row->measured ? "measured" : "carried over");
    snprintf(number, sizeof number, "%" PRIu32, row->batch);
    cell(page, "td", number);
    cell(page, "td", quantity(text, row->latency_s, "s", MICRO));
    cell(page, "td", later);
    cell(page, "td", row->missing ? "unknown" : quantity(text, row->energy_j, "J", MICRO));
    cell(page, "td", more);
    cell(page, "td", quantity(text, baseline_throughput(row), "/s", MICRO));
    cell(page, "td", quantity(text, row->power_w, "W", MICRO));
    cell(page, "td", percent(text, row->latency_s > 0 ? row->launch_s / row->latency_s : 0));
    text_add(&page->text, "</tr>\n");
    free(later);
    free(more);
}

static void draw_chip_row(struct page *page)
{
    const struct run_numbers *numbers = page->numbers;
    char latency[QUANTITY_SIZE], energy[QUANTITY_SIZE], samples[QUANTITY_SIZE], power[QUANTITY_SIZE];
    const char *const cells[] = {"this chip", "snn", "integer", "", "1",
                                 quantity(latency, numbers->latency_mean_s, "s", MICRO), "",
                                 quantity(energy, energy_per_sample(page->record, numbers), "J", MICRO), "",
                                 quantity(samples, numbers->throughput_per_s, "/s", MICRO),
                                 quantity(power, numbers->power_w, "W", MICRO), ""};
    text_add(&page->text, "<tr>");
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        cell(page, "td", cells[i]);
    text_add(&page->text, "</tr>\n");
}

static void draw_table(struct page *page)
{
    static const char *const heads[] = {"accelerator", "mode", "precision", "coefficients", "batch", "latency", "against chip",
                                        "energy a sample", "against chip", "samples", "power", "launching"};
    text_add(&page->text, "<details><summary>The figures, and against the chip</summary>\n<div class=\"table\">"
                          "<table>\n<tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        cell(page, "th", heads[i]);
    text_add(&page->text, "</tr>\n");
    draw_chip_row(page);
    for (uint32_t i = 0; i < page->record->baseline_count; i++)
        draw_row(page, &page->record->baselines[i]);
    text_add(&page->text, "</table></div></details>\n");
}

static char *winner_label(const struct page *page, enum measure measure)
{
    struct winner winner = best_of(page->record, page->numbers, measure);
    return winner.chip ? memory_copy_string("the chip") : row_label(page->record, winner.row);
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
                  "Names are accelerator, mode and batch. Latency is that of the whole batch, energy its share for one "
                  "sample; samples a second are in the table. Axes are logarithmic: a bar twice as long is far more "
                  "than twice as much.");
    free(finding);
    free(busy);
    free(economical);
    free(quick);
    draw_chart(page);
    paragraph(page, "note", "The chart shows the quickest dense and the quickest spiking mode of each accelerator and batch; the "
                            "table has all modes.");
    draw_table(page);
    section_end(page);
}
