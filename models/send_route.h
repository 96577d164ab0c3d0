/* A packet of a neuron, relay or input, ready to send but for its timestep; the chip builder makes them from
 * program.h's routes (models/chip_routes.c). */
#ifndef NPUSIM_MODELS_SEND_ROUTE_H
#define NPUSIM_MODELS_SEND_ROUTE_H

#include <stdint.h>

struct send_route {
    uint32_t target;     /* as in struct packet */
    uint32_t axon;
    uint16_t delay;      /* timesteps */
    uint16_t deliveries; /* places on this chip that it reaches: 1, or the leaves of its tree */
    uint8_t kind, flits;
    uint16_t hops_ew, hops_ns, hops_local; /* links it crosses on its whole way, by kind */
};

#endif
