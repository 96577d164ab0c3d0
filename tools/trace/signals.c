/* What each kind of component shows, and how a record changes it. */
#include "models/host/timestep.h"
#include "models/noc/router_counters.h"
#include "models/packet.h"
#include "models/tile/core_counters.h"
#include "models/tile/processor_counters.h"
#include "sim/memory.h"
#include "tools/trace/trace_file.h"
#include <string.h>

/* Signals by kind. A state is shown by the wire of the same number. */
enum { TIMESTEP_BARRIER_WIRE = TIMESTEP_RELEASE, TIMESTEP_RESET_WIRE, TIMESTEP_NUMBER };
enum { HOST_STALL_WIRE = 1, HOST_IN, HOST_OUT };
enum { ADDRESS_REQUEST_WIRE, ADDRESS_OUTPUT_WIRE, ADDRESS_IN, ADDRESS_OUT };
enum { CHIP_LINK_IN, CHIP_LINK_OUT };
enum { ROUTER_OUTPUTS = ROUTER_CYCLE_COUNTERS };
enum { CORE_QUEUE_FULL = CORE_CYCLE_COUNTERS, CORE_QUEUE, CORE_SPIKES_NOW };

static const char *const kind_names[TRACED_KINDS] = {
    [TRACED_TIMESTEP] = "timestep control", [TRACED_HOST] = "host interface",
    [TRACED_ADDRESS_EVENTS] = "address-event port", [TRACED_CHIP_LINK] = "chip-to-chip link",
    [TRACED_ROUTER] = "router", [TRACED_MERGE_ROUTER] = "merge router", [TRACED_CORE] = "core",
    [TRACED_PROCESSOR] = "processor",
};

enum trace_component_kind trace_kind_of(const char *name, size_t length)
{
    int kind = 0;
    while (kind < TRACED_KINDS && (strlen(kind_names[kind]) != length || memcmp(kind_names[kind], name, length)))
        kind++;
    return (enum trace_component_kind)kind;
}

char *trace_component_label(const struct trace_component *component)
{
    switch (component->kind) {
    case TRACED_TIMESTEP: return memory_copy_string("timestep_control");
    case TRACED_HOST: return memory_copy_string("host_interface");
    case TRACED_ADDRESS_EVENTS: return memory_copy_string("address_events");
    case TRACED_CHIP_LINK: return memory_copy_string(component->index % 2 ? "link_west" : "link_east");
    case TRACED_CORE: return memory_format("core%u", component->index);
    case TRACED_PROCESSOR: return memory_copy_string("processor");
    default: return memory_copy_string("router");
    }
}

uint32_t trace_component_tile(const struct trace_file *file, const struct trace_component *component)
{
    if (component->kind < TRACED_ROUTER)
        return UINT32_MAX;
    return component->kind == TRACED_CORE ? component->index / file->system.cores_per_tile : component->index;
}

/* ---- names ---- */

static const char *const port_names[TRACE_CORES_MAX + 7] = {"out_east", "out_west", "out_north", "out_south",
                                                            "out_core0", "out_core1", "out_core2", "out_core3",
                                                            "out_core4", "out_core5", "out_core6", "out_core7",
                                                            "out_core8"};
static const char *const last_ports[] = {"out_host", "out_chip_east", "out_chip_west"};
static const char *const merge_units[] = {"unit_east", "unit_west", "unit_north", "unit_south", "unit_local"};
static const char *const merge_outputs[][3] = {{"east_onward", "east_to_north", "east_to_south"},
                                               {"west_onward", "west_to_north", "west_to_south"},
                                               {"north_onward", "north_to_local", NULL},
                                               {"south_onward", "south_to_local", NULL},
                                               {"local_to_core", "local_to_host", NULL}};

static const char *const core_colours[] = {
    [CORE_BUSY_SYNAPSE] = "thread_state_running", [CORE_BUSY_NEURON] = "good", [CORE_BUSY_RESET] = "grey",
    [CORE_STALL_OUTPUT] = "terrible", [CORE_STALL_PROCESSOR] = "thread_state_iowait", [CORE_STALL_BARRIER] = "yellow",
};
static const char *const router_colours[] = {
    [ROUTER_BUSY] = "good", [ROUTER_STALL_CREDIT] = "terrible", [ROUTER_STALL_LINK] = "thread_state_iowait",
};

static struct trace_signal wire(const char *name, const char *colour)
{
    return (struct trace_signal){.name = name, .colour = colour};
}

static struct trace_signal number(const char *name)
{
    return (struct trace_signal){.name = name, .number = true};
}

