#include "models/tile/processor.h"

#include "sim/panic.h"
#include "sim/trace.h"
#include <stdio.h>

void processor_settle(struct processor *processor, uint64_t now)
{
    enum processor_counter kind = processor->busy ? PROCESSOR_BUSY : PROCESSOR_IDLE;
    trace_state(&processor->component, processor->accounted, now, kind);
    processor->counters[kind] += now - processor->accounted;
    processor->accounted = now;
}

void processor_restart(struct processor *processor)
{
    must(!processor->busy);
    processor->owner = 0;
}

static void take_release(struct processor *processor, uint64_t now)
{
    const struct packet *message = link_peek(processor->from[processor->owner], now);
    if (!message)
        return;
    must(message->axon == PROCESSOR_RELEASE);
    link_pop(processor->from[processor->owner], now);
    processor->busy = false;
    processor->component.progress++;
}

static void grant_next(struct processor *processor, uint64_t now)
{
    for (uint32_t i = 1; i <= processor->cores; i++) {
        uint32_t core = (processor->owner + i) % processor->cores;
        if (!link_peek(processor->from[core], now))
            continue;
        link_pop(processor->from[core], now);
        must(link_ready(processor->to[core], now, 1)); /* a core has one request at a time */
        struct packet grant = {.axon = PROCESSOR_GRANT, .flits = 1};
        link_push(processor->to[core], now, &grant);
        processor->owner = core;
        processor->busy = true;
        processor->counters[PROCESSOR_JOBS]++;
        processor->component.progress++;
        return;
    }
}

static uint64_t processor_step(void *self, uint64_t now)
{
    struct processor *processor = self;
    processor_settle(processor, now);
    if (processor->busy)
        take_release(processor, now);
    if (!processor->busy)
        grant_next(processor, now);
    uint64_t next = NEVER;
    for (uint32_t core = 0; core < processor->cores; core++) {
        uint64_t arrival = link_next(processor->from[core], now);
        if (arrival < next && (!processor->busy || core == processor->owner))
            next = arrival;
    }
    return next;
}

static void processor_hash(const void *self, struct hash *hash)
{
    const struct processor *processor = self;
    hash_u64(hash, (uint64_t)processor->busy << 32 | processor->owner);
    hash_u64s(hash, processor->counters, PROCESSOR_COUNTERS);
    for (uint32_t core = 0; core < processor->cores; core++) {
        link_hash(processor->from[core], hash);
        link_hash(processor->to[core], hash);
    }
}

static bool processor_waiting(const void *self, char *text, size_t size)
{
    const struct processor *processor = self;
    if (processor->busy)
        snprintf(text, size, "its core %u to finish", processor->owner);
    return processor->busy;
}

static void settle(void *self, uint64_t now)
{
    processor_settle(self, now);
}

static const struct component_class processor_class = {"processor", processor_step,
                                                       processor_hash, processor_waiting,
                                                       settle, NULL, 0};

void processor_init(struct processor *processor, struct engine *engine, uint32_t index, uint32_t cores)
{
    must(cores <= PROCESSOR_CORES_MAX);
    *processor = (struct processor){.component = {.class_of = &processor_class, .index = index}, .cores = cores};
    engine_add(engine, &processor->component);
}
