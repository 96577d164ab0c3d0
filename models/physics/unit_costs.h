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
    struct cost clock[ENERGY_COMPONENTS];   /* joules a cycle, at work or not; the whole system */
    struct cost leakage[ENERGY_COMPONENTS]; /* watts, the whole system */
    double area[ENERGY_COMPONENTS];         /* mm2, the whole system */
};

void unit_costs_get(const struct technology *technology, const struct chip_config *config, struct unit_costs *out);

/* Which component a core's counter is accounted to; ENERGY_COMPONENTS: none. */
enum energy_component core_counter_component(enum core_counter counter);

/* The two kinds (component_costs.c, event_costs.c). */
void component_costs_get(const struct component_values *values, const struct chip_config *config,
                         struct unit_costs *out);
void event_costs_get(const struct event_values *values, const struct chip_config *config, struct unit_costs *out);

/* Joules for reading one bit of a memory: a power law through the file's two capacities, at least a register's. */
struct cost memory_bit_read(const struct component_values *values, double kilobytes);

#endif
