/* Address-event pins of a core: a source of input addresses and a receiver of output addresses, with four-phase
 * handshakes through synchronisers on both sides. (Timing: docs/timing.md.)
 *
 * Input. The source raises its request with an address in cycle r, the controller sees it from r + s, s the flip-flops
 * of a synchroniser; it acknowledges in cycle a; the source sees that at once and drops the request in a; the
 * controller sees this in a + s and drops the acknowledge, which is low from a + s + 1 on. The next request can rise in that cycle.
 * Output. The core raises a request in cycle q. The receiver, which takes d cycles for each of its answers,
 * acknowledges in q + d, the core sees that in q + d + s and drops its request in the next cycle; the receiver releases d cycles
 * later, the core sees it s cycles later and is free in the next: in q + 2 d + 2 s + 2. */
#ifndef NPUSIM_MODELS_HOST_ADDRESS_EVENT_PORT_H
#define NPUSIM_MODELS_HOST_ADDRESS_EVENT_PORT_H

#include "models/host/edge.h"
#include "models/host/host_config.h"
#include "models/host/host_counters.h"
#include "models/probe.h"

struct address_event_port {
    struct component component;
    const struct host_config *config;
    struct edge_queue from_host, to_host; /* inputs: packet.axon the address, arrival the earliest cycle of its request */
    struct link *request;  /* to the core, latency s */
    struct link *release;  /* to the core: the output is free */
    struct link *from_core;
    struct probe *probe;
    /* state */
    bool requested;        /* a request is up */
    uint64_t may_request;  /* from this cycle on */
    uint32_t accepted;     /* inputs acknowledged so far */
    uint64_t release_at;   /* cycle in which the core shall be told; NEVER: no output is under way */
    uint64_t *counters;    /* [HOST_COUNTERS], of the chip */
};

void address_event_port_init(struct address_event_port *port, struct engine *engine, uint32_t index,
                             const struct host_config *config, uint64_t *counters);
void address_event_port_free(struct address_event_port *port);
/* From outside: an address whose request may rise from cycle `arrival` on. */
void address_event_port_receive(struct address_event_port *port, uint64_t arrival, uint32_t address);

#endif
