#include "models/mem/sram_ports.h"

#include "sim/panic.h"
#include <string.h>

void sram_ports_init(struct sram_ports *memory, uint32_t banks, uint32_t ports)
{
    must(banks >= 1 && banks <= SRAM_BANKS_MAX && ports >= 1);
    memset(memory, 0, sizeof *memory);
    memory->banks = banks;
    memory->ports = ports;
}

void sram_ports_access(struct sram_ports *memory, uint32_t word)
{
    uint32_t bank = word % memory->banks;
    if (memory->load[bank]++ == 0)
        memory->touched[memory->touched_count++] = bank;
    uint32_t cycles = (memory->load[bank] + memory->ports - 1) / memory->ports;
    if (cycles > memory->cycles)
        memory->cycles = cycles;
}

uint32_t sram_ports_cycles(struct sram_ports *memory)
{
    uint32_t cycles = memory->cycles;
    for (uint32_t i = 0; i < memory->touched_count; i++)
        memory->load[memory->touched[i]] = 0;
    memory->touched_count = memory->cycles = 0;
    return cycles;
}

uint32_t sram_ports_run(uint32_t banks, uint32_t ports, uint32_t count)
{
    uint32_t fullest = (count + banks - 1) / banks;
    return (fullest + ports - 1) / ports;
}
