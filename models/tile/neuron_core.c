#include "models/tile/neuron_core.h"

#include "models/packet.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>
#include <stdlib.h>

void neuron_core_settle(struct neuron_core *core, uint64_t now)
{
    enum core_counter kind = core->phase == NEURON_CORE_RESTS ? CORE_IDLE
                             : core->stalled                  ? CORE_STALL_OUTPUT
                                                              : CORE_BUSY_NEURON;
    trace_state(&core->component, core->accounted, now, kind);
    core->counters[kind] += now - core->accounted;
    core->accounted = now;
}

/* ---- packets in ---- */

/* A packet that can be seen in cycle d was written at edge d; while the present slot is cleared the memory has no port
 * for it. */
static uint64_t receive(struct neuron_core *core, uint64_t now, bool clearing)
{
    const struct packet *packet = link_peek(core->in, now);
    if (packet) {
        probe_log(core->probe, LOG_DELIVERED, now, core->component.index, packet->axon, packet->step);
        core->counters[CORE_EVENTS_IN]++;
        if (clearing)
            core->counters[CORE_EVENTS_DROPPED]++;
        else
            core->counters[CORE_QUEUE_WRITES]++;
        if (!clearing && delay_memory_write(&core->events, packet->axon, packet->step, now))
            trace_event(&core->component, now, TRACE_QUEUE_IN, 1);
        link_pop(core->in, now);
        tally_add(core->outstanding, now, -1);
        core->component.progress++;
    }
    return link_next(core->in, now);
}

/* ---- one neuron ---- */

static int64_t limited(const struct core_config *config, int64_t value)
{
    int64_t range = INT64_C(1) << config->potential_bits, highest = range / 2 - 1;
    if (config->overflow == OVERFLOW_WRAP) {
        uint64_t low = (uint64_t)value & (uint64_t)(range - 1);
        return (int64_t)low > highest ? (int64_t)low - range : (int64_t)low;
    }
    return value > highest ? highest : value < -highest ? -highest : value;
}

static int64_t sum_of(struct neuron_core *core, uint32_t neuron)
{
    int64_t sum = 0;
    for (uint32_t i = core->column_start[neuron]; i < core->column_start[neuron + 1]; i++) {
        const struct column_synapse *synapse = &core->columns[i];
        if (delay_memory_bit(&core->events, synapse->axon, core->first_axon + synapse->axon)) {
            sum += synapse->weight;
            core->counters[CORE_SYNAPTIC_EVENTS]++;
        }
    }
    return sum;
}

static int64_t after_firing(const struct core_config *config, const struct neuron_group *group, int64_t x)
{
    return group->reset_subtract ? limited(config, x - group->threshold) : group->reset;
}

static int64_t after_floor(const struct core_config *config, const struct neuron_group *group, int64_t x)
{
    return limited(config, group->reset_subtract ? x - group->floor : -(int64_t)group->reset);
}

static void send(struct neuron_core *core, uint64_t now, uint32_t neuron)
{
    uint32_t start = core->route_start[neuron];
    if (core->route_start[neuron + 1] == start)
        return;
    const struct send_route *route = &core->routes[start];
    struct link *out = place_x(route->target) >= core->x ? core->out_east : core->out_west;
    struct packet packet = {.target = route->target, .axon = route->axon, .value = 1, .step = route->delay,
                            .flits = 1, .kind = route->kind};
    link_push(out, now, &packet);
    tally_add(core->outstanding, now, 1);
    core->counters[CORE_PACKETS]++;
    core->counters[CORE_ROUTE_READS]++;
    core->counters[CORE_SENT_HOPS_EW] += route->hops_ew;
    core->counters[CORE_SENT_HOPS_NS] += route->hops_ns;
    core->counters[CORE_SENT_HOPS_LOCAL] += route->hops_local;
}

static void fire(struct neuron_core *core, uint64_t now, uint32_t neuron)
{
    core->counters[CORE_SPIKES]++;
    probe_log(core->probe, LOG_SPIKE, now + 2, core->component.index, neuron, 0);
    trace_event(&core->component, now, TRACE_SPIKE, neuron);
    send(core, now, neuron);
}

/* A buffer that is full makes every neuron that fires wait, whichever buffer it would take. */
static bool buffers_ready(struct neuron_core *core, uint64_t now)
{
    bool east = link_ready(core->out_east, now, 1), west = link_ready(core->out_west, now, 1);
    return east && west;
}

/* Cycle before the edge of *write*. False when it must be repeated. */
static bool write_neuron(struct neuron_core *core, uint64_t now)
{
    uint32_t neuron = core->neuron;
    const struct neuron_group *group = core->group_of[neuron];
    if (!core->stalled)
        core->sum = sum_of(core, neuron);
    int64_t x = limited(core->config, core->potential[neuron] + core->sum + core->program->bias[neuron]);
    bool fires = x > group->threshold - group->inclusive;
    if (fires && !buffers_ready(core, now))
        return false;
    int64_t after = x;
    if (fires)
        after = after_firing(core->config, group, x);
    else if (group->floor_set && x < group->floor)
        after = after_floor(core->config, group, x);
    core->potential[neuron] = (int32_t)after;
    core->counters[CORE_NEURON_UPDATES]++;
    core->counters[CORE_STATE_READS]++;
    core->counters[CORE_STATE_WRITES]++;
    if (fires)
        fire(core, now, neuron);
    return true;
}

/* ---- the sequence ---- */

