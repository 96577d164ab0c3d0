/* NumPy's .npy files, versions 1 to 3 (NumPy Enhancement Proposal 1): one array of booleans, integers or floats of 2,
 * 4 or 8 bytes (1 for booleans and integers), either byte order, C or Fortran order. */
#ifndef NPUSIM_TOOLS_FILE_NPY_H
#define NPUSIM_TOOLS_FILE_NPY_H

#include "sim/diagnostics.h"
#include <stdint.h>

#define NPY_RANK_MAX 8

struct npy {
    int rank;
    uint64_t size[NPY_RANK_MAX];
    uint64_t stride[NPY_RANK_MAX]; /* in items, so that C and Fortran order are the same to a reader */
    uint64_t items;
    char kind; /* 'b', 'i', 'u', 'f' */
    unsigned width;
    bool big_endian;
    const unsigned char *data; /* inside the bytes that were parsed */
};

bool npy_recognise(const unsigned char *bytes, size_t size);

/* Checks that the data is as long as the header says; at most `limit` items. `path` is for messages. */
MUST_USE bool npy_parse(const char *path, const unsigned char *bytes, size_t size, uint64_t limit, struct npy *out,
                        struct diagnostics *diagnostics);

/* The value at an offset in items (sum of index * stride); integers beyond 2^53 are rounded. */
double npy_value(const struct npy *array, uint64_t offset);

/* "(256, 12)" into text[]. */
void npy_format_shape(const struct npy *array, char *text, size_t size);

#endif
