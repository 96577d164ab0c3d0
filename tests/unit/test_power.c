/* Operating corner, clock and power gating, clock limit: the laws of docs/energy.md on one small chip. */
#include "models/physics/program_load.h"
#include "models/physics/scaling.h"
#include "models/physics/unit_costs.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

#define CORES 8
#define CYCLES 1000

static struct technology *technology;
static struct diagnostics diagnostics;
static struct core_program cores[CORES];
static struct counter_table counters;
static struct chip_config chip;

static void begin(void)
{
    ck_assert(technology_load("configs/technology/22nm.yaml", &technology, &diagnostics));
    chip = (struct chip_config){.clock_hz = 5e8, .path = "chip.yaml"};
    chip.core = (struct core_config){
        .neurons_max = 256, .axons_max = 1024, .routes_max = 1024, .profiles_max = 16, .queue_depth = 512, .delay_slots = 8,
        .synapse_kind = SYNAPSE_SPARSE, .weight_bits = 8, .sparse_words = 16384, .sparse_word_bits = 64,
        .accumulator_bits = 24, .accumulator_banks = 4, .accumulator_ports = 1, .state_banks = 4, .state_ports = 1,
        .neuron_location = NEURON_COLUMN, .neuron_lanes = 8, .potential_bits = 24, .current_bits = 16, .decay_bits = 12};
    chip.noc = (struct noc_config){.columns = 2, .rows = 2, .cores_per_tile = 2, .buffer_flits = 4, .flit_bits = 32,
                                   .spike_bits = 32, .value_bits = 64};
    chip.host = (struct host_config){.chips = 1, .event_bits = 32, .buffer_events = 64};
    counters = (struct counter_table){.cores = CORES, .routers = 4, .chips = 1, .cycles = CYCLES};
    counters.core = memory_array((size_t)CORES * CORE_COUNTERS, sizeof *counters.core);
    counters.router = memory_array((size_t)4 * ROUTER_COUNTERS, sizeof *counters.router);
    counters.host = memory_array(HOST_COUNTERS, sizeof *counters.host);
    for (int c = 0; c < CORES; c++) {
        cores[c] = (struct core_program){.population = c < 2 ? 0 : -1, .relay_population = -1};
        counters.core[c * CORE_COUNTERS + CORE_IDLE] = CYCLES;
    }
    for (int r = 0; r < 4; r++)
        counters.router[r * ROUTER_COUNTERS + ROUTER_IDLE] = CYCLES;
}

static void end(void)
{
    free(counters.core);
    free(counters.router);
    free(counters.host);
    technology_free(technology);
    diagnostics_free(&diagnostics);
}

static struct energy_report energy(void)
{
    static struct population population = {.count = 10};
    struct program program = {.population_count = 1, .populations = &population, .core_count = CORES, .cores = cores};
    struct energy_report report;
    energy_compute(technology, &chip, &program, &counters, &report);
    return report;
}

static void close_to(double a, double b)
{
    ck_assert_msg(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)), "%.15g is not %.15g", a, b);
}

START_TEST(the_clock_of_an_idle_chip_costs_every_cycle_unless_it_is_gated)
{
    struct unit_costs costs;
    unit_costs_get(technology, &chip, &costs);
    struct energy_report running = energy();
    double all = 0, ungated = costs.clock[ENERGY_HOST_LINK].nominal + costs.clock[ENERGY_CONTROL].nominal;
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        all += costs.clock[c].nominal;
    close_to(running.clock_total, CYCLES * all);
    close_to(running.clock_total, CYCLES * area_mm2(technology, &chip) * technology->components.clock.value * 1e-12);
    chip.power.clock_gating = CLOCK_GATING_IDLE;
    struct energy_report stopped = energy();
    close_to(stopped.clock_total, CYCLES * ungated);
    energy_report_free(&running);
    energy_report_free(&stopped);
}
END_TEST

START_TEST(a_gated_clock_runs_in_the_busy_cycles_of_its_core_and_belongs_to_its_layer)
{
    struct unit_costs costs;
    double core = 0;
    unit_costs_get(technology, &chip, &costs);
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        if (component_place((enum energy_component)c) == PLACE_CORE)
            core += costs.clock[c].nominal / CORES;
    chip.power.clock_gating = CLOCK_GATING_IDLE;
    struct energy_report idle = energy();
    counters.core[CORE_BUSY_SYNAPSE] = 70;
    counters.core[CORE_STALL_OUTPUT] = 30;
    counters.core[CORE_STALL_BARRIER] = 400;
    struct energy_report busy = energy();
    close_to(busy.layer[0] - idle.layer[0], 100 * core);
    energy_report_free(&idle);
    energy_report_free(&busy);
}
END_TEST

