/* Timestep control, host link, chip-to-chip link (rows: host_parameters.c). */
#ifndef NPUSIM_MODELS_HOST_HOST_CONFIG_H
#define NPUSIM_MODELS_HOST_HOST_CONFIG_H

#include "sim/parameters.h"
#include <stdint.h>

enum timestep_mode { TIMESTEP_BARRIER, TIMESTEP_TICK, TIMESTEP_TRIGGERED, TIMESTEP_FREE };
enum host_protocol { HOST_LINK, HOST_ADDRESS_EVENT };

struct host_config {
    int timestep_mode;           /* enum timestep_mode */
    uint32_t tick_cycles;        /* TIMESTEP_TICK */
    uint32_t barrier_base;       /* TIMESTEP_BARRIER: cycles of the barrier apart from its tree */
    uint32_t barrier_level;      /* cycles for each level of the tree, up and down together */
    uint32_t barrier_arity;      /* of the tree over the tiles: levels = ceil(log_arity(tiles)) */
    int protocol;                /* enum host_protocol */
    uint32_t synchroniser;       /* HOST_ADDRESS_EVENT: flip-flops that a request or acknowledge passes */
    uint32_t acknowledge_delay;  /* HOST_ADDRESS_EVENT: cycles that the receiver takes for each of its answers */
    uint32_t link_latency;       /* cycles, each way; at least 1 */
    uint32_t link_bits_per_cycle;
    uint32_t event_bits;         /* one event on the host link */
    uint32_t buffer_events;      /* input buffer of the chip's host interface */
    uint32_t tile;               /* tile whose router the host interface sits at */
    uint32_t output_tile;        /* merge routers: tile whose local unit hands packets to the host */
    uint32_t chips;              /* in a row, joined by chip-to-chip links */
    uint32_t chip_link_latency;  /* cycles; at least 1 */
    uint32_t chip_link_bits_per_cycle;
    uint32_t chip_link_buffer;   /* packets at the receiving end */
};

extern const struct parameter_row host_parameter_rows[];

#endif
