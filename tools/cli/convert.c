/* npusim convert */
#include "tools/convert/convert.h"

#include "sim/memory.h"
#include "tools/cli/checks.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/read/read.h"
#include "tools/reference/reference.h"
#include "tools/report/report.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const reset_choices[] = {"subtract", "zero", NULL};

struct convert_line {
    const char *network, *calibration, *input, *labels, *out;
    double percentile, initial;
    uint32_t calibration_samples, samples, steps;
    uint64_t seed;
    int reset, coding, keras_layout;
    bool quiet;
};

#define FIELD(name) offsetof(struct convert_line, name)
static const struct option_row rows[] = {
    {"--network", OPTION_STRING, FIELD(network), "NET", 0, 0, true, NULL,
     "a network without spikes (Keras, ONNX), or any other, which is written as NIR"},
    {"--calibration", OPTION_STRING, FIELD(calibration), "IMAGES", 0, 0, false, NULL,
     "what the layers' activations are measured on (needed where there are ReLUs)"},
    {"--calibration-samples", OPTION_U32, FIELD(calibration_samples), "N", 1, 1e9, false, NULL,
     "the first N of them (default 1000)"},
    {"--percentile", OPTION_DOUBLE, FIELD(percentile), "P", 1, 100, false, NULL,
     "of a layer's positive activations: what fires in every step (default 99.9)"},
    {"--initial", OPTION_DOUBLE, FIELD(initial), "V", 0, 1, false, NULL,
     "potential before the first step, in thresholds (default 0.5)"},
    {"--reset", OPTION_CHOICE, FIELD(reset), "RESET", 0, 0, false, reset_choices, "subtract (default) or zero"},
    {"--input", OPTION_STRING, FIELD(input), "IMAGES", 0, 0, false, NULL, "to print the accuracy on"},
    {"--labels", OPTION_STRING, FIELD(labels), "FILE", 0, 0, false, NULL, "right answers"},
    {"--samples", OPTION_U32, FIELD(samples), "N", 1, 1e9, false, NULL, "the first N samples of the input only"},
    {"--steps", OPTION_U32, FIELD(steps), "T", 1, 65536, false, NULL, "timesteps of a sample (default 32)"},
    {"--coding", OPTION_CHOICE, FIELD(coding), "CODING", 0, 0, false, coding_choices,
     "of the input: rate, analog (default) or latency"},
    {"--seed", OPTION_U64, FIELD(seed), "N", 0, 9e15, false, NULL, "of rate coding (default 1)"},
    {"--out", OPTION_STRING, FIELD(out), "NET.nir", 0, 0, false, NULL, "the network of spiking neurons"},
    {"--keras-layout", OPTION_CHOICE, FIELD(keras_layout), "LAYOUT", 0, 0, false, keras_layout_choices,
     "of a Keras file: as the file says (default), theano, keras2-theano or tensorflow"},
    {"--quiet", OPTION_FLAG, FIELD(quiet), NULL, 0, 0, false, NULL, "no progress, no table"},
    {0},
};

/* Right answers if the outputs of step `step` decide. */
static size_t right_at(const struct reference_result *result, const struct spike_batch *batch, uint32_t step)
{
    size_t right = 0;
    for (size_t s = 0; s < result->sample_count; s++) {
        const double *values = result->samples[s].output_values + (size_t)step * result->outputs;
        uint32_t best = 0;
        for (uint32_t o = 1; o < result->outputs; o++)
            best = values[o] > values[best] ? o : best;
        right += batch->samples[s].label == (int)best;
    }
    return right;
}

static bool run(const struct convert_line *line, const struct network *network, bool spiking,
                struct spike_batch *batch, struct reference_result *result, struct diagnostics *diagnostics)
{
    struct semantics semantics;
    struct progress progress = {0};
    struct spike_options how = {.dt_s = 1e-3, .steps = spiking ? line->steps : 1, .samples = line->samples,
                                .coding = spiking ? (enum spike_coding)line->coding : CODING_ANALOG, .seed = line->seed,
                                .labels_path = line->labels};
    const char *rule = line->reset == 0 ? "snntorch,reset=subtract" : "snntorch";
    if (!semantics_parse(rule, &semantics, diagnostics) ||
        !spikes_read(line->input, input_size(network), &how, batch, diagnostics) ||
        !labels_fit(network, batch, line->labels, diagnostics))
        return false;
    struct reference_options options = {.semantics = &semantics, .dt_s = 1e-3, .progress = progress_update,
                                        .progress_context = &progress};
    progress_begin(&progress, spiking ? "spiking" : "float", line->quiet);
    bool good = reference_run(network, batch, &options, result, diagnostics);
    progress_end(&progress);
    return good;
}

