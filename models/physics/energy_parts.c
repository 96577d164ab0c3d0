/* Counters times unit costs, clock times cycles, leakage times time: each to the layer that caused it. */
#include "models/physics/energy_parts.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

struct sums {
    const struct unit_costs *costs;
    const struct chip_config *config;
    const struct program *program;
    const struct counter_table *counters;
    uint32_t shared; /* index of the last layer */
    struct energy_parts *parts;
};

static struct cost *part_at(const struct sums *sums, enum energy_kind kind, uint32_t layer,
                            enum energy_component component)
{
    return &sums->parts->part[kind][(size_t)layer * ENERGY_COMPONENTS + component];
}

static void account_kind(struct sums *sums, enum energy_kind kind, uint32_t layer, enum energy_component component,
                         struct cost unit, double count)
{
    struct cost *part = part_at(sums, kind, layer, component);
    *part = cost_add(*part, cost_scale(unit, count));
}

static void account(struct sums *sums, uint32_t layer, enum energy_component component, struct cost unit,
                    uint64_t count)
{
    account_kind(sums, ENERGY_DYNAMIC, layer, component, unit, (double)count);
}

static uint32_t layer_of(const struct sums *sums, const struct core_program *core)
{
    int32_t population = core->population >= 0 ? core->population : core->relay_population;
    return population >= 0 ? (uint32_t)population : sums->shared;
}

/* The only input (or output) population; the shared layer where there are several and the host does not tell. */
static uint32_t only_population(const struct sums *sums, bool input)
{
    uint32_t found = sums->shared;
    for (uint32_t i = 0; i < sums->program->population_count; i++) {
        const struct population *population = &sums->program->populations[i];
        if (!(input ? population->input : population->output))
            continue;
        if (found != sums->shared)
            return sums->shared;
        found = i;
    }
    return found;
}

/* Every sweep updates every neuron of the core, so what it counts divides among models as the core's neurons (or
 * their state words, two for CubaLIF) do. */
static struct cost mean_of_models(const struct core_program *core, const struct cost *by_model, bool by_words)
{
    struct cost sum = {0};
    double all = 0;
    for (uint32_t g = 0; g < core->group_count; g++) {
        const struct neuron_group *group = &core->groups[g];
        must(group->model >= 0 && group->model < NEURON_MODELS);
        double share = group->count * (by_words && group->model == MODEL_CUBALIF ? 2.0 : 1.0);
        sum = cost_add(sum, cost_scale(by_model[group->model], share));
        all += share;
    }
    return all > 0 ? cost_scale(sum, 1.0 / all) : by_model[MODEL_LIF];
}

static struct cost core_unit(const struct sums *sums, const struct core_program *core, int counter)
{
    switch (counter) {
    case CORE_NEURON_UPDATES:
        return mean_of_models(core, sums->costs->update, false);
    case CORE_STATE_READS:
        return mean_of_models(core, sums->costs->state_read, true);
    case CORE_STATE_WRITES:
        return mean_of_models(core, sums->costs->state_write, true);
    default:
        return sums->costs->core[counter];
    }
}

static double flits(const struct chip_config *config, uint32_t bits)
{
    uint32_t width = config->noc.flit_bits;
    return (double)(bits / width + (bits % width != 0));
}

/* What the network will spend on packets a sender has sent, from the hops that it fixed when it sent them. */
static void account_sent(struct sums *sums, uint32_t layer, const uint64_t hops[3], double flits_per_packet)
{
    static const enum router_counter by_packet[3] = {ROUTER_HOPS_EW, ROUTER_HOPS_NS, ROUTER_HOPS_LOCAL};
    static const enum router_counter by_flit[3] = {ROUTER_FLITS_EW, ROUTER_FLITS_NS, ROUTER_FLITS_LOCAL};
    for (int d = 0; d < 3; d++) {
        struct cost unit = cost_add(sums->costs->router[by_packet[d]],
                                    cost_scale(sums->costs->router[by_flit[d]], flits_per_packet));
        account(sums, layer, ENERGY_ROUTER, unit, hops[d]);
    }
}

