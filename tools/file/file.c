#include "tools/file/file.h"

#include "sim/memory.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define READ_CHUNK ((size_t)1 << 20)

/* zlib's own text for an error, or the system's when zlib had none. */
static bool add_zlib_error(const char *path, gzFile file, struct diagnostics *diagnostics)
{
    int code = Z_OK;
    const char *text = gzerror(file, &code);
    if (code == Z_ERRNO)
        return diagnostics_add(diagnostics, path, "cannot be read: %s", strerror(errno));
    return diagnostics_add(diagnostics, path, "damaged gzip data (%s), expected a whole file", text);
}

/* gzread hands plain files through as they are. */
static bool read_all(const char *path, gzFile file, size_t limit, unsigned char **bytes, size_t *size,
                     struct diagnostics *diagnostics)
{
    size_t capacity = 0, count = 0;
    unsigned char *data = memory_grow(NULL, &capacity, 4096, 1);
    for (;;) {
        data = memory_grow(data, &capacity, count + READ_CHUNK / 8 + 1, 1);
        size_t room = capacity - count - 1;
        int got = gzread(file, data + count, (unsigned)(room < READ_CHUNK ? room : READ_CHUNK));
        if (got <= 0)
            break;
        count += (size_t)got;
        if (count > limit) {
            free(data);
            return diagnostics_add(diagnostics, path, "larger than %zu bytes, expected at most that", limit);
        }
    }
    int code = Z_OK;
    gzerror(file, &code);
    if (code != Z_OK && code != Z_STREAM_END) {
        free(data);
        return add_zlib_error(path, file, diagnostics);
    }
    data[count] = 0;
    *bytes = data;
    *size = count;
    return true;
}

bool file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size, struct diagnostics *diagnostics)
{
    *bytes = NULL;
    *size = 0;
    if (directory_is(path))
        return diagnostics_add(diagnostics, path, "is a directory, expected a file");
    errno = 0;
    gzFile file = gzopen(path, "rb");
    if (!file)
        return diagnostics_add(diagnostics, path, "cannot be opened: %s", strerror(errno ? errno : ENOMEM));
    bool fine = read_all(path, file, limit, bytes, size, diagnostics);
    gzclose_r(file);
    return fine;
}

bool file_write_text(const char *path, const char *text, struct diagnostics *diagnostics)
{
    return file_write(path, text, strlen(text), diagnostics);
}

bool file_write(const char *path, const void *bytes, size_t size, struct diagnostics *diagnostics)
{
    char *part = memory_format("%s.part", path);
    FILE *file = fopen(part, "wb");
    bool fine = file != NULL;
    if (file) {
        fine = fwrite(bytes, 1, size, file) == size;
        fine = fclose(file) == 0 && fine;
        fine = fine && rename(part, path) == 0;
    }
    if (!fine) {
        diagnostics_add(diagnostics, path, "cannot be written: %s", strerror(errno));
        if (file)
            remove(part);
    }
    free(part);
    return fine;
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
