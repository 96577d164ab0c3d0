#include "models/tile/axon_output.h"

void axon_output_begin(struct axon_output *output, uint64_t sweep_start, uint32_t step)
{
    output->sweep_start = sweep_start;
    output->step = step;
    output->spike = 0;
}

bool axon_output_done(const struct axon_output *output)
{
    return output->spike == output->array->fired_count && (output->relay || output->route == output->route_end);
}

static void begin_source(struct axon_output *output, const struct output_table *table, uint32_t source)
{
    output->route = output->announced = table->start[source];
    output->route_end = table->start[source + 1];
}

/* Chooses the next source that is there in cycle `now`. Returns when the next one will be, or `now`. */
static uint64_t choose(struct axon_output *output, uint64_t now, uint64_t counters[CORE_COUNTERS], uint64_t *progress)
{
    while (output->route == output->route_end) {
        const struct packet *relay = output->relay_in ? link_peek(output->relay_in, now) : NULL;
        uint64_t next = output->relay_in ? link_next(output->relay_in, now) : NEVER;
        if (relay) {
            output->relay = true;
            output->event = *relay;
            link_pop(output->relay_in, now);
            begin_source(output, &output->relays, relay->axon);
            counters[CORE_RELAYED]++;
            if (output->route == output->route_end)
                tally_add(output->outstanding, now, -1);
        } else if (output->spike < output->array->fired_count) {
            uint32_t neuron = output->array->fired[output->spike];
            uint64_t ready = output->sweep_start + neuron_array_leaves(output->array, neuron);
            if (ready > now)
                return ready < next ? ready : next;
            output->relay = false;
            begin_source(output, &output->neurons, neuron);
            output->spike++;
        } else {
            return next;
        }
        (*progress)++;
    }
    return now;
}

static struct link *link_for(const struct axon_output *output, const struct send_route *route)
{
    return output->out_west && place_x(route->target) < output->x ? output->out_west : output->out;
}

static const struct send_route *routes_of(const struct axon_output *output)
{
    return output->relay ? output->relays.route : output->neurons.route;
}

static inline void announce(struct axon_output *output, struct link *link, const struct send_route *route)
{
    uint32_t step = (output->relay ? output->event.step : output->step) + route->delay;
    struct packet packet = {.target = route->target, .axon = route->axon, .step = (uint16_t)step,
                            .value = output->relay ? output->event.value : 1, .flits = route->flits,
                            .kind = route->kind};
    if (route->kind == PACKET_VALUE)
        packet.value = output->array->potential[output->array->fired[output->spike - 1]];
    link_announce(link, &packet);
}

/* As many packets of the source as go by one link, and as there is room for; one always. */
static void announce_source(struct axon_output *output, uint64_t now)
{
    const struct send_route *routes = routes_of(output), *route = &routes[output->route];
    const struct send_route *end = &routes[output->route_end];
    struct link *link = link_for(output, route);
    uint32_t flits = 0, room = link_announce_room(link), deliveries = 0, first = link->tail;
    link_begin_announcing(link, now, output->route_cycles);
    do {
        flits += route->flits;
        deliveries += route->deliveries;
        announce(output, link, route);
        route++;
    } while (route < end && link_for(output, route) == link && flits + route->flits <= room);
    output->announced_to = link;
    output->place = first;
    output->announced = (uint32_t)(route - routes);
    tally_add_early(output->outstanding, now, deliveries);
    link_end_announcing(link, first);
}

uint64_t axon_output_next_sent(const struct axon_output *output)
{
    return axon_output_has_announced(output) ? link_sent(output->announced_to, output->place) : NEVER;
}

static void count_routes(const struct send_route *route, const struct send_route *end, uint64_t counters[CORE_COUNTERS])
{
    uint64_t hops_ew = 0, hops_ns = 0, hops_local = 0;
    counters[CORE_PACKETS] += (uint64_t)(end - route);
    counters[CORE_ROUTE_READS] += (uint64_t)(end - route);
    for (; route < end; route++) {
        hops_ew += route->hops_ew;
        hops_ns += route->hops_ns;
        hops_local += route->hops_local;
    }
    counters[CORE_SENT_HOPS_EW] += hops_ew;
    counters[CORE_SENT_HOPS_NS] += hops_ns;
    counters[CORE_SENT_HOPS_LOCAL] += hops_local;
}

uint64_t axon_output_count_sent(struct axon_output *output, uint64_t before, uint64_t from,
                                uint64_t counters[CORE_COUNTERS])
{
    const struct send_route *routes = routes_of(output), *route = &routes[output->route];
    const struct send_route *end = &routes[output->announced];
    uint64_t ready = output->next_send, waited = 0, sent;
    uint32_t place = output->place, deliveries = 0;
    for (; route < end && (sent = link_sent(output->announced_to, place)) < before; route++) {
        ready = ready > from ? ready : from;
        waited += sent > ready ? sent - ready : 0;
        ready = sent + (output->route_cycles > route->flits ? output->route_cycles : route->flits);
        place += route->flits;
        deliveries += route->deliveries;
        output->last_sent = sent;
    }
    count_routes(&routes[output->route], route, counters);
    tally_came(output->outstanding, deliveries);
    output->next_send = ready;
    output->place = place;
    output->route = (uint32_t)(route - routes);
    return waited;
}

/* Counts what has left by now. Returns whether something announced has not. */
static bool still_sending(struct axon_output *output, uint64_t now, uint64_t counters[CORE_COUNTERS])
{
    if (!axon_output_has_announced(output))
        return false;
    if (axon_output_next_sent(output) <= now) {
        axon_output_count_sent(output, now + 1, now, counters);
        output->blocked = false;
    }
    if (output->relay && output->route == output->route_end)
        tally_add(output->outstanding, now, -1);
    return axon_output_has_announced(output);
}

uint64_t axon_output_step(struct axon_output *output, uint64_t now, uint64_t counters[CORE_COUNTERS],
                          uint64_t *progress)
{
    if (still_sending(output, now, counters))
        return NEVER; /* the link wakes the core for the last one */
    if (output->next_send > now)
        return output->next_send;
    uint64_t next = choose(output, now, counters, progress);
    if (output->route == output->route_end)
        return next;
    announce_source(output, now);
    (*progress)++;
    output->blocked = axon_output_next_sent(output) != now;
    return still_sending(output, now, counters) ? NEVER : output->next_send;
}

/* What is being sent, and the spikes that wait for it; what has been sent is nobody's business any more. */
void axon_output_hash(const struct axon_output *output, uint64_t now, struct hash *hash)
{
    uint32_t spikes = output->array->fired_count - output->spike;
    bool sends = output->route != output->route_end;
    hash_u64(hash, (uint64_t)spikes << 32 | (output->route_end - output->route));
    hash_u64(hash, (uint64_t)output->step << 1 | output->blocked);
    hash_timer(hash, output->next_send, now);
    if (spikes)
        hash_u64(hash, now - output->sweep_start);
    for (uint32_t i = output->spike; i < output->array->fired_count; i++)
        hash_u64(hash, output->array->fired[i]);
    if (!sends)
        return;
    hash_u64(hash, (uint64_t)output->route << 1 | output->relay);
    hash_u64(hash, output->relay ? (uint64_t)output->event.axon << 32 | (uint32_t)output->event.value
                                 : output->array->fired[output->spike - 1]);
    if (output->relay)
        hash_u64(hash, output->event.step);
}
