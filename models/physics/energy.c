/* Counters times unit costs, leakage times time, by component and layer. One order of summation: every total is the
 * sum of layer_part, so that components, layers and total agree. */
#include "models/physics/energy.h"
#include "models/physics/unit_costs.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

static const char *const component_names[ENERGY_COMPONENTS] = {
    "event_queue",   "axon_table", "synapse_array", "accumulator", "neuron_array", "neuron_state",
    "routing_table", "processor",  "router",        "host_link",   "chip_link",    "control"};

const char *energy_component_name(enum energy_component component)
{
    must((unsigned)component < ENERGY_COMPONENTS);
    return component_names[component];
}

double cycles_to_seconds(const struct chip_config *config, uint64_t cycles)
{
    return (double)cycles / config->clock_hz;
}

struct sums {
    const struct unit_costs *costs;
    const struct chip_config *config;
    const struct program *program;
    const struct counter_table *counters;
    uint32_t shared;         /* index of the last layer */
    struct cost *part;       /* [layers][ENERGY_COMPONENTS], dynamic */
};

static void account(struct sums *sums, uint32_t layer, enum energy_component component, struct cost unit,
                    uint64_t count)
{
    struct cost *part = &sums->part[(size_t)layer * ENERGY_COMPONENTS + component];
    *part = cost_add(*part, cost_scale(unit, (double)count));
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

/* Of every cycle, whatever happens in it. */
static void account_clock(struct sums *sums)
{
    for (int component = 0; component < ENERGY_COMPONENTS; component++)
        account(sums, sums->shared, (enum energy_component)component, sums->costs->clock[component],
                sums->counters->cycles);
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
        spent = cost_remove(spent, sums->part[(size_t)layer * ENERGY_COMPONENTS + ENERGY_ROUTER]);
    sums->part[(size_t)sums->shared * ENERGY_COMPONENTS + ENERGY_ROUTER] = spent;
}

static void add_up(const struct sums *sums, double seconds, struct energy_report *out)
{
    for (uint32_t layer = 0; layer < out->layers; layer++) {
        for (int component = 0; component < ENERGY_COMPONENTS; component++) {
            size_t at = (size_t)layer * ENERGY_COMPONENTS + (size_t)component;
            struct cost part = sums->part[at], fixed = {0};
            if (layer == sums->shared)
                fixed = cost_scale(sums->costs->leakage[component], seconds);
            struct cost both = cost_add(part, fixed);
            out->layer_part[at] = both.nominal;
            out->layer[layer] += both.nominal;
            out->dynamic_part[component] += part.nominal;
            out->static_part[component] += fixed.nominal;
            out->assumed += both.assumed;
            out->low_total += both.low;
            out->high_total += both.high;
        }
    }
    for (int component = 0; component < ENERGY_COMPONENTS; component++) {
        out->dynamic_total += out->dynamic_part[component];
        out->static_total += out->static_part[component];
    }
    out->total = out->dynamic_total + out->static_total;
}

void energy_compute(const struct technology *technology, const struct chip_config *config,
                    const struct program *program, const struct counter_table *counters, struct energy_report *out)
{
    struct unit_costs costs;
    unit_costs_get(technology, config, &costs);
    *out = (struct energy_report){.layers = program->population_count + 1};
    size_t parts = (size_t)out->layers * ENERGY_COMPONENTS;
    out->layer = memory_array(out->layers, sizeof *out->layer);
    out->layer_part = memory_array(parts, sizeof *out->layer_part);
    struct sums sums = {&costs, config, program, counters, program->population_count, NULL};
    sums.part = memory_array(parts, sizeof *sums.part);
    account_cores(&sums);
    account_hosts(&sums);
    account_routers(&sums);
    account_clock(&sums);
    add_up(&sums, cycles_to_seconds(config, counters->cycles), out);
    free(sums.part);
}

void energy_report_free(struct energy_report *report)
{
    free(report->layer);
    free(report->layer_part);
    *report = (struct energy_report){0};
}

double area_mm2(const struct technology *technology, const struct chip_config *config)
{
    struct unit_costs costs;
    double area = 0;
    unit_costs_get(technology, config, &costs);
    for (int component = 0; component < ENERGY_COMPONENTS; component++)
        area += costs.area[component];
    return area;
}

double leakage_w(const struct technology *technology, const struct chip_config *config)
{
    struct unit_costs costs;
    double power = 0;
    unit_costs_get(technology, config, &costs);
    for (int component = 0; component < ENERGY_COMPONENTS; component++)
        power += costs.leakage[component].nominal;
    return power;
}
