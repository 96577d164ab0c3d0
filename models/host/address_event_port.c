#include "models/host/address_event_port.h"

#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>

void address_event_port_receive(struct address_event_port *port, uint64_t arrival, uint32_t address)
{
    struct packet packet = {.axon = address, .flits = 1};
    edge_put(&port->from_host, arrival, &packet);
    engine_wake(port->component.engine, port->component.id, arrival);
}

/* Which handshakes are under way. */
static void trace_handshakes(const struct address_event_port *port, uint64_t now)
{
    trace_event(&port->component, now, TRACE_STATE, (port->requested ? 1 : 0) | (port->release_at != NEVER ? 2 : 0));
}

static void acknowledged(struct address_event_port *port, uint64_t now)
{
    must(port->requested);
    probe_log(port->probe, LOG_ACCEPTED, now, 0, port->accepted, 0);
    port->accepted++;
    port->requested = false;
    trace_handshakes(port, now);
    port->may_request = now + port->config->synchroniser + 1;
    port->counters[HOST_EVENTS_IN]++;
}

static void output(struct address_event_port *port, uint64_t now, const struct packet *packet)
{
    must(port->release_at == NEVER);
    probe_log(port->probe, LOG_SPIKE, now, 0, packet->axon, 0);
    edge_put(&port->to_host, now + port->config->link_latency, packet);
    port->release_at = now + 2 * port->config->acknowledge_delay + 2 * port->config->synchroniser + 1;
    trace_event(&port->component, now, TRACE_OUTPUT, packet->axon);
    trace_handshakes(port, now);
    port->counters[HOST_EVENTS_OUT]++;
}

static uint64_t take_messages(struct address_event_port *port, uint64_t now)
{
    const struct packet *packet;
    while ((packet = link_peek(port->from_core, now))) {
        if (packet->kind == ADDRESS_EVENT_ACKNOWLEDGE)
            acknowledged(port, now);
        else
            output(port, now, packet);
        link_pop(port->from_core, now);
        port->component.progress++;
    }
    return link_next(port->from_core, now);
}

static uint64_t request_next(struct address_event_port *port, uint64_t now)
{
    const struct edge_message *front = edge_front(&port->from_host);
    if (!front || port->requested)
        return NEVER;
    uint64_t rises = front->arrival > port->may_request ? front->arrival : port->may_request;
    if (rises > now)
        return rises;
    must(link_ready(port->request, now, 1));
    link_push(port->request, now, &front->packet);
    trace_event(&port->component, now, TRACE_SEND, front->packet.axon);
    edge_pop(&port->from_host);
    port->requested = true;
    trace_handshakes(port, now);
    port->component.progress++;
    return NEVER;
}

static uint64_t release(struct address_event_port *port, uint64_t now)
{
    if (port->release_at > now)
        return port->release_at;
    struct packet packet = {.kind = ADDRESS_EVENT_FREE, .flits = 1};
    must(link_ready(port->release, now, 1));
    link_push(port->release, now, &packet);
    port->release_at = NEVER;
    trace_handshakes(port, now);
    port->component.progress++;
    return NEVER;
}

static uint64_t address_event_port_step(void *self, uint64_t now)
{
    struct address_event_port *port = self;
    uint64_t next = take_messages(port, now);
    uint64_t rises = request_next(port, now), frees = release(port, now);
    next = rises < next ? rises : next;
    return frees < next ? frees : next;
}

static void address_event_port_hash(const void *self, struct hash *hash)
{
    const struct address_event_port *port = self;
    edge_hash(&port->from_host, port->component.engine->now, hash);
    hash_u64(hash, (uint64_t)port->accepted << 1 | port->requested);
    hash_u64(hash, port->may_request);
    hash_u64(hash, port->release_at);
    hash_u64s(hash, port->counters, HOST_COUNTERS);
    link_hash(port->from_core, hash);
}

static bool address_event_port_waiting(const void *self, char *text, size_t size)
{
    const struct address_event_port *port = self;
    if (port->requested)
        snprintf(text, size, "the acknowledge of input %u", port->accepted);
    return port->requested;
}

static const struct component_class address_event_port_class = {"address-event port", address_event_port_step,
                                                                address_event_port_hash, address_event_port_waiting,
                                                                NULL, NULL, 0};

void address_event_port_init(struct address_event_port *port, struct engine *engine, uint32_t index,
                             const struct host_config *config, uint64_t *counters)
{
    *port = (struct address_event_port){.component = {.class_of = &address_event_port_class, .index = index},
                                        .config = config, .release_at = NEVER, .counters = counters};
    engine_add(engine, &port->component);
}

void address_event_port_free(struct address_event_port *port)
{
    edge_free(&port->from_host);
    edge_free(&port->to_host);
}
