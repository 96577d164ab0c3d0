/* ODIN at its two published operating points: every cycle at work, at 75 MHz and at 1.3 MHz. Its 256 neurons pass one
 * event round in a ring, so that the controller always has the next one; each event goes through all neurons. */
#include "sim/memory.h"
#include "tools/validate/silicon.h"
#include <stdlib.h>

#define NEURONS 256u
#define WEIGHT 7       /* the largest of sign and three bits */
#define CYCLES 750000u

static const struct point {
    const char *name, *clock, *published;
    double operations_hz; /* published rate of synaptic operations */
    bool fitted;
} points[] = {
    {"ODIN 0.55 V, 75 MHz", NULL, "accelerated 75 MHz", 37.5e6, true},
    {"ODIN 0.55 V, 1.3 MHz", "clock_hz=1.3e6", "biological 1.3 MHz", 650e3, false},
};
enum { POINTS = sizeof points / sizeof *points };

static void make_ring(struct silicon_run *run)
{
    uint16_t target = 0;
    theory_program(&run->test, 0, 1);
    theory_core(&run->test, 0, 1, NEURONS, WEIGHT, NEURONS, &target, 1);
    struct core_program *core = &run->test.program.cores[0];
    core->groups[0].model = MODEL_EVENT_LEAK;
    core->groups[0].inclusive = 1;
    for (uint32_t axon = 0; axon < NEURONS; axon++) {
        core->synapse_target[axon] = (uint16_t)((axon + 1) % NEURONS);
        core->synapse_weight[axon] = WEIGHT;
    }
    run->test.stimuli[0].cycle = 10;
    run->test.replay.count = 1;
    run->test.replay.end_cycle = CYCLES;
    run->test.replay.potentials = memory_array(NEURONS, sizeof(int32_t));
}

static bool add(struct silicon *silicon)
{
    for (int i = 0; i < POINTS; i++) {
        const char *settings[] = {points[i].clock, NULL};
        struct silicon_run *run = silicon_add(silicon, memory_copy_string(points[i].name), "odin", settings);
        if (!run)
            return false;
        make_ring(run);
    }
    return true;
}

static bool judge_point(struct silicon *silicon, const struct point *point)
{
    const struct silicon_run *run = silicon_find(silicon, point->name);
    struct energy_report energy = {0};
    double published, seconds = silicon_seconds(run);
    bool good = silicon_energy(silicon, run, NULL, &energy) &&
                silicon_published(silicon, "ODIN", point->published, 0, &published);
    if (good) {
        double rate = (double)silicon_count(run, CORE_SYNAPTIC_EVENTS) / seconds;
        struct silicon_row power = {point->name, "power", "uW", published, 1e6 * energy.total / seconds, 0.02,
                                    point->fitted};
        silicon_judge(silicon, &power,
                      memory_format("static %.1f + clock %.1f + operations %.1f uW; fig. 8's three constants, the last "
                                    "an increment at 75 MHz; the whole core for %u cycles",
                                    1e6 * energy.static_total / seconds,
                                    1e6 * energy.clock_part[ENERGY_CONTROL] / seconds,
                                    1e6 * energy.dynamic_part[ENERGY_SYNAPSE_ARRAY] / seconds, CYCLES));
        silicon_point(silicon, &power, power.simulated, power.simulated);
        struct silicon_row operations = {point->name, "operations", "MSOP/s", 1e-6 * point->operations_hz, 1e-6 * rate,
                                         0.02, false};
        silicon_judge(silicon, &operations, NULL);
    }
    energy_report_free(&energy);
    return good;
}

static bool judge(struct silicon *silicon)
{
    bool good = true;
    for (int i = 0; i < POINTS; i++)
        good = judge_point(silicon, &points[i]) && good;
    return good;
}

const struct silicon_family silicon_odin = {"ODIN", add, judge};
