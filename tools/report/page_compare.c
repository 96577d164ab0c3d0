/* The page of `npusim compare`: energy and latency over the spike rate, where each wins, and all figures. */
#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/report/comparison.h"
#include "tools/report/findings.h"
#include "tools/report/page.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TOP 26.0
#define BOTTOM 320.0
#define LEFT 90.0
#define RIGHT 640.0
#define LABEL_HEIGHT 13.0

static double chip_value(const struct comparison_chip *chip, uint32_t rate, bool energy)
{
    return energy ? chip->energy_j[rate] : chip->latency_s[rate];
}

static struct scale value_scale(const struct comparison *comparison, bool energy)
{
    double low = INFINITY, high = 0;
    for (uint32_t chip = 0; chip < comparison->chip_count; chip++)
        for (uint32_t rate = 0; rate < comparison->rate_count; rate++) {
            low = fmin(low, chip_value(&comparison->chips[chip], rate, energy));
            high = fmax(high, chip_value(&comparison->chips[chip], rate, energy));
        }
    for (uint32_t batch = 0; batch < comparison->batch_count; batch++) {
        const struct comparison_row *best = comparison_best(comparison, batch, energy, AMONG_ALL);
        double value = !best ? NAN : energy ? best->energy_j[batch] : best->latency_s[batch];
        low = fmin(low, value);
        high = fmax(high, value);
    }
    return (struct scale){pow(10, floor(log10(low))), pow(10, ceil(log10(high))), BOTTOM, TOP, true};
}

/* Labels at the right end of lines, none over another: `taken` holds the heights of those before. */
static void end_label(struct text *text, double *taken, uint32_t *count, double y, const char *class, const char *label)
{
    for (uint32_t i = 0; i < *count; i++)
        if (fabs(taken[i] - y) < LABEL_HEIGHT) {
            y = taken[i] + LABEL_HEIGHT;
            i = UINT32_MAX; /* from the first again */
        }
    taken[(*count)++] = y;
    svg_label(text, RIGHT + 6, y + 4, CHART_WIDTH - RIGHT - 10, "start", class, label);
}

/* The chips as lines over the rate; the best accelerator of each batch as a level. */
static void draw_chart(struct text *text, const struct comparison *comparison, bool energy)
{
    static const char *const classes[] = {"spikes", "late", "inputs"};
    double *taken = memory_array(comparison->chip_count + comparison->batch_count, sizeof *taken);
    uint32_t labels = 0;
    double low = comparison->rates[0], high = comparison->rates[comparison->rate_count - 1];
    struct scale x = {low, high > low ? high : 2 * low, LEFT, RIGHT, true}, y = value_scale(comparison, energy);
    svg_begin(text, BOTTOM + 46, energy ? "Energy a sample over the spike rate" : "Latency over the spike rate");
    svg_axis_y(text, &y, LEFT, RIGHT, energy ? "J" : "s", energy ? "energy a sample" : "latency");
    svg_axis_x(text, &x, TOP, BOTTOM, "", "spikes an input and timestep (logarithmic)");
    for (uint32_t chip = 0; chip < comparison->chip_count; chip++) {
        const struct comparison_chip *c = &comparison->chips[chip];
        for (uint32_t i = 0; i + 1 < comparison->rate_count; i++)
            svg_line(text, scale_at(&x, comparison->rates[i]), scale_at(&y, chip_value(c, i, energy)),
                     scale_at(&x, comparison->rates[i + 1]), scale_at(&y, chip_value(c, i + 1, energy)),
                     classes[chip % 3]);
        end_label(text, taken, &labels, scale_at(&y, chip_value(c, comparison->rate_count - 1, energy)), "strong", c->name);
    }
    for (uint32_t batch = 0; batch < comparison->batch_count; batch++) {
        const struct comparison_row *best = comparison_best(comparison, batch, energy, AMONG_ALL);
        if (!best)
            continue;
        double level = scale_at(&y, energy ? best->energy_j[batch] : best->latency_s[batch]);
        char *label = memory_format("batch %u: %s, %s", comparison->batches[batch], best->name,
                                    baseline_mode_name(best->mode));
        svg_line(text, LEFT, level, RIGHT, level, "median");
        end_label(text, taken, &labels, level, "", label);
        free(label);
    }
    free(taken);
    svg_end(text);
}

