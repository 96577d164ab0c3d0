#include "models/physics/program_load.h"
#include "models/physics/sizes.h"
#include "models/physics/technology.h"

#define PICO 1e-12

static double synapse_bits(const struct core_config *config, const struct core_program *core)
{
    if (core->axon_count == 0)
        return 0;
    if (core_is_dense(config))
        return (double)core->axon_count * core_dense_columns(config) * config->weight_bits;
    return (double)core->synapse_start[core->axon_count] * (config->weight_bits + config->sparse_index_bits);
}

static double route_count(const struct route_table *table)
{
    return table->sources ? table->start[table->sources] : 0;
}

double program_bits(const struct chip_config *config, const struct program *program)
{
    struct core_sizes sizes;
    double bits = 0, routes = 0;
    core_sizes_get(config, &sizes);
    for (uint32_t c = 0; c < program->core_count; c++) {
        const struct core_program *core = &program->cores[c];
        bits += synapse_bits(&config->core, core) + core->axon_count * sizes.axon_table.word_bits;
        routes += route_count(&core->neuron_routes) + route_count(&core->relay_routes);
    }
    for (uint32_t p = 0; program->input_routes && p < program->population_count; p++)
        routes += route_count(&program->input_routes[p]);
    return bits + routes * sizes.routes.word_bits;
}

struct cost program_load_energy(const struct technology *technology, const struct chip_config *config,
                                const struct program *program)
{
    if (technology->kind == TECHNOLOGY_EVENTS || config->power.program_memory == PROGRAM_NOWHERE)
        return (struct cost){0};
    const struct component_values *values = &technology->components;
    return cost_of(config->power.program_memory == PROGRAM_HBM ? &values->hbm : &values->lpddr,
                   PICO * program_bits(config, program));
}
