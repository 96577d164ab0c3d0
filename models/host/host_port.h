/* Host interface of a chip: the end of the host link inside the chip, at one tile's router.
 *
 * In: messages from the host wait in a buffer (the host holds a credit for each place). A sample message starts the
 * timestep control; an input spike is taken when its timestep has begun and becomes packets into the router, or a word to the core
 * that relays it; a step message says that the inputs of that timestep are complete. One packet or word a cycle, in order.
 * Out: packets for the host leave one after the other at the link's bandwidth. When the sample is over a last message
 * says so, behind all outputs.
 *
 * Under `tick` an input that comes after its timestep is sent in the present one. */
#ifndef NPUSIM_MODELS_HOST_HOST_PORT_H
#define NPUSIM_MODELS_HOST_HOST_PORT_H

#include "models/host/edge.h"
#include "models/host/timestep.h"
#include "models/probe.h"
#include "models/send_route.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where input i goes: relayed by a core (relay_link set), or as packets of its own. */
struct host_input {
    struct link *relay_link;
    uint32_t relay_index;
    uint32_t route, route_end;
};

struct host_port {
    struct component component;
    const struct host_config *config;
    struct edge_queue from_host, to_host;
    struct link *in, *out;           /* from and to the router */
    struct probe *probe;             /* an observer */
    struct timestep *control;        /* its signals; see timestep.h */
    const struct host_input *inputs; /* [input_count] */
    const struct send_route *routes;
    uint32_t input_count;
    /* state */
    uint32_t route, route_end;       /* packets of the input under way */
    uint64_t in_free;                /* the last packet's flits have left: inputs go on from this cycle */
    struct packet event;             /* that input */
    uint32_t sample;                 /* announced last by the host */
    uint64_t out_free;               /* the host link is free from this cycle */
    int64_t told_done;               /* last sample reported as over */
    bool blocked;
    uint64_t blocked_since;
    uint64_t *counters;              /* [HOST_COUNTERS], of the chip */
};

void host_port_init(struct host_port *port, struct engine *engine, uint32_t index, const struct host_config *config,
                    uint64_t *counters);
void host_port_free(struct host_port *port);
/* From outside: a message that arrives in a cycle that the engine has not run. */
void host_port_receive(struct host_port *port, uint64_t arrival, const struct packet *message);

#ifdef __cplusplus
}
#endif
#endif
