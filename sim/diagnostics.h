/* What the user did wrong: a list of messages, each with its place.
 *
 * A function that can fail because of a file, an option or an unwritable path returns bool (true: fine), adds every
 * message it can to `struct diagnostics`, and is marked MUST_USE. main prints the list and exits with status 2.
 * Mistakes of ours panic (panic.h).
 *
 * Message form: "PLACE: what, expected ...", PLACE = file:line:col, or "file: dataset" for HDF5, or an option. */
#ifndef NPUSIM_SIM_DIAGNOSTICS_H
#define NPUSIM_SIM_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* Messages beyond this many are counted, not kept. */
#define DIAGNOSTICS_KEPT 50

struct diagnostics {
    char *message[DIAGNOSTICS_KEPT];
    size_t count; /* all that were added, also those not kept */
};

/* Adds "PLACE: TEXT". place may be NULL. Returns false always, so that a caller can `return diagnostics_add(...)`. */
bool diagnostics_add(struct diagnostics *diagnostics, const char *place, const char *format, ...) PRINTF_LIKE(3, 4);

/* True when the list holds a message that contains `text` (for tests). */
bool diagnostics_mention(const struct diagnostics *diagnostics, const char *text);

/* One message a line on stderr, each with "npusim: " before it. */
void diagnostics_print(const struct diagnostics *diagnostics);

void diagnostics_free(struct diagnostics *diagnostics);

#ifdef __cplusplus
}
#endif
#endif
