#include "tools/validate/silicon.h"
#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/report/derive.h"
#include "tools/validate/networks.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_MAX 24

static const struct silicon_family *const families[] = {
    &silicon_truenorth, &silicon_odin,    &silicon_loihi_query, &silicon_loihi_times,
    &silicon_macros,    &silicon_spiking, &silicon_self};
enum { FAMILIES = sizeof families / sizeof *families };

/* ---- before the runs ---- */

struct silicon_run *silicon_add(struct silicon *silicon, char *name, const char *chip, const char *const *settings)
{
    struct parameter_override overrides[SETTINGS_MAX] = {0};
    size_t count = 0;
    for (; settings && settings[count]; count++)
        overrides[count].text = settings[count];
    struct silicon_run *run = memory_array(1, sizeof *run);
    char *path = memory_format("configs/chip/%s.yaml", chip);
    run->name = name;
    bool good = chip_config_load(path, overrides, count, &run->test.chip, silicon->diagnostics);
    free(path);
    silicon->runs = memory_grow(silicon->runs, &silicon->capacity, silicon->count + 1, sizeof *silicon->runs);
    silicon->runs[silicon->count++] = run;
    return good ? run : NULL;
}

/* ---- after the runs ---- */

const struct silicon_run *silicon_find(const struct silicon *silicon, const char *name)
{
    size_t i = 0;
    while (i < silicon->count && strcmp(silicon->runs[i]->name, name) != 0)
        i++;
    return i < silicon->count ? silicon->runs[i] : NULL;
}

bool silicon_energy(struct silicon *silicon, const struct silicon_run *run, const char *name,
                    struct energy_report *out)
{
    const struct chip_config *chip = &run->test.chip;
    char *path = name ? memory_format("configs/technology/%s.yaml", name)
                      : parameters_relative_path(chip->path, chip->technology);
    struct technology *technology;
    bool good = technology_load(path, &technology, silicon->diagnostics);
    free(path);
    if (!good)
        return false;
    energy_compute(technology, chip, &run->test.program, &run->test.result.counters, out);
    technology_free(technology);
    return true;
}

double silicon_seconds(const struct silicon_run *run)
{
    return cycles_to_seconds(&run->test.chip, run->test.result.counters.cycles);
}

uint64_t silicon_count(const struct silicon_run *run, enum core_counter counter)
{
    return core_sum(&run->test.result.counters, counter);
}

bool silicon_published(struct silicon *silicon, const char *chip, const char *test, int which, double *out)
{
    static const char *const names[] = {"chip", "case", "published", NULL};
    uint32_t column[3];
    if (!csv_columns(&silicon->cases, names, column, silicon->diagnostics))
        return false;
    for (size_t i = 0; i < silicon->cases.record_count; i++) {
        const struct csv_record *record = &silicon->cases.records[i];
        if (strncmp(csv_cell(&silicon->cases, record, column[0]), chip, strlen(chip)) != 0 ||
            strncmp(csv_cell(&silicon->cases, record, column[1]), test, strlen(test)) != 0)
            continue;
        const char *text = csv_cell(&silicon->cases, record, column[2]);
        for (int skip = 0; text && skip < which; skip++)
            text = strchr(text, '/') ? strchr(text, '/') + 1 : NULL;
        *out = text ? strtod(text, NULL) : 0;
        return *out > 0 || csv_complain(&silicon->cases, record, column[2], silicon->diagnostics, "a positive number");
    }
    return diagnostics_add(silicon->diagnostics, silicon->cases.path, "no case \"%s, %s\", expected one", chip, test);
}

void silicon_judge(struct silicon *silicon, const struct silicon_row *row, char *note)
{
    char *test = memory_copy_string(row->test);
    struct verdict verdict = {.suite = "silicon", .test = test, .quantity = row->quantity, .unit = row->unit,
                              .expected = row->expected, .simulated = row->simulated,
                              .error = row->simulated / row->expected - 1, .limit = row->limit,
                              .fitted = row->fitted, .note = note};
    verdicts_add(silicon->verdicts, &verdict);
    free(test);
    free(note);
}

void silicon_point(struct silicon *silicon, const struct silicon_row *row, double low, double high)
{
    silicon->points = memory_grow(silicon->points, &silicon->point_capacity, silicon->point_count + 1,
                                  sizeof *silicon->points);
    silicon->points[silicon->point_count++] = (struct silicon_point){
        memory_copy_string(row->test), row->expected, row->simulated, low, high, row->unit, row->fitted};
}

