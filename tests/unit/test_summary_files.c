/* summary.json and result.h5: against what the fixture was made from, and where they cannot be written. */
#include "sim/memory.h"
#include "tests/support/report_case.h"
#include "tests/support/run_suite.h"
#include "tools/file/h5.h"
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAMPLES 5
#define HIDDEN 6

static struct report_case at;

static void setup(void) { report_case_begin(&at, SAMPLES, HIDDEN); }
static void teardown(void) { report_case_end(&at); }

/* ---- summary.json ---- */

static json_t *written_json(void)
{
    struct diagnostics diagnostics = {0};
    ck_assert(summary_write_json(at.dir, &at.fixture.record, &at.numbers, &diagnostics));
    char *path = memory_format("%s/summary.json", at.dir);
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
    ck_assert(close_to(real_at(root, NULL, "cycles"), (double)at.fixture.chip_result.counters.cycles));
    ck_assert(close_to(real_at(root, "latency_s", "p99"), at.numbers.latency_p99_s));
    ck_assert(close_to(real_at(root, "energy_j", "per_sample"), at.numbers.energy.total / SAMPLES));
    ck_assert(close_to(real_at(root, "counts", "synaptic_events"), (double)at.numbers.synaptic_events));
    ck_assert(close_to(real_at(root, "host", "synaptic_events_per_s"), (double)at.numbers.synaptic_events / 1.25));
    ck_assert(close_to(real_at(root, "counts", "late"), (double)at.numbers.late) && at.numbers.late > 0);
    ck_assert(close_to(real_at(root, "real_time", "energy_j"), at.numbers.paced_energy_j));
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
    ck_assert(close_to(real_at(root, "energy_j", "low"), at.numbers.energy.low_total));
    ck_assert(close_to(real_at(root, "energy_j", "high"), at.numbers.energy.high_total));
    ck_assert(close_to(total, real_at(root, "energy_j", "dynamic") + real_at(root, "energy_j", "clock") +
                              real_at(root, "energy_j", "static")));
    ck_assert(close_to(total, sum_of(json_object_get(energy, "by_component"))));
    ck_assert(close_to(total, sum_of(json_object_get(energy, "by_layer"))));
    ck_assert_uint_eq(json_object_size(json_object_get(energy, "by_component")), ENERGY_COMPONENTS);
    ck_assert(json_object_get(json_object_get(energy, "by_layer"), FIXTURE_HIDDEN) != NULL);
    json_decref(root);
}
END_TEST

START_TEST(a_layer_called_shared_keeps_the_sum)
{
    free(at.fixture.program.populations[2].name);
    at.fixture.program.populations[2].name = memory_copy_string("shared");
    json_t *root = written_json(), *energy = json_object_get(root, "energy_j");
    ck_assert(close_to(at.numbers.energy.total, sum_of(json_object_get(energy, "by_layer"))));
    json_decref(root);
}
END_TEST

START_TEST(json_has_no_accuracy_without_labels)
{
    for (int s = 0; s < SAMPLES; s++)
        at.fixture.batch.samples[s].label = -1;
    run_numbers_free(&at.numbers);
    run_derive(&at.fixture.record, &at.numbers);
    json_t *root = written_json();
    ck_assert(json_object_get(root, "accuracy") == NULL);
    ck_assert(json_object_get(root, "reference_accuracy") == NULL);
    ck_assert(json_object_get(root, "spike_agreement") != NULL);
    json_decref(root);
}
END_TEST

START_TEST(json_leaves_out_what_is_not_finite)
{
    at.numbers.power_w = INFINITY;
    at.numbers.latency_mean_s = 0; /* makes every latency_ratio undefined */
    at.fixture.record.host.simulate_s = 0;
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
    double throughput = json_number_value(json_object_get(row, "throughput_per_s"));
    ck_assert(close_to(throughput, 256 / 4e-5));
    ck_assert(close_to(latency, 4e-5 / at.numbers.latency_mean_s));
    ck_assert(close_to(energy, 1e-12 / (at.numbers.energy.total / SAMPLES)));
    json_decref(root);
}
END_TEST

START_TEST(json_has_errors_measurements_and_verdicts)
{
    at.fixture.baselines[0].latency_error = 0.25;
    at.fixture.baselines[0].energy_error = NAN;
    at.fixture.baselines[0].measurement = (struct baseline_measurement){.latency_s = 1.7e-5, .energy_j = 2e-4, .power_w = NAN};
    json_t *root = written_json(), *list = json_object_get(root, "baselines"), *row = json_array_get(list, 0);
    ck_assert(close_to(real_at(row, NULL, "latency_error"), 0.25));
    ck_assert(json_object_get(row, "energy_error") == NULL);
    ck_assert(close_to(real_at(row, "measured", "latency_s"), 1.7e-5));
    ck_assert(close_to(real_at(row, "measured", "energy_j"), 2e-4));
    ck_assert(json_object_get(json_object_get(row, "measured"), "power_w") == NULL);
    ck_assert(json_object_get(json_array_get(list, 1), "measured") == NULL);
    json_t *verdicts = json_object_get(root, "verdicts");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(verdicts, "latency"), "best")), "chip");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(verdicts, "energy"), "best")), "accelerator");
    ck_assert(close_to(real_at(verdicts, "latency", "factor"), 1.7e-5 / at.numbers.latency_mean_s));
    ck_assert(close_to(real_at(root, "energy_j", "unused_cores_off"), at.numbers.unused_off_j));
    json_decref(root);
}
END_TEST

