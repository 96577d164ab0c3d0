#include "sim/top/pack.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

void pack_put(struct packed *packed, const void *data, size_t size)
{
    if (size == 0)
        return;
    packed->bytes = memory_grow(packed->bytes, &packed->capacity, packed->count + size, 1);
    memcpy(packed->bytes + packed->count, data, size);
    packed->count += size;
}

bool pack_take(struct packed *packed, void *data, size_t size)
{
    if (packed->count - packed->taken < size)
        return false;
    if (size)
        memcpy(data, packed->bytes + packed->taken, size);
    packed->taken += size;
    return true;
}

void pack_shift(struct packed *packed)
{
    packed->count -= packed->taken;
    if (packed->count && packed->taken)
        memmove(packed->bytes, packed->bytes + packed->taken, packed->count);
    packed->taken = 0;
}

void pack_free(struct packed *packed)
{
    free(packed->bytes);
    *packed = (struct packed){0};
}

static void put_table(struct packed *packed, const struct counter_table *table)
{
    size_t words = counter_table_words(table);
    uint64_t *data = memory_array(words, sizeof *data);
    counter_table_store(table, data);
    pack_put(packed, data, words * sizeof *data);
    free(data);
}

static bool take_table(struct packed *packed, const struct chip_config *config, struct counter_table *table)
{
    counter_table_init(table, config);
    size_t words = counter_table_words(table);
    uint64_t *data = memory_array(words, sizeof *data);
    bool good = pack_take(packed, data, words * sizeof *data);
    counter_table_load(table, data);
    free(data);
    return good;
}

/* A length that can be there. */
static bool fits(const struct packed *packed, size_t count, size_t size)
{
    return count <= (packed->count - packed->taken) / size;
}

void pack_sample(struct packed *packed, const struct sample_result *sample)
{
    pack_put(packed, sample, sizeof *sample); /* its pointers mean nothing to the reader */
    pack_put(packed, sample->outputs, sample->output_count * sizeof *sample->outputs);
    pack_put(packed, sample->spikes, sample->spike_count * sizeof *sample->spikes);
    if (sample->counters.chips)
        put_table(packed, &sample->counters);
}

static bool take_spikes(struct packed *packed, size_t count, struct recorded_spike **out)
{
    if (!fits(packed, count, sizeof **out))
        return false;
    *out = memory_array(count, sizeof **out);
    return pack_take(packed, *out, count * sizeof **out);
}

bool pack_take_sample(struct packed *packed, const struct chip_config *config, struct sample_result *sample)
{
    if (!pack_take(packed, sample, sizeof *sample))
        return false;
    sample->outputs = sample->spikes = NULL;
    bool counted = sample->counters.chips > 0;
    sample->counters = (struct counter_table){0};
    return take_spikes(packed, sample->output_count, &sample->outputs) &&
           take_spikes(packed, sample->spike_count, &sample->spikes) &&
           (!counted || take_table(packed, config, &sample->counters));
}

static size_t layer_count(const struct chip_result *result)
{
    return (size_t)result->population_count * result->steps;
}

void pack_result(struct packed *packed, const struct chip_result *result)
{
    pack_put(packed, result, sizeof *result);
    pack_put(packed, result->layers, layer_count(result) * sizeof *result->layers);
    for (size_t i = 0; i < result->sample_count; i++)
        pack_sample(packed, &result->samples[i]);
    put_table(packed, &result->counters);
}

bool pack_take_result(struct packed *packed, const struct chip_config *config, struct chip_result *result)
{
    struct chip_result head;
    if (!pack_take(packed, &head, sizeof head))
        return false;
    size_t layers = layer_count(&head), samples = head.sample_count;
    *result = head;
    result->layers = NULL;
    result->samples = NULL;
    result->sample_count = 0;
    result->counters = (struct counter_table){0};
    if (!fits(packed, layers, sizeof *result->layers) || !fits(packed, samples, sizeof *result->samples))
        return false;
    result->layers = memory_array(layers, sizeof *result->layers);
    result->samples = memory_array(samples, sizeof *result->samples);
    bool good = pack_take(packed, result->layers, layers * sizeof *result->layers);
    while (good && result->sample_count < samples)
        good = pack_take_sample(packed, config, &result->samples[result->sample_count++]);
    return good && take_table(packed, config, &result->counters);
}
