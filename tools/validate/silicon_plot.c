/* One drawing of every point: simulated over published on a logarithmic axis, 1 in the middle, with a bar from the
 * model at its sources' low to that at their high. A figure outside the axis is drawn at its end and says its ratio. */
#include "tools/file/file.h"
#include "tools/report/page.h"
#include "tools/validate/silicon.h"
#include <math.h>
#include <stdio.h>

#define ROW 24.0
#define TOP 64.0
#define LEFT 320.0
#define RIGHT 720.0
#define WIDTH 900.0

static const char style[] =
    "<style>text{font:12px sans-serif;fill:#222}.title{font-size:15px;font-weight:600}.tick{fill:#555}"
    ".grid{stroke:#ddd}.one{stroke:#444;stroke-width:1.5}.bar{stroke:#2b6cb0;stroke-width:3}"
    ".held{fill:#2b6cb0}.fitted{fill:#fff;stroke:#2b6cb0;stroke-width:2}rect.ground{fill:#fff}</style>\n";

static void mark(struct text *text, double x, double y, const char *class)
{
    text_add(text, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" class=\"%s\"/>\n", x, y, class);
}

static void draw_point(struct text *text, const struct silicon_point *point, const struct scale *x, double y)
{
    double ratio = point->simulated / point->published;
    char label[96];
    svg_label(text, LEFT - 12, y + 4, LEFT - 12, "end", "", point->name);
    svg_line(text, scale_at(x, point->low / point->published), y, scale_at(x, point->high / point->published), y,
             "bar");
    mark(text, scale_at(x, ratio), y, point->fitted ? "fitted" : "held");
    snprintf(label, sizeof label, "%.3g / %.3g %s", point->simulated, point->published, point->unit);
    svg_label(text, RIGHT + 12, y + 4, WIDTH - RIGHT - 12, "start", "tick", label);
}

static void draw_axis(struct text *text, const struct scale *x, double bottom)
{
    static const double values[] = {0.05, 0.1, 0.2, 0.5, 1, 2, 5};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char label[16];
        double at = scale_at(x, values[i]);
        snprintf(label, sizeof label, "%g", values[i]);
        svg_line(text, at, TOP - 14, at, bottom, values[i] == 1 ? "one" : "grid");
        svg_label(text, at, bottom + 16, 60, "middle", "tick", label);
    }
    svg_label(text, (LEFT + RIGHT) / 2, bottom + 36, RIGHT - LEFT, "middle", "", "simulated / published (logarithmic)");
}

bool silicon_plot(const struct silicon *silicon, const char *path, struct diagnostics *diagnostics)
{
    struct scale x = {0.04, 8, LEFT, RIGHT, true};
    double bottom = TOP + ROW * (double)silicon->point_count;
    struct text text = {0};
    text_add(&text,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">\n",
             WIDTH, bottom + 50, WIDTH, bottom + 50);
    text_add(&text, "%s", style);
    svg_rect(&text, 0, 0, WIDTH, bottom + 50, "ground", NULL);
    svg_label(&text, 12, 22, WIDTH - 24, "start", "title", "Model against published figures, each at its own corner");
    mark(&text, 18, 40, "held");
    svg_label(&text, 30, 44, 300, "start", "tick", "constants from elsewhere");
    mark(&text, 208, 40, "fitted");
    svg_label(&text, 220, 44, 300, "start", "tick", "figure took part in making the constants");
    svg_label(&text, RIGHT + 12, 44, WIDTH - RIGHT - 12, "start", "tick", "simulated / published");
    draw_axis(&text, &x, bottom);
    for (size_t i = 0; i < silicon->point_count; i++)
        draw_point(&text, &silicon->points[i], &x, TOP + ROW * ((double)i + 0.5));
    text_add(&text, "</svg>\n");
    bool good = file_write_text(path, text.data, diagnostics);
    text_free(&text);
    return good;
}
