/* Traces that are damaged, or no traces: refused with a message, exit status 2 and no file left behind. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tools/file/file.h"
#include "tools/trace/trace_file.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Header of a chip with three components, five records, the end. */
static unsigned char bytes[512];
static size_t size;

static void put(uint64_t value, size_t count)
{
    for (; count > 0; count--, value >>= 8)
        bytes[size++] = (unsigned char)value;
}

static void put_component(uint32_t id, uint32_t index, const char *name)
{
    put(id, 4);
    put(index, 4);
    put(strlen(name), 4);
    memcpy(bytes + size, name, strlen(name));
    size += strlen(name);
}

static void put_record(uint64_t cycle, uint32_t component, enum trace_kind kind, uint32_t value)
{
    put(cycle, 8);
    put(component, 4);
    put((uint32_t)kind << 28 | value, 4);
}

static void make_trace(void)
{
    double hz = 1e8;
    uint64_t clock;
    memcpy(&clock, &hz, sizeof clock);
    size = 0;
    memcpy(bytes, "NPUTRACE", 8);
    size = 8;
    put(TRACE_VERSION, 4);
    put(1, 4); /* chips, columns, rows, cores a tile */
    put(1, 4);
    put(1, 4);
    put(1, 4);
    put(clock, 8);
    put(3, 4);
    put_component(0, 0, "timestep control");
    put_component(1, 0, "router");
    put_component(2, 0, "core");
    put_record(7, 2, TRACE_SPIKE, 3);
    put_record(2, 2, TRACE_STATE, CORE_BUSY_NEURON); /* run-ahead: earlier */
    put_record(5, 1, TRACE_HOP, 1u << 16 | 2u << 8 | PORT_LOCAL);
    put_record(6, 2, TRACE_QUEUE_IN, 1);
    put_record(9, 0, TRACE_END, 0);
    memcpy(bytes + size, "NPUTREND", 8);
    size += 8;
    put(5, 8);
}

static void begin(void)
{
    scratch_make();
    make_trace();
}

static bool readable(struct trace_file *file)
{
    struct diagnostics diagnostics = {0};
    char *path = scratch_text("@/trace");
    scratch_write_bytes("trace", bytes, size);
    bool good = trace_file_read(path, file, &diagnostics);
    ck_assert_int_eq(good, diagnostics.count == 0);
    diagnostics_free(&diagnostics);
    free(path);
    return good;
}

static void expect_refused(const char *what)
{
    scratch_write_bytes("trace", bytes, size);
    command_expect_refused("trace @/trace --vcd @/a.vcd --json @/a.json", "@/trace", what, 1);
}

START_TEST(records_come_out_by_cycle)
{
    struct trace_file file;
    ck_assert(readable(&file));
    ck_assert_uint_eq(file.record_count, 5);
    for (size_t i = 1; i < file.record_count; i++)
        ck_assert_uint_ge(file.records[i].cycle, file.records[i - 1].cycle);
    ck_assert_uint_eq(file.records[0].cycle, 2);
    ck_assert_uint_eq(file.end_cycle[0], 9);
    ck_assert_double_eq(file.system.clock_hz, 1e8);
    trace_file_free(&file);
}
END_TEST

START_TEST(a_trace_that_was_cut_anywhere_is_refused)
{
    struct trace_file file;
    for (size_t whole = size--; size > 0; size--)
        ck_assert_msg(!readable(&file), "%zu of %zu bytes", size, whole);
}
END_TEST

/* Whatever a byte becomes, the file is either refused or can be written out. */
START_TEST(no_byte_can_break_the_reader_or_the_writers)
{
    struct trace_file file;
    FILE *nothing = fopen("/dev/null", "w");
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] = (unsigned char)(bytes[i] ^ 1 << bit);
            if (readable(&file)) {
                trace_write_vcd(&file, true, nothing);
                trace_write_chrome(&file, nothing);
                trace_file_free(&file);
            }
            bytes[i] = (unsigned char)(bytes[i] ^ 1 << bit);
        }
    fclose(nothing);
}
END_TEST

static const struct {
    size_t at;
    unsigned char value;
    const char *what;
} damages[] = {
    {0, 'X', "is no trace, expected a file that npusim run --trace wrote"},
    {8, 1, "version is 1, expected 2"},
    {12, 0, "count of chips is 0, expected 1 to 128"},
    {13, 1, "count of chips is 257"},
    {16, 0, "count of mesh columns is 0"},
    {20, 0, "count of mesh rows is 0"},
    {24, 10, "count of cores a tile is 10, expected 1 to 9"},
    {35, 0xc1, "clock is -"},
    {36, 200, "count of components is 200, expected as many as fit"},
    {36, 0, "count of components is 0"},
    {40, 1, "component 0: number 00000001, expected them in order"},
    {44, 9, "component 0: index 9, expected less than 2"},
    {48, 0, "length of a component's name is 0"},
    {52, 'T', "component 0: unknown kind"},
};

