/* Numbers of a run: against what the fixture was made from. */
#include "tests/support/report_case.h"
#include "tests/support/run_suite.h"
#include "tools/report/derive.h"
#include "tools/report/layers.h"
#include <check.h>

#define SAMPLES 5
#define HIDDEN 6

static struct report_case at;

static void setup(void) { report_case_begin(&at, SAMPLES, HIDDEN); }
static void teardown(void) { report_case_end(&at); }

START_TEST(accuracy_counts_labelled_samples_only)
{
    /* samples 0, 2, 3, 4 have labels; that of 2 is wrong */
    ck_assert(at.numbers.labelled);
    ck_assert(close_to(at.numbers.accuracy, 0.75));
    ck_assert(close_to(at.numbers.reference_accuracy, 0.75));
    for (int s = 0; s < SAMPLES; s++)
        ck_assert_int_eq(at.numbers.prediction[s], s % 3);
    ck_assert_uint_eq(at.numbers.ties, 0);
}
END_TEST

START_TEST(agreement_is_intersection_over_union)
{
    double expected = (double)(at.fixture.fired - SAMPLES) / (double)at.fixture.fired;
    ck_assert(close_to(at.numbers.spike_agreement, expected));
}
END_TEST

static double agreement_of(struct recorded_spike *chip, size_t chip_count, struct reference_spike *reference,
                           size_t reference_count)
{
    struct sample_result sample = {.spike_count = chip_count, .spikes = chip};
    struct reference_sample expected = {.spike_count = reference_count, .spikes = reference};
    struct chip_result result = {.sample_count = 1, .samples = &sample};
    struct reference_result float_result = {.sample_count = 1, .samples = &expected};
    return spike_agreement(&at.fixture.network, &at.fixture.program, &result, &float_result);
}

START_TEST(agreement_merges_by_step_and_neuron_within_a_node)
{
    /* population 1 is node 2, population 2 is node 4; the input population is no part of it */
    struct recorded_spike chip[] = {{0, 0, 0, 1}, {1, 0, 1, 1}, {1, 2, 0, 1}, {1, 2, 3, 1}, {2, 2, 3, 1}};
    struct reference_spike reference[] = {{2, 0, 1}, {2, 1, 0}, {2, 2, 3}, {4, 2, 2}, {4, 2, 3}};
    /* both: (2,0,1) (2,2,3) (4,2,3); only chip: (2,2,0); only reference: (2,1,0) (4,2,2) */
    ck_assert(close_to(agreement_of(chip, 5, reference, 5), 3.0 / 6.0));
    ck_assert(close_to(agreement_of(chip, 5, NULL, 0), 0));
    ck_assert(close_to(agreement_of(NULL, 0, reference, 5), 0));
}
END_TEST

START_TEST(silence_on_both_sides_agrees)
{
    ck_assert(close_to(agreement_of(NULL, 0, NULL, 0), 1));
}
END_TEST

static int decide(struct recorded_spike *outputs, size_t count, uint32_t steps, bool *tie)
{
    struct sample_result sample = {.steps = steps, .output_count = count, .outputs = outputs};
    bool deciding[3];
    uint32_t neurons = deciding_populations(&at.fixture.network, &at.fixture.program, deciding);
    ck_assert_uint_eq(neurons, FIXTURE_OUTPUTS);
    ck_assert(!deciding[0] && !deciding[1] && deciding[2]);
    return chip_decision(&at.fixture.program, deciding, neurons, &sample, tie);
}

START_TEST(most_output_spikes_decide_and_the_lowest_index_wins_a_tie)
{
    bool tie;
    struct recorded_spike clear[] = {{2, 0, 2, 1}, {2, 1, 2, 1}, {2, 1, 1, 1}, {1, 0, 0, 1}, {1, 1, 0, 1}};
    ck_assert_int_eq(decide(clear, 5, 4, &tie), 2);
    ck_assert(!tie);
    struct recorded_spike even[] = {{2, 0, 2, 1}, {2, 1, 1, 1}};
    ck_assert_int_eq(decide(even, 2, 4, &tie), 1);
    ck_assert(tie);
    ck_assert_int_eq(decide(NULL, 0, 4, &tie), 0);
    ck_assert(tie);
    struct recorded_spike below_the_top[] = {{2, 0, 2, 1}, {2, 1, 2, 1}, {2, 1, 0, 1}, {2, 1, 1, 1}};
    ck_assert_int_eq(decide(below_the_top, 4, 4, &tie), 2);
    ck_assert(!tie);
}
END_TEST

