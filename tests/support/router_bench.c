#include "tests/support/router_bench.h"

#include <check.h>

static uint64_t source_step(void *self, uint64_t now)
{
    struct source *source = self;
    if (source->busy_until > now)
        return source->busy_until;
    if (source->sent == source->count)
        return NEVER;
    const struct packet *packet = &source->packets[source->sent];
    if (!link_ready(source->link, now, packet->flits))
        return link_credit_cycle(source->link, packet->flits);
    link_push(source->link, now, packet);
    source->sent++;
    source->component.progress++;
    source->busy_until = now + packet->flits;
    return source->busy_until;
}

static uint64_t sink_step(void *self, uint64_t now)
{
    struct sink *sink = self;
    const struct packet *packet = link_peek(sink->link, now);
    if (packet && now < sink->opens)
        return sink->opens;
    if (packet) {
        ck_assert_uint_lt(sink->count, BENCH_PACKETS);
        sink->taken[sink->count].packet = *packet;
        sink->taken[sink->count++].cycle = now;
        link_pop(sink->link, now);
        sink->component.progress++;
        sink->opens = now + sink->interval;
    }
    uint64_t next = link_next(sink->link, now);
    return next == NEVER || next >= sink->opens ? next : sink->opens;
}

static void source_hash(const void *self, struct hash *hash) { hash_u64(hash, ((const struct source *)self)->sent); }

static void sink_hash(const void *self, struct hash *hash)
{
    hash_u64(hash, ((const struct sink *)self)->count);
    link_hash(((const struct sink *)self)->link, hash);
}

static const struct component_class source_class = {"source", source_step, source_hash, NULL, NULL, NULL, 0};
static const struct component_class sink_class = {"sink", sink_step, sink_hash, NULL, NULL, NULL, 0};

void router_bench_init(struct router_bench *bench, uint32_t flits)
{
    *bench = (struct router_bench){.engine = engine_new()};
    router_init(&bench->router, bench->engine, 0, 1, 3, 3, BENCH_PORTS);
    bench->router.trees = &bench->trees;
    bench->router.gate_east = place_pack(1, 3, 3, 6);
    bench->router.gate_west = place_pack(1, 0, 0, 7);
    for (uint32_t p = 0; p < BENCH_PORTS; p++) {
        bench->source[p] = (struct source){.component = {.class_of = &source_class, .index = p}, .link = &bench->to[p]};
        bench->sink[p] = (struct sink){.component = {.class_of = &sink_class, .index = p}, .link = &bench->from[p],
                                       .interval = 1};
        engine_add(bench->engine, &bench->source[p].component);
        engine_add(bench->engine, &bench->sink[p].component);
        link_init(&bench->to[p], bench->engine, flits, 1, 1);
        link_init(&bench->from[p], bench->engine, flits, 1, 1);
        link_connect(&bench->to[p], &bench->source[p].component, &bench->router.component);
        link_connect(&bench->from[p], &bench->router.component, &bench->sink[p].component);
        router_attach(&bench->router, p, &bench->to[p], &bench->from[p]);
    }
    engine_seal(bench->engine);
}

void router_bench_free(struct router_bench *bench)
{
    for (uint32_t p = 0; p < BENCH_PORTS; p++) {
        link_free(&bench->to[p]);
        link_free(&bench->from[p]);
    }
    engine_free(bench->engine);
}

void router_bench_add(struct router_bench *bench, uint32_t input, uint32_t target, uint8_t flits, uint32_t axon)
{
    struct source *source = &bench->source[input];
    ck_assert_uint_lt(source->count, BENCH_PACKETS);
    source->packets[source->count++] = (struct packet){.kind = PACKET_SPIKE, .target = target, .flits = flits,
                                                       .axon = axon, .value = 1};
}

void router_bench_run(struct router_bench *bench, uint64_t cycles)
{
    for (uint32_t p = 0; p < BENCH_PORTS; p++)
        engine_wake(bench->engine, bench->source[p].component.id, bench->engine->now);
    engine_run(bench->engine, bench->engine->now + cycles);
    router_settle(&bench->router, bench->engine->now);
}

uint32_t router_bench_taken(const struct router_bench *bench)
{
    uint32_t count = 0;
    for (uint32_t p = 0; p < BENCH_PORTS; p++)
        count += bench->sink[p].count;
    return count;
}

uint64_t router_bench_counter(const struct router_bench *bench, enum router_counter which)
{
    return bench->router.counters[which];
}
