/* Every parameter row of a chip file, doubled: energies, areas and leakages move as the formulas of docs/energy.md say,
 * written here a second time, and in the direction that a table by hand says. Rows that no formula names move nothing. */
#include "models/physics/energy.h"
#include "models/physics/unit_costs.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <string.h>

#define PJ 1e-12
#define UM2 1e-6

/* ---- chips to start from ----
 * S lists, D in-memory array, C crossbar, P in-memory array with neurons on a processor, E memristors (only with a
 * technology that knows them) ---- */

static const char bases[] = "SDCPE";

static struct chip_config base_chip(char base)
{
    struct chip_config config = {.clock_hz = 5e8};
    config.core = (struct core_config){
        .neurons_max = 256, .axons_max = 1024, .routes_max = 1024, .profiles_max = 64, .queue_depth = 512,
        .delay_slots = 8, .axon_cycles = 1, .route_cycles = 1, .synapse_kind = SYNAPSE_DIMC, .weight_bits = 8,
        .accumulator_bits = 24, .accumulator_banks = 4, .accumulator_ports = 1, .state_banks = 4, .state_ports = 1,
        .neuron_location = base == 'P' ? NEURON_PROCESSOR : NEURON_COLUMN, .neuron_lanes = 8, .neuron_interval = 1,
        .neuron_depth = 2, .potential_bits = 24, .current_bits = 16, .decay_bits = 12, .fraction_bits = 4,
        .processor_instructions = 10, .processor_start = 5};
    struct core_config *core = &config.core;
    if (base == 'S') {
        core->synapse_kind = SYNAPSE_SPARSE;
        core->sparse_words = 16384;
        core->sparse_word_bits = 64;
    } else if (base == 'C') {
        core->synapse_kind = SYNAPSE_CROSSBAR;
        core->crossbar_word_bits = 32;
    } else if (base == 'E') {
        core->synapse_kind = SYNAPSE_MEMRISTOR;
        core->memristor = (struct memristor_config){
            .rows = 256, .columns = 101, .arrays = 4, .rows_per_read = 16, .latency = 2, .cell_bits = 2,
            .conductance_low = 1, .conductance_high = 50, .read_voltage = 0.2, .read_cycles = 2, .converter_bits = 6,
            .converter_full_scale = 16, .converter_columns = 8, .converter_cycles = 2};
    } else {
        core->dimc_planes_per_access = 1;
        core->dimc_rows = 256;
        core->dimc_columns = 128;
        core->dimc_arrays = 4;
        core->dimc_rows_per_access = 16;
    }
    config.noc = (struct noc_config){.columns = 2, .rows = 2, .cores_per_tile = 2, .buffer_flits = 4, .flit_bits = 32,
                                     .spike_bits = 32, .value_bits = 64, .router_latency = 1, .link_latency = 1,
                                     .local_latency = 1, .credit_latency = 1};
    config.host = (struct host_config){.barrier_base = 4, .barrier_level = 2, .barrier_arity = 2, .link_latency = 9,
                                       .link_bits_per_cycle = 32, .event_bits = 32, .buffer_events = 64, .chips = 2,
                                       .chip_link_latency = 9, .chip_link_bits_per_cycle = 16, .chip_link_buffer = 8};
    return config;
}

/* ---- the formulas again ---- */

struct expected {
    double core[CORE_COUNTERS], update[NEURON_MODELS], state_read[NEURON_MODELS], state_write[NEURON_MODELS], sweep;
    double hop, local, host_route, barrier;
    double area[ENERGY_COMPONENTS], leakage[ENERGY_COMPONENTS];
    double analog[ENERGY_COMPONENTS]; /* area beside it that neither leaks nor has a clock */
};

struct word {
    double read, write;
};

static double log2_up(double values)
{
    return values <= 2 ? 1 : ceil(log2(values) - 1e-9);
}

