/* Supply and temperature other than those a technology file holds for.
 *
 * Energies and the clock follow the supply as the table of scaling.h does at the file's node; links off the chip have a
 * supply of their own and keep theirs. Leakage doubles with each `leakage.doubling` of temperature (subthreshold current
 * is exponential in it) and follows a power of the supply. */
#include "models/physics/energy.h"
#include "models/physics/memory_cost.h"
#include "models/physics/scaling.h"
#include "models/physics/unit_costs.h"
#include <math.h>

static bool dynamic_factor(const struct component_values *values, double supply_v, double *out)
{
    struct operating_corner from = {values->node_nm.value, values->supply_v.value};
    struct operating_corner to = {values->node_nm.value, supply_v};
    return scaling_energy(from, to, out);
}

static void scale_all(struct cost *costs, int count, double factor)
{
    for (int i = 0; i < count; i++)
        costs[i] = cost_scale(costs[i], factor);
}

static void scale_dynamic(struct unit_costs *costs, double factor)
{
    scale_all(costs->core, CORE_COUNTERS, factor);
    scale_all(costs->update, NEURON_MODELS, factor);
    scale_all(costs->state_read, NEURON_MODELS, factor);
    scale_all(costs->state_write, NEURON_MODELS, factor);
    scale_all(&costs->sweep, 1, factor);
    scale_all(costs->router, ROUTER_COUNTERS, factor);
    scale_all(costs->clock, ENERGY_COMPONENTS, factor);
    scale_all(&costs->host[HOST_ROUTE_READS], 1, factor);
    scale_all(&costs->host[HOST_BARRIERS], 1, factor);
}

static double hotter(const struct component_values *values, double doubling, double exponent,
                     const struct power_config *power)
{
    return pow(2, (power->temperature_c - values->leakage_temperature.value) / doubling) *
           pow(power->supply_v / values->supply_v.value, exponent);
}

/* The laws have ranges of their own: of the four ends, the least and the most. */
static void scale_leakage(const struct component_values *values, const struct power_config *power,
                          struct cost *leakage)
{
    const struct sourced_value *doubling = &values->leakage_doubling, *exponent = &values->leakage_supply_exponent;
    double a = hotter(values, doubling->low, exponent->low, power);
    double b = hotter(values, doubling->low, exponent->high, power);
    double c = hotter(values, doubling->high, exponent->low, power);
    double d = hotter(values, doubling->high, exponent->high, power);
    double nominal = hotter(values, doubling->value, exponent->value, power);
    bool assumed = source_is_assumed(doubling) || source_is_assumed(exponent);
    for (int i = 0; i < ENERGY_COMPONENTS; i++) {
        struct cost *cost = &leakage[i];
        cost->low *= fmin(fmin(a, b), fmin(c, d));
        cost->high *= fmax(fmax(a, b), fmax(c, d));
        cost->nominal *= nominal;
        cost->assumed = assumed ? cost->nominal : cost->assumed * nominal;
    }
}

void corner_apply(const struct component_values *values, const struct power_config *power, struct unit_costs *costs)
{
    double factor = 1;
    costs->gated_leakage = values->leakage_gated.value;
    if (power->corner != CORNER_SET || !dynamic_factor(values, power->supply_v, &factor))
        return;
    scale_dynamic(costs, factor);
    scale_leakage(values, power, costs->leakage);
}

static bool corner_fits(const struct technology *technology, const struct chip_config *config,
                        struct diagnostics *diagnostics)
{
    double factor;
    if (config->core.synapse_kind == SYNAPSE_MEMRISTOR && technology->kind == TECHNOLOGY_COMPONENTS)
        return diagnostics_add(diagnostics, config->path, "core.synapse.kind is memristor, but the technology \"%s\" is of the "
                               "kind components, expected mixed_signal: it must know devices and converters",
                               technology_name(technology));
    if (config->power.corner != CORNER_SET)
        return true;
    if (technology->kind == TECHNOLOGY_EVENTS)
        return diagnostics_add(diagnostics, config->path, "power.corner is set, but \"%s\" has a chip's own costs at one "
                               "corner, expected power.corner technology", technology_name(technology));
    if (dynamic_factor(&technology->components, config->power.supply_v, &factor))
        return true;
    return diagnostics_add(diagnostics, config->path, "power.supply is %g V at %g nm, expected %g to %g V and a node of %g "
                           "to %g nm: the scaling table ends there", config->power.supply_v,
                           technology->components.node_nm.value, SCALING_LOWEST_V, SCALING_HIGHEST_V,
                           SCALING_SMALLEST_NM, SCALING_LARGEST_NM);
}

static bool load_fits(const struct technology *technology, const struct chip_config *config,
                      struct diagnostics *diagnostics)
{
    if (technology->kind != TECHNOLOGY_EVENTS || config->power.program_memory == PROGRAM_NOWHERE)
        return true;
    return diagnostics_add(diagnostics, config->path, "power.program_memory is set, but \"%s\" knows no off-chip memory, "
                           "expected power.program_memory none", technology_name(technology));
}

/* Each memory must answer within a cycle. */
static bool memories_follow(const struct technology *technology, const struct chip_config *config,
                            struct diagnostics *diagnostics)
{
    struct named_memory memories[CORE_MEMORIES];
    bool good = true;
    if (config->power.clock_limit != CLOCK_BY_MEMORIES)
        return true;
    if (technology->kind == TECHNOLOGY_EVENTS)
        return diagnostics_add(diagnostics, config->path, "power.clock_limit is memories, but \"%s\" knows no access "
                               "times, expected power.clock_limit none", technology_name(technology));
    core_memories_get(config, memories);
    for (int i = 0; i < CORE_MEMORIES; i++) {
        struct memory_cost cost;
        memory_cost_get(&technology->components, &memories[i].size, &cost);
        if (cost.access_s.nominal * config->clock_hz > 1)
            good = diagnostics_add(diagnostics, config->path, "clock_hz is %g, expected at most %g: a bank of the memory of "
                                   "%s (%.3g KB) takes %.3g ns (power.clock_limit memories)", config->clock_hz,
                                   1 / cost.access_s.nominal, memories[i].name, memory_bank_kb(&memories[i].size),
                                   1e9 * cost.access_s.nominal);
    }
    return good;
}

bool technology_fits(const struct technology *technology, const struct chip_config *config,
                     struct diagnostics *diagnostics)
{
    bool good = corner_fits(technology, config, diagnostics);
    good &= load_fits(technology, config, diagnostics);
    good &= memories_follow(technology, config, diagnostics);
    return good;
}
