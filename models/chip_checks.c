#include "models/chip_checks.h"

#include <inttypes.h>

struct checker {
    const char *path;
    struct diagnostics *diagnostics;
    bool ok;
};

/* `key` has `value`, but `because` allows `limit` at most. */
static void at_most(struct checker *checker, const char *key, uint64_t value, uint64_t limit, const char *because)
{
    if (value <= limit)
        return;
    checker->ok = diagnostics_add(checker->diagnostics, checker->path, "%s is %" PRIu64 ", expected at most %" PRIu64
                                  ": %s", key, value, limit, because);
}

static void at_least(struct checker *checker, const char *key, uint64_t value, uint64_t limit, const char *because)
{
    if (value >= limit)
        return;
    checker->ok = diagnostics_add(checker->diagnostics, checker->path, "%s is %" PRIu64 ", expected at least %" PRIu64
                                  ": %s", key, value, limit, because);
}

static uint64_t round_up(uint64_t amount, uint64_t unit)
{
    return (amount + unit - 1) / unit;
}

static void check_network(struct checker *checker, const struct noc_config *noc)
{
    at_least(checker, "router.buffer_flits", noc->buffer_flits, round_up(noc->spike_bits, noc->flit_bits),
             "a packet of packet.spike_bits must fit, in flits of router.flit_bits");
    at_least(checker, "router.buffer_flits", noc->buffer_flits, round_up(noc->value_bits, noc->flit_bits),
             "a packet of packet.value_bits must fit, in flits of router.flit_bits");
}

static void check_sparse(struct checker *checker, const struct core_config *core)
{
    at_most(checker, "core.neurons", core->neurons_max, UINT64_C(1) << core->sparse_index_bits,
            "core.synapse.sparse.index_bits must be able to name each of them");
    at_least(checker, "core.synapse.sparse.word_bits", core->sparse_word_bits,
             (uint64_t)core->sparse_index_bits + core->weight_bits,
             "a synapse (core.synapse.weight_bits + core.synapse.sparse.index_bits) must fit into a word");
}

static void check_dimc(struct checker *checker, const struct core_config *core)
{
    at_most(checker, "core.synapse.dimc.rows_per_access", core->dimc_rows_per_access, core->dimc_rows,
            "an access is within one array of core.synapse.dimc.rows");
    at_most(checker, "core.axons", core->axons_max, (uint64_t)core->dimc_rows * core->dimc_arrays,
            "an axon is a row: core.synapse.dimc.rows x core.synapse.dimc.arrays");
    at_most(checker, "core.neurons", core->neurons_max, core->dimc_columns,
            "a neuron is a column: core.synapse.dimc.columns");
}

static void check_memristor(struct checker *checker, const struct core_config *core)
{
    const struct memristor_config *memristor = &core->memristor;
    at_most(checker, "core.synapse.memristor.rows_per_read", memristor->rows_per_read, memristor->rows,
            "a read is within one array of core.synapse.memristor.rows");
    at_most(checker, "core.axons", core->axons_max, core_dense_rows(core),
            "an axon is a row: core.synapse.memristor.rows x core.synapse.memristor.arrays");
    at_most(checker, "core.neurons", core->neurons_max, memristor->columns,
            "a neuron is a column: core.synapse.memristor.columns");
    at_most(checker, "core.synapse.memristor.cell_bits", memristor->cell_bits, core->weight_bits - 1,
            "the magnitude of a weight has core.synapse.weight_bits - 1");
    at_most(checker, "core.synapse.memristor.converter.columns", memristor->converter_columns,
            (uint64_t)memristor->columns * core_memristor_slices(core),
            "an array has core.synapse.memristor.columns, for each cell_bits of a weight");
    if (memristor->conductance_high < 2 * memristor->conductance_low)
        checker->ok = diagnostics_add(checker->diagnostics, checker->path, "core.synapse.memristor.conductance_high is %g "
                                      "uS, expected at least twice conductance_low (%g uS)", memristor->conductance_high,
                                      memristor->conductance_low);
    if (memristor->stuck_low + memristor->stuck_high > 1)
        checker->ok = diagnostics_add(checker->diagnostics, checker->path, "core.synapse.memristor.stuck_low and stuck_high "
                                      "are %g and %g, expected at most 1 together", memristor->stuck_low,
                                      memristor->stuck_high);
}

static void check_merge(struct checker *checker, const struct chip_config *config)
{
    const struct noc_config *noc = &config->noc;
    at_most(checker, "mesh.cores_per_tile", noc->cores_per_tile, 1, "a merge router (router.kind) has one local unit");
    at_most(checker, "packet.spike_bits", noc->spike_bits, noc->flit_bits, "a merge router passes packets of one flit");
    at_most(checker, "packet.value_bits", noc->value_bits, noc->flit_bits, "a merge router passes packets of one flit");
    at_most(checker, "chips.count", config->host.chips, 1, "merge routers have no ports for chip-to-chip links");
    at_most(checker, "host.tile modulo mesh.columns", config->host.tile % noc->columns, 0,
            "inputs enter a mesh of merge routers at its west edge");
    at_most(checker, "host.output_tile", config->host.output_tile, (uint64_t)chip_tiles(config) - 1,
            "the chip has mesh.columns x mesh.rows tiles");
}

