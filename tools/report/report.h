/* Everything a run ends with: numbers derived from integer results, and the files and pages made from them. */
#ifndef NPUSIM_TOOLS_REPORT_REPORT_H
#define NPUSIM_TOOLS_REPORT_REPORT_H

#include "models/baseline/baseline.h"
#include "models/chip_result.h"
#include "models/physics/energy.h"
#include "models/physics/energy_steps.h"
#include "sim/top/system.h"
#include "tools/compile/compile.h"
#include "tools/network/network.h"
#include "tools/network/spikes.h"
#include "tools/reference/reference.h"
#include "tools/report/monte_carlo.h"

struct provenance {
    const char *version, *command;
    char config_sha256[65], network_sha256[65], input_sha256[65];
    uint64_t seed;
};

struct host_cost { /* what the simulation itself cost */
    double wall_s, load_s, simulate_s, peak_rss_mib;
};

/* What is left of a sample when its spikes, outputs and counters are gone (examine.c). */
struct sample_digest {
    int32_t prediction, reference_prediction;
    bool tie;                      /* of the chip's decision */
    uint64_t spikes_in_both, spikes_in_either; /* of chip and reference */
    uint64_t input_spikes;         /* an event of value n is n spikes; one of an analog input counts once */
    double energy_j, kind_j[ENERGY_KINDS];
    double reference_s;            /* what the reference took on this machine */
};

/* The first sample's spikes, thinned where there are many (raster.c). */
#define RASTER_MARKS 4000u /* of a layer, about */
struct raster_layer {
    uint64_t count;                /* of spikes */
    struct raster_mark {
        uint32_t step, neuron;
    } *marks;
    size_t kept, capacity;
};
struct raster {
    uint32_t layer_count;
    struct raster_layer *layers;   /* [populations], what the chip recorded; then the input's */
};

/* All inputs of a report; the report owns none of it. */
struct run_record {
    const struct network *network;
    const struct spike_batch *batch;
    const struct chip_config *chip;
    const struct technology *technology;
    const struct program *program;
    const struct compile_report *compile;
    const struct chip_result *chip_result;
    const struct sample_digest *digests; /* [samples] */
    const struct raster *raster;
    const struct baseline_result *baselines;
    uint32_t baseline_count;
    double dt_s;
    const char *dt_origin;   /* "--dt", "the input file" */
    const char *semantics;
    struct provenance provenance;
    struct host_cost host;
    const struct monte_carlo *monte_carlo; /* NULL: one chip */
};

/* Derived once (derive.c), used by every writer. */
struct run_numbers {
    bool labelled;
    uint64_t labelled_count;
    double accuracy, reference_accuracy, spike_agreement;
    uint32_t ties;                    /* decisions on a tie, chip */
    int *prediction, *reference_prediction; /* [samples] */
    double latency_mean_s, latency_p50_s, latency_p99_s, latency_max_s;
    double *latency_s, *sample_energy_j;    /* [samples] */
    struct energy_report energy;      /* whole run */
    struct energy_steps energy_steps; /* the same by timestep */
    double unused_off_j;              /* of the run, were cores without a part of the network switched off; total: they are,
                                         or the technology does not tell */
    struct cost load;                 /* J: bringing the program onto the chip, once; in no other figure */
    struct cost area;                 /* mm2, with its range */
    double run_s;                     /* until the chips are done and the last output has left */
    double power_w, area_mm2, throughput_per_s; /* over run_s */
    double input_s;                   /* what a sample lasts in its own time: mean steps x dt */
    double leakage_w, paced_energy_j; /* a sample at the pace of its input: leakage and ungated clock for input_s, and its events */
    uint64_t input_spikes, spikes, synaptic_events, neuron_updates, packets, hops, dropped, late;
};

void run_derive(const struct run_record *record, struct run_numbers *out);
void run_numbers_free(struct run_numbers *numbers);

/* Terminal: what a person can read in ten seconds. */
void summary_print(const struct run_record *record, const struct run_numbers *numbers);
/* DIR/summary.json, DIR/report.html; each beside its name, then renamed. */
MUST_USE bool summary_write_json(const char *dir, const struct run_record *record, const struct run_numbers *numbers,
                                 struct diagnostics *diagnostics);
MUST_USE bool page_write_html(const char *dir, const struct run_record *record, const struct run_numbers *numbers,
                              struct diagnostics *diagnostics);
/* DIR/result.h5, written while the run goes on: beside its name, and renamed when it is finished. Both of the last end it. */
struct result_file;
MUST_USE bool result_open(const char *dir, const struct program *program, const struct spike_batch *batch, double dt_s,
                          struct result_file **out, struct diagnostics *diagnostics);
void result_add(struct result_file *file, const struct sample_slab *slab);
MUST_USE bool result_finish(struct result_file *file, const struct run_record *record,
                            const struct run_numbers *numbers, struct diagnostics *diagnostics);
void result_drop(struct result_file *file); /* may be NULL */

/* summary.json on stdout (--json). */
void summary_print_json(const struct run_record *record, const struct run_numbers *numbers);

void raster_begin(struct raster *raster, const struct program *program, const struct spike_batch *batch);
void raster_add(struct raster *raster, const struct sample_slab *slab); /* of the first sample */
/* Does a mark of a layer with `count` of them stay? What stays does not depend on the order, and shrinks as they grow. */
bool raster_stays(uint64_t count, uint32_t step, uint32_t neuron);
void raster_free(struct raster *raster);

/* Looks at samples beside the float reference, as a struct sample_observer's `examine`: context is the examination. */
struct examination;
struct examination *examination_open(const struct run_record *about, struct reference_run *reference);
void examine_slab(void *examination, const struct sample_slab *slab, void *digest);
void examination_close(struct examination *examination);

/* A bar on a terminal, nothing in a pipe (stderr). */
struct progress {
    const char *what;
    bool shown;
    double last_s;
};
void progress_begin(struct progress *progress, const char *what, bool quiet);
void progress_update(void *progress, size_t done, size_t all);
void progress_end(struct progress *progress);

#endif
