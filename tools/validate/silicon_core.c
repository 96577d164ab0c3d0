#include "tools/validate/silicon_core.h"
#include "models/physics/technology.h"
#include "sim/memory.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

#define SETTINGS 24

/* ---- the run ---- */

static uint32_t bits_of(uint32_t values)
{
    uint32_t bits = 1;
    while (bits < 31 && (1u << bits) < values)
        bits++;
    return bits;
}

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* The settings that turn macro.yaml into this structure; ended by NULL. */
static void write_settings(const struct core_structure *s, char *settings[SETTINGS])
{
    uint32_t accumulator = s->weight_bits + bits_of(s->rows) + s->input_bits - 1, i = 0;
    uint32_t potential = larger(s->potential_bits, 4);
    settings[i++] = memory_format("clock_hz=%.17g", s->clock_hz);
    settings[i++] = memory_format("core.neurons=%u", s->columns);
    settings[i++] = memory_format("core.axons=%u", s->rows);
    settings[i++] = memory_format("core.event_queue.depth=%u", 2 * s->rows);
    settings[i++] = memory_format("core.synapse.weight_bits=%u", s->weight_bits);
    settings[i++] = memory_format("core.accumulator.bits=%u",
                                  s->in_memory ? larger(accumulator, potential) : larger(potential, s->weight_bits));
    settings[i++] = memory_format("core.accumulator.banks=%u", s->in_memory ? s->columns : 1);
    settings[i++] = memory_copy_string("core.state.banks=1");
    settings[i++] = memory_copy_string("core.neuron.lanes=1");
    settings[i++] = memory_copy_string("core.neuron.fraction_bits=0");
    settings[i++] = memory_format("core.neuron.potential_bits=%u", potential);
    settings[i++] = memory_copy_string("core.neuron.current_bits=4");
    settings[i++] = memory_format("core.synapse.kind=%s", s->in_memory ? "dimc" : "crossbar");
    if (s->in_memory) {
        settings[i++] = memory_format("core.synapse.dimc.rows=%u", s->rows);
        settings[i++] = memory_format("core.synapse.dimc.columns=%u", s->columns);
        settings[i++] = memory_copy_string("core.synapse.dimc.arrays=1");
        settings[i++] = memory_format("core.synapse.dimc.rows_per_access=%u", s->rows_per_access);
        settings[i++] = memory_format("core.synapse.dimc.planes_per_access=%u", s->planes_per_access);
    } else {
        settings[i++] = memory_format("core.synapse.crossbar.word_bits=%u", 4 * s->weight_bits);
        settings[i++] = memory_copy_string("core.synapse.crossbar.cycles=1");
    }
    settings[i] = NULL;
}

/* Inputs of a timestep: exactly the active part of all, over the timesteps so far. Their values have as many ones as
 * zeros among their bits; 1 where an input is one bit. */
static void drive(struct silicon_run *run, const struct core_structure *s)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    uint32_t *all = memory_array(s->rows, sizeof *all), *chosen = memory_array(s->rows, sizeof *chosen);
    size_t count = 0, wanted = 0;
    gsl_rng_set(random, 1);
    theory_sample(&run->test, s->steps, s->steps * s->rows);
    for (uint32_t row = 0; row < s->rows; row++)
        all[row] = row;
    for (uint32_t step = 0; step < s->steps; step++) {
        size_t now = (size_t)((step + 1) * s->active * s->rows + 0.5) - wanted;
        wanted += now;
        gsl_ran_choose(random, chosen, now, all, s->rows, sizeof *all);
        for (size_t i = 0; i < now; i++) {
            int32_t value = s->input_bits == 1 ? 1 : (int32_t)gsl_rng_uniform_int(random, 1u << s->input_bits);
            if (value > 0)
                run->test.inputs[count++] = (struct driver_input){step, chosen[i], -value};
        }
    }
    run->test.sample.count = count;
    free(all);
    free(chosen);
    gsl_rng_free(random);
}

