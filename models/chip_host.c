/* Inputs and outputs: which packets an input becomes, numbers of outputs on the host link. */
#include "models/chip.h"

#include "sim/memory.h"

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
        const uint32_t *start = chip_routes_add(&chip->routes, chip, table, chip_input_place(chip->config), p, NULL);
        for (uint32_t i = 0; i < table->sources; i++) {
            chip->inputs[chip->output_first[p] + i].route = start[i];
            chip->inputs[chip->output_first[p] + i].route_end = start[i + 1];
        }
    }
}

static void add_relays(struct chip *chip)
{
    for (uint32_t c = 0; c < chip_cores(chip->config); c++) {
        const struct core_program *program = chip_core_program(chip, c);
        for (uint32_t i = 0; i < program->relay_count; i++) {
            struct host_input *input = &chip->inputs[chip->output_first[program->relay_population] +
                                                     program->relay_index[i]];
            input->relay_link = chip->cores[c].output.relay_in;
            input->relay_index = i;
        }
    }
}

void chip_wire_host(struct chip *chip)
{
    struct host_port *port = &chip->port;
    number_outputs(chip);
    chip_add_core_routes(chip);
    if (chip->number > 0)
        return;
    add_host_routes(chip);
    add_relays(chip);
    port->control = &chip->timestep;
    port->probe = &chip->probe;
    port->inputs = chip->inputs;
    port->input_count = chip->input_count;
    port->routes = chip->routes.routes;
    chip->timestep.has_port = true;
    chip->timestep.port_id = port->component.id;
}
