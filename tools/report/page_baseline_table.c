/* The figures behind the chart of accelerators: every row, and what was measured of the very same network. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/verdict.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { NAME, MODE, FROM, BATCH, LATENCY, LATENCY_TO_CHIP, ENERGY, ENERGY_TO_CHIP, SAMPLES, POWER, LAUNCHING, COLUMNS };
static const char *const heads[COLUMNS] = {"accelerator", "mode", "from", "batch", "latency", "to the chip's",
                                           "energy a sample", "to the chip's", "samples", "power", "launching"};

/* Strings of its own; NULL: empty. */
struct row_text {
    char *cell[COLUMNS];
};

static void draw_and_free(struct page *page, const char *class, struct row_text *row)
{
    text_add(&page->text, "<tr class=\"%s\">", class);
    for (int i = 0; i < COLUMNS; i++) {
        text_add(&page->text, "<td>");
        text_escaped(&page->text, row->cell[i] ? row->cell[i] : "");
        text_add(&page->text, "</td>");
        free(row->cell[i]);
    }
    text_add(&page->text, "</tr>\n");
}

static char *quantity_of(double value, const char *unit)
{
    char text[QUANTITY_SIZE];
    return isfinite(value) ? memory_copy_string(quantity(text, value, unit, MICRO)) : NULL;
}

static char *with_error(double value, const char *unit, double error)
{
    char text[QUANTITY_SIZE], share[32];
    return memory_format("%s %s", quantity(text, value, unit, MICRO), error_text(share, error, PLUS_MINUS));
}

/* Cells that the model's row and the measured one have alike. */
static struct row_text row_begin(const struct page *page, const struct baseline_result *row, double latency_s,
                                 double energy_j, double samples_per_s)
{
    struct row_text out = {{NULL}};
    out.cell[NAME] = memory_copy_string(row->name + common_word(page->record));
    out.cell[MODE] = memory_format("%s %s", baseline_mode_name(row->mode), precision_name(row->precision));
    out.cell[BATCH] = memory_format("%" PRIu32, row->batch);
    out.cell[LATENCY_TO_CHIP] = latency_comparison(page->numbers, latency_s);
    out.cell[ENERGY_TO_CHIP] = isfinite(energy_j) ? energy_comparison(page->record, page->numbers, energy_j) : NULL;
    out.cell[SAMPLES] = quantity_of(samples_per_s, "/s");
    return out;
}

static void draw_row(struct page *page, const struct baseline_result *row)
{
    char share[32];
    struct row_text out = row_begin(page, row, row->latency_s, row->energy_j, baseline_throughput(row));
    out.cell[FROM] = memory_copy_string(row->measured ? "model" : "relatives' model");
    out.cell[LATENCY] = with_error(row->latency_s, "s", row->latency_error);
    out.cell[ENERGY] = row->missing ? memory_copy_string("unknown") : with_error(row->energy_j, "J", row->energy_error);
    out.cell[POWER] = quantity_of(row->power_w, "W");
    out.cell[LAUNCHING] = memory_copy_string(percent(share, row->latency_s > 0 ? row->launch_s / row->latency_s : 0));
    draw_and_free(page, "model", &out);
}

static void draw_measured_row(struct page *page, const struct baseline_result *row)
{
    const struct baseline_measurement *found = &row->measurement;
    if (!(found->latency_s > 0))
        return;
    struct row_text out = row_begin(page, row, found->latency_s, found->energy_j, measured_throughput(row));
    out.cell[FROM] = memory_copy_string("measured");
    out.cell[LATENCY] = quantity_of(found->latency_s, "s");
    out.cell[ENERGY] = isfinite(found->energy_j) ? quantity_of(found->energy_j, "J") : memory_copy_string("not measured");
    out.cell[POWER] = quantity_of(found->power_w, "W");
    draw_and_free(page, "found", &out);
}

static void draw_chip_row(struct page *page)
{
    const struct run_numbers *numbers = page->numbers;
    struct row_text out = {{NULL}};
    out.cell[NAME] = memory_copy_string("this chip");
    out.cell[MODE] = memory_copy_string("snn integer");
    out.cell[FROM] = memory_copy_string("simulation");
    out.cell[BATCH] = memory_copy_string("1");
    out.cell[LATENCY] = quantity_of(numbers->latency_mean_s, "s");
    out.cell[ENERGY] = quantity_of(energy_per_sample(page->record, numbers), "J");
    out.cell[SAMPLES] = quantity_of(numbers->throughput_per_s, "/s");
    out.cell[POWER] = quantity_of(numbers->power_w, "W");
    draw_and_free(page, "found", &out);
}

void page_baseline_table(struct page *page)
{
    text_add(&page->text, "<details><summary>The figures, and against the chip</summary>\n<div class=\"table figures\">"
                          "<table>\n<tr>");
    for (int i = 0; i < COLUMNS; i++)
        text_add(&page->text, "<th>%s</th>", heads[i]);
    text_add(&page->text, "</tr>\n");
    draw_chip_row(page);
    for (uint32_t i = 0; i < page->record->baseline_count; i++) {
        draw_row(page, &page->record->baselines[i]);
        draw_measured_row(page, &page->record->baselines[i]);
    }
    text_add(&page->text, "</table></div></details>\n");
}
