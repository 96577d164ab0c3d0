/* How the compiler divides networks made by hand over cores, and what it says when they do not fit. */
#include "tests/support/compiled.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <string.h>

static struct compiled it;

static void setup(void)
{
    compiled_begin(&it);
}

static void teardown(void)
{
    compiled_end(&it);
}

START_TEST(dense_arrays_are_filled_by_blocks_of_neighbours)
{
    small_chip(&it.chip, SYNAPSE_DIMC);
    convolution(&it, false);
    compile_well(&it, 0.0);
    /* 864 neurons, 64 columns: 14 cores at least; in order of the index, rows of one channel would read 2 x 8 x 12
     * inputs for 64 neurons with 2 x 9 synapses each: 9.4 %. 6 channels x 2 x 4 pixels read 2 x 4 x 6: 37 %. */
    ck_assert_uint_le(it.report.cores_used, 16);
    ck_assert_double_gt(it.report.fill, 0.25);
    for (uint32_t i = 0; i < it.report.note_count; i++)
        ck_assert_uint_le(it.report.notes[i].neurons, 64);
}
END_TEST

/* ---- partition and placement ---- */
START_TEST(blocks_put_equal_parts_of_neurons_and_inputs_on_all_cores)
{
    it.chip.placement_inputs = INPUTS_CORES;
    it.chip.placement_policy = PLACEMENT_BLOCKS;
    uint32_t affine = one_layer(&it, 64, 96, NULL);
    finish_layer(&it, affine, add_if(&it.network, "if", 96, 0, 0, 4.0));
    compile_well(&it, 0.0);
    for (uint32_t c = 0; c < 16; c++) {
        const struct core_program *core = &it.program.cores[c];
        ck_assert_uint_eq(core->neuron_count, 6);
        ck_assert_uint_eq(core->relay_count, 4);
        for (uint32_t i = 0; i < 6; i++)
            ck_assert_uint_eq(core->neuron_index[i], c * 6 + i);
        for (uint32_t i = 0; i < 4; i++)
            ck_assert_uint_eq(core->relay_index[i], c * 4 + i);
    }
    ck_assert_uint_eq(it.program.input_routes[0].sources, 0);
    struct sparse_matrix matrix;
    ck_assert(linear_to_sparse(&it.network.nodes[affine], &matrix, &it.diagnostics));
    struct walk walk = walk_from_to(&it, "in", "if");
    same_synapses(&walk, &matrix);
    walk_free(&walk);
    sparse_free(&matrix);
}
END_TEST

START_TEST(relays_keep_every_synapse_under_traffic_too)
{
    it.chip.placement_inputs = INPUTS_CORES;
    it.chip.core.neurons_max = 20;
    uint32_t affine = one_layer(&it, 64, 96, NULL);
    finish_layer(&it, affine, add_if(&it.network, "if", 96, 0, 0, 4.0));
    compile_well(&it, 0.0);
    struct walk walk = walk_from_to(&it, "in", "if");
    ck_assert_uint_eq(walk.synapses, 64 * 96);
    uint32_t relays = 0;
    for (uint32_t c = 0; c < it.program.core_count; c++) {
        ck_assert_uint_le(it.program.cores[c].relay_count, 20);
        relays += it.program.cores[c].relay_count;
    }
    ck_assert_uint_eq(relays, 64);
    walk_free(&walk);
}
END_TEST

START_TEST(a_full_routing_table_splits_the_core)
{
    uint32_t in = add_port(&it.network, "in", NODE_INPUT, 8, 0, 0);
    uint32_t first = add_affine(&it.network, "w", 8, 32, NULL, 0.0);
    uint32_t a = add_if(&it.network, "a", 32, 0, 0, 4.0), second = add_affine(&it.network, "v", 32, 64, NULL, 0.0);
    uint32_t b = add_if(&it.network, "b", 64, 0, 0, 4.0);
    add_edge(&it.network, in, first);
    add_edge(&it.network, first, a);
    add_edge(&it.network, a, second);
    finish_layer(&it, second, b);
    it.chip.core.neurons_max = 32;
    it.chip.core.routes_max = 32; /* each of a's 32 neurons reaches both cores of b */
    compile_well(&it, 0.0);
    uint32_t cores_of_a = 0;
    for (uint32_t i = 0; i < it.report.note_count; i++) {
        ck_assert_uint_le(it.report.notes[i].routes, 32);
        cores_of_a += it.program.cores[it.report.notes[i].core].population == (int32_t)population(&it, "a");
    }
    ck_assert_uint_eq(cores_of_a, 2);
    ck_assert_uint_eq(it.report.cores_used, 4);
}
END_TEST

START_TEST(too_few_cores_name_the_mesh_that_would_do)
{
    it.chip.core.neurons_max = 2;
    finish_layer(&it, one_layer(&it, 4, 60, NULL), add_if(&it.network, "if", 60, 0, 0, 4.0));
    refused(&it, "needs 30 cores, there are 16, expected a larger chip: mesh.columns x mesh.rows of 6 x 5");
    ck_assert(diagnostics_mention(&it.diagnostics, "if takes 30 cores, split by: neurons"));
}
END_TEST

