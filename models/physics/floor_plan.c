#include "models/physics/floor_plan.h"
#include "models/physics/unit_costs.h"
#include <math.h>

static bool on_edge(enum energy_component component)
{
    return component == ENERGY_HOST_LINK || component == ENERGY_CHIP_LINK;
}

void floor_plan_get(const struct chip_config *config, const struct cost *area_mm2, struct floor_plan *out)
{
    double inside = 0, edge = 0, tiles = chip_tiles(config), chips = config->host.chips;
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        *(on_edge((enum energy_component)c) ? &edge : &inside) += area_mm2[c].nominal / chips;
    *out = (struct floor_plan){.tile_mm = sqrt(inside / tiles)};
    out->width_mm = out->tile_mm * config->noc.columns;
    out->edge_mm = out->width_mm > 0 ? edge / out->width_mm : 0;
    out->height_mm = out->tile_mm * config->noc.rows + out->edge_mm;
    out->hop_mm = out->tile_mm;
    out->local_mm = out->tile_mm / 2;
}

/* ---- the parts of a tile ---- */

struct parts {
    struct floor_part *items;
    uint32_t count;
};

struct room {
    double x, y, width, height;
};

/* Cuts `area` off the room along its longer side. */
static struct room cut(struct room *room, double area)
{
    struct room piece = *room;
    if (room->width >= room->height) {
        piece.width = room->height > 0 ? fmin(area / room->height, room->width) : 0;
        room->x += piece.width;
        room->width -= piece.width;
    } else {
        piece.height = room->width > 0 ? fmin(area / room->width, room->height) : 0;
        room->y += piece.height;
        room->height -= piece.height;
    }
    return piece;
}

static void place(struct parts *parts, struct room *room, enum energy_component component, double area)
{
    if (!(area > 0) || parts->count == FLOOR_PARTS)
        return;
    struct room piece = cut(room, area);
    parts->items[parts->count++] = (struct floor_part){component, piece.x, piece.y, piece.width, piece.height};
}

/* Largest first, so that what is small is not drawn as a thread along the whole side. */
static void place_core(struct parts *parts, struct room room, const struct cost *area_mm2, double cores)
{
    bool done[ENERGY_COMPONENTS] = {false};
    for (;;) {
        int next = -1;
        for (int c = 0; c < ENERGY_COMPONENTS; c++)
            if (!done[c] && component_place((enum energy_component)c) == PLACE_CORE &&
                (next < 0 || area_mm2[c].nominal > area_mm2[next].nominal))
                next = c;
        if (next < 0)
            return;
        done[next] = true;
        place(parts, &room, (enum energy_component)next, area_mm2[next].nominal / cores);
    }
}

/* Columns of cores beside each other, as square as their number allows. */
static void place_cores(struct parts *parts, struct room room, const struct chip_config *config,
                        const struct cost *area_mm2)
{
    uint32_t cores = config->noc.cores_per_tile, rows = 1;
    while (rows * rows * 2 <= cores)
        rows++;
    while (cores % rows != 0)
        rows--;
    uint32_t columns = cores / rows;
    for (uint32_t i = 0; i < cores; i++) {
        struct room core = {room.x + room.width / columns * (i % columns), room.y + room.height / rows * (i / columns),
                            room.width / columns, room.height / rows};
        place_core(parts, core, area_mm2, system_cores(config));
    }
}

uint32_t floor_plan_tile(const struct chip_config *config, const struct cost *area_mm2, struct floor_part *out)
{
    struct floor_plan plan;
    struct parts parts = {out, 0};
    double tiles = (double)chip_tiles(config) * config->host.chips, corner_area = 0;
    floor_plan_get(config, area_mm2, &plan);
    struct room room = {0, 0, plan.tile_mm, plan.tile_mm};
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        if (component_place((enum energy_component)c) != PLACE_CORE && !on_edge((enum energy_component)c))
            corner_area += area_mm2[c].nominal / tiles;
    struct room corner = cut(&room, corner_area);
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        if (component_place((enum energy_component)c) != PLACE_CORE && !on_edge((enum energy_component)c))
            place(&parts, &corner, (enum energy_component)c, area_mm2[c].nominal / tiles);
    place_cores(&parts, room, config, area_mm2);
    return parts.count;
}
