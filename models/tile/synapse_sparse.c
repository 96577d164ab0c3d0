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

static uint32_t length_of(const struct synapse_array *array, uint32_t axon)
{
    return array->start[axon + 1] - array->start[axon];
}

/* With one bank a row's cycles depend on its length alone. */
static void measure_rows(struct synapse_array *array, struct sram_ports *accumulators)
{
    bool by_targets = array->config->accumulator_banks > 1;
    if (by_targets)
        array->row_cycles = memory_array(array->axons, sizeof *array->row_cycles);
    for (uint32_t axon = 0; axon < array->axons; axon++) {
        struct sparse_row *row = &array->by_length[length_of(array, axon)];
        if (by_targets)
            array->row_cycles[axon] = row_cycles(array, axon, accumulators);
        else if (row->cycles == 0)
            row->cycles = row_cycles(array, axon, accumulators);
    }
}

void sparse_prepare(struct synapse_array *array)
{
    const struct core_config *config = array->config;
    struct sram_ports *accumulators = memory_array(1, sizeof *accumulators);
    sram_ports_init(accumulators, config->accumulator_banks, config->accumulator_ports);
    for (uint32_t axon = 0; axon < array->axons; axon++)
        array->longest = length_of(array, axon) > array->longest ? length_of(array, axon) : array->longest;
    array->by_length = memory_array(array->longest + 1u, sizeof *array->by_length);
    for (uint32_t length = 0; length <= array->longest; length++) {
        uint64_t bits = (uint64_t)length * (config->weight_bits + config->sparse_index_bits);
        array->by_length[length].words = (uint32_t)((bits + config->sparse_word_bits - 1) / config->sparse_word_bits);
    }
    measure_rows(array, accumulators);
    free(accumulators);
}

/* What the events of a timestep take, for as many planes as each has. */
struct sparse_sum {
    uint64_t cycles, words, additions;
};

static inline void add_costs(struct sparse_sum *sum, struct sparse_row row, uint32_t length, uint32_t planes)
{
    sum->cycles += (uint64_t)row.cycles * planes;
    sum->words += (uint64_t)row.words * planes;
    sum->additions += (uint64_t)length * planes;
}

uint64_t sparse_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                      uint64_t counters[CORE_COUNTERS])
{
    const struct queued_event *list;
    uint32_t events = event_queue_open(queue, slot, &list), axon_cycles = array->config->axon_cycles;
    const uint32_t *first = array->start, *row_cycles = array->row_cycles;
    const struct sparse_row *by_length = array->by_length;
    struct sparse_sum sum = {0};
    int64_t bound = 0;
    for (uint32_t i = 0; i < events; i++) {
        struct queued_event event = list[i];
        uint32_t length = first[event.axon + 1] - first[event.axon];
        struct sparse_row row = by_length[length];
        event_queue_let_go(queue, i, start + sum.cycles + 1);
        if (row_cycles)
            row.cycles = row_cycles[event.axon];
        if (event.value == 1)
            add_costs(&sum, row, length, 1);
        else
            add_costs(&sum, row, length, bit_planes(event.value));
        sum.cycles += axon_cycles;
        synapse_array_add_row(array, event.axon, event.value, &bound);
    }
    event_queue_close(queue, slot);
    counters[CORE_QUEUE_READS] += events;
    counters[CORE_AXON_READS] += events;
    counters[CORE_SYNAPSE_WORDS] += sum.words;
    counters[CORE_SYNAPTIC_EVENTS] += sum.additions;
    counters[CORE_ACCUMULATIONS] += sum.additions;
    return sum.cycles + array->config->sparse_latency;
}
