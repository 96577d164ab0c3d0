/* The chip files that come with the simulator, and the rows and checks behind them. */
#include "models/chip_config.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPARSE "tests/support/chips/tiny-sparse.yaml"
#define DIMC "tests/support/chips/tiny-dimc.yaml"

static struct diagnostics diagnostics;

static void clean(void)
{
    diagnostics_free(&diagnostics);
}

static struct chip_config load(const char *path)
{
    struct chip_config config;
    bool ok = chip_config_load(path, NULL, 0, &config, &diagnostics);
    ck_assert_msg(ok, "%s", ok ? "" : diagnostics.message[0]);
    return config;
}

/* Calls `check` with every .yaml file of a folder; returns how many. */
static int each_file(const char *folder, void (*check)(const char *path))
{
    int count = 0;
    DIR *directory = opendir(folder);
    ck_assert_msg(directory, "%s", folder);
    for (struct dirent *entry; (entry = readdir(directory));) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0)
            continue;
        char *path = memory_format("%s/%s", folder, entry->d_name);
        check(path);
        free(path);
        count++;
    }
    closedir(directory);
    return count;
}

static void check_loads(const char *path)
{
    struct chip_config config = load(path);
    char *technology = parameters_relative_path(config.path, config.technology);
    ck_assert_str_eq(config.path, path);
    ck_assert_msg(access(technology, R_OK) == 0, "%s: no %s", path, technology);
    free(technology);
    chip_config_free(&config);
}

START_TEST(every_chip_file_loads_and_its_technology_exists)
{
    ck_assert_int_ge(each_file("configs/chip", check_loads), 6);
    ck_assert_int_ge(each_file("tests/support/chips", check_loads), 6);
}
END_TEST

/* A line "key: value" ends with "# why" of at least a word; a line "group:" needs none. */
static void check_comments(const char *path)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    char line[256];
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        const char *colon = strchr(line, ':'), *hash = strchr(line, '#'), *text = line + strspn(line, " ");
        if (*text == '#' || *text == '\n' || strncmp(text, "base:", 5) == 0)
            continue;
        ck_assert_msg(colon && (!hash || colon < hash), "%s:%d: no key", path, number);
        bool group = colon[1 + strspn(colon + 1, " \n")] == '\0';
        ck_assert_msg(group || (hash && strlen(hash) > 6), "%s:%d: a value without its source", path, number);
    }
    fclose(file);
}

START_TEST(every_value_of_a_chip_file_says_where_it_comes_from)
{
    ck_assert_int_ge(each_file("configs/chip", check_comments), 6);
}
END_TEST

static void check_round_trip(const char *path)
{
    struct chip_config config = load(path), again;
    char *text = chip_config_text(&config), name[] = "/tmp/npusim-chip-XXXXXX";
    int descriptor = mkstemp(name);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (long)strlen(text));
    close(descriptor);
    ck_assert_msg(chip_config_load(name, NULL, 0, &again, &diagnostics), "%s", path);
    char *text_again = chip_config_text(&again);
    ck_assert_str_eq(text, text_again);
    unlink(name);
    free(text_again);
    free(text);
    chip_config_free(&again);
    chip_config_free(&config);
}

START_TEST(the_resolved_text_is_a_chip_file_again)
{
    each_file("configs/chip", check_round_trip);
    each_file("tests/support/chips", check_round_trip);
}
END_TEST

START_TEST(quotes_in_a_name_survive_the_text)
{
    const struct parameter_override override = {"name=a \"b\" \\ #c: d"};
    struct chip_config config;
    ck_assert(chip_config_load(SPARSE, &override, 1, &config, &diagnostics));
    char *text = chip_config_text(&config);
    ck_assert(strstr(text, "name: \"a \\\"b\\\" \\\\ #c: d\"\n"));
    free(text);
    chip_config_free(&config);
}
END_TEST

START_TEST(every_number_is_in_the_text)
{
    struct chip_config config = load(DIMC);
    const struct parameter_row *rows = chip_parameter_rows();
    char *text = chip_config_text(&config);
    for (const struct parameter_row *row = rows; row->key; row++) {
        if (row->type != PARAMETER_U32 || !parameters_applies(rows, row, &config))
            continue;
        uint32_t *number = (uint32_t *)(void *)((char *)&config + row->offset);
        ++*number;
        char *other = chip_config_text(&config);
        --*number;
        ck_assert_msg(strcmp(text, other) != 0, "%s", row->key);
        free(other);
    }
    free(text);
    chip_config_free(&config);
}
END_TEST

