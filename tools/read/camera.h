/* Events of cameras (x, y, polarity, time), whatever file they come from. */
#ifndef NPUSIM_TOOLS_READ_CAMERA_H
#define NPUSIM_TOOLS_READ_CAMERA_H

#include "tools/read/spike_readers.h"

struct camera_event {
    int64_t time_ns;
    uint16_t x, y;
    bool on;
};

struct camera_recording {
    uint32_t columns, rows; /* of the sensor; 0: the file does not say */
    size_t count, capacity;
    struct camera_event *events;
};

/* False and a message when there are more than a batch may hold. */
MUST_USE bool camera_add(struct spike_reading *reading, const char *path, struct camera_recording *recording,
                         struct camera_event event);
/* One sample of the whole recording. The flat index is [polarity][y][x], OFF first, or [y][x] for an Input of one
 * channel; time counts from the first event. The sensor's size is the Input's (C, H, W), or the file's. */
MUST_USE bool camera_sample(struct spike_reading *reading, const char *path, const struct camera_recording *recording);

/* Files that begin "#!AER-DAT". */
bool aedat_recognise(const struct spike_file *file);
MUST_USE bool aedat_read(struct spike_reading *reading, const struct spike_file *file);
/* Version 4 (aedat4.c). */
MUST_USE bool aedat4_read(struct spike_reading *reading, const struct spike_file *file);

/* ---- aedat4_info.c ---- */
#define AEDAT_STREAMS_MAX 64
struct aedat_stream {
    int32_t id;
    char type[5]; /* "EVTS" */
    uint32_t columns, rows;
};
struct aedat_streams {
    struct aedat_stream stream[AEDAT_STREAMS_MAX];
    uint32_t count;
};
/* What the XML text of the header says of the streams. */
MUST_USE bool aedat_streams_read(const char *path, const char *text, size_t size, struct aedat_streams *out,
                                 struct diagnostics *diagnostics);

/* Lines of numbers; columns and unit of time by options (event_text.c). */
bool event_text_recognise(const struct spike_file *file);
MUST_USE bool event_text_read(struct spike_reading *reading, const struct spike_file *file);

#endif
