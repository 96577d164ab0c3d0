/* Current through the devices: V^2 G t of each one in a driven row, silent columns included. Drivers: one for each row, a
 * read of one bit. Converters: columns / converter.columns of them for a core, whose arrays are read one after the other and
 * share them, each with the energy and area of a survey's
 * converter of that resolution (adc_fit.h), without clock and leakage of their own.
 *
 * Not modelled: amplifiers between column and converter (the survey's converters take voltages), programming. */
#include "models/physics/memristor_costs.h"
#include "models/physics/adc_fit.h"
#include <math.h>

#define PICO 1e-12
#define NANO 1e-9
#define UM2_PER_MM2 1e6

static double arrays_of(const struct chip_config *config)
{
    return (double)system_cores(config) * config->core.memristor.arrays;
}

static double pairs_of_row(const struct core_config *core)
{
    return (double)core->memristor.columns * core_memristor_slices(core);
}

static struct cost arrays_area(const struct memristor_values *values, const struct chip_config *config)
{
    double rows = arrays_of(config) * config->core.memristor.rows, devices = 2 * rows * pairs_of_row(&config->core);
    return cost_add(cost_of(&values->device_area, devices / UM2_PER_MM2), cost_of(&values->driver_area, rows / UM2_PER_MM2));
}

static struct cost converters_area(const struct memristor_values *values, const struct chip_config *config)
{
    const struct memristor_config *memristor = &config->core.memristor;
    double converters = system_cores(config) * ceil(pairs_of_row(&config->core) / memristor->converter_columns);
    double more = (double)memristor->converter_bits - ADC_REFERENCE_BITS;
    return cost_of(&values->converter_area, converters * pow(values->converter_area_growth.value, more) / UM2_PER_MM2);
}

struct cost memristor_area(const struct memristor_values *values, const struct chip_config *config,
                           enum energy_component component)
{
    return component == ENERGY_SYNAPSE_ARRAY ? arrays_area(values, config)
           : component == ENERGY_CONVERTER   ? converters_area(values, config)
                                             : (struct cost){0};
}

struct cost converter_cost(const struct memristor_values *values, uint32_t bits, double rate_hz)
{
    const struct sourced_value *growth = &values->converter_growth;
    double more = (double)bits - ADC_REFERENCE_BITS;
    struct cost at_reference = cost_of(&values->converter_energy, PICO);
    double faster = pow(rate_hz / ADC_REFERENCE_RATE_HZ, values->converter_rate_exponent.value);
    struct cost cost = cost_scale(at_reference, pow(growth->value, more) * faster);
    if (source_is_assumed(growth) || source_is_assumed(&values->converter_rate_exponent) || bits < ADC_BITS_LOW ||
        bits > ADC_BITS_HIGH)
        cost.assumed = cost.nominal;
    return cost;
}

void memristor_costs_get(const struct memristor_values *values, const struct chip_config *config,
                         struct unit_costs *out)
{
    out->core[CORE_ARRAY_ROWS] = cost_of(&values->driver, PICO);
    const struct memristor_config *memristor = &config->core.memristor;
    out->core[CORE_CONVERSIONS] = converter_cost(values, memristor->converter_bits,
                                                 config->clock_hz / memristor->converter_cycles);
}

struct cost memristor_conductance_cost(const struct chip_config *config)
{
    const struct memristor_config *memristor = &config->core.memristor;
    double joules = NANO * memristor->read_voltage * memristor->read_voltage * memristor->read_cycles / config->clock_hz;
    return (struct cost){joules, joules, joules, 0};
}
