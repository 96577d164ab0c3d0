/* The three layouts of a Keras convolution, written as each version of Keras does, give the same network. */
#include "sim/memory.h"
#include "tests/support/nir_case.h"
#include "tests/support/run_suite.h"
#include "tools/file/h5.h"
#include "tools/network/network.h"
#include "tools/read/read.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 5
#define IN 2
#define OUT 3
#define K 3
#define PIXELS 9 /* of the convolution's output */
#define CLASSES 4

static struct nir_case at;
static struct h5 *file;

static void setup(void)
{
    nir_case_begin(&at);
    ck_assert(h5_create(at.path, &file, &at.problems));
}

static void teardown(void) { nir_case_end(&at); }

enum layout { THEANO, KERAS2_THEANO, TENSORFLOW };

/* Weight of the cross-correlation: different for every index. */
static double kernel(int o, int i, int r, int c) { return ((o * IN + i) * K + r) * K + c; }
/* Weight of the Dense from (C, H, W). */
static double dense(int channel, int pixel, int out) { return 1000 + (channel * PIXELS + pixel) * CLASSES + out; }

static void write_kernel(enum layout layout, const char *path)
{
    double values[OUT * IN * K * K];
    const uint64_t old[] = {OUT, IN, K, K}, new[] = {K, K, IN, OUT};
    for (int o = 0; o < OUT; o++)
        for (int i = 0; i < IN; i++)
            for (int r = 0; r < K; r++)
                for (int c = 0; c < K; c++) {
                    bool flip = layout != TENSORFLOW;
                    double value = flip ? kernel(o, i, K - 1 - r, K - 1 - c) : kernel(o, i, r, c);
                    values[layout == THEANO ? ((o * IN + i) * K + r) * K + c : ((r * K + c) * IN + i) * OUT + o] = value;
                }
    h5_write(file, path, H5_F64, 4, layout == THEANO ? old : new, values);
}

static void write_dense(bool channel_last, const char *path)
{
    double values[OUT * PIXELS * CLASSES];
    for (int channel = 0; channel < OUT; channel++)
        for (int pixel = 0; pixel < PIXELS; pixel++)
            for (int out = 0; out < CLASSES; out++) {
                int row = channel_last ? pixel * OUT + channel : channel * PIXELS + pixel;
                values[row * CLASSES + out] = dense(channel, pixel, out);
            }
    h5_write(file, path, H5_F64, 2, (uint64_t[]){OUT * PIXELS, CLASSES}, values);
}

static const char old_model[] =
    "{\"class_name\": \"Sequential\", \"config\": ["
    "{\"class_name\": \"Convolution2D\", \"config\": {\"name\": \"c\", \"nb_filter\": 3, \"nb_row\": 3, \"nb_col\": 3, "
    "\"dim_ordering\": \"th\", \"border_mode\": \"valid\", \"subsample\": [1, 1], \"activation\": \"relu\", "
    "\"batch_input_shape\": [null, 2, 5, 5]}},"
    "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\", \"dim_ordering\": \"th\"}},"
    "{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"output_dim\": 4, \"activation\": \"softmax\"}}]}";

static char *new_model(const char *format, const char *shape)
{
    return memory_format(
        "{\"class_name\": \"Sequential\", \"config\": {\"layers\": ["
        "{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"c\", \"filters\": 3, \"kernel_size\": [3, 3], "
        "\"strides\": [1, 1], \"padding\": \"valid\", \"data_format\": \"%s\", \"activation\": \"relu\", "
        "\"batch_input_shape\": %s}},"
        "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\", \"data_format\": \"%s\"}},"
        "{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 4, \"activation\": \"softmax\"}}]}}",
        format, shape, format);
}

static void write_model(enum layout layout)
{
    bool first = layout == KERAS2_THEANO;
    char *model = layout == THEANO ? memory_copy_string(old_model)
                                   : new_model(first ? "channels_first" : "channels_last",
                                               first ? "[null, 2, 5, 5]" : "[null, 5, 5, 2]");
    h5_write_attribute_string(file, "/", "layer_names", "c f d");
    h5_write_attribute_string(file, "/", "model_config", model);
    if (layout != THEANO)
        h5_write_attribute_string(file, "/", "backend", first ? "theano" : "tensorflow");
    write_kernel(layout, layout == THEANO ? "/c/c_W" : "/model_weights/c/c/kernel:0");
    write_dense(layout == TENSORFLOW, layout == THEANO ? "/d/d_W" : "/model_weights/d/d/kernel:0");
    free(model);
}

START_TEST(each_layout_is_the_same_cross_correlation_and_order)
{
    write_model((enum layout)_i);
    ck_assert(h5_commit(file, &at.problems));
    bool good = network_read(at.path, &at.network, &at.problems);
    ck_assert_msg(good, "%s", at.problems.count ? at.problems.message[0] : "?");
    const struct node *conv = &at.network.nodes[1], *last = &at.network.nodes[4];
    ck_assert_int_eq(conv->kind, NODE_CONV2D);
    ck_assert_int_eq(last->kind, NODE_AFFINE);
    for (int i = 0; i < OUT * IN * K * K; i++)
        ck_assert_double_eq(conv->weight.data[i], i);
    for (int out = 0; out < CLASSES; out++)
        for (int i = 0; i < OUT * PIXELS; i++)
            ck_assert_double_eq(last->weight.data[out * OUT * PIXELS + i], dense(i / PIXELS, i % PIXELS, out));
}
END_TEST

