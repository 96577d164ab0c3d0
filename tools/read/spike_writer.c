#include "tools/read/spike_writer.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/read/spike_readers.h"
#include <math.h>
#include <stdlib.h>

/* A spike at the very end of a step still counts to it. */
#define OFFSET_MAX (1.0 - 1e-6)

struct rows {
    uint64_t size[2]; /* samples, events of the longest */
    int64_t *index;
    double *time_s;
    float *value;
    bool valued;
    uint32_t steps; /* of the longest */
};

/* k * dt / dt may round to less than k, which floor() would make k - 1. */
static double time_of_step(uint32_t step, double dt_s)
{
    double time_s = step * dt_s;
    while (floor(time_s / dt_s) < step)
        time_s = nextafter(time_s, HUGE_VAL);
    return time_s;
}

static void measure(const struct spike_batch *batch, struct rows *out)
{
    *out = (struct rows){.size = {batch->count, 0}};
    for (size_t i = 0; i < batch->count; i++) {
        const struct spike_sample *sample = &batch->samples[i];
        out->size[1] = sample->count > out->size[1] ? sample->count : out->size[1];
        out->steps = sample->steps > out->steps ? sample->steps : out->steps;
        for (size_t k = 0; k < sample->count; k++)
            out->valued |= sample->events[k].value != 1;
    }
}

static void fill(const struct spike_batch *batch, struct rows *rows)
{
    size_t width = (size_t)rows->size[1], items = batch->count * width;
    rows->index = memory_array(items, sizeof *rows->index);
    rows->time_s = memory_array(items, sizeof *rows->time_s);
    rows->value = memory_array(items, sizeof *rows->value);
    for (size_t i = 0; i < items; i++) {
        const struct spike_sample *sample = &batch->samples[i / width];
        bool pad = i % width >= sample->count;
        const struct spike_event *event = pad ? NULL : &sample->events[i % width];
        rows->index[i] = pad ? -1 : (int64_t)event->index;
        rows->time_s[i] = pad ? HUGE_VAL : time_of_step(event->step, batch->dt_s);
        if (!pad && sample->offsets)
            rows->time_s[i] += fmin((double)sample->offsets[i % width], OFFSET_MAX) * batch->dt_s;
        rows->value[i] = pad ? 0 : event->value;
    }
}

static void write_array(struct h5 *file, const char *group, const char *name, enum h5_type type,
                        const uint64_t *size, const void *data)
{
    char *path = memory_format("%s/%s", group, name);
    h5_write(file, path, type, 2, size, data);
    free(path);
}

static void write_types(struct h5 *file, const char *root, const char *node)
{
    char *path = memory_format("%s/nodes/%s", root, node);
    h5_group(file, path);
    h5_write_attribute_string(file, path, "__type__", "NIRNodeData");
    const char *top = *root ? root : "/";
    if (!h5_attribute_exists(file, top, "__type__"))
        h5_write_attribute_string(file, top, "__type__", "NIRGraphData");
    free(path);
}

bool spikes_write_nir_data(struct h5 *file, const char *root, const char *node, const char *observable,
                           const struct spike_batch *batch, struct diagnostics *diagnostics)
{
    must(batch->dt_s > 0);
    struct rows rows;
    measure(batch, &rows);
    if (rows.size[1] && rows.size[0] > SPIKE_ITEMS_MAX / rows.size[1])
        return diagnostics_add(diagnostics, h5_path(file), "%llu samples of up to %llu spikes of %s, expected at most "
                               "%u in all", (unsigned long long)rows.size[0], (unsigned long long)rows.size[1], node,
                               SPIKE_ITEMS_MAX);
    fill(batch, &rows);
    write_types(file, root, node);
    char *group = memory_format("%s/nodes/%s/observables/%s", root, node, observable);
    write_array(file, group, "idx", H5_I64, rows.size, rows.index);
    write_array(file, group, "time", H5_F64, rows.size, rows.time_s);
    if (rows.valued)
        write_array(file, group, "value", H5_F32, rows.size, rows.value);
    h5_write_attribute_string(file, group, "__type__", rows.valued ? "ValuedEventData" : "EventData");
    h5_write_attribute_int64(file, group, "n_neurons", batch->inputs);
    h5_write_attribute_double(file, group, "dt", batch->dt_s);
    h5_write_attribute_double(file, group, "t_max", rows.steps * batch->dt_s);
    free(group);
    free(rows.index);
    free(rows.time_s);
    free(rows.value);
    return true;
}
