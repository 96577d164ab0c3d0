/* Energy, area, leakage and access time of one memory from its size: the law is a product of powers of capacity, word
 * width and ports around a reference memory of 8 KB, 64 bits and one port. Exponents are fitted (`npusim memory
 * --points configs/technology/sram-points.csv`), the reference is the node's; both stand in the technology file.
 *
 * Banks are equal and work alone: an access costs what one bank costs. A bank below the smallest fitted point
 * (`sram.smallest`) is a register file: each bit a register, read through as many selectors as there are words. */
#ifndef NPUSIM_MODELS_PHYSICS_MEMORY_COST_H
#define NPUSIM_MODELS_PHYSICS_MEMORY_COST_H

#include "models/physics/energy.h"
#include "models/physics/sizes.h"
#include "models/physics/technology.h"

struct memory_cost {
    struct cost read, write;   /* joules a word */
    struct cost area;          /* mm2, all banks */
    struct cost leakage;       /* watts, all banks */
    struct cost access_s;      /* seconds from address to data */
    bool register_file;
};

/* The memories of a core by name, and which component each belongs to. */
struct named_memory {
    const char *name; /* of its group in the chip file */
    enum energy_component component;
    struct memory_size size;
};
#define CORE_MEMORIES 7
void core_memories_get(const struct chip_config *config, struct named_memory out[CORE_MEMORIES]);

/* A memory without words costs nothing. */
void memory_cost_get(const struct component_values *values, const struct memory_size *memory, struct memory_cost *out);

#endif
