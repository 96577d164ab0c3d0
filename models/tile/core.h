/* A core: event queue -> synapse array -> neuron array -> axon output, one component.
 *
 * A timestep of a core, from the cycle c in which it sees the go signal:
 *   c ..                    synapse array handles the events queued for this timestep (synapse_array.h)
 *   then                    neuron array updates all neurons (neuron_array.h); on a shared processor it first waits
 *                           for its grant and spends processor_start cycles on the hand-over
 *   from the first spike    axon output sends packets (axon_output.h), while the sweep goes on
 *   when all has left       the core is done and waits for the barrier or the tick
 * Packets that arrive in the meantime are queued for the timestep they name, one a cycle; a full queue makes them wait in the
 * router (stall) or loses them (drop). A population works in timesteps depth .. depth + steps - 1 only.
 *
 * Under the timestep mode `tick` a go that comes too early is counted as an overrun and obeyed when the core is done;
 * an event that comes after its timestep began is used in the next one and counted as late.
 *
 * Not modelled: a bounded FIFO between neuron array and axon output; learning. */
#ifndef NPUSIM_MODELS_TILE_CORE_H
#define NPUSIM_MODELS_TILE_CORE_H

#include "models/probe.h"
#include "models/tile/axon_output.h"
#include "models/tile/event_queue.h"
#include "models/tile/neuron_array.h"
#include "models/tile/synapse_array.h"

/* A core promises its router to take up to so many flits, as far as its queue has room: it is then woken for one packet
 * in as many. */
#define CORE_PROMISED_FLITS 56u
/* So many flits of a spike's packets it can announce at once. */
#define CORE_ANNOUNCED_FLITS 56u

enum core_phase {
    CORE_RESTS,   /* done with what the go signal asked for */
    CORE_CLEARS,  /* reset until phase_end */
    CORE_DRAINS,  /* synapses until phase_end, then the processor must be asked */
    CORE_ASKS,    /* for the processor */
    CORE_SWEEPS   /* neurons until phase_end; with the array at the column edge the synapses until drain_end before */
};

struct core {
    struct component component;
    const struct core_config *config;
    const struct core_program *program;
    struct event_queue queue;
    struct synapse_array synapses;
    struct neuron_array neurons;
    struct axon_output output;
    struct link *in;                 /* from the router */
    struct link *to_processor, *from_processor; /* NULL: neurons at the column edge */
    const struct signal *go;
    const struct signal *command;    /* of the sample under way: number << 32 | timesteps */
    struct tally *outstanding;       /* of the chip; the core's own part of a phase counts 1 */
    struct probe *probe;
    bool ticked;                     /* timestep mode tick */
    bool takes_part;                 /* it holds neurons, relays or axons */
    bool values;                     /* its population is read out by value */
    uint32_t first_step;             /* pipeline depth of its population */
    uint32_t steps;                  /* of the sample, in the reference's time */
    /* state */
    int64_t seen_go;                 /* last go signal looked at */
    int64_t obeyed;                  /* last phase begun */
    enum core_phase phase;
    uint32_t step;                   /* present timestep */
    uint32_t slot;                   /* of the queue, for this timestep */
    uint64_t drain_end, phase_end;
    uint64_t began, events_before;   /* of the present timestep: first cycle, synaptic events counted before it */
    bool in_blocked;                 /* the packet in front waits for room in the queue */
    uint64_t in_blocked_since;
    uint64_t accounted;              /* cycles before this are in the cycle counters */
    uint64_t counters[CORE_COUNTERS];
};

/* config, program and the fields set by the builder (links, go, outstanding, probe, tables of `output`) must outlive the core. */
void core_init(struct core *core, struct engine *engine, uint32_t index, const struct core_config *config,
               const struct core_program *program);
/* When its links to and from the router are set, before anything travels. */
void core_widen_links(struct core *core);
void core_free(struct core *core);
/* Brings the cycle counters and the event queue up to `now`. */
void core_settle(struct core *core, uint64_t now);

#endif