static double core_packet_flits(const struct sums *sums, const uint64_t *counter)
{
    double spike = flits(sums->config, sums->config->noc.spike_bits);
    double value = flits(sums->config, sums->config->noc.value_bits);
    double packets = (double)counter[CORE_PACKETS], values = (double)counter[CORE_VALUES];
    if (packets <= 0)
        return spike;
    if (values > packets)
        values = packets;
    return spike + (value - spike) * values / packets;
}

static void account_cores(struct sums *sums)
{
    const struct program *program = sums->program;
    must(sums->counters->cores == program->core_count);
    for (uint32_t c = 0; c < program->core_count; c++) {
        const uint64_t *counter = sums->counters->core + (size_t)c * CORE_COUNTERS;
        uint32_t layer = layer_of(sums, &program->cores[c]);
        for (int k = 0; k < CORE_COUNTERS; k++) {
            enum energy_component component = core_counter_component((enum core_counter)k);
            if (component == ENERGY_COMPONENTS || counter[k] == 0)
                continue;
            account(sums, layer, component, core_unit(sums, &program->cores[c], k), counter[k]);
        }
        account(sums, layer, ENERGY_ACCUMULATOR, sums->costs->sweep, counter[CORE_NEURON_UPDATES]);
        account_sent(sums, layer, counter + CORE_SENT_HOPS_EW, core_packet_flits(sums, counter));
    }
}

static void account_hosts(struct sums *sums)
{
    uint32_t input = only_population(sums, true), output = only_population(sums, false);
    double spike = flits(sums->config, sums->config->noc.spike_bits);
    for (uint32_t chip = 0; chip < sums->counters->chips; chip++) {
        const uint64_t *counter = sums->counters->host + (size_t)chip * HOST_COUNTERS;
        const struct cost *unit = sums->costs->host;
        account(sums, input, ENERGY_HOST_LINK, unit[HOST_BITS_IN], counter[HOST_BITS_IN]);
        account(sums, output, ENERGY_HOST_LINK, unit[HOST_BITS_OUT], counter[HOST_BITS_OUT]);
        account(sums, input, ENERGY_ROUTING_TABLE, unit[HOST_ROUTE_READS], counter[HOST_ROUTE_READS]);
        account(sums, sums->shared, ENERGY_CHIP_LINK, unit[HOST_CHIP_LINK_BITS], counter[HOST_CHIP_LINK_BITS]);
        account(sums, sums->shared, ENERGY_CONTROL, unit[HOST_BARRIERS], counter[HOST_BARRIERS]);
        account_sent(sums, input, counter + HOST_SENT_HOPS_EW, spike);
    }
}

/* The routers' own counters are what was spent. Senders have claimed their part; what is left (packets that were
 * under way when a sample was cut out, table reads of multicast) is nobody's: it may be negative. */
static void account_routers(struct sums *sums)
{
    struct cost spent = {0};
    for (uint32_t r = 0; r < sums->counters->routers; r++) {
        const uint64_t *counter = sums->counters->router + (size_t)r * ROUTER_COUNTERS;
        for (int k = 0; k < ROUTER_COUNTERS; k++)
            spent = cost_add(spent, cost_scale(sums->costs->router[k], (double)counter[k]));
    }
    for (uint32_t layer = 0; layer < sums->shared; layer++)
        spent = cost_remove(spent, *part_at(sums, ENERGY_DYNAMIC, layer, ENERGY_ROUTER));
    *part_at(sums, ENERGY_DYNAMIC, sums->shared, ENERGY_ROUTER) = spent;
}

/* ---- clock ---- */

/* Cycles of a core in which its clock has to run. */
static uint64_t active_core_cycles(const uint64_t *counter)
{
    return counter[CORE_BUSY_SYNAPSE] + counter[CORE_BUSY_NEURON] + counter[CORE_BUSY_RESET] +
           counter[CORE_STALL_OUTPUT] + counter[CORE_STALL_PROCESSOR];
}

