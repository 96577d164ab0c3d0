/* Allocation that cannot be forgotten: overflow-checked, zeroed, and a panic when the system has none left.
 * Sizes that come from a file are checked against limits before they get here. */
#ifndef NPUSIM_SIM_MEMORY_H
#define NPUSIM_SIM_MEMORY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* count * size zeroed bytes; never NULL (count 0 gives one byte). */
void *memory_array(size_t count, size_t size) __attribute__((malloc, warn_unused_result));

/* The same, at the beginning of a cache line, for what the hot loop touches a few lines of. */
void *memory_lines(size_t count, size_t size) __attribute__((malloc, warn_unused_result));

/* Grows `old` to hold at least `needed` items, doubling; *capacity is in items. New bytes are not zeroed. */
void *memory_grow(void *old, size_t *capacity, size_t needed, size_t size) __attribute__((warn_unused_result));

char *memory_copy_string(const char *text) __attribute__((malloc, warn_unused_result));

/* printf into a fresh string. */
char *memory_format(const char *format, ...) __attribute__((malloc, warn_unused_result, format(printf, 1, 2)));

#ifdef __cplusplus
}
#endif
#endif
