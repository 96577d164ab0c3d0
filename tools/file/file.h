/* Whole files and directories. Every failure is a message "PATH: what, expected ...". */
#ifndef NPUSIM_TOOLS_FILE_FILE_H
#define NPUSIM_TOOLS_FILE_FILE_H

#include "sim/diagnostics.h"

/* The whole file, inflated when it is gzip, at most `limit` bytes. The result is fresh; a zero byte follows it, which
 * *size does not count. */
MUST_USE bool file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size,
                        struct diagnostics *diagnostics);

/* Writes PATH.part and renames it, so that PATH is either whole or untouched. */
MUST_USE bool file_write(const char *path, const void *bytes, size_t size, struct diagnostics *diagnostics);
MUST_USE bool file_write_text(const char *path, const char *text, struct diagnostics *diagnostics);

/* Makes the directory, and those above it, where they are missing; it can be written to afterwards. */
MUST_USE bool directory_make(const char *path, struct diagnostics *diagnostics);

bool directory_is(const char *path);

/* Names of the regular files (links followed) that do not begin with '.', sorted by bytes; array and names are fresh
 * (directory_free_list). */
MUST_USE bool directory_list(const char *path, char ***names, size_t *count, struct diagnostics *diagnostics);
void directory_free_list(char **names, size_t count);

/* The part after the last '/'; inside `path`. */
const char *file_name(const char *path);

#endif
