#include "models/tile/core.h"

#include "models/packet.h"
#include "models/tile/processor.h"
#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>

/* ---- accounting: every cycle belongs to one counter ---- */

static enum core_counter cycle_kind(const struct core *core, uint64_t cycle, uint64_t *until)
{
    if (core->phase == CORE_CLEARS && cycle < core->phase_end) {
        *until = core->phase_end;
        return CORE_BUSY_RESET;
    }
    if (core->phase >= CORE_DRAINS && cycle < core->drain_end) {
        *until = core->drain_end;
        return CORE_BUSY_SYNAPSE;
    }
    if (core->phase == CORE_ASKS || core->phase == CORE_DRAINS)
        return CORE_STALL_PROCESSOR;
    if (core->phase == CORE_SWEEPS && cycle < core->phase_end) {
        *until = core->phase_end;
        return CORE_BUSY_NEURON;
    }
    if (cycle < core->output.next_send) {
        *until = core->output.next_send;
        return CORE_BUSY_NEURON;
    }
    if (core->output.blocked)
        return CORE_STALL_OUTPUT;
    return core->obeyed >= 0 && !core->ticked ? CORE_STALL_BARRIER : CORE_IDLE;
}

static void account(struct core *core, uint64_t now)
{
    while (core->accounted < now) {
        uint64_t until = now;
        enum core_counter kind = cycle_kind(core, core->accounted, &until);
        if (until > now)
            until = now;
        trace_state(&core->component, core->accounted, until, kind);
        core->counters[kind] += until - core->accounted;
        core->accounted = until;
    }
}

/* ---- packets in ---- */

__attribute__((always_inline)) static inline void accept(struct core *core, uint64_t now, const struct packet *packet)
{
    int32_t ahead = (int16_t)(packet->step - (uint16_t)core->step);
    if (ahead < 1) {
        must(core->ticked);
        core->counters[CORE_EVENTS_LATE]++;
        ahead = 1;
    }
    core->counters[CORE_EVENTS_IN]++;
    if ((uint32_t)ahead >= core->queue.slots || !event_queue_has_room(&core->queue, now)) {
        must(core->config->queue_policy == QUEUE_DROP || core->ticked);
        core->counters[CORE_EVENTS_DROPPED]++;
        return;
    }
    core->counters[CORE_QUEUE_WRITES]++;
    uint32_t slot = core->slot + (uint32_t)ahead, wrapped = slot - core->queue.slots;
    event_queue_put(&core->queue, slot < core->queue.slots ? slot : wrapped, packet->axon, packet->value);
    trace_event(&core->component, now, TRACE_QUEUE_IN, 1);
}

/* Packets that it promised to take, and did before `now`. */
static void collect(struct core *core, uint64_t now)
{
    const struct link_entry *taken;
    while ((taken = link_taken(core->in, now))) {
        accept(core, taken->visible, &taken->packet);
        link_collect(core->in);
    }
}

static void count_sent_one_by_one(struct core *core, uint64_t now)
{
    for (uint64_t sent; (sent = axon_output_next_sent(&core->output)) < now;) {
        core->output.blocked = true;
        account(core, sent);
        axon_output_count_sent(&core->output, sent + 1, sent, core->counters);
    }
}

/* First cycle from `accounted` on whose kind the output decides; see cycle_kind. */
static uint64_t output_decides_from(const struct core *core)
{
    uint64_t from = core->accounted;
    if (core->phase == CORE_DRAINS || core->phase == CORE_ASKS)
        return NEVER;
    if (core->phase == CORE_RESTS)
        return from;
    from = from > core->phase_end ? from : core->phase_end;
    return from > core->drain_end || core->phase == CORE_CLEARS ? from : core->drain_end;
}

/* The same in one go. */
static void count_sent_together(struct core *core, uint64_t now)
{
    uint64_t from = output_decides_from(core);
    uint64_t waited = axon_output_count_sent(&core->output, now, from, core->counters);
    uint64_t last = core->output.last_sent;
    account(core, from < last ? from : last);
    if (core->accounted < last) {
        core->counters[CORE_STALL_OUTPUT] += waited;
        core->counters[CORE_BUSY_NEURON] += last - core->accounted - waited;
        core->accounted = last;
    }
}

