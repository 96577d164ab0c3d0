/* The chip's spikes against the float reference's, for what its neuron arrays can do of the semantics; whole numbers,
 * which the chip holds exactly. What it cannot do, it says. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/nir_make.h"
#include "tests/support/run_suite.h"
#include "tools/read/spike_writer.h"
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define DT_S 0.001
#define STEPS 40u

/* Two inputs: one spikes in every step, the other in every third. */
static void write_input(void)
{
    struct spike_event events[2 * STEPS];
    struct spike_sample sample = {.name = "s", .label = -1, .steps = STEPS, .events = events};
    struct spike_batch batch = {.path = "in", .inputs = 2, .dt_s = DT_S, .count = 1, .samples = &sample};
    struct diagnostics problems = {0};
    struct h5 *file;
    char *path = scratch_text("@/in.h5");
    for (uint32_t step = 0; step < STEPS; step++)
        for (uint32_t i = 0; i < 2; i++)
            if (i == 0 || step % 3 == 0)
                events[sample.count++] = (struct spike_event){step, i, 1.0f};
    ck_assert(h5_create(path, &file, &problems));
    ck_assert(spikes_write_nir_data(file, "", "input", "spikes", &batch, &problems));
    ck_assert(h5_commit(file, &problems));
    free(path);
}

static void neuron(struct h5 *file, const char *name, const char *type, double threshold)
{
    bool keeps = strcmp(type, "Threshold") != 0;
    nir_node(file, name, type);
    if (strcmp(type, "I") != 0)
        nir_list(file, name, keeps ? "v_threshold" : "threshold", 2, (double[]){threshold, threshold});
    if (keeps)
        nir_list(file, name, "r", 2, (double[]){1, 1});
}

/* in -> IF 21 -> Delay -> `last` -> out */
static void write_network(double delay_s, const char *last)
{
    char *path = scratch_text("@/net.nir");
    struct h5 *file = nir_begin(path);
    nir_flat_ends(file, 2, 2);
    nir_node(file, "w", "Linear");
    nir_fill(file, "w", "weight", (struct shape){2, {2, 2}}, 8);
    neuron(file, "first", "IF", 21);
    nir_node(file, "w2", "Linear");
    nir_fill(file, "w2", "weight", (struct shape){2, {2, 2}}, 3);
    neuron(file, "last", last, 5);
    nir_node(file, "late", "Delay");
    nir_list(file, "late", "delay", 2, (double[]){delay_s, 2.5 * delay_s});
    nir_edges(file, "", NIR_EDGES("in", "w", "w", "first", "first", "late", "late", "w2", "w2", "last", "last", "out"));
    nir_end(file);
    free(path);
}

static double run_chip(const char *semantics, double *spikes)
{
    write_input();
    char *line = memory_format("run --chip %%/configs/chip/loihi.yaml --network @/net.nir --input @/in.h5 "
                               "--semantics %s --json", semantics);
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s: %s", line, result.error);
    json_t *summary = json_loads(result.out, 0, NULL);
    ck_assert_ptr_nonnull(summary);
    double agreement = json_number_value(json_object_get(summary, "spike_agreement"));
    *spikes = json_number_value(json_object_get(json_object_get(summary, "counts"), "spikes"));
    json_decref(summary);
    command_free(&result);
    free(line);
    return agreement;
}

static const struct {
    const char *semantics, *last;
    double delay_s;
} cases[] = {
    {"norse", "IF", 0},
    {"norse", "IF", 2 * DT_S},
    {"norse", "Threshold", 2 * DT_S},
    {"norse", "I", 4 * DT_S},
    {"reset=subtract", "IF", 0},
    {"reset=subtract,input_delay=1", "Threshold", 2 * DT_S},
    {"lava", "IF", 0},
    {"nengo", "IF", 2 * DT_S},
    {"spinnaker2", "Threshold", 0},
};
#define CASES (int)(sizeof cases / sizeof cases[0])

START_TEST(the_chip_fires_as_the_reference)
{
    double spikes;
    write_network(cases[_i].delay_s, cases[_i].last);
    ck_assert_double_eq(run_chip(cases[_i].semantics, &spikes), 1.0);
    ck_assert_double_gt(spikes, 20.0);
}
END_TEST

/* What each preset asks for that a neuron array cannot do; "": nothing. */
static const struct {
    const char *semantics, *says;
} remarks[] = {
    {"norse", ""},
    {"nengo", ""},
    {"exact", "the chip has timesteps"},
    {"spyx", "the chip resets in the step of the spike"},
    {"spyx", "the chip sends a spike in the step in which the potential passes the threshold"},
    {"sinabs", "no lower clamp"},
    {"sinabs", "one spike a neuron and step at most"},
    {"reset=subtract-snntorch", "the chip subtracts the threshold in the step of the spike"},
};
#define REMARKS (int)(sizeof remarks / sizeof remarks[0])

START_TEST(compile_says_what_the_chip_does_otherwise)
{
    write_network(0, "IF");
    char *line = memory_format("compile --chip %%/configs/chip/loihi.yaml --network @/net.nir --semantics %s",
                               remarks[_i].semantics);
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s", result.error);
    if (*remarks[_i].says)
        ck_assert_msg(strstr(result.out, remarks[_i].says) != NULL, "%s", result.out);
    else
        ck_assert_ptr_null(strstr(result.out, "the chip "));
    command_free(&result);
    free(line);
}
END_TEST

START_TEST(a_preset_without_a_rule_for_a_neuron_says_so)
{
    write_network(0, "I");
    write_input();
    command_expect_refused("reference --network @/net.nir --input @/in.h5 --semantics nengo", "@/net.nir: last",
                           "what nengo does with I is not known", 1);
    command_expect_refused("compile --chip %/configs/chip/loihi.yaml --network @/net.nir --semantics spyx",
                           "@/net.nir: last", "what spyx does with I is not known", 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("semantics_on_chip");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, scratch_make, scratch_remove);
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, the_chip_fires_as_the_reference, 0, CASES);
    tcase_add_loop_test(all, compile_says_what_the_chip_does_otherwise, 0, REMARKS);
    tcase_add_test(all, a_preset_without_a_rule_for_a_neuron_says_so);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
