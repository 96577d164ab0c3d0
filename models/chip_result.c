#include "models/chip.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

void counter_table_init(struct counter_table *table, const struct chip_config *config)
{
    uint32_t chips = config->host.chips, routers = chips * chip_tiles(config);
    bool processors = config->core.core_order == ORDER_TIMESTEP && config->core.neuron_location == NEURON_PROCESSOR;
    *table = (struct counter_table){.cores = chips * chip_cores(config), .routers = routers,
                                    .processors = processors ? routers : 0, .chips = chips};
    table->core = memory_array((size_t)table->cores * CORE_COUNTERS, sizeof(uint64_t));
    table->router = memory_array((size_t)table->routers * ROUTER_COUNTERS, sizeof(uint64_t));
    table->processor = memory_array((size_t)table->processors * PROCESSOR_COUNTERS, sizeof(uint64_t));
    table->host = memory_array((size_t)table->chips * HOST_COUNTERS, sizeof(uint64_t));
    table->chip_cycles = memory_array(table->chips, sizeof(uint64_t));
}

void counter_table_free(struct counter_table *table)
{
    free(table->core);
    free(table->router);
    free(table->processor);
    free(table->host);
    free(table->chip_cycles);
    *table = (struct counter_table){0};
}

struct block {
    uint64_t *data;
    size_t count;
};

enum { BLOCKS = 5 };

static void blocks_of(const struct counter_table *table, struct block blocks[BLOCKS])
{
    blocks[0] = (struct block){table->core, (size_t)table->cores * CORE_COUNTERS};
    blocks[1] = (struct block){table->router, (size_t)table->routers * ROUTER_COUNTERS};
    blocks[2] = (struct block){table->processor, (size_t)table->processors * PROCESSOR_COUNTERS};
    blocks[3] = (struct block){table->host, (size_t)table->chips * HOST_COUNTERS};
    blocks[4] = (struct block){table->chip_cycles, table->chips};
}

void counter_table_copy(struct counter_table *to, const struct counter_table *from)
{
    struct block target[BLOCKS], source[BLOCKS];
    blocks_of(to, target);
    blocks_of(from, source);
    for (int i = 0; i < BLOCKS; i++)
        memcpy(target[i].data, source[i].data, source[i].count * sizeof(uint64_t));
    to->cycles = from->cycles;
}

void counter_table_subtract(struct counter_table *to, const struct counter_table *from)
{
    struct block target[BLOCKS], source[BLOCKS];
    blocks_of(to, target);
    blocks_of(from, source);
    for (int i = 0; i < BLOCKS; i++)
        for (size_t j = 0; j < source[i].count; j++)
            target[i].data[j] -= source[i].data[j];
    to->cycles -= from->cycles;
}

static void add(uint64_t *to, const uint64_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] += from[i];
}

void counter_table_add(struct counter_table *to, const struct counter_table *from)
{
    struct block target[BLOCKS], source[BLOCKS];
    blocks_of(to, target);
    blocks_of(from, source);
    for (int i = 0; i < BLOCKS; i++)
        add(target[i].data, source[i].data, source[i].count);
    to->cycles += from->cycles;
}

size_t counter_table_words(const struct counter_table *table)
{
    struct block blocks[BLOCKS];
    size_t words = 1;
    blocks_of(table, blocks);
    for (int i = 0; i < BLOCKS; i++)
        words += blocks[i].count;
    return words;
}

void counter_table_store(const struct counter_table *table, uint64_t *words)
{
    struct block blocks[BLOCKS];
    blocks_of(table, blocks);
    *words++ = table->cycles;
    for (int i = 0; i < BLOCKS; words += blocks[i++].count)
        memcpy(words, blocks[i].data, blocks[i].count * sizeof(uint64_t));
}

void counter_table_load(struct counter_table *table, const uint64_t *words)
{
    struct block blocks[BLOCKS];
    blocks_of(table, blocks);
    table->cycles = *words++;
    for (int i = 0; i < BLOCKS; words += blocks[i++].count)
        memcpy(blocks[i].data, words, blocks[i].count * sizeof(uint64_t));
}

