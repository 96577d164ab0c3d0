/* The compiler on networks made by hand: what the tables say against the graph's own sparse matrices, and against the
 * numbers of the published rules. Weights are small whole numbers, so that the chip holds them exactly. */
#include "sim/memory.h"
#include "tests/support/small_networks.h"
#include "tools/compile/program_layout.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct network network;
static struct chip_config chip;
static struct program program;
static struct compile_report report;
static struct diagnostics diagnostics;

static void setup(void)
{
    diagnostics = (struct diagnostics){0};
    program = (struct program){0};
    report = (struct compile_report){0};
    small_network(&network);
    small_chip(&chip, SYNAPSE_SPARSE);
}

static void teardown(void)
{
    network_free(&network);
    program_free(&program);
    compile_report_free(&report);
    diagnostics_free(&diagnostics);
}

static bool compile_levels(double dt, int32_t levels)
{
    static const struct semantics norse = {.name = "norse", .reset = RESET_TO_VALUE};
    struct compile_options options = {.semantics = &norse, .dt_s = dt, .input_levels = levels};
    return compile_network(&network, &chip, &options, &program, &report, &diagnostics);
}

/* Compiles, and the chip could be built from what comes out. */
static void compile_well(double dt)
{
    if (!compile_levels(dt, 1))
        diagnostics_print(&diagnostics);
    ck_assert_uint_eq(diagnostics.count, 0);
    if (!program_check(&program, &chip, "compiled", &diagnostics))
        diagnostics_print(&diagnostics);
    ck_assert_uint_eq(diagnostics.count, 0);
}

static void refused(const char *text)
{
    ck_assert(!compile_levels(0.001, 1));
    if (!diagnostics_mention(&diagnostics, text))
        diagnostics_print(&diagnostics);
    ck_assert_msg(diagnostics_mention(&diagnostics, text), "no message says: %s", text);
    ck_assert_ptr_null(program.cores);
}

static bool remarked(const char *text)
{
    for (uint32_t i = 0; i < report.remark_count; i++)
        if (strstr(report.remarks[i], text))
            return true;
    return false;
}

static uint32_t population(const char *name)
{
    for (uint32_t p = 0; p < program.population_count; p++)
        if (strcmp(program.populations[p].name, name) == 0)
            return p;
    ck_abort_msg("no population %s", name);
}

/* ---- every synapse of the program as (source, target) -> weight, by walking the routes ---- */
struct walk {
    uint32_t from, to;      /* populations */
    uint32_t sources, targets;
    int32_t *weight;        /* [sources][targets] */
    bool *known;
    uint32_t delay;         /* of the last route */
    uint64_t synapses;
};

static void walk_row(struct walk *walk, uint32_t source, const struct route *route)
{
    const struct core_program *core = &program.cores[route->core];
    if (core->population != (int32_t)walk->to)
        return;
    walk->delay = route->delay;
    for (uint32_t s = core->synapse_start[route->axon]; s < core->synapse_start[route->axon + 1]; s++) {
        size_t place = (size_t)source * walk->targets + core->neuron_index[core->synapse_target[s]];
        ck_assert_msg(!walk->known[place], "a synapse of source %u twice", source);
        walk->known[place] = true;
        walk->weight[place] = core->synapse_weight[s];
        walk->synapses++;
    }
}

static void walk_table(struct walk *walk, const struct route_table *table, const uint32_t *index)
{
    for (uint32_t s = 0; s < table->sources; s++)
        for (uint32_t r = table->start[s]; r < table->start[s + 1]; r++)
            if (table->routes[r].core != ROUTE_HOST)
                walk_row(walk, index ? index[s] : s, &table->routes[r]);
}

static struct walk walk_from_to(const char *from, const char *to)
{
    struct walk walk = {.from = population(from), .to = population(to)};
    walk.sources = program.populations[walk.from].count;
    walk.targets = program.populations[walk.to].count;
    walk.weight = memory_array((size_t)walk.sources * walk.targets, sizeof *walk.weight);
    walk.known = memory_array((size_t)walk.sources * walk.targets, sizeof *walk.known);
    walk_table(&walk, &program.input_routes[walk.from], NULL);
    for (uint32_t c = 0; c < program.core_count; c++) {
        const struct core_program *core = &program.cores[c];
        if (core->population == (int32_t)walk.from)
            walk_table(&walk, &core->neuron_routes, core->neuron_index);
        if (core->relay_population == (int32_t)walk.from)
            walk_table(&walk, &core->relay_routes, core->relay_index);
    }
    return walk;
}