/* Packets that it announced, and that left before `now`; until each of them it waited for credit, if not at work. */
static void count_sent(struct core *core, uint64_t now)
{
    struct axon_output *output = &core->output;
    if (trace_on(&core->component))
        count_sent_one_by_one(core, now);
    else if (axon_output_next_sent(output) < now)
        count_sent_together(core, now);
    output->blocked = axon_output_has_announced(output) && output->next_send < now;
}

void core_settle(struct core *core, uint64_t now)
{
    collect(core, now);
    if (axon_output_has_announced(&core->output))
        count_sent(core, now);
    account(core, now);
}

/* Nothing waits: whatever comes while the queue has room, or can be dropped, is taken at once. */
static void promise(struct core *core, uint64_t now)
{
    uint32_t flits = CORE_PROMISED_FLITS;
    if (core->config->queue_policy == QUEUE_STALL) {
        uint32_t room = event_queue_room(&core->queue, now), coming = core->in->tail - core->in->collected;
        flits = room > coming ? room - coming : 0; /* a packet is at least a flit */
    }
    link_promise(core->in, flits, core->outstanding);
}

/* Takes the packet in front if it can; returns when to look again. */
static uint64_t receive(struct core *core, uint64_t now)
{
    const struct packet *packet = link_peek(core->in, now);
    if (!packet)
        return link_next(core->in, now);
    if (core->config->queue_policy == QUEUE_STALL && !event_queue_has_room(&core->queue, now)) {
        if (!core->in_blocked) {
            core->in_blocked_since = now;
            trace_event(&core->component, now, TRACE_QUEUE_FULL, 1);
        }
        core->in_blocked = true;
        return event_queue_room_at(&core->queue);
    }
    if (core->in_blocked) {
        core->counters[CORE_QUEUE_STALLS] += now - core->in_blocked_since;
        trace_event(&core->component, now, TRACE_QUEUE_FULL, 0);
    }
    core->in_blocked = false;
    accept(core, now, packet);
    tally_add(core->outstanding, now, -1);
    core->component.progress++;
    link_pop_collected(core->in, now);
    return link_next(core->in, now);
}

/* ---- phases ---- */

static bool at_work(const struct core *core)
{
    return core->step >= core->first_step && core->step < core->first_step + core->steps;
}

/* The events handed out last leave the queue one by one. */
static void trace_leaving(const struct core *core, uint32_t count)
{
    const struct event_queue *queue = &core->queue;
    for (uint32_t i = queue->leaving - count; trace_on(&core->component) && i < queue->leaving; i++)
        trace_event(&core->component, *event_queue_leaves(queue, i), TRACE_QUEUE_OUT, 1);
}

static void discard_slot(struct core *core, uint64_t now)
{
    uint32_t count = event_queue_count(&core->queue, core->slot);
    for (uint32_t i = 0; i < count; i++)
        event_queue_take(&core->queue, core->slot, now);
    core->counters[CORE_EVENTS_DISCARDED] += count;
    trace_leaving(core, count);
}

static void record(struct core *core)
{
    uint32_t population = (uint32_t)core->program->population, step = core->step - core->first_step;
    for (uint32_t i = 0; i < core->neurons.fired_count; i++) {
        uint32_t neuron = core->neurons.fired[i];
        int32_t value = core->values ? core->neurons.potential[neuron] : 1;
        probe_spike(core->probe, population, step, core->program->neuron_index[neuron], value);
        if (!core->values)
            trace_event(&core->component, core->output.sweep_start + neuron_array_leaves(&core->neurons, neuron),
                        TRACE_SPIKE, neuron);
    }
    struct layer_step *layer = probe_layer(core->probe, population, step);
    if (!layer)
        return;
    layer->spikes += core->values ? 0 : core->neurons.fired_count;
    layer->synaptic_events += core->counters[CORE_SYNAPTIC_EVENTS] - core->events_before;
    layer->busy_cycles += core->phase_end - core->began;
}

