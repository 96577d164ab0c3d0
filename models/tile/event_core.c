#include "models/tile/event_core.h"

#include "models/packet.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>
#include <stdlib.h>

#define ADDRESS_VIRTUAL 0x200u
#define ADDRESS_LEAK 0x100u
#define ADDRESS_ALL 255u

/* An entry of the queue: a neuron's number below, the weight of a virtual event above; weight 0 is no virtual event. */
#define ENTRY_WEIGHT_SHIFT 8

/* ---- neurons ---- */

static int32_t limited(const struct core_config *config, int64_t value)
{
    int64_t range = INT64_C(1) << config->potential_bits, highest = range / 2 - 1, lowest = -highest - 1;
    if (value > highest)
        return (int32_t)(config->overflow == OVERFLOW_WRAP ? value - range : highest);
    if (value < lowest)
        return (int32_t)(config->overflow == OVERFLOW_WRAP ? value + range : lowest);
    return (int32_t)value;
}

static int32_t toward_zero(int32_t value, int32_t amount)
{
    if (value > 0)
        return value > amount ? value - amount : 0;
    return value < -amount ? value + amount : 0;
}

/* The potential before the threshold is looked at. */
static int32_t changed(const struct event_core *core, uint32_t neuron)
{
    if (core->work == WORK_LEAK)
        return toward_zero(core->potential[neuron], core->group_of[neuron]->leak);
    int32_t weight = core->weights[(size_t)(core->address & 255) * core->program->neuron_count + neuron];
    if (core->work == WORK_VIRTUAL)
        weight = (int32_t)(core->address >> ENTRY_WEIGHT_SHIFT ^ 8) - 8; /* four bits, two's complement */
    return limited(core->config, (int64_t)core->potential[neuron] + weight);
}

static bool fires_at(const struct event_core *core, uint32_t neuron, int32_t potential)
{
    const struct neuron_group *group = core->group_of[neuron];
    return potential >= 0 && potential > group->threshold - group->inclusive;
}

/* The first neuron from `first` on that will fire. Nothing is written. */
static uint32_t next_to_fire(const struct event_core *core)
{
    uint32_t neuron = core->first;
    while (neuron <= core->last && !fires_at(core, neuron, changed(core, neuron)))
        neuron++;
    return neuron;
}

static void write_back(struct event_core *core, uint32_t neuron)
{
    int32_t potential = changed(core, neuron);
    core->potential[neuron] = fires_at(core, neuron, potential) ? core->group_of[neuron]->reset : potential;
    core->counters[CORE_NEURON_UPDATES]++;
    core->counters[CORE_STATE_READS]++;
    core->counters[CORE_STATE_WRITES]++;
    core->counters[CORE_SYNAPSE_WORDS] += core->work == WORK_ENTRY && neuron % core->weights_per_word == 0;
    if (core->work != WORK_LEAK) {
        core->counters[CORE_SYNAPTIC_EVENTS]++;
        core->counters[CORE_ACCUMULATIONS]++;
    }
}

static uint64_t write_cycle(const struct event_core *core, uint32_t neuron)
{
    return core->read_at + (uint64_t)(neuron - core->first + 1) * core->config->crossbar_cycles - 1;
}

/* Writes of cycles before `now`. */
static void write_until(struct event_core *core, uint64_t now)
{
    if (core->phase != EVENT_CORE_GOES)
        return;
    while (core->first <= core->last && core->first < core->fires && write_cycle(core, core->first) < now) {
        write_back(core, core->first);
        core->read_at += core->config->crossbar_cycles;
        core->first++;
    }
}

void event_core_settle(struct event_core *core, uint64_t now)
{
    enum core_counter kind = core->phase == EVENT_CORE_IDLE ? core->output_busy ? CORE_STALL_OUTPUT : CORE_IDLE
                             : core->phase == EVENT_CORE_WAITS || (core->phase == EVENT_CORE_LEAVES && core->output_busy)
                                 ? CORE_STALL_OUTPUT
                                 : CORE_BUSY_SYNAPSE;
    trace_state(&core->component, core->accounted, now, kind);
    core->counters[kind] += now - core->accounted;
    core->accounted = now;
    write_until(core, now);
}

/* ---- queue and output ---- */

static void enqueue(struct event_core *core, uint64_t now, uint32_t entry)
{
    if (core->queue_count == core->config->queue_depth) {
        core->counters[CORE_EVENTS_DROPPED]++;
        return;
    }
    core->queue[(core->queue_head + core->queue_count++) % core->config->queue_depth] = entry;
    core->counters[CORE_QUEUE_WRITES]++;
    trace_event(&core->component, now, TRACE_QUEUE_IN, 1);
}

