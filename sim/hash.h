/* The state hash: 64 bits over every register that anybody will read again, in a fixed order. A multiply-xorshift chain (constants of
 * MurmurHash3's finaliser, Appleby, public domain): not cryptographic, one changed bit changes the result. */
#ifndef NPUSIM_SIM_HASH_H
#define NPUSIM_SIM_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash {
    uint64_t value;
};

static inline void hash_u64(struct hash *hash, uint64_t word)
{
    uint64_t x = hash->value ^ word;
    x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    hash->value = (x ^ (x >> 33)) + UINT64_C(0x9e3779b97f4a7c15);
}

/* A timer, from `now` on: one that has run out is as good as any other that has. So the same state later is the same. */
static inline void hash_timer(struct hash *hash, uint64_t timer, uint64_t now)
{
    hash_u64(hash, timer > now ? timer - now : 0);
}

static inline void hash_i32s(struct hash *hash, const int32_t *data, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash_u64(hash, (uint64_t)(int64_t)data[i]);
}

static inline void hash_u64s(struct hash *hash, const uint64_t *data, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash_u64(hash, data[i]);
}

#endif
