#include "tools/read/spike_readers.h"

#include "sim/memory.h"
#include <stdlib.h>

#define EVENT_BYTES 5u
#define SIDE 34u
#define PIXELS (SIDE * SIDE)
#define OVERFLOW_Y 240u       /* the sensor's timer ran over: later events are this much later */
#define OVERFLOW_US (1u << 13)
#define LOOKED_AT 200u        /* events that decide what a file is */

struct event {
    unsigned x, y, polarity;
    uint64_t time_us;
};

static struct event decode(const unsigned char *bytes)
{
    return (struct event){
        .x = bytes[0],
        .y = bytes[1],
        .polarity = bytes[2] >> 7,
        .time_us = (uint64_t)(bytes[2] & 0x7f) << 16 | (uint64_t)bytes[3] << 8 | bytes[4],
    };
}

static bool on_sensor(const struct event *event)
{
    return event->y == OVERFLOW_Y || (event->x < SIDE && event->y < SIDE);
}

/* Nine of ten of the first events are on the sensor and not before the one ahead: one bad byte is then an error with
 * a place, not an unknown format. */
bool nmnist_recognise(const struct spike_file *file)
{
    size_t count = file->size / EVENT_BYTES, good = 0;
    if (count > LOOKED_AT)
        count = LOOKED_AT;
    uint64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        struct event event = decode(file->bytes + i * EVENT_BYTES);
        good += on_sensor(&event) && event.time_us >= before;
        before = event.time_us;
    }
    return count > 0 && good * 10 >= count * 9;
}

static bool check(struct spike_reading *reading, const struct spike_file *file)
{
    struct diagnostics *diagnostics = reading->diagnostics;
    size_t before = diagnostics->count;
    if (reading->batch->inputs != NMNIST_INPUTS)
        diagnostics_add(diagnostics, file->path, "N-MNIST has 2 x 34 x 34 = %u inputs, expected %u as the Input has",
                        NMNIST_INPUTS, reading->batch->inputs);
    if (!(reading->options->dt_s > 0))
        diagnostics_add(diagnostics, file->path, "N-MNIST events carry microseconds, expected --dt for the length of a "
                        "step");
    if (file->size % EVENT_BYTES != 0)
        diagnostics_add(diagnostics, file->path, "%zu bytes, expected a multiple of %u: the last N-MNIST event is cut "
                        "off", file->size, EVENT_BYTES);
    return diagnostics->count == before;
}

/* Drops the overflow events after adding their time to what follows. */
static bool decode_all(struct spike_reading *reading, const struct spike_file *file, struct event **out,
                       size_t *out_count)
{
    size_t count = file->size / EVENT_BYTES, kept = 0;
    struct event *events = memory_array(count, sizeof *events);
    uint64_t later_us = 0;
    for (size_t i = 0; i < count; i++) {
        struct event event = decode(file->bytes + i * EVENT_BYTES);
        if (!on_sensor(&event)) {
            free(events);
            return diagnostics_add(reading->diagnostics, file->path, "event %zu: x %u, y %u, expected 0 .. %u", i,
                                   event.x, event.y, SIDE - 1);
        }
        if (event.y == OVERFLOW_Y) {
            later_us += OVERFLOW_US;
            continue;
        }
        event.time_us += later_us;
        events[kept++] = event;
    }
    *out = events;
    *out_count = kept;
    return true;
}

static bool add_events(struct spike_reading *reading, const char *path, const struct event *events, size_t count)
{
    uint64_t first_us = UINT64_MAX, last_us = 0;
    for (size_t i = 0; i < count; i++) {
        first_us = events[i].time_us < first_us ? events[i].time_us : first_us;
        last_us = events[i].time_us > last_us ? events[i].time_us : last_us;
    }
    if (count == 0)
        return diagnostics_add(reading->diagnostics, path, "only timer overflows, expected at least one event");
    double dt_s = reading->options->dt_s;
    if (!reading_begin_sample(reading, path, -1, spike_step((double)(last_us - first_us) * 1e-6, dt_s) + 1))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = spike_step((double)(events[i].time_us - first_us) * 1e-6, dt_s);
        int64_t index = events[i].polarity * PIXELS + events[i].y * SIDE + events[i].x;
        if (!reading_add_event(reading, path, i, step, index, 1))
            return false;
    }
    return reading_end_sample(reading);
}

bool nmnist_read(struct spike_reading *reading, const struct spike_file *file)
{
    struct event *events = NULL;
    size_t count = 0;
    if (!check(reading, file) || !reading_set_dt(reading, file->path, 0) ||
        !decode_all(reading, file, &events, &count))
        return false;
    bool fine = add_events(reading, file->path, events, count);
    free(events);
    return fine;
}
