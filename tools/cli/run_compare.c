/* What a run is compared with: the float reference and the GPUs' models. */
#include "sim/memory.h"
#include "tools/cli/run.h"

static void add_baselines(struct run *run, uint32_t accelerator, const struct work *work)
{
    for (int mode = BASELINE_ANN; mode < BASELINE_MODES; mode++)
        for (int large = 0; large <= (run->options.batch > 1); large++)
            baseline_estimate(run->accelerators[accelerator], work, (enum baseline_mode)mode,
                              run->precisions[accelerator], large ? run->options.batch : 1,
                              &run->baselines[run->baseline_count++]);
}

static uint32_t mean_steps(const struct spike_batch *batch)
{
    uint64_t sum = 0;
    for (size_t s = 0; s < batch->count; s++)
        sum += batch->samples[s].steps;
    return (uint32_t)((sum + batch->count / 2) / batch->count);
}

static void compare_accelerators(struct run *run)
{
    struct work work;
    work_from_network(&run->network, mean_steps(&run->batch), &work);
    run->baselines = memory_array(2 * BASELINE_MODES * (size_t)run->options.baselines.count, sizeof *run->baselines);
    for (uint32_t i = 0; i < run->options.baselines.count; i++)
        add_baselines(run, i, &work);
    work_free(&work);
}

bool run_compare(struct run *run, struct diagnostics *diagnostics)
{
    struct progress progress = {0};
    struct reference_options how = {.semantics = run->semantics, .dt_s = run->dt_s, .progress = progress_update,
                                    .progress_context = &progress};
    compare_accelerators(run);
    progress_begin(&progress, "reference", run->options.quiet || run->options.json);
    bool good = reference_run(&run->network, &run->batch, &how, &run->reference, diagnostics);
    progress_end(&progress);
    return good;
}
