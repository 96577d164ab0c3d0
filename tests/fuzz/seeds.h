/* What the fuzz targets start from. As struct fuzz_target.seed. */
#ifndef NPUSIM_TESTS_FUZZ_SEEDS_H
#define NPUSIM_TESTS_FUZZ_SEEDS_H

#include <stdbool.h>
#include <stdint.h>

typedef bool seed_writer(uint32_t index, const char *folder);

seed_writer seed_nir, seed_lava, seed_keras, seed_sonata;
seed_writer seed_nir_data, seed_sonata_spikes, seed_shd, seed_nmnist, seed_npy, seed_idx, seed_labels;
seed_writer seed_activations, seed_program, seed_result, seed_recording;

#endif
