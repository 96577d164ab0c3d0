/* npusim baseline */
#include "models/baseline/baseline.h"

#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/compile/compile.h"
#include "tools/file/file.h"
#include "tools/read/layers.h"
#include "tools/read/read.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct baseline_line {
    const char *accelerator, *network, *layers;
    uint32_t batch, steps;
    int precision, mode;
};

static const char *const modes[] = {"ann", "ann-graph", "snn", "snn-layer", "snn-fused", "snn-graph", NULL};

#define FIELD(name) offsetof(struct baseline_line, name)
static const struct option_row rows[] = {
    {"--accelerator", OPTION_STRING, FIELD(accelerator), "FILE", 0, 0, true, NULL, "configs/accelerator/NAME.yaml"},
    {"--network", OPTION_STRING, FIELD(network), "NET", 0, 0, true, NULL,
     "trained network (NIR), or a layer list (.csv, traces/workloads)"},
    {"--batch", OPTION_U32, FIELD(batch), "N", 1, 1e6, false, NULL, "samples at once (default 1)"},
    {"--precision", OPTION_CHOICE, FIELD(precision), "P", 0, 0, false, precision_choices,
     "fp32, tf32, fp16 (default), fp8, int8"},
    {"--mode", OPTION_CHOICE, FIELD(mode), "MODE", 0, 0, false, modes,
     "ann: the dense network once (default); snn: every timestep; ann-graph, snn-layer, snn-fused, snn-graph: docs/baseline.md"},
    {"--steps", OPTION_U32, FIELD(steps), "T", 1, 16777216, false, NULL,
     "timesteps, for snn (default 100, or those of the layer list)"},
    {"--layers", OPTION_STRING, FIELD(layers), "OUT.csv", 0, 0, false, NULL,
     "also write the network's operators as a layer list, which tools/measure-gpu runs"},
    {0},
};

static void print(const struct baseline_result *result, const struct accelerator *accelerator)
{
    const char *missing = accelerator_missing(accelerator, result->precision);
    const char *carried = accelerator_carried(accelerator);
    printf("%s, %s, %s, batch %u (analytic model)\n", result->name, baseline_mode_name(result->mode),
           precision_name(result->precision), result->batch);
    printf("  latency of the batch  %.4g ms: launches %.4g, arithmetic %.4g, memory %.4g\n", 1e3 * result->latency_s,
           1e3 * result->launch_s, 1e3 * result->arithmetic_s, 1e3 * result->memory_s);
    if (isnan(result->energy_j))
        printf("  energy per sample     missing\n");
    else
        printf("  energy per sample     %.4g mJ at %.4g W\n", 1e3 * result->energy_j, result->power_w);
    if (missing)
        printf("  missing               %s\n", missing);
    if (carried)
        printf("  carried over          %s\n", carried);
    printf("  coefficients          %s %s\n",
           accelerator_is_measured(accelerator) ? "measured: fitted on" : "carried over from relatives: fitted on",
           accelerator_fitted_on(accelerator));
}

static bool baseline_all(const void *options, struct diagnostics *diagnostics)
{
    const struct baseline_line *line = options;
    struct accelerator *accelerator = NULL;
    struct work work = {0};
    enum baseline_precision precision = (enum baseline_precision)line->precision;
    bool good = accelerator_load(line->accelerator, &accelerator, diagnostics);
    good &= work_read(line->network, line->steps, &work, diagnostics);
    const char *missing = good ? accelerator_missing(accelerator, precision) : NULL;
    if (missing && !strncmp(missing, "all", 3))
        good = diagnostics_add(diagnostics, line->accelerator, "%s in %s, expected another accelerator or --precision",
                               missing, precision_name(precision));
    if (good) {
        struct baseline_result result;
        baseline_estimate(accelerator, &work, (enum baseline_mode)line->mode, precision, line->batch, &result);
        print(&result, accelerator);
    }
    if (good && line->layers)
        good = layers_write(line->layers, &work, file_name(line->network), diagnostics);
    work_free(&work);
    accelerator_free(accelerator);
    return good;
}

int command_baseline(int argc, char **argv)
{
    struct baseline_line line = {.batch = 1, .precision = PRECISION_FP16};
    return options_command(argc, argv,
                           "baseline --accelerator FILE --network NET [OPTION ...]\n\n"
                           "Latency and energy of the network's layers on a GPU: an analytic model, no measurement.",
                           rows, &line, baseline_all);
}
