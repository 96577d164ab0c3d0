/* Loihi's published times of single operations, each from runs on the chip model that differ in that operation alone:
 * time of the longer less time of the shorter, over how often the operation came more. Loihi has no clock and the model
 * counts whole cycles, so that most rows show what rounding to cycles costs. */
#include "sim/memory.h"
#include "tools/validate/networks.h"
#include "tools/validate/silicon.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 10u
#define FEW 100u
#define MANY 900u
#define MANY_STEPS 40u

static double of_sample(const struct silicon_run *run) { return theory_cycles(&run->test); }
static double of_way(const struct silicon_run *run) { return theory_latency(&run->test); }
/* Waiting for the network and for the output included, clearing the state at the beginning not. */
static double of_updates(const struct silicon_run *run)
{
    return (double)(silicon_count(run, CORE_BUSY_NEURON) + silicon_count(run, CORE_STALL_OUTPUT));
}

/* Which two runs tell of an operation, and of which constants its published time is the sum. */
struct operation {
    const char *name, *shorter, *longer;
    double (*measure)(const struct silicon_run *); /* cycles */
    double times;         /* that it comes more often in the longer run */
    const char *davies, *sanafe[3];
};
static const struct operation operations[] = {
    {"synaptic operation", "few synapses", "many synapses", of_sample, (MANY - FEW) * (double)STEPS,
     "time_synaptic_op_max", {"synapse_sparse"}},
    {"update, no spike", "few neurons", "many neurons", of_updates, (MANY - FEW) * (double)STEPS,
     "time_neuron_update_inactive", {"soma_access_neuron", "soma_update_neuron"}},
    {"update and spike", "few firing", "many firing", of_updates, (MANY - FEW) * (double)STEPS,
     "time_neuron_update_active", {"soma_access_neuron", "soma_update_neuron", "soma_spike_out"}},
    {"hop east-west", "1 column", "7 columns", of_way, 2 * 6, "latency_tile_hop_EW", {"hop_east_west"}},
    {"hop north-south", "1 row", "3 rows", of_way, 2 * 2, "latency_tile_hop_NS", {"hop_north_south"}},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };
static const char *const sets[] = {"loihi", "loihi-sanafe"};
static const char *const set_names[] = {"Davies 2018", "SANA-FE"};

static char *run_name(int set, const char *name)
{
    return memory_format("Loihi times, %s, %s", set_names[set], name);
}

/* ---- programs ---- */

/* A core of `neurons` that are silent or fire in every timestep, to nobody, and whose only axon has `synapses`. */
static bool add_core(struct silicon *silicon, int set, const char *name, uint32_t neurons, uint32_t synapses,
                     bool fires)
{
    struct silicon_run *run = silicon_add(silicon, run_name(set, name), sets[set], NULL);
    uint16_t targets[MANY];
    if (!run)
        return false;
    for (uint16_t i = 0; i < synapses; i++)
        targets[i] = i;
    theory_program(&run->test, 1, 1);
    theory_core(&run->test, 0, 1, neurons, fires ? -1 : INT32_MAX, 1, targets, synapses);
    theory_routes(&run->test, fires ? 0 : THEORY_INPUTS, fires ? ROUTE_HOST : 0);
    theory_sample(&run->test, STEPS, STEPS);
    for (uint32_t i = 0; i < STEPS; i++)
        run->test.inputs[i] = (struct driver_input){.step = i, .input = 0, .count = 1};
    run->test.sample.count = synapses ? STEPS : 0;
    return true;
}

/* From the host to a neuron `columns` and `rows` away and back. */
static bool add_way(struct silicon *silicon, int set, const char *name, uint32_t columns, uint32_t rows)
{
    struct silicon_run *run = silicon_add(silicon, run_name(set, name), sets[set], NULL);
    uint16_t target = 0;
    if (!run)
        return false;
    const struct noc_config *noc = &run->test.chip.noc;
    uint32_t core = (rows * noc->columns + columns) * noc->cores_per_tile;
    theory_program(&run->test, 1, 1);
    theory_core(&run->test, core, 1, 1, 0, 1, &target, 1);
    theory_routes(&run->test, THEORY_INPUTS, core);
    theory_routes(&run->test, core, ROUTE_HOST);
    theory_sample(&run->test, 1, 1);
    return true;
}

static bool add_barrier(struct silicon *silicon, int set, const char *name, const char *columns, const char *rows)
{
    const char *settings[] = {columns, rows, NULL};
    struct silicon_run *run = silicon_add(silicon, run_name(set, name), sets[set], settings);
    if (!run)
        return false;
    theory_program(&run->test, 0, 1);
    theory_core(&run->test, 0, 1, 1, INT32_MAX, 0, NULL, 0);
    theory_sample(&run->test, MANY_STEPS, 0);
    return true;
}

