/* Costs built up from blocks: memories by size (memory_cost.h), arithmetic by width, wires by the floor plan.
 *
 * Synapse array (dimc): each active row drives all weight bits of the row. Network: each flit passes a router and a wire
 * as long as the floor plan (floor_plan.h) has it.
 *
 * Clock: joule a cycle and mm2 of a component, memories included. */
#include "models/physics/floor_plan.h"
#include "models/physics/memory_cost.h"
#include "models/physics/memristor_costs.h"
#include "models/physics/sizes.h"
#include "models/physics/unit_costs.h"

#define PICO 1e-12
#define FEMTO 1e-15
#define MICRO 1e-6
#define MILLI 1e-3
#define UM2_PER_MM2 1e6
#define ROUTER_PORTS 5.0

struct build {
    const struct component_values *values;
    const struct chip_config *config;
    struct core_sizes sizes;
    struct cost area[ENERGY_COMPONENTS], leakage[ENERGY_COMPONENTS]; /* mm2, watts, of the system */
    struct floor_plan plan;
};

static struct cost word_read(const struct build *build, const struct memory_size *memory)
{
    struct memory_cost cost;
    memory_cost_get(build->values, memory, &cost);
    return cost.read;
}

static struct cost word_write(const struct build *build, const struct memory_size *memory)
{
    struct memory_cost cost;
    memory_cost_get(build->values, memory, &cost);
    return cost.write;
}

static struct cost arithmetic(const struct sourced_value *value, double bits)
{
    return cost_of(value, PICO * bits);
}

/* ---- area ---- */

static void add_memory(struct build *build, enum energy_component component, const struct memory_size *memory)
{
    struct memory_cost cost;
    double cores = system_cores(build->config);
    memory_cost_get(build->values, memory, &cost);
    build->area[component] = cost_add(build->area[component], cost_scale(cost.area, cores));
    build->leakage[component] = cost_add(build->leakage[component], cost_scale(cost.leakage, cores));
}

/* Logic leaks by its nominal area. */
static void add_area(struct build *build, enum energy_component component, struct cost mm2)
{
    struct cost leakage = cost_of(&build->values->logic_leakage, MILLI * mm2.nominal);
    build->area[component] = cost_add(build->area[component], mm2);
    build->leakage[component] = cost_add(build->leakage[component], leakage);
}

static void add_logic(struct build *build, enum energy_component component, const struct sourced_value *area,
                      double units)
{
    add_area(build, component, cost_of(area, units / UM2_PER_MM2));
}

/* Weights inside an in-memory array: cells beside their multipliers, without a periphery of their own. */
static void add_array_cells(struct build *build, double bits)
{
    struct cost area = cost_of(&build->values->sram_area, bits / UM2_PER_MM2);
    struct cost leakage = cost_of(&build->values->sram_leakage, MICRO * bits / 8192.0);
    build->area[ENERGY_SYNAPSE_ARRAY] = cost_add(build->area[ENERGY_SYNAPSE_ARRAY], area);
    build->leakage[ENERGY_SYNAPSE_ARRAY] = cost_add(build->leakage[ENERGY_SYNAPSE_ARRAY], leakage);
}

static void lay_out_cores(struct build *build)
{
    const struct component_values *values = build->values;
    const struct core_sizes *sizes = &build->sizes;
    double cores = system_cores(build->config);
    struct named_memory memories[CORE_MEMORIES];
    core_memories_get(build->config, memories);
    for (int i = 0; i < CORE_MEMORIES; i++)
        add_memory(build, memories[i].component, &memories[i].size);
    add_array_cells(build, cores * sizes->dimc_bits);
    add_logic(build, ENERGY_SYNAPSE_ARRAY, &values->dimc_cell_area, cores * sizes->dimc_multipliers);
    add_logic(build, ENERGY_ACCUMULATOR, &values->adder_area, cores * sizes->accumulator_adders);
    add_logic(build, ENERGY_NEURON_ARRAY, &values->adder_area, cores * sizes->neuron_adders);
    add_logic(build, ENERGY_NEURON_ARRAY, &values->multiplier_area, cores * sizes->neuron_multipliers);
    add_logic(build, ENERGY_NEURON_ARRAY, &values->comparator_area, cores * sizes->neuron_comparators);
}

static void lay_out_tiles(struct build *build)
{
    const struct component_values *values = build->values;
    const struct noc_config *noc = &build->config->noc;
    const struct host_config *host = &build->config->host;
    double tiles = (double)chip_tiles(build->config) * host->chips;
    add_logic(build, ENERGY_ROUTER, &values->router_area, tiles * noc->flit_bits);
    add_logic(build, ENERGY_ROUTER, &values->register_area,
              tiles * ROUTER_PORTS * noc->buffer_flits * noc->flit_bits);
    if (build->config->core.neuron_location == NEURON_PROCESSOR)
        add_area(build, ENERGY_PROCESSOR, cost_of(&values->processor_area, tiles));
}

static void lay_out_edge(struct build *build)
{
    const struct host_config *host = &build->config->host;
    const struct sourced_value *area = &build->values->register_area;
    add_logic(build, ENERGY_HOST_LINK, area, (double)host->chips * host->buffer_events * host->event_bits);
    if (host->chips > 1)
        add_logic(build, ENERGY_CHIP_LINK, area,
                  2.0 * (host->chips - 1.0) * host->chip_link_buffer * build->config->noc.spike_bits);
}

static void finish_layout(const struct build *build, struct unit_costs *out)
{
    for (int component = 0; component < ENERGY_COMPONENTS; component++) {
        out->area[component] = build->area[component];
        out->leakage[component] = build->leakage[component];
        out->clock[component] = cost_of(&build->values->clock, PICO * build->area[component].nominal);
        if (build->config->core.synapse_kind == SYNAPSE_MEMRISTOR)
            out->area[component] = cost_add(out->area[component], memristor_area(&build->values->memristor, build->config,
                                                                                 (enum energy_component)component));
    }
}