START_TEST(values_decide_by_the_last_step)
{
    bool tie;
    at.fixture.program.populations[2].values = true;
    struct recorded_spike values[] = {{2, 2, 0, 900}, {2, 3, 0, -5}, {2, 3, 1, -2}, {2, 3, 2, -7}};
    ck_assert_int_eq(decide(values, 4, 4, &tie), 1);
    ck_assert(!tie);
    values[3].value = -2;
    ck_assert_int_eq(decide(values, 4, 4, &tie), 1);
    ck_assert(tie);
}
END_TEST

START_TEST(values_count_in_the_networks_unit_whatever_their_populations_scale)
{
    struct population *populations = at.fixture.program.populations;
    bool deciding[3] = {false, true, true};
    double score[HIDDEN] = {0};
    populations[1].values = populations[2].values = true;
    populations[1].scale = 4;
    populations[2].scale = 100;
    struct recorded_spike values[] = {{1, 3, 0, 40}, {2, 3, 1, 500}, {2, 2, 2, 900}, {2, 3, 2, -50}};
    chip_scores(&at.fixture.program, deciding, 4, values, 4, score);
    ck_assert(score[0] == 10 && score[1] == 5 && score[2] == -0.5);
}
END_TEST

START_TEST(quantiles_are_linear_between_ranks)
{
    const double sorted[] = {1, 2, 4, 8, 16};
    ck_assert(close_to(quantile_of_sorted(sorted, 5, 0.5), 4));
    ck_assert(close_to(quantile_of_sorted(sorted, 5, 0.99), 8 + 0.96 * 8));
    ck_assert(close_to(quantile_of_sorted(sorted, 1, 0.99), 1));
    ck_assert(quantile_of_sorted(sorted, 0, 0.5) == 0);
}
END_TEST

START_TEST(latency_is_from_first_input_to_last_output)
{
    double period = 1 / at.fixture.chip.clock_hz;
    double first = (double)at.fixture.latency_of_0 * period;
    for (int s = 0; s < SAMPLES; s++)
        ck_assert(close_to(at.numbers.latency_s[s], first + 10 * s * period));
    ck_assert(close_to(at.numbers.latency_mean_s, first + 20 * period));
    ck_assert(close_to(at.numbers.latency_p50_s, first + 20 * period));
    ck_assert(close_to(at.numbers.latency_p99_s, first + 39.6 * period));
    ck_assert(close_to(at.numbers.latency_max_s, first + 40 * period));
}
END_TEST

START_TEST(a_sample_without_output_is_answered_when_its_work_ends)
{
    struct sample_result *sample = &at.fixture.chip_result.samples[0];
    sample->last_cycle = sample->first_cycle;
    struct run_numbers again;
    run_derive(&at.fixture.record, &again);
    double cycles = (double)(sample->end_cycle - sample->first_cycle);
    ck_assert(close_to(again.latency_s[0], cycles / at.fixture.chip.clock_hz));
    run_numbers_free(&again);
}
END_TEST

START_TEST(power_and_throughput_follow_from_all_cycles)
{
    double seconds = (double)at.fixture.chip_result.counters.cycles / at.fixture.chip.clock_hz;
    ck_assert(at.numbers.energy.total > 0);
    ck_assert(close_to(at.numbers.power_w, at.numbers.energy.total / seconds));
    ck_assert(close_to(at.numbers.throughput_per_s, SAMPLES / seconds));
}
END_TEST

