/* What programs of recordings have in common; they are made here instead of being compiled from a network. */
#include "sim/memory.h"
#include "tools/validate/validate.h"
#include <stdlib.h>

void replay_program_init(struct program *program, const char *name, uint32_t cores, uint32_t neurons)
{
    program->network_name = memory_copy_string(name);
    program->population_count = 1;
    program->populations = memory_array(1, sizeof *program->populations);
    program->populations[0] = (struct population){.name = memory_copy_string("neurons"), .output = true, .depth = 1,
                                                  .count = neurons, .scale = 1.0, .input_levels = 1};
    program->input_routes = memory_array(1, sizeof *program->input_routes);
    program->core_count = cores;
    program->cores = memory_array(cores, sizeof *program->cores);
}

void replay_core_init(struct core_program *core, uint32_t neurons, uint32_t axons)
{
    core->population = neurons ? 0 : -1;
    core->relay_population = -1;
    core->neuron_count = core->group_count = neurons;
    core->neuron_index = memory_array(neurons, sizeof(uint32_t));
    core->groups = memory_array(neurons, sizeof *core->groups);
    core->bias = memory_array(neurons, sizeof(int32_t));
    core->neuron_routes = (struct route_table){neurons, memory_array(neurons + 1u, sizeof(uint32_t)),
                                               memory_array(neurons, sizeof(struct route))};
    core->relay_routes.start = memory_array(1, sizeof(uint32_t));
    core->axon_count = axons;
    core->axon_row = memory_array(axons, sizeof(uint32_t));
    core->synapse_start = memory_array(axons + 1u, sizeof(uint32_t));
    core->synapse_target = memory_array((size_t)axons * neurons, sizeof(uint16_t));
    core->synapse_weight = memory_array((size_t)axons * neurons, sizeof(int16_t));
    for (uint32_t axon = 0; axon < axons; axon++)
        core->axon_row[axon] = axon;
}

bool replay_covers(const struct recording *recording, const char *name, const char *core_title,
                   const char *item_title, uint32_t cores, uint32_t items, int64_t without,
                   struct diagnostics *diagnostics)
{
    const struct table *table = recording_table(recording, name);
    int core_column = core_title ? recording_column(recording, name, core_title) : -1;
    int item_column = recording_column(recording, name, item_title);
    size_t expected = (size_t)(without < 0 ? cores : cores - 1) * items;
    bool *seen, good = true;
    if (table->rows != expected)
        return diagnostics_add(diagnostics, recording->path, "%s: %zu rows, expected %zu: each %s once", name,
                               table->rows, expected, item_title);
    seen = memory_array((size_t)cores * items, sizeof *seen);
    for (size_t row = 0; good && row < table->rows; row++) {
        int64_t core = core_column < 0 ? 0 : table_value(table, row, core_column);
        bool *place = &seen[core * items + table_value(table, row, item_column)];
        if (*place || core == without)
            good = diagnostics_add(diagnostics, recording->path, "%s, row %zu: %s, expected each %s once", name,
                                   row + 1, *place ? "given before" : "in the output core", item_title);
        *place = true;
    }
    free(seen);
    return good;
}