/* One core's memory of a component: its area and leakage added for all cores, its energies returned. */
static struct word take_memory(const struct component_values *v, struct expected *out, int component, double cores,
                               double words, double width, double banks, double ports)
{
    double bits = words * width, bank = bits / banks;
    struct word word = {0, 0};
    if (bits <= 0)
        return word;
    if (bank < v->sram_smallest.value * 8192) {
        double area = bits * v->register_area.value * UM2;
        word.write = width * v->register_access.value * PJ;
        word.read = word.write + width * words / banks * v->register_select.value * PJ;
        out->area[component] += cores * area;
        out->leakage[component] += cores * area * v->logic_leakage.value * 1e-3;
        return word;
    }
    double capacity = bank / 65536, wide = width / 64;
    word.read = v->sram_read.value * PJ * pow(capacity, v->sram_capacity_exponent.value) *
                pow(wide, v->sram_width_exponent.value) * pow(ports, v->sram_port_exponent.value);
    word.write = word.read * v->sram_write_ratio.value;
    out->area[component] += cores * bits * v->sram_area.value * UM2 * pow(ports, v->sram_area_port_exponent.value) *
                            pow(capacity, v->sram_area_capacity_exponent.value);
    out->leakage[component] += cores * bits / 8192 * v->sram_leakage.value * 1e-6;
    return word;
}

static void take_logic(const struct component_values *v, struct expected *out, int component, double um2, double units)
{
    out->area[component] += um2 * units * UM2;
    out->leakage[component] += um2 * units * UM2 * v->logic_leakage.value * 1e-3;
}

static void expect_memristor(const struct component_values *v, const struct chip_config *chip, double cores,
                             struct expected *out)
{
    const struct memristor_config *m = &chip->core.memristor;
    double slices = ceil((chip->core.weight_bits - 1.0) / m->cell_bits), columns = m->columns * slices;
    double rows = (double)m->rows * m->arrays;
    double converters = ceil(columns / m->converter_columns), bits = m->converter_bits - 8.0;
    double rate = chip->clock_hz / m->converter_cycles;
    out->core[CORE_ARRAY_ROWS] = v->memristor.driver.value * PJ;
    out->core[CORE_READ_CONDUCTANCE] = 1e-9 * m->read_voltage * m->read_voltage * m->read_cycles / chip->clock_hz;
    out->core[CORE_CONVERSIONS] = v->memristor.converter_energy.value * PJ * pow(v->memristor.converter_growth.value, bits) *
                                  pow(rate / 5e8, v->memristor.converter_rate_exponent.value);
    out->analog[ENERGY_SYNAPSE_ARRAY] =
        cores * rows * (2 * columns * v->memristor.device_area.value + v->memristor.driver_area.value) * UM2;
    out->analog[ENERGY_CONVERTER] = cores * converters * v->memristor.converter_area.value *
                                    pow(v->memristor.converter_area_growth.value, bits) * UM2;
}

