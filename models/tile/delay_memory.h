/* Delay memory: one bit for each axon and each timestep ahead. Unlike an event queue it is never full, and several
 * events of an axon in one timestep are one.
 *
 * A packet with delay d written at rising edge e goes to slot (r + 1 + d) mod slots, r the slot of the present timestep as it is
 * before e. With the largest delay that is the present slot itself, whose bits are being read; so each bit of the
 * present slot carries the edge at which it was written, and a reader at edge f sees bits written before f. */
#ifndef NPUSIM_MODELS_TILE_DELAY_MEMORY_H
#define NPUSIM_MODELS_TILE_DELAY_MEMORY_H

#include "sim/hash.h"
#include <stdbool.h>
#include <stdint.h>

#define DELAY_NOT_WRITTEN UINT64_MAX

struct delay_memory {
    uint32_t slots, axons;
    uint32_t present;    /* slot r; slots - 1 before the first timestep */
    uint64_t *written;   /* [slots][axons]: edge at which the bit was set, DELAY_NOT_WRITTEN if it is not */
};

void delay_memory_init(struct delay_memory *memory, uint32_t slots, uint32_t axons);
void delay_memory_free(struct delay_memory *memory);
/* False when the bit was set already. */
bool delay_memory_write(struct delay_memory *memory, uint32_t axon, uint32_t delay, uint64_t edge);
uint32_t delay_memory_clear(struct delay_memory *memory); /* the present slot; returns how many bits were set */
void delay_memory_advance(struct delay_memory *memory); /* the next slot becomes the present one */
void delay_memory_hash(const struct delay_memory *memory, struct hash *hash);

/* Does a reader at `edge` see the bit of the present slot? */
static inline bool delay_memory_bit(const struct delay_memory *memory, uint32_t axon, uint64_t edge)
{
    return memory->written[(uint64_t)memory->present * memory->axons + axon] < edge;
}

#endif
