/* How far the accelerator model is off: the file, the ranges, and measurements of the very same network. */
#include "models/baseline/accelerator.h"
#include "sim/memory.h"
#include "tools/calibrate/measured_network.h"
#include "tools/compile/compile.h"
#include "tools/file/file.h"
#include "tools/read/read.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define H100 "configs/accelerator/h100-sxm.yaml"
#define L4 "configs/accelerator/l4.yaml"
#define UNSEEN "configs/accelerator/errors/unseen.yaml"

START_TEST(a_range_holds_what_is_off_by_the_error_and_ends_where_the_error_ends)
{
    struct baseline_range range = baseline_range(30, 0.5);
    ck_assert(fabs(30 / range.low - 1.5) < 1e-12 && fabs(30 / range.high - 0.5) < 1e-12);
    range = baseline_range(30, 2);
    ck_assert(fabs(range.low - 10) < 1e-12 && isinf(range.high));
    range = baseline_range(30, NAN);
    ck_assert(range.low == 30 && range.high == 30);
}
END_TEST

static struct accelerator *load(const char *path)
{
    struct diagnostics diagnostics = {0};
    struct accelerator *accelerator;
    bool fine = accelerator_load(path, &accelerator, &diagnostics);
    diagnostics_print(&diagnostics);
    ck_assert(fine);
    return accelerator;
}

START_TEST(an_estimate_carries_the_error_of_its_mode)
{
    struct accelerator *part = load(H100);
    struct work_operator op = {.kind = OPERATOR_MATRIX, .m = 1, .n = 8, .k = 8, .groups = 1};
    struct work work = {.count = 1, .operators = &op, .steps = 4};
    for (int mode = 0; mode < BASELINE_MODES; mode++) {
        struct baseline_result row;
        double latency = part->error.latency[mode].value / 100, power = part->error.power.value / 100;
        baseline_estimate(part, &work, (enum baseline_mode)mode, PRECISION_FP16, 1, &row);
        ck_assert(row.latency_error > 0 && row.latency_error == latency);
        ck_assert(fabs(row.energy_error - sqrt(latency * latency + power * power)) < 1e-12);
        ck_assert(fabs(row.idle_w - 70.1) < 1e-12);
        ck_assert(row.measurement.latency_s == 0);
    }
    accelerator_free(part);
}
END_TEST

/* The file with `old` become `new`, loaded. */
static bool loads_with(const char *old, const char *new, struct model_error *out, struct diagnostics *diagnostics)
{
    unsigned char *text;
    size_t size;
    ck_assert(file_read(UNSEEN, 65536, &text, &size, diagnostics));
    char *place = strstr((char *)text, old);
    ck_assert_ptr_nonnull(place);
    char *changed = memory_format("%.*s%s%s", (int)(place - (char *)text), (char *)text, new, place + strlen(old));
    char path[] = "/tmp/npusim-error-XXXXXX";
    int file = mkstemp(path);
    ck_assert(file >= 0 && close(file) == 0 && file_write_text(path, changed, diagnostics));
    bool fine = model_error_load(path, out, diagnostics);
    unlink(path);
    free(changed);
    free(text);
    return fine;
}

START_TEST(an_error_that_nobody_measured_is_unknown_and_a_number_has_a_source)
{
    struct diagnostics diagnostics = {0};
    struct model_error error;
    ck_assert(loads_with("latency.ann:", "latency.ann: {value: 0, unit: \"%\", source: \"unknown\"}\n#", &error,
                         &diagnostics));
    ck_assert(isnan(model_error_latency(&error, BASELINE_ANN)) && isnan(model_error_energy(&error, BASELINE_ANN)));
    ck_assert(model_error_latency(&error, BASELINE_SNN) > 0);
    char *text = model_error_text(&error);
    ck_assert(strstr(text, "latency.ann: {value: 0, unit: \"%\", source: \"unknown\"}") != NULL);
    free(text);
    model_error_free(&error);
    ck_assert(!loads_with("latency.ann:", "latency.ann: {value: 0, unit: \"%\", source: \"x\"}\n#", &error, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "latency.ann is 0 %, expected a positive number"));
    model_error_free(&error);
    ck_assert(!loads_with("latency.ann-graph:", "latency.graph:", &error, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "latency.ann-graph"));
    diagnostics_free(&diagnostics);
}
END_TEST

