/* The float reference on networks of a few neurons whose course is computed by hand. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tools/file/h5.h"
#include "tools/reference/reference.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODES_MAX 8
#define STEPS_MAX 32

/* A network of flat nodes in arrays of its own. */
struct fixture {
    struct network network;
    struct node nodes[NODES_MAX];
    struct edge edges[NODES_MAX * 2];
    double values[NODES_MAX][8][8];
    struct spike_event events[STEPS_MAX];
    struct spike_sample samples[2];
    struct spike_batch batch;
    struct semantics semantics;
    struct diagnostics diagnostics;
    struct reference_result result;
};

static struct fixture *fixture_make(uint32_t inputs)
{
    struct fixture *f = memory_array(1, sizeof *f);
    f->network = (struct network){.path = "test.nir", .nodes = f->nodes, .edges = f->edges};
    f->batch = (struct spike_batch){.path = "batch", .inputs = inputs, .count = 1, .samples = f->samples};
    f->samples[0] = (struct spike_sample){.name = "sample 0", .events = f->events};
    f->semantics = (struct semantics){.name = "test"};
    return f;
}

static void fixture_free(struct fixture *f)
{
    reference_free(&f->result);
    diagnostics_free(&f->diagnostics);
    free(f);
}

static double *fill(double *values, double value)
{
    for (int i = 0; i < 8; i++)
        values[i] = value;
    return values;
}

static struct node *add_node(struct fixture *f, char *name, enum node_kind kind, int64_t in, int64_t out)
{
    uint32_t n = f->network.node_count++;
    struct node *node = &f->nodes[n];
    double (*v)[8] = f->values[n];
    *node = (struct node){.name = name, .kind = kind, .input = {1, {in}}, .output = {1, {out}}};
    if (!node_is_neuron(kind))
        return node;
    node->tau_mem = fill(v[0], 1.0);
    node->tau_syn = fill(v[1], 1.0);
    node->w_in = fill(v[2], 1.0);
    node->r = fill(v[3], 1.0);
    node->v_leak = fill(v[4], 0.0);
    node->v_threshold = fill(v[5], 1e30);
    node->v_reset = fill(v[6], 0.0);
    return node;
}

static struct node *add_affine(struct fixture *f, char *name, int64_t in, int64_t out, double *weight, double *bias)
{
    struct node *node = add_node(f, name, NODE_AFFINE, in, out);
    node->weight = (struct tensor){{2, {out, in}}, weight};
    if (bias)
        node->bias = (struct tensor){{1, {out}}, bias};
    return node;
}

static int compare_edges(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return x->from != y->from ? (x->from > y->from) - (x->from < y->from) : (x->to > y->to) - (x->to < y->to);
}

static void connect(struct fixture *f, uint32_t from, uint32_t to)
{
    f->edges[f->network.edge_count++] = (struct edge){from, to};
    qsort(f->edges, f->network.edge_count, sizeof *f->edges, compare_edges);
}

static void event(struct fixture *f, uint32_t step, uint32_t index, float value)
{
    f->events[f->samples[0].count++] = (struct spike_event){step, index, value};
}

static bool run(struct fixture *f, uint32_t steps, double dt)
{
    struct reference_options options = {.semantics = &f->semantics, .dt_s = dt, .keep_potentials = true};
    f->samples[0].steps = steps;
    reference_free(&f->result);
    return reference_run(&f->network, &f->batch, &options, &f->result, &f->diagnostics);
}

static double output(const struct fixture *f, uint32_t step, uint32_t o)
{
    return f->result.samples[0].output_values[step * f->result.outputs + o];
}

/* input -> one neuron of `kind` -> output, driven by 1 in every step */
static struct fixture *driven_neuron(enum node_kind kind, struct node **neuron)
{
    struct fixture *f = fixture_make(1);
    add_node(f, "in", NODE_INPUT, 1, 1);
    *neuron = add_node(f, "neuron", kind, 1, 1);
    add_node(f, "out", NODE_OUTPUT, 1, 1);
    connect(f, 0, 1);
    connect(f, 1, 2);
    for (uint32_t step = 0; step < STEPS_MAX; step++)
        event(f, step, 0, 1.0f);
    return f;
}

