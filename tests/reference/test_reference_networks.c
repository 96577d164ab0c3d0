/* The float reference on real networks against what their publishers recorded. Pedersen et al., "Neuromorphic
 * intermediate representation", Nature Communications 15, 8122 (2024). */
#include "sim/memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/file/npy.h"
#include "tools/read/read.h"
#include "tools/reference/reference.h"
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fine(bool done, struct diagnostics *diagnostics)
{
    if (!done)
        diagnostics_print(diagnostics);
    ck_assert(done);
}

struct case_data {
    struct network network;
    struct spike_batch batch;
    struct reference_result result;
    struct diagnostics diagnostics;
};

static void read_network(struct case_data *c, const char *name)
{
    char *path = reference_path(name);
    fine(network_read(path, &c->network, &c->diagnostics), &c->diagnostics);
    free(path);
}

static uint32_t node_named(const struct network *network, const char *name)
{
    for (uint32_t n = 0; n < network->node_count; n++)
        if (strcmp(network->nodes[n].name, name) == 0)
            return n;
    ck_abort_msg("no node %s", name);
}

static uint32_t input_size(const struct network *network)
{
    for (uint32_t n = 0; n < network->node_count; n++)
        if (network->nodes[n].kind == NODE_INPUT)
            return (uint32_t)shape_items(&network->nodes[n].output);
    ck_abort_msg("no input");
}

static void read_spikes(struct case_data *c, const char *name, const char *labels, double dt)
{
    char *path = reference_path(name), *labels_path = labels ? reference_path(labels) : NULL;
    struct spike_options options = {.dt_s = dt, .labels_path = labels_path};
    fine(spikes_read(path, input_size(&c->network), &options, &c->batch, &c->diagnostics), &c->diagnostics);
    free(path);
    free(labels_path);
}

static void run(struct case_data *c, const char *semantics, double dt, bool potentials)
{
    struct reference_options options = {.semantics = semantics_find(semantics, &c->diagnostics), .dt_s = dt,
                                        .keep_potentials = potentials};
    ck_assert(options.semantics);
    fine(reference_run(&c->network, &c->batch, &options, &c->result, &c->diagnostics), &c->diagnostics);
}

static void case_free(struct case_data *c)
{
    reference_free(&c->result);
    spikes_free(&c->batch);
    network_free(&c->network);
    diagnostics_free(&c->diagnostics);
}

/* ---- LIF: 1000 steps of one neuron; columns are input, potential after reset, spike ---- */
#define LIF_STEPS 1000

static void read_recording(double columns[LIF_STEPS][3])
{
    char *path = reference_path("networks/nir/lif/lif_norse.csv");
    FILE *file = fopen(path, "r");
    ck_assert(file);
    for (int step = 0; step < LIF_STEPS; step++)
        ck_assert_int_eq(fscanf(file, "%lf,%lf,%lf", &columns[step][0], &columns[step][1], &columns[step][2]), 3);
    fclose(file);
    free(path);
}

static void feed_recording(struct case_data *c, double columns[LIF_STEPS][3])
{
    struct spike_sample *sample = memory_array(1, sizeof *sample);
    *sample = (struct spike_sample){.name = memory_copy_string("lif"), .label = -1, .steps = LIF_STEPS};
    sample->events = memory_array(LIF_STEPS, sizeof *sample->events);
    for (uint32_t step = 0; step < LIF_STEPS; step++)
        if (columns[step][0] != 0.0)
            sample->events[sample->count++] = (struct spike_event){step, 0, (float)columns[step][0]};
    c->batch = (struct spike_batch){.path = memory_copy_string("lif_norse.csv"), .inputs = 1, .count = 1,
                                    .samples = sample};
}

