/* Samples beside the float reference, as they end. The reference is run here, a slab behind the chip, in the process
 * that simulates: so several processes share its work too. */
#include "tools/report/derive.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct examination {
    const struct run_record *about; /* no results yet */
    struct reference_run *reference;
    bool *deciding;
    uint32_t neurons;  /* of the deciding populations */
    double *score;     /* of the sample under way */
};

struct examination *examination_open(const struct run_record *about, struct reference_run *reference)
{
    struct examination *examination = memory_array(1, sizeof *examination);
    bool *deciding = memory_array(about->program->population_count, sizeof *deciding);
    *examination = (struct examination){.about = about, .reference = reference, .deciding = deciding};
    examination->neurons = deciding_populations(about->network, about->program, deciding);
    examination->score = memory_array(examination->neurons, sizeof *examination->score);
    return examination;
}

void examination_close(struct examination *examination)
{
    if (!examination)
        return;
    free(examination->deciding);
    free(examination->score);
    free(examination);
}

static double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void compare(const struct examination *examination, const struct sample_slab *slab, struct sample_digest *digest)
{
    const struct run_record *about = examination->about;
    struct reference_sample expected;
    struct overlap overlap = {digest->spikes_in_both, digest->spikes_in_either};
    double began = clock_s();
    if (slab->first_step == 0)
        reference_begin(examination->reference, about->batch, slab->sample);
    reference_advance(examination->reference, slab->end_step, &expected);
    digest->reference_s += clock_s() - began;
    overlap_add(&overlap, about->network, about->program, slab->spikes, slab->spike_count, expected.spikes,
                expected.spike_count);
    digest->spikes_in_both = overlap.both;
    digest->spikes_in_either = overlap.either;
    reference_sample_free(&expected);
}

static void conclude(const struct examination *examination, const struct sample_slab *slab,
                     struct sample_digest *digest)
{
    const struct run_record *about = examination->about;
    struct energy_report energy;
    bool reference_tie;
    digest->prediction = score_decision(examination->score, examination->neurons, &digest->tie);
    digest->reference_prediction = reference_decide(examination->reference, &reference_tie);
    digest->input_spikes = input_spike_count(about->batch, slab->sample);
    energy_compute(about->technology, about->chip, about->program, &slab->result->counters, &energy);
    digest->energy_j = energy.total;
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        digest->kind_j[kind] = energy.kind[kind].nominal;
    energy_report_free(&energy);
}

void examine_slab(void *context, const struct sample_slab *slab, void *digest)
{
    struct examination *examination = context;
    uint32_t steps = examination->about->batch->samples[slab->sample].steps;
    if (slab->first_step == 0)
        memset(examination->score, 0, examination->neurons * sizeof *examination->score);
    compare(examination, slab, digest);
    chip_scores(examination->about->program, examination->deciding, steps, slab->outputs, slab->output_count,
                examination->score);
    if (slab->last)
        conclude(examination, slab, digest);
}
