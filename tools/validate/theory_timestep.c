/* Timesteps without a spike, of one core.
 *
 * barrier: a sample of T timesteps is a reset (2 + groups of lanes), one timestep before the population's first (2),
 *   then T of 2 + sweep: a cycle until the core sees the start, and one until timestep control sees the end; after
 *   each of these T + 2 phases comes the barrier, base + level x ceil(log_arity(tiles)).
 * tick: a core that is behind begins a timestep every sweep + 1 cycles, a cycle after the one before has ended. Every
 *   tick but the first finds it busy, unless it comes in exactly that cycle; with ticks of sweep + 1 or more none. */
#include "sim/memory.h"
#include "tools/validate/theory.h"

#define STEPS 12u
#define NEURONS 16u

static struct theory_case *silent(struct theory_cases *cases, char *name, uint32_t columns, uint32_t rows)
{
    struct theory_case *test = theory_add(cases, name, columns, rows);
    theory_program(test, 0, 1);
    theory_core(test, 0, 1, NEURONS, INT32_MAX, 0, NULL, 0);
    theory_sample(test, STEPS, 0);
    return test;
}

static double barrier_cycles(const struct theory_case *test)
{
    const struct core_config *core = &test->chip.core;
    double groups = (double)NEURONS / core->neuron_lanes, sweep = (double)theory_sweep(core, NEURONS);
    return (theory_cycles(test) - (2 + groups) - 2 - STEPS * (2 + sweep)) / (STEPS + 2);
}

static void add_barriers(struct theory_cases *cases)
{
    static const uint32_t sizes[][2] = {{1, 1}, {2, 1}, {2, 2}, {3, 2}, {3, 3}, {4, 4}, {5, 5}, {8, 8}};
    for (uint32_t arity = 2; arity <= 4; arity += 2)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct theory_case *test = silent(cases, memory_format("%u x %u tiles, tree of %u", sizes[i][0],
                                                                   sizes[i][1], arity), sizes[i][0], sizes[i][1]);
            test->chip.host.barrier_arity = arity;
            test->quantity = "barrier";
            test->measure = barrier_cycles;
            test->expected = (double)theory_barrier(&test->chip);
        }
}

static uint64_t overruns(uint64_t tick, uint64_t sweep)
{
    uint64_t count = 0;
    for (uint64_t i = 1; tick <= sweep && i < STEPS; i++)
        count += i * tick % (sweep + 1) != 0;
    return count;
}

static void add_ticks(struct theory_cases *cases)
{
    struct core_config core = cases->items[0].chip.core;
    uint32_t sweep = (uint32_t)theory_sweep(&core, NEURONS);
    uint32_t ticks[] = {2, (sweep + 1) / 3, (sweep + 1) / 2, sweep - 1, sweep, sweep + 1, sweep + 2};
    for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) {
        struct theory_case *test = silent(cases, memory_format("tick of %u", ticks[i]), 1, 1);
        test->chip.host.timestep_mode = TIMESTEP_TICK;
        test->chip.host.tick_cycles = ticks[i];
        test->quantity = "overruns";
        test->unit = "ticks";
        test->counter = CORE_OVERRUNS;
        test->expected = (double)overruns(ticks[i], sweep);
    }
}

void theory_add_timesteps(struct theory_cases *cases)
{
    add_barriers(cases);
    add_ticks(cases);
}
