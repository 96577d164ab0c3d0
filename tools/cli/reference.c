/* npusim reference */
#include "tools/reference/reference.h"

#include "sim/memory.h"
#include "tools/cli/checks.h"
#include "tools/cli/commands.h"
#include "tools/cli/inputs.h"
#include "tools/cli/options.h"
#include "tools/read/read.h"
#include "tools/report/report.h"
#include "tools/report/text.h"
#include <stdio.h>
#include <stdlib.h>

struct reference_line {
    const char *network, *labels, *semantics, *out;
    struct option_list inputs;
    double dt_s;
    uint32_t steps, samples;
    uint64_t seed;
    const char *columns;
    int coding, keras_layout, time_unit;
    bool quiet;
};

#define FIELD(name) offsetof(struct reference_line, name)
static const struct option_row rows[] = {
    {"--network", OPTION_STRING, FIELD(network), "NET", 0, 0, true, NULL, "trained network (NIR)"},
    {"--input", OPTION_LIST, FIELD(inputs), "[NODE=]SPIKES", 0, 0, true, NULL,
     "input spikes or values; NODE=FILE for each of several Input nodes"},
    {"--labels", OPTION_STRING, FIELD(labels), "FILE", 0, 0, false, NULL, "right answers, for accuracy"},
    {"--dt", OPTION_DOUBLE, FIELD(dt_s), "S", 1e-12, 1e6, false, NULL,
     "length of a timestep in seconds (default: as the input says)"},
    {"--semantics", OPTION_STRING, FIELD(semantics), "NAME[,SWITCH=VALUE]", 0, 0, false, NULL,
     "what NIR leaves open: norse (default), snntorch, exact ... (docs/semantics.md)"},
    {"--steps", OPTION_U32, FIELD(steps), "T", 1, 16777216, false, NULL, "timesteps of a sample"},
    {"--samples", OPTION_U32, FIELD(samples), "N", 1, 1e9, false, NULL, "the first N samples only"},
    {"--coding", OPTION_CHOICE, FIELD(coding), "CODING", 0, 0, false, coding_choices, "of images"},
    EVENT_TEXT_OPTIONS(FIELD(columns), FIELD(time_unit)),
    {"--seed", OPTION_U64, FIELD(seed), "N", 0, 9e15, false, NULL, "of rate coding (default 1)"},
    {"--out", OPTION_STRING, FIELD(out), "TRACE.h5", 0, 0, false, NULL,
     "spikes and potentials of every node, as NIR data"},
    {"--keras-layout", OPTION_CHOICE, FIELD(keras_layout), "LAYOUT", 0, 0, false, keras_layout_choices,
     "of a Keras file: as the file says (default), theano, keras2-theano or tensorflow"},
    {"--quiet", OPTION_FLAG, FIELD(quiet), NULL, 0, 0, false, NULL, "no progress, no summary"},
    {0},
};

/* From the Inputs on, as the network computes. */
static void print_layers(const struct network *network, const struct reference_result *result)
{
    uint32_t *order = memory_array(network->node_count, sizeof *order);
    bool *recurrent = memory_array(network->edge_count, sizeof *recurrent);
    network_schedule(network, order, recurrent);
    for (uint32_t i = 0; i < network->node_count; i++) {
        uint32_t n = order[i];
        size_t spikes = 0;
        if (!node_spikes(network->nodes[n].kind))
            continue;
        for (size_t s = 0; s < result->sample_count; s++)
            for (size_t k = 0; k < result->samples[s].spike_count; k++)
                spikes += result->samples[s].spikes[k].node == n;
        printf("  %-20s %-8s %8lld neurons %12zu spikes\n", network->nodes[n].name,
               node_kind_name(network->nodes[n].kind), (long long)shape_items(&network->nodes[n].output), spikes);
    }
    free(order);
    free(recurrent);
}

static void print_summary(const struct network *network, const struct spike_batch *batch,
                          const struct reference_result *result)
{
    size_t right = 0, labelled = 0, ties = 0;
    for (size_t s = 0; s < result->sample_count; s++) {
        bool tie = false;
        int decision = reference_decision(result, s, &tie);
        ties += tie;
        labelled += batch->samples[s].label >= 0;
        right += batch->samples[s].label >= 0 && decision == batch->samples[s].label;
    }
    char samples[COUNTED_SIZE];
    printf("%s: %s in float, no hardware\n", network->path, counted(samples, result->sample_count, "sample"));
    if (labelled)
        printf("  right answers %zu of %zu (%zu on a tie)\n", right, labelled, ties);
    print_layers(network, result);
}

static bool run_reference(const struct reference_line *line, const struct network *network,
                          const struct semantics *semantics, struct spike_batch *batch,
                          struct diagnostics *diagnostics)
{
    double dt;
    if (!choose_dt(line->dt_s, batch, line->inputs.item[0], &dt, diagnostics))
        return false;
    struct progress progress = {0};
    struct reference_result result = {0};
    struct reference_options how = {semantics, dt, line->out != NULL, progress_update, &progress};
    progress_begin(&progress, "reference", line->quiet);
    bool good = reference_run(network, batch, &how, &result, diagnostics);
    progress_end(&progress);
    good = good && (!line->out || reference_write(line->out, network, batch, &result, dt, diagnostics));
    if (good && !line->quiet)
        print_summary(network, batch, &result);
    reference_free(&result);
    return good;
}

static bool reference_all(const void *options, struct diagnostics *diagnostics)
{
    const struct reference_line *line = options;
    struct network network = {0};
    struct spike_batch batch = {0};
    struct semantics semantics;
    struct spike_options how = {.dt_s = line->dt_s, .steps = line->steps, .samples = line->samples,
                                .coding = (enum spike_coding)line->coding, .seed = line->seed,
                                .columns = line->columns, .time_unit = (enum time_unit)line->time_unit,
                                .labels_path = line->labels};
    bool good = semantics_parse(line->semantics, &semantics, diagnostics);
    good &= network_read_as(line->network, &(struct read_options){(enum keras_layout)line->keras_layout}, &network,
                            diagnostics);
    good = good && inputs_read(&network, &line->inputs, &how, &batch, diagnostics) &&
           labels_fit(&network, &batch, line->labels, diagnostics);
    good = good && run_reference(line, &network, &semantics, &batch, diagnostics);
    spikes_free(&batch);
    network_free(&network);
    return good;
}

int command_reference(int argc, char **argv)
{
    struct reference_line line = {.seed = 1};
    return options_command(argc, argv,
                           "reference --network NET --input SPIKES [--out TRACE.h5] [OPTION ...]\n\n"
                           "Simulates the network in float, without any hardware.",
                           rows, &line, reference_all);
}
