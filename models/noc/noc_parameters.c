#include "models/noc/noc_config.h"

#include <stddef.h>

static const char *const router_kinds[] = {[ROUTER_SWITCH] = "switch", [ROUTER_MERGE] = "merge", NULL};

#define SWITCH "router.kind=switch"
#define AT(name) offsetof(struct noc_config, name)

const struct parameter_row noc_parameter_rows[] = {
    {"mesh.columns", PARAMETER_U32, AT(columns), 1, 64, "tiles", NULL, NULL, "from west to east, in one chip"},
    {"mesh.rows", PARAMETER_U32, AT(rows), 1, 64, "tiles", NULL, NULL, "from south to north, in one chip"},
    {"mesh.cores_per_tile", PARAMETER_U32, AT(cores_per_tile), 1, 8, "cores", NULL, NULL, "that share one router"},
    {"router.kind", PARAMETER_CHOICE, AT(router_kind), 0, 0, NULL, router_kinds, NULL,
     "a switch with round-robin arbitration, or five chained merge units with fixed priorities"},
    {"router.buffer_flits", PARAMETER_U32, AT(buffer_flits), 1, 4096, "flits", NULL, NULL, "at each input of a router"},
    {"router.flit_bits", PARAMETER_U32, AT(flit_bits), 8, 4096, "bits", NULL, NULL,
     "that a link carries in a cycle; a packet is as many flits as it needs"},
    {"router.latency", PARAMETER_U32, AT(router_latency), 1, 1024, "cycles", NULL, SWITCH,
     "in a router, without waiting"},
    {"router.credit_latency", PARAMETER_U32, AT(credit_latency), 1, 1024, "cycles", NULL, SWITCH,
     "until the sender knows that buffer space is free again"},
    {"router.multicast", PARAMETER_BOOL, AT(multicast), 0, 0, NULL, NULL, SWITCH,
     "one packet for all targets of a neuron, copied in the routers where their ways part"},
    {"packet.spike_bits", PARAMETER_U32, AT(spike_bits), 8, 4096, "bits", NULL, NULL,
     "of a spike packet, header included"},
    {"packet.value_bits", PARAMETER_U32, AT(value_bits), 8, 4096, "bits", NULL, NULL,
     "of a packet that carries a number"},
    {"link.latency", PARAMETER_U32, AT(link_latency), 1, 1024, "cycles", NULL, SWITCH, "between neighbouring routers"},
    {"link.local_latency", PARAMETER_U32, AT(local_latency), 1, 1024, "cycles", NULL, SWITCH,
     "between a router and its cores, or the host interface"},
    {.key = NULL},
};
