/* Costs of a chip that published its own: one figure for each kind of event, memories, wires and all.
 *
 * The published list says "active" and "inactive" for a neuron update without a definition; here an update that ends
 * in a spike is active. What the list does not name (host link, barrier, reset) costs nothing here, and static power
 * is one figure for the chip: it is accounted to "control". */
#include "models/physics/unit_costs.h"

#define PICO 1e-12
#define MILLI 1e-3

/* What is known of a whole chip: one with fewer cores takes its share, which is an assumption. */
static struct cost share_of(const struct event_values *values, const struct sourced_value *chip, double factor,
                            double cores)
{
    double share = cores / values->static_cores.value;
    struct cost cost = cost_of(chip, factor * share);
    if (share != 1.0)
        cost.assumed = cost.nominal;
    return cost;
}

void event_costs_get(const struct event_values *values, const struct chip_config *config, struct unit_costs *out)
{
    struct cost inactive = cost_of(&values->update_inactive, PICO);
    double cores = system_cores(config);
    for (int model = 0; model < NEURON_MODELS; model++)
        out->update[model] = inactive;
    out->core[CORE_SPIKES] = cost_remove(cost_of(&values->update_active, PICO), inactive);
    out->core[CORE_SYNAPTIC_EVENTS] = cost_of(&values->synaptic_event, PICO);
    out->router[ROUTER_HOPS_EW] = cost_of(&values->hop_east_west, PICO);
    out->router[ROUTER_HOPS_NS] = cost_of(&values->hop_north_south, PICO);
    out->router[ROUTER_HOPS_LOCAL] = cost_of(&values->spike_within_tile, PICO);
    out->core[CORE_PACKETS] = cost_of(&values->packet, PICO);
    out->clock[ENERGY_CONTROL] = share_of(values, &values->clock_cycle, PICO, cores);
    out->leakage[ENERGY_CONTROL] = share_of(values, &values->static_chip, MILLI, cores);
    out->area[ENERGY_CONTROL] = share_of(values, &values->area_chip, 1, cores);
}
