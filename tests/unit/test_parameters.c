/* The loader of configuration files: every mistake is found, with its place; nothing is taken for what it is not. */
#include "sim/memory.h"
#include "sim/parameters.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sample {
    uint32_t count;
    double rate;
    bool on;
    int kind;
    uint32_t depth, width;
    char *name;
    struct sourced_value energy;
};

static const char *const kinds[] = {"queue", "array", NULL};

#define AT(field) offsetof(struct sample, field)
static const struct parameter_row rows[] = {
    {"count", PARAMETER_U32, AT(count), 1, 4294967295.0, "tiles", NULL, NULL, "how many"},
    {"unit.rate", PARAMETER_DOUBLE, AT(rate), -1, 1e9, "Hz", NULL, NULL, "how fast"},
    {"unit.on", PARAMETER_BOOL, AT(on), 0, 0, NULL, NULL, NULL, "whether"},
    {"unit.kind", PARAMETER_CHOICE, AT(kind), 0, 0, NULL, kinds, NULL, "which"},
    {"unit.queue.depth", PARAMETER_U32, AT(depth), 1, 100, "events", NULL, "unit.kind=queue", "how deep"},
    {"unit.array.width", PARAMETER_U32, AT(width), 1, 100, "bits", NULL, "unit.kind=array", "how wide"},
    {"name", PARAMETER_STRING, AT(name), 0, 0, NULL, NULL, NULL, "for reports"},
    {"energy", PARAMETER_VALUE, AT(energy), 0, 1000, "pJ", NULL, NULL, "of an event"},
    {.key = NULL},
};

static const char good[] = "count: 3\n"                                      /* 1 */
                           "unit:\n"                                         /* 2 */
                           "  rate: 2.5e3\n"                                 /* 3 */
                           "  on: true\n"                                    /* 4 */
                           "  kind: queue\n"                                 /* 5 */
                           "  queue: {depth: 7}\n"                           /* 6 */
                           "name: \"a name\"\n"                              /* 7 */
                           "energy: {value: 5, unit: pJ, source: a paper}\n" /* 8 */;

static char folder[64];
static char *path, *base_path;
static struct sample sample;
static struct diagnostics diagnostics;

