/* What people read of a run: quantities, findings, the terminal. */
#include "sim/memory.h"
#include "tests/support/report_case.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/text.h"
#include "tools/report/verdict.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 5
#define HIDDEN 6

static struct report_case at;

static void setup(void) { report_case_begin(&at, SAMPLES, HIDDEN); }
static void teardown(void) { report_case_end(&at); }

/* ---- text, findings ---- */

START_TEST(quantities_have_three_digits_and_a_prefix)
{
    static const struct {
        double value;
        const char *unit, *expected;
    } cases[] = {{1.2345e-6, "J", "1.23 uJ"}, {9.996e-4, "s", "1.00 ms"},  {999.6e-9, "s", "1.00 us"},
                 {0, "W", "0 W"},             {123456, "s", "123456 s"},   {5e8, "Hz", "500 MHz"},
                 {45.67e-12, "J", "45.7 pJ"}, {-2e-3, "W", "-2.00 mW"},    {NAN, "s", "n/a"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[QUANTITY_SIZE];
        ck_assert_str_eq(quantity(text, cases[i].value, cases[i].unit, "u"), cases[i].expected);
    }
    char text[COUNTED_SIZE];
    ck_assert_str_eq(quantity_trimmed(text, 1e-3, "s", "u"), "1 ms");
    ck_assert_str_eq(quantity_trimmed(text, 500, "", "u"), "500");
    ck_assert_str_eq(count_text(text, 1234567), "1,234,567");
    ck_assert_str_eq(count_text(text, 999), "999");
    ck_assert_str_eq(counted(text, 1, "spike"), "1 spike");
    ck_assert_str_eq(counted(text, 0, "spike"), "0 spikes");
    ck_assert_str_eq(counted(text, 1001, "synaptic event"), "1,001 synaptic events");
    ck_assert_str_eq(ratio(text, 3.14), "3.1x");
    ck_assert_str_eq(ratio(text, 123456), "123,000x");
}
END_TEST

static char *said_now(void)
{
    struct findings findings;
    struct text all = {0};
    findings_make(&at.fixture.record, &at.numbers, "u", &findings);
    for (size_t i = 0; i < findings.count; i++)
        text_add(&all, "%s\n", findings.sentence[i]);
    findings_free(&findings);
    return all.data;
}
START_TEST(shares_and_factors_have_the_digits_that_they_deserve)
{
    static const struct {
        double value;
        const char *expected;
    } shares[] = {{0, "0.0 %"},      {0.0004, "<0.1 %"}, {0.0006, "0.1 %"}, {0.0994, "9.9 %"},
                  {0.0996, "10 %"},  {0.995, "100 %"},   {1.234, "123 %"},  {NAN, "n/a"}};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        char text[32];
        ck_assert_str_eq(percent(text, shares[i].value), shares[i].expected);
    }
    static const struct {
        double value;
        const char *expected;
    } factors[] = {{3, "3.0x faster"}, {0.25, "4.0x slower"}, {1.009, "as fast"}, {0.991, "as fast"}, {1.02, "1.02x faster"},
                   {0.98, "1.02x slower"}, {0, "not comparable"}, {INFINITY, "not comparable"}};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        char *text = comparison(factors[i].value, "faster", "slower", "as fast");
        ck_assert_str_eq(text, factors[i].expected);
        free(text);
    }
}
END_TEST

/* The best row by energy, Fast <GPU> ann at batch 256, is set to `energy_j` a sample. */
static bool says_undecided(double energy_j)
{
    struct findings findings;
    bool said = false;
    at.fixture.baselines[1].energy_j = energy_j;
    findings_make(&at.fixture.record, &at.numbers, "u", &findings);
    for (size_t i = 0; i < findings.count; i++)
        said |= strstr(findings.sentence[i], "Undecided: who needs less energy.") != NULL;
    findings_free(&findings);
    return said;
}

START_TEST(findings_say_that_energy_is_undecided_where_the_range_of_the_chip_holds_the_other)
{
    const struct energy_report *energy = &at.numbers.energy;
    ck_assert_double_lt(energy->low_total, energy->high_total);
    ck_assert(!says_undecided(0.99 * energy->low_total / SAMPLES));
    ck_assert(says_undecided(1.01 * energy->low_total / SAMPLES));
    ck_assert(says_undecided(0.99 * energy->high_total / SAMPLES));
    ck_assert(!says_undecided(1.01 * energy->high_total / SAMPLES));
}
END_TEST