START_TEST(a_lif_charges_exponentially_to_r_x)
{
    struct node *neuron;
    struct fixture *f = driven_neuron(NODE_LIF, &neuron);
    neuron->tau_mem[0] = 0.01;
    neuron->r[0] = 2.0;
    ck_assert(run(f, STEPS_MAX, 0.001));
    for (int step = 0; step < STEPS_MAX; step++)
        ck_assert_double_eq_tol(f->result.samples[0].potentials[step], 2.0 * (1.0 - pow(0.9, step + 1)), 1e-6);
    ck_assert_uint_eq(f->result.samples[0].spike_count, 0);
    fixture_free(f);
}
END_TEST

START_TEST(the_leak_pulls_towards_v_leak)
{
    struct node *neuron;
    struct fixture *f = driven_neuron(NODE_LI, &neuron);
    f->samples[0].count = 0;
    neuron->v_leak[0] = 3.0;
    ck_assert(run(f, 2, 0.5));
    ck_assert_double_eq(output(f, 0, 0), 1.5);
    ck_assert_double_eq(output(f, 1, 0), 2.25);
    ck_assert(!f->result.output_spikes);
    fixture_free(f);
}
END_TEST

START_TEST(a_potential_equal_to_the_threshold_does_not_fire)
{
    struct node *neuron;
    struct fixture *f = driven_neuron(NODE_IF, &neuron);
    neuron->v_threshold[0] = 3.0;
    ck_assert(run(f, 9, 0.0)); /* an IF takes no dt */
    ck_assert_uint_eq(f->result.samples[0].spike_count, 2);
    for (uint32_t step = 0; step < 9; step++)
        ck_assert_double_eq(output(f, step, 0), step == 3 || step == 7); /* v = 4 > 3 */
    ck_assert(f->result.output_spikes);
    fixture_free(f);
}
END_TEST

START_TEST(reset_sets_v_reset_or_subtracts_the_threshold)
{
    static const float expected[2][4] = {{1.5f, 3.0f, -1.0f, 0.5f}, {1.5f, 3.0f, 1.5f, 3.0f}};
    for (int subtract = 0; subtract < 2; subtract++) {
        struct node *neuron;
        struct fixture *f = driven_neuron(NODE_IF, &neuron);
        f->semantics.reset = subtract ? RESET_SUBTRACT : RESET_TO_VALUE;
        neuron->r[0] = 1.5;
        neuron->v_threshold[0] = 3.0;
        neuron->v_reset[0] = -1.0;
        ck_assert(run(f, 4, 1.0));
        for (int step = 0; step < 4; step++)
            ck_assert_float_eq(f->result.samples[0].potentials[step], expected[subtract][step]);
        fixture_free(f);
    }
}
END_TEST

START_TEST(a_cubalif_membrane_sees_the_new_current)
{
    struct node *neuron;
    struct fixture *f = driven_neuron(NODE_CUBALIF, &neuron);
    neuron->tau_syn[0] = 2.0;
    neuron->tau_mem[0] = 4.0;
    neuron->w_in[0] = 8.0;
    neuron->r[0] = 2.0;
    f->samples[0].count = 1;
    ck_assert(run(f, 2, 1.0));
    /* I = 4, v = 1/4 * 2 * 4 = 2; I = 2, v = 2 + 1/4 (2 * 2 - 2) = 2.5 */
    ck_assert_float_eq(f->result.samples[0].potentials[0], 2.0f);
    ck_assert_float_eq(f->result.samples[0].potentials[1], 2.5f);
    fixture_free(f);
}
END_TEST