START_TEST(unused_cores_leak_only_what_their_switches_let_through)
{
    struct unit_costs costs;
    unit_costs_get(technology, &chip, &costs);
    struct energy_report on = energy();
    chip.power.power_gating = POWER_GATING_UNUSED;
    struct energy_report off = energy();
    double rest = technology->components.leakage_gated.value, seconds = CYCLES / chip.clock_hz;
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        bool core = component_place((enum energy_component)c) == PLACE_CORE;
        double share = core ? 0.25 + 0.75 * rest : 1; /* two of eight cores are used */
        close_to(off.static_part[c], costs.leakage[c].nominal * share * seconds);
    }
    ck_assert(off.static_total < on.static_total);
    energy_report_free(&on);
    energy_report_free(&off);
}
END_TEST

static void scaled(const struct cost *is, const struct cost *was, int count, double factor)
{
    for (int i = 0; i < count; i++) {
        close_to(is[i].nominal, factor * was[i].nominal);
        close_to(is[i].low, factor * was[i].low);
        close_to(is[i].high, factor * was[i].high);
        close_to(is[i].assumed, factor * was[i].assumed);
    }
}

START_TEST(every_energy_on_the_chip_follows_the_supply_by_the_scaling_table)
{
    struct unit_costs nominal, set;
    double factor;
    unit_costs_get(technology, &chip, &nominal);
    chip.power = (struct power_config){.corner = CORNER_SET, .supply_v = 0.7, .temperature_c = 75};
    ck_assert(technology_fits(technology, &chip, &diagnostics));
    unit_costs_get(technology, &chip, &set);
    ck_assert(scaling_energy((struct operating_corner){22, 0.9}, (struct operating_corner){22, 0.7}, &factor));
    ck_assert(factor > 0.5 && factor < 0.8);
    scaled(set.core, nominal.core, CORE_COUNTERS, factor);
    scaled(set.update, nominal.update, NEURON_MODELS, factor);
    scaled(set.state_read, nominal.state_read, NEURON_MODELS, factor);
    scaled(set.state_write, nominal.state_write, NEURON_MODELS, factor);
    scaled(&set.sweep, &nominal.sweep, 1, factor);
    scaled(set.router, nominal.router, ROUTER_COUNTERS, factor);
    scaled(set.clock, nominal.clock, ENERGY_COMPONENTS, factor);
    for (int k = 0; k < HOST_COUNTERS; k++) { /* links off the chip have a supply of their own */
        bool link = k == HOST_BITS_IN || k == HOST_BITS_OUT || k == HOST_CHIP_LINK_BITS;
        scaled(&set.host[k], &nominal.host[k], 1, link ? 1 : factor);
    }
}
END_TEST

/* It is 50 degrees hotter, at 7/9 of the supply: least where it doubles slowly and the supply's power is high. */
START_TEST(leakage_has_a_law_of_temperature_and_supply_and_its_range_the_ends_of_both)
{
    struct unit_costs nominal, set;
    struct component_values *values = &technology->components;
    struct sourced_value *const laws[] = {&values->leakage_doubling, &values->leakage_supply_exponent, &values->sram_leakage,
                                          &values->logic_leakage};
    char *sources[4];
    char measured[] = "measured", assumed[] = "assumed: as others";
    for (int i = 0; i < 4; i++) {
        sources[i] = laws[i]->source;
        laws[i]->source = measured;
    }
    unit_costs_get(technology, &chip, &nominal);
    chip.power = (struct power_config){.corner = CORNER_SET, .supply_v = 0.7,
                                       .temperature_c = values->leakage_temperature.value + 50};
    unit_costs_get(technology, &chip, &set);
    const struct sourced_value *doubling = &values->leakage_doubling, *exponent = &values->leakage_supply_exponent;
    ck_assert(doubling->low < doubling->high && exponent->low < exponent->high);
    double law = pow(2, 50 / doubling->value) * pow(7 / 9.0, exponent->value);
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        close_to(set.leakage[c].nominal, law * nominal.leakage[c].nominal);
        close_to(set.leakage[c].low, nominal.leakage[c].low * pow(2, 50 / doubling->high) * pow(7 / 9.0, exponent->high));
        close_to(set.leakage[c].high, nominal.leakage[c].high * pow(2, 50 / doubling->low) * pow(7 / 9.0, exponent->low));
        ck_assert(set.leakage[c].assumed == 0);
    }
    values->leakage_supply_exponent.source = assumed;
    unit_costs_get(technology, &chip, &set);
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        ck_assert(set.leakage[c].assumed == set.leakage[c].nominal);
    for (int i = 0; i < 4; i++)
        laws[i]->source = sources[i];
}
END_TEST

