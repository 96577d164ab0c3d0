#include "tools/file/unpack.h"

#include "sim/memory.h"
#include <lz4frame.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

struct growing {
    unsigned char *bytes;
    size_t used, room, limit;
};

/* More room behind what is used; false when the limit is reached. */
static bool grow(struct growing *out)
{
    if (out->used < out->room)
        return true;
    if (out->room >= out->limit)
        return false;
    size_t wanted = out->room ? 2 * out->room : (size_t)1 << 16;
    out->bytes = memory_grow(out->bytes, &out->room, wanted < out->limit ? wanted : out->limit, 1);
    return true;
}

static bool unpack_lz4(const unsigned char *bytes, size_t size, struct growing *out)
{
    LZ4F_dctx *context = NULL;
    size_t left = 1, at = 0;
    bool good = !LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION));
    while (good && left && grow(out)) {
        size_t taken = size - at, made = out->room - out->used;
        left = LZ4F_decompress(context, out->bytes + out->used, &made, bytes + at, &taken, NULL);
        good = !LZ4F_isError(left) && (taken || made || !left);
        at += taken;
        out->used += made;
    }
    LZ4F_freeDecompressionContext(context);
    return good && !left;
}

static bool unpack_zstd(const unsigned char *bytes, size_t size, struct growing *out)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    ZSTD_inBuffer in = {bytes, size, 0};
    size_t left = 1;
    bool good = context != NULL;
    while (good && left && grow(out)) {
        ZSTD_outBuffer room = {out->bytes + out->used, out->room - out->used, 0};
        size_t before = in.pos;
        left = ZSTD_decompressStream(context, &room, &in);
        good = !ZSTD_isError(left) && (in.pos > before || room.pos || !left);
        out->used += room.pos;
    }
    ZSTD_freeDCtx(context);
    return good && !left;
}

unsigned char *unpack(enum packing packing, const unsigned char *bytes, size_t size, size_t limit, size_t *out_size)
{
    struct growing out = {.limit = limit};
    bool good = packing == PACKING_LZ4 ? unpack_lz4(bytes, size, &out) : packing == PACKING_ZSTD && unpack_zstd(bytes, size, &out);
    if (packing == PACKING_NONE && size <= limit) {
        out.bytes = memory_array(size, 1);
        memcpy(out.bytes, bytes, size);
        out.used = size;
        good = true;
    }
    if (!good)
        free(out.bytes);
    *out_size = out.used;
    return good ? out.bytes : NULL;
}
