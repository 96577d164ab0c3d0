/* Program files: what is written is read back, one wrong number anywhere is refused with its dataset, and damaged or
 * foreign files end in a message. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/small_networks.h"
#include "tools/file/h5.h"
#include "tools/file/sha256.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[64];
static char *path;
static struct network network;
static struct chip_config chip;
static struct program program, again;
static struct diagnostics diagnostics;

/* Two inputs' worth of everything: a convolution over several cores, a layer that feeds itself, a read-out. */
static void make_network(void)
{
    small_network(&network);
    uint32_t in = add_port(&network, "in", NODE_INPUT, 2, 6, 6), conv = add_conv(&network, "conv", 2, 2, 6, 3, true);
    uint32_t a = add_if(&network, "a", 2, 6, 6, 5.0), flat = add_flatten(&network, "flat", 2, 6, 6);
    uint32_t dense = add_affine(&network, "dense", 72, 10, NULL, 0.0);
    uint32_t b = add_if(&network, "b", 10, 0, 0, 9.0), rec = add_affine(&network, "rec", 10, 10, NULL, 0.0);
    uint32_t spikes = add_port(&network, "spikes", NODE_OUTPUT, 10, 0, 0);
    uint32_t last = add_affine(&network, "last", 10, 3, NULL, 0.5);
    uint32_t out = add_port(&network, "out", NODE_OUTPUT, 3, 0, 0);
    network.nodes[b].v_threshold[4] = 7.0;
    add_edge(&network, in, conv);
    add_edge(&network, conv, a);
    add_edge(&network, a, flat);
    add_edge(&network, flat, dense);
    add_edge(&network, dense, b);
    add_edge(&network, b, rec);
    add_edge(&network, rec, b);
    add_edge(&network, b, spikes);
    add_edge(&network, b, last);
    add_edge(&network, last, out);
}

static void compile(void)
{
    static const struct semantics norse = {.name = "norse", .reset = RESET_TO_VALUE};
    struct compile_options options = {.semantics = &norse, .dt_s = 0.001, .input_levels = 1};
    struct compile_report report;
    if (!compile_network(&network, &chip, &options, &program, &report, &diagnostics))
        diagnostics_print(&diagnostics);
    ck_assert_uint_eq(diagnostics.count, 0);
    compile_report_free(&report);
}

static void setup(void)
{
    diagnostics = (struct diagnostics){0};
    program = again = (struct program){0};
    strcpy(directory, "/tmp/test_program.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    path = memory_format("%s/program.h5", directory);
    small_chip(&chip, SYNAPSE_SPARSE);
    chip.core.neurons_max = 24;
    make_network();
    compile();
}

static void teardown(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(directory), 0); /* nothing half-written is left */
    free(path);
    network_free(&network);
    program_free(&program);
    program_free(&again);
    diagnostics_free(&diagnostics);
}

static void recompile(enum synapse_kind kind, int inputs)
{
    program_free(&program);
    small_chip(&chip, kind);
    chip.core.neurons_max = 24;
    chip.placement_inputs = inputs;
    compile();
}

static void write_program(void)
{
    if (!program_write(path, &program, &diagnostics))
        diagnostics_print(&diagnostics);
    ck_assert_uint_eq(diagnostics.count, 0);
}

/* ---- the same in every table ---- */
static void same_routes(const struct route_table *a, const struct route_table *b)
{
    ck_assert_uint_eq(a->sources, b->sources);
    for (uint32_t s = 0; a->sources && s <= a->sources; s++)
        ck_assert_uint_eq(a->start[s], b->start[s]);
    if (a->sources && a->start[a->sources])
        ck_assert_mem_eq(a->routes, b->routes, a->start[a->sources] * sizeof *a->routes);
}

#define SAME(member, count)                                                                                            \
    do {                                                                                                               \
        if (count)                                                                                                     \
            ck_assert_mem_eq(a->member, b->member, (count) * sizeof *a->member);                                       \
    } while (0)

static void same_core(const struct core_program *a, const struct core_program *b)
{
    ck_assert_int_eq(a->population, b->population);
    ck_assert_int_eq(a->relay_population, b->relay_population);
    ck_assert_uint_eq(a->neuron_count, b->neuron_count);
    ck_assert_uint_eq(a->group_count, b->group_count);
    ck_assert_uint_eq(a->relay_count, b->relay_count);
    ck_assert_uint_eq(a->axon_count, b->axon_count);
    SAME(neuron_index, a->neuron_count);
    SAME(bias, a->neuron_count);
    SAME(groups, a->group_count);
    SAME(relay_index, a->relay_count);
    SAME(synapse_start, a->axon_count + 1);
    SAME(synapse_target, a->synapse_start[a->axon_count]);
    SAME(synapse_weight, a->synapse_start[a->axon_count]);
    SAME(axon_row, a->axon_count);
    same_routes(&a->neuron_routes, &b->neuron_routes);
    same_routes(&a->relay_routes, &b->relay_routes);
}

