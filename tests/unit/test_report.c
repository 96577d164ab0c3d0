/* Numbers of a run, summary.json, result.h5: against what the fixture was made from. */
#include "sim/memory.h"
#include "tests/support/record.h"
#include "tools/file/file.h"
#include "tools/file/h5.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/text.h"
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAMPLES 5
#define HIDDEN 6

static struct record_fixture fixture;
static struct run_numbers numbers;
static char dir[64];

static void setup(void)
{
    record_fixture_make(&fixture, SAMPLES, HIDDEN);
    run_derive(&fixture.record, &numbers);
    strcpy(dir, "/tmp/npusim-report-XXXXXX");
    ck_assert(mkdtemp(dir) != NULL);
}

static void remove_directory(const char *path)
{
    DIR *open_dir = opendir(path);
    ck_assert(open_dir != NULL);
    for (struct dirent *entry; (entry = readdir(open_dir));) {
        char *inside = memory_format("%s/%s", path, entry->d_name);
        unlink(inside);
        free(inside);
    }
    closedir(open_dir);
    ck_assert(rmdir(path) == 0);
}

static void teardown(void)
{
    run_numbers_free(&numbers);
    record_fixture_free(&fixture);
    remove_directory(dir);
}

static bool close_to(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

/* ---- derive ---- */

START_TEST(accuracy_counts_labelled_samples_only)
{
    /* samples 0, 2, 3, 4 have labels; that of 2 is wrong */
    ck_assert(numbers.labelled);
    ck_assert(close_to(numbers.accuracy, 0.75));
    ck_assert(close_to(numbers.reference_accuracy, 0.75));
    for (int s = 0; s < SAMPLES; s++)
        ck_assert_int_eq(numbers.prediction[s], s % 3);
    ck_assert_uint_eq(numbers.ties, 0);
}
END_TEST

START_TEST(agreement_is_intersection_over_union)
{
    double expected = (double)(fixture.fired - SAMPLES) / (double)fixture.fired;
    ck_assert(close_to(numbers.spike_agreement, expected));
}
END_TEST

static double agreement_of(struct recorded_spike *chip, size_t chip_count, struct reference_spike *reference,
                           size_t reference_count)
{
    struct sample_result sample = {.spike_count = chip_count, .spikes = chip};
    struct reference_sample expected = {.spike_count = reference_count, .spikes = reference};
    struct chip_result result = {.sample_count = 1, .samples = &sample};
    struct reference_result float_result = {.sample_count = 1, .samples = &expected};
    return spike_agreement(&fixture.network, &fixture.program, &result, &float_result);
}

START_TEST(agreement_merges_by_step_and_neuron_within_a_node)
{
    /* population 1 is node 2, population 2 is node 4; the input population is no part of it */
    struct recorded_spike chip[] = {{0, 0, 0, 1}, {1, 0, 1, 1}, {1, 2, 0, 1}, {1, 2, 3, 1}, {2, 2, 3, 1}};
    struct reference_spike reference[] = {{2, 0, 1}, {2, 1, 0}, {2, 2, 3}, {4, 2, 2}, {4, 2, 3}};
    /* both: (2,0,1) (2,2,3) (4,2,3); only chip: (2,2,0); only reference: (2,1,0) (4,2,2) */
    ck_assert(close_to(agreement_of(chip, 5, reference, 5), 3.0 / 6.0));
    ck_assert(close_to(agreement_of(chip, 5, NULL, 0), 0));
    ck_assert(close_to(agreement_of(NULL, 0, reference, 5), 0));
}
END_TEST

START_TEST(silence_on_both_sides_agrees)
{
    ck_assert(close_to(agreement_of(NULL, 0, NULL, 0), 1));
}
END_TEST

static int decide(struct recorded_spike *outputs, size_t count, uint32_t steps, bool *tie)
{
    struct sample_result sample = {.steps = steps, .output_count = count, .outputs = outputs};
    bool deciding[3];
    uint32_t neurons = deciding_populations(&fixture.network, &fixture.program, deciding);
    ck_assert_uint_eq(neurons, FIXTURE_OUTPUTS);
    ck_assert(!deciding[0] && !deciding[1] && deciding[2]);
    return chip_decision(&fixture.program, deciding, neurons, &sample, tie);
}

START_TEST(most_output_spikes_decide_and_the_lowest_index_wins_a_tie)
{
    bool tie;
    struct recorded_spike clear[] = {{2, 0, 2, 1}, {2, 1, 2, 1}, {2, 1, 1, 1}, {1, 0, 0, 1}, {1, 1, 0, 1}};
    ck_assert_int_eq(decide(clear, 5, 4, &tie), 2);
    ck_assert(!tie);
    struct recorded_spike even[] = {{2, 0, 2, 1}, {2, 1, 1, 1}};
    ck_assert_int_eq(decide(even, 2, 4, &tie), 1);
    ck_assert(tie);
    ck_assert_int_eq(decide(NULL, 0, 4, &tie), 0);
    ck_assert(tie);
    struct recorded_spike below_the_top[] = {{2, 0, 2, 1}, {2, 1, 2, 1}, {2, 1, 0, 1}, {2, 1, 1, 1}};
    ck_assert_int_eq(decide(below_the_top, 4, 4, &tie), 2);
    ck_assert(!tie);
}
END_TEST

START_TEST(values_decide_by_the_last_step)
{
    bool tie;
    fixture.program.populations[2].values = true;
    struct recorded_spike values[] = {{2, 2, 0, 900}, {2, 3, 0, -5}, {2, 3, 1, -2}, {2, 3, 2, -7}};
    ck_assert_int_eq(decide(values, 4, 4, &tie), 1);
    ck_assert(!tie);
    values[3].value = -2;
    ck_assert_int_eq(decide(values, 4, 4, &tie), 1);
    ck_assert(tie);
}
END_TEST

START_TEST(quantiles_are_linear_between_ranks)
{
    const double sorted[] = {1, 2, 4, 8, 16};
    ck_assert(close_to(quantile_of_sorted(sorted, 5, 0.5), 4));
    ck_assert(close_to(quantile_of_sorted(sorted, 5, 0.99), 8 + 0.96 * 8));
    ck_assert(close_to(quantile_of_sorted(sorted, 1, 0.99), 1));
    ck_assert(quantile_of_sorted(sorted, 0, 0.5) == 0);
}
END_TEST

START_TEST(latency_is_from_first_input_to_last_output)
{
    double period = 1 / fixture.chip.clock_hz;
    double first = (double)fixture.latency_of_0 * period;
    for (int s = 0; s < SAMPLES; s++)
        ck_assert(close_to(numbers.latency_s[s], first + 10 * s * period));
    ck_assert(close_to(numbers.latency_mean_s, first + 20 * period));
    ck_assert(close_to(numbers.latency_p50_s, first + 20 * period));
    ck_assert(close_to(numbers.latency_p99_s, first + 39.6 * period));
    ck_assert(close_to(numbers.latency_max_s, first + 40 * period));
}
END_TEST

START_TEST(a_sample_without_output_is_answered_when_its_work_ends)
{
    struct sample_result *sample = &fixture.chip_result.samples[0];
    sample->last_cycle = sample->first_cycle;
    struct run_numbers again;
    run_derive(&fixture.record, &again);
    double cycles = (double)(sample->end_cycle - sample->first_cycle);
    ck_assert(close_to(again.latency_s[0], cycles / fixture.chip.clock_hz));
    run_numbers_free(&again);
}
END_TEST

START_TEST(power_and_throughput_follow_from_all_cycles)
{
    double seconds = (double)fixture.chip_result.counters.cycles / fixture.chip.clock_hz;
    ck_assert(numbers.energy.total > 0);
    ck_assert(close_to(numbers.power_w, numbers.energy.total / seconds));
    ck_assert(close_to(numbers.throughput_per_s, SAMPLES / seconds));
}
END_TEST

START_TEST(energies_of_samples_sum_to_the_run)
{
    double sum = 0;
    for (int s = 0; s < SAMPLES; s++)
        sum += numbers.sample_energy_j[s];
    ck_assert(close_to(sum, numbers.energy.total));
}
END_TEST

START_TEST(counts_are_sums_over_components)
{
    uint64_t spikes = 0, hops = 0;
    for (uint32_t s = 0; s < SAMPLES; s++) {
        spikes += 2 * 10 * CORE_SPIKES + 1 + 2 * s;
        for (uint32_t r = 1; r <= 4; r++)
            hops += r * (3 * ROUTER_HOPS_EW + 1 + 3 * ROUTER_HOPS_NS + 1);
    }
    ck_assert_uint_eq(numbers.spikes, spikes);
    ck_assert_uint_eq(numbers.hops, hops);
    ck_assert_uint_eq(numbers.input_spikes, SAMPLES * 4); /* three events, one of them of two spikes */
}
END_TEST

/* ---- summary.json ---- */

static json_t *written_json(void)
{
    struct diagnostics diagnostics = {0};
    ck_assert(summary_write_json(dir, &fixture.record, &numbers, &diagnostics));
    char *path = memory_format("%s/summary.json", dir);
    json_error_t error;
    json_t *root = json_load_file(path, 0, &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    free(path);
    return root;
}

static double real_at(json_t *root, const char *object, const char *key)
{
    json_t *value = json_object_get(object ? json_object_get(root, object) : root, key);
    ck_assert_msg(json_is_number(value), "%s.%s is no number", object ? object : "", key);
    return json_number_value(value);
}

START_TEST(json_has_every_key_of_the_interface)
{
    static const char *const keys[] = {
        "network", "chip", "samples", "steps", "accuracy", "reference_accuracy", "spike_agreement", "cycles",
        "clock_hz", "latency_s", "energy_j", "power_w", "area_mm2", "throughput_per_s", "counts", "baselines", "host",
        "provenance"};
    json_t *root = written_json();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        ck_assert_msg(json_object_get(root, keys[i]) != NULL, "%s is missing", keys[i]);
    ck_assert(close_to(real_at(root, NULL, "accuracy"), 0.75));
    ck_assert(close_to(real_at(root, NULL, "samples"), SAMPLES));
    ck_assert(close_to(real_at(root, NULL, "cycles"), (double)fixture.chip_result.counters.cycles));
    ck_assert(close_to(real_at(root, "latency_s", "p99"), numbers.latency_p99_s));
    ck_assert(close_to(real_at(root, "energy_j", "per_sample"), numbers.energy.total / SAMPLES));
    ck_assert(close_to(real_at(root, "counts", "synaptic_events"), (double)numbers.synaptic_events));
    ck_assert(close_to(real_at(root, "host", "synaptic_events_per_s"), (double)numbers.synaptic_events / 1.25));
    ck_assert(json_is_object(json_object_get(json_object_get(root, "counts"), "stalls")));
    json_t *provenance = json_object_get(root, "provenance");
    ck_assert_str_eq(json_string_value(json_object_get(provenance, "state_hash")), "00c0ffee12345678");
    ck_assert_int_eq(json_integer_value(json_object_get(provenance, "seed")), 7);
    json_decref(root);
}
END_TEST

static double sum_of(json_t *object)
{
    double sum = 0;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
        sum += json_number_value(value);
    return sum;
}

START_TEST(json_energies_sum_to_the_total)
{
    json_t *root = written_json(), *energy = json_object_get(root, "energy_j");
    double total = real_at(root, "energy_j", "total");
    ck_assert(total > 0);
    ck_assert(close_to(total, real_at(root, "energy_j", "dynamic") + real_at(root, "energy_j", "static")));
    ck_assert(close_to(total, sum_of(json_object_get(energy, "by_component"))));
    ck_assert(close_to(total, sum_of(json_object_get(energy, "by_layer"))));
    ck_assert_uint_eq(json_object_size(json_object_get(energy, "by_component")), ENERGY_COMPONENTS);
    ck_assert(json_object_get(json_object_get(energy, "by_layer"), FIXTURE_HIDDEN) != NULL);
    json_decref(root);
}
END_TEST

START_TEST(a_layer_called_shared_keeps_the_sum)
{
    free(fixture.program.populations[2].name);
    fixture.program.populations[2].name = memory_copy_string("shared");
    json_t *root = written_json(), *energy = json_object_get(root, "energy_j");
    ck_assert(close_to(numbers.energy.total, sum_of(json_object_get(energy, "by_layer"))));
    json_decref(root);
}
END_TEST

START_TEST(json_has_no_accuracy_without_labels)
{
    for (int s = 0; s < SAMPLES; s++)
        fixture.batch.samples[s].label = -1;
    run_numbers_free(&numbers);
    run_derive(&fixture.record, &numbers);
    json_t *root = written_json();
    ck_assert(json_object_get(root, "accuracy") == NULL);
    ck_assert(json_object_get(root, "reference_accuracy") == NULL);
    ck_assert(json_object_get(root, "spike_agreement") != NULL);
    json_decref(root);
}
END_TEST

START_TEST(json_leaves_out_what_is_not_finite)
{
    numbers.power_w = INFINITY;
    numbers.latency_mean_s = 0; /* makes every latency_ratio undefined */
    fixture.record.host.simulate_s = 0;
    json_t *root = written_json();
    ck_assert(json_object_get(root, "power_w") == NULL);
    ck_assert(json_object_get(json_object_get(root, "host"), "synaptic_events_per_s") == NULL);
    json_t *row = json_array_get(json_object_get(root, "baselines"), 0);
    ck_assert(json_object_get(row, "latency_ratio") == NULL);
    ck_assert(json_object_get(row, "energy_ratio") != NULL);
    json_decref(root);
}
END_TEST

START_TEST(json_baselines_are_ratios_to_the_chip)
{
    json_t *root = written_json(), *list = json_object_get(root, "baselines");
    ck_assert_uint_eq(json_array_size(list), FIXTURE_BASELINES);
    json_t *row = json_array_get(list, 1);
    ck_assert_str_eq(json_string_value(json_object_get(row, "name")), "Fast <GPU>");
    ck_assert_str_eq(json_string_value(json_object_get(row, "mode")), "ann");
    double latency = json_number_value(json_object_get(row, "latency_ratio"));
    double energy = json_number_value(json_object_get(row, "energy_ratio"));
    ck_assert(close_to(latency, 4e-5 / numbers.latency_mean_s));
    ck_assert(close_to(energy, 1e-12 / (numbers.energy.total / SAMPLES)));
    json_decref(root);
}
END_TEST

START_TEST(json_takes_names_that_are_not_utf8)
{
    free(fixture.batch.samples[0].name);
    fixture.batch.samples[0].name = memory_copy_string("\xff\x01");
    free(fixture.network.path);
    fixture.network.path = memory_copy_string("net\xff\xc3\xa9.nir");
    json_t *root = written_json();
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(root, "network"), "path")),
                     "net\xef\xbf\xbd\xc3\xa9.nir");
    json_decref(root);
}
END_TEST

