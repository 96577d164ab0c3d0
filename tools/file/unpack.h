/* LZ4 and Zstandard frames, whole in memory. */
#ifndef NPUSIM_TOOLS_FILE_UNPACK_H
#define NPUSIM_TOOLS_FILE_UNPACK_H

#include "sim/diagnostics.h"

enum packing { PACKING_NONE, PACKING_LZ4, PACKING_ZSTD };

/* The unpacked bytes, fresh, at most `limit` of them. NULL: no frame, cut off, wrong, or larger. */
unsigned char *unpack(enum packing packing, const unsigned char *bytes, size_t size, size_t limit, size_t *out_size);

#endif
