/* Nearest-neighbour search on Loihi chips as measured by Frady et al. 2020: a neuron for each stored pattern, all
 * spread evenly over the cores. A query is a spike from each of its components that exceed a threshold, 667 to 750 of
 * 1000, the largest first; every spike reaches every pattern's neuron. Inputs spike evenly over the window's timesteps.
 * They enter at relays spread over the cores, each of which sends a packet to every core; how the spikes of a query got
 * into the chips is not published.
 *
 * Energy: 76,800 patterns on 32 chips are 2400 a chip; one chip is simulated, and dynamic energy counts 32-fold.
 * Latency: a million patterns on 768 chips are 1302 a chip; the first chip of a row of 75 (as many crossings as in a
 * mesh of 12 x 64) holds its patterns, the others hold none and take part in every barrier. */
#include "sim/memory.h"
#include "tools/validate/silicon.h"
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#define CHIP_CORES 128u
#define WINDOW 60u          /* timesteps in which a query's inputs spike; Frady 2020 sec. 3 */
#define LATENCY_STEPS 140u
#define STEP_RUN 20u
#define BOARD_CHIPS 32.0
#define BOARD_PATTERNS 2400u /* a chip: 76,800 / 32 */
#define RACK_PATTERNS 1302u  /* a chip: 1e6 / 768 */
#define FEWEST_SPIKES 667u
#define MOST_SPIKES 750u
#define WEIGHT_RANGE 127

static const char *const sets[] = {"loihi", "loihi-sanafe"};
static const char *const set_names[] = {"Davies 2018", "SANA-FE"};

/* A barrier of Frady 2020, of a mesh of chips as long as a row of `chips`. */
static const struct barrier {
    const char *name, *setting;
    double published_us, limit;
    bool fitted;
} barriers[] = {{"Loihi barrier, 4 x 64 chips", "chips.count=67", 14.3, 0.02, true},
                {"Loihi barrier, 12 x 64 chips", "chips.count=75", 16.2, 0.05, false}};
enum { BARRIERS = sizeof barriers / sizeof *barriers };

/* ---- programs ---- */

/* Random weights of either sign, but those of the one pattern that is the query: all positive. Only its potential gets
 * near half of what all inputs together could give. */
static void set_weights(struct core_program *core, bool first, gsl_rng *random)
{
    uint32_t synapses = core->synapse_start[core->axon_count];
    for (uint32_t i = 0; i < synapses; i++) {
        int weight = (int)gsl_rng_uniform_int(random, 2 * WEIGHT_RANGE + 1) - WEIGHT_RANGE;
        core->synapse_weight[i] = (int16_t)(first && core->synapse_target[i] == 0 ? abs(weight) : weight);
    }
}

/* Input i enters at core i mod cores and goes to axon i of every core. */
static void broadcast(struct silicon_run *run, uint32_t inputs)
{
    struct program *program = &run->test.program;
    program->input_routes[0].sources = 0;
    for (uint32_t c = 0; c < CHIP_CORES; c++) {
        struct core_program *core = &program->cores[c];
        uint32_t relays = (inputs + CHIP_CORES - 1 - c) / CHIP_CORES, count = 0;
        core->relay_population = 0;
        core->relay_count = relays;
        core->relay_index = memory_array(relays, sizeof *core->relay_index);
        free(core->relay_routes.start);
        free(core->relay_routes.routes);
        core->relay_routes = (struct route_table){relays, memory_array(relays + 1u, sizeof(uint32_t)),
                                                  memory_array((size_t)relays * CHIP_CORES, sizeof(struct route))};
        for (uint32_t i = 0; i < relays; i++) {
            core->relay_index[i] = i * CHIP_CORES + c;
            for (uint32_t to = 0; to < CHIP_CORES; to++)
                core->relay_routes.routes[count++] = (struct route){to, core->relay_index[i], 1};
            core->relay_routes.start[i + 1] = count;
        }
    }
}

