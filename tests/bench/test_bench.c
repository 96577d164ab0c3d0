/* How much the engine does for how much work, as counts that no machine changes: short runs of the rows of `npusim
 * bench` against tests/bench/expected.txt, and the yardstick against published counts. */
#include "models/chip_config.h"
#include "sim/memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/bench/bench.h"
#include "tools/bench/functional.h"
#include "tools/bench/generate.h"
#include "tools/bench/sheet.h"
#include "tools/compile/compile.h"
#include "tools/compile/program_layout.h"
#include "tools/read/read.h"
#include <check.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPECTED "tests/bench/expected.txt"
#define STEPS 50u     /* of networks */
#define CYCLES 1000u  /* of rows without steps */

static const char *const gated[] = {"r1024_f64_16", "r1024_f64_128", "r1024_f64_128_multicast", "r1024_f128_64",
                                    "dense_1", "dense_16", "scale_1k", "scale_10k", "idle_4096",
                                    "noc_8x8", "noc_8x8_full", "noc_32x32", "wakeup"};
#define GATED (int)(sizeof gated / sizeof *gated)

static struct diagnostics diagnostics;

static const struct bench_row *row_named(const char *name)
{
    for (const struct bench_row *row = bench_rows; row->name; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    ck_abort_msg("no row %s", name);
}

static void run_short(const char *name, struct bench_result *out)
{
    struct bench_row row = *row_named(name);
    struct bench_context context = {"configs", "/nowhere"};
    row.steps = row.steps ? STEPS : 0;
    row.cycles = row.cycles ? CYCLES : 0;
    if (strcmp(name, "idle_4096") == 0) { /* a corner of it: 64 tiles */
        row.settings[0] = "mesh.columns=8";
        row.settings[1] = "mesh.rows=8";
    }
    *out = (struct bench_result){0};
    if (!row.run(&row, &context, out, &diagnostics)) {
        diagnostics_print(&diagnostics);
        ck_abort_msg("%s failed", name);
    }
}

/* ---- counts for the same work ---- */

/* Fails when the file does not name the count, so that a new row cannot go unchecked. */
static uint64_t expected_count(const char *row, const char *count)
{
    char line[256], file_row[64], file_count[64];
    uint64_t value;
    FILE *file = fopen(EXPECTED, "r");
    ck_assert_msg(file, "%s cannot be read", EXPECTED);
    while (fgets(line, sizeof line, file))
        if (line[0] != '#' && sscanf(line, "%63s %63s %" SCNu64, file_row, file_count, &value) == 3 &&
            strcmp(row, file_row) == 0 && strcmp(count, file_count) == 0) {
            fclose(file);
            return value;
        }
    fclose(file);
    return UINT64_MAX;
}

START_TEST(the_same_work_takes_the_reviewed_number_of_steps_and_wakeups)
{
    struct bench_result result;
    bool same = true;
    run_short(gated[_i], &result);
    for (const struct bench_count_name *name = bench_count_names; name->name; name++) {
        uint64_t count = bench_count(&result.counts, name), expected = expected_count(gated[_i], name->name);
        if (count == expected || (count == 0 && expected == UINT64_MAX))
            continue;
        if (expected == UINT64_MAX)
            printf("not in %s:\n", EXPECTED);
        else
            printf("%s %s was %" PRIu64 ", now:\n", gated[_i], name->name, expected);
        printf("%s %s %" PRIu64 "\n", gated[_i], name->name, count);
        same = false;
    }
    fflush(stdout); /* a failing test ends without it */
    ck_assert_msg(same, "the work of %s has changed; if that is meant, say why in the commit and put the lines printed "
                  "above into %s", gated[_i], EXPECTED);
}
END_TEST

START_TEST(a_run_repeats_itself)
{
    struct bench_summary summary;
    struct bench_row row = *row_named("noc_8x8");
    struct bench_context context = {"configs", "/nowhere"};
    row.cycles = CYCLES;
    ck_assert(bench_measure(&row, &context, 3, &summary, &diagnostics));
    ck_assert_uint_gt(summary.median.counts.hops, 0);
    ck_assert(summary.median.simulate_s > 0);
}
END_TEST

/* ---- what the harness must notice ---- */

static bool abort_here(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                       struct diagnostics *messages)
{
    (void)row;
    (void)context;
    (void)out;
    (void)messages;
    abort();
}

static bool count_processes(const struct bench_row *row, const struct bench_context *context,
                            struct bench_result *out, struct diagnostics *messages)
{
    (void)row;
    (void)context;
    (void)messages;
    out->counts.steps = (uint64_t)getpid(); /* differs from run to run */
    return true;
}

START_TEST(a_row_that_crashes_is_reported_and_does_not_take_the_bench_along)
{
    struct bench_row row = {.name = "crash", .run = abort_here};
    struct bench_context context = {"configs", "/nowhere"};
    struct bench_summary summary;
    ck_assert(!bench_measure(&row, &context, 2, &summary, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "crash: ended by signal"));
}
END_TEST

START_TEST(runs_that_do_different_work_are_an_error)
{
    struct bench_row row = {.name = "fickle", .run = count_processes};
    struct bench_context context = {"configs", "/nowhere"};
    struct bench_summary summary;
    ck_assert(!bench_measure(&row, &context, 2, &summary, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "fickle: run 2 did other work than run 1"));
}
END_TEST

START_TEST(a_chip_that_loses_spikes_is_no_result)
{
    struct bench_row row = *row_named("r1024_f64_16");
    struct bench_context context = {"configs", "/nowhere"};
    struct bench_result result = {0};
    row.steps = STEPS;
    row.settings[0] = "core.event_queue.depth=1";
    row.settings[1] = "core.event_queue.policy=drop";
    ck_assert(!row.run(&row, &context, &result, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "functional loop"));
}
END_TEST

/* On the torus each neuron's row to each near core has ascending targets, and each core is the near core of as many. */
START_TEST(a_sheet_is_regular)
{
    struct chip_config chip = {.noc = {.columns = 5, .rows = 4, .cores_per_tile = 1}, .host = {.chips = 1},
                               .core = {.neurons_max = SHEET_CORE, .decay_bits = 12}};
    struct sheet sheet;
    uint32_t reached[20] = {0}, places = 0;
    uint16_t target[SHEET_CORE];
    int16_t weight[SHEET_CORE];
    sheet_init(&sheet, &sheet_scale, &chip);
    for (uint32_t core = 0; core < 20; core++) {
        places |= UINT32_C(1) << sheet_place(&sheet, core);
        for (uint32_t k = 0; k < 4; k++) {
            uint32_t near = sheet_near(&sheet, core, k), a = sheet_place(&sheet, core), b = sheet_place(&sheet, near);
            reached[near]++;
            ck_assert_int_le(abs((int)(a % 5) - (int)(b % 5)), 2);
            ck_assert_int_le(abs((int)(a / 5) - (int)(b / 5)), 2);
            sheet_row(&sheet, core, 7, k, target, weight);
            for (uint32_t i = 1; i < 25; i++)
                ck_assert_uint_gt(target[i], target[i - 1]);
            ck_assert_uint_lt(target[24], SHEET_CORE);
        }
    }
    ck_assert_uint_eq(places, (UINT32_C(1) << 20) - 1);
    for (uint32_t core = 0; core < 20; core++)
        ck_assert_uint_eq(reached[core], 4);
}
END_TEST

START_TEST(a_sheet_is_a_program_that_the_chip_holds)
{
    static const char *const names[] = {"dense_16", "scale_10k", "idle_4096", "mpi_2"};
    struct bench_row row = *row_named(names[_i]);
    struct bench_context context = {"configs", "/nowhere"};
    struct chip_config chip;
    struct sheet sheet;
    struct program program;
    if (_i >= 2)
        row.settings[0] = row.settings[1] = NULL;
    row.settings[0] = row.settings[0] ? row.settings[0] : "mesh.columns=3";
    row.settings[1] = row.settings[1] ? row.settings[1] : "mesh.rows=3";
    ck_assert(bench_load_chip(&row, &context, &chip, &diagnostics));
    sheet_init(&sheet, row.sheet, &chip);
    sheet_program(&sheet, &chip, &program);
    if (!program_check(&program, &chip, "sheet", &diagnostics)) {
        diagnostics_print(&diagnostics);
        ck_abort_msg("%s", names[_i]);
    }
    program_free(&program);
    chip_config_free(&chip);
}
END_TEST

START_TEST(a_synapse_takes_at_most_four_bytes)
{
    struct bench_result result;
    run_short("scale_10k", &result);
    ck_assert(result.bytes_per_synapse > 3 && result.bytes_per_synapse <= 4);
}
END_TEST

/* 144 cores of scale_*: 3.7 million synapses. In a child, so that its peak is its own; returns its exit status. */
static int in_child(void (*work)(const char *path), const char *path)
{
    int status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        work(path);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void load_sheet_chip(struct chip_config *chip)
{
    struct bench_row row = *row_named("scale_10k");
    struct bench_context context = {"configs", "/nowhere"};
    row.settings[0] = "mesh.columns=12";
    row.settings[1] = "mesh.rows=12";
    ck_assert(bench_load_chip(&row, &context, chip, &diagnostics));
}

static void write_sheet(const char *path)
{
    struct chip_config chip;
    struct sheet sheet;
    struct program program;
    load_sheet_chip(&chip);
    sheet_init(&sheet, &sheet_scale, &chip);
    sheet_program(&sheet, &chip, &program);
    char hash[65];
    chip_config_sha256(&chip, hash);
    program.chip_sha256 = hash;
    program.network_sha256 = "";
    program.populations[0].input_levels = 1;
    if (!program_write(path, &program, &diagnostics))
        _exit(1);
}

static double peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1024.0 * (double)usage.ru_maxrss;
}

static void read_sheet(const char *path)
{
    struct chip_config chip;
    struct program program;
    double synapses = 144.0 * 1024 * 25, axons = 144.0 * 1024, routes = 144.0 * 1024;
    double held = 4 * synapses + 8 * axons + 12 * routes;
    load_sheet_chip(&chip);
    double before = peak_bytes();
    if (!program_read(path, &chip, &program, &diagnostics)) {
        diagnostics_print(&diagnostics);
        _exit(1);
    }
    double taken = peak_bytes() - before;
    _exit(taken < held ? 2 : taken < 2.2 * held ? 0 : 3);
}

/* gcc says so by a macro, clang by a feature. */
#ifdef __has_feature
#define KEEPS_WHAT_IS_FREED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define KEEPS_WHAT_IS_FREED 1
#else
#define KEEPS_WHAT_IS_FREED 0
#endif

START_TEST(a_program_file_is_read_without_holding_it_twice)
{
    if (KEEPS_WHAT_IS_FREED)
        return;
    char path[] = "/tmp/npusim-sheet-XXXXXX";
    close(mkstemp(path));
    ck_assert_int_eq(in_child(write_sheet, path), 0);
    ck_assert_int_eq(in_child(read_sheet, path), 0);
    unlink(path);
}
END_TEST

START_TEST(a_sheet_that_loses_spikes_is_no_result)
{
    struct bench_row row = *row_named("scale_1k");
    struct bench_context context = {"configs", "/nowhere"};
    struct bench_result result = {0};
    row.steps = STEPS;
    row.settings[3] = "core.event_queue.policy=drop";
    row.settings[2] = "core.event_queue.depth=1";
    row.chip = "bench-128.yaml";
    row.settings[0] = "mesh.columns=4";
    row.settings[1] = "mesh.cores_per_tile=1";
    ck_assert(!row.run(&row, &context, &result, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "functional loop"));
}
END_TEST

START_TEST(a_median_is_the_middle_of_odd_and_even_numbers_of_runs)
{
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2};
    ck_assert(bench_median(odd, 3) == 2.0);
    ck_assert(bench_median(even, 4) == 2.5);
}
END_TEST

