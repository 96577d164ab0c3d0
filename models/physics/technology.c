/* Technology files (configs/technology/): rows and loading. */
#include "models/physics/technology.h"
#include "models/physics/cost.h"
#include "models/physics/energy.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"components", "events", "mixed_signal", NULL};

#define COMPONENT(key_, field_, minimum_, maximum_, unit_, help_)                                                      \
    {.key = key_, .type = PARAMETER_VALUE, .offset = offsetof(struct technology, components.field_),                   \
     .minimum = minimum_, .maximum = maximum_, .unit = unit_, .when = "kind=components|mixed_signal", .help = help_}
#define MEMRISTOR(key_, field_, minimum_, maximum_, unit_, help_)                                                      \
    {.key = key_, .type = PARAMETER_VALUE, .offset = offsetof(struct technology, components.memristor.field_),         \
     .minimum = minimum_, .maximum = maximum_, .unit = unit_, .when = "kind=mixed_signal", .help = help_}
#define EVENT(key_, field_, maximum_, unit_, help_)                                                                    \
    {.key = key_, .type = PARAMETER_VALUE, .offset = offsetof(struct technology, events.field_), .minimum = 0,         \
     .maximum = maximum_, .unit = unit_, .when = "kind=events", .help = help_}

static const struct parameter_row technology_rows[] = {
    {.key = "name", .type = PARAMETER_STRING, .offset = offsetof(struct technology, name), .help = "shown in reports"},
    {.key = "kind", .type = PARAMETER_CHOICE, .offset = offsetof(struct technology, kind), .choices = kind_names,
     .help = "components: blocks scaled by the chip file; events: a chip's own published costs"},
    COMPONENT("node", node_nm, 1, 200, "nm", "process node"),
    COMPONENT("supply", supply_v, 0.2, 2, "V", "supply voltage that the energies below hold for"),
    COMPONENT("sram.smallest", sram_smallest, 0, 1024, "KB", "a bank below it is a register file"),
    COMPONENT("sram.read", sram_read, 1e-5, 1e4, "pJ", "reading a word of 64 bits of 8 KB with one port"),
    COMPONENT("sram.capacity_exponent", sram_capacity_exponent, 0, 2, "1", "a read goes with this power of the capacity"),
    COMPONENT("sram.width_exponent", sram_width_exponent, 0, 2, "1", "a read goes with this power of the word's width"),
    COMPONENT("sram.port_exponent", sram_port_exponent, 0, 2, "1", "a read goes with this power of the ports"),
    COMPONENT("sram.write_ratio", sram_write_ratio, 0.1, 10, "1", "writing over reading"),
    COMPONENT("sram.area", sram_area, 1e-3, 100, "um2/bit", "of 8 KB with one port, with the periphery of the memory"),
    COMPONENT("sram.area_capacity_exponent", sram_area_capacity_exponent, -1, 1, "1",
              "area of a bit goes with this power of the capacity"),
    COMPONENT("sram.area_port_exponent", sram_area_port_exponent, 0, 3, "1",
              "area of a bit goes with this power of the ports"),
    COMPONENT("sram.leakage", sram_leakage, 0, 1e4, "uW/KB", "static power"),
    COMPONENT("sram.access_fixed", sram_access_fixed, 0, 100, "ns", "access time of the smallest memory"),
    COMPONENT("sram.access_slope", sram_access_slope, 0, 1, "ns/bit^0.5",
              "access time for each root of a bank's bits"),
    COMPONENT("register.access", register_access, 1e-6, 10, "pJ/bit", "clocking one bit in"),
    COMPONENT("register.select", register_select, 0, 10, "pJ/bit/word",
              "selecting one word: a bit read, for each word of the register file"),
    COMPONENT("register.area", register_area, 1e-3, 1000, "um2/bit", "one bit"),
    COMPONENT("adder.energy", adder, 1e-6, 10, "pJ/bit", "addition, for each bit of width"),
    COMPONENT("adder.area", adder_area, 1e-3, 1000, "um2/bit", "for each bit of width"),
    COMPONENT("multiplier.energy", multiplier, 1e-6, 10, "pJ/bit2", "for each pair of operand bits"),
    COMPONENT("multiplier.area", multiplier_area, 1e-3, 1000, "um2/bit2", "for each pair of operand bits"),
    COMPONENT("comparator.energy", comparator, 1e-6, 10, "pJ/bit", "for each bit of width"),
    COMPONENT("comparator.area", comparator_area, 1e-3, 1000, "um2/bit", "for each bit of width"),
    COMPONENT("dimc.cell", dimc_cell, 1e-3, 1e4, "fJ/bit",
              "a weight bit whose row is driven by a 1: multiply, adder tree, accumulate"),
    COMPONENT("dimc.cell_area", dimc_cell_area, 1e-3, 1000, "um2/bit",
              "bit multiplier and its share of the adder tree, beside the stored bit"),
    COMPONENT("router.energy", router, 1e-6, 100, "pJ/bit", "a bit through one router, buffers included"),
    COMPONENT("router.area", router_area, 1e-3, 1e6, "um2/bit", "router without buffers, for each bit of flit width"),
    COMPONENT("wire.energy", wire, 1e-6, 100, "pJ/bit/mm", "a bit over one millimetre between tiles"),
    COMPONENT("host_link.energy", host_link, 0, 1e4, "pJ/bit", "between chip and host"),
    COMPONENT("chip_link.energy", chip_link, 0, 1e4, "pJ/bit", "between neighbouring chips"),
    COMPONENT("offchip.lpddr", lpddr, 0, 1e4, "pJ/bit", "reading low-power DRAM beside the chip, interface included"),
    COMPONENT("offchip.hbm", hbm, 0, 1e4, "pJ/bit", "reading stacked DRAM on the same interposer, interface included"),
    COMPONENT("processor.instruction", instruction, 1e-3, 1e5, "pJ", "one instruction, with its fetch"),
    COMPONENT("processor.area", processor_area, 0, 100, "mm2", "one processor, without its data memory"),
    COMPONENT("logic.leakage", logic_leakage, 0, 1e5, "mW/mm2", "static power of logic"),
    COMPONENT("clock.energy", clock, 0, 1e5, "pJ/cycle/mm2", "clock tree with its registers, for a cycle and an area"),
    COMPONENT("leakage.temperature", leakage_temperature, -40, 150, "C", "that the leakages hold for"),
    COMPONENT("leakage.doubling", leakage_doubling, 1, 200, "C", "rise of temperature that doubles leakage"),
    COMPONENT("leakage.supply_exponent", leakage_supply_exponent, 0, 10, "1", "leakage goes with this power of the supply"),
    COMPONENT("leakage.gated", leakage_gated, 0, 1, "1", "share of its leakage that a switched-off part has"),
    MEMRISTOR("memristor.device_area", device_area, 1e-6, 100, "um2", "one device with its selector"),
    MEMRISTOR("memristor.driver", driver, 1e-6, 1e4, "pJ", "driving one row in a read"),
    MEMRISTOR("memristor.driver_area", driver_area, 0, 1e5, "um2", "driver of one row"),
    MEMRISTOR("converter.energy", converter_energy, 1e-6, 1e6, "pJ", "a conversion of 8 bits at 500 MS/s"),
    MEMRISTOR("converter.growth", converter_growth, 1, 16, "1", "factor for every bit more"),
    MEMRISTOR("converter.rate_exponent", converter_rate_exponent, -2, 2, "1", "energy goes with this power of the rate"),
    MEMRISTOR("converter.area", converter_area, 1e-3, 1e8, "um2", "a converter of 8 bits"),
    MEMRISTOR("converter.area_growth", converter_area_growth, 0.5, 16, "1", "factor for every bit more"),
    EVENT("energy.synaptic_event", synaptic_event, 1e6, "pJ", "one spike over one synapse, memories included"),
    EVENT("energy.update_active", update_active, 1e6, "pJ", "neuron update that ends in a spike"),
    EVENT("energy.update_inactive", update_inactive, 1e6, "pJ", "any other neuron update"),
    EVENT("energy.spike_within_tile", spike_within_tile, 1e6, "pJ", "packet between a router and its core"),
    EVENT("energy.hop_east_west", hop_east_west, 1e6, "pJ", "packet to the east or west neighbour"),
    EVENT("energy.hop_north_south", hop_north_south, 1e6, "pJ", "packet to the north or south neighbour"),
    EVENT("energy.packet", packet, 1e6, "pJ", "packet that a core sends into its router"),
    EVENT("energy.clock_cycle", clock_cycle, 1e9, "pJ", "a cycle of the whole chip, at work or not; 0: it has no clock"),
    EVENT("static.chip", static_chip, 1e7, "mW", "static power of one whole chip"),
    EVENT("static.cores", static_cores, 1e6, "cores", "cores of that chip; a smaller chip takes its share"),
    EVENT("area.chip", area_chip, 1e5, "mm2", "die area of that chip"),
    {.key = NULL},
};

