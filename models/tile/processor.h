/* Processor of a tile: the neurons of the tile's cores are updated on it, one core after the other.
 *
 * A core asks (link to the processor), is granted the processor (link back) and gives it back when its sweep is done. Requests that
 * wait are served round robin. The work itself is in the core's neuron array, with this processor's timing. */
#ifndef NPUSIM_MODELS_TILE_PROCESSOR_H
#define NPUSIM_MODELS_TILE_PROCESSOR_H

#include "models/tile/processor_counters.h"
#include "sim/link.h"

enum processor_message { PROCESSOR_REQUEST, PROCESSOR_GRANT, PROCESSOR_RELEASE }; /* in packet.axon */
#define PROCESSOR_CORES_MAX 8u

struct processor {
    struct component component;
    uint32_t cores;
    struct link *from[PROCESSOR_CORES_MAX], *to[PROCESSOR_CORES_MAX];
    bool busy;
    uint32_t owner; /* the core served last or now */
    uint64_t accounted;
    uint64_t counters[PROCESSOR_COUNTERS];
};

void processor_init(struct processor *processor, struct engine *engine, uint32_t index, uint32_t cores);
/* Brings the cycle counters up to `now`. */
void processor_settle(struct processor *processor, uint64_t now);
/* A new sample: arbitration begins anew. The processor must be free. */
void processor_restart(struct processor *processor);

#endif
