/* From a technology and a chip file: joules for one count of each counter, watts of leakage and mm2 of area for each
 * kind of component. Everything that depends on sizes is settled here; energy.c only multiplies and adds. */
#ifndef NPUSIM_MODELS_PHYSICS_UNIT_COSTS_H
#define NPUSIM_MODELS_PHYSICS_UNIT_COSTS_H

#include "models/physics/cost.h"
#include "models/physics/energy.h"
#include "models/physics/technology.h"

#define NEURON_MODELS (MODEL_EVENT_LEAK + 1)

struct unit_costs {
    struct cost core[CORE_COUNTERS];
    /* by enum neuron_model, instead of core[]: CORE_NEURON_UPDATES, CORE_STATE_READS, CORE_STATE_WRITES */
    struct cost update[NEURON_MODELS], state_read[NEURON_MODELS], state_write[NEURON_MODELS];
    struct cost sweep;                    /* accumulator read and cleared, once a neuron update */
    struct cost router[ROUTER_COUNTERS];
    struct cost host[HOST_COUNTERS];
    struct cost clock[ENERGY_COMPONENTS];   /* joules a cycle, clock running everywhere; the whole system */
    struct cost leakage[ENERGY_COMPONENTS]; /* watts, everything switched on; the whole system */
    double gated_leakage;                   /* share of its leakage that a part has when it is switched off */
    struct cost area[ENERGY_COMPONENTS];    /* mm2, the whole system */
};

void unit_costs_get(const struct technology *technology, const struct chip_config *config, struct unit_costs *out);

/* Which component a core's counter is accounted to; ENERGY_COMPONENTS: none. */
enum energy_component core_counter_component(enum core_counter counter);

/* Where a component is, and how many of it the system has: what can be switched off, or have its clock stopped. */
enum component_place { PLACE_CORE, PLACE_TILE_PROCESSOR, PLACE_ROUTER, PLACE_CHIP };
enum component_place component_place(enum energy_component component);

/* The two kinds (component_costs.c, event_costs.c). */
void component_costs_get(const struct component_values *values, const struct chip_config *config,
                         struct unit_costs *out);
void event_costs_get(const struct event_values *values, const struct chip_config *config, struct unit_costs *out);

/* Takes costs from the corner that the file holds for to the one that the chip file sets (corner.c): energies by the
 * scaling table, leakage by its law of temperature and supply. */
void corner_apply(const struct component_values *values, const struct power_config *power, struct unit_costs *costs);

#endif
