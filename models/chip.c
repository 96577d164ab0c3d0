#include "models/chip.h"

#include "sim/memory.h"
#include <stdlib.h>

/* What one sample would leave behind for the next: the turns of round-robin arbiters. Memories and queues are cleared
 * in the reset phase, and everything else is at rest, so after this no sample can depend on those before it. */
static void restart_arbiters(struct chip *chip)
{
    for (uint32_t i = 0; i < chip_tiles(chip->config); i++) {
        if (chip->routers)
            router_restart(&chip->routers[i]);
        if (chip->processors)
            processor_restart(&chip->processors[i]);
    }
}

static void sample_begins(void *owner)
{
    struct chip *chip = owner;
    struct probe *probe = &chip->probe;
    restart_arbiters(chip);
    free(probe->layers);
    probe->count = 0;
    probe->steps = chip->timestep.steps - chip->program->depth;
    probe->layers = memory_array((size_t)chip->program->population_count * probe->steps, sizeof *probe->layers);
}

static void sample_over(void *owner, uint64_t now)
{
    struct chip *chip = owner;
    engine_settle(chip->engine, now);
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
    if (config->host.protocol == HOST_ADDRESS_EVENT)
        address_event_port_init(&chip->aer, chip->engine, chip->number, &config->host, chip->host_counters);
    else if (chip->number == 0)
        host_port_init(&chip->port, chip->engine, chip->number, &config->host, chip->host_counters);
    if (has_east(chip))
        chip_link_init(&chip->east, chip->engine, 2 * chip->number, &config->host, chip->host_counters);
    if (has_west(chip))
        chip_link_init(&chip->west, chip->engine, 2 * chip->number + 1, &config->host, chip->host_counters);
    chip->east.passes_start = true;
}

static void wire(struct chip *chip)
{
    if (chip->config->host.protocol == HOST_ADDRESS_EVENT)
        chip_wire_address_events(chip);
    else if (chip->routers)
        chip_wire_switch(chip);
    else
        chip_wire_merge(chip);
    for (uint32_t core = 0; core < chip_cores(chip->config); core++)
        chip_wire_core(chip, core);
    chip_wire_host(chip);
    for (uint32_t core = 0; core < chip_cores(chip->config); core++) {
        if (chip->cores)
            chip->cores[core].output.neurons.route = chip->cores[core].output.relays.route = chip->routes.routes;
        else if (chip->neuron_cores)
            chip->neuron_cores[core].routes = chip->routes.routes;
    }
}

static void list_participants(struct chip *chip)
{
    uint32_t cores = chip_cores(chip->config), count = 0;
    chip->participants = memory_array(cores, sizeof(uint32_t));
    for (uint32_t core = 0; core < cores; core++)
        if (chip->cores && chip->cores[core].takes_part)
            chip->participants[count++] = chip->cores[core].component.id;
        else if (chip->neuron_cores)
            chip->participants[count++] = chip->neuron_cores[core].component.id;
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
    chip_add_parts(chip);
    wire(chip);
    list_participants(chip);
    engine_seal(chip->engine);
    return chip;
}

static void free_parts(struct chip *chip)
{
    for (uint32_t i = 0; i < chip_cores(chip->config); i++) {
        if (chip->cores)
            core_free(&chip->cores[i]);
        else if (chip->neuron_cores)
            neuron_core_free(&chip->neuron_cores[i]);
        else
            event_core_free(&chip->event_cores[i]);
    }
    for (uint32_t i = 0; chip->merge_routers && i < chip_tiles(chip->config); i++)
        merge_router_free(&chip->merge_routers[i]);
    free(chip->cores);
    free(chip->neuron_cores);
    free(chip->event_cores);
    free(chip->routers);
    free(chip->merge_routers);
    free(chip->core_counters);
    free(chip->router_counters);
}

void chip_free(struct chip *chip)
{
    if (!chip)
        return;
    for (uint32_t i = 0; i < chip->link_count; i++)
        link_free(&chip->links[i]);
    free_parts(chip);
    host_port_free(&chip->port);
    address_event_port_free(&chip->aer);
    chip_link_free(&chip->east);
    chip_link_free(&chip->west);
    chip_routes_free(&chip->routes);
    engine_free(chip->engine);
    free(chip->links);
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
    engine_settle(chip->engine, chip->engine->now);
}

void chip_stimulate(struct chip *chip, uint64_t cycle, const struct packet *packet)
{
    if (chip->config->host.protocol == HOST_ADDRESS_EVENT)
        address_event_port_receive(&chip->aer, cycle, packet->axon);
    else
        host_port_receive(&chip->port, cycle, packet);
}

uint32_t chip_steps_done(const struct chip *chip, uint32_t sample)
{
    const struct timestep *timestep = &chip->timestep;
    uint32_t done = UINT32_MAX;
    if (!chip->cores || timestep->state == TIMESTEP_REST || timestep->sample != sample ||
        timestep->phase == GO_RESET)
        return 0;
    for (uint32_t i = 0; i < chip_cores(chip->config); i++)
        if (chip->cores[i].takes_part && chip->cores[i].step < done)
            done = chip->cores[i].step;
    return done;
}

void chip_potentials(struct chip *chip, int32_t *out)
{
    chip_settle(chip);
    for (uint32_t i = 0; i < chip_cores(chip->config); i++) {
        const int32_t *potential = chip->cores          ? chip->cores[i].neurons.potential
                                   : chip->neuron_cores ? chip->neuron_cores[i].potential
                                                        : chip->event_cores[i].potential;
        for (uint32_t n = 0; n < chip_core_program(chip, i)->neuron_count; n++)
            *out++ = potential[n];
    }
}

void chip_hash(struct chip *chip, struct hash *hash)
{
    chip_settle(chip);
    engine_hash(chip->engine, hash);
}
