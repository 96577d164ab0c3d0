/* One scalar of a configuration file: its spelling, range and message. Private to the parameter loader. */
#ifndef NPUSIM_SIM_SCALARS_H
#define NPUSIM_SIM_SCALARS_H

#include "sim/settings.h"

/* Reads a setting that is one value into *out (uint32_t, double, bool, int or a fresh char *). A setting already
 * reported gives false without another message. */
MUST_USE bool scalar_read(const struct setting *item, const struct parameter_row *row, void *out,
                          struct diagnostics *diagnostics);

/* "a whole number 1 .. 64 (tiles)": what a row wants, for messages and help (a fresh string). */
char *scalar_expected(const struct parameter_row *row);

/* The value at `at` as text, so that scalar_read gets it back (a fresh string). */
char *scalar_format(const struct parameter_row *row, const void *at);

/* Letters to insert, delete or change between two words; `limit` when there are at least that many. */
size_t scalar_distance(const char *a, const char *b, size_t limit);

#endif
