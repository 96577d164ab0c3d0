/* Which layer, component and kind each count of a run goes to, and times what: sums by hand on made-up unit costs, each
 * a number of its own. And in which timesteps a layer's energy falls. */
#include "models/physics/energy_parts.h"
#include "models/physics/energy_steps.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>

enum { INPUT, HIDDEN, OUTPUT, SHARED };
#define CORES 4 /* hidden, output, relays of the input, nobody's; two to a tile */
#define ROUTERS 2
#define PICO 1e-12

static struct population populations[3];
static struct neuron_group groups[2];
static struct core_program cores[CORES];
static uint64_t core[CORES][CORE_COUNTERS], router[ROUTERS][ROUTER_COUNTERS], processor[ROUTERS][PROCESSOR_COUNTERS];
static uint64_t host[HOST_COUNTERS];
static struct program program;
static struct counter_table counters;
static struct chip_config config;
static struct unit_costs costs;
static struct energy_parts parts;

static struct cost joules(double nominal) { return (struct cost){nominal, nominal / 2, nominal * 2, 0}; }

static void setup(void)
{
    populations[INPUT].input = populations[OUTPUT].output = true;
    for (int c = 0; c < CORES; c++)
        cores[c] = (struct core_program){.population = c < 2 ? HIDDEN + c : -1, .relay_population = c == 2 ? INPUT : -1};
    program = (struct program){.population_count = 3, .populations = populations, .core_count = CORES, .cores = cores};
    counters = (struct counter_table){.cores = CORES, .routers = ROUTERS, .processors = ROUTERS, .chips = 1,
                                      .core = core[0], .router = router[0], .processor = processor[0], .host = host};
    config.noc = (struct noc_config){.columns = 2, .rows = 1, .cores_per_tile = 2, .flit_bits = 32, .spike_bits = 40,
                                     .value_bits = 100};
    config.clock_hz = 100;
}

static void account(void)
{
    energy_parts_get(&costs, &config, &program, &counters, &parts);
}

static double part(enum energy_kind kind, int layer, enum energy_component component)
{
    return parts.part[kind][layer * ENERGY_COMPONENTS + (int)component].nominal;
}

static void assert_part(enum energy_kind kind, int layer, enum energy_component component, double expected)
{
    double is = part(kind, layer, component);
    ck_assert_msg(fabs(is - expected) <= 1e-12 * fmax(fabs(expected), 1), "%s, layer %d, %s: %g, expected %g",
                  energy_kind_name(kind), layer, energy_component_name(component), is, expected);
}

/* 3 LIF and 1 CubaLIF neuron: of 8 updates 2 are the CubaLIF neuron's; of 5 state words a sweep it has 2. */
START_TEST(a_cores_models_share_its_updates_by_neurons_and_its_words_by_words)
{
    groups[0] = (struct neuron_group){.count = 3, .model = MODEL_LIF};
    groups[1] = (struct neuron_group){.count = 1, .model = MODEL_CUBALIF};
    cores[0].groups = groups;
    cores[0].group_count = 2;
    costs.update[MODEL_LIF] = joules(10);
    costs.update[MODEL_CUBALIF] = joules(50);
    costs.state_read[MODEL_LIF] = joules(1);
    costs.state_read[MODEL_CUBALIF] = joules(3);
    costs.state_write[MODEL_LIF] = joules(100);
    costs.state_write[MODEL_CUBALIF] = joules(200);
    costs.sweep = joules(7);
    core[0][CORE_NEURON_UPDATES] = 8;
    core[0][CORE_STATE_READS] = 10;
    core[0][CORE_STATE_WRITES] = 5;
    account();
    assert_part(ENERGY_DYNAMIC, HIDDEN, ENERGY_NEURON_ARRAY, 6 * 10 + 2 * 50);
    assert_part(ENERGY_DYNAMIC, HIDDEN, ENERGY_NEURON_STATE, 6 * 1 + 4 * 3 + 3 * 100 + 2 * 200);
    assert_part(ENERGY_DYNAMIC, HIDDEN, ENERGY_ACCUMULATOR, 8 * 7);
}
END_TEST

