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
    router->counters[packets] += router->sent[port];
    router->counters[flits] += router->sent[port] + router->more_flits[port];
    router->sent[port] = router->more_flits[port] = 0;
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
static uint32_t gate_to(const struct router *router, uint32_t place)
{
    return place_chip(place) > router->chip ? router->gate_east : router->gate_west;
}

/* First along x, then along y: the higher of the two that differs says which way, and which of the places is less says
 * which side. By arithmetic, not by jumps: where a packet goes cannot be foreseen. */
static inline uint32_t unicast_port(const struct router *router, uint32_t place)
{
    uint32_t off = place ^ router->place;
    if (__builtin_expect(place_chip(off) != 0, 0)) {
        place = gate_to(router, place);
        off = place ^ router->place;
    }
    uint32_t north_south = off < PLACE_X_UNIT, side = place < router->place, way = north_south * PORT_NORTH + side;
    uint32_t here = -(uint32_t)(off < PLACE_Y_UNIT);
    return way ^ ((way ^ off) & here); /* here: the port, since that of the router's own place is 0 */
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

/* A multicast packet wants several outputs. */
static uint32_t request_copies(struct router *router, uint32_t input, const struct packet *packet)
{
    uint32_t wanted = router->trees->rows[packet->target].ports;
    router->counters[ROUTER_TABLE_READS]++;
    for (uint32_t outputs = wanted; outputs; outputs &= outputs - 1)
        router->requests[__builtin_ctz(outputs)] |= input;
    return wanted;
}

/* Returns the outputs that they want. */
static inline uint32_t look_at_inputs(struct router *router, uint32_t inputs)
{
    uint32_t wanted = 0;
    for (uint32_t others; inputs; inputs = others) {
        const struct packet *packet = &router->in[__builtin_ctz(inputs)]->front->packet;
        others = inputs & (inputs - 1);
        uint32_t input = inputs ^ others;
        if (__builtin_expect(packet->flits != 1 || packet->kind == PACKET_TREE, 0)) {
            router->special |= input;
            if (packet->kind == PACKET_TREE) {
                wanted |= request_copies(router, input, packet);
                continue;
            }
        }
        uint32_t output = unicast_port(router, packet->target);
        router->requests[output] |= input;
        wanted |= UINT32_C(1) << output;
    }
    return wanted;
}

/* Outputs that the packet in front of an input still wants; 0: none is in front. */
static uint32_t wanted_by(const struct router *router, uint32_t input)
{
    uint32_t wanted = 0;
    for (uint32_t output = 0; output < router->ports; output++)
        wanted |= (router->requests[output] >> input & 1) << output;
    return wanted;
}

/* Inputs whose oldest packet can be seen and has not been looked at: those for which it was woken. */
static uint32_t new_in_front(const struct router *router, uint64_t now)
{
    uint32_t inputs = 0;
    for (uint32_t input = 0; input < router->ports; input++)
        if (router->in[input] && wanted_by(router, input) == 0 && link_peek(router->in[input], now))
            inputs |= UINT32_C(1) << input;
    return inputs;
}

/* ---- one packet across the switch ---- */

struct outcome {
    uint32_t served;        /* outputs that nobody wants any more */
    uint32_t again;         /* reasons for which it must step in the next cycle */
    uint32_t failed;        /* outputs that have no credit */
};

/* The packet of an input, a mask of one, has left; the next one is in front from the next cycle on, or when it has come.
 * Returns the reasons for which it must step in the next cycle. */
static inline uint32_t leave(struct router *router, uint64_t now, uint32_t input, struct link *in, uint32_t flits)
{
    link_pop_flits(in, now, flits);
    uint64_t visible = in->front->visible; /* of one that has left, if nothing has come */
    uint32_t more = -(uint32_t)(in->head != in->tail);
    if (__builtin_expect(visible <= now + 1, 1))
        return input << ROUTER_WOKEN_BY_INPUT_0 & more;
    engine_wake_if(router->component.engine, true, router->component.id,
                   ROUTER_WOKEN_BY_INPUT_0 + (uint32_t)__builtin_ctz(input), visible);
    return 0;
}

/* An output, a mask of one, is given to an input. */
static inline void pass(struct router *router, uint32_t output, uint32_t output_bit, uint32_t input,
                        struct outcome *outcome)
{
    uint32_t others = router->requests[output] ^ input;
    router->requests[output] = others;
    router->behind[output] = -(input << 1);
    router->sent[output]++;
    outcome->served |= others ? 0 : output_bit; /* the others wait from the next cycle on */
}

static void trace_hop(const struct router *router, uint64_t now, uint32_t output, uint32_t input, uint32_t flits)
{
    trace_event(&router->component, now, TRACE_HOP, flits << 16 | (uint32_t)__builtin_ctz(input) << 8 | output);
}

/* A long packet keeps the link for as many cycles. */
static void carry(struct router *router, uint64_t now, uint32_t output, uint32_t flits)
{
    router->carrying |= UINT32_C(1) << output;
    router->free_at[output] = now + flits;
    router->more_flits[output] += flits - 1u;
}

/* A packet that is long, or of which this may not be the last copy. Nothing moves if it has no credit. */
static __attribute__((noinline)) struct outcome serve_special(struct router *router, uint64_t now, uint32_t output,
                                                              uint32_t input)
{
    struct outcome outcome = {.failed = UINT32_C(1) << output};
    struct link *in = router->in[__builtin_ctz(input)], *out = router->out[output];
    const struct packet *packet = &in->front->packet;
    uint32_t flits = packet->flits;
    if (!link_ready(out, now, flits))
        return outcome;
    outcome.failed = 0;
    pass(router, output, UINT32_C(1) << output, input, &outcome);
    trace_hop(router, now, output, input, flits);
    if (flits != 1)
        carry(router, now, output, flits);
    if (packet->kind == PACKET_TREE) {
        struct packet copy = copy_for(router, packet, output);
        link_push(out, now, &copy);
        if (wanted_by(router, (uint32_t)__builtin_ctz(input)))
            return outcome;
    } else {
        link_push(out, now, packet);
    }
    router->special &= ~input;
    router->counters[ROUTER_FLITS_IN] += flits;
    outcome.again = leave(router, now, input, in, flits);
    return outcome;
}

/* The next input after the one served last: a mask of one. */
static inline uint32_t round_robin(uint32_t requests, uint32_t behind)
{
    uint32_t after = requests & behind;
    uint32_t among = after ? after : requests;
    return among & -among;
}

static void wait_until(struct router *router, uint64_t cycle)
{
    engine_wake(router->component.engine, router->component.id, cycle);
}

static __attribute__((noinline)) void wait_for_credit(struct router *router, uint32_t output, uint32_t input)
{
    uint32_t flits = router->in[__builtin_ctz(input)]->front->packet.flits;
    uint64_t cycle = link_credit_cycle(router->out[output], flits);
    if (cycle == NEVER)
        router->blocked |= UINT32_C(1) << output;
    else
        wait_until(router, cycle);
}

/* The input whose turn it is gets the output, if its packet has credit. */
__attribute__((always_inline)) static inline void serve(struct router *router, uint64_t now, uint32_t output, uint32_t output_bit, bool traced,
                         struct outcome *outcome)
{
    uint32_t input = round_robin(router->requests[output], router->behind[output]);
    struct link *out = router->out[output];
    if (__builtin_expect(router->special & input, 0)) {
        struct outcome one = serve_special(router, now, output, input);
        outcome->served |= one.served;
        outcome->again |= one.again;
        if (!one.failed)
            return;
    } else if (link_ready(out, now, 1)) {
        struct link *in = router->in[__builtin_ctz(input)];
        if (traced)
            trace_hop(router, now, output, input, 1);
        pass(router, output, output_bit, input, outcome);
        link_push_flits(out, now, &in->front->packet, 1);
        outcome->again |= leave(router, now, input, in, 1);
        router->counters[ROUTER_FLITS_IN]++;
        return;
    }
    wait_for_credit(router, output, input);
    outcome->failed |= output_bit;
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
__attribute__((always_inline)) static inline void step_router(struct router *router, uint64_t now, uint32_t inputs,
                                                              bool traced)
{
    struct outcome outcome = {0};
    account(router, now);
    uint32_t wanted = look_at_inputs(router, inputs), requested = router->requested | wanted;
    uint32_t blocked = router->blocked & ~wanted, outputs = requested & ~blocked, carry = 0;
    router->blocked = blocked;
    if (outputs & router->carrying) {
        carry = carrying(router, now, outputs);
        outputs &= ~carry;
    }
    for (uint32_t rest = outputs, others; rest; rest = others) {
        others = rest & (rest - 1);
        serve(router, now, (uint32_t)__builtin_ctz(rest), rest ^ others, traced, &outcome);
    }
    uint32_t moved = outputs & ~outcome.failed, contended = moved & ~outcome.served;
    router->requested = requested & ~outcome.served;
    outcome.again |= (uint32_t)(contended != 0) << ROUTER_WOKEN_BY_OUTPUT;
    router->standing = standing((contended | carry) != 0, (blocked | outcome.failed) != 0);
    if (moved) {
        router->component.progress++;
        router->counters[ROUTER_BUSY]++;
        if (traced)
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
    step_router(router, now, new_in_front(router, now), true);
    return NEVER;
}

__attribute__((always_inline)) static inline void step_routers(struct engine *engine, uint32_t first, uint64_t words, bool traced)
{
    for (; words; words &= words - 1) {
        uint32_t word = first + (uint32_t)__builtin_ctzll(words);
        struct component *const *at = engine->word[word].at;
        for (uint64_t due = due_take(engine, word); due; at++, due >>= 1u << ROUTER_REASON_BITS) {
            uint32_t reasons = (uint32_t)due;
            if (reasons == 0)
                continue;
            engine->steps++;
            step_router((struct router *)*at, engine->now, reasons >> ROUTER_WOKEN_BY_INPUT_0, traced);
        }
    }
}

static void routers_step(struct engine *engine, uint32_t first, uint64_t words)
{
    if (__builtin_expect(engine->trace != NULL, 0))
        step_routers(engine, first, words, true);
    else
        step_routers(engine, first, words, false);
}

static void router_hash(const void *self, struct hash *hash)
{
    const struct router *router = self;
    hash_u64(hash, router->standing);
    for (uint32_t port = 0; port < router->ports; port++) {
        uint32_t turn = (uint32_t)__builtin_ctz(router->behind[port]) - 1u; /* the input served last */
        hash_u64(hash, (uint64_t)turn << 32 | wanted_by(router, port));
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
        wanted |= wanted_by(router, input);
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
                              .place = place_pack(chip, x, y, 0), .ports = ports, .standing = ROUTER_IDLE};
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
