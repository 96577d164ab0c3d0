/* Options, help, version and exit statuses. */
#include "tests/support/command.h"

#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define RUN "run --chip tests/support/chips/tiny-sparse.yaml --network traces/digits/digits.nir " \
            "--input traces/digits/test-spikes.h5 --out @/out "

struct mistake {
    const char *line, *place, *what;
    size_t messages;
};

static const struct mistake mistakes[] = {
    {"frobnicate", "frobnicate", "unknown command", 1},
    {"--frobnicate", "--frobnicate", "unknown command", 1},
    {"run", "--chip", "missing, expected CHIP.yaml", 3},
    {"run --chip", "--chip", "no value, expected CHIP.yaml", 3},
    {RUN "--frobnicate", "--frobnicate", "unknown option", 1},
    {RUN "file", "file", "no option, expected one", 1},
    {RUN "--labels", "--labels", "no value, expected FILE", 1},
    {RUN "--labels ''", "--labels", "empty, expected FILE", 1},
    {RUN "--dt 0", "--dt", "'0', expected a number from 1e-12", 1},
    {RUN "--dt -0.001", "--dt", "'-0.001', expected a number", 1},
    {RUN "--dt nan", "--dt", "'nan', expected a number", 1},
    {RUN "--dt inf", "--dt", "'inf', expected a number", 1},
    {RUN "--dt 1ms", "--dt", "'1ms', expected a number", 1},
    {RUN "--dt ''", "--dt", "'', expected a number", 1},
    {RUN "--steps 0", "--steps", "'0', expected a whole number from 1", 1},
    {RUN "--steps 2.5", "--steps", "'2.5', expected a whole number", 1},
    {RUN "--steps 18446744073709551617", "--steps", "expected a whole number", 1},
    {RUN "--samples 0", "--samples", "'0', expected a whole number from 1", 1},
    {RUN "--samples -1", "--samples", "'-1', expected a whole number from 1", 1},
    {RUN "--quantum 0", "--quantum", "'0', expected a whole number from 1", 1},
    {RUN "--batch 0", "--batch", "'0', expected a whole number from 1", 1},
    {RUN "--input-levels 0", "--input-levels", "'0', expected a whole number from 1", 1},
    {RUN "--seed -1", "--seed", "'-1', expected a whole number from 0", 1},
    {RUN "--coding loud", "--coding", "'loud', expected one of rate, analog, latency", 1},
    {RUN "--order random", "--order", "'random', expected one of id, reversed, shuffled", 1},
    {RUN "--precision fp64", "--precision", "'fp64', expected one of fp32, tf32, fp16, fp8, int8", 1},
    {RUN "--semantics brian", "--semantics", "'brian' is not known, expected one of: exact, norse, snntorch, spyx", 1},
    {RUN "--dt 0 --steps 0 --quantum 0", "--steps", "'0', expected a whole number", 3},
    {"compile --network traces/digits/digits.nir", "--chip", "missing, expected CHIP.yaml", 1},
    {"compile --chip tests/support/chips/tiny-sparse.yaml --network traces/digits/digits.nir --dt 0", "--dt", "'0'", 1},
    {"reference --network traces/digits/digits.nir --out @/trace.h5", "--input", "missing, expected [NODE=]SPIKES", 1},
    {"baseline --network traces/digits/digits.nir --accelerator configs/accelerator/h100-sxm.yaml --mode both",
     "--mode", "'both', expected one of ann, ann-graph, snn, snn-layer, snn-fused", 1},
    {"inspect", "FILE", "missing", 1},
    {"inspect --all", "--all", "unknown option", 1},
    {"inspect @/nowhere", "@/nowhere", "No such file", 1},
    {"bench --rows nothing", "--rows", "'nothing' is no row", 1},
};

START_TEST(a_mistake_in_an_option_is_refused_by_name)
{
    command_expect_refused(mistakes[_i].line, mistakes[_i].place, mistakes[_i].what, mistakes[_i].messages);
}
END_TEST

START_TEST(no_command_is_a_mistake)
{
    struct command_result result = command_run("");
    ck_assert_int_eq(result.status, 2);
    ck_assert_str_eq(result.out, "");
    ck_assert_str_eq(result.error, "npusim: no command, see npusim --help\n");
    command_free(&result);
}
END_TEST

/* ---- help ---- */

static const char *const commands[] = {"", "run", "compile", "reference", "baseline", "inspect", "bench"};

static void expect_readable(const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        ck_assert_msg(strcspn(line, "\n") <= 108, "a line of %zu columns: %.120s", strcspn(line, "\n"), line);
}

START_TEST(help_is_printed_and_readable)
{
    static const char *const lines[] = {"%s --help", "%s -h", "%s --chip x --help"};
    for (size_t i = 0; i < (_i ? 3 : 2); i++) {
        char *line = memory_format(lines[i], commands[_i]);
        struct command_result result = command_run(line);
        ck_assert_msg(result.status == 0, "%s: status %d: %s", line, result.status, result.error);
        ck_assert_str_eq(result.error, "");
        ck_assert_ptr_nonnull(strstr(result.out, "usage: npusim "));
        expect_readable(result.out);
        command_free(&result);
        free(line);
    }
}
END_TEST

START_TEST(help_lists_every_command_and_what_the_status_means)
{
    struct command_result result = command_run("--help");
    for (size_t i = 1; i < sizeof commands / sizeof *commands; i++) {
        char *row = memory_format("\n  %s ", commands[i]);
        ck_assert_msg(strstr(result.out, row) != NULL, "no row for %s", commands[i]);
        free(row);
    }
    ck_assert_ptr_nonnull(strstr(result.out, "Exit status: 0 done; 1 the simulation failed; 2 a mistake"));
    command_free(&result);
}
END_TEST

START_TEST(help_of_run_names_every_option_once)
{
    static const char *const options[] = {"--chip",     "--network", "--program",      "--input",     "--labels",
                                          "--samples",  "--steps",   "--dt",           "--coding",    "--input-levels",
                                          "--semantics", "--baseline", "--batch",      "--precision", "--set",
                                          "--seed",     "--quantum", "--order",        "--oracle",    "--trace",
                                          "--out",      "--json",    "--quiet",        "--help"};
    struct command_result result = command_run("run --help");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char *row = memory_format("\n  %s ", options[i]);
        const char *found = strstr(result.out, row);
        ck_assert_msg(found && !strstr(found + 1, row), "%s", options[i]);
        free(row);
    }
    command_free(&result);
}
END_TEST

START_TEST(the_version_is_one_line)
{
    struct command_result result = command_run("--version");
    ck_assert_int_eq(result.status, 0);
    ck_assert_str_eq(result.out, "npusim " NPUSIM_VERSION "\n");
    ck_assert_str_eq(result.error, "");
    command_free(&result);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))
static Suite *command_suite(void)
{
    Suite *suite = suite_create("command_line");
    TCase *test = tcase_create("options");
    suite_add_tcase(suite, test);
    tcase_add_checked_fixture(test, scratch_make, scratch_remove);
    tcase_add_loop_test(test, a_mistake_in_an_option_is_refused_by_name, 0, COUNT(mistakes));
    tcase_add_test(test, no_command_is_a_mistake);
    tcase_add_loop_test(test, help_is_printed_and_readable, 0, COUNT(commands));
    tcase_add_test(test, help_lists_every_command_and_what_the_status_means);
    tcase_add_test(test, help_of_run_names_every_option_once);
    tcase_add_test(test, the_version_is_one_line);
    return suite;
}

int main(void)
{
    return run_suite(command_suite());
}
