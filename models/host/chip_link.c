#include "models/host/chip_link.h"

#include "sim/trace.h"
#include <stdio.h>

void chip_link_receive(struct chip_link *link, uint64_t arrival, const struct packet *message)
{
    edge_put(&link->from_neighbour, arrival, message);
    engine_wake(link->component.engine, link->component.id, arrival);
}

static void transmit(struct chip_link *link, uint64_t now, const struct packet *packet, uint32_t bits)
{
    uint32_t cycles = edge_cycles(bits, link->config->chip_link_bits_per_cycle);
    edge_put(&link->to_neighbour, now + cycles - 1 + link->config->chip_link_latency, packet);
    link->out_free = now + cycles;
    link->counters[HOST_CHIP_LINK_BITS] += bits;
    link->component.progress++;
}

/* A 64-bit number in the fields of a packet. */
static struct packet wave(enum wave kind, int64_t value)
{
    return (struct packet){.kind = PACKET_WAVE, .axon = kind, .target = (uint32_t)((uint64_t)value >> 32),
                           .value = (int32_t)(uint32_t)value};
}

static int64_t wave_value(const struct packet *packet)
{
    return (int64_t)((uint64_t)packet->target << 32 | (uint32_t)packet->value);
}

/* Packets first: a wave is only said when none is left. */
static uint64_t send(struct chip_link *link, uint64_t now)
{
    int64_t start = signal_read(&link->control->started, now), said = signal_read(&link->side->said, now);
    bool starts = link->passes_start && start != link->started;
    const struct packet *packet = link_peek(link->in, now);
    if (!packet && !starts && said == link->said)
        return link_next(link->in, now);
    if (link->out_free > now)
        return link->out_free;
    if (starts) {
        struct packet message = wave(WAVE_START, start);
        link->started = start;
        transmit(link, now, &message, link->packet_bits);
    } else if (packet) {
        if (link->credits == 0)
            return NEVER; /* a credit's arrival wakes */
        link->credits--;
        trace_event(&link->component, now, TRACE_OUTPUT, packet->axon);
        link->counters[HOST_CHIP_LINK_PACKETS]++;
        transmit(link, now, packet, (uint32_t)packet->flits * link->flit_bits);
        link_pop(link->in, now);
        tally_add(&link->control->outstanding, now, -1);
    } else {
        struct packet message = wave(WAVE_QUIET, said);
        link->said = said;
        transmit(link, now, &message, link->packet_bits);
    }
    return link->out_free;
}

static void take_wave(struct chip_link *link, uint64_t now, const struct packet *packet)
{
    struct signal *told = packet->axon == WAVE_START ? &link->control->command : &link->side->heard;
    signal_set(told, now, wave_value(packet));
    engine_wake(link->component.engine, link->control->component.id, now + 1);
}

/* One message; returns when to go on. */
static uint64_t receive(struct chip_link *link, uint64_t now)
{
    const struct edge_message *front = edge_front(&link->from_neighbour);
    if (!front)
        return NEVER;
    if (front->arrival > now)
        return front->arrival;
    const struct packet *packet = &front->packet;
    if (packet->kind == CHIP_LINK_CREDIT) {
        link->credits++;
    } else if (packet->kind == PACKET_WAVE) {
        take_wave(link, now, packet);
    } else {
        if (link->in_free > now)
            return link->in_free;
        if (!link_ready(link->out, now, packet->flits))
            return link_credit_cycle(link->out, packet->flits);
        link_push(link->out, now, packet);
        trace_event(&link->component, now, TRACE_SEND, packet->axon);
        link->in_free = now + packet->flits;
        tally_add(&link->control->outstanding, now, 1);
        struct packet credit = {.kind = CHIP_LINK_CREDIT};
        edge_put(&link->to_neighbour, now + link->config->chip_link_latency, &credit);
    }
    edge_pop(&link->from_neighbour);
    link->component.progress++;
    return now + 1;
}

static uint64_t chip_link_step(void *self, uint64_t now)
{
    struct chip_link *link = self;
    uint64_t in = receive(link, now);
    uint64_t out = send(link, now);
    return in < out ? in : out;
}

static void chip_link_hash(const void *self, struct hash *hash)
{
    const struct chip_link *link = self;
    uint64_t now = link->component.engine->now;
    edge_hash(&link->from_neighbour, now, hash);
    edge_hash(&link->to_neighbour, now, hash);
    hash_u64(hash, link->credits);
    hash_timer(hash, link->out_free, now);
    hash_timer(hash, link->in_free, now);
    hash_u64(hash, (uint64_t)link->said);
    hash_u64(hash, (uint64_t)link->started);
    link_hash(link->in, hash);
}

static bool chip_link_waiting(const void *self, char *text, size_t size)
{
    const struct chip_link *link = self;
    bool waits = link->credits == 0;
    if (waits)
        snprintf(text, size, "credit of the neighbouring chip");
    return waits;
}

static const struct component_class chip_link_class = {"chip-to-chip link", chip_link_step, chip_link_hash,
                                                       chip_link_waiting, NULL, NULL, 0};

void chip_link_init(struct chip_link *link, struct engine *engine, uint32_t index, const struct host_config *config,
                    uint64_t *counters)
{
    *link = (struct chip_link){.component = {.class_of = &chip_link_class, .index = index}, .config = config,
                               .credits = config->chip_link_buffer, .said = -1, .started = -1, .counters = counters};
    engine_add(engine, &link->component);
}

void chip_link_free(struct chip_link *link)
{
    edge_free(&link->from_neighbour);
    edge_free(&link->to_neighbour);
}
