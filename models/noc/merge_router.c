#include "models/noc/merge_router.h"

#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>

void merge_router_settle(struct merge_router *router, uint64_t now)
{
    if (now <= router->accounted)
        return;
    trace_state(&router->component, router->accounted, now, router->standing);
    router->counters[router->standing] += now - router->accounted;
    router->accounted = now;
}

/* Which output of its unit a packet takes. */
static uint32_t output_of(const struct merge_router *router, enum merge_unit_name unit, const struct packet *packet)
{
    uint32_t x = place_x(packet->target), y = place_y(packet->target);
    switch (unit) {
    case UNIT_EAST:
    case UNIT_WEST:
        return x != router->x ? 0 : y >= router->y ? 1 : 2;
    case UNIT_NORTH:
    case UNIT_SOUTH:
        return y != router->y ? 0 : 1;
    default:
        return packet->kind == PACKET_OUTPUT || packet->kind == PACKET_VALUE ? 1 : 0;
    }
}

static bool outputs_full(struct merge_unit *unit, uint64_t now, uint64_t *next)
{
    bool full = false;
    for (int i = 0; i < MERGE_PORTS_MAX; i++) {
        if (!unit->out[i] || link_ready(unit->out[i], now, 1))
            continue;
        uint64_t credit = link_credit_cycle(unit->out[i], 1);
        *next = credit < *next ? credit : *next;
        full = true;
    }
    return full;
}

static void count_hop(struct merge_router *router, enum merge_unit_name unit, uint32_t output)
{
    enum router_counter hops = unit == UNIT_LOCAL                  ? ROUTER_HOPS_LOCAL
                               : unit <= UNIT_WEST && output == 0  ? ROUTER_HOPS_EW
                               : unit >= UNIT_NORTH && output == 0 ? ROUTER_HOPS_NS
                                                                   : ROUTER_COUNTERS;
    if (hops == ROUTER_COUNTERS)
        return;
    router->counters[hops]++;
    router->counters[hops + (ROUTER_FLITS_EW - ROUTER_HOPS_EW)]++;
}

struct outcome {
    bool moved;
    uint64_t next;
};

static void take(struct merge_router *router, enum merge_unit_name name, struct link *in, uint64_t now,
                 const struct packet *front)
{
    struct merge_unit *unit = &router->units[name];
    struct packet packet = *front;
    uint32_t output = output_of(router, name, &packet);
    must(unit->out[output]);
    link_pop(in, now);
    link_push(unit->out[output], now, &packet);
    unit->free_at = now + MERGE_STAGE_CYCLES;
    count_hop(router, name, output);
    router->counters[ROUTER_FLITS_IN]++;
    router->component.progress++;
    trace_event(&router->component, now, TRACE_HOP, MERGE_STAGE_CYCLES << 16 | (uint32_t)name << 8 | output);
}

static void sooner(struct outcome *outcome, uint64_t cycle)
{
    if (cycle < outcome->next)
        outcome->next = cycle;
}

/* One unit's choice. A unit wakes when a packet comes, when a buffer has room again, or when it is free. */
static void serve(struct merge_router *router, enum merge_unit_name name, uint64_t now, struct outcome *outcome)
{
    struct merge_unit *unit = &router->units[name];
    for (int i = 0; i < MERGE_PORTS_MAX; i++) {
        const struct packet *front = unit->in[i] ? link_peek(unit->in[i], now) : NULL;
        if (!front)
            continue;
        if (unit->free_at <= now && !outputs_full(unit, now, &outcome->next)) {
            take(router, name, unit->in[i], now, front);
            outcome->moved = true;
        }
        break;
    }
    for (int i = 0; i < MERGE_PORTS_MAX; i++) {
        uint64_t arrival = unit->in[i] ? link_next(unit->in[i], now) : NEVER;
        bool waits = unit->in[i] && link_peek(unit->in[i], now);
        if (waits && unit->free_at > now)
            sooner(outcome, unit->free_at);
        else if (!waits)
            sooner(outcome, arrival);
    }
}

/* What the cycles until the next step are. */
static enum router_counter standing(const struct merge_router *router, uint64_t now)
{
    enum router_counter standing = ROUTER_IDLE;
    for (int name = 0; name < MERGE_UNITS; name++)
        for (int i = 0; i < MERGE_PORTS_MAX; i++) {
            const struct merge_unit *unit = &router->units[name];
            if (!unit->in[i] || !link_peek(unit->in[i], now))
                continue;
            if (unit->free_at > now)
                return ROUTER_STALL_LINK;
            standing = ROUTER_STALL_CREDIT;
        }
    return standing;
}

