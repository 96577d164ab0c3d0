/* A spike on an idle chip: from the host through a chain of cores, one neuron each, and back to the host.
 *
 *   host link         bits / width, then its latency
 *   sample begins     1 cycle to timestep control, 1 to the cores, a cycle for each group of lanes cleared, 1 back
 *   barrier           base + level x levels, before each timestep
 *   timestep 0        1 cycle until the host interface sees it, 1 for its table, then the flight (theory_flight)
 *   timestep of a core: 1 cycle until it sees it, synapse array, neuron pipeline, flight
 *     synapse array   sparse: axon + 1 word + latency; dimc: axon + 1 plane + latency; crossbar: axon + 1 weight
 *   end of a timestep 1 cycle after the last arrival, or after the sweep if that ends later
 * The first input enters the host link when the message that the sample begins has left it. */
#include "sim/memory.h"
#include "tools/validate/theory.h"

static uint64_t synapse_cycles(const struct core_config *core)
{
    switch ((enum synapse_kind)core->synapse_kind) {
    case SYNAPSE_SPARSE:
        return core->axon_cycles + 1 + core->sparse_latency;
    case SYNAPSE_DIMC:
        return core->axon_cycles + core->dimc_cycles_per_plane + core->dimc_latency;
    default:
        return core->axon_cycles + core->crossbar_cycles;
    }
}

static uint64_t expected(const struct chip_config *chip, const uint32_t *cores, uint32_t count)
{
    const struct core_config *core = &chip->core;
    uint64_t barrier = theory_barrier(chip);
    uint64_t message = (chip->host.event_bits + chip->host.link_bits_per_cycle - 1) / chip->host.link_bits_per_cycle;
    uint64_t announced = message - 1 + chip->host.link_latency;
    uint64_t begins = announced + 1 + 1 + 1 + 1 + barrier; /* of a timestep */
    uint64_t arrives = begins + 1 + 1 + theory_flight(chip, THEORY_HOST, cores[0]);
    begins = arrives + 1 + barrier;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t leaves = begins + 1 + synapse_cycles(core) + core->neuron_depth;
        uint64_t swept = leaves + theory_interval(core);
        arrives = leaves + theory_flight(chip, cores[i], i + 1 < count ? (int64_t)cores[i + 1] : THEORY_HOST);
        begins = (arrives > swept ? arrives : swept) + 1 + barrier;
    }
    return arrives + message - 1 + chip->host.link_latency - message;
}

static void add(struct theory_cases *cases, char *name, enum router_kind router, enum synapse_kind synapses,
                const uint32_t *cores, uint32_t count)
{
    static const uint16_t first = 0;
    struct theory_case *test = theory_add(cases, name, 4, 3);
    test->chip.noc.router_kind = (int)router;
    test->chip.core.synapse_kind = (int)synapses;
    test->chip.host.tile = 0;
    test->chip.host.output_tile = count == 1 ? 0 : 7; /* merge: back the same way, or out at the other side */
    theory_program(test, 1, count);
    theory_routes(test, THEORY_INPUTS, cores[0]);
    for (uint32_t i = 0; i < count; i++)
        theory_core(test, cores[i], i + 1, 1, 0, 1, &first, 1);
    for (uint32_t i = 0; i < count; i++)
        theory_routes(test, cores[i], i + 1 < count ? cores[i + 1] : ROUTE_HOST);
    theory_sample(test, 1, 1);
    test->quantity = "latency";
    test->measure = theory_latency;
    test->expected = (double)expected(&test->chip, cores, count);
}

void theory_add_latencies(struct theory_cases *cases)
{
    static const char *const routers[] = {[ROUTER_SWITCH] = "switch", [ROUTER_MERGE] = "merge"};
    static const char *const synapses[] = {[SYNAPSE_SPARSE] = "sparse", [SYNAPSE_DIMC] = "dimc",
                                           [SYNAPSE_CROSSBAR] = "crossbar"};
    static const uint32_t at_hops[] = {0, 1, 5, 9, 10, 11}; /* a tile so many hops from the host's, 4 tiles a row */
    static const uint32_t there_and_back[] = {11, 0, 6, 3};
    for (int router = ROUTER_SWITCH; router <= ROUTER_MERGE; router++)
        for (int kind = SYNAPSE_SPARSE; kind <= SYNAPSE_CROSSBAR; kind++) {
            for (uint32_t hops = 0; hops <= 5; hops++)
                add(cases, memory_format("%s %s %u hops", routers[router], synapses[kind], hops),
                    (enum router_kind)router, (enum synapse_kind)kind, &at_hops[hops], 1);
            add(cases, memory_format("%s %s 4 cores", routers[router], synapses[kind]), (enum router_kind)router,
                (enum synapse_kind)kind, there_and_back, 4);
        }
}
