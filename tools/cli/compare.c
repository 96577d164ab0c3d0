/* npusim compare */
#include "models/baseline/accelerator.h"
#include "sim/memory.h"
#include "tools/cli/checks.h"
#include "tools/cli/chip_figures.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/compile/compile.h"
#include "tools/file/file.h"
#include "tools/read/layers.h"
#include "tools/read/read.h"
#include "tools/read/spike_writer.h"
#include "tools/report/comparison.h"
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct compare_line {
    const char *out, *batches, *rates;
    struct option_list networks, chips, accelerators;
    uint32_t steps, samples;
    int precision;
};

#define FIELD(name) offsetof(struct compare_line, name)
static const struct option_row rows[] = {
    {"--network", OPTION_LIST, FIELD(networks), "NET", 0, 0, true, NULL,
     "network (NIR); again for several; without --chip a layer list too"},
    {"--chip", OPTION_LIST, FIELD(chips), "CHIP.yaml", 0, 0, false, NULL, "again for several"},
    {"--accelerator", OPTION_LIST, FIELD(accelerators), "FILE", 0, 0, true, NULL, "again for several"},
    {"--batch", OPTION_STRING, FIELD(batches), "LIST", 0, 0, false, NULL, "batches of the accelerators (default 1,256)"},
    {"--spike-rate", OPTION_STRING, FIELD(rates), "LIST", 0, 0, false, NULL,
     "spikes an input and timestep (default 0.01,0.03,0.1,0.3)"},
    {"--steps", OPTION_U32, FIELD(steps), "T", 1, 100000, false, NULL, "timesteps of a sample (default 32)"},
    {"--samples", OPTION_U32, FIELD(samples), "N", 1, 10000, false, NULL, "random samples a rate on each chip (default 4)"},
    {"--precision", OPTION_CHOICE, FIELD(precision), "P", 0, 0, false, precision_choices, "as for baseline (default fp16)"},
    {"--out", OPTION_STRING, FIELD(out), "PAGE.html", 0, 0, true, NULL, "the page to write"},
    {0},
};

/* "1,16,256": ascending numbers from low to high. */
static bool read_list(const char *option, const char *text, double low, double high, double *out, uint32_t *count,
                      struct diagnostics *diagnostics)
{
    const char *at = text;
    for (*count = 0; *count < COMPARISON_POINTS; at++) {
        char *end;
        double value = strtod(at, &end);
        if (end == at || !(value >= low && value <= high) || (*count > 0 && value <= out[*count - 1]))
            break;
        out[(*count)++] = value;
        at = end;
        if (*at == '\0')
            return true;
        if (*at != ',')
            break;
    }
    return diagnostics_add(diagnostics, option, "\"%s\", expected at most %d ascending numbers from %g to %g with commas",
                           text, COMPARISON_POINTS, low, high);
}

static bool read_lists(const struct compare_line *line, struct comparison *comparison, struct diagnostics *diagnostics)
{
    double batches[COMPARISON_POINTS];
    bool good = read_list("--batch", line->batches, 1, 1e6, batches, &comparison->batch_count, diagnostics) &&
                read_list("--spike-rate", line->rates, 1e-6, 1, comparison->rates, &comparison->rate_count, diagnostics);
    for (uint32_t i = 0; good && i < comparison->batch_count; i++) {
        comparison->batches[i] = (uint32_t)batches[i];
        if ((double)comparison->batches[i] != batches[i])
            good = diagnostics_add(diagnostics, "--batch", "%g, expected a whole number", batches[i]);
    }
    return good;
}

static void fill_row(const struct comparison *comparison, const struct accelerator *part, const struct work *work,
                     enum baseline_mode mode, enum baseline_precision precision, struct comparison_row *row)
{
    const char *missing = accelerator_missing(part, precision);
    *row = (struct comparison_row){.name = memory_copy_string(accelerator_name(part)), .mode = mode,
                                   .precision = precision, .missing = missing,
                                   .measured = accelerator_is_measured(part),
                                   .latency_error = model_error_latency(&part->error, mode),
                                   .energy_error = model_error_energy(&part->error, mode)};
    for (uint32_t batch = 0; batch < comparison->batch_count; batch++) {
        struct baseline_result result = {.latency_s = NAN, .energy_j = NAN};
        if (!missing || strncmp(missing, "all", 3) != 0)
            baseline_estimate(part, work, mode, precision, comparison->batches[batch], &result);
        row->latency_s[batch] = result.latency_s;
        row->energy_j[batch] = result.energy_j;
        row->launch_share[batch] = result.launch_s / result.latency_s;
    }
}

