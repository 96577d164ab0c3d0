/* --input NODE=FILE: a file for each Input node. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/nir_make.h"
#include "tests/support/run_suite.h"
#include "tools/read/spike_writer.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

/* `count` neurons; neuron `spiking` fires in every step. */
static void write_spikes(const char *name, uint32_t count, uint32_t spiking, uint32_t steps)
{
    struct spike_event events[32];
    struct spike_sample sample = {.name = "s", .label = -1, .steps = steps, .events = events};
    struct spike_batch batch = {.path = "in", .inputs = count, .dt_s = 0.001, .count = 1, .samples = &sample};
    struct diagnostics problems = {0};
    struct h5 *file;
    char *path = scratch_text(name);
    for (uint32_t step = 0; step < steps; step++)
        events[sample.count++] = (struct spike_event){step, spiking, 1.0f};
    ck_assert(h5_create(path, &file, &problems));
    ck_assert(spikes_write_nir_data(file, "", "input", "spikes", &batch, &problems));
    ck_assert(h5_commit(file, &problems));
    free(path);
}

static void neurons(struct h5 *file, const char *name, uint64_t count)
{
    nir_node(file, name, "IF");
    nir_list(file, name, "r", count, (double[]){1, 1, 1});
    nir_list(file, name, "v_threshold", count, (double[]){0.5, 0.5, 0.5});
}

/* left (2) -> l (2) -> out; right (3) -> r (3) -> right_out */
static void setup(void)
{
    scratch_make();
    char *path = scratch_text("@/net.nir");
    struct h5 *file = nir_begin(path);
    nir_flat_ends(file, 2, 2);
    nir_node(file, "right", "Input");
    nir_integers(file, "right", "shape", 1, (int64_t[]){3});
    nir_node(file, "right_out", "Output");
    nir_integers(file, "right_out", "shape", 1, (int64_t[]){3});
    neurons(file, "l", 2);
    neurons(file, "r", 3);
    nir_edges(file, "", NIR_EDGES("in", "l", "l", "out", "right", "r", "r", "right_out"));
    nir_end(file);
    free(path);
    write_spikes("@/left.h5", 2, 1, 5);
    write_spikes("@/right.h5", 3, 2, 7);
}

START_TEST(each_input_node_gets_its_own_file)
{
    struct command_result result = command_run("reference --network @/net.nir --input right=@/right.h5 --input "
                                               "in=@/left.h5");
    ck_assert_msg(result.status == 0, "%s", result.error);
    ck_assert_msg(strstr(result.out, "2 neurons            5 spikes"), "%s", result.out);
    ck_assert_msg(strstr(result.out, "3 neurons            7 spikes"), "%s", result.out);
    command_free(&result);
    result = command_run("run --chip %/configs/chip/loihi.yaml --network @/net.nir --input right=@/right.h5 --input "
                         "in=@/left.h5 --json");
    ck_assert_msg(result.status == 0, "%s", result.error);
    ck_assert_msg(strstr(result.out, "\"spikes\": 12"), "%s", result.out);
    ck_assert_msg(strstr(result.out, "\"spike_agreement\": 1.0"), "%s", result.out);
    command_free(&result);
}
END_TEST

START_TEST(wrong_names_are_refused)
{
    command_expect_refused("reference --network @/net.nir --input in=@/left.h5", "--input",
                           "nothing for right, expected right=FILE", 1);
    command_expect_refused("reference --network @/net.nir --input in=@/left.h5 --input in=@/left.h5 --input "
                           "right=@/right.h5", "--input", "in is given twice", 1);
    command_expect_refused("reference --network @/net.nir --input in=@/left.h5 --input middle=@/right.h5 --input "
                           "right=@/right.h5", "--input", "names no Input node, expected in=FILE, right=FILE", 1);
    command_expect_refused("reference --network @/net.nir --input in=@/right.h5 --input right=@/right.h5",
                           "@/right.h5: /nodes/input/observables/spikes", "3 neurons, expected 2", 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inputs");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, scratch_remove);
    tcase_add_test(all, each_input_node_gets_its_own_file);
    tcase_add_test(all, wrong_names_are_refused);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
