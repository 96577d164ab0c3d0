/* Technology files of chips that published their own costs, and blocks carried to other corners. */
#include "models/physics/energy.h"
#include "models/physics/technology.h"
#include "models/physics/unit_costs.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

static struct technology *load(const char *name)
{
    struct diagnostics diagnostics = {0};
    struct technology *technology;
    char *path = memory_format("configs/technology/%s.yaml", name);
    ck_assert_msg(technology_load(path, &technology, &diagnostics), "%s", name);
    diagnostics_free(&diagnostics);
    free(path);
    return technology;
}

static struct chip_config chip(const char *name)
{
    struct diagnostics diagnostics = {0};
    struct chip_config config;
    char *path = memory_format("configs/chip/%s.yaml", name);
    ck_assert_msg(chip_config_load(path, NULL, 0, &config, &diagnostics), "%s", name);
    diagnostics_free(&diagnostics);
    free(path);
    return config;
}

static void assert_near(double value, double expected, double relative)
{
    ck_assert_msg(fabs(value - expected) <= relative * fabs(expected), "%g is not %g", value, expected);
}

START_TEST(truenorth_at_other_supplies_is_the_fitted_file_times_the_supply_squared)
{
    static const struct {
        const char *name;
        double volts;
    } files[] = {{"truenorth-0.775v", 0.775}, {"truenorth-0.75v", 0.75}, {"truenorth-0.70v", 0.70},
                 {"truenorth-1.05v", 1.05}};
    struct technology *fitted = load("truenorth"), *other = load(files[_i].name);
    double square = files[_i].volts * files[_i].volts / (0.8 * 0.8);
    assert_near(other->events.synaptic_event.value, square * fitted->events.synaptic_event.value, 1e-3);
    assert_near(other->events.update_active.value, square * fitted->events.update_active.value, 1e-3);
    assert_near(other->events.update_inactive.value, square * fitted->events.update_inactive.value, 1e-3);
    assert_near(other->events.hop_east_west.value, square * fitted->events.hop_east_west.value, 1e-3);
    assert_near(other->events.hop_north_south.value, square * fitted->events.hop_north_south.value, 1e-3);
    assert_near(other->events.static_chip.value, fitted->events.static_chip.value, 1e-9);
    technology_free(fitted);
    technology_free(other);
}
END_TEST

/* The two ends of the published sweep: power at a rate = static + updates at 1 kHz + 128 events and 2 x 64 / 3 hops a
 * spike. */
START_TEST(truenorth_is_fitted_to_the_two_ends_of_its_sweep)
{
    static const double rates[] = {11.58, 95.93}, powers_mw[] = {68, 94};
    struct technology *technology = load("truenorth");
    const struct event_values *values = &technology->events;
    for (int i = 0; i < 2; i++) {
        double spike = 128 * values->synaptic_event.value + 2 * 64 / 3.0 * values->hop_east_west.value;
        double mw = values->static_chip.value +
                    1048576e-9 * (1e3 * values->update_inactive.value + rates[i] * spike);
        assert_near(mw, powers_mw[i], 1e-3);
    }
    technology_free(technology);
}
END_TEST

START_TEST(the_two_sets_of_loihi_share_no_energy_but_a_hop)
{
    struct technology *davies = load("loihi-davies2018"), *sanafe = load("loihi-sanafe");
    ck_assert(davies->events.synaptic_event.value != sanafe->events.synaptic_event.value);
    ck_assert(davies->events.update_inactive.value != sanafe->events.update_inactive.value);
    ck_assert(davies->events.hop_north_south.value != sanafe->events.hop_north_south.value);
    ck_assert(davies->events.packet.value == 0 && sanafe->events.packet.value == 111);
    ck_assert(davies->events.hop_east_west.value == sanafe->events.hop_east_west.value);
    technology_free(davies);
    technology_free(sanafe);
}
END_TEST

START_TEST(a_chip_with_a_clock_pays_for_every_cycle_and_for_packets)
{
    struct technology *odin = load("odin"), *sanafe = load("loihi-sanafe");
    struct chip_config one = chip("odin"), many = chip("loihi-sanafe");
    struct unit_costs costs;
    unit_costs_get(odin, &one, &costs);
    assert_near(costs.clock[ENERGY_CONTROL].nominal, 1.78e-12, 1e-12);
    assert_near(costs.leakage[ENERGY_CONTROL].nominal, 27.3e-6, 1e-12);
    unit_costs_get(sanafe, &many, &costs);
    assert_near(costs.core[CORE_PACKETS].nominal, 111e-12, 1e-12);
    ck_assert(core_counter_component(CORE_PACKETS) == ENERGY_ROUTING_TABLE);
    chip_config_free(&one);
    chip_config_free(&many);
    technology_free(odin);
    technology_free(sanafe);
}
END_TEST

START_TEST(carried_blocks_scale_but_wires_links_and_leakage_do_not)
{
    struct technology *here = load("28nm"), *there = load("28nm");
    struct operating_corner from = {here->components.node_nm.value, here->components.supply_v.value}, to = {65, 0.85};
    const struct component_values *a = &here->components, *b = &there->components;
    double energy, area;
    ck_assert(scaling_energy(from, to, &energy) && scaling_area(from.node_nm, to.node_nm, &area));
    ck_assert(technology_carry(there, to));
    assert_near(b->adder.value, energy * a->adder.value, 1e-12);
    assert_near(b->adder.high, energy * a->adder.high, 1e-12);
    assert_near(b->dimc_cell.value, energy * a->dimc_cell.value, 1e-12);
    assert_near(b->adder_area.value, area * a->adder_area.value, 1e-12);
    assert_near(b->processor_area.value, area * a->processor_area.value, 1e-12);
    ck_assert(b->wire.value == a->wire.value && b->host_link.value == a->host_link.value);
    ck_assert(b->chip_link.value == a->chip_link.value && b->sram_leakage.value == a->sram_leakage.value);
    ck_assert(b->node_nm.value == 65 && b->supply_v.value == 0.85);
    ck_assert(!technology_carry(there, (struct operating_corner){180, 0.85}));
    ck_assert(b->node_nm.value == 65);
    technology_free(here);
    technology_free(there);
}
END_TEST

START_TEST(a_pinned_file_has_its_low_or_high_as_value)
{
    struct technology *whole = load("28nm"), *low = load("28nm"), *high = load("28nm");
    technology_pin(low, TECHNOLOGY_LOW);
    technology_pin(high, TECHNOLOGY_HIGH);
    ck_assert(low->components.dimc_cell.value == whole->components.dimc_cell.low);
    ck_assert(high->components.dimc_cell.value == whole->components.dimc_cell.high);
    ck_assert(low->components.dimc_cell.value < high->components.dimc_cell.value);
    technology_free(whole);
    technology_free(low);
    technology_free(high);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("technology");
    TCase *tests = tcase_create("technology");
    tcase_add_loop_test(tests, truenorth_at_other_supplies_is_the_fitted_file_times_the_supply_squared, 0, 4);
    tcase_add_test(tests, truenorth_is_fitted_to_the_two_ends_of_its_sweep);
    tcase_add_test(tests, the_two_sets_of_loihi_share_no_energy_but_a_hop);
    tcase_add_test(tests, a_chip_with_a_clock_pays_for_every_cycle_and_for_packets);
    tcase_add_test(tests, carried_blocks_scale_but_wires_links_and_leakage_do_not);
    tcase_add_test(tests, a_pinned_file_has_its_low_or_high_as_value);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
