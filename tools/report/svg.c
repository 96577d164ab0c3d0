#include "tools/report/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PIXELS_PER_CHARACTER 6.8 /* 12 px sans serif, a cautious average */

double scale_at(const struct scale *scale, double value)
{
    double part = 0;
    if (scale->logarithmic && value > 0 && scale->high > scale->low)
        part = log(value / scale->low) / log(scale->high / scale->low);
    else if (!scale->logarithmic && scale->high > scale->low)
        part = (value - scale->low) / (scale->high - scale->low);
    return scale->from + fmin(fmax(part, 0), 1) * (scale->to - scale->from);
}

double tile_top(double side, uint32_t rows, uint32_t row)
{
    return side * (rows - 1 - row);
}

double tick_step(double range, int wanted)
{
    if (!(range > 0) || !isfinite(range))
        return 1;
    double rough = range / wanted, power = pow(10, floor(log10(rough)));
    double digit = rough / power;
    return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
}

const char *tick_text(char out[QUANTITY_SIZE], double value, const char *unit)
{
    return quantity_trimmed(out, value, unit, MICRO);
}

void svg_begin(struct text *text, double height, const char *description)
{
    text_add(text, "<div class=\"chart\"><svg viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" role=\"img\" "
                   "aria-label=\"",
             CHART_WIDTH, height, CHART_WIDTH, height);
    text_escaped(text, description);
    text_add(text, "\">\n");
}

void svg_end(struct text *text)
{
    text_add(text, "</svg></div>\n");
}

size_t svg_characters(double room)
{
    return room > 3 * PIXELS_PER_CHARACTER ? (size_t)(room / PIXELS_PER_CHARACTER) : 3;
}

void svg_label(struct text *text, double x, double y, double room, const char *anchor, const char *class,
               const char *raw)
{
    size_t fits = svg_characters(room), bytes = utf8_prefix(raw, fits);
    text_add(text, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor, class);
    if (raw[bytes]) {
        struct text start = {0};
        text_add(&start, "%.*s", (int)utf8_prefix(raw, fits - 1), raw);
        text_escaped(text, start.data);
        text_free(&start);
        text_add(text, "\xe2\x80\xa6<title>");
        text_escaped(text, raw);
        text_add(text, "</title>");
    } else {
        text_escaped(text, raw);
    }
    text_add(text, "</text>\n");
}

void svg_line(struct text *text, double x1, double y1, double x2, double y2, const char *class)
{
    text_add(text, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2, class);
}

void svg_rect(struct text *text, double x, double y, double width, double height, const char *class,
              const char *tooltip)
{
    text_add(text, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" class=\"%s\"", x, y, fmax(width, 0),
             fmax(height, 0), class);
    if (!tooltip) {
        text_add(text, "/>\n");
        return;
    }
    text_add(text, "><title>");
    text_escaped(text, tooltip);
    text_add(text, "</title></rect>\n");
}

double svg_whisker(struct text *text, const struct scale *scale, double y, double low, double high)
{
    double left = scale_at(scale, low), right = isfinite(high) ? scale_at(scale, high) : fmax(scale->from, scale->to);
    if (!(right - left > 0.5))
        return right;
    svg_line(text, left, y, right, y, "whisker");
    svg_line(text, left, y - 4, left, y + 4, "whisker");
    if (isfinite(high))
        svg_line(text, right, y - 4, right, y + 4, "whisker");
    return right;
}

/* Ticks: multiples of a round step, or powers of ten, as many as have room for their labels, at most 6. */
struct ticks {
    double first, step;
    int count;
};

static struct ticks ticks_of(const struct scale *scale, double label_room)
{
    struct ticks ticks;
    int most = (int)fmin(fmax(fabs(scale->to - scale->from) / label_room, 1), 6);
    if (scale->logarithmic) {
        double low = round(log10(scale->low)), high = round(log10(scale->high));
        ticks.step = ceil((high - low) / most);
        ticks.first = low;
        ticks.count = ticks.step > 0 ? (int)floor((high - low) / ticks.step + 1e-9) + 1 : 1;
    } else {
        ticks.step = tick_step(scale->high - scale->low, most < 5 ? most : 5);
        ticks.first = ceil(scale->low / ticks.step - 1e-9) * ticks.step;
        ticks.count = (int)floor((scale->high - ticks.first) / ticks.step + 1e-9) + 1;
    }
    return ticks;
}

static double tick_value(const struct scale *scale, const struct ticks *ticks, int i)
{
    double at = ticks->first + i * ticks->step;
    return scale->logarithmic ? pow(10, at) : at;
}

void svg_axis_x(struct text *text, const struct scale *scale, double top, double bottom, const char *unit,
                const char *name)
{
    struct ticks ticks = ticks_of(scale, 62);
    for (int i = 0; i < ticks.count; i++) {
        char label[QUANTITY_SIZE];
        double value = tick_value(scale, &ticks, i), x = scale_at(scale, value);
        svg_line(text, x, top, x, bottom, "grid");
        svg_label(text, x, bottom + 16, 90, "middle", "tick", tick_text(label, value, unit));
    }
    svg_label(text, (scale->from + scale->to) / 2, bottom + 33, scale->to - scale->from, "middle", "axis", name);
}

void svg_axis_y(struct text *text, const struct scale *scale, double left, double right, const char *unit,
                const char *name)
{
    struct ticks ticks = ticks_of(scale, 26);
    for (int i = 0; i < ticks.count; i++) {
        char label[QUANTITY_SIZE];
        double value = tick_value(scale, &ticks, i), y = scale_at(scale, value);
        svg_line(text, left, y, right, y, "grid");
        svg_label(text, left - 8, y + 4, 90, "end", "tick", tick_text(label, value, unit));
    }
    svg_label(text, 0, fmin(scale->from, scale->to) - 12, 400, "start", "axis", name);
}

double svg_key(struct text *text, double x, double y, const char *class, const char *raw)
{
    svg_rect(text, x, y - 9, 11, 11, class, NULL);
    double width = PIXELS_PER_CHARACTER * (double)strlen(raw);
    svg_label(text, x + 17, y, width + 14, "start", "tick", raw);
    return x + 17 + width + 18;
}
