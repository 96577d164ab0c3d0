/* Runs npusim ($NPUSIM, default build/npusim) as a user does, in a scratch directory of the test's own. */
#ifndef NPUSIM_TESTS_SUPPORT_COMMAND_H
#define NPUSIM_TESTS_SUPPORT_COMMAND_H

#include <stddef.h>

/* Before and after each test: a fresh directory, removed with all that is in it. */
void scratch_make(void);
void scratch_remove(void);

/* '@' becomes the scratch directory, '%' the project's; fresh. */
char *scratch_text(const char *text);
/* A file of the scratch directory: a text (as scratch_text has it), or bytes. */
void scratch_write(const char *name, const char *text);
void scratch_write_bytes(const char *name, const void *bytes, size_t size);
/* The first `size` bytes of a file of the project. */
void scratch_cut(const char *name, const char *from, size_t size);
/* Number of files and directories, all levels. */
size_t scratch_count(void);

struct command_result {
    int status; /* -1: ended by a signal */
    char *out, *error;
};

/* Words are separated by one space; '@' and '%' as in scratch_text; '' is an empty word. The environment is the
 * test's. */
struct command_result command_run(const char *line);
/* As command_run, for a process that can write at most `bytes` to any file, as on a disk that is full. */
struct command_result command_run_limited(const char *line, size_t bytes);
void command_free(struct command_result *result);

/* Fails the test unless the command ends with status 2, says nothing on stdout, leaves no file behind and prints
 * exactly `messages` lines on stderr, one of which begins "npusim: PLACE: " and holds `what`. */
void command_expect_refused(const char *line, const char *place, const char *what, size_t messages);

#endif