/* ---- all of it ---- */

static bool run_chips(struct silicon *silicon, const struct replay_options *options, uint64_t *state_hash)
{
    struct system_job *jobs = memory_array(silicon->count, sizeof *jobs);
    struct hash hash = {0};
    for (size_t i = 0; i < silicon->count; i++) {
        struct theory_case *test = &silicon->runs[i]->test;
        bool replay = test->replay.end_cycle != 0;
        test->replay.events = test->stimuli;
        jobs[i] = (struct system_job){.config = &test->chip, .program = &test->program, .samples = &test->sample,
                                      .sample_count = replay ? 0 : 1, .replay = replay ? &test->replay : NULL,
                                      .quantum = options->quantum, .order = options->order,
                                      .oracle = options->oracle, .result = &test->result};
    }
    bool good = system_run(jobs, silicon->count);
    for (size_t i = 0; good && i < silicon->count; i++)
        hash_u64(&hash, silicon->runs[i]->test.result.state_hash);
    *state_hash = hash.value;
    free(jobs);
    return good;
}

static void silicon_free(struct silicon *silicon)
{
    for (size_t i = 0; i < silicon->count; i++) {
        silicon->runs[i]->test.name = silicon->runs[i]->name;
        theory_case_free(&silicon->runs[i]->test);
        free(silicon->runs[i]);
    }
    for (size_t i = 0; i < silicon->point_count; i++)
        free(silicon->points[i].name);
    free(silicon->points);
    free(silicon->runs);
    csv_free(&silicon->cases);
    csv_free(&silicon->macros);
    csv_free(&silicon->chips);
}

static bool read_tables(struct silicon *silicon)
{
    char *cases = networks_path("physics/neuromorphic/validation_cases.csv");
    char *macros = networks_path("physics/cim/dcim_validation_points_zigzag_imc.csv");
    bool good = csv_read(cases, true, &silicon->cases, silicon->diagnostics) &&
                csv_read(macros, true, &silicon->macros, silicon->diagnostics) &&
                csv_read("configs/silicon/spiking-chips.csv", true, &silicon->chips, silicon->diagnostics);
    free(cases);
    free(macros);
    return good;
}

static bool run_and_judge(struct silicon *silicon, const struct replay_options *options, uint64_t *state_hash)
{
    bool good = read_tables(silicon);
    for (int i = 0; good && i < FAMILIES; i++)
        good = families[i]->add(silicon);
    good = good && run_chips(silicon, options, state_hash);
    for (int i = 0; good && i < FAMILIES; i++)
        good = families[i]->judge(silicon);
    return good && (!options->plot || silicon_plot(silicon, options->plot, silicon->diagnostics));
}

bool silicon_run_all(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                     struct diagnostics *diagnostics)
{
    struct silicon silicon = {.verdicts = verdicts, .diagnostics = diagnostics};
    char *root = networks_path("physics");
    bool good = true;
    *state_hash = 0;
    if (!directory_is(root))
        fprintf(stderr, "npusim: silicon: skipped, %s is not there (set REFERENCE)\n", root);
    else
        good = run_and_judge(&silicon, options, state_hash);
    silicon_free(&silicon);
    free(root);
    return good;
}

static const char *verdict_word(const struct verdict *v)
{
    return !isfinite(v->limit) ? "" : verdict_passes(v) ? "pass" : "MISS";
}

void silicon_print(const struct verdicts *verdicts)
{
    size_t passed = 0, judged = 0;
    printf("%-44s %-16s %10s %10s %-6s %8s %6s  %-8s\n", "case", "quantity", "published", "simulated", "unit", "error",
           "limit", "constants");
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct verdict *v = &verdicts->rows[i];
        char limit[16] = "-";
        bool open = !isfinite(v->limit);
        judged += !open;
        passed += !open && verdict_passes(v);
        if (!open)
            snprintf(limit, sizeof limit, "%.1f %%", 100 * v->limit);
        printf("%-44s %-16s %10.4g %10.4g %-6s %+6.1f %% %6s  %-8s  %s\n", v->test, v->quantity, v->expected,
               v->simulated, v->unit, 100 * v->error, limit, v->fitted ? "fitted" : "held out", verdict_word(v));
        if (v->note && *v->note)
            printf("    %s\n", v->note);
    }
    printf("%zu of %zu within their limits\n", passed, judged);
}
