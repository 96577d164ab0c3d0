/* npusim sweep */
#include "tools/report/sweep.h"
#include "sim/memory.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/cli/run_child.h"
#include "tools/file/file.h"
#include "tools/report/report.h"
#include "tools/report/text.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sweep_line {
    const char *chip, *network, *labels, *semantics, *samples, *steps, *dt, *seed, *jobs, *out;
    struct option_list vary, against, inputs, settings;
    uint32_t monte_carlo;
    bool quiet;
    const char *command;
};

#define FIELD(name) offsetof(struct sweep_line, name)
static const struct option_row rows[] = {
    {"--chip", OPTION_STRING, FIELD(chip), "CHIP.yaml", 0, 0, true, NULL, "the chip"},
    {"--vary", OPTION_LIST, FIELD(vary), "KEY=V1,V2,...", 0, 0, true, NULL,
     "a key of the chip file and the values it takes; again for another chart"},
    {"--against", OPTION_LIST, FIELD(against), "CHIP.yaml", 0, 0, false, NULL, "a chip to show beside it; again for several"},
    {"--network", OPTION_STRING, FIELD(network), "NET", 0, 0, true, NULL, "as for run"},
    {"--input", OPTION_LIST, FIELD(inputs), "[NODE=]SPIKES", 0, 0, true, NULL, "as for run"},
    {"--labels", OPTION_STRING, FIELD(labels), "FILE", 0, 0, false, NULL, "as for run"},
    {"--samples", OPTION_STRING, FIELD(samples), "N", 0, 0, false, NULL, "as for run"},
    {"--steps", OPTION_STRING, FIELD(steps), "T", 0, 0, false, NULL, "as for run"},
    {"--dt", OPTION_STRING, FIELD(dt), "S", 0, 0, false, NULL, "as for run"},
    {"--semantics", OPTION_STRING, FIELD(semantics), "NAME", 0, 0, false, NULL, "as for run"},
    {"--set", OPTION_LIST, FIELD(settings), "KEY=VALUE", 0, 0, false, NULL, "as for run, of --chip"},
    {"--seed", OPTION_STRING, FIELD(seed), "N", 0, 0, false, NULL, "as for run"},
    {"--monte-carlo", OPTION_U32, FIELD(monte_carlo), "N", 1, 100000, false, NULL,
     "N chips a point that differ in their devices (core.synapse.kind memristor)"},
    {"--jobs", OPTION_STRING, FIELD(jobs), "N", 0, 0, false, NULL, "processes at once (default 1)"},
    {"--quiet", OPTION_FLAG, FIELD(quiet), NULL, 0, 0, false, NULL, "no progress, no table"},
    {"--out", OPTION_STRING, FIELD(out), "PAGE.html", 0, 0, true, NULL, "the page to write"},
    {0},
};

enum { WORDS = 2 * (3 * OPTION_LIST_MAX + 16) };
struct words {
    char *item[WORDS];
    int count;
};

static void add(struct words *words, const char *name, const char *value)
{
    if (!value)
        return;
    words->item[words->count++] = memory_copy_string(name);
    if (*value)
        words->item[words->count++] = memory_copy_string(value);
}

/* The point of a run: the chip file's own values, one of them changed (`setting`), or another chip. */
static void words_for(const struct sweep_line *line, const char *chip, const char *setting, struct words *words)
{
    bool own = chip == line->chip;
    words->count = 0;
    add(words, "--chip", chip);
    add(words, "--network", line->network);
    for (uint32_t i = 0; i < line->inputs.count; i++)
        add(words, "--input", line->inputs.item[i]);
    add(words, "--labels", line->labels);
    add(words, "--samples", line->samples);
    add(words, "--steps", line->steps);
    add(words, "--dt", line->dt);
    add(words, "--semantics", line->semantics);
    add(words, "--seed", line->seed);
    add(words, "--jobs", line->jobs);
    for (uint32_t i = 0; own && i < line->settings.count; i++)
        add(words, "--set", line->settings.item[i]);
    add(words, "--set", setting);
    if (own && line->monte_carlo > 0) {
        char number[16];
        snprintf(number, sizeof number, "%u", line->monte_carlo);
        add(words, "--monte-carlo", number);
    }
    add(words, "--json", "");
}

/* ---- a summary's figures ---- */

