/* Reads a program file. Here: every dataset has the size that the others ask for and values in their range, so that
 * the tables can be cut into cores; then program_check looks at what they say about each other. */
#include "tools/compile/compile.h"

#include "sim/memory.h"
#include "tools/compile/program_layout.h"
#include "tools/file/h5.h"
#include "tools/file/sha256.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX ((uint64_t)1 << 31)
#define ANY_COUNT UINT64_MAX

struct reader {
    struct h5 *file;
    const char *path;
    const struct chip_config *chip;
    struct program *out;
    struct diagnostics *diagnostics;
};

static bool fail_size(const struct reader *reader, const char *dataset, uint64_t found, uint64_t expected)
{
    char *place = memory_format("%s: %s", reader->path, dataset);
    diagnostics_add(reader->diagnostics, place, "has %" PRIu64 " items, expected %" PRIu64, found, expected);
    free(place);
    return false;
}

static bool fail_value(const struct reader *reader, const char *dataset, uint64_t at, int64_t found, int64_t low,
                       int64_t high)
{
    char *place = memory_format("%s: %s", reader->path, dataset);
    diagnostics_add(reader->diagnostics, place,
                    "item %" PRIu64 " is %" PRId64 ", expected %" PRId64 " .. %" PRId64, at, found, low, high);
    free(place);
    return false;
}

/* A list of `count` numbers (ANY_COUNT: *found tells), each from low to high; NULL after a message. */
static int64_t *read_list(const struct reader *reader, const char *dataset, uint64_t count, int64_t low, int64_t high,
                          uint64_t *found)
{
    struct h5_shape shape;
    int64_t *values = NULL;
    if (!h5_read_int64(reader->file, dataset, ITEMS_MAX, &values, &shape, reader->diagnostics))
        return NULL;
    uint64_t size = shape.rank == 1 ? shape.size[0] : 0;
    bool fine = shape.rank == 1 && (count == ANY_COUNT || size == count);
    if (!fine)
        fail_size(reader, dataset, size, count == ANY_COUNT ? 1 : count);
    for (uint64_t i = 0; fine && i < size; i++)
        if (values[i] < low || values[i] > high)
            fine = fail_value(reader, dataset, i, values[i], low, high);
    if (found)
        *found = size;
    if (fine)
        return values;
    free(values);
    return NULL;
}

/* Begins of `parts` consecutive parts: 0, ascending; the last is the sum. Parts hold at most `most`. */
static int64_t *read_starts(const struct reader *reader, const char *dataset, uint64_t parts, int64_t most)
{
    int64_t *starts = read_list(reader, dataset, parts + 1, 0, (int64_t)ITEMS_MAX, NULL);
    bool fine = starts && (starts[0] == 0 || fail_value(reader, dataset, 0, starts[0], 0, 0));
    for (uint64_t i = 0; fine && i < parts; i++)
        if (starts[i + 1] < starts[i] || starts[i + 1] - starts[i] > most)
            fine = fail_value(reader, dataset, i + 1, starts[i + 1], starts[i], starts[i] + most);
    if (fine)
        return starts;
    free(starts);
    return NULL;
}

static uint32_t *part_u32(const int64_t *values, int64_t begin, int64_t end)
{
    uint32_t *part = memory_array((size_t)(end - begin), sizeof *part);
    for (int64_t i = begin; i < end; i++)
        part[i - begin] = (uint32_t)values[i];
    return part;
}

static int64_t largest(uint32_t bits)
{
    return (INT64_C(1) << (bits - 1)) - 1;
}

/* ---- the file as a whole ---- */
static bool read_attribute(const struct reader *reader, const char *name, char **out)
{
    *out = NULL;
    return h5_attribute_string(reader->file, "/", name, out, reader->diagnostics);
}

