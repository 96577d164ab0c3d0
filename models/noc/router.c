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

void router_restart(struct router *router)
{
    for (uint32_t port = 0; port < router->ports; port++)
        router->behind[port] = ~UINT32_C(1);
}

/* ---- where a packet wants to go ---- */

/* Another chip's place becomes that of the chip-to-chip link on its side. */
static uint32_t place_here(const struct router *router, uint32_t place)
{
    if (place_chip(place) == router->chip)
        return place;
    return place_chip(place) > router->chip ? router->gate_east : router->gate_west;
}

/* First along x, then along y: the higher of the two that differs says which way, and which of the places is less says
 * which side. By arithmetic, not by jumps: where a packet goes cannot be foreseen. */
static inline uint32_t unicast_port(const struct router *router, uint32_t target)
{
    uint32_t place = place_here(router, target), tile = place & PLACE_TILE, off = tile ^ router->tile;
    uint32_t north_south = off < PLACE_X_UNIT, side = tile < router->tile, here = -(uint32_t)(off == 0);
    uint32_t way = north_south * PORT_NORTH + side;
    return (place_port(place) & here) | (way & ~here);
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

static void request_copies(struct router *router, uint32_t input, const struct packet *packet)
{
    uint32_t outputs = router->trees->rows[packet->target].ports;
    router->counters[ROUTER_TABLE_READS]++;
    router->wanted[input] = outputs;
    router->requested |= outputs;
    router->blocked &= ~outputs;
    for (; outputs; outputs &= outputs - 1)
        router->requests[__builtin_ctz(outputs)] |= UINT32_C(1) << input;
}

/* An output that waited for credit is looked at again: it may be this packet's turn, and it may need fewer credits. */
static inline void look_at_inputs(struct router *router, uint32_t inputs)
{
    for (; inputs; inputs &= inputs - 1) {
        uint32_t input = (uint32_t)__builtin_ctz(inputs);
        const struct link *link = router->in[input];
        struct link_entry *front = &link->ring[link->head & link->mask];
        const struct packet *packet = &front->packet;
        router->front[input] = front;
        if (packet->kind == PACKET_TREE) {
            request_copies(router, input, packet);
            continue;
        }
        uint32_t output = unicast_port(router, packet->target), bit = UINT32_C(1) << output;
        router->wanted[input] = bit;
        router->requested |= bit;
        router->blocked &= ~bit;
        router->requests[output] |= UINT32_C(1) << input;
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
    uint32_t moves, flits_in;
    uint32_t contended;     /* inputs that want an output that another has got */
    uint32_t served;        /* outputs that nobody wants any more */
    bool waits_link, waits_credit;
    uint32_t again; /* reasons for which it must step in the next cycle */
};

static inline void count_hop(struct router *router, uint32_t output, uint32_t flits)
{
    static const uint8_t counter[ROUTER_PORTS_MAX] = {
        [PORT_EAST] = ROUTER_HOPS_EW,   [PORT_WEST] = ROUTER_HOPS_EW, [PORT_NORTH] = ROUTER_HOPS_NS,
        [PORT_SOUTH] = ROUTER_HOPS_NS,  [PORT_LOCAL ... ROUTER_PORTS_MAX - 1] = ROUTER_HOPS_LOCAL};
    uint64_t *hops = &router->counters[counter[output]];
    hops[0]++;
    hops[ROUTER_FLITS_EW - ROUTER_HOPS_EW] += flits;
}

/* Its last copy has left; the next one is in front from the next cycle on, or when it has come. */
static inline void leave(struct router *router, uint64_t now, uint32_t input, struct link_entry *front,
                         struct outcome *outcome)
{
    struct link *in = router->in[input];
    link_pop_front(in, now, front);
    uint64_t visible = in->ring[in->head & in->mask].visible;
    bool follows = in->head != in->tail;
    outcome->again |= (uint32_t)(follows & (visible <= now + 1)) << ROUTER_WOKEN_BY_INPUT_0 << input;
    if (follows & (visible > now + 1))
        engine_wake_if(router->component.engine, true, router->component.id, ROUTER_WOKEN_BY_INPUT_0 + input, visible);
}

static inline void move(struct router *router, uint64_t now, uint32_t input, uint32_t output, struct outcome *outcome)
{
    struct link_entry *front = router->front[input];
    uint32_t flits = front->packet.flits, others = router->requests[output] & ~(UINT32_C(1) << input);
    uint32_t wanted = router->wanted[input] & ~(UINT32_C(1) << output);
    router->wanted[input] = wanted;
    router->requests[output] = others;
    router->behind[output] = -(UINT32_C(2) << input);
    router->free_at[output] = now + flits;
    outcome->contended |= others; /* the others wait from the next cycle on */
    outcome->served |= (uint32_t)(others == 0) << output;
    count_hop(router, output, flits);
    trace_event(&router->component, now, TRACE_HOP, flits << 16 | input << 8 | output);
    const struct packet *packet = &front->packet;
    struct packet copy;
    if (packet->kind == PACKET_TREE) {
        copy = copy_for(router, packet, output);
        packet = &copy;
    }
    link_push(router->out[output], now, packet);
    if (wanted == 0) {
        outcome->flits_in += flits;
        leave(router, now, input, front, outcome);
    }
}

/* The next input after the one served last. */
static inline uint32_t round_robin(uint32_t requests, uint32_t behind)
{
    uint32_t after = requests & behind;
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

static inline void serve(struct router *router, uint64_t now, uint32_t output, struct outcome *outcome)
{
    if (router->free_at[output] > now) {
        wait_until(router, router->free_at[output]);
        outcome->waits_link = true;
        return;
    }
    uint32_t input = round_robin(router->requests[output], router->behind[output]);
    uint32_t flits = router->front[input]->packet.flits;
    const struct link *out = router->out[output];
    must(out);
    if (!link_ready(out, now, flits)) {
        wait_for_credit(router, output, flits);
        outcome->waits_credit = true;
        return;
    }
    move(router, now, input, output, outcome);
    outcome->moves++;
}

/* What the cycles until the next step are: some packet waits for a link, all that wait do so for credits, or nothing
 * is there. (A packet that comes to the front asks for a step in the next cycle.) */
static enum router_counter standing(const struct outcome *outcome)
{
    if (outcome->waits_link)
        return ROUTER_STALL_LINK;
    return outcome->waits_credit ? ROUTER_STALL_CREDIT : ROUTER_IDLE;
}

static inline void wake_again(struct router *router, uint32_t reasons)
{
    struct engine *engine = router->component.engine;
    if (!router->wakes.bit)
        router->wakes = engine_wake_place(engine, router->component.id, ROUTER_WOKEN_BY_OUTPUT);
    engine_wake_next(engine, &router->wakes, reasons);
}

static inline void step_router(struct router *router, uint64_t now, uint32_t inputs)
{
    struct outcome outcome = {0};
    router_settle(router, now);
    look_at_inputs(router, inputs);
    outcome.waits_credit = router->blocked != 0;
    for (uint32_t outputs = router->requested & ~router->blocked; outputs; outputs &= outputs - 1)
        serve(router, now, (uint32_t)__builtin_ctz(outputs), &outcome);
    router->requested &= ~outcome.served;
    outcome.waits_link |= outcome.contended != 0;
    outcome.again |= (uint32_t)(outcome.contended != 0) << ROUTER_WOKEN_BY_OUTPUT;
    router->standing = standing(&outcome);
    if (outcome.moves) {
        router->component.progress += outcome.moves;
        router->counters[ROUTER_BUSY]++;
        router->counters[ROUTER_FLITS_IN] += outcome.flits_in;
        trace_state(&router->component, now, now + 1, ROUTER_BUSY);
        router->accounted = now + 1;
    }
    if (outcome.again)
        wake_again(router, outcome.again);
}

/* Asks every output again, so that the oracle sees one that sleeps though its credit is back. */
static uint64_t router_step(void *self, uint64_t now)
{
    struct router *router = self;
    router->blocked = 0;
    step_router(router, now, new_in_front(router, now));
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
        uint32_t turn = (uint32_t)__builtin_ctz(router->behind[port]) - 1u; /* the input served last */
        hash_u64(hash, (uint64_t)turn << 32 | router->wanted[port]);
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

static const struct component_class router_class = {"router", router_step,  router_hash, router_waiting,
                                                    settle,   routers_step, ROUTER_REASON_BITS};

void router_init(struct router *router, struct engine *engine, uint32_t index, uint32_t chip, uint32_t x, uint32_t y,
                 uint32_t ports)
{
    must(ports <= ROUTER_PORTS_MAX);
    *router = (struct router){.component = {.class_of = &router_class, .index = index}, .chip = chip, .x = x, .y = y,
                              .tile = place_pack(0, x, y, 0), .ports = ports, .standing = ROUTER_IDLE};
    router_restart(router);
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