START_TEST(several_edges_into_a_node_add_up)
{
    struct fixture *f = fixture_make(2);
    add_node(f, "in", NODE_INPUT, 2, 2);
    add_affine(f, "a", 2, 1, (double[]){1, 10}, (double[]){100});
    add_affine(f, "b", 2, 1, (double[]){1000, 0}, NULL);
    add_node(f, "out", NODE_OUTPUT, 1, 1);
    connect(f, 0, 1);
    connect(f, 0, 2);
    connect(f, 1, 3);
    connect(f, 2, 3);
    event(f, 0, 0, 1.0f);
    event(f, 1, 0, 2.0f); /* two spikes in one step */
    event(f, 1, 1, 1.0f);
    ck_assert(run(f, 3, 1.0));
    ck_assert_double_eq(output(f, 0, 0), 1101);
    ck_assert_double_eq(output(f, 1, 0), 2112);
    ck_assert_double_eq(output(f, 2, 0), 100);
    fixture_free(f);
}
END_TEST

/* in -> lif (IF) -> w_rec -> lif; w_rec has weight 10 and bias 1000; the potential shows what arrived */
static struct fixture *recurrent_neuron(void)
{
    struct fixture *f = fixture_make(1);
    static double weight = 10, bias = 1000;
    add_node(f, "in", NODE_INPUT, 1, 1);
    struct node *neuron = add_node(f, "lif", NODE_IF, 1, 1);
    add_affine(f, "w_rec", 1, 1, &weight, &bias);
    add_node(f, "out", NODE_OUTPUT, 1, 1);
    connect(f, 0, 1);
    connect(f, 1, 2);
    connect(f, 2, 1);
    connect(f, 1, 3);
    neuron->v_threshold[0] = 1005;
    event(f, 1, 0, 7.0f);
    return f;
}

START_TEST(a_recurrent_edge_takes_one_step_and_its_bias_starts_by_the_semantics)
{
    /* bias from step 0: 1000; +1000 +7 fires; the spike's 10 + 1000 at step 2 fires, and so on.
     * bias from step 1: 0; 7 + 1000 fires; from there the same */
    for (int from_start = 0; from_start < 2; from_start++) {
        struct fixture *f = recurrent_neuron();
        f->semantics.recurrent_bias_at_first_step = from_start;
        ck_assert(run(f, 4, 1.0));
        ck_assert_float_eq(f->result.samples[0].potentials[0], from_start ? 1000.0f : 0.0f);
        for (uint32_t step = 0; step < 4; step++)
            ck_assert_double_eq(output(f, step, 0), step >= 1);
        fixture_free(f);
    }
    struct fixture *f = recurrent_neuron(); /* without the event the first spike's effect is late enough to be seen */
    f->samples[0].count = 0;
    ck_assert(run(f, 5, 1.0));
    static const float expected[] = {0, 1000, 0, 0, 0}; /* 2000 fires at 2; 1010 at 3 fires; 1010 at 4 fires */
    for (int step = 0; step < 5; step++) {
        ck_assert_float_eq(f->result.samples[0].potentials[step], expected[step]);
        ck_assert_double_eq(output(f, (uint32_t)step, 0), step >= 2);
    }
    fixture_free(f);
}
END_TEST

START_TEST(a_neuron_that_feeds_itself_hears_its_last_spike)
{
    struct fixture *f = fixture_make(1);
    add_node(f, "in", NODE_INPUT, 1, 1);
    struct node *neuron = add_node(f, "if", NODE_IF, 1, 1);
    add_node(f, "out", NODE_OUTPUT, 1, 1);
    connect(f, 0, 1);
    connect(f, 1, 1);
    connect(f, 1, 2);
    neuron->v_threshold[0] = 0.5;
    event(f, 2, 0, 1.0f);
    ck_assert(run(f, 6, 1.0));
    for (uint32_t step = 0; step < 6; step++)
        ck_assert_double_eq(output(f, step, 0), step >= 2);
    fixture_free(f);
}
END_TEST

START_TEST(each_sample_starts_from_rest)
{
    struct fixture *f = recurrent_neuron();
    f->semantics.recurrent_bias_at_first_step = true;
    f->batch.count = 2;
    f->samples[1] = f->samples[0];
    f->samples[1].steps = 20;
    ck_assert(run(f, 20, 1.0));
    const struct reference_sample *a = &f->result.samples[0], *b = &f->result.samples[1];
    ck_assert_uint_gt(a->spike_count, 3);
    ck_assert_uint_eq(a->spike_count, b->spike_count);
    ck_assert_mem_eq(a->spikes, b->spikes, a->spike_count * sizeof *a->spikes);
    ck_assert_mem_eq(a->potentials, b->potentials, 20 * sizeof *a->potentials);
    fixture_free(f);
}
END_TEST

