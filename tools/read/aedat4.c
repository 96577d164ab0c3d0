/* AEDAT 4 (iniVation, DV's files): a header, then packets of one stream each, a FlatBuffer that may be packed. Schema of
 * the DV software: events.fbs (timestamp in us, x, y, polarity), IOHeader.fbs. Never seen from a real source: the tests'
 * files are made with the FlatBuffers and compression libraries. */
#include "tools/read/camera.h"

#include "tools/file/flatbuffer.h"
#include "tools/file/unpack.h"
#include <stdlib.h>
#include <string.h>

#define MAGIC_BYTES 14u                    /* "#!AER-DAT4.0\r\n" */
#define PACKET_MAX ((size_t)1 << 28)       /* bytes, unpacked */
#define EVENT_BYTES 16u
#define TIME_MOST_US (INT64_MAX / 4000)    /* as nanoseconds, differences fit */

struct aedat4 {
    struct spike_reading *reading;
    const struct spike_file *file;
    enum packing packing;
    size_t at, end;       /* of the packets */
    int32_t stream;       /* of events */
    struct camera_recording recording;
};

static bool wrong(const struct aedat4 *in, const char *what)
{
    return diagnostics_add(in->reading->diagnostics, in->file->path, "AEDAT 4: byte %zu: %s", in->at, what);
}

/* ---- header ---- */

/* IOHeader: 0 compression, 1 place of the table of packets, 2 description. */
static bool read_packing(struct aedat4 *in, const struct flatbuffer *header, size_t table)
{
    static const enum packing of[] = {PACKING_NONE, PACKING_LZ4, PACKING_LZ4, PACKING_ZSTD, PACKING_ZSTD};
    size_t at;
    if (!flatbuffer_field(header, table, 0, 4, &at))
        return wrong(in, "its header is broken");
    uint32_t kind = at ? flatbuffer_u32(header->bytes + at) : 0;
    if (kind >= sizeof of / sizeof *of)
        return wrong(in, "an unknown compression, expected none, LZ4 or ZSTD");
    in->packing = of[kind];
    if (!flatbuffer_field(header, table, 1, 8, &at))
        return wrong(in, "its header is broken");
    uint64_t place = at ? flatbuffer_u64(header->bytes + at) : UINT64_MAX; /* -1: the recording broke off */
    in->end = place < in->file->size ? (size_t)place : in->file->size;
    return true;
}

static bool find_events(struct aedat4 *in, const struct aedat_streams *streams)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < streams->count; i++) {
        if (strcmp(streams->stream[i].type, "EVTS") != 0)
            continue;
        found++;
        in->stream = streams->stream[i].id;
        in->recording.columns = streams->stream[i].columns;
        in->recording.rows = streams->stream[i].rows;
    }
    return found == 1 || diagnostics_add(in->reading->diagnostics, in->file->path, "AEDAT 4 with %u streams of events, "
                                         "expected one", (unsigned)found);
}

static bool read_header(struct aedat4 *in)
{
    struct flatbuffer header = {in->file->bytes + MAGIC_BYTES, in->file->size - MAGIC_BYTES};
    struct aedat_streams streams;
    size_t table, text = 0, length = 0;
    in->at = MAGIC_BYTES;
    if (!flatbuffer_root(&header, "IOHE", &table) || !flatbuffer_vector(&header, table, 2, 1, &text, &length))
        return wrong(in, "its header is broken or cut off");
    if (!read_packing(in, &header, table) ||
        !aedat_streams_read(in->file->path, (const char *)header.bytes + text, length, &streams,
                            in->reading->diagnostics) ||
        !find_events(in, &streams))
        return false;
    in->at += header.size;
    return true;
}

/* ---- packets ---- */

static bool add_event(struct aedat4 *in, const unsigned char *bytes)
{
    int64_t time_us = (int64_t)flatbuffer_u64(bytes);
    uint16_t x = flatbuffer_u16(bytes + 8), y = flatbuffer_u16(bytes + 10);
    if (time_us < -TIME_MOST_US || time_us > TIME_MOST_US)
        return wrong(in, "a time out of range in the packet here");
    return camera_add(in->reading, in->file->path, &in->recording,
                      (struct camera_event){1000 * time_us, x, y, bytes[12] != 0});
}

/* EventPacket: 0 elements. */
static bool read_events(struct aedat4 *in, const unsigned char *bytes, size_t size)
{
    struct flatbuffer packet;
    size_t table, at = 0, count = 0;
    unsigned char *plain = unpack(in->packing, bytes, size, PACKET_MAX, &packet.size);
    packet.bytes = plain;
    bool good = plain != NULL || wrong(in, "the packet here cannot be unpacked, or holds more than 2^28 bytes");
    if (good && (!flatbuffer_root(&packet, "EVTS", &table) ||
                 !flatbuffer_vector(&packet, table, 0, EVENT_BYTES, &at, &count)))
        good = wrong(in, "the packet here is no packet of events");
    for (size_t i = 0; good && i < count; i++)
        good = add_event(in, packet.bytes + at + i * EVENT_BYTES);
    free(plain);
    return good;
}

/* Stream and size, then so many bytes. */
static bool read_packet(struct aedat4 *in)
{
    const unsigned char *bytes = in->file->bytes + in->at;
    if (in->end - in->at < 8)
        return wrong(in, "a packet is cut off");
    int32_t stream = (int32_t)flatbuffer_u32(bytes);
    size_t size = flatbuffer_u32(bytes + 4);
    if (size > in->end - in->at - 8)
        return wrong(in, "a packet is cut off");
    if (stream == in->stream && !read_events(in, bytes + 8, size))
        return false;
    in->at += 8 + size;
    return true;
}

bool aedat4_read(struct spike_reading *reading, const struct spike_file *file)
{
    struct aedat4 in = {.reading = reading, .file = file};
    if (file->size < MAGIC_BYTES)
        return wrong(&in, "the file is cut off");
    bool good = read_header(&in);
    while (good && in.at < in.end)
        good = read_packet(&in);
    good = good && camera_sample(reading, file->path, &in.recording);
    free(in.recording.events);
    return good;
}