static void walk_free(struct walk *walk)
{
    free(walk->weight);
    free(walk->known);
}

static void same_synapses(const struct walk *walk, const struct sparse_matrix *matrix)
{
    ck_assert_uint_eq(walk->sources, matrix->sources);
    ck_assert_uint_eq(walk->targets, matrix->targets);
    ck_assert_uint_eq(walk->synapses, matrix->start[matrix->sources]);
    for (uint32_t s = 0; s < matrix->sources; s++)
        for (size_t i = matrix->start[s]; i < matrix->start[s + 1]; i++) {
            size_t place = (size_t)s * matrix->targets + matrix->target[i];
            ck_assert(walk->known[place]);
            ck_assert_int_eq(walk->weight[place], (int32_t)matrix->weight[i]);
        }
}

/* ---- convolutions ---- */
static uint32_t convolution(bool bias)
{
    uint32_t in = add_port(&network, "in", NODE_INPUT, 2, 12, 12);
    uint32_t conv = add_conv(&network, "conv", 2, 6, 12, 3, bias);
    uint32_t neurons = add_if(&network, "if", 6, 12, 12, 8.0);
    uint32_t out = add_port(&network, "out", NODE_OUTPUT, 6, 12, 12);
    add_edge(&network, in, conv);
    add_edge(&network, conv, neurons);
    add_edge(&network, neurons, out);
    return conv;
}

static void check_convolution(void)
{
    uint32_t conv = convolution(false);
    compile_well(0.0);
    struct sparse_matrix matrix;
    ck_assert(linear_to_sparse(&network.nodes[conv], &matrix, &diagnostics));
    struct walk walk = walk_from_to("in", "if");
    same_synapses(&walk, &matrix);
    ck_assert_uint_eq(report.synapses, matrix.start[matrix.sources]);
    sparse_free(&matrix);
    walk_free(&walk);
}

START_TEST(a_convolution_keeps_every_synapse_on_sparse_cores)
{
    check_convolution();
}
END_TEST

START_TEST(a_convolution_keeps_every_synapse_on_dense_arrays)
{
    small_chip(&chip, SYNAPSE_DIMC);
    check_convolution();
}
END_TEST

START_TEST(dense_arrays_are_filled_by_blocks_of_neighbours)
{
    small_chip(&chip, SYNAPSE_DIMC);
    convolution(false);
    compile_well(0.0);
    /* 864 neurons, 64 columns: 14 cores at least; in order of the index, rows of one channel would read 2 x 8 x 12
     * inputs for 64 neurons with 2 x 9 synapses each: 9.4 %. 6 channels x 2 x 4 pixels read 2 x 4 x 6: 37 %. */
    ck_assert_uint_le(report.cores_used, 16);
    ck_assert_double_gt(report.fill, 0.25);
    for (uint32_t i = 0; i < report.note_count; i++)
        ck_assert_uint_le(report.notes[i].neurons, 64);
}
END_TEST

START_TEST(a_bias_reaches_every_pixel_of_its_channel)
{
    convolution(true);
    compile_well(0.0);
    for (uint32_t c = 0; c < program.core_count; c++)
        for (uint32_t i = 0; i < program.cores[c].neuron_count; i++)
            ck_assert_int_eq(program.cores[c].bias[i], (int32_t)(program.cores[c].neuron_index[i] / 144 + 1) << 6);
}
END_TEST

START_TEST(a_chain_of_linear_nodes_becomes_one_projection)
{
    uint32_t in = add_port(&network, "in", NODE_INPUT, 2, 8, 8);
    uint32_t conv = add_conv(&network, "conv", 2, 2, 8, 3, true);
    uint32_t pool = add_sum_pool(&network, "pool", 2, 8);
    uint32_t flat = add_flatten(&network, "flat", 2, 4, 4);
    uint32_t neurons = add_if(&network, "if", 32, 0, 0, 100.0);
    uint32_t out = add_port(&network, "out", NODE_OUTPUT, 32, 0, 0);
    add_edge(&network, in, conv);
    add_edge(&network, conv, pool);
    add_edge(&network, pool, flat);
    add_edge(&network, flat, neurons);
    add_edge(&network, neurons, out);
    compile_well(0.0);
    ck_assert_uint_eq(program.population_count, 2);
    struct sparse_matrix first, second, both;
    ck_assert(linear_to_sparse(&network.nodes[conv], &first, &diagnostics));
    ck_assert(linear_to_sparse(&network.nodes[pool], &second, &diagnostics));
    ck_assert(sparse_compose(&first, &second, &both, &diagnostics));
    struct walk walk = walk_from_to("in", "if");
    same_synapses(&walk, &both);
    for (uint32_t i = 0; i < 32; i++) /* a bias of channel + 1 in each of the 4 pooled pixels */
        ck_assert_int_eq(program.cores[0].bias[i], (int32_t)(4 * (i / 16 + 1)) << 6);
    walk_free(&walk);
    sparse_free(&first);
    sparse_free(&second);
    sparse_free(&both);
}
END_TEST

