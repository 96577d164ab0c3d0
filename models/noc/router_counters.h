/* What a router counts (rows: router_counters.c). */
#ifndef NPUSIM_MODELS_NOC_ROUTER_COUNTERS_H
#define NPUSIM_MODELS_NOC_ROUTER_COUNTERS_H

#include "sim/counters.h"

enum router_counter {
    /* each cycle of a router is exactly one of these */
    ROUTER_BUSY,           /* at least one packet left an input */
    ROUTER_STALL_CREDIT,   /* packets wait, none could leave: all for credit of a neighbour or of a core */
    ROUTER_STALL_LINK,     /* packets wait, none could leave: an output link still carries earlier flits */
    ROUTER_IDLE,
    ROUTER_CYCLE_COUNTERS,
    ROUTER_HOPS_EW = ROUTER_CYCLE_COUNTERS, /* packets sent to the east or west neighbour */
    ROUTER_HOPS_NS,
    ROUTER_HOPS_LOCAL,     /* packets sent to a core, the host or a chip-to-chip link */
    ROUTER_FLITS_EW,       /* the same in flits */
    ROUTER_FLITS_NS,
    ROUTER_FLITS_LOCAL,
    ROUTER_FLITS_IN,       /* flits written into an input buffer */
    ROUTER_TABLE_READS,    /* multicast table rows read */
    ROUTER_COUNTERS
};

extern const struct counter_row router_counter_rows[ROUTER_COUNTERS + 1];

#endif
