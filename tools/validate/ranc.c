/* Recordings of a mesh of RANC tiles (Mack et al., IEEE TCAD 40(11), 2021): spikes, deliveries, outputs, potentials. */
#include "sim/memory.h"
#include "tools/validate/validate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const tables[] = {"neurons", "axons", "input", "ticks", "spikes", "delivered", "output", "final", NULL};
static const char *const untitled[] = {NULL};

enum { OUTPUT_AXONS = 65536 }; /* the output core tells that many outputs apart */

struct layout { /* of a case */
    uint32_t columns, rows, cores, axons, neurons;
    int64_t output_core;
};

/* ---- the chip ---- */

/* setup.json says what differs from the chip file; a grid is given as [columns, rows], or is that of the file. */
static bool load_chip(struct replay_case *test, const char *chip, struct diagnostics *diagnostics)
{
    static const struct {
        const char *setup, *key;
        int64_t minimum, maximum;
    } settings[] = {
        {"output_core", "host.output_tile", 0, 4095}, {"delay_slots", "core.event_queue.delay_slots", 2, 64},
        {"buffer_depth", "router.buffer_flits", 1, 4096},
        {"grid[0]", "mesh.columns", 1, 64}, {"grid[1]", "mesh.rows", 1, 64},
    };
    enum { SETTINGS = sizeof settings / sizeof *settings, NEEDED = 3 };
    char text[SETTINGS][80];
    struct parameter_override overrides[SETTINGS];
    size_t count = 0;
    bool good = true;
    for (size_t i = 0; i < SETTINGS; i++) {
        int64_t value;
        if (i >= NEEDED && !recording_has_setup(&test->recording, settings[i].setup))
            continue;
        if (!recording_setup(&test->recording, settings[i].setup, settings[i].minimum, settings[i].maximum, &value,
                             diagnostics)) {
            good = false;
            continue;
        }
        snprintf(text[count], sizeof text[count], "%s=%lld", settings[i].key, (long long)value);
        overrides[count] = (struct parameter_override){text[count]};
        count++;
    }
    if (!good || !chip_config_load(chip, overrides, count, &test->chip, diagnostics))
        return false;
    return test->chip.core.core_order == ORDER_NEURON ||
           diagnostics_add(diagnostics, chip, "expected core.order neuron");
}

static bool read_layout(struct replay_case *test, struct layout *layout, struct diagnostics *diagnostics)
{
    const struct chip_config *chip = &test->chip;
    int64_t axons, neurons, end;
    bool good = recording_setup(&test->recording, "axons", 1, chip->core.axons_max, &axons, diagnostics);
    good &= recording_setup(&test->recording, "neurons", 1, chip->core.neurons_max, &neurons, diagnostics);
    good &= recording_setup(&test->recording, "end_cycle", 2, REPLAY_CYCLES_MAX, &end, diagnostics);
    if (!good)
        return false;
    *layout = (struct layout){.columns = chip->noc.columns, .rows = chip->noc.rows, .cores = chip_cores(chip),
                              .axons = (uint32_t)axons, .neurons = (uint32_t)neurons,
                              .output_core = chip->host.output_tile};
    test->replay.end_cycle = (uint64_t)end;
    return true;
}

/* ---- the tables ---- */

struct limit {
    const char *table, *column;
    int64_t minimum, maximum;
};

static bool check_limits(const struct recording *recording, const struct limit *limits, size_t count,
                         struct diagnostics *diagnostics)
{
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good &= table_check(recording, limits[i].table, limits[i].column, limits[i].minimum, limits[i].maximum,
                            diagnostics);
    return good;
}