static size_t row_size(const struct parameter_row *row)
{
    return row->type == PARAMETER_BOOL ? sizeof(bool)
           : row->type == PARAMETER_DOUBLE || row->type == PARAMETER_STRING ? 8 : 4;
}

START_TEST(no_two_rows_share_a_field_or_a_key)
{
    const struct parameter_row *rows = chip_parameter_rows();
    for (const struct parameter_row *a = rows; a->key; a++)
        for (const struct parameter_row *b = rows; b != a; b++) {
            ck_assert_str_ne(a->key, b->key);
            bool apart = a->offset >= b->offset + row_size(b) || b->offset >= a->offset + row_size(a);
            ck_assert_msg(apart, "%s, %s", a->key, b->key);
        }
}
END_TEST

START_TEST(every_key_is_explained_in_the_documentation)
{
    FILE *file = fopen("docs/configuration.md", "r");
    ck_assert_ptr_nonnull(file);
    char *text = memory_array(1 << 17, 1);
    size_t size = fread(text, 1, (1 << 17) - 1, file);
    fclose(file);
    ck_assert_uint_lt(size, (1 << 17) - 1);
    for (const struct parameter_row *row = chip_parameter_rows(); row->key; row++) {
        char *quoted = memory_format("`%s`", row->key);
        ck_assert_msg(strstr(text, quoted), "%s is not in docs/configuration.md", row->key);
        ck_assert_msg(strstr(text, row->help), "docs/configuration.md does not say of %s: %s", row->key, row->help);
        free(quoted);
    }
    free(text);
}
END_TEST

static const struct {
    const char *path, *set, *key, *other;
} disagreements[] = {
    {SPARSE, "router.buffer_flits=1", "router.buffer_flits is 1, expected at least 2", "packet.value_bits"},
    {SPARSE, "packet.spike_bits=200", "router.buffer_flits is 4, expected at least 7", "packet.spike_bits"},
    {SPARSE, "host.tile=4", "host.tile is 4, expected at most 3", "mesh.columns"},
    {SPARSE, "core.neuron.lanes=65", "core.neuron.lanes is 65, expected at most 64", "core.neurons"},
    {SPARSE, "core.accumulator.bits=27", "core.neuron.fraction_bits is 6, expected at most 5", "core.accumulator.bits"},
    {SPARSE, "core.neuron.potential_bits=6", "core.neuron.fraction_bits is 6", "core.neuron.potential_bits"},
    {SPARSE, "core.accumulator.bits=7", "core.accumulator.bits is 7, expected at least 8", "core.synapse.weight_bits"},
    {SPARSE, "core.neurons=65", "core.neurons is 65, expected at most 64", "core.synapse.sparse.index_bits"},
    {SPARSE, "core.synapse.sparse.word_bits=13", "word_bits is 13, expected at least 14", "core.synapse.weight_bits"},
    {DIMC, "core.synapse.dimc.rows_per_access=129", "rows_per_access is 129, expected at most 128", "dimc.rows"},
    {DIMC, "core.axons=257", "core.axons is 257, expected at most 256", "core.synapse.dimc.arrays"},
    {DIMC, "core.neurons=65", "core.neurons is 65, expected at most 64", "core.synapse.dimc.columns"},
    {"tests/support/chips/tiny-two-chips.yaml", "core.event_queue.delay_slots=2",
     "delay_slots is 2, expected at least 3", "chips.count"},
};

START_TEST(keys_that_disagree_are_both_named)
{
    const struct parameter_override override = {disagreements[_i].set};
    struct chip_config config;
    ck_assert(!chip_config_load(disagreements[_i].path, &override, 1, &config, &diagnostics));
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert_msg(diagnostics_mention(&diagnostics, disagreements[_i].path), "%s", diagnostics.message[0]);
    ck_assert_msg(diagnostics_mention(&diagnostics, disagreements[_i].key), "%s", diagnostics.message[0]);
    ck_assert_msg(diagnostics_mention(&diagnostics, disagreements[_i].other), "%s", diagnostics.message[0]);
    ck_assert_ptr_null(config.path);
    ck_assert_ptr_null(config.name);
}
END_TEST

