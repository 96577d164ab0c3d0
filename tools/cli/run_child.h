/* `npusim run` in a process of its own (SystemC elaborates once a process), its summary as JSON. */
#ifndef NPUSIM_TOOLS_CLI_RUN_CHILD_H
#define NPUSIM_TOOLS_CLI_RUN_CHILD_H

#include "sim/diagnostics.h"
#include <stdio.h>
#include <sys/types.h>

struct run_child {
    pid_t pid;
    FILE *summary; /* its stdout */
};

/* The arguments behind `run`, --json among them. False, with errno set, when there is no process to be had. */
MUST_USE bool run_child_start(int argc, char **argv, struct run_child *child);
/* Waits. False when the run failed (it has said why on stderr); else summary is there to be read, and closed, by the caller. */
MUST_USE bool run_child_finish(struct run_child *child);

#endif
