/* A core that goes event by event (core.order: event): a serial crossbar without timesteps. Every event in the queue is
 * carried through all neurons, one weight after the other; leak is an event, too. (Timing: docs/timing.md.)
 *
 * The controller chooses in its idle cycle t, while no output is under way:
 *   1. queue full: its oldest entry;  2. a request: queue its address, or do its leak;  3. its oldest entry
 * An address has two flags above the neuron's number: bit 8 leak (of one neuron, or of all if the number is 255), else
 * bit 9 virtual (bits 7:4 a weight, 3:0 a neuron: one synapse). The queue holds weight and neuron; a virtual event of
 * weight 0 cannot be told from an event of that neuron and is carried through all.
 *   queue       acknowledge in t + accept, next choice `recover` cycles later
 *   leak        read t + 1, write t + c (c = crossbar.cycles) for each neuron, acknowledge in the cycle after the last
 *               write, next choice `recover` cycles later
 *   virtual     read t + 1, write t + c, next choice in the cycle after; the entry leaves with the write
 *   entry       neurons 0 .. last, c cycles each, then one cycle in which the entry leaves, then the next choice
 * A neuron that fires in the write of cycle w is queued at the end of w if `recurrent` (lost if the queue is full), and raises the
 * output in w + 1 (on_fire); or the entry's address is raised in the cycle in which it would leave (on_pop). While the
 * output is under way the neuron that would be read waits, and so does the leaving.
 *
 * Neurons are computed up to the next that fires, and written back as their cycles come (event_core_settle), so the
 * potentials can be looked at in any cycle. */
#ifndef NPUSIM_MODELS_TILE_EVENT_CORE_H
#define NPUSIM_MODELS_TILE_EVENT_CORE_H

#include "models/probe.h"
#include "models/program.h"
#include "models/tile/core_config.h"
#include "models/tile/core_counters.h"
#include "sim/link.h"

enum event_core_phase {
    EVENT_CORE_IDLE,    /* chooses in cycle `act` or later */
    EVENT_CORE_GOES,    /* through neurons; `act`: the next write of one that fires, or the last write */
    EVENT_CORE_WAITS,   /* for the output, with neurons left */
    EVENT_CORE_ANSWERS, /* acknowledges in cycle `act` + 1 */
    EVENT_CORE_LEAVES   /* the entry leaves in cycle `act`, or when the output is free */
};
enum event_core_work { WORK_ENTRY, WORK_VIRTUAL, WORK_LEAK };

struct event_core {
    struct component component;
    const struct core_config *config;
    const struct core_program *program;
    int16_t *weights;               /* [axons][neurons] */
    uint32_t weights_per_word;
    const struct neuron_group **group_of; /* [neurons] */
    int32_t *potential;             /* [neurons], as written so far */
    struct link *request, *release, *out;
    struct probe *probe;
    /* state */
    uint32_t *queue;                /* [queue_depth] ring of addresses */
    uint32_t queue_head, queue_count;
    enum event_core_phase phase;
    enum event_core_work work;
    uint32_t address;               /* of the leak, or the entry, under way */
    uint32_t first, last;           /* neurons left to write */
    uint32_t fires;                 /* the first of them that fires; last + 1: none */
    uint64_t read_at;               /* cycle in which `first` is read */
    uint64_t act;
    bool output_busy;
    uint64_t accounted;
    uint64_t counters[CORE_COUNTERS];
};

void event_core_init(struct event_core *core, struct engine *engine, uint32_t index, const struct core_config *config,
                     const struct core_program *program);
void event_core_free(struct event_core *core);
void event_core_settle(struct event_core *core, uint64_t now);

#endif
