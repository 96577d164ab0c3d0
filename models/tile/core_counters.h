/* What a core counts (rows: core_counters.c). Cycle counters partition time: their sum is the cycles simulated. */
#ifndef NPUSIM_MODELS_TILE_CORE_COUNTERS_H
#define NPUSIM_MODELS_TILE_CORE_COUNTERS_H

#include "sim/counters.h"

enum core_counter {
    /* each cycle of a core is exactly one of these */
    CORE_BUSY_SYNAPSE,     /* reading synapses and accumulating */
    CORE_BUSY_NEURON,      /* updating neurons, sending spikes included */
    CORE_BUSY_RESET,       /* clearing its state between samples */
    CORE_STALL_OUTPUT,     /* a packet waits for credit of the router */
    CORE_STALL_PROCESSOR,  /* waits for the processor that the tile's cores share */
    CORE_STALL_BARRIER,    /* done, waits for the rest of the chip */
    CORE_IDLE,             /* no timestep under way */
    CORE_CYCLE_COUNTERS,   /* how many of the above */
    /* events */
    CORE_EVENTS_IN = CORE_CYCLE_COUNTERS, /* packets that reached the core */
    CORE_EVENTS_DROPPED,   /* queue full under the policy drop */
    CORE_EVENTS_LATE,      /* came after their timestep had begun (tick only) and were used in the next */
    CORE_EVENTS_DISCARDED, /* still queued when the sample ended */
    CORE_QUEUE_WRITES,
    CORE_QUEUE_READS,
    CORE_QUEUE_STALLS,     /* cycles a packet waited in the router because the queue was full */
    CORE_AXON_READS,
    CORE_SYNAPTIC_EVENTS,  /* (event, synapse) pairs; an event that carries n planes counts n */
    CORE_SYNAPSE_WORDS,    /* sparse, crossbar: words read */
    CORE_ARRAY_ACCESSES,   /* dimc: each for one or several bit planes; memristor: reads */
    CORE_ARRAY_ROWS,       /* dimc: rows driven by a one, over all bit planes; memristor: likewise */
    CORE_READ_CONDUCTANCE, /* memristor: nS of all devices in the rows driven, summed over reads */
    CORE_CONVERSIONS,      /* memristor */
    CORE_CLIPPED,          /* memristor: conversions that ended at an end of the code's range */
    CORE_ACCUMULATIONS,    /* additions into an accumulator */
    CORE_NEURON_UPDATES,
    CORE_STATE_READS,      /* neuron state words */
    CORE_STATE_WRITES,
    CORE_SPIKES,
    CORE_VALUES,           /* potentials sent out as numbers */
    CORE_RELAYED,          /* input spikes that entered the mesh here */
    CORE_ROUTE_READS,      /* routing table rows read */
    CORE_PACKETS,          /* packets sent into the router */
    CORE_PROCESSOR_INSTRUCTIONS,
    CORE_TIMESTEPS,
    CORE_OVERRUNS,         /* ticks that came while the core was still busy */
    /* what its packets will cost in the network, fixed when they are sent: for the energy of a layer */
    CORE_SENT_HOPS_EW,
    CORE_SENT_HOPS_NS,
    CORE_SENT_HOPS_LOCAL,  /* deliveries to a core or the host */
    CORE_COUNTERS
};

extern const struct counter_row core_counter_rows[CORE_COUNTERS + 1];

#endif
