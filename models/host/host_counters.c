#include "models/host/host_counters.h"

const struct counter_row host_counter_rows[HOST_COUNTERS + 1] = {
    [HOST_EVENTS_IN] = {"events_in", "events", "input spikes that came over the host link"},
    [HOST_EVENTS_OUT] = {"events_out", "events", "output spikes and values that left over the host link"},
    [HOST_BITS_IN] = {"bits_in", "bits", "over the host link into the chip"},
    [HOST_BITS_OUT] = {"bits_out", "bits", "over the host link out of the chip"},
    [HOST_ROUTE_READS] = {"route_reads", "rows", "routing table rows read for input spikes"},
    [HOST_PACKETS] = {"packets", "packets", "sent into the router"},
    [HOST_STALL_OUTPUT] = {"stall_output", "cycles", "a packet waited for credit of the router"},
    [HOST_SENT_HOPS_EW] = {"sent_hops_ew", "hops", "east or west that its packets will take"},
    [HOST_SENT_HOPS_NS] = {"sent_hops_ns", "hops", "north or south that its packets will take"},
    [HOST_SENT_HOPS_LOCAL] = {"sent_hops_local", "hops", "deliveries of its packets to a core"},
    [HOST_BARRIERS] = {"barriers", "timesteps", "barriers or ticks completed"},
    [HOST_CHIP_LINK_PACKETS] = {"chip_link_packets", "packets", "sent over a chip-to-chip link"},
    [HOST_CHIP_LINK_BITS] = {"chip_link_bits", "bits", "sent over a chip-to-chip link"},
};
