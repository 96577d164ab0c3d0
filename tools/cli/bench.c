/* npusim bench */
#include "tools/cli/bench.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/bench/generate.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/file/file.h"
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bench_line {
    const char *rows, *rank, *network;
    uint32_t runs, steps;
    bool json;
};

#define FIELD(name) offsetof(struct bench_line, name)
static const struct option_row rows[] = {
    {"--rows", OPTION_STRING, FIELD(rows), "NAME,...", 0, 0, false, NULL, "these only; * and ? stand for any letters"},
    {"--runs", OPTION_U32, FIELD(runs), "N", 1, 1000, false, NULL, "of each row; the medians count (default 3)"},
    {"--steps", OPTION_U32, FIELD(steps), "N", 2, 65535, false, NULL,
     "timesteps of the networks, to profile a row (default: the row's own)"},
    {"--rank", OPTION_STRING, FIELD(rank), "NAME", 0, 0, false, NULL,
     "one process of this row: what the mpi rows start under mpirun"},
    {"--network", OPTION_STRING, FIELD(network), "OUT.nir", 0, 0, false, NULL,
     "only write the network of 1024 neurons and fan-out 64, for npusim compare"},
    {"--json", OPTION_FLAG, FIELD(json), NULL, 0, 0, false, NULL, "as JSON, and nothing else"},
    {0},
};

/* ---- which rows ---- */

static size_t row_count(void)
{
    size_t count = 0;
    while (bench_rows[count].name)
        count++;
    return count;
}

static bool select_name(const char *name, bool *selected, struct diagnostics *diagnostics)
{
    bool any = false;
    for (size_t i = 0; bench_rows[i].name; i++)
        if (fnmatch(name, bench_rows[i].name, 0) == 0)
            any = selected[i] = true;
    return any || diagnostics_add(diagnostics, "--rows", "'%s' is no row, expected those of npusim bench --help", name);
}

static bool select_rows(const char *names, bool *selected, struct diagnostics *diagnostics)
{
    bool good = true;
    if (!names)
        names = "*";
    while (*names) {
        size_t length = strcspn(names, ",");
        char *name = memory_format("%.*s", (int)length, names);
        good &= select_name(name, selected, diagnostics);
        free(name);
        names += length + (names[length] == ',');
    }
    for (size_t i = 0; good && bench_rows[i].name; i++)
        if (selected[i])
            return true;
    if (good)
        diagnostics_add(diagnostics, "--rows", "no name, expected names from npusim bench --help");
    return false;
}

/* ---- where ---- */

static void describe_machine(struct bench_machine *machine)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    *machine = (struct bench_machine){.cores = sysconf(_SC_NPROCESSORS_ONLN)};
    while (file && machine->cpu[0] == '\0' && fgets(line, sizeof line, file))
        if (strncmp(line, "model name", 10) == 0) {
            const char *name = line + strcspn(line, ":");
            name += strspn(name, ": ");
            snprintf(machine->cpu, sizeof machine->cpu, "%.*s", (int)strcspn(name, "\n"), name);
        }
    if (file)
        fclose(file);
}

static bool make_scratch(char **out, struct diagnostics *diagnostics)
{
    const char *folder = getenv("TMPDIR");
    char *path = memory_format("%s/npusim-bench-XXXXXX", folder && *folder ? folder : "/tmp");
    *out = path;
    if (mkdtemp(path))
        return true;
    *out = NULL;
    diagnostics_add(diagnostics, path, "%s, expected a folder for temporary files (TMPDIR)", strerror(errno));
    free(path);
    return false;
}

static void remove_scratch(char *scratch)
{
    char **names;
    size_t count;
    struct diagnostics diagnostics = {0};
    if (directory_list(scratch, &names, &count, &diagnostics)) {
        for (size_t i = 0; i < count; i++) {
            char *path = memory_format("%s/%s", scratch, names[i]);
            unlink(path);
            free(path);
        }
        directory_free_list(names, count);
    }
    diagnostics_free(&diagnostics);
    rmdir(scratch);
    free(scratch);
}