START_TEST(findings_say_who_wins_by_how_much)
{
    struct findings findings;
    struct text all = {0};
    findings_make(&at.fixture.record, &at.numbers, "u", &findings);
    for (size_t i = 0; i < findings.count; i++)
        text_add(&all, "%s\n", findings.sentence[i]);
    double energy = at.numbers.energy.total / SAMPLES;
    char size[QUANTITY_SIZE];
    char *loses = memory_format("Least energy a sample: Fast <GPU> ann, batch 256 (%s better than the chip)",
                                ratio(size, energy / 1e-12));
    ck_assert_msg(strstr(all.data, loses) != NULL, "%s\nlacks: %s", all.data, loses);
    char *later = memory_format("Least latency: the chip (%s; next Fast <GPU> ann, batch 1)",
                                ratio(size, 2e-5 / at.numbers.latency_mean_s));
    ck_assert_msg(strstr(all.data, later) != NULL, "%s\nlacks: %s", all.data, later);
    char *fewer = memory_format("Most samples a second: Fast <GPU> ann, batch 256 (%s better than the chip)",
                                ratio(size, 256 / 4e-5 / at.numbers.throughput_per_s));
    ck_assert_msg(strstr(all.data, fewer) != NULL, "%s\nlacks: %s", all.data, fewer);
    free(fewer);
    ck_assert_ptr_eq(strstr(all.data, "Least latency"), all.data);
    ck_assert(strstr(all.data, "ann is the equivalent dense network: accuracy not evaluated") != NULL);
    ck_assert(strstr(all.data, "analytic model") != NULL);
    ck_assert(strstr(all.data, "2 of 2 GPU rows are launch-bound: starting operators takes 95 to 99 %") != NULL);
    ck_assert(strstr(all.data, "as many as the float reference") != NULL);
    ck_assert(strstr(all.data, "assumed") != NULL);
    ck_assert((strstr(all.data, "at its low or high") != NULL) ==
              (at.numbers.energy.low_total < at.numbers.energy.high_total));
    free(later);
    free(loses);
    text_free(&all);
    findings_free(&findings);
}
END_TEST

START_TEST(what_is_unsure_of_a_model_leaves_a_verdict_open_and_a_measurement_closes_it)
{
    double chip = at.numbers.latency_mean_s;
    struct baseline_result *row = &at.fixture.baselines[0]; /* the quickest, 20 us */
    row->latency_error = 0.5;
    struct winner winner = best_of(&at.fixture.record, &at.numbers, MEASURE_LATENCY);
    ck_assert(winner.chip && winner.decided == (row->latency_s / 1.5 > chip));
    ck_assert(winner.decided);
    row->latency_s = 1.4 * chip;
    char *said = said_now();
    ck_assert_msg(strstr(said, "Least latency: undecided (the chip by 1.4x; next Fast <GPU> ann, batch 1).") != NULL, "%s", said);
    ck_assert_msg(strstr(said, "Undecided: who answers sooner. The chip's ") != NULL, "%s", said);
    free(said);
    row->latency_s = chip / 1.4; /* and off by 50 %: from 0.48 to 1.43 of the chip's */
    winner = best_of(&at.fixture.record, &at.numbers, MEASURE_LATENCY);
    ck_assert(!winner.chip && !winner.decided && winner.rival == row);
    row->measurement.latency_s = 1.2 * chip;
    row->measurement.energy_j = NAN;
    row->measurement.pass_s = 0.5 * row->measurement.latency_s; /* the next begins before the last one's answer is fetched */
    ck_assert_double_eq_tol(measured_throughput(row), 2 * row->batch / row->measurement.latency_s, 1e-6 * row->batch / chip);
    ck_assert_double_eq_tol(1 / row_figure(row, MEASURE_THROUGHPUT).value, measured_throughput(row), 1e-6 * row->batch / chip);
    said = said_now();
    ck_assert_msg(strstr(said, "Least latency: the chip (1.2x; next Fast <GPU> ann, batch 1, measured).") != NULL, "%s", said);
    ck_assert(strstr(said, "very same network on the board itself. They leave out the copies from the host") != NULL);
    free(said);
}
END_TEST

