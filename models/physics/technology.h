/* What a technology file holds. Three kinds, never mixed in one file:
 *
 * components: energies of building blocks (a bit of SRAM of some capacity, a bit of adder, a bit over a millimetre of
 *             wire) from which the cost of an event follows with the sizes and widths of the chip file;
 * mixed_signal: the same, and devices, drivers and converters of analog arrays;
 * events:     a chip's own published cost for each kind of event, whatever the sizes. */
#ifndef NPUSIM_MODELS_PHYSICS_TECHNOLOGY_H
#define NPUSIM_MODELS_PHYSICS_TECHNOLOGY_H

#include "models/physics/scaling.h"
#include "sim/parameters.h"

enum technology_kind { TECHNOLOGY_COMPONENTS, TECHNOLOGY_EVENTS, TECHNOLOGY_MIXED_SIGNAL };

struct memristor_values {
    struct sourced_value device_area;                     /* um2, with its selector */
    struct sourced_value driver, driver_area;             /* pJ a row driven in a read, um2 a row */
    struct sourced_value converter_energy, converter_growth;    /* pJ a conversion of 8 bits at 500 MS/s, factor a bit */
    struct sourced_value converter_rate_exponent;         /* of rate / 500 MS/s */
    struct sourced_value converter_area, converter_area_growth; /* um2 at 8 bits, factor a bit */
};

struct component_values {
    struct sourced_value node_nm, supply_v;
    struct sourced_value sram_smallest;                                     /* KB */
    struct sourced_value sram_read;                                         /* pJ a word of the reference memory */
    struct sourced_value sram_capacity_exponent, sram_width_exponent, sram_port_exponent; /* 1 */
    struct sourced_value sram_write_ratio, sram_area, sram_leakage;         /* 1, um2/bit, uW/KB */
    struct sourced_value sram_area_capacity_exponent, sram_area_port_exponent; /* 1 */
    struct sourced_value sram_access_fixed, sram_access_slope;              /* ns, ns/bit^0.5 */
    struct sourced_value register_access, register_select, register_area;   /* pJ/bit, pJ/bit/word, um2/bit */
    struct sourced_value adder, adder_area;                                              /* pJ/bit, um2/bit */
    struct sourced_value multiplier, multiplier_area;  /* pJ, um2 for each pair of operand bits */
    struct sourced_value comparator, comparator_area;  /* pJ/bit, um2/bit */
    struct sourced_value dimc_cell, dimc_cell_area;    /* fJ a weight bit of an active row; um2 a bit multiplier */
    struct sourced_value router, router_area;          /* pJ/bit, um2 a bit of flit width */
    struct sourced_value wire;                         /* pJ/bit/mm */
    struct sourced_value host_link, chip_link;         /* pJ/bit */
    struct sourced_value lpddr, hbm;                   /* pJ/bit */
    struct sourced_value instruction, processor_area;  /* pJ, mm2 */
    struct sourced_value logic_leakage;                /* mW/mm2 */
    struct sourced_value clock;                        /* pJ a cycle and mm2 */
    struct sourced_value leakage_temperature, leakage_doubling; /* C */
    struct sourced_value leakage_supply_exponent, leakage_gated; /* 1 */
    struct memristor_values memristor;                 /* mixed_signal only */
};

struct event_values {
    struct sourced_value synaptic_event, update_active, update_inactive; /* pJ */
    struct sourced_value spike_within_tile, hop_east_west, hop_north_south; /* pJ */
    struct sourced_value packet;                    /* pJ */
    struct sourced_value clock_cycle;               /* pJ a cycle of that chip, at work or not */
    struct sourced_value static_chip, static_cores; /* mW of a chip with so many cores */
    struct sourced_value area_chip;                 /* mm2 of that chip */
};

struct technology {
    char *name;
    int kind; /* enum technology_kind */
    struct component_values components;
    struct event_values events;
};

/* Blocks carried to another node and supply by the scaling table: energies and areas. Wires, links off the chip and
 * leakage stay as they are, for want of a published scaling. False, with nothing changed, outside the table. */
MUST_USE bool technology_carry(struct technology *technology, struct operating_corner to);

/* Every value becomes its own low, or high: for the ends of a band part by part. */
enum technology_end { TECHNOLOGY_LOW, TECHNOLOGY_HIGH };
void technology_pin(struct technology *technology, enum technology_end end);

#endif