bool lone_core_add(struct silicon *silicon, char *name, const struct core_structure *s)
{
    char *settings[SETTINGS];
    uint16_t *targets = memory_array(s->columns, sizeof *targets);
    write_settings(s, settings);
    struct silicon_run *run = silicon_add(silicon, name, "macro", (const char *const *)settings);
    for (uint16_t i = 0; run && i < s->columns; i++)
        targets[i] = i;
    if (run) {
        theory_program(&run->test, s->rows, 1);
        theory_core(&run->test, 0, 1, s->columns, INT32_MAX, s->rows, targets, s->columns);
        theory_routes(&run->test, THEORY_INPUTS, 0);
        drive(run, s);
    }
    for (uint32_t i = 0; settings[i]; i++)
        free(settings[i]);
    free(targets);
    return run != NULL;
}

/* ---- its energy ---- */

/* A column of w-bit weights over r rows needs about r (w + 1) one-bit adders: (w + 1) / w for each weight bit, at an
 * energy published for random operands (all rows driven, half of their weight bits ones). The multiplying gates, about
 * a tenth of it, are left out. */
static void build_cell(struct component_values *values, uint32_t weight_bits)
{
    double adders = (weight_bits + 1.0) / weight_bits * 1e3; /* fJ in a pJ */
    values->dimc_cell.value = values->adder.value * adders;
    values->dimc_cell.low = values->adder.low * adders;
    values->dimc_cell.high = values->adder.high * adders;
}

static double joules(const struct technology *technology, const struct silicon_run *run, enum core_parts parts)
{
    static const enum energy_component whole[] = {
        ENERGY_EVENT_QUEUE, ENERGY_AXON_TABLE, ENERGY_SYNAPSE_ARRAY, ENERGY_ACCUMULATOR,
        ENERGY_NEURON_ARRAY, ENERGY_NEURON_STATE, ENERGY_ROUTING_TABLE, ENERGY_PROCESSOR};
    struct energy_report report = {0};
    double sum = 0;
    energy_compute(technology, &run->test.chip, &run->test.program, &run->test.result.counters, &report);
    for (size_t i = 0; parts == CORE_WHOLE && i < sizeof whole / sizeof *whole; i++)
        sum += report.dynamic_part[whole[i]];
    if (parts != CORE_WHOLE)
        sum = report.dynamic_part[ENERGY_SYNAPSE_ARRAY];
    if (parts == CORE_ADDER_TREE)
        sum += report.dynamic_part[ENERGY_ACCUMULATOR];
    energy_report_free(&report);
    return sum;
}

/* end: -1 the values, else enum technology_end. */
static bool at_end(struct silicon *silicon, const struct silicon_run *run, const char *path,
                   struct operating_corner corner, enum core_parts parts, int end, double *out)
{
    struct technology *technology;
    bool good = technology_load(path, &technology, silicon->diagnostics);
    if (good && !technology_carry(technology, corner))
        good = diagnostics_add(silicon->diagnostics, path, "cannot be carried to %g nm and %g V, expected a corner "
                               "inside the scaling table", corner.node_nm, corner.supply_v);
    if (good && parts == CORE_ADDER_TREE)
        build_cell(&technology->components, run->test.chip.core.weight_bits);
    if (good && end >= 0)
        technology_pin(technology, (enum technology_end)end);
    if (good)
        *out = joules(technology, run, parts);
    technology_free(technology);
    return good;
}

bool lone_core_energy(struct silicon *silicon, const struct silicon_run *run, const char *name,
                      struct operating_corner corner, enum core_parts parts, struct core_energy *out)
{
    char *path = memory_format("configs/technology/%s.yaml", name);
    bool good = at_end(silicon, run, path, corner, parts, -1, &out->nominal) &&
                at_end(silicon, run, path, corner, parts, TECHNOLOGY_LOW, &out->low) &&
                at_end(silicon, run, path, corner, parts, TECHNOLOGY_HIGH, &out->high);
    free(path);
    return good;
}