static void print_row(const char *name, size_t right, size_t all)
{
    printf("  %-10s %6zu of %zu  %6.2f %%\n", name, right, all, 100.0 * (double)right / (double)all);
}

/* 1, 2, 4 .. and the last step. */
static uint32_t next_row(uint32_t t, uint32_t last)
{
    return t < last && 2 * t > last ? last : 2 * t;
}

static bool print_accuracy(const struct convert_line *line, const struct network *network, bool spiking,
                           struct diagnostics *diagnostics)
{
    struct spike_batch batch = {0};
    struct reference_result result = {0};
    bool good = run(line, network, spiking, &batch, &result, diagnostics);
    if (good && !line->quiet && !spiking)
        print_row("float", right_at(&result, &batch, 0), batch.count);
    for (uint32_t t = 1; good && spiking && !line->quiet && t <= line->steps; t = next_row(t, line->steps)) {
        char name[32];
        snprintf(name, sizeof name, "%u step%s", (unsigned)t, t == 1 ? "" : "s");
        print_row(name, right_at(&result, &batch, t - 1), batch.count);
    }
    reference_free(&result);
    spikes_free(&batch);
    return good;
}

static bool calibrate(const struct convert_line *line, struct network *network, struct diagnostics *diagnostics)
{
    struct spike_batch batch = {0};
    struct spike_options how = {.dt_s = 1e-3, .steps = 1, .samples = line->calibration_samples, .coding = CODING_ANALOG};
    struct convert_options options = {line->percentile, line->initial, line->reset == 0};
    bool good = spikes_read(line->calibration, input_size(network), &how, &batch, diagnostics) &&
                convert_network(network, &batch, &options, diagnostics);
    spikes_free(&batch);
    return good;
}

/* Neither neurons to make nor pools: only another file. */
static bool spikes_already(const struct network *network)
{
    for (uint32_t n = 0; n < network->node_count; n++)
        if (network->nodes[n].kind == NODE_RELU || network->nodes[n].kind == NODE_MAXPOOL2D)
            return false;
    return true;
}

static bool write_as_nir(const struct convert_line *line, const struct network *network,
                         struct diagnostics *diagnostics)
{
    if (!spikes_already(network))
        return diagnostics_add(diagnostics, "--calibration", "missing, expected inputs to measure the activations on");
    if (line->input || !line->out)
        return diagnostics_add(diagnostics, line->out ? "--input" : "--out", "%s", line->out
                               ? "beside a network that is only written as NIR, expected none (npusim reference runs it)"
                               : "missing, expected where the network goes");
    return network_write_nir(line->out, network, diagnostics);
}

static bool convert_all(const void *options, struct diagnostics *diagnostics)
{
    const struct convert_line *line = options;
    struct network network = {0};
    if (!line->input != !line->labels)
        return diagnostics_add(diagnostics, line->input ? "--labels" : "--input", "missing, expected both or neither");
    const struct read_options how = {(enum keras_layout)line->keras_layout};
    bool good = network_read_as(line->network, &how, &network, diagnostics);
    if (good && !line->calibration) {
        good = write_as_nir(line, &network, diagnostics);
        network_free(&network);
        return good;
    }
    if (good && line->input && !line->quiet)
        printf("%s on %s\n", line->network, line->input);
    good = good && (!line->input || print_accuracy(line, &network, false, diagnostics));
    good = good && calibrate(line, &network, diagnostics);
    good = good && (!line->input || print_accuracy(line, &network, true, diagnostics));
    good = good && (!line->out || network_write_nir(line->out, &network, diagnostics));
    network_free(&network);
    return good;
}

int command_convert(int argc, char **argv)
{
    struct convert_line line = {.percentile = 99.9, .initial = 0.5, .calibration_samples = 1000, .steps = 32,
                                .coding = CODING_ANALOG, .seed = 1};
    return options_command(argc, argv,
                           "convert --network NET [--calibration IMAGES] [--out NET.nir] [OPTION ...]\n\n"
                           "Makes a network of integrate-and-fire neurons of one with ReLUs (data-based weight\n"
                           "normalisation), and prints its accuracy after 1, 2, 4 .. steps beside the float network's. Without\n"
                           "--calibration: writes any network that spikes already as NIR.",
                           rows, &line, convert_all);
}
