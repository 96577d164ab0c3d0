/* Chrome's Trace Event Format: a process for each tile, a thread for each component and for what it does beside. */
#include "sim/memory.h"
#include "tools/trace/trace_file.h"
#include <inttypes.h>
#include <stdlib.h>

struct picture {
    const struct trace_file *file;
    FILE *out;
    struct trace_clock clock;
    bool any;               /* an event was written */
    bool *process_named;    /* [chips * (tiles + 1)] */
    bool *row_named;        /* [components][TRACE_ROWS_MAX] */
    uint64_t *began;        /* [signals]: cycle in which the wire rose */
    bool *up;               /* [signals] */
    struct trace_held *held;/* [components] */
    struct phase {
        bool under_way;
        uint32_t phase;
        uint64_t began;
    } *phases;              /* [components] */
    struct depth {
        bool changed;
        int64_t events;
        uint64_t cycle;
    } *depths;              /* [components] */
};

/* ---- who ---- */

static uint32_t process_of(const struct trace_file *file, const struct trace_component *component)
{
    uint32_t tiles = file->system.columns * file->system.rows, tile = trace_component_tile(file, component);
    return component->chip * (tiles + 1) + (tile == UINT32_MAX ? 0 : tile + 1);
}

/* Opens an event; the caller adds members and closes it. */
static void begin_event(struct picture *picture, const char *type, size_t component, uint32_t row)
{
    fprintf(picture->out, "%s\n{\"ph\":\"%s\",\"pid\":%u,\"tid\":%zu", picture->any ? "," : "", type,
            process_of(picture->file, &picture->file->components[component]) + 1,
            component * TRACE_ROWS_MAX + row + 1);
    picture->any = true;
}

static void name_process(struct picture *picture, size_t component)
{
    const struct trace_component *about = &picture->file->components[component];
    uint32_t process = process_of(picture->file, about), tile = trace_component_tile(picture->file, about);
    uint32_t columns = picture->file->system.columns;
    if (picture->process_named[process])
        return;
    picture->process_named[process] = true;
    begin_event(picture, "M", component, 0);
    if (tile == UINT32_MAX)
        fprintf(picture->out, ",\"name\":\"process_name\",\"args\":{\"name\":\"chip %u control\"}}", about->chip);
    else
        fprintf(picture->out, ",\"name\":\"process_name\",\"args\":{\"name\":\"chip %u tile %u (%u,%u)\"}}",
                about->chip, tile, tile % columns, tile / columns);
    begin_event(picture, "M", component, 0);
    fprintf(picture->out, ",\"name\":\"process_sort_index\",\"args\":{\"sort_index\":%u}}", process);
}

static void name_row(struct picture *picture, size_t component, const struct trace_signal *signal)
{
    bool *named = &picture->row_named[component * TRACE_ROWS_MAX + signal->row];
    if (*named)
        return;
    *named = true;
    name_process(picture, component);
    char *label = trace_component_label(&picture->file->components[component]);
    begin_event(picture, "M", component, signal->row);
    fprintf(picture->out, ",\"name\":\"thread_name\",\"args\":{\"name\":\"%s%s%s\"}}", label,
            signal->row_name ? " " : "", signal->row_name ? signal->row_name : "");
    begin_event(picture, "M", component, signal->row);
    fprintf(picture->out, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%zu}}",
            component * TRACE_ROWS_MAX + signal->row);
    free(label);
}

/* ---- when: microseconds, exact decimals ---- */

static void put_time(struct picture *picture, const char *key, uint64_t time)
{
    int digits = -6 - picture->clock.exponent; /* after the point */
    uint64_t scale = 1;
    for (int i = 0; i < digits; i++)
        scale *= 10;
    fprintf(picture->out, ",\"%s\":", key);
    if (digits > 0)
        fprintf(picture->out, "%" PRIu64 ".%0*" PRIu64, time / scale, digits, time % scale);
    else
        fprintf(picture->out, "%" PRIu64 "%.*s", time, -digits, "000000");
}

static void put_begin(struct picture *picture, uint64_t cycle)
{
    put_time(picture, "ts", trace_clock_time(&picture->clock, cycle));
}

static const struct trace_signal *signal_of(const struct picture *picture, size_t component, uint32_t signal)
{
    return &picture->file->signals[picture->file->components[component].kind][signal];
}

static void span(struct picture *picture, size_t component, const struct trace_signal *signal, const char *name,
                 uint64_t begin, uint64_t end)
{
    if (begin >= end)
        return;
    name_row(picture, component, signal);
    begin_event(picture, "X", component, signal->row);
    put_begin(picture, begin);
    put_time(picture, "dur", trace_clock_time(&picture->clock, end) - trace_clock_time(&picture->clock, begin));
    fprintf(picture->out, ",\"name\":\"%s\"", name);
    if (signal->colour)
        fprintf(picture->out, ",\"cname\":\"%s\"", signal->colour);
    fprintf(picture->out, ",\"args\":{\"cycle\":%" PRIu64 ",\"cycles\":%" PRIu64 "}}", begin, end - begin);
}

static void instant(struct picture *picture, size_t component, uint64_t cycle, const char *name, const char *argument,
                    uint32_t value)
{
    name_row(picture, component, &(struct trace_signal){0});
    begin_event(picture, "i", component, 0);
    put_begin(picture, cycle);
    fprintf(picture->out, ",\"s\":\"t\",\"name\":\"%s\",\"args\":{\"cycle\":%" PRIu64 ",\"%s\":%u}}", name, cycle,
            argument, value);
}

