/* Where things are on a chip, from the areas of its components: how long wires are, and the plan that the page draws.
 *
 * A chip is a grid of equal square tiles with the host's and the chip-to-chip interfaces in a strip along its south edge.
 * A tile holds its router in a corner strip with the processor, and its cores beside each other in the rest; a core is cut
 * into its components, largest first, each time along the longer side. Area that belongs to the whole chip (control, or a
 * chip known only as a whole) is spread over the tiles. */
#ifndef NPUSIM_MODELS_PHYSICS_FLOOR_PLAN_H
#define NPUSIM_MODELS_PHYSICS_FLOOR_PLAN_H

#include "models/chip_config.h"
#include "models/physics/cost.h"
#include "models/physics/energy.h"

struct floor_plan {
    double tile_mm;             /* width and height of a tile */
    double width_mm, height_mm; /* of one chip */
    double edge_mm;             /* height of the strip of interfaces, inside height_mm */
    double hop_mm;              /* wire between the routers of neighbouring tiles */
    double local_mm;            /* wire between a router and its cores: half a tile, on average */
};

/* area_mm2[ENERGY_COMPONENTS] of the whole system; its nominal values count. */
void floor_plan_get(const struct chip_config *config, const struct cost *area_mm2, struct floor_plan *out);

struct floor_part {
    enum energy_component component;
    double x, y, width, height; /* mm from the tile's north-west corner */
};

/* The parts of one tile (core after core). Returns how many; at most FLOOR_PARTS. Parts without area are left out. */
#define FLOOR_PARTS 256
uint32_t floor_plan_tile(const struct chip_config *config, const struct cost *area_mm2, struct floor_part *out);

#endif
