/* What `npusim run` is made of (run_*.c): options, everything that was read, and the steps from one to the other. */
#ifndef NPUSIM_TOOLS_CLI_RUN_H
#define NPUSIM_TOOLS_CLI_RUN_H

#include "models/host/driver.h"
#include "sim/trace.h"
#include "tools/cli/options.h"
#include "tools/report/monte_carlo.h"
#include "tools/report/report.h"

struct run_options {
    const char *chip, *network, *program, *input, *labels, *semantics, *out, *trace, *trace_systemc;
    struct option_list inputs; /* as given; empty: `input` alone */
    struct option_list baselines, settings;
    uint32_t samples, steps, batch, quantum, input_levels, jobs, monte_carlo;
    double dt_s;
    uint64_t seed, device_seed; /* device_seed UINT64_MAX: as seed */
    int coding, order; /* enum spike_coding, enum engine_order */
    const char *columns; /* of address-event text */
    int time_unit;       /* enum time_unit */
    int precision;     /* enum baseline_precision; negative: the best that an accelerator has */
    bool oracle, quiet, json;
};

/* A run's things, in the order in which they come to be; run_free frees what is there. */
struct run {
    int argc;
    char **argv; /* as the run was called */
    struct run_options options;
    struct chip_config chip;
    struct technology *technology;
    struct network network;
    struct semantics rules;
    const struct semantics *semantics; /* rules */
    struct spike_batch batch;
    double dt_s;
    const char *dt_origin;
    struct accelerator *accelerators[OPTION_LIST_MAX];
    enum baseline_precision precisions[OPTION_LIST_MAX];
    struct program program;
    struct compile_report compile_report;
    struct trace *trace;
    struct driver_sample *inputs; /* [batch.count]: lengths; run_read_inputs reads the rest */
    uint32_t *input_numbers;      /* of the batch's inputs on the chip */
    struct reference_options reference_options;
    struct reference_run *reference;
    struct run_record record;     /* of what there is */
    struct examination *examination;
    struct sample_digest *digests; /* [batch.count] */
    struct raster raster;
    struct result_file *file;     /* NULL: without --out */
    struct chip_result result;
    struct baseline_result *baselines;
    uint32_t baseline_count;
    struct monte_carlo monte_carlo;
    struct provenance provenance;
    struct host_cost cost;
    bool made_out; /* the directory for results was not there before */
};

extern const struct option_row run_option_rows[];

/* Everything that a user can have got wrong is found here, before the first cycle. */
MUST_USE bool run_prepare(struct run *run, struct diagnostics *diagnostics);
/* Input spikes as the host sends them: run_read_inputs is a driver_read whose context is the run. */
void run_make_inputs(struct run *run);
size_t run_read_inputs(void *run, size_t sample, size_t *at, struct driver_input *out, size_t room);
/* Baselines, and the reference made ready. */
MUST_USE bool run_compare(struct run *run, struct diagnostics *diagnostics);
/* Opens what takes samples as they end: `observer` shows them to the reference, the raster and result.h5. */
MUST_USE bool run_observe(struct run *run, struct sample_observer *observer, struct diagnostics *diagnostics);
void run_free(struct run *run);

double seconds_now(void); /* monotonic */

#endif
