/* What a core does in a cycle when it has enough to do: the rate of its bottleneck.
 *
 * rows a cycle: sparse: 1 / (axon + max(words / words_per_cycle, additions / (banks x ports)));
 *   dimc: 1 / (axon + cycles_per_plane / rows_per_access); crossbar: 1 / (axon + neurons x cycles)
 * groups a cycle: 1 / max(interval, ceil(ceil(lanes / banks) / ports)), on a processor 1 / instructions
 * cycles of one row whose additions meet in the banks of the accumulators: counted by hand below */
#include "sim/memory.h"
#include "tools/validate/theory.h"

#define EVENTS 32u
#define TARGETS 8u
#define NEURONS 48u
#define STEPS 5u

static const uint16_t targets[TARGETS] = {0, 1, 2, 3, 4, 5, 6, 7}; /* each in a bank of its own */

static double pipeline(const struct core_config *core)
{
    return core->synapse_kind == SYNAPSE_SPARSE ? core->sparse_latency
           : core->synapse_kind == SYNAPSE_DIMC ? core->dimc_latency
                                                : 0;
}

static double row_rate(const struct theory_case *test)
{
    return EVENTS / (theory_counter(test) - pipeline(&test->chip.core));
}

static struct theory_case *add_rows(struct theory_cases *cases, const char *name, enum synapse_kind kind, double rate)
{
    struct theory_case *test = theory_add(cases, memory_copy_string(name), 1, 1);
    test->chip.core.synapse_kind = (int)kind;
    theory_program(test, EVENTS, 1);
    theory_routes(test, THEORY_INPUTS, 0);
    theory_core(test, 0, 1, TARGETS, INT32_MAX, EVENTS, targets, TARGETS);
    theory_sample(test, 1, EVENTS);
    test->quantity = "throughput";
    test->unit = "rows/cycle";
    test->counter = CORE_BUSY_SYNAPSE;
    test->measure = row_rate;
    test->expected = rate;
    return test;
}

/* axon 3; 8 synapses lie in 4 words; an access of 8 rows takes 4 cycles; a weight of the crossbar 13 */
static void add_synapse_arrays(struct theory_cases *cases)
{
    add_rows(cases, "sparse, a word", SYNAPSE_SPARSE, 1.0 / (3 + 4));
    add_rows(cases, "sparse, 4 words", SYNAPSE_SPARSE, 1.0 / (3 + 1))->chip.core.sparse_words_per_cycle = 4;
    struct theory_case *ports = add_rows(cases, "sparse, one bank", SYNAPSE_SPARSE, 1.0 / (3 + 8));
    ports->chip.core.sparse_words_per_cycle = 4;
    ports->chip.core.accumulator_banks = 1;
    add_rows(cases, "dimc, 8 rows", SYNAPSE_DIMC, 1.0 / (3 + 4.0 / 8));
    add_rows(cases, "dimc, a row", SYNAPSE_DIMC, 1.0 / (3 + 4))->chip.core.dimc_rows_per_access = 1;
    add_rows(cases, "crossbar", SYNAPSE_CROSSBAR, 1.0 / (3 + TARGETS * 13));
}

/* ---- neuron sweep ---- */

static double group_rate(const struct theory_case *test)
{
    const struct core_config *core = &test->chip.core;
    double groups = (double)STEPS * NEURONS / core->neuron_lanes;
    double once = core->neuron_depth + (core->neuron_location == NEURON_PROCESSOR ? core->processor_start : 0);
    return groups / (theory_counter(test) - STEPS * once);
}

static struct theory_case *add_sweep(struct theory_cases *cases, const char *name, double rate)
{
    struct theory_case *test = theory_add(cases, memory_copy_string(name), 1, 1);
    theory_program(test, 0, 1);
    theory_core(test, 0, 1, NEURONS, INT32_MAX, 0, NULL, 0);
    theory_sample(test, STEPS, 0);
    test->quantity = "throughput";
    test->unit = "groups/cycle";
    test->counter = CORE_BUSY_NEURON;
    test->measure = group_rate;
    test->expected = rate;
    return test;
}

/* lanes 4, interval 2, state in 4 banks of one port */
static void add_sweeps(struct theory_cases *cases)
{
    add_sweep(cases, "sweep, interval 2", 1.0 / 2);
    add_sweep(cases, "sweep, interval 7", 1.0 / 7)->chip.core.neuron_interval = 7;
    struct theory_case *banks = add_sweep(cases, "sweep, 12 in 4 banks", 1.0 / 3);
    banks->chip.core.neuron_lanes = 12;
    struct theory_case *bank = add_sweep(cases, "sweep, 12 in a bank", 1.0 / 12);
    bank->chip.core.neuron_lanes = 12;
    bank->chip.core.state_banks = 1;
    struct theory_case *ports = add_sweep(cases, "sweep, 2 ports", 1.0 / 6);
    ports->chip.core.neuron_lanes = 12;
    ports->chip.core.state_banks = 1;
    ports->chip.core.state_ports = 2;
    add_sweep(cases, "sweep, processor", 1.0 / 20)->chip.core.neuron_location = NEURON_PROCESSOR;
}

/* ---- conflicts ---- */

static double row_cycles(const struct theory_case *test)
{
    return theory_counter(test) - test->chip.core.axon_cycles - test->chip.core.sparse_latency;
}

static void add_row(struct theory_cases *cases, const char *name, uint32_t words, uint32_t banks, uint32_t ports,
                    double cycles)
{
    static const uint16_t clashing[] = {0, 8, 9, 10, 11, 19}; /* in words {0, 8}, {9, 10}, {11, 19} */
    struct theory_case *test = theory_add(cases, memory_copy_string(name), 1, 1);
    test->chip.core.sparse_words_per_cycle = words;
    test->chip.core.accumulator_banks = banks;
    test->chip.core.accumulator_ports = ports;
    theory_program(test, 1, 1);
    theory_routes(test, THEORY_INPUTS, 0);
    theory_core(test, 0, 1, 20, INT32_MAX, 1, clashing, 6);
    theory_sample(test, 1, 1);
    test->quantity = "port conflicts";
    test->counter = CORE_BUSY_SYNAPSE;
    test->measure = row_cycles;
    test->expected = cycles;
}

static void add_conflicts(struct theory_cases *cases)
{
    add_row(cases, "8 banks", 1, 8, 1, 2 + 1 + 2);          /* banks {0, 0}, {1, 2}, {3, 3} */
    add_row(cases, "8 banks of 2", 1, 8, 2, 1 + 1 + 1);
    add_row(cases, "8 banks, 2 words", 2, 8, 1, 2 + 2);     /* {0, 0, 1, 2}, {3, 3} */
    add_row(cases, "16 banks", 1, 16, 1, 1 + 1 + 1);        /* {0, 8}, {9, 10}, {11, 3} */
    add_row(cases, "2 banks", 1, 2, 1, 2 + 1 + 2);          /* {0, 0}, {1, 0}, {1, 1} */
    add_row(cases, "one bank", 1, 1, 1, 2 + 2 + 2);
}

void theory_add_throughputs(struct theory_cases *cases)
{
    add_synapse_arrays(cases);
    add_sweeps(cases);
    add_conflicts(cases);
}