START_TEST(parallel_paths_add_up)
{
    uint32_t in = add_port(&network, "in", NODE_INPUT, 5, 0, 0);
    uint32_t a = add_affine(&network, "a", 5, 4, NULL, 2.0), b = add_affine(&network, "b", 5, 4, NULL, 3.0);
    uint32_t neurons = add_if(&network, "if", 4, 0, 0, 9.0), out = add_port(&network, "out", NODE_OUTPUT, 4, 0, 0);
    add_edge(&network, in, a);
    add_edge(&network, in, b);
    add_edge(&network, a, neurons);
    add_edge(&network, b, neurons);
    add_edge(&network, neurons, out);
    compile_well(0.0);
    struct walk walk = walk_from_to("in", "if");
    for (uint32_t s = 0; s < 5; s++)
        for (uint32_t t = 0; t < 4; t++)
            ck_assert_int_eq(walk.weight[s * 4 + t], 2 * (int32_t)small_weight(t * 5 + s));
    ck_assert_int_eq(program.cores[0].bias[3], 5 << 6);
    walk_free(&walk);
}
END_TEST

/* ---- neuron parameters ---- */
static double weight_64(uint32_t index)
{
    return index % 3 ? 64.0 : -64.0;
}

static uint32_t one_layer(uint32_t inputs, uint32_t neurons, double (*weight)(uint32_t))
{
    uint32_t in = add_port(&network, "in", NODE_INPUT, inputs, 0, 0);
    uint32_t affine = add_affine(&network, "w", inputs, neurons, weight, 0.0);
    add_edge(&network, in, affine);
    return affine;
}

static uint32_t finish_layer(uint32_t affine, uint32_t neurons)
{
    uint32_t out = add_port(&network, "out", NODE_OUTPUT, network.nodes[neurons].output.size[0], 0, 0);
    add_edge(&network, affine, neurons);
    add_edge(&network, neurons, out);
    return out;
}

START_TEST(whole_weights_stay_and_the_benchmark_rule_is_exact)
{
    chip.core.weight_bits = 9;
    uint32_t affine = one_layer(8, 8, weight_64);
    uint32_t lif = add_leaky(&network, "lif", NODE_LIF, 8, (double)0.016f, 2048.0); /* as float32 holds it */
    for (uint32_t i = 0; i < 8; i++)
        network.nodes[lif].r[i] = 16.0;
    finish_layer(affine, lif);
    compile_well(0.001);
    const struct neuron_group *group = &program.cores[0].groups[0];
    ck_assert_uint_eq(program.cores[0].group_count, 1);
    ck_assert_int_eq(group->model, MODEL_LIF);
    ck_assert_int_eq(group->decay_potential, 256);
    ck_assert_int_eq(group->threshold, 2048 << 6);
    ck_assert_int_eq(group->reset, 0);
    ck_assert_int_eq(group->reset_subtract, 0);
    ck_assert_double_eq(program.populations[1].scale, 64.0);
    struct walk walk = walk_from_to("in", "lif");
    for (uint32_t i = 0; i < 64; i++)
        ck_assert_int_eq(walk.weight[i % 8 * 8 + i / 8], (int32_t)weight_64(i));
    walk_free(&walk);
}
END_TEST

