/* Tables of FlatBuffers (flatbuffers.dev, "FlatBuffer internals"), every offset checked: Debian has the C++ library
 * alone. A buffer has its size in front (size-prefixed), as AEDAT 4 stores them. Little-endian, as stored. */
#ifndef NPUSIM_TOOLS_FILE_FLATBUFFER_H
#define NPUSIM_TOOLS_FILE_FLATBUFFER_H

#include "sim/diagnostics.h"
#include <stdint.h>

struct flatbuffer {
    const unsigned char *bytes;
    size_t size;
};

uint16_t flatbuffer_u16(const unsigned char *bytes);
uint32_t flatbuffer_u32(const unsigned char *bytes);
uint64_t flatbuffer_u64(const unsigned char *bytes);

/* Cuts the buffer to its prefix; the place of its root table. False: too short, or another identifier of 4 letters. */
bool flatbuffer_root(struct flatbuffer *buffer, const char *identifier, size_t *table);
/* Where field `number` of a table with `width` bytes lies; *at 0: absent. False: it points outside. */
bool flatbuffer_field(const struct flatbuffer *buffer, size_t table, unsigned number, size_t width, size_t *at);
/* A vector, or a string (items of one byte): its first item and their count; absent: count 0. */
bool flatbuffer_vector(const struct flatbuffer *buffer, size_t table, unsigned number, size_t width, size_t *at,
                       size_t *count);

#endif
