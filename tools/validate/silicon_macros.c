/* Digital in-memory-compute macros at their published corner: one macro as a core, all rows driven by random 8-bit
 * values (half of their bits ones, as published), energies from 28nm.yaml.
 *
 * Twice: with the file's own dimc.cell, which was made from two of these macros and must come back as their mean, and
 * with cells built up from published adders, which knows nothing of them. The macros differ among themselves by 1.9. */
#include "sim/memory.h"
#include "tools/validate/silicon_core.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 40u
#define SPREAD 0.88 /* 36.63 / 19.5 - 1 */

enum { LABEL, NODE, INPUT, WEIGHT, TOGETHER, ROWS, COLUMNS, GROUP, MACROS, CLOCK, TOPS, PER_WATT, SUPPLY, NOTE,
       FIELDS };
static const char *const titles[] = {"label", "node_nm", "in_bits", "w_bits", "bits_per_cycle", "rows_in_parallel",
                                     "cols_out_parallel", "cell_group", "n_macro", "tclk_ns", "TOPS", "TOPS_per_W",
                                     "vdd_V", "note", NULL};

static const double least[FIELDS] = {[NODE] = 7, [INPUT] = 1, [WEIGHT] = 2, [TOGETHER] = 1, [ROWS] = 1, [COLUMNS] = 1,
                                     [GROUP] = 1, [MACROS] = 1, [CLOCK] = 1e-3, [TOPS] = 1e-6, [PER_WATT] = 1e-3,
                                     [SUPPLY] = 0.5};
static const double most[FIELDS] = {[NODE] = 130, [INPUT] = 16, [WEIGHT] = 16, [TOGETHER] = 16, [ROWS] = 16384,
                                    [COLUMNS] = 16384, [GROUP] = 1e6, [MACROS] = 1e6, [CLOCK] = 1e6, [TOPS] = 1e6,
                                    [PER_WATT] = 1e6, [SUPPLY] = 1.2};

struct macro {
    const char *label;
    double value[FIELDS];
    bool has_tops, has_energy;
};

static bool read_macro(struct silicon *silicon, size_t index, struct macro *out)
{
    const struct csv *csv = &silicon->macros;
    const struct csv_record *record = &csv->records[index];
    uint32_t column[FIELDS];
    if (!csv_columns(csv, titles, column, silicon->diagnostics))
        return false;
    *out = (struct macro){.label = csv_cell(csv, record, column[LABEL])};
    for (int i = NODE; i < NOTE; i++) {
        bool optional = i == TOPS || i == PER_WATT;
        if (optional && *csv_cell(csv, record, column[i]) == '\0')
            continue;
        if (!csv_number(csv, record, column[i], least[i], most[i], &out->value[i], silicon->diagnostics))
            return false;
    }
    out->has_tops = out->value[TOPS] > 0;
    out->has_energy = out->value[PER_WATT] > 0 && !strstr(csv_cell(csv, record, column[NOTE]), "not used");
    return true;
}

static bool add(struct silicon *silicon)
{
    bool good = true;
    for (size_t i = 0; i < silicon->macros.record_count && good; i++) {
        struct macro macro;
        good = read_macro(silicon, i, &macro);
        const double *value = macro.value;
        struct core_structure structure = {
            .clock_hz = 1e9 / value[CLOCK], .in_memory = true, .weight_bits = (uint32_t)value[WEIGHT],
            .potential_bits = (uint32_t)(value[INPUT] + value[WEIGHT] + ceil(log2(value[ROWS]))),
            .rows = (uint32_t)value[ROWS], .columns = (uint32_t)value[COLUMNS],
            .rows_per_access = (uint32_t)value[ROWS], .input_bits = (uint32_t)value[INPUT],
            .planes_per_access = (uint32_t)value[TOGETHER], .active = 1, .steps = STEPS};
        good = good && lone_core_add(silicon, memory_copy_string(macro.label), &structure);
    }
    return good;
}

/* The array alone: what the published peak counts, inputs lying ready. */
static void judge_rate(struct silicon *silicon, const struct macro *macro, const struct silicon_run *run,
                       double operations)
{
    double cycles = (double)silicon_count(run, CORE_ARRAY_ACCESSES) * run->test.chip.core.dimc_cycles_per_plane;
    double tops = 1e-12 * operations / cycles * run->test.chip.clock_hz * macro->value[MACROS];
    struct silicon_row row = {macro->label, "peak rate", "TOPS", macro->value[TOPS], tops, 0.05, false};
    silicon_judge(silicon, &row, memory_format("array cycles of 1 of %.0f macros x %.0f", macro->value[MACROS],
                                               macro->value[MACROS]));
}

static bool judge_energy(struct silicon *silicon, const struct macro *macro, const struct silicon_run *run,
                         double operations, bool adder_tree)
{
    struct operating_corner corner = {macro->value[NODE], macro->value[SUPPLY]};
    struct core_energy energy;
    if (!lone_core_energy(silicon, run, "28nm", corner, adder_tree ? CORE_ADDER_TREE : CORE_ARRAY, &energy))
        return false;
    double published = 1e3 / macro->value[PER_WATT], per = 1e15 / operations;
    char *name = memory_format("%s, %s", macro->label, adder_tree ? "cells of adders" : "file's cells");
    struct silicon_row row = {name, "energy", "fJ/op", published, per * energy.nominal, SPREAD, !adder_tree};
    silicon_judge(silicon, &row,
                  memory_format("%.1f TOPS/W, published %.1f; %s", 1e-12 * operations / energy.nominal,
                                macro->value[PER_WATT], adder_tree ? "adder tree, shift-and-add and registers from single blocks"
                                           : "dimc.cell is the mean of DIMC1 and DIMC3"));
    silicon_point(silicon, &row, per * energy.low, per * energy.high);
    free(name);
    return true;
}

static bool judge(struct silicon *silicon)
{
    bool good = true;
    for (size_t i = 0; i < silicon->macros.record_count && good; i++) {
        struct macro macro;
        good = read_macro(silicon, i, &macro);
        const struct silicon_run *run = good ? silicon_find(silicon, macro.label) : NULL;
        double operations = 2.0 * macro.value[ROWS] * macro.value[COLUMNS] * STEPS;
        if (run && macro.has_tops)
            judge_rate(silicon, &macro, run, operations);
        if (run && macro.has_energy)
            good = judge_energy(silicon, &macro, run, operations, false) &&
                   judge_energy(silicon, &macro, run, operations, true);
    }
    return good;
}

const struct silicon_family silicon_macros = {"macros", add, judge};