START_TEST(cubalif_gets_both_decays_and_one_gain)
{
    uint32_t affine = one_layer(4, 3, NULL), cuba = add_leaky(&network, "cuba", NODE_CUBALIF, 3, 0.004, 10.0);
    for (uint32_t i = 0; i < 3; i++) {
        network.nodes[cuba].tau_syn[i] = 0.002;
        network.nodes[cuba].w_in[i] = 2.0;
        network.nodes[cuba].r[i] = 4.0; /* gain: 1/2 x 2 x 4 x 1/4 = 1 */
    }
    finish_layer(affine, cuba);
    compile_well(0.001);
    const struct neuron_group *group = &program.cores[0].groups[0];
    ck_assert_int_eq(group->model, MODEL_CUBALIF);
    ck_assert_int_eq(group->decay_current, 2048);
    ck_assert_int_eq(group->decay_potential, 1024);
    ck_assert_int_eq(group->threshold, 10 << 6);
    struct walk walk = walk_from_to("in", "cuba");
    ck_assert_int_eq(walk.weight[0], (int32_t)small_weight(0));
    walk_free(&walk);
}
END_TEST

static double weight_fraction(uint32_t index)
{
    return 0.013 * (double)(index % 17) - 0.1;
}

START_TEST(other_weights_use_the_range_and_errors_stay_within_half_a_step)
{
    uint32_t affine = one_layer(20, 10, weight_fraction);
    finish_layer(affine, add_if(&network, "if", 10, 0, 0, 0.5));
    compile_well(0.0);
    double scale = program.populations[1].scale / 64.0, greatest = 0.0;
    struct walk walk = walk_from_to("in", "if");
    for (uint32_t i = 0; i < 200; i++) {
        double exact = weight_fraction(i) * scale, held = walk.weight[i % 20 * 10 + i / 20];
        greatest = fmax(greatest, fabs(held));
        ck_assert_double_le(fabs(held - exact), report.saturated_weights ? 64.0 : 0.5);
    }
    ck_assert_double_eq(greatest, 127.0);
    ck_assert_int_eq(program.cores[0].groups[0].threshold, (int32_t)round(0.5 * scale * 64.0));
    walk_free(&walk);
}
END_TEST

START_TEST(a_large_threshold_lowers_the_scale_until_it_fits)
{
    chip.core.potential_bits = 16;
    uint32_t affine = one_layer(20, 10, weight_fraction);
    finish_layer(affine, add_if(&network, "if", 10, 0, 0, 10.0));
    compile_well(0.0);
    ck_assert_int_le(program.cores[0].groups[0].threshold, 8192);
    ck_assert_int_gt(program.cores[0].groups[0].threshold, 8000);
    ck_assert(remarked("weights use"));
}
END_TEST

START_TEST(analog_inputs_are_divided_by_their_levels)
{
    uint32_t affine = one_layer(4, 4, weight_fraction);
    finish_layer(affine, add_if(&network, "if", 4, 0, 0, 0.5));
    ck_assert(compile_levels(0.0, 16));
    ck_assert_int_eq(program.populations[0].input_levels, 16);
    ck_assert_int_eq(program.populations[1].input_levels, 1);
    double scale = program.populations[1].scale / 64.0;
    struct walk walk = walk_from_to("in", "if");
    ck_assert_double_le(fabs(walk.weight[0] - weight_fraction(0) / 16.0 * scale), 0.5);
    ck_assert_double_gt(scale * 0.1 / 16.0, 50.0);
    walk_free(&walk);
}
END_TEST

START_TEST(equal_neurons_share_a_group)
{
    uint32_t affine = one_layer(4, 9, NULL), neurons = add_if(&network, "if", 9, 0, 0, 4.0);
    for (uint32_t i = 3; i < 6; i++)
        network.nodes[neurons].v_threshold[i] = 5.0;
    finish_layer(affine, neurons);
    compile_well(0.0);
    ck_assert_uint_eq(program.cores[0].group_count, 3);
    ck_assert_uint_eq(program.cores[0].groups[1].first, 3);
    ck_assert_uint_eq(program.cores[0].groups[1].count, 3);
    ck_assert_int_eq(program.cores[0].groups[1].threshold, 5 << 6);
    ck_assert_int_eq(program.cores[0].groups[2].threshold, 4 << 6);
}
END_TEST

START_TEST(a_core_holds_no_more_parameter_sets_than_it_can)
{
    chip.core.profiles_max = 2;
    uint32_t affine = one_layer(4, 12, NULL), neurons = add_if(&network, "if", 12, 0, 0, 4.0);
    for (uint32_t i = 0; i < 12; i++)
        network.nodes[neurons].v_threshold[i] = 4.0 + i / 3;
    finish_layer(affine, neurons);
    compile_well(0.0);
    ck_assert_uint_eq(report.cores_used, 2);
    ck_assert_str_eq(report.notes[0].limit, "profiles");
}
END_TEST

