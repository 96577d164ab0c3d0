#include "models/chip.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

/* ---- wiring ---- */

static struct link *new_link(struct chip *chip, uint32_t flits, uint32_t latency, const struct component *producer,
                             const struct component *consumer)
{
    must(chip->link_count < chip->link_capacity);
    struct link *link = &chip->links[chip->link_count++];
    link_init(link, chip->engine, flits, latency, chip->config->noc.credit_latency);
    link_connect(link, producer, consumer);
    return link;
}

static struct link *router_link(struct chip *chip, const struct component *producer, struct router *router,
                                uint32_t wire)
{
    const struct noc_config *noc = &chip->config->noc;
    return new_link(chip, noc->buffer_flits, noc->router_latency + wire, producer, &router->component);
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
    *in = new_link(chip, noc->buffer_flits, noc->local_latency, &router->component, component);
    router_attach(router, port, *out, *in);
}

static void wire_processor(struct chip *chip, uint32_t tile, uint32_t local, struct core *core)
{
    struct processor *processor = &chip->processors[tile];
    core->to_processor = new_link(chip, 2, 1, &core->component, &processor->component);
    core->from_processor = new_link(chip, 2, 1, &processor->component, &core->component);
    processor->from[local] = core->to_processor;
    processor->to[local] = core->from_processor;
}

/* ---- cores ---- */

static void wire_core(struct chip *chip, uint32_t index)
{
    uint32_t per_tile = chip->config->noc.cores_per_tile, tile = index / per_tile, local = index % per_tile;
    struct core *core = &chip->cores[index];
    wire_local(chip, tile, PORT_LOCAL + local, &core->component, &core->in, &core->output.out);
    if (chip->processors)
        wire_processor(chip, tile, local, core);
    if (core->program->relay_count && chip->number == 0)
        core->output.relay_in = new_link(chip, chip->config->noc.buffer_flits, chip->config->noc.local_latency,
                                         &chip->port.component, &core->component);
    core->go = &chip->timestep.go;
    core->command = &chip->timestep.command;
    core->outstanding = core->output.outstanding = &chip->timestep.outstanding;
    core->probe = &chip->probe;
    core->ticked = chip->config->host.timestep_mode == TIMESTEP_TICK;
    if (core->program->population >= 0) {
        const struct population *population = &chip->program->populations[core->program->population];
        core->first_step = population->depth;
        core->values = population->values;
    }
}

static void add_core_routes(struct chip *chip, uint32_t index)
{
    struct core *core = &chip->cores[index];
    const struct core_program *program = core->program;
    uint32_t place = chip_core_place(chip->config, chip->number * chip_cores(chip->config) + index);
    if (program->neuron_count)
        core->output.neurons.start = chip_routes_add(&chip->routes, chip, &program->neuron_routes, place,
                                                     (uint32_t)program->population, program->neuron_index);
    if (program->relay_count)
        core->output.relays.start = chip_routes_add(&chip->routes, chip, &program->relay_routes, place,
                                                    (uint32_t)program->relay_population, program->relay_index);
}

/* ---- host ---- */

static void number_outputs(struct chip *chip)
{
    const struct program *program = chip->program;
    uint32_t outputs = 0, inputs = 0;
    chip->output_first = memory_array(program->population_count, sizeof(uint32_t));
    for (uint32_t p = 0; p < program->population_count; p++) {
        uint32_t *number = program->populations[p].input ? &inputs : &outputs;
        chip->output_first[p] = *number;
        *number += program->populations[p].count;
    }
    chip->input_count = inputs;
    chip->inputs = memory_array(inputs, sizeof *chip->inputs);
}

