#include "tools/read/camera.h"

#include <stdlib.h>

#define EVENT_BYTES 5u
#define SIDE 34u
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
static bool decode_all(struct spike_reading *reading, const struct spike_file *file, struct camera_recording *out)
{
    int64_t later_us = 0;
    for (size_t i = 0; i < file->size / EVENT_BYTES; i++) {
        struct event event = decode(file->bytes + i * EVENT_BYTES);
        if (!on_sensor(&event))
            return diagnostics_add(reading->diagnostics, file->path, "event %zu: x %u, y %u, expected 0 .. %u", i,
                                   event.x, event.y, SIDE - 1);
        if (event.y == OVERFLOW_Y) {
            later_us += OVERFLOW_US;
            continue;
        }
        int64_t time_us = later_us + (int64_t)event.time_us;
        if (!camera_add(reading, file->path, out, (struct camera_event){1000 * time_us, (uint16_t)event.x,
                                                                        (uint16_t)event.y, event.polarity != 0}))
            return false;
    }
    return out->count > 0 || diagnostics_add(reading->diagnostics, file->path, "only timer overflows, expected at least "
                                             "one event");
}

bool nmnist_read(struct spike_reading *reading, const struct spike_file *file)
{
    struct camera_recording recording = {.rows = SIDE, .columns = SIDE};
    bool fine = check(reading, file) && decode_all(reading, file, &recording) &&
                camera_sample(reading, file->path, &recording);
    free(recording.events);
    return fine;
}
