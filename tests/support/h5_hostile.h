/* HDF5 files that tools/file/h5.h cannot write: odd but legal types, and files that lie. One dataset (or link) "/x". */
#ifndef NPUSIM_TESTS_SUPPORT_H5_HOSTILE_H
#define NPUSIM_TESTS_SUPPORT_H5_HOSTILE_H

enum hostile {
    ODD_BIG_ENDIAN_I16,  /* -2, 300 */
    ODD_HALF_FLOATS,     /* 0.5, -2 */
    ODD_FIXED_TEXTS,     /* "ab", "c", padded with spaces to 4, ASCII */
    ODD_CHUNKED_SHUFFLED, /* 0 .. 9999, shuffle and DEFLATE */
    HOSTILE_COMPOUND,
    HOSTILE_ENUM_I32,
    HOSTILE_REFERENCE,
    HOSTILE_VLEN_NUMBERS,
    HOSTILE_NULL_SPACE,
    HOSTILE_HUGE_CHUNKED,     /* 2^40 doubles, none of them stored */
    HOSTILE_UNSTORED_CHUNKED, /* 2^27 doubles, none of them stored */
    HOSTILE_UNSTORED_CONTIGUOUS, /* 2^27 doubles, never written */
    HOSTILE_GIANT_CHUNK,      /* 4 doubles in a chunk of 2^28 */
    HOSTILE_RANK_9,
    HOSTILE_SOFT_LINK,        /* to /y, which exists */
    HOSTILE_SOFT_LINK_CYCLE,  /* to itself */
    HOSTILE_EXTERNAL_LINK,    /* to /etc/hostname */
    HOSTILE_EXTERNAL_STORAGE, /* bytes of /etc/hostname */
    HOSTILE_VIRTUAL,          /* a dataset of another file */
    HOSTILE_KINDS
};

void hostile_write(const char *path, enum hostile kind);

#endif
