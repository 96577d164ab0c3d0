/* Costs built up from blocks: memories by capacity and word, arithmetic by width, wires by the tile's size.
 *
 * Memory: joule per bit read = power law of the bank's capacity (Horowitz 2014's three capacities lie on one within
 * 4 %), never below a register. Synapse array (dimc): each active row drives all weight bits of the row. Network: each
 * flit passes a router and, between tiles, a wire as long as a tile is wide (square root of its area).
 *
 * Clock: joule a cycle and mm2 of a component, memories included. */
#include "models/physics/memristor_costs.h"
#include "models/physics/sizes.h"
#include "models/physics/unit_costs.h"
#include <math.h>

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
    double sram_bits[ENERGY_COMPONENTS]; /* of the system */
    double logic_mm2[ENERGY_COMPONENTS];
    double analog_mm2[ENERGY_COMPONENTS]; /* neither clocked nor leaking */
    double pitch_mm;
};

static double power_law(double small, double large, double small_kb, double large_kb, double kilobytes)
{
    return small * pow(kilobytes / small_kb, log(large / small) / log(large_kb / small_kb));
}

struct cost memory_bit_read(const struct component_values *values, double kilobytes)
{
    const struct sourced_value *small = &values->sram_small_read, *large = &values->sram_large_read;
    double from = values->sram_small_kb.value, to = values->sram_large_kb.value;
    struct cost floor = cost_of(&values->register_access, PICO);
    struct cost bit = {PICO * power_law(small->value, large->value, from, to, kilobytes),
                       PICO * power_law(small->low, large->low, from, to, kilobytes),
                       PICO * power_law(small->high, large->high, from, to, kilobytes), 0};
    if (kilobytes <= 0 || bit.nominal < floor.nominal)
        return floor;
    if (source_is_assumed(small) || source_is_assumed(large))
        bit.assumed = bit.nominal;
    return bit;
}

static struct cost word_read(const struct build *build, const struct memory_size *memory)
{
    return cost_scale(memory_bit_read(build->values, memory_bank_kb(memory)), memory->word_bits);
}

static struct cost word_write(const struct build *build, const struct memory_size *memory)
{
    const struct sourced_value *ratio = &build->values->sram_write_ratio;
    struct cost read = word_read(build, memory), write = cost_scale(read, ratio->value);
    if (source_is_assumed(ratio))
        write.assumed = write.nominal;
    return write;
}

static struct cost arithmetic(const struct sourced_value *value, double bits)
{
    return cost_of(value, PICO * bits);
}

/* ---- area ---- */

static void add_sram(struct build *build, enum energy_component component, double bits)
{
    build->sram_bits[component] += bits;
}

static void add_logic(struct build *build, enum energy_component component, const struct sourced_value *area,
                      double units)
{
    build->logic_mm2[component] += area->value * units / UM2_PER_MM2;
}

static void lay_out_cores(struct build *build)
{
    const struct component_values *values = build->values;
    const struct core_sizes *sizes = &build->sizes;
    double cores = system_cores(build->config);
    add_sram(build, ENERGY_EVENT_QUEUE, cores * memory_bits(&sizes->queue));
    add_sram(build, ENERGY_AXON_TABLE, cores * memory_bits(&sizes->axon_table));
    add_sram(build, ENERGY_SYNAPSE_ARRAY, cores * (memory_bits(&sizes->synapses) + sizes->dimc_bits));
    add_logic(build, ENERGY_SYNAPSE_ARRAY, &values->dimc_cell_area, cores * sizes->dimc_multipliers);
    if (build->config->core.synapse_kind == SYNAPSE_MEMRISTOR) {
        build->analog_mm2[ENERGY_SYNAPSE_ARRAY] = memristor_array_mm2(&values->memristor, build->config);
        build->analog_mm2[ENERGY_CONVERTER] = memristor_converters_mm2(&values->memristor, build->config);
    }
    add_sram(build, ENERGY_ACCUMULATOR, cores * memory_bits(&sizes->accumulators));
    add_logic(build, ENERGY_ACCUMULATOR, &values->adder_area, cores * sizes->accumulator_adders);
    add_sram(build, ENERGY_NEURON_STATE, cores * memory_bits(&sizes->state));
    add_sram(build, ENERGY_ROUTING_TABLE, cores * memory_bits(&sizes->routes));
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
        build->logic_mm2[ENERGY_PROCESSOR] += values->processor_area.value * tiles;
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

static void finish_layout(struct build *build, struct unit_costs *out)
{
    const struct component_values *values = build->values;
    for (int component = 0; component < ENERGY_COMPONENTS; component++) {
        double bits = build->sram_bits[component], logic = build->logic_mm2[component];
        out->area[component] = bits * values->sram_area.value / UM2_PER_MM2 + logic;
        out->leakage[component] = cost_add(cost_of(&values->sram_leakage, MICRO * bits / 8192.0),
                                           cost_of(&values->logic_leakage, MILLI * logic));
        out->clock[component] = cost_of(&values->clock, PICO * out->area[component]);
        out->area[component] += build->analog_mm2[component];
    }
}

static double tile_pitch(const struct chip_config *config, const struct unit_costs *costs)
{
    double area = 0;
    for (int component = 0; component < ENERGY_COMPONENTS; component++)
        if (component != ENERGY_HOST_LINK && component != ENERGY_CHIP_LINK)
            area += costs->area[component];
    return sqrt(area / ((double)chip_tiles(config) * config->host.chips));
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

/* A state word is a potential, or for CubaLIF half of a current and a potential, in one memory that holds both. */
static void cost_state(const struct build *build, struct unit_costs *out)
{
    const struct core_config *core = &build->config->core;
    const struct memory_size *state = &build->sizes.state;
    for (int model = 0; model < NEURON_MODELS; model++) {
        double share = model == MODEL_CUBALIF ? 0.5 : core->potential_bits / state->word_bits;
        out->state_read[model] = cost_scale(word_read(build, state), share);
        out->state_write[model] = cost_scale(word_write(build, state), share);
    }
}

/* Arithmetic of one update. On a processor it is inside the instructions. */
static void cost_updates(const struct build *build, struct unit_costs *out)
{
    const struct component_values *values = build->values;
    const struct core_config *core = &build->config->core;
    if (core->neuron_location == NEURON_PROCESSOR)
        return;
    struct cost join = arithmetic(&values->adder, core->potential_bits);
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
    struct cost hop = cost_add(router, arithmetic(&values->wire, flit_bits * build->pitch_mm));
    out->router[ROUTER_FLITS_EW] = hop;
    out->router[ROUTER_FLITS_NS] = hop;
    out->router[ROUTER_FLITS_LOCAL] = router;
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
    out->host[HOST_BARRIERS] = cost_add(arithmetic(&values->wire, signals * build->pitch_mm),
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
    build.pitch_mm = tile_pitch(config, out);
    cost_core(&build, out);
    cost_state(&build, out);
    cost_updates(&build, out);
    cost_network(&build, out);
    cost_edge(&build, out);
}
