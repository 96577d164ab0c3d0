/* npusim validate */
#include "sim/memory.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/file/file.h"
#include "tools/validate/converters.h"
#include "tools/validate/gpu.h"
#include "tools/validate/networks.h"
#include "tools/validate/silicon.h"
#include "tools/validate/theory.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct validate_line {
    const char *cases, *pack, *plot;
    uint32_t quantum;
    int order;
    bool oracle, json;
};

#define FIELD(name) offsetof(struct validate_line, name)
static const struct option_row rows[] = {
    {"--cases", OPTION_STRING, FIELD(cases), "DIR", 0, 0, false, NULL,
     "cases of one suite: folders of CSV with setup.json, or .h5 files (default: tests/golden/SUITE)"},
    {"--pack", OPTION_STRING, FIELD(pack), "DIR", 0, 0, false, NULL,
     "only write each case of --cases to DIR as one compressed .h5 file"},
    {"--plot", OPTION_STRING, FIELD(plot), "FILE.svg", 0, 0, false, NULL,
     "silicon: model against published figures, all in one drawing"},
    {"--quantum", OPTION_U32, FIELD(quantum), "CYCLES", 1, 4294967295.0, false, NULL, "as for run"},
    {"--order", OPTION_CHOICE, FIELD(order), "ORDER", 0, 0, false, order_choices, "as for run"},
    {"--oracle", OPTION_FLAG, FIELD(oracle), NULL, 0, 0, false, NULL, "as for run"},
    {"--json", OPTION_FLAG, FIELD(json), NULL, 0, 0, false, NULL, "JSON alone on stdout"},
    {0},
};

/* Recordings, or cases made here. */
struct suite {
    const char *name;
    const struct replay_suite *recordings; /* NULL: run */
    bool (*run)(const struct replay_options *, struct verdicts *, uint64_t *state_hash, struct diagnostics *);
    void (*print)(const struct verdicts *); /* NULL: the common table */
};
static const struct suite suites[] = {
    {"tinyodin", &tinyodin_suite, NULL, NULL}, {"ranc", &ranc_suite, NULL, NULL}, {"theory", NULL, theory_run, NULL},
    {"reference", NULL, networks_run, NULL}, {"silicon", NULL, silicon_run_all, silicon_print},
    {"converters", NULL, converters_run, NULL},
    {"gpu", NULL, gpu_run, gpu_print}};
enum { SUITES = sizeof suites / sizeof *suites };

/* JSON has no infinity: a row that is shown and not judged has no limit. */
static json_t *json_row(const struct verdict *v)
{
    bool judged = isfinite(v->limit);
    json_t *row = json_pack("{s:s,s:s,s:s,s:s,s:f,s:f,s:f,s:o,s:f,s:b,s:s}", "suite", v->suite, "case", v->test,
                            "quantity", v->quantity, "unit", v->unit, "expected", v->expected, "simulated",
                            v->simulated, "error", v->error, "limit", judged ? json_real(v->limit) : json_null(),
                            "compared", v->compared, "fitted", v->fitted, "verdict",
                            !judged ? "shown" : verdict_passes(v) ? "pass" : "fail");
    if (v->note)
        json_object_set_new(row, "note", json_string(v->note));
    return row;
}

static json_t *json_of(const struct verdicts *verdicts, uint64_t state_hash)
{
    json_t *cases = json_array();
    for (size_t i = 0; i < verdicts->count; i++)
        json_array_append_new(cases, json_row(&verdicts->rows[i]));
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)state_hash);
    return json_pack("{s:o,s:s}", "cases", cases, "state_hash", hash);
}

static void print_table(const struct verdicts *verdicts, uint64_t state_hash)
{
    size_t passed = 0;
    printf("%-10s %-26s %-20s %10s %12s %12s %12s  %s\n", "suite", "case", "quantity", "compared", "expected",
           "simulated", "error", "verdict");
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct verdict *v = &verdicts->rows[i];
        passed += verdict_passes(v);
        char compared[32] = "";
        if (v->compared > 0)
            snprintf(compared, sizeof compared, "%.0f", v->compared);
        printf("%-10s %-26s %-20s %10s %12g %12g %12g  %s\n", v->suite, v->test, v->quantity, compared, v->expected,
               v->simulated, v->error, verdict_passes(v) ? "pass" : "FAIL");
    }
    printf("%zu of %zu pass; state hash %016llx\n", passed, verdicts->count, (unsigned long long)state_hash);
}

