#include "models/host/host_config.h"

#include <stddef.h>

static const char *const timestep_modes[] = {[TIMESTEP_BARRIER] = "barrier", [TIMESTEP_TICK] = "tick",
                                             [TIMESTEP_TRIGGERED] = "triggered", [TIMESTEP_FREE] = "free", NULL};
static const char *const protocols[] = {[HOST_LINK] = "link", [HOST_ADDRESS_EVENT] = "address_event", NULL};

#define AT(name) offsetof(struct host_config, name)
#define ADDRESS_EVENT "host.protocol=address_event"
#define BARRIER "timestep.mode=barrier"
#define TICK "timestep.mode=tick"

const struct parameter_row host_parameter_rows[] = {
    {"timestep.mode", PARAMETER_CHOICE, AT(timestep_mode), 0, 0, NULL, timestep_modes, NULL,
     "a timestep ends when all cores are done (barrier), after a fixed time (tick), when the host says so (triggered); or "
     "there are none and events are handled as they come (free)"},
    {"timestep.tick_cycles", PARAMETER_U32, AT(tick_cycles), 1, 2147483647, "cycles", NULL, TICK,
     "from one timestep to the next"},
    {"timestep.barrier.base", PARAMETER_U32, AT(barrier_base), 1, 1048576, "cycles", NULL, BARRIER,
     "of the barrier apart from its tree"},
    {"timestep.barrier.level", PARAMETER_U32, AT(barrier_level), 0, 1048576, "cycles", NULL, BARRIER,
     "for each level of the barrier tree, up and down together"},
    {"timestep.barrier.arity", PARAMETER_U32, AT(barrier_arity), 2, 64, "tiles", NULL, BARRIER,
     "of the tree over the tiles: levels = log of the tiles to this base, rounded up"},
    {"host.protocol", PARAMETER_CHOICE, AT(protocol), 0, 0, NULL, protocols, NULL,
     "a link with credits, or four-phase address-event handshakes at one core"},
    {"host.synchroniser", PARAMETER_U32, AT(synchroniser), 1, 16, "cycles", NULL, ADDRESS_EVENT,
     "flip-flops that a request or an acknowledge passes"},
    {"host.acknowledge_delay", PARAMETER_U32, AT(acknowledge_delay), 0, 1048576, "cycles", NULL, ADDRESS_EVENT,
     "that the receiver of output addresses takes to acknowledge, and to release"},
    {"host.output_tile", PARAMETER_U32, AT(output_tile), 0, 4095, "tile", NULL, "router.kind=merge",
     "whose local unit hands packets to the host; inputs enter at the west edge of host.tile"},
    {"host.tile", PARAMETER_U32, AT(tile), 0, 4095, "tile", NULL, NULL,
     "whose router the host interface sits at; tile = row * mesh.columns + column"},
    {"host.event_bits", PARAMETER_U32, AT(event_bits), 1, 1024, "bits", NULL, NULL, "of one event on the host link"},
    {"host.buffer_events", PARAMETER_U32, AT(buffer_events), 1, 1048576, "events", NULL, NULL,
     "input buffer of the chip's host interface"},
    {"host.link.latency", PARAMETER_U32, AT(link_latency), 1, 1048576, "cycles", NULL, NULL,
     "of the host link, each way"},
    {"host.link.bits_per_cycle", PARAMETER_U32, AT(link_bits_per_cycle), 1, 65536, "bits/cycle", NULL, NULL,
     "of the host link, each way"},
    {"chips.count", PARAMETER_U32, AT(chips), 1, 128, "chips", NULL, NULL, "in a row, joined by chip-to-chip links"},
    {"chips.link.latency", PARAMETER_U32, AT(chip_link_latency), 1, 1048576, "cycles", NULL, NULL,
     "of a chip-to-chip link"},
    {"chips.link.bits_per_cycle", PARAMETER_U32, AT(chip_link_bits_per_cycle), 1, 65536, "bits/cycle", NULL, NULL,
     "of a chip-to-chip link"},
    {"chips.link.buffer_packets", PARAMETER_U32, AT(chip_link_buffer), 1, 65536, "packets", NULL, NULL,
     "at the receiving end of a chip-to-chip link"},
    {.key = NULL},
};