/* A second row that is surely better decides, however unsure the best one is. */
START_TEST(one_sure_row_is_enough_to_beat_the_chip)
{
    double chip = at.numbers.latency_mean_s;
    at.fixture.baselines[0].latency_s = chip / 4;
    at.fixture.baselines[0].latency_error = 3;
    struct winner winner = best_of(&at.fixture.record, &at.numbers, MEASURE_LATENCY);
    ck_assert(!winner.chip && !winner.decided);
    at.fixture.baselines[1].latency_s = chip / 2;
    winner = best_of(&at.fixture.record, &at.numbers, MEASURE_LATENCY);
    ck_assert(!winner.chip && winner.decided && winner.row == &at.fixture.baselines[0]);
}
END_TEST

START_TEST(unused_cores_and_idle_boards_are_said_with_what_they_cost)
{
    struct chip_config gated = at.fixture.chip;
    struct energy_report report;
    gated.power.power_gating = POWER_GATING_UNUSED;
    energy_compute(at.fixture.technology, &gated, &at.fixture.program, &at.fixture.chip_result.counters, &report);
    ck_assert(report.total < 0.9 * at.numbers.energy.total);
    ck_assert(close_to(at.numbers.unused_off_j, report.total));
    char *said = unused_cores(&at.fixture.record, &at.numbers, "u"), left[QUANTITY_SIZE], share[32];
    char *expected = memory_format("of a sample (%s) go to cores that hold no part of the network, 2 of 4 cores; with those "
                                   "switched off (power.power_gating: unused) it takes %s",
                                   percent(share, 1 - report.total / at.numbers.energy.total),
                                   quantity(left, report.total / SAMPLES, "J", "u"));
    ck_assert_msg(strstr(said, expected) != NULL, "%s\nlacks: %s", said, expected);
    free(expected);
    free(said);
    energy_report_free(&report);
    at.numbers.unused_off_j = at.numbers.energy.total;
    ck_assert(unused_cores(&at.fixture.record, &at.numbers, "u") == NULL);
    said = said_now(); /* 10 steps of 1 ms at 50 W */
    ck_assert_msg(strstr(said, "idles meanwhile too, which alone takes, a sample: Fast <GPU> 50.0 W, 500 mJ.\n") != NULL, "%s", said);
    free(said);
    for (int i = 0; i < FIXTURE_BASELINES; i++)
        at.fixture.baselines[i].idle_assumed = true;
    said = said_now();
    ck_assert(strstr(said, "Fast <GPU> about 50.0 W, 500 mJ. About: nobody published it") != NULL);
    free(said);
}
END_TEST

START_TEST(the_range_is_that_of_a_sample_like_every_figure_beside_it)
{
    char one[QUANTITY_SIZE], low[QUANTITY_SIZE], high[QUANTITY_SIZE], all[QUANTITY_SIZE];
    const struct energy_report *energy = &at.numbers.energy;
    char *expected = memory_format("A sample takes %s (the whole run of 5 samples: %s); with every constant at its "
                                   "low or high it takes %s or %s.",
                                   quantity(one, energy->total / SAMPLES, "J", "u"), quantity(all, energy->total, "J", "u"),
                                   quantity(low, energy->low_total / SAMPLES, "J", "u"),
                                   quantity(high, energy->high_total / SAMPLES, "J", "u"));
    char *said = said_now();
    ck_assert_msg(strstr(said, expected) != NULL, "%s\nlacks: %s", said, expected);
    free(expected);
    free(said);
}
END_TEST
/* Among rows of the same accelerator and batch the dense modes are beside each other, and so are the spiking ones. */
START_TEST(a_row_is_quickest_among_its_like)
{
    struct run_record *record = &at.fixture.record;
    struct baseline_result rows[5];
    memcpy(rows, at.fixture.baselines, 4 * sizeof *rows);
    rows[4] = rows[2]; /* snn at batch 1, graph-captured */
    rows[4].mode = BASELINE_SNN_GRAPH;
    rows[4].latency_s = 1.5e-4;
    record->baselines = rows;
    record->baseline_count = 5;
    for (int i = 0; i < 5; i++)
        ck_assert_msg(is_quickest(record, &rows[i]) == (i != 2), "row %d", i);
    rows[4].latency_s = rows[2].latency_s; /* of equals the first */
    ck_assert(is_quickest(record, &rows[2]) && !is_quickest(record, &rows[4]));
}
END_TEST

