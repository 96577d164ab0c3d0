/* lava-dl's own test sets against the integer neuron, in the reference and on the Loihi chip model: no spike differs.
 * The arrays have a blank step 0; what an input layer and gts record lags one more step. */
#include "sim/memory.h"
#include "tests/support/nir_make.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tools/file/file.h"
#include "tools/file/npy.h"
#include "tools/read/nir.h"
#include "tools/read/read.h"
#include "tools/report/derive.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAVA "networks/lava/"

struct array {
    unsigned char *bytes;
    struct npy npy;
};

static struct diagnostics problems;

static void good(bool done)
{
    ck_assert_msg(done, "%s", problems.count ? problems.message[0] : "?");
}

static struct array load(const char *name)
{
    struct array array;
    size_t size;
    char *path = reference_path(name);
    good(file_read(path, 1 << 26, &array.bytes, &size, &problems));
    good(npy_parse(path, array.bytes, size, 1 << 24, &array.npy, &problems));
    free(path);
    return array;
}

/* Value of neuron n (row-major over all dimensions but the last) at step t; time is the last dimension. */
static double value(const struct array *array, uint64_t n, uint64_t t)
{
    uint64_t offset = t * array->npy.stride[array->npy.rank - 1];
    for (int i = array->npy.rank - 2; i >= 0; i--) {
        offset += n % array->npy.size[i] * array->npy.stride[i];
        n /= array->npy.size[i];
    }
    return npy_value(&array->npy, offset);
}

static uint32_t node_named(const struct network *network, const char *name)
{
    for (uint32_t n = 0; n < network->node_count; n++)
        if (strcmp(network->nodes[n].name, name) == 0)
            return n;
    ck_abort_msg("no node %s", name);
}

static struct reference_result in_float;

/* Spikes of a node that the array does not have `late` steps later, and the other way round; steps 0 .. steps - 1. */
static size_t mismatches(const struct run *run, const char *node, const struct array *expected, uint32_t late,
                         uint32_t steps, size_t *spikes)
{
    uint32_t n = node_named(&run->network, node);
    size_t size = (size_t)shape_items(&run->network.nodes[n].output), wrong = 0;
    double *ours = memory_array(size * steps, sizeof *ours);
    const struct reference_sample *sample = &in_float.samples[0];
    for (size_t i = 0; i < sample->spike_count; i++)
        if (sample->spikes[i].node == n && sample->spikes[i].step < steps)
            ours[sample->spikes[i].step * size + sample->spikes[i].neuron] = 1;
    *spikes = 0;
    for (uint32_t t = 0; t < steps; t++)
        for (size_t i = 0; i < size; i++) {
            bool there = value(expected, i, t + late) != 0;
            *spikes += there;
            wrong += there != (ours[t * size + i] != 0);
        }
    free(ours);
    return wrong;
}

/* Runs the sample in the reference and on the chip; the two must agree in every spike. */
static void simulate(struct run *run, struct spike_sample *sample, uint32_t inputs)
{
    static struct semantics semantics;
    char *chip = memory_copy_string("configs/chip/loihi.yaml");
    good(semantics_parse(NULL, &semantics, &problems));
    run->batch = (struct spike_batch){.path = memory_copy_string("lava"), .inputs = inputs, .count = 1,
                                      .samples = sample};
    struct reference_options how = {.semantics = &semantics, .dt_s = 1e-3};
    good(reference_run(&run->network, &run->batch, &how, &in_float, &problems));
    good(chip_config_load(chip, NULL, 0, &run->chip, &problems));
    struct compile_options compile = {.semantics = &semantics, .dt_s = 1e-3, .input_levels = 1};
    good(compile_network(&run->network, &run->chip, &compile, &run->program, &run->compile_report, &problems));
    run_make_inputs(run);
    struct system_job job = run_job(run, &run->result);
    ck_assert(system_run(&job, 1));
    ck_assert_double_eq(spike_agreement(&run->network, &run->program, &run->result, &in_float), 1.0);
    free(chip);
}

static void finish(struct run *run, struct array *arrays, int count)
{
    for (int i = 0; i < count; i++)
        free(arrays[i].bytes);
    reference_free(&in_float);
    run_free(run);
    free(run);
}