static void make_patterns(struct silicon_run *run, uint32_t patterns, uint32_t inputs)
{
    uint16_t targets[CHIP_CORES];
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    gsl_rng_set(random, 1);
    int32_t threshold = (int32_t)inputs * WEIGHT_RANGE / 4 << run->test.chip.core.fraction_bits;
    for (uint16_t i = 0; i < CHIP_CORES; i++)
        targets[i] = i;
    theory_program(&run->test, inputs, 1);
    for (uint32_t core = 0; core < CHIP_CORES; core++) {
        uint32_t count = patterns * (core + 1) / CHIP_CORES - patterns * core / CHIP_CORES;
        theory_core(&run->test, core, 1, count, threshold, inputs, targets, count);
        theory_routes(&run->test, core, ROUTE_HOST);
        set_weights(&run->test.program.cores[core], core == 0, random);
    }
    broadcast(run, inputs);
    gsl_rng_free(random);
}

static void make_query(struct silicon_run *run, uint32_t steps, uint32_t window, uint32_t inputs)
{
    theory_sample(&run->test, steps, inputs);
    for (uint32_t i = 0; i < inputs; i++)
        run->test.inputs[i].step = (uint32_t)((uint64_t)i * window / inputs);
}

static bool add_energy_runs(struct silicon *silicon)
{
    static const uint32_t spikes[] = {FEWEST_SPIKES, MOST_SPIKES};
    for (int set = 0; set < 2; set++)
        for (int i = 0; i < 2; i++) {
            char *name = memory_format("Loihi query of %u spikes, %s", spikes[i], set_names[set]);
            struct silicon_run *run = silicon_add(silicon, name, sets[set], NULL);
            if (!run)
                return false;
            make_patterns(run, BOARD_PATTERNS, spikes[i]);
            make_query(run, WINDOW, WINDOW, spikes[i]);
        }
    return true;
}

static bool add_latency_run(struct silicon *silicon, const char *name, const char *setting, uint32_t patterns,
                            uint32_t steps)
{
    const char *settings[] = {setting, NULL};
    uint32_t inputs = (FEWEST_SPIKES + MOST_SPIKES) / 2, window = steps < WINDOW ? steps : WINDOW;
    struct silicon_run *run = silicon_add(silicon, memory_copy_string(name), "loihi-pohoiki", settings);
    if (!run)
        return false;
    make_patterns(run, patterns, inputs);
    make_query(run, steps, window, window == WINDOW ? inputs : inputs * window / WINDOW);
    return true;
}

static bool add_barrier(struct silicon *silicon, const struct barrier *barrier)
{
    const char *settings[] = {barrier->setting, NULL};
    struct silicon_run *run = silicon_add(silicon, memory_copy_string(barrier->name), "loihi-pohoiki", settings);
    if (!run)
        return false;
    theory_program(&run->test, 0, 1);
    theory_core(&run->test, 0, 1, 1, INT32_MAX, 0, NULL, 0);
    theory_sample(&run->test, STEP_RUN, 0);
    return true;
}

static bool add(struct silicon *silicon)
{
    bool good = add_energy_runs(silicon) &&
                add_latency_run(silicon, "Loihi query, 768 chips", "chips.count=75", RACK_PATTERNS, LATENCY_STEPS) &&
                add_latency_run(silicon, "Loihi timestep, 32 chips", "chips.count=11", BOARD_PATTERNS, WINDOW);
    for (int i = 0; i < BARRIERS && good; i++)
        good = add_barrier(silicon, &barriers[i]);
    return good;
}

/* ---- judging ---- */

static bool judge_energy(struct silicon *silicon, int set, uint32_t spikes)
{
    char *name = memory_format("Loihi query of %u spikes, %s", spikes, set_names[set]);
    const struct silicon_run *run = silicon_find(silicon, name);
    struct energy_report energy = {0};
    double published;
    bool good = silicon_energy(silicon, run, NULL, &energy) &&
                silicon_published(silicon, "Loihi", "kNN 76", 0, &published);
    if (good) {
        double mj = 1e3 * BOARD_CHIPS;
        struct silicon_row row = {name, "dynamic energy", "mJ", published, mj * energy.dynamic_total, 0.05, false};
        double low = energy.low_total - energy.static_total, high = energy.high_total - energy.static_total;
        silicon_point(silicon, &row, mj * low, mj * high);
        silicon_judge(silicon, &row,
                      memory_format("synapses %.3f + neurons %.3f + packets %.3f + network %.3f mJ (at its sources' "
                                    "low and high %.2f .. %.2f); 2400 of 76,800 patterns, 1 of 32 chips, %u steps, x 32",
                                    mj * energy.dynamic_part[ENERGY_SYNAPSE_ARRAY],
                                    mj * energy.dynamic_part[ENERGY_NEURON_ARRAY],
                                    mj * energy.dynamic_part[ENERGY_ROUTING_TABLE],
                                    mj * energy.dynamic_part[ENERGY_ROUTER], mj * low, mj * high, WINDOW));
    }
    energy_report_free(&energy);
    free(name);
    return good;
}

