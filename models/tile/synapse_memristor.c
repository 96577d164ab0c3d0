/* The kind `memristor`; see synapse_array.h, and memristor.h for the devices. */
#include "models/packet.h"
#include "models/tile/synapse_array.h"
#include "sim/memory.h"
#include <stdlib.h>

/* A pulse on a row, as a number that sorts by read: group of rows, bit of the input, which one of the row's events that
 * have this bit. Rows of one read carry the same bit, since their sum is shifted as a whole. */
enum { AXON_BITS = 17, ORDINAL_BITS = 21, SHIFT_BITS = 5 };
#define AXON_MASK ((UINT64_C(1) << AXON_BITS) - 1)

static uint64_t read_of(uint64_t pulse)
{
    return pulse >> AXON_BITS;
}

static uint32_t group_of(const struct memristor_config *config, uint32_t row)
{
    uint32_t groups_per_array = (config->rows + config->rows_per_read - 1) / config->rows_per_read;
    return row / config->rows * groups_per_array + row % config->rows / config->rows_per_read;
}

static int ascending(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return (first > second) - (first < second);
}

/* The input buffer: a pulse for every bit that is 1. */
static uint64_t gather(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                       size_t *pulses, uint64_t *additions)
{
    uint32_t events = event_queue_count(queue, slot);
    uint64_t cycles = 0;
    for (uint32_t i = 0; i < events; i++) {
        struct queued_event event = event_queue_take(queue, slot, start + cycles + 1);
        uint64_t group = group_of(&array->config->memristor, array->axon_row[event.axon]);
        uint32_t planes = bit_planes(event.value);
        cycles += array->config->axon_cycles;
        array->pulses = memory_grow(array->pulses, &array->pulse_capacity, *pulses + planes, sizeof *array->pulses);
        for (uint64_t shift = 0; shift < planes; shift++) {
            if (!((uint32_t)event.value >> shift & 1))
                continue;
            array->pulses[(*pulses)++] = (group << SHIFT_BITS | shift) << (ORDINAL_BITS + AXON_BITS) | event.axon;
            *additions += array->start[event.axon + 1] - array->start[event.axon];
        }
    }
    return cycles;
}

/* Pulses of one row with the same bit cannot be in one read: the second goes into a second one. */
static void order_pulses(uint64_t *pulses, size_t count)
{
    uint64_t ordinal = 0, before = UINT64_MAX;
    bool twice = false;
    qsort(pulses, count, sizeof *pulses, ascending);
    for (size_t i = 0; i < count; i++) {
        ordinal = pulses[i] == before ? ordinal + 1 : 0;
        before = pulses[i];
        pulses[i] |= ordinal << AXON_BITS;
        twice = twice || ordinal;
    }
    if (twice)
        qsort(pulses, count, sizeof *pulses, ascending);
}

static void add_columns(struct synapse_array *array, uint32_t shift, struct random_stream *noise, uint64_t *clipped)
{
    for (uint32_t column = 0; column < array->neurons; column++) {
        int64_t sum = memristor_convert(&array->devices, column, noise, clipped) * (INT64_C(1) << shift);
        sum += array->accumulator[column];
        sum = sum > array->highest ? array->highest : sum < array->lowest ? array->lowest : sum;
        array->accumulator[column] = (int32_t)sum;
    }
}

/* Rows of the read that begins at `first`; returns where the next begins. */
static size_t read_rows(struct synapse_array *array, size_t first, size_t count, uint64_t *conductance)
{
    size_t i = first;
    memristor_begin(&array->devices);
    for (; i < count && read_of(array->pulses[i]) == read_of(array->pulses[first]); i++) {
        uint32_t axon = (uint32_t)(array->pulses[i] & AXON_MASK);
        memristor_drive(&array->devices, axon);
        *conductance += array->devices.row_conductance[axon];
    }
    return i;
}

static uint64_t cycles_of_read(const struct synapse_array *array)
{
    const struct memristor_config *config = &array->config->memristor;
    uint32_t pairs = array->devices.pairs, shared = config->converter_columns;
    return config->read_cycles + (uint64_t)(pairs < shared ? pairs : shared) * config->converter_cycles;
}

uint64_t memristor_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                         uint64_t counters[CORE_COUNTERS])
{
    const uint32_t place[3] = {array->devices.core, go_sample(array->go), go_phase(array->go)};
    struct random_stream noise;
    uint64_t reads = 0, additions = 0, events = event_queue_count(queue, slot);
    size_t pulses = 0;
    uint64_t cycles = gather(array, queue, slot, start, &pulses, &additions);
    if (pulses > 0)
        order_pulses(array->pulses, pulses);
    random_begin(&noise, array->devices.seed, MEMRISTOR_READING, place);
    for (size_t i = 0; i < pulses; reads++) {
        uint32_t shift = (uint32_t)(array->pulses[i] >> (ORDINAL_BITS + AXON_BITS)) & ((1u << SHIFT_BITS) - 1u);
        i = read_rows(array, i, pulses, &counters[CORE_READ_CONDUCTANCE]);
        add_columns(array, shift, &noise, &counters[CORE_CLIPPED]);
    }
    counters[CORE_QUEUE_READS] += events;
    counters[CORE_AXON_READS] += events;
    counters[CORE_SYNAPTIC_EVENTS] += additions;
    counters[CORE_ARRAY_ROWS] += pulses;
    counters[CORE_ARRAY_ACCESSES] += reads;
    counters[CORE_CONVERSIONS] += reads * array->devices.pairs;
    counters[CORE_ACCUMULATIONS] += reads * array->devices.pairs;
    return cycles + reads * cycles_of_read(array) + array->config->memristor.latency;
}