static void write_with(const char *model)
{
    h5_write_attribute_string(file, "/", "layer_names", "c f d");
    h5_write_attribute_string(file, "/", "model_config", model);
    write_kernel(TENSORFLOW, "/c/kernel:0");
    write_dense(true, "/d/kernel:0");
    ck_assert(h5_commit(file, &at.problems));
}

/* As TensorFlow documents it: ceil(size / stride) outputs, and of the zeros that it takes the odd one at the end. Rows: 6
 * by 3 with a stride of 2, a row missing; columns: 5 by 3 with a stride of 1, two missing. */
START_TEST(same_padding_puts_the_odd_zero_at_the_end)
{
    static const char model[] =
        "{\"class_name\": \"Sequential\", \"config\": {\"layers\": ["
        "{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"c\", \"filters\": 3, \"kernel_size\": [3, 3], "
        "\"strides\": [2, 1], \"padding\": \"same\", \"data_format\": \"channels_last\", \"activation\": \"relu\", "
        "\"batch_input_shape\": [null, 6, 5, 2]}}]}}";
    h5_write_attribute_string(file, "/", "backend", "tensorflow");
    write_with(model);
    bool good = network_read(at.path, &at.network, &at.problems);
    ck_assert_msg(good, "%s", at.problems.count ? at.problems.message[0] : "?");
    const struct node *conv = &at.network.nodes[1];
    ck_assert_int_eq(conv->kind, NODE_CONV2D);
    ck_assert(conv->padding_begin[0] == 0 && conv->padding_end[0] == 1);
    ck_assert(conv->padding_begin[1] == 1 && conv->padding_end[1] == 1);
    ck_assert(conv->output.size[0] == OUT && conv->output.size[1] == 3 && conv->output.size[2] == 5);
}
END_TEST

START_TEST(an_odd_size_has_an_output_for_its_last_stride_too)
{
    static const char model[] =
        "{\"class_name\": \"Sequential\", \"config\": {\"layers\": ["
        "{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"c\", \"filters\": 3, \"kernel_size\": [3, 3], "
        "\"strides\": [2, 4], \"padding\": \"same\", \"data_format\": \"channels_last\", \"activation\": \"relu\", "
        "\"batch_input_shape\": [null, 5, 9, 2]}}]}}";
    h5_write_attribute_string(file, "/", "backend", "tensorflow");
    write_with(model);
    ck_assert(network_read(at.path, &at.network, &at.problems));
    const struct node *conv = &at.network.nodes[1];
    ck_assert(conv->output.size[1] == 3 && conv->output.size[2] == 3);
    ck_assert(conv->padding_begin[0] == 1 && conv->padding_end[0] == 1 && conv->padding_begin[1] == 1 && conv->padding_end[1] == 1);
}
END_TEST

START_TEST(a_layout_that_nobody_says_is_not_guessed)
{
    char *model = new_model("channels_last", "[null, 5, 5, 2]");
    write_with(model);
    free(model);
    nir_case_refused(&at, "layer 'c': its kernel's layout is not said");
}
END_TEST

/* The same file, and what the user says of it. */
START_TEST(a_layout_that_the_user_says_counts)
{
    char *model = new_model("channels_last", "[null, 5, 5, 2]");
    const struct read_options how = {KERAS_LAYOUT_TENSORFLOW}, flipped = {KERAS_LAYOUT_KERAS2_THEANO};
    write_with(model);
    free(model);
    ck_assert(network_read_as(at.path, &how, &at.network, &at.problems));
    ck_assert_double_eq(at.network.nodes[1].weight.data[1], 1);
    network_free(&at.network);
    ck_assert(network_read_as(at.path, &flipped, &at.network, &at.problems));
    ck_assert_double_eq(at.network.nodes[1].weight.data[1], K * K - 2);
}
END_TEST

START_TEST(a_broken_model_is_refused)
{
    static const char lstm[] = "{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"LSTM\", \"config\": "
                               "{\"name\": \"l\"}}]}";
    static const char *const models[] = {"{\"class_name\"", "{\"class_name\": \"Model\", \"config\": []}",
                                         "{\"class_name\": \"Sequential\", \"config\": []}",
                                         lstm};
    static const char *const says[] = {"is no JSON", "expected a Sequential", "has no layers", "is a LSTM, expected Dense"};
    write_with(models[_i]);
    nir_case_refused(&at, says[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keras_layouts");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, each_layout_is_the_same_cross_correlation_and_order, 0, 3);
    tcase_add_test(all, same_padding_puts_the_odd_zero_at_the_end);
    tcase_add_test(all, an_odd_size_has_an_output_for_its_last_stride_too);
    tcase_add_test(all, a_layout_that_nobody_says_is_not_guessed);
    tcase_add_test(all, a_layout_that_the_user_says_counts);
    tcase_add_loop_test(all, a_broken_model_is_refused, 0, 4);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
