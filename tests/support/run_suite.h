/* What the main of every Check program ends with. */
#ifndef NPUSIM_TESTS_SUPPORT_RUN_SUITE_H
#define NPUSIM_TESTS_SUPPORT_RUN_SUITE_H

#include <check.h>

/* Runs and frees the suite; the program's exit status, 1 if a test failed. */
int run_suite(Suite *suite);

#endif