/* ---- the rows ---- */

/* A row that fails does not keep the others from being measured. */
static bool run_rows(const struct bench_line *line, const bool *selected, const struct bench_context *context)
{
    struct diagnostics diagnostics = {0};
    struct bench_summary *summaries = memory_array(row_count(), sizeof *summaries);
    struct bench_row *rows_run = memory_array(row_count(), sizeof *rows_run);
    struct bench_machine machine;
    size_t count = 0;
    describe_machine(&machine);
    if (!line->json)
        bench_print_head(&machine, line->runs);
    for (size_t i = 0; bench_rows[i].name; i++) {
        rows_run[i] = bench_rows[i];
        if (line->steps && rows_run[i].steps)
            rows_run[i].steps = line->steps;
        if (!selected[i] || !bench_measure(&rows_run[i], context, line->runs, &summaries[count], &diagnostics))
            continue;
        if (!line->json)
            bench_print_row(&summaries[count]);
        count++;
    }
    if (line->json)
        bench_print_json(&machine, line->runs, summaries, count);
    else
        bench_print_counts(summaries, count);
    free(summaries);
    free(rows_run);
    bool good = diagnostics.count == 0;
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return good;
}

static int bench_all(const struct bench_line *line, struct diagnostics *diagnostics)
{
    bool *selected = memory_array(row_count(), sizeof *selected);
    char *configs = NULL, *scratch = NULL;
    int status = STATUS_USER;
    bool good = select_rows(line->rows, selected, diagnostics);
    good &= bench_find_configs(&configs, diagnostics);
    if (good && make_scratch(&scratch, diagnostics)) {
        struct bench_context context = {configs, scratch};
        status = run_rows(line, selected, &context) ? STATUS_DONE : STATUS_FAILED;
        remove_scratch(scratch);
    }
    free(configs);
    free(selected);
    return status;
}

static int write_network(const char *path, struct diagnostics *diagnostics)
{
    struct network network;
    bench_network(BENCH_NEURONS, 64, &network);
    bool good = bench_write_nir(path, &network, diagnostics);
    network_free(&network);
    return good ? STATUS_DONE : STATUS_USER;
}

static int run_rank(const struct bench_line *line, struct diagnostics *diagnostics)
{
    char *configs = NULL;
    struct bench_row row = {0};
    for (size_t i = 0; bench_rows[i].name; i++)
        if (strcmp(bench_rows[i].name, line->rank) == 0 && bench_rows[i].run == bench_run_mpi)
            row = bench_rows[i];
    if (!row.name) {
        diagnostics_add(diagnostics, "--rank", "'%s' is no row of several processes, expected mpi_2", line->rank);
        return STATUS_USER;
    }
    row.steps = line->steps ? line->steps : row.steps;
    bool good = bench_find_configs(&configs, diagnostics);
    struct bench_context context = {configs, NULL};
    good = good && bench_run_rank(&row, &context, diagnostics);
    free(configs);
    return good ? STATUS_DONE : STATUS_FAILED;
}

static void help(void)
{
    printf("usage: npusim bench [OPTION ...]\n\n");
    options_help(rows);
    printf("\nrows (docs/performance.md says how to read them):\n");
    for (size_t i = 0; bench_rows[i].name; i++)
        printf("  %-24s %s\n", bench_rows[i].name, bench_rows[i].help);
}

int command_bench(int argc, char **argv)
{
    struct bench_line line = {.runs = 3};
    struct diagnostics diagnostics = {0};
    int status = STATUS_USER;
    if (options_ask_help(argc, argv)) {
        help();
        status = STATUS_DONE;
    } else if (options_parse(argc, argv, rows, &line, NULL, &diagnostics)) {
        status = line.network ? write_network(line.network, &diagnostics)
                 : line.rank  ? run_rank(&line, &diagnostics)
                              : bench_all(&line, &diagnostics);
    }
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return status;
}