/* SystemC elaborates once a process, so each suite has its own; what it finds goes through `json`. */
static int run_suite(const struct validate_line *line, const struct suite *suite, FILE *json)
{
    struct diagnostics diagnostics = {0};
    struct verdicts verdicts = {0};
    struct replay_options how = {line->quantum, (enum engine_order)line->order, line->oracle, line->plot};
    uint64_t state_hash = 0;
    char *path = line->cases ? memory_copy_string(line->cases) : memory_format("tests/golden/%s", suite->name);
    bool good = !suite->recordings ? suite->run(&how, &verdicts, &state_hash, &diagnostics)
                : line->pack ? replay_suite_pack(suite->recordings, path, line->pack, &diagnostics)
                             : replay_suite_run(suite->recordings, path, &how, &verdicts, &state_hash, &diagnostics);
    int status = good ? STATUS_DONE : diagnostics.count ? STATUS_USER : STATUS_FAILED;
    if (good && line->pack)
        printf("%s: packed into %s\n", path, line->pack);
    else if (good && line->json) {
        json_t *root = json_of(&verdicts, state_hash);
        json_dumpf(root, json, JSON_REAL_PRECISION(15));
        json_decref(root);
    } else if (good && verdicts.count == 0)
        printf("%s: nothing was compared, for want of the reference data\n", suite->name);
    else if (good && suite->print)
        suite->print(&verdicts);
    else if (good)
        print_table(&verdicts, state_hash);
    for (size_t i = 0; i < verdicts.count; i++)
        if (!verdict_passes(&verdicts.rows[i]))
            status = STATUS_FAILED;
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    verdicts_free(&verdicts);
    free(path);
    return status;
}

static int run_in_child(const struct validate_line *line, const struct suite *suite, FILE *json)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int status = run_suite(line, suite, json);
        fflush(NULL);
        _exit(status);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return STATUS_FAILED;
    return WEXITSTATUS(status);
}

/* Adds a suite's findings to those of the suites before it. The state hash is that of all, or the only one. */
static void merge(json_t *all, FILE *json)
{
    rewind(json);
    json_t *one = json_loadf(json, 0, NULL), *before = json_object_get(all, "state_hash");
    struct hash hash = {0};
    char text[17];
    json_array_extend(json_object_get(all, "cases"), json_object_get(one, "cases"));
    if (before && one) {
        hash_u64(&hash, strtoull(json_string_value(before), NULL, 16));
        hash_u64(&hash, strtoull(json_string_value(json_object_get(one, "state_hash")), NULL, 16));
        snprintf(text, sizeof text, "%016llx", (unsigned long long)hash.value);
        json_object_set_new(all, "state_hash", json_string(text));
    } else if (one) {
        json_object_set(all, "state_hash", json_object_get(one, "state_hash"));
    }
    json_decref(one);
}

static int run_suites(const struct validate_line *line, const struct suite *const *chosen, uint32_t count)
{
    json_t *all = json_pack("{s:[]}", "cases");
    int worst = STATUS_DONE;
    for (uint32_t i = 0; i < count; i++) {
        FILE *json = tmpfile();
        int status = json ? run_in_child(line, chosen[i], json) : STATUS_FAILED;
        if (json && line->json)
            merge(all, json);
        if (json)
            fclose(json);
        worst = status > worst ? status : worst;
    }
    if (line->json && worst != STATUS_USER) {
        json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
        putchar('\n');
    }
    json_decref(all);
    return worst;
}

static const struct suite *find_suite(const char *name, struct diagnostics *diagnostics)
{
    for (int i = 0; i < SUITES; i++)
        if (!strcmp(suites[i].name, name))
            return &suites[i];
    diagnostics_add(diagnostics, name, "unknown suite, expected tinyodin, ranc, theory, reference, silicon, converters or gpu");
    return NULL;
}

static int validate_all(const struct validate_line *line, const struct option_list *names,
                        struct diagnostics *diagnostics)
{
    if (line->pack && !line->cases) {
        diagnostics_add(diagnostics, "--pack", "expected --cases with it");
        return STATUS_USER;
    }
    if (line->cases && names->count != 1) {
        diagnostics_add(diagnostics, "--cases", "expected one suite before it");
        return STATUS_USER;
    }
    for (uint32_t i = 0; i < names->count; i++)
        if (!find_suite(names->item[i], diagnostics))
            return STATUS_USER;
    if (line->cases && !find_suite(names->item[0], diagnostics)->recordings) {
        diagnostics_add(diagnostics, "--cases", "expected a suite of recordings before it: tinyodin or ranc");
        return STATUS_USER;
    }
    const struct suite *chosen[OPTION_LIST_MAX + SUITES];
    uint32_t count = names->count ? names->count : SUITES;
    for (uint32_t i = 0; i < count; i++)
        chosen[i] = names->count ? find_suite(names->item[i], diagnostics) : &suites[i];
    return run_suites(line, chosen, count);
}

int command_validate(int argc, char **argv)
{
    struct validate_line line = {0};
    struct option_list names = {0};
    struct diagnostics diagnostics = {0};
    int status = STATUS_USER;
    if (argc > 0 && !strcmp(argv[0], "--help")) {
        printf("usage: npusim validate [SUITE ...] [OPTION ...]\n\nRuns what others recorded, and what a formula tells, and "
               "compares: of \"differences\" 0 are expected among\nthose compared. Suites: tinyodin and ranc (RTL recordings, "
               "cycle by cycle), theory, reference (networks),\nsilicon (measured chips), converters (a "
               "survey) and gpu (measured GPUs; these four need the reference data); default: all.\n\n");
        options_help(rows);
        return STATUS_DONE;
    }
    if (options_parse(argc, argv, rows, &line, &names, &diagnostics))
        status = validate_all(&line, &names, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return status;
}
