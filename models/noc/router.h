/* A router of the mesh: input buffers with credits, dimension-order routing, round-robin arbitration.
 *
 * Ports: four neighbours, then the tile's cores, then the host interface or chip-to-chip links that sit at this tile.
 * A packet in front of an input wants one output (a multicast packet several): first along x, then along y, then the
 * local port. Each cycle each output takes at most one packet, round robin over the inputs, if it has credits for all
 * its flits (virtual cut-through: a packet moves whole) and its link is free; the link is then busy for a cycle a flit. A multicast packet
 * leaves its input when its last copy has left; copies leave as outputs become free.
 *
 * Latency: the link from another router is built with router_latency + link_latency, the one from a core with
 * router_latency + local_latency, so a packet can leave in the cycle in which it is visible. A router is stepped only when
 * a packet in front of an input may move.
 *
 * Not modelled: virtual channels, flits of different packets interleaved on a link, the cycles in which a long packet's tail still
 * arrives (a neighbour can pass the head on before; the core sees the packet when the head arrives). */
#ifndef NPUSIM_MODELS_NOC_ROUTER_H
#define NPUSIM_MODELS_NOC_ROUTER_H

#include "models/noc/router_counters.h"
#include "models/packet.h"
#include "sim/link.h"

#define ROUTER_PORTS_MAX 16u

/* Why a router is woken: an output is free or has credit, or a packet comes to the front of an input. */
enum { ROUTER_WOKEN_BY_OUTPUT, ROUTER_WOKEN_BY_INPUT_0, ROUTER_REASON_BITS = 5 };

/* One row of a multicast table: the outputs to copy to; for each, in ascending order of ports, `next` gives the row in
 * the neighbour's table, or the axon at a local port. The rows of all routers of a chip lie in one array. */
struct tree_row {
    uint32_t ports; /* bit mask */
    uint32_t next;  /* index into struct tree_table.next of the first output's entry */
};
struct tree_table {
    struct tree_row *rows;
    uint32_t *next;
    uint32_t row_count, next_count;
    size_t row_capacity, next_capacity;
};

/* A port's input and output. */
struct router_port {
    uint16_t requests;  /* inputs whose packet in front wants this output */
    uint16_t behind;    /* inputs whose turn is before the others': those after the one served last */
    uint16_t copies;    /* outputs that a multicast packet in front of this input still wants */
    struct link *in, *out; /* NULL: no such port (mesh edge) */
    uint64_t sent;      /* packets, since it was settled */
};

struct router {
    /* what a packet's way through it touches: two lines of the cache, and half a line for each port */
    struct component component;
    uint32_t requested; /* outputs that a packet in front wants */
    uint32_t blocked;   /* of these, those that a credit must wake first; cleared by the links */
    uint16_t carrying;  /* outputs whose link may still carry the flits of a long packet */
    uint16_t longs;     /* inputs whose packet in front is of several flits */
    uint16_t copied;    /* inputs whose packet in front is of one flit and may go to several outputs */
    uint16_t ports;     /* in use: 4 + local ones */
    uint16_t waits_link, waits_credit; /* outputs that a packet waits for since the last step, and why */
    uint32_t place;     /* chip, x and y; port 0 */
    uint64_t accounted;
    uint64_t counters[ROUTER_COUNTERS];
    uint64_t stayed;    /* flits of copies that were not the last of their packet, since it was settled */
    const struct tree_table *trees;
    uint32_t gate_east, gate_west; /* places of the chip-to-chip links: the tile that has them, and their ports */
    struct router_port port[ROUTER_PORTS_MAX];
    uint64_t free_at[ROUTER_PORTS_MAX]; /* output link is free from this cycle, if it is `carrying` */
};

void router_init(struct router *router, struct engine *engine, uint32_t index, uint32_t chip, uint32_t x, uint32_t y,
                 uint32_t ports);
/* in or out may be NULL at the edge of the mesh. */
void router_attach(struct router *router, uint32_t port, struct link *in, struct link *out);
/* Brings the cycle counters up to `now`. */
void router_settle(struct router *router, uint64_t now);
/* A new sample: arbitration begins anew. There must be no packet in the router. */
void router_restart(struct router *router);

#endif
