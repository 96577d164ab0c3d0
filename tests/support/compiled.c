#include "tests/support/compiled.h"

#include "sim/memory.h"
#include "tools/compile/program_layout.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct semantics norse = {.name = "norse", .reset = RESET_TO_VALUE};

void compiled_begin(struct compiled *it)
{
    *it = (struct compiled){0};
    small_network(&it->network);
    small_chip(&it->chip, SYNAPSE_SPARSE);
}

void compiled_forget(struct compiled *it)
{
    program_free(&it->program);
    compile_report_free(&it->report);
}

void compiled_end(struct compiled *it)
{
    compiled_forget(it);
    network_free(&it->network);
    diagnostics_free(&it->diagnostics);
}

bool compile_levels(struct compiled *it, double dt, int32_t levels)
{
    struct compile_options options = {.semantics = &norse, .dt_s = dt, .input_levels = levels};
    return compile_network(&it->network, &it->chip, &options, &it->program, &it->report, &it->diagnostics);
}

void compile_well(struct compiled *it, double dt)
{
    bool good = compile_levels(it, dt, 1) && program_check(&it->program, &it->chip, "compiled", &it->diagnostics);
    if (!good)
        diagnostics_print(&it->diagnostics);
    ck_assert(good);
    ck_assert_uint_eq(it->diagnostics.count, 0);
}

void refused(struct compiled *it, const char *text)
{
    ck_assert(!compile_levels(it, 0.001, 1));
    if (!diagnostics_mention(&it->diagnostics, text))
        diagnostics_print(&it->diagnostics);
    ck_assert_msg(diagnostics_mention(&it->diagnostics, text), "no message says: %s", text);
    ck_assert_ptr_null(it->program.cores);
}

bool remarked(const struct compiled *it, const char *text)
{
    for (uint32_t i = 0; i < it->report.remark_count; i++)
        if (strstr(it->report.remarks[i], text))
            return true;
    return false;
}

uint32_t population(const struct compiled *it, const char *name)
{
    for (uint32_t p = 0; p < it->program.population_count; p++)
        if (strcmp(it->program.populations[p].name, name) == 0)
            return p;
    ck_abort_msg("no population %s", name);
}

/* ---- networks ---- */
uint32_t one_layer(struct compiled *it, uint32_t inputs, uint32_t neurons, double (*weight)(uint32_t))
{
    uint32_t in = add_port(&it->network, "in", NODE_INPUT, inputs, 0, 0);
    uint32_t affine = add_affine(&it->network, "w", inputs, neurons, weight, 0.0);
    add_edge(&it->network, in, affine);
    return affine;
}

uint32_t finish_layer(struct compiled *it, uint32_t affine, uint32_t neurons)
{
    int64_t size = it->network.nodes[neurons].output.size[0];
    uint32_t out = add_port(&it->network, "out", NODE_OUTPUT, size, 0, 0);
    add_edge(&it->network, affine, neurons);
    add_edge(&it->network, neurons, out);
    return out;
}

uint32_t convolution(struct compiled *it, bool bias)
{
    uint32_t in = add_port(&it->network, "in", NODE_INPUT, 2, 12, 12);
    uint32_t conv = add_conv(&it->network, "conv", 2, 6, 12, 3, bias);
    uint32_t neurons = add_if(&it->network, "if", 6, 12, 12, 8.0);
    uint32_t out = add_port(&it->network, "out", NODE_OUTPUT, 6, 12, 12);
    add_edge(&it->network, in, conv);
    add_edge(&it->network, conv, neurons);
    add_edge(&it->network, neurons, out);
    return conv;
}

/* ---- walking the routes ---- */
static void walk_row(struct walk *walk, const struct program *program, uint32_t source, const struct route *route)
{
    const struct core_program *core = &program->cores[route->core];
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

static void walk_table(struct walk *walk, const struct program *program, const struct route_table *table,
                       const uint32_t *index)
{
    for (uint32_t s = 0; s < table->sources; s++)
        for (uint32_t r = table->start[s]; r < table->start[s + 1]; r++)
            if (table->routes[r].core != ROUTE_HOST)
                walk_row(walk, program, index ? index[s] : s, &table->routes[r]);
}

struct walk walk_from_to(const struct compiled *it, const char *from, const char *to)
{
    const struct program *program = &it->program;
    struct walk walk = {.from = population(it, from), .to = population(it, to)};
    walk.sources = program->populations[walk.from].count;
    walk.targets = program->populations[walk.to].count;
    walk.weight = memory_array((size_t)walk.sources * walk.targets, sizeof *walk.weight);
    walk.known = memory_array((size_t)walk.sources * walk.targets, sizeof *walk.known);
    walk_table(&walk, program, &program->input_routes[walk.from], NULL);
    for (uint32_t c = 0; c < program->core_count; c++) {
        const struct core_program *core = &program->cores[c];
        if (core->population == (int32_t)walk.from)
            walk_table(&walk, program, &core->neuron_routes, core->neuron_index);
        if (core->relay_population == (int32_t)walk.from)
            walk_table(&walk, program, &core->relay_routes, core->relay_index);
    }
    return walk;
}

void walk_free(struct walk *walk)
{
    free(walk->weight);
    free(walk->known);
}

void same_synapses(const struct walk *walk, const struct sparse_matrix *matrix)
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
