/* The long tables of a program file, some cores at a time: memory holds the program once, and a slab of the file. */
#include "tools/compile/program_reader.h"

#include "sim/memory.h"
#include "tools/compile/program_layout.h"
#include <stdlib.h>

/* ---- synapses ---- */
/* start: of the core's axons, in all synapses; target and weight: from synapse `base` on. */
static void cut_synapses(struct core_program *core, const int64_t *start, int64_t base, const int64_t *target,
                         const int64_t *weight)
{
    int64_t first = start[0], count = start[core->axon_count] - first;
    core->synapse_start = memory_array((size_t)core->axon_count + 1, sizeof *core->synapse_start);
    core->synapse_target = memory_array((size_t)count, sizeof *core->synapse_target);
    core->synapse_weight = memory_array((size_t)count, sizeof *core->synapse_weight);
    for (uint32_t a = 0; a <= core->axon_count; a++)
        core->synapse_start[a] = (uint32_t)(start[a] - first);
    for (int64_t s = 0; s < count; s++) {
        core->synapse_target[s] = (uint16_t)target[first - base + s];
        core->synapse_weight[s] = (int16_t)weight[first - base + s];
    }
}

/* Cores first .. end - 1; core_start: of their synapses. */
static bool read_slab(const struct program_reader *reader, uint32_t first, uint32_t end, const int64_t *core_start,
                      const int64_t *axon_start, const int64_t *synapse_start)
{
    int64_t most = program_largest(reader->chip->core.weight_bits), base = core_start[first];
    uint64_t count = (uint64_t)(core_start[end] - base);
    int64_t *target = program_read_part(reader, "/synapses/target", (uint64_t)base, count, 0, UINT16_MAX);
    int64_t *weight = program_read_part(reader, "/synapses/weight", (uint64_t)base, count,
                                        core_weight_lowest(&reader->chip->core), most);
    bool fine = target && weight;
    for (uint32_t c = first; fine && c < end; c++)
        cut_synapses(&reader->out->cores[c], synapse_start + axon_start[c], base, target, weight);
    free(weight);
    free(target);
    return fine;
}

static bool read_slabs(const struct program_reader *reader, const int64_t *axon_start, const int64_t *synapse_start)
{
    uint32_t cores = reader->out->core_count;
    uint64_t count = (uint64_t)synapse_start[axon_start[cores]];
    bool fine = program_has_items(reader, "/synapses/target", count);
    fine = program_has_items(reader, "/synapses/weight", count) && fine;
    int64_t *core_start = memory_array((size_t)cores + 1, sizeof *core_start);
    for (uint32_t c = 0; c <= cores; c++)
        core_start[c] = synapse_start[axon_start[c]];
    for (uint32_t c = 0, end; fine && c < cores; c = end) {
        end = program_slab(core_start, c, cores);
        fine = read_slab(reader, c, end, core_start, axon_start, synapse_start);
    }
    free(core_start);
    return fine;
}

bool program_read_synapses(const struct program_reader *reader)
{
    uint32_t cores = reader->out->core_count;
    int64_t *synapses = NULL;
    int64_t *start = program_read_starts(reader, "/cores/axon_start", cores, reader->chip->core.axons_max);
    uint64_t axons = start ? (uint64_t)start[cores] : 0;
    int64_t *row = start ? program_read_list(reader, "/axons/row", axons, 0, UINT32_MAX, NULL) : NULL;
    if (row)
        synapses = program_read_starts(reader, "/axons/synapse_start", axons, UINT16_MAX + 1);
    for (uint32_t c = 0; synapses && c < cores; c++) {
        reader->out->cores[c].axon_count = (uint32_t)(start[c + 1] - start[c]);
        reader->out->cores[c].axon_row = program_part_u32(row, start[c], start[c + 1]);
    }
    free(row);
    bool fine = synapses && read_slabs(reader, start, synapses);
    free(synapses);
    free(start);
    return fine;
}

/* ---- routes ---- */
/* Routes from `base` on. */
struct route_lists {
    int64_t base, *core, *axon, *delay;
};

