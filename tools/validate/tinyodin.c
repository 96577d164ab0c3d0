/* Recordings of tinyODIN (the reduced form of ODIN; Frenkel et al., IEEE TBioCAS 13(1), 2019): spikes, acknowledges,
 * potentials. */
#include "sim/memory.h"
#include "tools/validate/validate.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const tables[] = {"weights", "neurons", "input", "accepted", "spikes", "final", NULL};
static const char *const untitled[] = {"weights", NULL};

enum { NEURONS = 256 };

static int column(const struct recording *recording, const char *table, const char *title)
{
    struct diagnostics none = {0};
    int found = table_column(recording, recording_table(recording, table), title, &none);
    diagnostics_free(&none);
    return found;
}

static bool check_weights(const struct recording *recording, struct diagnostics *diagnostics)
{
    const struct table *weights = recording_table(recording, "weights");
    if (weights->rows != NEURONS || weights->columns != NEURONS)
        return diagnostics_add(diagnostics, recording->path, "weights: %zu x %u, expected %d x %d", weights->rows,
                               weights->columns, NEURONS, NEURONS);
    for (size_t i = 0; i < (size_t)NEURONS * NEURONS; i++)
        if (weights->values[i] < -8 || weights->values[i] > 7)
            return diagnostics_add(diagnostics, recording->path, "weights: %lld, expected -8 to 7",
                                   (long long)weights->values[i]);
    if (recording_table(recording, "neurons")->rows != NEURONS)
        return diagnostics_add(diagnostics, recording->path, "neurons: %zu rows, expected %d",
                               recording_table(recording, "neurons")->rows, NEURONS);
    return true;
}

static bool check_tables(const struct recording *recording, struct diagnostics *diagnostics)
{
    bool good = check_weights(recording, diagnostics);
    good &= table_check(recording, "neurons", "disabled", 0, 1, diagnostics);
    good &= table_check(recording, "neurons", "leak", 0, 127, diagnostics);
    good &= table_check(recording, "neurons", "threshold", 0, 4095, diagnostics);
    good &= table_check(recording, "neurons", "potential", -2048, 2047, diagnostics);
    good &= table_check(recording, "input", "cycle", 0, INT64_C(1) << 40, diagnostics);
    good &= table_check(recording, "input", "address", 0, 1023, diagnostics);
    good &= table_check(recording, "final", "neuron", 0, NEURONS - 1, diagnostics);
    return good;
}

static bool load_chip(struct replay_case *test, const char *chip, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    int64_t open_loop, on_pop, last, acknowledge, end;
    if (!recording_setup(recording, "open_loop", 0, 1, &open_loop, diagnostics) ||
        !recording_setup(recording, "output_on_pop", 0, 1, &on_pop, diagnostics) ||
        !recording_setup(recording, "last_neuron", 0, NEURONS - 1, &last, diagnostics) ||
        !recording_setup(recording, "ack_delay", 0, 1 << 20, &acknowledge, diagnostics) ||
        !recording_setup(recording, "end_cycle", 2, INT64_C(1) << 40, &end, diagnostics))
        return false;
    char text[4][80];
    snprintf(text[0], sizeof text[0], "core.controller.recurrent=%s", open_loop ? "false" : "true");
    snprintf(text[1], sizeof text[1], "core.controller.output=%s", on_pop ? "on_pop" : "on_fire");
    snprintf(text[2], sizeof text[2], "core.controller.last_neuron=%lld", (long long)last);
    snprintf(text[3], sizeof text[3], "host.acknowledge_delay=%lld", (long long)acknowledge);
    struct parameter_override overrides[4] = {{text[0]}, {text[1]}, {text[2]}, {text[3]}};
    test->replay.end_cycle = (uint64_t)end;
    return chip_config_load(chip, overrides, 4, &test->chip, diagnostics);
}

static void fill_core(const struct recording *recording, struct core_program *core)
{
    const struct table *weights = recording_table(recording, "weights"), *neurons = recording_table(recording, "neurons");
    uint32_t count = 0;
    for (uint32_t n = 0; n < NEURONS; n++) {
#define VALUE(title) ((int32_t)table_value(neurons, n, column(recording, "neurons", title)))
        core->neuron_index[n] = n;
        core->groups[n] = (struct neuron_group){
            .first = n, .count = 1, .model = MODEL_EVENT_LEAK, .inclusive = 1, .threshold = VALUE("threshold"),
            .leak = VALUE("leak"), .silent = VALUE("disabled"), .initial = VALUE("potential")};
#undef VALUE
        core->axon_row[n] = n;
        for (uint32_t target = 0; target < NEURONS; target++) {
            int64_t weight = table_value(weights, n, (int)target);
            if (!weight)
                continue;
            core->synapse_target[count] = (uint16_t)target;
            core->synapse_weight[count++] = (int16_t)weight;
        }
        core->synapse_start[n + 1] = count;
    }
}

