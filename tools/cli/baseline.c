/* npusim baseline */
#include "models/baseline/baseline.h"

#include "tools/calibrate/measured_network.h"
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

/* "  +-36 % (1.2 to 3.4 ms)": where the measured value lies if the model is off by its mean error. */
static void print_error(double value, double error, const char *unit)
{
    if (isnan(error)) {
        printf(", error unknown\n");
        return;
    }
    struct baseline_range range = baseline_range(value, error);
    char high[48] = "more";
    if (isfinite(range.high))
        snprintf(high, sizeof high, "%.4g %s", 1e3 * range.high, unit);
    printf(", +-%.0f %%: %.4g %s to %s\n", 100 * error, 1e3 * range.low, unit, high);
}

static void print_measurement(const struct baseline_measurement *measurement)
{
    if (!(measurement->latency_s > 0))
        return;
    printf("  measured on the part  latency %.4g ms, without the host's copies", 1e3 * measurement->latency_s);
    if (!isnan(measurement->energy_j))
        printf("; energy %.4g mJ a sample at %.4g W, passes without waiting", 1e3 * measurement->energy_j,
               measurement->power_w);
    printf("\n");
}

static void print(const struct baseline_result *result, const struct accelerator *accelerator)
{
    const char *missing = accelerator_missing(accelerator, result->precision);
    const char *carried = accelerator_carried(accelerator);
    printf("%s, %s, %s, batch %u (analytic model)\n", result->name, baseline_mode_name(result->mode),
           precision_name(result->precision), result->batch);
    printf("  latency of the batch  %.4g ms: launches %.4g, arithmetic %.4g, memory %.4g", 1e3 * result->latency_s,
           1e3 * result->launch_s, 1e3 * result->arithmetic_s, 1e3 * result->memory_s);
    print_error(result->latency_s, result->latency_error, "ms");
    if (isnan(result->energy_j))
        printf("  energy per sample     missing\n");
    else {
        printf("  energy per sample     %.4g mJ at %.4g W", 1e3 * result->energy_j, result->power_w);
        print_error(result->energy_j, result->energy_error, "mJ");
    }
    print_measurement(&result->measurement);
    if (missing)
        printf("  missing               %s\n", missing);
    if (carried)
        printf("  carried over          %s\n", carried);
    printf("  coefficients          %s %s\n",
           accelerator_is_measured(accelerator) ? "measured: fitted on" : "carried over from relatives: fitted on",
           accelerator_fitted_on(accelerator));
    printf("  errors                +- is the mean error on spiking networks: %s\n", accelerator_judged_on(accelerator));
}

static bool baseline_all(const void *options, struct diagnostics *diagnostics)
{
    const struct baseline_line *line = options;
    struct accelerator *accelerator = NULL;
    struct work work = {0};
    struct measured measured = {0};
    enum baseline_precision precision = (enum baseline_precision)line->precision;
    bool good = accelerator_load(line->accelerator, &accelerator, diagnostics);
    good &= work_read(line->network, line->steps, &work, diagnostics);
    const char *missing = good ? accelerator_missing(accelerator, precision) : NULL;
    if (missing && !strncmp(missing, "all", 3))
        good = diagnostics_add(diagnostics, line->accelerator, "%s in %s, expected another accelerator or --precision",
                               missing, precision_name(precision));
    good = good && measured_networks_read(line->accelerator, accelerator, &measured, diagnostics);
    if (good) {
        struct baseline_result result;
        baseline_estimate(accelerator, &work, (enum baseline_mode)line->mode, precision, line->batch, &result);
        measured_network_fill(&measured, &work, &result);
        print(&result, accelerator);
    }
    measured_free(&measured);
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