/* The input layer is driven by its recorded bias alone, as netx does it. */
START_TEST(tinynet_has_no_mismatch_in_three_layers)
{
    struct run *run = memory_array(1, sizeof *run);
    struct array bias = load(LAVA "tinynet/input_bias.npy"), layers[3] = {load(LAVA "tinynet/input.npy"),
                         load(LAVA "tinynet/layer1.npy"), load(LAVA "tinynet/output.npy")};
    static const char *const names[] = {"0", "1", "2"};
    char *path = reference_path(LAVA "tinynet/tiny.net");
    good(network_read(path, &run->network, &problems));
    struct node *first = &run->network.nodes[node_named(&run->network, "0")];
    struct spike_sample *sample = memory_array(1, sizeof *sample);
    *sample = (struct spike_sample){.name = memory_copy_string("tinynet"), .label = -1, .steps = 16};
    for (uint32_t i = 0; i < 768; i++) { /* the array is (W, H, C), the network (C, H, W) */
        uint32_t c = i / 256, h = i / 16 % 16, w = i % 16;
        first->v_bias[i] = npy_value(&bias.npy, w * bias.npy.stride[0] + h * bias.npy.stride[1] + c * bias.npy.stride[2]);
    }
    simulate(run, sample, 768);
    for (int k = 0; k < 3; k++) {
        size_t spikes, wrong = mismatches(run, names[k], &layers[k], 1, 15, &spikes);
        printf("  tinynet layer %d: %zu spikes, %zu mismatches\n", k, spikes, wrong);
        ck_assert_uint_gt(spikes, 20);
        ck_assert_uint_eq(wrong, 0);
    }
    free(path);
    free(bias.bytes);
    finish(run, layers, 3);
}
END_TEST

static double *filled(double fill, uint32_t count)
{
    double *values = memory_array(count, sizeof *values);
    for (uint32_t i = 0; i < count; i++)
        values[i] = fill;
    return values;
}

/* As NIR, which says it as CubaLIF neurons with the integers beside, and back. */
START_TEST(tinynet_comes_back_from_nir_as_integer_neurons)
{
    struct network first = {0}, second = {0};
    char *path = reference_path(LAVA "tinynet/tiny.net"), *copy = memory_format("/tmp/npusim_lava_%d.nir", (int)getpid());
    good(network_read(path, &first, &problems));
    good(network_write_nir(copy, &first, &problems));
    good(network_read(copy, &second, &problems));
    for (uint32_t n = 0; n < first.node_count; n++) {
        struct node *a = &first.nodes[n], *b = &second.nodes[node_named(&second, a->name)];
        ck_assert_int_eq(a->kind, b->kind);
        for (const struct node_field *field = node_fields(a->kind); field->name; field++)
            for (int64_t i = 0; i < shape_items(&a->output); i++)
                ck_assert_double_eq((*node_field(a, field))[i], (*node_field(b, field))[i]);
    }
    ck_assert_uint_eq(second.metadata_count, 0);
    unlink(copy);
    free(path);
    free(copy);
    network_free(&first);
    network_free(&second);
}
END_TEST

/* The CubaLIF alone, without rounding: the same spikes at decays that lose nothing, and not where a user changed it. */
START_TEST(the_cubalif_of_an_integer_neuron_is_its_equation)
{
    struct network network = {0}, back = {0}, replaced = {0};
    struct diagnostics none = {0};
    char *copy = memory_format("/tmp/npusim_cuba_%d.nir", (int)getpid());
    network.path = memory_copy_string("one");
    network.version = memory_copy_string("");
    network_add(&network, "in", NODE_INPUT)->output = (struct shape){1, {1}};
    struct node *neuron = network_add(&network, "n", NODE_LOIHI);
    neuron->output = (struct shape){1, {1}};
    neuron->decay_current = filled(2048, 1);
    neuron->decay_potential = filled(1024, 1);
    neuron->v_threshold = filled(200, 1);
    neuron->v_bias = filled(3, 1);
    network_add(&network, "out", NODE_OUTPUT);
    network_connect(&network, "in", "n");
    network_connect(&network, "n", "out");
    good(network_check(&network, &none) && network_write_nir(copy, &network, &none));
    good(network_read(copy, &back, &none));
    ck_assert_int_eq(back.nodes[1].kind, NODE_LOIHI);
    size_t spikes[2] = {0};
    for (int as_cuba = 0; as_cuba < 2; as_cuba++) {
        struct node cuba;
        if (as_cuba) {
            nir_loihi_to_cubalif(&network.nodes[1], 1e-3, &cuba);
            struct node *kept = network_add(&replaced, "n", NODE_LOIHI);
            free(kept->name);
            *kept = back.nodes[1];
            cuba.name = memory_copy_string(cuba.name);
            back.nodes[1] = cuba;
        }
        struct semantics semantics;
        struct spike_event events[40];
        for (uint32_t t = 0; t < 40; t++)
            events[t] = (struct spike_event){t, 0, (float)(64 * (t % 3))};
        struct spike_sample sample = {.name = NULL, .steps = 40, .count = 40, .events = events};
        struct spike_batch batch = {.inputs = 1, .count = 1, .samples = &sample, .analog = true};
        struct reference_options how = {.semantics = &semantics, .dt_s = 1e-3};
        struct reference_result result;
        good(semantics_parse("norse", &semantics, &none));
        good(reference_run(&back, &batch, &how, &result, &none));
        spikes[as_cuba] = result.samples[0].spike_count;
        reference_free(&result);
    }
    ck_assert_uint_gt(spikes[0], 5);
    ck_assert_uint_eq(spikes[0], spikes[1]);
    unlink(copy);
    free(copy);
    network_free(&network);
    network_free(&back);
    network_free(&replaced);
}
END_TEST

