/* Tables: cells as RFC 4180 has them, and what is wrong with a file, by line. */
#include "tools/file/csv.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/read/layers.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "/tmp/test_csv.csv";

static bool read_text(const char *text, bool header, struct csv *out, struct diagnostics *diagnostics)
{
    ck_assert(file_write_text(path, text, diagnostics));
    bool good = csv_read(path, header, out, diagnostics);
    unlink(path);
    return good;
}

START_TEST(cells_are_trimmed_and_quotes_taken_away)
{
    struct csv csv;
    struct diagnostics diagnostics = {0};
    uint32_t column[2];
    const char *const names[] = {"b", "a", NULL};
    ck_assert(read_text("# remark\na, b ,c\n\n 1 ,\"two, \"\"2\"\"\nlines\",3\r\n4,5,6,,,\n", true, &csv, &diagnostics));
    ck_assert_uint_eq(csv.record_count, 2);
    ck_assert(csv_columns(&csv, names, column, &diagnostics));
    ck_assert_uint_eq(column[0], 1);
    ck_assert_str_eq(csv_cell(&csv, &csv.records[0], column[1]), "1");
    ck_assert_str_eq(csv_cell(&csv, &csv.records[0], column[0]), "two, \"2\"\nlines");
    ck_assert_str_eq(csv_cell(&csv, &csv.records[0], 2), "3");
    ck_assert_uint_eq(csv.records[0].line, 4);
    ck_assert_uint_eq(csv.records[1].line, 6);
    ck_assert_uint_eq(csv.records[1].count, 3);
    csv_free(&csv);
}
END_TEST

static const struct {
    const char *text, *message;
} broken[] = {
    {"", "no lines"},
    {"a,b\n1\n", "test_csv.csv:2:1: 1 cells, expected 2"},
    {"a,b\n1,2,3\n", "test_csv.csv:2:1: 3 cells, expected 2"},
    {"a,\"b\n1,2\n", ""}, /* an open quote takes the rest: one line, no record */
};

START_TEST(a_broken_table_is_refused_with_its_line)
{
    struct csv csv;
    struct diagnostics diagnostics = {0};
    bool good = read_text(broken[_i].text, true, &csv, &diagnostics);
    ck_assert(good == (*broken[_i].message == '\0'));
    ck_assert(good || diagnostics_mention(&diagnostics, broken[_i].message));
    ck_assert(!good || csv.record_count == 0);
    if (good)
        csv_free(&csv);
    diagnostics_free(&diagnostics);
}
END_TEST

START_TEST(a_number_is_plain_finite_and_in_range)
{
    static const char *const bad[] = {"", "x", "1x", "nan", "inf", "0x10", "1e999", "-1", "101"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct csv csv;
        struct diagnostics diagnostics = {0};
        char text[64] = "value,more\n";
        double value;
        strcat(strcat(text, bad[i]), ",0\n");
        ck_assert(read_text(text, true, &csv, &diagnostics));
        ck_assert_msg(!csv_number(&csv, &csv.records[0], 0, 0, 100, &value, &diagnostics), "%s", bad[i]);
        ck_assert(diagnostics_mention(&diagnostics, "test_csv.csv:2:1: value is"));
        diagnostics_free(&diagnostics);
        csv_free(&csv);
    }
}
END_TEST

#define HEAD "layer,kind,repeat,m,n,k,groups,batch,elements,operations,row,inputs,outputs,weights,state\n"

START_TEST(a_layer_list_becomes_operators)
{
    struct work work;
    struct diagnostics diagnostics = {0};
    ck_assert(file_write_text(path, "# steps: 7\n# recurrent\n" HEAD
                                    "c,convolution3x3,2,64,32,27,1,rows,0,0,0,192,2048,864,0\n"
                                    "s,matrix,1,8,8,4,3,groups,0,0,0,192,192,0,0\n"
                                    "n,neuron,1,0,0,0,1,rows,2048,8,0,2048,2048,0,2048\n", &diagnostics));
    ck_assert(layers_read(path, &work, &diagnostics));
    unlink(path);
    ck_assert(work.count == 3 && work.steps == 7 && work.recurrent);
    ck_assert(work.operators[0].channels == 3 && work.operators[0].repeat == 2);
    ck_assert(work.operators[0].kernel[0] == 3 && work.operators[0].kernel[1] == 3);
    ck_assert(work.operators[0].stride[0] == 1 && work.operators[0].stride[1] == 1);
    ck_assert(work.operators[1].batch_in_groups && work.operators[1].groups == 3);
    ck_assert(work.operators[2].neuron && work.operators[2].state_items == 2048);
    work_free(&work);
}
END_TEST

static const struct {
    const char *text, *message;
} lists[] = {
    {HEAD, "no layers"},
    {"layer,kind\na,matrix\n", "no column \"m\""},
    {HEAD "a,dense,1,1,1,1,1,rows,0,0,0,1,1,1,0\n", ":2:2: kind is \"dense\", expected matrix"},
    {HEAD "a,matrix,1,0,1,1,1,rows,0,0,0,1,1,1,0\n", ":2:4: m is \"0\""},
    {HEAD "a,matrix,1,1,1,1,1,columns,0,0,0,1,1,1,0\n", ":2:8: batch is \"columns\""},
    {HEAD "a,neuron,1,0,0,0,1,rows,1e13,1,0,1,1,0,0\n", ":2:9: elements is \"1e13\""},
    {"# steps: 0\n" HEAD "a,matrix,1,1,1,1,1,rows,0,0,0,1,1,1,0\n", "bad \"# steps:\""},
};

START_TEST(a_broken_layer_list_is_refused_with_its_place)
{
    struct work work;
    struct diagnostics diagnostics = {0};
    ck_assert(file_write_text(path, lists[_i].text, &diagnostics));
    ck_assert(!layers_read(path, &work, &diagnostics));
    unlink(path);
    ck_assert_msg(diagnostics_mention(&diagnostics, lists[_i].message), "%s", diagnostics.message[0]);
    diagnostics_free(&diagnostics);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csv");
    TCase *tests = tcase_create("csv");
    tcase_add_test(tests, cells_are_trimmed_and_quotes_taken_away);
    tcase_add_loop_test(tests, a_broken_table_is_refused_with_its_line, 0, (int)(sizeof broken / sizeof *broken));
    tcase_add_test(tests, a_number_is_plain_finite_and_in_range);
    tcase_add_test(tests, a_layer_list_becomes_operators);
    tcase_add_loop_test(tests, a_broken_layer_list_is_refused_with_its_place, 0, (int)(sizeof lists / sizeof *lists));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
