/* Rows of `npusim bench`. A row is run in a process of its own: SystemC elaborates once a process, and peak memory is
 * the process's. Simulations are timed by the processor time of their one thread, so that other work on the machine
 * disturbs them little; loading, which waits for files and for processes that look through them, by the clock. */
#ifndef NPUSIM_TOOLS_BENCH_BENCH_H
#define NPUSIM_TOOLS_BENCH_BENCH_H

#include "sim/diagnostics.h"
#include <stdint.h>

/* What proves that the work was done; 0 where a row has none of it. */
struct bench_counts {
    uint64_t spikes, synaptic_events;
    uint64_t packets, hops; /* a hop: a packet leaves a router, to a neighbour or to a core */
    uint64_t wakeups, steps; /* asked of the engine; of components */
    uint64_t cycles;
};

struct bench_count_name {
    const char *name;
    size_t offset; /* of a uint64_t in struct bench_counts */
};
extern const struct bench_count_name bench_count_names[]; /* ends with name NULL */
uint64_t bench_count(const struct bench_counts *counts, const struct bench_count_name *name);

/* One run of a row. Times are 0 where a row does not measure them. */
struct bench_result {
    double load_s;                   /* by the clock */
    double simulate_s, functional_s; /* processor time */
    double bytes_per_neuron, bytes_per_synapse, bytes_per_tile; /* struct memory_use; 0: not measured */
    double peak_bytes_per_synapse;   /* of the whole process, generator included */
    double peak_rss_mib;
    struct bench_counts counts;
    uint64_t state_hash;
    char skipped[80];                /* why nothing was measured; "": it was */
};

struct bench_context {
    const char *configs; /* folder with chip/ */
    const char *scratch; /* folder for files that a row makes */
};

#define BENCH_SETTINGS 5
struct bench_row {
    const char *name, *help;
    bool (*run)(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                struct diagnostics *diagnostics);
    /* Makes files that are not part of what is measured, in another process; NULL: nothing. */
    bool (*prepare)(const struct bench_row *row, const struct bench_context *context,
                    struct diagnostics *diagnostics);
    const char *chip;        /* under configs/chip */
    const char *settings[BENCH_SETTINGS]; /* "key=value", as --set */
    uint32_t fan_out, neurons; /* of a network r1024; of other size if neurons is not 0 */
    const struct sheet_kind *sheet; /* of a network made as a sheet (sheet.h) */
    uint32_t steps;          /* of a network */
    uint32_t rate_percent;   /* packets a core offers in 100 cycles */
    uint64_t cycles;
};

extern const struct bench_row bench_rows[]; /* ends with name NULL */

/* ---- measuring (measure.c) ---- */

/* Medians over the runs, of the ratio too; peak memory is the largest. Counts and hash are the same in every run. */
struct bench_summary {
    const struct bench_row *row;
    struct bench_result median;
    double ratio_to_functional; /* speed of the chip's simulation over the functional loop's; 0: none */
};

/* False and messages when a run failed or the runs differ. */
MUST_USE bool bench_measure(const struct bench_row *row, const struct bench_context *context, uint32_t runs,
                            struct bench_summary *out, struct diagnostics *diagnostics);

double bench_processor_s(void); /* of this process */
double bench_clock_s(void);     /* monotonic */
double bench_peak_mib(void);
double bench_median(double *values, uint32_t count); /* sorts them */

/* "configs", or share/npusim/configs beside the bin/ that holds the program; fresh. */
MUST_USE bool bench_find_configs(char **out, struct diagnostics *diagnostics);

/* ---- kinds of rows ---- */

struct chip_config;
/* The row's chip file with its settings. */
MUST_USE bool bench_load_chip(const struct bench_row *row, const struct bench_context *context,
                              struct chip_config *out, struct diagnostics *diagnostics);

struct network;
struct program;
/* Without what only names and reports need. */
MUST_USE bool bench_compile(const struct network *network, const struct chip_config *chip, struct program *out,
                            struct diagnostics *diagnostics);

struct chip_result;
/* Of a whole run. */
void bench_count_result(const struct chip_result *result, struct bench_counts *counts);
struct memory_use;
/* peak_rss_mib must be there. */
void bench_report_memory(const struct memory_use *use, struct bench_result *out);

MUST_USE bool bench_run_chip(const struct bench_row *row, const struct bench_context *context,
                             struct bench_result *out, struct diagnostics *diagnostics);
MUST_USE bool bench_run_sheet(const struct bench_row *row, const struct bench_context *context,
                              struct bench_result *out, struct diagnostics *diagnostics);
MUST_USE bool bench_run_jobs(const struct bench_row *row, const struct bench_context *context,
                             struct bench_result *out, struct diagnostics *diagnostics);
MUST_USE bool bench_run_mpi(const struct bench_row *row, const struct bench_context *context,
                            struct bench_result *out, struct diagnostics *diagnostics);
/* One of the processes that such a row starts; rank 0 says on stdout what came out. */
MUST_USE bool bench_run_rank(const struct bench_row *row, const struct bench_context *context,
                             struct diagnostics *diagnostics);
MUST_USE bool bench_prepare_load(const struct bench_row *row, const struct bench_context *context,
                                 struct diagnostics *diagnostics);
MUST_USE bool bench_run_load(const struct bench_row *row, const struct bench_context *context,
                             struct bench_result *out, struct diagnostics *diagnostics);
MUST_USE bool bench_run_noc(const struct bench_row *row, const struct bench_context *context,
                            struct bench_result *out, struct diagnostics *diagnostics);
MUST_USE bool bench_run_wakeup(const struct bench_row *row, const struct bench_context *context,
                               struct bench_result *out, struct diagnostics *diagnostics);

#endif