START_TEST(the_decision_is_most_spikes_else_the_highest_last_value_with_the_lowest_index_on_a_tie)
{
    double values[] = {0, 1, 0, 9, /* step 0 */ 1, 0, 1, 0 /* step 1 */};
    struct reference_sample sample = {.steps = 2, .output_values = values};
    struct reference_result result = {.outputs = 4, .sample_count = 1, .samples = &sample, .output_spikes = true};
    bool tie = true;
    ck_assert_int_eq(reference_decision(&result, 0, &tie), 3);
    ck_assert(!tie);
    result.output_spikes = false;
    ck_assert_int_eq(reference_decision(&result, 0, &tie), 0);
    ck_assert(tie);
    values[5] = 2;
    ck_assert_int_eq(reference_decision(&result, 0, &tie), 1);
    ck_assert(!tie);
    for (int i = 4; i < 8; i++)
        values[i] = -1.0 - i;
    ck_assert_int_eq(reference_decision(&result, 0, &tie), 0); /* all negative */
    ck_assert(!tie);
}
END_TEST

/* input -> Delay of 0 and 2 steps -> Threshold 0.5; I and CubaLI beside, each with an input of its own size 2 */
START_TEST(a_delay_holds_each_value_back_by_its_own_whole_steps)
{
    struct fixture *f = fixture_make(2);
    double delays[8] = {0.0, 0.0021};
    add_node(f, "in", NODE_INPUT, 2, 2);
    struct node *late = add_node(f, "late", NODE_DELAY, 2, 2);
    late->delay = delays;
    struct node *cut = add_node(f, "cut", NODE_THRESHOLD, 2, 2);
    fill(cut->v_threshold, 0.5);
    add_node(f, "out", NODE_OUTPUT, 2, 2);
    for (uint32_t n = 0; n < 3; n++)
        connect(f, n, n + 1);
    event(f, 1, 0, 1.0f);
    event(f, 1, 1, 0.75f);
    event(f, 2, 0, 0.5f);
    ck_assert(run(f, 6, 0.001));
    for (uint32_t step = 0; step < 6; step++) {
        ck_assert_double_eq(output(f, step, 0), step == 1);
        ck_assert_double_eq(output(f, step, 1), step == 3);
    }
    ck_assert(f->result.output_spikes);
    fixture_free(f);
}
END_TEST

START_TEST(an_i_adds_up_and_a_cubali_is_a_cubalif_that_never_fires)
{
    struct node *neuron;
    struct fixture *f = driven_neuron(NODE_I, &neuron);
    fill(neuron->r, 0.25);
    ck_assert(run(f, 4, 1.0));
    ck_assert_double_eq(output(f, 3, 0), 1.0);
    fixture_free(f);
    double never[2][3];
    for (int k = 0; k < 2; k++) {
        f = driven_neuron(k ? NODE_CUBALI : NODE_CUBALIF, &neuron);
        fill(neuron->tau_syn, 0.004);
        fill(neuron->tau_mem, 0.008);
        ck_assert(run(f, 3, 0.001));
        for (int step = 0; step < 3; step++)
            never[k][step] = (double)f->result.samples[0].potentials[step];
        fixture_free(f);
    }
    for (int step = 0; step < 3; step++)
        ck_assert_double_eq(never[0][step], never[1][step]);
    ck_assert_double_eq_tol(never[1][0], 1.0 / 32, 1e-7);
}
END_TEST