static void expect_synapses(const struct component_values *v, const struct chip_config *chip, double cores,
                            struct expected *out)
{
    const struct core_config *c = &chip->core;
    double axon_bits = log2_up(c->axons_max);
    if (c->synapse_kind == SYNAPSE_SPARSE) {
        axon_bits = log2_up(c->sparse_words) + log2_up(c->neurons_max + 1.0);
        out->core[CORE_SYNAPSE_WORDS] = take_memory(v, out, ENERGY_SYNAPSE_ARRAY, cores, c->sparse_words,
                                                    c->sparse_word_bits, 1, 1).read;
    } else if (c->synapse_kind == SYNAPSE_CROSSBAR) {
        double row_words = ceil(c->neurons_max / fmax(floor((double)c->crossbar_word_bits / c->weight_bits), 1));
        out->core[CORE_SYNAPSE_WORDS] = take_memory(v, out, ENERGY_SYNAPSE_ARRAY, cores, c->axons_max * row_words,
                                                    c->crossbar_word_bits, 1, 1).read;
    } else if (c->synapse_kind == SYNAPSE_MEMRISTOR) {
        axon_bits = log2_up((double)c->memristor.rows * c->memristor.arrays);
        expect_memristor(v, chip, cores, out);
    } else {
        double row = (double)c->dimc_columns * c->weight_bits, cells = row * c->dimc_rows * c->dimc_arrays;
        axon_bits = log2_up((double)c->dimc_rows * c->dimc_arrays);
        out->core[CORE_ARRAY_ROWS] = row * v->dimc_cell.value * 1e-15;
        out->area[ENERGY_SYNAPSE_ARRAY] += cores * cells * v->sram_area.value * UM2;
        out->leakage[ENERGY_SYNAPSE_ARRAY] += cores * cells / 8192 * v->sram_leakage.value * 1e-6;
        take_logic(v, out, ENERGY_SYNAPSE_ARRAY, v->dimc_cell_area.value,
                   cores * row * c->dimc_rows_per_access * c->dimc_planes_per_access);
    }
    out->core[CORE_AXON_READS] = take_memory(v, out, ENERGY_AXON_TABLE, cores, c->axons_max, axon_bits, 1, 1).read;
}

static void expect_neurons(const struct component_values *v, const struct chip_config *chip, double cores,
                           struct expected *out)
{
    const struct core_config *c = &chip->core;
    double potential = c->potential_bits, current = c->current_bits, state = potential + current, decay = c->decay_bits;
    struct word sum = take_memory(v, out, ENERGY_ACCUMULATOR, cores, c->neurons_max, c->accumulator_bits,
                                  c->accumulator_banks, c->accumulator_ports);
    struct word both = take_memory(v, out, ENERGY_NEURON_STATE, cores, c->neurons_max, state, c->state_banks,
                                   c->state_ports);
    struct expected nowhere = {0}; /* the same memory, read a potential at a time */
    struct word one = take_memory(v, &nowhere, ENERGY_NEURON_STATE, 1, c->neurons_max * state / potential, potential,
                                  c->state_banks, c->state_ports);
    out->sweep = sum.read + sum.write;
    out->core[CORE_ACCUMULATIONS] = out->sweep + c->accumulator_bits * v->adder.value * PJ;
    take_logic(v, out, ENERGY_ACCUMULATOR, v->adder_area.value,
               cores * c->accumulator_banks * c->accumulator_ports * c->accumulator_bits);
    for (int model = 0; model < NEURON_MODELS; model++) {
        out->state_read[model] = model == MODEL_CUBALIF ? both.read / 2 : one.read;
        out->state_write[model] = model == MODEL_CUBALIF ? both.write / 2 : one.write;
    }
    if (c->neuron_location == NEURON_PROCESSOR)
        return;
    double profile = take_memory(v, out, ENERGY_NEURON_ARRAY, cores, c->profiles_max, 2 * potential + 2 * decay, 1, 1).read;
    double add = profile + potential * v->adder.value * PJ, compare = potential * v->comparator.value * PJ;
    double leak = potential * decay * v->multiplier.value * PJ;
    out->update[MODEL_IF] = out->update[MODEL_EVENT_LEAK] = add + compare;
    out->update[MODEL_LIF] = add + compare + leak;
    out->update[MODEL_LI] = add + leak;
    out->update[MODEL_CUBALIF] = add + compare + leak + current * (v->adder.value + decay * v->multiplier.value) * PJ;
    take_logic(v, out, ENERGY_NEURON_ARRAY, v->adder_area.value, cores * c->neuron_lanes * state);
    take_logic(v, out, ENERGY_NEURON_ARRAY, v->multiplier_area.value, cores * c->neuron_lanes * state * decay);
    take_logic(v, out, ENERGY_NEURON_ARRAY, v->comparator_area.value, cores * c->neuron_lanes * potential);
}