static bool expect_attribute(const struct reader *reader, const char *name, const char *expected, const char *why)
{
    char *text = NULL;
    if (!read_attribute(reader, name, &text))
        return false;
    bool fine = strcmp(text, expected) == 0;
    if (!fine)
        diagnostics_add(reader->diagnostics, reader->path, "%s is \"%s\", expected \"%s\"%s", name, text, expected,
                        why);
    free(text);
    return fine;
}

void chip_config_sha256(const struct chip_config *chip, char out[65])
{
    char *text = chip_config_text(chip);
    sha256_text(text, out);
    free(text);
}

/* A program without a hash (written by hand) may be for this chip: everything in it is checked anyway. */
static bool check_chip(const struct reader *reader)
{
    const char *stored = reader->out->chip_sha256;
    char expected[65];
    chip_config_sha256(reader->chip, expected);
    if (stored[0] == '\0' || strcmp(stored, expected) == 0)
        return true;
    return diagnostics_add(reader->diagnostics, reader->path,
                           "chip_sha256: the program was compiled for another chip (%.12s...), expected %s as it is "
                           "now (%.12s...): compile again", stored, reader->chip->path, expected);
}

static bool read_head(const struct reader *reader)
{
    return expect_attribute(reader, "npusim_kind", "program", " (a compiled network)") &&
           expect_attribute(reader, "version", PROGRAM_VERSION, "") &&
           read_attribute(reader, "network_name", &reader->out->network_name) &&
           read_attribute(reader, "chip_sha256", &reader->out->chip_sha256) &&
           read_attribute(reader, "network_sha256", &reader->out->network_sha256) && check_chip(reader);
}

/* ---- populations ---- */
static bool read_scales(const struct reader *reader)
{
    struct h5_shape shape;
    double *scales = NULL;
    uint64_t count = reader->out->population_count;
    if (!h5_read_doubles(reader->file, "/populations/scale", count, &scales, &shape, reader->diagnostics))
        return false;
    bool fine = (shape.rank == 1 && shape.size[0] == count) ||
                fail_size(reader, "/populations/scale", shape.rank == 1 ? shape.size[0] : 0, count);
    for (uint64_t p = 0; fine && p < count; p++) {
        reader->out->populations[p].scale = scales[p];
        if (!isfinite(scales[p]) || scales[p] < 0.0)
            fine = fail_value(reader, "/populations/scale", p, -1, 0, INT32_MAX);
    }
    free(scales);
    return fine;
}

static bool read_population_fields(const struct reader *reader)
{
    enum { INPUT, OUTPUT, VALUES, COUNT, DEPTH, LEVELS, FIELDS };
    static const struct {
        const char *path;
        int64_t low, high;
    } fields[FIELDS] = {[INPUT] = {"/populations/input", 0, 1},   [OUTPUT] = {"/populations/output", 0, 1},
                        [VALUES] = {"/populations/values", 0, 1}, [COUNT] = {"/populations/count", 1, 1 << 28},
                        [DEPTH] = {"/populations/depth", 0, 1 << 20},
                        [LEVELS] = {"/populations/input_levels", 1, UINT16_MAX}};
    int64_t *values[FIELDS];
    bool fine = true;
    for (int f = 0; f < FIELDS; f++) {
        values[f] = read_list(reader, fields[f].path, reader->out->population_count, fields[f].low, fields[f].high,
                              NULL);
        fine = fine && values[f];
    }
    for (uint32_t p = 0; fine && p < reader->out->population_count; p++) {
        struct population *population = &reader->out->populations[p];
        population->input = values[INPUT][p] != 0;
        population->output = values[OUTPUT][p] != 0;
        population->values = values[VALUES][p] != 0;
        population->count = (uint32_t)values[COUNT][p];
        population->depth = (uint32_t)values[DEPTH][p];
        population->input_levels = (int32_t)values[LEVELS][p];
        if (population->depth > reader->out->depth)
            reader->out->depth = population->depth;
    }
    for (int f = 0; f < FIELDS; f++)
        free(values[f]);
    return fine;
}

