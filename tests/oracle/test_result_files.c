/* Invariant 7 on the files of a real run: they say what made them, and their numbers agree with each other. */
#include "models/chip_config.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tools/file/h5.h"
#include "tools/file/sha256.h"
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHIP "tests/support/chips/tiny-sparse.yaml"
#define NETWORK "traces/digits/digits.nir"
#define INPUT "traces/digits/test-spikes.h5"
#define LOSSY "--set core.event_queue.depth=2 --set core.event_queue.policy=drop"

static char directory[] = "/tmp/npusim-test-XXXXXX";
static json_t *summary;
static struct h5 *result;
static struct diagnostics diagnostics;

static char *in_directory(const char *name) { return memory_format("%s/%s", directory, name); }

static void run_npusim(void)
{
    const char *npusim = getenv("NPUSIM");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    char *command = memory_format("%s run --chip " CHIP " --network " NETWORK " --input " INPUT
                                  " --samples 3 --seed 11 " LOSSY " --out %s --quiet",
                                  npusim ? npusim : "build/npusim", directory);
    ck_assert_int_eq(system(command), 0);
    free(command);
    char *json = in_directory("summary.json"), *h5 = in_directory("result.h5");
    summary = json_load_file(json, 0, NULL);
    ck_assert_ptr_nonnull(summary);
    ck_assert(h5_open(h5, &result, &diagnostics));
    free(json);
    free(h5);
}

static void clean_up(void)
{
    static const char *const files[] = {"summary.json", "result.h5", "report.html"};
    json_decref(summary);
    h5_close(result);
    for (int i = 0; i < 3; i++) {
        char *path = in_directory(files[i]);
        ck_assert_int_eq(unlink(path), 0);
        free(path);
    }
    ck_assert_int_eq(rmdir(directory), 0);
}

static const char *provenance(const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(summary, "provenance"), key));
    ck_assert_msg(text != NULL, "provenance.%s", key);
    return text;
}

static void same_in_h5(const char *key)
{
    char *text;
    ck_assert(h5_attribute_string(result, "/provenance", key, &text, &diagnostics));
    ck_assert_str_eq(text, provenance(key));
    free(text);
}

START_TEST(both_files_say_what_made_them)
{
    char sum[65], *seed;
    same_in_h5("version");
    same_in_h5("command");
    same_in_h5("config_sha256");
    same_in_h5("network_sha256");
    same_in_h5("input_sha256");
    same_in_h5("state_hash");
    ck_assert_str_eq(provenance("version"), NPUSIM_VERSION);
    ck_assert(sha256_path(NETWORK, sum, &diagnostics));
    ck_assert_str_eq(provenance("network_sha256"), sum);
    ck_assert(sha256_path(INPUT, sum, &diagnostics));
    ck_assert_str_eq(provenance("input_sha256"), sum);
    ck_assert(h5_attribute_string(result, "/provenance", "seed", &seed, &diagnostics));
    ck_assert_str_eq(seed, "11");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(summary, "provenance"), "seed")), 11);
    ck_assert_ptr_nonnull(strstr(provenance("command"), LOSSY));
    free(seed);
}
END_TEST

START_TEST(the_configuration_is_resolved_key_by_key)
{
    static const struct parameter_override overrides[] = {{"core.event_queue.depth=2"},
                                                          {"core.event_queue.policy=drop"}};
    struct chip_config config;
    char sum[65];
    uint32_t lines = 0;
    ck_assert(chip_config_load(CHIP, overrides, 2, &config, &diagnostics));
    char *text = chip_config_text(&config), *rest = text;
    sha256_text(text, sum);
    ck_assert_str_eq(provenance("config_sha256"), sum);
    for (char *line; (line = strtok_r(rest, "\n", &rest)) != NULL; lines++) {
        char *value = strstr(line, ": "), *kept;
        ck_assert_ptr_nonnull(value);
        *value = '\0';
        value += 2 + (value[2] == '"'); /* texts are quoted in the chip file */
        ck_assert_msg(h5_attribute_string(result, "/config", line, &kept, &diagnostics), "%s", line);
        ck_assert_msg(strncmp(value, kept, strlen(kept)) == 0, "%s: \"%s\", expected \"%s\"", line, kept, value);
        free(kept);
    }
    ck_assert_uint_gt(lines, 40);
    free(text);
    chip_config_free(&config);
}
END_TEST

static int64_t sum_of(const char *dataset)
{
    int64_t *values, sum = 0;
    struct h5_shape shape;
    ck_assert(h5_read_int64(result, dataset, 1u << 20, &values, &shape, &diagnostics));
    for (uint64_t i = 0; i < shape.size[0]; i++)
        sum += values[i];
    free(values);
    return sum;
}

static int64_t count(const char *key)
{
    return json_integer_value(json_object_get(json_object_get(summary, "counts"), key));
}

START_TEST(what_was_dropped_is_reported_and_the_cores_agree)
{
    ck_assert_int_gt(count("dropped"), 0);
    ck_assert_int_eq(count("dropped"), sum_of("/components/core/events_dropped"));
    ck_assert_int_eq(sum_of("/components/core/events_in"),
                     sum_of("/components/core/queue_writes") + count("dropped"));
    ck_assert_int_eq(sum_of("/components/core/events_in") + sum_of("/components/host/events_out"),
                     sum_of("/components/core/packets") + sum_of("/components/host/packets"));
    ck_assert_int_eq(count("spikes"), sum_of("/components/core/spikes"));
    ck_assert_int_eq(count("synaptic_events"), sum_of("/components/core/synaptic_events"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("result files");
    TCase *cases = tcase_create("result files");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, run_npusim, clean_up);
    tcase_add_test(cases, both_files_say_what_made_them);
    tcase_add_test(cases, the_configuration_is_resolved_key_by_key);
    tcase_add_test(cases, what_was_dropped_is_reported_and_the_cores_agree);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
