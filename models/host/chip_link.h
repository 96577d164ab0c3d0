/* One end of a chip-to-chip link: sits at a tile's router like a core, and passes packets for other chips on.
 *
 * Out: packets from the router, one after the other at the link's bandwidth, as long as the far end has room (a credit
 * for each packet). The waves of the timestep control travel in the same order, behind the packets they speak of.
 * In: packets wait here until the router has room for them. */
#ifndef NPUSIM_MODELS_HOST_CHIP_LINK_H
#define NPUSIM_MODELS_HOST_CHIP_LINK_H

#include "models/host/edge.h"
#include "models/host/timestep.h"

#ifdef __cplusplus
extern "C" {
#endif

enum chip_link_message { CHIP_LINK_CREDIT = 96 }; /* packet.kind, besides the packets and PACKET_WAVE */

struct chip_link {
    struct component component;
    const struct host_config *config;
    uint32_t packet_bits;       /* of a spike packet */
    uint32_t flit_bits;
    struct edge_queue from_neighbour, to_neighbour;
    struct link *in, *out;      /* from and to the router */
    struct timestep *control;
    struct wave_side *side;     /* of `control`: this link's */
    bool passes_start;          /* the eastern link tells the next chip of a new sample */
    /* state */
    uint32_t credits;
    uint64_t out_free;          /* the chip-to-chip link is free from this cycle */
    uint64_t in_free;           /* the wire to the router is free from this cycle: a flit a cycle */
    int64_t said, started;      /* last values passed on */
    uint64_t *counters;         /* [HOST_COUNTERS], of the chip */
};

void chip_link_init(struct chip_link *link, struct engine *engine, uint32_t index, const struct host_config *config,
                    uint64_t *counters);
void chip_link_free(struct chip_link *link);
/* From outside: a message that arrives in a cycle that the engine has not run. */
void chip_link_receive(struct chip_link *link, uint64_t arrival, const struct packet *message);

#ifdef __cplusplus
}
#endif
#endif