static bool read_populations(const struct reader *reader)
{
    struct h5_shape shape;
    char **names = NULL;
    if (!h5_read_strings(reader->file, "/populations/name", 1u << 20, &names, &shape, reader->diagnostics))
        return false;
    uint64_t count = 1;
    for (int d = 0; d < shape.rank; d++)
        count *= shape.size[d];
    reader->out->population_count = (uint32_t)count;
    reader->out->populations = memory_array(count, sizeof *reader->out->populations);
    reader->out->input_routes = memory_array(count, sizeof *reader->out->input_routes);
    for (uint64_t p = 0; p < count; p++)
        reader->out->populations[p].name = names[p];
    free(names);
    return read_population_fields(reader) && read_scales(reader);
}

/* ---- cores ---- */
static bool read_cores(const struct reader *reader)
{
    struct program *out = reader->out;
    out->core_count = system_cores(reader->chip);
    out->cores = memory_array(out->core_count, sizeof *out->cores);
    int64_t last = (int64_t)out->population_count - 1;
    int64_t *held = read_list(reader, "/cores/population", out->core_count, -1, last, NULL);
    int64_t *relayed = read_list(reader, "/cores/relay_population", out->core_count, -1, last, NULL);
    for (uint32_t c = 0; held && relayed && c < out->core_count; c++) {
        out->cores[c].population = (int32_t)held[c];
        out->cores[c].relay_population = (int32_t)relayed[c];
    }
    bool fine = held && relayed;
    free(held);
    free(relayed);
    return fine;
}

static bool read_neurons(const struct reader *reader)
{
    uint32_t cores = reader->out->core_count;
    int64_t most = largest(reader->chip->core.potential_bits);
    int64_t *start = read_starts(reader, "/cores/neuron_start", cores, reader->chip->core.neurons_max);
    uint64_t count = start ? (uint64_t)start[cores] : 0;
    int64_t *index = start ? read_list(reader, "/neurons/index", count, 0, UINT32_MAX - 1, NULL) : NULL;
    int64_t *bias = start ? read_list(reader, "/neurons/bias", count, -most, most, NULL) : NULL;
    bool fine = index && bias;
    for (uint32_t c = 0; fine && c < cores; c++) {
        struct core_program *core = &reader->out->cores[c];
        core->neuron_count = (uint32_t)(start[c + 1] - start[c]);
        core->neuron_index = part_u32(index, start[c], start[c + 1]);
        core->bias = memory_array(core->neuron_count, sizeof *core->bias);
        for (uint32_t i = 0; i < core->neuron_count; i++)
            core->bias[i] = (int32_t)bias[start[c] + i];
    }
    free(bias);
    free(index);
    free(start);
    return fine;
}

static void group_range(const struct core_config *core, size_t field, int64_t *low, int64_t *high)
{
    int64_t potential = largest(core->potential_bits), decay = INT64_C(1) << core->decay_bits;
    const int64_t highest[GROUP_FIELDS] = {core->neurons_max, core->neurons_max, MODEL_LI, decay, decay,
                                           potential,         potential,         1, 0, 0, 0, 0, 0, potential, REFRACTORY_MOST};
    *high = highest[field];
    bool sign = group_fields[field].offset == offsetof(struct neuron_group, threshold) ||
                group_fields[field].offset == offsetof(struct neuron_group, reset) ||
                group_fields[field].offset == offsetof(struct neuron_group, initial);
    *low = sign ? -potential : 0;
}

static bool read_groups(const struct reader *reader)
{
    uint32_t cores = reader->out->core_count;
    int64_t *start = read_starts(reader, "/cores/group_start", cores, reader->chip->core.neurons_max);
    for (uint32_t c = 0; start && c < cores; c++) {
        struct core_program *core = &reader->out->cores[c];
        core->group_count = (uint32_t)(start[c + 1] - start[c]);
        core->groups = memory_array(core->group_count, sizeof *core->groups);
    }
    bool fine = start != NULL;
    for (size_t field = 0; start && field < GROUP_FIELDS; field++) {
        int64_t low, high;
        group_range(&reader->chip->core, field, &low, &high);
        int64_t *values = read_list(reader, group_fields[field].path, (uint64_t)start[cores], low, high, NULL);
        fine = fine && values;
        for (uint32_t c = 0; values && c < cores; c++)
            for (uint32_t g = 0; g < reader->out->cores[c].group_count; g++) {
                int32_t value = (int32_t)values[start[c] + g];
                memcpy((char *)&reader->out->cores[c].groups[g] + group_fields[field].offset, &value, sizeof value);
            }
        free(values);
    }
    free(start);
    return fine;
}

