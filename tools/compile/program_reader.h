/* What the files that read a program share (program_read.c, program_read_slabs.c). */
#ifndef NPUSIM_TOOLS_COMPILE_PROGRAM_READER_H
#define NPUSIM_TOOLS_COMPILE_PROGRAM_READER_H

#include "tools/compile/compile.h"
#include "tools/file/h5.h"

#define PROGRAM_ITEMS_MAX ((uint64_t)1 << 31)
#define PROGRAM_SLAB_ITEMS ((int64_t)1 << 19) /* of a long table, read at a time: 4 MiB as int64_t */
#define PROGRAM_ANY_COUNT UINT64_MAX

struct program_reader {
    struct h5 *file;
    const char *path;
    const struct chip_config *chip;
    struct program *out;
    struct diagnostics *diagnostics;
};

/* Both return false. */
bool program_fail_size(const struct program_reader *reader, const char *dataset, uint64_t found, uint64_t expected);
bool program_fail_value(const struct program_reader *reader, const char *dataset, uint64_t at, int64_t found,
                        int64_t low, int64_t high);

/* All of these: fresh, NULL after a message. */
/* A list of `count` numbers (PROGRAM_ANY_COUNT: *found tells), each from low to high. */
int64_t *program_read_list(const struct program_reader *reader, const char *dataset, uint64_t count, int64_t low,
                           int64_t high, uint64_t *found);
/* Begins of `parts` consecutive parts: 0, ascending; the last is the sum. Parts hold at most `most`. */
int64_t *program_read_starts(const struct program_reader *reader, const char *dataset, uint64_t parts, int64_t most);
/* Items first .. first + count - 1 of a list that has_items. */
int64_t *program_read_part(const struct program_reader *reader, const char *dataset, uint64_t first, uint64_t count,
                           int64_t low, int64_t high);

MUST_USE bool program_has_items(const struct program_reader *reader, const char *dataset, uint64_t count);
/* The end of the parts, from `first` of `count` on, that are read together: at least one. start: of the parts. */
uint32_t program_slab(const int64_t *start, uint32_t first, uint32_t count);
uint32_t *program_part_u32(const int64_t *values, int64_t begin, int64_t end);
static inline int64_t program_largest(uint32_t bits) { return (INT64_C(1) << (bits - 1)) - 1; }

/* ---- program_read_slabs.c: the long tables; cores and populations are there ---- */
MUST_USE bool program_read_synapses(const struct program_reader *reader);
MUST_USE bool program_read_routes(const struct program_reader *reader);

#endif