static void dequeue(struct event_core *core, uint64_t now)
{
    core->queue_head = (core->queue_head + 1) % core->config->queue_depth;
    core->queue_count--;
    core->counters[CORE_QUEUE_READS]++;
    trace_event(&core->component, now, TRACE_QUEUE_OUT, 1);
}

static void tell(struct event_core *core, uint64_t now, uint8_t kind, uint32_t address)
{
    struct packet packet = {.kind = kind, .axon = address, .flits = 1};
    must(link_ready(core->out, now, 1));
    link_push(core->out, now, &packet);
}

static void raise_output(struct event_core *core, uint64_t now, uint32_t address)
{
    tell(core, now, ADDRESS_EVENT_OUTPUT, address);
    core->output_busy = true;
    core->counters[CORE_PACKETS]++;
}

/* ---- going through neurons ---- */

static void go_on(struct event_core *core, uint64_t read_at)
{
    core->phase = EVENT_CORE_GOES;
    core->read_at = read_at;
    core->fires = next_to_fire(core);
    core->act = write_cycle(core, core->fires <= core->last ? core->fires : core->last);
}

static void end_of_neurons(struct event_core *core, uint64_t now)
{
    if (core->work == WORK_LEAK) {
        core->phase = EVENT_CORE_ANSWERS;
        core->act = now;
        return;
    }
    if (core->work == WORK_VIRTUAL) {
        dequeue(core, now);
        core->phase = EVENT_CORE_IDLE;
        core->act = now + 1;
        return;
    }
    if (core->config->controller_output == OUTPUT_ON_POP)
        raise_output(core, now, core->address & 255);
    core->phase = EVENT_CORE_LEAVES;
    core->act = now + 1;
}

static void fire(struct event_core *core, uint64_t now, uint32_t neuron)
{
    if (core->group_of[neuron]->silent)
        return;
    core->counters[CORE_SPIKES]++;
    trace_event(&core->component, now, TRACE_SPIKE, neuron);
    if (core->config->controller_recurrent)
        enqueue(core, now, neuron);
    if (core->config->controller_output == OUTPUT_ON_FIRE)
        raise_output(core, now, neuron);
}

/* Cycle of the write of a neuron that fires, or of the last write. */
static void write_last(struct event_core *core, uint64_t now)
{
    uint32_t neuron = core->first;
    bool fires = neuron == core->fires;
    must(neuron <= core->last && write_cycle(core, neuron) == now);
    write_back(core, neuron);
    core->first++;
    if (fires)
        fire(core, now, neuron);
    if (core->first > core->last)
        end_of_neurons(core, now);
    else if (core->output_busy)
        core->phase = EVENT_CORE_WAITS;
    else
        go_on(core, now + 1);
}

/* ---- choosing ---- */

static void begin(struct event_core *core, uint64_t now, enum event_core_work work, uint32_t address, uint32_t first,
                  uint32_t last)
{
    core->work = work;
    core->address = address;
    core->first = first;
    core->last = last;
    go_on(core, now + 1);
}

static void take_entry(struct event_core *core, uint64_t now)
{
    uint32_t entry = core->queue[core->queue_head], neuron = entry & 255;
    if (entry >> ENTRY_WEIGHT_SHIFT)
        begin(core, now, WORK_VIRTUAL, entry, neuron, neuron);
    else
        begin(core, now, WORK_ENTRY, entry, 0, core->config->controller_last_neuron);
}

static void take_request(struct event_core *core, uint64_t now)
{
    uint32_t address = link_peek(core->request, now)->axon, neuron = address & 255;
    link_pop(core->request, now);
    core->counters[CORE_EVENTS_IN]++;
    if (address & ADDRESS_LEAK) {
        bool all = neuron == ADDRESS_ALL;
        begin(core, now, WORK_LEAK, address, all ? 0 : neuron, all ? core->config->controller_last_neuron : neuron);
        return;
    }
    if (address & ADDRESS_VIRTUAL)
        enqueue(core, now, (address >> 4 & 15) << ENTRY_WEIGHT_SHIFT | (address & 15));
    else
        enqueue(core, now, neuron);
    core->phase = EVENT_CORE_ANSWERS;
    core->act = now + core->config->controller_accept - 1;
}

static void choose(struct event_core *core, uint64_t now)
{
    bool request = link_peek(core->request, now) != NULL;
    if (core->queue_count == core->config->queue_depth)
        take_entry(core, now);
    else if (request)
        take_request(core, now);
    else if (core->queue_count)
        take_entry(core, now);
    else
        return;
    core->component.progress++;
}

/* ---- one cycle ---- */

static void take_release(struct event_core *core, uint64_t now)
{
    if (!link_peek(core->release, now))
        return;
    link_pop(core->release, now);
    core->output_busy = false;
    core->component.progress++;
    if (core->phase == EVENT_CORE_WAITS)
        go_on(core, now);
}

