/* What the chip's host interface, barrier and chip-to-chip ends count (rows: host_counters.c). */
#ifndef NPUSIM_MODELS_HOST_HOST_COUNTERS_H
#define NPUSIM_MODELS_HOST_HOST_COUNTERS_H

#include "sim/counters.h"

enum host_counter {
    HOST_EVENTS_IN,        /* input spikes that came over the host link */
    HOST_EVENTS_OUT,       /* output spikes and values that left over it */
    HOST_BITS_IN,
    HOST_BITS_OUT,
    HOST_ROUTE_READS,      /* routing table rows read for input spikes */
    HOST_PACKETS,          /* packets sent into the router */
    HOST_STALL_OUTPUT,     /* cycles a packet waited for credit of the router */
    HOST_SENT_HOPS_EW,     /* as for a core */
    HOST_SENT_HOPS_NS,
    HOST_SENT_HOPS_LOCAL,
    HOST_BARRIERS,         /* barriers or ticks completed */
    HOST_CHIP_LINK_PACKETS,
    HOST_CHIP_LINK_BITS,
    HOST_COUNTERS
};

extern const struct counter_row host_counter_rows[HOST_COUNTERS + 1];

#endif
