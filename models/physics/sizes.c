#include "models/physics/sizes.h"

uint32_t bits_for(uint64_t values)
{
    uint32_t bits = 1;
    while (bits < 63 && (UINT64_C(1) << bits) < values)
        bits++;
    return bits;
}

double memory_bits(const struct memory_size *memory)
{
    return memory->words * memory->word_bits;
}

double memory_bank_kb(const struct memory_size *memory)
{
    return memory->banks > 0 ? memory_bits(memory) / memory->banks / 8192.0 : 0;
}

static void get_synapses(const struct core_config *core, struct core_sizes *out)
{
    if (core->synapse_kind == SYNAPSE_SPARSE) {
        uint32_t row = bits_for(core->sparse_words) + bits_for((uint64_t)core->neurons_max + 1);
        out->synapses = (struct memory_size){core->sparse_words, core->sparse_word_bits, 1, 1};
        out->axon_table = (struct memory_size){core->axons_max, row, 1, 1};
        return;
    }
    if (core->synapse_kind == SYNAPSE_CROSSBAR) {
        uint32_t words = core_crossbar_words(core);
        out->synapses = (struct memory_size){(double)core->axons_max * words, core->crossbar_word_bits, 1, 1};
        out->axon_table = (struct memory_size){core->axons_max, bits_for(core->axons_max), 1, 1};
        return;
    }
    double rows = (double)core_dense_rows(core);
    out->axon_table = (struct memory_size){core->axons_max, bits_for((uint64_t)rows), 1, 1};
    out->synapses = (struct memory_size){0, 1, 1, 1};
    if (core->synapse_kind == SYNAPSE_MEMRISTOR) /* no bits: memristor_costs.c */
        return;
    out->dimc_row_bits = (double)core->dimc_columns * core->weight_bits;
    out->dimc_bits = rows * out->dimc_row_bits;
    out->dimc_multipliers = (double)core->dimc_rows_per_access * core->dimc_planes_per_access * out->dimc_row_bits;
}

/* The orders that go through neurons one by one: a potential each, changed where it is, and one adder. */
static void get_serial_neurons(const struct core_config *core, struct core_sizes *out)
{
    out->accumulators = out->profiles = (struct memory_size){0, 1, 1, 1};
    out->profiles.words = core->profiles_max;
    out->profiles.word_bits = 2.0 * core->potential_bits;
    out->state = (struct memory_size){core->neurons_max, core->potential_bits, 1, 1};
    out->neuron_adders = out->neuron_comparators = core->potential_bits;
}

static void get_neurons(const struct core_config *core, struct core_sizes *out)
{
    double state_bits = (double)core->potential_bits + core->current_bits;
    out->accumulators = (struct memory_size){core->neurons_max, core->accumulator_bits, core->accumulator_banks,
                                             core->accumulator_ports};
    out->state = (struct memory_size){core->neurons_max, state_bits, core->state_banks, core->state_ports};
    out->accumulator_adders = (double)core->accumulator_banks * core->accumulator_ports * core->accumulator_bits;
    out->profiles = (struct memory_size){0, 1, 1, 1};
    if (core->neuron_location != NEURON_COLUMN)
        return; /* its processor has the parameters in its own memory */
    out->profiles = (struct memory_size){core->profiles_max, 2.0 * ((double)core->potential_bits + core->decay_bits), 1, 1};
    out->neuron_adders = core->neuron_lanes * state_bits;
    out->neuron_multipliers = core->neuron_lanes * state_bits * core->decay_bits;
    out->neuron_comparators = (double)core->neuron_lanes * core->potential_bits;
}

void core_sizes_get(const struct chip_config *config, struct core_sizes *out)
{
    const struct core_config *core = &config->core;
    uint32_t route_bits = bits_for((uint64_t)system_cores(config) + 1) + bits_for(core->axons_max) +
                          bits_for(core->delay_slots);
    *out = (struct core_sizes){0};
    out->queue = (struct memory_size){core->queue_depth, config->noc.spike_bits, 1, 1};
    out->routes = (struct memory_size){core->routes_max, route_bits, 1, 1};
    get_synapses(core, out);
    if (core->core_order == ORDER_TIMESTEP)
        get_neurons(core, out);
    else
        get_serial_neurons(core, out);
}
