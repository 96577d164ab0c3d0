/* Mesh, routers, links (rows: noc_parameters.c). */
#ifndef NPUSIM_MODELS_NOC_NOC_CONFIG_H
#define NPUSIM_MODELS_NOC_NOC_CONFIG_H

#include "sim/parameters.h"
#include <stdbool.h>
#include <stdint.h>

enum router_kind { ROUTER_SWITCH, ROUTER_MERGE };

struct noc_config {
    int router_kind;            /* enum router_kind */
    uint32_t columns, rows;     /* tiles */
    uint32_t cores_per_tile;
    uint32_t buffer_flits;      /* each router input */
    uint32_t flit_bits;
    uint32_t spike_bits;        /* size of a spike packet, header included */
    uint32_t value_bits;        /* size of a packet that carries a number */
    uint32_t router_latency;    /* cycles in a router, without waiting */
    uint32_t link_latency;      /* cycles between routers; at least 1 */
    uint32_t local_latency;     /* cycles between a router and its core or host port; at least 1 */
    uint32_t credit_latency;    /* at least 1 */
    bool multicast;             /* one packet for all targets of a neuron, copied in the routers */
};

extern const struct parameter_row noc_parameter_rows[];

#endif
