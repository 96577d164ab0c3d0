#include "tools/validate/theory_mock.h"

#include "models/packet.h"
#include "sim/panic.h"

static uint64_t source_step(void *self, uint64_t now)
{
    struct mock_source *source = self;
    if (source->sent == source->limit)
        return NEVER;
    if (source->busy_until > now)
        return source->busy_until;
    const struct packet *packet = &source->pattern[source->sent % source->pattern_count];
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
    struct mock_sink *sink = self;
    const struct packet *packet = link_peek(sink->link, now);
    if (packet && now < sink->opens)
        return sink->opens;
    if (packet) {
        sink->taken[packet->axon]++;
        sink->last[packet->axon] = now;
        sink->component.progress++;
        link_pop(sink->link, now);
    }
    return link_next(sink->link, now);
}

static void source_hash(const void *self, struct hash *hash)
{
    hash_u64(hash, ((const struct mock_source *)self)->sent);
}

static void sink_hash(const void *self, struct hash *hash)
{
    hash_u64s(hash, ((const struct mock_sink *)self)->taken, MOCK_KINDS);
}

static const struct component_class source_class = {"source", source_step, source_hash, NULL, NULL, NULL, 0};
static const struct component_class sink_class = {"sink", sink_step, sink_hash, NULL, NULL, NULL, 0};

void mock_source_init(struct mock_source *source, struct engine *engine, struct link *link, uint32_t index)
{
    *source = (struct mock_source){.component = {.class_of = &source_class, .index = index}, .link = link};
    engine_add(engine, &source->component);
}

void mock_sink_init(struct mock_sink *sink, struct engine *engine, struct link *link, uint32_t index)
{
    *sink = (struct mock_sink){.component = {.class_of = &sink_class, .index = index}, .link = link};
    engine_add(engine, &sink->component);
}

void mock_send(struct mock_source *source, uint32_t target, uint32_t axon, uint8_t flits, uint64_t limit)
{
    must(source->pattern_count < MOCK_KINDS && axon < MOCK_KINDS);
    source->pattern[source->pattern_count++] =
        (struct packet){.kind = PACKET_SPIKE, .target = target, .axon = axon, .flits = flits, .value = 1};
    source->limit = limit;
}

uint64_t mock_taken(const struct mock_sink *sink)
{
    uint64_t count = 0;
    for (uint32_t axon = 0; axon < MOCK_KINDS; axon++)
        count += sink->taken[axon];
    return count;
}
