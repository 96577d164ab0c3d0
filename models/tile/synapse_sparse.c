/* The kind `sparse`; see synapse_array.h. */
#include "models/mem/sram_ports.h"
#include "models/packet.h"
#include "models/tile/synapse_array.h"
#include "sim/memory.h"
#include <stdlib.h>

/* Synapse j of a row ends in word ((j + 1) * bits - 1) / word_bits; it is added in the cycle in which that word is read. */
static uint32_t row_cycles(const struct synapse_array *array, uint32_t axon, struct sram_ports *accumulators)
{
    const struct core_config *config = array->config;
    uint64_t bits = config->weight_bits + config->sparse_index_bits;
    uint64_t cycle = 0;
    uint32_t total = 0;
    for (uint32_t i = array->start[axon]; i < array->start[axon + 1]; i++) {
        uint64_t word = ((uint64_t)(i - array->start[axon] + 1) * bits - 1) / config->sparse_word_bits;
        for (; cycle < word / config->sparse_words_per_cycle; cycle++) {
            uint32_t needed = sram_ports_cycles(accumulators);
            total += needed ? needed : 1;
        }
        sram_ports_access(accumulators, array->target[i]);
    }
    return total + sram_ports_cycles(accumulators);
}

/* With one bank a row's cycles depend on its length alone: known[length], 0 while it has not been counted. */
static uint32_t known_cycles(const struct synapse_array *array, uint32_t axon, struct sram_ports *accumulators,
                             uint32_t *known)
{
    uint32_t length = array->start[axon + 1] - array->start[axon];
    if (array->config->accumulator_banks > 1 || length > array->neurons)
        return row_cycles(array, axon, accumulators);
    if (known[length] == 0)
        known[length] = row_cycles(array, axon, accumulators);
    return known[length];
}

void sparse_prepare(struct synapse_array *array)
{
    const struct core_config *config = array->config;
    struct sram_ports *accumulators = memory_array(1, sizeof *accumulators);
    uint32_t *known = memory_array(array->neurons + 1u, sizeof *known);
    sram_ports_init(accumulators, config->accumulator_banks, config->accumulator_ports);
    array->rows = memory_array(array->axons, sizeof *array->rows);
    for (uint32_t axon = 0; axon < array->axons; axon++) {
        uint64_t synapses = array->start[axon + 1] - array->start[axon];
        uint64_t bits = synapses * (config->weight_bits + config->sparse_index_bits);
        array->rows[axon].words = (uint32_t)((bits + config->sparse_word_bits - 1) / config->sparse_word_bits);
        array->rows[axon].cycles = known_cycles(array, axon, accumulators, known);
    }
    free(accumulators);
    free(known);
}

uint64_t sparse_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                      uint64_t counters[CORE_COUNTERS])
{
    uint32_t events = event_queue_count(queue, slot);
    uint64_t cycles = 0, words = 0, additions = 0;
    int64_t bound = 0;
    for (uint32_t i = 0; i < events; i++) {
        struct queued_event event = event_queue_take(queue, slot, start + cycles + 1);
        uint32_t planes = bit_planes(event.value);
        cycles += array->config->axon_cycles + (uint64_t)array->rows[event.axon].cycles * planes;
        words += (uint64_t)array->rows[event.axon].words * planes;
        additions += (uint64_t)(array->start[event.axon + 1] - array->start[event.axon]) * planes;
        synapse_array_add_row(array, event.axon, event.value, &bound);
    }
    counters[CORE_QUEUE_READS] += events;
    counters[CORE_AXON_READS] += events;
    counters[CORE_SYNAPSE_WORDS] += words;
    counters[CORE_SYNAPTIC_EVENTS] += additions;
    counters[CORE_ACCUMULATIONS] += additions;
    return cycles + array->config->sparse_latency;
}