START_TEST(lif_follows_the_recorded_voltage_and_spikes)
{
    static const char *const files[] = {"networks/nir/lif/lif_norse.nir",
                                        "networks/nir/older/2b0feb3d98_lif_norse.nir"};
    static const uint32_t spikes[] = {460, 510, 710, 760};
    static double columns[LIF_STEPS][3];
    struct case_data c = {0};
    read_network(&c, files[_i]);
    read_recording(columns);
    feed_recording(&c, columns);
    run(&c, "norse", 1e-4, true);
    const struct reference_sample *sample = &c.result.samples[0];
    ck_assert_uint_eq(sample->spike_count, 4);
    double worst = 0.0;
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(sample->spikes[i].step, spikes[i]);
    for (int step = 0; step < LIF_STEPS; step++) {
        worst = fmax(worst, fabs((double)sample->potentials[step] - columns[step][1]));
        ck_assert_double_eq(sample->output_values[step], columns[step][2]);
    }
    ck_assert_msg(worst <= 1e-6, "largest difference of voltage %g", worst);
    case_free(&c);
}
END_TEST

/* ---- Braille: hidden spikes (steps x 38) ---- */
static size_t mismatches(const struct case_data *c, const char *name)
{
    char *path = reference_path(name);
    unsigned char *bytes;
    size_t size, wrong = 0;
    struct npy array;
    struct diagnostics diagnostics = {0};
    fine(file_read(path, 1 << 24, &bytes, &size, &diagnostics), &diagnostics);
    fine(npy_parse(path, bytes, size, 1 << 20, &array, &diagnostics), &diagnostics);
    ck_assert(array.rank == 2 && array.size[0] == c->result.samples[0].steps);
    double *ours = memory_array(array.items, sizeof *ours);
    uint32_t hidden = node_named(&c->network, "lif1.lif");
    for (size_t i = 0; i < c->result.samples[0].spike_count; i++) {
        struct reference_spike spike = c->result.samples[0].spikes[i];
        if (spike.node == hidden)
            ours[spike.step * array.size[1] + spike.neuron] = 1.0;
    }
    for (uint64_t i = 0; i < array.items; i++) {
        uint64_t offset = i / array.size[1] * array.stride[0] + i % array.size[1] * array.stride[1];
        wrong += (npy_value(&array, offset) != 0.0) != (ours[i] != 0.0);
    }
    free(ours);
    free(bytes);
    free(path);
    return wrong;
}

START_TEST(braille_hidden_spikes_equal_the_platforms)
{
    static const char *const platforms[] = {"snntorch", "norse"};
    for (int p = 0; p < 2; p++) {
        struct case_data c = {0};
        read_network(&c, "networks/nir/braille/braille_noDelay_bias_zero.nir");
        read_spikes(&c, "networks/nir/braille/braille_test0_input_256x12.npy", NULL, 1e-4);
        run(&c, platforms[p], 1e-4, false);
        char *name = memory_format("networks/nir/braille/%s_activity_noDelay_bias_zero.npy", platforms[p]);
        ck_assert_uint_gt(c.result.samples[0].spike_count, 100);
        ck_assert_uint_eq(mismatches(&c, name), 0);
        free(name);
        case_free(&c);
    }
}
END_TEST

/* ---- N-MNIST ---- */
START_TEST(the_cnn_knows_all_fifty_digits)
{
    struct case_data c = {0};
    read_network(&c, "networks/nir/cnn/cnn_sinabs.nir");
    read_spikes(&c, "spikes/nmnist", "spikes/nmnist/labels.txt", 0.001);
    run(&c, "norse", 0.001, false);
    ck_assert_uint_eq(c.batch.count, 50);
    ck_assert(c.result.output_spikes);
    for (size_t i = 0; i < 50; i++) {
        bool tie;
        int decision = reference_decision(&c.result, i, &tie);
        ck_assert_msg(decision == c.batch.samples[i].label, "%s: %d, expected %d", c.batch.samples[i].name, decision,
                      c.batch.samples[i].label);
    }
    case_free(&c);
}
END_TEST

/* ---- the benchmarks' networks ---- */
struct counts {
    size_t spikes, synaptic_events, per_step[1000];
};

static struct counts expected_counts(const char *name)
{
    char *path = memory_format("bench/%s_expected.json", name), *full = reference_path(path);
    json_error_t error;
    json_t *root = json_load_file(full, 0, &error), *steps = json_object_get(root, "spikes_per_step");
    ck_assert_uint_eq(json_array_size(steps), 1000);
    struct counts counts = {.spikes = (size_t)json_integer_value(json_object_get(root, "spikes"))};
    counts.synaptic_events = (size_t)json_integer_value(json_object_get(root, "synaptic_events"));
    for (size_t i = 0; i < 1000; i++)
        counts.per_step[i] = (size_t)json_integer_value(json_array_get(steps, i));
    json_decref(root);
    free(full);
    free(path);
    return counts;
}

