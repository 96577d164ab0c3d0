#include "models/host/timestep.h"

#include "sim/trace.h"
#include <stdio.h>

uint32_t barrier_levels(uint32_t leaves, uint32_t arity)
{
    uint32_t levels = 0;
    for (uint64_t reach = 1; reach < leaves; reach *= arity)
        levels++;
    return levels;
}

static void begin_phase(struct timestep *timestep, uint64_t now)
{
    bool host_owes = timestep->has_port && timestep->phase != GO_RESET;
    signal_set(&timestep->go, now, go_pack(timestep->sample, timestep->phase));
    tally_add(&timestep->outstanding, now, (int64_t)timestep->participant_count + host_owes);
    for (uint32_t i = 0; i < timestep->participant_count; i++)
        engine_wake(timestep->component.engine, timestep->participants[i], now + 1);
    if (timestep->has_port)
        engine_wake(timestep->component.engine, timestep->port_id, now + 1);
    timestep->state = TIMESTEP_RUN;
    timestep->component.progress++;
    trace_event(&timestep->component, now, TRACE_PHASE, timestep->phase);
    trace_event(&timestep->component, now, TRACE_STATE, TIMESTEP_RUN);
}

static void obey(struct timestep *timestep, uint64_t now, int64_t command)
{
    timestep->obeyed = command;
    signal_set(&timestep->started, now, command);
    timestep->sample = go_sample(command);
    timestep->steps = go_phase(command) + timestep->depth;
    timestep->phase = GO_RESET;
    timestep->began = now;
    timestep->sample_begins(timestep->owner);
    if (timestep->east.present)
        engine_wake(timestep->component.engine, timestep->east.link_id, now + 1); /* it passes the command on */
    begin_phase(timestep, now);
}

/* The neighbour may already be a phase ahead; go values only grow. */
static bool heard(const struct wave_side *side, uint64_t now, int64_t go)
{
    return !side->present || signal_read(&side->heard, now) >= go;
}

static bool said(const struct wave_side *side, int64_t go)
{
    return !side->present || side->said.value == go;
}

static void say(struct timestep *timestep, struct wave_side *side, uint64_t now, int64_t go)
{
    signal_set(&side->said, now, go);
    engine_wake(timestep->component.engine, side->link_id, now + 1);
    timestep->component.progress++;
}

/* Quiet here; passes waves on. True when the phase is over on all chips, as far as this one can know. */
static bool phase_is_over(struct timestep *timestep, uint64_t now)
{
    int64_t go = go_pack(timestep->sample, timestep->phase);
    if (!tally_is_zero(&timestep->outstanding, now))
        return false;
    bool west = heard(&timestep->west, now, go), east = heard(&timestep->east, now, go);
    if (west && !said(&timestep->east, go))
        say(timestep, &timestep->east, now, go);
    if (east && !said(&timestep->west, go))
        say(timestep, &timestep->west, now, go);
    return west && east;
}

static void end_sample(struct timestep *timestep, uint64_t now)
{
    timestep->state = TIMESTEP_REST;
    timestep->sample_over(timestep->owner, now);
    trace_event(&timestep->component, now, TRACE_PHASE, TRACE_REST);
    trace_event(&timestep->component, now, TRACE_STATE, TIMESTEP_REST);
    signal_set(&timestep->ended, now, timestep->sample);
    if (timestep->has_port)
        engine_wake(timestep->component.engine, timestep->port_id, now + 1);
    timestep->component.progress++;
}

static void next_phase(struct timestep *timestep, uint64_t now)
{
    timestep->counters[HOST_BARRIERS]++;
    if (timestep->phase == timestep->steps) {
        end_sample(timestep, now);
        return;
    }
    timestep->phase++;
    begin_phase(timestep, now);
}

/* tick: the next timestep at its time, unless this was the last (then the end is a barrier) or still the reset. */
static bool ticks_next(const struct timestep *timestep)
{
    return timestep->config->timestep_mode == TIMESTEP_TICK && timestep->phase != GO_RESET &&
           timestep->phase < timestep->steps;
}

