/* Recordings of tinyODIN (the reduced form of ODIN; Frenkel et al., IEEE TBioCAS 13(1), 2019): spikes, acknowledges,
 * potentials. */
#include "sim/memory.h"
#include "tools/validate/validate.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const tables[] = {"weights", "neurons", "input", "accepted", "spikes", "final", NULL};
static const char *const untitled[] = {"weights", NULL};

enum { NEURONS = 256 };

static bool check_weights(const struct recording *recording, struct diagnostics *diagnostics)
{
    const struct table *weights = recording_table(recording, "weights");
    if (weights->rows != NEURONS || weights->columns != NEURONS)
        return diagnostics_add(diagnostics, recording->path, "weights: %zu x %u, expected %d x %d", weights->rows,
                               weights->columns, NEURONS, NEURONS);
    for (size_t i = 0; i < (size_t)NEURONS * NEURONS; i++)
        if (weights->values[i] < -8 || weights->values[i] > 7)
            return diagnostics_add(diagnostics, recording->path, "weights, row %zu: %lld, expected -8 to 7",
                                   i / NEURONS + 1, (long long)weights->values[i]);
    return true;
}

static bool check_tables(const struct recording *recording, struct diagnostics *diagnostics)
{
    static const struct {
        const char *table, *column;
        int64_t minimum, maximum;
    } limits[] = {
        {"neurons", "disabled", 0, 1}, {"neurons", "leak", 0, 127}, {"neurons", "threshold", 0, 4095},
        {"neurons", "potential", -2048, 2047},
        {"input", "cycle", 0, REPLAY_CYCLES_MAX}, {"input", "address", 0, 1023},
        {"accepted", "cycle", 0, REPLAY_CYCLES_MAX}, {"accepted", "index", 0, UINT32_MAX},
        {"spikes", "cycle", 0, REPLAY_CYCLES_MAX}, {"spikes", "address", 0, NEURONS - 1},
        {"final", "neuron", 0, NEURONS - 1}, {"final", "potential", -2048, 2047},
    };
    bool good = check_weights(recording, diagnostics);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        good &= table_check(recording, limits[i].table, limits[i].column, limits[i].minimum, limits[i].maximum,
                            diagnostics);
    if (recording_table(recording, "neurons")->rows != NEURONS)
        good = diagnostics_add(diagnostics, recording->path, "neurons: %zu rows, expected %d",
                               recording_table(recording, "neurons")->rows, NEURONS);
    return good && replay_covers(recording, "final", NULL, "neuron", 1, NEURONS, -1, diagnostics);
}

