#include "tools/file/flatbuffer.h"

#include <string.h>

#define PREFIX 4 /* the size in front */

uint16_t flatbuffer_u16(const unsigned char *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t flatbuffer_u32(const unsigned char *bytes)
{
    return (uint32_t)flatbuffer_u16(bytes) | (uint32_t)flatbuffer_u16(bytes + 2) << 16;
}

uint64_t flatbuffer_u64(const unsigned char *bytes)
{
    return (uint64_t)flatbuffer_u32(bytes) | (uint64_t)flatbuffer_u32(bytes + 4) << 32;
}

static bool inside(const struct flatbuffer *buffer, size_t at, size_t width)
{
    return at <= buffer->size && width <= buffer->size - at;
}

bool flatbuffer_root(struct flatbuffer *buffer, const char *identifier, size_t *table)
{
    if (!inside(buffer, 0, PREFIX + 8))
        return false;
    size_t size = flatbuffer_u32(buffer->bytes);
    if (size < 8 || !inside(buffer, PREFIX, size) || memcmp(buffer->bytes + PREFIX + 4, identifier, 4) != 0)
        return false;
    buffer->size = PREFIX + size;
    *table = PREFIX + (size_t)flatbuffer_u32(buffer->bytes + PREFIX);
    return inside(buffer, *table, 4);
}

bool flatbuffer_field(const struct flatbuffer *buffer, size_t table, unsigned number, size_t width, size_t *at)
{
    *at = 0;
    if (!inside(buffer, table, 4))
        return false;
    int64_t from = (int64_t)table - (int32_t)flatbuffer_u32(buffer->bytes + table); /* of the table of offsets */
    if (from < 0 || !inside(buffer, (size_t)from, 4))
        return false;
    size_t offsets = (size_t)from, size = flatbuffer_u16(buffer->bytes + offsets), entry = 4 + 2 * (size_t)number;
    if (entry + 2 > size)
        return true;
    if (!inside(buffer, offsets, entry + 2))
        return false;
    size_t offset = flatbuffer_u16(buffer->bytes + offsets + entry);
    *at = offset ? table + offset : 0;
    return !offset || inside(buffer, *at, width);
}

bool flatbuffer_vector(const struct flatbuffer *buffer, size_t table, unsigned number, size_t width, size_t *at,
                       size_t *count)
{
    size_t field;
    *count = 0;
    if (!flatbuffer_field(buffer, table, number, 4, &field))
        return false;
    if (!field)
        return true;
    size_t vector = field + flatbuffer_u32(buffer->bytes + field);
    if (!inside(buffer, vector, 4))
        return false;
    *count = flatbuffer_u32(buffer->bytes + vector);
    *at = vector + 4;
    return *count <= buffer->size / width && inside(buffer, *at, *count * width);
}