static uint64_t merge_router_step(void *self, uint64_t now)
{
    struct merge_router *router = self;
    struct outcome outcome = {.next = NEVER};
    merge_router_settle(router, now);
    for (int name = 0; name < MERGE_UNITS; name++)
        serve(router, (enum merge_unit_name)name, now, &outcome);
    router->standing = standing(router, now);
    if (outcome.moved && router->accounted <= now) {
        router->counters[ROUTER_BUSY]++;
        trace_state(&router->component, now, now + 1, ROUTER_BUSY);
        router->accounted = now + 1;
    }
    return outcome.next;
}

static void merge_router_hash(const void *self, struct hash *hash)
{
    const struct merge_router *router = self;
    for (int name = 0; name < MERGE_UNITS; name++) {
        const struct merge_unit *unit = &router->units[name];
        hash_timer(hash, unit->free_at, router->component.engine->now);
        for (int i = 0; i < MERGE_PORTS_MAX; i++)
            if (unit->in[i])
                link_hash(unit->in[i], hash);
    }
    hash_u64s(hash, router->counters, ROUTER_COUNTERS);
}

static bool has_packet(const struct merge_unit *unit, uint64_t now)
{
    for (int i = 0; i < MERGE_PORTS_MAX; i++)
        if (unit->in[i] && link_peek(unit->in[i], now))
            return true;
    return false;
}

/* One full output buffer is enough to stop a unit, so all of them are named. */
static bool merge_router_waiting(const void *self, char *text, size_t size)
{
    static const char *const names[] = {"east", "west", "north", "south", "local"};
    static const char *const behind[MERGE_UNITS][MERGE_PORTS_MAX] = {
        {"the east neighbour", "the north unit", "the south unit"},
        {"the west neighbour", "the north unit", "the south unit"},
        {"the north neighbour", "the local unit", NULL},
        {"the south neighbour", "the local unit", NULL},
        {"the core", "the host interface", NULL}};
    const struct merge_router *router = self;
    text[0] = '\0';
    uint64_t now = router->component.engine->now;
    for (int name = 0; name < MERGE_UNITS; name++)
        for (int i = 0; has_packet(&router->units[name], now) && i < MERGE_PORTS_MAX; i++)
            if (router->units[name].out[i] && !link_ready(router->units[name].out[i], now, 1))
                engine_waits_for(text, size, "%scredit of %s behind its %s unit", text[0] ? ", " : "", behind[name][i],
                                 names[name]);
    bool waits = text[0] != '\0';
    engine_waits_for(text, size, " (tile %u,%u)", router->x, router->y);
    return waits;
}

static void settle(void *self, uint64_t now)
{
    merge_router_settle(self, now);
}

static const struct component_class merge_router_class = {"merge router", merge_router_step,
                                                          merge_router_hash, merge_router_waiting,
                                                          settle, NULL, 0};

void merge_router_init(struct merge_router *router, struct engine *engine, uint32_t index, uint32_t x, uint32_t y,
                       uint32_t buffer_packets)
{
    *router = (struct merge_router){.component = {.class_of = &merge_router_class, .index = index}, .x = x, .y = y,
                                    .standing = ROUTER_IDLE};
    engine_add(engine, &router->component);
    for (int i = 0; i < 6; i++) {
        link_init(&router->inner[i], engine, buffer_packets, MERGE_STAGE_CYCLES, 1);
        link_connect(&router->inner[i], &router->component, &router->component);
    }
    struct merge_unit *units = router->units;
    units[UNIT_EAST].out[1] = units[UNIT_NORTH].in[1] = &router->inner[0];
    units[UNIT_EAST].out[2] = units[UNIT_SOUTH].in[1] = &router->inner[1];
    units[UNIT_WEST].out[1] = units[UNIT_NORTH].in[2] = &router->inner[2];
    units[UNIT_WEST].out[2] = units[UNIT_SOUTH].in[2] = &router->inner[3];
    units[UNIT_NORTH].out[1] = units[UNIT_LOCAL].in[0] = &router->inner[4];
    units[UNIT_SOUTH].out[1] = units[UNIT_LOCAL].in[1] = &router->inner[5];
}

void merge_router_free(struct merge_router *router)
{
    for (int i = 0; i < 6; i++)
        link_free(&router->inner[i]);
}