static void make_program(struct replay_case *test)
{
    struct program *program = &test->program;
    program->network_name = memory_copy_string(test->recording.name);
    program->population_count = 1;
    program->populations = memory_array(1, sizeof *program->populations);
    program->populations[0] = (struct population){.name = memory_copy_string("neurons"), .output = true, .depth = 1,
                                                  .count = NEURONS, .scale = 1.0, .input_levels = 1};
    program->input_routes = memory_array(1, sizeof *program->input_routes);
    program->core_count = 1;
    struct core_program *core = program->cores = memory_array(1, sizeof *program->cores);
    core->relay_population = -1;
    core->neuron_count = core->group_count = core->axon_count = NEURONS;
    core->neuron_index = memory_array(NEURONS, sizeof(uint32_t));
    core->groups = memory_array(NEURONS, sizeof *core->groups);
    core->bias = memory_array(NEURONS, sizeof(int32_t));
    core->neuron_routes = (struct route_table){NEURONS, memory_array(NEURONS + 1, sizeof(uint32_t)),
                                               memory_array(1, sizeof(struct route))};
    core->relay_routes.start = memory_array(1, sizeof(uint32_t));
    core->synapse_start = memory_array(NEURONS + 1, sizeof(uint32_t));
    core->synapse_target = memory_array((size_t)NEURONS * NEURONS, sizeof(uint16_t));
    core->synapse_weight = memory_array((size_t)NEURONS * NEURONS, sizeof(int16_t));
    core->axon_row = memory_array(NEURONS, sizeof(uint32_t));
    fill_core(&test->recording, core);
}

static bool prepare(struct replay_case *test, const char *chip, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    if (!check_tables(recording, diagnostics) || !load_chip(test, chip, diagnostics))
        return false;
    const struct table *input = recording_table(recording, "input");
    make_program(test);
    test->events = memory_array(input->rows, sizeof *test->events);
    for (size_t i = 0; i < input->rows; i++) {
        test->events[i].cycle = (uint64_t)table_value(input, i, column(recording, "input", "cycle"));
        test->events[i].packet.axon = (uint32_t)table_value(input, i, column(recording, "input", "address"));
        if (i && test->events[i].cycle < test->events[i - 1].cycle)
            return diagnostics_add(diagnostics, recording->path, "input, row %zu: expected ascending cycles", i + 1);
    }
    test->replay.events = test->events;
    test->replay.count = input->rows;
    test->replay.potentials = memory_array(NEURONS, sizeof(int32_t));
    return true;
}

static void add(const struct replay_case *test, struct verdicts *verdicts, const char *quantity, size_t differences)
{
    struct verdict verdict = {.suite = "tinyodin", .test = test->recording.name, .quantity = quantity,
                              .unit = "differences", .simulated = (double)differences, .error = (double)differences};
    verdicts_add(verdicts, &verdict);
}

static void judge(const struct replay_case *test, struct verdicts *verdicts)
{
    const struct recording *recording = &test->recording;
    const struct table *final = recording_table(recording, "final");
    uint64_t end = test->replay.end_cycle;
    struct log_columns spikes = {column(recording, "spikes", "cycle"), -1, column(recording, "spikes", "address"), -1};
    struct log_columns accepted = {column(recording, "accepted", "cycle"), -1, column(recording, "accepted", "index"), -1};
    size_t differences = 0;
    for (size_t i = 0; i < final->rows; i++)
        differences += test->replay.potentials[table_value(final, i, column(recording, "final", "neuron"))] !=
                       table_value(final, i, column(recording, "final", "potential"));
    add(test, verdicts, "spike cycles",
        log_differences(&test->replay.log, LOG_SPIKE, recording_table(recording, "spikes"), spikes, end));
    add(test, verdicts, "acknowledge cycles",
        log_differences(&test->replay.log, LOG_ACCEPTED, recording_table(recording, "accepted"), accepted, end));
    add(test, verdicts, "final potentials", differences);
}

const struct replay_suite tinyodin_suite = {"tinyodin", "configs/chip/tinyodin.yaml", tables, untitled, prepare, judge};