static double number_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static struct spread one(double value) { return (struct spread){value, 0, value, value}; }

static void read_single(const json_t *root, struct sweep_point *out)
{
    out->figure[DEVICE_ACCURACY] = one(number_at(root, "accuracy"));
    out->figure[DEVICE_SPIKE_AGREEMENT] = one(number_at(root, "spike_agreement"));
    out->figure[DEVICE_SPIKES] = one(number_at(json_object_get(root, "counts"), "spikes"));
    out->figure[DEVICE_ENERGY] = one(number_at(json_object_get(root, "energy_j"), "per_sample"));
    out->figure[DEVICE_LATENCY] = one(number_at(json_object_get(root, "latency_s"), "mean"));
}

static void read_chips(const json_t *chips, struct sweep_point *out)
{
    const json_t *runs = json_object_get(chips, "runs");
    out->accuracy = memory_array(json_array_size(runs), sizeof *out->accuracy);
    for (size_t i = 0; i < json_array_size(runs); i++)
        out->accuracy[i] = number_at(json_array_get(runs, i), device_figure_rows[DEVICE_ACCURACY].name);
    for (int figure = 0; figure < DEVICE_FIGURES; figure++) {
        const json_t *spread = json_object_get(chips, device_figure_rows[figure].name);
        out->figure[figure] = (struct spread){number_at(spread, "mean"), number_at(spread, "std"), number_at(spread, "min"),
                                              number_at(spread, "max")};
    }
}

static void read_summary(const json_t *root, struct sweep_point *out, uint32_t *samples)
{
    const json_t *chips = json_object_get(root, "monte_carlo");
    const char *name = json_string_value(json_object_get(json_object_get(root, "chip"), "name"));
    out->name = memory_copy_string(name ? name : "chip");
    out->reference_accuracy = number_at(root, "reference_accuracy");
    *samples = (uint32_t)json_integer_value(json_object_get(root, "samples"));
    if (chips)
        read_chips(chips, out);
    else
        read_single(root, out);
}

static bool run_point(const struct sweep_line *line, const char *chip, const char *setting, struct sweep *sweep,
                      struct sweep_point *out, struct diagnostics *diagnostics)
{
    struct words words;
    struct run_child child;
    words_for(line, chip, setting, &words);
    bool started = run_child_start(words.count, words.item, &child);
    int why = errno;
    for (int i = 0; i < words.count; i++)
        free(words.item[i]);
    if (!started)
        return diagnostics_add(diagnostics, chip, "no process for its run: %s", strerror(why));
    json_t *root = run_child_finish(&child) ? json_loadf(child.summary, 0, NULL) : NULL;
    if (child.summary)
        fclose(child.summary);
    if (!root)
        return diagnostics_add(diagnostics, setting ? setting : chip, "the run failed, expected it to answer (see above)");
    read_summary(root, out, &sweep->samples);
    json_decref(root);
    return true;
}

/* ---- the points ---- */

