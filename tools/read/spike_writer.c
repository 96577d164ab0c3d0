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

static void write_about(struct h5 *file, const char *group, bool valued, uint32_t neurons, uint32_t steps, double dt_s)
{
    h5_write_attribute_string(file, group, "__type__", valued ? "ValuedEventData" : "EventData");
    h5_write_attribute_int64(file, group, "n_neurons", neurons);
    h5_write_attribute_double(file, group, "dt", dt_s);
    h5_write_attribute_double(file, group, "t_max", steps * dt_s);
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
    write_about(file, group, rows.valued, batch->inputs, rows.steps, batch->dt_s);
    free(group);
    free(rows.index);
    free(rows.time_s);
    free(rows.value);
    return true;
}

/* ---- the same, piece by piece ---- */

struct spike_rows {
    struct h5 *file;
    char *group;
    double dt_s;
    struct h5_rows *index, *time_s, *value;
    bool valued; /* some value is not 1 */
    /* room for a piece */
    size_t capacity[3];
    int64_t *indices;
    double *times_s;
    float *values;
};

static struct h5_rows *create(struct spike_rows *rows, const char *name, enum h5_type type, uint64_t samples,
                              uint64_t width, const void *fill)
{
    char *path = memory_format("%s/%s", rows->group, name);
    struct h5_rows *out = h5_rows_create(rows->file, path, type, samples, width, fill);
    free(path);
    return out;
}

struct spike_rows *spike_rows_open(struct h5 *file, const char *root, const char *node, const char *observable,
                                   uint64_t samples, uint64_t expected, double dt_s, bool values)
{
    struct spike_rows *rows = memory_array(1, sizeof *rows);
    write_types(file, root, node);
    *rows = (struct spike_rows){.file = file, .dt_s = dt_s,
                                .group = memory_format("%s/nodes/%s/observables/%s", root, node, observable)};
    rows->index = create(rows, "idx", H5_I64, samples, expected, &(int64_t){-1});
    rows->time_s = create(rows, "time", H5_F64, samples, expected, &(double){HUGE_VAL});
    if (values)
        rows->value = create(rows, "value", H5_F32, samples, expected, &(float){0});
    return rows;
}

void spike_rows_add(struct spike_rows *rows, uint64_t sample, uint64_t column, const struct spike_event *events,
                    size_t count)
{
    rows->indices = memory_grow(rows->indices, &rows->capacity[0], count, sizeof *rows->indices);
    rows->times_s = memory_grow(rows->times_s, &rows->capacity[1], count, sizeof *rows->times_s);
    rows->values = memory_grow(rows->values, &rows->capacity[2], count, sizeof *rows->values);
    for (size_t i = 0; i < count; i++) {
        rows->indices[i] = events[i].index;
        rows->times_s[i] = time_of_step(events[i].step, rows->dt_s);
        rows->values[i] = events[i].value;
        rows->valued = rows->valued || events[i].value != 1;
    }
    must(rows->value || !rows->valued);
    h5_rows_write(rows->index, sample, column, count, rows->indices);
    h5_rows_write(rows->time_s, sample, column, count, rows->times_s);
    if (rows->value)
        h5_rows_write(rows->value, sample, column, count, rows->values);
}

void spike_rows_close(struct spike_rows *rows, uint32_t neurons, uint32_t steps)
{
    if (!rows)
        return;
    h5_rows_close(rows->index, true);
    h5_rows_close(rows->time_s, true);
    h5_rows_close(rows->value, rows->valued);
    write_about(rows->file, rows->group, rows->valued, neurons, steps, rows->dt_s);
    free(rows->group);
    free(rows->indices);
    free(rows->times_s);
    free(rows->values);
    free(rows);
}
