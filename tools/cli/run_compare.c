/* What a run is compared with, the float reference and the GPUs' models, and what takes its samples as they end. */
#include "sim/memory.h"
#include "tools/calibrate/measured_network.h"
#include "tools/cli/run.h"
#include <stdlib.h>

static void add_baselines(struct run *run, uint32_t accelerator, const struct work *work,
                          const struct measured *measured)
{
    for (int mode = BASELINE_ANN; mode < BASELINE_MODES; mode++)
        for (int large = 0; large <= (run->options.batch > 1); large++) {
            struct baseline_result *row = &run->baselines[run->baseline_count++];
            baseline_estimate(run->accelerators[accelerator], work, (enum baseline_mode)mode,
                              run->precisions[accelerator], large ? run->options.batch : 1, row);
            measured_network_fill(measured, work, row);
        }
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
    run->baselines = memory_array(2 * BASELINE_MODES * (size_t)run->options.baselines.count, sizeof *run->baselines);
    for (uint32_t i = 0; good && i < run->options.baselines.count; i++) {
        struct measured measured;
        good = measured_networks_read(run->options.baselines.item[i], run->accelerators[i], &measured, diagnostics);
        if (good)
            add_baselines(run, i, &work, &measured);
        measured_free(&measured);
    }
    work_free(&work);
    return good;
}

bool run_compare(struct run *run, struct diagnostics *diagnostics)
{
    run->reference_options = (struct reference_options){.semantics = run->semantics, .dt_s = run->dt_s};
    return compare_accelerators(run, diagnostics) &&
           reference_open(&run->network, &run->batch, &run->reference_options, &run->reference, diagnostics);
}

static void keep_slab(void *context, const struct sample_slab *slab, const void *digest)
{
    struct run *run = context;
    if (slab->sample == 0)
        raster_add(&run->raster, slab);
    if (run->file)
        result_add(run->file, slab);
    if (slab->last)
        run->digests[slab->sample] = *(const struct sample_digest *)digest;
}

static void examine(void *context, const struct sample_slab *slab, void *digest)
{
    const struct run *run = context;
    examine_slab(run->examination, slab, digest);
}

bool run_observe(struct run *run, struct sample_observer *observer, struct diagnostics *diagnostics)
{
    *observer = (struct sample_observer){run, sizeof(struct sample_digest), 0, examine, keep_slab};
    run->examination = examination_open(&run->record, run->reference);
    run->digests = memory_array(run->batch.count, sizeof *run->digests);
    raster_begin(&run->raster, &run->program, &run->batch);
    return !run->options.out ||
           result_open(run->options.out, &run->program, &run->batch, run->dt_s, &run->file, diagnostics);
}
