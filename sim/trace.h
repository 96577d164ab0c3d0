/* Event trace: what happened in which cycle, as fixed records in a buffer that is written out when full.
 *
 * Off by default; then an event costs one test of a pointer. Nothing reads a trace while the chip runs, it is in no
 * hash, and a traced run ends in the same state as one that is not (tests/oracle). A component that runs ahead writes
 * events of later cycles at once, so records are not in order of cycles: readers sort.
 *
 * File: "NPUTRACE", u32 version 2, u32 chips, mesh columns, rows, cores a tile, u64 with the bits of a double: clock in
 * Hz, u32 count of components, for each component u32 id, u32 index, u32 length and the name of its kind; then records
 * of 16 bytes; last "NPUTREND" and u64 count of records. Little-endian. */
#ifndef NPUSIM_SIM_TRACE_H
#define NPUSIM_SIM_TRACE_H

#include "sim/diagnostics.h"
#include "sim/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

enum trace_kind {
    TRACE_PHASE,     /* value: phase that begins (timestep control: 0 reset, 1 + timestep; TRACE_REST: no sample) */
    TRACE_STATE,     /* value: what the component does from this cycle on. Core, router, processor: its cycle counter;
                        timestep control: enum timestep_state; host interface: 1 waits for credit; address-event port:
                        1 request + 2 output under way */
    TRACE_SPIKE,     /* value: neuron of the core; the cycle in which it leaves the neuron array */
    TRACE_QUEUE_IN,  /* value: events written into the queue */
    TRACE_QUEUE_OUT, /* value: events that leave it */
    TRACE_QUEUE_FULL,/* value: 1 a packet begins to wait in the router because the queue is full, 0 it goes on */
    TRACE_HOP,       /* value: cycles for which the output is taken << 16 | input << 8 | output */
    TRACE_SEND,      /* value: axon of the packet, or address, that enters (from the host or another chip) */
    TRACE_OUTPUT,    /* value: axon of the packet, or address, that leaves (to the host or another chip) */
    TRACE_END,       /* value 0, component 0 of its chip: the first cycle that was not simulated */
    TRACE_KINDS
};

#define TRACE_VERSION 2u
#define TRACE_REST ((UINT32_C(1) << 28) - 1)

struct trace_record {
    uint64_t cycle;
    uint32_t component; /* chip << 24 | id */
    uint32_t kind_value; /* kind << 28 | low 28 bits of the value */
};

/* Of the system, for whoever reads the trace. */
struct trace_system {
    uint32_t chips, columns, rows, cores_per_tile;
    double clock_hz;
};

struct trace; /* trace.c */

/* Begins PATH.part. */
MUST_USE bool trace_open(const char *path, struct trace **out, struct diagnostics *diagnostics);
/* Lists an engine's components, before its first event, and makes it trace. chip < 128; fewer than 2^24 components. */
void trace_attach(struct trace *trace, struct engine *engine, uint32_t chip);
/* Before the first event. */
void trace_describe(struct trace *trace, const struct trace_system *system);
/* The engine has run; its components are settled. */
void trace_end(struct trace *trace, const struct engine *engine);
void trace_add(struct trace *trace, const struct component *component, uint64_t cycle, enum trace_kind kind,
               uint32_t value);
/* Writes the rest and renames PATH.part to PATH; frees the trace. With commit false it removes PATH.part. */
MUST_USE bool trace_close(struct trace *trace, bool commit, struct diagnostics *diagnostics);

static inline bool trace_on(const struct component *component)
{
    return __builtin_expect(component->engine->trace != NULL, 0);
}

static inline void trace_event(const struct component *component, uint64_t cycle, enum trace_kind kind, uint32_t value)
{
    if (trace_on(component))
        trace_add(component->engine->trace, component, cycle, kind, value);
}

/* Cycles from .. to - 1 were spent on `state`. A state that goes on is not written again. */
static inline void trace_state(const struct component *component, uint64_t from, uint64_t to, uint32_t state)
{
    if (trace_on(component) && from < to)
        trace_add(component->engine->trace, component, from, TRACE_STATE, state);
}

#ifdef __cplusplus
}
#endif
#endif
