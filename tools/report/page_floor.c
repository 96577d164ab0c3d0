/* Floor plan: one chip and one of its tiles, each drawn to its own scale. */
#include "tools/report/page.h"

#include "models/physics/floor_plan.h"
#include "models/physics/unit_costs.h"
#include "sim/memory.h"
#include "tools/report/layers.h"
#include <math.h>
#include <stdlib.h>

#define TOP 30.0
#define CHIP_LEFT 10.0
#define CHIP_SIDE 400.0 /* room of the chip's drawing, both ways */
#define TILE_LEFT 470.0
#define TILE_SIDE 400.0
#define KEYS_TOP (TOP + CHIP_SIDE + 62)
#define KEY_COLUMNS 4
#define TILES_NAMED 1024 /* more have no tooltips, to keep the page small */

struct drawing {
    double left, top, per_mm; /* pixels */
};

/* A bar of a round length under a drawing. */
static void scale_bar(struct page *page, const struct drawing *at, double width_mm, double y)
{
    char text[QUANTITY_SIZE];
    double mm = tick_step(width_mm, 4);
    svg_line(&page->text, at->left, y, at->left + mm * at->per_mm, y, "whisker");
    svg_line(&page->text, at->left, y - 4, at->left, y + 4, "whisker");
    svg_line(&page->text, at->left + mm * at->per_mm, y - 4, at->left + mm * at->per_mm, y + 4, "whisker");
    svg_label(&page->text, at->left + mm * at->per_mm + 8, y + 4, 120, "start", "tick",
              quantity_trimmed(text, mm * 1e-3, "m", MICRO));
}

static bool tile_is_used(const struct run_record *record, uint32_t tile)
{
    uint32_t cores = record->chip->noc.cores_per_tile;
    for (uint32_t c = tile * cores; c < (tile + 1) * cores && c < record->program->core_count; c++)
        if (record->program->cores[c].population >= 0 || record->program->cores[c].relay_population >= 0)
            return true;
    return false;
}

static void draw_chip(struct page *page, const struct floor_plan *plan)
{
    const struct noc_config *noc = &page->record->chip->noc;
    struct drawing at = {CHIP_LEFT, TOP, CHIP_SIDE / fmax(plan->width_mm, plan->height_mm)};
    double side = plan->tile_mm * at.per_mm, edge = plan->edge_mm * at.per_mm;
    uint32_t tiles = chip_tiles(page->record->chip);
    for (uint32_t t = 0; t < tiles; t++) {
        bool used = tile_is_used(page->record, t);
        double x = at.left + side * (t % noc->columns), y = at.top + tile_top(side, noc->rows, t / noc->columns);
        char *tooltip = memory_format("tile %u: %s", t, used ? "holds a part of the network" : "unused");
        svg_rect(&page->text, x, y, side, side, used ? "used" : "tile", tiles <= TILES_NAMED ? tooltip : NULL);
        free(tooltip);
    }
    char *class = memory_format("p%d", (int)ENERGY_HOST_LINK);
    if (edge > 0)
        svg_rect(&page->text, at.left, at.top + side * noc->rows, plan->width_mm * at.per_mm, edge, class,
                 "interfaces to host and other chips");
    free(class);
    svg_rect(&page->text, at.left, at.top, plan->width_mm * at.per_mm, plan->height_mm * at.per_mm, "wall", NULL);
    scale_bar(page, &at, plan->width_mm, at.top + plan->height_mm * at.per_mm + 18);
}

static void draw_part(struct page *page, const struct drawing *at, const struct floor_part *part)
{
    char *name = component_words(part->component);
    double x = at->left + part->x * at->per_mm, y = at->top + part->y * at->per_mm;
    double width = part->width * at->per_mm, height = part->height * at->per_mm;
    char *tooltip = memory_format("%s: %.3g mm\xc2\xb2", name, part->width * part->height);
    char *class = memory_format("part p%d", (int)part->component);
    svg_rect(&page->text, x, y, width, height, class, tooltip);
    if (width > 74 && height > 16)
        svg_label(&page->text, x + width / 2, y + height / 2 + 4, width - 6, "middle", "onpart", name);
    free(class);
    free(tooltip);
    free(name);
}

