/* Reads a trace. It is a hostile file: nothing is used before it was checked. */
#include "tools/trace/trace_file.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_BYTES 16u
#define CYCLE_MAX (UINT64_C(1) << 48)

struct reader {
    const char *path;
    const unsigned char *bytes;
    size_t at, size;
    struct diagnostics *diagnostics;
};

static uint32_t u32_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint64_t u64_at(const unsigned char *bytes)
{
    return u32_at(bytes) | (uint64_t)u32_at(bytes + 4) << 32;
}

static bool truncated(const struct reader *reader)
{
    return diagnostics_add(reader->diagnostics, reader->path, "ends at byte %zu, expected a whole trace",
                           reader->size);
}

static bool take_u32(struct reader *reader, uint32_t minimum, uint32_t maximum, const char *what, uint32_t *out)
{
    if (reader->size - reader->at < 4)
        return truncated(reader);
    *out = u32_at(reader->bytes + reader->at);
    reader->at += 4;
    if (*out < minimum || *out > maximum)
        return diagnostics_add(reader->diagnostics, reader->path, "%s is %u, expected %u to %u", what, *out, minimum,
                               maximum);
    return true;
}

static bool take_clock(struct reader *reader, double *out)
{
    if (reader->size - reader->at < 8)
        return truncated(reader);
    uint64_t bits = u64_at(reader->bytes + reader->at);
    memcpy(out, &bits, sizeof bits);
    reader->at += 8;
    if (!(isfinite(*out) && *out >= 1 && *out <= 1e12))
        return diagnostics_add(reader->diagnostics, reader->path, "clock is %g Hz, expected 1 to 1e12", *out);
    return true;
}

static bool read_system(struct reader *reader, struct trace_system *system)
{
    uint32_t version;
    if (reader->size < 8 || memcmp(reader->bytes, "NPUTRACE", 8))
        return diagnostics_add(reader->diagnostics, reader->path,
                               "is no trace, expected a file that npusim run --trace wrote");
    reader->at = 8;
    return take_u32(reader, TRACE_VERSION, TRACE_VERSION, "version", &version) &&
           take_u32(reader, 1, 128, "count of chips", &system->chips) &&
           take_u32(reader, 1, 256, "count of mesh columns", &system->columns) &&
           take_u32(reader, 1, 256, "count of mesh rows", &system->rows) &&
           take_u32(reader, 1, TRACE_CORES_MAX, "count of cores a tile", &system->cores_per_tile) &&
           take_clock(reader, &system->clock_hz);
}

/* ---- components ---- */

static uint32_t index_limit(const struct trace_system *system, enum trace_component_kind kind)
{
    uint32_t tiles = system->columns * system->rows;
    return kind == TRACED_CORE ? tiles * system->cores_per_tile : kind >= TRACED_ROUTER ? tiles : 2 * system->chips;
}

/* Listed chip by chip, in the order of ids. */
static bool number_fits(const struct trace_file *file, uint32_t chip, uint32_t id)
{
    const struct trace_component *last = file->component_count ? &file->components[file->component_count - 1] : NULL;
    if (last && last->chip == chip)
        return id == last->id + 1;
    return id == 0 && chip == (last ? last->chip + 1 : 0) && chip < file->system.chips;
}

static bool read_component(struct reader *reader, struct trace_file *file)
{
    uint32_t number, index, length;
    if (!take_u32(reader, 0, UINT32_MAX, "component", &number) ||
        !take_u32(reader, 0, UINT32_MAX, "index of a component", &index) ||
        !take_u32(reader, 1, 64, "length of a component's name", &length))
        return false;
    if (reader->size - reader->at < length)
        return truncated(reader);
    enum trace_component_kind kind = trace_kind_of((const char *)reader->bytes + reader->at, length);
    reader->at += length;
    if (kind == TRACED_KINDS)
        return diagnostics_add(reader->diagnostics, reader->path, "component %zu: unknown kind, expected one of this "
                               "version's", file->component_count);
    uint32_t chip = number >> 24, id = number & 0xffffff;
    if (!number_fits(file, chip, id))
        return diagnostics_add(reader->diagnostics, reader->path, "component %zu: number %08x, expected them in order",
                               file->component_count, number);
    if (index >= index_limit(&file->system, kind))
        return diagnostics_add(reader->diagnostics, reader->path, "component %zu: index %u, expected less than %u",
                               file->component_count, index, index_limit(&file->system, kind));
    if (id == 0)
        file->chip_first[chip] = file->component_count;
    file->components[file->component_count++] =
        (struct trace_component){.chip = chip, .id = id, .index = index, .kind = kind};
    return true;
}

