/* Timestep control of a chip: starts phases (reset, timesteps) everywhere and finds out when they are over.
 *
 * barrier: a phase is over when no work is outstanding. The tally of outstanding work (cores that are not done, packets that are on
 *   their way, inputs the host still owes) stands for what the nodes of a barrier tree report; the barrier then takes
 *   base + level x levels cycles, levels = ceil(log_arity(tiles)), before the next phase begins everywhere at once.
 * tick: timesteps begin every tick_cycles, whether or not everyone is done; the reset and the end of a sample are
 *   barriers.
 * triggered: timesteps begin when the host says so; there are no samples and no resets.
 * free: there are no timesteps, and nothing to do here.
 *
 * Chips in a row join their barriers by waves: a chip that is quiet, and has the wave of its western neighbour, sends
 * a wave east, behind all its packets; likewise west. A phase is over where both waves have come. Chips can differ by
 * one phase for as long as a wave travels.
 *
 * Not modelled: energy and wires of the tree, other than per barrier. */
#ifndef NPUSIM_MODELS_HOST_TIMESTEP_H
#define NPUSIM_MODELS_HOST_TIMESTEP_H

#include "models/host/host_config.h"
#include "models/host/host_counters.h"
#include "models/packet.h"
#include "sim/signal.h"

enum wave { WAVE_START, WAVE_QUIET }; /* packet.axon of PACKET_WAVE */

/* One side of a chip in the row: what came from that neighbour, what shall be announced to it. */
struct wave_side {
    bool present;
    struct signal heard; /* go value of the neighbour's latest WAVE_QUIET; written by the chip-to-chip link */
    struct signal said;  /* go value to announce; read by the chip-to-chip link */
    uint32_t link_id;    /* component id of that link */
};

enum timestep_state { TIMESTEP_REST, TIMESTEP_RUN, TIMESTEP_RELEASE };

struct timestep {
    struct component component;
    const struct host_config *config;
    uint32_t barrier_cycles;
    uint32_t depth;               /* pipeline depth: chip steps beyond the reference's */
    struct signal command;        /* sample << 32 | steps of the reference; written by the host port or a chip link; -1 at first */
    struct signal go;             /* see packet.h; -1 at first */
    struct signal started;        /* last command obeyed; read by the eastern chip link */
    struct signal ended;          /* number of the last sample that is over; -1 at first; read by the host port */
    struct tally outstanding;
    struct wave_side west, east;
    const uint32_t *participants; /* component ids of cores */
    uint32_t participant_count;
    uint32_t port_id;             /* host port's component id, NEVER_ID without one */
    bool has_port;
    enum timestep_state state;
    int64_t obeyed;               /* last command */
    uint32_t sample, steps, phase;/* steps: on the chip */
    uint64_t act_at;              /* release or next tick */
    uint64_t began;               /* the sample */
    void (*sample_begins)(void *owner); /* for probes */
    void (*sample_over)(void *owner, uint64_t now); /* likewise; everything is quiet */
    void *owner;
    uint64_t *counters;           /* [HOST_COUNTERS], of the chip */
};

void timestep_init(struct timestep *timestep, struct engine *engine, uint32_t index, const struct host_config *config,
                   uint32_t tiles, uint64_t *counters);
/* Begins the next timestep everywhere, seen a cycle later (TIMESTEP_TRIGGERED). */
void timestep_trigger(struct timestep *timestep, uint64_t now);
/* Levels of a tree of `arity` over `leaves`. */
uint32_t barrier_levels(uint32_t leaves, uint32_t arity);

#endif
