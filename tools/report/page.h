/* report.html: one file without scripts or anything from elsewhere. Each section is a file page_NAME.c that adds its
 * HTML; svg.c draws. Colours are CSS variables, so that the charts follow a dark colour scheme. */
#ifndef NPUSIM_TOOLS_REPORT_PAGE_H
#define NPUSIM_TOOLS_REPORT_PAGE_H

#include "tools/report/report.h"
#include "tools/report/text.h"

#define MICRO "\xc2\xb5"
#define PLUS_MINUS "\xc2\xb1"
#define CHART_WIDTH 900

struct page {
    struct text text;
    const struct run_record *record;
    const struct run_numbers *numbers;
};

/* From the beginning to the title; ends in an open <main>. */
void page_open(struct text *text, const char *title);
void page_head(struct page *page);      /* style, title, key figures, findings */
void page_energy(struct page *page);    /* by component and by layer, with ranges */
void page_power(struct page *page);     /* over the run and by timestep */
void page_floor(struct page *page);     /* area: floor plan to scale */
void page_constants(struct page *page); /* every constant of the technology with its source, folded */
void page_latency(struct page *page);   /* over samples */
void page_raster(struct page *page);    /* spikes of the first sample */
void page_mesh(struct page *page);      /* cores and routers on their tiles */
void page_baselines(struct page *page); /* chip against accelerators: chart and table */
void page_baseline_table(struct page *page); /* the table alone, folded */
void page_devices(struct page *page);   /* --monte-carlo: how chips spread */
void page_tables(struct page *page);    /* layers, samples, configuration, provenance */

/* A section with a heading that states what it shows, and a line that says how to read it. Both are escaped. */
void section_begin(struct page *page, const char *finding, const char *reading);
void section_end(struct page *page);
void paragraph(struct page *page, const char *class, const char *raw);

/* ---- svg.c: coordinates in pixels of a chart CHART_WIDTH wide ---- */
struct scale {
    double low, high; /* values */
    double from, to;  /* pixels */
    bool logarithmic;
};
double scale_at(const struct scale *scale, double value); /* clipped to from .. to */

/* From the top of a drawing of a chip with `rows` of tiles of `side` to the tiles of `row`: row 0 is in the south. */
double tile_top(double side, uint32_t rows, uint32_t row);

/* 1, 2 or 5 times a power of ten: about `wanted` steps in `range`. */
double tick_step(double range, int wanted);
/* quantity_trimmed() as pages write it. */
const char *tick_text(char out[QUANTITY_SIZE], double value, const char *unit);

void svg_begin(struct text *text, double height, const char *description);
void svg_end(struct text *text);
/* Characters that svg_label shows in `room` pixels. */
size_t svg_characters(double room);
/* anchor: "start", "middle", "end". Shortened with an ellipsis to `room` pixels; the whole is its tooltip then. */
void svg_label(struct text *text, double x, double y, double room, const char *anchor, const char *class,
               const char *raw);
void svg_line(struct text *text, double x1, double y1, double x2, double y2, const char *class);
/* With a tooltip unless NULL. */
void svg_rect(struct text *text, double x, double y, double width, double height, const char *class,
              const char *tooltip);
/* A thin line from low to high with caps, where it can be seen; none at a high without end. Returns its right end. */
double svg_whisker(struct text *text, const struct scale *scale, double y, double low, double high);
/* Grid lines and their labels for values along x; the axis' name is set below them. */
void svg_axis_x(struct text *text, const struct scale *scale, double top, double bottom, const char *unit,
                const char *name);
void svg_axis_y(struct text *text, const struct scale *scale, double left, double right, const char *unit,
                const char *name);
/* CSS classes and words of the kinds of energy, by enum energy_kind, and their key (returns where the next may begin). */
extern const char *const kind_classes[];
double kind_keys(struct page *page, double x, double y);
/* A coloured square and what it stands for; returns where the next may begin. */
double svg_key(struct text *text, double x, double y, const char *class, const char *raw);

#endif
