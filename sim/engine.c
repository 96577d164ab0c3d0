#include "sim/engine.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct far_wake {
    uint64_t cycle;
    uint32_t id, reason;
};

struct engine *engine_new(void)
{
    return memory_array(1, sizeof(struct engine));
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    free(engine->wheel);
    free(engine->component);
    free(engine->place);
    free(engine->word);
    free(engine->at);
    free(engine->heap);
    free(engine->batch);
    free(engine);
}

void engine_add(struct engine *engine, struct component *component)
{
    must(!engine->wheel);
    size_t capacity = engine->component_capacity;
    engine->component = memory_grow(engine->component, &capacity, engine->count + 1u, sizeof(struct component *));
    engine->component_capacity = (uint32_t)capacity;
    component->engine = engine;
    component->id = engine->count;
    engine->component[engine->count++] = component;
}

/* The `count` words from `first` on are all of a class. */
static void note_class_words(struct engine *engine, uint32_t first, uint32_t count)
{
    for (uint32_t word = first; word < first + count; word++) {
        uint32_t begin = word / 64 * 64, from = first > begin ? first - begin : 0, behind = first + count - begin;
        engine->word[word].of_class = ~UINT64_C(0) << from & ~UINT64_C(0) >> (behind < 64 ? 64 - behind : 0);
    }
    engine->words += count;
}

/* Places of the components of the class of `first`: from the first unused word and at[placed] on, in the order of ids. */
static void place_class(struct engine *engine, uint32_t first, uint32_t *placed)
{
    const struct component_class *class_of = engine->component[first]->class_of;
    uint32_t begin = *placed, per_word = UINT32_C(64) >> class_of->reason_bits;
    must(class_of->reason_bits <= 5 && (class_of->reason_bits == 0 || class_of->step_due));
    for (uint32_t id = first; id < engine->count; id++) {
        if (engine->component[id]->class_of != class_of)
            continue;
        uint32_t nth = *placed - begin, word = engine->words + nth / per_word;
        engine->word[word].class_of = class_of;
        engine->word[word].at = engine->at + begin + nth / per_word * per_word;
        engine->place[id] = engine->component[id]->place = word * 64 + (nth % per_word << class_of->reason_bits);
        engine->at[(*placed)++] = engine->component[id];
    }
    note_class_words(engine, engine->words, (*placed - begin + per_word - 1) / per_word);
}

/* Summary words for `words` words, themselves included. */
static uint32_t summaries_for(uint32_t words)
{
    uint32_t summaries = 1;
    while (summaries * 64 < words + summaries)
        summaries++;
    return summaries;
}

void engine_seal(struct engine *engine)
{
    uint32_t placed = 0;
    engine->place = memory_array(engine->count, sizeof(uint32_t));
    memset(engine->place, 0xff, engine->count * sizeof(uint32_t));
    engine->at = memory_array(engine->count, sizeof *engine->at);
    engine->summaries = engine->words = summaries_for(engine->count);
    engine->word = memory_array(engine->words + engine->count, sizeof *engine->word);
    for (uint32_t id = 0; id < engine->count; id++)
        if (engine->place[id] == UINT32_MAX)
            place_class(engine, id, &placed);
    while (UINT32_C(1) << engine->slot_shift < engine->words)
        engine->slot_shift++;
    engine->wheel = memory_array((size_t)ENGINE_SLOTS << engine->slot_shift, sizeof(uint64_t));
    for (uint32_t s = 0; s < ENGINE_SLOTS; s++)
        engine->slot[s] = (struct wheel_slot){engine->wheel + ((size_t)s << engine->slot_shift), UINT64_C(1) << s};
    engine->batch = memory_array(engine->count, sizeof(uint32_t));
}

/* ---- far wake-ups: 4-ary heap, earliest (cycle, id) first ---- */

static bool earlier(struct far_wake a, struct far_wake b)
{
    return a.cycle != b.cycle ? a.cycle < b.cycle : a.id < b.id;
}

