#include "models/noc/router.h"

#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>

/* The cycle in which a packet has left is counted already. */
static inline void account(struct router *router, uint64_t now)
{
    if (now <= router->accounted)
        return;
    trace_state(&router->component, router->accounted, now, router->standing);
    router->counters[router->standing] += now - router->accounted;
    router->accounted = now;
}

static void add_sent(struct router *router, uint32_t port, enum router_counter packets, enum router_counter flits)
{
    router->counters[packets] += router->sent[port].packets;
    router->counters[flits] += router->sent[port].flits;
    router->sent[port].packets = router->sent[port].flits = 0;
}

void router_settle(struct router *router, uint64_t now)
{
    account(router, now);
    add_sent(router, PORT_EAST, ROUTER_HOPS_EW, ROUTER_FLITS_EW);
    add_sent(router, PORT_WEST, ROUTER_HOPS_EW, ROUTER_FLITS_EW);
    add_sent(router, PORT_NORTH, ROUTER_HOPS_NS, ROUTER_FLITS_NS);
    add_sent(router, PORT_SOUTH, ROUTER_HOPS_NS, ROUTER_FLITS_NS);
    for (uint32_t port = PORT_LOCAL; port < router->ports; port++)
        add_sent(router, port, ROUTER_HOPS_LOCAL, ROUTER_FLITS_LOCAL);
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

static uint32_t request_copies(struct router *router, uint32_t input, const struct packet *packet)
{
    uint32_t wanted = router->trees->rows[packet->target].ports;
    router->counters[ROUTER_TABLE_READS]++;
    router->wanted[input] = wanted;
    for (uint32_t outputs = wanted; outputs; outputs &= outputs - 1)
        router->requests[__builtin_ctz(outputs)] |= UINT32_C(1) << input;
    return wanted;
}

/* Returns the outputs that they want. */
static inline uint32_t look_at_inputs(struct router *router, uint32_t inputs)
{
    uint32_t wanted = 0;
    for (; inputs; inputs &= inputs - 1) {
        uint32_t input = (uint32_t)__builtin_ctz(inputs);
        const struct link *link = router->in[input];
        struct link_entry *front = &link->ring[link->head & link->mask];
        router->front[input] = front;
        if (__builtin_expect(front->packet.kind == PACKET_TREE, 0)) {
            wanted |= request_copies(router, input, &front->packet);
            continue;
        }
        uint32_t output = unicast_port(router, front->packet.target), bit = UINT32_C(1) << output;
        router->wanted[input] = bit;
        router->requests[output] |= inputs & -inputs;
        wanted |= bit;
    }
    return wanted;
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

/* Its last copy has left; the next one is in front from the next cycle on, or when it has come. */
static inline void leave(struct router *router, uint64_t now, uint32_t input, struct link_entry *front,
                         struct outcome *outcome)
{
    struct link *in = router->in[input];
    outcome->flits_in += front->packet.flits;
    link_pop_front(in, now, front);
    uint64_t visible = in->ring[in->head & in->mask].visible;
    if (in->head == in->tail)
        return;
    if (visible <= now + 1)
        outcome->again |= UINT32_C(1) << ROUTER_WOKEN_BY_INPUT_0 << input;
    else
        engine_wake_if(router->component.engine, true, router->component.id, ROUTER_WOKEN_BY_INPUT_0 + input, visible);
}

static void push_copy(struct router *router, uint64_t now, const struct packet *packet, uint32_t output)
{
    struct packet copy = copy_for(router, packet, output);
    link_push(router->out[output], now, &copy);
}

static inline void move(struct router *router, uint64_t now, uint32_t input, uint32_t output, struct link *out,
                        struct outcome *outcome)
{
    struct link_entry *front = router->front[input];
    uint32_t flits = front->packet.flits, others = router->requests[output] & ~(UINT32_C(1) << input);
    router->requests[output] = others;
    router->behind[output] = -(UINT32_C(2) << input);
    outcome->contended |= others; /* the others wait from the next cycle on */
    outcome->served |= (uint32_t)(others == 0) << output;
    router->sent[output].packets++;
    router->sent[output].flits += flits;
    if (flits != 1) {
        router->carrying |= UINT32_C(1) << output;
        router->free_at[output] = now + flits;
    }
    trace_event(&router->component, now, TRACE_HOP, flits << 16 | input << 8 | output);
    if (__builtin_expect(front->packet.kind == PACKET_TREE, 0)) {
        push_copy(router, now, &front->packet, output);
        router->wanted[input] &= ~(UINT32_C(1) << output);
        if (router->wanted[input])
            return;
    } else {
        link_push(out, now, &front->packet);
        router->wanted[input] = 0;
    }
    leave(router, now, input, front, outcome);
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
    uint32_t input = round_robin(router->requests[output], router->behind[output]);
    uint32_t flits = router->front[input]->packet.flits;
    struct link *out = router->out[output];
    if (link_ready(out, now, flits)) {
        move(router, now, input, output, out, outcome);
        outcome->moves++;
        return;
    }
    wait_for_credit(router, output, flits);
    outcome->waits_credit = true;
}

/* Which of the wanted outputs still carry the flits of an earlier packet. */
static uint32_t carrying(struct router *router, uint64_t now, uint32_t outputs)
{
    uint32_t carrying = 0;
    for (outputs &= router->carrying; outputs; outputs &= outputs - 1) {
        uint32_t output = (uint32_t)__builtin_ctz(outputs);
        if (router->free_at[output] <= now) {
            router->carrying &= ~(UINT32_C(1) << output);
            continue;
        }
        wait_until(router, router->free_at[output]);
        carrying |= UINT32_C(1) << output;
    }
    return carrying;
}

/* What the cycles until the next step are: some packet waits for a link, all that wait do so for credits, or nothing
 * is there. (A packet that comes to the front asks for a step in the next cycle.) */
static inline enum router_counter standing(bool waits_link, bool waits_credit)
{
    static const uint8_t kind[4] = {ROUTER_IDLE, ROUTER_STALL_CREDIT, ROUTER_STALL_LINK, ROUTER_STALL_LINK};
    return (enum router_counter)kind[waits_link * 2 + waits_credit];
}

static inline void wake_again(struct router *router, uint32_t reasons)
{
    struct engine *engine = router->component.engine;
    if (!router->wakes.bit)
        router->wakes = engine_wake_place(engine, router->component.id, ROUTER_WOKEN_BY_OUTPUT);
    engine_wake_next(engine, &router->wakes, reasons);
}

/* An output that waited for credit is looked at again when a packet comes that wants it: it may be its turn, and it may
 * need fewer credits. */
static inline void step_router(struct router *router, uint64_t now, uint32_t inputs)
{
    struct outcome outcome = {0};
    account(router, now);
    uint32_t wanted = look_at_inputs(router, inputs), requested = router->requested | wanted;
    router->blocked &= ~wanted;
    outcome.waits_credit = router->blocked != 0;
    uint32_t outputs = requested & ~router->blocked;
    if (outputs & router->carrying) {
        uint32_t carry = carrying(router, now, outputs);
        outcome.waits_link = carry != 0;
        outputs &= ~carry;
    }
    for (; outputs; outputs &= outputs - 1)
        serve(router, now, (uint32_t)__builtin_ctz(outputs), &outcome);
    router->requested = requested & ~outcome.served;
    bool contended = outcome.contended != 0;
    outcome.again |= (uint32_t)contended << ROUTER_WOKEN_BY_OUTPUT;
    router->standing = standing(outcome.waits_link | contended, outcome.waits_credit);
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
