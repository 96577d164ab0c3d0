/* Energy and time from integer counters: the only place where a counter becomes a joule or a second.
 *
 * Three kinds. dynamic: counter x joule of one event, the joule from a technology file (configs/technology/), by the
 * widths and sizes of the chip file. clock: cycles x joule that the clock tree of a component takes in a cycle, at work
 * or not. static: leakage of each component x time. */
#ifndef NPUSIM_MODELS_PHYSICS_ENERGY_H
#define NPUSIM_MODELS_PHYSICS_ENERGY_H

#include "models/chip_config.h"
#include "models/chip_result.h"
#include "models/physics/cost.h"
#include "models/program.h"

enum energy_component { /* names: energy_component_name, used as keys of summary.json */
    ENERGY_EVENT_QUEUE,
    ENERGY_AXON_TABLE,
    ENERGY_SYNAPSE_ARRAY,
    ENERGY_CONVERTER,     /* between analog arrays and accumulators */
    ENERGY_ACCUMULATOR,
    ENERGY_NEURON_ARRAY,
    ENERGY_NEURON_STATE,
    ENERGY_ROUTING_TABLE,
    ENERGY_PROCESSOR,
    ENERGY_ROUTER,        /* with the links between tiles */
    ENERGY_HOST_LINK,
    ENERGY_CHIP_LINK,
    ENERGY_CONTROL,       /* barrier, and what is known of a whole chip only */
    ENERGY_COMPONENTS
};
const char *energy_component_name(enum energy_component component);

enum energy_kind { ENERGY_DYNAMIC, ENERGY_CLOCK, ENERGY_STATIC, ENERGY_KINDS };
const char *energy_kind_name(enum energy_kind kind);

struct technology; /* energy.c; loaded from configs/technology/NAME.yaml */

MUST_USE bool technology_load(const char *path, struct technology **out, struct diagnostics *diagnostics);
void technology_free(struct technology *technology);
const char *technology_name(const struct technology *technology);
/* Rows of a technology file, offsets into struct technology; ended by key NULL. */
const struct parameter_row *technology_parameter_rows(void);
/* How many values are marked "assumed", of how many. */
void technology_sources(const struct technology *technology, uint32_t *assumed, uint32_t *all);

struct energy_report { /* joules */
    double total, dynamic_total, clock_total, static_total; /* total is the sum of the other three */
    double low_total, high_total; /* total with every constant at its published low or high (where a file gives one) */
    double dynamic_part[ENERGY_COMPONENTS], clock_part[ENERGY_COMPONENTS], static_part[ENERGY_COMPONENTS];
    struct cost component[ENERGY_COMPONENTS]; /* the three parts together; sum to total, low_total, high_total, assumed */
    struct cost kind[ENERGY_KINDS];           /* sum to the same */
    uint32_t layers;       /* populations + 1: the last is "shared" (all static energy, ungated clock, barrier) */
    double *layer;         /* [layers], sums to total */
    struct cost *layer_cost; /* [layers], the same with ranges */
    double *layer_kind;      /* [layers][ENERGY_KINDS] */
    double *layer_part;    /* [layers][ENERGY_COMPONENTS] */
    double assumed;        /* joules of `total` that rest on values marked "assumed" */
};

/* For any table of counters: a whole run, one sample. program gives the layer of each core. */
void energy_compute(const struct technology *technology, const struct chip_config *config,
                    const struct program *program, const struct counter_table *counters, struct energy_report *out);
void energy_report_free(struct energy_report *report);

/* Whether the technology can be taken to the supply, temperature and clock of the chip file; messages if not. */
MUST_USE bool technology_fits(const struct technology *technology, const struct chip_config *config,
                              struct diagnostics *diagnostics);

/* Area of the whole system in mm2 and its leakage in watts (everything switched on), from the same files. */
struct cost area_range_mm2(const struct technology *technology, const struct chip_config *config);
double area_mm2(const struct technology *technology, const struct chip_config *config);
double leakage_w(const struct technology *technology, const struct chip_config *config);

double cycles_to_seconds(const struct chip_config *config, uint64_t cycles);

#endif
