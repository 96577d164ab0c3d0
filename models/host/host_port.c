#include "models/host/host_port.h"

#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>

void host_port_receive(struct host_port *port, uint64_t arrival, const struct packet *message)
{
    edge_put(&port->from_host, arrival, message);
    engine_wake(port->component.engine, port->component.id, arrival);
}

/* ---- towards the host ---- */

static void transmit(struct host_port *port, uint64_t now, const struct packet *packet)
{
    uint32_t cycles = edge_cycles(port->config->event_bits, port->config->link_bits_per_cycle);
    edge_put(&port->to_host, now + cycles - 1 + port->config->link_latency, packet);
    port->out_free = now + cycles;
    port->counters[HOST_BITS_OUT] += port->config->event_bits;
    port->component.progress++;
}

/* Credits are a wire of their own. */
static void return_credit(struct host_port *port, uint64_t now)
{
    struct packet credit = {.kind = HOST_CREDIT};
    edge_put(&port->to_host, now + port->config->link_latency, &credit);
}

static uint64_t send_outputs(struct host_port *port, uint64_t now)
{
    int64_t ended = signal_read(&port->control->ended, now);
    const struct packet *packet = link_peek(port->in, now);
    if (!packet && ended == port->told_done)
        return link_next(port->in, now);
    if (port->out_free > now)
        return port->out_free;
    if (packet) {
        transmit(port, now, packet);
        port->counters[HOST_EVENTS_OUT]++;
        trace_event(&port->component, now, TRACE_OUTPUT, packet->axon);
        if (port->probe)
            probe_log(port->probe, LOG_OUTPUT, now, 0, packet->axon, packet->step);
        link_pop(port->in, now);
        tally_add(&port->control->outstanding, now, -1);
    } else {
        struct packet done = {.kind = HOST_DONE, .axon = (uint32_t)ended};
        transmit(port, now, &done);
        port->told_done = ended;
    }
    return port->out_free;
}

/* ---- from the host ---- */

static int64_t present_step(const struct host_port *port, uint64_t now)
{
    int64_t go = signal_read(&port->control->go, now);
    bool begun = go >= 0 && go_sample(go) == port->sample && go_phase(go) != GO_RESET;
    return !begun ? -1 : (int64_t)go_phase(go) - GO_STEP_0;
}

static void pop_message(struct host_port *port, uint64_t now)
{
    edge_pop(&port->from_host);
    return_credit(port, now);
    port->counters[HOST_BITS_IN] += port->config->event_bits;
    port->component.progress++;
}

/* Waits for its timestep? Inputs carry the low 16 bits of it. */
static bool too_early(const struct host_port *port, uint64_t now, uint16_t step)
{
    int64_t present = present_step(port, now);
    return present < 0 || (int16_t)(step - (uint16_t)present) > 0;
}

static void wait_for_credit(struct host_port *port, uint64_t now)
{
    if (!port->blocked) {
        port->blocked_since = now;
        trace_event(&port->component, now, TRACE_STATE, 1);
    }
    port->blocked = true;
}

static void stop_waiting(struct host_port *port, uint64_t now)
{
    if (port->blocked) {
        port->counters[HOST_STALL_OUTPUT] += now - port->blocked_since;
        trace_event(&port->component, now, TRACE_STATE, 0);
    }
    port->blocked = false;
}

static uint64_t relay(struct host_port *port, uint64_t now, const struct host_input *input)
{
    if (!link_ready(input->relay_link, now, 1)) {
        wait_for_credit(port, now);
        return link_credit_cycle(input->relay_link, 1);
    }
    stop_waiting(port, now);
    struct packet word = port->event;
    word.axon = input->relay_index;
    word.flits = 1;
    link_push(input->relay_link, now, &word);
    trace_event(&port->component, now, TRACE_SEND, word.axon);
    tally_add(&port->control->outstanding, now, 1);
    pop_message(port, now);
    return now + 1;
}

static uint64_t begin_input(struct host_port *port, uint64_t now, const struct packet *message)
{
    must(message->axon < port->input_count);
    const struct host_input *input = &port->inputs[message->axon];
    port->event = *message;
    port->event.step = (uint16_t)present_step(port, now);
    if (input->relay_link) {
        uint64_t next = relay(port, now, input);
        if (!port->blocked)
            port->counters[HOST_EVENTS_IN]++;
        return next;
    }
    port->counters[HOST_EVENTS_IN]++;
    port->route = input->route;
    port->route_end = input->route_end;
    pop_message(port, now);
    return now + 1;
}