static bool check_network(const struct recording *recording, const struct layout *layout, int64_t longest,
                          struct diagnostics *diagnostics)
{
    int64_t cores = (int64_t)layout->cores - 1, reach = layout->cores;
    const struct limit limits[] = {
        {"neurons", "w0", -256, 255}, {"neurons", "w1", -256, 255}, {"neurons", "w2", -256, 255},
        {"neurons", "w3", -256, 255}, {"neurons", "leak", -256, 255}, {"neurons", "threshold", -256, 255},
        {"neurons", "negative_threshold", -256, 255}, {"neurons", "reset_potential", -256, 255},
        {"neurons", "core", 0, cores}, {"neurons", "neuron", 0, (int64_t)layout->neurons - 1},
        {"neurons", "reset_mode", 0, 1}, {"neurons", "dx", -reach, reach}, {"neurons", "dy", -reach, reach},
        {"neurons", "axon", 0, OUTPUT_AXONS - 1}, {"neurons", "delay", 0, longest},
        {"axons", "core", 0, cores}, {"axons", "axon", 0, (int64_t)layout->axons - 1}, {"axons", "weight_index", 0, 3},
    };
    const struct table *neurons = recording_table(recording, "neurons");
    bool good = check_limits(recording, limits, sizeof limits / sizeof *limits, diagnostics);
    if (neurons->columns == 0 || strcmp(neurons->titles[neurons->columns - 1], "synapses_hex") ||
        (neurons->rows && !neurons->texts))
        good = diagnostics_add(diagnostics, recording->path, "neurons: expected 'synapses_hex' as the last column");
    for (size_t row = 0; good && row < neurons->rows; row++)
        if (strspn(neurons->texts[row], "0123456789abcdefABCDEF") != strlen(neurons->texts[row]))
            good = diagnostics_add(diagnostics, recording->path, "neurons, row %zu: '%s', expected hexadecimal digits",
                                   row + 1, neurons->texts[row]);
    return good && replay_covers(recording, "neurons", "core", "neuron", layout->cores, layout->neurons,
                                 layout->output_core, diagnostics) &&
           replay_covers(recording, "axons", "core", "axon", layout->cores, layout->axons, layout->output_core,
                         diagnostics);
}

static bool check_activity(const struct recording *recording, const struct layout *layout, int64_t longest,
                           struct diagnostics *diagnostics)
{
    int64_t cores = (int64_t)layout->cores - 1, neurons = (int64_t)layout->neurons - 1;
    const struct limit limits[] = {
        {"input", "cycle", 1, REPLAY_CYCLES_MAX}, {"input", "dx", 0, (int64_t)layout->columns - 1},
        {"input", "dy", 0, (int64_t)layout->rows - 1}, {"input", "axon", 0, OUTPUT_AXONS - 1},
        {"input", "delay", 0, longest}, {"ticks", "cycle", 1, REPLAY_CYCLES_MAX},
        {"spikes", "cycle", 0, REPLAY_CYCLES_MAX}, {"spikes", "core", 0, cores}, {"spikes", "neuron", 0, neurons},
        {"delivered", "cycle", 0, REPLAY_CYCLES_MAX}, {"delivered", "core", 0, cores},
        {"delivered", "axon", 0, OUTPUT_AXONS - 1}, {"delivered", "delay", 0, longest},
        {"output", "cycle", 0, REPLAY_CYCLES_MAX}, {"output", "output", 0, OUTPUT_AXONS - 1},
        {"final", "core", 0, cores}, {"final", "neuron", 0, neurons}, {"final", "potential", -256, 255},
    };
    return check_limits(recording, limits, sizeof limits / sizeof *limits, diagnostics) &&
           replay_covers(recording, "final", "core", "neuron", layout->cores, layout->neurons, layout->output_core,
                         diagnostics);
}

/* ---- the program ---- */

struct neuron_columns {
    int core, neuron, leak, threshold, floor, reset, mode, dx, dy, axon, delay;
};

static struct neuron_columns find_columns(const struct recording *recording)
{
#define COLUMN(title) recording_column(recording, "neurons", title)
    return (struct neuron_columns){COLUMN("core"), COLUMN("neuron"), COLUMN("leak"),
                                   COLUMN("threshold"), COLUMN("negative_threshold"), COLUMN("reset_potential"),
                                   COLUMN("reset_mode"), COLUMN("dx"), COLUMN("dy"), COLUMN("axon"), COLUMN("delay")};
#undef COLUMN
}