/* ---- depth and delay ---- */
START_TEST(a_skip_connection_waits_in_the_event_queue)
{
    uint32_t in = add_port(&network, "in", NODE_INPUT, 4, 0, 0);
    uint32_t a = add_if(&network, "a", 4, 0, 0, 1.0), b = add_if(&network, "b", 4, 0, 0, 1.0);
    uint32_t c = add_if(&network, "c", 4, 0, 0, 1.0), out = add_port(&network, "out", NODE_OUTPUT, 4, 0, 0);
    add_edge(&network, in, a);
    add_edge(&network, a, b);
    add_edge(&network, b, c);
    add_edge(&network, in, c);
    add_edge(&network, c, out);
    compile_well(0.0);
    ck_assert_uint_eq(program.populations[population("c")].depth, 3);
    ck_assert_uint_eq(program.depth, 3);
    struct walk skip = walk_from_to("in", "c"), step = walk_from_to("b", "c");
    ck_assert_uint_eq(skip.delay, 3);
    ck_assert_uint_eq(step.delay, 1);
    ck_assert_uint_eq(skip.synapses, 4);
    walk_free(&skip);
    walk_free(&step);
}
END_TEST

static void recurrent_layer(void)
{
    uint32_t affine = one_layer(4, 6, NULL), rec = add_affine(&network, "rec", 6, 6, NULL, 1.0);
    uint32_t neurons = add_if(&network, "if", 6, 0, 0, 4.0);
    add_edge(&network, neurons, rec);
    add_edge(&network, rec, neurons);
    finish_layer(affine, neurons);
}

START_TEST(a_layer_that_feeds_itself_takes_one_step)
{
    recurrent_layer();
    compile_well(0.0);
    struct walk forward = walk_from_to("in", "if"), back = walk_from_to("if", "if");
    ck_assert_uint_eq(forward.delay, 1);
    ck_assert_uint_eq(back.delay, 1);
    ck_assert_uint_eq(back.synapses, 36);
    ck_assert_int_eq(program.cores[0].bias[0], 1 << 6);
    ck_assert(remarked("bias of its recurrent input"));
    walk_free(&forward);
    walk_free(&back);
}
END_TEST

START_TEST(feedback_over_two_layers_is_late_and_says_so)
{
    uint32_t in = add_port(&network, "in", NODE_INPUT, 4, 0, 0), a = add_if(&network, "a", 4, 0, 0, 1.0);
    uint32_t b = add_if(&network, "b", 4, 0, 0, 1.0), out = add_port(&network, "out", NODE_OUTPUT, 4, 0, 0);
    add_edge(&network, in, a);
    add_edge(&network, a, b);
    add_edge(&network, b, a);
    add_edge(&network, b, out);
    compile_well(0.0);
    struct walk back = walk_from_to("b", "a");
    ck_assert_uint_eq(back.delay, 1);
    ck_assert(remarked("edge b -> a arrives 1 step late"));
    walk_free(&back);
}
END_TEST

START_TEST(a_delay_beyond_the_event_queue_is_refused)
{
    chip.core.delay_slots = 3;
    uint32_t in = add_port(&network, "in", NODE_INPUT, 4, 0, 0), before = in;
    const char *names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        uint32_t neurons = add_if(&network, names[i], 4, 0, 0, 1.0);
        add_edge(&network, before, neurons);
        before = neurons;
    }
    add_edge(&network, in, before);
    uint32_t out = add_port(&network, "out", NODE_OUTPUT, 4, 0, 0);
    add_edge(&network, before, out);
    refused("expected core.event_queue.delay_slots of 4 or more");
}
END_TEST

/* ---- outputs ---- */
START_TEST(spiking_outputs_also_go_to_the_host)
{
    finish_layer(one_layer(4, 6, NULL), add_if(&network, "if", 6, 0, 0, 4.0));
    compile_well(0.0);
    ck_assert(program.populations[1].output && !program.populations[1].values);
    const struct route_table *table = &program.cores[0].neuron_routes;
    ck_assert_uint_eq(table->start[6], 6);
    ck_assert_uint_eq(table->routes[5].core, ROUTE_HOST);
    ck_assert_uint_eq(table->routes[5].axon, 5);
}
END_TEST

