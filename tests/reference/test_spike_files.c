/* Published spike files, read and counted against what is known of them. */
#include "sim/memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/network/spikes.h"
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct diagnostics problems;
static struct spike_batch batch;

static void teardown(void)
{
    spikes_free(&batch);
    diagnostics_free(&problems);
}

static void read_file(const char *name, uint32_t inputs, struct spike_options options)
{
    char *path = memory_format("%s/%s", reference_root(), name);
    bool fine = spikes_read(path, inputs, &options, &batch, &problems);
    ck_assert_msg(fine, "%s", fine ? "" : problems.message[0]);
    free(path);
}

static double total_value(void)
{
    double sum = 0;
    for (size_t i = 0; i < batch.count; i++)
        for (size_t k = 0; k < batch.samples[i].count; k++)
            sum += (double)batch.samples[i].events[k].value;
    return sum;
}

/* Every event of the 50 files (5 bytes each) is in a step, but for timer overflows, of which they have none. */
START_TEST(fifty_nmnist_samples_keep_every_event_and_have_their_labels)
{
    char *labels = memory_format("%s/spikes/nmnist/labels.txt", reference_root());
    clock_t start = clock();
    read_file("spikes/nmnist", 2312, (struct spike_options){.dt_s = 0.001, .labels_path = labels});
    ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 2);
    free(labels);
    ck_assert_uint_eq(batch.count, 50);
    ck_assert_str_eq(batch.samples[0].name, "60001.bs2");
    ck_assert_int_eq(batch.samples[0].label, 7);
    ck_assert_int_eq(batch.samples[49].label, 4);
    ck_assert_double_eq(total_value(), 915840 / 5.0);
    for (size_t i = 0; i < batch.count; i++) {
        ck_assert_uint_ge(batch.samples[i].steps, 290); /* three saccades of 100 ms */
        ck_assert_uint_le(batch.samples[i].steps, 340);
    }
    ck_assert(!batch.analog);
}
END_TEST

START_TEST(the_braille_input_is_256_steps_of_12_neurons)
{
    read_file("networks/nir/braille/braille_test0_input_256x12.npy", 12, (struct spike_options){0});
    ck_assert_uint_eq(batch.count, 1);
    ck_assert_uint_eq(batch.samples[0].steps, 256);
    ck_assert_double_eq(total_value(), 539);
}
END_TEST

START_TEST(the_benchmark_input_has_as_many_spikes_as_its_expected_file)
{
    const char *const names[] = {"r1024_f64", "r1024_f128"};
    char *input = memory_format("bench/%s_input.h5", names[_i]);
    char *expected = memory_format("%s/bench/%s_expected.json", reference_root(), names[_i]);
    json_t *json = json_load_file(expected, 0, NULL);
    read_file(input, 1024, (struct spike_options){0});
    ck_assert_uint_eq(batch.count, 1);
    ck_assert_uint_eq(batch.samples[0].steps, 1000);
    ck_assert_double_eq(batch.dt_s, json_number_value(json_object_get(json, "dt")));
    ck_assert_double_eq(total_value(), json_number_value(json_object_get(json, "input_spikes")));
    json_decref(json);
    free(input);
    free(expected);
}
END_TEST

START_TEST(nir_data_takes_the_events_of_the_node_input)
{
    read_file("networks/nir/primitives/data_sample.h5", 4, (struct spike_options){.dt_s = 0.001});
    ck_assert_uint_eq(batch.count, 2);
    ck_assert_uint_eq(batch.samples[0].steps, 10); /* t_max 0.01 s */
    ck_assert_uint_eq(batch.samples[0].count, 5);
    ck_assert_uint_eq(batch.samples[1].count, 11);
    ck_assert_uint_eq(batch.samples[0].events[0].step, 4); /* 0.004 s, neuron 1 */
    ck_assert_uint_eq(batch.samples[0].events[0].index, 1);
}
END_TEST

START_TEST(mnist_images_and_labels_come_from_gzip)
{
    char *labels = memory_format("%s/spikes/mnist/first5000-labels-idx1-ubyte.gz", reference_root());
    struct spike_options options = {.steps = 1, .coding = CODING_ANALOG, .labels_path = labels};
    read_file("spikes/mnist/first5000-images-idx3-ubyte.gz", 784, options);
    ck_assert_uint_eq(batch.count, 5000);
    const int first[] = {7, 2, 1, 0, 4, 1, 4, 9}; /* the published test set begins so */
    for (size_t i = 0; i < 8; i++)
        ck_assert_int_eq(batch.samples[i].label, first[i]);
    ck_assert_double_eq_tol(total_value() / (5000 * 784.0), 0.122098, 1e-6);
    spikes_free(&batch);
    options = (struct spike_options){.steps = 8, .samples = 100, .coding = CODING_RATE, .labels_path = labels};
    read_file("spikes/mnist/first5000-images-idx3-ubyte.gz", 784, options);
    ck_assert_uint_eq(batch.count, 100);
    free(labels);
}
END_TEST

int main(void)
{
    if (!directory_is(reference_root())) {
        printf("spike_files: 6 cases skipped (no reference data)\n");
        return EXIT_SUCCESS;
    }
    Suite *all = suite_create("spike_files");
    TCase *tests = tcase_create("spike_files");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, fifty_nmnist_samples_keep_every_event_and_have_their_labels);
    tcase_add_test(tests, the_braille_input_is_256_steps_of_12_neurons);
    tcase_add_loop_test(tests, the_benchmark_input_has_as_many_spikes_as_its_expected_file, 0, 2);
    tcase_add_test(tests, nir_data_takes_the_events_of_the_node_input);
    tcase_add_test(tests, mnist_images_and_labels_come_from_gzip);
    suite_add_tcase(all, tests);
    return run_suite(all);
}
