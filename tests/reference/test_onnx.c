/* ONNX files that PyTorch's exporter and onnx.helper wrote (tests/reference/onnx/make.py), against what PyTorch computes;
 * and files that are wrong, made of those. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tools/file/file.h"
#include "tools/file/npy.h"
#include "tools/read/onnx.h"
#include "tools/read/read.h"
#include "tools/reference/reference.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

START_TEST(inspect_prints_the_layers)
{
    struct command_result result = command_run("inspect %/tests/reference/onnx/digits.onnx");
    ck_assert_int_eq(result.status, 0);
    ck_assert_ptr_nonnull(strstr(result.out, "ONNX network, version opset 13, IR 7, pytorch 1.13.0"));
    ck_assert_ptr_nonnull(strstr(result.out, "MaxPool2d  (6, 12, 12)"));
    command_free(&result);
}
END_TEST

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
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
