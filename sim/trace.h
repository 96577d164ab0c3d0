/* Event trace: what happened in which cycle, as fixed records in a buffer that is written out when full.
 *
 * Off by default; then an event costs one test of a pointer. Nothing reads a trace while the chip runs, it is in no
 * hash, and a traced run ends in the same state as one that is not (tests/oracle). A component that runs ahead writes
 * events of later cycles at once, so records are not in order of cycles: readers sort.
 *
 * File: "NPUTRACE", u32 version 1, u32 count of components, for each component u32 id, u32 index, u32 length and the
 * name of its kind; then records of 16 bytes to the end. Little-endian. */
#ifndef NPUSIM_SIM_TRACE_H
#define NPUSIM_SIM_TRACE_H

#include "sim/diagnostics.h"
#include "sim/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

enum trace_kind {
    TRACE_PHASE,  /* value: phase that begins (core: enum core_phase; timestep control: 0 reset, 1 + timestep) */
    TRACE_SPIKE,  /* value: neuron of the core; the cycle in which it leaves the neuron array */
    TRACE_QUEUE,  /* value: events in the queue after a change */
    TRACE_HOP,    /* value: input port << 8 | output port */
    TRACE_SEND,   /* value: axon of the packet */
    TRACE_KINDS
};

struct trace_record {
    uint64_t cycle;
    uint32_t component; /* chip << 24 | id */
    uint32_t kind_value; /* kind << 28 | low 28 bits of the value */
};

struct trace; /* trace.c */

/* Begins PATH.part. */
MUST_USE bool trace_open(const char *path, struct trace **out, struct diagnostics *diagnostics);
/* Lists an engine's components, before its first event, and makes it trace. chip < 128; fewer than 2^24 components. */
void trace_attach(struct trace *trace, struct engine *engine, uint32_t chip);
void trace_add(struct trace *trace, const struct component *component, uint64_t cycle, enum trace_kind kind,
               uint32_t value);
/* Writes the rest and renames PATH.part to PATH; frees the trace. With commit false it removes PATH.part. */
MUST_USE bool trace_close(struct trace *trace, bool commit, struct diagnostics *diagnostics);

static inline void trace_event(const struct component *component, uint64_t cycle, enum trace_kind kind, uint32_t value)
{
    if (__builtin_expect(component->engine->trace != NULL, 0))
        trace_add(component->engine->trace, component, cycle, kind, value);
}

#ifdef __cplusplus
}
#endif
#endif