/* ---- networks and yardstick ---- */

START_TEST(every_source_has_as_many_targets_as_it_should)
{
    struct network network;
    bench_network(BENCH_NEURONS, 64, &network);
    for (int place = BENCH_W_IN; place <= BENCH_W_REC; place += BENCH_W_REC - BENCH_W_IN) {
        const double *weight = network.nodes[place].weight.data;
        for (uint32_t source = 0; source < BENCH_NEURONS; source++) {
            uint32_t targets = 0, negative = 0;
            for (uint32_t target = 0; target < BENCH_NEURONS; target++) {
                double value = weight[(size_t)target * BENCH_NEURONS + source];
                targets += value != 0;
                negative += value < 0;
            }
            ck_assert_uint_eq(targets, 64);
            ck_assert_uint_eq(negative, place == BENCH_W_REC && source % 5 == 0 ? 64 : 0);
        }
    }
    network_free(&network);
}
END_TEST

START_TEST(a_written_network_reads_back_the_same)
{
    struct network network, back;
    char path[] = "/tmp/npusim-bench-test-XXXXXX";
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    bench_network(BENCH_NEURONS, 64, &network);
    ck_assert(bench_write_nir(path, &network, &diagnostics));
    ck_assert(network_read(path, &back, &diagnostics));
    unlink(path);
    ck_assert_uint_eq(back.node_count, BENCH_NODES);
    ck_assert_uint_eq(back.edge_count, network.edge_count);
    for (uint32_t n = 0; n < back.node_count; n++) {
        uint32_t place = 0;
        while (strcmp(network.nodes[place].name, back.nodes[n].name) != 0)
            ck_assert_uint_lt(++place, BENCH_NODES);
        const struct node *node = &network.nodes[place];
        ck_assert_int_eq(node->kind, back.nodes[n].kind);
        if (node->weight.data)
            ck_assert_mem_eq(node->weight.data, back.nodes[n].weight.data,
                             sizeof(double) * BENCH_NEURONS * BENCH_NEURONS);
        if (node->tau_mem)
            ck_assert_double_eq_tol(node->tau_mem[BENCH_NEURONS - 1], back.nodes[n].tau_mem[BENCH_NEURONS - 1], 1e-8);
    }
    network_free(&network);
    network_free(&back);
}
END_TEST

