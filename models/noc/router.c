#include "models/noc/router.h"

#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>

/* What the cycles until the next step are: some packet waits for a link, all that wait do so for credits, or nothing
 * is there. (A packet that comes to the front asks for a step in the next cycle.) */
static enum router_counter standing(const struct router *router)
{
    static const uint8_t kind[4] = {ROUTER_IDLE, ROUTER_STALL_CREDIT, ROUTER_STALL_LINK, ROUTER_STALL_LINK};
    return (enum router_counter)kind[(router->waits_link != 0) * 2 + (router->waits_credit != 0)];
}

/* The cycle in which a packet has left is counted already. */
static inline void account(struct router *router, uint64_t now)
{
    if (now <= router->accounted)
        return;
    trace_state(&router->component, router->accounted, now, standing(router));
    router->counters[standing(router)] += now - router->accounted;
    router->accounted = now;
}

static void add_sent(struct router *router, uint32_t port, enum router_counter packets, enum router_counter flits)
{
    router->counters[packets] += router->port[port].sent;
    router->counters[flits] += router->port[port].sent;
    router->counters[ROUTER_FLITS_IN] += router->port[port].sent;
    router->port[port].sent = 0;
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
    router->counters[ROUTER_FLITS_IN] -= router->stayed;
    router->stayed = 0;
}

void router_restart(struct router *router)
{
    for (uint32_t port = 0; port < router->ports; port++)
        router->port[port].behind = (uint16_t)~UINT32_C(1);
}

/* ---- where a packet wants to go ---- */

