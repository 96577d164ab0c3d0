/* ONNX files that PyTorch's exporter and onnx.helper wrote (tests/reference/onnx/make.py), against what PyTorch computes;
 * and files that are wrong, made of those. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/convert/convert.h"
#include "tools/file/file.h"
#include "tools/file/npy.h"
#include "tools/read/onnx.h"
#include "tools/read/read.h"
#include "tools/reference/reference.h"
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const cases[] = {"mlp", "cnn", "pools", "residual", "line", "channel_last", "typed"};
#define CASES ((int)(sizeof cases / sizeof *cases))

/* The values of a one-dimensional .npy, fresh. */
static double *values_of(const char *name, const char *what, size_t *count)
{
    struct diagnostics problems = {0};
    struct npy array;
    unsigned char *bytes;
    size_t size;
    char *text = memory_format("%%/tests/reference/onnx/%s.%s.npy", name, what), *path = scratch_text(text);
    ck_assert(file_read(path, 1 << 20, &bytes, &size, &problems));
    ck_assert(npy_parse(path, bytes, size, 1 << 16, &array, &problems));
    double *values = memory_array(array.items, sizeof *values);
    *count = array.items;
    for (size_t i = 0; i < array.items; i++)
        values[i] = npy_value(&array, i);
    free(bytes);
    free(path);
    free(text);
    return values;
}

static struct spike_batch batch_of(const double *values, size_t count, struct spike_sample *sample)
{
    *sample = (struct spike_sample){.name = memory_copy_string("x"), .label = -1, .steps = 1, .count = count,
                                    .events = memory_array(count, sizeof *sample->events)};
    for (size_t i = 0; i < count; i++)
        sample->events[i] = (struct spike_event){0, (uint32_t)i, (float)values[i]};
    return (struct spike_batch){.inputs = (uint32_t)count, .dt_s = 1e-3, .analog = true, .count = 1, .samples = sample};
}

static void read_case(const char *name, struct network *network)
{
    struct diagnostics problems = {0};
    char *text = memory_format("%%/tests/reference/onnx/%s.onnx", name), *path = scratch_text(text);
    bool good = network_read(path, network, &problems);
    ck_assert_msg(good, "%s: %s", name, problems.count ? problems.message[0] : "?");
    ck_assert_str_eq(network->format, "ONNX");
    free(path);
    free(text);
}

START_TEST(the_network_computes_what_pytorch_does)
{
    size_t inputs, outputs;
    double *input = values_of(cases[_i], "input", &inputs), *expected = values_of(cases[_i], "output", &outputs);
    double worst = 0, largest = 0;
    struct diagnostics problems = {0};
    struct network network;
    struct spike_sample sample;
    struct spike_batch batch = batch_of(input, inputs, &sample);
    struct reference_result result = {0};
    struct reference_options options = {.semantics = semantics_find("norse", &problems), .dt_s = 1e-3};
    read_case(cases[_i], &network);
    ck_assert(reference_run(&network, &batch, &options, &result, &problems));
    ck_assert_uint_eq(result.outputs, outputs);
    for (size_t i = 0; i < outputs; i++) {
        worst = fmax(worst, fabs(result.samples[0].output_values[i] - expected[i]));
        largest = fmax(largest, fabs(expected[i]));
    }
    ck_assert_double_gt(largest, 0.1); /* the case says something */
    ck_assert_msg(worst < 2e-6 * fmax(1, largest), "%s: differs by %g of %g", cases[_i], worst, largest);
    reference_free(&result);
    network_free(&network);
    free(sample.name);
    free(sample.events);
    free(input);
    free(expected);
}
END_TEST

START_TEST(batch_normalisation_lies_in_the_weights_before_it)
{
    struct network network;
    read_case("cnn", &network);
    ck_assert_uint_eq(network.node_count, 9); /* input, conv, relu, pool, conv, relu, flatten, affine, output */
    ck_assert_int_eq(network.nodes[1].kind, NODE_CONV2D);
    ck_assert_int_eq(network.nodes[3].kind, NODE_MAXPOOL2D);
    network_free(&network);
}
END_TEST

/* ---- files that are wrong ---- */

static void read_bytes(const char *name, unsigned char **bytes, size_t *size)
{
    struct diagnostics problems = {0};
    char *text = memory_format("%%/tests/reference/onnx/%s.onnx", name), *path = scratch_text(text);
    ck_assert(file_read(path, 1 << 20, bytes, size, &problems));
    free(path);
    free(text);
}

