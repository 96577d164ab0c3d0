/* The page of `npusim sweep`: accuracy and energy over each value, with the spread of chips, and all figures. */
#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/report/page.h"
#include "tools/report/sweep.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TOP 30.0
#define BOTTOM 300.0
#define LEFT 90.0
#define RIGHT 640.0
#define INSET 34.0
#define LABEL_HEIGHT 15.0

struct chart {
    const struct sweep *sweep;
    const struct sweep_axis *axis;
    enum device_figure figure;
    struct scale y;
};

static double place(const struct sweep_axis *axis, uint32_t i)
{
    double room = RIGHT - LEFT - 2 * INSET;
    return LEFT + INSET + (axis->count > 1 ? room * i / (axis->count - 1) : room / 2);
}

static void widen(const struct spread *spread, double *low, double *high)
{
    *low = fmin(*low, spread->least);
    *high = fmax(*high, spread->most);
}

static struct scale value_scale(const struct sweep *sweep, const struct sweep_axis *axis, enum device_figure figure)
{
    double low = INFINITY, high = 0;
    for (uint32_t i = 0; i < axis->count; i++)
        widen(&axis->points[i].figure[figure], &low, &high);
    for (uint32_t i = 0; i < sweep->other_count; i++)
        widen(&sweep->others[i].figure[figure], &low, &high);
    if (figure == DEVICE_ACCURACY) {
        low = fmin(low, axis->points[0].reference_accuracy);
        high = fmax(high, axis->points[0].reference_accuracy);
        return (struct scale){100 * fmax(0, low - 0.03), fmin(100, 100 * high + 1), BOTTOM, TOP, false};
    }
    return (struct scale){0, 1.08 * high, BOTTOM, TOP, false};
}

static double shown(enum device_figure figure, double value)
{
    return figure == DEVICE_ACCURACY ? 100 * value : value;
}

static double height_of(const struct chart *chart, double value)
{
    return scale_at(&chart->y, shown(chart->figure, value));
}

/* From least to most a thin line, a standard deviation to each side a box, each chip a dot. */
static void draw_point(struct text *text, const struct chart *chart, uint32_t i)
{
    const struct sweep_point *point = &chart->axis->points[i];
    const struct spread *spread = &point->figure[chart->figure];
    double x = place(chart->axis, i), top = height_of(chart, spread->mean + spread->deviation);
    svg_line(text, x, height_of(chart, spread->least), x, height_of(chart, spread->most), "spikes");
    svg_rect(text, x - 7, top, 14, height_of(chart, spread->mean - spread->deviation) - top, "box", NULL);
    text_add(text, "<g class=\"first\">\n");
    for (uint32_t k = 0; chart->figure == DEVICE_ACCURACY && point->accuracy && k < chart->sweep->chips; k++)
        text_add(text, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"1.8\"/>\n", x, height_of(chart, point->accuracy[k]));
    text_add(text, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.6\"/>\n</g>\n", x, height_of(chart, spread->mean));
    svg_label(text, x, BOTTOM + 16, 70, "middle", "tick", point->value);
}

/* A level over the whole chart, its name at the right, no nearer to `last` than a line of text. */
static void draw_level(struct text *text, const struct chart *chart, double value, const char *name, const char *class,
                       double *last)
{
    if (!isfinite(value))
        return;
    double y = height_of(chart, value), at = fmax(y, *last + LABEL_HEIGHT);
    svg_line(text, LEFT, y, RIGHT, y, class);
    svg_label(text, RIGHT + 6, at + 4, CHART_WIDTH - RIGHT - 8, "start", "", name);
    *last = at;
}

static void draw_levels(struct text *text, const struct chart *chart)
{
    const struct sweep *sweep = chart->sweep;
    double last = -INFINITY;
    for (uint32_t i = 0; i < sweep->other_count; i++)
        draw_level(text, chart, sweep->others[i].figure[chart->figure].mean, sweep->others[i].name, "median", &last);
    if (chart->figure == DEVICE_ACCURACY)
        draw_level(text, chart, chart->axis->points[0].reference_accuracy, "float reference", "late", &last);
}

static void draw_chart(struct text *text, const struct sweep *sweep, const struct sweep_axis *axis,
                       enum device_figure figure)
{
    struct chart chart = {sweep, axis, figure, value_scale(sweep, axis, figure)};
    const struct device_figure_row *row = &device_figure_rows[figure];
    svg_begin(text, BOTTOM + 46, row->description);
    svg_axis_y(text, &chart.y, LEFT, RIGHT, figure == DEVICE_ACCURACY ? "" : row->unit,
               figure == DEVICE_ACCURACY ? "accuracy, %" : figure == DEVICE_ENERGY ? "energy a sample" : "latency");
    draw_levels(text, &chart);
    for (uint32_t i = 0; i + 1 < axis->count; i++)
        svg_line(text, place(axis, i), height_of(&chart, axis->points[i].figure[figure].mean), place(axis, i + 1),
                 height_of(&chart, axis->points[i + 1].figure[figure].mean), "spikes");
    for (uint32_t i = 0; i < axis->count; i++)
        draw_point(text, &chart, i);
    svg_label(text, (LEFT + RIGHT) / 2, BOTTOM + 36, RIGHT - LEFT, "middle", "axis", axis->key);
    svg_end(text);
}