/* A spike is two flits of 32 bits, a value four. */
START_TEST(a_sender_pays_for_the_flits_of_what_it_sends)
{
    costs.router[ROUTER_FLITS_EW] = joules(5);
    costs.router[ROUTER_FLITS_NS] = joules(11);
    costs.router[ROUTER_FLITS_LOCAL] = joules(2);
    for (int c = 0; c < 2; c++) {
        core[c][CORE_PACKETS] = 10;
        core[c][CORE_SENT_HOPS_EW] = 6;
        core[c][CORE_SENT_HOPS_NS] = 1;
        core[c][CORE_SENT_HOPS_LOCAL] = 10;
    }
    core[1][CORE_VALUES] = 5; /* half of its packets */
    host[HOST_SENT_HOPS_EW] = 4;
    account();
    assert_part(ENERGY_DYNAMIC, HIDDEN, ENERGY_ROUTER, 2 * (6 * 5 + 11 + 10 * 2));
    assert_part(ENERGY_DYNAMIC, OUTPUT, ENERGY_ROUTER, 3 * (6 * 5 + 11 + 10 * 2));
    assert_part(ENERGY_DYNAMIC, INPUT, ENERGY_ROUTER, 2 * 4 * 5);
    assert_part(ENERGY_DYNAMIC, SHARED, ENERGY_ROUTER, -(2 + 3) * 61 - 40); /* no router has counted them yet */
    config.noc.spike_bits = 32;
    energy_parts_free(&parts);
    account();
    assert_part(ENERGY_DYNAMIC, HIDDEN, ENERGY_ROUTER, 61);
}
END_TEST

START_TEST(bits_in_are_the_inputs_bits_out_the_outputs_and_of_several_nobodys)
{
    costs.host[HOST_BITS_IN] = joules(3);
    costs.host[HOST_BITS_OUT] = joules(5);
    costs.host[HOST_ROUTE_READS] = joules(7);
    costs.host[HOST_CHIP_LINK_BITS] = joules(11);
    costs.host[HOST_BARRIERS] = joules(13);
    for (int k = 0; k < HOST_COUNTERS; k++)
        host[k] = k >= HOST_SENT_HOPS_EW && k <= HOST_SENT_HOPS_LOCAL ? 0 : 100;
    account();
    assert_part(ENERGY_DYNAMIC, INPUT, ENERGY_HOST_LINK, 300);
    assert_part(ENERGY_DYNAMIC, OUTPUT, ENERGY_HOST_LINK, 500);
    assert_part(ENERGY_DYNAMIC, INPUT, ENERGY_ROUTING_TABLE, 700);
    assert_part(ENERGY_DYNAMIC, SHARED, ENERGY_CHIP_LINK, 1100);
    assert_part(ENERGY_DYNAMIC, SHARED, ENERGY_CONTROL, 1300);
    energy_parts_free(&parts);
    populations[HIDDEN].input = true;
    account();
    assert_part(ENERGY_DYNAMIC, INPUT, ENERGY_HOST_LINK, 0);
    assert_part(ENERGY_DYNAMIC, SHARED, ENERGY_HOST_LINK, 300);
    populations[HIDDEN].input = false;
}
END_TEST

/* Every cycle counter is a power of two. */
START_TEST(a_gated_clock_runs_in_the_cycles_in_which_a_part_works_or_waits_for_one)
{
    config.power.clock_gating = CLOCK_GATING_IDLE;
    counters.cycles = 1000;
    costs.clock[ENERGY_SYNAPSE_ARRAY] = joules(CORES); /* one a core */
    costs.clock[ENERGY_ROUTER] = joules(ROUTERS);
    costs.clock[ENERGY_PROCESSOR] = joules(ROUTERS);
    costs.clock[ENERGY_HOST_LINK] = joules(9);
    for (int k = 0; k < CORE_CYCLE_COUNTERS; k++)
        core[0][k] = core[2][k] = UINT64_C(1) << k;
    for (int k = 0; k < ROUTER_CYCLE_COUNTERS; k++)
        router[1][k] = UINT64_C(1) << k;
    processor[0][PROCESSOR_BUSY] = 30;
    processor[0][PROCESSOR_IDLE] = 70;
    account();
    double active = (1 << CORE_BUSY_SYNAPSE) + (1 << CORE_BUSY_NEURON) + (1 << CORE_BUSY_RESET) +
                    (1 << CORE_STALL_OUTPUT) + (1 << CORE_STALL_PROCESSOR);
    assert_part(ENERGY_CLOCK, HIDDEN, ENERGY_SYNAPSE_ARRAY, active);
    assert_part(ENERGY_CLOCK, INPUT, ENERGY_SYNAPSE_ARRAY, active); /* of its relays */
    assert_part(ENERGY_CLOCK, SHARED, ENERGY_SYNAPSE_ARRAY, 0);
    assert_part(ENERGY_CLOCK, SHARED, ENERGY_ROUTER,
                (1 << ROUTER_BUSY) + (1 << ROUTER_STALL_CREDIT) + (1 << ROUTER_STALL_LINK));
    assert_part(ENERGY_CLOCK, SHARED, ENERGY_PROCESSOR, 30);
    assert_part(ENERGY_CLOCK, SHARED, ENERGY_HOST_LINK, 9000);
}
END_TEST