static void clock_cores(struct sums *sums, enum energy_component component)
{
    double cores = sums->program->core_count;
    for (uint32_t c = 0; c < sums->program->core_count; c++)
        account_kind(sums, ENERGY_CLOCK, layer_of(sums, &sums->program->cores[c]), component,
                     cost_scale(sums->costs->clock[component], 1 / cores),
                     (double)active_core_cycles(sums->counters->core + (size_t)c * CORE_COUNTERS));
}

static double active_router_cycles(const struct counter_table *counters)
{
    double cycles = 0;
    for (uint32_t r = 0; r < counters->routers; r++)
        for (int k = 0; k < ROUTER_CYCLE_COUNTERS; k++)
            if (k != ROUTER_IDLE)
                cycles += (double)counters->router[(size_t)r * ROUTER_COUNTERS + (size_t)k];
    return counters->routers ? cycles / counters->routers : 0;
}

static double active_processor_cycles(const struct counter_table *counters)
{
    double cycles = 0;
    for (uint32_t p = 0; p < counters->processors; p++)
        cycles += (double)counters->processor[(size_t)p * PROCESSOR_COUNTERS + PROCESSOR_BUSY];
    return counters->processors ? cycles / counters->processors : 0;
}

/* Ungated, the clock runs in every cycle and is nobody's. Gated, a core's clock belongs to its layer. */
static void account_clock(struct sums *sums)
{
    bool gated = sums->config->power.clock_gating == CLOCK_GATING_IDLE;
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        enum energy_component component = (enum energy_component)c;
        enum component_place place = component_place(component);
        double cycles = (double)sums->counters->cycles;
        if (gated && place == PLACE_CORE) {
            clock_cores(sums, component);
            continue;
        }
        if (gated && place == PLACE_ROUTER)
            cycles = active_router_cycles(sums->counters);
        else if (gated && place == PLACE_TILE_PROCESSOR)
            cycles = active_processor_cycles(sums->counters);
        account_kind(sums, ENERGY_CLOCK, sums->shared, component, sums->costs->clock[c], cycles);
    }
}

/* ---- leakage ---- */

static bool core_is_used(const struct core_program *core)
{
    return core->population >= 0 || core->relay_population >= 0;
}

/* Share of the cores, or of the tiles, that hold a part of the network. */
static double used_share(const struct program *program, uint32_t cores_each)
{
    uint32_t used = 0, groups = program->core_count / cores_each;
    for (uint32_t g = 0; g < groups; g++) {
        bool any = false;
        for (uint32_t c = g * cores_each; c < (g + 1) * cores_each; c++)
            any |= core_is_used(&program->cores[c]);
        used += any;
    }
    return groups ? (double)used / groups : 1;
}

struct cost component_leakage(const struct unit_costs *costs, const struct chip_config *config,
                              const struct program *program, enum energy_component component)
{
    enum component_place place = component_place(component);
    double on = 1;
    if (config->power.power_gating == POWER_GATING_UNUSED && place == PLACE_CORE)
        on = used_share(program, 1);
    else if (config->power.power_gating == POWER_GATING_UNUSED && place == PLACE_TILE_PROCESSOR)
        on = used_share(program, config->noc.cores_per_tile);
    return cost_scale(costs->leakage[component], on + (1 - on) * costs->gated_leakage);
}

static void account_leakage(struct sums *sums)
{
    double seconds = cycles_to_seconds(sums->config, sums->counters->cycles);
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        account_kind(sums, ENERGY_STATIC, sums->shared, (enum energy_component)c,
                     component_leakage(sums->costs, sums->config, sums->program, (enum energy_component)c), seconds);
}

void energy_parts_get(const struct unit_costs *costs, const struct chip_config *config, const struct program *program,
                      const struct counter_table *counters, struct energy_parts *out)
{
    struct sums sums = {costs, config, program, counters, program->population_count, out};
    out->layers = program->population_count + 1;
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        out->part[kind] = memory_array((size_t)out->layers * ENERGY_COMPONENTS, sizeof *out->part[kind]);
    account_cores(&sums);
    account_hosts(&sums);
    account_routers(&sums);
    account_clock(&sums);
    account_leakage(&sums);
}

void energy_parts_free(struct energy_parts *parts)
{
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        free(parts->part[kind]);
    *parts = (struct energy_parts){0};
}
