#include "tests/support/sleeper.h"

static uint64_t sleeps(void *self, uint64_t now)
{
    (void)self;
    (void)now;
    return NEVER;
}

static void hash_id(const void *self, struct hash *hash) { hash_u64(hash, ((const struct component *)self)->id); }

const struct component_class sleeper_class = {"sleeper", sleeps, hash_id, NULL, NULL, NULL, 0};
