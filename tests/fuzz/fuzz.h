/* One fuzz target a file format (docs/fuzzing.md). */
#ifndef NPUSIM_TESTS_FUZZ_FUZZ_H
#define NPUSIM_TESTS_FUZZ_FUZZ_H

#include "sim/diagnostics.h"
#include <stdint.h>

struct fuzz_target {
    const char *name;
    const char *file; /* what the reader is given, in the folder */
    /* Writes seed `index` into the folder, with the project's own writers or from its own files (NULL: the folder stays
     * empty); false when there is none. */
    bool (*seed)(uint32_t index, const char *folder);
    /* Reads it, checks what a reader promises, gives everything back. `mode` chooses among ways to read. */
    void (*read)(const char *path, uint8_t mode);
    bool bytes; /* the input is the file as it is; else a program of edits (bundle.h) */
    bool probe; /* with the child process that goes before HDF5 files: only where the library meets damaged files */
};

/* Each ended by a name NULL. */
extern const struct fuzz_target fuzz_networks[], fuzz_spikes[], fuzz_results[], fuzz_texts[];

/* FOLDER/NAME, fresh. */
char *fuzz_path(const char *folder, const char *name);
void fuzz_write(const char *folder, const char *name, const void *bytes, size_t size);
void fuzz_write_text(const char *folder, const char *name, const char *text);
/* A file of the project, or, with "$REFERENCE/" before it, of the reference data; false when it is not there. */
bool fuzz_copy(const char *from, const char *folder, const char *name);
/* A reader that fails says why, and one that does not has nothing to say. */
void fuzz_verdict(bool good, struct diagnostics *problems);

#endif
