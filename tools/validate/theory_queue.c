/* An event queue that is too small for the spikes of a timestep.
 *
 * drop: what arrives beyond its depth is lost: dropped = arrivals - depth.
 * stall (here with ticks, else nothing could ever go on): of 2 x depth spikes the second half waits in the network
 *   until the next timestep reads the first. The host sends one every 2 cycles, so the first to wait arrives 2 x depth
 *   cycles after the first one; its place is free 1 cycle after the core sees the next tick, each further place a row
 *   (axon + words) later, and a packet comes to the front a cycle after the one before it has gone:
 *   waiting = (tick - 2 x depth - flight) + (depth - 1) (row - 1). All are read in the end; those that waited are late.
 * The same with buffers of one flit: the host can send again when a credit has come round (8 cycles: 7 to the router, 1
 *   back), and behind a full queue two more packets find room. The last but one goes when the tick's first read has let
 *   the core's credit and then the router's pass (tick + 1 + 1 + 1 after the first one's go), the last a round later;
 *   waiting = time from the first to the last - 2 a packet. */
#include "sim/memory.h"
#include "tools/validate/theory.h"

#define DEPTH 4u

static struct theory_case *add(struct theory_cases *cases, char *name, uint32_t events, enum queue_policy policy,
                               enum core_counter counter, double expected)
{
    static const uint16_t targets[] = {0, 1, 2, 3};
    struct theory_case *test = theory_add(cases, name, 1, 1);
    test->chip.core.queue_depth = DEPTH;
    test->chip.core.queue_policy = (int)policy;
    test->chip.host.timestep_mode = policy == QUEUE_STALL ? TIMESTEP_TICK : TIMESTEP_BARRIER;
    theory_program(test, events, 1);
    theory_routes(test, THEORY_INPUTS, 0);
    theory_core(test, 0, 1, 4, INT32_MAX, events, targets, 4);
    theory_sample(test, 3, events);
    test->unit = "events";
    test->counter = counter;
    test->expected = expected;
    return test;
}

static void add_drops(struct theory_cases *cases)
{
    for (uint32_t events = DEPTH - 1; events <= 5 * DEPTH; events += events < DEPTH + 1 ? 1 : 5) {
        uint32_t lost = events > DEPTH ? events - DEPTH : 0;
        add(cases, memory_format("drop, %u for %u", events, DEPTH), events, QUEUE_DROP, CORE_EVENTS_DROPPED,
            lost)->quantity = "dropped";
        add(cases, memory_format("drop, %u for %u", events, DEPTH), events, QUEUE_DROP, CORE_QUEUE_READS,
            events - lost)->quantity = "read";
    }
}

static void add_stalls(struct theory_cases *cases)
{
    static const struct {
        enum core_counter counter;
        const char *quantity;
        double expected;
    } counts[] = {{CORE_EVENTS_DROPPED, "dropped", 0}, {CORE_EVENTS_LATE, "late", DEPTH},
                  {CORE_QUEUE_READS, "read", 2 * DEPTH}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        add(cases, memory_format("stall, %u for %u", 2 * DEPTH, DEPTH), 2 * DEPTH, QUEUE_STALL, counts[i].counter,
            counts[i].expected)->quantity = counts[i].quantity;
    struct theory_case *test = add(cases, memory_format("stall, %u for %u", 2 * DEPTH, DEPTH), 2 * DEPTH, QUEUE_STALL,
                                   CORE_QUEUE_STALLS, 0);
    double row = test->chip.core.axon_cycles + 2; /* 4 synapses are 2 words */
    test->quantity = "waiting";
    test->unit = "cycles";
    test->expected = test->chip.host.tick_cycles - 2.0 * DEPTH - (double)theory_flight(&test->chip, THEORY_HOST, 0) +
                     (DEPTH - 1) * (row - 1);
}

static void add_sender(struct theory_cases *cases)
{
    struct theory_case *test = add(cases, memory_format("stall, buffers of 1"), 2 * DEPTH, QUEUE_STALL,
                                   CORE_QUEUE_READS, 2 * DEPTH);
    test->chip.noc.buffer_flits = 1;
    test->quantity = "read";
    test = add(cases, memory_format("stall, buffers of 1"), 2 * DEPTH, QUEUE_STALL, CORE_QUEUE_STALLS, 0);
    test->chip.noc.buffer_flits = 1;
    const struct noc_config *noc = &test->chip.noc;
    double round = noc->router_latency + noc->local_latency + noc->credit_latency;
    double first = 2, last = (test->chip.host.tick_cycles + 1) + 1 + 1 + 1 + round; /* after go */
    test->quantity = "host waits";
    test->unit = "cycles";
    test->measure = theory_host_waits;
    test->expected = last - first - 2 * (2 * DEPTH - 1);
}

void theory_add_queues(struct theory_cases *cases)
{
    add_drops(cases);
    add_stalls(cases);
    add_sender(cases);
}