static void check_neurons(struct checker *checker, const struct core_config *core)
{
    at_most(checker, "core.neuron.lanes", core->neuron_lanes, core->neurons_max,
            "more lanes than core.neurons never work");
    at_least(checker, "core.accumulator.bits", core->accumulator_bits, core->weight_bits,
             "it must hold one weight of core.synapse.weight_bits");
    at_most(checker, "core.neuron.fraction_bits", core->fraction_bits, 32 - core->accumulator_bits,
            "core.accumulator.bits + core.neuron.fraction_bits must fit into 32 bits");
    at_most(checker, "core.neuron.fraction_bits", core->fraction_bits, core->potential_bits - 1,
            "core.neuron.potential_bits must hold more than the fraction");
}

/* Addresses on the pins have 8 bits for a neuron, 4 for one that a virtual event names and 4 for its weight. */
static void check_addresses(struct checker *checker, const struct chip_config *config)
{
    const struct core_config *core = &config->core;
    at_most(checker, "mesh.columns x mesh.rows x mesh.cores_per_tile", chip_cores(config), 1,
            "address-event handshakes (host.protocol) lead to one core");
    at_least(checker, "core.neurons", core->neurons_max, 256, "an address may name any of 256");
    at_most(checker, "core.neurons", core->neurons_max, 256, "an address names one of 256");
    at_least(checker, "core.axons", core->axons_max, 256, "each neuron has one");
    at_most(checker, "core.controller.last_neuron", core->controller_last_neuron, (uint64_t)core->neurons_max - 1,
            "it is one of core.neurons");
    at_least(checker, "core.synapse.crossbar.word_bits", core->crossbar_word_bits, core->weight_bits,
             "a word holds a weight");
}

/* Which order of work goes with which timesteps and which network. */
static void check_orders(struct checker *checker, const struct chip_config *config)
{
    bool event = config->core.core_order == ORDER_EVENT, neuron = config->core.core_order == ORDER_NEURON;
    bool free = config->host.timestep_mode == TIMESTEP_FREE;
    bool triggered = config->host.timestep_mode == TIMESTEP_TRIGGERED;
    if (event != free || event != (config->host.protocol == HOST_ADDRESS_EVENT))
        checker->ok = diagnostics_add(checker->diagnostics, checker->path, "core.order event, timestep.mode free and "
                                      "host.protocol address_event go together, expected all three or none");
    if (neuron != triggered || (neuron && config->noc.router_kind != ROUTER_MERGE))
        checker->ok = diagnostics_add(checker->diagnostics, checker->path, "core.order neuron and timestep.mode triggered go "
                                      "together and with router.kind merge, expected all three or none of the first two");
    if ((event || neuron) && config->core.synapse_kind != SYNAPSE_CROSSBAR)
        checker->ok = diagnostics_add(checker->diagnostics, checker->path, "core.order %s reads a crossbar, expected "
                                      "core.synapse.kind crossbar", event ? "event" : "neuron");
    if (config->core.core_order == ORDER_TIMESTEP && config->core.overflow == OVERFLOW_WRAP)
        checker->ok = diagnostics_add(checker->diagnostics, checker->path, "core.neuron.overflow is wrap, expected "
                                      "saturate with core.order timestep");
    if (event)
        check_addresses(checker, config);
}

bool chip_checks(const struct chip_config *config, struct diagnostics *diagnostics)
{
    struct checker checker = {.path = config->path, .diagnostics = diagnostics, .ok = true};
    check_network(&checker, &config->noc);
    if (config->core.synapse_kind == SYNAPSE_SPARSE)
        check_sparse(&checker, &config->core);
    else if (config->core.synapse_kind == SYNAPSE_DIMC)
        check_dimc(&checker, &config->core);
    else if (config->core.synapse_kind == SYNAPSE_MEMRISTOR)
        check_memristor(&checker, &config->core);
    if (config->core.core_order == ORDER_TIMESTEP)
        check_neurons(&checker, &config->core);
    check_orders(&checker, config);
    if (config->noc.router_kind == ROUTER_MERGE)
        check_merge(&checker, config);
    at_most(&checker, "host.tile", config->host.tile, (uint64_t)chip_tiles(config) - 1,
            "the chip has mesh.columns x mesh.rows tiles");
    if (config->host.chips > 1)
        at_least(&checker, "core.event_queue.delay_slots", config->core.delay_slots, 3,
                 "with chips.count above 1 a spike may reach the next chip a timestep early");
    return checker.ok;
}
