/* Random numbers for what `npusim bench` generates, the same on every machine: SplitMix64 (Steele, Lea, Flood: "Fast
 * Splittable Pseudorandom Number Generators", OOPSLA 2014). A stream is its seed; other seeds, other streams. */
#ifndef NPUSIM_TOOLS_BENCH_RANDOM_H
#define NPUSIM_TOOLS_BENCH_RANDOM_H

#include <stdint.h>

struct bench_random {
    uint64_t state;
};

static inline uint64_t bench_random_u64(struct bench_random *random)
{
    uint64_t x = random->state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* 0 .. limit - 1, each equally often up to one part in 2^32 / limit. */
static inline uint32_t bench_random_below(struct bench_random *random, uint32_t limit)
{
    return (uint32_t)((bench_random_u64(random) >> 32) * limit >> 32);
}

#endif