static void gts_network(struct network *network, const struct array *weight)
{
    network->path = memory_copy_string("gts");
    network->version = memory_copy_string("");
    network_add(network, "in", NODE_INPUT)->output = (struct shape){1, {200}};
    struct node *dense = network_add(network, "w", NODE_AFFINE);
    dense->weight = (struct tensor){{2, {256, 200}}, memory_array(256 * 200, sizeof(double))};
    for (uint64_t i = 0; i < 256 * 200; i++)
        dense->weight.data[i] = npy_value(&weight->npy, i / 200 * weight->npy.stride[0] + i % 200 * weight->npy.stride[1]);
    struct node *neuron = network_add(network, "n", NODE_LOIHI);
    neuron->output = (struct shape){1, {256}};
    neuron->decay_current = filled(4096, 256);
    neuron->decay_potential = filled(415, 256);
    neuron->v_threshold = filled(6, 256);
    network_add(network, "out", NODE_OUTPUT);
    network_connect(network, "in", "w");
    network_connect(network, "w", "n");
    network_connect(network, "n", "out");
    good(network_check(network, &problems));
}

START_TEST(gts_has_no_mismatch)
{
    struct run *run = memory_array(1, sizeof *run);
    struct array in = load(LAVA "gts/dense_in.npy"), out = load(LAVA "gts/dense_out.npy"),
                 weight = load(LAVA "gts/dense_weight.npy");
    struct spike_sample *sample = memory_array(1, sizeof *sample);
    size_t spikes;
    gts_network(&run->network, &weight);
    *sample = (struct spike_sample){.name = memory_copy_string("gts"), .label = -1, .steps = 2000};
    sample->events = memory_array(2000 * 200, sizeof *sample->events);
    for (uint32_t t = 0; t < 2000; t++)
        for (uint32_t i = 0; i < 200; i++)
            if (value(&in, i, t) != 0)
                sample->events[sample->count++] = (struct spike_event){t, i, 1};
    simulate(run, sample, 200);
    size_t wrong = mismatches(run, "n", &out, 1, 1999, &spikes);
    printf("  gts: %zu spikes, %zu mismatches\n", spikes, wrong);
    ck_assert_uint_gt(spikes, 1000);
    ck_assert_uint_eq(wrong, 0);
    finish(run, (struct array[]){in, out, weight}, 3);
}
END_TEST

/* ---- a recording of the chip: 250-25-1, 500 steps (the run in the recording stops there) ---- */
#define RECORDED_STEPS 500u
#define RECORDING "spikes/loihi_chip/"