static void name_control(struct trace_file *file)
{
    struct trace_signal *timestep = file->signals[TRACED_TIMESTEP], *host = file->signals[TRACED_HOST];
    struct trace_signal *address = file->signals[TRACED_ADDRESS_EVENTS], *link = file->signals[TRACED_CHIP_LINK];
    timestep[TIMESTEP_RUN] = wire("runs", "thread_state_running");
    timestep[TIMESTEP_BARRIER_WIRE] = wire("barrier", "yellow");
    timestep[TIMESTEP_RESET_WIRE] = wire("reset", "grey");
    timestep[TIMESTEP_RESET_WIRE].row = 1;
    timestep[TIMESTEP_RESET_WIRE].row_name = "timestep";
    timestep[TIMESTEP_NUMBER] = number("timestep");
    timestep[TIMESTEP_NUMBER].initial = -1;
    timestep[TIMESTEP_NUMBER].row = 1;
    timestep[TIMESTEP_NUMBER].row_name = "timestep";
    host[HOST_STALL_WIRE] = wire("stall_output", "terrible");
    host[HOST_IN] = number("packets_in");
    host[HOST_OUT] = number("packets_out");
    address[ADDRESS_REQUEST_WIRE] = wire("request", "thread_state_running");
    address[ADDRESS_OUTPUT_WIRE] = wire("output", "good");
    address[ADDRESS_OUTPUT_WIRE].row = 1;
    address[ADDRESS_OUTPUT_WIRE].row_name = "output";
    address[ADDRESS_IN] = number("events_in");
    address[ADDRESS_OUT] = number("events_out");
    link[CHIP_LINK_IN] = number("packets_in");
    link[CHIP_LINK_OUT] = number("packets_out");
}

static void name_routers(struct trace_file *file)
{
    struct trace_signal *router = file->signals[TRACED_ROUTER], *merge = file->signals[TRACED_MERGE_ROUTER];
    uint32_t local = PORT_LOCAL + file->system.cores_per_tile;
    for (uint32_t i = 0; i < ROUTER_IDLE; i++)
        router[i] = merge[i] = wire(router_counter_rows[i].name, router_colours[i]);
    for (uint32_t port = 0; port < local + 3; port++) {
        const char *name = port < local ? port_names[port] : last_ports[port - local];
        router[ROUTER_OUTPUTS + port] = (struct trace_signal){.name = name, .row_name = name, .row = 1 + port};
    }
    for (uint32_t unit = 0; unit < 5; unit++)
        for (uint32_t output = 0; output < 3; output++)
            merge[ROUTER_OUTPUTS + 3 * unit + output] = (struct trace_signal){
                .name = merge_outputs[unit][output], .row_name = merge_units[unit], .row = 1 + unit};
}

static void name_tile(struct trace_file *file)
{
    struct trace_signal *core = file->signals[TRACED_CORE];
    for (uint32_t i = 0; i < CORE_IDLE; i++)
        core[i] = wire(core_counter_rows[i].name, core_colours[i]);
    core[CORE_QUEUE_FULL] = wire("stall_queue", "bad");
    core[CORE_QUEUE_FULL].row = 1;
    core[CORE_QUEUE_FULL].row_name = "queue";
    core[CORE_QUEUE] = number("queue");
    core[CORE_SPIKES_NOW] = number("spikes");
    file->signals[TRACED_PROCESSOR][PROCESSOR_BUSY] =
        wire(processor_counter_rows[PROCESSOR_BUSY].name, "thread_state_running");
}

void trace_signals_name(struct trace_file *file)
{
    name_control(file);
    name_routers(file);
    name_tile(file);
    for (size_t i = 0; i < file->component_count; i++) {
        file->components[i].first_signal = file->signal_count;
        file->signal_count += TRACE_SIGNALS_MAX;
    }
}

/* ---- records ---- */

static uint32_t states_of(enum trace_component_kind kind)
{
    static const uint8_t states[TRACED_KINDS] = {
        [TRACED_TIMESTEP] = TIMESTEP_RELEASE + 1, [TRACED_HOST] = 2, [TRACED_ADDRESS_EVENTS] = 4,
        [TRACED_ROUTER] = ROUTER_CYCLE_COUNTERS, [TRACED_MERGE_ROUTER] = ROUTER_CYCLE_COUNTERS,
        [TRACED_CORE] = CORE_CYCLE_COUNTERS, [TRACED_PROCESSOR] = PROCESSOR_IDLE + 1};
    return states[kind];
}

static bool hop_fits(const struct trace_file *file, enum trace_component_kind kind, uint32_t value)
{
    uint32_t input = value >> 8 & 255, output = value & 255;
    if (value >> 16 == 0)
        return false;
    if (kind == TRACED_ROUTER)
        return output < PORT_LOCAL + file->system.cores_per_tile + 3;
    return kind == TRACED_MERGE_ROUTER && input < 5 && output < 3 && merge_outputs[input][output];
}