/* In the asked precision, or in the first of the others that the part has. */
static enum baseline_precision choose(const struct accelerator *part, enum baseline_precision asked)
{
    static const enum baseline_precision others[] = {PRECISION_FP16, PRECISION_TF32, PRECISION_FP32, PRECISION_INT8};
    for (size_t i = 0; i < sizeof others / sizeof *others && !accelerator_has_precision(part, asked); i++)
        if (accelerator_has_precision(part, others[i]))
            return others[i];
    return asked;
}

static bool fill_accelerators(const struct compare_line *line, const struct work *work, struct comparison *comparison,
                              struct diagnostics *diagnostics)
{
    comparison->recurrent = work->recurrent;
    comparison->rows = memory_array((size_t)BASELINE_MODES * line->accelerators.count, sizeof *comparison->rows);
    for (uint32_t i = 0; i < line->accelerators.count; i++) {
        struct accelerator *part;
        if (!accelerator_load(line->accelerators.item[i], &part, diagnostics))
            return false;
        enum baseline_precision precision = choose(part, (enum baseline_precision)line->precision);
        for (int mode = 0; mode < BASELINE_MODES; mode++)
            fill_row(comparison, part, work, (enum baseline_mode)mode, precision,
                     &comparison->rows[comparison->row_count++]);
        accelerator_free(part);
    }
    return true;
}

/* ---- the chips: random spikes, a run in a process of its own, its summary ---- */

static void random_sample(gsl_rng *random, double rate, uint32_t inputs, uint32_t steps, struct spike_sample *out)
{
    size_t capacity = 0;
    *out = (struct spike_sample){.label = -1, .steps = steps};
    for (uint32_t step = 0; step < steps; step++)
        for (uint32_t input = 0; input < inputs; input++) {
            if (gsl_rng_uniform(random) >= rate)
                continue;
            out->events = memory_grow(out->events, &capacity, out->count + 1, sizeof *out->events);
            out->events[out->count++] = (struct spike_event){step, input, 1};
        }
}

static bool write_spikes(const char *path, double rate, uint32_t inputs, const struct compare_line *line,
                         struct diagnostics *diagnostics)
{
    struct spike_batch batch = {.inputs = inputs, .dt_s = 1e-3, .count = line->samples,
                                .samples = memory_array(line->samples, sizeof *batch.samples)};
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    struct h5 *file;
    gsl_rng_set(random, 1);
    for (uint32_t i = 0; i < line->samples; i++)
        random_sample(random, rate, inputs, line->steps, &batch.samples[i]);
    gsl_rng_free(random);
    bool good = h5_create(path, &file, diagnostics);
    if (good && spikes_write_nir_data(file, "", "input", "spikes", &batch, diagnostics))
        good = h5_commit(file, diagnostics);
    else if (good) {
        h5_close(file);
        good = false;
    }
    for (uint32_t i = 0; i < line->samples; i++)
        free(batch.samples[i].events);
    free(batch.samples);
    return good;
}

/* SystemC elaborates once a process. */
static bool run_chip(const char *chip, const char *network, const char *spikes, const char *dir,
                     struct diagnostics *diagnostics)
{
    const char *arguments[] = {"--chip", chip, "--network", network, "--input", spikes, "--out", dir, "--quiet"};
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        status = command_run((int)(sizeof arguments / sizeof *arguments), (char **)(uintptr_t)arguments);
        fflush(NULL);
        _exit(status);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != STATUS_DONE)
        return diagnostics_add(diagnostics, chip, "the run failed, expected it to answer (see above)");
    return true;
}

static bool fill_point(const struct compare_line *line, const char *network, const char *dir, uint32_t chip, uint32_t rate, uint32_t inputs,
                       struct comparison *comparison, struct diagnostics *diagnostics)
{
    struct chip_figures figures;
    char *spikes = memory_format("%s/spikes.h5", dir), *summary = memory_format("%s/summary.json", dir);
    bool good = write_spikes(spikes, comparison->rates[rate], inputs, line, diagnostics) &&
                run_chip(line->chips.item[chip], network, spikes, dir, diagnostics) &&
                chip_figures_read(summary, &figures, diagnostics);
    if (good) {
        struct comparison_chip *out = &comparison->chips[chip];
        out->latency_s[rate] = figures.latency_s;
        out->energy_j[rate] = figures.energy_j;
        out->energy_low_j[rate] = figures.energy_low_j;
        out->energy_high_j[rate] = figures.energy_high_j;
        free(out->name);
        out->name = figures.name;
    }
    free(spikes);
    free(summary);
    return good;
}

