#include "sim/trace.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TRACE_BUFFER 65536u

/* The list of components comes first in the file: all engines are attached before the first full buffer. It is kept
 * here because the engines are gone when a short trace is written out. */
struct trace {
    char *path, *part;
    FILE *file;
    struct listed {
        uint32_t id, index;
        const char *name;
    } *components;
    size_t component_count, component_capacity;
    bool begun;
    uint32_t count;
    struct trace_record buffer[TRACE_BUFFER];
};

bool trace_open(const char *path, struct trace **out, struct diagnostics *diagnostics)
{
    struct trace *trace = memory_array(1, sizeof *trace);
    trace->path = memory_copy_string(path);
    trace->part = memory_format("%s.part", path);
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        errno = EISDIR; /* the renaming would fail, after the whole run */
    else
        trace->file = fopen(trace->part, "wb");
    *out = trace;
    if (trace->file)
        return true;
    diagnostics_add(diagnostics, path, "cannot be written (%s), expected a path in an existing directory",
                    strerror(errno));
    free(trace->path);
    free(trace->part);
    free(trace);
    *out = NULL;
    return false;
}

void trace_attach(struct trace *trace, struct engine *engine, uint32_t chip)
{
    must(!trace->begun && chip < 128 && engine->count < 1u << 24);
    size_t count = trace->component_count + engine->count;
    trace->components = memory_grow(trace->components, &trace->component_capacity, count, sizeof *trace->components);
    for (uint32_t id = 0; id < engine->count; id++)
        trace->components[trace->component_count++] =
            (struct listed){chip << 24 | id, engine->component[id]->index, engine->component[id]->class_of->name};
    engine->trace = trace;
    engine->trace_chip = chip;
}

static void put_u32(FILE *file, uint32_t value)
{
    unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8), (unsigned char)(value >> 16),
                              (unsigned char)(value >> 24)};
    fwrite(bytes, 1, sizeof bytes, file); /* errors show in ferror at the end */
}

static void write_header(struct trace *trace)
{
    fwrite("NPUTRACE", 1, 8, trace->file);
    put_u32(trace->file, 1);
    put_u32(trace->file, (uint32_t)trace->component_count);
    for (size_t i = 0; i < trace->component_count; i++) {
        const struct listed *listed = &trace->components[i];
        put_u32(trace->file, listed->id);
        put_u32(trace->file, listed->index);
        put_u32(trace->file, (uint32_t)strlen(listed->name));
        fwrite(listed->name, 1, strlen(listed->name), trace->file);
    }
    trace->begun = true;
}

static void flush(struct trace *trace)
{
    if (!trace->begun)
        write_header(trace);
    for (uint32_t i = 0; i < trace->count; i++) {
        const struct trace_record *record = &trace->buffer[i];
        put_u32(trace->file, (uint32_t)record->cycle);
        put_u32(trace->file, (uint32_t)(record->cycle >> 32));
        put_u32(trace->file, record->component);
        put_u32(trace->file, record->kind_value);
    }
    trace->count = 0;
}

void trace_add(struct trace *trace, const struct component *component, uint64_t cycle, enum trace_kind kind,
               uint32_t value)
{
    if (trace->count == TRACE_BUFFER)
        flush(trace);
    trace->buffer[trace->count++] =
        (struct trace_record){cycle, component->engine->trace_chip << 24 | component->id,
                              (uint32_t)kind << 28 | (value & ((UINT32_C(1) << 28) - 1))};
}

bool trace_close(struct trace *trace, bool commit, struct diagnostics *diagnostics)
{
    bool good = commit;
    if (commit) {
        flush(trace);
        good = !ferror(trace->file);
    }
    good &= fclose(trace->file) == 0;
    good = good && rename(trace->part, trace->path) == 0;
    if (!good)
        remove(trace->part);
    if (!good && commit)
        diagnostics_add(diagnostics, trace->path, "cannot be written (%s), expected room on the disk",
                        strerror(errno));
    free(trace->components);
    free(trace->path);
    free(trace->part);
    free(trace);
    return good || !commit;
}