static void act(struct event_core *core, uint64_t now)
{
    core->component.progress++;
    if (core->phase == EVENT_CORE_GOES) {
        write_last(core, now);
    } else if (core->phase == EVENT_CORE_ANSWERS) {
        tell(core, now, ADDRESS_EVENT_ACKNOWLEDGE, 0);
        core->phase = EVENT_CORE_IDLE;
        core->act = now + 1 + core->config->controller_recover;
    } else {
        dequeue(core, now);
        core->phase = EVENT_CORE_IDLE;
        core->act = now + 1;
    }
}

static bool can_act(const struct event_core *core, uint64_t now)
{
    if (core->phase == EVENT_CORE_LEAVES)
        return now >= core->act && !core->output_busy;
    return (core->phase == EVENT_CORE_GOES || core->phase == EVENT_CORE_ANSWERS) && now == core->act;
}

static uint64_t sooner(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t event_core_step(void *self, uint64_t now)
{
    struct event_core *core = self;
    event_core_settle(core, now);
    take_release(core, now);
    while (can_act(core, now))
        act(core, now);
    if (core->phase == EVENT_CORE_IDLE && now >= core->act && !core->output_busy)
        choose(core, now);
    uint64_t next = sooner(link_next(core->release, now), NEVER);
    if (core->phase == EVENT_CORE_IDLE && !core->output_busy) {
        uint64_t request = core->queue_count ? core->act : sooner(link_next(core->request, now), NEVER);
        next = sooner(next, request > core->act ? request : core->act > now ? core->act : NEVER);
    } else if (core->phase != EVENT_CORE_IDLE && core->phase != EVENT_CORE_WAITS && core->act > now) {
        next = sooner(next, core->act);
    }
    return next;
}

static void event_core_hash(const void *self, struct hash *hash)
{
    const struct event_core *core = self;
    for (uint32_t i = 0; i < core->queue_count; i++)
        hash_u64(hash, core->queue[(core->queue_head + i) % core->config->queue_depth]);
    hash_i32s(hash, core->potential, core->program->neuron_count);
    for (size_t i = 0; i < (size_t)core->program->axon_count * core->program->neuron_count; i++)
        hash_u64(hash, (uint16_t)core->weights[i]);
    hash_u64(hash, (uint64_t)core->phase << 32 | core->address);
    hash_u64(hash, (uint64_t)core->first << 32 | core->last);
    hash_u64(hash, core->read_at);
    hash_u64(hash, core->act << 1 | core->output_busy);
    hash_u64s(hash, core->counters, CORE_COUNTERS);
    link_hash(core->request, hash);
    link_hash(core->release, hash);
}

static bool event_core_waiting(const void *self, char *text, size_t size)
{
    const struct event_core *core = self;
    if (core->output_busy)
        snprintf(text, size, "the receiver of its output");
    return core->output_busy;
}

static void settle(void *self, uint64_t now)
{
    event_core_settle(self, now);
}

static const struct component_class event_core_class = {"core", event_core_step, event_core_hash, event_core_waiting,
                                                        settle, NULL, 0};

static void load(struct event_core *core)
{
    const struct core_program *program = core->program;
    core->weights = memory_array((size_t)program->axon_count * program->neuron_count, sizeof *core->weights);
    for (uint32_t axon = 0; axon < program->axon_count; axon++)
        for (uint32_t i = program->synapse_start[axon]; i < program->synapse_start[axon + 1]; i++)
            core->weights[(size_t)axon * program->neuron_count + program->synapse_target[i]] =
                program->synapse_weight[i];
    for (uint32_t g = 0; g < program->group_count; g++)
        for (uint32_t j = 0; j < program->groups[g].count; j++) {
            core->group_of[program->groups[g].first + j] = &program->groups[g];
            core->potential[program->groups[g].first + j] = program->groups[g].initial;
        }
}

void event_core_init(struct event_core *core, struct engine *engine, uint32_t index, const struct core_config *config,
                     const struct core_program *program)
{
    *core = (struct event_core){.component = {.class_of = &event_core_class, .index = index}, .config = config,
                                .program = program};
    core->potential = memory_array(program->neuron_count, sizeof(int32_t));
    core->group_of = memory_array(program->neuron_count, sizeof *core->group_of);
    core->queue = memory_array(config->queue_depth, sizeof *core->queue);
    core->weights_per_word = config->crossbar_word_bits / config->weight_bits;
    load(core);
    engine_add(engine, &core->component);
}

void event_core_free(struct event_core *core)
{
    free(core->weights);
    free(core->group_of);
    free(core->potential);
    free(core->queue);
}