/* ---- events ---- */

static void cost_core(const struct build *build, struct unit_costs *out)
{
    const struct component_values *values = build->values;
    const struct core_sizes *sizes = &build->sizes;
    const struct core_config *core = &build->config->core;
    out->core[CORE_QUEUE_WRITES] = word_write(build, &sizes->queue);
    out->core[CORE_QUEUE_READS] = word_read(build, &sizes->queue);
    out->core[CORE_AXON_READS] = word_read(build, &sizes->axon_table);
    if (core->synapse_kind == SYNAPSE_MEMRISTOR)
        memristor_costs_get(&values->memristor, build->config, out);
    else if (core->synapse_kind != SYNAPSE_DIMC)
        out->core[CORE_SYNAPSE_WORDS] = word_read(build, &sizes->synapses);
    else
        out->core[CORE_ARRAY_ROWS] = cost_of(&values->dimc_cell, FEMTO * sizes->dimc_row_bits);
    out->sweep = cost_add(word_read(build, &sizes->accumulators), word_write(build, &sizes->accumulators));
    out->core[CORE_ACCUMULATIONS] = cost_add(arithmetic(&values->adder, core->accumulator_bits), out->sweep);
    out->core[CORE_ROUTE_READS] = word_read(build, &sizes->routes);
    out->core[CORE_PROCESSOR_INSTRUCTIONS] = cost_of(&values->instruction, PICO);
}

/* A counted state word is a potential, or for CubaLIF half of a current and a potential that lie side by side; all are in
 * one memory that has room for both. */
static void cost_state(const struct build *build, struct unit_costs *out)
{
    const struct memory_size *both = &build->sizes.state;
    double potential_bits = build->config->core.potential_bits;
    struct memory_size potential = {memory_bits(both) / potential_bits, potential_bits, both->banks, both->ports};
    for (int model = 0; model < NEURON_MODELS; model++) {
        bool pair = model == MODEL_CUBALIF;
        out->state_read[model] = cost_scale(word_read(build, pair ? both : &potential), pair ? 0.5 : 1);
        out->state_write[model] = cost_scale(word_write(build, pair ? both : &potential), pair ? 0.5 : 1);
    }
}

/* Arithmetic of one update and the read of its profile. On a processor both are inside the instructions. */
static void cost_updates(const struct build *build, struct unit_costs *out)
{
    const struct component_values *values = build->values;
    const struct core_config *core = &build->config->core;
    if (core->neuron_location == NEURON_PROCESSOR)
        return;
    struct cost join = cost_add(word_read(build, &build->sizes.profiles), arithmetic(&values->adder, core->potential_bits));
    struct cost fire = arithmetic(&values->comparator, core->potential_bits);
    struct cost decay = arithmetic(&values->multiplier, (double)core->potential_bits * core->decay_bits);
    struct cost current = cost_add(arithmetic(&values->adder, core->current_bits),
                                   arithmetic(&values->multiplier, (double)core->current_bits * core->decay_bits));
    out->update[MODEL_IF] = cost_add(join, fire);
    out->update[MODEL_LIF] = cost_add(out->update[MODEL_IF], decay);
    out->update[MODEL_CUBALIF] = cost_add(out->update[MODEL_LIF], current);
    out->update[MODEL_LI] = cost_add(join, decay);
    out->update[MODEL_EVENT_LEAK] = out->update[MODEL_IF]; /* a weight or a leak, one addition each */
}

static void cost_network(const struct build *build, struct unit_costs *out)
{
    const struct component_values *values = build->values;
    double flit_bits = build->config->noc.flit_bits;
    struct cost router = arithmetic(&values->router, flit_bits);
    const struct floor_plan *plan = &build->plan;
    out->router[ROUTER_FLITS_EW] = cost_add(router, arithmetic(&values->wire, flit_bits * plan->hop_mm));
    out->router[ROUTER_FLITS_NS] = out->router[ROUTER_FLITS_EW];
    out->router[ROUTER_FLITS_LOCAL] = cost_add(router, arithmetic(&values->wire, flit_bits * plan->local_mm));
    out->router[ROUTER_TABLE_READS] = word_read(build, &build->sizes.routes);
}

/* A barrier sends one bit up and one down between neighbours of the tree, a tile's width apart, into a register. */
static void cost_edge(const struct build *build, struct unit_costs *out)
{
    const struct component_values *values = build->values;
    double signals = 2.0 * chip_tiles(build->config);
    out->host[HOST_BITS_IN] = arithmetic(&values->host_link, 1);
    out->host[HOST_BITS_OUT] = out->host[HOST_BITS_IN];
    out->host[HOST_ROUTE_READS] = word_read(build, &build->sizes.routes);
    out->host[HOST_CHIP_LINK_BITS] = arithmetic(&values->chip_link, 1);
    out->host[HOST_BARRIERS] = cost_add(arithmetic(&values->wire, signals * build->plan.hop_mm),
                                        arithmetic(&values->register_access, signals));
}

void component_costs_get(const struct component_values *values, const struct chip_config *config,
                         struct unit_costs *out)
{
    struct build build = {.values = values, .config = config};
    core_sizes_get(config, &build.sizes);
    lay_out_cores(&build);
    lay_out_tiles(&build);
    lay_out_edge(&build);
    finish_layout(&build, out);
    floor_plan_get(config, out->area, &build.plan);
    cost_core(&build, out);
    cost_state(&build, out);
    cost_updates(&build, out);
    cost_network(&build, out);
    cost_edge(&build, out);
}
