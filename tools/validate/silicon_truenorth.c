/* TrueNorth's recurrent networks: each neuron drives one axon of some core, an axon reaches a given number of the 256
 * neurons behind it, and the network fires at the published mean rate.
 *
 * Simulated are 64 of the 4096 cores, every eighth in both directions of the whole mesh, so that a packet's way is as
 * long as between cores anywhere on it (uniform targets: 21.0 hops in each direction; the chip's networks 21.3).
 * Dynamic energy counts 64-fold, static power is the chip's. */
#include "sim/memory.h"
#include "tools/validate/silicon.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#define SIDE 8u           /* cores simulated in a row of the mesh */
#define SPACING 8u
#define CORES (SIDE * SIDE)
#define CHIP_CORES 4096.0
#define NEURONS 256u
#define WARM_UP 20u      /* ticks, until packets of the longest delay arrive as often as they leave */
#define TICKS 60u        /* that count, after those */
#define THRESHOLD 100000  /* of the potential; the bias is the rate's share of it */
#define WEIGHT 255        /* of either sign: the drive's mean is zero, its spread near the bias at 20 Hz */
#define DELAYS 15u

static const struct point {
    const char *name, *published, *technology, *source;
    int which;            /* of the published values */
    double rate_hz, limit;
    uint32_t synapses;    /* of an axon */
    bool fitted;
} points[] = {
    {"0.80 V, 11.58 Hz, 128 synapses", "0.8V recurrent nets 11.58", NULL, "Akopyan fig. 17", 0, 11.58, 0.02, 128, true},
    {"0.80 V, 20.07 Hz, 128 synapses", "0.8V 20.07", NULL, "Akopyan fig. 17", 0, 20.07, 0.02, 128, false},
    {"0.80 V, 95.93 Hz, 128 synapses", "0.8V 95.93", NULL, "Akopyan fig. 17", 0, 95.93, 0.02, 128, true},
    {"0.775 V, 20 Hz, 128 synapses", "0.775V", "truenorth-0.775v", "Merolla", 0, 20, 0.05, 128, false},
    {"0.75 V, 20 Hz, 128 synapses", "0.75V", "truenorth-0.75v", "Akopyan VII", 0, 20, 0.05, 128, false},
    {"0.70 V, no activity", "idle corners", "truenorth-0.70v", "Akopyan, lowest corner", 0, 0, INFINITY, 0, false},
    {"1.05 V, 200 Hz, 256 synapses", "idle corners", "truenorth-1.05v", "Akopyan, highest corner", 1, 200, INFINITY,
     256, false},
};
enum { POINTS = sizeof points / sizeof *points };

static uint32_t core_number(uint32_t i)
{
    return i / SIDE * SPACING * SIDE * SPACING + i % SIDE * SPACING;
}

/* Each neuron its own potential at first, so that they do not fire together. */
static void fill_neurons(struct core_program *core, double rate_hz, gsl_rng *random)
{
    core->group_count = NEURONS;
    free(core->groups);
    core->groups = memory_array(NEURONS, sizeof *core->groups);
    for (uint32_t n = 0; n < NEURONS; n++) {
        int32_t initial = rate_hz > 0 ? (int32_t)gsl_rng_uniform_int(random, THRESHOLD) : 0;
        core->groups[n] = (struct neuron_group){.first = n, .count = 1, .model = MODEL_IF, .threshold = THRESHOLD,
                                                .inclusive = 1, .reset_subtract = 1, .initial = initial};
        core->bias[n] = (int32_t)lround(rate_hz * 1e-3 * THRESHOLD);
    }
}

static void fill_synapses(struct core_program *core, uint32_t synapses, gsl_rng *random)
{
    uint16_t all[NEURONS], chosen[NEURONS];
    for (uint16_t n = 0; n < NEURONS; n++)
        all[n] = n;
    for (uint32_t axon = 0; axon < NEURONS && synapses; axon++) {
        gsl_ran_choose(random, chosen, synapses, all, NEURONS, sizeof *all); /* ascending */
        for (uint32_t i = 0; i < synapses; i++) {
            core->synapse_target[axon * synapses + i] = chosen[i];
            core->synapse_weight[axon * synapses + i] = (int16_t)(axon % 2 ? -WEIGHT : WEIGHT);
        }
    }
}

