/* Every switch of the semantics on one neuron, against steps computed by hand; and the words of --semantics. */
#include "tools/network/network.h"
#include "tests/support/run_suite.h"
#include "tools/reference/neuron.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 5

/* threshold 1, r 1, no leak, dt / tau = 1/4 */
static double one[] = {1.0}, zero[] = {0.0}, four[] = {4.0}, half[] = {0.5};

static struct node node_of(enum node_kind kind)
{
    return (struct node){.kind = kind, .input = {1, {1}}, .output = {1, {1}}, .r = one, .v_threshold = one,
                         .v_reset = zero, .v_leak = zero, .tau_mem = four, .tau_syn = four, .w_in = one};
}

static const double a = 0.22119921692859513; /* 1 - exp(-1/4) */

/* Input, spikes and potential after each step. */
static const struct {
    const char *text;
    enum node_kind kind;
    double input[STEPS], spikes[STEPS], potential[STEPS];
} cases[] = {
    {"norse", NODE_IF, {0.75, 0.75, 0, 2, 0}, {0, 1, 0, 1, 0}, {0.75, 0, 0, 0, 0}},
    {"reset=subtract", NODE_IF, {0.75, 0.75, 0, 2.25, 0}, {0, 1, 0, 1, 1}, {0.75, 0.5, 0.5, 1.75, 0.75}},
    {"sinabs", NODE_IF, {0.75, 0.75, -9, 3.5, 0}, {0, 1, 0, 2, 0}, {0.75, 0.5, -1, 0.5, 0.5}},
    {"clamp=-0.25", NODE_IF, {-1, 0.5, 0, 1, 0}, {0, 0, 0, 1, 0}, {-0.25, 0.25, 0.25, 0, 0}},
    {"spyx", NODE_IF, {0.75, 0.75, 0, 2, 0}, {0, 0, 1, 0, 1}, {0.75, 1.5, 0.5, 2.5, 1.5}},
    {"reset_step=next", NODE_IF, {0.75, 0.75, 0.5, 0.25, 0}, {0, 1, 0, 0, 0}, {0.75, 1.5, 0, 0.25, 0.25}},
    {"spike_step=next", NODE_IF, {0.75, 0.75, 0, 2, 0}, {0, 0, 1, 0, 1}, {0.75, 0, 0, 0, 0}},
    {"lava", NODE_IF, {0.75, 0.75, 0, 2, 0}, {0, 0, 1, 0, 1}, {0, 0.75, 0, 0, 0}},
    {"reset=subtract-snntorch", NODE_IF, {0.75, 2.5, 0, 0, 0}, {0, 1, 1, 0, 0}, {0.75, 2.25, 1.25, 1.25, 1.25}},
    {"euler", NODE_LIF, {2, 2, 0, 4, 0}, {0, 0, 0, 1, 0}, {0.5, 0.875, 0.65625, 0, 0}},
    {"nengo", NODE_LIF, {2, 0, 0, 0, 0}, {0, 0, 0, 0, 0},
     {2 * a, 2 * a * (1 - a), 2 * a * (1 - a) * (1 - a), 2 * a * (1 - a) * (1 - a) * (1 - a),
      2 * a * (1 - a) * (1 - a) * (1 - a) * (1 - a)}},
    {"rockpool", NODE_LIF, {2, 4, 0, 0, 0}, {0, 1, 0, 0, 0},
     {0.5, 0.5 * (1 - a), 0.5 * (1 - a) * (1 - a), 0.5 * (1 - a) * (1 - a) * (1 - a),
      0.5 * (1 - a) * (1 - a) * (1 - a) * (1 - a)}},
    {"spyx", NODE_LIF, {4.5, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {1.125, -0.15625, -0.1171875, -0.087890625, -0.06591796875}},
};
#define CASES (int)(sizeof cases / sizeof cases[0])

START_TEST(each_switch_takes_the_steps_computed_by_hand)
{
    struct semantics semantics;
    struct diagnostics problems = {0};
    struct node node = node_of(cases[_i].kind);
    struct neuron_state state;
    const char *text = strcmp(cases[_i].text, "euler") ? cases[_i].text : "integrator=euler";
    ck_assert(semantics_parse(text, &semantics, &problems));
    neuron_make(&node, &semantics, 1.0, &state);
    for (int step = 0; step < STEPS; step++) {
        double output;
        neuron_step(&node, &semantics, 1.0, &cases[_i].input[step], &state, &output);
        ck_assert_msg(output == cases[_i].spikes[step], "%s, step %d: %g spikes", cases[_i].text, step, output);
        ck_assert_msg(fabs(state.potential[0] - cases[_i].potential[step]) < 1e-14, "%s, step %d: potential %.15g",
                      cases[_i].text, step, state.potential[0]);
    }
    neuron_reset(&node, &state);
    ck_assert_double_eq(state.potential[0], 0.0);
    neuron_free(&state);
}
END_TEST

/* The closed solution of both equations, without a threshold in reach; equal and different time constants. */
START_TEST(exact_follows_the_closed_solution_of_a_current_based_neuron)
{
    for (int equal = 0; equal < 2; equal++) {
        struct semantics semantics;
        struct diagnostics problems = {0};
        struct node node = node_of(NODE_CUBALIF);
        struct neuron_state state;
        double input = 0.5, output, ts = equal ? 4.0 : 0.5, tm = 4.0;
        node.tau_syn = equal ? four : half;
        ck_assert(semantics_parse("exact", &semantics, &problems));
        neuron_make(&node, &semantics, 1.0, &state);
        for (int step = 1; step <= STEPS; step++) {
            neuron_step(&node, &semantics, 1.0, &input, &state, &output);
            double t = step, slow = exp(-t / tm), fast = exp(-t / ts);
            double v = equal ? 0.5 * (1 - slow - t / tm * slow) : 0.5 * (1 - (tm * slow - ts * fast) / (tm - ts));
            ck_assert_double_eq_tol(state.potential[0], v, 1e-13);
            ck_assert_double_eq_tol(state.current[0], 0.5 * (1 - fast), 1e-13);
            ck_assert_double_eq(output, 0.0);
        }
        neuron_free(&state);
    }
}
END_TEST

/* v rises by 2.5 a step: it meets 1 after 0.4 of the step, again after 0.8. */
START_TEST(exact_finds_several_spikes_inside_a_step)
{
    struct semantics semantics;
    struct diagnostics problems = {0};
    struct node node = node_of(NODE_IF);
    struct neuron_state state;
    double input = 2.5, output;
    ck_assert(semantics_parse("exact", &semantics, &problems));
    neuron_make(&node, &semantics, 1.0, &state);
    neuron_step(&node, &semantics, 1.0, &input, &state, &output);
    ck_assert_double_eq(output, 2.0);
    ck_assert_double_eq_tol(state.offset[0], 0.8, 1e-12);
    ck_assert_double_eq_tol(state.potential[0], 0.5, 1e-12);
    neuron_free(&state);
}
END_TEST

/* The current overshoots: v rises above the threshold and falls below it again within one step. */
START_TEST(exact_finds_a_spike_that_both_ends_of_a_step_miss)
{
    struct semantics semantics;
    struct diagnostics problems = {0};
    struct node node = node_of(NODE_CUBALIF);
    struct neuron_state state;
    double input = 0.0, output, tau = 0.25, peak = 0.1;
    node.tau_mem = &tau;
    node.tau_syn = &peak;
    ck_assert(semantics_parse("exact", &semantics, &problems));
    neuron_make(&node, &semantics, 4.0, &state);
    state.current[0] = 5.0;
    neuron_step(&node, &semantics, 4.0, &input, &state, &output);
    ck_assert_double_eq(output, 1.0);
    ck_assert_double_lt(fabs(state.potential[0]), 1e-6);
    neuron_free(&state);
}
END_TEST

static const struct {
    const char *text, *message;
} wrong[] = {
    {"brian", "'brian' is not known"},
    {"norse,snntorch", "'snntorch' is no switch"},
    {"norse,reset=", "reset is '', expected one of: value subtract subtract-snntorch"},
    {"norse,rest=value", "'rest' is no switch, expected one of: integrator, reset"},
    {"clamp=low", "clamp is 'low', expected one of: none threshold or a number"},
    {"exact,clamp=0", "integrator=exact knows no steps"},
    {"reset=subtract-snntorch,reset_step=next", "says when it resets"},
};

START_TEST(wrong_words_are_named)
{
    struct semantics semantics;
    struct diagnostics problems = {0};
    ck_assert(!semantics_parse(wrong[_i].text, &semantics, &problems));
    ck_assert_msg(strstr(problems.message[0], wrong[_i].message) != NULL, "%s", problems.message[0]);
    diagnostics_free(&problems);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("semantics");
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, each_switch_takes_the_steps_computed_by_hand, 0, CASES);
    tcase_add_test(all, exact_follows_the_closed_solution_of_a_current_based_neuron);
    tcase_add_test(all, exact_finds_several_spikes_inside_a_step);
    tcase_add_test(all, exact_finds_a_spike_that_both_ends_of_a_step_miss);
    tcase_add_loop_test(all, wrong_words_are_named, 0, (int)(sizeof wrong / sizeof wrong[0]));
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
