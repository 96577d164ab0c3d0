/* Reads a program file. Here: every dataset has the size that the others ask for and values in their range, so that
 * the tables can be cut into cores; then program_check looks at what they say about each other. */
#include "tools/compile/program_reader.h"

#include "sim/memory.h"
#include "tools/compile/program_layout.h"
#include "tools/file/sha256.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool program_fail_size(const struct program_reader *reader, const char *dataset, uint64_t found, uint64_t expected)
{
    char *place = memory_format("%s: %s", reader->path, dataset);
    diagnostics_add(reader->diagnostics, place, "has %" PRIu64 " items, expected %" PRIu64, found, expected);
    free(place);
    return false;
}

bool program_fail_value(const struct program_reader *reader, const char *dataset, uint64_t at, int64_t found,
                        int64_t low, int64_t high)
{
    char *place = memory_format("%s: %s", reader->path, dataset);
    diagnostics_add(reader->diagnostics, place,
                    "item %" PRIu64 " is %" PRId64 ", expected %" PRId64 " .. %" PRId64, at, found, low, high);
    free(place);
    return false;
}

int64_t *program_read_list(const struct program_reader *reader, const char *dataset, uint64_t count, int64_t low,
                           int64_t high, uint64_t *found)
{
    struct h5_shape shape;
    int64_t *values = NULL;
    if (!h5_read_int64(reader->file, dataset, PROGRAM_ITEMS_MAX, &values, &shape, reader->diagnostics))
        return NULL;
    uint64_t size = shape.rank == 1 ? shape.size[0] : 0;
    bool fine = shape.rank == 1 && (count == PROGRAM_ANY_COUNT || size == count);
    if (!fine)
        program_fail_size(reader, dataset, size, count == PROGRAM_ANY_COUNT ? 1 : count);
    for (uint64_t i = 0; fine && i < size; i++)
        if (values[i] < low || values[i] > high)
            fine = program_fail_value(reader, dataset, i, values[i], low, high);
    if (found)
        *found = size;
    if (fine)
        return values;
    free(values);
    return NULL;
}

bool program_has_items(const struct program_reader *reader, const char *dataset, uint64_t count)
{
    struct h5_shape shape;
    if (!h5_shape_of(reader->file, dataset, &shape, reader->diagnostics))
        return false;
    return (shape.rank == 1 && shape.size[0] == count) ||
           program_fail_size(reader, dataset, shape.rank == 1 ? shape.size[0] : 0, count);
}

int64_t *program_read_part(const struct program_reader *reader, const char *dataset, uint64_t first, uint64_t count,
                           int64_t low, int64_t high)
{
    int64_t *values;
    if (!h5_read_rows_int64(reader->file, dataset, first, count, PROGRAM_ITEMS_MAX, &values, reader->diagnostics))
        return NULL;
    for (uint64_t i = 0; i < count; i++)
        if (values[i] < low || values[i] > high) {
            program_fail_value(reader, dataset, first + i, values[i], low, high);
            free(values);
            return NULL;
        }
    return values;
}

uint32_t program_slab(const int64_t *start, uint32_t first, uint32_t count)
{
    uint32_t end = first + 1;
    while (end < count && start[end + 1] - start[first] <= PROGRAM_SLAB_ITEMS)
        end++;
    return end;
}

int64_t *program_read_starts(const struct program_reader *reader, const char *dataset, uint64_t parts, int64_t most)
{
    int64_t *starts = program_read_list(reader, dataset, parts + 1, 0, (int64_t)PROGRAM_ITEMS_MAX, NULL);
    bool fine = starts && (starts[0] == 0 || program_fail_value(reader, dataset, 0, starts[0], 0, 0));
    for (uint64_t i = 0; fine && i < parts; i++)
        if (starts[i + 1] < starts[i] || starts[i + 1] - starts[i] > most)
            fine = program_fail_value(reader, dataset, i + 1, starts[i + 1], starts[i], starts[i] + most);
    if (fine)
        return starts;
    free(starts);
    return NULL;
}

uint32_t *program_part_u32(const int64_t *values, int64_t begin, int64_t end)
{
    uint32_t *part = memory_array((size_t)(end - begin), sizeof *part);
    for (int64_t i = begin; i < end; i++)
        part[i - begin] = (uint32_t)values[i];
    return part;
}

/* ---- the file as a whole ---- */
static bool read_attribute(const struct program_reader *reader, const char *name, char **out)
{
    *out = NULL;
    return h5_attribute_string(reader->file, "/", name, out, reader->diagnostics);
}

static bool expect_attribute(const struct program_reader *reader, const char *name, const char *expected,
                             const char *why)
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
static bool check_chip(const struct program_reader *reader)
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

static bool read_head(const struct program_reader *reader)
{
    return expect_attribute(reader, "npusim_kind", "program", " (a compiled network)") &&
           expect_attribute(reader, "version", PROGRAM_VERSION, "") &&
           read_attribute(reader, "network_name", &reader->out->network_name) &&
           read_attribute(reader, "chip_sha256", &reader->out->chip_sha256) &&
           read_attribute(reader, "network_sha256", &reader->out->network_sha256) && check_chip(reader);
}

