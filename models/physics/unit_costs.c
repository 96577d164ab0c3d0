#include "models/physics/unit_costs.h"
#include "models/physics/memristor_costs.h"

enum energy_component core_counter_component(enum core_counter counter)
{
    switch (counter) {
    case CORE_QUEUE_WRITES:
    case CORE_QUEUE_READS:
        return ENERGY_EVENT_QUEUE;
    case CORE_AXON_READS:
        return ENERGY_AXON_TABLE;
    case CORE_SYNAPTIC_EVENTS:
    case CORE_SYNAPSE_WORDS:
    case CORE_ARRAY_ROWS:
    case CORE_READ_CONDUCTANCE:
        return ENERGY_SYNAPSE_ARRAY;
    case CORE_CONVERSIONS:
        return ENERGY_CONVERTER;
    case CORE_ACCUMULATIONS:
        return ENERGY_ACCUMULATOR;
    case CORE_NEURON_UPDATES:
    case CORE_SPIKES:
        return ENERGY_NEURON_ARRAY;
    case CORE_STATE_READS:
    case CORE_STATE_WRITES:
        return ENERGY_NEURON_STATE;
    case CORE_ROUTE_READS:
    case CORE_PACKETS:
        return ENERGY_ROUTING_TABLE;
    case CORE_PROCESSOR_INSTRUCTIONS:
        return ENERGY_PROCESSOR;
    default:
        return ENERGY_COMPONENTS;
    }
}

enum component_place component_place(enum energy_component component)
{
    switch (component) {
    case ENERGY_EVENT_QUEUE:
    case ENERGY_AXON_TABLE:
    case ENERGY_SYNAPSE_ARRAY:
    case ENERGY_CONVERTER:
    case ENERGY_ACCUMULATOR:
    case ENERGY_NEURON_ARRAY:
    case ENERGY_NEURON_STATE:
    case ENERGY_ROUTING_TABLE:
        return PLACE_CORE;
    case ENERGY_PROCESSOR:
        return PLACE_TILE_PROCESSOR;
    case ENERGY_ROUTER:
        return PLACE_ROUTER;
    default:
        return PLACE_CHIP;
    }
}

void unit_costs_get(const struct technology *technology, const struct chip_config *config, struct unit_costs *out)
{
    *out = (struct unit_costs){.gated_leakage = 1};
    if (technology->kind != TECHNOLOGY_EVENTS) {
        component_costs_get(&technology->components, config, out);
        corner_apply(&technology->components, &config->power, out);
        if (config->core.synapse_kind == SYNAPSE_MEMRISTOR)
            out->core[CORE_READ_CONDUCTANCE] = memristor_conductance_cost(config);
    } else {
        event_costs_get(&technology->events, config, out);
    }
}
