#include "models/program.h"

#include <stdlib.h>

static void route_table_free(struct route_table *table)
{
    free(table->start);
    free(table->routes);
}

static void core_program_free(struct core_program *core)
{
    free(core->neuron_index);
    free(core->groups);
    free(core->bias);
    route_table_free(&core->neuron_routes);
    free(core->relay_index);
    route_table_free(&core->relay_routes);
    free(core->synapse_start);
    free(core->synapse_target);
    free(core->synapse_weight);
    free(core->synapse_weight_i8);
    free(core->axon_row);
}

void program_free(struct program *program)
{
    for (uint32_t c = 0; program->cores && c < program->core_count; c++)
        core_program_free(&program->cores[c]);
    for (uint32_t p = 0; p < program->population_count; p++) {
        if (program->input_routes)
            route_table_free(&program->input_routes[p]);
        if (program->populations)
            free(program->populations[p].name);
    }
    free(program->cores);
    free(program->input_routes);
    free(program->populations);
    free(program->network_name);
    free(program->chip_sha256);
    free(program->network_sha256);
    *program = (struct program){0};
}