static void update(struct neuron_core *core, uint64_t now)
{
    core->component.progress++;
    core->stalled = !write_neuron(core, now);
    if (core->stalled) {
        core->act = now + 1;
        return;
    }
    core->neuron++;
    core->first_axon = now + 3; /* write at edge now + 1, check at now + 2 */
    if (core->neuron < core->program->neuron_count) {
        core->act = core->first_axon + core->events.axons - 1;
        return;
    }
    core->phase = NEURON_CORE_CLEARS; /* last check at now + 2, one edge, cleared at now + 4 */
    core->act = now + 3;
}

static void begin(struct neuron_core *core, uint64_t now)
{
    int64_t go = signal_read(core->go, now);
    if (go == core->seen_go || core->program->neuron_count == 0)
        return;
    core->seen_go = go;
    core->component.progress++;
    if (core->phase != NEURON_CORE_RESTS) {
        core->counters[CORE_OVERRUNS]++;
        return;
    }
    core->counters[CORE_TIMESTEPS]++;
    core->phase = NEURON_CORE_ADVANCES;
    core->act = now + 1;
    core->neuron = 0;
    core->first_axon = now + 2;
}

static uint64_t neuron_core_step(void *self, uint64_t now)
{
    struct neuron_core *core = self;
    neuron_core_settle(core, now);
    bool clearing = core->phase == NEURON_CORE_CLEARS && now > core->act;
    uint64_t next = receive(core, now, clearing);
    if (clearing) {
        uint32_t cleared = delay_memory_clear(&core->events);
        trace_event(&core->component, now, TRACE_QUEUE_OUT, cleared);
        core->phase = NEURON_CORE_RESTS;
        core->component.progress++;
    }
    begin(core, now);
    if (core->phase == NEURON_CORE_ADVANCES && now == core->act) {
        delay_memory_advance(&core->events);
        core->component.progress++;
        core->phase = NEURON_CORE_UPDATES;
        core->act = core->first_axon + core->events.axons - 1;
    }
    if (core->phase == NEURON_CORE_UPDATES && now == core->act)
        update(core, now);
    uint64_t wake = core->phase == NEURON_CORE_RESTS    ? NEVER
                    : core->phase == NEURON_CORE_CLEARS ? core->act + 1
                                                        : core->act;
    return wake < next ? wake : next;
}

static void neuron_core_hash(const void *self, struct hash *hash)
{
    const struct neuron_core *core = self;
    delay_memory_hash(&core->events, hash);
    hash_i32s(hash, core->potential, core->program->neuron_count);
    hash_u64(hash, (uint64_t)core->seen_go);
    hash_u64(hash, (uint64_t)core->phase << 32 | core->neuron);
    hash_u64(hash, core->act);
    hash_u64(hash, (uint64_t)(core->stalled ? core->sum : 0) << 1 | core->stalled);
    for (uint32_t i = 0; i < core->column_start[core->program->neuron_count]; i++)
        hash_u64(hash, (uint64_t)core->columns[i].axon << 32 | (uint32_t)core->columns[i].weight);
    hash_u64s(hash, core->counters, CORE_COUNTERS);
    link_hash(core->in, hash);
}

static bool neuron_core_waiting(const void *self, char *text, size_t size)
{
    const struct neuron_core *core = self;
    if (core->stalled)
        snprintf(text, size, "room in its local buffers");
    return core->stalled;
}

static void settle(void *self, uint64_t now)
{
    neuron_core_settle(self, now);
}

static const struct component_class neuron_core_class = {"core", neuron_core_step,
                                                         neuron_core_hash, neuron_core_waiting,
                                                         settle, NULL, 0};

static void make_columns(struct neuron_core *core)
{
    const struct core_program *program = core->program;
    uint32_t count = program->axon_count ? program->synapse_start[program->axon_count] : 0;
    core->column_start = memory_array(program->neuron_count + 1u, sizeof(uint32_t));
    core->columns = memory_array(count, sizeof *core->columns);
    for (uint32_t i = 0; i < count; i++)
        core->column_start[program->synapse_target[i] + 1]++;
    for (uint32_t n = 0; n < program->neuron_count; n++)
        core->column_start[n + 1] += core->column_start[n];
    uint32_t *next = memory_array(program->neuron_count, sizeof *next);
    for (uint32_t axon = 0; axon < program->axon_count; axon++)
        for (uint32_t i = program->synapse_start[axon]; i < program->synapse_start[axon + 1]; i++) {
            uint32_t neuron = program->synapse_target[i];
            core->columns[core->column_start[neuron] + next[neuron]++] =
                (struct column_synapse){axon, program->synapse_weight[i]};
        }
    free(next);
}

void neuron_core_init(struct neuron_core *core, struct engine *engine, uint32_t index,
                      const struct core_config *config, const struct core_program *program)
{
    *core = (struct neuron_core){.component = {.class_of = &neuron_core_class, .index = index}, .config = config,
                                 .program = program, .seen_go = -1};
    delay_memory_init(&core->events, config->delay_slots, program->axon_count ? program->axon_count : 1);
    make_columns(core);
    core->potential = memory_array(program->neuron_count, sizeof(int32_t));
    core->group_of = memory_array(program->neuron_count, sizeof *core->group_of);
    for (uint32_t g = 0; g < program->group_count; g++)
        for (uint32_t j = 0; j < program->groups[g].count; j++) {
            core->group_of[program->groups[g].first + j] = &program->groups[g];
            core->potential[program->groups[g].first + j] = program->groups[g].initial;
        }
    engine_add(engine, &core->component);
}

void neuron_core_free(struct neuron_core *core)
{
    delay_memory_free(&core->events);
    free(core->column_start);
    free(core->columns);
    free(core->group_of);
    free(core->potential);
}
