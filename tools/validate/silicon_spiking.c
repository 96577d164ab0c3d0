/* Spiking chips of configs/silicon/spiking-chips.csv: a core of their structure, energies from the blocks of 28nm.yaml
 * carried to their node and supply, beside what they published for one of their operations. Nothing was fitted to them;
 * much of their structure is not published (the table says what). ODIN and Loihi, run for their own constants, are
 * priced by blocks too. */
#include "sim/memory.h"
#include "tools/validate/silicon_core.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 40u

enum { CHIP, ARRAY, NODE, SUPPLY, CLOCK, WEIGHT, POTENTIAL, ROWS, COLUMNS, ACCESS, INPUT, ACTIVE, OPERATIONS, PUBLISHED,
       SOURCE, ASSUMED, FIELDS };
static const char *const titles[] = {"chip", "array", "node_nm", "supply_v", "clock_mhz", "weight_bits",
                                     "potential_bits", "rows", "columns", "rows_per_access", "input_bits", "active", "operations",
                                     "published_pj", "source", "assumed", NULL};

/* What a number may be; the rest is checked with the chip's own keys. */
static const double least[FIELDS] = {[NODE] = 7, [SUPPLY] = 0.5, [CLOCK] = 1e-3, [WEIGHT] = 2, [POTENTIAL] = 1,
                                     [ROWS] = 1, [COLUMNS] = 1, [ACCESS] = 1, [INPUT] = 1, [ACTIVE] = 1e-3, [PUBLISHED] = 1e-6};
static const double most[FIELDS] = {[NODE] = 130, [SUPPLY] = 1.2, [CLOCK] = 1e4, [WEIGHT] = 16, [POTENTIAL] = 32,
                                    [ROWS] = 16384, [COLUMNS] = 16384, [ACCESS] = 16384, [INPUT] = 16, [ACTIVE] = 1,
                                    [PUBLISHED] = 1e6};

struct spiking_chip {
    const char *text[FIELDS];
    double value[FIELDS]; /* of the columns with numbers */
};

static bool is_number(int field) { return field >= NODE && field != OPERATIONS && field < SOURCE; }

static bool read_chip(struct silicon *silicon, size_t index, struct spiking_chip *out)
{
    const struct csv *csv = &silicon->chips;
    const struct csv_record *record = &csv->records[index];
    uint32_t column[FIELDS];
    if (!csv_columns(csv, titles, column, silicon->diagnostics))
        return false;
    for (int i = 0; i < FIELDS; i++) {
        out->text[i] = csv_cell(csv, record, column[i]);
        if (is_number(i) &&
            !csv_number(csv, record, column[i], least[i], most[i], &out->value[i], silicon->diagnostics))
            return false;
    }
    bool memory = !strcmp(out->text[ARRAY], "dimc") || !strcmp(out->text[ARRAY], "sram");
    bool known = !strcmp(out->text[OPERATIONS], "sop") || !strcmp(out->text[OPERATIONS], "dense") ||
                 !strcmp(out->text[OPERATIONS], "mac2");
    return (memory || csv_complain(csv, record, column[ARRAY], silicon->diagnostics, "dimc or sram")) &&
           (known || csv_complain(csv, record, column[OPERATIONS], silicon->diagnostics, "sop, dense or mac2"));
}

static bool add(struct silicon *silicon)
{
    bool good = true;
    for (size_t i = 0; i < silicon->chips.record_count && good; i++) {
        struct spiking_chip chip;
        good = read_chip(silicon, i, &chip);
        const double *value = chip.value;
        struct core_structure structure = {
            .clock_hz = 1e6 * value[CLOCK], .in_memory = !strcmp(chip.text[ARRAY], "dimc"),
            .weight_bits = (uint32_t)value[WEIGHT], .potential_bits = (uint32_t)value[POTENTIAL],
            .rows = (uint32_t)value[ROWS], .columns = (uint32_t)value[COLUMNS],
            .rows_per_access = (uint32_t)value[ACCESS], .input_bits = (uint32_t)value[INPUT], .planes_per_access = 1,
            .active = value[ACTIVE], .steps = STEPS};
        good = good && lone_core_add(silicon, memory_copy_string(chip.text[CHIP]), &structure);
    }
    return good;
}

static void judge_chip(struct silicon *silicon, const struct spiking_chip *chip, const struct silicon_run *run,
                       const struct core_energy *energy)
{
    double dense = chip->value[ROWS] * chip->value[COLUMNS] * STEPS;
    double operations = !strcmp(chip->text[OPERATIONS], "sop")    ? (double)silicon_count(run, CORE_SYNAPTIC_EVENTS)
                        : !strcmp(chip->text[OPERATIONS], "dense") ? dense
                                                                   : 2 * dense;
    double per = 1e12 / operations;
    struct silicon_row row = {chip->text[CHIP], "energy", "pJ/op", chip->value[PUBLISHED], per * energy->nominal,
                              INFINITY, false};
    silicon_judge(silicon, &row,
                  memory_format("%g nm, %g V; low and high %.3g .. %.3g; assumed: %s", chip->value[NODE],
                                chip->value[SUPPLY], per * energy->low, per * energy->high,
                                chip->text[ASSUMED]));
    silicon_point(silicon, &row, per * energy->low, per * energy->high);
}

/* Runs of other families, priced by blocks instead of by their chips' own figures for events. */
static const struct {
    const char *run, *name, *technology, *note;
    struct operating_corner corner;
    double published;
} known[] = {
    {"ODIN 0.55 V, 75 MHz", "ODIN, from blocks", "28nm",
     "published: increment of a synaptic operation (Frenkel 2019); the chip reads and writes words of 128 bits for a "
     "neuron, the model its 8 bits of potential",
     {28, 0.55}, 8.43},
    {"Loihi query of 667 spikes, Davies 2018", "Loihi, from blocks", "14nm",
     "published: a synaptic operation (Davies 2018), the least; memories scaled to 14 nm are far too cheap "
     "(docs/energy.md)",
     {14, 0.75}, 23.6},
};
enum { KNOWN = sizeof known / sizeof *known };

static bool judge_known(struct silicon *silicon, int i)
{
    const struct silicon_run *run = silicon_find(silicon, known[i].run);
    struct core_energy energy;
    if (!lone_core_energy(silicon, run, known[i].technology, known[i].corner, CORE_WHOLE, &energy))
        return false;
    double per = 1e12 / (double)silicon_count(run, CORE_SYNAPTIC_EVENTS);
    struct silicon_row row = {known[i].name, "energy", "pJ/SOP", known[i].published, per * energy.nominal, INFINITY,
                              false};
    silicon_judge(silicon, &row, memory_copy_string(known[i].note));
    silicon_point(silicon, &row, per * energy.low, per * energy.high);
    return true;
}

static bool judge(struct silicon *silicon)
{
    static const char *const base = "28nm";
    bool good = true;
    for (size_t i = 0; i < silicon->chips.record_count && good; i++) {
        struct spiking_chip chip;
        struct core_energy energy;
        good = read_chip(silicon, i, &chip);
        struct operating_corner corner = {chip.value[NODE], chip.value[SUPPLY]};
        const struct silicon_run *run = good ? silicon_find(silicon, chip.text[CHIP]) : NULL;
        good = run && lone_core_energy(silicon, run, base, corner, CORE_WHOLE, &energy);
        if (good)
            judge_chip(silicon, &chip, run, &energy);
    }
    for (int i = 0; i < KNOWN && good; i++)
        good = judge_known(silicon, i);
    return good;
}

const struct silicon_family silicon_spiking = {"spiking chips", add, judge};