/* ---- populations ---- */
static bool read_scales(const struct program_reader *reader)
{
    struct h5_shape shape;
    double *scales = NULL;
    uint64_t count = reader->out->population_count;
    if (!h5_read_doubles(reader->file, "/populations/scale", count, &scales, &shape, reader->diagnostics))
        return false;
    bool fine = (shape.rank == 1 && shape.size[0] == count) ||
                program_fail_size(reader, "/populations/scale", shape.rank == 1 ? shape.size[0] : 0, count);
    for (uint64_t p = 0; fine && p < count; p++) {
        reader->out->populations[p].scale = scales[p];
        if (!isfinite(scales[p]) || scales[p] < 0.0)
            fine = program_fail_value(reader, "/populations/scale", p, -1, 0, INT32_MAX);
    }
    free(scales);
    return fine;
}

static bool read_population_fields(const struct program_reader *reader)
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
        values[f] = program_read_list(reader, fields[f].path, reader->out->population_count, fields[f].low,
                                      fields[f].high, NULL);
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

static bool read_populations(const struct program_reader *reader)
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
static bool read_cores(const struct program_reader *reader)
{
    struct program *out = reader->out;
    out->core_count = system_cores(reader->chip);
    out->cores = memory_array(out->core_count, sizeof *out->cores);
    int64_t last = (int64_t)out->population_count - 1;
    int64_t *held = program_read_list(reader, "/cores/population", out->core_count, -1, last, NULL);
    int64_t *relayed = program_read_list(reader, "/cores/relay_population", out->core_count, -1, last, NULL);
    for (uint32_t c = 0; held && relayed && c < out->core_count; c++) {
        out->cores[c].population = (int32_t)held[c];
        out->cores[c].relay_population = (int32_t)relayed[c];
    }
    bool fine = held && relayed;
    free(held);
    free(relayed);
    return fine;
}

static bool read_neurons(const struct program_reader *reader)
{
    uint32_t cores = reader->out->core_count;
    int64_t most = program_largest(reader->chip->core.potential_bits);
    int64_t *start = program_read_starts(reader, "/cores/neuron_start", cores, reader->chip->core.neurons_max);
    uint64_t count = start ? (uint64_t)start[cores] : 0;
    int64_t *index = start ? program_read_list(reader, "/neurons/index", count, 0, UINT32_MAX - 1, NULL) : NULL;
    int64_t *bias = start ? program_read_list(reader, "/neurons/bias", count, -most, most, NULL) : NULL;
    bool fine = index && bias;
    for (uint32_t c = 0; fine && c < cores; c++) {
        struct core_program *core = &reader->out->cores[c];
        core->neuron_count = (uint32_t)(start[c + 1] - start[c]);
        core->neuron_index = program_part_u32(index, start[c], start[c + 1]);
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
    int64_t potential = program_largest(core->potential_bits), decay = INT64_C(1) << core->decay_bits;
    const int64_t highest[GROUP_FIELDS] = {core->neurons_max, core->neurons_max, MODEL_LI, decay, decay,
                                           potential,         potential,         1, 0, 0, 0, 0, 0, potential,
                                           REFRACTORY_MOST};
    *high = highest[field];
    bool sign = group_fields[field].offset == offsetof(struct neuron_group, threshold) ||
                group_fields[field].offset == offsetof(struct neuron_group, reset) ||
                group_fields[field].offset == offsetof(struct neuron_group, initial);
    *low = sign ? -potential : 0;
}

static bool read_groups(const struct program_reader *reader)
{
    uint32_t cores = reader->out->core_count;
    int64_t *start = program_read_starts(reader, "/cores/group_start", cores, reader->chip->core.neurons_max);
    for (uint32_t c = 0; start && c < cores; c++) {
        struct core_program *core = &reader->out->cores[c];
        core->group_count = (uint32_t)(start[c + 1] - start[c]);
        core->groups = memory_array(core->group_count, sizeof *core->groups);
    }
    bool fine = start != NULL;
    for (size_t field = 0; start && field < GROUP_FIELDS; field++) {
        int64_t low, high;
        group_range(&reader->chip->core, field, &low, &high);
        int64_t *values = program_read_list(reader, group_fields[field].path, (uint64_t)start[cores], low, high, NULL);
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

static bool read_relays(const struct program_reader *reader)
{
    uint32_t cores = reader->out->core_count;
    int64_t *start = program_read_starts(reader, "/cores/relay_start", cores, UINT32_MAX);
    uint64_t count = start ? (uint64_t)start[cores] : 0;
    int64_t *index = start ? program_read_list(reader, "/relays/index", count, 0, UINT32_MAX - 1, NULL) : NULL;
    for (uint32_t c = 0; index && c < cores; c++) {
        reader->out->cores[c].relay_count = (uint32_t)(start[c + 1] - start[c]);
        reader->out->cores[c].relay_index = program_part_u32(index, start[c], start[c + 1]);
    }
    bool fine = index != NULL;
    free(index);
    free(start);
    return fine;
}

static bool read_tables(const struct program_reader *reader)
{
    bool fine = read_neurons(reader);
    fine = read_groups(reader) && fine;
    fine = read_relays(reader) && fine;
    fine = program_read_synapses(reader) && fine;
    return fine && program_read_routes(reader);
}

bool program_read(const char *path, const struct chip_config *chip, struct program *out,
                  struct diagnostics *diagnostics)
{
    struct program_reader reader = {.path = path, .chip = chip, .out = out, .diagnostics = diagnostics};
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
