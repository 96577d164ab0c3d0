#include "models/tile/delay_memory.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

void delay_memory_init(struct delay_memory *memory, uint32_t slots, uint32_t axons)
{
    *memory = (struct delay_memory){.slots = slots, .axons = axons, .present = slots - 1};
    memory->written = memory_array((size_t)slots * axons, sizeof *memory->written);
    for (size_t i = 0; i < (size_t)slots * axons; i++)
        memory->written[i] = DELAY_NOT_WRITTEN;
}

void delay_memory_free(struct delay_memory *memory)
{
    free(memory->written);
}

bool delay_memory_write(struct delay_memory *memory, uint32_t axon, uint32_t delay, uint64_t edge)
{
    must(axon < memory->axons && delay < memory->slots);
    uint64_t *bit = &memory->written[(size_t)((memory->present + 1 + delay) % memory->slots) * memory->axons + axon];
    if (*bit != DELAY_NOT_WRITTEN)
        return false;
    *bit = edge;
    return true;
}

uint32_t delay_memory_clear(struct delay_memory *memory)
{
    uint64_t *written = &memory->written[(size_t)memory->present * memory->axons];
    uint32_t count = 0;
    for (uint32_t axon = 0; axon < memory->axons; axon++) {
        count += written[axon] != DELAY_NOT_WRITTEN;
        written[axon] = DELAY_NOT_WRITTEN;
    }
    return count;
}

void delay_memory_advance(struct delay_memory *memory)
{
    memory->present = (memory->present + 1) % memory->slots;
}

void delay_memory_hash(const struct delay_memory *memory, struct hash *hash)
{
    hash_u64(hash, memory->present);
    for (size_t i = 0; i < (size_t)memory->slots * memory->axons; i++)
        hash_u64(hash, memory->written[i] == DELAY_NOT_WRITTEN);
}
