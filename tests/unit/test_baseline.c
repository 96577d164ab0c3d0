/* The accelerator model: sums done by hand, laws, and measured products (LLMCompass, NeuSight), their error printed. */
#include "models/baseline/accelerator.h"
#include "sim/memory.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "configs/accelerator/"
static const char *const files[] = {FOLDER "a100-sxm-80gb.yaml",  FOLDER "a100-sxm-40gb.yaml", FOLDER "h100-sxm.yaml",
                                    FOLDER "h100-pcie.yaml",      FOLDER "h200-sxm.yaml",
                                    FOLDER "a100-pcie-40gb.yaml", FOLDER "a100-pcie-80gb.yaml"};
#define FILES ((int)(sizeof files / sizeof files[0]))

static struct accelerator *load(const char *path)
{
    struct diagnostics diagnostics = {0};
    struct accelerator *accelerator;
    bool fine = accelerator_load(path, &accelerator, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    ck_assert(fine);
    return accelerator;
}

static struct work_operator product(double m, double n, double k, double groups)
{
    return (struct work_operator){.kind = OPERATOR_MATRIX, .m = m, .n = n, .k = k, .groups = groups,
                                  .weight_items = n * k * groups, .input_items = m * k * groups,
                                  .output_items = m * n * groups};
}

static struct work_operator update(double neurons)
{
    return (struct work_operator){.kind = OPERATOR_ELEMENTWISE, .elements = neurons, .operations_per_element = 5,
                                  .input_items = neurons, .output_items = neurons, .neuron = true,
                                  .state_items = neurons};
}

static struct baseline_result estimate(const struct accelerator *accelerator, struct work_operator *operators,
                                       uint32_t count, enum baseline_mode mode, uint32_t batch)
{
    struct work work = {.count = count, .operators = operators, .steps = 20};
    struct baseline_result result;
    baseline_estimate(accelerator, &work, mode, PRECISION_FP16, batch, &result);
    return result;
}

static void assert_close(double a, double b, double relative)
{
    ck_assert_msg(fabs(a - b) <= relative * fmax(fabs(a), fabs(b)), "%.15g is not %.15g", a, b);
}

/* 108 tiles of 256x128 on 108 units: one wave. */
START_TEST(a_product_that_fills_the_units_once_runs_at_the_peak_times_efficiency)
{
    struct accelerator *a100 = load(files[0]);
    struct work_operator op = product(256 * 12, 128 * 9, 8192, 1);
    struct baseline_result result = estimate(a100, &op, 1, BASELINE_ANN, 1);
    double operations = 2.0 * 256 * 12 * 128 * 9 * 8192;
    assert_close(result.arithmetic_s, operations / (312e12 * 0.93), 1e-9);
    assert_close(result.launch_s, 48e-6, 1e-9);
    ck_assert(result.memory_s == 0);
    op.n += 1; /* one column more is 12 tiles more and a second wave, which smaller tiles can only soften */
    struct baseline_result more = estimate(a100, &op, 1, BASELINE_ANN, 1);
    ck_assert(more.arithmetic_s > 1.05 * result.arithmetic_s);
    accelerator_free(a100);
}
END_TEST

START_TEST(a_single_row_is_bound_by_reading_its_weights)
{
    struct accelerator *a100 = load(files[0]);
    struct work_operator op = product(1, 12288, 12288, 1);
    struct baseline_result result = estimate(a100, &op, 1, BASELINE_ANN, 1);
    double bytes = 2.0 * (12288.0 * 12288 + 2 * 12288);
    assert_close(result.memory_s, bytes / (2039e9 * 0.78), 1e-9);
    ck_assert(result.arithmetic_s == 0);
    assert_close(result.latency_s, result.memory_s + 48e-6, 1e-9);
    double above = 2.0 * 12288 * 12288 * (400 - 88.1) / 19.5e12 + bytes * (31.2 + 60.4) * 1e-12;
    assert_close(result.power_w, 88.1 + above / result.latency_s, 1e-9);
    assert_close(result.energy_j, result.power_w * result.latency_s, 1e-12);
    accelerator_free(a100);
}
END_TEST

START_TEST(a_tiny_network_at_batch_1_is_bound_by_launches)
{
    struct accelerator *accelerator = load(files[_i]);
    struct work_operator operators[] = {product(1, 64, 64, 1), update(64), product(1, 10, 64, 1), update(10)};
    for (int mode = BASELINE_ANN; mode <= BASELINE_SNN; mode++) {
        struct baseline_result result = estimate(accelerator, operators, 4, (enum baseline_mode)mode, 1);
        ck_assert_msg(result.launch_s > 0.95 * result.latency_s, "%s: %g of %g s", result.name, result.launch_s,
                      result.latency_s);
        ck_assert(result.power_w < 0.5 * accelerator->power_limit.value);
    }
    accelerator_free(accelerator);
}
END_TEST

/* Up to where activations leave the cache. */
START_TEST(a_larger_batch_takes_longer_but_less_energy_a_sample)
{
    struct accelerator *accelerator = load(files[_i]);
    struct work_operator operators[] = {product(196, 64, 288, 1), update(64 * 196), product(1, 10, 3136, 1)};
    struct baseline_result before = estimate(accelerator, operators, 3, BASELINE_SNN, 1);
    for (uint32_t batch = 2; batch <= 256; batch *= 2) {
        struct baseline_result result = estimate(accelerator, operators, 3, BASELINE_SNN, batch);
        ck_assert(result.latency_s >= before.latency_s);
        ck_assert(result.energy_j < before.energy_j);
        ck_assert(result.power_w <= accelerator->power_limit.value);
        before = result;
    }
    accelerator_free(accelerator);
}
END_TEST

START_TEST(time_is_the_sum_of_its_parts_and_snn_takes_a_pass_a_step)
{
    struct accelerator *a100 = load(files[0]);
    struct work_operator operators[] = {product(64, 512, 512, 1), update(512 * 64)};
    struct baseline_result ann = estimate(a100, operators, 2, BASELINE_ANN, 1);
    struct baseline_result snn = estimate(a100, operators, 2, BASELINE_SNN, 1);
    assert_close(snn.latency_s, snn.launch_s + snn.arithmetic_s + snn.memory_s, 1e-12);
    assert_close(snn.launch_s, 20e-6 + 20 * 41.1e-6, 1e-9);
    ck_assert(snn.latency_s > 10 * ann.latency_s);
    ck_assert_str_eq(baseline_mode_name(snn.mode), "snn");
    ck_assert_str_eq(precision_name(snn.precision), "fp16");
    accelerator_free(a100);
}
END_TEST

START_TEST(weights_that_fit_the_cache_are_read_from_memory_once)
{
    struct accelerator *a100 = load(files[0]);
    struct work_operator fits = product(1, 4096, 4096, 1), large = product(1, 8192, 8192, 1);
    struct baseline_result small = estimate(a100, &fits, 1, BASELINE_SNN, 1);
    struct baseline_result big = estimate(a100, &large, 1, BASELINE_SNN, 1);
    double small_bytes = 2.0 * (4096.0 * 4096 + 8192), big_bytes = 2.0 * (8192.0 * 8192 + 16384);
    assert_close(small.memory_s, small_bytes / 0.78 * (1 / 2039e9 + 19 / 7219e9), 1e-9);
    assert_close(big.memory_s, 20 * big_bytes / 0.78 / 2039e9, 1e-9);
    accelerator_free(a100);
}
END_TEST

/* ---- files ---- */

START_TEST(every_accelerator_value_has_a_source)
{
    struct accelerator *accelerator = load(files[_i]);
    uint32_t assumed, all;
    accelerator_sources(accelerator, &assumed, &all);
    printf("baseline: %s: %u of %u values assumed\n", accelerator_name(accelerator), assumed, all);
    ck_assert_uint_eq(all, 25);
    ck_assert(assumed > 0 && assumed < all);
    ck_assert(accelerator_has_precision(accelerator, PRECISION_FP16));
    accelerator_free(accelerator);
}
END_TEST

START_TEST(idle_power_that_nobody_published_says_so)
{
    struct accelerator *h200 = load(FOLDER "h200-sxm.yaml");
    ck_assert(strncmp(h200->power_idle.source, "assumed: as H100", strlen("assumed: as H100")) == 0);
    accelerator_free(h200);
}
END_TEST

static bool load_text(const char *text, struct accelerator **out, struct diagnostics *diagnostics)
{
    char path[] = "/tmp/test_baseline_XXXXXX";
    int handle = mkstemp(path);
    ck_assert(handle >= 0);
    ck_assert(write(handle, text, strlen(text)) == (ssize_t)strlen(text));
    close(handle);
    bool fine = accelerator_load(path, out, diagnostics);
    unlink(path);
    return fine;
}

/* The A100 file with the first `old` after `key` replaced. */
static char *changed(const char *key, const char *old, const char *new)
{
    FILE *file = fopen(files[0], "r");
    ck_assert_ptr_nonnull(file);
    char *text = memory_array(65536, 1);
    ck_assert(fread(text, 1, 65535, file) > 0);
    fclose(file);
    char *place = strstr(strstr(text, key), old);
    ck_assert_ptr_nonnull(place);
    char *result = memory_format("%.*s%s%s", (int)(place - text), text, new, place + strlen(old));
    free(text);
    return result;
}

static void assert_rejected(const char *key, const char *old, const char *new, const char *message)
{
    char *text = changed(key, old, new);
    struct diagnostics diagnostics = {0};
    struct accelerator *accelerator;
    ck_assert(!load_text(text, &accelerator, &diagnostics));
    ck_assert_ptr_null(accelerator);
    ck_assert(diagnostics_mention(&diagnostics, message));
    diagnostics_free(&diagnostics);
    free(text);
}

START_TEST(an_accelerator_file_with_a_mistake_is_rejected_with_its_name)
{
    assert_rejected("\nmemory:", "value: 2039\n", "value: 2039e9\n", "memory.bandwidth");
    assert_rejected("\nmemory:", "unit: \"GB/s\"", "unit: \"B/s\"", "memory.bandwidth");
    assert_rejected("\nefficiency:", "value: 0.93\n", "value: 93\n", "efficiency.matrix");
    assert_rejected("\npeak:", "source: \"NVIDIA data sheet (recalled; verify)\"", "source: \"unknown\"", "peak.fp32");
    assert_rejected("  at_peak:", "value: 400\n", "value: 500\n", "at_peak");
    assert_rejected("\npeak:", "  tf32:", "  tf23:", "tf23");
}
END_TEST

START_TEST(an_unknown_peak_is_a_precision_the_part_does_not_offer)
{
    char *text = changed("  int8:", "value: 624\n    unit: \"Top/s\"\n    source: \"NVIDIA",
                         "value: 0\n    unit: \"Top/s\"\n    source: \"unknown: NVIDIA");
    struct diagnostics diagnostics = {0};
    struct accelerator *accelerator;
    ck_assert(load_text(text, &accelerator, &diagnostics));
    ck_assert(!accelerator_has_precision(accelerator, PRECISION_INT8));
    ck_assert(accelerator_has_precision(accelerator, PRECISION_FP32));
    accelerator_free(accelerator);
    diagnostics_free(&diagnostics);
    free(text);
}
END_TEST

/* ---- measured ---- */

static FILE *open_reference(const char *name)
{
    const char *reference = getenv("REFERENCE");
    char *path = memory_format("%s/physics/%s", reference ? reference : "../shared/reference", name);
    FILE *file = fopen(path, "r");
    free(path);
    if (file == NULL)
        printf("baseline: 1 case skipped (no reference data)\n");
    return file;
}

struct errors {
    double model, roofline; /* sums of |predicted / measured - 1| */
    int count;
};

static void compare(const struct accelerator *accelerator, enum baseline_precision precision, struct work_operator op,
                    double measured_s, struct errors *errors)
{
    struct work work = {.count = 1, .operators = &op, .steps = 1};
    struct baseline_result result;
    baseline_estimate(accelerator, &work, BASELINE_ANN, precision, 1, &result);
    double predicted = result.latency_s - accelerator->launch_pass.value * 1e-6;
    double bytes = (op.weight_items + op.input_items + op.output_items) * (precision == PRECISION_FP16 ? 2 : 4);
    double roofline = fmax(2 * op.m * op.n * op.k * op.groups / (accelerator->peak[precision].value * 1e12),
                           bytes / (accelerator->memory_bandwidth.value * 1e9));
    errors->model += fabs(predicted / measured_s - 1);
    errors->roofline += fabs(roofline / measured_s - 1);
    errors->count++;
}

static void judge(const char *what, const struct errors *errors, double limit)
{
    double model = 100 * errors->model / errors->count, roofline = 100 * errors->roofline / errors->count;
    printf("baseline: %s: mean error %.1f %% over %d products (plain roofline %.1f %%)\n", what, model, errors->count,
           roofline);
    ck_assert_msg(model < limit && model < roofline, "%s: mean error %g %%", what, model);
}

/* Launch and efficiency were read off three of these rows, so this is a check of the form, not a prediction. */
START_TEST(fp16_products_on_a100_are_as_measured_by_llmcompass)
{
    FILE *file = open_reference("llmcompass/matmul_A100.csv");
    if (file == NULL)
        return;
    struct accelerator *a100 = load(files[0]);
    struct errors errors = {0};
    double m, n, k, milliseconds, rate;
    while (fscanf(file, " %lf, %lf, %lf, %lfms, %lfTflops", &m, &n, &k, &milliseconds, &rate) == 5)
        compare(a100, PRECISION_FP16, product(m, n, k, 1), milliseconds * 1e-3, &errors);
    fclose(file);
    ck_assert_int_eq(errors.count, 20);
    judge("A100 SXM 80GB, fp16 (LLMCompass)", &errors, 10);
    accelerator_free(a100);
}
END_TEST

static const struct {
    const char *csv, *device, *config, *what;
    double limit;
} measured[] = {
    {"neusight/linear_fp32_A100_L4.csv", "NVIDIA A100-PCIE-40GB", FOLDER "a100-pcie-40gb.yaml",
     "A100 PCIe 40GB, fp32 linear (NeuSight, not fitted)", 20},
    {"neusight/linear_fp32_A100_L4.csv", "NVIDIA A100 80GB PCIe", FOLDER "a100-pcie-80gb.yaml",
     "A100 PCIe 80GB, fp32 linear (NeuSight, not fitted)", 15},
    {"neusight/bmm_fp32_A100_L4.csv", "NVIDIA A100-PCIE-40GB", FOLDER "a100-pcie-40gb.yaml",
     "A100 PCIe 40GB, fp32 batched (NeuSight, not fitted)", 25},
    {"neusight/bmm_fp32_A100_L4.csv", "NVIDIA A100 80GB PCIe", FOLDER "a100-pcie-80gb.yaml",
     "A100 PCIe 80GB, fp32 batched (NeuSight, not fitted)", 25},
};

START_TEST(fp32_products_on_a100_are_near_what_neusight_measured)
{
    FILE *file = open_reference(measured[_i].csv);
    if (file == NULL)
        return;
    struct accelerator *accelerator = load(measured[_i].config);
    struct errors errors = {0};
    char line[1024];
    size_t device = strlen(measured[_i].device);
    while (fgets(line, sizeof line, file) != NULL) {
        double groups, m, n, k, milliseconds;
        if (strncmp(line, measured[_i].device, device) != 0 ||
            sscanf(line + device, ",%lf,%lf,%lf,%lf,%lf", &groups, &m, &n, &k, &milliseconds) != 5)
            continue;
        compare(accelerator, PRECISION_FP32, product(m, n, k, groups), milliseconds * 1e-3, &errors);
    }
    fclose(file);
    ck_assert_int_gt(errors.count, 1000);
    judge(measured[_i].what, &errors, measured[_i].limit);
    accelerator_free(accelerator);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("baseline");
    TCase *tests = tcase_create("baseline");
    tcase_add_test(tests, a_product_that_fills_the_units_once_runs_at_the_peak_times_efficiency);
    tcase_add_test(tests, a_single_row_is_bound_by_reading_its_weights);
    tcase_add_loop_test(tests, a_tiny_network_at_batch_1_is_bound_by_launches, 0, FILES);
    tcase_add_loop_test(tests, a_larger_batch_takes_longer_but_less_energy_a_sample, 0, FILES);
    tcase_add_test(tests, time_is_the_sum_of_its_parts_and_snn_takes_a_pass_a_step);
    tcase_add_test(tests, weights_that_fit_the_cache_are_read_from_memory_once);
    tcase_add_loop_test(tests, every_accelerator_value_has_a_source, 0, FILES);
    tcase_add_test(tests, idle_power_that_nobody_published_says_so);
    tcase_add_test(tests, an_accelerator_file_with_a_mistake_is_rejected_with_its_name);
    tcase_add_test(tests, an_unknown_peak_is_a_precision_the_part_does_not_offer);
    tcase_add_test(tests, fp16_products_on_a100_are_as_measured_by_llmcompass);
    tcase_add_loop_test(tests, fp32_products_on_a100_are_near_what_neusight_measured, 0, 4);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