/* ---- result.h5 ---- */

static struct h5 *written_h5(void)
{
    struct diagnostics diagnostics = {0};
    bool fine = result_write_h5(dir, &fixture.record, &numbers, &diagnostics);
    diagnostics_print(&diagnostics);
    ck_assert(fine);
    char *path = memory_format("%s/result.h5", dir);
    struct h5 *file;
    ck_assert(h5_open(path, &file, &diagnostics));
    free(path);
    return file;
}

static int64_t *integers(struct h5 *file, const char *path, struct h5_shape *shape)
{
    struct diagnostics diagnostics = {0};
    int64_t *values;
    bool fine = h5_read_int64(file, path, 1000, &values, shape, &diagnostics);
    diagnostics_print(&diagnostics);
    ck_assert(fine);
    return values;
}

START_TEST(result_file_says_what_it_is_and_how_it_was_made)
{
    struct h5 *file = written_h5();
    struct diagnostics diagnostics = {0};
    static const char *const expected[][3] = {{"/", "npusim_kind", "result"},
                                              {"/provenance", "state_hash", "00c0ffee12345678"},
                                              {"/provenance", "command", "npusim run --network 'a & b'"},
                                              {"/config", "mesh.columns", "2"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        char *value;
        ck_assert(h5_attribute_string(file, expected[i][0], expected[i][1], &value, &diagnostics));
        ck_assert_str_eq(value, expected[i][2]);
        free(value);
    }
    h5_close(file);
}
END_TEST

START_TEST(result_file_holds_samples_layers_and_counters)
{
    struct h5 *file = written_h5();
    struct h5_shape shape;
    int64_t *prediction = integers(file, "/samples/prediction", &shape);
    ck_assert(shape.rank == 1 && shape.size[0] == SAMPLES);
    ck_assert_int_eq(prediction[4], 1);
    int64_t *spikes = integers(file, "/layers/spikes", &shape);
    ck_assert(shape.rank == 2 && shape.size[0] == 3 && shape.size[1] == FIXTURE_STEPS);
    int64_t sum = 0;
    for (int i = 0; i < 3 * FIXTURE_STEPS; i++)
        sum += spikes[i];
    ck_assert_int_eq(sum, (int64_t)fixture.fired);
    char *path = memory_format("/components/core/%s", core_counter_rows[CORE_PACKETS].name);
    int64_t *packets = integers(file, path, &shape);
    ck_assert(shape.rank == 1 && shape.size[0] == 4);
    ck_assert_int_eq(packets[1], (int64_t)fixture.chip_result.counters.core[CORE_COUNTERS + CORE_PACKETS]);
    ck_assert(h5_attribute_exists(file, path, "unit") && h5_attribute_exists(file, path, "description"));
    free(path);
    free(packets);
    free(spikes);
    free(prediction);
    h5_close(file);
}
END_TEST

START_TEST(result_file_holds_every_spike_in_nir_layout)
{
    struct h5 *file = written_h5();
    struct h5_shape shape;
    int64_t *index = integers(file, "/spikes/nodes/out/observables/spikes/idx", &shape);
    ck_assert(shape.rank == 2 && shape.size[0] == SAMPLES);
    uint64_t real = 0, expected = 0;
    for (uint64_t i = 0; i < shape.size[0] * shape.size[1]; i++)
        real += index[i] >= 0;
    for (int s = 0; s < SAMPLES; s++)
        expected += fixture.chip_result.samples[s].output_count;
    ck_assert_uint_eq(real, expected);
    for (size_t i = 0; i < fixture.chip_result.samples[0].output_count; i++)
        ck_assert_int_eq(index[i], fixture.chip_result.samples[0].outputs[i].neuron);
    ck_assert(h5_is_group(file, "/spikes/nodes/" FIXTURE_HIDDEN));
    free(index);
    h5_close(file);
}
END_TEST

/* ---- text, findings, failure ---- */

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
    char text[QUANTITY_SIZE];
    ck_assert_str_eq(quantity_trimmed(text, 1e-3, "s", "u"), "1 ms");
    ck_assert_str_eq(quantity_trimmed(text, 500, "", "u"), "500");
    ck_assert_str_eq(count_text(text, 1234567), "1,234,567");
    ck_assert_str_eq(count_text(text, 999), "999");
    ck_assert_str_eq(ratio(text, 3.14), "3.1x");
    ck_assert_str_eq(ratio(text, 123456), "123,000x");
}
END_TEST

