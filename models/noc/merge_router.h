/* A router made of five chained merge units: east, west, north, south, local (RTL of an open many-core design;
 * rules: docs/timing.md).
 *
 * Every unit has a few input buffers in a fixed order of priority and a few output buffers, each buffer with one writer
 * and one reader. A unit that is free takes, in cycle c, the first packet that is there, unless any of its own output
 * buffers is full; the packet is in the next buffer in c + 2, and the unit is free again then. So a unit carries one
 * packet every two cycles.
 *   east:  from the west neighbour's east, then from the core (packets for this column or further east)
 *   west:  the mirror image
 *   north: from the south neighbour's north, then from east, then from west;  south: the mirror image
 *   local: from north, then from south; to the core, or to the host at the tile where it takes its outputs
 * East hands a packet that has reached its column to north (row above or this one) or south.
 *
 * Not modelled: packets of several flits; multicast. */
#ifndef NPUSIM_MODELS_NOC_MERGE_ROUTER_H
#define NPUSIM_MODELS_NOC_MERGE_ROUTER_H

#include "models/noc/router_counters.h"
#include "models/packet.h"
#include "sim/link.h"

enum merge_unit_name { UNIT_EAST, UNIT_WEST, UNIT_NORTH, UNIT_SOUTH, UNIT_LOCAL, MERGE_UNITS };
#define MERGE_PORTS_MAX 3

struct merge_unit {
    struct link *in[MERGE_PORTS_MAX];  /* in order of priority; NULL: mesh edge */
    struct link *out[MERGE_PORTS_MAX]; /* east, west: onward, north, south; north, south: onward, local; local: core, host */
    uint64_t free_at;
};

struct merge_router {
    struct component component;
    uint32_t x, y;
    struct merge_unit units[MERGE_UNITS];
    struct link inner[6];              /* east to north, south; west to north, south; north, south to local */
    enum router_counter standing;
    uint64_t accounted;
    uint64_t counters[ROUTER_COUNTERS];
};

/* Cycles from a unit's choice until the packet can be seen behind it. */
#define MERGE_STAGE_CYCLES 2u

void merge_router_init(struct merge_router *router, struct engine *engine, uint32_t index, uint32_t x, uint32_t y,
                       uint32_t buffer_packets);
void merge_router_free(struct merge_router *router);
void merge_router_settle(struct merge_router *router, uint64_t now);

#endif
