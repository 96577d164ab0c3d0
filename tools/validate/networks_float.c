/* The float reference against what other platforms recorded: Pedersen et al., "Neuromorphic intermediate
 * representation", Nature Communications 15, 8122 (2024). */
#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/file/npy.h"
#include "tools/read/read.h"
#include "tools/validate/networks.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DT_S 1e-4 /* of both recordings */

/* A network, its input, and what the reference makes of it. */
struct float_run {
    struct network network;
    struct spike_batch batch;
    struct reference_result result;
};

static void float_run_free(struct float_run *run)
{
    reference_free(&run->result);
    spikes_free(&run->batch);
    network_free(&run->network);
}

static bool run_float(struct float_run *run, const char *semantics, bool potentials, struct diagnostics *diagnostics)
{
    struct reference_options options = {.semantics = semantics_find(semantics, diagnostics), .dt_s = DT_S,
                                        .keep_potentials = potentials};
    return options.semantics && reference_run(&run->network, &run->batch, &options, &run->result, diagnostics);
}

static bool read_network(struct float_run *run, const char *name, struct diagnostics *diagnostics)
{
    char *path = networks_path(name);
    bool good = network_read(path, &run->network, diagnostics);
    free(path);
    return good;
}

/* ---- LIF: one neuron; a line is its input, its potential after reset, its spike ---- */

enum { LIF_STEPS = 1000 };

static bool read_lines(double (*columns)[3], struct diagnostics *diagnostics)
{
    char *path = networks_path("networks/nir/lif/lif_norse.csv");
    unsigned char *bytes = NULL;
    size_t size;
    bool good = file_read(path, (size_t)1 << 20, &bytes, &size, diagnostics);
    char *text = (char *)bytes;
    for (int step = 0; good && step < LIF_STEPS; step++)
        for (int i = 0; good && i < 3; i++) {
            char *end;
            columns[step][i] = strtod(text, &end);
            good = (end > text && *end == (i < 2 ? ',' : '\n')) ||
                   diagnostics_add(diagnostics, path, "line %d: expected three numbers", step + 1);
            text = end + 1;
        }
    free(bytes);
    free(path);
    return good;
}

static void feed(struct float_run *run, double (*columns)[3])
{
    struct spike_sample *sample = memory_array(1, sizeof *sample);
    *sample = (struct spike_sample){.name = memory_copy_string("lif"), .label = -1, .steps = LIF_STEPS};
    sample->events = memory_array(LIF_STEPS, sizeof *sample->events);
    for (uint32_t step = 0; step < LIF_STEPS; step++)
        if (columns[step][0] != 0.0)
            sample->events[sample->count++] = (struct spike_event){step, 0, (float)columns[step][0]};
    run->batch = (struct spike_batch){.path = memory_copy_string("lif_norse.csv"), .inputs = 1, .count = 1,
                                      .samples = sample};
}

static void judge_lif(const struct float_run *run, double (*columns)[3], struct verdicts *verdicts)
{
    const struct reference_sample *sample = &run->result.samples[0];
    size_t differences = 0;
    double worst = 0.0;
    for (int step = 0; step < LIF_STEPS; step++) {
        double difference = fabs((double)sample->potentials[step] - columns[step][1]);
        worst = difference > worst || isnan(difference) ? difference : worst;
        differences += sample->output_values[step] != columns[step][2];
    }
    struct verdict voltage = {.suite = "reference", .test = (char *)"lif", .quantity = "largest difference",
                              .unit = "V", .simulated = worst, .error = worst, .limit = 1e-6};
    verdicts_add_differences(verdicts, "reference", "lif", "spikes", differences, LIF_STEPS);
    verdicts_add(verdicts, &voltage);
}

bool networks_lif(struct verdicts *verdicts, struct diagnostics *diagnostics)
{
    double (*columns)[3] = memory_array(LIF_STEPS, sizeof *columns);
    struct float_run run = {0};
    bool good = read_lines(columns, diagnostics) &&
                read_network(&run, "networks/nir/lif/lif_norse.nir", diagnostics);
    if (good) {
        feed(&run, columns);
        good = run_float(&run, "norse", true, diagnostics);
    }
    if (good)
        judge_lif(&run, columns, verdicts);
    float_run_free(&run);
    free(columns);
    return good;
}

/* ---- Braille: a recurrent network; spikes of its hidden layer, steps x neurons ---- */

static size_t hidden_differences(const struct float_run *run, const struct npy *recorded)
{
    const struct reference_sample *sample = &run->result.samples[0];
    bool *fired = memory_array(recorded->items, sizeof *fired);
    size_t differences = 0;
    for (size_t i = 0; i < sample->spike_count; i++) {
        struct reference_spike spike = sample->spikes[i];
        if (!strcmp(run->network.nodes[spike.node].name, "lif1.lif") && spike.neuron < recorded->size[1])
            fired[spike.step * recorded->size[1] + spike.neuron] = true;
    }
    for (uint64_t i = 0; i < recorded->items; i++) {
        uint64_t offset = i / recorded->size[1] * recorded->stride[0] + i % recorded->size[1] * recorded->stride[1];
        differences += (npy_value(recorded, offset) != 0.0) != fired[i];
    }
    free(fired);
    return differences;
}

static bool judge_braille(const struct float_run *run, const char *platform, struct verdicts *verdicts,
                          struct diagnostics *diagnostics)
{
    char *name = memory_format("networks/nir/braille/%s_activity_noDelay_bias_zero.npy", platform);
    char *path = networks_path(name), *test = memory_format("braille %s", platform);
    unsigned char *bytes = NULL;
    size_t size;
    struct npy recorded;
    bool good = file_read(path, (size_t)1 << 24, &bytes, &size, diagnostics) &&
                npy_parse(path, bytes, size, UINT64_C(1) << 20, &recorded, diagnostics);
    if (good && (recorded.rank != 2 || recorded.size[0] != run->result.samples[0].steps))
        good = diagnostics_add(diagnostics, path, "expected a row for each of %u timesteps",
                               run->result.samples[0].steps);
    if (good)
        verdicts_add_differences(verdicts, "reference", test, "hidden spikes", hidden_differences(run, &recorded),
                                 (size_t)(recorded.size[0] * recorded.size[1]));
    free(bytes);
    free(test);
    free(path);
    free(name);
    return good;
}

bool networks_braille(struct verdicts *verdicts, struct diagnostics *diagnostics)
{
    static const char *const platforms[] = {"snntorch", "norse"};
    char *input = networks_path("networks/nir/braille/braille_test0_input_256x12.npy");
    struct spike_options how = {.dt_s = DT_S};
    bool good = true;
    for (int i = 0; i < 2; i++) {
        struct float_run run = {0};
        good &= read_network(&run, "networks/nir/braille/braille_noDelay_bias_zero.nir", diagnostics) &&
                spikes_read(input, 12, &how, &run.batch, diagnostics) &&
                run_float(&run, platforms[i], false, diagnostics) &&
                judge_braille(&run, platforms[i], verdicts, diagnostics);
        float_run_free(&run);
    }
    free(input);
    return good;
}
