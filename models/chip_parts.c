/* The components of a chip, by the kinds that its file names. */
#include "models/chip.h"

#include "sim/memory.h"
#include "sim/panic.h"

const struct core_program *chip_core_program(const struct chip *chip, uint32_t core)
{
    return &chip->program->cores[chip->number * chip_cores(chip->config) + core];
}

struct link *chip_new_link(struct chip *chip, uint32_t flits, uint32_t latency, uint32_t credit_latency,
                           const struct component *producer, const struct component *consumer)
{
    must(chip->link_count < chip->link_capacity);
    struct link *link = &chip->links[chip->link_count++];
    link_init(link, chip->engine, flits, latency, credit_latency);
    link_connect(link, producer, consumer);
    return link;
}

static void add_switch(struct chip *chip, uint32_t tile)
{
    const struct chip_config *config = chip->config;
    uint32_t per_tile = config->noc.cores_per_tile, columns = config->noc.columns;
    struct router *router = &chip->routers[tile];
    router_init(router, chip->engine, tile, chip->number, tile % columns, tile / columns, PORT_LOCAL + per_tile + 3);
    router->gate_east = place_pack(chip->number, columns - 1, 0, PORT_LOCAL + per_tile + 1);
    router->gate_west = place_pack(chip->number, 0, 0, PORT_LOCAL + per_tile + 2);
    router->trees = &chip->routes.trees;
    chip->router_counters[tile] = router->counters;
}

static void add_merge_router(struct chip *chip, uint32_t tile)
{
    uint32_t columns = chip->config->noc.columns;
    struct merge_router *router = &chip->merge_routers[tile];
    merge_router_init(router, chip->engine, tile, tile % columns, tile / columns, chip->config->noc.buffer_flits);
    chip->router_counters[tile] = router->counters;
}

static void add_core(struct chip *chip, uint32_t index)
{
    const struct core_config *config = &chip->config->core;
    const struct core_program *program = chip_core_program(chip, index);
    if (chip->cores) {
        core_init(&chip->cores[index], chip->engine, index, config, program);
        synapse_array_program(&chip->cores[index].synapses, program, chip->config->device_seed,
                              chip->number * chip_cores(chip->config) + index);
        chip->core_counters[index] = chip->cores[index].counters;
    } else if (chip->neuron_cores) {
        neuron_core_init(&chip->neuron_cores[index], chip->engine, index, config, program);
        chip->core_counters[index] = chip->neuron_cores[index].counters;
    } else {
        event_core_init(&chip->event_cores[index], chip->engine, index, config, program);
        chip->core_counters[index] = chip->event_cores[index].counters;
    }
}

static void make_room(struct chip *chip)
{
    const struct chip_config *config = chip->config;
    uint32_t tiles = chip_tiles(config), cores = chip_cores(config);
    chip->core_counters = memory_array(cores, sizeof *chip->core_counters);
    chip->router_counters = memory_array(tiles, sizeof *chip->router_counters);
    if (config->core.core_order == ORDER_TIMESTEP)
        chip->cores = memory_array(cores, sizeof *chip->cores);
    else if (config->core.core_order == ORDER_NEURON)
        chip->neuron_cores = memory_array(cores, sizeof *chip->neuron_cores);
    else
        chip->event_cores = memory_array(cores, sizeof *chip->event_cores);
    if (config->noc.router_kind == ROUTER_SWITCH)
        chip->routers = memory_lines(tiles, sizeof *chip->routers);
    else
        chip->merge_routers = memory_array(tiles, sizeof *chip->merge_routers);
    if (chip->cores && config->core.neuron_location == NEURON_PROCESSOR)
        chip->processors = memory_array(tiles, sizeof *chip->processors);
    chip->link_capacity = 6 * tiles + 5 * cores + 8;
    chip->links = memory_lines(chip->link_capacity, sizeof *chip->links);
}

void chip_add_parts(struct chip *chip)
{
    uint32_t per_tile = chip->config->noc.cores_per_tile;
    make_room(chip);
    for (uint32_t tile = 0; tile < chip_tiles(chip->config); tile++) {
        if (chip->routers)
            add_switch(chip, tile);
        else
            add_merge_router(chip, tile);
        for (uint32_t local = 0; local < per_tile; local++)
            add_core(chip, tile * per_tile + local);
        if (chip->processors)
            processor_init(&chip->processors[tile], chip->engine, tile, per_tile);
    }
}

static void connect_timestep_core(struct chip *chip, struct core *core)
{
    core->go = &chip->timestep.go;
    core->command = &chip->timestep.command;
    core->outstanding = core->output.outstanding = &chip->timestep.outstanding;
    core->probe = &chip->probe;
    core->ticked = chip->config->host.timestep_mode == TIMESTEP_TICK;
    if (core->program->population < 0)
        return;
    const struct population *population = &chip->program->populations[core->program->population];
    core->first_step = population->depth;
    core->values = population->values;
}

void chip_wire_core(struct chip *chip, uint32_t index)
{
    if (chip->cores) {
        connect_timestep_core(chip, &chip->cores[index]);
    } else if (chip->neuron_cores) {
        struct neuron_core *core = &chip->neuron_cores[index];
        core->go = &chip->timestep.go;
        core->outstanding = &chip->timestep.outstanding;
        core->probe = &chip->probe;
    } else {
        chip->event_cores[index].probe = &chip->probe;
    }
}

static const uint32_t *add_table(struct chip *chip, uint32_t index, bool relays)
{
    const struct core_program *program = chip_core_program(chip, index);
    uint32_t place = chip_core_place(chip->config, chip->number * chip_cores(chip->config) + index);
    if (relays)
        return program->relay_count == 0 ? NULL
                                         : chip_routes_add(&chip->routes, chip, &program->relay_routes, place,
                                                           (uint32_t)program->relay_population, program->relay_index);
    return program->neuron_count == 0 ? NULL
                                      : chip_routes_add(&chip->routes, chip, &program->neuron_routes, place,
                                                        (uint32_t)program->population, program->neuron_index);
}

void chip_add_core_routes(struct chip *chip)
{
    for (uint32_t i = 0; i < chip_cores(chip->config); i++) {
        if (chip->cores) {
            chip->cores[i].output.neurons.start = add_table(chip, i, false);
            chip->cores[i].output.relays.start = add_table(chip, i, true);
        } else if (chip->neuron_cores) {
            chip->neuron_cores[i].route_start = add_table(chip, i, false);
        }
    }
}
