/* Recordings of a mesh of nine RANC tiles (Mack et al., IEEE TCAD 40(11), 2021): spikes, deliveries, outputs, potentials. */
#include "sim/memory.h"
#include "tools/validate/validate.h"
#include <stdlib.h>
#include <string.h>

static const char *const tables[] = {"neurons", "axons", "input", "ticks", "spikes", "delivered", "output", "final", NULL};
static const char *const untitled[] = {NULL};

struct layout { /* of a case */
    int64_t output_core, axons, neurons, end_cycle;
    uint32_t columns, cores;
};

static bool read_layout(const struct recording *recording, const struct chip_config *chip, struct layout *layout,
                        struct diagnostics *diagnostics)
{
    layout->columns = chip->noc.columns;
    layout->cores = chip_cores(chip);
    return recording_setup(recording, "output_core", 0, layout->cores - 1, &layout->output_core, diagnostics) &&
           recording_setup(recording, "axons", 1, 4096, &layout->axons, diagnostics) &&
           recording_setup(recording, "neurons", 1, 4096, &layout->neurons, diagnostics) &&
           recording_setup(recording, "end_cycle", 2, INT64_C(1) << 40, &layout->end_cycle, diagnostics);
}

static bool check_tables(const struct recording *recording, const struct layout *layout,
                         struct diagnostics *diagnostics)
{
    int64_t cores = (int64_t)layout->cores - 1, reach = layout->cores;
    bool good = true;
    static const char *const nine_bits[] = {"w0", "w1", "w2", "w3", "leak", "threshold", "negative_threshold",
                                            "reset_potential"};
    for (size_t i = 0; i < sizeof nine_bits / sizeof *nine_bits; i++)
        good &= table_check(recording, "neurons", nine_bits[i], -256, 255, diagnostics);
    good &= table_check(recording, "neurons", "core", 0, cores, diagnostics);
    good &= table_check(recording, "neurons", "neuron", 0, layout->neurons - 1, diagnostics);
    good &= table_check(recording, "neurons", "reset_mode", 0, 1, diagnostics);
    good &= table_check(recording, "neurons", "dx", -reach, reach, diagnostics);
    good &= table_check(recording, "neurons", "dy", -reach, reach, diagnostics);
    good &= table_check(recording, "neurons", "axon", 0, 65535, diagnostics);
    good &= table_check(recording, "neurons", "delay", 0, 15, diagnostics);
    good &= table_check(recording, "axons", "core", 0, cores, diagnostics);
    good &= table_check(recording, "axons", "axon", 0, layout->axons - 1, diagnostics);
    good &= table_check(recording, "axons", "weight_index", 0, 3, diagnostics);
    good &= table_check(recording, "input", "cycle", 1, layout->end_cycle, diagnostics);
    good &= table_check(recording, "input", "dx", 0, reach, diagnostics);
    good &= table_check(recording, "input", "dy", 0, reach, diagnostics);
    good &= table_check(recording, "input", "axon", 0, 65535, diagnostics);
    good &= table_check(recording, "input", "delay", 0, 15, diagnostics);
    good &= table_check(recording, "ticks", "cycle", 1, layout->end_cycle, diagnostics);
    return good;
}

static int column(const struct recording *recording, const char *table, const char *title)
{
    struct diagnostics none = {0};
    int found = table_column(recording, recording_table(recording, table), title, &none);
    diagnostics_free(&none);
    return found;
}

/* ---- the program ---- */