/* Every axon of every core has one neuron somewhere that drives it. */
static void fill_routes(struct program *program, gsl_rng *random)
{
    uint32_t targets[CORES * NEURONS];
    for (uint32_t i = 0; i < CORES * NEURONS; i++)
        targets[i] = i;
    gsl_ran_shuffle(random, targets, CORES * NEURONS, sizeof *targets);
    for (uint32_t i = 0; i < CORES * NEURONS; i++) {
        struct route_table *table = &program->cores[core_number(i / NEURONS)].neuron_routes;
        uint32_t delay = 1 + (uint32_t)gsl_rng_uniform_int(random, DELAYS);
        table->start[i % NEURONS + 1] = i % NEURONS + 1;
        table->routes[i % NEURONS] = (struct route){core_number(targets[i] / NEURONS), targets[i] % NEURONS, delay};
    }
}

static void make_program(struct silicon_run *run, const struct point *point, uint32_t ticks)
{
    uint16_t any[NEURONS] = {0};
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    gsl_rng_set(random, 1);
    theory_program(&run->test, 0, 1);
    for (uint32_t i = 0; i < CORES; i++) {
        struct core_program *core = &run->test.program.cores[core_number(i)];
        theory_core(&run->test, core_number(i), 1, NEURONS, THRESHOLD, NEURONS, any, point->synapses);
        fill_neurons(core, point->rate_hz, random);
        fill_synapses(core, point->synapses, random);
    }
    fill_routes(&run->test.program, random);
    run->test.program.populations[1].output = false;
    theory_sample(&run->test, ticks, 0);
    gsl_rng_free(random);
}

static char *run_name(const struct point *point, bool warm_up)
{
    return memory_format("TrueNorth %s%s", point->name, warm_up ? ", warm-up" : "");
}

static bool add(struct silicon *silicon)
{
    for (int i = 0; i < 2 * POINTS; i++) {
        const struct point *point = &points[i / 2];
        struct silicon_run *run = silicon_add(silicon, run_name(point, i % 2), "truenorth", NULL);
        if (!run)
            return false;
        make_program(run, point, i % 2 ? WARM_UP : WARM_UP + TICKS);
    }
    return true;
}

/* What came between the end of the warm-up and the end of the whole run, both from the same beginning. */
struct steady {
    double seconds, static_j, updates_j, synapses_j, network_j, spikes;
};

static bool add_up(struct silicon *silicon, const struct point *point, bool warm_up, double sign, struct steady *out)
{
    char *name = run_name(point, warm_up);
    const struct silicon_run *run = silicon_find(silicon, name);
    struct energy_report energy = {0};
    bool good = silicon_energy(silicon, run, point->technology, &energy);
    out->seconds += sign * silicon_seconds(run);
    out->static_j += sign * energy.static_total;
    out->updates_j += sign * energy.dynamic_part[ENERGY_NEURON_ARRAY];
    out->synapses_j += sign * energy.dynamic_part[ENERGY_SYNAPSE_ARRAY];
    out->network_j += sign * energy.dynamic_part[ENERGY_ROUTER];
    out->spikes += sign * (double)silicon_count(run, CORE_SPIKES);
    energy_report_free(&energy);
    free(name);
    return good;
}

static bool judge_point(struct silicon *silicon, const struct point *point)
{
    struct steady steady = {0};
    double published, scale = CHIP_CORES / CORES;
    if (!add_up(silicon, point, false, 1, &steady) || !add_up(silicon, point, true, -1, &steady) ||
        !silicon_published(silicon, "TrueNorth", point->published, point->which, &published))
        return false;
    char *name = run_name(point, false);
    double per_mw = 1e3 * scale / steady.seconds, still = 1e3 * steady.static_j / steady.seconds;
    double updates = per_mw * steady.updates_j, events = per_mw * (steady.synapses_j + steady.network_j);
    double rate = steady.spikes / (CORES * NEURONS) / steady.seconds;
    struct silicon_row row = {name, "power", "mW", published, still + updates + events, point->limit, point->fitted};
    silicon_judge(silicon, &row,
                  memory_format("static %.1f + updates %.1f + synapses %.2f + network %.2f mW; %.2f Hz, %s; %u of 4096 "
                                "cores for %u ms, dynamic energy x %.0f", still, updates, per_mw * steady.synapses_j,
                                per_mw * steady.network_j, rate, point->source, CORES, TICKS, scale));
    silicon_point(silicon, &row, row.simulated, row.simulated);
    free(name);
    return true;
}

static bool judge(struct silicon *silicon)
{
    bool good = true;
    for (int i = 0; i < POINTS; i++)
        good = judge_point(silicon, &points[i]) && good;
    return good;
}

const struct silicon_family silicon_truenorth = {"TrueNorth", add, judge};