static uint64_t send_packet(struct host_port *port, uint64_t now)
{
    const struct send_route *route = &port->routes[port->route];
    if (!link_ready(port->out, now, route->flits)) {
        wait_for_credit(port, now);
        return link_credit_cycle(port->out, route->flits);
    }
    stop_waiting(port, now);
    struct packet packet = {.target = route->target, .axon = route->axon, .value = port->event.value,
                            .step = (uint16_t)(port->event.step + route->delay), .flits = route->flits,
                            .kind = route->kind};
    link_push(port->out, now, &packet);
    trace_event(&port->component, now, TRACE_SEND, route->axon);
    tally_add(&port->control->outstanding, now, route->deliveries);
    port->counters[HOST_PACKETS]++;
    port->counters[HOST_ROUTE_READS]++;
    port->counters[HOST_SENT_HOPS_EW] += route->hops_ew;
    port->counters[HOST_SENT_HOPS_NS] += route->hops_ns;
    port->counters[HOST_SENT_HOPS_LOCAL] += route->hops_local;
    port->route++;
    port->component.progress++;
    port->in_free = now + route->flits;
    return port->in_free;
}

/* A sample begins only when the one before is over: the host waits for HOST_DONE. */
static uint64_t begin_sample(struct host_port *port, uint64_t now, const struct packet *message)
{
    port->sample = message->axon;
    signal_set(&port->control->command, now, go_pack(message->axon, (uint32_t)message->value));
    engine_wake(port->component.engine, port->control->component.id, now + 1);
    pop_message(port, now);
    return now + 1;
}

static uint64_t take_inputs(struct host_port *port, uint64_t now);

/* Replayed stimuli: each in its own cycle. */
static uint64_t take_packet(struct host_port *port, uint64_t now, const struct packet *message)
{
    if (!link_ready(port->out, now, 1)) {
        wait_for_credit(port, now);
        return link_credit_cycle(port->out, 1);
    }
    stop_waiting(port, now);
    struct packet packet = *message;
    packet.kind = (uint8_t)message->value;
    packet.value = 1;
    link_push(port->out, now, &packet);
    trace_event(&port->component, now, TRACE_SEND, packet.axon);
    tally_add(&port->control->outstanding, now, 1);
    port->counters[HOST_EVENTS_IN]++;
    port->counters[HOST_PACKETS]++;
    pop_message(port, now);
    return now + 1;
}

/* One packet, word or message; returns when to go on. */
static uint64_t take_inputs(struct host_port *port, uint64_t now)
{
    if (port->in_free > now)
        return port->in_free;
    if (port->route != port->route_end)
        return send_packet(port, now);
    const struct edge_message *front = edge_front(&port->from_host);
    if (!front)
        return NEVER;
    if (front->arrival > now)
        return front->arrival;
    if (front->packet.kind == HOST_SAMPLE)
        return begin_sample(port, now, &front->packet);
    if (front->packet.kind == HOST_PACKET)
        return take_packet(port, now, &front->packet);
    if (front->packet.kind == HOST_TRIGGER) {
        timestep_trigger(port->control, now);
        pop_message(port, now);
        return take_inputs(port, now); /* a wire of its own */
    }
    if (too_early(port, now, front->packet.step))
        return NEVER; /* the go signal wakes */
    if (front->packet.kind == HOST_INPUT)
        return begin_input(port, now, &front->packet);
    must(front->packet.kind == HOST_STEP);
    pop_message(port, now);
    tally_add(&port->control->outstanding, now, -1);
    return now + 1;
}

static uint64_t host_port_step(void *self, uint64_t now)
{
    struct host_port *port = self;
    uint64_t outputs = send_outputs(port, now);
    uint64_t inputs = take_inputs(port, now);
    return outputs < inputs ? outputs : inputs;
}

static void host_port_hash(const void *self, struct hash *hash)
{
    const struct host_port *port = self;
    uint64_t now = port->component.engine->now;
    edge_hash(&port->from_host, now, hash);
    edge_hash(&port->to_host, now, hash);
    hash_u64(hash, port->route_end - port->route);
    if (port->route != port->route_end) {
        hash_u64(hash, (uint64_t)port->route << 32 | port->event.axon);
        hash_u64(hash, (uint64_t)port->event.step << 32 | (uint32_t)port->event.value);
    }
    hash_u64(hash, port->sample);
    hash_timer(hash, port->in_free, now);
    hash_timer(hash, port->out_free, now);
    hash_u64(hash, (uint64_t)port->told_done);
    hash_u64(hash, port->blocked ? 1 + now - port->blocked_since : 0);
    link_hash(port->in, hash);
}

static bool host_port_waiting(const void *self, char *text, size_t size)
{
    const struct host_port *port = self;
    if (port->blocked)
        snprintf(text, size, "credit of its router or of a relay, to send an input spike");
    return port->blocked;
}

static const struct component_class host_port_class = {"host interface", host_port_step, host_port_hash,
                                                       host_port_waiting, NULL, NULL, 0};

void host_port_init(struct host_port *port, struct engine *engine, uint32_t index, const struct host_config *config,
                    uint64_t *counters)
{
    *port = (struct host_port){.component = {.class_of = &host_port_class, .index = index}, .config = config,
                               .told_done = -1, .counters = counters};
    engine_add(engine, &port->component);
}

void host_port_free(struct host_port *port)
{
    edge_free(&port->from_host);
    edge_free(&port->to_host);
}
