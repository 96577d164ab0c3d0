/* What a chip and its share of the program take of the host machine's memory. Counted from the tables' sizes; what the
 * allocator, the recorded spikes and the libraries take beside is in the process's peak only. */
#include "models/chip.h"

static uint64_t route_bytes(const struct route_table *table, size_t per_route)
{
    if (!table->start)
        return 0;
    return table->start[table->sources] * (uint64_t)per_route + (table->sources + 1u) * 2u * sizeof(uint32_t);
}

static void add_program(const struct core_program *core, struct memory_use *use)
{
    uint64_t synapses = core->axon_count ? core->synapse_start[core->axon_count] : 0;
    use->neurons += core->neuron_count;
    use->synapses += synapses;
    size_t weight = core->synapse_weight_i8 ? sizeof *core->synapse_weight_i8 : sizeof *core->synapse_weight;
    use->synapse_bytes += synapses * (sizeof *core->synapse_target + weight);
    use->row_bytes += core->axon_count * (sizeof *core->synapse_start + (core->axon_row ? sizeof *core->axon_row : 0));
    use->neuron_bytes += core->neuron_count * (sizeof *core->neuron_index + sizeof *core->bias) +
                         core->group_count * sizeof *core->groups + core->relay_count * sizeof *core->relay_index;
    /* both tables once more as packets; multicast has fewer of them, and trees */
    use->route_bytes += route_bytes(&core->neuron_routes, sizeof(struct route) + sizeof(struct send_route)) +
                        route_bytes(&core->relay_routes, sizeof(struct route) + sizeof(struct send_route));
}

static void add_timestep_core(const struct core *core, struct memory_use *use)
{
    use->synapse_bytes += synapse_array_dense_bytes(&core->synapses);
    use->row_bytes += synapse_array_row_bytes(&core->synapses);
    use->neuron_bytes += neuron_array_bytes(&core->neurons) + core->synapses.width * sizeof(int32_t);
    use->tile_bytes += sizeof *core + event_queue_bytes(&core->queue);
}

static void add_core(const struct chip *chip, uint32_t index, struct memory_use *use)
{
    const struct core_program *program = chip_core_program(chip, index);
    uint64_t synapses = program->axon_count ? program->synapse_start[program->axon_count] : 0;
    add_program(program, use);
    if (chip->cores) {
        add_timestep_core(&chip->cores[index], use);
    } else if (chip->neuron_cores) {
        use->synapse_bytes += synapses * sizeof(struct column_synapse);
        use->neuron_bytes += program->neuron_count * (sizeof(int32_t) + sizeof(void *) + sizeof(uint32_t));
        use->tile_bytes += sizeof *chip->neuron_cores;
    } else {
        use->synapse_bytes += (uint64_t)program->axon_count * program->neuron_count * sizeof(int16_t);
        use->neuron_bytes += program->neuron_count * sizeof(int32_t);
        use->tile_bytes += sizeof *chip->event_cores;
    }
}

void chip_memory_add(const struct chip *chip, struct memory_use *use)
{
    uint32_t tiles = chip_tiles(chip->config);
    for (uint32_t i = 0; i < chip_cores(chip->config); i++)
        add_core(chip, i, use);
    for (uint32_t i = 0; i < chip->link_count; i++)
        use->tile_bytes += sizeof *chip->links + (chip->links[i].mask + 1u) * sizeof *chip->links->ring;
    use->tile_bytes += tiles * (chip->routers ? sizeof *chip->routers : sizeof *chip->merge_routers);
    use->tile_bytes += chip->processors ? tiles * sizeof *chip->processors : 0;
    use->route_bytes += chip->routes.trees.row_capacity * sizeof(struct tree_row) +
                        chip->routes.trees.next_capacity * sizeof(uint32_t);
    use->tiles += tiles;
}