/* Nobody published the board's limit: its energy is open, and the next one is the least. */
START_TEST(an_unknown_energy_never_wins)
{
    at.fixture.baselines[1].energy_j = NAN;
    struct winner winner = best_of(&at.fixture.record, &at.numbers, MEASURE_ENERGY);
    ck_assert_ptr_eq(winner.row, &at.fixture.baselines[3]);
    ck_assert(isfinite(winner.factor));
    at.fixture.baselines[0].energy_j = NAN;
    at.fixture.record.baseline_count = 2;
    ck_assert(best_of(&at.fixture.record, &at.numbers, MEASURE_ENERGY).chip);
}
END_TEST

START_TEST(what_rests_on_assumptions_and_ranges_is_said_in_figures)
{
    struct energy_report *energy = &at.numbers.energy;
    energy->total = 2e-6;
    energy->dynamic_total = 1e-6;
    energy->assumed = 0.5e-6;
    energy->low_total = 1.5e-6;
    energy->high_total = 7e-6;
    char *said = said_now();
    ck_assert_msg(strstr(said, "\n25 % of the energy rests on assumed values") != NULL, "%s", said);
    ck_assert_msg(strstr(said, "A sample takes 400 nJ (the whole run of 5 samples: 2.00 uJ); with every constant at its "
                               "low or high it takes 300 nJ or 1.40 uJ.") != NULL, "%s", said);
    free(said);
}
END_TEST

START_TEST(the_memory_that_the_program_comes_from_is_named)
{
    static const char *const names[] = {[PROGRAM_LPDDR] = "from LPDDR takes 3.00 uJ once", [PROGRAM_HBM] = "from HBM takes 3.00 uJ once"};
    at.numbers.load.nominal = 3e-6;
    for (int memory = PROGRAM_LPDDR; memory <= PROGRAM_HBM; memory++) {
        at.fixture.chip.power.program_memory = memory;
        char *said = said_now();
        ck_assert_msg(strstr(said, names[memory]) != NULL, "%s", said);
        free(said);
    }
}
END_TEST

START_TEST(every_launch_bound_batch_is_named)
{
    at.fixture.baselines[1].launch_s = 3.8e-5; /* of 40 us, batch 256 */
    char *said = said_now();
    ck_assert_msg(strstr(said, "At batch 1 and 256, 3 of 4 GPU rows are launch-bound") != NULL, "%s", said);
    ck_assert(strstr(said, "--batch N") != NULL);
    free(said);
    at.fixture.baselines[1].launch_s = 3.5e-5; /* less than nine tenths */
    said = said_now();
    ck_assert_msg(strstr(said, "At batch 1, 2 of 2 GPU rows are launch-bound") != NULL, "%s", said);
    ck_assert(strstr(said, "--batch N") == NULL);
    free(said);
}
END_TEST

START_TEST(a_difference_in_accuracy_is_set_against_the_counting_error)
{
    at.numbers.labelled_count = 400;
    at.numbers.accuracy = 0.91;
    at.numbers.reference_accuracy = 0.90; /* two standard errors are 2.9 points */
    char *said = said_now();
    ck_assert_msg(strstr(said, "reference 90.00 %: within counting error (2.9 points)") != NULL, "%s", said);
    free(said);
    at.numbers.accuracy = 0.86;
    said = said_now();
    ck_assert_msg(strstr(said, "4.00 points fewer than the float reference") != NULL, "%s", said);
    free(said);
}
END_TEST

START_TEST(the_pace_of_the_input_is_said_with_what_it_costs)
{
    /* 10 steps of 1 ms; power is that of leakage and the clock, which is not gated, over 10 ms, and the events of a
     * sample */
    double always = at.numbers.energy.static_total + at.numbers.energy.clock_total;
    double joules = always / 1e-4 * 1e-2 + at.numbers.energy.dynamic_total / SAMPLES;
    ck_assert(close_to(at.numbers.input_s, 1e-2));
    ck_assert(close_to(at.numbers.paced_energy_j, joules));
    char *said = said_now(), size[QUANTITY_SIZE];
    char *faster = memory_format("A sample is 10 ms of input; the chip, fed as fast as it takes it, needs 5.20 us: %s "
                                 "faster than real time.", ratio(size, 1e-2 / at.numbers.latency_mean_s));
    ck_assert_msg(strstr(said, faster) != NULL, "%s\nlacks: %s", said, faster);
    free(faster);
    free(said);
    at.numbers.input_s = at.numbers.latency_mean_s / 4;
    said = said_now();
    ck_assert_msg(strstr(said, "4.0x slower than real time") != NULL, "%s", said);
    free(said);
    at.numbers.input_s = at.numbers.latency_mean_s;
    said = said_now();
    ck_assert_msg(strstr(said, "real time") == NULL, "%s", said);
    free(said);
}
END_TEST

