/* The energy report: one order of summation over the parts, so that components, kinds, layers and total agree. */
#include "models/physics/energy.h"
#include "models/physics/energy_parts.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

static const char *const component_names[ENERGY_COMPONENTS] = {
    "event_queue",   "axon_table", "synapse_array", "converter",   "accumulator", "neuron_array",
    "neuron_state", "routing_table", "processor",  "router",        "host_link",   "chip_link",    "control"};
static const char *const kind_names[ENERGY_KINDS] = {"dynamic", "clock", "static"};

const char *energy_component_name(enum energy_component component)
{
    must((unsigned)component < ENERGY_COMPONENTS);
    return component_names[component];
}

const char *energy_kind_name(enum energy_kind kind)
{
    must((unsigned)kind < ENERGY_KINDS);
    return kind_names[kind];
}

double cycles_to_seconds(const struct chip_config *config, uint64_t cycles)
{
    return (double)cycles / config->clock_hz;
}

static void add_part(struct energy_report *out, int kind, uint32_t layer, int component, struct cost part)
{
    double *by_kind[ENERGY_KINDS] = {out->dynamic_part, out->clock_part, out->static_part};
    by_kind[kind][component] += part.nominal;
    out->layer_part[(size_t)layer * ENERGY_COMPONENTS + (size_t)component] += part.nominal;
    out->layer_kind[(size_t)layer * ENERGY_KINDS + (size_t)kind] += part.nominal;
    out->layer[layer] += part.nominal;
    out->layer_cost[layer] = cost_add(out->layer_cost[layer], part);
    out->component[component] = cost_add(out->component[component], part);
    out->kind[kind] = cost_add(out->kind[kind], part);
}

static void add_up(const struct energy_parts *parts, struct energy_report *out)
{
    for (uint32_t layer = 0; layer < out->layers; layer++)
        for (int component = 0; component < ENERGY_COMPONENTS; component++)
            for (int kind = 0; kind < ENERGY_KINDS; kind++)
                add_part(out, kind, layer, component,
                         parts->part[kind][(size_t)layer * ENERGY_COMPONENTS + (size_t)component]);
    struct cost whole = cost_add(cost_add(out->kind[ENERGY_DYNAMIC], out->kind[ENERGY_CLOCK]), out->kind[ENERGY_STATIC]);
    out->dynamic_total = out->kind[ENERGY_DYNAMIC].nominal;
    out->clock_total = out->kind[ENERGY_CLOCK].nominal;
    out->static_total = out->kind[ENERGY_STATIC].nominal;
    out->total = whole.nominal;
    out->low_total = whole.low;
    out->high_total = whole.high;
    out->assumed = whole.assumed;
}

void energy_compute(const struct technology *technology, const struct chip_config *config,
                    const struct program *program, const struct counter_table *counters, struct energy_report *out)
{
    struct unit_costs costs;
    struct energy_parts parts;
    unit_costs_get(technology, config, &costs);
    energy_parts_get(&costs, config, program, counters, &parts);
    *out = (struct energy_report){.layers = parts.layers};
    out->layer = memory_array(out->layers, sizeof *out->layer);
    out->layer_cost = memory_array(out->layers, sizeof *out->layer_cost);
    out->layer_kind = memory_array((size_t)out->layers * ENERGY_KINDS, sizeof *out->layer_kind);
    out->layer_part = memory_array((size_t)out->layers * ENERGY_COMPONENTS, sizeof *out->layer_part);
    add_up(&parts, out);
    energy_parts_free(&parts);
}

void energy_report_free(struct energy_report *report)
{
    free(report->layer);
    free(report->layer_cost);
    free(report->layer_kind);
    free(report->layer_part);
    *report = (struct energy_report){0};
}

static struct cost sum_of(const struct cost *costs)
{
    struct cost sum = {0};
    for (int component = 0; component < ENERGY_COMPONENTS; component++)
        sum = cost_add(sum, costs[component]);
    return sum;
}

struct cost area_range_mm2(const struct technology *technology, const struct chip_config *config)
{
    struct unit_costs costs;
    unit_costs_get(technology, config, &costs);
    return sum_of(costs.area);
}

double area_mm2(const struct technology *technology, const struct chip_config *config)
{
    return area_range_mm2(technology, config).nominal;
}

double leakage_w(const struct technology *technology, const struct chip_config *config)
{
    struct unit_costs costs;
    unit_costs_get(technology, config, &costs);
    return sum_of(costs.leakage).nominal;
}