/* Another chip's place becomes that of the chip-to-chip link on its side. */
static uint32_t gate_to(const struct router *router, uint32_t place)
{
    return place > router->place ? router->gate_east : router->gate_west;
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

/* Bits set; by arithmetic, as not every x86-64 processor has an instruction for it. */
static inline uint32_t count_ports(uint32_t ports)
{
    ports -= ports >> 1 & 0x5555;
    ports = (ports & 0x3333) + (ports >> 2 & 0x3333);
    ports = (ports + (ports >> 4)) & 0x0f0f;
    return (ports + (ports >> 8)) & 31;
}

/* Makes a multicast packet the copy for one output. */
static inline void make_copy(const struct router *router, struct packet *packet, uint32_t output)
{
    const struct tree_row *row = &router->trees->rows[packet->target];
    uint32_t before = row->ports & ((UINT32_C(1) << output) - 1);
    uint32_t next = router->trees->next[row->next + count_ports(before)];
    if (output < PORT_LOCAL) {
        packet->target = next;
    } else {
        packet->kind = PACKET_SPIKE;
        packet->axon = next;
    }
}

/* ---- packets that come to the front of their input ---- */

/* A multicast packet wants several outputs. */
static uint32_t request_copies(struct router *router, uint32_t input, const struct packet *packet)
{
    uint32_t wanted = router->trees->rows[packet->target].ports;
    router->counters[ROUTER_TABLE_READS]++;
    router->port[__builtin_ctz(input)].copies = (uint16_t)wanted;
    for (uint32_t outputs = wanted; outputs; outputs &= outputs - 1)
        router->port[__builtin_ctz(outputs)].requests |= (uint16_t)input;
    return wanted;
}

/* Returns the outputs that they want. */
static inline uint32_t look_at_inputs(struct router *router, uint32_t inputs)
{
    uint32_t wanted = 0;
    for (uint32_t others; inputs; inputs = others) {
        const struct packet *packet = &router->port[__builtin_ctz(inputs)].in->front->packet;
        others = inputs & (inputs - 1);
        uint32_t input = inputs ^ others;
        if (__builtin_expect(packet->flits != 1 || packet->kind == PACKET_TREE, 0)) {
            if (packet->flits != 1)
                router->longs |= (uint16_t)input;
            if (packet->kind == PACKET_TREE) {
                router->copied |= (uint16_t)(input & ~router->longs);
                wanted |= request_copies(router, input, packet);
                continue;
            }
        }
        uint32_t output = unicast_port(router, packet->target);
        router->port[output].requests |= (uint16_t)input;
        wanted |= UINT32_C(1) << output;
    }
    return wanted;
}

/* Outputs that the packet in front of an input still wants; 0: none is in front. */
static uint32_t wanted_by(const struct router *router, uint32_t input)
{
    uint32_t wanted = 0;
    for (uint32_t output = 0; output < router->ports; output++)
        wanted |= (router->port[output].requests >> input & UINT32_C(1)) << output;
    return wanted;
}

/* Inputs whose oldest packet can be seen and has not been looked at: those for which it was woken. */
static uint32_t new_in_front(const struct router *router, uint64_t now)
{
    uint32_t inputs = 0;
    for (uint32_t input = 0; input < router->ports; input++)
        if (router->port[input].in && wanted_by(router, input) == 0 && link_peek(router->port[input].in, now))
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
    struct router_port *port = &router->port[output];
    uint32_t others = port->requests ^ input;
    port->requests = (uint16_t)others;
    port->behind = (uint16_t)-(input << 1);
    port->sent++;
    outcome->served |= others ? 0 : output_bit; /* the others wait from the next cycle on */
}

static void trace_hop(const struct router *router, uint64_t now, uint32_t output, uint32_t input, uint32_t flits)
{
    trace_event(&router->component, now, TRACE_HOP, flits << 16 | (uint32_t)__builtin_ctz(input) << 8 | output);
}

/* A long packet keeps the link for as many cycles. */
static void carry(struct router *router, uint64_t now, uint32_t output, uint32_t flits)
{
    static const uint8_t direction[PORT_LOCAL] = {ROUTER_FLITS_EW, ROUTER_FLITS_EW, ROUTER_FLITS_NS, ROUTER_FLITS_NS};
    router->carrying |= (uint16_t)(UINT32_C(1) << output);
    router->free_at[output] = now + flits;
    router->counters[output < PORT_LOCAL ? direction[output] : ROUTER_FLITS_LOCAL] += flits - 1u;
    router->counters[ROUTER_FLITS_IN] += flits - 1u;
}

/* Turns the packet in front of an input into the copy for one output; returns whether there are more to make. */
static inline bool copy_front(struct router *router, struct packet *packet, uint32_t output, struct router_port *from)
{
    from->copies &= (uint16_t)~(UINT32_C(1) << output);
    make_copy(router, packet, output);
    router->stayed += from->copies ? packet->flits : 0;
    return from->copies != 0;
}

/* A packet of several flits. Nothing moves if it has no credit. */
static __attribute__((noinline)) struct outcome serve_long(struct router *router, uint64_t now, uint32_t output,
                                                           uint32_t input)
{
    struct outcome outcome = {.failed = UINT32_C(1) << output};
    struct router_port *from = &router->port[__builtin_ctz(input)];
    struct packet packet = from->in->front->packet;
    if (!link_ready(router->port[output].out, now, packet.flits))
        return outcome;
    outcome.failed = 0;
    pass(router, output, UINT32_C(1) << output, input, &outcome);
    trace_hop(router, now, output, input, packet.flits);
    carry(router, now, output, packet.flits);
    bool stays = packet.kind == PACKET_TREE && copy_front(router, &packet, output, from);
    link_push(router->port[output].out, now, &packet);
    if (stays)
        return outcome;
    router->longs &= (uint16_t)~input;
    outcome.again = leave(router, now, input, from->in, packet.flits);
    return outcome;
}

/* A copy of one flit; returns whether the packet stays for others. */
static __attribute__((noinline)) bool push_copy(struct router *router, uint64_t now, uint32_t output, uint32_t input,
                                                struct link *in)
{
    struct packet packet = in->front->packet;
    bool stays = copy_front(router, &packet, output, &router->port[__builtin_ctz(input)]);
    link_push_flits(router->port[output].out, now, &packet, 1);
    router->copied &= (uint16_t)~(stays ? 0 : input);
    return stays;
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
    uint32_t flits = router->port[__builtin_ctz(input)].in->front->packet.flits;
    uint64_t cycle = link_credit_cycle(router->port[output].out, flits);
    if (cycle == NEVER)
        router->blocked |= UINT32_C(1) << output;
    else
        wait_until(router, cycle);
}

/* The input whose turn it is gets the output, if its packet has credit. */
__attribute__((always_inline)) static inline void serve(struct router *router, uint64_t now, uint32_t output,
                                                        uint32_t output_bit, bool traced, struct outcome *outcome)
{
    uint32_t input = round_robin(router->port[output].requests, router->port[output].behind);
    struct link *out = router->port[output].out;
    if (__builtin_expect(router->longs & input, 0)) {
        struct outcome one = serve_long(router, now, output, input);
        outcome->served |= one.served;
        outcome->again |= one.again;
        if (!one.failed)
            return;
    } else if (link_ready(out, now, 1)) {
        struct link *in = router->port[__builtin_ctz(input)].in;
        if (traced)
            trace_hop(router, now, output, input, 1);
        pass(router, output, output_bit, input, outcome);
        if (__builtin_expect(router->copied & input, 0)) {
            if (push_copy(router, now, output, input, in))
                return;
        } else {
            link_push_flits(out, now, &in->front->packet, 1);
        }
        outcome->again |= leave(router, now, input, in, 1);
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
            router->carrying &= (uint16_t)~(UINT32_C(1) << output);
            continue;
        }
        wait_until(router, router->free_at[output]);
        carrying |= UINT32_C(1) << output;
    }
    return carrying;
}

