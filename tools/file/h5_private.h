/* What the h5*.c files share. Nobody else includes this or hdf5.h. */
#ifndef NPUSIM_TOOLS_FILE_H5_PRIVATE_H
#define NPUSIM_TOOLS_FILE_H5_PRIVATE_H

#include "tools/file/h5.h"
#include <hdf5.h>

struct h5 {
    hid_t id;
    char *path;
    uint64_t bytes; /* size of a file that is read */
    char *part;     /* the name while it is written; NULL: reading */
    char *error;    /* first failure while writing */
};

/* Before any other call of the library. */
void h5_begin(void);

/* Adds "FILE: DATASET: TEXT"; returns false. */
bool h5_fail(const struct h5 *file, const char *dataset, struct diagnostics *diagnostics, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* NULL when all global heaps of a file of `count` bytes are sound; else what is wrong. */
const char *h5_heap_problem(const char *path, uint64_t count);
/* True when no text of a contiguous dataset at `offset` claims to be longer than the file. */
bool h5_texts_sound(const char *path, uint64_t count, uint64_t offset, uint64_t entries, uint64_t entry_bytes);

/* NULL when every link from the root to `path` is a hard link; else what is wrong. */
const char *h5_path_problem(struct h5 *file, const char *path);

/* Where HDF5 puts what is of variable length. It ends the read when all together is beyond the limit (many entries may
 * point at one text), and holds it until it is copied, also when the read fails half-way. */
struct h5_arena {
    void **blocks;
    size_t count, capacity;
    uint64_t bytes, limit;
};
/* A transfer list that allocates there; H5Pclose it. */
hid_t h5_arena_list(struct h5_arena *arena);
void h5_arena_free(struct h5_arena *arena);

/* Opens the dataset as a reader would, with every check before its values are read. */
MUST_USE bool h5_check_dataset(struct h5 *file, const char *path, struct diagnostics *diagnostics);

/* Lets a child process look through the file (`bytes` long), which may crash or hang the library. */
MUST_USE bool h5_probe(const char *path, uint64_t bytes, struct diagnostics *diagnostics);

/* While writing: the type in the file (in memory it is the native one of the same kind), fresh; a failure, for
 * h5_commit; a property list that makes groups on the way. */
hid_t h5_file_type(enum h5_type type);
void h5_keep_error(struct h5 *file, const char *path, const char *what);
hid_t h5_way_list(void);
#define H5_DEFLATE_LEVEL 4

/* "text", "a compound" ... */
const char *h5_class_name(H5T_class_t class);

#endif