static void expect_network(const struct component_values *v, const struct chip_config *chip, double cores,
                           struct expected *out)
{
    double chips = chip->host.chips, tiles = (double)chip->noc.columns * chip->noc.rows, inside = 0;
    double flit = chip->noc.flit_bits, router = flit * v->router.value * PJ;
    take_logic(v, out, ENERGY_ROUTER, v->router_area.value, tiles * chips * flit);
    take_logic(v, out, ENERGY_ROUTER, v->register_area.value, tiles * chips * 5 * chip->noc.buffer_flits * flit);
    take_logic(v, out, ENERGY_HOST_LINK, v->register_area.value,
               chips * chip->host.buffer_events * chip->host.event_bits);
    take_logic(v, out, ENERGY_CHIP_LINK, v->register_area.value,
               2 * (chips - 1) * chip->host.chip_link_buffer * chip->noc.spike_bits);
    if (chip->core.neuron_location == NEURON_PROCESSOR)
        take_logic(v, out, ENERGY_PROCESSOR, v->processor_area.value / UM2, tiles * chips);
    double bits = log2_up(cores + 1) + log2_up(chip->core.axons_max) + log2_up(chip->core.delay_slots);
    struct word route = take_memory(v, out, ENERGY_ROUTING_TABLE, cores, chip->core.routes_max, bits, 1, 1);
    struct word queue = take_memory(v, out, ENERGY_EVENT_QUEUE, cores, chip->core.queue_depth, chip->noc.spike_bits, 1, 1);
    for (int k = 0; k < ENERGY_COMPONENTS; k++)
        inside += k == ENERGY_HOST_LINK || k == ENERGY_CHIP_LINK ? 0
                                                                      : out->area[k] + out->analog[k];
    double tile = sqrt(inside / (tiles * chips)), wire = v->wire.value * PJ;
    out->core[CORE_ROUTE_READS] = out->host_route = route.read;
    out->core[CORE_QUEUE_READS] = queue.read;
    out->core[CORE_QUEUE_WRITES] = queue.write;
    out->core[CORE_PROCESSOR_INSTRUCTIONS] = v->instruction.value * PJ;
    out->hop = router + flit * tile * wire;
    out->local = router + flit * tile / 2 * wire;
    out->barrier = 2 * tiles * (tile * wire + v->register_access.value * PJ);
}

static struct expected expect(const struct component_values *v, const struct chip_config *chip)
{
    struct expected out = {0};
    double cores = (double)chip->noc.columns * chip->noc.rows * chip->noc.cores_per_tile * chip->host.chips;
    expect_synapses(v, chip, cores, &out);
    expect_neurons(v, chip, cores, &out);
    expect_network(v, chip, cores, &out);
    return out;
}

static void same(const char *key, char base, const char *what, int index, double is, double expected)
{
    ck_assert_msg(fabs(is - expected) <= 1e-12 * fabs(expected), "%s doubled on chip %c: %s %d is %.15g, expected %.15g", key,
                  base, what, index, is, expected);
}

