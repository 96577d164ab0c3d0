/* The published Keras networks: their accuracy as networks, as spiking networks after 32 steps, and on a chip. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHIP_SAMPLES 500

static const struct {
    const char *name;
    int right; /* of 5000, as published for this folder: 97.20 % and 93.72 % */
} networks[] = {{"snntb_mlp_98.15.h5", 4860}, {"snntb_tinycnn_w03-0.95.h5", 4686}};

/* Right answers of the row that begins with `name`. */
static int row(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    int right = -1;
    ck_assert_msg(at && sscanf(at + strlen(name), "%d of 5000", &right) == 1, "no row '%s' in %s", name, text);
    return right;
}

static void convert(int i, struct command_result *result)
{
    char *line = memory_format("convert --network %s/networks/ann/%s --calibration %s/spikes/mnist/"
                               "first5000-images-idx3-ubyte.gz --input %s/spikes/mnist/first5000-images-idx3-ubyte.gz "
                               "--labels %s/spikes/mnist/first5000-labels-idx1-ubyte.gz --out @/snn.nir", reference_root(),
                               networks[i].name, reference_root(), reference_root(), reference_root());
    *result = command_run(line);
    ck_assert_msg(result->status == 0, "%s", result->error);
    free(line);
}

static void check_chip(void)
{
    char *line = memory_format("run --chip %%/configs/chip/rain.yaml --network @/snn.nir --input %s/spikes/mnist/"
                               "first5000-images-idx3-ubyte.gz --labels %s/spikes/mnist/first5000-labels-idx1-ubyte.gz "
                               "--samples %d --coding analog --steps 32 --dt 0.001 --semantics snntorch,reset=subtract "
                               "--json", reference_root(), reference_root(), CHIP_SAMPLES);
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s", result.error);
    json_t *summary = json_loads(result.out, 0, NULL);
    double chip = json_number_value(json_object_get(summary, "accuracy"));
    double reference = json_number_value(json_object_get(summary, "reference_accuracy"));
    printf("  on rain.yaml, %d samples: %.2f %%, reference %.2f %%\n", CHIP_SAMPLES, 100 * chip, 100 * reference);
    ck_assert_double_lt(fabs(chip - reference), 0.0101);
    ck_assert_double_gt(reference, 0.9);
    json_decref(summary);
    command_free(&result);
    free(line);
}

START_TEST(accuracy_is_as_published_and_kept_by_conversion_and_chip)
{
    struct command_result result;
    convert(_i, &result);
    int network = row(result.out, "float"), spiking = row(result.out, "32 steps");
    printf("  %s: %.2f %%, as spikes after 32 steps %.2f %%\n", networks[_i].name, network / 50.0, spiking / 50.0);
    ck_assert_int_eq(network, networks[_i].right);
    ck_assert_int_le(abs(network - spiking), 25);           /* half a point */
    ck_assert_int_lt(row(result.out, "1 step"), spiking);   /* the table is not one number */
    command_free(&result);
    check_chip();
}
END_TEST

int main(void)
{
    char *path = memory_format("%s/networks/ann/%s", reference_root(), networks[0].name);
    if (access(path, R_OK) != 0) {
        printf("test_keras: 2 cases skipped (no reference data)\n");
        return 0;
    }
    free(path);
    Suite *suite = suite_create("keras");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, scratch_make, scratch_remove);
    tcase_set_timeout(all, 300);
    tcase_add_loop_test(all, accuracy_is_as_published_and_kept_by_conversion_and_chip, 0, 2);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
