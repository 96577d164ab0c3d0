#include "tools/report/result_spikes.h"

#include "sim/memory.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Spikes of a population in a sample: consecutive in the sorted list. */
static size_t find_population(const struct sample_result *sample, uint32_t population, size_t *count)
{
    size_t first = 0;
    while (first < sample->spike_count && sample->spikes[first].population < population)
        first++;
    *count = 0;
    while (first + *count < sample->spike_count && sample->spikes[first + *count].population == population)
        ++*count;
    return first;
}

static uint64_t most_events(const struct chip_result *result, uint32_t population)
{
    uint64_t most = 0;
    for (size_t s = 0; s < result->sample_count; s++) {
        size_t count;
        find_population(&result->samples[s], population, &count);
        most = count > most ? count : most;
    }
    return most;
}

struct events {
    uint64_t size[2];
    int64_t *index;
    double *time, *value;
};

static void collect(const struct run_record *record, uint32_t population, struct events *events)
{
    const struct chip_result *result = record->chip_result;
    size_t all = (size_t)(events->size[0] * events->size[1]);
    events->index = memory_array(all, sizeof *events->index);
    events->time = memory_array(all, sizeof *events->time);
    events->value = memory_array(all, sizeof *events->value);
    for (size_t s = 0; s < result->sample_count; s++) {
        const struct sample_result *sample = &result->samples[s];
        size_t count, first = find_population(sample, population, &count);
        for (size_t i = 0; i < events->size[1]; i++) {
            size_t at = s * events->size[1] + i;
            events->index[at] = i < count ? (int64_t)sample->spikes[first + i].neuron : -1;
            events->time[at] = i < count ? sample->spikes[first + i].step * record->dt_s : INFINITY;
            events->value[at] = i < count ? sample->spikes[first + i].value : 0;
        }
    }
}

static void write_array(struct h5 *file, const char *parent, const char *name, enum h5_type type,
                        const uint64_t *size, const void *data)
{
    char *path = memory_format("%s/%s", parent, name);
    h5_write(file, path, type, 2, size, data);
    free(path);
}

static void write_observable(struct h5 *file, const char *path, const struct run_record *record, uint32_t number)
{
    const struct population *population = &record->program->populations[number];
    struct events events = {.size = {record->chip_result->sample_count, most_events(record->chip_result, number)}};
    h5_group(file, path);
    h5_write_attribute_string(file, path, "__type__", population->values ? "ValuedEventData" : "EventData");
    h5_write_attribute_int64(file, path, "n_neurons", population->count);
    h5_write_attribute_double(file, path, "t_max", record->chip_result->steps * record->dt_s);
    if (events.size[0] * events.size[1] > RESULT_SPIKES_MAX) {
        char *why = memory_format("%" PRIu64 " samples of up to %" PRIu64 " events are more than this file keeps",
                                  events.size[0], events.size[1]);
        h5_write_attribute_string(file, path, "left_out", why);
        free(why);
        return;
    }
    collect(record, number, &events);
    write_array(file, path, "idx", H5_I64, events.size, events.index);
    write_array(file, path, "time", H5_F64, events.size, events.time);
    if (population->values)
        write_array(file, path, "value", H5_F64, events.size, events.value);
    free(events.index);
    free(events.time);
    free(events.value);
}

void result_write_spikes(struct h5 *file, const char *group, const struct run_record *record)
{
    h5_group(file, group);
    h5_write_attribute_string(file, group, "__type__", "NIRGraphData");
    for (uint32_t p = 0; p < record->program->population_count; p++) {
        const struct population *population = &record->program->populations[p];
        char *node = memory_format("%s/nodes/%s", group, population->name);
        char *path = memory_format("%s/observables/%s", node, population->values ? "v" : "spikes");
        h5_group(file, node);
        h5_write_attribute_string(file, node, "__type__", "NIRNodeData");
        write_observable(file, path, record, p);
        free(path);
        free(node);
    }
}