/* What is lost, `count` times each, and a report on as many GPU rows. */
static char *said_of(uint64_t count)
{
    struct counter_table *run = &at.fixture.chip_result.counters;
    for (uint32_t c = 0; c < run->cores; c++)
        run->core[(size_t)c * CORE_COUNTERS + CORE_OVERRUNS] = c == 0 ? count : 0;
    at.numbers.dropped = at.numbers.late = at.fixture.compile.saturated_weights = count;
    at.fixture.record.baseline_count = (uint32_t)count;
    at.fixture.chip_result.sample_count = at.numbers.labelled_count = count;
    char *said = said_now();
    at.fixture.chip_result.sample_count = SAMPLES;
    return said;
}

START_TEST(sentences_agree_with_their_count)
{
    static const struct {
        uint64_t count;
        const char *expected[6];
    } cases[] = {{1, {"% of 1 sample right", "\n1 event was dropped", "\n1 tick came while", "\n1 weight was clipped",
                      "\n1 event came after the timestep",
                      "1 of 1 GPU row is launch-bound: starting operators takes 95 % of its time, so it tells how"}},
                 {3, {"% of 3 samples right", "\n3 events were dropped", "\n3 ticks came while",
                      "\n3 weights were clipped", "\n3 events came after the timestep",
                      "2 of 2 GPU rows are launch-bound: starting operators takes 95 to 99 % of their time, so they"}}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char *said = said_of(cases[c].count);
        for (size_t i = 0; i < 6; i++)
            ck_assert_msg(strstr(said, cases[c].expected[i]) != NULL, "%s\nlacks: %s", said, cases[c].expected[i]);
        ck_assert_msg(wrong_plural(said) == NULL, "%s", wrong_plural(said));
        free(said);
    }
    at.fixture.baselines[1].batch = 1; /* answers in 40 us, 10 of them launches */
    char *said = said_of(2);
    ck_assert_msg(strstr(said, "1 of 2 GPU rows is launch-bound: ") != NULL, "%s", said);
    free(said);
}
END_TEST

/* ---- terminal ---- */

/* What is printed from now on, in this test's process, goes to a file in `at.dir`. */
static char *redirect(FILE *stream, const char *name)
{
    char *path = memory_format("%s/%s", at.dir, name);
    ck_assert(freopen(path, "w", stream) != NULL);
    return path;
}

static char *contents(FILE *stream, char *path)
{
    struct diagnostics diagnostics = {0};
    unsigned char *bytes;
    size_t size;
    fflush(stream);
    ck_assert(file_read(path, 1 << 20, &bytes, &size, &diagnostics));
    free(path);
    return (char *)bytes;
}

