/* A mesh of merge units: neighbours, cores at the local buffers, the host at a western edge and at one local unit. */
#include "models/chip.h"

static struct link *unit_link(struct chip *chip, uint32_t packets, uint32_t latency, const struct component *producer,
                              const struct component *consumer)
{
    return chip_new_link(chip, packets, latency, 1, producer, consumer);
}

static void join(struct chip *chip, struct merge_router *from, struct merge_router *to, enum merge_unit_name unit)
{
    struct link *link = unit_link(chip, chip->config->noc.buffer_flits, MERGE_STAGE_CYCLES, &from->component,
                                  &to->component);
    from->units[unit].out[0] = link;
    to->units[unit].in[0] = link;
}

static void join_neighbours(struct chip *chip)
{
    uint32_t columns = chip->config->noc.columns, rows = chip->config->noc.rows;
    struct merge_router *routers = chip->merge_routers;
    for (uint32_t tile = 0; tile < columns * rows; tile++) {
        if (tile % columns + 1 < columns) {
            join(chip, &routers[tile], &routers[tile + 1], UNIT_EAST);
            join(chip, &routers[tile + 1], &routers[tile], UNIT_WEST);
        }
        if (tile / columns + 1 < rows) {
            join(chip, &routers[tile], &routers[tile + columns], UNIT_NORTH);
            join(chip, &routers[tile + columns], &routers[tile], UNIT_SOUTH);
        }
    }
}

/* The two local buffers from a core, and the way from the local unit to it: no buffer of the router's, and even the
 * smallest passes a packet every MERGE_STAGE_CYCLES to a core that takes each at once. */
static void join_core(struct chip *chip, uint32_t tile, const struct component *core, struct link **in,
                      struct link **east, struct link **west)
{
    struct merge_router *router = &chip->merge_routers[tile];
    uint32_t packets = chip->config->noc.buffer_flits;
    *east = unit_link(chip, packets, MERGE_STAGE_CYCLES, core, &router->component);
    *west = unit_link(chip, packets, MERGE_STAGE_CYCLES, core, &router->component);
    *in = unit_link(chip, packets < 2 ? 2 : packets, MERGE_STAGE_CYCLES, &router->component, core);
    router->units[UNIT_EAST].in[1] = *east;
    router->units[UNIT_WEST].in[1] = *west;
    router->units[UNIT_LOCAL].out[0] = *in;
}

static void join_cores(struct chip *chip)
{
    uint32_t columns = chip->config->noc.columns;
    for (uint32_t tile = 0; tile < chip_tiles(chip->config); tile++) {
        if (chip->cores) {
            struct core *core = &chip->cores[tile];
            join_core(chip, tile, &core->component, &core->in, &core->output.out, &core->output.out_west);
            core->output.x = tile % columns;
            core_widen_links(core);
        } else {
            struct neuron_core *core = &chip->neuron_cores[tile];
            join_core(chip, tile, &core->component, &core->in, &core->out_east, &core->out_west);
            core->x = tile % columns;
        }
    }
}

void chip_wire_merge(struct chip *chip)
{
    const struct host_config *host = &chip->config->host;
    struct merge_router *entry = &chip->merge_routers[host->tile], *leave = &chip->merge_routers[host->output_tile];
    join_neighbours(chip);
    join_cores(chip);
    chip->port.out = unit_link(chip, host->buffer_events, 1, &chip->port.component, &entry->component);
    entry->units[UNIT_EAST].in[0] = chip->port.out;
    chip->port.in = unit_link(chip, host->buffer_events, MERGE_STAGE_CYCLES, &leave->component, &chip->port.component);
    leave->units[UNIT_LOCAL].out[1] = chip->port.in;
}
