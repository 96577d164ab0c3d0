/* HDF5 behind one door: typed, checked, hdf5.h only in h5*.c. Every failure becomes "FILE: DATASET: what, expected".
 *
 * Files are hostile: only hard links are followed (no soft, external or user-defined ones), no virtual datasets, no
 * external storage, no filter plugins; a dataset that claims more than the file can hold is refused before anything is
 * allocated for it. */
#ifndef NPUSIM_TOOLS_FILE_H5_H
#define NPUSIM_TOOLS_FILE_H5_H

#include "sim/diagnostics.h"
#include <stdint.h>

struct h5; /* an open file (or a file being written beside its name and renamed by h5_commit) */

struct h5_shape {
    int rank;
    uint64_t size[8];
};

/* ---- reading ---- */
MUST_USE bool h5_open(const char *path, struct h5 **out, struct diagnostics *diagnostics);
bool h5_is_hdf5(const char *path);
void h5_close(struct h5 *file); /* also drops a file that was not committed */
const char *h5_path(const struct h5 *file);

bool h5_exists(struct h5 *file, const char *path);      /* group or dataset, every link on the way checked */
bool h5_is_group(struct h5 *file, const char *path);
/* Names of the links of a group, sorted; array and names are fresh. */
MUST_USE bool h5_list(struct h5 *file, const char *group, char ***names, size_t *count,
                      struct diagnostics *diagnostics);
MUST_USE bool h5_shape_of(struct h5 *file, const char *path, struct h5_shape *out, struct diagnostics *diagnostics);

/* Whole datasets, converted from any integer or float type; booleans (enum int8) read as 0 and 1. At most `limit`
 * items; NULL shape is allowed. The result is fresh. Into integers, a fraction or a value out of range is an error. */
MUST_USE bool h5_read_doubles(struct h5 *file, const char *path, uint64_t limit, double **out, struct h5_shape *shape,
                              struct diagnostics *diagnostics);
MUST_USE bool h5_read_int64(struct h5 *file, const char *path, uint64_t limit, int64_t **out, struct h5_shape *shape,
                            struct diagnostics *diagnostics);
MUST_USE bool h5_read_uint8(struct h5 *file, const char *path, uint64_t limit, uint8_t **out, struct h5_shape *shape,
                            struct diagnostics *diagnostics);
/* The same for `count` rows of the first dimension, from `first` on: at most `limit` values in them. */
MUST_USE bool h5_read_rows_doubles(struct h5 *file, const char *path, uint64_t first, uint64_t count, uint64_t limit,
                                   double **out, struct diagnostics *diagnostics);
MUST_USE bool h5_read_rows_int64(struct h5 *file, const char *path, uint64_t first, uint64_t count, uint64_t limit,
                                 int64_t **out, struct diagnostics *diagnostics);
/* Fixed or variable-length strings of any rank, flat. */
MUST_USE bool h5_read_strings(struct h5 *file, const char *path, uint64_t limit, char ***out, struct h5_shape *shape,
                              struct diagnostics *diagnostics);
void h5_free_strings(char **strings, size_t count);
/* A dataset whose items are lists of numbers: list i is values[start[i]] .. values[start[i + 1] - 1]. */
struct h5_lists {
    uint64_t count;
    uint64_t *start; /* [count + 1] */
    double *values;
};
MUST_USE bool h5_read_lists(struct h5 *file, const char *path, uint64_t limit, struct h5_lists *out,
                            struct diagnostics *diagnostics);
void h5_lists_free(struct h5_lists *lists);
/* A scalar string, fresh. */
MUST_USE bool h5_read_string(struct h5 *file, const char *path, char **out, struct diagnostics *diagnostics);
bool h5_is_string(struct h5 *file, const char *path);
/* What a dataset holds: 's' text, 'i' integers, 'f' floats, 'b' booleans, 0 anything else or no dataset. */
char h5_value_kind(struct h5 *file, const char *path);
/* Attribute of the object at path; scalar. */
bool h5_attribute_exists(struct h5 *file, const char *path, const char *name);
MUST_USE bool h5_attribute_string(struct h5 *file, const char *path, const char *name, char **out,
                                  struct diagnostics *diagnostics);
MUST_USE bool h5_attribute_double(struct h5 *file, const char *path, const char *name, double *out,
                                  struct diagnostics *diagnostics);

/* ---- writing: FILE.part, renamed to FILE by h5_commit ---- */
MUST_USE bool h5_create(const char *path, struct h5 **out, struct diagnostics *diagnostics);
MUST_USE bool h5_commit(struct h5 *file, struct diagnostics *diagnostics); /* closes */
/* Errors while writing are kept and reported by h5_commit. Groups on the way are made. Chunked and DEFLATE 4 when
 * larger than 4 KiB. */
enum h5_type {
    H5_U8, H5_I8, H5_U16, H5_I16, H5_U32, H5_I32, H5_U64, H5_I64, H5_F32, H5_F64,
    H5_BOOL /* uint8_t 0, 1 */
};
void h5_write(struct h5 *file, const char *path, enum h5_type type, int rank, const uint64_t *size, const void *data);
/* A list of `count` items that need not lie in one array: `next` points to the following ones, at most `most` of them,
 * at least one, and returns how many. The file is the same. */
typedef uint64_t h5_next(void *context, uint64_t most, const void **out);
void h5_write_parts(struct h5 *file, const char *path, enum h5_type type, uint64_t count, h5_next *next, void *context);
/* [rows][as wide as the longest], written piece by piece; the rest is the fill value. `expected_width` only makes it
 * fast. To be closed before the file is; not to `keep` it takes it out again. */
struct h5_rows;
struct h5_rows *h5_rows_create(struct h5 *file, const char *path, enum h5_type type, uint64_t rows,
                               uint64_t expected_width, const void *fill);
void h5_rows_write(struct h5_rows *rows, uint64_t row, uint64_t column, uint64_t count, const void *data);
void h5_rows_close(struct h5_rows *rows, bool keep);
void h5_write_strings(struct h5 *file, const char *path, uint64_t count, const char *const *strings);
void h5_write_string_array(struct h5 *file, const char *path, int rank, const uint64_t *size,
                           const char *const *strings);
void h5_write_string(struct h5 *file, const char *path, const char *text); /* scalar */
void h5_group(struct h5 *file, const char *path);
void h5_write_attribute_string(struct h5 *file, const char *path, const char *name, const char *text);
void h5_write_attribute_double(struct h5 *file, const char *path, const char *name, double value);
void h5_write_attribute_int64(struct h5 *file, const char *path, const char *name, int64_t value);

#endif
