#include "models/noc/router.h"

#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>
#include <string.h>

void router_settle(struct router *router, uint64_t now)
{
    if (now <= router->accounted) /* the cycle in which a packet has left is counted already */
        return;
    trace_state(&router->component, router->accounted, now, router->standing);
    router->counters[router->standing] += now - router->accounted;
    router->accounted = now;
}

void router_restart(struct router *router)
{
    memset(router->turn, 0, sizeof router->turn);
}

/* ---- where a packet wants to go ---- */

static uint32_t unicast_port(const struct router *router, uint32_t place)
{
    uint32_t port = place_port(place);
    if (place_chip(place) != router->chip) {
        bool east = place_chip(place) > router->chip;
        place = east ? router->gate_east : router->gate_west;
        port = east ? router->port_east : router->port_west;
    }
    if (place_x(place) != router->x)
        return place_x(place) > router->x ? PORT_EAST : PORT_WEST;
    if (place_y(place) != router->y)
        return place_y(place) > router->y ? PORT_NORTH : PORT_SOUTH;
    return port;
}

static uint32_t outputs_of(struct router *router, const struct packet *packet)
{
    if (packet->kind != PACKET_TREE)
        return UINT32_C(1) << unicast_port(router, packet->target);
    router->counters[ROUTER_TABLE_READS]++;
    return router->trees->rows[packet->target].ports;
}

/* The copy of a multicast packet for one output. */
static struct packet copy_for(const struct router *router, const struct packet *packet, uint32_t output)
{
    struct packet copy = *packet;
    const struct tree_row *row = &router->trees->rows[packet->target];
    uint32_t before = row->ports & ((UINT32_C(1) << output) - 1);
    uint32_t next = router->trees->next[row->next + (uint32_t)__builtin_popcount(before)];
    if (output < PORT_LOCAL) {
        copy.target = next;
    } else {
        copy.kind = PACKET_SPIKE;
        copy.axon = next;
    }
    return copy;
}

/* ---- one packet across the switch ---- */

static void count_hop(struct router *router, uint32_t output, uint32_t flits)
{
    enum router_counter hops = output < PORT_NORTH   ? ROUTER_HOPS_EW
                               : output < PORT_LOCAL ? ROUTER_HOPS_NS
                                                     : ROUTER_HOPS_LOCAL;
    router->counters[hops]++;
    router->counters[hops + (ROUTER_FLITS_EW - ROUTER_HOPS_EW)] += flits;
}

static void move(struct router *router, uint64_t now, uint32_t input, uint32_t output)
{
    struct link *in = router->in[input];
    const struct packet *front = link_peek(in, now);
    struct packet packet = front->kind == PACKET_TREE ? copy_for(router, front, output) : *front;
    link_push(router->out[output], now, &packet);
    router->free_at[output] = now + packet.flits;
    router->turn[output] = (uint8_t)input;
    count_hop(router, output, packet.flits);
    trace_event(&router->component, now, TRACE_HOP, (uint32_t)packet.flits << 16 | input << 8 | output);
    router->component.progress++;
    router->wanted[input] &= ~(UINT32_C(1) << output);
    if (router->wanted[input] == 0) {
        router->counters[ROUTER_FLITS_IN] += packet.flits;
        link_pop(in, now);
    }
}

/* The next input after the one served last. */
static uint32_t round_robin(uint32_t requests, uint32_t last)
{
    uint32_t after = requests & ~((UINT32_C(2) << last) - 1);
    return (uint32_t)__builtin_ctz(after ? after : requests);
}

/* Packets in front: which outputs are wanted by which inputs. Returns the outputs wanted by anyone; *next: when a
 * packet under way will be in front. */
static uint32_t requests(struct router *router, uint64_t now, uint32_t by_output[ROUTER_PORTS_MAX], uint64_t *next)
{
    uint32_t any = 0;
    for (uint32_t inputs = router->occupied; inputs; inputs &= inputs - 1) {
        uint32_t input = (uint32_t)__builtin_ctz(inputs);
        const struct packet *packet = link_peek(router->in[input], now);
        if (!packet) {
            uint64_t arrival = link_next(router->in[input], now);
            if (arrival == NEVER)
                router->occupied &= ~(UINT32_C(1) << input);
            else if (arrival < *next)
                *next = arrival;
            continue;
        }
        if (router->wanted[input] == 0)
            router->wanted[input] = outputs_of(router, packet);
        for (uint32_t outputs = router->wanted[input]; outputs; outputs &= outputs - 1) {
            uint32_t output = (uint32_t)__builtin_ctz(outputs);
            by_output[output] = (any >> output & 1 ? by_output[output] : 0) | UINT32_C(1) << input;
            any |= UINT32_C(1) << output;
        }
    }
    return any;
}

