/* Layers of .net files that no real file at hand has: written here as lava-dl's documents say. */
#include "sim/memory.h"
#include "tests/support/nir_case.h"
#include "tests/support/run_suite.h"
#include "tools/file/h5.h"
#include "tools/read/read.h"
#include "tools/reference/reference.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct nir_case at;
static struct h5 *file;

static void setup(void)
{
    nir_case_begin(&at);
    ck_assert(h5_create(at.path, &file, &at.problems));
}

static void teardown(void) { nir_case_end(&at); }

static void put(int layer, const char *name, int rank, const uint64_t *size, const double *values)
{
    char *path = memory_format("/layer/%d/%s", layer, name);
    h5_write(file, path, H5_F64, rank, size, values);
    free(path);
}

static void put_number(int layer, const char *name, double value) { put(layer, name, 0, NULL, &value); }

static void put_text(int layer, const char *name, const char *text)
{
    char *path = memory_format("/layer/%d/%s", layer, name);
    h5_write_string(file, path, text);
    free(path);
}

static void put_loihi(int layer, double current, double potential, double threshold)
{
    put_text(layer, "neuron/type", "CUBA");
    put_number(layer, "neuron/iDecay", current);
    put_number(layer, "neuron/vDecay", potential);
    put_number(layer, "neuron/vThMant", threshold);
}

/* `count` neurons that each take one input with weight `weight`, written flat. */
static void put_dense(int layer, const char *type, uint64_t count, double weight)
{
    double *values = memory_array((size_t)(count * count), sizeof *values), size = (double)count;
    for (uint64_t i = 0; i < count; i++)
        values[i * count + i] = weight;
    put_text(layer, "type", type);
    put(layer, "shape", 1, (uint64_t[]){1}, &size);
    put(layer, "weight", 1, (uint64_t[]){count * count}, values);
    free(values);
}

static void read_file(void)
{
    ck_assert(h5_commit(file, &at.problems));
    bool good = network_read(at.path, &at.network, &at.problems);
    ck_assert_msg(good, "%s", at.problems.count ? at.problems.message[0] : "?");
}

static struct reference_result run(const struct spike_event *events, size_t count, uint32_t inputs, uint32_t steps)
{
    struct spike_event copy[16];
    memcpy(copy, events, count * sizeof *events);
    struct spike_sample sample = {.name = "s", .label = -1, .steps = steps, .count = count, .events = copy};
    struct spike_batch batch = {.path = "in", .inputs = inputs, .count = 1, .samples = &sample};
    struct semantics semantics;
    struct reference_result result;
    ck_assert(semantics_parse(NULL, &semantics, &at.problems));
    struct reference_options how = {.semantics = &semantics, .dt_s = 1e-3, .keep_potentials = true};
    ck_assert(reference_run(&at.network, &batch, &how, &result, &at.problems));
    return result;
}

/* One input spike of weight 10 to each of two neurons, 3 and 1 steps late: u = 10, 5, 2.5 .., v adds them up. */
START_TEST(a_dense_layer_waits_its_delays_and_follows_the_integer_rule)
{
    put_dense(0, "dense", 2, 10);
    put(0, "delay", 1, (uint64_t[]){2}, (double[]){3, 1});
    put_loihi(0, 2048, 0, 1000);
    read_file();
    ck_assert_double_eq(at.network.dt_s, 1e-3);
    struct spike_event events[] = {{0, 0, 1}, {0, 1, 1}};
    struct reference_result result = run(events, 2, 2, 6);
    const float *v = result.samples[0].potentials;
    const double first[] = {0, 0, 0, 10, 15, 17.5}, second[] = {0, 10, 15, 17.5, 18.75, 19.375};
    for (int t = 0; t < 6; t++) {
        ck_assert_double_eq((double)v[2 * t], first[t]);
        ck_assert_double_eq((double)v[2 * t + 1], second[t]);
    }
    reference_free(&result);
}
END_TEST