static void remove_files(const char *dir)
{
    static const char *const files[] = {"spikes.h5", "summary.json", "result.h5", "report.html"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = memory_format("%s/%s", dir, files[i]);
        unlink(path);
        free(path);
    }
    rmdir(dir);
}

static bool fill_chips(const struct compare_line *line, const char *network, uint32_t inputs,
                       struct comparison *comparison, struct diagnostics *diagnostics)
{
    char dir[] = "/tmp/npusim-compare-XXXXXX";
    bool good = mkdtemp(dir) != NULL || diagnostics_add(diagnostics, dir, "cannot be made, expected a writable /tmp");
    comparison->chips = memory_array(line->chips.count, sizeof *comparison->chips);
    comparison->chip_count = line->chips.count;
    for (uint32_t chip = 0; good && chip < line->chips.count; chip++)
        for (uint32_t rate = 0; good && rate < comparison->rate_count; rate++)
            good = fill_point(line, network, dir, chip, rate, inputs, comparison, diagnostics);
    remove_files(dir);
    return good;
}

static bool count_inputs(const char *path, uint32_t *inputs, struct diagnostics *diagnostics)
{
    struct network network = {0};
    if (layers_is(path))
        return diagnostics_add(diagnostics, path, "a layer list has no weights, expected a network for --chip");
    bool good = network_read(path, &network, diagnostics);
    if (good)
        *inputs = input_size(&network);
    network_free(&network);
    return good;
}

static void print_winners(const struct comparison *comparison)
{
    for (uint32_t chip = 0; chip < comparison->chip_count; chip++)
        for (uint32_t batch = 0; batch < comparison->batch_count; batch++)
            for (int energy = 1; energy >= 0; energy--) {
                const struct comparison_row *best = comparison_best(comparison, batch, energy, AMONG_ALL);
                if (!best)
                    continue;
                double value = energy ? best->energy_j[batch] : best->latency_s[batch];
                double rate = comparison_break_even(comparison, &comparison->chips[chip], value, energy);
                printf("%s on %s, batch %u, %s: best accelerator %s (%s) %.3g %s; the chip wins ", comparison->network,
                       comparison->chips[chip].name, comparison->batches[batch], energy ? "energy" : "latency", best->name,
                       baseline_mode_name(best->mode), value, energy ? "J" : "s");
                char *unsure = comparison_open_text(comparison, chip, best, batch, energy);
                if (rate == 0 || isinf(rate))
                    printf("%s in the sweep%s\n", rate == 0 ? "nowhere" : "everywhere", unsure);
                else
                    printf("below %.3g spikes an input and timestep%s\n", rate, unsure);
                free(unsure);
            }
}

static bool compare_network(const struct compare_line *line, const char *network, struct comparison *out,
                            struct diagnostics *diagnostics)
{
    struct work work = {0};
    uint32_t inputs = 0;
    out->network = memory_copy_string(file_name(network));
    bool good = read_lists(line, out, diagnostics) && work_read(network, line->steps, &work, diagnostics) &&
                fill_accelerators(line, &work, out, diagnostics) &&
                (line->chips.count == 0 || (count_inputs(network, &inputs, diagnostics) &&
                                            fill_chips(line, network, inputs, out, diagnostics)));
    out->steps = work.steps;
    work_free(&work);
    return good;
}

static bool compare_all(const void *options, struct diagnostics *diagnostics)
{
    const struct compare_line *line = options;
    struct comparison *comparisons = memory_array(line->networks.count, sizeof *comparisons);
    bool good = true;
    for (uint32_t i = 0; good && i < line->networks.count; i++)
        good = compare_network(line, line->networks.item[i], &comparisons[i], diagnostics);
    good = good && comparison_write_html(line->out, comparisons, line->networks.count, diagnostics);
    for (uint32_t i = 0; i < line->networks.count; i++) {
        if (good)
            print_winners(&comparisons[i]);
        comparison_free(&comparisons[i]);
    }
    free(comparisons);
    return good;
}

int command_compare(int argc, char **argv)
{
    struct compare_line line = {.batches = "1,256", .rates = "0.01,0.03,0.1,0.3", .steps = 32, .samples = 4,
                                .precision = PRECISION_FP16};
    return options_command(argc, argv,
                           "compare --network NET --chip CHIP.yaml ... --accelerator FILE ... --out PAGE.html\n\n"
                           "Chips over spike rates beside accelerators over batches: latency and energy, and where each wins.",
                           rows, &line, compare_all);
}