START_TEST(sizes_multiply)
{
    struct chip_config config = load("configs/chip/two-chips.yaml");
    ck_assert_uint_eq(chip_tiles(&config), 16);
    ck_assert_uint_eq(chip_cores(&config), 64);
    ck_assert_uint_eq(system_cores(&config), 128);
    chip_config_free(&config);
}
END_TEST

/* Davies et al., IEEE Micro 2018, Table 2 and text: what the file's comments claim to be. */
START_TEST(loihi_is_what_was_published)
{
    struct chip_config config = load("configs/chip/loihi.yaml");
    const struct core_config *core = &config.core;
    double ns = 1e9 / config.clock_hz, base = config.host.barrier_base, level = config.host.barrier_level;
    ck_assert_uint_eq(system_cores(&config), 128);
    ck_assert_uint_eq(system_cores(&config) * core->neurons_max, 131072);
    ck_assert_uint_eq(core->sparse_words * core->sparse_word_bits / 8, 128 * 1024);
    ck_assert_double_eq_tol(ns / (core->accumulator_banks * core->accumulator_ports), 3.5, 0.01);
    ck_assert_double_le(5.3, ns * core->neuron_interval / core->neuron_lanes);
    ck_assert_double_le(ns * core->neuron_interval / core->neuron_lanes, 8.4);
    ck_assert_double_eq_tol(ns * base, 113, 0.02 * 113);
    ck_assert_uint_eq(config.host.barrier_arity, 2);
    ck_assert_double_eq_tol(ns * (base + level * ceil(log2(chip_tiles(&config)))), 465, 0.02 * 465);
    chip_config_free(&config);
}
END_TEST

START_TEST(the_benchmark_chips_differ_from_loihi_in_mesh_and_placement_alone)
{
    static const char *const free_keys[] = {"name", "mesh.columns", "mesh.rows", "placement.inputs",
                                            "placement.policy"};
    struct chip_config loihi = load("configs/chip/loihi.yaml"), bench = load("configs/chip/bench-16.yaml");
    const struct parameter_row *rows = chip_parameter_rows();
    int different = 0;
    for (const struct parameter_row *row = rows; row->key; row++) {
        if (!parameters_applies(rows, row, &loihi))
            continue;
        char *a = parameters_format(row, &loihi), *b = parameters_format(row, &bench);
        bool is_free = false;
        for (size_t i = 0; i < sizeof free_keys / sizeof *free_keys; i++)
            is_free |= strcmp(row->key, free_keys[i]) == 0;
        different += strcmp(a, b) != 0;
        ck_assert_msg(is_free || strcmp(a, b) == 0, "%s", row->key);
        free(a);
        free(b);
    }
    ck_assert_int_eq(different, 5);
    ck_assert_uint_eq(system_cores(&bench), 16);
    chip_config_free(&bench);
    chip_config_free(&loihi);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
    TCase *tests = tcase_create("chip files");
    tcase_add_checked_fixture(tests, NULL, clean);
    tcase_add_test(tests, every_chip_file_loads_and_its_technology_exists);
    tcase_add_test(tests, every_value_of_a_chip_file_says_where_it_comes_from);
    tcase_add_test(tests, the_resolved_text_is_a_chip_file_again);
    tcase_add_test(tests, quotes_in_a_name_survive_the_text);
    tcase_add_test(tests, every_number_is_in_the_text);
    tcase_add_test(tests, no_two_rows_share_a_field_or_a_key);
    tcase_add_test(tests, every_key_is_explained_in_the_documentation);
    tcase_add_loop_test(tests, keys_that_disagree_are_both_named, 0, COUNT(disagreements));
    tcase_add_test(tests, sizes_multiply);
    tcase_add_test(tests, loihi_is_what_was_published);
    tcase_add_test(tests, the_benchmark_chips_differ_from_loihi_in_mesh_and_placement_alone);
    Suite *suite = suite_create("chip configuration");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