static double step_us(const struct silicon_run *run, uint32_t steps)
{
    const struct sample_result *sample = &run->test.result.samples[0];
    return 1e6 * cycles_to_seconds(&run->test.chip, sample->end_cycle - sample->start_cycle) / (steps + 2.0);
}

static bool judge_latency(struct silicon *silicon)
{
    const char *name = "Loihi query, 768 chips";
    const struct silicon_run *run = silicon_find(silicon, name);
    const struct sample_result *sample = &run->test.result.samples[0];
    double published, ms = 1e3 * cycles_to_seconds(&run->test.chip, sample->done_cycle - sample->first_cycle);
    double host_ms = 2e3 * cycles_to_seconds(&run->test.chip, run->test.chip.host.link_latency);
    if (!silicon_published(silicon, "Loihi (768 chips)", "kNN query latency", 0, &published))
        return false;
    struct silicon_row row = {name, "latency", "ms", published, ms, 0.10, false};
    double step = step_us(run, LATENCY_STEPS);
    silicon_judge(silicon, &row,
                  memory_format("%u steps of %.2f us + host %.2f ms; published are 140 steps of 13 us + 0.52 ms, which "
                                "is %.2f ms: %.2f ms of the 3.03 are in no published part; 1302 patterns on 1 of 75 "
                                "chips in a row", LATENCY_STEPS, step, host_ms, 140 * 0.013 + 0.52,
                                published - 140 * 0.013 - 0.52));
    struct silicon_row rack = {name, "timestep", "us", 13, step, INFINITY, false};
    silicon_judge(silicon, &rack, memory_copy_string("Frady 2020: \"just over 13 us\", below the 16.2 us that the same "
                                                     "paper gives for a barrier of all 768 chips"));
    struct silicon_row board = {"Loihi timestep, 32 chips", "timestep", "us", 5.8,
                                step_us(silicon_find(silicon, "Loihi timestep, 32 chips"), WINDOW), INFINITY, false};
    silicon_judge(silicon, &board,
                  memory_copy_string("the processors that feed spikes into the chips are not modelled; 10 crossings (4 x 8 "
                                     "chips assumed), 2400 patterns a chip"));
    return true;
}

/* What is left of a timestep without work: theory_timestep.c says which cycles are the core's. */
static void judge_barrier(struct silicon *silicon, const struct barrier *barrier)
{
    const struct silicon_run *run = silicon_find(silicon, barrier->name);
    const struct core_config *core = &run->test.chip.core;
    double cycles = theory_cycles(&run->test) - (2 + 1) - 2 - STEP_RUN * (2 + (double)theory_sweep(core, 1));
    double us = 1e6 * cycles / (STEP_RUN + 2) / run->test.chip.clock_hz;
    struct silicon_row row = {barrier->name, "barrier", "us", barrier->published_us, us, barrier->limit,
                              barrier->fitted};
    silicon_judge(silicon, &row, memory_format("Frady 2020; %u chips in a row, as many crossings as the mesh's longest "
                                               "way", run->test.chip.host.chips));
}

static bool judge(struct silicon *silicon)
{
    bool good = true;
    for (int set = 0; set < 2; set++)
        good = judge_energy(silicon, set, FEWEST_SPIKES) && judge_energy(silicon, set, MOST_SPIKES) && good;
    for (int i = 0; i < BARRIERS; i++)
        judge_barrier(silicon, &barriers[i]);
    return judge_latency(silicon) && good;
}

const struct silicon_family silicon_loihi_query = {"Loihi query", add, judge};
