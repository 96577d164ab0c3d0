/* The engine: a due set over components, not an event queue.
 *
 * A wheel of 64 slots, each a bitmap of component ids, holds who is due in the next 63 cycles; what lies further ahead
 * waits in a 4-ary heap keyed (cycle, id). There are no nodes and no cancellation: a wake-up that turns out to be for
 * nothing is harmless, duplicates merge. Within a cycle components step in the order of ids, which no result may
 * depend on (modes: reversed, shuffled).
 *
 * A component's step(now) reads only what was visible at the start of `now` (links, signals) and returns the earliest
 * later cycle at which it will change something by itself, or NEVER. Arrivals and credits wake it (engine_wake).
 * In oracle mode every component steps in every cycle, and a component that was not due but made progress panics. */
#ifndef NPUSIM_SIM_ENGINE_H
#define NPUSIM_SIM_ENGINE_H

#include "sim/hash.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NEVER UINT64_MAX
#define NO_CYCLE (UINT64_C(1) << 63) /* this and all behind it are as good as NEVER to whom they wake */

enum engine_order { ORDER_ID, ORDER_REVERSED, ORDER_SHUFFLED };

struct engine;
struct component;

struct component_class {
    const char *name;
    /* One cycle; see above. Must count `progress` of its component for every change of state. */
    uint64_t (*step)(void *self, uint64_t now);
    /* Everything that later behaviour or a report depends on; nothing that only schedules. */
    void (*hash)(const void *self, struct hash *hash);
    /* Writes what it waits for ("credit of router 3 east") and returns true, or returns false. */
    bool (*waiting)(const void *self, char *text, size_t size);
    /* NULL, or brings counters and state that run behind or ahead to what they are at the start of `now`. */
    void (*settle)(void *self, uint64_t now);
    /* NULL, or steps everybody of the class whose bits are set in words of the due set, without a call through a pointer
     * for each: those words whose bits are set in `words` (due_take), of 64 from `first` on. Counts them in engine->steps
     * and wakes them again itself. It may use for which reasons they were woken; `step`, which does the same work in the
     * other orders and for the oracle, must find out. */
    void (*step_due)(struct engine *engine, uint32_t first, uint64_t words);
    /* A component has 1 << reason_bits bits in `due`, one for each reason for which it can be woken; at most 5. Needs
     * step_due unless it is 0. */
    uint32_t reason_bits;
};

/* First member of every component's struct. */
struct component {
    const struct component_class *class_of;
    struct engine *engine;
    uint64_t progress; /* changes of state so far */
    uint32_t id;
    uint32_t place;    /* its first bit in the due set */
    uint32_t index;    /* which of its kind, for messages */
};

#define ENGINE_SLOTS 64u

struct wheel_slot {
    uint64_t *word; /* its part of the wheel */
    uint64_t bit;   /* in engine.occupied */
};

struct engine {
    uint64_t now;      /* the cycle being run, or the next to run */
    uint64_t earliest; /* that anyone may be woken for: now, or now + 1 while `now` is being run */
    uint64_t occupied; /* bit s: slot s is not empty */
    uint64_t *wheel;       /* [ENGINE_SLOTS][1 << slot_shift]: `summaries` words whose bits say which words of the slot
                              are not 0, then the words of the due set; components of a class are neighbours there */
    struct wheel_slot slot[ENGINE_SLOTS];
    uint32_t slot_shift, summaries, words; /* words: of a slot in use */
    uint32_t *place;   /* [count]: of an id */
    struct due_word {      /* [words]: whose bits they are; the first `summaries` are nobody's */
        const struct component_class *class_of;
        struct component **at;
        uint64_t of_class; /* words of the class among the 64 with the same summary word */
    } *word;
    struct component **at; /* [count]: by place */
    struct component **component; /* [count]: of an id */
    uint32_t count, component_capacity;
    struct far_wake *heap;
    size_t heap_count, heap_capacity;
    uint32_t *batch;   /* [count]: ids due this cycle, for the orders that are not by id */
    enum engine_order order;
    bool oracle;
    uint64_t wakeups, steps;
    struct trace *trace; /* NULL: off (sim/trace.h) */
    uint32_t trace_chip;
};

struct engine *engine_new(void);
void engine_free(struct engine *engine);

/* Registers a component whose class_of and index are set; ids count up from 0. */
void engine_add(struct engine *engine, struct component *component);
/* After the last engine_add. */
void engine_seal(struct engine *engine);

void engine_wake_far(struct engine *engine, uint32_t id, uint32_t reason, uint64_t cycle);

static inline uint64_t *engine_slot(const struct engine *engine, uint64_t cycle)
{
    return engine->slot[cycle & (ENGINE_SLOTS - 1)].word;
}

/* Who is due now of a word of the due set; they are not any more. */
static inline uint64_t due_take(const struct engine *engine, uint32_t word)
{
    uint64_t *slot = engine_slot(engine, engine->now), due = slot[word];
    slot[word] = 0;
    return due;
}

/* A component's bit for one reason, in every slot. */
static inline uint32_t engine_place(const struct engine *engine, uint32_t id, uint32_t reason)
{
    return engine->place[id] + reason;
}

/* From the bit at `place` on, those that are set in `due`, in a cycle within the wheel. Nothing set: nobody is due; there
 * is no jump for that, since nobody could foresee it, and that the cycle is looked at in vain does no harm. */
static inline void engine_wake_at(struct engine *engine, uint64_t due, uint32_t place, uint64_t cycle)
{
    const struct wheel_slot *slot = &engine->slot[cycle & (ENGINE_SLOTS - 1)];
    slot->word[place >> 6] |= due << (place & 63);
    slot->word[place >> 12] |= UINT64_C(1) << (place >> 6 & 63);
    engine->occupied |= slot->bit;
}

/* If `wanted`, makes `id` due in `cycle` for one of its class's reasons. */
static inline void engine_wake_if(struct engine *engine, bool wanted, uint32_t id, uint32_t reason, uint64_t cycle)
{
    if (cycle - engine->earliest < ENGINE_SLOTS - 1) {
        engine_wake_at(engine, wanted, engine_place(engine, id, reason), cycle);
        engine->wakeups += wanted;
    } else if (wanted) {
        engine_wake_far(engine, id, reason, cycle);
    }
}

/* Makes `id` due in `cycle`, which must not lie before `earliest`: nothing travels in zero cycles. */
static inline void engine_wake(struct engine *engine, uint32_t id, uint64_t cycle)
{
    engine_wake_if(engine, true, id, 0, cycle);
}

/* What is done with the cycle that a step of `component` has returned. */
static inline void engine_wake_again(struct engine *engine, const struct component *component, uint64_t next)
{
    engine->steps++;
    if (next != NEVER)
        engine_wake_if(engine, true, component->id, 0, next);
}

/* Runs every cycle before `until`. Afterwards now == until. */
void engine_run(struct engine *engine, uint64_t until);
/* First cycle with something due, or NEVER. */
uint64_t engine_next(const struct engine *engine);

/* Every component's settle, at `now`. */
void engine_settle(const struct engine *engine, uint64_t now);
void engine_hash(const struct engine *engine, struct hash *hash);
/* For a component's `waiting`: adds to a text that begins as "", as far as it fits. */
__attribute__((format(printf, 3, 4))) void engine_waits_for(char *text, size_t size, const char *format, ...);
/* One line for each component that waits; returns how many. */
uint32_t engine_dump(const struct engine *engine, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
