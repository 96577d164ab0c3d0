#include "tools/cli/monte_carlo.h"

#include "sim/memory.h"
#include "sim/top/ranks.h"
#include "tools/cli/run_child.h"
#include "tools/report/derive.h"
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What makes no difference to a seed's figures, or belongs to the run's own seed. */
static const char *const own_options[] = {"--monte-carlo", "--device-seed", "--out", "--trace", "--trace-systemc",
                                          "--baseline", "--json", "--quiet", "--jobs", NULL};

/* For the run without variation. */
static const char *const ideal[] = {"programming.noise=0", "read_noise=0", "wire_resistance=0", "stuck_low=0",
                                    "stuck_high=0", "converter.bits=24"};
enum { IDEAL = sizeof ideal / sizeof *ideal };

struct child {
    struct run_child run;
    struct device_run *out;
};

struct line {
    char **item; /* all fresh */
    int count;
};

bool monte_carlo_possible(const struct run *run, struct diagnostics *diagnostics)
{
    if (run->options.monte_carlo == 0)
        return true;
    if (run->chip.core.synapse_kind != SYNAPSE_MEMRISTOR)
        return diagnostics_add(diagnostics, "--monte-carlo", "the arrays of %s are digital, so every seed gives the same; "
                               "expected a chip with core.synapse.kind memristor", run->options.chip);
    if (ranks_count() > 1)
        return diagnostics_add(diagnostics, "--monte-carlo", "started as %u processes that share the chips, expected one; "
                               "--jobs runs several seeds at once", ranks_count());
    if (run->options.settings.count + IDEAL + 1 > OPTION_LIST_MAX)
        return diagnostics_add(diagnostics, "--set", "given %u times, expected at most %d with --monte-carlo",
                               run->options.settings.count, OPTION_LIST_MAX - IDEAL - 1);
    return true;
}

/* ---- the command line of a child ---- */

static bool is_own(const char *name)
{
    for (int i = 0; own_options[i]; i++)
        if (!strcmp(name, own_options[i]))
            return true;
    return false;
}

static const struct option_row *row_of(const char *name)
{
    for (const struct option_row *row = run_option_rows; row->name; row++)
        if (!strcmp(row->name, name))
            return row;
    return NULL;
}

static void add(struct line *line, char *word)
{
    line->item[line->count++] = word;
}

static void add_option(struct line *line, const char *name, char *value)
{
    add(line, memory_copy_string(name));
    add(line, value);
}

static void add_ideal(struct line *line, const struct core_config *core)
{
    for (int i = 0; i < IDEAL; i++)
        add_option(line, "--set", memory_format("core.synapse.memristor.%s", ideal[i]));
    add_option(line, "--set", memory_format("core.synapse.memristor.converter.full_scale=%u",
                                            core->memristor.rows_per_read + 1));
}

/* As the run was called, for another chip. */
static struct line line_for(const struct run *run, const struct device_run *device)
{
    struct line line = {.item = memory_array((size_t)run->argc + 2 * IDEAL + 8, sizeof(char *))};
    for (int i = 0; i < run->argc; i++) {
        const struct option_row *row = row_of(run->argv[i]);
        bool value = row && row->kind != OPTION_FLAG, own = is_own(run->argv[i]);
        for (int j = 0; j <= value; j++)
            if (!own)
                add(&line, memory_copy_string(run->argv[i + j]));
        i += value;
    }
    if (device == &run->monte_carlo.ideal)
        add_ideal(&line, &run->chip.core);
    add_option(&line, "--device-seed", memory_format("%" PRIu64, device->seed));
    add(&line, memory_copy_string("--json"));
    return line;
}

static void line_free(struct line *line)
{
    for (int i = 0; i < line->count; i++)
        free(line->item[i]);
    free(line->item);
}

/* ---- children ---- */

static bool start(const struct run *run, struct device_run *device, struct child *child, struct diagnostics *diagnostics)
{
    struct line line = line_for(run, device);
    child->out = device;
    bool good = run_child_start(line.count, line.item, &child->run);
    if (!good)
        diagnostics_add(diagnostics, "--monte-carlo", "no process for seed %" PRIu64 ": %s", device->seed, strerror(errno));
    line_free(&line);
    return good;
}

static double number_at(const json_t *root, const char *group, const char *key)
{
    const json_t *value = json_object_get(group ? json_object_get(root, group) : root, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void read_figures(const json_t *root, struct device_run *out)
{
    out->figure[DEVICE_ACCURACY] = number_at(root, NULL, "accuracy");
    out->figure[DEVICE_SPIKE_AGREEMENT] = number_at(root, NULL, "spike_agreement");
    out->figure[DEVICE_SPIKES] = number_at(root, "counts", "spikes");
    out->figure[DEVICE_ENERGY] = number_at(root, "energy_j", "per_sample");
    out->figure[DEVICE_LATENCY] = number_at(root, "latency_s", "mean");
}

static bool finish(struct child *child, struct diagnostics *diagnostics)
{
    json_t *root = run_child_finish(&child->run) ? json_loadf(child->run.summary, 0, NULL) : NULL;
    if (child->run.summary)
        fclose(child->run.summary);
    if (!root)
        return diagnostics_add(diagnostics, "--monte-carlo", "the run with seed %" PRIu64 " failed (see above), expected it to "
                               "end", child->out->seed);
    read_figures(root, child->out);
    json_decref(root);
    return true;
}

static struct device_run *device_at(struct monte_carlo *runs, uint32_t i)
{
    return i == 0 ? &runs->ideal : &runs->runs[i];
}

/* The oldest is waited for, when as many are at work as may be. */
static bool run_children(struct run *run, struct progress *progress, struct diagnostics *diagnostics)
{
    uint32_t all = run->monte_carlo.count, started = 0, ended = 0;
    struct child *children = memory_array(all, sizeof *children);
    bool good = true;
    while (ended < started || (good && started < all)) {
        if (good && started < all && started - ended < run->options.jobs) {
            good = start(run, device_at(&run->monte_carlo, started), &children[started], diagnostics);
            started += good;
        } else {
            good &= finish(&children[ended++], diagnostics);
            progress_update(progress, ended, all);
        }
    }
    free(children);
    return good;
}

bool monte_carlo_others(struct run *run, struct diagnostics *diagnostics)
{
    struct monte_carlo *runs = &run->monte_carlo;
    struct progress progress = {0};
    if (run->options.monte_carlo == 0)
        return true;
    runs->count = run->options.monte_carlo;
    runs->runs = memory_array(runs->count, sizeof *runs->runs);
    for (uint32_t i = 0; i < runs->count; i++)
        runs->runs[i].seed = run->chip.device_seed + i;
    runs->ideal.seed = run->chip.device_seed;
    progress_begin(&progress, "devices", run->options.quiet || run->options.json);
    bool good = run_children(run, &progress, diagnostics);
    progress_end(&progress);
    return good;
}

void monte_carlo_own(struct run *run, const struct run_numbers *numbers)
{
    if (run->options.monte_carlo == 0)
        return;
    double *own = run->monte_carlo.runs[0].figure;
    own[DEVICE_ACCURACY] = numbers->labelled ? numbers->accuracy : NAN;
    own[DEVICE_SPIKE_AGREEMENT] = numbers->spike_agreement;
    own[DEVICE_SPIKES] = (double)numbers->spikes;
    own[DEVICE_ENERGY] = energy_per_sample(&run->record, numbers);
    own[DEVICE_LATENCY] = numbers->latency_mean_s;
}