static bool add(struct silicon *silicon)
{
    bool good = true;
    for (int set = 0; set < 2 && good; set++)
        good = add_core(silicon, set, "few synapses", MANY, FEW, false) &&
               add_core(silicon, set, "many synapses", MANY, MANY, false) &&
               add_core(silicon, set, "few neurons", FEW, 0, false) &&
               add_core(silicon, set, "many neurons", MANY, 0, false) &&
               add_core(silicon, set, "few firing", FEW, 0, true) &&
               add_core(silicon, set, "many firing", MANY, 0, true) && add_way(silicon, set, "1 column", 1, 0) &&
               add_way(silicon, set, "7 columns", 7, 0) && add_way(silicon, set, "1 row", 0, 1) &&
               add_way(silicon, set, "3 rows", 0, 3) &&
               add_barrier(silicon, set, "1 tile", "mesh.columns=1", "mesh.rows=1") &&
               add_barrier(silicon, set, "32 tiles", NULL, NULL);
    return good;
}

/* ---- judging ---- */

/* One value of a table by the name in its first column; several in one cell are separated by '-' or '/'. */
static bool constant(struct silicon *silicon, const char *table, const char *column, const char *name, int which,
                     double *out)
{
    char *path = networks_path(table);
    const char *names[] = {NULL, column, NULL};
    struct csv csv;
    uint32_t columns[2];
    bool found = false;
    if (csv_read(path, true, &csv, silicon->diagnostics)) {
        names[0] = csv_cell(&csv, &csv.header, 0);
        bool good = csv_columns(&csv, names, columns, silicon->diagnostics);
        for (size_t i = 0; i < csv.record_count && good && !found; i++) {
            if (strcmp(csv_cell(&csv, &csv.records[i], 0), name) != 0)
                continue;
            const char *text = csv_cell(&csv, &csv.records[i], columns[1]);
            for (int skip = 0; text && skip < which; skip++)
                text = strpbrk(text, "-/") ? strpbrk(text, "-/") + 1 : NULL;
            *out = text ? strtod(text, NULL) : 0;
            found = *out > 0;
        }
        csv_free(&csv);
    }
    if (!found)
        diagnostics_add(silicon->diagnostics, path, "no positive %s, expected one", name);
    free(path);
    return found;
}

#define DAVIES "physics/neuromorphic/loihi_davies2018_table2.csv"
#define SANAFE "physics/neuromorphic/sanafe_loihi_constants.csv"

static bool published_ns(struct silicon *silicon, int set, const struct operation *operation, double *out)
{
    if (set == 0)
        return constant(silicon, DAVIES, "value", operation->davies, 0, out);
    *out = 0;
    for (int i = 0; i < 3 && operation->sanafe[i]; i++) {
        double part;
        if (!constant(silicon, SANAFE, "latency_ns", operation->sanafe[i], 0, &part))
            return false;
        *out += part;
    }
    return true;
}

static const struct silicon_run *run_of(const struct silicon *silicon, int set, const char *name)
{
    char *whole = run_name(set, name);
    const struct silicon_run *run = silicon_find(silicon, whole);
    free(whole);
    return run;
}

static double ns(const struct silicon_run *run, double cycles)
{
    return 1e9 * cycles / run->test.chip.clock_hz;
}

static bool judge_operation(struct silicon *silicon, int set, const struct operation *operation)
{
    const struct silicon_run *longer = run_of(silicon, set, operation->longer);
    const struct silicon_run *shorter = run_of(silicon, set, operation->shorter);
    double published, cycles = operation->measure(longer) - operation->measure(shorter);
    if (!published_ns(silicon, set, operation, &published))
        return false;
    char *name = memory_format("Loihi %s, %s", operation->name, set_names[set]);
    struct silicon_row row = {name, "time", "ns", published, ns(longer, cycles / operation->times),
                              !strcmp(operation->name, "synaptic operation") ? 0.02 : INFINITY, true};
    silicon_judge(silicon, &row, NULL);
    free(name);
    return true;
}

static bool judge_barrier(struct silicon *silicon, int set, const char *name, int which)
{
    const struct silicon_run *run = run_of(silicon, set, name);
    const struct core_config *core = &run->test.chip.core;
    double cycles = theory_cycles(&run->test) - (2 + 1) - 2 - MANY_STEPS * (2 + (double)theory_sweep(core, 1));
    double published;
    if (!constant(silicon, set ? SANAFE : DAVIES, set ? "latency_ns" : "value",
                  set ? "sync_table_1_2_4_29_tiles" : "barrier_sync_1_to_32_tiles", which, &published))
        return false;
    char *test = memory_format("Loihi barrier, %s, %s", name, set_names[set]);
    struct silicon_row row = {test, "time", "ns", published, ns(run, cycles / (MANY_STEPS + 2)), 0.02, true};
    silicon_judge(silicon, &row, set && which ? memory_copy_string("published for 29 tiles") : NULL);
    free(test);
    return true;
}

static bool judge(struct silicon *silicon)
{
    bool good = true;
    for (int set = 0; set < 2 && good; set++) {
        for (int i = 0; i < OPERATIONS && good; i++)
            good = judge_operation(silicon, set, &operations[i]);
        good = good && judge_barrier(silicon, set, "1 tile", 0) &&
               judge_barrier(silicon, set, "32 tiles", set ? 3 : 1);
    }
    return good;
}

const struct silicon_family silicon_loihi_times = {"Loihi times", add, judge};