static void sweep(struct core *core, uint64_t begin)
{
    neuron_array_update(&core->neurons, core->synapses.accumulator, core->synapses.added, core->counters);
    if (core->values && core->step + 1 == core->first_step + core->steps) {
        for (uint32_t j = 0; j < core->neurons.count; j++)
            core->neurons.fired[j] = j;
        core->neurons.fired_count = core->neurons.count;
        core->counters[CORE_VALUES] += core->neurons.count;
    }
    core->phase = CORE_SWEEPS;
    core->phase_end = begin + neuron_array_cycles(&core->neurons);
    axon_output_begin(&core->output, begin, core->step);
    record(core);
}

static void begin_timestep(struct core *core, uint64_t now)
{
    core->began = now;
    core->events_before = core->counters[CORE_SYNAPTIC_EVENTS];
    core->counters[CORE_TIMESTEPS]++;
    core->drain_end = core->phase_end = now;
    core->phase = CORE_SWEEPS;
    if (!at_work(core) || core->neurons.count == 0) {
        discard_slot(core, now);
        core->neurons.fired_count = 0;
        axon_output_begin(&core->output, now, core->step);
        return;
    }
    uint32_t events = event_queue_count(&core->queue, core->slot);
    core->synapses.go = core->obeyed;
    core->drain_end += synapse_array_drain(&core->synapses, &core->queue, core->slot, now, core->counters);
    trace_leaving(core, events);
    if (core->to_processor) {
        core->phase = CORE_DRAINS;
        core->phase_end = core->drain_end;
        return;
    }
    sweep(core, core->drain_end);
}

static void begin_reset(struct core *core, uint64_t now)
{
    uint32_t lost = event_queue_clear(&core->queue);
    core->counters[CORE_EVENTS_DISCARDED] += lost;
    trace_event(&core->component, now, TRACE_QUEUE_OUT, lost);
    neuron_array_reset(&core->neurons);
    axon_output_begin(&core->output, now, 0);
    core->step = core->slot = 0;
    core->steps = go_phase(signal_read(core->command, now));
    core->phase = CORE_CLEARS;
    core->drain_end = now;
    core->phase_end = now + neuron_array_reset_cycles(&core->neurons);
}

/* The phase after the last one obeyed, as far as the go signal asks for it. */
static void obey(struct core *core, uint64_t now)
{
    int64_t go = core->seen_go;
    uint32_t phase = go_phase(go);
    if (core->obeyed >= 0 && go_sample(core->obeyed) == go_sample(go))
        phase = go_phase(core->obeyed) + 1;
    core->obeyed = go_pack(go_sample(go), phase);
    core->component.progress++;
    if (phase == GO_RESET) {
        begin_reset(core, now);
    } else {
        core->step = phase - GO_STEP_0;
        core->slot = core->step % core->queue.slots;
        begin_timestep(core, now);
    }
}

static void look_at_go(struct core *core, uint64_t now)
{
    int64_t go = signal_read(core->go, now);
    if (go == core->seen_go)
        return;
    core->seen_go = go;
    core->component.progress++;
    if (core->phase != CORE_RESTS)
        core->counters[CORE_OVERRUNS]++;
}

static void ask_processor(struct core *core, uint64_t now)
{
    must(link_ready(core->to_processor, now, 1));
    struct packet request = {.axon = PROCESSOR_REQUEST, .flits = 1};
    link_push(core->to_processor, now, &request);
    core->phase = CORE_ASKS;
    core->component.progress++;
}

static void take_grant(struct core *core, uint64_t now)
{
    if (!link_peek(core->from_processor, now))
        return;
    link_pop(core->from_processor, now);
    core->component.progress++;
    sweep(core, now + core->config->processor_start);
}

static void finish(struct core *core, uint64_t now)
{
    if (core->to_processor && core->phase == CORE_SWEEPS && at_work(core) && core->neurons.count) {
        must(link_ready(core->to_processor, now, 1));
        struct packet release = {.axon = PROCESSOR_RELEASE, .flits = 1};
        link_push(core->to_processor, now, &release);
    }
    core->phase = CORE_RESTS;
    tally_add(core->outstanding, now, -1);
    core->component.progress++;
}

static bool phase_over(const struct core *core, uint64_t now)
{
    return (core->phase == CORE_CLEARS || core->phase == CORE_SWEEPS) && now >= core->phase_end &&
           axon_output_done(&core->output);
}

