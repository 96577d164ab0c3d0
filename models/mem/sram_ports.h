/* Banked SRAM: how many cycles a set of simultaneous accesses takes.
 *
 * Word j lies in bank j mod banks; each bank serves `ports` accesses a cycle. Accesses that meet in a bank wait, so a
 * set takes max over banks of ceil(accesses in the bank / ports) cycles, at least 1. The sets that a core makes are fixed by its
 * tables (the targets of a row, the lanes of a group), so conflicts are counted once, when the core is built. */
#ifndef NPUSIM_MODELS_MEM_SRAM_PORTS_H
#define NPUSIM_MODELS_MEM_SRAM_PORTS_H

#include <stdint.h>

#define SRAM_BANKS_MAX 1024u

struct sram_ports {
    uint32_t banks, ports;
    uint32_t load[SRAM_BANKS_MAX]; /* accesses of the set under way */
    uint32_t touched[SRAM_BANKS_MAX], touched_count;
    uint32_t cycles;               /* of the set under way */
};

void sram_ports_init(struct sram_ports *memory, uint32_t banks, uint32_t ports);
/* One more access, to word j, in the set under way. */
void sram_ports_access(struct sram_ports *memory, uint32_t word);
/* Ends the set: its cycles (0 for an empty one). */
uint32_t sram_ports_cycles(struct sram_ports *memory);

/* The set of `count` neighbouring words: ceil(ceil(count / banks) / ports). */
uint32_t sram_ports_run(uint32_t banks, uint32_t ports, uint32_t count);

#endif