static void assert_formulas(const struct technology *technology, const struct chip_config *chip, const char *key, char base)
{
    struct unit_costs is;
    struct expected to_be = expect(&technology->components, chip);
    unit_costs_get(technology, chip, &is);
    for (int k = 0; k < CORE_COUNTERS; k++)
        same(key, base, "core counter", k, is.core[k].nominal, to_be.core[k]);
    for (int m = 0; m < NEURON_MODELS; m++) {
        same(key, base, "update of model", m, is.update[m].nominal, to_be.update[m]);
        same(key, base, "state read of model", m, is.state_read[m].nominal, to_be.state_read[m]);
        same(key, base, "state write of model", m, is.state_write[m].nominal, to_be.state_write[m]);
    }
    same(key, base, "sweep", 0, is.sweep.nominal, to_be.sweep);
    same(key, base, "hop", 0, is.router[ROUTER_FLITS_EW].nominal, to_be.hop);
    same(key, base, "hop", 1, is.router[ROUTER_FLITS_NS].nominal, to_be.hop);
    same(key, base, "local hop", 0, is.router[ROUTER_FLITS_LOCAL].nominal, to_be.local);
    same(key, base, "host route", 0, is.host[HOST_ROUTE_READS].nominal, to_be.host_route);
    same(key, base, "barrier", 0, is.host[HOST_BARRIERS].nominal, to_be.barrier);
    same(key, base, "multicast table", 0, is.router[ROUTER_TABLE_READS].nominal, to_be.host_route);
    same(key, base, "bit from the host", 0, is.host[HOST_BITS_IN].nominal, technology->components.host_link.value * PJ);
    same(key, base, "bit to the host", 0, is.host[HOST_BITS_OUT].nominal, technology->components.host_link.value * PJ);
    same(key, base, "bit between chips", 0, is.host[HOST_CHIP_LINK_BITS].nominal, technology->components.chip_link.value * PJ);
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        same(key, base, "area of component", c, is.area[c].nominal, to_be.area[c] + to_be.analog[c]);
        same(key, base, "leakage of component", c, is.leakage[c].nominal, to_be.leakage[c]);
        same(key, base, "clock of component", c, is.clock[c].nominal, to_be.area[c] * technology->components.clock.value * PJ);
    }
}

/* ---- directions, by hand ---- */

/* Components by letter: Q queue, A axon table, S synapses, V converters, C accumulators, N neuron array, M state, R routing table,
 * P processor, X router, H host link, L chip-to-chip link, K control. Energies of X and K also follow the length of
 * wires, so of the tile: they are listed only where something else moves them. */
static const char letters[ENERGY_COMPONENTS + 1] = "QASVCNMRPXHLK";

