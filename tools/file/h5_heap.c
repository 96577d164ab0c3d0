/* Strings of variable length lie in "global heaps". HDF5 1.10 walks a damaged one for ever, or takes any amount of
 * memory for it, so every heap of a file is checked before the library sees the file.
 * Layout: HDF5 File Format Specification 3.0, section III.E; sizes are 8 bytes long in every file of today. */
#define _GNU_SOURCE /* memmem */
#include "tools/file/h5_private.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEADER_BYTES 16u
static const unsigned char heap_signature[8] = {'G', 'C', 'O', 'L', 1, 0, 0, 0};

static uint64_t little_endian(const unsigned char *bytes, int count)
{
    uint64_t value = 0;
    for (int i = count - 1; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

/* `left` bytes are in the file from the heap's start. */
static bool heap_sound(const unsigned char *heap, uint64_t left)
{
    uint64_t size = left < HEADER_BYTES ? 0 : little_endian(heap + 8, 8);
    if (size < HEADER_BYTES || size > left)
        return false;
    uint64_t at = HEADER_BYTES;
    while (size - at >= HEADER_BYTES) {
        bool free_space = little_endian(heap + at, 2) == 0;
        uint64_t bytes = little_endian(heap + at + 8, 8), room = size - at;
        if (bytes > room)
            return false;
        uint64_t step = free_space ? bytes : HEADER_BYTES + (bytes + 7) / 8 * 8;
        if (step < HEADER_BYTES || step > room)
            return false;
        at += step;
    }
    return true;
}

/* The superblock follows the signature; byte 8 is its version, and the length of sizes is at 14 or 10. */
static bool sizes_are_8_bytes(const unsigned char *bytes, uint64_t count)
{
    return count > 16 && bytes[bytes[8] < 2 ? 14 : 10] == 8;
}

static const char *scan(const unsigned char *bytes, uint64_t count)
{
    if (!sizes_are_8_bytes(bytes, count))
        return "has sizes that are not 8 bytes long, expected a usual HDF5 file";
    const unsigned char *at = bytes, *end = bytes + count;
    while ((at = memmem(at, (size_t)(end - at), heap_signature, sizeof heap_signature))) {
        if (!heap_sound(at, (uint64_t)(end - at)))
            return "is damaged (a heap of texts), expected a whole HDF5 file";
        at += sizeof heap_signature;
    }
    return NULL;
}

/* An entry is the text's length (4 bytes) and its place in a heap. The library takes memory for the length as it is. */
bool h5_texts_sound(const char *path, uint64_t count, uint64_t offset, uint64_t entries, uint64_t entry_bytes)
{
    unsigned char length[4];
    bool sound = true;
    int descriptor = open(path, O_RDONLY);
    for (uint64_t i = 0; sound && descriptor >= 0 && i < entries; i++) {
        ssize_t got = pread(descriptor, length, sizeof length, (off_t)(offset + i * entry_bytes));
        sound = got == (ssize_t)sizeof length && little_endian(length, 4) <= count;
    }
    if (descriptor >= 0)
        close(descriptor);
    return sound && descriptor >= 0;
}

const char *h5_heap_problem(const char *path, uint64_t count)
{
    int descriptor = count ? open(path, O_RDONLY) : -1;
    if (descriptor < 0)
        return "cannot be read";
    unsigned char *bytes = mmap(NULL, count, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (bytes == MAP_FAILED)
        return "cannot be read";
    const char *problem = scan(bytes, count);
    munmap(bytes, count);
    return problem;
}
