/* An event trace (sim/trace.h), read back: every number checked, records in order of cycles, and what they mean as
 * changes of signals. */
#ifndef NPUSIM_TOOLS_TRACE_TRACE_FILE_H
#define NPUSIM_TOOLS_TRACE_TRACE_FILE_H

#include "sim/diagnostics.h"
#include "sim/trace.h"
#include <stdio.h>

/* Largest file that is read; memory needed is twice its size. */
#define TRACE_FILE_MAX ((size_t)1 << 30)

enum trace_component_kind {
    TRACED_TIMESTEP, TRACED_HOST, TRACED_ADDRESS_EVENTS, TRACED_CHIP_LINK, TRACED_ROUTER, TRACED_MERGE_ROUTER,
    TRACED_CORE, TRACED_PROCESSOR, TRACED_KINDS
};

#define TRACE_CORES_MAX 9u /* of a tile: a router has 16 ports */
#define TRACE_SIGNALS_MAX 24u
#define TRACE_ROWS_MAX 20u

/* A wire is 0 or 1, a number counts. Wires of one row are never 1 at once. */
struct trace_signal {
    const char *name;   /* NULL: the number is not used */
    const char *row_name; /* NULL: the row of the component itself */
    const char *colour; /* of a span in the trace viewer, a reserved name of Chrome's; NULL: its choice */
    uint32_t row;       /* < TRACE_ROWS_MAX */
    bool number;
    int32_t initial;
};

struct trace_component {
    uint32_t chip, id, index;
    enum trace_component_kind kind;
    uint32_t first_signal; /* of the file's */
};

struct trace_file {
    struct trace_system system;
    struct trace_component *components; /* chip by chip, ids ascending */
    size_t component_count;
    size_t chip_first[128];             /* in `components` */
    struct trace_record *records;       /* by cycle; in the file's order within a cycle */
    size_t record_count;
    uint64_t *end_cycle;                /* [chips]: the first that was not simulated */
    struct trace_signal signals[TRACED_KINDS][TRACE_SIGNALS_MAX];
    uint32_t signal_count;              /* of all components */
};

MUST_USE bool trace_file_read(const char *path, struct trace_file *out, struct diagnostics *diagnostics);
void trace_file_free(struct trace_file *file);

/* ---- what the kinds of components are (signals.c) ---- */

/* TRACED_KINDS when the name is unknown. */
enum trace_component_kind trace_kind_of(const char *name, size_t length);
/* "core12", "router": within its tile or, for what belongs to the chip, within "control". Fresh. */
char *trace_component_label(const struct trace_component *component);
/* Tile on its chip, or UINT32_MAX for what belongs to the chip. */
uint32_t trace_component_tile(const struct trace_file *file, const struct trace_component *component);
void trace_signals_name(struct trace_file *file);
/* Does this kind of component write such a record? */
bool trace_record_fits(const struct trace_file *file, enum trace_component_kind kind, enum trace_kind record,
                       uint32_t value);

static inline enum trace_kind trace_record_kind(const struct trace_record *record)
{
    return (enum trace_kind)(record->kind_value >> 28);
}
static inline uint32_t trace_record_value(const struct trace_record *record)
{
    return record->kind_value & TRACE_REST;
}
static inline size_t trace_record_component(const struct trace_file *file, const struct trace_record *record)
{
    return file->chip_first[record->component >> 24] + (record->component & 0xffffff);
}

/* A signal of a component changes by `delta`; after `cycles` it changes back (0: it stays). */
struct trace_change {
    uint32_t signal; /* of its component's */
    int32_t delta;
    uint32_t cycles;
};
#define TRACE_CHANGES_MAX 4

/* What holds a component's signals until the next record; zero at first. */
struct trace_held {
    uint64_t wires;
    int32_t timestep; /* + 1 */
};
/* What a record changes. Returns how many. */
unsigned trace_decode(const struct trace_file *file, const struct trace_record *record, struct trace_held *held,
                      struct trace_change out[TRACE_CHANGES_MAX]);

/* ---- time ---- */

/* Time in steps of `unit` seconds, a power of ten: 1000 of them or more are in a cycle. */
struct trace_clock {
    double hz;
    int exponent; /* unit = 10^exponent s, -15 .. 0 */
};
struct trace_clock trace_clock_of(double hz);
uint64_t trace_clock_time(const struct trace_clock *clock, uint64_t cycle);

/* ---- conversions; an error of `out` shows in ferror ---- */

/* Value change dump (IEEE 1364-2001, clause 18). neurons: a wire for each neuron that spikes. */
void trace_write_vcd(const struct trace_file *file, bool neurons, FILE *out);
/* Chrome's Trace Event Format (JSON object format). */
void trace_write_chrome(const struct trace_file *file, FILE *out);

#endif