START_TEST(an_output_behind_a_linear_node_is_read_out_by_value)
{
    uint32_t affine = one_layer(4, 6, NULL), neurons = add_if(&network, "if", 6, 0, 0, 4.0);
    uint32_t last = add_affine(&network, "last", 6, 3, NULL, 0.0), out = add_port(&network, "out", NODE_OUTPUT, 3, 0, 0);
    add_edge(&network, affine, neurons);
    add_edge(&network, neurons, last);
    add_edge(&network, last, out);
    compile_well(0.0);
    uint32_t readout = population("out");
    ck_assert(program.populations[readout].output && program.populations[readout].values);
    ck_assert(!program.populations[population("if")].output);
    ck_assert_uint_eq(program.populations[readout].depth, 2);
    for (uint32_t c = 0; c < program.core_count; c++)
        if (program.cores[c].population == (int32_t)readout) {
            ck_assert_int_eq(program.cores[c].groups[0].model, MODEL_LI);
            ck_assert_int_eq(program.cores[c].groups[0].decay_potential, 4096);
        }
    struct walk walk = walk_from_to("if", "out");
    ck_assert_uint_eq(walk.synapses, 18);
    walk_free(&walk);
}
END_TEST

START_TEST(li_outputs_send_values_and_feed_nobody_else)
{
    uint32_t affine = one_layer(4, 6, NULL), li = add_leaky(&network, "li", NODE_LI, 6, 0.004, 0.0);
    finish_layer(affine, li);
    compile_well(0.001);
    ck_assert(program.populations[1].output && program.populations[1].values);
    program_free(&program);
    compile_report_free(&report);
    uint32_t more = add_if(&network, "more", 6, 0, 0, 1.0);
    add_edge(&network, li, more);
    refused("an LI feeds more");
}
END_TEST

/* ---- partition and placement ---- */
START_TEST(blocks_put_equal_parts_of_neurons_and_inputs_on_all_cores)
{
    chip.placement_inputs = INPUTS_CORES;
    chip.placement_policy = PLACEMENT_BLOCKS;
    uint32_t affine = one_layer(64, 96, NULL);
    finish_layer(affine, add_if(&network, "if", 96, 0, 0, 4.0));
    compile_well(0.0);
    for (uint32_t c = 0; c < 16; c++) {
        const struct core_program *core = &program.cores[c];
        ck_assert_uint_eq(core->neuron_count, 6);
        ck_assert_uint_eq(core->relay_count, 4);
        for (uint32_t i = 0; i < 6; i++)
            ck_assert_uint_eq(core->neuron_index[i], c * 6 + i);
        for (uint32_t i = 0; i < 4; i++)
            ck_assert_uint_eq(core->relay_index[i], c * 4 + i);
    }
    ck_assert_uint_eq(program.input_routes[0].sources, 0);
    struct sparse_matrix matrix;
    ck_assert(linear_to_sparse(&network.nodes[affine], &matrix, &diagnostics));
    struct walk walk = walk_from_to("in", "if");
    same_synapses(&walk, &matrix);
    walk_free(&walk);
    sparse_free(&matrix);
}
END_TEST

START_TEST(relays_keep_every_synapse_under_traffic_too)
{
    chip.placement_inputs = INPUTS_CORES;
    chip.core.neurons_max = 20;
    uint32_t affine = one_layer(64, 96, NULL);
    finish_layer(affine, add_if(&network, "if", 96, 0, 0, 4.0));
    compile_well(0.0);
    struct walk walk = walk_from_to("in", "if");
    ck_assert_uint_eq(walk.synapses, 64 * 96);
    uint32_t relays = 0;
    for (uint32_t c = 0; c < program.core_count; c++) {
        ck_assert_uint_le(program.cores[c].relay_count, 20);
        relays += program.cores[c].relay_count;
    }
    ck_assert_uint_eq(relays, 64);
    walk_free(&walk);
}
END_TEST