START_TEST(a_header_that_cannot_be_is_refused)
{
    bytes[damages[_i].at] = damages[_i].value;
    expect_refused(damages[_i].what);
}
END_TEST

static size_t record_at(size_t number)
{
    return size - (6 - number) * 16;
}

START_TEST(a_record_of_a_component_that_is_not_there_is_refused)
{
    bytes[record_at(1) + 8] = 3;
    expect_refused("record 1: ");
}
END_TEST

START_TEST(a_record_that_its_component_cannot_write_is_refused)
{
    bytes[record_at(0) + 8] = 1; /* a spike of the router */
    expect_refused("record 0: ");
}
END_TEST

START_TEST(a_state_that_does_not_exist_is_refused)
{
    bytes[record_at(1) + 12] = CORE_CYCLE_COUNTERS;
    expect_refused("record 1: ");
}
END_TEST

START_TEST(a_port_that_does_not_exist_is_refused)
{
    bytes[record_at(2) + 12] = PORT_LOCAL + 4;
    expect_refused("record 2: ");
}
END_TEST

START_TEST(a_wrong_count_of_records_is_refused)
{
    bytes[size - 8] = 6;
    expect_refused("5 records, expected 6");
}
END_TEST

START_TEST(a_trace_without_an_end_is_refused)
{
    bytes[record_at(4) + 15] = TRACE_PHASE << 4;
    expect_refused("no end of chip 0, expected one");
}
END_TEST

START_TEST(a_file_that_is_not_there_or_no_trace_is_refused)
{
    command_expect_refused("trace @/none --vcd @/a.vcd", "@/none", "", 1);
    command_expect_refused("trace traces/digits/labels.txt --json @/a.json", "traces/digits/labels.txt",
                           "is no trace", 1);
    scratch_write_bytes("empty", "", 0);
    command_expect_refused("trace @/empty --json @/a.json", "@/empty", "is no trace", 1);
}
END_TEST

START_TEST(options_that_do_not_fit_are_refused)
{
    scratch_write_bytes("trace", bytes, size);
    command_expect_refused("trace @/trace", "--vcd, --json", "expected one of them or both", 1);
    command_expect_refused("trace --vcd @/a.vcd", "FILE", "expected one trace", 1);
    command_expect_refused("trace @/trace --json @/a.json --neurons", "--neurons", "without --vcd", 1);
    command_expect_refused("trace @/trace --vcd @/none/a.vcd", "@/none/a.vcd", "cannot be written", 1);
}
END_TEST

#define RUN "run --chip tests/support/chips/tiny-sparse.yaml --network traces/digits/digits.nir " \
            "--input traces/digits/test-spikes.h5 --samples 1 --quiet "
START_TEST(a_dump_of_systemc_that_cannot_be_written_is_refused)
{
    command_expect_refused(RUN "--trace-systemc @/a.wave", "--trace-systemc", "expected a name that ends in .vcd", 1);
    command_expect_refused(RUN "--trace-systemc @/none/a.vcd", "@/none/a.vcd", "cannot be written", 1);
    struct command_result result = command_run(RUN "--trace-systemc @/a.vcd");
    ck_assert_msg(result.status == 0 && result.error[0] == '\0', "%s", result.error);
    ck_assert_uint_eq(scratch_count(), 1);
    command_free(&result);
}
END_TEST

START_TEST(a_whole_trace_becomes_both_files)
{
    scratch_write_bytes("trace", bytes, size);
    struct command_result result = command_run("trace @/trace --vcd @/a.vcd --json @/a.json --neurons");
    ck_assert_msg(result.status == 0, "%s", result.error);
    ck_assert_str_eq(result.out, "");
    ck_assert_uint_eq(scratch_count(), 3);
    command_free(&result);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("damage");
    tcase_add_checked_fixture(tests, begin, scratch_remove);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, records_come_out_by_cycle);
    tcase_add_test(tests, a_trace_that_was_cut_anywhere_is_refused);
    tcase_add_test(tests, no_byte_can_break_the_reader_or_the_writers);
    tcase_add_loop_test(tests, a_header_that_cannot_be_is_refused, 0, (int)(sizeof damages / sizeof *damages));
    tcase_add_test(tests, a_record_of_a_component_that_is_not_there_is_refused);
    tcase_add_test(tests, a_record_that_its_component_cannot_write_is_refused);
    tcase_add_test(tests, a_state_that_does_not_exist_is_refused);
    tcase_add_test(tests, a_port_that_does_not_exist_is_refused);
    tcase_add_test(tests, a_wrong_count_of_records_is_refused);
    tcase_add_test(tests, a_trace_without_an_end_is_refused);
    tcase_add_test(tests, a_file_that_is_not_there_or_no_trace_is_refused);
    tcase_add_test(tests, options_that_do_not_fit_are_refused);
    tcase_add_test(tests, a_dump_of_systemc_that_cannot_be_written_is_refused);
    tcase_add_test(tests, a_whole_trace_becomes_both_files);
    Suite *suite = suite_create("damaged traces");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