/* A refusal names the file and leaves nothing. */
static void expect_refused(const unsigned char *bytes, size_t size, const char *what)
{
    struct diagnostics problems = {0};
    struct network network;
    bool good = onnx_read_bytes("some.onnx", bytes, size, &network, &problems) && network_check(&network, &problems);
    ck_assert_msg(!good, "was read, expected '%s'", what);
    ck_assert_msg(diagnostics_mention(&problems, what), "%s, expected '%s'", problems.message[0], what);
    ck_assert(diagnostics_mention(&problems, "some.onnx"));
    network_free(&network);
    diagnostics_free(&problems);
}

/* Writes `to`, of the same length, over the first or a later `from`. */
static void replace(unsigned char *bytes, size_t size, const char *from, const char *to, int which)
{
    size_t length = strlen(from);
    ck_assert_uint_eq(length, strlen(to));
    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(bytes + i, from, length) == 0 && which-- == 0) {
            memcpy(bytes + i, to, length);
            return;
        }
    ck_abort_msg("no '%s'", from);
}

static const struct {
    const char *name, *from, *to, *what; /* the tag and length of an operator's type come before it */
} swaps[] = {
    {"cnn", "\"\aMaxPool", "\"\aMinPool", "(MinPool '/MaxPool'): is not read"},
    {"mlp", "\"\004Relu", "\"\004Selu", "is not read, expected Conv"},
    {"typed", "deviation64", "deviation63", "is missing"},
    {"channel_last", "SAME_UPPER", "SAME_LOWER", NULL},
    {"residual", "\"\nReduceMean", "\"\nReduceMore", "is not read"},
};

START_TEST(an_operator_that_is_not_known_is_named)
{
    unsigned char *bytes;
    size_t size;
    read_bytes(swaps[_i].name, &bytes, &size);
    replace(bytes, size, swaps[_i].from, swaps[_i].to, 0);
    if (swaps[_i].what) {
        expect_refused(bytes, size, swaps[_i].what);
    } else { /* the odd zero is then at the begin */
        struct diagnostics problems = {0};
        struct network network;
        ck_assert(onnx_read_bytes("some.onnx", bytes, size, &network, &problems) && network_check(&network, &problems));
        ck_assert_int_eq(network.nodes[1].padding_begin[0], 1);
        ck_assert_int_eq(network.nodes[1].padding_end[0], 0);
        network_free(&network);
    }
    free(bytes);
}
END_TEST

/* Field 14 of a TensorProto, data_location, in an unused name's place: tag 0x70, value 1. */
START_TEST(weights_in_another_file_are_refused)
{
    unsigned char *bytes;
    size_t size;
    read_bytes("channel_last", &bytes, &size);
    for (size_t i = 0; i + 7 < size; i++) /* the name "shift" of the initializer: tag 0x42, length 5 */
        if (memcmp(bytes + i, "B\005shift", 7) == 0)
            memcpy(bytes + i, "B\003shi\160\001", 7);
    expect_refused(bytes, size, "its values lie in another file");
    free(bytes);
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused_or_whole)
{
    unsigned char *bytes;
    size_t size;
    read_bytes(cases[_i], &bytes, &size);
    for (size_t cut = 0; cut < size; cut++) {
        struct diagnostics problems = {0};
        struct network network;
        bool good = onnx_read_bytes("some.onnx", bytes, cut, &network, &problems) && network_check(&network, &problems);
        ck_assert_msg(good || problems.count > 0, "%s cut at %zu: refused without a word", cases[_i], cut);
        network_free(&network);
        diagnostics_free(&problems);
    }
    free(bytes);
}
END_TEST

