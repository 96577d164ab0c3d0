/* The published activation trace of a spiking LeNet-5: densities as its publisher states them, and a chip driven by it,
 * which delivers exactly the synaptic events that the matrix view has. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/activations/activations.h"
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAYER "conv2d_1=kernel:5,out:16"

static double after(const char *text, const char *name)
{
    const char *at = NULL;
    for (const char *next = text; (next = strstr(next, name)) != NULL; next++)
        at = next; /* the last: that of the whole */
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(name), NULL);
}

START_TEST(densities_are_as_published)
{
    char *path = reference_path("traces/lenet5_mnist.h5"), *line = memory_format("activations --trace %s --layer " LAYER, path);
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s", result.error);
    double bit = after(result.out, "bit density "), product = after(result.out, "product density ");
    printf("  lenet5_mnist: bit density %.15g, product density %.15g\n", bit, product);
    ck_assert_double_lt(fabs(bit - 0.253639946627197), 5e-13);
    ck_assert_double_lt(fabs(product - 0.0156137872264083), 5e-14);
    command_free(&result);
    free(line);
    free(path);
}
END_TEST

static uint64_t products_of(const char *path)
{
    const char *layer = LAYER;
    struct activation_trace trace;
    struct diagnostics problems = {0};
    uint64_t events = 0;
    ck_assert(activations_read(path, &layer, 1, &trace, &problems));
    for (uint32_t i = 0; i < trace.count; i++) {
        struct activation_view view;
        if (trace.layers[i].out == 0)
            continue;
        activation_view(&trace.layers[i], &view);
        events += view.ones * (uint64_t)view.n;
    }
    activations_free(&trace);
    return events;
}

START_TEST(the_chip_runs_the_trace_and_computes_no_neuron)
{
    char *path = reference_path("traces/lenet5_mnist.h5");
    char *line = memory_format("activations --trace %s --layer " LAYER " --network @/net.nir --spikes @/s.h5", path);
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s", result.error);
    command_free(&result);
    result = command_run("run --chip %/configs/chip/rain.yaml --network @/net.nir --input conv2d_1=@/s.h5 --input "
                         "fc_0=@/s.h5 --input fc_1=@/s.h5 --set placement.inputs=cores --json");
    ck_assert_msg(result.status == 0, "%s", result.error);
    json_t *summary = json_loads(result.out, 0, NULL), *counts = json_object_get(summary, "counts");
    double energy = json_number_value(json_object_get(json_object_get(summary, "energy_j"), "total"));
    double latency = json_number_value(json_object_get(json_object_get(summary, "latency_s"), "mean"));
    printf("  on rain.yaml: %.4g J, %.4g s, %lld synaptic events\n", energy, latency,
           (long long)json_integer_value(json_object_get(counts, "synaptic_events")));
    ck_assert_uint_eq((uint64_t)json_integer_value(json_object_get(counts, "synaptic_events")), products_of(path));
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "input_spikes")), 9533 + 5036 + 674);
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "spikes")), 0);
    ck_assert(energy > 0 && latency > 0);
    json_decref(summary);
    command_free(&result);
    free(line);
    free(path);
}
END_TEST

int main(void)
{
    char *path = reference_path("traces/lenet5_mnist.h5");
    if (access(path, R_OK) != 0) {
        printf("test_activations: 2 cases skipped (no reference data)\n");
        return 0;
    }
    free(path);
    Suite *suite = suite_create("activations");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, scratch_make, scratch_remove);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, densities_are_as_published);
    tcase_add_test(all, the_chip_runs_the_trace_and_computes_no_neuron);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