START_TEST(a_recurrent_layer_hears_itself_a_step_later)
{
    put_dense(0, "dense_rec", 2, 10);
    put(0, "weight_rec", 2, (uint64_t[]){2, 2}, (double[]){0, 0, 20, 0}); /* 0 excites 1 */
    put_loihi(0, 4096, 4096, 9);
    read_file();
    struct spike_event events[] = {{2, 0, 1}};
    struct reference_result result = run(events, 1, 2, 5);
    ck_assert_uint_eq(result.samples[0].spike_count, 2);
    ck_assert_uint_eq(result.samples[0].spikes[0].step, 2);
    ck_assert_uint_eq(result.samples[0].spikes[1].neuron, 1);
    ck_assert_uint_eq(result.samples[0].spikes[1].step, 3);
    reference_free(&result);
}
END_TEST

/* input (1, 4, 4) -> pool 2 -> flatten -> dense 4 */
START_TEST(pool_and_flatten_have_their_shapes_and_layers_are_sorted_as_numbers)
{
    put_text(0, "type", "input");
    put(0, "shape", 1, (uint64_t[]){3}, (double[]){1, 4, 4});
    put_loihi(0, 4096, 4096, 10);
    put_text(1, "type", "pool");
    put(1, "shape", 1, (uint64_t[]){3}, (double[]){1, 2, 2});
    put(1, "kernelSize", 1, (uint64_t[]){2}, (double[]){2, 2});
    put(1, "stride", 1, (uint64_t[]){2}, (double[]){2, 2});
    put_number(1, "weight", 3);
    put_loihi(1, 4096, 4096, 5);
    put_text(2, "type", "flatten");
    for (int layer = 3; layer <= 10; layer++) {
        put_dense(layer, "dense", 4, layer);
        put_loihi(layer, 4096, 4096, 1);
    }
    read_file();
    const struct node *last = NULL;
    for (uint32_t n = 0; n < at.network.node_count; n++)
        if (strcmp(at.network.nodes[n].name, "10.synapses") == 0)
            last = &at.network.nodes[n];
    ck_assert_ptr_nonnull(last);
    ck_assert_double_eq(last->weight.data[0], 10);
    /* x = 1 drives the input layer by 2 64 - 64 = 64, over its threshold; two of a window's four give 6 > 5 */
    struct spike_event events[] = {{0, 0, 1}, {0, 1, 1}, {0, 15, 1}};
    struct reference_result result = run(events, 3, 16, 1);
    ck_assert_double_eq(result.samples[0].output_values[0], 1);
    ck_assert_double_eq(result.samples[0].output_values[3], 0);
    reference_free(&result);
}
END_TEST

/* Two channels of two pixels: a bias for each channel, the timestep in milliseconds. */
START_TEST(a_bias_of_a_channel_is_that_of_all_its_pixels)
{
    double step_ms = 5;
    put_text(0, "type", "input");
    put(0, "shape", 1, (uint64_t[]){3}, (double[]){2, 1, 2});
    put_loihi(0, 4096, 4096, 10);
    put_text(1, "type", "conv");
    put(1, "shape", 1, (uint64_t[]){3}, (double[]){2, 1, 2});
    put(1, "weight", 4, (uint64_t[]){2, 2, 1, 1}, (double[]){1, 0, 0, 1});
    put(1, "bias", 1, (uint64_t[]){2}, (double[]){7, 9});
    put_loihi(1, 4096, 4096, 10);
    h5_write(file, "/simulation/Ts", H5_F64, 0, NULL, &step_ms);
    read_file();
    const double expected[] = {7, 7, 9, 9};
    const struct node *neurons = NULL;
    for (uint32_t n = 0; n < at.network.node_count; n++)
        if (strcmp(at.network.nodes[n].name, "1") == 0)
            neurons = &at.network.nodes[n];
    ck_assert_ptr_nonnull(neurons);
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq(neurons->v_bias[i], expected[i]);
    ck_assert_double_eq(at.network.dt_s, 5e-3);
}
END_TEST