START_TEST(json_takes_names_that_are_not_utf8)
{
    free(at.fixture.batch.samples[0].name);
    at.fixture.batch.samples[0].name = memory_copy_string("\xff\x01");
    free(at.fixture.network.path);
    at.fixture.network.path = memory_copy_string("net\xff\xc3\xa9.nir");
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
    bool fine = record_write_h5(&at.fixture, at.dir, &at.numbers, &diagnostics);
    diagnostics_print(&diagnostics);
    ck_assert(fine);
    char *path = memory_format("%s/result.h5", at.dir);
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
    ck_assert_int_eq(sum, (int64_t)at.fixture.fired);
    char *path = memory_format("/components/core/%s", core_counter_rows[CORE_PACKETS].name);
    int64_t *packets = integers(file, path, &shape);
    ck_assert(shape.rank == 1 && shape.size[0] == 4);
    ck_assert_int_eq(packets[1], (int64_t)at.fixture.chip_result.counters.core[CORE_COUNTERS + CORE_PACKETS]);
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
        expected += at.fixture.chip_result.samples[s].output_count;
    ck_assert_uint_eq(real, expected);
    for (size_t i = 0; i < at.fixture.chip_result.samples[0].output_count; i++)
        ck_assert_int_eq(index[i], at.fixture.chip_result.samples[0].outputs[i].neuron);
    ck_assert(h5_is_group(file, "/spikes/nodes/" FIXTURE_HIDDEN));
    free(index);
    h5_close(file);
}
END_TEST

/* ---- failure ---- */

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
    char *blocked = memory_format("%s/blocked", at.dir);
    int file = open(blocked, O_CREAT | O_WRONLY, 0600);
    ck_assert(file >= 0);
    close(file);
    char *inside = memory_format("%s/out", blocked); /* a regular file stands where a directory is needed */
    ck_assert(!summary_write_json(inside, &at.fixture.record, &at.numbers, &diagnostics));
    ck_assert(!record_write_h5(&at.fixture, inside, &at.numbers, &diagnostics));
    ck_assert(!page_write_html(inside, &at.fixture.record, &at.numbers, &diagnostics));
    ck_assert_uint_ge(diagnostics.count, 3);
    ck_assert(diagnostics_mention(&diagnostics, blocked));
    ck_assert_uint_eq(entries(at.dir), 3); /* ".", "..", "blocked" */
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
        char *path = memory_format("%s/%s", at.dir, names[i]);
        ck_assert(mkdir(path, 0700) == 0);
        free(path);
    }
    ck_assert(!summary_write_json(at.dir, &at.fixture.record, &at.numbers, &diagnostics));
    ck_assert(!record_write_h5(&at.fixture, at.dir, &at.numbers, &diagnostics));
    ck_assert(!page_write_html(at.dir, &at.fixture.record, &at.numbers, &diagnostics));
    ck_assert_uint_eq(entries(at.dir), 5);
    for (int i = 0; i < 3; i++) {
        char *path = memory_format("%s/%s", at.dir, names[i]);
        ck_assert(rmdir(path) == 0);
        free(path);
    }
    diagnostics_free(&diagnostics);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("summary_files");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, json_has_every_key_of_the_interface);
    tcase_add_test(all, json_energies_sum_to_the_total);
    tcase_add_test(all, a_layer_called_shared_keeps_the_sum);
    tcase_add_test(all, json_has_no_accuracy_without_labels);
    tcase_add_test(all, json_leaves_out_what_is_not_finite);
    tcase_add_test(all, json_baselines_are_ratios_to_the_chip);
    tcase_add_test(all, json_has_errors_measurements_and_verdicts);
    tcase_add_test(all, json_takes_names_that_are_not_utf8);
    tcase_add_test(all, result_file_says_what_it_is_and_how_it_was_made);
    tcase_add_test(all, result_file_holds_samples_layers_and_counters);
    tcase_add_test(all, result_file_holds_every_spike_in_nir_layout);
    tcase_add_test(all, an_unusable_directory_is_an_error_and_leaves_nothing);
    tcase_add_test(all, a_name_taken_by_a_directory_is_an_error_and_leaves_nothing);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
