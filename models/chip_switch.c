/* A mesh of switches: neighbours, cores, host interface and chip-to-chip links at the routers' ports. */
#include "models/chip.h"

static struct link *router_link(struct chip *chip, const struct component *producer, struct router *router,
                                uint32_t wire)
{
    const struct noc_config *noc = &chip->config->noc;
    return chip_new_link(chip, noc->buffer_flits, noc->router_latency + wire, noc->credit_latency, producer,
                         &router->component);
}

static void join_routers(struct chip *chip, uint32_t a, uint32_t b, uint32_t port_a, uint32_t port_b)
{
    struct router *from = &chip->routers[a], *to = &chip->routers[b];
    uint32_t wire = chip->config->noc.link_latency;
    struct link *there = router_link(chip, &from->component, to, wire);
    struct link *back = router_link(chip, &to->component, from, wire);
    router_attach(from, port_a, back, there);
    router_attach(to, port_b, there, back);
}

static void wire_mesh(struct chip *chip)
{
    uint32_t columns = chip->config->noc.columns, rows = chip->config->noc.rows;
    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < columns; x++) {
            uint32_t tile = y * columns + x;
            if (x + 1 < columns)
                join_routers(chip, tile, tile + 1, PORT_EAST, PORT_WEST);
            if (y + 1 < rows)
                join_routers(chip, tile, tile + columns, PORT_NORTH, PORT_SOUTH);
        }
}

/* Joins a component to a local port of a router: *in and *out are the component's. */
static void wire_local(struct chip *chip, uint32_t tile, uint32_t port, const struct component *component,
                       struct link **in, struct link **out)
{
    const struct noc_config *noc = &chip->config->noc;
    struct router *router = &chip->routers[tile];
    *out = router_link(chip, component, router, noc->local_latency);
    *in = chip_new_link(chip, noc->buffer_flits, noc->local_latency, noc->credit_latency, &router->component, component);
    router_attach(router, port, *out, *in);
}

static void wire_processor(struct chip *chip, uint32_t tile, uint32_t local, struct core *core)
{
    struct processor *processor = &chip->processors[tile];
    core->to_processor = chip_new_link(chip, 2, 1, 1, &core->component, &processor->component);
    core->from_processor = chip_new_link(chip, 2, 1, 1, &processor->component, &core->component);
    processor->from[local] = core->to_processor;
    processor->to[local] = core->from_processor;
}

static void wire_cores(struct chip *chip)
{
    uint32_t per_tile = chip->config->noc.cores_per_tile;
    for (uint32_t index = 0; index < chip_cores(chip->config); index++) {
        struct core *core = &chip->cores[index];
        uint32_t tile = index / per_tile, local = index % per_tile;
        wire_local(chip, tile, PORT_LOCAL + local, &core->component, &core->in, &core->output.out);
        core_widen_links(core);
        if (chip->processors)
            wire_processor(chip, tile, local, core);
        if (core->program->relay_count && chip->number == 0)
            core->output.relay_in = chip_new_link(chip, chip->config->noc.buffer_flits,
                                                  chip->config->noc.local_latency, chip->config->noc.credit_latency,
                                                  &chip->port.component, &core->component);
    }
}

static void wire_chip_link(struct chip *chip, struct chip_link *link, struct wave_side *side, uint32_t tile,
                           uint32_t port)
{
    link->packet_bits = chip->config->noc.spike_bits;
    link->flit_bits = chip->config->noc.flit_bits;
    wire_local(chip, tile, port, &link->component, &link->in, &link->out);
    link->control = &chip->timestep;
    link->side = side;
    side->present = true;
    side->link_id = link->component.id;
}

void chip_wire_switch(struct chip *chip)
{
    uint32_t host_number = PORT_LOCAL + chip->config->noc.cores_per_tile;
    wire_mesh(chip);
    wire_cores(chip);
    if (chip->number == 0)
        wire_local(chip, chip->config->host.tile, host_number, &chip->port.component, &chip->port.in, &chip->port.out);
    if (chip->number + 1 < chip->config->host.chips)
        wire_chip_link(chip, &chip->east, &chip->timestep.east, chip->config->noc.columns - 1,
                       place_port(chip->routers[0].gate_east));
    if (chip->number > 0)
        wire_chip_link(chip, &chip->west, &chip->timestep.west, 0, place_port(chip->routers[0].gate_west));
}