static void size_core(struct core_program *core, const struct layout *layout, bool outputs)
{
    uint32_t neurons = outputs ? 0 : (uint32_t)layout->neurons, axons = outputs ? 0 : (uint32_t)layout->axons;
    core->population = outputs ? -1 : 0;
    core->relay_population = -1;
    core->neuron_count = core->group_count = neurons;
    core->neuron_index = memory_array(neurons, sizeof(uint32_t));
    core->groups = memory_array(neurons, sizeof *core->groups);
    core->bias = memory_array(neurons, sizeof(int32_t));
    core->neuron_routes = (struct route_table){neurons, memory_array(neurons + 1u, sizeof(uint32_t)),
                                               memory_array(neurons, sizeof(struct route))};
    core->axon_count = axons;
    core->synapse_start = memory_array(axons + 1u, sizeof(uint32_t));
    core->synapse_target = memory_array((size_t)axons * neurons, sizeof(uint16_t));
    core->synapse_weight = memory_array((size_t)axons * neurons, sizeof(int16_t));
    core->axon_row = memory_array(axons, sizeof(uint32_t));
    core->relay_routes.start = memory_array(1, sizeof(uint32_t));
    for (uint32_t n = 0; n < neurons; n++)
        core->groups[n] = (struct neuron_group){.first = n, .count = 1, .model = MODEL_IF, .inclusive = 1,
                                                .threshold = INT32_MAX};
}

