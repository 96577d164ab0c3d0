/* How the processes of one machine keep time together (ranks.h), in memory that they share: no call and no copy between
 * two of them, only words that one writes and others read.
 *
 * Each promises its neighbours a cycle before which nothing from it will arrive any more; a process may run every cycle
 * before the smallest promise that it has been given (null messages: Chandy and Misra, "Distributed Simulation", 1979).
 * Nobody waits for a neighbour to finish the same window: two may be as far apart as their link's latency. When nobody
 * has anything to do before some cycle, which a consistent look at all of them shows, promises go on from there, so idle
 * time costs nothing; and when nobody has anything to do at all, everybody sees that too. */
#ifndef NPUSIM_SIM_TOP_LANES_H
#define NPUSIM_SIM_TOP_LANES_H

#include "sim/top/ranks.h"

/* What one process writes and all read; to be zeroed before anybody begins. */
struct lanes_slot;
size_t lanes_slot_bytes(void);

struct lanes {
    struct lanes_slot *const *slots; /* [count], of the processes in the row */
    uint32_t own, count;
    uint64_t sent[RANKS_SIDES], received[RANKS_SIDES]; /* messages so far */
    uint64_t promised;
};

/* From the end of what was run to the next cycles to run: window->out goes out, what has come is added to window->in.
 * Waits until the next thing to do, here in window->next, or in a message, lies before what the neighbours allow; then
 * window->next is its cycle and window->horizon the cycle to stop before, at most `piece` later. NEVER: nobody will do
 * anything. Returns early, with window->horizon = window->next, when the end of the job has become known. */
void lanes_exchange(struct lanes *lanes, struct ranks_window *window, uint64_t latency, uint64_t piece);

#endif