START_TEST(terminal_summary_has_the_figures_and_no_control_characters)
{
    free(at.fixture.program.populations[1].name);
    at.fixture.program.populations[1].name = memory_copy_string("\033[2Jx");
    free(at.fixture.compile.remarks[0]);
    at.fixture.compile.remarks[0] = memory_copy_string("layer \033]0;x\007 is folded");
    char *path = redirect(stdout, "stdout");
    summary_print(&at.fixture.record, &at.numbers);
    char *text = contents(stdout, path);
    static const char *const expected[] = {"chip 75.00 %", "float 75.00 %", "spike agreement", "p99", "power", "area",
                                           "neuron array", "other", "?[2Jx", "layer ?]0;x? is folded", "Fast <GPU>",
                                           "analytic model", "synaptic events/s"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        ck_assert_msg(strstr(text, expected[i]) != NULL, "%s is missing in\n%s", expected[i], text);
    for (const char *c = text; *c; c++)
        ck_assert_msg((unsigned char)*c >= 0x20 || *c == '\n', "control character %d", *c);
    ck_assert_msg(strstr(text, " \n") == NULL, "a line ends in a space in\n%s", text);
    free(text);
}
END_TEST

START_TEST(terminal_has_errors_and_measurements_beside_the_model)
{
    at.fixture.baselines[0].latency_error = 0.36;
    at.fixture.baselines[0].energy_error = NAN;
    at.fixture.baselines[0].measurement = (struct baseline_measurement){.latency_s = 1.7e-5, .energy_j = 2e-4, .power_w = 100};
    char *path = redirect(stdout, "stdout");
    summary_print(&at.fixture.record, &at.numbers);
    char *text = contents(stdout, path), more[QUANTITY_SIZE];
    char *model = memory_format("ann       fp16        1  20.0 us +-36 %% %s longer", ratio(more, 2e-5 / at.numbers.latency_mean_s));
    ck_assert_msg(strstr(text, model) != NULL, "%s\nlacks: %s", text, model);
    ck_assert(strstr(text, " 1.00 mJ unknown ") != NULL);
    char *measured = strstr(text, "  measured  ");
    ck_assert_msg(measured && strstr(measured, "17.0 us") && strstr(measured, "200 uJ"), "%s", text);
    ck_assert(strstr(text, "modes: ann, the equivalent dense network") != NULL);
    ck_assert(strstr(text, "semantics norse: the rule by which") != NULL);
    free(model);
    free(text);
}
END_TEST

START_TEST(terminal_summary_counts_one_in_the_singular)
{
    at.fixture.chip_result.sample_count = at.fixture.chip_result.steps = 1;
    at.fixture.chip_result.counters.cycles = 1;
    at.fixture.compile.cores_used = at.fixture.compile.cores_available = 1;
    char *path = redirect(stdout, "stdout");
    summary_print(&at.fixture.record, &at.numbers);
    char *text = contents(stdout, path);
    ck_assert(strstr(text, ": 1 sample of up to 1 step of 1 ms") != NULL);
    ck_assert(strstr(text, "1 of 1 core ") != NULL && strstr(text, " 1 cycle simulated in ") != NULL);
    ck_assert_msg(wrong_plural(text) == NULL, "%s", wrong_plural(text));
    free(text);
    at.fixture.chip_result.sample_count = SAMPLES;
}
END_TEST

START_TEST(json_on_stdout_is_the_file)
{
    struct diagnostics diagnostics = {0};
    ck_assert(summary_write_json(at.dir, &at.fixture.record, &at.numbers, &diagnostics));
    char *path = redirect(stdout, "stdout");
    summary_print_json(&at.fixture.record, &at.numbers);
    char *printed = contents(stdout, path), *written = contents(stdout, memory_format("%s/summary.json", at.dir));
    ck_assert_str_eq(printed, written);
    free(printed);
    free(written);
}
END_TEST

START_TEST(progress_is_silent_where_there_is_no_terminal)
{
    struct progress progress;
    char *path = redirect(stderr, "stderr");
    progress_begin(&progress, "simulate", false);
    progress_update(&progress, 1, 2);
    progress_update(&progress, 2, 2);
    progress_end(&progress);
    char *text = contents(stderr, path);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, quantities_have_three_digits_and_a_prefix);
    tcase_add_test(all, shares_and_factors_have_the_digits_that_they_deserve);
    tcase_add_test(all, findings_say_who_wins_by_how_much);
    tcase_add_test(all, a_row_is_quickest_among_its_like);
    tcase_add_test(all, an_unknown_energy_never_wins);
    tcase_add_test(all, what_rests_on_assumptions_and_ranges_is_said_in_figures);
    tcase_add_test(all, the_memory_that_the_program_comes_from_is_named);
    tcase_add_test(all, findings_say_that_energy_is_undecided_where_the_range_of_the_chip_holds_the_other);
    tcase_add_test(all, what_is_unsure_of_a_model_leaves_a_verdict_open_and_a_measurement_closes_it);
    tcase_add_test(all, one_sure_row_is_enough_to_beat_the_chip);
    tcase_add_test(all, unused_cores_and_idle_boards_are_said_with_what_they_cost);
    tcase_add_test(all, the_range_is_that_of_a_sample_like_every_figure_beside_it);
    tcase_add_test(all, every_launch_bound_batch_is_named);
    tcase_add_test(all, a_difference_in_accuracy_is_set_against_the_counting_error);
    tcase_add_test(all, the_pace_of_the_input_is_said_with_what_it_costs);
    tcase_add_test(all, sentences_agree_with_their_count);
    tcase_add_test(all, terminal_summary_has_the_figures_and_no_control_characters);
    tcase_add_test(all, terminal_has_errors_and_measurements_beside_the_model);
    tcase_add_test(all, terminal_summary_counts_one_in_the_singular);
    tcase_add_test(all, json_on_stdout_is_the_file);
    tcase_add_test(all, progress_is_silent_where_there_is_no_terminal);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
