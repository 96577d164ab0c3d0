/* A spike through an idle core of the other two orders of work (stimuli in given cycles instead of samples).
 *
 * event: the request rises in cycle r and is seen after the synchroniser, in t = r + s; acknowledge in a = t + accept,
 *   next choice in a + recover. The entry then goes through the neurons, `crossbar` cycles each: neuron j fires in the
 *   last cycle of its turn and its output rises in the next; or the entry's, a cycle after the last neuron (on_pop).
 * neuron: told of a timestep at edge T = stimulus + 1; neuron j is written at T + 2 + j (axons + 2) + axons, decided a
 *   cycle before, and flies from there (theory_flight). The input that excites it came by an earlier flight. */
#include "models/host/edge.h"
#include "sim/memory.h"
#include "tools/validate/theory.h"

#define NEURONS 8u
#define AXONS 6u
#define REQUEST 10u
#define TICK 100u
#define END 1000u

static struct theory_case *add(struct theory_cases *cases, char *name, uint32_t columns, uint32_t rows, uint32_t core,
                               uint16_t neuron)
{
    struct theory_case *test = theory_add(cases, name, columns, rows);
    theory_program(test, 0, 1);
    theory_core(test, core, 1, NEURONS, 0, AXONS, &neuron, 1);
    test->chip.noc.router_kind = ROUTER_MERGE;
    test->replay.end_cycle = END;
    test->replay.potentials = memory_array(NEURONS, sizeof(int32_t));
    test->quantity = "latency";
    test->measure = theory_logged;
    return test;
}

static struct theory_case *add_event(struct theory_cases *cases, char *name, uint32_t synchroniser, uint16_t neuron)
{
    struct theory_case *test = add(cases, name, 1, 1, 0, neuron);
    test->chip.core.core_order = ORDER_EVENT;
    test->chip.core.synapse_kind = SYNAPSE_CROSSBAR;
    test->chip.core.controller_accept = 2;
    test->chip.core.controller_recover = 5;
    test->chip.core.controller_last_neuron = NEURONS - 1;
    test->chip.host.timestep_mode = TIMESTEP_FREE;
    test->chip.host.protocol = HOST_ADDRESS_EVENT;
    test->chip.host.synchroniser = synchroniser;
    test->program.cores[0].groups[0].model = MODEL_EVENT_LEAK;
    test->stimuli[0].cycle = REQUEST;
    test->stimuli[0].packet.axon = 1;
    test->replay.count = 1;
    test->logged = LOG_SPIKE;
    return test;
}

static void add_events(struct theory_cases *cases)
{
    for (uint32_t s = 1; s <= 3; s++) {
        struct theory_case *test = add_event(cases, memory_format("acknowledge, %u flip-flops", s), s, 0);
        test->logged = LOG_ACCEPTED;
        test->expected = REQUEST + s + 2;
    }
    for (uint16_t j = 0; j < NEURONS; j = (uint16_t)(2 * j + 1)) {
        struct theory_case *test = add_event(cases, memory_format("event order, neuron %u", j), 2, j);
        test->expected = REQUEST + 2 + 2 + 5 + (j + 1.0) * test->chip.core.crossbar_cycles + 1;
    }
    struct theory_case *test = add_event(cases, memory_format("event order, on pop"), 2, 3);
    test->chip.core.controller_output = OUTPUT_ON_POP;
    test->expected = REQUEST + 2 + 2 + 5 + NEURONS * test->chip.core.crossbar_cycles + 1.0;
}

static void add_neuron(struct theory_cases *cases, uint32_t core, uint32_t hops, uint16_t neuron)
{
    struct theory_case *test = add(cases, memory_format("neuron order, %u hops", hops), 4, 3, core, neuron);
    test->chip.core.core_order = ORDER_NEURON;
    test->chip.core.synapse_kind = SYNAPSE_CROSSBAR;
    test->chip.host.timestep_mode = TIMESTEP_TRIGGERED;
    test->chip.host.output_tile = 0;
    theory_routes(test, core, ROUTE_HOST);
    struct packet input = {.kind = HOST_PACKET, .value = PACKET_SPIKE, .axon = AXONS - 1, .flits = 1,
                           .target = chip_core_place(&test->chip, core)};
    test->stimuli[0] = (struct replay_event){REQUEST, input};
    test->stimuli[1] = (struct replay_event){TICK, {.kind = HOST_TRIGGER, .flits = 1}};
    test->replay.count = 2;
    test->logged = LOG_OUTPUT;
    double written = TICK + 1 + 2 + neuron * (AXONS + 2.0) + AXONS;
    test->expected = written - 1 + (double)theory_flight(&test->chip, core, THEORY_HOST);
}

void theory_add_events(struct theory_cases *cases)
{
    static const uint32_t at_hops[] = {0, 1, 5, 9, 10, 11}; /* as in theory_latency.c */
    add_events(cases);
    for (uint32_t hops = 0; hops <= 5; hops++)
        add_neuron(cases, at_hops[hops], hops, (uint16_t)(hops % NEURONS));
}
