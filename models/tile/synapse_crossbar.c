/* The kind `crossbar` in timesteps; see synapse_array.h. (Event by event without timesteps: event_core.c.) */
#include "models/packet.h"
#include "models/tile/synapse_array.h"

uint64_t crossbar_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                        uint64_t counters[CORE_COUNTERS])
{
    const struct core_config *config = array->config;
    uint32_t events = event_queue_count(queue, slot), weights = config->crossbar_word_bits / config->weight_bits;
    uint64_t words_of_row = (array->neurons + (weights ? weights : 1) - 1) / (weights ? weights : 1);
    uint64_t cycles = 0, planes_read = 0, additions = 0;
    int64_t bound = 0;
    for (uint32_t i = 0; i < events; i++) {
        struct queued_event event = event_queue_take(queue, slot, start + cycles + 1);
        uint32_t planes = bit_planes(event.value);
        cycles += config->axon_cycles + (uint64_t)array->neurons * config->crossbar_cycles * planes;
        planes_read += planes;
        additions += (uint64_t)(array->start[event.axon + 1] - array->start[event.axon]) * planes;
        synapse_array_add_row(array, event.axon, event.value, &bound);
    }
    synapse_array_flush(array);
    counters[CORE_QUEUE_READS] += events;
    counters[CORE_AXON_READS] += events;
    counters[CORE_SYNAPSE_WORDS] += planes_read * words_of_row;
    counters[CORE_SYNAPTIC_EVENTS] += additions;
    counters[CORE_ACCUMULATIONS] += planes_read * array->neurons;
    return cycles;
}