START_TEST(a_neuron_with_too_many_inputs_names_the_limit_and_what_would_do)
{
    it.chip.core.axons_max = 100;
    finish_layer(&it, one_layer(&it, 150, 4, NULL), add_if(&it.network, "if", 4, 0, 0, 4.0));
    refused(&it, "node if of the network: one neuron has 150 inputs, but core.axons is 100, expected at least 150");
}
END_TEST

START_TEST(a_neuron_too_large_for_the_synapse_memory_is_refused)
{
    it.chip.core.sparse_words = 100;
    finish_layer(&it, one_layer(&it, 150, 4, NULL), add_if(&it.network, "if", 4, 0, 0, 4.0));
    refused(&it, "core.synapse.sparse.words is 100, expected at least 150");
}
END_TEST

START_TEST(the_synapse_memory_splits_a_layer_and_is_reported)
{
    it.chip.core.sparse_words = 1000; /* 100 rows of 2-synapse words: 20 neurons a core */
    finish_layer(&it, one_layer(&it, 100, 60, NULL), add_if(&it.network, "if", 60, 0, 0, 4.0));
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.report.cores_used, 3);
    ck_assert_str_eq(it.report.notes[0].limit, "synapse memory");
    ck_assert_double_eq(it.report.notes[0].memory_used, 1.0);
}
END_TEST

START_TEST(a_network_too_large_for_one_chip_spreads_over_two)
{
    it.chip.core.neurons_max = 4;
    it.chip.noc.columns = it.chip.noc.rows = 2;
    it.chip.host.chips = 2;
    finish_layer(&it, one_layer(&it, 4, 24, NULL), add_if(&it.network, "if", 24, 0, 0, 4.0));
    compile_well(&it, 0.0);
    ck_assert_uint_eq(it.program.core_count, 8);
    uint32_t first = 0, second = 0;
    for (uint32_t c = 0; c < 8; c++)
        *(c < 4 ? &first : &second) += it.program.cores[c].neuron_count;
    ck_assert_uint_eq(first, 16);
    ck_assert_uint_eq(second, 8);
}
END_TEST

START_TEST(a_chain_of_layers_is_placed_one_hop_apart)
{
    uint32_t before = add_port(&it.network, "in", NODE_INPUT, 8, 0, 0);
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    for (int i = 0; i < 8; i++) {
        uint32_t neurons = add_if(&it.network, names[i], 8, 0, 0, 1.0);
        add_edge(&it.network, before, neurons);
        before = neurons;
    }
    add_edge(&it.network, before, add_port(&it.network, "out", NODE_OUTPUT, 8, 0, 0));
    compile_well(&it, 0.0);
    /* host -> a -> ... -> h -> host on a grid: the host at a, then a ring of 8 tiles: 8 hops for 9 packets */
    ck_assert_double_le(it.report.mean_hops, 1.0);
    ck_assert_double_gt(it.report.mean_hops, 0.5);
}
END_TEST

START_TEST(compiling_twice_gives_the_same_program)
{
    convolution(&it, true);
    compile_well(&it, 0.0);
    struct compiled first = it;
    it.program = (struct program){0};
    it.report = (struct compile_report){0};
    compile_well(&it, 0.0);
    for (uint32_t c = 0; c < it.program.core_count; c++) {
        const struct core_program *x = &first.program.cores[c], *y = &it.program.cores[c];
        ck_assert_uint_eq(x->neuron_count, y->neuron_count);
        ck_assert_uint_eq(x->axon_count, y->axon_count);
        if (x->neuron_count)
            ck_assert_mem_eq(x->neuron_index, y->neuron_index, x->neuron_count * sizeof *x->neuron_index);
        if (x->axon_count)
            ck_assert_mem_eq(x->synapse_weight, y->synapse_weight,
                             x->synapse_start[x->axon_count] * sizeof *x->synapse_weight);
    }
    compiled_forget(&first);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("partition");
    TCase *tests = tcase_create("partition");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, dense_arrays_are_filled_by_blocks_of_neighbours);
    tcase_add_test(tests, blocks_put_equal_parts_of_neurons_and_inputs_on_all_cores);
    tcase_add_test(tests, relays_keep_every_synapse_under_traffic_too);
    tcase_add_test(tests, a_full_routing_table_splits_the_core);
    tcase_add_test(tests, too_few_cores_name_the_mesh_that_would_do);
    tcase_add_test(tests, a_neuron_with_too_many_inputs_names_the_limit_and_what_would_do);
    tcase_add_test(tests, a_neuron_too_large_for_the_synapse_memory_is_refused);
    tcase_add_test(tests, the_synapse_memory_splits_a_layer_and_is_reported);
    tcase_add_test(tests, a_network_too_large_for_one_chip_spreads_over_two);
    tcase_add_test(tests, a_chain_of_layers_is_placed_one_hop_apart);
    tcase_add_test(tests, compiling_twice_gives_the_same_program);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
