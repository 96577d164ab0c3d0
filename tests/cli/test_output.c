/* What a command prints and writes: quiet, JSON, the progress bar; results that cannot be written. */
#include "tests/support/command.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include <check.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHIP "--chip tests/support/chips/tiny-sparse.yaml --network traces/digits/digits.nir "
#define RUN "run " CHIP "--input traces/digits/test-spikes.h5 --samples 3 "
#define COMPILE "compile " CHIP
#define REFERENCE "reference --network traces/digits/digits.nir --input traces/digits/test-spikes.h5 --samples 3 "

static void run_fine(const char *line)
{
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s: status %d: %s", line, result.status, result.error);
    command_free(&result);
}

static char *read_scratch(const char *name)
{
    char *path = scratch_text(name);
    unsigned char *bytes;
    size_t size;
    struct diagnostics diagnostics = {0};
    ck_assert_msg(file_read(path, 1 << 24, &bytes, &size, &diagnostics), "%s is not there", path);
    free(path);
    return (char *)bytes;
}

/* ---- what is printed ---- */

START_TEST(quiet_prints_nothing)
{
    static const char *const lines[] = {RUN "--quiet", RUN "--quiet --quantum 1000000", COMPILE "--quiet",
                                        REFERENCE "--quiet", RUN "--quiet --out @/out"};
    struct command_result result = command_run(lines[_i]);
    ck_assert_int_eq(result.status, 0);
    ck_assert_str_eq(result.out, "");
    ck_assert_str_eq(result.error, "");
    command_free(&result);
}
END_TEST

START_TEST(json_is_alone_on_standard_output_and_equal_to_the_summary_file)
{
    struct command_result result = command_run(RUN "--json --out @/out");
    char *file = read_scratch("@/out/summary.json");
    ck_assert_int_eq(result.status, 0);
    ck_assert_str_eq(result.error, "");
    ck_assert_str_eq(result.out, file);
    ck_assert_int_eq(result.out[0], '{');
    ck_assert_ptr_nonnull(strstr(result.out, "\"state_hash\""));
    free(file);
    command_free(&result);
}
END_TEST

START_TEST(a_quantum_that_is_not_exact_is_clipped_and_said)
{
    struct command_result result = command_run(RUN "--quantum 1000000");
    ck_assert_int_eq(result.status, 0);
    ck_assert_ptr_nonnull(strstr(result.error, "npusim: --quantum: 1000000 is not exact, "));
    command_free(&result);
}
END_TEST

/* A container may have no pseudo terminals. */
static bool terminals_exist(void)
{
    int master, slave;
    if (openpty(&master, &slave, NULL, NULL, NULL) != 0) {
        printf("test_output: 1 case skipped (no pseudo terminal)\n");
        fflush(stdout);
        return false;
    }
    close(master);
    close(slave);
    return true;
}