static bool load_chip(struct replay_case *test, const char *chip, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    int64_t open_loop, on_pop, last, acknowledge, end;
    bool good = recording_setup(recording, "open_loop", 0, 1, &open_loop, diagnostics);
    good &= recording_setup(recording, "output_on_pop", 0, 1, &on_pop, diagnostics);
    good &= recording_setup(recording, "last_neuron", 0, NEURONS - 1, &last, diagnostics);
    good &= recording_setup(recording, "ack_delay", 0, 1 << 20, &acknowledge, diagnostics);
    good &= recording_setup(recording, "end_cycle", 2, REPLAY_CYCLES_MAX, &end, diagnostics);
    if (!good)
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

static void fill_neurons(const struct recording *recording, struct core_program *core)
{
    const struct table *neurons = recording_table(recording, "neurons");
    int disabled = recording_column(recording, "neurons", "disabled");
    int leak = recording_column(recording, "neurons", "leak");
    int threshold = recording_column(recording, "neurons", "threshold");
    int potential = recording_column(recording, "neurons", "potential");
    for (uint32_t n = 0; n < NEURONS; n++) {
        core->neuron_index[n] = n;
        core->groups[n] = (struct neuron_group){.first = n, .count = 1, .model = MODEL_EVENT_LEAK, .inclusive = 1,
                                                .threshold = (int32_t)table_value(neurons, n, threshold),
                                                .leak = (int32_t)table_value(neurons, n, leak),
                                                .silent = (int32_t)table_value(neurons, n, disabled),
                                                .initial = (int32_t)table_value(neurons, n, potential)};
    }
}

static void fill_synapses(const struct recording *recording, struct core_program *core)
{
    const struct table *weights = recording_table(recording, "weights");
    uint32_t count = 0;
    for (uint32_t axon = 0; axon < NEURONS; axon++) {
        for (uint32_t target = 0; target < NEURONS; target++) {
            int64_t weight = table_value(weights, axon, (int)target);
            if (!weight)
                continue;
            core->synapse_target[count] = (uint16_t)target;
            core->synapse_weight[count++] = (int16_t)weight;
        }
        core->synapse_start[axon + 1] = count;
    }
}

/* In the order of the file: a request that may rise early still waits for those before it. */
static void make_stimuli(struct replay_case *test)
{
    const struct recording *recording = &test->recording;
    const struct table *input = recording_table(recording, "input");
    int cycle = recording_column(recording, "input", "cycle"), address = recording_column(recording, "input", "address");
    test->events = memory_array(input->rows, sizeof *test->events);
    for (size_t row = 0; row < input->rows; row++) {
        test->events[row].cycle = (uint64_t)table_value(input, row, cycle);
        test->events[row].packet.axon = (uint32_t)table_value(input, row, address);
    }
    test->replay.events = test->events;
    test->replay.count = input->rows;
}

static bool prepare(struct replay_case *test, const char *chip, struct diagnostics *diagnostics)
{
    const struct recording *recording = &test->recording;
    bool good = check_tables(recording, diagnostics);
    good &= load_chip(test, chip, diagnostics);
    if (!good)
        return false;
    if (test->chip.core.core_order != ORDER_EVENT || test->chip.core.neurons_max != NEURONS)
        return diagnostics_add(diagnostics, chip, "expected core.order event and core.neurons %d", NEURONS);
    replay_program_init(&test->program, recording->name, 1, NEURONS);
    replay_core_init(&test->program.cores[0], NEURONS, NEURONS);
    fill_neurons(recording, &test->program.cores[0]);
    fill_synapses(recording, &test->program.cores[0]);
    make_stimuli(test);
    test->replay.potentials = memory_array(NEURONS, sizeof(int32_t));
    return true;
}

static size_t potential_differences(const struct replay_case *test)
{
    const struct table *final = recording_table(&test->recording, "final");
    int neuron = recording_column(&test->recording, "final", "neuron");
    int potential = recording_column(&test->recording, "final", "potential");
    size_t differences = 0;
    for (size_t row = 0; row < final->rows; row++)
        differences += test->replay.potentials[table_value(final, row, neuron)] != table_value(final, row, potential);
    return differences;
}

static void judge(const struct replay_case *test, struct verdicts *verdicts)
{
    const struct recording *recording = &test->recording;
    const struct cycle_log *log = &test->replay.log;
    uint64_t end = test->replay.end_cycle;
    struct log_columns spikes = {recording_column(recording, "spikes", "cycle"), -1,
                                 recording_column(recording, "spikes", "address"), -1};
    struct log_columns accepted = {recording_column(recording, "accepted", "cycle"), -1,
                                   recording_column(recording, "accepted", "index"), -1};
    verdicts_add_differences(verdicts, "tinyodin", recording->name, "spike cycles",
                             log_differences(log, LOG_SPIKE, recording_table(recording, "spikes"), spikes, end),
                             recording_table(recording, "spikes")->rows);
    verdicts_add_differences(verdicts, "tinyodin", recording->name, "acknowledge cycles",
                             log_differences(log, LOG_ACCEPTED, recording_table(recording, "accepted"), accepted, end),
                             recording_table(recording, "accepted")->rows);
    verdicts_add_differences(verdicts, "tinyodin", recording->name, "final potentials", potential_differences(test),
                             recording_table(recording, "final")->rows);
}

const struct replay_suite tinyodin_suite = {"tinyodin", "configs/chip/tinyodin.yaml", tables, untitled, prepare, judge};
