#include "tools/report/result_spikes.h"

#include "sim/memory.h"
#include "tools/read/spike_writer.h"
#include "tools/report/text.h"
#include <stdlib.h>

/* The part of a sample that one population fired: consecutive in the sorted list. */
static void collect_sample(const struct sample_result *sample, uint32_t number, const struct population *population,
                           struct spike_sample *out)
{
    size_t first = 0, end;
    while (first < sample->spike_count && sample->spikes[first].population < number)
        first++;
    for (end = first; end < sample->spike_count && sample->spikes[end].population == number;)
        end++;
    *out = (struct spike_sample){.label = -1, .steps = sample->steps, .count = end - first};
    out->events = memory_array(out->count, sizeof *out->events);
    for (size_t i = 0; i < out->count; i++) {
        const struct recorded_spike *spike = &sample->spikes[first + i];
        double scale = population->values && population->scale > 0 ? population->scale : 1;
        out->events[i] = (struct spike_event){spike->step, spike->neuron, (float)(spike->value / scale)};
    }
}

static bool write_population(struct h5 *file, const char *group, const struct run_record *record, uint32_t number,
                             struct text *left_out, struct diagnostics *diagnostics)
{
    const struct population *population = &record->program->populations[number];
    const struct chip_result *result = record->chip_result;
    struct spike_batch batch = {.inputs = population->count, .dt_s = record->dt_s, .count = result->sample_count};
    batch.samples = memory_array(batch.count, sizeof *batch.samples);
    uint64_t longest = 0;
    bool written = true;
    for (size_t s = 0; s < batch.count; s++) {
        collect_sample(&result->samples[s], number, population, &batch.samples[s]);
        longest = batch.samples[s].count > longest ? batch.samples[s].count : longest;
    }
    if (longest > 0 && batch.count > RESULT_SPIKES_MAX / longest)
        text_add(left_out, "%s%s", left_out->length ? ", " : "", population->name);
    else if (longest > 0 || !population->input)
        written = spikes_write_nir_data(file, group, population->name, population->values ? "v" : "spikes", &batch,
                                        diagnostics);
    for (size_t s = 0; s < batch.count; s++)
        free(batch.samples[s].events);
    free(batch.samples);
    return written;
}

bool result_write_spikes(struct h5 *file, const char *group, const struct run_record *record,
                         struct diagnostics *diagnostics)
{
    struct text left_out = {0};
    bool written = true;
    h5_group(file, group);
    for (uint32_t p = 0; p < record->program->population_count && written; p++)
        written = write_population(file, group, record, p, &left_out, diagnostics);
    if (left_out.length)
        h5_write_attribute_string(file, group, "left_out", left_out.data);
    text_free(&left_out);
    return written;
}
