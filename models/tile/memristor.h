/* Devices of a core's memristive arrays: what was programmed into them, and what they make of it.
 *
 * A weight is a sign and weight_bits - 1 bits of magnitude, cell_bits of them in a pair of devices (a slice): one device
 * of the pair holds them as a conductance, the other stays at conductance_low; which is which is the sign. Conductances
 * are whole numbers of a unit: a step of a device is 2^fraction units, its range (2^cell_bits - 1) steps.
 *
 * Programmed once, when the chip is built (streams of sim/random.h, by seed, core and row):
 *   gaussian   G = target + range x N(0, sigma), not below 0
 *   lognormal  G = target x exp(N(0, sigma))
 *   stuck      some devices stay at conductance_low or conductance_high whatever is programmed
 *
 * Wires (wire_resistance > 0), exactly for what is said here, never as a network of both:
 *   along a row     a ladder from the driver at column 0, each device on it between the row and a virtual ground: the voltages
 *                   are solved for when the chip is built, and each device's conductance is what they leave of it
 *   along a column  the devices driven in a read lie evenly along a wire of all rows whose end is the virtual ground of the
 *                   converter: of their summed conductance G through the wire's R remains G tanh(x) / x, x = sqrt(G R)
 *
 * In each read a column's noise is N(0, read_noise x sqrt(sum of G^2)) over the devices driven, which is what independent
 * noise of every device, in proportion to its current, adds up to.
 *
 * After Hu et al., "Dot-product engine for neuromorphic computing", DAC 2016 (pairs, ladder of the wires), and Shafiee
 * et al., ISAAC, ISCA 2016 (slices, bit-serial inputs, shared converters). Not modelled: drift and retention, nonlinear
 * devices, sneak paths, thermal noise of the circuits, offset and nonlinearity of converters, programming pulses. */
#ifndef NPUSIM_MODELS_TILE_MEMRISTOR_H
#define NPUSIM_MODELS_TILE_MEMRISTOR_H

#include "models/program.h"
#include "models/tile/core_config.h"
#include "sim/hash.h"
#include "sim/random.h"
#include <stddef.h>

struct memristor_devices {
    const struct core_config *config;
    uint32_t axons, slices;
    uint32_t pairs;                  /* of a row that are in use: neurons x slices; a column's slices lie side by side */
    uint32_t fraction;               /* a step is 2^fraction units */
    int64_t range;                   /* of a device, units */
    uint16_t *positive, *negative;   /* [axons][pairs], units, as a converter sees them */
    uint64_t *row_conductance;       /* [axons], nS of all devices in the row, those of no neuron too */
    double column_resistance;        /* of a column's wire, in 1 / units */
    uint64_t seed;
    uint32_t core;
    /* of the read under way */
    uint32_t *positive_sum, *negative_sum; /* [pairs], units */
    uint64_t *square_sum;                  /* [pairs], units^2; only with read noise */
};

/* Devices without any variation until memristor_program. The program must outlive them. */
void memristor_init(struct memristor_devices *devices, const struct core_config *config,
                    const struct core_program *program);
void memristor_free(struct memristor_devices *devices);
/* What these devices became when seed `seed` made this chip; core: number in the system. */
void memristor_program(struct memristor_devices *devices, const struct core_program *program, uint64_t seed,
                       uint32_t core);

/* A read: begin, drive rows, then the code of each column once, columns ascending. noise: a stream that goes on from
 * read to read of a timestep. */
void memristor_begin(struct memristor_devices *devices);
void memristor_drive(struct memristor_devices *devices, uint32_t axon);
/* Weight units that the converters tell of column `column`, slices shifted and added; *clipped counts conversions. */
int64_t memristor_convert(const struct memristor_devices *devices, uint32_t column, struct random_stream *noise,
                          uint64_t *clipped);

void memristor_hash(const struct memristor_devices *devices, struct hash *hash);
size_t memristor_bytes(const struct memristor_devices *devices);

/* Streams of one seed. */
enum memristor_purpose { MEMRISTOR_PROGRAMMING = 1, MEMRISTOR_STUCK, MEMRISTOR_READING };

/* Does anything but quantisation and clipping by the converters make sums differ from the weights'? */
bool memristor_varies(const struct core_config *config);

#endif
