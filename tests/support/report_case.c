#include "tests/support/report_case.h"

#include "sim/memory.h"
#include <check.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void report_case_begin(struct report_case *at, uint32_t samples, uint32_t hidden)
{
    record_fixture_make(&at->fixture, samples, hidden);
    run_derive(&at->fixture.record, &at->numbers);
    strcpy(at->dir, "/tmp/npusim-report-XXXXXX");
    ck_assert(mkdtemp(at->dir) != NULL);
}

static void remove_directory(const char *path)
{
    DIR *open_dir = opendir(path);
    ck_assert(open_dir != NULL);
    for (struct dirent *entry; (entry = readdir(open_dir));) {
        char *inside = memory_format("%s/%s", path, entry->d_name);
        unlink(inside);
        free(inside);
    }
    closedir(open_dir);
    ck_assert(rmdir(path) == 0);
}

void report_case_end(struct report_case *at)
{
    run_numbers_free(&at->numbers);
    record_fixture_free(&at->fixture);
    remove_directory(at->dir);
}

static const char *find_one(const char *text, const char *plural)
{
    for (const char *at = text; (at = strstr(at, plural)); at++)
        if (at == text || !strchr("0123456789,.", at[-1]))
            return at;
    return NULL;
}

const char *wrong_plural(const char *text)
{
    static const char *const plurals[] = {
        "1 samples", "1 steps", "1 timesteps", "1 spikes", "1 synaptic events", "1 hops", "1 events", "1 ticks",
        "1 weights", "1 GPU rows", "1 values", "1 cores", "1 tiles", "1 neurons", "1 inputs", "1 flits", "1 cycles",
        "1 more layers"};
    const char *found = NULL;
    for (size_t i = 0; !found && i < sizeof plurals / sizeof *plurals; i++)
        found = find_one(text, plurals[i]);
    return found;
}

bool close_to(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}