static void cell(struct text *text, const char *tag, const char *raw)
{
    text_add(text, "<%s>", tag);
    text_escaped(text, raw);
    text_add(text, "</%s>", tag);
}

static const char *wins_text(char out[QUANTITY_SIZE + 16], double rate)
{
    if (rate == 0)
        return "nowhere in the sweep";
    if (isinf(rate))
        return "everywhere in the sweep";
    snprintf(out, QUANTITY_SIZE + 16, "below %.3g", rate);
    return out;
}

/* For each chip and batch: where it wins against the best accelerator in each measure. */
static void draw_break_even(struct text *text, const struct comparison *comparison)
{
    text_add(text, "<div class=\"table\"><table>\n<tr><th>chip</th><th>batch</th><th>least energy, accelerators</th>"
                   "<th>chip needs less</th><th>least latency, accelerators</th><th>chip answers sooner</th></tr>\n");
    for (uint32_t chip = 0; chip < comparison->chip_count; chip++)
        for (uint32_t batch = 0; batch < comparison->batch_count; batch++) {
            char number[16];
            snprintf(number, sizeof number, "%u", comparison->batches[batch]);
            text_add(text, "<tr>");
            cell(text, "td", comparison->chips[chip].name);
            cell(text, "td", number);
            for (int energy = 1; energy >= 0; energy--) {
                const struct comparison_row *best = comparison_best(comparison, batch, energy, AMONG_ALL);
                char value[QUANTITY_SIZE], where[QUANTITY_SIZE + 16];
                double figure = !best ? NAN : energy ? best->energy_j[batch] : best->latency_s[batch];
                char *name = !best ? memory_copy_string("unknown")
                                   : memory_format("%s, %s: %s", best->name, baseline_mode_name(best->mode),
                                                   quantity(value, figure, energy ? "J" : "s", MICRO));
                cell(text, "td", name);
                cell(text, "td", !best ? "" : wins_text(where, comparison_break_even(comparison, &comparison->chips[chip],
                                                                                   figure, energy)));
                free(name);
            }
            text_add(text, "</tr>\n");
        }
    text_add(text, "</table></div>\n");
}

static void draw_chips(struct text *text, const struct comparison *comparison)
{
    text_add(text, "<div class=\"table\"><table>\n<tr><th>chip</th><th>spikes an input and timestep</th><th>latency</th>"
                   "<th>energy a sample</th></tr>\n");
    for (uint32_t chip = 0; chip < comparison->chip_count; chip++)
        for (uint32_t rate = 0; rate < comparison->rate_count; rate++) {
            char a[QUANTITY_SIZE], b[QUANTITY_SIZE], number[16];
            snprintf(number, sizeof number, "%.3g", comparison->rates[rate]);
            text_add(text, "<tr>");
            cell(text, "td", comparison->chips[chip].name);
            cell(text, "td", number);
            cell(text, "td", quantity(a, comparison->chips[chip].latency_s[rate], "s", MICRO));
            cell(text, "td", quantity(b, comparison->chips[chip].energy_j[rate], "J", MICRO));
            text_add(text, "</tr>\n");
        }
    text_add(text, "</table></div>\n");
}

static void draw_rows(struct text *text, const struct comparison *comparison)
{
    text_add(text, "<div class=\"table\"><table>\n<tr><th>accelerator</th><th>mode</th><th>precision</th>"
                   "<th>coefficients</th><th>error of latency</th>");
    for (uint32_t batch = 0; batch < comparison->batch_count; batch++)
        text_add(text, "<th>latency, batch %u</th><th>energy a sample</th>", comparison->batches[batch]);
    text_add(text, "</tr>\n");
    for (uint32_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->rows[i];
        text_add(text, "<tr>");
        cell(text, "td", row->name);
        cell(text, "td", baseline_mode_name(row->mode));
        cell(text, "td", precision_name(row->precision));
        cell(text, "td", row->measured ? "measured" : "carried over");
        char error[32];
        cell(text, "td", error_text(error, row->latency_error, PLUS_MINUS));
        for (uint32_t batch = 0; batch < comparison->batch_count; batch++) {
            char a[QUANTITY_SIZE], b[QUANTITY_SIZE];
            bool all = row->missing && isnan(row->latency_s[batch]);
            cell(text, "td", all ? row->missing : quantity(a, row->latency_s[batch], "s", MICRO));
            cell(text, "td", isnan(row->energy_j[batch]) ? (all ? "" : row->missing)
                                                        : quantity(b, row->energy_j[batch], "J", MICRO));
        }
        text_add(text, "</tr>\n");
    }
    text_add(text, "</table></div>\n");
}