void chip_add_counters(struct chip *chip, const struct counter_table *table)
{
    uint32_t tiles = chip_tiles(chip->config), cores = chip_cores(chip->config), first = chip->number;
    for (uint32_t i = 0; i < cores; i++)
        add(chip->core_counters[i], table->core + ((size_t)first * cores + i) * CORE_COUNTERS, CORE_COUNTERS);
    for (uint32_t i = 0; i < tiles; i++) {
        size_t tile = (size_t)first * tiles + i;
        add(chip->router_counters[i], table->router + tile * ROUTER_COUNTERS, ROUTER_COUNTERS);
        if (chip->processors)
            add(chip->processors[i].counters, table->processor + tile * PROCESSOR_COUNTERS, PROCESSOR_COUNTERS);
    }
    add(chip->host_counters, table->host + (size_t)first * HOST_COUNTERS, HOST_COUNTERS);
}

void chip_counters(struct chip *chip, struct counter_table *table)
{
    uint32_t tiles = chip_tiles(chip->config), cores = chip_cores(chip->config), first = chip->number;
    for (uint32_t i = 0; i < cores; i++) {
        uint64_t *core = table->core + ((size_t)first * cores + i) * CORE_COUNTERS;
        memcpy(core, chip->core_counters[i], CORE_COUNTERS * sizeof(uint64_t));
        if (chip->cores) /* the next reset will clear what is still queued */
            core[CORE_EVENTS_DISCARDED] += chip->cores[i].queue.stored;
    }
    for (uint32_t i = 0; i < tiles; i++) {
        memcpy(table->router + ((size_t)first * tiles + i) * ROUTER_COUNTERS, chip->router_counters[i],
               ROUTER_COUNTERS * sizeof(uint64_t));
        if (chip->processors)
            memcpy(table->processor + ((size_t)first * tiles + i) * PROCESSOR_COUNTERS,
                   chip->processors[i].counters, sizeof chip->processors[i].counters);
    }
    memcpy(table->host + (size_t)first * HOST_COUNTERS, chip->host_counters, sizeof chip->host_counters);
}

void layers_add(struct chip_result *to, const struct chip_result *from)
{
    must(from->steps <= to->steps && from->population_count == to->population_count);
    for (uint32_t p = 0; p < from->population_count; p++)
        for (uint32_t t = 0; t < from->steps; t++) {
            const struct layer_step *layer = &from->layers[(size_t)p * from->steps + t];
            struct layer_step *sum = &to->layers[(size_t)p * to->steps + t];
            sum->spikes += layer->spikes;
            sum->synaptic_events += layer->synaptic_events;
            sum->busy_cycles += layer->busy_cycles;
        }
}

void chip_result_free(struct chip_result *result)
{
    for (size_t i = 0; i < result->sample_count; i++) {
        free(result->samples[i].outputs);
        free(result->samples[i].spikes);
        counter_table_free(&result->samples[i].counters);
    }
    free(result->samples);
    free(result->layers);
    counter_table_free(&result->counters);
    *result = (struct chip_result){0};
}

static double share(uint64_t bytes, uint64_t count)
{
    return count ? (double)bytes / (double)count : 0;
}

double memory_per_neuron(const struct memory_use *use)
{
    return share(use->neuron_bytes + use->route_bytes, use->neurons);
}

double memory_per_synapse(const struct memory_use *use)
{
    return share(use->synapse_bytes + use->row_bytes, use->synapses);
}

double memory_per_tile(const struct memory_use *use)
{
    return share(use->tile_bytes, use->tiles);
}

void memory_use_add(struct memory_use *to, const struct memory_use *from)
{
    to->neurons += from->neurons;
    to->synapses += from->synapses;
    to->tiles += from->tiles;
    to->neuron_bytes += from->neuron_bytes;
    to->synapse_bytes += from->synapse_bytes;
    to->row_bytes += from->row_bytes;
    to->route_bytes += from->route_bytes;
    to->tile_bytes += from->tile_bytes;
}

uint64_t memory_all(const struct memory_use *use)
{
    return use->neuron_bytes + use->route_bytes + use->synapse_bytes + use->row_bytes + use->tile_bytes;
}