/* ---- tables ---- */

static void cell(struct text *text, const char *raw)
{
    text_add(text, "<td>");
    text_escaped(text, raw);
    text_add(text, "</td>");
}

static void accuracy_cells(struct text *text, const struct spread *spread)
{
    if (!isfinite(spread->mean)) {
        text_add(text, "<td>n/a</td><td></td><td></td><td></td>");
        return;
    }
    text_add(text, "<td>%.2f %%</td><td>%.2f</td><td>%.2f %%</td><td>%.2f %%</td>", 100 * spread->mean,
             100 * spread->deviation, 100 * spread->least, 100 * spread->most);
}

static void table_row(struct text *text, const struct sweep_point *point, const char *name)
{
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE];
    text_add(text, "<tr>");
    cell(text, name);
    accuracy_cells(text, &point->figure[DEVICE_ACCURACY]);
    text_add(text, "<td>%.2f %%</td>", 100 * point->figure[DEVICE_SPIKE_AGREEMENT].mean);
    cell(text, quantity(a, point->figure[DEVICE_ENERGY].mean, "J", MICRO));
    cell(text, quantity(b, point->figure[DEVICE_LATENCY].mean, "s", MICRO));
    text_add(text, "</tr>\n");
}

static void table_head(struct text *text, const char *first)
{
    text_add(text, "<div class=\"table\"><table>\n<tr><th>");
    text_escaped(text, first);
    text_add(text, "</th><th>accuracy</th><th>deviation</th><th>least</th><th>most</th><th>spike agreement</th>"
                   "<th>energy a sample</th><th>latency</th></tr>\n");
}

static void draw_axis(struct page *page, const struct sweep *sweep, const struct sweep_axis *axis)
{
    static const enum device_figure figures[] = {DEVICE_ACCURACY, DEVICE_ENERGY, DEVICE_LATENCY};
    section_begin(page, axis->key, "Large dots and line: the mean of the chips. Small dots: each chip. Box: a standard deviation to "
                                   "each side; thin line: from the least to the most. Levels: chips beside it.");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (figures[i] != DEVICE_ACCURACY || isfinite(axis->points[0].figure[DEVICE_ACCURACY].mean))
            draw_chart(&page->text, sweep, axis, figures[i]);
    table_head(&page->text, "value");
    for (uint32_t i = 0; i < axis->count; i++)
        table_row(&page->text, &axis->points[i], axis->points[i].value);
    text_add(&page->text, "</table></div>\n");
    section_end(page);
}

static void draw_chips(struct page *page, const struct sweep *sweep)
{
    char *reading = memory_format("%u samples a chip; %u chips that differ in their devices. Command: %s", sweep->samples,
                                  sweep->chips, sweep->command);
    section_begin(page, "The chips as their files have them", reading);
    free(reading);
    table_head(&page->text, "chip");
    table_row(&page->text, &sweep->own, sweep->own.name);
    for (uint32_t i = 0; i < sweep->other_count; i++)
        table_row(&page->text, &sweep->others[i], sweep->others[i].name);
    text_add(&page->text, "</table></div>\n");
    section_end(page);
}

bool sweep_write_html(const char *path, const struct sweep *sweep, struct diagnostics *diagnostics)
{
    struct page page = {0};
    char *title = memory_format("%s on %s", sweep->network, sweep->own.name);
    page_open(&page.text, title);
    free(title);
    draw_chips(&page, sweep);
    for (uint32_t i = 0; i < sweep->axis_count; i++)
        draw_axis(&page, sweep, &sweep->axes[i]);
    text_add(&page.text, "</main>\n</body>\n</html>\n");
    bool written = file_write_text(path, page.text.data, diagnostics);
    text_free(&page.text);
    return written;
}

static void free_point(struct sweep_point *point)
{
    free(point->value);
    free(point->name);
    free(point->accuracy);
}

void sweep_free(struct sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->axis_count; i++) {
        for (uint32_t j = 0; j < sweep->axes[i].count; j++)
            free_point(&sweep->axes[i].points[j]);
        free(sweep->axes[i].points);
        free(sweep->axes[i].key);
    }
    for (uint32_t i = 0; i < sweep->other_count; i++)
        free_point(&sweep->others[i]);
    free_point(&sweep->own);
    free(sweep->axes);
    free(sweep->others);
    free(sweep->network);
    free(sweep->command);
    *sweep = (struct sweep){0};
}