static bool read_components(struct reader *reader, struct trace_file *file)
{
    uint32_t count;
    if (!take_u32(reader, file->system.chips, UINT32_MAX, "count of components", &count))
        return false;
    if (count > (reader->size - reader->at) / 13) /* 12 bytes and a letter each */
        return diagnostics_add(reader->diagnostics, reader->path,
                               "count of components is %u, expected as many as fit into the file", count);
    file->components = memory_array(count, sizeof *file->components);
    for (uint32_t i = 0; i < count; i++)
        if (!read_component(reader, file))
            return false;
    if (file->components[count - 1].chip + 1 != file->system.chips)
        return diagnostics_add(reader->diagnostics, reader->path, "components of %u chips, expected %u",
                               file->components[count - 1].chip + 1, file->system.chips);
    return true;
}

/* ---- records ---- */

static bool record_exists(const struct trace_file *file, const struct trace_record *record)
{
    uint32_t chip = record->component >> 24, id = record->component & 0xffffff;
    if (chip >= file->system.chips || trace_record_kind(record) >= TRACE_KINDS || record->cycle > CYCLE_MAX)
        return false;
    size_t next = chip + 1 < file->system.chips ? file->chip_first[chip + 1] : file->component_count;
    if (id >= next - file->chip_first[chip])
        return false;
    const struct trace_component *component = &file->components[file->chip_first[chip] + id];
    return trace_record_fits(file, component->kind, trace_record_kind(record), trace_record_value(record));
}

static bool read_record(const struct reader *reader, struct trace_file *file, size_t number)
{
    const unsigned char *bytes = reader->bytes + reader->at + number * RECORD_BYTES;
    struct trace_record *record = &file->records[number];
    *record = (struct trace_record){u64_at(bytes), u32_at(bytes + 8), u32_at(bytes + 12)};
    if (!record_exists(file, record))
        return diagnostics_add(reader->diagnostics, reader->path,
                               "record %zu: cycle %llu, component %08x, kind and value %08x, expected what this "
                               "component can do", number, (unsigned long long)record->cycle, record->component,
                               record->kind_value);
    if (trace_record_kind(record) == TRACE_END)
        file->end_cycle[record->component >> 24] = record->cycle;
    return true;
}

static bool read_records(struct reader *reader, struct trace_file *file)
{
    size_t left = reader->size - reader->at, count = left / RECORD_BYTES;
    const unsigned char *end = reader->bytes + reader->size - RECORD_BYTES;
    if (left % RECORD_BYTES || count == 0 || memcmp(end, "NPUTREND", 8))
        return truncated(reader);
    count--;
    if (u64_at(end + 8) != count)
        return diagnostics_add(reader->diagnostics, reader->path, "%zu records, expected %llu", count,
                               (unsigned long long)u64_at(end + 8));
    file->records = memory_array(count, sizeof *file->records);
    file->record_count = count;
    file->end_cycle = memory_array(file->system.chips, sizeof *file->end_cycle);
    for (size_t i = 0; i < count; i++)
        if (!read_record(reader, file, i))
            return false;
    for (uint32_t chip = 0; chip < file->system.chips; chip++)
        if (file->end_cycle[chip] == 0)
            return diagnostics_add(reader->diagnostics, reader->path, "no end of chip %u, expected one", chip);
    return true;
}

/* Merges two neighbouring runs; stable. */
static void merge(const struct trace_record *from, struct trace_record *to, size_t begin, size_t middle, size_t end)
{
    size_t left = begin, right = middle;
    for (size_t i = begin; i < end; i++)
        if (right == end || (left < middle && from[left].cycle <= from[right].cycle))
            to[i] = from[left++];
        else
            to[i] = from[right++];
}

static void sort_by_cycle(struct trace_file *file)
{
    size_t count = file->record_count;
    struct trace_record *other = memory_array(count, sizeof *other);
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t begin = 0; begin < count; begin += 2 * width) {
            size_t middle = begin + width < count ? begin + width : count;
            size_t end = begin + 2 * width < count ? begin + 2 * width : count;
            merge(file->records, other, begin, middle, end);
        }
        struct trace_record *sorted = other;
        other = file->records;
        file->records = sorted;
    }
    free(other);
}

bool trace_file_read(const char *path, struct trace_file *out, struct diagnostics *diagnostics)
{
    unsigned char *bytes;
    struct reader reader = {.path = path, .diagnostics = diagnostics};
    *out = (struct trace_file){0};
    if (!file_read(path, TRACE_FILE_MAX, &bytes, &reader.size, diagnostics))
        return false;
    reader.bytes = bytes;
    bool good = read_system(&reader, &out->system) && read_components(&reader, out);
    if (good) {
        trace_signals_name(out);
        good = read_records(&reader, out);
    }
    free(bytes);
    if (good)
        sort_by_cycle(out);
    else
        trace_file_free(out);
    return good;
}

void trace_file_free(struct trace_file *file)
{
    free(file->components);
    free(file->records);
    free(file->end_cycle);
    *file = (struct trace_file){0};
}
