/* What tests of reports share: a made-up run, its numbers, and a directory of the test's own. */
#ifndef NPUSIM_TESTS_SUPPORT_REPORT_CASE_H
#define NPUSIM_TESTS_SUPPORT_REPORT_CASE_H

#include "tests/support/record.h"

struct report_case {
    struct record_fixture fixture;
    struct run_numbers numbers;
    char dir[64]; /* removed at the end, with the files in it */
};

void report_case_begin(struct report_case *at, uint32_t samples, uint32_t hidden);
void report_case_end(struct report_case *at);

/* Where "1 samples" or the like stands in what a report says, for every noun that one counts; NULL: nowhere. */
const char *wrong_plural(const char *text);

/* Within 1e-9 of the larger. */
bool close_to(double a, double b);

#endif