static void same_population(const struct population *a, const struct population *b)
{
    ck_assert_str_eq(a->name, b->name);
    ck_assert(a->input == b->input && a->output == b->output && a->values == b->values);
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_uint_eq(a->depth, b->depth);
    ck_assert_int_eq(a->input_levels, b->input_levels);
    ck_assert_double_eq(a->scale, b->scale);
}

static void read_back(void)
{
    if (!program_read(path, &chip, &again, &diagnostics))
        diagnostics_print(&diagnostics);
    ck_assert_uint_eq(diagnostics.count, 0);
    ck_assert_str_eq(program.network_name, again.network_name);
    ck_assert_uint_eq(program.population_count, again.population_count);
    ck_assert_uint_eq(program.core_count, again.core_count);
    ck_assert_uint_eq(program.depth, again.depth);
    for (uint32_t p = 0; p < program.population_count; p++) {
        same_population(&program.populations[p], &again.populations[p]);
        same_routes(&program.input_routes[p], &again.input_routes[p]);
    }
    for (uint32_t c = 0; c < program.core_count; c++)
        same_core(&program.cores[c], &again.cores[c]);
}

START_TEST(a_sparse_program_with_inputs_at_the_host_is_read_back)
{
    write_program();
    read_back();
    ck_assert_uint_eq(again.input_routes[0].sources, 72);
}
END_TEST

START_TEST(a_dense_program_with_relayed_inputs_is_read_back)
{
    recompile(SYNAPSE_DIMC, INPUTS_CORES);
    write_program();
    read_back();
    ck_assert_uint_eq(again.input_routes[0].sources, 0);
}
END_TEST

START_TEST(one_weight_bit_is_one_difference)
{
    uint32_t c = 0;
    while (program.cores[c].axon_count == 0)
        c++;
    program.cores[c].synapse_weight[0] ^= 1;
    write_program();
    ck_assert(program_read(path, &chip, &again, &diagnostics));
    ck_assert_int_eq(again.cores[c].synapse_weight[0], program.cores[c].synapse_weight[0]);
}
END_TEST

/* ---- one number wrong ---- */
static struct core_program *core_of(const char *name)
{
    for (uint32_t c = 0; c < program.core_count; c++)
        if (program.cores[c].population >= 0 &&
            strcmp(program.populations[program.cores[c].population].name, name) == 0)
            return &program.cores[c];
    ck_abort_msg("no core holds %s", name);
}

static struct route *first_route(void)
{
    return &core_of("a")->neuron_routes.routes[0];
}

static void break_weight(void) { core_of("b")->synapse_weight[0] = 128; }
static void break_target(void) { core_of("b")->synapse_target[0] = 10; }
static void break_target_order(void) { core_of("b")->synapse_target[1] = core_of("b")->synapse_target[0]; }
static void break_row(void) { core_of("b")->axon_row[1] = 0; }
static void break_last_row(void) { core_of("b")->axon_row[core_of("b")->axon_count - 1] = 8192; }
static void break_route_core(void) { first_route()->core = 16; }
static void break_route_axon(void) { first_route()->axon = 1000; }
static void break_route_delay(void) { first_route()->delay = 0; }
static void break_route_slot(void) { first_route()->delay = 8; }
static void break_route_host(void) { *first_route() = (struct route){ROUTE_HOST, 0, 0}; }
static void break_input_axon(void) { program.input_routes[0].routes[0].axon = 1000; }
static void break_neuron(void) { core_of("a")->neuron_index[0] = 72; }
static void break_neuron_twice(void) { core_of("a")->neuron_index[0] = core_of("a")->neuron_index[1]; }
static void break_bias(void) { core_of("a")->bias[0] = INT32_MIN; }
static void break_group_count(void) { core_of("b")->groups[0].count++; }
static void break_group_first(void) { core_of("b")->groups[1].first = 0; }
static void break_model(void) { core_of("b")->groups[0].model = 4; }
static void break_decay(void) { core_of("b")->groups[0].decay_current = 4097; }
static void break_threshold(void) { core_of("b")->groups[0].threshold = 1 << 23; }
static void break_subtract(void) { core_of("b")->groups[0].reset_subtract = 2; }
static void break_population(void) { core_of("b")->population = 0; }
static void break_population_number(void) { core_of("b")->population = 7; }
static void break_relay_population(void) { core_of("b")->relay_population = 0; }
static void break_count(void) { program.populations[1].count = 73; }
static void break_count_to_nothing(void) { program.populations[1].count = 0; }
static void break_count_to_much(void) { program.populations[1].count = 1u << 28; }
static void break_scale(void) { program.populations[1].scale = -1.0; }
static void break_levels(void) { program.populations[0].input_levels = 0; }
static void break_population_size(void)
{
    core_of("b")->population = core_of("out")->population;
}

