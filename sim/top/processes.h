/* The samples of a job, in blocks, over several processes of this machine, with the result that one would give.
 *
 * That can be exact because a sample depends on nothing that those before it leave behind (chip.c: the reset phase and
 * the restart of arbiters): only its cycles and the counters go on from where they stood, and what happens between two
 * samples (the last chip comes to rest, the host hears of it) depends on the one before. A process whose block is not
 * the first therefore begins with a warm-up, the sample before its block; its cycles are then moved by a constant,
 * counters are differences, and the process of the last block adds what the others have counted before it takes the
 * state hash. */
#ifndef NPUSIM_SIM_TOP_PROCESSES_H
#define NPUSIM_SIM_TOP_PROCESSES_H

#include "sim/top/system.h"

/* What the processes took, in seconds of processor time. */
struct processes_cost {
    double longest_s, all_s; /* of the one that took most; of all together */
};

/* Why the job cannot be split ("--trace writes ..."), or NULL. */
const char *processes_refuse(const struct system_job *job);

/* As system_run, on at most `processes` processes (not more than samples). False when one failed or died, what is
 * known of it having been printed on stderr; the others have then been ended. May be called once a process; cost may
 * be NULL. */
MUST_USE bool processes_run(struct system_job *job, uint32_t processes, struct processes_cost *cost);

#endif
