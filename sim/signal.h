/* A signal: a number that several components write and one or many read a cycle later.
 *
 * What is read in cycle c is the value at the end of cycle c - 1. Writers either add (sums do not depend on order) or
 * there is one writer. Used for broadcast ("go") and for the tally of outstanding work that ends a timestep, which stands for
 * the counters of sent and received packets that a barrier tree adds up. */
#ifndef NPUSIM_SIM_SIGNAL_H
#define NPUSIM_SIM_SIGNAL_H

#include "sim/engine.h"

struct signal {
    int64_t value, before; /* before: at the end of the cycle before `changed` */
    uint64_t changed;
};

static inline struct signal signal_of(int64_t value)
{
    struct signal signal = {value, value, NEVER};
    return signal;
}

static inline int64_t signal_read(const struct signal *signal, uint64_t now)
{
    return signal->changed == now ? signal->before : signal->value;
}

static inline void signal_set(struct signal *signal, uint64_t now, int64_t value)
{
    if (signal->changed != now) {
        signal->before = signal->value;
        signal->changed = now;
    }
    signal->value = value;
}

static inline void signal_add(struct signal *signal, uint64_t now, int64_t amount)
{
    signal_set(signal, now, signal->value + amount);
}

/* A sum whose reader is woken when it may have become zero. What is done for sure in a later cycle may be taken off
 * before (tally_done_at): the sum then is zero from that cycle on. */
struct tally {
    struct signal sum;
    struct engine *engine;
    uint32_t watcher;  /* component id */
    uint32_t ahead;    /* taken off before their cycle, and not yet said to be over (tally_over) */
    uint32_t early;    /* added before their cycle, and not yet said to have come (tally_came) */
    uint64_t last;     /* latest cycle of those */
};

static inline bool tally_is_zero(const struct tally *tally, uint64_t now)
{
    return signal_read(&tally->sum, now) == 0 && tally->last < now;
}

static inline void tally_add(struct tally *tally, uint64_t now, int64_t amount)
{
    signal_add(&tally->sum, now, amount);
    if (tally->sum.value == 0)
        engine_wake(tally->engine, tally->watcher, (tally->last > now ? tally->last : now) + 1);
}

/* One is done in `cycle`, not before `now`. Whoever does it says tally_over when that cycle is past. */
static inline void tally_done_at(struct tally *tally, uint64_t now, uint64_t cycle)
{
    tally->ahead++;
    if (cycle > tally->last)
        tally->last = cycle;
    tally_add(tally, now, -1);
}

static inline void tally_over(struct tally *tally)
{
    tally->ahead--;
}

/* `amount` are to come, while something else is outstanding that ends after them. */
static inline void tally_add_early(struct tally *tally, uint64_t now, uint32_t amount)
{
    tally->early += amount;
    tally_add(tally, now, amount);
}

static inline void tally_came(struct tally *tally, uint32_t amount)
{
    tally->early -= amount;
}

/* What is outstanding at the start of the present cycle, when everybody has said what is over and what has come. */
static inline int64_t tally_value(const struct tally *tally)
{
    return tally->sum.value + tally->ahead - tally->early;
}

#endif