/* What is measured of the digits network on a part, in `mode`, where the run has `steps` timesteps. */
static struct baseline_measurement measured_of(const char *path, enum baseline_mode mode, uint32_t steps, uint32_t batch)
{
    struct diagnostics diagnostics = {0};
    struct accelerator *part = load(path);
    struct measured measured;
    struct work work;
    struct baseline_result row;
    ck_assert(work_read("traces/digits/digits.nir", steps, &work, &diagnostics));
    ck_assert(measured_networks_read(path, part, &measured, &diagnostics));
    baseline_estimate(part, &work, mode, PRECISION_FP16, batch, &row);
    measured_network_fill(&measured, &work, &row);
    measured_free(&measured);
    work_free(&work);
    accelerator_free(part);
    return row.measurement;
}

START_TEST(the_very_same_network_is_found_among_the_measured)
{
    struct baseline_measurement found = measured_of(H100, BASELINE_ANN_GRAPH, 16, 1);
    ck_assert(found.latency_s == 1.7786e-05 && found.power_w == 152.6467);
    ck_assert(fabs(found.energy_j - 152.6467 * 8.582351e-06) < 1e-12);
    found = measured_of(H100, BASELINE_SNN_FUSED, 32, 256);
    ck_assert(found.latency_s == 3.2761e-05 && fabs(found.energy_j - 190.4392 * 2.339889e-05 / 256) < 1e-12);
    found = measured_of(H100, BASELINE_SNN_LAYER, 32, 1);
    ck_assert(found.latency_s == 8.6674e-05 && isnan(found.energy_j) && isnan(found.power_w));
}
END_TEST

START_TEST(a_network_that_is_not_the_same_has_no_measurement)
{
    struct baseline_measurement none = measured_of(H100, BASELINE_SNN_FUSED, 16, 1);
    ck_assert(none.latency_s == 0 && none.other_steps == 32);
    ck_assert(measured_of(H100, BASELINE_ANN_GRAPH, 16, 2).latency_s == 0);
    ck_assert(measured_of(L4, BASELINE_ANN_GRAPH, 16, 1).latency_s == 0);
    struct accelerator *part = load(H100);
    struct diagnostics diagnostics = {0};
    struct measured measured;
    struct work work;
    struct baseline_result row;
    ck_assert(work_read("traces/digits/digits.nir", 32, &work, &diagnostics));
    ck_assert(measured_networks_read(H100, part, &measured, &diagnostics));
    for (uint32_t i = 0; i < work.count; i++) { /* each layer alone is another network */
        double outputs = work.operators[i].output_items;
        work.operators[i].output_items += 1;
        baseline_estimate(part, &work, BASELINE_ANN_GRAPH, PRECISION_FP16, 1, &row);
        measured_network_fill(&measured, &work, &row);
        ck_assert(row.measurement.latency_s == 0);
        work.operators[i].output_items = outputs;
    }
    measured_free(&measured);
    work_free(&work);
    accelerator_free(part);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_error");
    TCase *tests = tcase_create("model_error");
    tcase_add_test(tests, a_range_holds_what_is_off_by_the_error_and_ends_where_the_error_ends);
    tcase_add_test(tests, an_estimate_carries_the_error_of_its_mode);
    tcase_add_test(tests, an_error_that_nobody_measured_is_unknown_and_a_number_has_a_source);
    tcase_add_test(tests, the_very_same_network_is_found_among_the_measured);
    tcase_add_test(tests, a_network_that_is_not_the_same_has_no_measurement);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