START_TEST(a_run_ends_when_its_last_output_has_left)
{
    struct chip_result *result = &at.fixture.chip_result;
    result->samples[SAMPLES - 1].last_cycle = result->counters.cycles + 50;
    struct run_numbers again;
    run_derive(&at.fixture.record, &again);
    double seconds = (double)(result->counters.cycles + 50) / at.fixture.chip.clock_hz;
    ck_assert(close_to(again.run_s, seconds));
    ck_assert(close_to(again.throughput_per_s, SAMPLES / seconds));
    ck_assert(close_to(again.power_w, again.energy.total / seconds));
    run_numbers_free(&again);
}
END_TEST

/* A gated clock costs what it did while the chip worked, however long the input lasts. */
START_TEST(at_the_pace_of_the_input_a_gated_clock_stands_still)
{
    at.fixture.chip.power.clock_gating = CLOCK_GATING_IDLE;
    struct run_numbers gated;
    run_derive(&at.fixture.record, &gated);
    const struct energy_report *energy = &gated.energy;
    double worked_s = (double)at.fixture.chip_result.counters.cycles / at.fixture.chip.clock_hz;
    ck_assert(energy->clock_total > 0);
    ck_assert(close_to(gated.paced_energy_j, energy->static_total / worked_s * gated.input_s +
                                                 (energy->dynamic_total + energy->clock_total) / SAMPLES));
    run_numbers_free(&gated);
}
END_TEST

/* What the chip does not record of an input population is what the samples hold. */
START_TEST(spikes_of_the_input_are_those_of_the_samples_unless_the_chip_counted_them)
{
    ck_assert_uint_eq(layer_spikes(&at.fixture.record, &at.numbers, 0), SAMPLES * 4);
    at.fixture.chip_result.layers[2].spikes = 9;
    ck_assert_uint_eq(layer_spikes(&at.fixture.record, &at.numbers, 0), 9);
    at.fixture.chip_result.layers[2].spikes = 0;
    at.fixture.batch.inputs = FIXTURE_INPUTS + 1; /* of several input populations nobody knows which */
    ck_assert_uint_eq(layer_spikes(&at.fixture.record, &at.numbers, 0), 0);
}
END_TEST

START_TEST(energies_of_samples_sum_to_the_run)
{
    double sum = 0;
    for (int s = 0; s < SAMPLES; s++)
        sum += at.numbers.sample_energy_j[s];
    ck_assert(close_to(sum, at.numbers.energy.total));
}
END_TEST

START_TEST(counts_are_sums_over_components)
{
    uint64_t spikes = 0, hops = 0;
    for (uint32_t s = 0; s < SAMPLES; s++) {
        spikes += 2 * 10 * CORE_SPIKES + 1 + 2 * s;
        for (uint32_t r = 1; r <= 4; r++)
            hops += r * (3 * ROUTER_HOPS_EW + 1 + 3 * ROUTER_HOPS_NS + 1);
    }
    ck_assert_uint_eq(at.numbers.spikes, spikes);
    ck_assert_uint_eq(at.numbers.hops, hops);
    ck_assert_uint_eq(at.numbers.input_spikes, SAMPLES * 4); /* three events, one of them of two spikes */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("derive");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, accuracy_counts_labelled_samples_only);
    tcase_add_test(all, agreement_is_intersection_over_union);
    tcase_add_test(all, agreement_merges_by_step_and_neuron_within_a_node);
    tcase_add_test(all, silence_on_both_sides_agrees);
    tcase_add_test(all, most_output_spikes_decide_and_the_lowest_index_wins_a_tie);
    tcase_add_test(all, values_decide_by_the_last_step);
    tcase_add_test(all, values_count_in_the_networks_unit_whatever_their_populations_scale);
    tcase_add_test(all, at_the_pace_of_the_input_a_gated_clock_stands_still);
    tcase_add_test(all, spikes_of_the_input_are_those_of_the_samples_unless_the_chip_counted_them);
    tcase_add_test(all, quantiles_are_linear_between_ranks);
    tcase_add_test(all, latency_is_from_first_input_to_last_output);
    tcase_add_test(all, a_sample_without_output_is_answered_when_its_work_ends);
    tcase_add_test(all, power_and_throughput_follow_from_all_cycles);
    tcase_add_test(all, a_run_ends_when_its_last_output_has_left);
    tcase_add_test(all, energies_of_samples_sum_to_the_run);
    tcase_add_test(all, counts_are_sums_over_components);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