START_TEST(what_holds_no_part_of_the_network_is_switched_off_relays_and_halves_of_tiles_are_not)
{
    config.power.power_gating = POWER_GATING_UNUSED;
    counters.cycles = 200; /* 2 s */
    costs.gated_leakage = 0.25;
    costs.leakage[ENERGY_SYNAPSE_ARRAY] = costs.leakage[ENERGY_PROCESSOR] = costs.leakage[ENERGY_ROUTER] = joules(16);
    account();
    assert_part(ENERGY_STATIC, SHARED, ENERGY_SYNAPSE_ARRAY, 2 * (12 + 4 * 0.25)); /* three of four cores */
    assert_part(ENERGY_STATIC, SHARED, ENERGY_PROCESSOR, 2 * 16);                  /* both tiles */
    assert_part(ENERGY_STATIC, SHARED, ENERGY_ROUTER, 2 * 16);
    energy_parts_free(&parts);
    cores[0].population = cores[2].relay_population = -1; /* the second core of the first tile is left */
    account();
    assert_part(ENERGY_STATIC, SHARED, ENERGY_SYNAPSE_ARRAY, 2 * (4 + 12 * 0.25));
    assert_part(ENERGY_STATIC, SHARED, ENERGY_PROCESSOR, 2 * (8 + 8 * 0.25));
}
END_TEST

/* ---- timesteps ---- */

#define STEPS 4

static struct layer_step layer_steps[3][STEPS];
static struct sample_result samples[2] = {{.steps = 4}, {.steps = 2}};
static struct chip_result result;
static struct energy_steps steps;

/* Loihi's published costs: 23.6 pJ a synaptic event, 52 pJ an update, 3 pJ a hop east. */
static void divide(void)
{
    struct diagnostics diagnostics = {0};
    struct technology *technology;
    ck_assert(technology_load("configs/technology/loihi-davies2018.yaml", &technology, &diagnostics));
    result = (struct chip_result){.population_count = 3, .steps = STEPS, .layers = layer_steps[0], .sample_count = 2,
                                  .samples = samples, .counters = counters};
    energy_steps_get(technology, &config, &program, &result, &steps);
    technology_free(technology);
}

static void assert_steps(const double *is, const double expected[STEPS])
{
    ck_assert_uint_eq(steps.steps, STEPS);
    for (int t = 0; t < STEPS; t++)
        ck_assert_msg(fabs(is[t] - expected[t] * PICO) <= 1e-9 * PICO, "step %d: %g, expected %g", t, is[t] / PICO, expected[t]);
}

/* Six pairs of sample and step: the first two steps have two samples each, the others one. */
START_TEST(a_layers_energy_falls_where_its_events_spikes_and_samples_are)
{
    core[0][CORE_SYNAPTIC_EVENTS] = 10;
    core[0][CORE_NEURON_UPDATES] = 6;
    core[0][CORE_SENT_HOPS_EW] = router[0][ROUTER_HOPS_EW] = 100;
    layer_steps[HIDDEN][0].synaptic_events = 1;
    layer_steps[HIDDEN][3].synaptic_events = 4;
    layer_steps[HIDDEN][1].spikes = 1;
    layer_steps[HIDDEN][2].spikes = 3;
    divide();
    assert_steps(steps.layer + HIDDEN * STEPS, (double[]){236 * 0.2 + 104, 104 + 75, 52 + 225, 236 * 0.8 + 52});
}
END_TEST

START_TEST(a_layer_of_which_nothing_is_known_by_step_falls_on_its_samples)
{
    core[0][CORE_SYNAPTIC_EVENTS] = 60;
    divide();
    assert_steps(steps.layer + HIDDEN * STEPS, (double[]){2 * 236, 2 * 236, 236, 236});
    assert_steps(steps.kind[ENERGY_DYNAMIC], (double[]){2 * 236, 2 * 236, 236, 236});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("energy_parts");
    TCase *tests = tcase_create("energy_parts");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_cores_models_share_its_updates_by_neurons_and_its_words_by_words);
    tcase_add_test(tests, a_sender_pays_for_the_flits_of_what_it_sends);
    tcase_add_test(tests, bits_in_are_the_inputs_bits_out_the_outputs_and_of_several_nobodys);
    tcase_add_test(tests, a_gated_clock_runs_in_the_cycles_in_which_a_part_works_or_waits_for_one);
    tcase_add_test(tests, what_holds_no_part_of_the_network_is_switched_off_relays_and_halves_of_tiles_are_not);
    tcase_add_test(tests, a_layers_energy_falls_where_its_events_spikes_and_samples_are);
    tcase_add_test(tests, a_layer_of_which_nothing_is_known_by_step_falls_on_its_samples);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