START_TEST(a_full_routing_table_splits_the_core)
{
    uint32_t in = add_port(&network, "in", NODE_INPUT, 8, 0, 0), first = add_affine(&network, "w", 8, 32, NULL, 0.0);
    uint32_t a = add_if(&network, "a", 32, 0, 0, 4.0), second = add_affine(&network, "v", 32, 64, NULL, 0.0);
    uint32_t b = add_if(&network, "b", 64, 0, 0, 4.0);
    add_edge(&network, in, first);
    add_edge(&network, first, a);
    add_edge(&network, a, second);
    finish_layer(second, b);
    chip.core.neurons_max = 32;
    chip.core.routes_max = 32; /* each of a's 32 neurons reaches both cores of b */
    compile_well(0.0);
    uint32_t cores_of_a = 0;
    for (uint32_t i = 0; i < report.note_count; i++) {
        ck_assert_uint_le(report.notes[i].routes, 32);
        cores_of_a += program.cores[report.notes[i].core].population == (int32_t)population("a");
    }
    ck_assert_uint_eq(cores_of_a, 2);
    ck_assert_uint_eq(report.cores_used, 4);
}
END_TEST

START_TEST(too_few_cores_name_the_mesh_that_would_do)
{
    chip.core.neurons_max = 2;
    finish_layer(one_layer(4, 60, NULL), add_if(&network, "if", 60, 0, 0, 4.0));
    refused("needs 30 cores, there are 16, expected a larger chip: mesh.columns x mesh.rows of 6 x 5");
    ck_assert(diagnostics_mention(&diagnostics, "if takes 30 cores, split by: neurons"));
}
END_TEST

START_TEST(a_neuron_with_too_many_inputs_names_the_limit_and_what_would_do)
{
    chip.core.axons_max = 100;
    finish_layer(one_layer(150, 4, NULL), add_if(&network, "if", 4, 0, 0, 4.0));
    refused("node if of the network: one neuron has 150 inputs, but core.axons is 100, expected at least 150");
}
END_TEST

START_TEST(a_neuron_too_large_for_the_synapse_memory_is_refused)
{
    chip.core.sparse_words = 100;
    finish_layer(one_layer(150, 4, NULL), add_if(&network, "if", 4, 0, 0, 4.0));
    refused("core.synapse.sparse.words is 100, expected at least 150");
}
END_TEST

START_TEST(the_synapse_memory_splits_a_layer_and_is_reported)
{
    chip.core.sparse_words = 1000; /* 100 rows of 2-synapse words: 20 neurons a core */
    finish_layer(one_layer(100, 60, NULL), add_if(&network, "if", 60, 0, 0, 4.0));
    compile_well(0.0);
    ck_assert_uint_eq(report.cores_used, 3);
    ck_assert_str_eq(report.notes[0].limit, "synapse memory");
    ck_assert_double_eq(report.notes[0].memory_used, 1.0);
}
END_TEST

START_TEST(a_network_too_large_for_one_chip_spreads_over_two)
{
    chip.core.neurons_max = 4;
    chip.noc.columns = chip.noc.rows = 2;
    chip.host.chips = 2;
    finish_layer(one_layer(4, 24, NULL), add_if(&network, "if", 24, 0, 0, 4.0));
    compile_well(0.0);
    ck_assert_uint_eq(program.core_count, 8);
    uint32_t first = 0, second = 0;
    for (uint32_t c = 0; c < 8; c++)
        *(c < 4 ? &first : &second) += program.cores[c].neuron_count;
    ck_assert_uint_eq(first, 16);
    ck_assert_uint_eq(second, 8);
}
END_TEST

START_TEST(a_chain_of_layers_is_placed_one_hop_apart)
{
    uint32_t before = add_port(&network, "in", NODE_INPUT, 8, 0, 0);
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    for (int i = 0; i < 8; i++) {
        uint32_t neurons = add_if(&network, names[i], 8, 0, 0, 1.0);
        add_edge(&network, before, neurons);
        before = neurons;
    }
    add_edge(&network, before, add_port(&network, "out", NODE_OUTPUT, 8, 0, 0));
    compile_well(0.0);
    /* host -> a -> ... -> h -> host on a grid: a ring of 8 tiles, the host beside the first: 9 links, at least 8 hops */
    ck_assert_double_le(report.mean_hops, 1.0);
    ck_assert_double_gt(report.mean_hops, 0.5);
}
END_TEST