/* Every bit of the part before the weights, and some behind it: nothing but an answer or a refusal. */
START_TEST(a_file_with_a_wrong_bit_is_refused_or_read)
{
    unsigned char *bytes;
    size_t size;
    read_bytes(cases[_i], &bytes, &size);
    for (size_t bit = 0; bit < 8 * size; bit += bit < 8 * 800 ? 1 : 37) {
        struct diagnostics problems = {0};
        struct network network;
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        bool good = onnx_read_bytes("some.onnx", bytes, size, &network, &problems) && network_check(&network, &problems);
        ck_assert(good || problems.count > 0);
        network_free(&network);
        diagnostics_free(&problems);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    free(bytes);
}
END_TEST

START_TEST(onnx_is_told_by_its_fields)
{
    unsigned char *bytes;
    size_t size;
    read_bytes(cases[_i], &bytes, &size);
    ck_assert(onnx_recognise(bytes, size));
    ck_assert(!onnx_recognise(bytes, size - 1));
    ck_assert(!onnx_recognise((const unsigned char *)"", 0));
    ck_assert(!onnx_recognise((const unsigned char *)"\x08\x07", 2)); /* a version without a graph */
    free(bytes);
}
END_TEST

/* ---- max pooling by neurons ---- */

static void set_one(struct tensor *tensor, int rank)
{
    tensor->shape = (struct shape){rank, {1, 1, 1, 1}};
    tensor->data = memory_array(1, sizeof *tensor->data);
    tensor->data[0] = 1.0;
}

/* Input (1, 2, 2) -> identity convolution -> ReLU -> pool -> Flatten -> Affine 1 -> Output. */
static void make_pooled(struct network *network)
{
    static const enum node_kind kinds[] = {NODE_INPUT, NODE_CONV2D, NODE_RELU, NODE_MAXPOOL2D, NODE_FLATTEN, NODE_AFFINE,
                                           NODE_OUTPUT};
    static const char *const names[] = {"in", "one", "relu", "pool", "flat", "out", "output"};
    struct diagnostics problems = {0};
    *network = (struct network){.path = memory_copy_string("made")};
    for (uint32_t i = 0; i < 7; i++) {
        uint32_t index = network_append(network, kinds[i], memory_copy_string(names[i]));
        if (index)
            network_add_edge(network, index - 1, index);
    }
    struct node *nodes = network->nodes;
    nodes[0].output = (struct shape){3, {1, 2, 2}};
    set_one(&nodes[1].weight, 4);
    set_one(&nodes[5].weight, 2);
    nodes[1].groups = 1;
    nodes[4].flatten_end = -1;
    for (int axis = 0; axis < 2; axis++) {
        nodes[1].stride[axis] = nodes[1].dilation[axis] = 1;
        nodes[3].kernel[axis] = nodes[3].stride[axis] = 2;
    }
    ck_assert_msg(network_check(network, &problems), "%s", problems.count ? problems.message[0] : "?");
}

/* Spikes of the pool a step, when the four inputs are `value` in every step. */
static double pooled_rate(const double *value, int steps)
{
    struct network network;
    struct diagnostics problems = {0};
    struct semantics semantics;
    struct convert_options options = {100, 0.5, true};
    struct reference_result result = {0};
    struct spike_event events[4 * 200], all[4];
    make_pooled(&network);
    for (uint32_t i = 0; i < 4; i++)
        all[i] = (struct spike_event){0, i, 1.0f}; /* the calibration: 1 is the largest */
    for (int t = 0; t < steps; t++)
        for (uint32_t i = 0; i < 4; i++)
            events[4 * t + (int)i] = (struct spike_event){(uint32_t)t, i, (float)value[i]};
    struct spike_sample calibration = {.name = NULL, .steps = 1, .count = 4, .events = all};
    struct spike_sample sample = {.name = NULL, .steps = (uint32_t)steps, .count = 4 * (size_t)steps, .events = events};
    struct spike_batch batch = {.inputs = 4, .dt_s = 1e-3, .analog = true, .count = 1, .samples = &calibration};
    ck_assert_msg(convert_network(&network, &batch, &options, &problems), "%s", problems.count ? problems.message[0] : "?");
    batch.samples = &sample;
    ck_assert(semantics_parse("snntorch,reset=subtract", &semantics, &problems));
    struct reference_options how = {.semantics = &semantics, .dt_s = 1e-3};
    ck_assert(reference_run(&network, &batch, &how, &result, &problems));
    double sum = result.samples[0].output_values[steps - 1]; /* the readout adds up */
    reference_free(&result);
    network_free(&network);
    return sum / steps;
}

/* ---- the trained network ---- */

static int row(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    int right = -1;
    ck_assert_msg(at && sscanf(at + strlen(name), "%d of 1000", &right) == 1, "no row '%s' in %s", name, text);
    return right;
}

/* PyTorch finds 960 of the first 1000 images right (make.py), which the network was not trained on. */
START_TEST(a_cnn_with_max_pools_keeps_its_accuracy_as_a_spiking_network_and_on_the_chip)
{
    char *line = memory_format("convert --network %%/tests/reference/onnx/digits.onnx --samples 1000 --out @/snn.nir "
                        "--calibration %s/spikes/mnist/first5000-images-idx3-ubyte.gz "
                        "--input %s/spikes/mnist/first5000-images-idx3-ubyte.gz "
                        "--labels %s/spikes/mnist/first5000-labels-idx1-ubyte.gz", reference_root(), reference_root(), reference_root());
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s", result.error);
    ck_assert_int_eq(row(result.out, "float"), 960);
    ck_assert_int_ge(row(result.out, "32 steps"), 955);
    command_free(&result);
    free(line);
    line = memory_format("run --chip %%/configs/chip/rain.yaml --network @/snn.nir --samples 200 --coding analog --steps 32 "
                  "--dt 0.001 --semantics snntorch,reset=subtract --json --input "
                  "%s/spikes/mnist/first5000-images-idx3-ubyte.gz --labels "
                  "%s/spikes/mnist/first5000-labels-idx1-ubyte.gz", reference_root(), reference_root());
    result = command_run(line);
    ck_assert_msg(result.status == 0, "%s", result.error);
    json_t *summary = json_loads(result.out, 0, NULL);
    double chip = json_number_value(json_object_get(summary, "accuracy"));
    double reference = json_number_value(json_object_get(summary, "reference_accuracy"));
    printf("  on rain.yaml, 200 samples: %.2f %%, reference %.2f %%\n", 100 * chip, 100 * reference);
    ck_assert_double_lt(fabs(chip - reference), 0.0101);
    json_decref(summary);
    command_free(&result);
    free(line);
}
END_TEST

START_TEST(a_pool_without_an_activation_beside_it_is_not_converted)
{
    struct network network;
    struct diagnostics problems = {0};
    struct convert_options options = {99.9, 0.5, true};
    read_case("cnn", &network);
    network.nodes[2].kind = NODE_FLATTEN; /* the ReLU before the pool */
    ck_assert(!convert_network(&network, &(struct spike_batch){0}, &options, &problems));
    ck_assert(diagnostics_mention(&problems, "has no ReLU before or behind it"));
    network_free(&network);
    diagnostics_free(&problems);
}
END_TEST

/* Each channel's window (a, b, c, d): constant rates, all orders of four values; the rate that comes out is the largest. */
START_TEST(neurons_find_the_largest_rate_of_a_window)
{
    const double rates[4] = {0.1, 0.35, 0.6, 0.85};
    const int steps = 200;
    for (int order = 0; order < 24; order++) {
        int place[4] = {0, 1, 2, 3}, rest = order;
        for (int i = 0; i < 4; i++) {
            int k = i + rest % (4 - i), other = place[k];
            rest /= 4 - i;
            place[k] = place[i];
            place[i] = other;
        }
        double value[4];
        for (int i = 0; i < 4; i++)
            value[i] = rates[place[i]];
        double rate = pooled_rate(value, steps);
        ck_assert_msg(fabs(rate - 0.85) < 2.5 / steps, "order %d: %g, expected 0.85", order, rate);
    }
}
END_TEST

START_TEST(inspect_prints_the_layers)
{
    struct command_result result = command_run("inspect %/tests/reference/onnx/digits.onnx");
    ck_assert_int_eq(result.status, 0);
    ck_assert_ptr_nonnull(strstr(result.out, "ONNX network, version opset 13, IR 7, pytorch 1.13.0"));
    ck_assert_ptr_nonnull(strstr(result.out, "MaxPool2d  (6, 12, 12)"));
    command_free(&result);
}
END_TEST

/* Without it, only what needs no images. */
static bool has_images(void)
{
    char *path = memory_format("%s/spikes/mnist/first5000-images-idx3-ubyte.gz", reference_root());
    bool there = access(path, R_OK) == 0;
    free(path);
    return there;
}

int main(void)
{
    Suite *suite = suite_create("onnx");
    TCase *tests = tcase_create("onnx");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, the_network_computes_what_pytorch_does, 0, CASES);
    tcase_add_test(tests, batch_normalisation_lies_in_the_weights_before_it);
    tcase_add_loop_test(tests, an_operator_that_is_not_known_is_named, 0, (int)(sizeof swaps / sizeof *swaps));
    tcase_add_test(tests, weights_in_another_file_are_refused);
    tcase_add_loop_test(tests, a_file_cut_anywhere_is_refused_or_whole, 0, CASES);
    tcase_add_loop_test(tests, a_file_with_a_wrong_bit_is_refused_or_read, 0, CASES);
    tcase_add_loop_test(tests, onnx_is_told_by_its_fields, 0, CASES);
    tcase_add_test(tests, inspect_prints_the_layers);
    tcase_add_test(tests, neurons_find_the_largest_rate_of_a_window);
    tcase_add_test(tests, a_pool_without_an_activation_beside_it_is_not_converted);
    if (has_images())
        tcase_add_test(tests, a_cnn_with_max_pools_keeps_its_accuracy_as_a_spiking_network_and_on_the_chip);
    else
        printf("onnx: 1 case skipped (no reference data)\n");
    tcase_set_timeout(tests, 600);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