START_TEST(findings_say_who_wins_by_how_much)
{
    struct findings findings;
    struct text all = {0};
    findings_make(&fixture.record, &numbers, "u", &findings);
    for (size_t i = 0; i < findings.count; i++)
        text_add(&all, "%s\n", findings.sentence[i]);
    double energy = numbers.energy.total / SAMPLES;
    char size[QUANTITY_SIZE];
    char *loses = memory_format("(ann fp16, batch 256) it uses %s less energy a sample than the chip",
                                ratio(size, energy / 1e-12));
    ck_assert_msg(strstr(all.data, loses) != NULL, "%s\nlacks: %s", all.data, loses);
    char *later = memory_format("answers %s later", ratio(size, 2e-5 / numbers.latency_mean_s));
    ck_assert_msg(strstr(all.data, later) != NULL, "%s\nlacks: %s", all.data, later);
    ck_assert(strstr(all.data, "analytic model") != NULL);
    ck_assert(strstr(all.data, "2 of 2 GPU rows are launch-bound: starting operators takes 95 to 99 %") != NULL);
    ck_assert(strstr(all.data, "as many as the float reference") != NULL);
    ck_assert(strstr(all.data, "assumed") != NULL);
    free(later);
    free(loses);
    text_free(&all);
    findings_free(&findings);
}
END_TEST