/* Weight 64 is 1: sigma is in 1/64. 5 is sent; then 1 is below the threshold of 2 and waits; the next 1 makes it 2. */
START_TEST(a_sigma_delta_layer_sends_its_changes_and_keeps_what_is_too_small)
{
    put_dense(0, "dense", 1, 64);
    put_text(0, "neuron/type", "SDNN");
    put_number(0, "neuron/vThMant", 2);
    put_text(0, "neuron/activation", "relu");
    read_file();
    struct spike_event events[] = {{0, 0, 5}, {1, 0, 1}, {2, 0, 1}};
    struct reference_result result = run(events, 3, 1, 5);
    const double sent[] = {5, 0, 2, 0, 0};
    for (int t = 0; t < 5; t++)
        ck_assert_double_eq(result.samples[0].output_values[t], sent[t]);
    ck_assert_ptr_nonnull(result.samples[0].values);
    ck_assert_double_eq((double)result.samples[0].values[0], 5);
    reference_free(&result);
}
END_TEST

static void broken(int which)
{
    put_dense(0, which == 0 ? "convT" : "dense", 2, 10);
    put_loihi(0, which == 1 ? 5000 : 4096, 4096, 10);
    if (which == 2)
        put_number(0, "neuron/refDelay", 2);
    if (which == 3)
        put_number(0, "delay", 63);
    if (which == 4)
        put(0, "bias", 1, (uint64_t[]){3}, (double[]){1, 1, 1});
    if (which == 5)
        put_number(0, "bias", 0.5);
}

START_TEST(what_is_not_modelled_or_out_of_range_is_refused)
{
    static const char *const says[] = {"/layer/0/type: is not known", "/layer/0/neuron/iDecay: is out of range",
                                       "/layer/0/neuron/refDelay: is a refractory time", "/layer/0/delay: is out of",
                                       "/layer/0/bias: has another size", "/layer/0/bias: holds a fraction"};
    broken(_i);
    ck_assert(h5_commit(file, &at.problems));
    nir_case_refused(&at, says[_i]);
}
END_TEST

/* 2.5 is what a plain build shows of a size that is cast before it is checked: it would pass as 2. */
static const struct {
    double size;
    const char *says;
} no_sizes[] = {{2.5, "holds 2.5,"}, {0, "holds 0,"}, {-1, "holds -1,"}, {0x1p63, "holds 9.22337e+18,"}, {NAN, "holds nan,"}};

START_TEST(a_size_is_checked_before_it_is_made_an_integer)
{
    put_text(0, "type", "input");
    put(0, "shape", 1, (uint64_t[]){1}, &no_sizes[_i].size);
    put_loihi(0, 4096, 4096, 10);
    ck_assert(h5_commit(file, &at.problems));
    char *text = memory_format("/layer/0/shape: %s expected whole numbers from 1 to 268435456", no_sizes[_i].says);
    nir_case_refused(&at, text);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lava_net");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_dense_layer_waits_its_delays_and_follows_the_integer_rule);
    tcase_add_test(all, a_recurrent_layer_hears_itself_a_step_later);
    tcase_add_test(all, pool_and_flatten_have_their_shapes_and_layers_are_sorted_as_numbers);
    tcase_add_test(all, a_bias_of_a_channel_is_that_of_all_its_pixels);
    tcase_add_test(all, a_sigma_delta_layer_sends_its_changes_and_keeps_what_is_too_small);
    tcase_add_loop_test(all, what_is_not_modelled_or_out_of_range_is_refused, 0, 6);
    tcase_add_loop_test(all, a_size_is_checked_before_it_is_made_an_integer, 0, sizeof no_sizes / sizeof *no_sizes);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
