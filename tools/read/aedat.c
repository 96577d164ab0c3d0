/* AEDAT files of version 2 (jAER) and 3.1 (cAER); version 4 is aedat4.c. As iniVation documents the formats
 * ("AEDAT file formats"); never seen from a real source.
 *   2.0  comment lines, then address and timestamp in us, 32 bits each, big-endian. What an address means depends on
 *        the chip, which a comment names: DVS128, or one of the DAVIS family.
 *   3.1  comment lines up to #!END-HEADER, then packets: a header of 28 bytes, little-endian, and events. Polarity
 *        events (type 1): bit 0 valid, 1 polarity, 2-16 y, 17-31 x, and 31 bits of us below the packet's overflows. */
#include "tools/read/camera.h"

#include "tools/file/flatbuffer.h"
#include <stdlib.h>
#include <string.h>

#define PACKET_HEADER 28u
#define POLARITY 1

bool aedat_recognise(const struct spike_file *file)
{
    return file->size >= 10 && memcmp(file->bytes, "#!AER-DAT", 9) == 0;
}

static bool wrong(const struct spike_reading *reading, const struct spike_file *file, size_t at, const char *what)
{
    return diagnostics_add(reading->diagnostics, file->path, "AEDAT: byte %zu: %s", at, what);
}

/* Past the comment line at `at`; the file's size when it does not end. */
static size_t next_line(const struct spike_file *file, size_t at)
{
    while (at < file->size && file->bytes[at] != '\n')
        at++;
    return at < file->size ? at + 1 : at;
}

static bool line_holds(const struct spike_file *file, size_t at, size_t end, const char *text)
{
    size_t length = strlen(text);
    for (; at + length <= end; at++)
        if (memcmp(file->bytes + at, text, length) == 0)
            return true;
    return false;
}

/* ---- 2.0 ---- */

enum chip { CHIP_UNKNOWN, CHIP_DVS128, CHIP_DAVIS };

static uint32_t big_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* False: no event of a pixel (DAVIS samples images and inertia under bit 31, and external events under bit 10). */
static bool decode(enum chip chip, uint32_t address, struct camera_event *out)
{
    if (chip == CHIP_DVS128) {
        *out = (struct camera_event){0, (uint16_t)(127 - (address >> 1 & 0x7f)), (uint16_t)(address >> 8 & 0x7f),
                                     !(address & 1)}; /* as jAER turns them */
        return !(address & 0x8000); /* external */
    }
    *out = (struct camera_event){0, (uint16_t)(address >> 12 & 0x3ff), (uint16_t)(address >> 22 & 0x1ff),
                                 (address >> 11 & 1) != 0};
    return !(address & 0x80000400);
}

static size_t read_comments(const struct spike_file *file, enum chip *chip)
{
    size_t at = 0;
    while (at < file->size && file->bytes[at] == '#') {
        size_t end = next_line(file, at);
        if (line_holds(file, at, end, "DVS128"))
            *chip = CHIP_DVS128;
        else if (line_holds(file, at, end, "DAVIS") || line_holds(file, at, end, "Davis"))
            *chip = CHIP_DAVIS;
        at = end;
    }
    return at;
}

static bool read_2(struct spike_reading *reading, const struct spike_file *file, struct camera_recording *out)
{
    enum chip chip = CHIP_UNKNOWN;
    size_t at = read_comments(file, &chip);
    int64_t later = 0;
    uint32_t before = 0;
    if (chip == CHIP_UNKNOWN)
        return wrong(reading, file, 0, "no comment names its chip, expected DVS128 or DAVIS");
    if (chip == CHIP_DVS128)
        out->columns = out->rows = 128;
    if ((file->size - at) % 8)
        return wrong(reading, file, file->size, "the last event is cut off, expected 8 bytes each");
    for (; at < file->size; at += 8) {
        struct camera_event event;
        uint32_t time_us = big_endian(file->bytes + at + 4);
        later += time_us < before && before - time_us > UINT32_MAX / 2 ? (int64_t)1 << 32 : 0; /* the timer ran over */
        before = time_us;
        if (!decode(chip, big_endian(file->bytes + at), &event))
            continue;
        event.time_ns = 1000 * (later + time_us);
        if (later > INT64_MAX / 4000)
            return wrong(reading, file, at, "its times run over too often");
        if (!camera_add(reading, file->path, out, event))
            return false;
    }
    return true;
}

/* ---- 3.1 ---- */

static bool read_polarity(struct spike_reading *reading, const struct spike_file *file, size_t at, int64_t overflow,
                          struct camera_recording *out)
{
    uint32_t data = flatbuffer_u32(file->bytes + at), time_us = flatbuffer_u32(file->bytes + at + 4);
    if (!(data & 1))
        return true;
    if (time_us > INT32_MAX)
        return wrong(reading, file, at, "a time below 0");
    struct camera_event event = {1000 * (overflow << 31 | time_us), (uint16_t)(data >> 17), (uint16_t)(data >> 2 & 0x7fff),
                                 (data >> 1 & 1) != 0};
    return camera_add(reading, file->path, out, event);
}

/* type, source: 16 bits; size of an event, place of its time, overflows, capacity, number, valid: 32 bits. */
static bool read_packet(struct spike_reading *reading, const struct spike_file *file, size_t *at,
                        struct camera_recording *out)
{
    const unsigned char *header = file->bytes + *at;
    if (file->size - *at < PACKET_HEADER)
        return wrong(reading, file, *at, "a packet is cut off");
    uint32_t width = flatbuffer_u32(header + 4), overflow = flatbuffer_u32(header + 12);
    uint32_t count = flatbuffer_u32(header + 20);
    size_t left = file->size - *at - PACKET_HEADER;
    if (width == 0 || count > left / width)
        return wrong(reading, file, *at, "a packet holds more than the file, or events of no size");
    bool events = flatbuffer_u16(header) == POLARITY;
    if (events && (width != 8 || overflow > 1u << 20))
        return wrong(reading, file, *at, "polarity events of another size or time than 3.1 has");
    *at += PACKET_HEADER;
    for (uint32_t i = 0; events && i < count; i++)
        if (!read_polarity(reading, file, *at + 8 * (size_t)i, (int64_t)overflow, out))
            return false;
    *at += (size_t)count * width;
    return true;
}

static bool read_3(struct spike_reading *reading, const struct spike_file *file, struct camera_recording *out)
{
    size_t at = 0;
    bool end = false, good = true;
    while (!end && at < file->size && file->bytes[at] == '#') {
        end = line_holds(file, at, next_line(file, at), "#!END-HEADER");
        at = next_line(file, at);
    }
    if (!end)
        return wrong(reading, file, at, "its header has no end, expected #!END-HEADER");
    while (good && at < file->size)
        good = read_packet(reading, file, &at, out);
    return good;
}

bool aedat_read(struct spike_reading *reading, const struct spike_file *file)
{
    struct camera_recording recording = {0};
    char version = (char)file->bytes[9];
    if (version == '4')
        return aedat4_read(reading, file);
    if (version != '2' && version != '3')
        return wrong(reading, file, 9, "another version, expected 2.0, 3.1 or 4.0");
    bool good = version == '2' ? read_2(reading, file, &recording) : read_3(reading, file, &recording);
    good = good && camera_sample(reading, file->path, &recording);
    free(recording.events);
    return good;
}