/* ---- terminal ---- */

/* What is printed from now on, in this test's process, goes to a file in `dir`. */
static char *redirect(FILE *stream, const char *name)
{
    char *path = memory_format("%s/%s", dir, name);
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
    free(fixture.program.populations[1].name);
    fixture.program.populations[1].name = memory_copy_string("\033[2Jx");
    free(fixture.compile.remarks[0]);
    fixture.compile.remarks[0] = memory_copy_string("layer \033]0;x\007 is folded");
    char *path = redirect(stdout, "stdout");
    summary_print(&fixture.record, &numbers);
    char *text = contents(stdout, path);
    static const char *const expected[] = {"chip 75.00 %", "float 75.00 %", "spike agreement", "p99", "power", "area",
                                           "synapse_array", "?[2Jx", "layer ?]0;x? is folded", "Fast <GPU>",
                                           "analytic model", "synaptic events/s"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        ck_assert_msg(strstr(text, expected[i]) != NULL, "%s is missing in\n%s", expected[i], text);
    for (const char *c = text; *c; c++)
        ck_assert_msg((unsigned char)*c >= 0x20 || *c == '\n', "control character %d", *c);
    free(text);
}
END_TEST

START_TEST(json_on_stdout_is_the_file)
{
    struct diagnostics diagnostics = {0};
    ck_assert(summary_write_json(dir, &fixture.record, &numbers, &diagnostics));
    char *path = redirect(stdout, "stdout");
    summary_print_json(&fixture.record, &numbers);
    char *printed = contents(stdout, path), *written = contents(stdout, memory_format("%s/summary.json", dir));
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

static size_t entries(const char *path)
{
    size_t count = 0;
    DIR *open_dir = opendir(path);
    ck_assert(open_dir != NULL);
    while (readdir(open_dir))
        count++;
    closedir(open_dir);
    return count;
}

START_TEST(an_unusable_directory_is_an_error_and_leaves_nothing)
{
    struct diagnostics diagnostics = {0};
    char *blocked = memory_format("%s/blocked", dir);
    int file = open(blocked, O_CREAT | O_WRONLY, 0600);
    ck_assert(file >= 0);
    close(file);
    char *inside = memory_format("%s/out", blocked); /* a regular file stands where a directory is needed */
    ck_assert(!summary_write_json(inside, &fixture.record, &numbers, &diagnostics));
    ck_assert(!result_write_h5(inside, &fixture.record, &numbers, &diagnostics));
    ck_assert(!page_write_html(inside, &fixture.record, &numbers, &diagnostics));
    ck_assert_uint_ge(diagnostics.count, 3);
    ck_assert(diagnostics_mention(&diagnostics, blocked));
    ck_assert_uint_eq(entries(dir), 3); /* ".", "..", "blocked" */
    diagnostics_free(&diagnostics);
    free(inside);
    free(blocked);
}
END_TEST

START_TEST(a_name_taken_by_a_directory_is_an_error_and_leaves_nothing)
{
    struct diagnostics diagnostics = {0};
    static const char *const names[] = {"summary.json", "result.h5", "report.html"};
    for (int i = 0; i < 3; i++) {
        char *path = memory_format("%s/%s", dir, names[i]);
        ck_assert(mkdir(path, 0700) == 0);
        free(path);
    }
    ck_assert(!summary_write_json(dir, &fixture.record, &numbers, &diagnostics));
    ck_assert(!result_write_h5(dir, &fixture.record, &numbers, &diagnostics));
    ck_assert(!page_write_html(dir, &fixture.record, &numbers, &diagnostics));
    ck_assert_uint_eq(entries(dir), 5);
    for (int i = 0; i < 3; i++) {
        char *path = memory_format("%s/%s", dir, names[i]);
        ck_assert(rmdir(path) == 0);
        free(path);
    }
    diagnostics_free(&diagnostics);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, accuracy_counts_labelled_samples_only);
    tcase_add_test(all, agreement_is_intersection_over_union);
    tcase_add_test(all, agreement_merges_by_step_and_neuron_within_a_node);
    tcase_add_test(all, silence_on_both_sides_agrees);
    tcase_add_test(all, most_output_spikes_decide_and_the_lowest_index_wins_a_tie);
    tcase_add_test(all, values_decide_by_the_last_step);
    tcase_add_test(all, quantiles_are_linear_between_ranks);
    tcase_add_test(all, latency_is_from_first_input_to_last_output);
    tcase_add_test(all, a_sample_without_output_is_answered_when_its_work_ends);
    tcase_add_test(all, power_and_throughput_follow_from_all_cycles);
    tcase_add_test(all, energies_of_samples_sum_to_the_run);
    tcase_add_test(all, counts_are_sums_over_components);
    tcase_add_test(all, json_has_every_key_of_the_interface);
    tcase_add_test(all, json_energies_sum_to_the_total);
    tcase_add_test(all, a_layer_called_shared_keeps_the_sum);
    tcase_add_test(all, json_has_no_accuracy_without_labels);
    tcase_add_test(all, json_leaves_out_what_is_not_finite);
    tcase_add_test(all, json_baselines_are_ratios_to_the_chip);
    tcase_add_test(all, json_takes_names_that_are_not_utf8);
    tcase_add_test(all, result_file_says_what_it_is_and_how_it_was_made);
    tcase_add_test(all, result_file_holds_samples_layers_and_counters);
    tcase_add_test(all, result_file_holds_every_spike_in_nir_layout);
    tcase_add_test(all, quantities_have_three_digits_and_a_prefix);
    tcase_add_test(all, findings_say_who_wins_by_how_much);
    tcase_add_test(all, terminal_summary_has_the_figures_and_no_control_characters);
    tcase_add_test(all, json_on_stdout_is_the_file);
    tcase_add_test(all, progress_is_silent_where_there_is_no_terminal);
    tcase_add_test(all, an_unusable_directory_is_an_error_and_leaves_nothing);
    tcase_add_test(all, a_name_taken_by_a_directory_is_an_error_and_leaves_nothing);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