static FILE *open_text(const char *name)
{
    char *path = reference_path(name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    free(path);
    return file;
}

/* Lines "neuron step", by step and neuron. */
static size_t read_pairs(const char *name, bool *fired, uint32_t neurons)
{
    FILE *file = open_text(name);
    uint32_t neuron, step;
    size_t count = 0;
    while (fscanf(file, "%u %u", &neuron, &step) == 2) {
        ck_assert_uint_lt(neuron, neurons);
        if (step >= RECORDED_STEPS)
            continue;
        count += !fired[step * neurons + neuron];
        fired[step * neurons + neuron] = true;
    }
    fclose(file);
    return count;
}

/* The chip holds 2 round(2 w). */
static void add_layer(struct network *network, const char *weights, const char *synapses, const char *name,
                      uint32_t out, uint32_t in)
{
    FILE *file = open_text(weights);
    struct node *dense = network_add(network, synapses, NODE_AFFINE);
    dense->weight = (struct tensor){{2, {out, in}}, memory_array(out * in, sizeof(double))};
    for (uint32_t i = 0; i < out * in; i++) {
        ck_assert_int_eq(fscanf(file, "%lf", &dense->weight.data[i]), 1);
        dense->weight.data[i] = 2 * round(2 * dense->weight.data[i]);
    }
    fclose(file);
    struct node *neuron = network_add(network, name, NODE_LOIHI);
    neuron->output = (struct shape){1, {out}};
    neuron->decay_current = filled(1024, out);
    neuron->decay_potential = filled(128, out);
    neuron->v_threshold = filled(80, out);
}

static void write_outputs(const struct run *run)
{
    char path[] = "/tmp/npusim-loihi-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    good(reference_write(path, &run->network, &run->batch, &in_float, 1e-3, &problems));
    struct spike_options how = {.dt_s = 1e-3};
    struct spike_batch back;
    good(spikes_read(path, 1, &how, &back, &problems)); /* the one node of one neuron: the output */
    size_t outputs = 0;
    for (size_t i = 0; i < in_float.samples[0].spike_count; i++)
        outputs += in_float.samples[0].spikes[i].node == node_named(&run->network, "output_neuron");
    printf("  loihi chip recording: %zu output spikes, written and read again\n", outputs);
    ck_assert_uint_gt(outputs, 0);
    ck_assert_uint_eq(back.samples[0].count, outputs);
    spikes_free(&back);
    unlink(path);
}

START_TEST(the_chip_recording_has_no_mismatch_in_its_hidden_spikes)
{
    struct run *run = memory_array(1, sizeof *run);
    bool *in = memory_array(RECORDED_STEPS * 250, sizeof *in), *hidden = memory_array(RECORDED_STEPS * 25, sizeof *in);
    read_pairs(RECORDING "loihiInputSpikes.txt", in, 250);
    size_t recorded = read_pairs(RECORDING "loihiHiddenSpikes.txt", hidden, 25), wrong = 0;
    run->network.path = memory_copy_string("recording");
    run->network.version = memory_copy_string("");
    network_add(&run->network, "in", NODE_INPUT)->output = (struct shape){1, {250}};
    add_layer(&run->network, RECORDING "snn_w1learned.txt", "w1", "hidden", 25, 250);
    add_layer(&run->network, RECORDING "snn_w2learned.txt", "w2", "output_neuron", 1, 25);
    network_add(&run->network, "out", NODE_OUTPUT);
    static const char *const chain[] = {"in", "w1", "hidden", "w2", "output_neuron", "out"};
    for (int i = 0; i < 5; i++)
        network_connect(&run->network, chain[i], chain[i + 1]);
    good(network_check(&run->network, &problems));
    struct spike_sample *sample = memory_array(1, sizeof *sample);
    *sample = (struct spike_sample){.name = memory_copy_string("recording"), .label = -1, .steps = RECORDED_STEPS};
    sample->events = memory_array(RECORDED_STEPS * 250, sizeof *sample->events);
    for (uint32_t i = 0; i < RECORDED_STEPS * 250; i++)
        if (in[i])
            sample->events[sample->count++] = (struct spike_event){i / 250, i % 250, 1};
    simulate(run, sample, 250);
    uint32_t node = node_named(&run->network, "hidden");
    for (size_t i = 0; i < in_float.samples[0].spike_count; i++) {
        struct reference_spike spike = in_float.samples[0].spikes[i];
        if (spike.node == node)
            hidden[spike.step * 25 + spike.neuron] ^= true;
    }
    for (uint32_t i = 0; i < RECORDED_STEPS * 25; i++)
        wrong += hidden[i];
    printf("  loihi chip recording: %zu hidden spikes, %zu mismatches\n", recorded, wrong);
    ck_assert_uint_gt(recorded, 300);
    ck_assert_uint_eq(wrong, 0);
    write_outputs(run);
    free(in);
    free(hidden);
    finish(run, NULL, 0);
}
END_TEST

int main(void)
{
    char *path = reference_path(LAVA "tinynet/tiny.net");
    if (access(path, R_OK) != 0) {
        printf("test_lava: 5 cases skipped (no reference data)\n");
        return 0;
    }
    free(path);
    Suite *suite = suite_create("lava");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 300);
    tcase_add_test(all, tinynet_has_no_mismatch_in_three_layers);
    tcase_add_test(all, tinynet_comes_back_from_nir_as_integer_neurons);
    tcase_add_test(all, the_cubalif_of_an_integer_neuron_is_its_equation);
    tcase_add_test(all, gts_has_no_mismatch);
    tcase_add_test(all, the_chip_recording_has_no_mismatch_in_its_hidden_spikes);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
