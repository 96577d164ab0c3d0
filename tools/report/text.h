/* A text that grows, the escaping that pages need, and numbers as people write them. */
#ifndef NPUSIM_TOOLS_REPORT_TEXT_H
#define NPUSIM_TOOLS_REPORT_TEXT_H

#include "sim/diagnostics.h"
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data; /* NULL or NUL-terminated */
    size_t length, capacity;
};

void text_add(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_free(struct text *text);

/* `raw` as it may stand in HTML text and in a quoted attribute: & < > " ' become references, control characters and
 * bytes that are not UTF-8 become U+FFFD. */
void text_escaped(struct text *text, const char *raw);

/* A fresh copy in which every byte that is not part of valid UTF-8 is replaced by U+FFFD (file names may hold any
 * bytes; JSON and HTML may not). */
char *utf8_copy(const char *raw);

/* Bytes of the first `characters` characters of UTF-8 text, and how many it has. */
size_t utf8_prefix(const char *raw, size_t characters);
size_t utf8_length(const char *raw);

#define QUANTITY_SIZE 32

/* Three significant digits with an SI prefix: "12.3 uJ". micro is how the prefix 1e-6 is written ("u" on a terminal,
 * "\u00b5" on a page). Returns `out`; "n/a" for a number that is not finite. */
const char *quantity(char out[QUANTITY_SIZE], double value, const char *unit, const char *micro);

/* The same without zeros at the end of the fraction: "1 ms". */
const char *quantity_trimmed(char out[QUANTITY_SIZE], double value, const char *unit, const char *micro);

/* A ratio of at least 1, "3.1x" or "1,240x". */
const char *ratio(char out[QUANTITY_SIZE], double value);

/* An integer with thousands separated by commas. */
const char *count_text(char out[QUANTITY_SIZE], uint64_t value);

#define COUNTED_SIZE 64

/* A count and what is counted, a noun whose plural ends in s: "1 spike", "1,234 spikes". */
const char *counted(char out[COUNTED_SIZE], uint64_t count, const char *noun);

#endif
