#include "sim/random.h"

#include "sim/panic.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

enum { ROUNDS = 10, WORDS = 4 };

/* Salmon et al. 2011, table 2: multipliers and the Weyl sequence of the keys. */
static void philox(const uint32_t key[2], const uint32_t counter[WORDS], uint32_t out[WORDS])
{
    uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t first = UINT64_C(0xD2511F53) * a, second = UINT64_C(0xCD9E8D57) * c;
        a = (uint32_t)(second >> 32) ^ b ^ k0;
        c = (uint32_t)(first >> 32) ^ d ^ k1;
        b = (uint32_t)second;
        d = (uint32_t)first;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
}

void random_begin(struct random_stream *stream, uint64_t seed, uint8_t purpose, const uint32_t place[3])
{
    must(seed >> 56 == 0);
    *stream = (struct random_stream){.key = {(uint32_t)seed, (uint32_t)(seed >> 32) | (uint32_t)purpose << 24},
                                     .counter = {0, place[0], place[1], place[2]}, .used = WORDS};
}

uint32_t random_word(struct random_stream *stream)
{
    if (stream->used == WORDS) {
        philox(stream->key, stream->counter, stream->words);
        stream->counter[0]++;
        stream->used = 0;
    }
    return stream->words[stream->used++];
}

/* ---- as a generator of GSL's ---- */

static void set(void *state, unsigned long seed)
{
    random_begin(state, seed & UINT64_C(0xffffffffffffff), 0, (const uint32_t[3]){0, 0, 0});
}

static unsigned long get(void *state)
{
    return random_word(state);
}

static double get_double(void *state)
{
    return random_word(state) / 4294967296.0;
}

static const gsl_rng_type philox_type = {"philox4x32-10", UINT32_MAX, 0, sizeof(struct random_stream), set, get,
                                         get_double};

static gsl_rng generator(struct random_stream *stream)
{
    return (gsl_rng){&philox_type, stream};
}

double random_uniform(struct random_stream *stream)
{
    return get_double(stream);
}

double random_gaussian(struct random_stream *stream, double sigma)
{
    gsl_rng rng = generator(stream);
    return gsl_ran_gaussian_ziggurat(&rng, sigma);
}

double random_lognormal(struct random_stream *stream, double sigma)
{
    gsl_rng rng = generator(stream);
    return gsl_ran_lognormal(&rng, 0, sigma);
}
