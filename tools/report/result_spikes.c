#include "tools/report/result_spikes.h"

#include "sim/memory.h"
#include "tools/read/spike_writer.h"
#include <stdlib.h>

/* A sample of which more slabs will come: how many events each population has. */
struct begun {
    size_t sample;
    uint64_t *columns;
};

struct result_spikes {
    struct h5 *file;
    const char *group;
    const struct program *program;
    const struct spike_batch *batch;
    double dt_s;
    struct spike_rows **rows; /* [populations], NULL before the first event */
    struct begun *begun;
    size_t begun_count, begun_capacity;
    struct spike_event *events; /* room for a piece */
    size_t event_capacity;
};

struct result_spikes *result_spikes_open(struct h5 *file, const char *group, const struct program *program,
                                         const struct spike_batch *batch, double dt_s)
{
    struct result_spikes *spikes = memory_array(1, sizeof *spikes);
    *spikes = (struct result_spikes){.file = file, .group = group, .program = program, .batch = batch, .dt_s = dt_s};
    spikes->rows = memory_array(program->population_count, sizeof *spikes->rows);
    h5_group(file, group);
    return spikes;
}

static void open_rows(struct result_spikes *spikes, uint32_t number, size_t expected)
{
    const struct population *population = &spikes->program->populations[number];
    spikes->rows[number] = spike_rows_open(spikes->file, spikes->group, population->name,
                                           population->values ? "v" : "spikes", spikes->batch->count, expected,
                                           spikes->dt_s, population->values);
}

static void add_population(struct result_spikes *spikes, uint32_t number, size_t sample, uint64_t column,
                           const struct recorded_spike *from, size_t count)
{
    const struct population *population = &spikes->program->populations[number];
    double scale = population->values && population->scale > 0 ? population->scale : 1;
    spikes->events = memory_grow(spikes->events, &spikes->event_capacity, count, sizeof *spikes->events);
    for (size_t i = 0; i < count; i++)
        spikes->events[i] = (struct spike_event){from[i].step, from[i].neuron, (float)(from[i].value / scale)};
    if (!spikes->rows[number])
        open_rows(spikes, number, count);
    spike_rows_add(spikes->rows[number], sample, column, spikes->events, count);
}

static struct begun *find(struct result_spikes *spikes, size_t sample)
{
    for (size_t i = 0; i < spikes->begun_count; i++)
        if (spikes->begun[i].sample == sample)
            return &spikes->begun[i];
    spikes->begun = memory_grow(spikes->begun, &spikes->begun_capacity, spikes->begun_count + 1, sizeof *spikes->begun);
    uint64_t *columns = memory_array(spikes->program->population_count, sizeof *columns);
    spikes->begun[spikes->begun_count] = (struct begun){sample, columns};
    return &spikes->begun[spikes->begun_count++];
}

void result_spikes_add(struct result_spikes *spikes, const struct sample_slab *slab)
{
    struct begun *begun = find(spikes, slab->sample);
    for (size_t i = 0, end; i < slab->spike_count; i = end) {
        uint32_t number = slab->spikes[i].population;
        for (end = i; end < slab->spike_count && slab->spikes[end].population == number;)
            end++;
        add_population(spikes, number, slab->sample, begun->columns[number], slab->spikes + i, end - i);
        begun->columns[number] += end - i;
    }
    if (slab->last) {
        free(begun->columns);
        *begun = spikes->begun[--spikes->begun_count];
    }
}

void result_spikes_close(struct result_spikes *spikes)
{
    uint32_t steps = 0;
    for (size_t s = 0; s < spikes->batch->count; s++)
        steps = spikes->batch->samples[s].steps > steps ? spikes->batch->samples[s].steps : steps;
    for (uint32_t p = 0; p < spikes->program->population_count; p++) {
        if (!spikes->rows[p] && !spikes->program->populations[p].input)
            open_rows(spikes, p, 0);
        spike_rows_close(spikes->rows[p], spikes->program->populations[p].count, steps);
    }
    for (size_t i = 0; i < spikes->begun_count; i++)
        free(spikes->begun[i].columns);
    free(spikes->begun);
    free(spikes->rows);
    free(spikes->events);
    free(spikes);
}
