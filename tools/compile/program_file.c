/* A program as HDF5: every table is one flat dataset for the whole chip, and /cores/NAME_start says where each core's
 * part begins (docs/compile.md lists them). */
#include "tools/compile/compile.h"

#include "sim/memory.h"
#include "tools/file/h5.h"
#include "tools/compile/program_layout.h"
#include <stdlib.h>

struct writer {
    struct h5 *file;
    const struct program *program;
};

static void write_u32(struct writer *writer, const char *path, uint64_t count, const uint32_t *values)
{
    h5_write(writer->file, path, H5_U32, 1, &count, values);
}

static void write_i32(struct writer *writer, const char *path, uint64_t count, const int32_t *values)
{
    h5_write(writer->file, path, H5_I32, 1, &count, values);
}

/* ---- populations ---- */
static void write_population_flags(struct writer *writer, const char *path, size_t offset)
{
    uint64_t count = writer->program->population_count;
    uint8_t *flags = memory_array(count, 1);
    for (uint64_t p = 0; p < count; p++)
        flags[p] = *(const bool *)((const char *)&writer->program->populations[p] + offset);
    h5_write(writer->file, path, H5_BOOL, 1, &count, flags);
    free(flags);
}

static void write_population_u32(struct writer *writer, const char *path, size_t offset)
{
    uint32_t count = writer->program->population_count, *values = memory_array(count, sizeof *values);
    for (uint32_t p = 0; p < count; p++)
        values[p] = *(const uint32_t *)(const void *)((const char *)&writer->program->populations[p] + offset);
    write_u32(writer, path, count, values);
    free(values);
}

static void write_populations(struct writer *writer)
{
    uint64_t count = writer->program->population_count;
    const struct population *populations = writer->program->populations;
    const char **names = memory_array(count, sizeof *names);
    double *scales = memory_array(count, sizeof *scales);
    int32_t *levels = memory_array(count, sizeof *levels);
    for (uint64_t p = 0; p < count; p++) {
        names[p] = populations[p].name;
        scales[p] = populations[p].scale;
        levels[p] = populations[p].input_levels;
    }
    h5_write_strings(writer->file, "/populations/name", count, names);
    h5_write(writer->file, "/populations/scale", H5_F64, 1, &count, scales);
    write_i32(writer, "/populations/input_levels", count, levels);
    write_population_flags(writer, "/populations/input", offsetof(struct population, input));
    write_population_flags(writer, "/populations/output", offsetof(struct population, output));
    write_population_flags(writer, "/populations/values", offsetof(struct population, values));
    write_population_u32(writer, "/populations/count", offsetof(struct population, count));
    write_population_u32(writer, "/populations/depth", offsetof(struct population, depth));
    free(levels);
    free(scales);
    free(names);
}

/* ---- tables of the cores, one after another ---- */
enum core_table { TABLE_NEURONS, TABLE_GROUPS, TABLE_RELAYS, TABLE_AXONS };

static uint32_t table_rows(const struct core_program *core, enum core_table table)
{
    switch (table) {
    case TABLE_NEURONS: return core->neuron_count;
    case TABLE_GROUPS: return core->group_count;
    case TABLE_RELAYS: return core->relay_count;
    case TABLE_AXONS: return core->axon_count;
    }
    return 0;
}

static uint64_t write_starts(struct writer *writer, const char *path, enum core_table table)
{
    uint64_t cores = writer->program->core_count, count = cores + 1;
    uint64_t *starts = memory_array(count, sizeof *starts);
    for (uint64_t c = 0; c < cores; c++)
        starts[c + 1] = starts[c] + table_rows(&writer->program->cores[c], table);
    uint64_t rows = starts[cores];
    h5_write(writer->file, path, H5_U64, 1, &count, starts);
    free(starts);
    return rows;
}

static void write_core_i32(struct writer *writer, const char *path, size_t offset)
{
    uint32_t count = writer->program->core_count;
    int32_t *values = memory_array(count, sizeof *values);
    for (uint32_t c = 0; c < count; c++)
        values[c] = *(const int32_t *)(const void *)((const char *)&writer->program->cores[c] + offset);
    write_i32(writer, path, count, values);
    free(values);
}