static bool check(const char *path, const struct technology *technology, struct diagnostics *diagnostics)
{
    if (technology->kind == TECHNOLOGY_EVENTS && technology->events.static_cores.value < 1)
        return diagnostics_add(diagnostics, path, "static.cores is %g, expected at least 1",
                               technology->events.static_cores.value);
    return true;
}

bool technology_load(const char *path, struct technology **out, struct diagnostics *diagnostics)
{
    struct technology *technology = memory_array(1, sizeof *technology);
    *out = NULL;
    if (!parameters_load(path, technology_rows, technology, NULL, 0, diagnostics) ||
        !check(path, technology, diagnostics)) {
        technology_free(technology);
        return false;
    }
    *out = technology;
    return true;
}

void technology_free(struct technology *technology)
{
    if (technology == NULL)
        return;
    parameters_free(technology_rows, technology);
    free(technology);
}

const struct parameter_row *technology_parameter_rows(void)
{
    return technology_rows;
}

static bool begins(const char *text, const char *start) { return strncmp(text, start, strlen(start)) == 0; }

static void multiply(struct sourced_value *value, double factor)
{
    value->value *= factor;
    value->low *= factor;
    value->high *= factor;
}

bool technology_carry(struct technology *technology, struct operating_corner to)
{
    struct component_values *values = &technology->components;
    struct operating_corner from = {values->node_nm.value, values->supply_v.value};
    double energy, area;
    must(technology->kind == TECHNOLOGY_COMPONENTS);
    if (!scaling_energy(from, to, &energy) || !scaling_area(from.node_nm, to.node_nm, &area))
        return false;
    for (const struct parameter_row *row = technology_rows; row->key != NULL; row++) {
        bool outside = begins(row->key, "wire.") || begins(row->key, "host_link.") || begins(row->key, "chip_link.") ||
                       begins(row->key, "offchip.");
        if (row->type != PARAMETER_VALUE || !parameters_applies(technology_rows, row, technology))
            continue;
        if (!outside && (begins(row->unit, "pJ") || begins(row->unit, "fJ")))
            multiply((void *)((char *)technology + row->offset), energy);
        if (begins(row->unit, "um2") || begins(row->unit, "mm2"))
            multiply((void *)((char *)technology + row->offset), area);
    }
    multiply(&values->clock, 1 / area); /* a cycle and area: energy was taken above */
    values->node_nm.value = to.node_nm;
    values->supply_v.value = to.supply_v;
    return true;
}

void technology_pin(struct technology *technology, enum technology_end end)
{
    for (const struct parameter_row *row = technology_rows; row->key != NULL; row++) {
        struct sourced_value *value = (void *)((char *)technology + row->offset);
        if (row->type == PARAMETER_VALUE && parameters_applies(technology_rows, row, technology))
            value->value = end == TECHNOLOGY_LOW ? value->low : value->high;
    }
}

const char *technology_name(const struct technology *technology)
{
    return technology->name;
}

void technology_sources(const struct technology *technology, uint32_t *assumed, uint32_t *all)
{
    *assumed = 0;
    *all = 0;
    for (const struct parameter_row *row = technology_rows; row->key != NULL; row++) {
        if (row->type != PARAMETER_VALUE || !parameters_applies(technology_rows, row, technology))
            continue;
        const struct sourced_value *value = (const void *)((const char *)technology + row->offset);
        *all += 1;
        *assumed += source_is_assumed(value);
    }
}