static bool read_relays(const struct reader *reader)
{
    uint32_t cores = reader->out->core_count;
    int64_t *start = read_starts(reader, "/cores/relay_start", cores, UINT32_MAX);
    uint64_t count = start ? (uint64_t)start[cores] : 0;
    int64_t *index = start ? read_list(reader, "/relays/index", count, 0, UINT32_MAX - 1, NULL) : NULL;
    for (uint32_t c = 0; index && c < cores; c++) {
        reader->out->cores[c].relay_count = (uint32_t)(start[c + 1] - start[c]);
        reader->out->cores[c].relay_index = part_u32(index, start[c], start[c + 1]);
    }
    bool fine = index != NULL;
    free(index);
    free(start);
    return fine;
}

/* ---- synapses ---- */
static void cut_synapses(struct core_program *core, const int64_t *start, const int64_t *target, const int64_t *weight)
{
    int64_t first = start[0], count = start[core->axon_count] - first;
    core->synapse_start = memory_array((size_t)core->axon_count + 1, sizeof *core->synapse_start);
    core->synapse_target = memory_array((size_t)count, sizeof *core->synapse_target);
    core->synapse_weight = memory_array((size_t)count, sizeof *core->synapse_weight);
    for (uint32_t a = 0; a <= core->axon_count; a++)
        core->synapse_start[a] = (uint32_t)(start[a] - first);
    for (int64_t s = 0; s < count; s++) {
        core->synapse_target[s] = (uint16_t)target[first + s];
        core->synapse_weight[s] = (int16_t)weight[first + s];
    }
}

static bool read_synapses(const struct reader *reader)
{
    uint32_t cores = reader->out->core_count;
    int64_t most = largest(reader->chip->core.weight_bits), *synapses = NULL, *target = NULL, *weight = NULL;
    int64_t *start = read_starts(reader, "/cores/axon_start", cores, reader->chip->core.axons_max);
    uint64_t axons = start ? (uint64_t)start[cores] : 0;
    int64_t *row = start ? read_list(reader, "/axons/row", axons, 0, UINT32_MAX, NULL) : NULL;
    if (row)
        synapses = read_starts(reader, "/axons/synapse_start", axons, UINT16_MAX + 1);
    if (synapses) {
        uint64_t count = (uint64_t)synapses[axons];
        target = read_list(reader, "/synapses/target", count, 0, UINT16_MAX, NULL);
        weight = read_list(reader, "/synapses/weight", count, core_weight_lowest(&reader->chip->core), most, NULL);
    }
    bool fine = target && weight;
    for (uint32_t c = 0; fine && c < cores; c++) {
        struct core_program *core = &reader->out->cores[c];
        core->axon_count = (uint32_t)(start[c + 1] - start[c]);
        core->axon_row = part_u32(row, start[c], start[c + 1]);
        cut_synapses(core, synapses + start[c], target, weight);
    }
    free(weight);
    free(target);
    free(synapses);
    free(row);
    free(start);
    return fine;
}

/* ---- routes ---- */
struct route_lists {
    int64_t *start, *core, *axon, *delay;
};

