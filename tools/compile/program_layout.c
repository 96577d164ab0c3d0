#include "tools/compile/program_layout.h"

const struct route_names route_paths[ROUTE_OWNERS] = {
    [ROUTES_NEURON] = {"/neuron_routes/start", "/neuron_routes/core", "/neuron_routes/axon", "/neuron_routes/delay"},
    [ROUTES_RELAY] = {"/relay_routes/start", "/relay_routes/core", "/relay_routes/axon", "/relay_routes/delay"},
    [ROUTES_INPUT] = {"/input_routes/start", "/input_routes/core", "/input_routes/axon", "/input_routes/delay"},
};

const struct group_field group_fields[GROUP_FIELDS] = {
    {"/groups/first", offsetof(struct neuron_group, first)},
    {"/groups/count", offsetof(struct neuron_group, count)},
    {"/groups/model", offsetof(struct neuron_group, model)},
    {"/groups/decay_current", offsetof(struct neuron_group, decay_current)},
    {"/groups/decay_potential", offsetof(struct neuron_group, decay_potential)},
    {"/groups/threshold", offsetof(struct neuron_group, threshold)},
    {"/groups/reset", offsetof(struct neuron_group, reset)},
    {"/groups/reset_subtract", offsetof(struct neuron_group, reset_subtract)},
    {"/groups/inclusive", offsetof(struct neuron_group, inclusive)},
    {"/groups/floor_set", offsetof(struct neuron_group, floor_set)},
    {"/groups/floor", offsetof(struct neuron_group, floor)},
    {"/groups/leak", offsetof(struct neuron_group, leak)},
    {"/groups/silent", offsetof(struct neuron_group, silent)},
    {"/groups/initial", offsetof(struct neuron_group, initial)},
    {"/groups/refractory", offsetof(struct neuron_group, refractory)},
};

uint32_t route_tables(const struct program *program, enum route_owner owner)
{
    return owner == ROUTES_INPUT ? program->population_count : program->core_count;
}
