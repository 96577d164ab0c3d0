/* The processes of one run that a launcher (mpirun, srun) has started: MPI stands behind this file. A rank runs some
 * of the chips, neighbours in the row of chips, rank 0 the host too; ranks.c of a build without MPI knows one rank.
 *
 * On one machine, lanes.h keeps them together. Else time is kept by windows: the smallest latency of a chip-to-chip
 * link is how far everybody may run without hearing from anybody (conservative synchronisation; Chandy and Misra, "Distributed Simulation", 1979; windows as in Nicol,
 * "The cost of conservative synchronization", 1993). At the end of a window neighbours exchange what crosses their
 * border, everybody says when it has something to do next, and the next window begins at the earliest of these. */
#ifndef NPUSIM_SIM_TOP_RANKS_H
#define NPUSIM_SIM_TOP_RANKS_H

#include "models/host/edge.h"
#include "sim/diagnostics.h"
#include "sim/top/pack.h"

#ifdef __cplusplus
extern "C" {
#endif

bool ranks_possible(void); /* this build has MPI */
/* Joins the other processes that were started together with this one. False, with a message, when there are some and
 * this build has no MPI. */
MUST_USE bool ranks_begin(struct diagnostics *diagnostics);
void ranks_end(void);
uint32_t ranks_count(void); /* 1 without a launcher */
uint32_t ranks_own(void);

/* The largest of all ranks' numbers; everybody waits for everybody. */
int ranks_largest(int number);

enum ranks_side { RANKS_WEST, RANKS_EAST, RANKS_SIDES };

/* What a rank says when it has run up to where it might, and what it is told. */
struct ranks_window {
    uint64_t next;    /* cycle in which something may happen next here, NEVER; afterwards: NEVER when nobody will do anything */
    uint64_t stop_at; /* cycle in which the job ends, NEVER while unknown; afterwards: as far as anybody knows */
    uint64_t horizon; /* afterwards: the cycle to stop before */
    struct edge_queue out[RANKS_SIDES], in[RANKS_SIDES]; /* messages across the borders; `out` is empty afterwards */
};
/* latency: of the links between chips. */
void ranks_exchange(struct ranks_window *window, uint64_t latency);
void ranks_window_free(struct ranks_window *window);

/* A message to rank 0 that it hears when it asks: takes over what is packed, and does not wait. */
void ranks_post(struct packed *packed);
/* The next of these, into a fresh `packed`. False: there is none; it waits for one if it shall. */
bool ranks_hear(bool wait, struct packed *packed);

/* From one to another; the receiver's `packed` is fresh. */
void ranks_send(uint32_t to, const void *bytes, size_t size);
void ranks_receive(uint32_t from, struct packed *packed);

#ifdef __cplusplus
}
#endif
#endif
