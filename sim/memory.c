#include "sim/memory.h"

#include "sim/panic.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE 64u /* bytes, of x86-64's and most ARM processors' caches */

void *memory_array(size_t count, size_t size)
{
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (!block)
        panic("out of memory: %zu items of %zu bytes", count, size);
    return block;
}

void *memory_lines(size_t count, size_t size)
{
    if (count && size > (SIZE_MAX - LINE) / count)
        panic("out of memory: %zu items of %zu bytes", count, size);
    size_t bytes = (count * size + LINE - 1) / LINE * LINE;
    void *block = aligned_alloc(LINE, bytes ? bytes : LINE);
    if (!block)
        panic("out of memory: %zu items of %zu bytes", count, size);
    memset(block, 0, bytes);
    return block;
}

void *memory_grow(void *old, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity && old)
        return old;
    size_t wanted = *capacity ? *capacity : 16;
    while (wanted < needed) {
        if (wanted > SIZE_MAX / 2 / size)
            panic("out of memory: %zu items of %zu bytes", needed, size);
        wanted *= 2;
    }
    void *block = realloc(old, wanted * size);
    if (!block)
        panic("out of memory: %zu items of %zu bytes", wanted, size);
    *capacity = wanted;
    return block;
}

char *memory_copy_string(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_array(size, 1);
    memcpy(copy, text, size);
    return copy;
}

char *memory_format(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    must(length >= 0);
    char *text = memory_array((size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
