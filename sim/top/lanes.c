#include "sim/top/lanes.h"

#include "sim/engine.h"
#include "sim/panic.h"
#include <sched.h>
#include <stdatomic.h>

#define RING 1024u  /* messages under way to one neighbour; whoever sends more waits, and takes meanwhile */
#define SPINS 2000u /* before the processor is offered to others: some microseconds */
#define LINE 64     /* bytes of a cache line: what different processes write lies in different ones */

/* Towards one neighbour. */
struct lane {
    _Alignas(LINE) _Atomic uint64_t put;   /* by the owner: messages so far */
    _Alignas(LINE) _Atomic uint64_t taken; /* by the neighbour */
    struct edge_message ring[RING];
};

/* `version` is even while the owner waits and the rest holds still. */
struct lanes_slot {
    _Alignas(LINE) _Atomic uint64_t promise;
    _Alignas(LINE) _Atomic uint64_t version;
    _Atomic uint64_t next, sent[RANKS_SIDES], received[RANKS_SIDES];
    _Atomic uint64_t stop_at; /* 0: unknown */
    struct lane lane[RANKS_SIDES];
};

size_t lanes_slot_bytes(void)
{
    return sizeof(struct lanes_slot);
}

static uint64_t sooner(uint64_t a, uint64_t b) { return a < b ? a : b; }

static struct lanes_slot *neighbour(const struct lanes *lanes, enum ranks_side side)
{
    if (side == RANKS_WEST)
        return lanes->own > 0 ? lanes->slots[lanes->own - 1] : NULL;
    return lanes->own + 1 < lanes->count ? lanes->slots[lanes->own + 1] : NULL;
}

static struct lane *lane_from(const struct lanes *lanes, enum ranks_side side)
{
    struct lanes_slot *slot = neighbour(lanes, side);
    return slot ? &slot->lane[side == RANKS_WEST ? RANKS_EAST : RANKS_WEST] : NULL;
}

/* ---- messages ---- */

/* Takes what has come; returns the earliest arrival among it, NEVER. */
static uint64_t take(struct lanes *lanes, struct ranks_window *window)
{
    uint64_t earliest = NEVER;
    for (int side = 0; side < RANKS_SIDES; side++) {
        struct lane *lane = lane_from(lanes, (enum ranks_side)side);
        uint64_t at = lanes->received[side], put = lane ? atomic_load(&lane->put) : at;
        for (; at < put; at++) {
            const struct edge_message *message = &lane->ring[at % RING];
            edge_put(&window->in[side], message->arrival, &message->packet);
            earliest = sooner(earliest, message->arrival);
        }
        if (lane && at != lanes->received[side])
            atomic_store(&lane->taken, at);
        lanes->received[side] = at;
    }
    return earliest;
}

/* Returns the earliest arrival of what it took meanwhile. */
static uint64_t send(struct lanes *lanes, struct ranks_window *window)
{
    uint64_t earliest = NEVER;
    for (int side = 0; side < RANKS_SIDES; side++) {
        struct lane *lane = &lanes->slots[lanes->own]->lane[side];
        struct edge_queue *out = &window->out[side];
        for (const struct edge_message *message; (message = edge_front(out)); edge_pop(out)) {
            must(neighbour(lanes, (enum ranks_side)side));
            while (lanes->sent[side] - atomic_load(&lane->taken) == RING) {
                earliest = sooner(earliest, take(lanes, window));
                sched_yield();
            }
            lane->ring[lanes->sent[side] % RING] = *message;
            atomic_store(&lane->put, ++lanes->sent[side]);
        }
    }
    return earliest;
}

/* ---- what is said and heard ---- */

/* For others to look at while this one waits. */
static void show(const struct lanes *lanes, uint64_t next)
{
    struct lanes_slot *slot = lanes->slots[lanes->own];
    atomic_store(&slot->version, atomic_load(&slot->version) | 1);
    atomic_store(&slot->next, next);
    for (int side = 0; side < RANKS_SIDES; side++) {
        atomic_store(&slot->sent[side], lanes->sent[side]);
        atomic_store(&slot->received[side], lanes->received[side]);
    }
    atomic_store(&slot->version, atomic_load(&slot->version) + 1);
}

static void hide(const struct lanes *lanes)
{
    struct lanes_slot *slot = lanes->slots[lanes->own];
    atomic_store(&slot->version, atomic_load(&slot->version) + 1);
}

