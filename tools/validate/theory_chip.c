/* The chip that theory cases share, and programs made by hand for it. */
#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/validate/theory.h"
#include <stdlib.h>

#define SYNAPSE_BITS 16u /* of weight and index: two in a word */

static struct core_config shared_core(void)
{
    return (struct core_config){
        .neurons_max = 64, .axons_max = 64, .routes_max = 64, .profiles_max = 1, .queue_depth = 64, .delay_slots = 4,
        .queue_policy = QUEUE_STALL, .axon_cycles = 3, .synapse_kind = SYNAPSE_SPARSE, .weight_bits = 8,
        .sparse_words = 1024, .sparse_word_bits = 2 * SYNAPSE_BITS, .sparse_index_bits = SYNAPSE_BITS - 8,
        .sparse_words_per_cycle = 1, .sparse_latency = 5, .dimc_rows = 64, .dimc_columns = 64, .dimc_arrays = 1,
        .dimc_rows_per_access = 8, .dimc_cycles_per_plane = 4, .dimc_planes_per_access = 1, .dimc_latency = 7,
        .crossbar_word_bits = 32, .crossbar_cycles = 13, .accumulator_bits = 20, .accumulator_banks = 8, .accumulator_ports = 1,
        .state_banks = 4, .state_ports = 1, .core_order = ORDER_TIMESTEP, .overflow = OVERFLOW_SATURATE,
        .neuron_location = NEURON_COLUMN, .neuron_lanes = 4, .neuron_interval = 2, .neuron_depth = 9,
        .potential_bits = 24, .current_bits = 24, .decay_bits = 12, .processor_instructions = 20,
        .processor_start = 8, .route_cycles = 2};
}

static struct chip_config shared_chip(uint32_t columns, uint32_t rows)
{
    struct chip_config chip = {.clock_hz = 1e8, .core = shared_core()};
    chip.noc = (struct noc_config){.router_kind = ROUTER_SWITCH, .columns = columns, .rows = rows,
                                   .cores_per_tile = 1, .buffer_flits = 4, .flit_bits = 32, .spike_bits = 32,
                                   .value_bits = 32, .router_latency = 3, .link_latency = 2, .local_latency = 4,
                                   .credit_latency = 1};
    chip.host = (struct host_config){.timestep_mode = TIMESTEP_BARRIER, .tick_cycles = 200, .barrier_base = 5,
                                     .barrier_level = 3, .barrier_arity = 2, .protocol = HOST_LINK,
                                     .link_latency = 11, .link_bits_per_cycle = 32, .event_bits = 64,
                                     .buffer_events = 64, .chips = 1, .chip_link_latency = 1,
                                     .chip_link_bits_per_cycle = 32, .chip_link_buffer = 4};
    return chip;
}

struct theory_case *theory_add(struct theory_cases *cases, char *name, uint32_t columns, uint32_t rows)
{
    cases->items = memory_grow(cases->items, &cases->capacity, cases->count + 1, sizeof *cases->items);
    struct theory_case *test = &cases->items[cases->count++];
    *test = (struct theory_case){.name = name, .quantity = "cycles", .unit = "cycles",
                                 .chip = shared_chip(columns, rows), .measure = theory_counter};
    return test;
}

void theory_case_free(struct theory_case *test)
{
    free(test->name);
    chip_config_free(&test->chip);
    program_free(&test->program);
    free(test->inputs);
    free(test->replay.log.entries);
    free(test->replay.potentials);
    chip_result_free(&test->result);
}

/* ---- programs ---- */

static struct route_table routes_none(uint32_t sources)
{
    return (struct route_table){sources, memory_array(sources + 1u, sizeof(uint32_t)),
                                memory_array(sources, sizeof(struct route))};
}

static void empty_core(struct core_program *core)
{
    core->population = core->relay_population = -1;
    core->neuron_routes = routes_none(0);
    core->relay_routes = routes_none(0);
    core->synapse_start = memory_array(1, sizeof(uint32_t));
}

void theory_program(struct theory_case *test, uint32_t inputs, uint32_t populations)
{
    struct program *program = &test->program;
    program->network_name = memory_copy_string("theory");
    program->population_count = populations + 1;
    program->populations = memory_array(populations + 1u, sizeof *program->populations);
    program->input_routes = memory_array(populations + 1u, sizeof *program->input_routes);
    for (uint32_t p = 0; p <= populations; p++)
        program->populations[p] = (struct population){.name = memory_format("%u", p), .input = p == 0,
                                                      .output = p == populations, .depth = p, .scale = p ? 1.0 : 0.0,
                                                      .count = p ? 0 : inputs, .input_levels = 1};
    program->input_routes[0] = routes_none(inputs);
    program->depth = populations;
    program->core_count = system_cores(&test->chip);
    program->cores = memory_array(program->core_count, sizeof *program->cores);
    for (uint32_t c = 0; c < program->core_count; c++)
        empty_core(&program->cores[c]);
}