/* Returns the reasons for which it must step in the next cycle. An output that waited for credit is looked at again when
 * a packet comes that wants it: it may be its turn, and it may need fewer credits. */
__attribute__((always_inline)) static inline uint32_t step_router(struct router *router, uint64_t now, uint32_t inputs,
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
    router->waits_link = (uint16_t)(contended | carry);
    router->waits_credit = (uint16_t)(blocked | outcome.failed);
    if (moved) {
        router->component.progress++;
        router->counters[ROUTER_BUSY]++;
        if (traced)
            trace_state(&router->component, now, now + 1, ROUTER_BUSY);
        router->accounted = now + 1;
    }
    return outcome.again | (uint32_t)(contended != 0) << ROUTER_WOKEN_BY_OUTPUT;
}

/* Asks every output again, so that the oracle sees one that sleeps though its credit is back. */
static uint64_t router_step(void *self, uint64_t now)
{
    struct router *router = self;
    struct engine *engine = router->component.engine;
    router->blocked = 0;
    uint32_t again = step_router(router, now, new_in_front(router, now), true);
    if (again) {
        engine_wake_at(engine, again, router->component.place, now + 1);
        engine->wakeups++;
    }
    return NEVER;
}

/* The routers of a word. Returns those that must step in the next cycle, with their reasons. */
__attribute__((always_inline)) static inline uint64_t step_word(struct engine *engine, struct component *const *at,
                                                                uint64_t due, bool traced)
{
    uint64_t next = 0;
    for (uint32_t place = 0; due; at++, due >>= 1u << ROUTER_REASON_BITS, place += 1u << ROUTER_REASON_BITS) {
        uint32_t reasons = (uint32_t)due;
        if (reasons == 0)
            continue;
        uint32_t again = step_router((struct router *)*at, engine->now, reasons >> ROUTER_WOKEN_BY_INPUT_0, traced);
        next |= (uint64_t)again << place;
        engine->steps++;
        engine->wakeups += again != 0;
    }
    return next;
}

__attribute__((always_inline)) static inline void step_words(struct engine *engine, uint32_t first, uint64_t words,
                                                             bool traced)
{
    for (; words; words &= words - 1) {
        uint32_t word = first + (uint32_t)__builtin_ctzll(words);
        uint64_t next = step_word(engine, engine->word[word].at, due_take(engine, word), traced);
        if (next)
            engine_wake_at(engine, next, word * 64, engine->now + 1);
    }
}

static void routers_step(struct engine *engine, uint32_t first, uint64_t words)
{
    if (__builtin_expect(engine->trace != NULL, 0))
        step_words(engine, first, words, true);
    else
        step_words(engine, first, words, false);
}

static void router_hash(const void *self, struct hash *hash)
{
    const struct router *router = self;
    hash_u64(hash, standing(router));
    for (uint32_t port = 0; port < router->ports; port++) {
        uint32_t behind = router->port[port].behind | UINT32_C(1) << ROUTER_PORTS_MAX;
        uint32_t turn = (uint32_t)__builtin_ctz(behind) - 1u; /* the input served last */
        hash_u64(hash, (uint64_t)turn << 32 | wanted_by(router, port));
        hash_timer(hash, router->free_at[port], router->component.engine->now);
        if (router->port[port].in)
            link_hash(router->port[port].in, hash);
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
    engine_waits_for(text, size, " (tile %u,%u)", place_x(router->place), place_y(router->place));
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
    *router = (struct router){.component = {.class_of = &router_class, .index = index},
                              .place = place_pack(chip, x, y, 0), .ports = (uint16_t)ports};
    router_restart(router);
    engine_add(engine, &router->component);
}

void router_attach(struct router *router, uint32_t port, struct link *in, struct link *out)
{
    must(port < router->ports);
    router->port[port].in = in;
    router->port[port].out = out;
    if (in)
        in->reason = ROUTER_WOKEN_BY_INPUT_0 + port;
    if (out) {
        out->waiting = &router->blocked;
        out->waiting_bit = UINT32_C(1) << port;
    }
}
