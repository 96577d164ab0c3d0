/* Memories and arithmetic of a core and of the parts around it, as sizes in bits, from the chip file alone.
 *
 * Word widths that the chip file does not name are the fewest bits that hold what is stored: an axon table row the
 * place of its synapses, a routing table row core, axon and delay, a queued event one spike packet, a profile threshold,
 * reset and two decays. */
#ifndef NPUSIM_MODELS_PHYSICS_SIZES_H
#define NPUSIM_MODELS_PHYSICS_SIZES_H

#include "models/chip_config.h"

struct memory_size {
    double words, word_bits, banks, ports; /* ports of each bank */
};

struct core_sizes {
    struct memory_size queue, axon_table, accumulators, state, routes;
    struct memory_size profiles;      /* threshold, reset and two decays; 0 words where a processor has them */
    struct memory_size synapses;      /* sparse; 0 words for dimc */
    double dimc_bits;                 /* stored weight bits of all arrays; 0 for sparse */
    double dimc_row_bits;             /* weight bits that one active row drives */
    double dimc_multipliers;          /* bit multipliers: rows and planes that add at once x weight bits of a row */
    double accumulator_adders;        /* bits of adder width */
    double neuron_adders, neuron_multipliers, neuron_comparators; /* bits, bit pairs, bits of all lanes */
};

double memory_bits(const struct memory_size *memory);
double memory_bank_kb(const struct memory_size *memory);

void core_sizes_get(const struct chip_config *config, struct core_sizes *out);

/* Fewest bits that hold `values` different values; at least 1. */
uint32_t bits_for(uint64_t values);

#endif