static char *reference_file(const char *name)
{
    return memory_format("%s/bench/%s", reference_root(), name);
}

static uint64_t published(const json_t *expected, const char *key)
{
    const json_t *value = json_object_get(expected, key);
    ck_assert_msg(json_is_integer(value), "no %s in the expected file", key);
    return (uint64_t)json_integer_value(value);
}

static void functional_of(const char *stem, struct functional_result *out)
{
    struct network network;
    struct spike_batch batch;
    struct functional functional;
    struct spike_options options = {0};
    char *name = memory_format("%s.nir", stem), *path = reference_file(name);
    ck_assert(network_read(path, &network, &diagnostics));
    free(name);
    free(path);
    name = memory_format("%s_input.h5", stem);
    path = reference_file(name);
    ck_assert(spikes_read(path, BENCH_NEURONS, &options, &batch, &diagnostics));
    free(name);
    free(path);
    functional_init(&functional, &network, BENCH_DT_S);
    functional_run(&functional, &batch.samples[0], out);
    functional_free(&functional);
    spikes_free(&batch);
    network_free(&network);
}

START_TEST(the_functional_loop_gives_the_published_counts)
{
    static const char *const stems[] = {"r1024_f64", "r1024_f128"};
    struct functional_result result;
    char *name = memory_format("%s_expected.json", stems[_i]), *path = reference_file(name);
    free(name);
    if (access(path, R_OK) != 0) {
        printf("test_bench: 1 cases skipped (no reference data)\n");
        free(path);
        return;
    }
    json_t *expected = json_load_file(path, 0, NULL);
    ck_assert_ptr_nonnull(expected);
    functional_of(stems[_i], &result);
    ck_assert_uint_eq(result.spikes, published(expected, "spikes"));
    ck_assert_uint_eq(result.synaptic_events, published(expected, "synaptic_events"));
    const json_t *per_step = json_object_get(expected, "spikes_per_step");
    ck_assert_uint_eq(json_array_size(per_step), result.steps);
    for (uint32_t step = 0; step < result.steps; step++)
        ck_assert_int_eq((json_int_t)result.spikes_per_step[step], json_integer_value(json_array_get(per_step, step)));
    functional_result_free(&result);
    json_decref(expected);
    free(path);
}
END_TEST

