/* What the packets of a chip mean: the fields of struct packet (sim/link.h) as every family uses them. */
#ifndef NPUSIM_MODELS_PACKET_H
#define NPUSIM_MODELS_PACKET_H

#include <stdint.h>

enum packet_kind {
    PACKET_SPIKE,  /* target: packed place of a core; axon: row of its axon table; value: spike (1) or graded value */
    PACKET_TREE,   /* target: row of the multicast table; the axon is in the last row */
    PACKET_OUTPUT, /* target: the host's place; axon: neuron number over all populations */
    PACKET_VALUE,  /* as PACKET_OUTPUT; value: potential in chip units */
    /* on chip-to-chip links only */
    PACKET_WAVE,   /* axon: what is announced (enum wave), value: its argument */
    PACKET_KINDS
};

/* packet.kind between address-event pins and their core */
enum address_event_message { ADDRESS_EVENT_ACKNOWLEDGE = 112, ADDRESS_EVENT_OUTPUT, ADDRESS_EVENT_FREE };

/* Ports of a router: the four neighbours, then the tile's cores, then what else sits there (host, chip links). */
enum port { PORT_EAST, PORT_WEST, PORT_NORTH, PORT_SOUTH, PORT_LOCAL };

/* Place: chip, tile column x, tile row y (north is y + 1), router port. */
static inline uint32_t place_pack(uint32_t chip, uint32_t x, uint32_t y, uint32_t port)
{
    return chip << 24 | x << 16 | y << 8 | port;
}
#define PLACE_Y_UNIT UINT32_C(0x00000100)
#define PLACE_X_UNIT UINT32_C(0x00010000)
static inline uint32_t place_chip(uint32_t place) { return place >> 24; }
static inline uint32_t place_x(uint32_t place) { return place >> 16 & 255; }
static inline uint32_t place_y(uint32_t place) { return place >> 8 & 255; }
static inline uint32_t place_port(uint32_t place) { return place & 255; }

/* The signal that starts work everywhere: sample number and what to do. */
enum { GO_RESET = 0, GO_STEP_0 = 1 }; /* phase: GO_RESET, or GO_STEP_0 + timestep */
static inline int64_t go_pack(uint32_t sample, uint32_t phase) { return (int64_t)sample << 32 | phase; }
static inline uint32_t go_sample(int64_t go) { return (uint32_t)((uint64_t)go >> 32); }
static inline uint32_t go_phase(int64_t go) { return (uint32_t)go; }

/* Bits needed to write `value`: the planes of a bit-serial input. */
static inline uint32_t bit_planes(int32_t value)
{
    return value > 0 ? 32u - (uint32_t)__builtin_clz((uint32_t)value) : 0;
}

#endif