static void draw_tile(struct page *page, const struct floor_plan *plan, const struct cost *area_mm2)
{
    struct floor_part *parts = memory_array(FLOOR_PARTS, sizeof *parts);
    struct drawing at = {TILE_LEFT, TOP, TILE_SIDE / plan->tile_mm};
    uint32_t count = floor_plan_tile(page->record->chip, area_mm2, parts);
    for (uint32_t i = 0; i < count; i++)
        draw_part(page, &at, &parts[i]);
    svg_rect(&page->text, at.left, at.top, TILE_SIDE, TILE_SIDE, "wall", NULL);
    scale_bar(page, &at, plan->tile_mm, at.top + TILE_SIDE + 18);
    free(parts);
}

/* The area of every component, whatever is too small to be seen. */
static void draw_keys(struct page *page, const struct cost *area_mm2, double total)
{
    int shown = 0;
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        if (!(area_mm2[c].nominal > 0))
            continue;
        char *name = component_words((enum energy_component)c);
        char *key = memory_format("%s %.3g %%", name, 100 * area_mm2[c].nominal / total);
        char *class = memory_format("p%d", c);
        svg_key(&page->text, CHIP_LEFT + 222.0 * (shown % KEY_COLUMNS), KEYS_TOP + 20.0 * (shown / KEY_COLUMNS), class, key);
        shown++;
        free(class);
        free(key);
        free(name);
    }
}

static char *floor_reading(const struct page *page, const struct floor_plan *plan)
{
    uint32_t chips = page->record->chip->host.chips;
    char side[QUANTITY_SIZE];
    char *of = chips > 1 ? memory_format("one of %u chips", chips) : memory_copy_string("the chip");
    char *reading = memory_format("Left: %s with its tiles (those that hold a part of the network are coloured). Right: one "
                                  "tile, %s wide, with its router and cores; a core's parts are cut by area, not placed. "
                                  "Pads, power grid and room between blocks are not in it, so a real die is larger.",
                                  of, quantity(side, plan->tile_mm * 1e-3, "m", MICRO));
    if (page->record->technology->kind == TECHNOLOGY_EVENTS) {
        free(reading);
        reading = memory_format("To scale: %s with its tiles (those that hold a part of the network are coloured). The area "
                                "is that of the published die; how it divides among components is not published.", of);
    }
    free(of);
    return reading;
}

static void draw_plans(struct page *page, const struct floor_plan *plan, const struct cost *area_mm2)
{
    bool divided = page->record->technology->kind != TECHNOLOGY_EVENTS;
    int key_rows = (ENERGY_COMPONENTS + KEY_COLUMNS - 1) / KEY_COLUMNS;
    double chip_high = CHIP_SIDE * plan->height_mm / fmax(plan->width_mm, plan->height_mm);
    svg_begin(&page->text, divided ? KEYS_TOP + 20 * key_rows : TOP + chip_high + 36, "Floor plan to scale");
    svg_label(&page->text, CHIP_LEFT, 18, 400, "start", "strong", "chip");
    draw_chip(page, plan);
    if (divided) {
        svg_label(&page->text, TILE_LEFT, 18, 400, "start", "strong", "one tile");
        draw_tile(page, plan, area_mm2);
        draw_keys(page, area_mm2, page->numbers->area_mm2);
    }
    svg_end(&page->text);
}

void page_floor(struct page *page)
{
    const struct run_record *record = page->record;
    const struct run_numbers *numbers = page->numbers;
    struct unit_costs costs;
    struct floor_plan plan;
    unit_costs_get(record->technology, record->chip, &costs);
    floor_plan_get(record->chip, costs.area, &plan);
    if (!(plan.tile_mm > 0))
        return;
    char *of = record->chip->host.chips > 1 ? memory_format("%u chips take", record->chip->host.chips)
                                            : memory_copy_string("The chip takes");
    char *finding = numbers->area.high > numbers->area.low
                        ? memory_format("%s %.3g mm\xc2\xb2 (%.3g to %.3g at the low and high of every constant)", of,
                                        numbers->area_mm2, numbers->area.low, numbers->area.high)
                        : memory_format("%s %.3g mm\xc2\xb2", of, numbers->area_mm2);
    free(of);
    char *reading = floor_reading(page, &plan);
    section_begin(page, finding, reading);
    free(reading);
    free(finding);
    draw_plans(page, &plan, costs.area);
    section_end(page);
}
