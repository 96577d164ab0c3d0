#include "tools/report/report.h"

#include "sim/memory.h"
#include <stdlib.h>

/* The finaliser of MurmurHash3: which marks stay must not follow a pattern of the spikes. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdu;
    value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53u;
    return value ^ (value >> 33);
}

bool raster_stays(uint64_t count, uint32_t step, uint32_t neuron)
{
    return count <= RASTER_MARKS || mix(((uint64_t)step << 32) | neuron) / RASTER_MARKS < UINT64_MAX / count;
}

static void thin(struct raster_layer *layer)
{
    size_t kept = 0;
    for (size_t i = 0; i < layer->kept; i++)
        if (raster_stays(layer->count, layer->marks[i].step, layer->marks[i].neuron))
            layer->marks[kept++] = layer->marks[i];
    layer->kept = kept;
}

static void add(struct raster_layer *layer, uint32_t step, uint32_t neuron)
{
    layer->count++;
    if (!raster_stays(layer->count, step, neuron))
        return;
    if (layer->kept >= 4 * RASTER_MARKS)
        thin(layer);
    layer->marks = memory_grow(layer->marks, &layer->capacity, layer->kept + 1, sizeof *layer->marks);
    layer->marks[layer->kept++] = (struct raster_mark){step, neuron};
}

void raster_begin(struct raster *raster, const struct program *program, const struct spike_batch *batch)
{
    struct spike_event events[256];
    *raster = (struct raster){.layer_count = program->population_count + 1};
    raster->layers = memory_array(raster->layer_count, sizeof *raster->layers);
    for (size_t first = 0, count; (count = spikes_take(batch, 0, first, events, 256)); first += count)
        for (size_t i = 0; i < count; i++)
            add(&raster->layers[program->population_count], events[i].step, events[i].index);
}

void raster_add(struct raster *raster, const struct sample_slab *slab)
{
    for (size_t i = 0; i < slab->spike_count; i++)
        add(&raster->layers[slab->spikes[i].population], slab->spikes[i].step, slab->spikes[i].neuron);
}

void raster_free(struct raster *raster)
{
    for (uint32_t i = 0; i < raster->layer_count; i++)
        free(raster->layers[i].marks);
    free(raster->layers);
    *raster = (struct raster){0};
}