static uint64_t timestep_step(void *self, uint64_t now)
{
    struct timestep *timestep = self;
    int64_t command = signal_read(&timestep->command, now);
    if (timestep->state == TIMESTEP_REST && command != timestep->obeyed) {
        obey(timestep, now, command);
    } else if (timestep->state == TIMESTEP_RUN && ticks_next(timestep)) {
        if (now < timestep->act_at)
            return timestep->act_at;
        next_phase(timestep, now);
        timestep->act_at = now + timestep->config->tick_cycles;
        return ticks_next(timestep) ? timestep->act_at : NEVER;
    } else if (timestep->state == TIMESTEP_RUN && phase_is_over(timestep, now)) {
        timestep->state = TIMESTEP_RELEASE;
        timestep->act_at = now + timestep->barrier_cycles;
        trace_event(&timestep->component, now, TRACE_STATE, TIMESTEP_RELEASE);
        timestep->component.progress++;
        return timestep->act_at;
    } else if (timestep->state == TIMESTEP_RELEASE && now >= timestep->act_at) {
        next_phase(timestep, now);
        timestep->act_at = now + timestep->config->tick_cycles;
        if (timestep->state == TIMESTEP_RUN && ticks_next(timestep))
            return timestep->act_at;
        return now + 1; /* a neighbour's next sample may already be announced */
    }
    return NEVER;
}

static void wave_side_hash(const struct wave_side *side, struct hash *hash)
{
    hash_u64(hash, (uint64_t)side->heard.value);
    hash_u64(hash, (uint64_t)side->said.value);
}

/* With the counters of the whole chip, which its host interface and chip-to-chip links write too. */
void timestep_trigger(struct timestep *timestep, uint64_t now)
{
    signal_set(&timestep->go, now, go_pack(0, ++timestep->phase));
    for (uint32_t i = 0; i < timestep->participant_count; i++)
        engine_wake(timestep->component.engine, timestep->participants[i], now + 1);
    timestep->counters[HOST_BARRIERS]++;
    trace_event(&timestep->component, now, TRACE_PHASE, timestep->phase);
}

static void timestep_hash(const void *self, struct hash *hash)
{
    const struct timestep *timestep = self;
    hash_u64(hash, (uint64_t)timestep->state << 32 | timestep->phase);
    hash_u64(hash, (uint64_t)timestep->sample << 32 | timestep->steps);
    if (timestep->state != TIMESTEP_REST) {
        uint64_t now = timestep->component.engine->now;
        hash_timer(hash, timestep->act_at, now);
        hash_u64(hash, now - timestep->began);
    }
    hash_u64(hash, (uint64_t)timestep->obeyed);
    hash_u64(hash, (uint64_t)tally_value(&timestep->outstanding));
    hash_u64(hash, (uint64_t)timestep->command.value);
    hash_u64(hash, (uint64_t)timestep->go.value);
    hash_u64(hash, (uint64_t)timestep->started.value);
    hash_u64(hash, (uint64_t)timestep->ended.value);
    wave_side_hash(&timestep->west, hash);
    wave_side_hash(&timestep->east, hash);
    hash_u64s(hash, timestep->counters, HOST_COUNTERS);
}

static bool timestep_waiting(const void *self, char *text, size_t size)
{
    const struct timestep *timestep = self;
    if (timestep->state != TIMESTEP_RUN)
        return false;
    snprintf(text, size, "the end of timestep %d of sample %u: %lld cores, packets or inputs are outstanding",
             (int)timestep->phase - GO_STEP_0, timestep->sample, (long long)tally_value(&timestep->outstanding));
    return true;
}

static const struct component_class timestep_class = {"timestep control", timestep_step, timestep_hash,
                                                      timestep_waiting, NULL, NULL, 0};

void timestep_init(struct timestep *timestep, struct engine *engine, uint32_t index, const struct host_config *config,
                   uint32_t tiles, uint64_t *counters)
{
    *timestep = (struct timestep){.component = {.class_of = &timestep_class, .index = index}, .config = config,
                                  .obeyed = -1, .counters = counters};
    timestep->command = timestep->go = timestep->started = timestep->ended = signal_of(-1);
    timestep->west.heard = timestep->west.said = timestep->east.heard = timestep->east.said = signal_of(-1);
    timestep->barrier_cycles = 1;
    if (config->timestep_mode == TIMESTEP_BARRIER)
        timestep->barrier_cycles = config->barrier_base + config->barrier_level *
                                   barrier_levels(tiles, config->barrier_arity);
    if (timestep->barrier_cycles == 0)
        timestep->barrier_cycles = 1;
    engine_add(engine, &timestep->component);
    timestep->outstanding.sum = signal_of(0);
    timestep->outstanding.engine = engine;
    timestep->outstanding.watcher = timestep->component.id;
}
