/* Two chips whose published figures agree among themselves, so that a model must meet all of them at once.
 *
 * 40 nm processor (TBioCAS 2025): 128 synaptic operations a cycle at 100 MHz are 12.8 GSOP/s; at 0.49 pJ each, 6.26 mW.
 * The energy is the technology file's; rate and power come out of the run. IMPULSE (arXiv 2105.08217): at 85 % sparsity
 * the energy-delay product is 97.4 % less than without sparsity. Energy and time both fall with the inputs, (1 -
 * 0.85)^2 = 2.25 % would be left; what does not fall is the chip's and the model's. */
#include "sim/memory.h"
#include "tools/validate/silicon_core.h"
#include <stdlib.h>

#define PROCESSOR "SNN processor, 40 nm"
#define INPUTS 256u
#define TARGETS 4096u
#define STEPS 10u
#define LIMIT 0.05

static bool add_processor(struct silicon *silicon)
{
    struct silicon_run *run = silicon_add(silicon, memory_copy_string(PROCESSOR), "spiking-40nm", NULL);
    uint16_t *targets = memory_array(TARGETS, sizeof *targets);
    for (uint16_t i = 0; i < TARGETS; i++)
        targets[i] = i;
    if (run) {
        theory_program(&run->test, INPUTS, 1);
        theory_core(&run->test, 0, 1, TARGETS, INT32_MAX, INPUTS, targets, TARGETS);
        theory_routes(&run->test, THEORY_INPUTS, 0);
        theory_sample(&run->test, STEPS, STEPS * INPUTS);
        for (uint32_t i = 0; i < STEPS * INPUTS; i++)
            run->test.inputs[i] = (struct driver_input){i / INPUTS, i % INPUTS, 1};
    }
    free(targets);
    return run != NULL;
}

/* IMPULSE's macro: 128 inputs, 12 neurons of six bits a weight and eleven a potential; one input at a time. */
static bool add_impulse(struct silicon *silicon, char *name, double active)
{
    struct core_structure structure = {.clock_hz = 200e6, .in_memory = true, .weight_bits = 6, .potential_bits = 11,
                                       .rows = 128, .columns = 12, .rows_per_access = 1, .input_bits = 1,
                                       .planes_per_access = 1, .active = active, .steps = 100};
    return lone_core_add(silicon, name, &structure);
}

static bool add(struct silicon *silicon)
{
    return add_processor(silicon) && add_impulse(silicon, memory_copy_string("IMPULSE, dense"), 1) &&
           add_impulse(silicon, memory_copy_string("IMPULSE, sparse"), 0.15);
}

static bool judge_processor(struct silicon *silicon)
{
    const struct silicon_run *run = silicon_find(silicon, PROCESSOR);
    struct energy_report energy = {0};
    if (!silicon_energy(silicon, run, NULL, &energy))
        return false;
    double seconds = theory_cycles(&run->test) / run->test.chip.clock_hz;
    double operations = (double)silicon_count(run, CORE_SYNAPTIC_EVENTS);
    struct silicon_row rows[] = {
        {PROCESSOR, "rate", "GSOP/s", 12.8, 1e-9 * operations / seconds, LIMIT, false},
        {PROCESSOR, "power", "mW", 6.26, 1e3 * energy.total / seconds, LIMIT, false},
        {PROCESSOR, "energy", "pJ/SOP", 0.49, 1e12 * energy.total / operations, LIMIT, true},
    };
    silicon_judge(silicon, &rows[0],
                  memory_format("%.1f of 128 operations a cycle: look-ups of %u events and %u neurons' updates lie between",
                                operations / theory_cycles(&run->test), STEPS * INPUTS, TARGETS));
    silicon_judge(silicon, &rows[1], NULL);
    silicon_judge(silicon, &rows[2], NULL);
    silicon_point(silicon, &rows[1], rows[1].simulated, rows[1].simulated);
    energy_report_free(&energy);
    return true;
}

static bool judge_impulse(struct silicon *silicon)
{
    const struct silicon_run *dense = silicon_find(silicon, "IMPULSE, dense");
    const struct silicon_run *sparse = silicon_find(silicon, "IMPULSE, sparse");
    struct operating_corner corner = {65, 0.85};
    struct core_energy whole, part;
    if (!lone_core_energy(silicon, dense, "28nm", corner, CORE_WHOLE, &whole) ||
        !lone_core_energy(silicon, sparse, "28nm", corner, CORE_WHOLE, &part))
        return false;
    double time = theory_cycles(&sparse->test) / theory_cycles(&dense->test);
    double energy = part.nominal / whole.nominal, saved = 100 * (1 - energy * time);
    struct silicon_row row = {"IMPULSE, 85 % sparsity", "energy-delay", "% less", 97.4, saved, LIMIT, false};
    silicon_judge(silicon, &row,
                  memory_format("%.2f %% left, published 2.6; energy %.3f and time %.3f of those without sparsity",
                                100 * energy * time, energy, time));
    silicon_point(silicon, &row, saved, saved);
    return true;
}

static bool judge(struct silicon *silicon)
{
    return judge_processor(silicon) && judge_impulse(silicon);
}

const struct silicon_family silicon_self = {"self-consistent chips", add, judge};
