/* Each platform's published trace of one neuron under its preset (Pedersen et al., "Neuromorphic intermediate
 * representation", Nature Communications 15, 8122, 2024): spikes equal, potential within 1e-6 of the graph's units. */
#include "sim/memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/read/read.h"
#include "tools/reference/reference.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEPS 1000
#define DT_S 1e-4

static char *lif_path(const char *name)
{
    return memory_format("%s/networks/nir/lif/%s", reference_root(), name);
}

/* `factor`: what the platform recorded for one graph unit (spinnaker2: its weight is quantised). */
static const struct {
    const char *preset;
    double factor;
} platforms[] = {{"exact", 1}, {"norse", 1}, {"nengo", 10}, {"snntorch", 25}, {"spinnaker2", 24.9951}};
#define PLATFORMS (int)(sizeof platforms / sizeof platforms[0])

static double columns[STEPS][3]; /* input, potential, spike */

static void read_columns(const char *preset)
{
    char *name = memory_format("lif_%s.csv", preset), *path = lif_path(name);
    FILE *file = fopen(path, "r");
    ck_assert(file);
    for (int step = 0; step < STEPS; step++)
        ck_assert_int_eq(fscanf(file, "%lf,%lf,%lf", &columns[step][0], &columns[step][1], &columns[step][2]), 3);
    fclose(file);
    free(path);
    free(name);
}

struct trace {
    struct network network;
    struct reference_result result;
    struct diagnostics problems;
};

static void run(struct trace *t, const char *text)
{
    struct spike_event events[STEPS];
    struct spike_sample sample = {.name = "lif", .label = -1, .steps = STEPS, .events = events};
    struct spike_batch batch = {.path = "lif", .inputs = 1, .count = 1, .samples = &sample};
    struct semantics semantics;
    char *path = lif_path("lif_norse.nir");
    for (uint32_t step = 0; step < STEPS; step++)
        if (columns[step][0] != 0.0)
            events[sample.count++] = (struct spike_event){step, 0, (float)columns[step][0]};
    ck_assert(network_read(path, &t->network, &t->problems));
    ck_assert(semantics_parse(text, &semantics, &t->problems));
    struct reference_options options = {.semantics = &semantics, .dt_s = DT_S, .keep_potentials = true};
    bool good = reference_run(&t->network, &batch, &options, &t->result, &t->problems);
    ck_assert_msg(good, "%s", t->problems.count ? t->problems.message[0] : "?");
    free(path);
}

static void trace_free(struct trace *t)
{
    reference_free(&t->result);
    network_free(&t->network);
    diagnostics_free(&t->problems);
}

START_TEST(each_platforms_trace_is_its_presets)
{
    struct trace t = {0};
    double worst = 0.0;
    read_columns(platforms[_i].preset);
    run(&t, platforms[_i].preset);
    const struct reference_sample *sample = &t.result.samples[0];
    for (int step = 0; step < STEPS; step++) {
        double graph = columns[step][1] / platforms[_i].factor;
        worst = fmax(worst, fabs((double)sample->potentials[step] - graph));
        ck_assert_double_eq(sample->output_values[step], columns[step][2]);
    }
    printf("  %-10s 4 spikes, largest difference of potential %.2g\n", platforms[_i].preset, worst);
    ck_assert_uint_eq(sample->spike_count, 4);
    ck_assert_msg(worst <= 1e-6, "%s: largest difference of potential %g", platforms[_i].preset, worst);
    trace_free(&t);
}
END_TEST

START_TEST(exact_spikes_come_at_the_published_times)
{
    static const double times_ms[] = {46.084386, 51.089752, 71.091961, 76.090890};
    struct trace t = {0};
    read_columns("exact");
    run(&t, "exact");
    const struct reference_sample *sample = &t.result.samples[0];
    ck_assert_uint_eq(sample->spike_count, 4);
    for (int i = 0; i < 4; i++) {
        double ms = 1e3 * DT_S * ((double)sample->spikes[i].step + (double)sample->offsets[i]);
        ck_assert_msg(fabs(ms - times_ms[i]) <= 1e-5, "spike %d at %.7f ms, expected %.6f", i, ms, times_ms[i]);
    }
    trace_free(&t);
}
END_TEST

int main(void)
{
    char *path = lif_path("lif_norse.nir");
    if (access(path, R_OK) != 0) {
        printf("test_platform_traces: %d cases skipped (no reference data)\n", PLATFORMS + 1);
        return 0;
    }
    free(path);
    Suite *suite = suite_create("platform_traces");
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, each_platforms_trace_is_its_presets, 0, PLATFORMS);
    tcase_add_test(all, exact_spikes_come_at_the_published_times);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