/* Standard error is a terminal; gives what it shows. */
static char *on_terminal(const char *line)
{
    int master, slave;
    size_t size = 0, capacity = 0;
    char *text = memory_grow(NULL, &capacity, 1, 1);
    must(openpty(&master, &slave, NULL, NULL, NULL) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(master);
        must(dup2(slave, STDERR_FILENO) >= 0);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    close(slave);
    for (ssize_t got = 1; got > 0; size += (size_t)(got > 0 ? got : 0)) {
        text = memory_grow(text, &capacity, size + 1025, 1);
        got = read(master, text + size, 1024);
    }
    text[size] = '\0';
    close(master);
    int status;
    must(waitpid(child, &status, 0) == child);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    return text;
}

static char *shell_line(const char *arguments)
{
    const char *program = getenv("NPUSIM");
    return memory_format("%s %s >/dev/null", program ? program : "build/npusim", arguments);
}

START_TEST(the_progress_bar_shows_on_a_terminal_and_goes_away)
{
    if (!terminals_exist())
        return;
    char *line = shell_line(RUN), *shown = on_terminal(line);
    size_t length = strlen(shown);
    ck_assert_ptr_nonnull(strstr(shown, "chip"));
    ck_assert_ptr_nonnull(strstr(shown, "[##############################] 100 %  3 of 3"));
    ck_assert_msg(length >= 4 && strcmp(shown + length - 4, "\r\033[K") == 0, "the line is not left empty");
    free(shown);
    free(line);
}
END_TEST

START_TEST(no_progress_bar_when_quiet)
{
    if (!terminals_exist())
        return;
    char *line = shell_line(RUN "--quiet"), *shown = on_terminal(line);
    ck_assert_str_eq(shown, "");
    free(shown);
    free(line);
}
END_TEST

START_TEST(no_progress_bar_in_a_pipe)
{
    struct command_result result = command_run(RUN);
    ck_assert_str_eq(result.error, "");
    ck_assert_ptr_null(strchr(result.out, '\r'));
    command_free(&result);
}
END_TEST

START_TEST(standard_output_that_is_full_is_a_failure)
{
    static const char *const lines[] = {"--help", RUN, RUN "--json", "inspect traces/digits/digits.nir"};
    const char *program = getenv("NPUSIM");
    char *errors = scratch_text("@/errors");
    char *line = memory_format("%s %s >/dev/full 2>%s", program ? program : "build/npusim", lines[_i], errors);
    int status = system(line);
    ck_assert_int_eq(WEXITSTATUS(status), 2);
    char *text = read_scratch("@/errors");
    ck_assert_str_eq(text, "npusim: standard output: cannot be written: No space left on device\n");
    free(text);
    free(line);
    free(errors);
}
END_TEST

/* Written out when the chip is gone already: shorter than the trace's buffer. */
START_TEST(a_short_trace_lists_every_component)
{
    run_fine(RUN "--quiet --samples 1 --trace @/trace");
    char *trace = read_scratch("@/trace");
    ck_assert_int_eq(memcmp(trace, "NPUTRACE\2\0\0\0", 12), 0);
    ck_assert_int_eq(trace[36], 4 /* cores */ + 4 /* routers */ + 2 /* host and timestep control */);
    ck_assert_int_eq(memcmp(trace + 48, "\20\0\0\0timestep control", 20), 0);
    free(trace);
}
END_TEST

/* ---- what cannot be written ---- */

static const struct {
    const char *line, *place, *what;
} unwritable[] = {
    {RUN "--out @/file/out", "@/file", "cannot be made a directory"},
    {RUN "--out @/file", "@/file", "cannot be made a directory"},
    {RUN "--out /proc/npusim", "/proc/npusim", "cannot be made a directory"},
    {RUN "--trace @/file/trace", "@/file/trace", "cannot be written"},
    {RUN "--trace @", "@", "cannot be written (Is a directory)"},
    {COMPILE "--out @/file/program.h5", "@/file/program.h5", "cannot write"},
    {COMPILE "--out @/nowhere/program.h5", "@/nowhere/program.h5", "cannot write"},
    {COMPILE "--out @", "@", "is not a regular file"},
    {REFERENCE "--out @/file/trace.h5", "@/file/trace.h5", "cannot write"},
    {REFERENCE "--out @", "@", "is not a regular file"},
};

START_TEST(an_output_that_cannot_be_written_is_refused)
{
    scratch_write("file", "a file");
    command_expect_refused(unwritable[_i].line, unwritable[_i].place, unwritable[_i].what, 1);
}
END_TEST

/* A limit on the size of files makes any write beyond it fail, as a full disk does. */
START_TEST(a_disk_that_fills_up_leaves_nothing_half_written)
{
    static const char *const lines[] = {RUN "--quiet --out @/out", COMPILE "--quiet --out @/program.h5",
                                        REFERENCE "--quiet --out @/trace.h5", RUN "--quiet --trace @/trace"};
    bool refused = false, fine = false;
    for (size_t limit = 512; limit <= 1 << 20; limit *= 2) { /* the message itself needs some */
        struct command_result result = command_run_limited(lines[_i], limit);
        ck_assert_msg(result.status == 2 || result.status == 0, "%zu bytes: status %d", limit, result.status);
        if (result.status == 2) {
            ck_assert_msg(scratch_count() == 0, "%zu bytes: something is left", limit);
            ck_assert_msg(strncmp(result.error, "npusim: ", 8) == 0 && strstr(result.error, "cannot") != NULL, "%s",
                          result.error);
        }
        refused |= result.status == 2;
        fine |= result.status == 0;
        command_free(&result);
    }
    ck_assert(refused && fine);
}
END_TEST

START_TEST(results_of_before_stay_when_a_run_is_refused)
{
    run_fine(RUN "--quiet --out @/out");
    char *before = read_scratch("@/out/summary.json");
    command_expect_refused(RUN "--out @/out --set core.neurons=0", "--set core.neurons", "expected a whole number", 1);
    char *after = read_scratch("@/out/summary.json");
    ck_assert_str_eq(before, after);
    ck_assert_uint_eq(scratch_count(), 4); /* the directory and its three files */
    free(after);
    free(before);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))
static Suite *output_suite(void)
{
    Suite *suite = suite_create("output");
    TCase *test = tcase_create("commands");
    suite_add_tcase(suite, test);
    tcase_add_checked_fixture(test, scratch_make, scratch_remove);
    tcase_add_loop_test(test, quiet_prints_nothing, 0, 5);
    tcase_add_test(test, json_is_alone_on_standard_output_and_equal_to_the_summary_file);
    tcase_add_test(test, a_quantum_that_is_not_exact_is_clipped_and_said);
    tcase_add_test(test, the_progress_bar_shows_on_a_terminal_and_goes_away);
    tcase_add_test(test, no_progress_bar_when_quiet);
    tcase_add_test(test, no_progress_bar_in_a_pipe);
    tcase_add_loop_test(test, standard_output_that_is_full_is_a_failure, 0, 4);
    tcase_add_test(test, a_short_trace_lists_every_component);
    tcase_add_loop_test(test, an_output_that_cannot_be_written_is_refused, 0, COUNT(unwritable));
    tcase_add_loop_test(test, a_disk_that_fills_up_leaves_nothing_half_written, 0, 4);
    tcase_add_test(test, results_of_before_stay_when_a_run_is_refused);
    return suite;
}

int main(void)
{
    return run_suite(output_suite());
}