START_TEST(compiling_twice_gives_the_same_program)
{
    convolution(true);
    compile_well(0.0);
    struct program again;
    struct compile_report second;
    static const struct semantics norse = {.name = "norse", .reset = RESET_TO_VALUE};
    struct compile_options options = {.semantics = &norse, .dt_s = 0.0, .input_levels = 1};
    ck_assert(compile_network(&network, &chip, &options, &again, &second, &diagnostics));
    for (uint32_t c = 0; c < program.core_count; c++) {
        const struct core_program *x = &program.cores[c], *y = &again.cores[c];
        ck_assert_uint_eq(x->neuron_count, y->neuron_count);
        ck_assert_uint_eq(x->axon_count, y->axon_count);
        if (x->neuron_count)
            ck_assert_mem_eq(x->neuron_index, y->neuron_index, x->neuron_count * sizeof *x->neuron_index);
        if (x->axon_count)
            ck_assert_mem_eq(x->synapse_weight, y->synapse_weight,
                             x->synapse_start[x->axon_count] * sizeof *x->synapse_weight);
    }
    program_free(&again);
    compile_report_free(&second);
}
END_TEST

/* ---- what cannot run ---- */
START_TEST(nodes_without_hardware_are_named)
{
    uint32_t affine = one_layer(4, 6, NULL), neurons = add_leaky(&network, "slow", NODE_CUBALI, 6, 0.01, 1.0);
    finish_layer(affine, neurons);
    refused("node slow: CubaLI cannot run on the chip");
}
END_TEST

START_TEST(a_cycle_without_a_neuron_is_refused)
{
    uint32_t affine = one_layer(4, 4, NULL), other = add_affine(&network, "other", 4, 4, NULL, 0.0);
    add_edge(&network, affine, other);
    add_edge(&network, other, affine);
    finish_layer(affine, add_if(&network, "if", 4, 0, 0, 4.0));
    refused("a cycle of linear nodes");
}
END_TEST

START_TEST(leaky_neurons_need_the_length_of_a_step)
{
    finish_layer(one_layer(4, 6, NULL), add_leaky(&network, "lif", NODE_LIF, 6, 0.01, 1.0));
    ck_assert(!compile_levels(0.0, 1));
    ck_assert(diagnostics_mention(&diagnostics, "--dt"));
}
END_TEST

START_TEST(a_time_constant_shorter_than_a_step_is_remarked)
{
    finish_layer(one_layer(4, 6, NULL), add_leaky(&network, "lif", NODE_LIF, 6, 0.0005, 1.0));
    compile_well(0.001);
    ck_assert(remarked("shorter than dt"));
    ck_assert_int_eq(program.cores[0].groups[0].decay_potential, 4096);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compile");
    TCase *tests = tcase_create("compile");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_convolution_keeps_every_synapse_on_sparse_cores);
    tcase_add_test(tests, a_convolution_keeps_every_synapse_on_dense_arrays);
    tcase_add_test(tests, dense_arrays_are_filled_by_blocks_of_neighbours);
    tcase_add_test(tests, a_bias_reaches_every_pixel_of_its_channel);
    tcase_add_test(tests, a_chain_of_linear_nodes_becomes_one_projection);
    tcase_add_test(tests, parallel_paths_add_up);
    tcase_add_test(tests, whole_weights_stay_and_the_benchmark_rule_is_exact);
    tcase_add_test(tests, cubalif_gets_both_decays_and_one_gain);
    tcase_add_test(tests, other_weights_use_the_range_and_errors_stay_within_half_a_step);
    tcase_add_test(tests, a_large_threshold_lowers_the_scale_until_it_fits);
    tcase_add_test(tests, analog_inputs_are_divided_by_their_levels);
    tcase_add_test(tests, equal_neurons_share_a_group);
    tcase_add_test(tests, a_core_holds_no_more_parameter_sets_than_it_can);
    tcase_add_test(tests, a_skip_connection_waits_in_the_event_queue);
    tcase_add_test(tests, a_layer_that_feeds_itself_takes_one_step);
    tcase_add_test(tests, feedback_over_two_layers_is_late_and_says_so);
    tcase_add_test(tests, a_delay_beyond_the_event_queue_is_refused);
    tcase_add_test(tests, spiking_outputs_also_go_to_the_host);
    tcase_add_test(tests, an_output_behind_a_linear_node_is_read_out_by_value);
    tcase_add_test(tests, li_outputs_send_values_and_feed_nobody_else);
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
    tcase_add_test(tests, nodes_without_hardware_are_named);
    tcase_add_test(tests, a_cycle_without_a_neuron_is_refused);
    tcase_add_test(tests, leaky_neurons_need_the_length_of_a_step);
    tcase_add_test(tests, a_time_constant_shorter_than_a_step_is_remarked);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
