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

bool close_to(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}