/* ---- queues: their depth at the end of a cycle ---- */

static void write_depth(struct picture *picture, size_t component)
{
    struct depth *depth = &picture->depths[component];
    if (!depth->changed)
        return;
    depth->changed = false;
    char *label = trace_component_label(&picture->file->components[component]);
    name_process(picture, component);
    begin_event(picture, "C", component, 0);
    put_begin(picture, depth->cycle);
    fprintf(picture->out, ",\"name\":\"%s queue\",\"args\":{\"events\":%" PRId64 "}}", label, depth->events);
    free(label);
}

static void change_depth(struct picture *picture, size_t component, uint64_t cycle, int64_t delta)
{
    struct depth *depth = &picture->depths[component];
    if (depth->changed && depth->cycle != cycle)
        write_depth(picture, component);
    depth->changed |= delta != 0;
    depth->events += delta;
    depth->cycle = cycle;
}

/* ---- timesteps ---- */

static void end_phase(struct picture *picture, size_t component, uint64_t cycle)
{
    struct phase *phase = &picture->phases[component];
    if (!phase->under_way)
        return;
    phase->under_way = false;
    char *name = phase->phase ? memory_format("timestep %u", phase->phase - 1) : memory_copy_string("reset");
    struct trace_signal row = {.row = 1, .row_name = "timestep", .colour = phase->phase ? NULL : "grey"};
    span(picture, component, &row, name, phase->began, cycle);
    free(name);
}

static void begin_phase(struct picture *picture, size_t component, uint64_t cycle, uint32_t phase)
{
    end_phase(picture, component, cycle);
    picture->phases[component] = (struct phase){phase != TRACE_REST, phase, cycle};
}

/* ---- records ---- */

static void change_wire(struct picture *picture, size_t component, const struct trace_change *change, uint64_t cycle)
{
    const struct trace_signal *signal = signal_of(picture, component, change->signal);
    uint32_t wire = picture->file->components[component].first_signal + change->signal;
    if (change->cycles)
        span(picture, component, signal, signal->name, cycle, cycle + change->cycles);
    else if (change->delta < 0)
        span(picture, component, signal, signal->name, picture->began[wire], cycle);
    picture->up[wire] = change->cycles == 0 && change->delta > 0;
    picture->began[wire] = cycle;
}

static void take_state(struct picture *picture, size_t component, const struct trace_record *record)
{
    struct trace_change changes[TRACE_CHANGES_MAX];
    unsigned count = trace_decode(picture->file, record, &picture->held[component], changes);
    for (unsigned i = 0; i < count; i++)
        change_wire(picture, component, &changes[i], record->cycle);
}

static void take_record(struct picture *picture, const struct trace_record *record)
{
    size_t component = trace_record_component(picture->file, record);
    uint32_t value = trace_record_value(record);
    switch (trace_record_kind(record)) {
    case TRACE_PHASE: begin_phase(picture, component, record->cycle, value); return;
    case TRACE_SPIKE: instant(picture, component, record->cycle, "spike", "neuron", value); return;
    case TRACE_SEND: instant(picture, component, record->cycle, "in", "axon", value); return;
    case TRACE_OUTPUT: instant(picture, component, record->cycle, "out", "axon", value); return;
    case TRACE_QUEUE_IN: change_depth(picture, component, record->cycle, value); return;
    case TRACE_QUEUE_OUT: change_depth(picture, component, record->cycle, -(int64_t)value); return;
    default: take_state(picture, component, record); return;
    }
}

static void write_rest(struct picture *picture)
{
    const struct trace_file *file = picture->file;
    for (size_t i = 0; i < file->component_count; i++) {
        uint64_t end = file->end_cycle[file->components[i].chip];
        write_depth(picture, i);
        end_phase(picture, i, end);
        for (uint32_t s = 0; s < TRACE_SIGNALS_MAX; s++) {
            uint32_t wire = file->components[i].first_signal + s;
            if (picture->up[wire])
                span(picture, i, signal_of(picture, i, s), signal_of(picture, i, s)->name, picture->began[wire], end);
        }
    }
}

void trace_write_chrome(const struct trace_file *file, FILE *out)
{
    struct picture picture = {.file = file, .out = out, .clock = trace_clock_of(file->system.clock_hz)};
    size_t processes = (size_t)file->system.chips * (file->system.columns * file->system.rows + 1);
    picture.process_named = memory_array(processes, sizeof(bool));
    picture.row_named = memory_array(file->component_count * TRACE_ROWS_MAX, sizeof(bool));
    picture.began = memory_array(file->signal_count, sizeof *picture.began);
    picture.up = memory_array(file->signal_count, sizeof *picture.up);
    picture.held = memory_array(file->component_count, sizeof *picture.held);
    picture.phases = memory_array(file->component_count, sizeof *picture.phases);
    picture.depths = memory_array(file->component_count, sizeof *picture.depths);
    fprintf(out, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"clock_hz\":%.17g},\"traceEvents\":[",
            file->system.clock_hz);
    for (size_t i = 0; i < file->record_count; i++)
        take_record(&picture, &file->records[i]);
    write_rest(&picture);
    fprintf(out, "\n]}\n");
    free(picture.process_named);
    free(picture.row_named);
    free(picture.began);
    free(picture.up);
    free(picture.held);
    free(picture.phases);
    free(picture.depths);
}