void engine_wake_far(struct engine *engine, uint32_t id, uint32_t reason, uint64_t cycle)
{
    must(cycle >= engine->earliest); /* cycle - earliest wraps round for the past */
    if (cycle >= NO_CYCLE)
        return;
    engine->wakeups++;
    engine->heap = memory_grow(engine->heap, &engine->heap_capacity, engine->heap_count + 1, sizeof(struct far_wake));
    struct far_wake wake = {cycle, id, reason};
    size_t hole = engine->heap_count++;
    while (hole > 0 && earlier(wake, engine->heap[(hole - 1) / 4])) {
        engine->heap[hole] = engine->heap[(hole - 1) / 4];
        hole = (hole - 1) / 4;
    }
    engine->heap[hole] = wake;
}

static size_t earliest_child(const struct engine *engine, size_t parent)
{
    size_t best = 4 * parent + 1;
    for (size_t child = best + 1; child <= 4 * parent + 4 && child < engine->heap_count; child++)
        if (earlier(engine->heap[child], engine->heap[best]))
            best = child;
    return best;
}

static struct far_wake heap_take(struct engine *engine)
{
    struct far_wake first = engine->heap[0];
    struct far_wake last = engine->heap[--engine->heap_count];
    size_t hole = 0;
    while (4 * hole + 1 < engine->heap_count) {
        size_t child = earliest_child(engine, hole);
        if (!earlier(engine->heap[child], last))
            break;
        engine->heap[hole] = engine->heap[child];
        hole = child;
    }
    engine->heap[hole] = last;
    return first;
}

uint64_t engine_next(const struct engine *engine)
{
    uint64_t next = engine->heap_count ? engine->heap[0].cycle : NEVER;
    if (engine->occupied) {
        uint32_t shift = (uint32_t)engine->now & 63;
        uint64_t turned = shift ? engine->occupied >> shift | engine->occupied << (64 - shift) : engine->occupied;
        uint64_t near = engine->now + (uint64_t)__builtin_ctzll(turned);
        if (near < next)
            next = near;
    }
    return next;
}

/* ---- one cycle ---- */

static void step_one(struct engine *engine, struct component *component)
{
    uint64_t next = component->class_of->step(component, engine->now);
    must(next > engine->now);
    engine_wake_again(engine, component, next);
}

static int ascending(const void *a, const void *b)
{
    return (*(const uint32_t *)a > *(const uint32_t *)b) - (*(const uint32_t *)a < *(const uint32_t *)b);
}

static uint32_t collect_word(const struct due_word *word, uint64_t due, uint32_t *batch, uint32_t count)
{
    uint32_t reasons = UINT32_C(1) << word->class_of->reason_bits;
    for (uint32_t nth = 0; due; nth++, due >>= reasons)
        if (due & ((UINT64_C(1) << reasons) - 1))
            batch[count++] = word->at[nth]->id;
    return count;
}

/* Ids due now, ascending, taken out of the slot; returns how many. */
static uint32_t collect(struct engine *engine)
{
    uint64_t *slot = engine_slot(engine, engine->now);
    uint32_t count = 0;
    for (uint32_t word = engine->summaries; word < engine->words; word++) {
        count = collect_word(&engine->word[word], slot[word], engine->batch, count);
        slot[word] = 0;
    }
    for (uint32_t s = 0; s < engine->summaries; s++)
        slot[s] = 0;
    engine->occupied &= ~(UINT64_C(1) << (engine->now & (ENGINE_SLOTS - 1)));
    qsort(engine->batch, count, sizeof *engine->batch, ascending);
    return count;
}

/* Keyed by the cycle alone, so that a run can be repeated. */
static void shuffle(uint32_t *ids, uint32_t count, uint64_t cycle)
{
    struct hash hash = {cycle};
    for (uint32_t i = count; i > 1; i--) {
        hash_u64(&hash, i);
        uint32_t other = (uint32_t)(hash.value % i), swapped = ids[i - 1];
        ids[i - 1] = ids[other];
        ids[other] = swapped;
    }
}

static void reverse(uint32_t *ids, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        uint32_t swapped = ids[i];
        ids[i] = ids[count - 1 - i];
        ids[count - 1 - i] = swapped;
    }
}

/* Everyone steps; who was not due must not have had anything to do. `batch` is sorted when this is called. */
static uint32_t add_sleepers(struct engine *engine, uint32_t due, bool *was_due)
{
    for (uint32_t i = 0; i < due; i++)
        was_due[engine->batch[i]] = true;
    for (uint32_t id = 0; id < engine->count; id++)
        engine->batch[id] = id;
    return engine->count;
}

