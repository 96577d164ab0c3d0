#include "models/physics/memory_cost.h"
#include <math.h>
#include <string.h>

#define PICO 1e-12
#define NANO 1e-9
#define MICRO 1e-6
#define MILLI 1e-3
#define UM2_PER_MM2 1e6
#define REFERENCE_KB 8.0
#define REFERENCE_BITS 64.0

/* ratio ^ exponent with the exponent's range: the smaller end of a power may be the larger factor. */
static struct cost apply_power(struct cost cost, double ratio, const struct sourced_value *exponent)
{
    double low = pow(ratio, exponent->low), high = pow(ratio, exponent->high);
    double nominal = pow(ratio, exponent->value);
    struct cost out = {cost.nominal * nominal, cost.low * fmin(low, high), cost.high * fmax(low, high),
                       cost.assumed * nominal};
    if (source_is_assumed(exponent) && ratio != 1)
        out.assumed = out.nominal;
    return out;
}

static struct cost apply_ratio(struct cost cost, const struct sourced_value *ratio)
{
    struct cost out = {cost.nominal * ratio->value, cost.low * ratio->low, cost.high * ratio->high,
                       cost.assumed * ratio->value};
    if (source_is_assumed(ratio))
        out.assumed = out.nominal;
    return out;
}

static void sram(const struct component_values *values, const struct memory_size *memory, struct memory_cost *out)
{
    double bank_kb = memory_bank_kb(memory), bits = memory_bits(memory);
    struct cost read = cost_of(&values->sram_read, PICO), area = cost_of(&values->sram_area, bits / UM2_PER_MM2);
    read = apply_power(read, bank_kb / REFERENCE_KB, &values->sram_capacity_exponent);
    read = apply_power(read, memory->word_bits / REFERENCE_BITS, &values->sram_width_exponent);
    out->read = apply_power(read, memory->ports, &values->sram_port_exponent);
    out->write = apply_ratio(out->read, &values->sram_write_ratio);
    area = apply_power(area, bank_kb / REFERENCE_KB, &values->sram_area_capacity_exponent);
    out->area = apply_power(area, memory->ports, &values->sram_area_port_exponent);
    out->leakage = cost_of(&values->sram_leakage, MICRO * bits / 8192.0);
    out->access_s = cost_add(cost_of(&values->sram_access_fixed, NANO),
                             cost_of(&values->sram_access_slope, NANO * sqrt(bits / memory->banks)));
}

static void register_file(const struct component_values *values, const struct memory_size *memory,
                          struct memory_cost *out)
{
    double words = memory->words / memory->banks;
    out->register_file = true;
    out->write = cost_of(&values->register_access, PICO * memory->word_bits);
    out->read = cost_add(out->write, cost_of(&values->register_select, PICO * memory->word_bits * words));
    out->area = cost_of(&values->register_area, memory_bits(memory) / UM2_PER_MM2);
    out->leakage = cost_of(&values->logic_leakage, MILLI * out->area.nominal);
    out->access_s = cost_of(&values->sram_access_fixed, NANO);
}

void core_memories_get(const struct chip_config *config, struct named_memory out[CORE_MEMORIES])
{
    struct core_sizes sizes;
    core_sizes_get(config, &sizes);
    struct named_memory all[CORE_MEMORIES] = {
        {"core.event_queue", ENERGY_EVENT_QUEUE, sizes.queue},     {"core.axons", ENERGY_AXON_TABLE, sizes.axon_table},
        {"core.synapse", ENERGY_SYNAPSE_ARRAY, sizes.synapses},    {"core.accumulator", ENERGY_ACCUMULATOR, sizes.accumulators},
        {"core.profiles", ENERGY_NEURON_ARRAY, sizes.profiles},    {"core.state", ENERGY_NEURON_STATE, sizes.state},
        {"core.routes", ENERGY_ROUTING_TABLE, sizes.routes}};
    memcpy(out, all, sizeof all);
}

void memory_cost_get(const struct component_values *values, const struct memory_size *memory, struct memory_cost *out)
{
    *out = (struct memory_cost){0};
    if (!(memory_bits(memory) > 0))
        return;
    if (memory_bank_kb(memory) < values->sram_smallest.value)
        register_file(values, memory, out);
    else
        sram(values, memory, out);
}
