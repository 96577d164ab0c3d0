/* Value change dump: every signal of every component, in scopes chip, tile, component. */
#include "sim/memory.h"
#include "tools/trace/trace_file.h"
#include <inttypes.h>
#include <stdlib.h>

/* A signal that will change back. */
struct due {
    uint64_t cycle;
    uint32_t signal;
    int32_t delta;
};

struct dump {
    const struct trace_file *file;
    FILE *out;
    struct trace_clock clock;
    uint64_t *neurons;      /* component << 32 | neuron, sorted; wires after all signals */
    size_t neuron_count;
    int64_t *value, *written;
    uint32_t *touched;      /* since the last cycle written */
    bool *is_touched;
    size_t touched_count;
    uint64_t written_cycle; /* the last one */
    struct due *heap;       /* earliest first */
    size_t heap_count, heap_capacity;
    struct trace_held *held; /* [components] */
};

static void identifier(uint32_t signal, char out[8])
{
    int length = 0;
    do {
        out[length++] = (char)('!' + signal % 94);
        signal /= 94;
    } while (signal);
    out[length] = '\0';
}

/* ---- neurons that spike ---- */

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t neuron_of(const struct trace_file *file, const struct trace_record *record)
{
    return (uint64_t)trace_record_component(file, record) << 32 | trace_record_value(record);
}

static void list_neurons(struct dump *dump)
{
    const struct trace_file *file = dump->file;
    size_t capacity = 0, count = 0;
    for (size_t i = 0; i < file->record_count; i++) {
        if (trace_record_kind(&file->records[i]) != TRACE_SPIKE)
            continue;
        dump->neurons = memory_grow(dump->neurons, &capacity, count + 1, sizeof *dump->neurons);
        dump->neurons[count++] = neuron_of(file, &file->records[i]);
    }
    if (count)
        qsort(dump->neurons, count, sizeof *dump->neurons, by_number);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || dump->neurons[i] != dump->neurons[i - 1])
            dump->neurons[dump->neuron_count++] = dump->neurons[i];
}

/* ---- declarations ---- */

static void declare(struct dump *dump, const char *type, uint32_t signal, const char *name)
{
    char id[8];
    identifier(signal, id);
    fprintf(dump->out, "$var %s %s %s $end\n", type, id, name);
}

static void declare_component(struct dump *dump, size_t number)
{
    const struct trace_component *component = &dump->file->components[number];
    char *label = trace_component_label(component);
    fprintf(dump->out, "$scope module %s $end\n", label);
    free(label);
    for (uint32_t i = 0; i < TRACE_SIGNALS_MAX; i++) {
        const struct trace_signal *signal = &dump->file->signals[component->kind][i];
        if (signal->name)
            declare(dump, signal->number ? "integer 32" : "wire 1", component->first_signal + i, signal->name);
    }
    for (size_t i = 0; i < dump->neuron_count; i++)
        if (dump->neurons[i] >> 32 == number) {
            char *name = memory_format("neuron%u", (uint32_t)dump->neurons[i]);
            declare(dump, "wire 1", dump->file->signal_count + (uint32_t)i, name);
            free(name);
        }
    fprintf(dump->out, "$upscope $end\n");
}

static void declare_tile(struct dump *dump, uint32_t chip, uint32_t tile)
{
    const struct trace_file *file = dump->file;
    size_t end = chip + 1 < file->system.chips ? file->chip_first[chip + 1] : file->component_count;
    if (tile == UINT32_MAX)
        fprintf(dump->out, "$scope module control $end\n");
    else
        fprintf(dump->out, "$scope module tile%u_x%u_y%u $end\n", tile, tile % file->system.columns,
                tile / file->system.columns);
    for (size_t i = file->chip_first[chip]; i < end; i++)
        if (trace_component_tile(file, &file->components[i]) == tile)
            declare_component(dump, i);
    fprintf(dump->out, "$upscope $end\n");
}

static void declare_all(struct dump *dump)
{
    static const char *const units[] = {"s", "ms", "us", "ns", "ps", "fs"};
    const struct trace_system *system = &dump->file->system;
    int below = -dump->clock.exponent, unit = (below + 2) / 3, factor = 3 * unit - below;
    fprintf(dump->out, "$version npusim " NPUSIM_VERSION " $end\n$comment clock %.17g Hz $end\n$timescale %s %s $end\n",
            system->clock_hz, factor == 0 ? "1" : factor == 1 ? "10" : "100", units[unit]);
    for (uint32_t chip = 0; chip < system->chips; chip++) {
        fprintf(dump->out, "$scope module chip%u $end\n", chip);
        declare_tile(dump, chip, UINT32_MAX);
        for (uint32_t tile = 0; tile < system->columns * system->rows; tile++)
            declare_tile(dump, chip, tile);
        fprintf(dump->out, "$upscope $end\n");
    }
    fprintf(dump->out, "$enddefinitions $end\n");
}

/* ---- values ---- */

static bool is_number(const struct dump *dump, uint32_t signal)
{
    if (signal >= dump->file->signal_count)
        return false;
    const struct trace_component *component = &dump->file->components[signal / TRACE_SIGNALS_MAX];
    return dump->file->signals[component->kind][signal % TRACE_SIGNALS_MAX].number;
}

static void write_value(struct dump *dump, uint32_t signal)
{
    char id[8], bits[33];
    int length = 0;
    identifier(signal, id);
    if (!is_number(dump, signal)) {
        fprintf(dump->out, "%c%s\n", dump->value[signal] ? '1' : '0', id);
        return;
    }
    uint32_t value = (uint32_t)dump->value[signal];
    for (int bit = value ? 31 - __builtin_clz(value) : 0; bit >= 0; bit--)
        bits[length++] = value >> bit & 1 ? '1' : '0';
    bits[length] = '\0';
    fprintf(dump->out, "b%s %s\n", bits, id);
}

