/* From a network graph to a program for a chip: lower, quantise, partition, place, route. */
#ifndef NPUSIM_TOOLS_COMPILE_COMPILE_H
#define NPUSIM_TOOLS_COMPILE_COMPILE_H

#include "models/baseline/baseline.h"
#include "models/chip_config.h"
#include "models/program.h"
#include "tools/network/network.h"

struct compile_options {
    const struct semantics *semantics;
    double dt_s;
    int32_t input_levels; /* 1: inputs are spikes; else analog inputs 0..1 are sent as 0 .. levels planes' worth */
};

/* What was decided and why; printed by `npusim compile`. */
struct compile_core_note {
    uint32_t core;
    uint32_t neurons, axons, routes;
    uint32_t profiles;    /* different sets of parameters */
    uint64_t synapses;
    double memory_used;   /* fraction of the synapse memory */
    double fill;          /* synapses / (rows in use x columns in use) (dimc), 1 for sparse */
    /* which limit closed this core: "neurons", "array columns", "index bits", "profiles", "axons", "array rows",
     * "synapse memory", "routes"; "end of layer", "block" (placement.policy blocks), "inputs" (relays only) */
    const char *limit;
};

struct compile_report {
    uint32_t cores_used, cores_available;
    uint64_t synapses;
    double fill;              /* over all dense arrays: synapses / weights stored */
    double mean_hops;         /* expected packet distance, weighted by routes */
    uint64_t saturated_weights;
    uint32_t note_count;
    struct compile_core_note *notes;
    uint32_t remark_count;
    char **remarks;           /* what the hardware cannot do as the graph says */
};

/* chip_sha256 and network_sha256 of the program are left NULL for the caller. */
MUST_USE bool compile_network(const struct network *network, const struct chip_config *chip,
                              const struct compile_options *options, struct program *out,
                              struct compile_report *report, struct diagnostics *diagnostics);
void compile_report_print(const struct compile_report *report, const struct program *program);
void compile_report_free(struct compile_report *report);

MUST_USE bool program_write(const char *path, const struct program *program, struct diagnostics *diagnostics);
/* Of every parameter, as chip_config_text writes them: what a program stores of its chip. */
void chip_config_sha256(const struct chip_config *chip, char out[65]);
/* Checks every size, index and range against the chip before the chip is built. */
MUST_USE bool program_read(const char *path, const struct chip_config *chip, struct program *out,
                           struct diagnostics *diagnostics);

/* The same graph as work for a GPU. */
/* Of a network, or of a layer list (.csv). steps 0: 100, or those of the list. */
MUST_USE bool work_read(const char *path, uint32_t steps, struct work *out, struct diagnostics *diagnostics);
void work_from_network(const struct network *network, uint32_t steps, struct work *out);

#endif
