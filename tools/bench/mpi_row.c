/* Chips over two processes of mpirun beside the same chips in one, by the clock: sim/top/ranks.h. The yardstick in
 * `functional_s` is here the one process, so the ratio is the speed-up; both must end in the same state.
 *
 * A sheet over all chips: what a core sends goes to its own chip, but for the two columns on each side of a border. As
 * in sheet_row.c the second of two samples is measured, so that building and the first touch of memory are no part. */
#include "models/chip.h"
#include "sim/memory.h"
#include "sim/top/ranks.h"
#include "sim/top/system.h"
#include "tools/bench/bench.h"
#include "tools/bench/sheet.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RANKS 2
#define ANSWER "npusim rank 0:"

enum { WARM_UP, MEASURED, SAMPLES };

struct mpi_case {
    struct chip_config chip;
    struct sheet sheet;
    struct program program;
    struct chip_result result;
    double ended_s[SAMPLES];
};

static void note_time(void *context, size_t done, size_t all)
{
    struct mpi_case *it = context;
    (void)all;
    it->ended_s[done - 1] = bench_clock_s();
}

/* In this process, alone or as one of several. */
static bool simulate(const struct bench_row *row, const struct bench_context *context, struct mpi_case *it,
                     struct diagnostics *diagnostics)
{
    if (!bench_load_chip(row, context, &it->chip, diagnostics))
        return false;
    sheet_init(&it->sheet, row->sheet, &it->chip);
    sheet_program(&it->sheet, &it->chip, &it->program);
    program_strip(&it->program, &it->chip);
    struct driver_sample samples[SAMPLES] = {{.steps = 1}, {.steps = row->steps}};
    struct system_job job = {.config = &it->chip, .program = &it->program, .samples = samples, .sample_count = SAMPLES,
                             .progress = note_time, .progress_context = it, .result = &it->result};
    return system_run(&job, 1) || diagnostics_add(diagnostics, "simulation", "deadlock");
}

static void release(struct mpi_case *it)
{
    chip_result_free(&it->result);
    program_free(&it->program);
    chip_config_free(&it->chip);
}

static double simulated_s(const struct mpi_case *it)
{
    return it->ended_s[MEASURED] - it->ended_s[WARM_UP];
}

bool bench_run_rank(const struct bench_row *row, const struct bench_context *context, struct diagnostics *diagnostics)
{
    struct mpi_case it = {0};
    if (!ranks_begin(diagnostics))
        return false;
    bool good = simulate(row, context, &it, diagnostics);
    if (good && ranks_own() == 0)
        printf("%s %.9f %016" PRIx64 "\n", ANSWER, simulated_s(&it), it.result.state_hash);
    release(&it);
    ranks_end();
    return good;
}

/* ---- the others are started ---- */

static char *own_path(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return memory_copy_string(path);
}

static bool read_answer(FILE *from, double *seconds, uint64_t *hash)
{
    char line[256];
    bool there = false;
    while (fgets(line, sizeof line, from))
        there |= strncmp(line, ANSWER, strlen(ANSWER)) == 0 &&
                 sscanf(line + strlen(ANSWER), "%lf %" SCNx64, seconds, hash) == 2;
    return there;
}

static bool run_ranks(const struct bench_row *row, double *seconds, uint64_t *hash, struct diagnostics *diagnostics)
{
    char *self = own_path();
    char *line = memory_format("OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 exec mpirun -q --oversubscribe "
                               "--bind-to none -n %d '%s' bench --rank %s --steps %u", RANKS, self, row->name, row->steps);
    fflush(NULL);
    FILE *ranks = popen(line, "r");
    bool good = ranks && read_answer(ranks, seconds, hash);
    int status = ranks ? pclose(ranks) : -1;
    free(line);
    free(self);
    return (good && status == 0) || diagnostics_add(diagnostics, "mpirun", "failed with status %d",
                                                    WIFEXITED(status) ? WEXITSTATUS(status) : status);
}

static const char *what_is_missing(void)
{
    if (!ranks_possible())
        return "built without MPI; 'make MPI=1' builds with it";
    if (system("command -v mpirun >/dev/null 2>&1") != 0)
        return "no mpirun; tools/scripts/setup --mpi installs it";
    return NULL;
}

bool bench_run_mpi(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                   struct diagnostics *diagnostics)
{
    struct mpi_case it = {0};
    uint64_t hash = 0;
    const char *missing = what_is_missing();
    if (missing) {
        snprintf(out->skipped, sizeof out->skipped, "%s", missing);
        return true;
    }
    bool good = run_ranks(row, &out->simulate_s, &hash, diagnostics) && simulate(row, context, &it, diagnostics);
    if (good) {
        out->functional_s = simulated_s(&it);
        out->peak_rss_mib = bench_peak_mib();
        out->state_hash = it.result.state_hash;
        bench_count_result(&it.result, &out->counts);
        good = it.result.state_hash == hash ||
               diagnostics_add(diagnostics, "simulation", "state %016" PRIx64 " with %d processes, %016" PRIx64
                               " with one", hash, RANKS, it.result.state_hash);
    }
    release(&it);
    return good;
}