/* What a sleeper returns is not taken: the promise under test is the one it gave when it was due. */
static void step_sleeper(struct engine *engine, uint32_t id)
{
    struct component *component = engine->component[id];
    uint64_t before = component->progress;
    engine->steps++;
    component->class_of->step(component, engine->now);
    if (component->progress != before)
        panic("%s %u made progress in cycle %llu, in which it had promised to sleep", component->class_of->name,
              component->index, (unsigned long long)engine->now);
}

static void run_cycle_in_mode(struct engine *engine)
{
    uint32_t count = collect(engine);
    bool *was_due = engine->oracle ? memory_array(engine->count, sizeof(bool)) : NULL;
    if (was_due)
        count = add_sleepers(engine, count, was_due);
    if (engine->order == ORDER_REVERSED)
        reverse(engine->batch, count);
    else if (engine->order == ORDER_SHUFFLED)
        shuffle(engine->batch, count, engine->now);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = engine->batch[i];
        if (was_due && !was_due[id])
            step_sleeper(engine, id);
        else
            step_one(engine, engine->component[id]);
    }
    free(was_due);
}

static void step_word(struct engine *engine, uint32_t word)
{
    struct component *const *at = engine->word[word].at;
    for (uint64_t due = due_take(engine, word); due; due &= due - 1)
        step_one(engine, at[__builtin_ctzll(due)]);
}

/* The hot loop: nobody can become due in the slot being run, so its words can be taken one by one. Here the order is by
 * class, then by id. */
static void run_cycle(struct engine *engine)
{
    uint64_t *slot = engine_slot(engine, engine->now);
    engine->occupied &= ~(UINT64_C(1) << (engine->now & (ENGINE_SLOTS - 1)));
    for (uint32_t s = 0; s < engine->summaries; s++) {
        uint64_t words = slot[s];
        slot[s] = 0;
        while (words) {
            uint32_t word = s * 64 + (uint32_t)__builtin_ctzll(words);
            const struct due_word *due = &engine->word[word];
            if (due->class_of->step_due) {
                due->class_of->step_due(engine, s * 64, words & due->of_class);
                words &= ~due->of_class;
            } else {
                step_word(engine, word);
                words &= words - 1;
            }
        }
    }
}

static void take_far_wakes(struct engine *engine)
{
    while (engine->heap_count && engine->heap[0].cycle == engine->now) {
        struct far_wake wake = heap_take(engine);
        engine->wakeups--; /* counted when it was asked for */
        engine_wake_if(engine, true, wake.id, wake.reason, engine->now);
    }
}

void engine_run(struct engine *engine, uint64_t until)
{
    while (engine->now < until) {
        uint64_t next = engine->oracle ? engine->now : engine_next(engine);
        if (next >= until) {
            engine->now = engine->earliest = until;
            return;
        }
        engine->now = engine->earliest = next;
        take_far_wakes(engine);
        engine->earliest = next + 1;
        if (engine->order == ORDER_ID && !engine->oracle)
            run_cycle(engine);
        else
            run_cycle_in_mode(engine);
        engine->now = next + 1;
    }
}

void engine_settle(const struct engine *engine, uint64_t now)
{
    for (uint32_t id = 0; id < engine->count; id++)
        if (engine->component[id]->class_of->settle)
            engine->component[id]->class_of->settle(engine->component[id], now);
}

void engine_hash(const struct engine *engine, struct hash *hash)
{
    for (uint32_t id = 0; id < engine->count; id++) {
        hash_u64(hash, id);
        engine->component[id]->class_of->hash(engine->component[id], hash);
    }
}

void engine_waits_for(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

uint32_t engine_dump(const struct engine *engine, FILE *out)
{
    uint32_t count = 0;
    engine_settle(engine, engine->now);
    for (uint32_t id = 0; id < engine->count; id++) {
        const struct component *component = engine->component[id];
        char text[256];
        if (!component->class_of->waiting || !component->class_of->waiting(component, text, sizeof text))
            continue;
        fprintf(out, "  %s %u waits for %s\n", component->class_of->name, component->index, text);
        count++;
    }
    return count;
}