static void add_host_routes(struct chip *chip)
{
    const struct program *program = chip->program;
    for (uint32_t p = 0; p < program->population_count; p++) {
        const struct route_table *table = &program->input_routes[p];
        if (!program->populations[p].input || table->sources == 0)
            continue;
        const uint32_t *start = chip_routes_add(&chip->routes, chip, table, chip_host_place(chip->config), p, NULL);
        for (uint32_t i = 0; i < table->sources; i++) {
            chip->inputs[chip->output_first[p] + i].route = start[i];
            chip->inputs[chip->output_first[p] + i].route_end = start[i + 1];
        }
    }
}

static void add_relays(struct chip *chip)
{
    for (uint32_t c = 0; c < chip_cores(chip->config); c++) {
        const struct core_program *program = chip->cores[c].program;
        for (uint32_t i = 0; i < program->relay_count; i++) {
            struct host_input *input = &chip->inputs[chip->output_first[program->relay_population] +
                                                     program->relay_index[i]];
            input->relay_link = chip->cores[c].output.relay_in;
            input->relay_index = i;
        }
    }
}

static void wire_host(struct chip *chip)
{
    struct host_port *port = &chip->port;
    uint32_t host_port_number = PORT_LOCAL + chip->config->noc.cores_per_tile;
    wire_local(chip, chip->config->host.tile, host_port_number, &port->component, &port->in, &port->out);
    add_host_routes(chip);
    add_relays(chip);
    port->control = &chip->timestep;
    port->inputs = chip->inputs;
    port->input_count = chip->input_count;
    chip->timestep.has_port = true;
    chip->timestep.port_id = port->component.id;
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

/* ---- the whole ---- */

static void sample_begins(void *owner)
{
    struct chip *chip = owner;
    struct probe *probe = &chip->probe;
    free(probe->layers);
    probe->count = 0;
    probe->steps = chip->timestep.steps - chip->program->depth;
    probe->layers = memory_array((size_t)chip->program->population_count * probe->steps, sizeof *probe->layers);
}

static void settle(struct chip *chip, uint64_t now)
{
    for (uint32_t i = 0; i < chip_cores(chip->config); i++)
        core_settle(&chip->cores[i], now);
    for (uint32_t i = 0; i < chip_tiles(chip->config); i++) {
        router_settle(&chip->routers[i], now);
        if (chip->processors)
            processor_settle(&chip->processors[i], now);
    }
}

static void sample_over(void *owner, uint64_t now)
{
    struct chip *chip = owner;
    settle(chip, now);
    if (chip->on_sample)
        chip->on_sample(chip->listener, chip, chip->timestep.sample, chip->timestep.began, now);
}

static bool has_east(const struct chip *chip) { return chip->number + 1 < chip->config->host.chips; }
static bool has_west(const struct chip *chip) { return chip->number > 0; }

static void add_control(struct chip *chip)
{
    const struct chip_config *config = chip->config;
    timestep_init(&chip->timestep, chip->engine, chip->number, &config->host, chip_tiles(config), chip->host_counters);
    chip->timestep.depth = chip->program->depth;
    chip->timestep.sample_begins = sample_begins;
    chip->timestep.sample_over = sample_over;
    chip->timestep.owner = chip;
    if (chip->number == 0)
        host_port_init(&chip->port, chip->engine, chip->number, &config->host, chip->host_counters);
    if (has_east(chip))
        chip_link_init(&chip->east, chip->engine, 2 * chip->number, &config->host, chip->host_counters);
    if (has_west(chip))
        chip_link_init(&chip->west, chip->engine, 2 * chip->number + 1, &config->host, chip->host_counters);
    chip->east.passes_start = true;
}

static void add_tiles(struct chip *chip)
{
    const struct chip_config *config = chip->config;
    uint32_t tiles = chip_tiles(config), per_tile = config->noc.cores_per_tile, columns = config->noc.columns;
    chip->routers = memory_array(tiles, sizeof *chip->routers);
    chip->cores = memory_array((size_t)tiles * per_tile, sizeof *chip->cores);
    if (config->core.neuron_location == NEURON_PROCESSOR)
        chip->processors = memory_array(tiles, sizeof *chip->processors);
    for (uint32_t tile = 0; tile < tiles; tile++) {
        struct router *router = &chip->routers[tile];
        router_init(router, chip->engine, tile, chip->number, tile % columns, tile / columns,
                    PORT_LOCAL + per_tile + 3);
        router->port_east = PORT_LOCAL + per_tile + 1;
        router->port_west = PORT_LOCAL + per_tile + 2;
        router->gate_east = place_pack(chip->number, columns - 1, 0, router->port_east);
        router->gate_west = place_pack(chip->number, 0, 0, router->port_west);
        router->trees = &chip->routes.trees;
        for (uint32_t local = 0; local < per_tile; local++) {
            uint32_t core = tile * per_tile + local;
            core_init(&chip->cores[core], chip->engine, core, &config->core,
                      &chip->program->cores[chip->number * chip_cores(config) + core]);
        }
        if (chip->processors)
            processor_init(&chip->processors[tile], chip->engine, tile, per_tile);
    }
}

static void wire(struct chip *chip)
{
    uint32_t tiles = chip_tiles(chip->config), cores = chip_cores(chip->config);
    chip->link_capacity = 4 * tiles + 5 * cores + 6;
    chip->links = memory_array(chip->link_capacity, sizeof *chip->links);
    wire_mesh(chip);
    number_outputs(chip);
    for (uint32_t core = 0; core < cores; core++) {
        wire_core(chip, core);
        add_core_routes(chip, core);
    }
    if (chip->number == 0)
        wire_host(chip);
    if (has_east(chip))
        wire_chip_link(chip, &chip->east, &chip->timestep.east, chip->config->noc.columns - 1,
                       chip->routers[0].port_east);
    if (has_west(chip))
        wire_chip_link(chip, &chip->west, &chip->timestep.west, 0, chip->routers[0].port_west);
    for (uint32_t core = 0; core < cores; core++)
        chip->cores[core].output.neurons.route = chip->cores[core].output.relays.route = chip->routes.routes;
    chip->port.routes = chip->routes.routes;
}

static void list_participants(struct chip *chip)
{
    uint32_t cores = chip_cores(chip->config), count = 0;
    chip->participants = memory_array(cores, sizeof(uint32_t));
    for (uint32_t core = 0; core < cores; core++)
        if (chip->cores[core].takes_part)
            chip->participants[count++] = chip->cores[core].component.id;
    chip->timestep.participants = chip->participants;
    chip->timestep.participant_count = count;
}

struct chip *chip_new(const struct chip_config *config, const struct program *program, uint32_t number)
{
    struct chip *chip = memory_array(1, sizeof *chip);
    chip->config = config;
    chip->program = program;
    chip->number = number;
    chip->engine = engine_new();
    add_control(chip);
    add_tiles(chip);
    wire(chip);
    list_participants(chip);
    engine_seal(chip->engine);
    return chip;
}

void chip_free(struct chip *chip)
{
    if (!chip)
        return;
    for (uint32_t i = 0; i < chip->link_count; i++)
        link_free(&chip->links[i]);
    for (uint32_t i = 0; i < chip_cores(chip->config); i++)
        core_free(&chip->cores[i]);
    host_port_free(&chip->port);
    chip_link_free(&chip->east);
    chip_link_free(&chip->west);
    chip_routes_free(&chip->routes);
    engine_free(chip->engine);
    free(chip->links);
    free(chip->cores);
    free(chip->routers);
    free(chip->processors);
    free(chip->participants);
    free(chip->inputs);
    free(chip->output_first);
    free(chip->probe.spikes);
    free(chip->probe.layers);
    free(chip);
}

void chip_run(struct chip *chip, uint64_t until)
{
    engine_run(chip->engine, until);
}

void chip_settle(struct chip *chip)
{
    settle(chip, chip->engine->now);
}

void chip_hash(struct chip *chip, struct hash *hash)
{
    chip_settle(chip);
    engine_hash(chip->engine, hash);
}