static void fill_rows(struct core_program *core, uint32_t axons, const uint16_t *targets, uint32_t target_count)
{
    free(core->synapse_start);
    core->axon_count = axons;
    core->synapse_start = memory_array(axons + 1u, sizeof(uint32_t));
    core->synapse_target = memory_array((size_t)axons * target_count, sizeof(uint16_t));
    core->synapse_weight = memory_array((size_t)axons * target_count, sizeof(int16_t));
    core->axon_row = memory_array(axons, sizeof(uint32_t));
    for (uint32_t axon = 0; axon < axons; axon++) {
        core->axon_row[axon] = axon;
        core->synapse_start[axon + 1] = (axon + 1) * target_count;
        for (uint32_t i = 0; i < target_count; i++) {
            core->synapse_target[axon * target_count + i] = targets[i];
            core->synapse_weight[axon * target_count + i] = 1;
        }
    }
}

void theory_core(struct theory_case *test, uint32_t core_number, uint32_t population, uint32_t neurons,
                 int32_t threshold, uint32_t axons, const uint16_t *targets, uint32_t target_count)
{
    struct core_program *core = &test->program.cores[core_number];
    struct population *of = &test->program.populations[population];
    must(core->neuron_count == 0);
    core->population = (int32_t)population;
    core->neuron_count = neurons;
    core->neuron_index = memory_array(neurons, sizeof(uint32_t));
    core->bias = memory_array(neurons, sizeof(int32_t));
    core->group_count = 1;
    core->groups = memory_array(1, sizeof *core->groups);
    core->groups[0] = (struct neuron_group){.count = neurons, .model = MODEL_IF, .threshold = threshold};
    for (uint32_t j = 0; j < neurons; j++)
        core->neuron_index[j] = of->count++;
    free(core->neuron_routes.start);
    free(core->neuron_routes.routes);
    core->neuron_routes = routes_none(neurons);
    fill_rows(core, axons, targets, target_count);
}

void theory_routes(struct theory_case *test, uint32_t from, uint32_t to)
{
    struct route_table *table = from == THEORY_INPUTS ? &test->program.input_routes[0]
                                                      : &test->program.cores[from].neuron_routes;
    for (uint32_t j = 0; j < table->sources; j++) {
        uint32_t axon = to == ROUTE_HOST ? test->program.cores[from].neuron_index[j] : j;
        table->start[j + 1] = j + 1;
        table->routes[j] = (struct route){.core = to, .axon = axon, .delay = to == ROUTE_HOST ? 0 : 1};
    }
}

void theory_sample(struct theory_case *test, uint32_t steps, uint32_t inputs)
{
    test->inputs = memory_array(inputs, sizeof *test->inputs);
    for (uint32_t i = 0; i < inputs; i++)
        test->inputs[i] = (struct driver_input){.step = 0, .input = i, .count = 1};
    test->sample = (struct driver_sample){steps, inputs, test->inputs};
}

/* ---- formulas ---- */

uint64_t theory_barrier(const struct chip_config *chip)
{
    uint64_t tiles = (uint64_t)chip->noc.columns * chip->noc.rows, levels = 0;
    for (uint64_t left = tiles; left > 1; left = (left + chip->host.barrier_arity - 1) / chip->host.barrier_arity)
        levels++;
    return chip->host.barrier_base + chip->host.barrier_level * levels;
}

static uint32_t round_up(uint32_t amount, uint32_t unit) { return (amount + unit - 1) / unit; }

uint32_t theory_interval(const struct core_config *core)
{
    uint32_t array = core->neuron_location == NEURON_PROCESSOR ? core->processor_instructions : core->neuron_interval;
    uint32_t memory = round_up(round_up(core->neuron_lanes, core->state_banks), core->state_ports);
    return memory > array ? memory : array;
}

/* Whole groups only, or a single one that its ports are no limit for. */
uint64_t theory_sweep(const struct core_config *core, uint32_t neurons)
{
    return (uint64_t)round_up(neurons, core->neuron_lanes) * theory_interval(core) + core->neuron_depth;
}

static uint64_t distance(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

/* switch: into the first router, a router and a wire each hop, out to the core. merge: into the first unit (from the
 * host 1 cycle), then 2 cycles for each unit along x, along y, and the local one. */
uint64_t theory_flight(const struct chip_config *chip, int64_t from, int64_t to)
{
    const struct noc_config *noc = &chip->noc;
    bool merge = noc->router_kind == ROUTER_MERGE;
    uint32_t a = from == THEORY_HOST ? chip->host.tile : (uint32_t)from;
    uint32_t b = to != THEORY_HOST ? (uint32_t)to : merge ? chip->host.output_tile : chip->host.tile;
    uint64_t x = distance(a % noc->columns, b % noc->columns), y = distance(a / noc->columns, b / noc->columns);
    if (merge)
        return (from == THEORY_HOST ? 1 : 2) + 2 * ((x + 1) + (y + 1) + 1);
    return (noc->router_latency + noc->local_latency) + (x + y) * (noc->router_latency + noc->link_latency) +
           noc->local_latency;
}
