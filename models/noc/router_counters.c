#include "models/noc/router_counters.h"

const struct counter_row router_counter_rows[ROUTER_COUNTERS + 1] = {
    [ROUTER_BUSY] = {"busy", "cycles", "at least one packet left an input"},
    [ROUTER_STALL_CREDIT] = {"stall_credit", "cycles", "packets wait, none could leave: no credit of the next buffer"},
    [ROUTER_STALL_LINK] = {"stall_link", "cycles", "packets wait, none could leave: links still carry earlier flits"},
    [ROUTER_IDLE] = {"idle", "cycles", "no packet in any input"},
    [ROUTER_HOPS_EW] = {"hops_ew", "packets", "sent to the east or west neighbour"},
    [ROUTER_HOPS_NS] = {"hops_ns", "packets", "sent to the north or south neighbour"},
    [ROUTER_HOPS_LOCAL] = {"hops_local", "packets", "sent to a core, the host or a chip-to-chip link"},
    [ROUTER_FLITS_EW] = {"flits_ew", "flits", "sent to the east or west neighbour"},
    [ROUTER_FLITS_NS] = {"flits_ns", "flits", "sent to the north or south neighbour"},
    [ROUTER_FLITS_LOCAL] = {"flits_local", "flits", "sent to a core, the host or a chip-to-chip link"},
    [ROUTER_FLITS_IN] = {"flits_in", "flits", "written into an input buffer"},
    [ROUTER_TABLE_READS] = {"table_reads", "rows", "multicast table rows read"},
};
