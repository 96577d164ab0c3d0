/* What a run is compared with: the float reference and the GPUs' models. */
#include "sim/memory.h"
#include "tools/cli/run.h"
#include <string.h>

/* fp16 where the part has it, unless --precision says otherwise. */
static bool choose_precision(const struct run *run, const struct accelerator *accelerator,
                             enum baseline_precision *out, struct diagnostics *diagnostics)
{
    static const enum baseline_precision preferred[] = {PRECISION_FP16, PRECISION_TF32, PRECISION_FP32,
                                                        PRECISION_INT8};
    for (int i = 0; i < PRECISIONS; i++) {
        bool asked = !run->options.precision || !strcmp(run->options.precision, precision_name(preferred[i]));
        if (asked && accelerator_has_precision(accelerator, preferred[i])) {
            *out = preferred[i];
            return true;
        }
    }
    return diagnostics_add(diagnostics, accelerator_name(accelerator), "no published peak for precision '%s', expected %s",
                           run->options.precision ? run->options.precision : "any", "fp32, tf32, fp16 or int8");
}

static bool add_baselines(struct run *run, const struct accelerator *accelerator, const struct work *work,
                          struct diagnostics *diagnostics)
{
    enum baseline_precision precision = PRECISION_FP16;
    if (!choose_precision(run, accelerator, &precision, diagnostics))
        return false;
    for (int mode = BASELINE_ANN; mode <= BASELINE_SNN; mode++)
        for (int large = 0; large <= (run->options.batch > 1); large++)
            baseline_estimate(accelerator, work, (enum baseline_mode)mode, precision,
                              large ? run->options.batch : 1, &run->baselines[run->baseline_count++]);
    return true;
}

static uint32_t mean_steps(const struct spike_batch *batch)
{
    uint64_t sum = 0;
    for (size_t s = 0; s < batch->count; s++)
        sum += batch->samples[s].steps;
    return (uint32_t)((sum + batch->count / 2) / batch->count);
}

static bool compare_accelerators(struct run *run, struct diagnostics *diagnostics)
{
    struct work work;
    bool good = true;
    work_from_network(&run->network, mean_steps(&run->batch), &work);
    run->baselines = memory_array(4 * (size_t)run->options.baselines.count, sizeof *run->baselines);
    for (uint32_t i = 0; i < run->options.baselines.count; i++)
        good &= add_baselines(run, run->accelerators[i], &work, diagnostics);
    work_free(&work);
    return good;
}

bool run_compare(struct run *run, struct diagnostics *diagnostics)
{
    struct progress progress = {0};
    struct reference_options how = {.semantics = run->semantics, .dt_s = run->dt_s, .progress = progress_update,
                                    .progress_context = &progress};
    if (!compare_accelerators(run, diagnostics))
        return false;
    progress_begin(&progress, "reference", run->options.quiet);
    bool good = reference_run(&run->network, &run->batch, &how, &run->reference, diagnostics);
    progress_end(&progress);
    return good;
}
