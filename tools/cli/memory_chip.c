#include "tools/cli/memory_chip.h"
#include "models/physics/memory_cost.h"
#include "models/physics/unit_costs.h"
#include "tools/cli/checks.h"
#include <stdio.h>
#include <stdlib.h>

static void print_memory(const struct component_values *values, const struct named_memory *memory, double clock_hz)
{
    struct memory_cost cost;
    if (!(memory_bits(&memory->size) > 0))
        return;
    memory_cost_get(values, &memory->size, &cost);
    printf("%-17s %8.0f %6.0f %6.0f %5.0f  %9.4g %9.4g..%-9.4g %9.4g %9.4g %10.4g %8.3g %6.2f%s\n", memory->name,
           memory->size.words, memory->size.word_bits, memory->size.banks, memory->size.ports, 1e12 * cost.read.nominal,
           1e12 * cost.read.low, 1e12 * cost.read.high, 1e12 * cost.write.nominal, 1e6 * cost.leakage.nominal,
           1e6 * cost.area.nominal, 1e9 * cost.access_s.nominal, cost.access_s.nominal * clock_hz,
           cost.register_file ? "  register file" : "");
}

/* Synapses that multiply where they are stored: a read is an active row, nothing is written while the chip works, and no
 * access time is modelled (core.synapse has its cycles). Area and leakage with multipliers and row drivers. */
static void print_array(const struct component_values *values, const struct chip_config *chip)
{
    const struct core_config *core = &chip->core;
    struct unit_costs costs = {0};
    bool devices = core->synapse_kind == SYNAPSE_MEMRISTOR;
    double cores = system_cores(chip), columns = core_dense_columns(core);
    if (core->synapse_kind != SYNAPSE_DIMC && !devices)
        return;
    component_costs_get(values, chip, &costs);
    struct cost row = costs.core[CORE_ARRAY_ROWS];
    printf("%-17s %8.0f %6.0f %6u %5s  %9.4g %9.4g..%-9.4g %9s %9.4g %10.4g %8s %6s  in-memory array: a read is an active "
           "row of %.0f weights%s\n",
           "core.synapse", (double)core_dense_rows(core), columns * core->weight_bits,
           devices ? core->memristor.arrays : core->dimc_arrays, "-", 1e12 * row.nominal, 1e12 * row.low, 1e12 * row.high,
           "-", 1e6 * costs.leakage[ENERGY_SYNAPSE_ARRAY].nominal / cores,
           1e6 * costs.area[ENERGY_SYNAPSE_ARRAY].nominal / cores, "-", "-", columns,
           devices ? ", driven; its devices and converters come on top" : "");
}

static bool print_all(const struct chip_config *chip, const struct technology *technology,
                      struct diagnostics *diagnostics)
{
    struct named_memory memories[CORE_MEMORIES];
    if (technology->kind == TECHNOLOGY_EVENTS)
        return diagnostics_add(diagnostics, chip->path, "technology \"%s\" has a chip's own costs, expected one of "
                               "components", technology_name(technology));
    core_memories_get(chip, memories);
    printf("%s, %s: memories of one core\n", chip->name, technology_name(technology));
    printf("%-17s %8s %6s %6s %5s  %9s %20s %9s %9s %10s %8s %6s\n", "", "words", "bits", "banks", "ports", "read pJ",
           "low..high pJ", "write pJ", "leaks uW", "area um2", "time ns", "cycles");
    for (int i = 0; i < CORE_MEMORIES; i++)
        print_memory(&technology->components, &memories[i], chip->clock_hz);
    print_array(&technology->components, chip);
    return true;
}

bool memory_chip_print(const char *path, const struct option_list *settings, struct diagnostics *diagnostics)
{
    struct chip_config chip;
    struct technology *technology = NULL;
    if (!load_chip(path, settings, &chip, diagnostics))
        return false;
    char *technology_path = parameters_relative_path(chip.path, chip.technology);
    bool good = technology_load(technology_path, &technology, diagnostics) && print_all(&chip, technology, diagnostics);
    free(technology_path);
    technology_free(technology);
    chip_config_free(&chip);
    return good;
}
