/* Runs recordings and compares what happened with what they say. */
#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/validate/validate.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* ---- comparing ---- */

struct moment {
    int64_t cycle, core, number, extra;
};

static int by_cycle(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    for (int i = 0; i < 4; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

static int64_t cell(const struct table *table, size_t row, int column)
{
    return column < 0 ? 0 : table_value(table, row, column);
}

static size_t differing(const struct moment *a, size_t a_count, const struct moment *b, size_t b_count)
{
    size_t i = 0, j = 0, differences = 0;
    while (i < a_count || j < b_count) {
        int order = i == a_count ? 1 : j == b_count ? -1 : by_cycle(&a[i], &b[j]);
        differences += order != 0;
        i += order <= 0;
        j += order >= 0;
    }
    return differences;
}

size_t log_differences(const struct cycle_log *log, enum log_kind kind, const struct table *table,
                       struct log_columns columns, uint64_t end_cycle)
{
    struct moment *seen = memory_array(log->count, sizeof *seen);
    struct moment *told = memory_array(table->rows, sizeof *told);
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++) {
        const struct log_entry *entry = &log->entries[i];
        if (entry->kind == kind && entry->cycle < end_cycle)
            seen[count++] = (struct moment){(int64_t)entry->cycle, columns.core < 0 ? 0 : entry->core,
                                            columns.number < 0 ? 0 : entry->number,
                                            columns.extra < 0 ? 0 : entry->extra};
    }
    for (size_t i = 0; i < table->rows; i++)
        told[i] = (struct moment){cell(table, i, columns.cycle), cell(table, i, columns.core),
                                  cell(table, i, columns.number), cell(table, i, columns.extra)};
    qsort(seen, count, sizeof *seen, by_cycle);
    qsort(told, table->rows, sizeof *told, by_cycle);
    size_t differences = differing(seen, count, told, table->rows);
    free(seen);
    free(told);
    return differences;
}

/* ---- verdicts ---- */

void verdicts_add(struct verdicts *verdicts, const struct verdict *verdict)
{
    verdicts->rows = memory_grow(verdicts->rows, &verdicts->capacity, verdicts->count + 1, sizeof *verdicts->rows);
    verdicts->rows[verdicts->count] = *verdict;
    verdicts->rows[verdicts->count].test = memory_copy_string(verdict->test);
    verdicts->rows[verdicts->count++].note = verdict->note ? memory_copy_string(verdict->note) : NULL;
}

void verdicts_add_differences(struct verdicts *verdicts, const char *suite, const char *test, const char *quantity,
                              size_t differences, size_t compared)
{
    struct verdict verdict = {.suite = suite, .test = (char *)test, .quantity = quantity, .unit = "differences",
                              .simulated = (double)differences, .error = (double)differences,
                              .compared = (double)compared};
    verdicts_add(verdicts, &verdict);
}

bool verdict_passes(const struct verdict *verdict)
{
    return verdict->error <= verdict->limit && verdict->error >= -verdict->limit;
}

void verdicts_free(struct verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->count; i++) {
        free(verdicts->rows[i].test);
        free(verdicts->rows[i].note);
    }
    free(verdicts->rows);
    *verdicts = (struct verdicts){0};
}

/* ---- cases of a folder ---- */

static void case_free(struct replay_case *test)
{
    recording_free(&test->recording);
    chip_config_free(&test->chip);
    program_free(&test->program);
    chip_result_free(&test->result);
    free(test->events);
    free(test->replay.log.entries);
    free(test->replay.potentials);
}

static bool prepare(const struct replay_suite *suite, const char *path, struct replay_case *test,
                    struct diagnostics *diagnostics)
{
    return recording_read(path, suite->tables, suite->untitled, &test->recording, diagnostics) &&
           suite->prepare(test, suite->chip, diagnostics);
}

static bool run_cases(const struct replay_suite *suite, struct replay_case *tests, size_t count,
                      const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash)
{
    struct system_job *jobs = memory_array(count, sizeof *jobs);
    struct hash hash = {0};
    for (size_t i = 0; i < count; i++)
        jobs[i] = (struct system_job){.config = &tests[i].chip, .program = &tests[i].program,
                                      .quantum = options->quantum, .order = options->order,
                                      .oracle = options->oracle, .replay = &tests[i].replay,
                                      .result = &tests[i].result};
    bool good = system_run(jobs, count);
    for (size_t i = 0; good && i < count; i++) {
        suite->judge(&tests[i], verdicts);
        hash_u64(&hash, tests[i].result.state_hash);
    }
    *state_hash = hash.value;
    free(jobs);
    return good;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Paths of the cases: `path` itself, or what lies in it, sorted; at least one, or false. */
static bool list_cases(const char *path, char ***paths, size_t *count, struct diagnostics *diagnostics)
{
    struct dirent **found = NULL;
    int all = recording_is(path) ? 0 : scandir(path, &found, is_visible, alphasort);
    *count = 0;
    *paths = memory_array(all > 0 ? (size_t)all : 1, sizeof **paths);
    if (recording_is(path))
        (*paths)[(*count)++] = memory_copy_string(path);
    for (int i = 0; i < all; i++) {
        char *child = memory_format("%s/%s", path, found[i]->d_name);
        if (recording_is(child))
            (*paths)[(*count)++] = child;
        else
            free(child);
        free(found[i]);
    }
    free(found);
    return *count > 0 ||
           diagnostics_add(diagnostics, path, "no case, expected folders with setup.json or .h5 files");
}

bool replay_suite_run(const struct replay_suite *suite, const char *path, const struct replay_options *options,
                      struct verdicts *verdicts, uint64_t *state_hash, struct diagnostics *diagnostics)
{
    char **paths;
    size_t count;
    bool good = list_cases(path, &paths, &count, diagnostics);
    struct replay_case *tests = memory_array(count, sizeof *tests);
    for (size_t i = 0; i < count; i++)
        good = prepare(suite, paths[i], &tests[i], diagnostics) && good;
    good = good && run_cases(suite, tests, count, options, verdicts, state_hash);
    for (size_t i = 0; i < count; i++)
        case_free(&tests[i]);
    free(tests);
    directory_free_list(paths, count);
    return good;
}

bool replay_suite_pack(const struct replay_suite *suite, const char *path, const char *dir,
                       struct diagnostics *diagnostics)
{
    char **paths;
    size_t count;
    bool good = list_cases(path, &paths, &count, diagnostics) && directory_make(dir, diagnostics);
    for (size_t i = 0; good && i < count; i++) {
        struct replay_case test = {0};
        good = prepare(suite, paths[i], &test, diagnostics);
        char *out = memory_format("%s/%s.h5", dir, test.recording.name);
        good = good && recording_write_h5(out, &test.recording, diagnostics);
        free(out);
        case_free(&test);
    }
    directory_free_list(paths, count);
    return good;
}
