/* The engine alone: components that do nothing but wake themselves, 1 to 32 cycles later at random. */
#include "sim/engine.h"
#include "sim/memory.h"
#include "tools/bench/bench.h"
#include "tools/bench/random.h"
#include <stdlib.h>

#define SLEEPERS 1024u
#define LONGEST 32u

struct sleeper {
    struct component component;
    struct bench_random random;
};

static uint64_t sleeper_step(void *self, uint64_t now)
{
    struct sleeper *sleeper = self;
    sleeper->component.progress++;
    return now + 1 + (bench_random_u64(&sleeper->random) & (LONGEST - 1));
}

static void sleeper_hash(const void *self, struct hash *hash)
{
    const struct sleeper *sleeper = self;
    hash_u64(hash, sleeper->random.state);
}

static const struct component_class sleeper_class = {"sleeper", sleeper_step, sleeper_hash, NULL, NULL, NULL, 0};

bool bench_run_wakeup(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                      struct diagnostics *diagnostics)
{
    struct engine *engine = engine_new();
    struct sleeper *sleepers = memory_array(SLEEPERS, sizeof *sleepers);
    struct hash hash = {0};
    (void)context;
    (void)diagnostics;
    for (uint32_t i = 0; i < SLEEPERS; i++) {
        sleepers[i] = (struct sleeper){.component = {.class_of = &sleeper_class, .index = i}, .random = {i}};
        engine_add(engine, &sleepers[i].component);
    }
    engine_seal(engine);
    for (uint32_t i = 0; i < SLEEPERS; i++)
        engine_wake(engine, i, 0);
    double begin = bench_processor_s();
    engine_run(engine, row->cycles);
    out->simulate_s = bench_processor_s() - begin;
    engine_hash(engine, &hash);
    out->counts = (struct bench_counts){.wakeups = engine->wakeups, .steps = engine->steps, .cycles = engine->now};
    out->state_hash = hash.value;
    out->peak_rss_mib = bench_peak_mib();
    engine_free(engine);
    free(sleepers);
    return true;
}