/* Where a packet to tile (x, y) goes; false, with a message, when nothing is there to take it. */
static bool destination(const struct recording *recording, const struct layout *layout, const char *table, size_t row,
                        int32_t x, int32_t y, uint32_t axon, uint32_t *tile, struct diagnostics *diagnostics)
{
    if (x < 0 || y < 0 || x >= (int32_t)layout->columns || y >= (int32_t)layout->rows)
        return diagnostics_add(diagnostics, recording->path, "%s, row %zu: leads out of the mesh, expected a tile of "
                               "%u x %u", table, row + 1, layout->columns, layout->rows);
    *tile = (uint32_t)y * layout->columns + (uint32_t)x;
    return *tile == layout->output_core || axon < layout->axons ||
           diagnostics_add(diagnostics, recording->path, "%s, row %zu: axon %u, expected less than %u", table, row + 1,
                           axon, layout->axons);
}

static bool set_neuron(struct replay_case *test, const struct layout *layout, const struct neuron_columns *columns,
                       size_t row, struct diagnostics *diagnostics)
{
    const struct table *table = recording_table(&test->recording, "neurons");
#define VALUE(name) ((int32_t)table_value(table, row, columns->name))
    uint32_t core_number = (uint32_t)VALUE(core), n = (uint32_t)VALUE(neuron), target;
    struct core_program *core = &test->program.cores[core_number];
    int32_t x = (int32_t)(core_number % layout->columns) + VALUE(dx);
    int32_t y = (int32_t)(core_number / layout->columns) + VALUE(dy);
    if (!destination(&test->recording, layout, "neurons", row, x, y, (uint32_t)VALUE(axon), &target, diagnostics))
        return false;
    core->neuron_index[n] = core_number * layout->neurons + n;
    core->bias[n] = VALUE(leak);
    core->groups[n] = (struct neuron_group){.first = n, .count = 1, .model = MODEL_IF, .inclusive = 1,
                                            .threshold = VALUE(threshold), .reset = VALUE(reset),
                                            .reset_subtract = VALUE(mode), .floor_set = 1, .floor = VALUE(floor)};
    core->neuron_routes.start[n + 1] = n + 1;
    core->neuron_routes.routes[n] = (struct route){target == layout->output_core ? ROUTE_HOST : target,
                                                   (uint32_t)VALUE(axon), (uint32_t)VALUE(delay)};
#undef VALUE
    return true;
}

/* Bit `axon` of a hexadecimal number. */
static bool hex_bit(const char *text, uint32_t axon)
{
    static const char digits[] = "0123456789abcdef";
    size_t length = strlen(text), place = axon / 4;
    if (place >= length)
        return false;
    const char *digit = strchr(digits, text[length - 1 - place] | 0x20); /* lower case; digits stay */
    return (digit - digits) >> (axon % 4) & 1;
}

/* Which of its four weights a neuron uses for an axon: [cores][axons]. */
static uint8_t *weight_indices(const struct recording *recording, const struct layout *layout)
{
    const struct table *axons = recording_table(recording, "axons");
    int core = recording_column(recording, "axons", "core"), axon = recording_column(recording, "axons", "axon");
    int index = recording_column(recording, "axons", "weight_index");
    uint8_t *indices = memory_array((size_t)layout->cores * layout->axons, 1);
    for (size_t row = 0; row < axons->rows; row++)
        indices[table_value(axons, row, core) * layout->axons + table_value(axons, row, axon)] =
            (uint8_t)table_value(axons, row, index);
    return indices;
}