bool trace_record_fits(const struct trace_file *file, enum trace_component_kind kind, enum trace_kind record,
                       uint32_t value)
{
    switch (record) {
    case TRACE_PHASE: return kind == TRACED_TIMESTEP;
    case TRACE_STATE: return value < states_of(kind);
    case TRACE_SPIKE:
    case TRACE_QUEUE_IN:
    case TRACE_QUEUE_OUT: return kind == TRACED_CORE;
    case TRACE_QUEUE_FULL: return kind == TRACED_CORE && value < 2;
    case TRACE_HOP: return hop_fits(file, kind, value);
    case TRACE_SEND:
    case TRACE_OUTPUT: return kind == TRACED_HOST || kind == TRACED_ADDRESS_EVENTS || kind == TRACED_CHIP_LINK;
    default: return record == TRACE_END;
    }
}

/* Wires that a state holds up; a state without a wire is rest. */
static uint64_t wires_of(const struct trace_file *file, enum trace_component_kind kind, uint32_t state)
{
    if (kind == TRACED_ADDRESS_EVENTS)
        return state;
    return file->signals[kind][state].name && !file->signals[kind][state].number ? UINT64_C(1) << state : 0;
}

/* Of the wires in `mask`, those in `up` are up from now on. */
static unsigned hold(struct trace_held *held, uint64_t mask, uint64_t up, struct trace_change *out)
{
    uint64_t before = held->wires & mask;
    unsigned count = 0;
    for (uint64_t changed = before ^ up; changed && count < TRACE_CHANGES_MAX - 1; changed &= changed - 1) {
        uint32_t signal = (uint32_t)__builtin_ctzll(changed);
        out[count++] = (struct trace_change){signal, up >> signal & 1 ? 1 : -1, 0};
    }
    held->wires = (held->wires & ~mask) | up;
    return count;
}

static unsigned begin_phase(struct trace_held *held, uint32_t phase, struct trace_change *out)
{
    int32_t timestep = phase == TRACE_REST ? 0 : (int32_t)phase; /* + 1 */
    uint64_t reset = UINT64_C(1) << TIMESTEP_RESET_WIRE;
    unsigned count = hold(held, reset, phase == GO_RESET ? reset : 0, out);
    if (timestep != held->timestep)
        out[count++] = (struct trace_change){TIMESTEP_NUMBER, timestep - held->timestep, 0};
    held->timestep = timestep;
    return count;
}

static uint32_t passing(enum trace_component_kind kind, bool in)
{
    if (kind == TRACED_HOST)
        return in ? HOST_IN : HOST_OUT;
    if (kind == TRACED_CHIP_LINK)
        return in ? CHIP_LINK_IN : CHIP_LINK_OUT;
    return in ? ADDRESS_IN : ADDRESS_OUT;
}

static uint32_t hop_signal(enum trace_component_kind kind, uint32_t value)
{
    uint32_t output = value & 255;
    return ROUTER_OUTPUTS + (kind == TRACED_ROUTER ? output : 3 * (value >> 8 & 255) + output);
}

unsigned trace_decode(const struct trace_file *file, const struct trace_record *record, struct trace_held *held,
                      struct trace_change out[TRACE_CHANGES_MAX])
{
    enum trace_component_kind kind = file->components[trace_record_component(file, record)].kind;
    uint32_t value = trace_record_value(record);
    uint64_t full = UINT64_C(1) << CORE_QUEUE_FULL;
    switch (trace_record_kind(record)) {
    case TRACE_PHASE:
        return begin_phase(held, value, out);
    case TRACE_STATE:
        return hold(held, (UINT64_C(1) << (kind == TRACED_ADDRESS_EVENTS ? 2 : states_of(kind))) - 1,
                    wires_of(file, kind, value), out);
    case TRACE_QUEUE_FULL:
        return hold(held, full, value ? full : 0, out);
    case TRACE_SPIKE:
        out[0] = (struct trace_change){CORE_SPIKES_NOW, 1, 1};
        return 1;
    case TRACE_QUEUE_IN:
        out[0] = (struct trace_change){CORE_QUEUE, (int32_t)value, 0};
        return 1;
    case TRACE_QUEUE_OUT:
        out[0] = (struct trace_change){CORE_QUEUE, -(int32_t)value, 0};
        return 1;
    case TRACE_HOP:
        out[0] = (struct trace_change){hop_signal(kind, value), 1, value >> 16};
        return 1;
    case TRACE_SEND:
    case TRACE_OUTPUT:
        out[0] = (struct trace_change){passing(kind, trace_record_kind(record) == TRACE_SEND), 1, 1};
        return 1;
    default:
        return 0;
    }
}
