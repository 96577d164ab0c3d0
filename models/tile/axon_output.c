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

static void announce(struct axon_output *output, uint64_t now, const struct send_route *route)
{
    uint32_t step = (output->relay ? output->event.step : output->step) + route->delay;
    struct packet packet = {.target = route->target, .axon = route->axon, .step = (uint16_t)step,
                            .value = output->relay ? output->event.value : 1, .flits = route->flits,
                            .kind = route->kind};
    if (route->kind == PACKET_VALUE)
        packet.value = output->array->potential[output->array->fired[output->spike - 1]];
    link_announce(output->announced_to, &packet);
    tally_add_early(output->outstanding, now, route->deliveries);
    output->announced++;
}

/* As many packets of the source as go by one link, and as there is room for; one always. */
static void announce_source(struct axon_output *output, uint64_t now)
{
    const struct send_route *routes = routes_of(output);
    struct link *link = link_for(output, &routes[output->route]);
    uint32_t flits = 0, room = link_announce_room(link);
    output->announced_to = link;
    output->place = link->tail;
    do {
        flits += routes[output->announced].flits;
        announce(output, now, &routes[output->announced]);
    } while (output->announced < output->route_end && link_for(output, &routes[output->announced]) == link &&
             flits + routes[output->announced].flits <= room);
    link_send_announced(link, now, output->route_cycles);
}

uint64_t axon_output_next_sent(const struct axon_output *output)
{
    return axon_output_has_announced(output) ? link_sent(output->announced_to, output->place) : NEVER;
}

void axon_output_count_sent(struct axon_output *output, uint64_t counters[CORE_COUNTERS])
{
    const struct send_route *route = &routes_of(output)[output->route];
    uint64_t sent = link_sent(output->announced_to, output->place);
    output->place += route->flits;
    output->next_send = sent + (output->route_cycles > route->flits ? output->route_cycles : route->flits);
    tally_came(output->outstanding, route->deliveries);
    counters[CORE_PACKETS]++;
    counters[CORE_ROUTE_READS]++;
    counters[CORE_SENT_HOPS_EW] += route->hops_ew;
    counters[CORE_SENT_HOPS_NS] += route->hops_ns;
    counters[CORE_SENT_HOPS_LOCAL] += route->hops_local;
    output->route++;
}

/* Counts what has left by now. Returns whether something announced has not. */
static bool still_sending(struct axon_output *output, uint64_t now, uint64_t counters[CORE_COUNTERS])
{
    bool relay = output->relay && axon_output_has_announced(output);
    while (axon_output_next_sent(output) <= now) {
        axon_output_count_sent(output, counters);
        output->blocked = false;
    }
    if (relay && output->route == output->route_end)
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