static struct route_table cut_routes(const struct route_lists *lists, uint64_t first, uint32_t sources)
{
    struct route_table table = {.sources = sources};
    table.start = memory_array((size_t)sources + 1, sizeof *table.start);
    int64_t begin = lists->start[first], count = lists->start[first + sources] - begin;
    table.routes = memory_array((size_t)count, sizeof *table.routes);
    for (uint32_t s = 0; s <= sources; s++)
        table.start[s] = (uint32_t)(lists->start[first + s] - begin);
    for (int64_t r = 0; r < count; r++)
        table.routes[r] = (struct route){(uint32_t)lists->core[begin + r], (uint32_t)lists->axon[begin + r],
                                         (uint32_t)lists->delay[begin + r]};
    return table;
}

static bool read_route_lists(const struct reader *reader, enum route_owner owner, uint64_t sources,
                             struct route_lists *out)
{
    *out = (struct route_lists){0};
    out->start = read_starts(reader, route_paths[owner].start, sources, (int64_t)ITEMS_MAX);
    if (!out->start)
        return false;
    uint64_t count = (uint64_t)out->start[sources];
    int64_t slots = reader->chip->core.delay_slots;
    out->core = read_list(reader, route_paths[owner].core, count, 0, UINT32_MAX, NULL);
    out->axon = read_list(reader, route_paths[owner].axon, count, 0, UINT32_MAX, NULL);
    out->delay = read_list(reader, route_paths[owner].delay, count, 0, slots - 1, NULL);
    return out->core && out->axon && out->delay;
}

/* sources: of each table. */
static bool read_routes(const struct reader *reader, enum route_owner owner, const uint32_t *sources)
{
    uint32_t tables = route_tables(reader->out, owner);
    uint64_t all = 0, first = 0;
    for (uint32_t i = 0; i < tables; i++)
        all += sources[i];
    struct route_lists lists;
    bool fine = read_route_lists(reader, owner, all, &lists);
    for (uint32_t i = 0; fine && i < tables; first += sources[i++]) {
        struct route_table table = cut_routes(&lists, first, sources[i]);
        if (owner == ROUTES_INPUT)
            reader->out->input_routes[i] = table;
        else
            *(owner == ROUTES_NEURON ? &reader->out->cores[i].neuron_routes : &reader->out->cores[i].relay_routes) =
                table;
    }
    free(lists.start);
    free(lists.core);
    free(lists.axon);
    free(lists.delay);
    return fine;
}

static bool read_all_routes(const struct reader *reader)
{
    const struct program *program = reader->out;
    int64_t *inputs = read_list(reader, "/input_routes/sources", program->population_count, 0, 1 << 28, NULL);
    uint32_t *neurons = memory_array(program->core_count, sizeof *neurons);
    uint32_t *relays = memory_array(program->core_count, sizeof *relays);
    for (uint32_t c = 0; c < program->core_count; c++) {
        neurons[c] = program->cores[c].neuron_count;
        relays[c] = program->cores[c].relay_count;
    }
    bool fine = read_routes(reader, ROUTES_NEURON, neurons);
    fine = read_routes(reader, ROUTES_RELAY, relays) && fine;
    if (inputs) {
        uint32_t *sources = part_u32(inputs, 0, program->population_count);
        fine = read_routes(reader, ROUTES_INPUT, sources) && fine;
        free(sources);
    }
    fine = fine && inputs;
    free(relays);
    free(neurons);
    free(inputs);
    return fine;
}

static bool read_tables(const struct reader *reader)
{
    bool fine = read_neurons(reader);
    fine = read_groups(reader) && fine;
    fine = read_relays(reader) && fine;
    fine = read_synapses(reader) && fine;
    return fine && read_all_routes(reader);
}

bool program_read(const char *path, const struct chip_config *chip, struct program *out,
                  struct diagnostics *diagnostics)
{
    struct reader reader = {.path = path, .chip = chip, .out = out, .diagnostics = diagnostics};
    *out = (struct program){0};
    if (!h5_open(path, &reader.file, diagnostics))
        return false;
    bool fine = read_head(&reader) && read_populations(&reader) && read_cores(&reader) && read_tables(&reader) &&
                program_check(out, chip, path, diagnostics);
    h5_close(reader.file);
    if (!fine)
        program_free(out);
    return fine;
}