static void setup(void)
{
    diagnostics = (struct diagnostics){0};
}

static void teardown(void)
{
    diagnostics_free(&diagnostics);
}

int main(void)
{
    Suite *suite = suite_create("bench");
    TCase *counts = tcase_create("counts"), *rest = tcase_create("harness and yardstick");
    tcase_add_checked_fixture(counts, setup, teardown);
    tcase_add_checked_fixture(rest, setup, teardown);
    tcase_add_loop_test(counts, the_same_work_takes_the_reviewed_number_of_steps_and_wakeups, 0, GATED);
    tcase_add_test(rest, a_run_repeats_itself);
    tcase_add_test(rest, a_row_that_crashes_is_reported_and_does_not_take_the_bench_along);
    tcase_add_test(rest, runs_that_do_different_work_are_an_error);
    tcase_add_test(rest, a_chip_that_loses_spikes_is_no_result);
    tcase_add_test(rest, a_sheet_is_regular);
    tcase_add_loop_test(rest, a_sheet_is_a_program_that_the_chip_holds, 0, 4);
    tcase_add_test(rest, a_synapse_takes_at_most_four_bytes);
    tcase_add_test(rest, a_program_file_is_read_without_holding_it_twice);
    tcase_add_test(rest, a_sheet_that_loses_spikes_is_no_result);
    tcase_add_test(rest, a_median_is_the_middle_of_odd_and_even_numbers_of_runs);
    tcase_add_test(rest, every_source_has_as_many_targets_as_it_should);
    tcase_add_test(rest, a_written_network_reads_back_the_same);
    tcase_add_loop_test(rest, the_functional_loop_gives_the_published_counts, 0, 2);
    suite_add_tcase(suite, counts);
    suite_add_tcase(suite, rest);
    return run_suite(suite);
}
