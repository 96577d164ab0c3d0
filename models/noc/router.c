#include "models/noc/router.h"

#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>

void router_settle(struct router *router, uint64_t now)
{
    if (now <= router->accounted) /* the cycle in which a packet has left is counted already */
        return;
    trace_state(&router->component, router->accounted, now, router->standing);
    router->counters[router->standing] += now - router->accounted;
    router->accounted = now;
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

/* ---- packets that come to the front of their input ---- */

static void come_to_front(struct router *router, uint32_t input, const struct packet *packet)
{
    uint32_t outputs = outputs_of(router, packet);
    router->wanted[input] = outputs;
    router->requested |= outputs;
    router->blocked &= ~outputs; /* it may be this one's turn, and it may need fewer credits */
    for (; outputs; outputs &= outputs - 1)
        router->requests[__builtin_ctz(outputs)] |= UINT32_C(1) << input;
}

static void look_at_inputs(struct router *router, uint32_t inputs)
{
    for (; inputs; inputs &= inputs - 1) {
        uint32_t input = (uint32_t)__builtin_ctz(inputs);
        const struct link *link = router->in[input];
        come_to_front(router, input, &link->ring[link->head & link->mask].packet);
    }
}

/* Inputs whose oldest packet can be seen and has not been looked at: those for which it was woken. */
static uint32_t new_in_front(const struct router *router, uint64_t now)
{
    uint32_t inputs = 0;
    for (uint32_t input = 0; input < router->ports; input++)
        if (router->in[input] && router->wanted[input] == 0 && link_peek(router->in[input], now))
            inputs |= UINT32_C(1) << input;
    return inputs;
}

/* ---- one packet across the switch ---- */

struct outcome {
    bool moved, waits_link, waits_credit;
    uint32_t again; /* reasons for which it must step in the next cycle */
};

static const uint8_t hop_counter[ROUTER_PORTS_MAX] = {
    ROUTER_HOPS_EW,    ROUTER_HOPS_EW,    ROUTER_HOPS_NS,    ROUTER_HOPS_NS,    ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL,
    ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL,
    ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL, ROUTER_HOPS_LOCAL};

static void count_hop(struct router *router, uint32_t output, uint32_t flits)
{
    uint64_t *hops = &router->counters[hop_counter[output]];
    hops[0]++;
    hops[ROUTER_FLITS_EW - ROUTER_HOPS_EW] += flits;
}

/* Its last copy has left; the next one is in front from the next cycle on, or when it has come. */
static void leave(struct router *router, uint64_t now, uint32_t input, uint32_t flits, struct outcome *outcome)
{
    struct link *in = router->in[input];
    uint32_t reason = ROUTER_WOKEN_BY_INPUT_0 + input;
    router->counters[ROUTER_FLITS_IN] += flits;
    link_pop(in, now);
    uint64_t visible = in->ring[in->head & in->mask].visible;
    bool follows = link_held(in) != 0;
    outcome->again |= (uint32_t)(follows & (visible <= now + 1)) << reason;
    engine_wake_if(in->engine, follows & (visible > now + 1), router->component.id, reason, follows ? visible : now + 1);
}

static void move(struct router *router, uint64_t now, uint32_t input, uint32_t output, struct outcome *outcome)
{
    const struct link *in = router->in[input];
    const struct packet *front = &in->ring[in->head & in->mask].packet;
    uint32_t flits = front->flits, bit = UINT32_C(1) << output;
    if (front->kind == PACKET_TREE) {
        struct packet copy = copy_for(router, front, output);
        link_push(router->out[output], now, &copy);
    } else {
        link_push(router->out[output], now, front);
    }
    router->free_at[output] = now + flits;
    router->turn[output] = (uint8_t)input;
    count_hop(router, output, flits);
    trace_event(&router->component, now, TRACE_HOP, flits << 16 | input << 8 | output);
    router->component.progress++;
    router->requests[output] &= ~(UINT32_C(1) << input);
    router->requested &= ~((uint32_t)(router->requests[output] == 0) << output);
    router->wanted[input] &= ~bit;
    if (router->wanted[input] == 0)
        leave(router, now, input, flits, outcome);
}

/* The next input after the one served last. */
static uint32_t round_robin(uint32_t requests, uint32_t last)
{
    uint32_t after = requests & ~((UINT32_C(2) << last) - 1);
    return (uint32_t)__builtin_ctz(after ? after : requests);
}

static void wait_until(struct router *router, uint64_t cycle)
{
    engine_wake(router->component.engine, router->component.id, cycle);
}

static void wait_for_credit(struct router *router, uint32_t output, uint32_t flits)
{
    uint64_t cycle = link_credit_cycle(router->out[output], flits);
    if (cycle == NEVER)
        router->blocked |= UINT32_C(1) << output;
    else
        wait_until(router, cycle);
}

static void serve(struct router *router, uint64_t now, uint32_t output, struct outcome *outcome)
{
    if (router->free_at[output] > now) {
        wait_until(router, router->free_at[output]);
        outcome->waits_link = true;
        return;
    }
    uint32_t input = round_robin(router->requests[output], router->turn[output]);
    const struct link *in = router->in[input];
    uint32_t flits = in->ring[in->head & in->mask].packet.flits;
    must(router->out[output]);
    if (!link_ready(router->out[output], now, flits)) {
        wait_for_credit(router, output, flits);
        outcome->waits_credit = true;
        return;
    }
    move(router, now, input, output, outcome);
    bool contended = router->requests[output] != 0; /* the others wait from the next cycle on */
    outcome->moved = true;
    outcome->waits_link |= contended;
    outcome->again |= (uint32_t)contended << ROUTER_WOKEN_BY_OUTPUT;
}

/* What the cycles until the next step are: some packet waits for a link, all that wait do so for credits, or nothing
 * is there. (A packet that comes to the front asks for a step in the next cycle.) */
static enum router_counter standing(const struct outcome *outcome)
{
    if (outcome->waits_link)
        return ROUTER_STALL_LINK;
    return outcome->waits_credit ? ROUTER_STALL_CREDIT : ROUTER_IDLE;
}

static void wake_again(const struct router *router, uint64_t now, uint32_t reasons)
{
    struct engine *engine = router->component.engine;
    uint32_t word = router->component.place >> 6, slot = (uint32_t)(now + 1) & (ENGINE_SLOTS - 1);
    engine->bits[(size_t)slot * engine->words + word] |= (uint64_t)reasons << (router->component.place & 63);
    engine_wake_place(engine, reasons != 0, router->component.place, now + 1);
}

static inline void step_router(struct router *router, uint64_t now, uint32_t inputs)
{
    struct outcome outcome = {0};
    router_settle(router, now);
    look_at_inputs(router, inputs);
    outcome.waits_credit = router->blocked != 0;
    for (uint32_t outputs = router->requested & ~router->blocked; outputs; outputs &= outputs - 1)
        serve(router, now, (uint32_t)__builtin_ctz(outputs), &outcome);
    router->standing = standing(&outcome);
    if (outcome.moved) {
        router->counters[ROUTER_BUSY]++;
        trace_state(&router->component, now, now + 1, ROUTER_BUSY);
        router->accounted = now + 1;
    }
    if (outcome.again)
        wake_again(router, now, outcome.again);
}

static uint64_t router_step(void *self, uint64_t now)
{
    step_router(self, now, new_in_front(self, now));
    return NEVER;
}

static void routers_step(struct engine *engine, struct component *const *at, uint64_t due)
{
    for (uint32_t nth = 0; due; nth++, due >>= 1u << ROUTER_REASON_BITS) {
        uint32_t reasons = (uint32_t)due;
        if (reasons == 0)
            continue;
        engine->steps++;
        step_router((struct router *)at[nth], engine->now, reasons >> ROUTER_WOKEN_BY_INPUT_0);
    }
}

static void router_hash(const void *self, struct hash *hash)
{
    const struct router *router = self;
    hash_u64(hash, router->standing);
    for (uint32_t port = 0; port < router->ports; port++) {
        uint64_t busy = router->free_at[port] > router->component.engine->now ? router->free_at[port] : 0;
        hash_u64(hash, (uint64_t)router->turn[port] << 32 | router->wanted[port]);
        hash_u64(hash, busy);
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

static const struct component_class router_class = {"router", router_step,  router_hash, router_waiting,
                                                    settle,   routers_step, ROUTER_REASON_BITS};

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
    if (in)
        in->reason = ROUTER_WOKEN_BY_INPUT_0 + port;
    if (out) {
        out->waiting = &router->blocked;
        out->waiting_bit = UINT32_C(1) << port;
    }
}