/* Rows of neurons.csv: [cores][neurons]. */
static size_t *neuron_rows(const struct table *neurons, const struct layout *layout, const struct neuron_columns *columns)
{
    size_t *rows = memory_array((size_t)layout->cores * layout->neurons, sizeof *rows);
    for (size_t row = 0; row < neurons->rows; row++)
        rows[table_value(neurons, row, columns->core) * layout->neurons + table_value(neurons, row, columns->neuron)] = row;
    return rows;
}

static void set_synapses(struct replay_case *test, const struct layout *layout, const struct neuron_columns *columns)
{
    static const char *const weights[] = {"w0", "w1", "w2", "w3"};
    const struct table *neurons = recording_table(&test->recording, "neurons");
    uint8_t *indices = weight_indices(&test->recording, layout);
    size_t *rows = neuron_rows(neurons, layout, columns);
    int weight_column[4];
    for (int i = 0; i < 4; i++)
        weight_column[i] = recording_column(&test->recording, "neurons", weights[i]);
    for (uint32_t c = 0; c < layout->cores; c++) {
        struct core_program *core = &test->program.cores[c];
        uint32_t count = 0;
        for (uint32_t axon = 0; axon < core->axon_count; axon++) {
            int column = weight_column[indices[c * layout->axons + axon]];
            for (uint32_t n = 0; n < core->neuron_count; n++) {
                size_t row = rows[c * layout->neurons + n];
                if (!hex_bit(neurons->texts[row], axon))
                    continue;
                core->synapse_target[count] = (uint16_t)n;
                core->synapse_weight[count++] = (int16_t)table_value(neurons, row, column);
            }
            core->synapse_start[axon + 1] = count;
        }
    }
    free(indices);
    free(rows);
}

static bool make_program(struct replay_case *test, const struct layout *layout, struct diagnostics *diagnostics)
{
    struct neuron_columns columns = find_columns(&test->recording);
    replay_program_init(&test->program, test->recording.name, layout->cores, layout->cores * layout->neurons);
    for (uint32_t c = 0; c < layout->cores; c++) {
        bool outputs = c == layout->output_core;
        replay_core_init(&test->program.cores[c], outputs ? 0 : layout->neurons, outputs ? 0 : layout->axons);
    }
    for (size_t row = 0; row < recording_table(&test->recording, "neurons")->rows; row++)
        if (!set_neuron(test, layout, &columns, row, diagnostics))
            return false;
    set_synapses(test, layout, &columns);
    return true;
}

/* ---- stimuli ---- */

/* Ticks have a wire of their own, so they need not wait behind a packet of the same cycle. */
static int by_time(const void *a, const void *b)
{
    const struct replay_event *x = a, *y = b;
    if (x->cycle != y->cycle)
        return x->cycle < y->cycle ? -1 : 1;
    return (y->packet.kind == HOST_TRIGGER) - (x->packet.kind == HOST_TRIGGER);
}

static bool add_inputs(struct replay_case *test, const struct layout *layout, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    const struct table *input = recording_table(recording, "input");
    int cycle = recording_column(recording, "input", "cycle"), dx = recording_column(recording, "input", "dx");
    int dy = recording_column(recording, "input", "dy"), axon = recording_column(recording, "input", "axon");
    int delay = recording_column(recording, "input", "delay");
    for (size_t row = 0; row < input->rows; row++) {
        uint32_t x = (uint32_t)table_value(input, row, dx), y = (uint32_t)table_value(input, row, dy), tile;
        struct packet packet = {.kind = HOST_PACKET, .axon = (uint32_t)table_value(input, row, axon),
                                .step = (uint16_t)table_value(input, row, delay), .flits = 1};
        if (!destination(recording, layout, "input", row, (int32_t)x, (int32_t)y, packet.axon, &tile, diagnostics))
            return false;
        bool output = tile == layout->output_core;
        packet.value = output ? PACKET_OUTPUT : PACKET_SPIKE;
        packet.target = place_pack(0, x, y, output ? PORT_LOCAL + 1 : PORT_LOCAL);
        test->events[test->replay.count++] =
            (struct replay_event){(uint64_t)table_value(input, row, cycle) - 1, packet};
    }
    return true;
}