static struct sparse_matrix matrix_of(struct case_data *c, const char *node)
{
    struct sparse_matrix m;
    fine(linear_to_sparse(&c->network.nodes[node_named(&c->network, node)], &m, &c->diagnostics), &c->diagnostics);
    return m;
}

static size_t scatter(const struct sparse_matrix *m, uint32_t source, int64_t *current)
{
    for (size_t e = m->start[source]; e < m->start[source + 1]; e++)
        current[m->target[e]] += 64 * (int64_t)m->weight[e];
    return m->start[source + 1] - m->start[source];
}

/* The rule that the expected counts are stated for: potentials in 1/64, decay by 3840/4096 truncated toward zero. */
static struct counts integer_counts(struct case_data *c, int64_t threshold)
{
    int64_t v[1024] = {0};
    bool fired[1024] = {false};
    struct sparse_matrix in = matrix_of(c, "w_in"), recurrent = matrix_of(c, "w_rec");
    const struct spike_sample *sample = &c->batch.samples[0];
    struct counts counts = {0};
    size_t event = 0;
    for (uint32_t step = 0; step < 1000; step++) {
        int64_t current[1024] = {0};
        for (; event < sample->count && sample->events[event].step == step; event++)
            counts.synaptic_events += scatter(&in, sample->events[event].index, current);
        for (uint32_t i = 0; i < 1024; i++)
            counts.synaptic_events += fired[i] ? scatter(&recurrent, i, current) : 0;
        for (uint32_t i = 0; i < 1024; i++) {
            v[i] = v[i] * 3840 / 4096 + current[i];
            fired[i] = v[i] > 64 * threshold;
            v[i] = fired[i] ? 0 : v[i];
            counts.per_step[step] += fired[i];
        }
        counts.spikes += counts.per_step[step];
    }
    sparse_free(&in);
    sparse_free(&recurrent);
    return counts;
}

START_TEST(the_benchmarks_follow_the_integer_rule_exactly_and_float_within_a_thousandth)
{
    static const char *const names[] = {"r1024_f64", "r1024_f128"};
    char *network = memory_format("bench/%s.nir", names[_i]), *input = memory_format("bench/%s_input.h5", names[_i]);
    struct case_data c = {0};
    read_network(&c, network);
    read_spikes(&c, input, NULL, 0.001);
    struct counts expected = expected_counts(names[_i]);
    const struct node *lif = &c.network.nodes[node_named(&c.network, "lif")];
    struct counts counts = integer_counts(&c, (int64_t)lif->v_threshold[0]);
    ck_assert_uint_eq(counts.spikes, expected.spikes);
    ck_assert_uint_eq(counts.synaptic_events, expected.synaptic_events);
    ck_assert_mem_eq(counts.per_step, expected.per_step, sizeof counts.per_step);
    run(&c, "norse", 0.001, false); /* without the truncation: some spikes shift, hardly any are gained or lost */
    double ratio = (double)c.result.samples[0].spike_count / (double)expected.spikes;
    ck_assert_msg(fabs(ratio - 1.0) < 0.001, "ratio of spikes %g", ratio);
    free(network);
    free(input);
    case_free(&c);
}
END_TEST

int main(void)
{
    char *probe = reference_path("networks/nir");
    if (!directory_is(probe)) {
        printf("reference_networks: 6 cases skipped (no reference data)\n");
        free(probe);
        return 0;
    }
    free(probe);
    Suite *suite = suite_create("reference_networks");
    TCase *published = tcase_create("published");
    suite_add_tcase(suite, published);
    tcase_set_timeout(published, 120);
    tcase_add_loop_test(published, lif_follows_the_recorded_voltage_and_spikes, 0, 2);
    tcase_add_test(published, braille_hidden_spikes_equal_the_platforms);
    tcase_add_test(published, the_cnn_knows_all_fifty_digits);
    tcase_add_loop_test(published, the_benchmarks_follow_the_integer_rule_exactly_and_float_within_a_thousandth, 0, 2);
    return run_suite(suite);
}