static bool read_axis(const char *text, struct sweep_axis *out, struct diagnostics *diagnostics)
{
    const char *equals = strchr(text, '='), *at = equals ? equals + 1 : text;
    out->points = memory_array(strlen(text) + 1, sizeof *out->points);
    bool good = equals && equals > text;
    out->key = memory_format("%.*s", equals ? (int)(equals - text) : 0, text);
    while (good) {
        size_t length = strcspn(at, ",");
        good = length > 0;
        if (good)
            out->points[out->count++].value = memory_format("%.*s", (int)length, at);
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    return good || diagnostics_add(diagnostics, "--vary", "'%s', expected KEY=VALUE,VALUE,...", text);
}

static bool read_axes(const struct sweep_line *line, struct sweep *sweep, struct diagnostics *diagnostics)
{
    bool good = true;
    sweep->axes = memory_array(line->vary.count, sizeof *sweep->axes);
    sweep->axis_count = line->vary.count;
    for (uint32_t i = 0; i < line->vary.count; i++)
        good &= read_axis(line->vary.item[i], &sweep->axes[i], diagnostics);
    if (line->settings.count + 1 > OPTION_LIST_MAX)
        good = diagnostics_add(diagnostics, "--set", "given %u times, expected fewer with --vary", line->settings.count);
    return good;
}

static bool run_axis(const struct sweep_line *line, struct sweep *sweep, struct sweep_axis *axis, struct progress *progress,
                     size_t *done, size_t all, struct diagnostics *diagnostics)
{
    bool good = true;
    for (uint32_t i = 0; good && i < axis->count; i++) {
        char *setting = memory_format("%s=%s", axis->key, axis->points[i].value);
        good = run_point(line, line->chip, setting, sweep, &axis->points[i], diagnostics);
        progress_update(progress, ++*done, all);
        free(setting);
    }
    return good;
}

static bool run_points(const struct sweep_line *line, struct sweep *sweep, struct diagnostics *diagnostics)
{
    struct progress progress = {0};
    size_t done = 1, all = 1u + line->against.count;
    for (uint32_t i = 0; i < sweep->axis_count; i++)
        all += sweep->axes[i].count;
    progress_begin(&progress, "sweep", line->quiet);
    bool good = run_point(line, line->chip, NULL, sweep, &sweep->own, diagnostics);
    sweep->others = memory_array(line->against.count, sizeof *sweep->others);
    for (uint32_t i = 0; good && i < line->against.count; i++, done++) {
        good = run_point(line, line->against.item[i], NULL, sweep, &sweep->others[i], diagnostics);
        sweep->other_count++;
        progress_update(&progress, done, all);
    }
    for (uint32_t i = 0; good && i < sweep->axis_count; i++)
        good = run_axis(line, sweep, &sweep->axes[i], &progress, &done, all, diagnostics);
    progress_end(&progress);
    return good;
}

static void print_point(const struct sweep_point *point, const char *name)
{
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE];
    const struct spread *accuracy = &point->figure[DEVICE_ACCURACY];
    printf("  %-34s ", name);
    if (isfinite(accuracy->mean))
        printf("%7.2f %% +- %5.2f (%6.2f to %6.2f)", 100 * accuracy->mean, 100 * accuracy->deviation, 100 * accuracy->least,
               100 * accuracy->most);
    printf("   agreement %6.2f %%   %8s   %8s\n", 100 * point->figure[DEVICE_SPIKE_AGREEMENT].mean,
           quantity(a, point->figure[DEVICE_ENERGY].mean, "J", "u"), quantity(b, point->figure[DEVICE_LATENCY].mean, "s", "u"));
}

static void print_sweep(const struct sweep *sweep)
{
    printf("%s: %u samples; float reference ", sweep->network, sweep->samples);
    if (isfinite(sweep->own.reference_accuracy))
        printf("%.2f %%", 100 * sweep->own.reference_accuracy);
    printf("\nchips\n");
    print_point(&sweep->own, sweep->own.name);
    for (uint32_t i = 0; i < sweep->other_count; i++)
        print_point(&sweep->others[i], sweep->others[i].name);
    for (uint32_t i = 0; i < sweep->axis_count; i++) {
        printf("%s\n", sweep->axes[i].key);
        for (uint32_t j = 0; j < sweep->axes[i].count; j++)
            print_point(&sweep->axes[i].points[j], sweep->axes[i].points[j].value);
    }
}

static bool sweep_all(const void *options, struct diagnostics *diagnostics)
{
    const struct sweep_line *line = options;
    struct sweep sweep = {.network = memory_copy_string(file_name(line->network)),
                          .command = memory_copy_string(line->command),
                          .chips = line->monte_carlo ? line->monte_carlo : 1};
    bool good = read_axes(line, &sweep, diagnostics) && run_points(line, &sweep, diagnostics) &&
                sweep_write_html(line->out, &sweep, diagnostics);
    if (good && !line->quiet)
        print_sweep(&sweep);
    sweep_free(&sweep);
    return good;
}

int command_sweep(int argc, char **argv)
{
    struct sweep_line line = {0};
    char *command = memory_copy_string("npusim sweep");
    for (int i = 0; i < argc; i++) {
        char *longer = memory_format("%s %s", command, argv[i]);
        free(command);
        command = longer;
    }
    line.command = command;
    int status = options_command(argc, argv,
                                 "sweep --chip CHIP.yaml --network NET --input SPIKES --vary KEY=V1,V2,... --out PAGE.html\n\n"
                                 "One chip with one value of its file after another: accuracy, energy and latency as charts,\n"
                                 "with --monte-carlo over chips that differ in their devices.",
                                 rows, &line, sweep_all);
    free(command);
    return status;
}
