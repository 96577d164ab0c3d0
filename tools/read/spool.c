/* Events of a batch that do not stay in memory. The file has no name, so that nothing is left of it, however the
 * process ends; a child reads the parent's by position. */
#define _XOPEN_SOURCE 700 /* mkstemp, pread, pwrite */
#include "tools/network/spikes.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS_IN_MEMORY ((size_t)1 << 16) /* 768 KiB */

static const char *folder(void)
{
    const char *named = getenv("TMPDIR");
    return named && *named ? named : "/tmp";
}

static bool open_spool(struct spike_batch *batch, struct diagnostics *diagnostics)
{
    char *path = memory_format("%s/npusim-spikes-XXXXXX", folder());
    int descriptor = mkstemp(path);
    if (descriptor >= 0) {
        unlink(path);
        batch->spool = fdopen(descriptor, "w+b");
    }
    free(path);
    return batch->spool || diagnostics_add(diagnostics, folder(), "no temporary file for input spikes (%s), expected a "
                                           "folder that can be written (TMPDIR)", strerror(errno));
}

static bool write_events(const struct spike_batch *batch, const struct spike_event *events, size_t count)
{
    const char *bytes = (const char *)events;
    size_t left = count * sizeof *events;
    off_t at = (off_t)(batch->spooled * sizeof *events);
    while (left > 0) {
        ssize_t put = pwrite(fileno(batch->spool), bytes, left, at);
        if (put < 0 && errno != EINTR)
            return false;
        bytes += put > 0 ? put : 0;
        at += put > 0 ? put : 0;
        left -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

bool spikes_store(struct spike_batch *batch, size_t sample, struct spike_event *events, size_t count, bool spool,
                  struct diagnostics *diagnostics)
{
    struct spike_sample *to = &batch->samples[sample];
    batch->held -= to->events && to->events != events ? to->count : 0;
    if (to->events != events)
        free(to->events);
    to->events = events;
    to->count = count;
    batch->held += count;
    if (!spool || count == 0 || batch->held <= EVENTS_IN_MEMORY)
        return true;
    if (!batch->spool && !open_spool(batch, diagnostics))
        return false;
    if (!write_events(batch, events, count))
        return diagnostics_add(diagnostics, folder(), "no room for input spikes (%s), expected a folder with room for "
                               "%zu bytes more (TMPDIR)", strerror(errno), count * sizeof *events);
    to->spooled = batch->spooled;
    batch->spooled += count;
    batch->held -= count;
    free(to->events);
    to->events = NULL;
    return true;
}

size_t spikes_take(const struct spike_batch *batch, size_t sample, size_t first, struct spike_event *out, size_t room)
{
    const struct spike_sample *from = &batch->samples[sample];
    size_t count = from->count - first < room ? from->count - first : room;
    char *bytes = (char *)out;
    size_t left = count * sizeof *out;
    off_t at = (off_t)((from->spooled + first) * sizeof *out);
    if (from->events && count)
        memcpy(out, from->events + first, left);
    while (!from->events && left > 0) {
        ssize_t got = pread(fileno(batch->spool), bytes, left, at);
        if (got == 0 || (got < 0 && errno != EINTR))
            panic("input spikes of a temporary file in %s cannot be read back: %s", folder(),
                  got ? strerror(errno) : "it is shorter than it was");
        bytes += got > 0 ? got : 0;
        at += got > 0 ? got : 0;
        left -= got > 0 ? (size_t)got : 0;
    }
    return count;
}