static const struct direction {
    const char *key, *on; /* on which chips; on the others nothing moves unless a further row says so */
    const char *up, *down; /* energy of an event */
    const char *larger, *smaller; /* area; NULL: none */
} directions[] = {
    {"mesh.columns", "SDC", "RK", "", "QASCNMRX", NULL},
    {"mesh.columns", "E", "RK", "", "QASVCNMRX", NULL},
    {"mesh.columns", "P", "RK", "", "QASCMRPX", NULL},
    {"mesh.rows", "SDC", "RK", "", "QASCNMRX", NULL},
    {"mesh.rows", "E", "RK", "", "QASVCNMRX", NULL},
    {"mesh.rows", "P", "RK", "", "QASCMRPX", NULL},
    {"mesh.cores_per_tile", "SDC", "R", "", "QASCNMR", NULL},
    {"mesh.cores_per_tile", "E", "R", "", "QASVCNMR", NULL},
    {"mesh.cores_per_tile", "P", "R", "", "QASCMR", NULL},
    {"router.buffer_flits", "SDCPE", "", "", "X", NULL},
    {"router.flit_bits", "SDCPE", "X", "", "X", NULL},
    {"packet.spike_bits", "SDCPE", "Q", "", "QL", NULL},
    {"core.neurons", "S", "ACM", "", "ACM", NULL},
    {"core.neurons", "DPE", "CM", "", "CM", NULL},
    {"core.neurons", "C", "SCM", "", "SCM", NULL},
    {"core.axons", "SDPE", "AR", "", "AR", NULL},
    {"core.axons", "C", "ASR", "", "ASR", NULL},
    {"core.routes", "SDCPE", "R", "", "R", NULL},
    {"core.profiles", "SDCE", "N", "", "N", NULL},
    {"core.event_queue.depth", "SDCPE", "Q", "", "Q", NULL},
    {"core.event_queue.delay_slots", "SDCPE", "R", "", "R", NULL},
    {"core.synapse.weight_bits", "DCP", "S", "", "S", NULL},
    {"core.synapse.sparse.words", "S", "AS", "", "AS", NULL},
    {"core.synapse.sparse.word_bits", "S", "S", "", "S", NULL},
    {"core.synapse.dimc.rows", "DP", "A", "", "AS", NULL},
    {"core.synapse.dimc.columns", "DP", "S", "", "S", NULL},
    {"core.synapse.dimc.arrays", "DP", "A", "", "AS", NULL},
    {"core.synapse.dimc.rows_per_access", "DP", "", "", "S", NULL},
    {"core.synapse.crossbar.word_bits", "C", "S", "", "", NULL}, /* half as many words, each twice as wide */
    {"core.accumulator.bits", "SDCPE", "C", "", "C", NULL},
    {"core.accumulator.banks", "SDCPE", "", "C", "C", NULL},
    {"core.accumulator.ports", "SDCPE", "C", "", "C", NULL},
    {"core.state.banks", "SDCPE", "", "M", "M", NULL},
    {"core.state.ports", "SDCPE", "M", "", "M", NULL},
    {"core.neuron.lanes", "SDCE", "", "", "N", NULL},
    {"core.neuron.potential_bits", "SDCE", "NM", "", "NM", NULL},
    {"core.neuron.potential_bits", "P", "M", "", "M", NULL},
    {"core.neuron.current_bits", "SDCE", "NM", "", "NM", NULL},
    {"core.neuron.current_bits", "P", "M", "", "M", NULL},
    {"core.neuron.decay_bits", "SDCE", "N", "", "N", NULL},
    {"core.synapse.dimc.planes_per_access", "DP", "", "", "S", NULL},
    {"core.synapse.weight_bits", "E", "", "", "SV", NULL},
    {"core.synapse.memristor.rows", "E", "A", "", "AS", NULL},
    {"core.synapse.memristor.columns", "E", "", "", "SV", NULL},
    {"core.synapse.memristor.arrays", "E", "A", "", "AS", NULL},
    {"core.synapse.memristor.cell_bits", "E", "", "", "", "SV"},
    {"core.synapse.memristor.read_cycles", "E", "S", "", "", NULL},
    {"core.synapse.memristor.converter.bits", "E", "V", "", "V", NULL},
    {"core.synapse.memristor.converter.columns", "E", "", "", "", "V"},
    {"core.synapse.memristor.converter.cycles", "E", "", "V", "", NULL}, /* slower converters */
    {"host.event_bits", "SDCPE", "", "", "H", NULL},
    {"host.buffer_events", "SDCPE", "", "", "H", NULL},
    {"chips.count", "SDC", "R", "", "QASCNMRXHL", NULL},
    {"chips.count", "E", "R", "", "QASVCNMRXHL", NULL},
    {"chips.count", "P", "R", "", "QASCMRPXHL", NULL},
    {"chips.link.buffer_packets", "SDCPE", "", "", "L", NULL},
};

static const struct direction *direction_of(const char *key, char base)
{
    static const struct direction none = {"", "", "", "", "", ""};
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
        if (!strcmp(directions[i].key, key) && strchr(directions[i].on, base))
            return &directions[i];
    return &none;
}

/* Joules of one event of each kind, by component. */
static void energies(const struct unit_costs *costs, double by[ENERGY_COMPONENTS])
{
    memset(by, 0, ENERGY_COMPONENTS * sizeof *by);
    for (int k = 0; k < CORE_COUNTERS; k++) {
        enum energy_component component = core_counter_component((enum core_counter)k);
        if (component != ENERGY_COMPONENTS)
            by[component] += costs->core[k].nominal;
    }
    for (int m = 0; m < NEURON_MODELS; m++) {
        by[ENERGY_NEURON_ARRAY] += costs->update[m].nominal;
        by[ENERGY_NEURON_STATE] += costs->state_read[m].nominal + costs->state_write[m].nominal;
    }
    by[ENERGY_ACCUMULATOR] += costs->sweep.nominal;
    for (int k = 0; k < ROUTER_COUNTERS; k++)
        by[ENERGY_ROUTER] += costs->router[k].nominal;
    by[ENERGY_HOST_LINK] += costs->host[HOST_BITS_IN].nominal + costs->host[HOST_BITS_OUT].nominal;
    by[ENERGY_CHIP_LINK] += costs->host[HOST_CHIP_LINK_BITS].nominal;
    by[ENERGY_CONTROL] += costs->host[HOST_BARRIERS].nominal;
}