static void write_first_values(struct dump *dump)
{
    const struct trace_file *file = dump->file;
    fprintf(dump->out, "#0\n$dumpvars\n");
    for (uint32_t signal = 0; signal < file->signal_count + dump->neuron_count; signal++) {
        if (signal < file->signal_count) {
            const struct trace_component *component = &file->components[signal / TRACE_SIGNALS_MAX];
            const struct trace_signal *row = &file->signals[component->kind][signal % TRACE_SIGNALS_MAX];
            if (!row->name)
                continue;
            dump->value[signal] = dump->written[signal] = row->initial;
        }
        write_value(dump, signal);
    }
    fprintf(dump->out, "$end\n");
}

static void change(struct dump *dump, uint32_t signal, int32_t delta)
{
    dump->value[signal] += delta;
    if (!dump->is_touched[signal])
        dump->touched[dump->touched_count++] = signal;
    dump->is_touched[signal] = true;
}

static void write_cycle(struct dump *dump, uint64_t cycle)
{
    for (size_t i = 0; i < dump->touched_count; i++) {
        uint32_t signal = dump->touched[i];
        dump->is_touched[signal] = false;
        if (dump->value[signal] == dump->written[signal])
            continue;
        if (cycle > dump->written_cycle)
            fprintf(dump->out, "#%" PRIu64 "\n", trace_clock_time(&dump->clock, cycle));
        dump->written_cycle = cycle;
        write_value(dump, signal);
        dump->written[signal] = dump->value[signal];
    }
    dump->touched_count = 0;
}

/* ---- the heap of what changes back ---- */

static void put_due(struct dump *dump, struct due due)
{
    dump->heap = memory_grow(dump->heap, &dump->heap_capacity, dump->heap_count + 1, sizeof *dump->heap);
    size_t hole = dump->heap_count++;
    for (; hole > 0 && due.cycle < dump->heap[(hole - 1) / 2].cycle; hole = (hole - 1) / 2)
        dump->heap[hole] = dump->heap[(hole - 1) / 2];
    dump->heap[hole] = due;
}

static struct due take_due(struct dump *dump)
{
    struct due first = dump->heap[0], last = dump->heap[--dump->heap_count];
    size_t hole = 0;
    for (size_t child = 1; child < dump->heap_count; child = 2 * hole + 1) {
        if (child + 1 < dump->heap_count && dump->heap[child + 1].cycle < dump->heap[child].cycle)
            child++;
        if (last.cycle <= dump->heap[child].cycle)
            break;
        dump->heap[hole] = dump->heap[child];
        hole = child;
    }
    dump->heap[hole] = last;
    return first;
}

/* ---- records ---- */

static void pulse(struct dump *dump, uint64_t cycle, uint32_t signal, int32_t delta, uint32_t cycles)
{
    change(dump, signal, delta);
    if (cycles)
        put_due(dump, (struct due){cycle + cycles, signal, -delta});
}

static void take_record(struct dump *dump, const struct trace_record *record)
{
    struct trace_change changes[TRACE_CHANGES_MAX];
    size_t component = trace_record_component(dump->file, record);
    unsigned count = trace_decode(dump->file, record, &dump->held[component], changes);
    for (unsigned i = 0; i < count; i++)
        pulse(dump, record->cycle, dump->file->components[component].first_signal + changes[i].signal,
              changes[i].delta, changes[i].cycles);
    if (dump->neuron_count && trace_record_kind(record) == TRACE_SPIKE) {
        uint64_t key = neuron_of(dump->file, record);
        const uint64_t *found = bsearch(&key, dump->neurons, dump->neuron_count, sizeof key, by_number);
        pulse(dump, record->cycle, dump->file->signal_count + (uint32_t)(found - dump->neurons), 1, 1);
    }
}

static void write_changes(struct dump *dump)
{
    const struct trace_file *file = dump->file;
    uint64_t cycle = 0;
    for (size_t i = 0; i < file->record_count || dump->heap_count;) {
        uint64_t next = i < file->record_count ? file->records[i].cycle : UINT64_MAX;
        if (dump->heap_count && dump->heap[0].cycle < next)
            next = dump->heap[0].cycle;
        cycle = next;
        while (dump->heap_count && dump->heap[0].cycle == cycle) {
            struct due due = take_due(dump);
            change(dump, due.signal, due.delta);
        }
        for (; i < file->record_count && file->records[i].cycle == cycle; i++)
            take_record(dump, &file->records[i]);
        write_cycle(dump, cycle);
    }
    if (cycle > dump->written_cycle)
        fprintf(dump->out, "#%" PRIu64 "\n", trace_clock_time(&dump->clock, cycle));
}

void trace_write_vcd(const struct trace_file *file, bool neurons, FILE *out)
{
    struct dump dump = {.file = file, .out = out, .clock = trace_clock_of(file->system.clock_hz)};
    if (neurons)
        list_neurons(&dump);
    size_t signals = file->signal_count + dump.neuron_count;
    dump.value = memory_array(signals, sizeof *dump.value);
    dump.written = memory_array(signals, sizeof *dump.written);
    dump.touched = memory_array(signals, sizeof *dump.touched);
    dump.is_touched = memory_array(signals, sizeof *dump.is_touched);
    dump.held = memory_array(file->component_count, sizeof *dump.held);
    declare_all(&dump);
    write_first_values(&dump);
    write_changes(&dump);
    free(dump.neurons);
    free(dump.value);
    free(dump.written);
    free(dump.touched);
    free(dump.is_touched);
    free(dump.heap);
    free(dump.held);
}