START_TEST(loading_the_program_costs_its_bits_from_the_memory_that_is_named)
{
    uint32_t start[] = {0, 2, 5, 7}, routes_start[] = {0, 3};
    struct core_program core = {.population = 0, .relay_population = -1, .axon_count = 3, .synapse_start = start};
    uint32_t relays_start[] = {0, 1, 5}, inputs_start[] = {0, 4, 11};
    struct route_table inputs = {.sources = 2, .start = inputs_start};
    struct population population = {.count = 1};
    core.neuron_routes = (struct route_table){.sources = 1, .start = routes_start};
    core.relay_routes = (struct route_table){.sources = 2, .start = relays_start};
    struct program program = {.core_count = 1, .cores = &core, .population_count = 1, .populations = &population,
                              .input_routes = &inputs};
    chip.core.sparse_index_bits = 8;
    /* 7 synapses of 8 + 8 bits, 3 axons of 14 + 9 bits, 3 + 5 + 11 routes of 4 + 10 + 3 bits */
    double bits = 7 * 16 + 3 * 23 + 19 * 17;
    close_to(program_bits(&chip, &program), bits);
    ck_assert(program_load_energy(technology, &chip, &program).nominal == 0);
    chip.power.program_memory = PROGRAM_HBM;
    close_to(program_load_energy(technology, &chip, &program).nominal, bits * 3.9e-12);
    chip.power.program_memory = PROGRAM_LPDDR;
    close_to(program_load_energy(technology, &chip, &program).nominal, bits * 8e-12);
}
END_TEST

START_TEST(a_corner_outside_the_table_or_on_a_published_chip_is_refused)
{
    chip.power = (struct power_config){.corner = CORNER_SET, .supply_v = 0.4, .temperature_c = 25};
    ck_assert(!technology_fits(technology, &chip, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "power.supply is 0.4 V"));
    struct technology *loihi;
    ck_assert(technology_load("configs/technology/loihi-davies2018.yaml", &loihi, &diagnostics));
    ck_assert(!technology_fits(loihi, &chip, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "expected power.corner technology"));
    technology_free(loihi);
}
END_TEST

START_TEST(a_clock_that_a_memory_cannot_follow_is_refused_only_if_asked)
{
    chip.clock_hz = 1e11;
    ck_assert(technology_fits(technology, &chip, &diagnostics));
    chip.power.clock_limit = CLOCK_BY_MEMORIES;
    ck_assert(!technology_fits(technology, &chip, &diagnostics));
    ck_assert(diagnostics_mention(&diagnostics, "core.synapse"));
    double bits = 16384.0 * 64, ns = technology->components.sram_access_fixed.value +
                                     technology->components.sram_access_slope.value * sqrt(bits);
    chip.clock_hz = 0.999e9 / ns; /* the largest memory just follows */
    ck_assert(technology_fits(technology, &chip, &diagnostics));
    chip.core.sparse_words *= 2;
    ck_assert(!technology_fits(technology, &chip, &diagnostics));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("power");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, the_clock_of_an_idle_chip_costs_every_cycle_unless_it_is_gated);
    tcase_add_test(tests, a_gated_clock_runs_in_the_busy_cycles_of_its_core_and_belongs_to_its_layer);
    tcase_add_test(tests, unused_cores_leak_only_what_their_switches_let_through);
    tcase_add_test(tests, every_energy_on_the_chip_follows_the_supply_by_the_scaling_table);
    tcase_add_test(tests, leakage_has_a_law_of_temperature_and_supply_and_its_range_the_ends_of_both);
    tcase_add_test(tests, loading_the_program_costs_its_bits_from_the_memory_that_is_named);
    tcase_add_test(tests, a_corner_outside_the_table_or_on_a_published_chip_is_refused);
    tcase_add_test(tests, a_clock_that_a_memory_cannot_follow_is_refused_only_if_asked);
    Suite *suite = suite_create("power");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