static void assert_direction(const struct unit_costs *before, const struct unit_costs *after, const char *key, char base)
{
    const struct direction *expected = direction_of(key, base);
    double was[ENERGY_COMPONENTS], is[ENERGY_COMPONENTS], area_was = 0, area_is = 0;
    energies(before, was);
    energies(after, is);
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        bool up = strchr(expected->up, letters[c]), down = strchr(expected->down, letters[c]);
        bool larger = strchr(expected->larger, letters[c]);
        bool smaller = expected->smaller && strchr(expected->smaller, letters[c]);
        bool wires = c == ENERGY_ROUTER || c == ENERGY_CONTROL;
        const char *name = energy_component_name((enum energy_component)c);
        ck_assert_msg(up ? is[c] > was[c] : down ? is[c] < was[c] : wires || is[c] == was[c],
                      "%s doubled on chip %c: energy of %s from %g to %g", key, base, name, was[c], is[c]);
        ck_assert_msg(larger    ? after->area[c].nominal > before->area[c].nominal
                      : smaller ? after->area[c].nominal < before->area[c].nominal
                             : after->area[c].nominal == before->area[c].nominal,
                      "%s doubled on chip %c: area of %s from %g to %g", key, base, name, before->area[c].nominal,
                      after->area[c].nominal);
        area_was += before->area[c].nominal;
        area_is += after->area[c].nominal;
    }
    ck_assert_msg(area_is > area_was || expected->smaller || *expected->larger == '\0', "%s doubled on chip %c", key, base);
}

static struct technology *load(const char *path)
{
    struct diagnostics diagnostics = {0};
    struct technology *technology;
    ck_assert(technology_load(path, &technology, &diagnostics));
    return technology;
}

START_TEST(doubling_any_parameter_moves_energy_and_area_as_the_formulas_say)
{
    static const char *const files[] = {"configs/technology/22nm.yaml", "configs/technology/7nm.yaml",
                                         "configs/technology/22nm-memristor.yaml"};
    struct technology *technology = load(files[_i]);
    int rows = 0, moved = 0;
    for (const char *base = bases; *base; base++)
        for (const struct parameter_row *row = chip_parameter_rows(); row->key; row++) {
            struct chip_config chip = base_chip(*base);
            struct unit_costs before, after;
            bool analog = technology->kind == TECHNOLOGY_MIXED_SIGNAL;
            if ((*base == 'E') != analog || row->type != PARAMETER_U32 || !parameters_applies(chip_parameter_rows(), row, &chip))
                continue;
            unit_costs_get(technology, &chip, &before);
            assert_formulas(technology, &chip, "nothing", *base);
            *(uint32_t *)(void *)((char *)&chip + row->offset) *= 2;
            unit_costs_get(technology, &chip, &after);
            assert_formulas(technology, &chip, row->key, *base);
            assert_direction(&before, &after, row->key, *base);
            rows++;
            moved += direction_of(row->key, *base)->key[0] != '\0';
        }
    ck_assert_int_ge(rows, _i < 2 ? 4 * 40 : 40);
    ck_assert_int_ge(moved, _i < 2 ? 4 * 20 : 20);
    technology_free(technology);
}
END_TEST

START_TEST(every_direction_names_a_row_that_exists)
{
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++) {
        bool found = false;
        for (const struct parameter_row *row = chip_parameter_rows(); row->key; row++)
            found |= strcmp(row->key, directions[i].key) == 0;
        ck_assert_msg(found, "%s", directions[i].key);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("size and energy");
    tcase_add_loop_test(tests, doubling_any_parameter_moves_energy_and_area_as_the_formulas_say, 0, 3);
    tcase_add_test(tests, every_direction_names_a_row_that_exists);
    Suite *suite = suite_create("size and energy");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