static void promise(struct lanes *lanes, uint64_t cycle)
{
    if (cycle > lanes->promised)
        atomic_store(&lanes->slots[lanes->own]->promise, lanes->promised = cycle);
}

static uint64_t later(uint64_t cycle, uint64_t latency)
{
    return cycle > NEVER - latency ? NEVER : cycle + latency;
}

/* Nothing that arrives before it can come any more, once what is there has been taken. */
static uint64_t allowed(const struct lanes *lanes)
{
    uint64_t cycle = NEVER;
    for (int side = 0; side < RANKS_SIDES; side++) {
        struct lanes_slot *slot = neighbour(lanes, (enum ranks_side)side);
        if (slot)
            cycle = sooner(cycle, atomic_load(&slot->promise));
    }
    return cycle;
}

/* True when nobody runs and no message is under way; then *next is the first cycle in which anybody does anything.
 * All versions are read, then what belongs to them, then the versions again: if none has changed, there was a moment at
 * which all of it was so. */
static bool all_wait(const struct lanes *lanes, uint64_t *next)
{
    uint64_t versions = 0, sent_east = 0, received_east = 0, again = 0;
    bool even = true, whole = true;
    for (uint32_t i = 0; i < lanes->count; i++) {
        uint64_t version = atomic_load(&lanes->slots[i]->version);
        even &= version % 2 == 0 && version > 0;
        versions += version;
    }
    *next = NEVER;
    for (uint32_t i = 0; even && i < lanes->count; i++) {
        struct lanes_slot *slot = lanes->slots[i];
        *next = sooner(*next, atomic_load(&slot->next));
        if (i > 0)
            whole &= sent_east == atomic_load(&slot->received[RANKS_WEST]) &&
                     received_east == atomic_load(&slot->sent[RANKS_WEST]);
        sent_east = atomic_load(&slot->sent[RANKS_EAST]);
        received_east = atomic_load(&slot->received[RANKS_EAST]);
    }
    for (uint32_t i = 0; even && i < lanes->count; i++)
        again += atomic_load(&lanes->slots[i]->version); /* they only grow */
    return even && whole && again == versions;
}

static uint64_t known_stop(const struct lanes *lanes)
{
    uint64_t stop = NEVER;
    for (uint32_t i = 0; i < lanes->count; i++) {
        uint64_t said = atomic_load(&lanes->slots[i]->stop_at);
        stop = said ? sooner(stop, said) : stop;
    }
    return stop;
}

static void relax(uint32_t *waited)
{
    if (++*waited > SPINS)
        sched_yield();
#if defined __x86_64__
    else
        __builtin_ia32_pause();
#endif
}

void lanes_exchange(struct lanes *lanes, struct ranks_window *window, uint64_t latency, uint64_t piece)
{
    uint64_t next = sooner(window->next, send(lanes, window)), all, shown_next = 0;
    uint64_t shown_received[RANKS_SIDES] = {UINT64_MAX, UINT64_MAX};
    uint32_t waited = 0;
    if (window->stop_at != NEVER)
        atomic_store(&lanes->slots[lanes->own]->stop_at, window->stop_at);
    for (;; relax(&waited)) {
        uint64_t horizon = allowed(lanes); /* before what is there is taken */
        next = sooner(next, take(lanes, window));
        promise(lanes, later(sooner(next, horizon), latency));
        uint64_t stop = window->stop_at == NEVER ? known_stop(lanes) : NEVER;
        if (next < horizon || stop != NEVER) {
            window->stop_at = sooner(window->stop_at, stop);
            window->next = next;
            window->horizon = stop != NEVER ? next : sooner(horizon, later(next, piece));
            break;
        }
        if (waited == 0 || next != shown_next || lanes->received[0] != shown_received[0] ||
            lanes->received[1] != shown_received[1]) {
            show(lanes, next);
            shown_next = next;
            shown_received[0] = lanes->received[0];
            shown_received[1] = lanes->received[1];
        }
        if (!all_wait(lanes, &all))
            continue;
        promise(lanes, later(all, latency));
        if (all == NEVER) {
            window->next = window->horizon = NEVER;
            return; /* and goes on waiting, for the others to see */
        }
    }
    if (atomic_load(&lanes->slots[lanes->own]->version) % 2 == 0)
        hide(lanes);
}