static bool set_neuron(struct replay_case *test, const struct layout *layout, size_t row,
                       struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    const struct table *table = recording_table(recording, "neurons");
#define VALUE(title) ((int32_t)table_value(table, row, column(recording, "neurons", title)))
    int32_t core_number = VALUE("core"), n = VALUE("neuron");
    struct core_program *core = &test->program.cores[core_number];
    int32_t x = core_number % (int32_t)layout->columns + VALUE("dx");
    int32_t y = core_number / (int32_t)layout->columns + VALUE("dy");
    int32_t rows = (int32_t)(layout->cores / layout->columns);
    if (core->neuron_count == 0 || x < 0 || y < 0 || x >= (int32_t)layout->columns || y >= rows)
        return diagnostics_add(diagnostics, recording->path, "neurons, row %zu: leads out of the mesh, or stands in "
                               "the output core", row + 1);
    uint32_t target = (uint32_t)(y * (int32_t)layout->columns + x);
    bool output = target == layout->output_core;
    core->neuron_index[n] = (uint32_t)(core_number * layout->neurons + n);
    core->bias[n] = VALUE("leak");
    core->groups[n] = (struct neuron_group){
        .first = (uint32_t)n, .count = 1, .model = MODEL_IF, .inclusive = 1, .threshold = VALUE("threshold"),
        .reset = VALUE("reset_potential"), .reset_subtract = VALUE("reset_mode"), .floor_set = 1,
        .floor = VALUE("negative_threshold")};
    core->neuron_routes.start[n + 1] = 1;
    core->neuron_routes.routes[n] = (struct route){output ? ROUTE_HOST : target, (uint32_t)VALUE("axon"),
                                                   (uint32_t)VALUE("delay")};
#undef VALUE
    return true;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Bit `axon` of a hexadecimal number. */
static bool hex_bit(const char *text, uint32_t axon)
{
    size_t length = strlen(text);
    return axon / 4 < length && digit(text[length - 1 - axon / 4]) >> (axon % 4) & 1;
}

static bool set_synapses(struct replay_case *test, const struct layout *layout, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    const struct table *neurons = recording_table(recording, "neurons"), *axons = recording_table(recording, "axons");
    uint8_t *kind = memory_array((size_t)layout->cores * (size_t)layout->axons, 1);
    size_t *row_of = memory_array((size_t)layout->cores * (size_t)layout->neurons, sizeof *row_of);
    int core_column = column(recording, "neurons", "core"), neuron_column = column(recording, "neurons", "neuron");
    int first_weight = column(recording, "neurons", "w0");
    for (size_t i = 0; i < axons->rows; i++)
        kind[table_value(axons, i, column(recording, "axons", "core")) * layout->axons +
             table_value(axons, i, column(recording, "axons", "axon"))] =
            (uint8_t)table_value(axons, i, column(recording, "axons", "weight_index"));
    for (size_t i = 0; i < neurons->rows; i++) {
        if (strspn(neurons->texts[i], "0123456789abcdefABCDEF") != strlen(neurons->texts[i])) {
            free(kind);
            free(row_of);
            return diagnostics_add(diagnostics, recording->path, "neurons, row %zu: '%s', expected hexadecimal digits",
                                   i + 1, neurons->texts[i]);
        }
        row_of[table_value(neurons, i, core_column) * layout->neurons + table_value(neurons, i, neuron_column)] = i + 1;
    }
    for (uint32_t c = 0; c < layout->cores; c++) {
        struct core_program *core = &test->program.cores[c];
        uint32_t count = 0;
        for (uint32_t axon = 0; axon < core->axon_count; axon++) {
            core->axon_row[axon] = axon;
            for (uint32_t n = 0; n < core->neuron_count; n++) {
                size_t row = row_of[c * (uint32_t)layout->neurons + n];
                if (!row || !hex_bit(neurons->texts[row - 1], axon))
                    continue;
                int weight = first_weight + kind[c * (uint32_t)layout->axons + axon];
                core->synapse_target[count] = (uint16_t)n;
                core->synapse_weight[count++] = (int16_t)table_value(neurons, row - 1, weight);
            }
            core->synapse_start[axon + 1] = count;
        }
    }
    free(kind);
    free(row_of);
    return true;
}

static bool make_program(struct replay_case *test, const struct layout *layout, struct diagnostics *diagnostics)
{
    struct program *program = &test->program;
    bool good = true;
    program->network_name = memory_copy_string(test->recording.name);
    program->population_count = 1;
    program->populations = memory_array(1, sizeof *program->populations);
    program->populations[0] = (struct population){.name = memory_copy_string("neurons"), .output = true, .depth = 1,
                                                  .count = (uint32_t)(layout->cores * layout->neurons), .scale = 1.0,
                                                  .input_levels = 1};
    program->input_routes = memory_array(1, sizeof *program->input_routes);
    program->core_count = layout->cores;
    program->cores = memory_array(layout->cores, sizeof *program->cores);
    for (uint32_t c = 0; c < layout->cores; c++)
        size_core(&program->cores[c], layout, c == layout->output_core);
    for (size_t row = 0; row < recording_table(&test->recording, "neurons")->rows; row++)
        good = set_neuron(test, layout, row, diagnostics) && good;
    for (uint32_t c = 0; good && c < layout->cores; c++)
        for (uint32_t n = 0; n < program->cores[c].neuron_count; n++)
            program->cores[c].neuron_routes.start[n + 1] += program->cores[c].neuron_routes.start[n];
    return good && set_synapses(test, layout, diagnostics);
}

/* ---- stimuli ---- */

static int by_time(const void *a, const void *b)
{
    const struct replay_event *x = a, *y = b;
    if (x->cycle != y->cycle)
        return x->cycle < y->cycle ? -1 : 1;
    return (y->packet.kind == HOST_TRIGGER) - (x->packet.kind == HOST_TRIGGER);
}

/* What happens at edge c is decided in cycle c - 1. */
static bool make_stimuli(struct replay_case *test, const struct layout *layout, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    const struct table *input = recording_table(recording, "input"), *ticks = recording_table(recording, "ticks");
    uint32_t rows = layout->cores / layout->columns;
    test->events = memory_array(input->rows + ticks->rows, sizeof *test->events);
    for (size_t i = 0; i < input->rows; i++) {
#define VALUE(title) ((uint32_t)table_value(input, i, column(recording, "input", title)))
        uint32_t x = VALUE("dx"), y = VALUE("dy"), tile = y * layout->columns + x;
        if (x >= layout->columns || y >= rows)
            return diagnostics_add(diagnostics, recording->path, "input, row %zu: leads out of the mesh", i + 1);
        bool output = tile == layout->output_core;
        struct packet packet = {.kind = HOST_PACKET, .value = output ? PACKET_OUTPUT : PACKET_SPIKE,
                                .axon = VALUE("axon"), .step = (uint16_t)VALUE("delay"), .flits = 1,
                                .target = place_pack(0, x, y, output ? PORT_LOCAL + 1 : PORT_LOCAL)};
        test->events[test->replay.count++] = (struct replay_event){VALUE("cycle") - 1, packet};
#undef VALUE
    }
    for (size_t i = 0; i < ticks->rows; i++) {
        uint64_t cycle = (uint64_t)table_value(ticks, i, column(recording, "ticks", "cycle")) - 1;
        test->events[test->replay.count++] = (struct replay_event){cycle, {.kind = HOST_TRIGGER, .flits = 1}};
    }
    qsort(test->events, test->replay.count, sizeof *test->events, by_time);
    test->replay.events = test->events;
    return true;
}

static bool check_axons(const struct replay_case *test, const struct layout *layout, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    for (uint32_t c = 0; c < layout->cores; c++)
        for (uint32_t n = 0; n < test->program.cores[c].neuron_count; n++) {
            const struct route *route = &test->program.cores[c].neuron_routes.routes[n];
            if (route->core != ROUTE_HOST && route->axon >= layout->axons)
                return diagnostics_add(diagnostics, recording->path, "neurons: axon %u, expected less than %lld",
                                       route->axon, (long long)layout->axons);
        }
    for (size_t i = 0; i < test->replay.count; i++) {
        const struct packet *packet = &test->events[i].packet;
        if (packet->kind == HOST_PACKET && packet->value == PACKET_SPIKE && packet->axon >= layout->axons)
            return diagnostics_add(diagnostics, recording->path, "input: axon %u, expected less than %lld", packet->axon,
                                   (long long)layout->axons);
    }
    return true;
}

static bool prepare(struct replay_case *test, const char *chip, struct diagnostics *diagnostics)
{
    struct layout layout;
    if (!chip_config_load(chip, NULL, 0, &test->chip, diagnostics) ||
        !read_layout(&test->recording, &test->chip, &layout, diagnostics) ||
        !check_tables(&test->recording, &layout, diagnostics) || !make_program(test, &layout, diagnostics) ||
        !make_stimuli(test, &layout, diagnostics) || !check_axons(test, &layout, diagnostics))
        return false;
    test->replay.end_cycle = (uint64_t)layout.end_cycle;
    test->replay.potentials = memory_array((size_t)(layout.cores * layout.neurons), sizeof(int32_t));
    return true;
}

/* ---- judging ---- */

static void add(const struct replay_case *test, struct verdicts *verdicts, const char *quantity, size_t differences)
{
    struct verdict verdict = {.suite = "ranc", .test = test->recording.name, .quantity = quantity,
                              .unit = "differences", .simulated = (double)differences, .error = (double)differences};
    verdicts_add(verdicts, &verdict);
}

static size_t potential_differences(const struct replay_case *test)
{
    const struct recording *recording = &test->recording;
    const struct table *final = recording_table(recording, "final");
    int core = column(recording, "final", "core"), neuron = column(recording, "final", "neuron");
    int potential = column(recording, "final", "potential");
    size_t differences = 0;
    for (size_t i = 0; i < final->rows; i++) {
        size_t place = 0;
        for (int64_t c = 0; c < table_value(final, i, core); c++)
            place += test->program.cores[c].neuron_count;
        differences += test->replay.potentials[place + (size_t)table_value(final, i, neuron)] !=
                       table_value(final, i, potential);
    }
    return differences;
}

static void judge(const struct replay_case *test, struct verdicts *verdicts)
{
    const struct recording *recording = &test->recording;
    const struct cycle_log *log = &test->replay.log;
    uint64_t end = test->replay.end_cycle;
    struct log_columns spikes = {column(recording, "spikes", "cycle"), column(recording, "spikes", "core"),
                                 column(recording, "spikes", "neuron"), -1};
    struct log_columns delivered = {column(recording, "delivered", "cycle"), column(recording, "delivered", "core"),
                                    column(recording, "delivered", "axon"), column(recording, "delivered", "delay")};
    struct log_columns output = {column(recording, "output", "cycle"), -1, column(recording, "output", "output"), -1};
    add(test, verdicts, "spikes", log_differences(log, LOG_SPIKE, recording_table(recording, "spikes"), spikes, end));
    add(test, verdicts, "deliveries",
        log_differences(log, LOG_DELIVERED, recording_table(recording, "delivered"), delivered, end));
    add(test, verdicts, "outputs", log_differences(log, LOG_OUTPUT, recording_table(recording, "output"), output, end));
    add(test, verdicts, "final potentials", potential_differences(test));
}

const struct replay_suite ranc_suite = {"ranc", "configs/chip/ranc.yaml", tables, untitled, prepare, judge};
