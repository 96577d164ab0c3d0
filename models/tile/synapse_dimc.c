/* The kind `dimc`; see synapse_array.h. */
#include "models/packet.h"
#include "models/tile/synapse_array.h"
#include "sim/memory.h"

static uint32_t group_of(const struct synapse_array *array, uint32_t axon)
{
    const struct core_config *config = array->config;
    uint32_t groups_per_array = (config->dimc_rows + config->dimc_rows_per_access - 1) / config->dimc_rows_per_access;
    uint32_t row = array->axon_row ? array->axon_row[axon] : axon;
    return row / config->dimc_rows * groups_per_array + row % config->dimc_rows / config->dimc_rows_per_access;
}

void dimc_prepare(struct synapse_array *array)
{
    const struct core_config *config = array->config;
    uint32_t groups_per_array = (config->dimc_rows + config->dimc_rows_per_access - 1) / config->dimc_rows_per_access;
    array->groups = array->axons ? groups_per_array * config->dimc_arrays : 0;
    array->row_planes = memory_array(array->axons, sizeof(uint32_t));
    array->group_planes = memory_array(array->groups, sizeof(uint32_t));
    array->touched_axons = memory_array(array->axons, sizeof(uint32_t));
    array->touched_groups = memory_array(array->groups, sizeof(uint32_t));
}

/* The input buffer: planes of each row, the most of any row of a group, rows that hold anything. A row whose bit is 0
 * in a plane is not driven. */
static uint64_t gather(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                       uint32_t *axons, uint64_t *additions, uint64_t *rows)
{
    const struct queued_event *list;
    uint32_t events = event_queue_open(queue, slot, &list), axon_cycles = array->config->axon_cycles;
    uint64_t cycles = 0;
    int64_t bound = 0;
    for (uint32_t i = 0; i < events; i++) {
        struct queued_event event = list[i];
        uint32_t planes = bit_planes(event.value);
        event_queue_let_go(queue, i, start + cycles + 1);
        cycles += axon_cycles;
        *additions += (uint64_t)(array->start[event.axon + 1] - array->start[event.axon]) * planes;
        if (planes && array->row_planes[event.axon] == 0) /* an event of value 0 touches no row */
            array->touched_axons[(*axons)++] = event.axon;
        array->row_planes[event.axon] += planes;
        *rows += planes <= 1 ? planes : (uint64_t)__builtin_popcount((uint32_t)event.value);
        synapse_array_add_row(array, event.axon, event.value, &bound);
    }
    event_queue_close(queue, slot);
    synapse_array_flush(array);
    return cycles;
}

uint64_t dimc_drain(struct synapse_array *array, struct event_queue *queue, uint32_t slot, uint64_t start,
                    uint64_t counters[CORE_COUNTERS])
{
    uint32_t axons = 0, groups = 0, events = event_queue_count(queue, slot);
    uint32_t together = array->config->dimc_planes_per_access;
    uint64_t additions = 0, rows = 0, accesses = 0;
    uint64_t cycles = gather(array, queue, slot, start, &axons, &additions, &rows);
    for (uint32_t i = 0; i < axons; i++) {
        uint32_t axon = array->touched_axons[i], group = group_of(array, axon);
        if (array->group_planes[group] == 0)
            array->touched_groups[groups++] = group;
        if (array->row_planes[axon] > array->group_planes[group])
            array->group_planes[group] = array->row_planes[axon];
        array->row_planes[axon] = 0;
    }
    for (uint32_t i = 0; i < groups; i++) {
        accesses += (array->group_planes[array->touched_groups[i]] + together - 1) / together;
        array->group_planes[array->touched_groups[i]] = 0;
    }
    counters[CORE_QUEUE_READS] += events;
    counters[CORE_AXON_READS] += events;
    counters[CORE_SYNAPTIC_EVENTS] += additions;
    counters[CORE_ARRAY_ROWS] += rows;
    counters[CORE_ARRAY_ACCESSES] += accesses;
    counters[CORE_ACCUMULATIONS] += accesses * array->neurons;
    return cycles + accesses * array->config->dimc_cycles_per_plane + array->config->dimc_latency;
}
