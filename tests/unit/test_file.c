/* Whole files and directories. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char directory[64];
static struct diagnostics problems;

static void setup(void)
{
    strcpy(directory, "/tmp/test_file.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    problems = (struct diagnostics){0};
}

static void teardown(void)
{
    char command[128];
    diagnostics_free(&problems);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}

static char *path_of(const char *name)
{
    return memory_format("%s/%s", directory, name);
}

static void expect_names(const char *wanted)
{
    char **names, text[200] = "";
    size_t count;
    ck_assert(directory_list(directory, &names, &count, &problems));
    for (size_t i = 0; i < count; i++) {
        strcat(text, names[i]);
        strcat(text, " ");
    }
    ck_assert_str_eq(text, wanted);
    directory_free_list(names, count);
}

START_TEST(what_is_written_is_read_and_nothing_else_is_left)
{
    char *path = path_of("a");
    unsigned char *bytes;
    size_t size;
    ck_assert(file_write_text(path, "first", &problems));
    ck_assert(file_write_text(path, "second", &problems));
    ck_assert(file_read(path, 6, &bytes, &size, &problems));
    ck_assert_uint_eq(size, 6);
    ck_assert_str_eq((char *)bytes, "second");
    expect_names("a ");
    free(bytes);
    free(path);
}
END_TEST

START_TEST(a_file_beyond_the_limit_is_refused)
{
    char *path = path_of("a");
    unsigned char *bytes;
    size_t size;
    ck_assert(file_write_text(path, "1234567", &problems));
    ck_assert(!file_read(path, 6, &bytes, &size, &problems));
    ck_assert(diagnostics_mention(&problems, "larger than 6 bytes"));
    ck_assert_ptr_null(bytes);
    free(path);
}
END_TEST

START_TEST(what_cannot_be_read_or_written_is_said_with_its_path)
{
    char *missing = path_of("no/such");
    unsigned char *bytes;
    size_t size;
    char **names;
    ck_assert(!file_read(missing, 6, &bytes, &size, &problems));
    ck_assert(!file_read(directory, 6, &bytes, &size, &problems));
    ck_assert(!file_write_text(missing, "x", &problems));
    ck_assert(!file_write_text(directory, "x", &problems));
    ck_assert(!directory_list(missing, &names, &size, &problems));
    ck_assert_uint_eq(problems.count, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_ptr_nonnull(strstr(problems.message[i], directory));
    expect_names("");
    free(missing);
}
END_TEST

START_TEST(a_directory_is_made_with_those_above_it_and_not_over_a_file)
{
    char *deep = path_of("x/y/z/"), *file = path_of("f"), *below = path_of("f/g");
    ck_assert(directory_make(deep, &problems));
    ck_assert(directory_is(deep));
    ck_assert(directory_make(deep, &problems));
    ck_assert(file_write_text(file, "", &problems));
    ck_assert(!directory_make(file, &problems));
    ck_assert(!directory_make(below, &problems));
    ck_assert(!directory_make("", &problems));
    ck_assert_uint_eq(problems.count, 3);
    free(deep);
    free(file);
    free(below);
}
END_TEST

START_TEST(a_list_is_sorted_and_holds_visible_regular_files_alone)
{
    const char *const names[] = {"b", "a2", "a10", ".hidden", "B"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = path_of(names[i]);
        ck_assert(file_write_text(path, "", &problems));
        free(path);
    }
    char *sub = path_of("sub");
    ck_assert(directory_make(sub, &problems));
    expect_names("B a10 a2 b ");
    free(sub);
}
END_TEST

START_TEST(the_name_of_a_path_is_its_last_part)
{
    ck_assert_str_eq(file_name("a/b/c.npy"), "c.npy");
    ck_assert_str_eq(file_name("c.npy"), "c.npy");
}
END_TEST

int main(void)
{
    Suite *all = suite_create("file");
    TCase *tests = tcase_create("file");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_is_written_is_read_and_nothing_else_is_left);
    tcase_add_test(tests, a_file_beyond_the_limit_is_refused);
    tcase_add_test(tests, what_cannot_be_read_or_written_is_said_with_its_path);
    tcase_add_test(tests, a_directory_is_made_with_those_above_it_and_not_over_a_file);
    tcase_add_test(tests, a_list_is_sorted_and_holds_visible_regular_files_alone);
    tcase_add_test(tests, the_name_of_a_path_is_its_last_part);
    suite_add_tcase(all, tests);
    return run_suite(all);
}
