/* Random numbers that are a function of where and when they are needed: a generator by counter (Philox 4x32-10;
 * Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011) under GSL's distributions.
 *
 * A stream is named by seed, purpose and place (three numbers: which part, which sample, which timestep ...); whoever
 * asks for it again gets the same numbers, in whatever order components run and whatever else was drawn before. */
#ifndef NPUSIM_SIM_RANDOM_H
#define NPUSIM_SIM_RANDOM_H

#include <stdint.h>

struct random_stream {
    uint32_t key[2], counter[4];
    uint32_t words[4]; /* of the present block */
    uint32_t used;     /* of those */
};

/* seed < 2^56; purpose tells apart streams for different uses of the same place. */
void random_begin(struct random_stream *stream, uint64_t seed, uint8_t purpose, const uint32_t place[3]);
uint32_t random_word(struct random_stream *stream);
double random_uniform(struct random_stream *stream);                 /* 0 <= x < 1 */
double random_gaussian(struct random_stream *stream, double sigma);  /* mean 0 */
double random_lognormal(struct random_stream *stream, double sigma); /* median 1; sigma of the logarithm */

#endif