static uint64_t sooner(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t core_step(void *self, uint64_t now)
{
    struct core *core = self;
    core_settle(core, now);
    if (core->takes_part)
        look_at_go(core, now);
    if (core->phase == CORE_RESTS && core->seen_go != core->obeyed)
        obey(core, now);
    uint64_t next = receive(core, now);
    if (core->in->head == core->in->tail)
        promise(core, now);
    if (core->phase == CORE_DRAINS && now >= core->phase_end)
        ask_processor(core, now);
    if (core->phase == CORE_ASKS)
        take_grant(core, now);
    next = sooner(next, axon_output_step(&core->output, now, core->counters, &core->component.progress));
    if (phase_over(core, now))
        finish(core, now);
    if (core->phase == CORE_RESTS && core->seen_go != core->obeyed)
        return now + 1;
    if (core->phase != CORE_RESTS && core->phase != CORE_ASKS)
        next = sooner(next, core->phase_end > now ? core->phase_end : NEVER);
    return next;
}

static void core_hash(const void *self, struct hash *hash)
{
    const struct core *core = self;
    uint64_t now = core->component.engine->now;
    event_queue_hash(&core->queue, now, hash);
    synapse_array_hash(&core->synapses, hash);
    hash_i32s(hash, core->neurons.potential, core->neurons.count);
    hash_i32s(hash, core->neurons.current, core->neurons.count);
    if (core->neurons.resting)
        hash_i32s(hash, core->neurons.resting, core->neurons.count);
    axon_output_hash(&core->output, now, hash);
    hash_u64(hash, (uint64_t)core->seen_go);
    hash_u64(hash, (uint64_t)core->obeyed);
    hash_u64(hash, (uint64_t)core->phase << 32 | core->step);
    hash_u64(hash, core->steps);
    hash_u64(hash, core->in_blocked ? 1 + now - core->in_blocked_since : 0);
    hash_timer(hash, core->phase_end, now);
    hash_timer(hash, core->drain_end, now);
    if (core->phase == CORE_DRAINS || core->phase == CORE_ASKS) { /* record() will ask */
        hash_u64(hash, now - core->began);
        hash_u64(hash, core->counters[CORE_SYNAPTIC_EVENTS] - core->events_before);
    }
    hash_u64s(hash, core->counters, CORE_COUNTERS);
    link_hash(core->in, hash);
    if (core->output.relay_in)
        link_hash(core->output.relay_in, hash);
}

static bool core_waiting(const void *self, char *text, size_t size)
{
    const struct core *core = self;
    text[0] = '\0';
    if (core->output.blocked)
        engine_waits_for(text, size, "credit of its router, to send a packet");
    if (core->in_blocked)
        engine_waits_for(text, size, "%sroom in its event queue (%u events), to take a packet from its router",
                         text[0] ? "; " : "", core->queue.depth);
    if (core->phase == CORE_ASKS)
        engine_waits_for(text, size, "%sthe processor of its tile", text[0] ? "; " : "");
    return text[0] != '\0';
}

static void settle(void *self, uint64_t now)
{
    core_settle(self, now);
}

static const struct component_class core_class = {"core", core_step,
                                                  core_hash, core_waiting,
                                                  settle, NULL, 0};

void core_init(struct core *core, struct engine *engine, uint32_t index, const struct core_config *config,
               const struct core_program *program)
{
    *core = (struct core){.component = {.class_of = &core_class, .index = index}, .config = config,
                          .program = program, .seen_go = -1, .obeyed = -1};
    core->takes_part = program->neuron_count || program->relay_count || program->axon_count;
    event_queue_init(&core->queue, config->queue_depth, config->delay_slots);
    synapse_array_init(&core->synapses, config, program);
    neuron_array_init(&core->neurons, config, program);
    core->output.array = &core->neurons;
    core->output.route_cycles = config->route_cycles;
    engine_add(engine, &core->component);
}

void core_widen_links(struct core *core)
{
    link_widen(core->in, CORE_PROMISED_FLITS);
    link_widen(core->output.out, CORE_ANNOUNCED_FLITS);
    if (core->output.out_west)
        link_widen(core->output.out_west, CORE_ANNOUNCED_FLITS);
}

void core_free(struct core *core)
{
    event_queue_free(&core->queue);
    synapse_array_free(&core->synapses);
    neuron_array_free(&core->neurons);
}
