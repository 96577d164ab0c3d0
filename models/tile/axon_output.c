#include "models/tile/axon_output.h"

void axon_output_begin(struct axon_output *output, uint64_t sweep_start, uint32_t step)
{
    output->sweep_start = sweep_start;
    output->step = step;
    output->spike = 0;
}

bool axon_output_done(const struct axon_output *output)
{
    return output->spike == output->array->fired_count &&
           (output->relay || (output->route == output->route_end && !axon_output_has_announced(output)));
}

static void begin_source(struct axon_output *output, const struct output_table *table, uint32_t source)
{
    output->route = table->start[source];
    output->route_end = table->start[source + 1];
}

/* The spike whose turn it is. */
static void begin_spike(struct axon_output *output)
{
    output->relay = false;
    begin_source(output, &output->neurons, output->array->fired[output->spike++]);
}

/* Cycle in which that spike leaves the neuron pipeline. */
static uint64_t spike_ready(const struct axon_output *output)
{
    return output->sweep_start + neuron_array_leaves(output->array, output->array->fired[output->spike]);
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
            uint64_t ready = spike_ready(output);
            if (ready > now)
                return ready < next ? ready : next;
            begin_spike(output);
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

static inline void announce(const struct axon_output *output, struct link *link, const struct send_route *route,
                            uint64_t ready)
{
    uint32_t step = (output->relay ? output->event.step : output->step) + route->delay;
    struct packet packet = {.target = route->target, .axon = route->axon, .step = (uint16_t)step,
                            .value = output->relay ? output->event.value : 1, .flits = route->flits,
                            .kind = route->kind};
    if (route->kind == PACKET_VALUE)
        packet.value = output->array->potential[output->array->fired[output->spike - 1]];
    link_announce(link, &packet, ready);
}

/* As many packets of the source as go by this link, and as there is `room` for, in flits; the first of all in any case. Returns the
 * room that is left. */
static uint32_t announce_source(struct axon_output *output, struct link *link, uint64_t ready, uint32_t room,
                                uint32_t *deliveries)
{
    const struct send_route *routes = routes_of(output), *route = &routes[output->route];
    const struct send_route *first = route, *end = &routes[output->route_end];
    uint32_t flits = 0, reached = 0;
    bool all = output->announced == 0;
    for (; route < end && link_for(output, route) == link && (flits + route->flits <= room || all); route++, all = false) {
        flits += route->flits;
        reached += route->deliveries;
        announce(output, link, route, ready);
    }
    output->announced += (uint32_t)(route - first);
    output->route = (uint32_t)(route - routes);
    *deliveries += reached;
    return flits < room ? room - flits : 0;
}

/* Nothing can come between the spikes of the sweep but a relayed input, and all go by one link. A spike whose first packet
 * has no room must wait: it may not be ready when there is room. */
static bool next_is_known(const struct axon_output *output, uint32_t room)
{
    if (output->route != output->route_end || output->spike == output->array->fired_count || output->relay_in ||
        output->out_west)
        return false;
    const struct output_table *table = &output->neurons;
    uint32_t neuron = output->array->fired[output->spike], route = table->start[neuron];
    return route == table->start[neuron + 1] || table->route[route].flits <= room;
}

/* The source, from `route` on, and what is known to come behind it. */
static void announce_all(struct axon_output *output, uint64_t now)
{
    struct link *link = link_for(output, &routes_of(output)[output->route]);
    uint32_t room = link_announce_room(link), deliveries = 0;
    output->announced_to = link;
    output->place = link->tail;
    output->sending = output->route;
    output->sending_end = output->route_end;
    output->sending_spike = output->spike - 1;
    link_begin_announcing(link, now, output->route_cycles);
    room = announce_source(output, link, now, room, &deliveries);
    while (next_is_known(output, room)) {
        uint64_t ready = spike_ready(output);
        begin_spike(output);
        room = announce_source(output, link, ready, room, &deliveries);
    }
    tally_add_early(output->outstanding, now, deliveries);
    link_end_announcing(link, output->place);
}

uint64_t axon_output_next_sent(const struct axon_output *output)
{
    return axon_output_has_announced(output) ? link_sent(output->announced_to, output->place) : NEVER;
}

/* The next announced packet is that of another spike. */
static void next_spike(struct axon_output *output)
{
    const uint32_t *start = output->neurons.start;
    while (output->sending == output->sending_end) {
        uint32_t neuron = output->array->fired[++output->sending_spike];
        output->sending = start[neuron];
        output->sending_end = start[neuron + 1];
    }
}

uint64_t axon_output_count_sent(struct axon_output *output, uint64_t before, uint64_t from,
                                uint64_t counters[CORE_COUNTERS])
{
    const struct send_route *routes = routes_of(output);
    uint64_t ready = output->next_send, waited = 0, sent, hops_ew = 0, hops_ns = 0, hops_local = 0;
    uint32_t place = output->place, deliveries = 0, packets = 0;
    while (packets < output->announced && (sent = link_sent(output->announced_to, place)) < before) {
        if (output->sending == output->sending_end)
            next_spike(output);
        const struct send_route *route = &routes[output->sending++];
        ready = ready > from ? ready : from;
        waited += sent > ready ? sent - ready : 0;
        ready = sent + (output->route_cycles > route->flits ? output->route_cycles : route->flits);
        place += route->flits;
        deliveries += route->deliveries;
        hops_ew += route->hops_ew;
        hops_ns += route->hops_ns;
        hops_local += route->hops_local;
        output->last_sent = sent;
        packets++;
    }
    counters[CORE_PACKETS] += packets;
    counters[CORE_ROUTE_READS] += packets;
    counters[CORE_SENT_HOPS_EW] += hops_ew;
    counters[CORE_SENT_HOPS_NS] += hops_ns;
    counters[CORE_SENT_HOPS_LOCAL] += hops_local;
    tally_came(output->outstanding, deliveries);
    output->next_send = ready;
    output->place = place;
    output->announced -= packets;
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
    if (axon_output_has_announced(output))
        return true;
    if (output->relay && output->route == output->route_end)
        tally_add(output->outstanding, now, -1);
    return false;
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
    announce_all(output, now);
    (*progress)++;
    output->blocked = axon_output_next_sent(output) != now;
    return still_sending(output, now, counters) ? NEVER : output->next_send;
}

/* What has not been sent, announced or not, and the spikes that wait; what has been sent is nobody's business any more. */
void axon_output_hash(const struct axon_output *output, uint64_t now, struct hash *hash)
{
    bool sends = axon_output_has_announced(output);
    uint32_t spike = sends && !output->relay ? output->sending_spike : output->spike;
    hash_u64(hash, (uint64_t)(output->array->fired_count - spike) << 32 | (output->route_end - output->route));
    hash_u64(hash, (uint64_t)output->step << 1 | output->blocked);
    hash_timer(hash, output->next_send, now);
    if (spike < output->array->fired_count)
        hash_u64(hash, now - output->sweep_start);
    for (uint32_t i = spike; i < output->array->fired_count; i++)
        hash_u64(hash, output->array->fired[i]);
    if (!sends && output->route == output->route_end)
        return;
    hash_u64(hash, (uint64_t)(sends ? output->sending : output->route) << 1 | output->relay);
    hash_u64(hash, output->announced);
    if (output->relay)
        hash_u64(hash, (uint64_t)output->event.axon << 32 | (uint32_t)output->event.value);
    else
        hash_u64(hash, output->array->fired[output->spike - 1]);
    if (output->relay)
        hash_u64(hash, output->event.step);
}