START_TEST(wrong_step_lengths_and_inputs_are_refused)
{
    static const double wrong[] = {0.0, -0.001, NAN, INFINITY};
    struct node *neuron;
    struct fixture *f = driven_neuron(NODE_LIF, &neuron);
    for (size_t i = 0; i < 4; i++)
        ck_assert(!run(f, 1, wrong[i]));
    ck_assert_uint_eq(f->diagnostics.count, 4);
    ck_assert(diagnostics_mention(&f->diagnostics, "--dt: "));
    f->batch.inputs = 3;
    ck_assert(!run(f, 1, 1.0));
    ck_assert(diagnostics_mention(&f->diagnostics, "batch: 3 inputs, expected 1"));
    f->batch.inputs = 1;
    f->samples[0].count = 0;
    ck_assert(!run(f, UINT32_MAX, 1.0));
    ck_assert(diagnostics_mention(&f->diagnostics, "sample 0: 4294967295 steps, expected at most"));
    fixture_free(f);
}
END_TEST

/* ---- the trace file ---- */
START_TEST(a_trace_holds_inputs_spikes_and_potentials)
{
    char path[] = "/tmp/npusim-test-reference-XXXXXX";
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    struct node *neuron;
    struct fixture *f = driven_neuron(NODE_IF, &neuron);
    neuron->v_threshold[0] = 3.0;
    ck_assert(run(f, 9, 0.0));
    ck_assert(!reference_write(path, &f->network, &f->batch, &f->result, 0.0, &f->diagnostics));
    ck_assert(diagnostics_mention(&f->diagnostics, "--dt"));
    ck_assert(reference_write(path, &f->network, &f->batch, &f->result, 0.5, &f->diagnostics));
    struct h5 *file;
    int64_t *index;
    double *time_s, *v;
    struct h5_shape shape;
    ck_assert(h5_open(path, &file, &f->diagnostics));
    ck_assert(h5_read_int64(file, "/nodes/neuron/observables/spikes/idx", 100, &index, &shape, &f->diagnostics));
    ck_assert(shape.rank == 2 && shape.size[0] == 1 && shape.size[1] == 2 && index[0] == 0 && index[1] == 0);
    ck_assert(h5_read_doubles(file, "/nodes/neuron/observables/spikes/time", 100, &time_s, &shape, &f->diagnostics));
    ck_assert(floor(time_s[0] / 0.5) == 3 && floor(time_s[1] / 0.5) == 7);
    ck_assert(h5_read_doubles(file, "/nodes/neuron/observables/v/data", 100, &v, &shape, &f->diagnostics));
    ck_assert(shape.rank == 3 && shape.size[0] == 1 && shape.size[1] == 9 && shape.size[2] == 1);
    for (int step = 0; step < 9; step++)
        ck_assert_double_eq(v[step], (double)((step + 1) % 4));
    ck_assert(h5_shape_of(file, "/nodes/in/observables/spikes/idx", &shape, &f->diagnostics));
    ck_assert_uint_eq(shape.size[1], 9);
    h5_close(file);
    free(index);
    free(time_s);
    free(v);
    unlink(path);
    fixture_free(f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reference");
    TCase *rules = tcase_create("rules");
    suite_add_tcase(suite, rules);
    tcase_add_test(rules, a_lif_charges_exponentially_to_r_x);
    tcase_add_test(rules, the_leak_pulls_towards_v_leak);
    tcase_add_test(rules, a_potential_equal_to_the_threshold_does_not_fire);
    tcase_add_test(rules, reset_sets_v_reset_or_subtracts_the_threshold);
    tcase_add_test(rules, a_cubalif_membrane_sees_the_new_current);
    tcase_add_test(rules, several_edges_into_a_node_add_up);
    tcase_add_test(rules, a_recurrent_edge_takes_one_step_and_its_bias_starts_by_the_semantics);
    tcase_add_test(rules, a_neuron_that_feeds_itself_hears_its_last_spike);
    tcase_add_test(rules, each_sample_starts_from_rest);
    tcase_add_test(rules, the_decision_is_most_spikes_else_the_highest_last_value_with_the_lowest_index_on_a_tie);
    tcase_add_test(rules, a_delay_holds_each_value_back_by_its_own_whole_steps);
    tcase_add_test(rules, an_i_adds_up_and_a_cubali_is_a_cubalif_that_never_fires);
    tcase_add_test(rules, wrong_step_lengths_and_inputs_are_refused);
    tcase_add_test(rules, a_trace_holds_inputs_spikes_and_potentials);
    return run_suite(suite);
}
