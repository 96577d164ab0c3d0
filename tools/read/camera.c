#include "tools/read/camera.h"

#include "sim/memory.h"
#include <stdlib.h>

/* Of the Input: polarities, rows, columns; 0 when neither it nor the file says so. */
struct sensor {
    uint32_t channels, rows, columns;
};

bool camera_add(struct spike_reading *reading, const char *path, struct camera_recording *recording,
                struct camera_event event)
{
    if (recording->count >= SPIKE_ITEMS_MAX)
        return diagnostics_add(reading->diagnostics, path, "more than %u events, expected fewer", SPIKE_ITEMS_MAX);
    recording->events = memory_grow(recording->events, &recording->capacity, recording->count + 1,
                                    sizeof *recording->events);
    recording->events[recording->count++] = event;
    return true;
}

static bool find_sensor(struct spike_reading *reading, const char *path, const struct camera_recording *recording,
                        struct sensor *out)
{
    const struct shape *shape = &reading->options->shape;
    uint32_t inputs = reading->batch->inputs;
    uint64_t pixels = (uint64_t)recording->rows * recording->columns;
    if (shape->rank == 2 || shape->rank == 3) {
        const int64_t *size = shape->size + shape->rank - 2;
        *out = (struct sensor){shape->rank == 3 ? (uint32_t)shape->size[0] : 1, (uint32_t)size[0], (uint32_t)size[1]};
        if (pixels && (out->rows != recording->rows || out->columns != recording->columns))
            return diagnostics_add(reading->diagnostics, path, "a sensor of %u rows and %u columns, expected %u and %u as "
                                   "the Input has", recording->rows, recording->columns, out->rows, out->columns);
    } else if (pixels && (inputs == pixels || inputs == 2 * pixels)) {
        *out = (struct sensor){(uint32_t)(inputs / pixels), recording->rows, recording->columns};
    } else if (pixels) {
        return diagnostics_add(reading->diagnostics, path, "a sensor of %u rows and %u columns, expected that or twice of "
                               "it as the Input's %u values", recording->rows, recording->columns, inputs);
    } else {
        return diagnostics_add(reading->diagnostics, path, "does not say how many rows and columns its sensor has, "
                               "expected an Input of (2, rows, columns) or --shape");
    }
    if (out->channels != 1 && out->channels != 2)
        return diagnostics_add(reading->diagnostics, path, "an Input of %u channels, expected 2 (OFF, ON) or 1",
                               out->channels);
    return true;
}

static bool add_event(struct spike_reading *reading, const char *path, const struct sensor *sensor, uint64_t number,
                      const struct camera_event *event, uint64_t step)
{
    if (event->x >= sensor->columns || event->y >= sensor->rows)
        return diagnostics_add(reading->diagnostics, path, "event %llu: x %u, y %u, expected x below %u and y below %u",
                               (unsigned long long)number, event->x, event->y, sensor->columns, sensor->rows);
    int64_t channel = sensor->channels == 2 && event->on;
    int64_t index = (channel * sensor->rows + event->y) * sensor->columns + event->x;
    return reading_add_event(reading, path, number, step, index, 1);
}

/* The differences of times fit: readers keep them within +-2^62. */
bool camera_sample(struct spike_reading *reading, const char *path, const struct camera_recording *recording)
{
    struct sensor sensor = {0};
    int64_t first = INT64_MAX, last = INT64_MIN;
    double dt_s = reading->options->dt_s;
    if (!(dt_s > 0))
        return diagnostics_add(reading->diagnostics, path, "events carry times, expected --dt for the length of a step");
    if (!find_sensor(reading, path, recording, &sensor) || !reading_set_dt(reading, path, 0))
        return false;
    for (size_t i = 0; i < recording->count; i++) {
        first = recording->events[i].time_ns < first ? recording->events[i].time_ns : first;
        last = recording->events[i].time_ns > last ? recording->events[i].time_ns : last;
    }
    if (recording->count == 0)
        return diagnostics_add(reading->diagnostics, path, "no events of a camera in it, expected at least one");
    if (!reading_begin_sample(reading, path, -1, spike_step((double)(last - first) * 1e-9, dt_s) + 1))
        return false;
    for (size_t i = 0; i < recording->count; i++) {
        uint64_t step = spike_step((double)(recording->events[i].time_ns - first) * 1e-9, dt_s);
        if (!add_event(reading, path, &sensor, i, &recording->events[i], step))
            return false;
    }
    return reading_end_sample(reading);
}
