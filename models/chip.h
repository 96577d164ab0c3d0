/* One chip: a mesh of tiles with their cores, host interface, timestep control and chip-to-chip links, around one
 * engine. A passive object: chip_run runs cycles; messages come in and go out through the edges (host/edge.h). */
#ifndef NPUSIM_MODELS_CHIP_H
#define NPUSIM_MODELS_CHIP_H

#include "models/chip_config.h"
#include "models/chip_result.h"
#include "models/host/address_event_port.h"
#include "models/host/chip_link.h"
#include "models/host/host_port.h"
#include "models/noc/merge_router.h"
#include "models/noc/router.h"
#include "models/probe.h"
#include "models/program.h"
#include "models/send_route.h"
#include "models/tile/core.h"
#include "models/tile/event_core.h"
#include "models/tile/neuron_core.h"
#include "models/tile/processor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Routes of the program, turned into packets (chip_routes.c). */
struct chip_routes {
    struct send_route *routes;
    size_t count, capacity;
    struct tree_table trees;
    uint32_t **starts;  /* tables of first routes, [start_count], each [sources + 1] */
    size_t start_count, start_capacity;
};

struct chip {
    const struct chip_config *config;
    const struct program *program;
    uint32_t number;           /* in the row of chips */
    struct engine *engine;
    struct timestep timestep;
    struct host_port port;     /* chip 0 only */
    struct chip_link west, east;
    struct core *cores;        /* [chip_cores], by core.order: one of these three */
    struct neuron_core *neuron_cores;
    struct event_core *event_cores;
    struct address_event_port aer; /* host.protocol: address_event */
    struct router *routers;    /* [chip_tiles], by router.kind: one of these two */
    struct merge_router *merge_routers;
    struct processor *processors; /* [chip_tiles], or NULL */
    uint64_t **core_counters;   /* [chip_cores] */
    uint64_t **router_counters; /* [chip_tiles] */
    struct link *links;
    uint32_t link_count, link_capacity;
    uint32_t *participants;
    struct chip_routes routes;
    struct host_input *inputs; /* [input_count]: over all input populations */
    uint32_t input_count;
    uint32_t *output_first;    /* [populations]: number of a population's first neuron on the host link */
    uint64_t host_counters[HOST_COUNTERS];
    struct probe probe;
    /* observers, not hardware: called when a sample is over on this chip, with its counters settled */
    void (*on_sample)(void *listener, struct chip *chip, uint32_t sample, uint64_t began, uint64_t over);
    void *listener;
};

/* Takes what chips of this configuration never ask for out of a program that fits it: weights become 8 bits where they
 * fit, tables of rows that say nothing go. It can no longer be written to a file then. */
void program_strip(struct program *program, const struct chip_config *config);

/* config and program must outlive the chip; the program fits the configuration (program_read or compile_network). */
struct chip *chip_new(const struct chip_config *config, const struct program *program, uint32_t number);
void chip_free(struct chip *chip);

void chip_run(struct chip *chip, uint64_t until);
/* Brings all cycle counters up to the present cycle. */
void chip_settle(struct chip *chip);
void chip_hash(struct chip *chip, struct hash *hash);
/* A stimulus of a replay, before the first cycle (sim/top/system.h). */
void chip_stimulate(struct chip *chip, uint64_t cycle, const struct packet *packet);
/* In how many timesteps of a sample every core has recorded its spikes; 0 while the chip is not in that sample. */
uint32_t chip_steps_done(const struct chip *chip, uint32_t sample);
/* Potentials of all neurons as they are at the start of the present cycle, core after core. */
void chip_potentials(struct chip *chip, int32_t *out);
/* Adds what this chip and its share of the program take of the host machine's memory. */
void chip_memory_add(const struct chip *chip, struct memory_use *use);
/* Rows of this chip in a table for the whole system. */
void chip_counters(struct chip *chip, struct counter_table *table);
/* Adds them to the chip's counters: what it would have counted in samples that were run elsewhere. */
void chip_add_counters(struct chip *chip, const struct counter_table *table);

void counter_table_init(struct counter_table *table, const struct chip_config *config);
void counter_table_copy(struct counter_table *to, const struct counter_table *from);
/* to -= from, cycle by cycle and count by count. */
void counter_table_subtract(struct counter_table *to, const struct counter_table *from);
void counter_table_add(struct counter_table *to, const struct counter_table *from);
/* As one array, to send it elsewhere. */
size_t counter_table_words(const struct counter_table *table);
void counter_table_store(const struct counter_table *table, uint64_t *words);
void counter_table_load(struct counter_table *table, const uint64_t *words);

/* ---- how a chip is built (chip_parts.c, chip_switch.c, chip_merge.c, chip_host.c) ---- */
struct link *chip_new_link(struct chip *chip, uint32_t flits, uint32_t latency, uint32_t credit_latency,
                           const struct component *producer, const struct component *consumer);
const struct core_program *chip_core_program(const struct chip *chip, uint32_t core);
void chip_add_parts(struct chip *chip);       /* components, without links */
void chip_wire_switch(struct chip *chip);     /* mesh of switches, cores at their ports */
void chip_wire_merge(struct chip *chip);      /* mesh of merge units, cores at their local buffers */
void chip_wire_address_events(struct chip *chip);
void chip_wire_core(struct chip *chip, uint32_t core); /* signals; links and routes are there */
void chip_add_core_routes(struct chip *chip);
void chip_wire_host(struct chip *chip);       /* inputs and outputs; its links are there */

/* ---- chip_routes.c ---- */
/* Adds a table for sources at `place`; indices: their numbers in the population, NULL: 0, 1, ... Returns the first
 * route of each source, [sources + 1], owned by `routes`; good once all tables have been added. */
uint32_t *chip_routes_add(struct chip_routes *routes, const struct chip *chip, const struct route_table *table,
                          uint32_t place, uint32_t population, const uint32_t *indices);
/* Where a core of the system sits. */
uint32_t chip_core_place(const struct chip_config *config, uint32_t core);
/* Where inputs enter, and where outputs leave. */
uint32_t chip_input_place(const struct chip_config *config);
uint32_t chip_host_place(const struct chip_config *config);
void chip_routes_free(struct chip_routes *routes);

#ifdef __cplusplus
}
#endif
#endif