struct outcome {
    bool moved, waits_link, waits_credit;
    uint64_t next;
};

static void serve(struct router *router, uint64_t now, uint32_t output, uint32_t inputs, struct outcome *outcome)
{
    struct link *out = router->out[output];
    uint32_t input = round_robin(inputs, router->turn[output]);
    uint64_t retry;
    must(out);
    if (router->free_at[output] > now) {
        retry = router->free_at[output];
        outcome->waits_link = true;
    } else if (!link_ready(out, now, link_peek(router->in[input], now)->flits)) {
        retry = link_credit_cycle(out);
        outcome->waits_credit = true;
    } else {
        move(router, now, input, output);
        bool contended = (inputs & (inputs - 1)) != 0;
        outcome->moved = true;
        outcome->waits_link |= contended; /* the others, from the next cycle on */
        uint64_t arrival = router->wanted[input] ? NEVER : link_next(router->in[input], now);
        retry = contended ? router->free_at[output] : NEVER;
        if (arrival < retry)
            retry = arrival;
    }
    if (retry < outcome->next)
        outcome->next = retry;
}

/* What the cycles until the next step are: some packet waits for a link, all that wait do so for credits, or nothing
 * is there. (A packet that comes to the front asks for a step in the next cycle.) */
static enum router_counter standing(const struct outcome *outcome)
{
    if (outcome->waits_link)
        return ROUTER_STALL_LINK;
    return outcome->waits_credit ? ROUTER_STALL_CREDIT : ROUTER_IDLE;
}

static uint64_t router_step(void *self, uint64_t now)
{
    struct router *router = self;
    struct outcome outcome = {.next = NEVER};
    uint32_t by_output[ROUTER_PORTS_MAX];
    router_settle(router, now);
    for (uint32_t wanted = requests(router, now, by_output, &outcome.next); wanted; wanted &= wanted - 1) {
        uint32_t output = (uint32_t)__builtin_ctz(wanted);
        serve(router, now, output, by_output[output], &outcome);
    }
    router->standing = standing(&outcome);
    if (outcome.moved) {
        router->counters[ROUTER_BUSY]++;
        trace_state(&router->component, now, now + 1, ROUTER_BUSY);
        router->accounted = now + 1;
    }
    return outcome.next;
}

static void router_hash(const void *self, struct hash *hash)
{
    const struct router *router = self;
    hash_u64(hash, router->standing);
    for (uint32_t port = 0; port < router->ports; port++) {
        hash_u64(hash, (uint64_t)router->turn[port] << 32 | router->wanted[port]);
        hash_timer(hash, router->free_at[port], router->component.engine->now);
        if (router->in[port])
            link_hash(router->in[port], hash);
    }
    hash_u64s(hash, router->counters, ROUTER_COUNTERS);
}

static bool router_waiting(const void *self, char *text, size_t size)
{
    static const char *const names[] = {"east", "west", "north", "south"};
    const struct router *router = self;
    uint32_t wanted = 0;
    for (uint32_t input = 0; input < router->ports; input++)
        wanted |= router->wanted[input];
    text[0] = '\0';
    for (uint32_t outputs = wanted; outputs; outputs &= outputs - 1) {
        uint32_t output = (uint32_t)__builtin_ctz(outputs);
        engine_waits_for(text, size, text[0] ? " and of " : "credit of ");
        if (output < PORT_LOCAL)
            engine_waits_for(text, size, "its %s neighbour", names[output]);
        else
            engine_waits_for(text, size, "local port %u", output - PORT_LOCAL);
    }
    engine_waits_for(text, size, " (tile %u,%u)", router->x, router->y);
    return wanted != 0;
}

static void settle(void *self, uint64_t now)
{
    router_settle(self, now);
}

static const struct component_class router_class = {"router", router_step,
                                                    router_hash, router_waiting,
                                                    settle};

void router_init(struct router *router, struct engine *engine, uint32_t index, uint32_t chip, uint32_t x, uint32_t y,
                 uint32_t ports)
{
    must(ports <= ROUTER_PORTS_MAX);
    *router = (struct router){.component = {.class_of = &router_class, .index = index}, .chip = chip, .x = x, .y = y,
                              .ports = ports, .standing = ROUTER_IDLE};
    engine_add(engine, &router->component);
}

void router_attach(struct router *router, uint32_t port, struct link *in, struct link *out)
{
    must(port < router->ports);
    router->in[port] = in;
    router->out[port] = out;
    if (in) {
        in->occupied = &router->occupied;
        in->occupied_bit = UINT32_C(1) << port;
    }
}