/* What happens at edge c is decided in cycle c - 1. */
static bool make_stimuli(struct replay_case *test, const struct layout *layout, struct diagnostics *diagnostics)
{
    const struct table *input = recording_table(&test->recording, "input");
    const struct table *ticks = recording_table(&test->recording, "ticks");
    int cycle = recording_column(&test->recording, "ticks", "cycle");
    test->events = memory_array(input->rows + ticks->rows, sizeof *test->events);
    if (!add_inputs(test, layout, diagnostics))
        return false;
    for (size_t row = 0; row < ticks->rows; row++)
        test->events[test->replay.count++] = (struct replay_event){(uint64_t)table_value(ticks, row, cycle) - 1,
                                                                   {.kind = HOST_TRIGGER, .flits = 1}};
    qsort(test->events, test->replay.count, sizeof *test->events, by_time);
    test->replay.events = test->events;
    return true;
}

static bool prepare(struct replay_case *test, const char *chip, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    struct layout layout;
    if (!load_chip(test, chip, diagnostics) || !read_layout(test, &layout, diagnostics))
        return false;
    int64_t longest = (int64_t)test->chip.core.delay_slots - 1;
    bool good = check_network(recording, &layout, longest, diagnostics);
    good &= check_activity(recording, &layout, longest, diagnostics);
    if (!good || !make_program(test, &layout, diagnostics) || !make_stimuli(test, &layout, diagnostics))
        return false;
    test->replay.potentials = memory_array((size_t)layout.cores * layout.neurons, sizeof(int32_t));
    return true;
}

/* ---- judging ---- */

static size_t potential_differences(const struct replay_case *test)
{
    const struct recording *recording = &test->recording;
    const struct table *final = recording_table(recording, "final");
    int core = recording_column(recording, "final", "core"), neuron = recording_column(recording, "final", "neuron");
    int potential = recording_column(recording, "final", "potential");
    size_t *first = memory_array(test->program.core_count, sizeof *first), differences = 0;
    for (uint32_t c = 1; c < test->program.core_count; c++)
        first[c] = first[c - 1] + test->program.cores[c - 1].neuron_count;
    for (size_t row = 0; row < final->rows; row++) {
        size_t place = first[table_value(final, row, core)] + (size_t)table_value(final, row, neuron);
        differences += test->replay.potentials[place] != table_value(final, row, potential);
    }
    free(first);
    return differences;
}

static void judge(const struct replay_case *test, struct verdicts *verdicts)
{
    const struct recording *recording = &test->recording;
    static const struct {
        const char *quantity, *table, *core, *number, *extra;
        enum log_kind kind;
    } kinds[] = {{"spikes", "spikes", "core", "neuron", NULL, LOG_SPIKE},
                 {"deliveries", "delivered", "core", "axon", "delay", LOG_DELIVERED},
                 {"outputs", "output", NULL, "output", NULL, LOG_OUTPUT}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *name = kinds[i].table, *core = kinds[i].core, *extra = kinds[i].extra;
        struct log_columns columns = {recording_column(recording, name, "cycle"),
                                      core ? recording_column(recording, name, core) : -1,
                                      recording_column(recording, name, kinds[i].number),
                                      extra ? recording_column(recording, name, extra) : -1};
        verdicts_add_differences(verdicts, "ranc", recording->name, kinds[i].quantity,
                                 log_differences(&test->replay.log, kinds[i].kind, recording_table(recording, name),
                                                 columns, test->replay.end_cycle),
                                 recording_table(recording, name)->rows);
    }
    verdicts_add_differences(verdicts, "ranc", recording->name, "final potentials", potential_differences(test),
                             recording_table(recording, "final")->rows);
}

const struct replay_suite ranc_suite = {"ranc", "configs/chip/ranc.yaml", tables, untitled, prepare, judge};
