#include "sim/trace.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TRACE_BUFFER 65536u
#define TRACE_CHIPS 128u
#define NO_STATE UINT8_MAX

/* The list of components comes first in the file: all engines are attached before the first full buffer. It is kept
 * here because the engines are gone when a short trace is written out. */
struct trace {
    char *path, *part;
    FILE *file;
    struct listed {
        uint32_t id, index;
        const char *name;
        uint8_t state; /* written last */
    } *components;
    size_t component_count, component_capacity;
    struct trace_system system;
    size_t first[TRACE_CHIPS]; /* in `components`, of a chip's */
    bool begun;
    uint64_t written;
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
    must(!trace->begun && chip < TRACE_CHIPS && engine->count < 1u << 24);
    size_t count = trace->component_count + engine->count;
    trace->components = memory_grow(trace->components, &trace->component_capacity, count, sizeof *trace->components);
    trace->first[chip] = trace->component_count;
    for (uint32_t id = 0; id < engine->count; id++)
        trace->components[trace->component_count++] =
            (struct listed){chip << 24 | id, engine->component[id]->index, engine->component[id]->class_of->name,
                            NO_STATE};
    engine->trace = trace;
    engine->trace_chip = chip;
}

void trace_describe(struct trace *trace, const struct trace_system *system)
{
    must(!trace->begun);
    trace->system = *system;
}

void trace_end(struct trace *trace, const struct engine *engine)
{
    trace_add(trace, engine->component[0], engine->now, TRACE_END, 0);
}

static void put_u32(FILE *file, uint32_t value)
{
    unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8), (unsigned char)(value >> 16),
                              (unsigned char)(value >> 24)};
    fwrite(bytes, 1, sizeof bytes, file); /* errors show in ferror at the end */
}

static void put_u64(FILE *file, uint64_t value)
{
    put_u32(file, (uint32_t)value);
    put_u32(file, (uint32_t)(value >> 32));
}

static void write_header(struct trace *trace)
{
    uint64_t clock;
    memcpy(&clock, &trace->system.clock_hz, sizeof clock);
    fwrite("NPUTRACE", 1, 8, trace->file);
    put_u32(trace->file, TRACE_VERSION);
    put_u32(trace->file, trace->system.chips);
    put_u32(trace->file, trace->system.columns);
    put_u32(trace->file, trace->system.rows);
    put_u32(trace->file, trace->system.cores_per_tile);
    put_u64(trace->file, clock);
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
        put_u64(trace->file, record->cycle);
        put_u32(trace->file, record->component);
        put_u32(trace->file, record->kind_value);
    }
    trace->written += trace->count;
    trace->count = 0;
}

static bool known(struct trace *trace, uint32_t chip, uint32_t id, uint32_t state)
{
    struct listed *listed = &trace->components[trace->first[chip] + id];
    must(state < NO_STATE);
    if (listed->state == state)
        return true;
    listed->state = (uint8_t)state;
    return false;
}

void trace_add(struct trace *trace, const struct component *component, uint64_t cycle, enum trace_kind kind,
               uint32_t value)
{
    if (kind == TRACE_STATE && known(trace, component->engine->trace_chip, component->id, value))
        return;
    if (trace->count == TRACE_BUFFER)
        flush(trace);
    trace->buffer[trace->count++] =
        (struct trace_record){cycle, component->engine->trace_chip << 24 | component->id,
                              (uint32_t)kind << 28 | (value & TRACE_REST)};
}

bool trace_close(struct trace *trace, bool commit, struct diagnostics *diagnostics)
{
    bool good = commit;
    if (commit) {
        flush(trace);
        fwrite("NPUTREND", 1, 8, trace->file);
        put_u64(trace->file, trace->written);
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