static void write_neurons(struct writer *writer)
{
    uint64_t count = write_starts(writer, "/cores/neuron_start", TABLE_NEURONS), next = 0;
    uint32_t *index = memory_array(count, sizeof *index);
    int32_t *bias = memory_array(count, sizeof *bias);
    for (uint32_t c = 0; c < writer->program->core_count; c++) {
        const struct core_program *core = &writer->program->cores[c];
        for (uint32_t i = 0; i < core->neuron_count; i++, next++) {
            index[next] = core->neuron_index[i];
            bias[next] = core->bias[i];
        }
    }
    write_u32(writer, "/neurons/index", count, index);
    write_i32(writer, "/neurons/bias", count, bias);
    free(bias);
    free(index);
}

static void write_groups(struct writer *writer)
{
    uint64_t count = write_starts(writer, "/cores/group_start", TABLE_GROUPS);
    int32_t *values = memory_array(count, sizeof *values);
    for (size_t field = 0; field < GROUP_FIELDS; field++) {
        uint64_t next = 0;
        for (uint32_t c = 0; c < writer->program->core_count; c++)
            for (uint32_t g = 0; g < writer->program->cores[c].group_count; g++)
                values[next++] = *(const int32_t *)(const void *)((const char *)&writer->program->cores[c].groups[g] +
                                                                  group_fields[field].offset);
        write_i32(writer, group_fields[field].path, count, values);
    }
    free(values);
}

static void write_relays(struct writer *writer)
{
    uint64_t count = write_starts(writer, "/cores/relay_start", TABLE_RELAYS), next = 0;
    uint32_t *index = memory_array(count, sizeof *index);
    for (uint32_t c = 0; c < writer->program->core_count; c++)
        for (uint32_t i = 0; i < writer->program->cores[c].relay_count; i++)
            index[next++] = writer->program->cores[c].relay_index[i];
    write_u32(writer, "/relays/index", count, index);
    free(index);
}

/* Where the next synapses lie: what is written is the cores' own arrays, one after the other. */
struct synapse_cursor {
    const struct program *program;
    uint32_t core, synapse;
    bool targets; /* else weights */
};

static uint64_t next_synapses(void *context, uint64_t most, const void **out)
{
    struct synapse_cursor *cursor = context;
    const struct core_program *core = &cursor->program->cores[cursor->core];
    while (core->axon_count == 0 || cursor->synapse == core->synapse_start[core->axon_count]) {
        core = &cursor->program->cores[++cursor->core];
        cursor->synapse = 0;
    }
    uint64_t left = core->synapse_start[core->axon_count] - cursor->synapse, count = left < most ? left : most;
    *out = cursor->targets ? (const void *)(core->synapse_target + cursor->synapse)
                           : (const void *)(core->synapse_weight + cursor->synapse);
    cursor->synapse += (uint32_t)count;
    return count;
}

static void write_synapses(struct writer *writer)
{
    uint64_t axons = write_starts(writer, "/cores/axon_start", TABLE_AXONS), synapses = 0, next = 0, count = axons + 1;
    uint32_t *row = memory_array(axons, sizeof *row);
    uint64_t *start = memory_array(count, sizeof *start);
    for (uint32_t c = 0; c < writer->program->core_count; c++) {
        const struct core_program *core = &writer->program->cores[c];
        for (uint32_t a = 0; a < core->axon_count; a++) {
            row[next++] = core->axon_row[a];
            synapses += core->synapse_start[a + 1] - core->synapse_start[a];
            start[next] = synapses;
        }
    }
    write_u32(writer, "/axons/row", axons, row);
    h5_write(writer->file, "/axons/synapse_start", H5_U64, 1, &count, start);
    free(start);
    free(row);
    struct synapse_cursor targets = {writer->program, 0, 0, true}, weights = {writer->program, 0, 0, false};
    h5_write_parts(writer->file, "/synapses/target", H5_U16, synapses, next_synapses, &targets);
    h5_write_parts(writer->file, "/synapses/weight", H5_I16, synapses, next_synapses, &weights);
}