static const struct {
    void (*damage)(void);
    const char *dataset;
} damages[] = {
    {break_weight, "/synapses/weight"},
    {break_target, "/synapses/target"},
    {break_target_order, "/synapses/target"},
    {break_row, "/axons/row"},
    {break_last_row, "/axons/row"},
    {break_route_core, "/neuron_routes/core"},
    {break_route_axon, "/neuron_routes/core"},
    {break_route_delay, "/neuron_routes/core"},
    {break_route_slot, "/neuron_routes/delay"},
    {break_route_host, "/neuron_routes/core"},
    {break_input_axon, "/input_routes/core"},
    {break_neuron, "/neurons/index"},
    {break_neuron_twice, "/neurons/index"},
    {break_bias, "/neurons/bias"},
    {break_group_count, "/groups/"},
    {break_group_first, "/groups/first"},
    {break_model, "/groups/model"},
    {break_decay, "/groups/decay_current"},
    {break_threshold, "/groups/threshold"},
    {break_subtract, "/groups/reset_subtract"},
    {break_population, "/cores/population"},
    {break_population_number, "/cores/population"},
    {break_relay_population, "/cores/relay_population"},
    {break_count, "/populations/count"},
    {break_count_to_nothing, "/populations/count"},
    {break_count_to_much, "/populations/count"},
    {break_scale, "/populations/scale"},
    {break_levels, "/populations/input_levels"},
    {break_population_size, "/n"},
};
#define DAMAGES ((int)(sizeof damages / sizeof damages[0]))

static void refused(const char *text)
{
    ck_assert_msg(!program_read(path, &chip, &again, &diagnostics), "read, expected a message about %s", text);
    ck_assert_ptr_null(again.cores);
    bool named = diagnostics_mention(&diagnostics, text) && diagnostics_mention(&diagnostics, path);
    if (!named)
        diagnostics_print(&diagnostics);
    ck_assert_msg(named, "no message names %s", text);
}

START_TEST(a_wrong_number_is_refused_with_its_dataset)
{
    damages[_i].damage();
    write_program();
    refused(damages[_i].dataset);
}
END_TEST

/* ---- another chip, another file ---- */
static char *hash_of_chip(void)
{
    char *text = chip_config_text(&chip), *hash = memory_array(65, 1);
    sha256_text(text, hash);
    free(text);
    return hash;
}

START_TEST(a_program_for_another_chip_says_so)
{
    program.chip_sha256 = hash_of_chip();
    write_program();
    ck_assert(program_read(path, &chip, &again, &diagnostics));
    program_free(&again);
    chip.core.queue_depth++;
    refused("compiled for another chip");
}
END_TEST

START_TEST(a_smaller_chip_cannot_hold_the_program)
{
    write_program();
    chip.core.sparse_words = 20;
    refused("/axons/row");
}
END_TEST

START_TEST(fewer_cores_are_seen_in_every_start)
{
    write_program();
    chip.noc.rows = 2;
    refused("/cores/population: has 16 items, expected 8");
}
END_TEST

START_TEST(fewer_routes_than_used_are_refused)
{
    write_program();
    chip.core.routes_max = 3;
    refused("no more than core.routes, 3");
}
END_TEST

START_TEST(a_file_cut_short_is_refused)
{
    write_program();
    ck_assert_int_eq(truncate(path, 3000), 0);
    refused("program.h5");
}
END_TEST

START_TEST(another_kind_of_hdf5_file_is_refused)
{
    struct h5 *file;
    ck_assert(h5_create(path, &file, &diagnostics));
    h5_write_attribute_string(file, "/", "npusim_kind", "result");
    ck_assert(h5_commit(file, &diagnostics));
    refused("npusim_kind is \"result\", expected \"program\"");
}
END_TEST

START_TEST(missing_datasets_are_named)
{
    struct h5 *file;
    const char *name = "only";
    ck_assert(h5_create(path, &file, &diagnostics));
    h5_write_attribute_string(file, "/", "npusim_kind", "program");
    h5_write_attribute_string(file, "/", "version", "2");
    h5_write_attribute_string(file, "/", "network_name", "none");
    h5_write_attribute_string(file, "/", "chip_sha256", "");
    h5_write_attribute_string(file, "/", "network_sha256", "");
    h5_write_strings(file, "/populations/name", 1, &name);
    ck_assert(h5_commit(file, &diagnostics));
    refused("/populations/count");
    ck_assert(diagnostics_mention(&diagnostics, "/populations/depth"));
}
END_TEST

START_TEST(an_unwritable_place_is_a_message)
{
    ck_assert(!program_write("no-such-folder/program.h5", &program, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "no-such-folder/program.h5"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("program_file");
    TCase *tests = tcase_create("program_file");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_sparse_program_with_inputs_at_the_host_is_read_back);
    tcase_add_test(tests, a_dense_program_with_relayed_inputs_is_read_back);
    tcase_add_test(tests, one_weight_bit_is_one_difference);
    tcase_add_loop_test(tests, a_wrong_number_is_refused_with_its_dataset, 0, DAMAGES);
    tcase_add_test(tests, a_program_for_another_chip_says_so);
    tcase_add_test(tests, a_smaller_chip_cannot_hold_the_program);
    tcase_add_test(tests, fewer_cores_are_seen_in_every_start);
    tcase_add_test(tests, fewer_routes_than_used_are_refused);
    tcase_add_test(tests, a_file_cut_short_is_refused);
    tcase_add_test(tests, another_kind_of_hdf5_file_is_refused);
    tcase_add_test(tests, missing_datasets_are_named);
    tcase_add_test(tests, an_unwritable_place_is_a_message);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