static void set_up(void)
{
    strcpy(folder, "/tmp/npusim-parameters-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = memory_format("%s/file.yaml", folder);
    base_path = memory_format("%s/base.yaml", folder);
    memset(&sample, 0xa5, sizeof sample); /* the loader must not read what it finds */
}

static void tear_down(void)
{
    parameters_free(rows, &sample);
    diagnostics_free(&diagnostics);
    unlink(path);
    unlink(base_path);
    rmdir(folder);
    free(path);
    free(base_path);
}

static void write_bytes(const char *where, const void *bytes, size_t size)
{
    FILE *file = fopen(where, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static bool load_text(const char *text, const char *const *set)
{
    struct parameter_override overrides[8];
    size_t count = 0;
    for (; set && set[count]; count++)
        overrides[count].text = set[count];
    write_bytes(path, text, strlen(text));
    return parameters_load(path, rows, &sample, overrides, count, &diagnostics);
}

/* `good` with one line replaced (or NULL: left out). */
static bool load_with_line(int number, const char *line)
{
    char text[8192] = "";
    const char *at = good;
    for (int i = 1; *at; i++) {
        const char *end = strchr(at, '\n') + 1;
        if (i != number)
            strncat(text, at, (size_t)(end - at));
        else if (line) {
            strcat(text, line);
            strcat(text, "\n");
        }
        at = end;
    }
    return load_text(text, NULL);
}

static void expect_only(const char *place, const char *text)
{
    char *whole = *place == '-' ? memory_format("%s: ", place) : memory_format("%s:%s: ", path, place);
    ck_assert_msg(diagnostics.count == 1, "%zu messages, first: %s", diagnostics.count,
                  diagnostics.count ? diagnostics.message[0] : "");
    ck_assert_msg(strncmp(diagnostics.message[0], whole, strlen(whole)) == 0, "%s, wanted %s", diagnostics.message[0],
                  whole);
    ck_assert_msg(diagnostics_mention(&diagnostics, text), "%s, wanted %s", diagnostics.message[0], text);
    free(whole);
}

START_TEST(every_type_is_read)
{
    ck_assert(load_text(good, NULL));
    ck_assert_uint_eq(diagnostics.count, 0);
    ck_assert_uint_eq(sample.count, 3);
    ck_assert_double_eq(sample.rate, 2500);
    ck_assert(sample.on);
    ck_assert_int_eq(sample.kind, 0);
    ck_assert_uint_eq(sample.depth, 7);
    ck_assert_uint_eq(sample.width, 0);
    ck_assert_str_eq(sample.name, "a name");
    ck_assert_double_eq(sample.energy.value, 5);
    ck_assert_double_eq(sample.energy.low, 5);
    ck_assert_double_eq(sample.energy.high, 5);
    ck_assert_str_eq(sample.energy.source, "a paper");
}
END_TEST

static const struct {
    int line;
    const char *text, *place, *message;
} mistakes[] = {
    {1, "count: 4ns", "1:8", "\"4ns\" is not a whole number"},
    {1, "count: 4.7", "1:8", "not a whole number"},
    {1, "count: 1_000", "1:8", "not a whole number"},
    {1, "count: 010", "1:8", "not a whole number"},
    {1, "count: 0x10", "1:8", "not a whole number"},
    {1, "count: -1", "1:8", "not a whole number"},
    {1, "count: +1", "1:8", "not a whole number"},
    {1, "count: 1e3", "1:8", "not a whole number"},
    {1, "count: ' 1'", "1:8", "in quotes"},
    {1, "count: \"3\"", "1:8", "in quotes"},
    {1, "count: 0", "1:8", "out of range, expected a whole number 1 .. 4294967295 (tiles)"},
    {1, "count: 4294967296", "1:8", "out of range"},
    {1, "count: 99999999999999999999999999", "1:8", "out of range"},
    {1, "count:", "1:7", "not a whole number"},
    {1, "count: [1, 2]", "1:8", "a list"},
    {1, "count: {a: 1}", "1:8", "group of keys"},
    {1, "count: &x 3", "1:8", "anchor"},
    {1, "count: !!int 3", "1:8", "tag"},
    {1, "count: 3\ncount: 4", "2:1", "second time (first at"},
    {1, "count: 3\ncuont: 4", "2:1", "unknown key \"cuont\", expected count?"},
    {1, "count: 3\nwholly_other: {x: 4, y: 5}", "2:1", "unknown key \"wholly_other\""},
    {1, "count: 3\nunit.depth: 4", "2:1", "unknown key"},
    {1, NULL, "1:1", "missing key count, expected a whole number"},
    {3, "  rate: .inf", "3:9", "not a number"},
    {3, "  rate: nan", "3:9", "not a number"},
    {3, "  rate: 1e400", "3:9", "out of range"},
    {3, "  rate: 1e999999999999", "3:9", "out of range"},
    {3, "  rate: 2.5 GHz", "3:9", "not a number"},
    {3, "  rate: 0x1p3", "3:9", "not a number"},
    {3, "  rate: 1.", "3:9", "not a number"},
    {3, "  rate: 1e", "3:9", "not a number"},
    {3, "  rate: -1.5", "3:9", "out of range, expected a number -1 .. 1e+09 (Hz)"},
    {3, NULL, "2:1", "missing key unit.rate"},
    {4, "  on: flase", "4:7", "expected true or false"},
    {4, "  on: yes", "4:7", "expected true or false"},
    {4, "  on: 1", "4:7", "expected true or false"},
    {5, "  kind: quque", "5:9", "expected one of queue, array"},
    {5, NULL, "2:1", "missing key unit.kind"},
    {6, "  queue: 7", "6:10", "expected keys below it (unit.queue.depth ...)"},
    {6, "  queue: {depth: 7}\n  array: {width: 3}", "7:11", "unit.array.width belongs to unit.kind: array"},
    {6, "  queue: {depth: 101}", "6:18", "out of range"},
    {7, "name: \"\"", "7:7", "too short"},
    {7, "name: \"a\\nb\"", "7:7", "control character"},
    {7, "name: \"a\\0b\"", "7:7", "NUL"},
    {8, "energy: 5", "8:9", "expected {value: number"},
    {8, "energy: {value: 5, unit: pJ}", "8:1", "missing key energy.source"},
    {8, "energy: {value: 5, unit: pJ, source: ''}", "8:38", "too short"},
    {8, "energy: {value: 5, unit: nJ, source: x}", "8:9", "unit \"nJ\", expected \"pJ\""},
    {8, "energy: {value: 5, unit: pJ, source: x, low: 6}", "8:9", "expected it from low 6 to high 5"},
    {8, "energy: {value: 5, unit: pJ, source: x, lwo: 6}", "8:41", "unknown key \"energy.lwo\""},
    {8, "energy: {value: {a: 5}, unit: pJ, source: x}", "8:17", "group of keys"},
    {8, "energy: {value: -5, unit: pJ, source: x}", "8:17", "out of range"},
    {8, "energy: {value: 5, unit: pJ, source: x", "9:1", "not YAML"},
    {8, "energy: *nothing", "8:9", "alias"},
    {8, "  energy: 5", "8:3", "not YAML"},
    {8, "energy: {value: 5, unit: pJ, source: x}\n---\nb: 1", "9:1", "a second document"},
    {8, "energy: {value: 5, unit: pJ, source: x}\n? [a]\n: 1", "9:3", "not a key"},
};

START_TEST(a_mistake_is_named_with_its_place)
{
    ck_assert(!load_with_line(mistakes[_i].line, mistakes[_i].text));
    expect_only(mistakes[_i].place, mistakes[_i].message);
    ck_assert_ptr_null(sample.name);
    ck_assert_ptr_null(sample.energy.source);
}
END_TEST

START_TEST(all_mistakes_are_named_at_once)
{
    ck_assert(!load_text("count: x\nunit: {rate: y, on: z, kind: u}\nnmae: w\n", NULL));
    ck_assert_uint_eq(diagnostics.count, 7);
    const char *const wanted[] = {":1:8: count",    ":2:14: unit.rate", ":2:21: unit.on",    ":2:30: unit.kind",
                                  ":3:1: unknown", "missing key name", "missing key energy"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        ck_assert_msg(diagnostics_mention(&diagnostics, wanted[i]), "%s", wanted[i]);
}
END_TEST

START_TEST(keys_of_an_unread_choice_are_not_judged)
{
    ck_assert(!load_with_line(5, "  kind: neither"));
    expect_only("5:9", "expected one of");
}
END_TEST

START_TEST(dotted_keys_mean_the_same_as_nested_ones)
{
    ck_assert(load_text("count: 3\nunit.rate: 2\nunit.on: false\nunit: {kind: array}\nunit.array.width: 9\nname: n\n"
                        "energy.value: 1\nenergy.unit: pJ\nenergy.source: s\n", NULL));
    ck_assert_uint_eq(sample.width, 9);
    ck_assert_double_eq(sample.energy.value, 1);
}
END_TEST

START_TEST(a_dotted_key_beside_the_nested_one_is_a_second_time)
{
    ck_assert(!load_with_line(7, "name: n\nunit.rate: 3"));
    expect_only("8:1", "second time");
}
END_TEST

START_TEST(a_file_replaces_what_its_base_says)
{
    write_bytes(base_path, good, strlen(good));
    ck_assert(load_text("base: base.yaml\ncount: 9\nunit: {on: false}\n", NULL));
    ck_assert_uint_eq(sample.count, 9);
    ck_assert(!sample.on);
    ck_assert_double_eq(sample.rate, 2500);
}
END_TEST

START_TEST(a_choice_drops_what_the_base_said_for_another)
{
    write_bytes(base_path, good, strlen(good));
    ck_assert(load_text("base: base.yaml\nunit: {kind: array, array: {width: 4}}\n", NULL));
    ck_assert_uint_eq(sample.width, 4);
    ck_assert_uint_eq(sample.depth, 0);
}
END_TEST

START_TEST(a_key_that_its_own_base_rules_out_is_a_mistake)
{
    write_bytes(base_path, good, strlen(good));
    ck_assert(!load_text("base: base.yaml\nunit: {array: {width: 4}}\n", NULL));
    expect_only("2:16", "belongs to unit.kind: array, but unit.kind is queue");
}
END_TEST

START_TEST(a_sourced_value_is_replaced_with_its_source)
{
    write_bytes(base_path, good, strlen(good));
    ck_assert(!load_text("base: base.yaml\nenergy: {value: 6}\n", NULL));
    ck_assert(diagnostics_mention(&diagnostics, "missing key energy.source"));
}
END_TEST

START_TEST(a_mistake_in_the_base_names_the_base)
{
    write_bytes(base_path, "count: many\n", 12);
    ck_assert(!load_text("base: base.yaml\nunit: {rate: 1, on: true, kind: array, array: {width: 1}}\nname: n\n"
                         "energy: {value: 1, unit: pJ, source: s}\n", NULL));
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert(diagnostics_mention(&diagnostics, "/base.yaml:1:8: count: \"many\""));
}
END_TEST

START_TEST(a_base_that_leads_back_is_refused)
{
    write_bytes(base_path, "base: file.yaml\n", 16);
    ck_assert(!load_text("base: base.yaml\n", NULL));
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert(diagnostics_mention(&diagnostics, "/base.yaml:1:7: base "));
    ck_assert(diagnostics_mention(&diagnostics, "leads back to itself"));
}
END_TEST

START_TEST(a_base_that_is_not_there_is_named_where_it_is_asked_for)
{
    ck_assert(!load_text("base: nothing.yaml\n", NULL));
    expect_only("1:7", "nothing.yaml: No such file");
}
END_TEST

START_TEST(a_base_that_is_no_name_is_refused)
{
    ck_assert(!load_text("base: {a: 1}\n", NULL));
    expect_only("1:7", "base is no file name");
}
END_TEST

START_TEST(the_command_line_wins_and_its_last_word)
{
    const char *const set[] = {"count=4", "unit.rate=8", "count=5", NULL};
    ck_assert(load_text(good, set));
    ck_assert_uint_eq(sample.count, 5);
    ck_assert_double_eq(sample.rate, 8);
}
END_TEST

static const struct {
    const char *set, *place, *message;
} wrong_overrides[] = {
    {"count=4ns", "--set count", "not a whole number"},
    {"coutn=4", "--set coutn", "unknown key"},
    {"unit=4", "--set unit", "expected keys below it"},
    {"unit.array.width=4", "--set unit.array.width", "belongs to unit.kind: array"},
    {"count", "--set", "\"count\", expected key=value"},
    {"=4", "--set", "expected key=value"},
    {"base=other.yaml", "--set base", "unknown key"},
};

START_TEST(a_mistake_on_the_command_line_is_named)
{
    const char *const set[] = {wrong_overrides[_i].set, NULL};
    ck_assert(!load_text(good, set));
    expect_only(wrong_overrides[_i].place, wrong_overrides[_i].message);
}
END_TEST

START_TEST(a_choice_on_the_command_line_needs_its_keys)
{
    const char *const alone[] = {"unit.kind=array", NULL};
    const char *const both[] = {"unit.kind=array", "unit.array.width=2", NULL};
    ck_assert(!load_text(good, alone));
    ck_assert(diagnostics_mention(&diagnostics, "missing key unit.array.width"));
    diagnostics_free(&diagnostics);
    ck_assert(load_text(good, both));
    ck_assert_uint_eq(sample.width, 2);
}
END_TEST

START_TEST(a_message_carries_no_control_characters)
{
    ck_assert(!load_text("\"\\e[31mred\": 1\n", NULL));
    for (size_t i = 0; i < diagnostics.count; i++)
        ck_assert_ptr_null(strchr(diagnostics.message[i], 0x1b));
}
END_TEST

START_TEST(a_cut_file_is_refused_everywhere)
{
    for (size_t size = 0; size + 2 < sizeof good; size++) {
        write_bytes(path, good, size);
        ck_assert_msg(!parameters_load(path, rows, &sample, NULL, 0, &diagnostics), "cut after %zu bytes", size);
        diagnostics_free(&diagnostics);
    }
}
END_TEST

START_TEST(formatted_values_read_back)
{
    ck_assert(load_with_line(3, "  rate: 0.1234567890123456"));
    const char *const wanted[] = {"3", "0.1234567890123456", "true", "queue", "7", NULL, "a name",
                                  "{value: 5, low: 5, high: 5, unit: \"pJ\", source: \"a paper\"}"};
    for (size_t i = 0; rows[i].key; i++) {
        ck_assert_int_eq(parameters_applies(rows, &rows[i], &sample), wanted[i] != NULL);
        if (!wanted[i])
            continue;
        char *text = parameters_format(&rows[i], &sample);
        ck_assert_str_eq(text, wanted[i]);
        free(text);
    }
}
END_TEST

START_TEST(a_path_is_relative_to_the_file_that_names_it)
{
    static const char *const cases[][3] = {{"a/b.yaml", "c.yaml", "a/c.yaml"},
                                           {"a/b.yaml", "../c.yaml", "a/../c.yaml"},
                                           {"a/b.yaml", "/c.yaml", "/c.yaml"},
                                           {"b.yaml", "c.yaml", "c.yaml"},
                                           {"/b.yaml", "c.yaml", "/c.yaml"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *joined = parameters_relative_path(cases[i][0], cases[i][1]);
        ck_assert_str_eq(joined, cases[i][2]);
        free(joined);
    }
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    TCase *tests = tcase_create("parameters");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, every_type_is_read);
    tcase_add_loop_test(tests, a_mistake_is_named_with_its_place, 0, COUNT(mistakes));
    tcase_add_test(tests, all_mistakes_are_named_at_once);
    tcase_add_test(tests, keys_of_an_unread_choice_are_not_judged);
    tcase_add_test(tests, dotted_keys_mean_the_same_as_nested_ones);
    tcase_add_test(tests, a_dotted_key_beside_the_nested_one_is_a_second_time);
    tcase_add_test(tests, a_file_replaces_what_its_base_says);
    tcase_add_test(tests, a_choice_drops_what_the_base_said_for_another);
    tcase_add_test(tests, a_key_that_its_own_base_rules_out_is_a_mistake);
    tcase_add_test(tests, a_sourced_value_is_replaced_with_its_source);
    tcase_add_test(tests, a_mistake_in_the_base_names_the_base);
    tcase_add_test(tests, a_base_that_leads_back_is_refused);
    tcase_add_test(tests, a_base_that_is_not_there_is_named_where_it_is_asked_for);
    tcase_add_test(tests, a_base_that_is_no_name_is_refused);
    tcase_add_test(tests, the_command_line_wins_and_its_last_word);
    tcase_add_loop_test(tests, a_mistake_on_the_command_line_is_named, 0, COUNT(wrong_overrides));
    tcase_add_test(tests, a_choice_on_the_command_line_needs_its_keys);
    tcase_add_test(tests, a_message_carries_no_control_characters);
    tcase_add_test(tests, a_cut_file_is_refused_everywhere);
    tcase_add_test(tests, formatted_values_read_back);
    TCase *paths = tcase_create("paths");
    tcase_add_test(paths, a_path_is_relative_to_the_file_that_names_it);
    Suite *all = suite_create("parameters");
    suite_add_tcase(all, tests);
    suite_add_tcase(all, paths);
    return all;
}

int main(void)
{
    return run_suite(suite());
}