/* ---- routes: of the neurons, of the relays, of the inputs at the host ---- */
static const struct route_table *route_table_at(const struct program *program, enum route_owner owner, uint32_t i)
{
    if (owner == ROUTES_INPUT)
        return &program->input_routes[i];
    return owner == ROUTES_NEURON ? &program->cores[i].neuron_routes : &program->cores[i].relay_routes;
}

static void write_route_field(struct writer *writer, const char *path, enum route_owner owner, uint64_t count,
                              size_t offset)
{
    const struct program *program = writer->program;
    uint32_t *values = memory_array(count, sizeof *values), tables = route_tables(program, owner);
    uint64_t next = 0;
    for (uint32_t i = 0; i < tables; i++) {
        const struct route_table *table = route_table_at(program, owner, i);
        for (uint32_t r = 0; table->sources && r < table->start[table->sources]; r++)
            values[next++] = *(const uint32_t *)(const void *)((const char *)&table->routes[r] + offset);
    }
    write_u32(writer, path, count, values);
    free(values);
}

static void write_routes(struct writer *writer, enum route_owner owner)
{
    const struct program *program = writer->program;
    uint32_t tables = route_tables(program, owner);
    uint64_t sources = 0, routes = 0, next = 0;
    for (uint32_t i = 0; i < tables; i++)
        sources += route_table_at(program, owner, i)->sources;
    uint64_t count = sources + 1, *start = memory_array(count, sizeof *start);
    for (uint32_t i = 0; i < tables; i++) {
        const struct route_table *table = route_table_at(program, owner, i);
        for (uint32_t s = 0; s < table->sources; s++) {
            routes += table->start[s + 1] - table->start[s];
            start[++next] = routes;
        }
    }
    h5_write(writer->file, route_paths[owner].start, H5_U64, 1, &count, start);
    free(start);
    write_route_field(writer, route_paths[owner].core, owner, routes, offsetof(struct route, core));
    write_route_field(writer, route_paths[owner].axon, owner, routes, offsetof(struct route, axon));
    write_route_field(writer, route_paths[owner].delay, owner, routes, offsetof(struct route, delay));
}

static void write_input_sources(struct writer *writer)
{
    uint32_t count = writer->program->population_count, *sources = memory_array(count, sizeof *sources);
    for (uint32_t p = 0; p < count; p++)
        sources[p] = writer->program->input_routes[p].sources;
    write_u32(writer, "/input_routes/sources", count, sources);
    free(sources);
}

bool program_write(const char *path, const struct program *program, struct diagnostics *diagnostics)
{
    struct writer writer = {.program = program};
    if (!h5_create(path, &writer.file, diagnostics))
        return false;
    h5_write_attribute_string(writer.file, "/", "npusim_kind", "program");
    h5_write_attribute_string(writer.file, "/", "version", PROGRAM_VERSION);
    h5_write_attribute_string(writer.file, "/", "network_name", program->network_name ? program->network_name : "");
    h5_write_attribute_string(writer.file, "/", "chip_sha256", program->chip_sha256 ? program->chip_sha256 : "");
    h5_write_attribute_string(writer.file, "/", "network_sha256",
                              program->network_sha256 ? program->network_sha256 : "");
    write_populations(&writer);
    write_core_i32(&writer, "/cores/population", offsetof(struct core_program, population));
    write_core_i32(&writer, "/cores/relay_population", offsetof(struct core_program, relay_population));
    write_neurons(&writer);
    write_groups(&writer);
    write_relays(&writer);
    write_synapses(&writer);
    for (enum route_owner owner = ROUTES_NEURON; owner < ROUTE_OWNERS; owner++)
        write_routes(&writer, owner);
    write_input_sources(&writer);
    return h5_commit(writer.file, diagnostics);
}
