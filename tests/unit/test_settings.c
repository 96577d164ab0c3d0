/* Hostile YAML: bounded, refused with its place, and never taken apart further than needed. */
#include "sim/memory.h"
#include "sim/settings.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static char *path;
static struct settings settings;
static struct diagnostics diagnostics;

static void set_up(void)
{
    strcpy(folder, "/tmp/npusim-settings-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = memory_format("%s/file.yaml", folder);
}

static void tear_down(void)
{
    settings_free(&settings);
    diagnostics_free(&diagnostics);
    unlink(path);
    rmdir(folder);
    free(path);
}

static void write_bytes(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static bool load_bytes(const void *bytes, size_t size)
{
    write_bytes(bytes, size);
    return settings_load(path, NULL, 0, &settings, &diagnostics);
}

static bool load_text(const char *text)
{
    return load_bytes(text, strlen(text));
}

START_TEST(nested_groups_become_dotted_keys_in_order)
{
    static const struct {
        const char *key, *text;
        enum setting_kind kind;
    } wanted[] = {{"a", "1", SETTING_PLAIN},        {"b", "", SETTING_MAPPING},
                  {"b.c", "x y", SETTING_QUOTED},   {"b.d", "", SETTING_MAPPING},
                  {"b.d.e", "2", SETTING_PLAIN},    {"f", "folded text", SETTING_QUOTED}};
    ck_assert(load_text("a: 1\nb:\n  c: 'x y'\n  d: {e: 2}\nf: >-\n  folded\n  text\n"));
    ck_assert_uint_eq(settings.count, 6);
    for (size_t i = 0; i < settings.count; i++) {
        ck_assert_str_eq(settings.items[i].key, wanted[i].key);
        ck_assert_str_eq(settings.items[i].text, wanted[i].text);
        ck_assert_int_eq(settings.items[i].kind, wanted[i].kind);
        ck_assert_uint_eq(settings.items[i].layer, 1);
    }
    char *place = memory_format("%s:4:10", path);
    ck_assert_str_eq(settings.items[4].value_place, place);
    free(place);
}
END_TEST

START_TEST(overrides_come_first_and_may_hold_equals_signs)
{
    const struct parameter_override overrides[] = {{"b.c=x=y"}};
    write_bytes("a: 1\n", 5);
    ck_assert(settings_load(path, overrides, 1, &settings, &diagnostics));
    ck_assert_uint_eq(settings.count, 2);
    ck_assert_str_eq(settings.items[0].key, "b.c");
    ck_assert_str_eq(settings.items[0].text, "x=y");
    ck_assert_str_eq(settings.items[0].value_place, "--set b.c");
    ck_assert_uint_eq(settings.items[0].layer, 0);
}
END_TEST

START_TEST(a_file_too_large_is_refused)
{
    size_t size = (1u << 20) + 1;
    char *bytes = memory_array(size, 1);
    memset(bytes, '#', size);
    bool read = load_bytes(bytes, size);
    free(bytes);
    ck_assert(!read);
    ck_assert(diagnostics_mention(&diagnostics, "larger than 1 MiB, expected a YAML file"));
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    const char *const opening = _i == 0 ? "{a: " : "[", *const start = _i == 0 ? "" : "a: ";
    char *text = memory_array(1u << 18, 1), *end = text + sprintf(text, "%s", start);
    for (int i = 0; i < 20000; i++)
        end += sprintf(end, "%s", opening);
    ck_assert(!load_text(text));
    free(text);
    ck_assert_uint_eq(diagnostics.count, 1 + (size_t)_i); /* a list is a mistake of its own */
    ck_assert(diagnostics_mention(&diagnostics, "nested too deeply"));
}
END_TEST

START_TEST(too_many_keys_are_refused)
{
    char *text = memory_array(1u << 17, 1), *end = text;
    for (int i = 0; i < 5000; i++)
        end += sprintf(end, "key%d: 1\n", i);
    ck_assert(!load_text(text));
    free(text);
    ck_assert(diagnostics_mention(&diagnostics, ":4097:1: too many keys, expected at most 4096"));
}
END_TEST

START_TEST(anchors_that_would_multiply_are_refused)
{
    ck_assert(load_text("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nd: *b\n"));
    ck_assert_uint_eq(diagnostics.count, 4);
    ck_assert(diagnostics_mention(&diagnostics, ":1:4: an anchor"));
    for (size_t i = 0; i < settings.count; i++)
        ck_assert_int_eq(settings.items[i].kind, SETTING_BROKEN);
}
END_TEST

START_TEST(long_keys_and_texts_are_refused)
{
    char *text = memory_array(8192, 1);
    memset(text, 'k', 5000);
    strcpy(text + (_i == 0 ? 300 : 1), ": 1\n");
    if (_i == 1)
        memset(text + 4, '1', 4097);
    bool read = load_text(text);
    free(text);
    ck_assert(_i == 0 ? !read : read);
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert(diagnostics_mention(&diagnostics, _i == 0 ? "a key of 300 bytes, expected at most 255"
                                                        : "expected at most 4096"));
}
END_TEST

static const struct {
    const char *bytes;
    size_t size;
    const char *message;
} not_yaml[] = {
    {"", 0, "the file is empty"},
    {"# only a comment\n", 17, "the file is empty"},
    {"- 1\n- 2\n", 8, "not a mapping"},
    {"words\n", 6, "not a mapping"},
    {"a: \xff\xfe\n", 6, "not YAML at byte 3"},
    {"PK\x03\x04\x14\x00\x00\x00", 8, "not YAML"},
    {"count: 3\0name: x\n", 17, "not YAML"},
    {"a: \"unclosed\n", 13, "not YAML"},
    {"a: b: c\n", 8, ":1:5: not YAML"},
    {"\ta: 1\n", 6, "not YAML"},
};

START_TEST(what_is_not_yaml_is_refused)
{
    ck_assert(!load_bytes(not_yaml[_i].bytes, not_yaml[_i].size));
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert_msg(diagnostics_mention(&diagnostics, not_yaml[_i].message), "%s", diagnostics.message[0]);
    ck_assert(diagnostics_mention(&diagnostics, path));
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
    ck_assert(!settings_load(folder, NULL, 0, &settings, &diagnostics));
    settings_free(&settings);
    ck_assert(!settings_load(path, NULL, 0, &settings, &diagnostics));
    ck_assert_uint_eq(diagnostics.count, 2);
    ck_assert(diagnostics_mention(&diagnostics, "not a file"));
    ck_assert(diagnostics_mention(&diagnostics, "No such file"));
}
END_TEST

START_TEST(quoted_text_is_short_and_harmless)
{
    char *control = settings_quote("a\x1b[31m\n"), *empty = settings_quote("");
    ck_assert_str_eq(control, "\"a?[31m?\"");
    ck_assert_str_eq(empty, "\"\"");
    char text[80] = "";
    for (int i = 0; i < 31; i++)
        strcat(text, i == 0 ? "x" : "\xc3\xa4"); /* a character of two bytes lies across the 60th */
    strcat(text, "end of a long text");
    char *cut = settings_quote(text);
    ck_assert_uint_eq(strlen(cut), 59 + 2 + 3);
    ck_assert_str_eq(cut + 58, "\xc3\xa4\"...");
    free(cut);
    free(control);
    free(empty);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
    TCase *tests = tcase_create("settings");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, nested_groups_become_dotted_keys_in_order);
    tcase_add_test(tests, overrides_come_first_and_may_hold_equals_signs);
    tcase_add_test(tests, a_file_too_large_is_refused);
    tcase_add_loop_test(tests, deep_nesting_is_refused, 0, 2);
    tcase_add_test(tests, too_many_keys_are_refused);
    tcase_add_test(tests, anchors_that_would_multiply_are_refused);
    tcase_add_loop_test(tests, long_keys_and_texts_are_refused, 0, 2);
    tcase_add_loop_test(tests, what_is_not_yaml_is_refused, 0, COUNT(not_yaml));
    tcase_add_test(tests, what_is_no_file_is_refused);
    tcase_add_test(tests, quoted_text_is_short_and_harmless);
    Suite *suite = suite_create("settings");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