/* start: of the table's sources, in all routes. */
static struct route_table cut_routes(const struct route_lists *lists, const int64_t *start, uint32_t sources)
{
    struct route_table table = {.sources = sources};
    table.start = memory_array((size_t)sources + 1, sizeof *table.start);
    int64_t begin = start[0], count = start[sources] - begin;
    table.routes = memory_array((size_t)count, sizeof *table.routes);
    for (uint32_t s = 0; s <= sources; s++)
        table.start[s] = (uint32_t)(start[s] - begin);
    for (int64_t r = 0, at = begin - lists->base; r < count; r++, at++)
        table.routes[r] = (struct route){(uint32_t)lists->core[at], (uint32_t)lists->axon[at],
                                         (uint32_t)lists->delay[at]};
    return table;
}

/* Tables first .. end - 1. */
static bool read_route_slab(const struct program_reader *reader, enum route_owner owner, uint32_t first, uint32_t end,
                            const int64_t *table_start, const int64_t *source_start, const int64_t *start)
{
    struct route_lists lists = {.base = table_start[first]};
    const struct program *out = reader->out;
    uint64_t base = (uint64_t)lists.base, count = (uint64_t)table_start[end] - base;
    int64_t slots = reader->chip->core.delay_slots;
    lists.core = program_read_part(reader, route_paths[owner].core, base, count, 0, UINT32_MAX);
    lists.axon = program_read_part(reader, route_paths[owner].axon, base, count, 0, UINT32_MAX);
    lists.delay = program_read_part(reader, route_paths[owner].delay, base, count, 0, slots - 1);
    bool fine = lists.core && lists.axon && lists.delay;
    for (uint32_t i = first; fine && i < end; i++) {
        struct route_table table = cut_routes(&lists, start + source_start[i],
                                              (uint32_t)(source_start[i + 1] - source_start[i]));
        if (owner == ROUTES_INPUT)
            out->input_routes[i] = table;
        else
            *(owner == ROUTES_NEURON ? &out->cores[i].neuron_routes : &out->cores[i].relay_routes) = table;
    }
    free(lists.core);
    free(lists.axon);
    free(lists.delay);
    return fine;
}

static bool have_routes(const struct program_reader *reader, enum route_owner owner, uint64_t count)
{
    bool fine = program_has_items(reader, route_paths[owner].core, count);
    fine = program_has_items(reader, route_paths[owner].axon, count) && fine;
    return program_has_items(reader, route_paths[owner].delay, count) && fine;
}

/* sources: of each table. */
static bool read_routes(const struct program_reader *reader, enum route_owner owner, const uint32_t *sources)
{
    uint32_t tables = route_tables(reader->out, owner);
    int64_t *source_start = memory_array((size_t)tables + 1, sizeof *source_start);
    int64_t *table_start = memory_array((size_t)tables + 1, sizeof *table_start);
    for (uint32_t i = 0; i < tables; i++)
        source_start[i + 1] = source_start[i] + sources[i];
    int64_t *start = program_read_starts(reader, route_paths[owner].start, (uint64_t)source_start[tables],
                                         (int64_t)PROGRAM_ITEMS_MAX);
    for (uint32_t i = 0; start && i <= tables; i++)
        table_start[i] = start[source_start[i]];
    bool fine = start && have_routes(reader, owner, (uint64_t)table_start[tables]);
    for (uint32_t i = 0, end; fine && i < tables; i = end) {
        end = program_slab(table_start, i, tables);
        fine = read_route_slab(reader, owner, i, end, table_start, source_start, start);
    }
    free(start);
    free(table_start);
    free(source_start);
    return fine;
}

bool program_read_routes(const struct program_reader *reader)
{
    const struct program *program = reader->out;
    int64_t *inputs = program_read_list(reader, "/input_routes/sources", program->population_count, 0, 1 << 28, NULL);
    uint32_t *neurons = memory_array(program->core_count, sizeof *neurons);
    uint32_t *relays = memory_array(program->core_count, sizeof *relays);
    for (uint32_t c = 0; c < program->core_count; c++) {
        neurons[c] = program->cores[c].neuron_count;
        relays[c] = program->cores[c].relay_count;
    }
    bool fine = read_routes(reader, ROUTES_NEURON, neurons);
    fine = read_routes(reader, ROUTES_RELAY, relays) && fine;
    if (inputs) {
        uint32_t *sources = program_part_u32(inputs, 0, program->population_count);
        fine = read_routes(reader, ROUTES_INPUT, sources) && fine;
        free(sources);
    }
    fine = fine && inputs;
    free(relays);
    free(neurons);
    free(inputs);
    return fine;
}