static void draw_care(struct page *page, const struct comparison *comparison)
{
    section_begin(page, "What a careful reader would say of it",
                  "The chip is simulated and its energies are those of its technology file; the accelerators are a model "
                  "with a measured error (docs/baseline.md), and nothing here was measured on this network.");
    paragraph(page, "", "At batch 1 an accelerator spends nearly all of its time on launches: the difference between snn, "
                        "snn-layer and snn-fused is software, not silicon, and a ratio to the slowest of them says little. "
                        "ann is another network with the same shapes, of which the accuracy was not evaluated.");
    char *rates = memory_format("The spike rate is that of random inputs over %u timesteps; rates within the network follow "
                                "from its weights. An accelerator multiplies zeros like anything else, so its figures do not "
                                "depend on it.", comparison->steps);
    paragraph(page, "", rates);
    free(rates);
    section_end(page);
}

/* From the figures, for each chip and batch. */
static void draw_sentences(struct page *page, const struct comparison *comparison)
{
    for (uint32_t chip = 0; chip < comparison->chip_count; chip++)
        for (uint32_t batch = 0; batch < comparison->batch_count; batch++) {
            char *sentence = comparison_sentence(comparison, chip, batch);
            paragraph(page, "", sentence);
            free(sentence);
        }
    if (comparison->recurrent)
        paragraph(page, "note", "The network is recurrent: ann is one step of it and no answer, so it is in the table and "
                                "in no comparison.");
}

static void draw_network(struct page *page, const struct comparison *comparison, bool several)
{
    if (several) {
        text_add(&page->text, "<h2>");
        text_escaped(&page->text, comparison->network);
        text_add(&page->text, "</h2>\n");
    }
    if (comparison->chip_count > 0) {
        section_begin(page, "Where each wins", "Against the best accelerator and mode of each batch. Latency is that of a "
                                              "whole batch, energy that of one sample.");
        draw_break_even(&page->text, comparison);
        draw_sentences(page, comparison);
        section_end(page);
        for (int energy = 1; energy >= 0; energy--) {
            section_begin(page, energy ? "Energy a sample" : "Latency",
                          "Lines: chips over the spike rate. Levels: the best accelerator of each batch. Both axes are "
                          "logarithmic.");
            draw_chart(&page->text, comparison, energy);
            section_end(page);
        }
    }
    section_begin(page, "All figures", "What is missing names the value that nobody published.");
    if (comparison->chip_count > 0)
        draw_chips(&page->text, comparison);
    text_add(&page->text, "<details><summary>Every accelerator and mode</summary>\n");
    draw_rows(&page->text, comparison);
    text_add(&page->text, "</details>\n");
    section_end(page);
}

bool comparison_write_html(const char *path, const struct comparison *comparisons, uint32_t count,
                           struct diagnostics *diagnostics)
{
    struct page page = {0};
    char *title = count == 1 ? memory_format("%s: chips and accelerators", comparisons[0].network)
                             : memory_format("%u networks: chips and accelerators", count);
    page_open(&page.text, title);
    free(title);
    draw_care(&page, &comparisons[0]);
    for (uint32_t i = 0; i < count; i++)
        draw_network(&page, &comparisons[i], count > 1);
    text_add(&page.text, "</main>\n</body>\n</html>\n");
    bool written = file_write_text(path, page.text.data, diagnostics);
    text_free(&page.text);
    return written;
}
